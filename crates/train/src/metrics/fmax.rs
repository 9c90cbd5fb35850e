//! The sample-centric Fmax of the CAFA challenge (Radivojac et al., Nat. Methods 10:221, 2013), as the PTB-XL benchmark uses it.

use serde::{Deserialize, Serialize};

use super::Table;

/// The best F over common thresholds, where precision and recall are means over recordings.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fmax {
    /// The largest F.
    pub value: f64,
    /// The threshold, the same for all labels; the smallest of equal ones.
    pub threshold: f64,
    /// Mean precision over recordings with at least one label found.
    pub precision: f64,
    /// Mean recall over all recordings.
    pub recall: f64,
    /// Share of recordings with at least one label found.
    pub coverage: f64,
}

/// Fmax over `steps + 1` thresholds from 0 to 1 (the benchmark: 100 steps; IMLE-Net's code: 9).
///
/// A recording without a true label has no recall and is left out. `None` when that leaves none.
pub fn fmax(table: &Table, steps: u32) -> Option<Fmax> {
    let mut best: Option<Fmax> = None;
    for step in 0..=steps {
        let threshold = f64::from(step) / f64::from(steps.max(1));
        let (mut precision, mut recall, mut covered, mut records) = (0.0, 0.0, 0usize, 0usize);
        for (scores, truth) in table.rows() {
            let (mut found, mut right, mut there) = (0usize, 0usize, 0usize);
            for (&score, &truth) in scores.iter().zip(truth) {
                let positive = score >= threshold;
                found += usize::from(positive);
                there += usize::from(truth);
                right += usize::from(positive && truth);
            }
            if there == 0 {
                continue;
            }
            records += 1;
            recall += right as f64 / there as f64;
            if found > 0 {
                covered += 1;
                precision += right as f64 / found as f64;
            }
        }
        if covered == 0 {
            continue;
        }
        let (precision, recall) = (precision / covered as f64, recall / records as f64);
        let value = if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 };
        if best.is_none_or(|best| value > best.value) {
            best = Some(Fmax { value, threshold, precision, recall, coverage: covered as f64 / records as f64 });
        }
    }
    best
}
