//! Whether a probability means what it says.

use serde::{Deserialize, Serialize};

use super::Table;

/// Expected and largest calibration error over equal-width bins (Guo et al., ICML 2017, section 3).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// Expected calibration error of each label.
    pub per_class: Vec<f64>,
    /// Their mean.
    pub macro_error: f64,
    /// Expected calibration error over all label-recording pairs. Small wherever most labels are rare: read the others too.
    pub pooled_error: f64,
    /// Largest gap of a bin, of each label.
    pub largest_gap: Vec<f64>,
}

/// One bin of a reliability diagram.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Bin {
    /// Scores in it.
    pub count: usize,
    /// Their mean.
    pub mean_score: f64,
    /// Share of them that are true.
    pub share: f64,
}

/// The bins of a reliability diagram: bin k holds scores from k / bins (included) to (k + 1) / bins; 1 is in the last one.
pub fn reliability(scores: &[f64], truth: &[bool], bins: usize) -> Vec<Bin> {
    let bins = bins.max(1);
    let mut out = vec![Bin::default(); bins];
    for (&score, &truth) in scores.iter().zip(truth) {
        // A cast of a negative number or one that is too large goes to the nearest end.
        let bin = &mut out[((score * bins as f64) as usize).min(bins - 1)];
        bin.count += 1;
        bin.mean_score += score;
        bin.share += f64::from(u8::from(truth));
    }
    for bin in out.iter_mut().filter(|bin| bin.count > 0) {
        bin.mean_score /= bin.count as f64;
        bin.share /= bin.count as f64;
    }
    out
}

/// Expected error and largest gap of bins.
fn errors(bins: &[Bin]) -> (f64, f64) {
    let total: usize = bins.iter().map(|bin| bin.count).sum();
    let gap = |bin: &Bin| (bin.share - bin.mean_score).abs();
    let expected = bins.iter().map(|bin| bin.count as f64 * gap(bin)).sum::<f64>() / total.max(1) as f64;
    (expected, bins.iter().map(gap).fold(0.0, f64::max))
}

/// Calibration of probabilities over a number of bins (15 in the literature).
pub fn calibration(table: &Table, bins: usize) -> Calibration {
    let (per_class, largest_gap): (Vec<f64>, Vec<f64>) = (0..table.classes())
        .map(|label| {
            let (scores, truth) = table.class(label);
            errors(&reliability(&scores, &truth, bins))
        })
        .unzip();
    let (scores, truth) = table.flat();
    Calibration {
        macro_error: per_class.iter().sum::<f64>() / table.classes() as f64,
        pooled_error: errors(&reliability(scores, truth, bins)).0,
        per_class,
        largest_gap,
    }
}

/// Brier score: mean squared difference of probability and truth over all label-recording pairs.
pub fn brier(table: &Table) -> f64 {
    let (scores, truth) = table.flat();
    let sum: f64 = scores.iter().zip(truth).map(|(score, &truth)| (score - f64::from(u8::from(truth))).powi(2)).sum();
    sum / scores.len().max(1) as f64
}
