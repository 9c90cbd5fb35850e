//! Metrics of decisions at thresholds.

use serde::{Deserialize, Serialize};

use super::Table;

/// Recordings by decision and truth, for one label. A decision is positive when the score reaches the threshold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confusion {
    /// Present and found.
    pub true_positive: usize,
    /// Absent and found.
    pub false_positive: usize,
    /// Present and missed.
    pub false_negative: usize,
    /// Absent and not found.
    pub true_negative: usize,
}

/// A share of a number of recordings, with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Proportion {
    /// The share, 0 to 1.
    pub value: f64,
    /// Lower end of Wilson's interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// How many recordings it is a share of.
    pub count: usize,
}

impl Confusion {
    /// Counts one label's decisions.
    pub fn at(scores: &[f64], truth: &[bool], threshold: f64) -> Self {
        let mut counts = Self::default();
        for (&score, &truth) in scores.iter().zip(truth) {
            match (truth, score >= threshold) {
                (true, true) => counts.true_positive += 1,
                (false, true) => counts.false_positive += 1,
                (true, false) => counts.false_negative += 1,
                (false, false) => counts.true_negative += 1,
            }
        }
        counts
    }

    /// Adds another label's counts.
    pub fn add(&mut self, other: &Self) {
        self.true_positive += other.true_positive;
        self.false_positive += other.false_positive;
        self.false_negative += other.false_negative;
        self.true_negative += other.true_negative;
    }

    /// Harmonic mean of precision and sensitivity; 0 when nothing was found that is present.
    pub fn f1(&self) -> f64 {
        let both = 2 * self.true_positive;
        ratio(both, both + self.false_positive + self.false_negative).unwrap_or(0.0)
    }

    /// Share of positive decisions that are right; `None` without one.
    pub fn precision(&self) -> Option<f64> {
        ratio(self.true_positive, self.true_positive + self.false_positive)
    }

    /// Share of recordings with the label that were found; `None` without one.
    pub fn sensitivity(&self) -> Option<Proportion> {
        wilson(self.true_positive, self.true_positive + self.false_negative)
    }

    /// Share of recordings without the label that were left alone; `None` without one.
    pub fn specificity(&self) -> Option<Proportion> {
        wilson(self.true_negative, self.true_negative + self.false_positive)
    }

    /// Share of right decisions; `None` without a recording.
    pub fn accuracy(&self) -> Option<f64> {
        let right = self.true_positive + self.true_negative;
        ratio(right, right + self.false_positive + self.false_negative)
    }
}

fn ratio(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// A share with Wilson's 95 % score interval (Wilson, J. Am. Stat. Assoc. 22:209, 1927), which stays within 0 and 1 and holds
/// for small counts. `None` when `whole` is 0.
pub fn wilson(part: usize, whole: usize) -> Option<Proportion> {
    const Z: f64 = 1.959963984540054;
    let value = ratio(part, whole)?;
    let n = whole as f64;
    let middle = (value + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
    let reach = Z / (1.0 + Z * Z / n) * (value * (1.0 - value) / n + Z * Z / (4.0 * n * n)).sqrt();
    Some(Proportion {
        value,
        low: if part == 0 { 0.0 } else { (middle - reach).max(0.0) },
        high: if part == whole { 1.0 } else { (middle + reach).min(1.0) },
        count: whole,
    })
}

impl Table {
    /// The confusion of one label at a threshold.
    pub fn confusion(&self, label: usize, threshold: f64) -> Confusion {
        let (scores, truth) = self.class(label);
        Confusion::at(&scores, &truth, threshold)
    }

    /// Mean of the labels' F1, each at its threshold; `thresholds` are repeated when they are fewer than the labels.
    pub fn macro_f1(&self, thresholds: &[f64]) -> f64 {
        let sum: f64 =
            thresholds.iter().cycle().take(self.classes()).enumerate().map(|(c, &t)| self.confusion(c, t).f1()).sum();
        sum / self.classes() as f64
    }

    /// F1 over all label-recording pairs.
    pub fn micro_f1(&self, thresholds: &[f64]) -> f64 {
        let mut all = Confusion::default();
        for (label, &threshold) in thresholds.iter().cycle().take(self.classes()).enumerate() {
            all.add(&self.confusion(label, threshold));
        }
        all.f1()
    }

    /// Share of recordings with all labels right.
    pub fn exact_match(&self, threshold: f64) -> f64 {
        let right = self
            .rows()
            .filter(|(scores, truth)| scores.iter().zip(*truth).all(|(&score, &truth)| (score >= threshold) == truth))
            .count();
        ratio(right, self.records()).unwrap_or(0.0)
    }

    /// Mean over labels of the share of right decisions.
    pub fn label_accuracy(&self, threshold: f64) -> f64 {
        let sum: f64 = (0..self.classes()).filter_map(|c| self.confusion(c, threshold).accuracy()).sum();
        sum / self.classes() as f64
    }
}

/// F-beta and G-beta of the PhysioNet/CinC 2020 challenge, means over labels.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct FBeta {
    /// (1 + beta^2) TP / ((1 + beta^2) TP + FP + beta^2 FN).
    pub f: f64,
    /// TP / (TP + FP + beta FN).
    pub g: f64,
}

/// F-beta and G-beta, each recording weighted by one over the number of its true labels. A decision is positive when the score
/// is above (not at) its label's threshold; where none is, the label with the largest score is taken, as the benchmark does.
/// `thresholds` are repeated when they are fewer than the labels.
pub fn f_beta(table: &Table, thresholds: &[f64], beta: f64) -> FBeta {
    let classes = table.classes();
    let thresholds: Vec<f64> = thresholds.iter().copied().cycle().take(classes).collect();
    let above = |scores: &[f64], label: usize| thresholds.get(label).is_some_and(|own| scores[label] > *own);
    let mut sums = vec![(0.0, 0.0, 0.0); classes];
    for (scores, truth) in table.rows() {
        let weight = 1.0 / truth.iter().filter(|&&truth| truth).count().max(1) as f64;
        let fallback = if (0..classes).any(|label| above(scores, label)) {
            None
        } else {
            // The first of equal ones.
            (0..classes).rev().max_by(|&a, &b| scores[a].total_cmp(&scores[b]))
        };
        for (label, sum) in sums.iter_mut().enumerate() {
            match (truth[label], above(scores, label) || fallback == Some(label)) {
                (true, true) => sum.0 += weight,
                (false, true) => sum.1 += weight,
                (true, false) => sum.2 += weight,
                (false, false) => {}
            }
        }
    }
    let square = beta * beta;
    let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
    let mean = |f: &dyn Fn(&(f64, f64, f64)) -> f64| sums.iter().map(f).sum::<f64>() / classes as f64;
    FBeta {
        f: mean(&|&(tp, fp, missed)| share((1.0 + square) * tp, (1.0 + square) * tp + fp + square * missed)),
        g: mean(&|&(tp, fp, missed)| share(tp, tp + fp + beta * missed)),
    }
}

/// Each label's threshold that makes its own G-beta largest, of 100 from 0 to 1; of equal ones the least. The benchmark
/// chooses so on the training recordings, each of which counts the same.
pub fn g_beta_thresholds(table: &Table, beta: f64) -> Vec<f64> {
    const STEPS: usize = 100;
    (0..table.classes())
        .map(|label| {
            let (scores, truth) = table.class(label);
            let g = |threshold: f64| {
                let (mut found, mut wrong, mut missed) = (0.0, 0.0, 0.0);
                for (&score, &truth) in scores.iter().zip(&truth) {
                    match (truth, score > threshold) {
                        (true, true) => found += 1.0,
                        (false, true) => wrong += 1.0,
                        (true, false) => missed += 1.0,
                        (false, false) => {}
                    }
                }
                let whole: f64 = found + wrong + beta * missed;
                if whole > 0.0 { found / whole } else { 0.0 }
            };
            let candidates = (0..STEPS).map(|step| step as f64 / (STEPS - 1) as f64);
            let first = (0.0, f64::NEG_INFINITY);
            let best = candidates.map(|threshold| (threshold, g(threshold)));
            best.fold(first, |best, own| if own.1 > best.1 { own } else { best }).0
        })
        .collect()
}
