//! How far logits are from labels.

use serde::{Deserialize, Serialize};

/// A loss of logits and labels, both `[record, label]`; the mean over records, and where labels are apart over labels.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LabelLoss {
    /// Binary cross entropy of each label.
    BinaryCrossEntropy,
    /// The same with what negatives cost multiplied: "constant-weighted" (Han et al., Computing in Cardiology 2021).
    WeightedNegatives {
        /// By what.
        weight: f64,
    },
    /// Cross entropy of labels of which one applies (softmax).
    CrossEntropy,
    /// Focal loss (Lin et al. 2017, arXiv 1708.02002) of each label, summed over labels: sure answers count little.
    Focal {
        /// Weight of positives; negatives get the rest of 1.
        alpha: f64,
        /// How fast sure answers lose weight.
        gamma: f64,
    },
}

impl LabelLoss {
    /// Value, and slope with respect to each logit.
    pub fn of(self, logits: &[f32], labels: &[f32], records: usize) -> (f64, Vec<f32>) {
        match self {
            Self::BinaryCrossEntropy => binary_cross_entropy(logits, labels),
            Self::WeightedNegatives { weight } => weighted_negatives(logits, labels, weight),
            Self::CrossEntropy => cross_entropy(logits, labels, records),
            Self::Focal { alpha, gamma } => focal(logits, labels, records, (alpha, gamma)),
        }
    }

    /// Whether exactly one label applies to a record.
    pub fn is_exclusive(self) -> bool {
        self == Self::CrossEntropy
    }
}

pub(super) fn sigmoid(x: f64) -> f64 {
    if x >= 0.0 { 1.0 / (1.0 + (-x).exp()) } else { x.exp() / (1.0 + x.exp()) }
}

/// ln(1 + e^x) without overflow.
pub(super) fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

/// Binary cross entropy of logits, mean over records and labels.
pub fn binary_cross_entropy(logits: &[f32], labels: &[f32]) -> (f64, Vec<f32>) {
    let count = logits.len().max(1) as f64;
    let mut sum = 0.0;
    let slopes = logits.iter().zip(labels).map(|(&logit, &label)| {
        let (logit, label) = (f64::from(logit), f64::from(label));
        sum += softplus(logit) - logit * label;
        ((sigmoid(logit) - label) / count) as f32
    });
    let slopes = slopes.collect();
    (sum / count, slopes)
}

/// Binary cross entropy whose negative part is multiplied, mean over records and labels.
fn weighted_negatives(logits: &[f32], labels: &[f32], weight: f64) -> (f64, Vec<f32>) {
    let count = logits.len().max(1) as f64;
    let mut sum = 0.0;
    let slopes = logits.iter().zip(labels).map(|(&logit, &label)| {
        let (logit, label) = (f64::from(logit), f64::from(label));
        let against = weight * (1.0 - label);
        sum += label * softplus(-logit) + against * softplus(logit);
        ((against * sigmoid(logit) - label * sigmoid(-logit)) / count) as f32
    });
    let slopes = slopes.collect();
    (sum / count, slopes)
}

/// Cross entropy of a softmax, mean over records; a record's labels sum to 1, or its share is left out.
pub fn cross_entropy(logits: &[f32], labels: &[f32], records: usize) -> (f64, Vec<f32>) {
    let classes = (logits.len() / records.max(1)).max(1);
    let share = 1.0 / records.max(1) as f64;
    let mut sum = 0.0;
    let mut slopes = Vec::with_capacity(logits.len());
    for (logits, labels) in logits.chunks_exact(classes).zip(labels.chunks_exact(classes)) {
        let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let powers: Vec<f64> = logits.iter().map(|logit| f64::from(logit - largest).exp()).collect();
        let all: f64 = powers.iter().sum();
        let weight: f64 = labels.iter().map(|&label| f64::from(label)).sum();
        for ((logit, label), power) in logits.iter().zip(labels).zip(&powers) {
            let label = f64::from(*label);
            sum += label * (all.ln() - f64::from(logit - largest));
            slopes.push((share * (weight * power / all - label)) as f32);
        }
    }
    (sum * share, slopes)
}

/// Focal loss, summed over labels, mean over records.
fn focal(logits: &[f32], labels: &[f32], records: usize, (alpha, gamma): (f64, f64)) -> (f64, Vec<f32>) {
    let share = 1.0 / records.max(1) as f64;
    let mut sum = 0.0;
    let slopes = logits.iter().zip(labels).map(|(&logit, &label)| {
        let logit = f64::from(logit);
        // For a positive p is the probability; a negative is a positive of the opposite logit.
        let side = |logit: f64, weight: f64| {
            let (p, entropy) = (sigmoid(logit), softplus(-logit));
            let rest = 1.0 - p;
            let value = weight * rest.powf(gamma) * entropy;
            let slope = -weight * rest.powf(gamma) * (gamma * p * entropy + rest);
            (value, slope)
        };
        let (positive, negative) = (side(logit, alpha), side(-logit, 1.0 - alpha));
        let label = f64::from(label);
        sum += label * positive.0 + (1.0 - label) * negative.0;
        (share * (label * positive.1 - (1.0 - label) * negative.1)) as f32
    });
    let slopes = slopes.collect();
    (sum * share, slopes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOGITS: [f32; 6] = [0.5, -2.0, 1.25, 4.0, -0.75, 0.0];

    /// The slopes are those of the value itself.
    fn slopes_are_right(loss: LabelLoss, labels: &[f32]) {
        let (_, slopes) = loss.of(&LOGITS, labels, 2);
        for place in 0..LOGITS.len() {
            let at = |change: f32| {
                let mut changed = LOGITS;
                changed[place] += change;
                loss.of(&changed, labels, 2).0
            };
            let slope = (at(1e-2) - at(-1e-2)) / 2e-2;
            assert!((slope - f64::from(slopes[place])).abs() < 1e-4, "{loss:?} {place}: {slope}, {}", slopes[place]);
        }
    }

    #[test]
    fn slopes_are_those_of_the_losses() {
        let mixed = [1.0, 0.0, 0.3, 0.0, 1.0, 0.6];
        slopes_are_right(LabelLoss::BinaryCrossEntropy, &mixed);
        slopes_are_right(LabelLoss::WeightedNegatives { weight: 0.1 }, &mixed);
        slopes_are_right(LabelLoss::Focal { alpha: 0.25, gamma: 2.0 }, &mixed);
        slopes_are_right(LabelLoss::CrossEntropy, &[0.0, 1.0, 0.0, 0.25, 0.0, 0.75]);
    }

    #[test]
    fn cross_entropy_is_that_of_the_probabilities_and_stays_finite_for_sure_logits() {
        let (value, _) = binary_cross_entropy(&[0.5, -2.0, 100.0, -100.0], &[1.0, 0.0, 1.0, 1.0]);
        let by_hand = (0.474_077 + 0.126_928 + 0.0 + 100.0) / 4.0;
        assert!((value - by_hand).abs() < 1e-5, "{value}");
        let (value, _) = cross_entropy(&[1.0, 2.0, 3.0], &[0.0, 0.0, 1.0], 1);
        assert!((value - 0.407_606).abs() < 1e-5, "{value}");
    }

    #[test]
    fn focal_loss_without_focus_is_half_the_cross_entropy() {
        let labels = [1.0, 0.0, 1.0, 0.0, 0.0, 1.0];
        let (focal, _) = LabelLoss::Focal { alpha: 0.5, gamma: 0.0 }.of(&LOGITS, &labels, 2);
        let (entropy, _) = binary_cross_entropy(&LOGITS, &labels);
        assert!((focal - 0.5 * entropy * 3.0).abs() < 1e-9, "{focal} {entropy}");
    }
}
