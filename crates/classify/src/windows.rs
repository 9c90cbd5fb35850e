//! Windows over a recording, and how their answers become one.

use serde::{Deserialize, Serialize};

/// How the windows' probabilities become one (protocols.md, section 4: the project's rule is the mean).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Aggregate {
    /// Mean of the windows' probabilities.
    #[default]
    Mean,
    /// The largest of the windows' probabilities (the published benchmark's default).
    Max,
}

/// First samples of the windows of `samples` in a recording of `length`, `stride` apart.
///
/// A stride of 0 means the first window alone. A recording that is shorter than a window has none.
pub fn starts(length: usize, samples: usize, stride: usize) -> Vec<usize> {
    if samples == 0 || length < samples {
        return Vec::new();
    }
    if stride == 0 { vec![0] } else { (0..=length - samples).step_by(stride).collect() }
}

/// Calibrated probabilities of a recording from its windows' logits.
///
/// `logits` is `[window, class]`; each is divided by `temperature` before the sigmoid (or, where the classes exclude
/// each other, the softmax over the window), then the windows are aggregated. Empty when there is no window.
pub fn probabilities(
    logits: &[f32],
    classes: usize,
    temperature: f32,
    exclusive: bool,
    aggregate: Aggregate,
) -> Vec<f32> {
    if classes == 0 || logits.len() < classes {
        return Vec::new();
    }
    let mut total = vec![0.0f64; classes];
    let windows = logits.len() / classes;
    for window in logits.chunks_exact(classes) {
        let values = if exclusive { softmax(window, temperature) } else { sigmoids(window, temperature) };
        for (total, value) in total.iter_mut().zip(values) {
            *total = match aggregate {
                Aggregate::Mean => *total + value / windows as f64,
                Aggregate::Max => total.max(value),
            };
        }
    }
    total.into_iter().map(|value| value.min(1.0) as f32).collect()
}

fn sigmoids(logits: &[f32], temperature: f32) -> Vec<f64> {
    logits.iter().map(|&logit| 1.0 / (1.0 + (-f64::from(logit) / f64::from(temperature)).exp())).collect()
}

fn softmax(logits: &[f32], temperature: f32) -> Vec<f64> {
    let scaled: Vec<f64> = logits.iter().map(|&logit| f64::from(logit) / f64::from(temperature)).collect();
    let largest = scaled.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let powers: Vec<f64> = scaled.iter().map(|&value| (value - largest).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.into_iter().map(|power| power / sum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_seconds_hold_seven_windows_of_the_benchmark() {
        assert_eq!(starts(1000, 250, 125), [0, 125, 250, 375, 500, 625, 750]);
        assert_eq!(starts(1000, 1000, 0), [0]);
        assert_eq!(starts(5000, 1000, 0), [0]);
        assert_eq!(starts(999, 1000, 125), [0usize; 0]);
    }

    #[test]
    fn windows_are_averaged_after_the_sigmoid_and_not_before() {
        let logits = [0.0, 2.0, 4.0, 2.0];
        let mean = probabilities(&logits, 2, 1.0, false, Aggregate::Mean);
        assert!((mean[0] - f32::midpoint(0.5, 0.98201376)).abs() < 1e-6);
        assert!((mean[1] - 0.880797).abs() < 1e-6);
        let largest = probabilities(&logits, 2, 1.0, false, Aggregate::Max);
        assert!((largest[0] - 0.98201376).abs() < 1e-6);
    }

    #[test]
    fn a_higher_temperature_moves_probabilities_towards_a_half() {
        let sharp = probabilities(&[3.0], 1, 1.0, false, Aggregate::Mean)[0];
        let soft = probabilities(&[3.0], 1, 2.0, false, Aggregate::Mean)[0];
        assert!(0.5 < soft && soft < sharp);
        assert!((soft - 0.81757444).abs() < 1e-6);
    }

    #[test]
    fn exclusive_labels_sum_to_one() {
        let values = probabilities(&[1.0, 2.0, 3.0, 900.0, -900.0, 0.0], 3, 1.5, true, Aggregate::Mean);
        assert!((values.iter().sum::<f32>() - 1.0).abs() < 1e-6);
    }
}
