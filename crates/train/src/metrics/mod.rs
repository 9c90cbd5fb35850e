//! How good predictions are.
//!
//! A [`Table`] holds scores and truth of some recordings; everything else is a function of it. Definitions are those of the
//! PTB-XL benchmark (Strodthoff et al., IEEE JBHI 25(5), 2021) unless a function names another source. Thresholds are
//! chosen on one fold ([`threshold`]) and applied to another ([`counts`]); nothing here chooses and measures on the same
//! recordings.
//!
//! ```
//! use train::metrics::{Table, Undefined, macro_auc};
//!
//! // Two labels of three recordings.
//! let table = Table::new(2, vec![0.9, 0.2, 0.4, 0.6, 0.1, 0.5], vec![true, false, false, true, false, false]).unwrap();
//! let area = macro_auc(&table, Undefined::Skip).unwrap();
//! assert_eq!(area.value, 1.0);
//! assert!(area.undefined.is_empty());
//! ```

pub mod bootstrap;
pub mod calibration;
pub mod challenge;
pub mod counts;
pub mod fmax;
pub mod ranking;
pub mod report;
pub mod threshold;

#[cfg(test)]
mod tests;

pub use bootstrap::{Bootstrap, Interval, bootstrap_difference, bootstrap_macro_auc};
pub use calibration::{Calibration, brier, calibration};
pub use challenge::challenge_metric;
pub use counts::{Confusion, FBeta, Proportion, f_beta, g_beta_thresholds, wilson};
pub use fmax::{Fmax, fmax};
pub use ranking::{MacroAuc, Undefined, auc, average_precision, macro_auc, micro_auc};
pub use report::{ClassReport, Report};
pub use threshold::{ThresholdRule, choose, choose_all};

/// Scores and truth of recordings, in `[recording, label]` order.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    classes: usize,
    scores: Vec<f64>,
    truth: Vec<bool>,
}

/// Scores and truth do not make a table.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TableError {
    /// The lengths do not fit.
    #[error("expected scores and truth of whole rows of {classes} labels, found {scores} scores and {truth} truths")]
    Shape {
        /// Labels.
        classes: usize,
        /// Number of scores.
        scores: usize,
        /// Number of truths.
        truth: usize,
    },
    /// A score is no number: the network's answer is broken, and no metric of it means anything.
    #[error("recording {record}, label {label}: the score is not a number")]
    NotANumber {
        /// Number of the recording.
        record: usize,
        /// Number of the label.
        label: usize,
    },
}

impl Table {
    /// A table of `classes` labels. Scores may be probabilities or logits; thresholds and calibration need probabilities.
    ///
    /// # Errors
    /// The lengths do not fit, or a score is not a number.
    pub fn new(classes: usize, scores: Vec<f64>, truth: Vec<bool>) -> Result<Self, TableError> {
        if classes == 0 || scores.len() != truth.len() || !scores.len().is_multiple_of(classes) {
            return Err(TableError::Shape { classes, scores: scores.len(), truth: truth.len() });
        }
        if let Some(at) = scores.iter().position(|score| score.is_nan()) {
            return Err(TableError::NotANumber { record: at / classes, label: at % classes });
        }
        Ok(Self { classes, scores, truth })
    }

    /// A table from a network's numbers; a truth is positive from 0.5 on.
    ///
    /// # Errors
    /// As [`Table::new`].
    pub fn from_f32(classes: usize, scores: &[f32], truth: &[f32]) -> Result<Self, TableError> {
        Self::new(
            classes,
            scores.iter().map(|&score| f64::from(score)).collect(),
            truth.iter().map(|&truth| truth >= 0.5).collect(),
        )
    }

    /// Number of labels.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Number of recordings.
    pub fn records(&self) -> usize {
        self.scores.len() / self.classes
    }

    /// Scores and truth of one label over all recordings; empty for a label that there is not.
    pub fn class(&self, label: usize) -> (Vec<f64>, Vec<bool>) {
        if label >= self.classes {
            return (Vec::new(), Vec::new());
        }
        (
            self.scores.iter().skip(label).step_by(self.classes).copied().collect(),
            self.truth.iter().skip(label).step_by(self.classes).copied().collect(),
        )
    }

    /// Scores and truth of the recordings, one after another.
    pub fn rows(&self) -> impl Iterator<Item = (&[f64], &[bool])> {
        self.scores.chunks_exact(self.classes).zip(self.truth.chunks_exact(self.classes))
    }

    /// All scores and truths, labels side by side.
    pub fn flat(&self) -> (&[f64], &[bool]) {
        (&self.scores, &self.truth)
    }

    /// Recordings that carry a label.
    pub fn positives(&self, label: usize) -> usize {
        self.truth.iter().skip(label).step_by(self.classes).filter(|&&truth| truth).count()
    }
}
