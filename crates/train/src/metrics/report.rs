//! Everything that is said of a model on one fold.

use serde::{Deserialize, Serialize};

use super::bootstrap::{Bootstrap, Interval, bootstrap_macro_auc};
use super::calibration::{Calibration, brier, calibration};
use super::counts::{Confusion, Proportion};
use super::fmax::{Fmax, fmax};
use super::ranking::{Undefined, average_precision, macro_auc, micro_auc};
use super::{Table, TableError};

/// One label's figures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassReport {
    /// The label's code.
    pub code: String,
    /// Recordings that carry it.
    pub positives: usize,
    /// ROC AUC; absent without a positive or a negative.
    pub auc: Option<f64>,
    /// Average precision; absent without a positive.
    pub average_precision: Option<f64>,
    /// The threshold that was given, not chosen here.
    pub threshold: f64,
    /// Decisions at it.
    pub confusion: Confusion,
    /// F1 at it.
    pub f1: f64,
    /// Sensitivity at it with Wilson's interval.
    pub sensitivity: Option<Proportion>,
    /// Specificity at it with Wilson's interval.
    pub specificity: Option<Proportion>,
}

/// A model's figures on some recordings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Recordings.
    pub records: usize,
    /// Macro AUC with its bootstrap interval; undefined labels are skipped. Absent when no label is defined.
    pub macro_auc: Option<Interval>,
    /// Codes of labels without an AUC.
    pub undefined: Vec<String>,
    /// AUC over all label-recording pairs.
    pub micro_auc: Option<f64>,
    /// Mean average precision over labels with a positive.
    pub macro_average_precision: Option<f64>,
    /// Sample-centric Fmax over 101 thresholds.
    pub fmax: Option<Fmax>,
    /// Mean F1 at the given thresholds.
    pub macro_f1: f64,
    /// Calibration over 15 bins.
    pub calibration: Calibration,
    /// Brier score.
    pub brier: f64,
    /// One entry a label.
    pub classes: Vec<ClassReport>,
}

impl Report {
    /// Measures probabilities against truth at given thresholds (chosen elsewhere, on the validation fold); labels are named
    /// by `codes`.
    ///
    /// # Errors
    /// Codes or thresholds are not one a label.
    pub fn new(table: &Table, codes: &[String], thresholds: &[f64], how: &Bootstrap) -> Result<Self, TableError> {
        if codes.len() != table.classes() || thresholds.len() != table.classes() {
            return Err(TableError::Shape { classes: table.classes(), scores: codes.len(), truth: thresholds.len() });
        }
        let areas = macro_auc(table, Undefined::Skip);
        let classes: Vec<ClassReport> = codes
            .iter()
            .zip(thresholds)
            .enumerate()
            .map(|(label, (code, &threshold))| {
                let (scores, truth) = table.class(label);
                let confusion = Confusion::at(&scores, &truth, threshold);
                ClassReport {
                    code: code.clone(),
                    positives: table.positives(label),
                    auc: areas.as_ref().and_then(|areas| areas.per_class[label]),
                    average_precision: average_precision(&scores, &truth),
                    threshold,
                    confusion,
                    f1: confusion.f1(),
                    sensitivity: confusion.sensitivity(),
                    specificity: confusion.specificity(),
                }
            })
            .collect();
        let precisions: Vec<f64> = classes.iter().filter_map(|class| class.average_precision).collect();
        Ok(Self {
            records: table.records(),
            macro_auc: bootstrap_macro_auc(table, how),
            undefined: classes.iter().filter(|class| class.auc.is_none()).map(|class| class.code.clone()).collect(),
            micro_auc: micro_auc(table),
            macro_average_precision: (!precisions.is_empty())
                .then(|| precisions.iter().sum::<f64>() / precisions.len() as f64),
            fmax: fmax(table, 100),
            macro_f1: table.macro_f1(thresholds),
            calibration: calibration(table, 15),
            brier: brier(table),
            classes,
        })
    }
}
