//! What single networks are trained for beside their goal: terms of outputs that only they have.

use nets::families::eknet::{LEADS, SLOTS, TOKEN_LEADS, TOKEN_PLACES, TOKEN_SLOTS};
use nets::families::{mamil, token_selection};
use serde::{Deserialize, Serialize};

use super::{Loss, Outputs, Targets, binary_cross_entropy};

/// A term beside the goal's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Beside {
    /// Binary cross entropy of each mode's single instances, mean of the modes: MAMIL (papers.md, section 6).
    Instances {
        /// Weight.
        weight: f64,
    },
    /// How far the two class tokens of a recording are from correlating (1 less Pearson's coefficient), mean over
    /// recordings: token selection (papers.md, section 8).
    ClassTokens {
        /// Weight.
        weight: f64,
    },
    /// Cross entropies of each visible token's lead and of its slot, mean over tokens: the paper's EKnet in its first
    /// stage (eknet.md).
    Places {
        /// Weight of both.
        weight: f64,
    },
}

impl Beside {
    /// The outputs that it reads.
    pub fn reads(self) -> Vec<&'static str> {
        match self {
            Self::Instances { .. } => mamil::INSTANCES.to_vec(),
            Self::ClassTokens { .. } => token_selection::CLASS_TOKENS.to_vec(),
            Self::Places { .. } => vec![TOKEN_LEADS, TOKEN_SLOTS, TOKEN_PLACES],
        }
    }

    /// Adds its part to a loss.
    pub(super) fn add(self, loss: &mut Loss, outputs: &Outputs, targets: Targets<'_>) {
        match self {
            Self::Instances { weight } => {
                let modes: Vec<_> = mamil::INSTANCES.iter().filter_map(|name| outputs.get_key_value(name)).collect();
                for (name, logits) in &modes {
                    let (value, slopes) = binary_cross_entropy(logits, targets.labels);
                    put(loss, name, weight / modes.len() as f64, value, slopes);
                }
            }
            Self::ClassTokens { weight } => {
                let [Some(upper), Some(lower)] = token_selection::CLASS_TOKENS.map(|name| outputs.get(name)) else {
                    return;
                };
                let (value, slopes) = uncorrelated(upper, lower, targets.records);
                for (name, slopes) in token_selection::CLASS_TOKENS.into_iter().zip(slopes) {
                    put(loss, name, weight, 0.0, slopes);
                }
                loss.value += weight * value;
            }
            Self::Places { weight } => {
                let Some(places) = outputs.get(TOKEN_PLACES) else { return };
                for (number, (name, choices)) in [(TOKEN_LEADS, LEADS), (TOKEN_SLOTS, SLOTS)].into_iter().enumerate() {
                    let Some(logits) = outputs.get(name) else { continue };
                    let right = places.iter().skip(number).step_by(2).map(|&place| place as usize);
                    let (value, slopes) = chosen(logits, choices, right);
                    put(loss, name, weight, value, slopes);
                }
            }
        }
    }
}

fn put(loss: &mut Loss, name: &'static str, weight: f64, value: f64, mut slopes: Vec<f32>) {
    loss.value += weight * value;
    for slope in &mut slopes {
        *slope *= weight as f32;
    }
    loss.gradients.insert(name, slopes);
}

/// 1 less the correlation of two vectors of each record, mean over records; and its slopes.
fn uncorrelated(first: &[f32], second: &[f32], records: usize) -> (f64, [Vec<f32>; 2]) {
    let records = records.max(1);
    let size = (first.len() / records).max(1);
    let share = 1.0 / records as f64;
    let mut sum = 0.0;
    let mut slopes = [Vec::with_capacity(first.len()), Vec::with_capacity(second.len())];
    for (first, second) in first.chunks_exact(size).zip(second.chunks_exact(size)) {
        let [first, second] = [first, second].map(centred);
        let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        // A vector whose numbers are all the same correlates with nothing.
        let squares = [product(&first, &first), product(&second, &second)].map(|square| square.max(1e-12));
        let both = (squares[0] * squares[1]).sqrt();
        let correlation = product(&first, &second) / both;
        sum += 1.0 - correlation;
        let pairs = [(&first, &second, squares[0]), (&second, &first, squares[1])];
        for (slopes, (own, other, square)) in slopes.iter_mut().zip(pairs) {
            let slope = |(own, other): (&f64, &f64)| (-share * (other / both - correlation * own / square)) as f32;
            slopes.extend(own.iter().zip(other).map(slope));
        }
    }
    (sum * share, slopes)
}

fn centred(values: &[f32]) -> Vec<f64> {
    let mean = values.iter().map(|&value| f64::from(value)).sum::<f64>() / values.len().max(1) as f64;
    values.iter().map(|&value| f64::from(value) - mean).collect()
}

/// Cross entropy of one right choice a line, mean over lines; and its slope.
fn chosen(logits: &[f32], choices: usize, right: impl Iterator<Item = usize>) -> (f64, Vec<f32>) {
    let share = choices as f64 / logits.len().max(1) as f64;
    let mut sum = 0.0;
    let mut slopes = Vec::with_capacity(logits.len());
    for (line, right) in logits.chunks_exact(choices).zip(right) {
        let largest = f64::from(line.iter().copied().fold(f32::NEG_INFINITY, f32::max));
        let powers: Vec<f64> = line.iter().map(|&logit| (f64::from(logit) - largest).exp()).collect();
        let all: f64 = powers.iter().sum();
        sum += all.ln() + largest - line.get(right).map_or(largest, |&logit| f64::from(logit));
        let slope = |(choice, power): (usize, &f64)| (share * (power / all - f64::from(choice == right))) as f32;
        slopes.extend(powers.iter().enumerate().map(slope));
    }
    (sum * share, slopes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seeds::{Generator, Purpose};

    fn drawn(count: usize, place: u64) -> Vec<f32> {
        let mut generator = Generator::new(5, Purpose::Weights, place);
        (0..count).map(|_| generator.below(2001) as f32 / 1000.0 - 1.0).collect()
    }

    /// Checks each slope against the loss around it.
    fn slopes_are_the_losss(term: Beside, outputs: &Outputs, labels: &[f32]) -> f64 {
        let at = |outputs: &Outputs| {
            let mut loss = Loss::default();
            term.add(&mut loss, outputs, Targets::of(2, labels));
            loss
        };
        let found = at(outputs);
        assert!(!found.gradients.is_empty());
        for (name, slopes) in &found.gradients {
            for place in [0, 3, slopes.len() - 1] {
                let value = |change: f32| {
                    let mut changed = outputs.clone();
                    changed.get_mut(name).unwrap()[place] += change;
                    at(&changed).value
                };
                let slope = (value(1e-2) - value(-1e-2)) / 2e-2;
                assert!((slope - f64::from(slopes[place])).abs() < 1e-4, "{name} {place}: {slope}, {}", slopes[place]);
            }
        }
        found.value
    }

    #[test]
    fn each_modes_instances_are_held_against_the_labels() {
        let outputs = Outputs::from([(mamil::INSTANCES[0], drawn(6, 0)), (mamil::INSTANCES[1], drawn(6, 1))]);
        let labels = [1.0, 0.0, 0.0, 0.0, 1.0, 1.0];
        let value = slopes_are_the_losss(Beside::Instances { weight: 0.5 }, &outputs, &labels);
        let each = mamil::INSTANCES.map(|name| binary_cross_entropy(&outputs[name], &labels).0);
        assert!((value - 0.25 * (each[0] + each[1])).abs() < 1e-9);
    }

    #[test]
    fn class_tokens_that_say_the_same_on_another_scale_cost_nothing() {
        let [upper, lower] = token_selection::CLASS_TOKENS;
        let outputs = Outputs::from([(upper, drawn(16, 2)), (lower, drawn(16, 3))]);
        let term = Beside::ClassTokens { weight: 0.1 };
        assert!(slopes_are_the_losss(term, &outputs, &[]) > 0.0);
        let same = outputs[upper].iter().map(|value| 3.0 * value + 1.0).collect();
        let same = Outputs::from([(upper, outputs[upper].clone()), (lower, same)]);
        assert!(slopes_are_the_losss(term, &same, &[]).abs() < 1e-6);
    }

    #[test]
    fn tokens_are_to_know_their_lead_and_their_slot() {
        let outputs = Outputs::from([
            (TOKEN_LEADS, drawn(3 * LEADS, 4)),
            (TOKEN_SLOTS, drawn(3 * SLOTS, 5)),
            (TOKEN_PLACES, vec![0.0, 3.0, 11.0, 199.0, 5.0, 0.0]),
        ]);
        slopes_are_the_losss(Beside::Places { weight: 0.1 }, &outputs, &[]);
        let none = Outputs::from([
            (TOKEN_LEADS, vec![0.0; 3 * LEADS]),
            (TOKEN_SLOTS, vec![0.0; 3 * SLOTS]),
            (TOKEN_PLACES, vec![0.0; 6]),
        ]);
        let value = slopes_are_the_losss(Beside::Places { weight: 1.0 }, &none, &[]);
        assert!((value - (12.0_f64.ln() + 200.0_f64.ln())).abs() < 1e-9, "{value}");
    }
}
