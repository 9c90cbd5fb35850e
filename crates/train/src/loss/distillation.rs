//! What a student learns from a teacher beside the labels.

use nets::families::dsail::STAGES;
use nets::families::mvkt::{EMBEDDING, PROJECTED, PROJECTION};
use nets::graph::{Graph, LOGITS};
use serde::{Deserialize, Serialize};

use super::contrast::{projected, recording_contrast};
use super::labels::{sigmoid, softplus};
use super::{Loss, Outputs, Targets};

/// A term that pulls a student's outputs to those of its teacher.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Distillation {
    /// Divergence of the last maps of DSAIL's stages (dsail-kd.md, section 6): a softmax over the channels of each
    /// position, Kullback and Leibler's divergence summed over positions, mean over records.
    Stages {
        /// Weight of all stages together.
        alpha: f64,
        /// So many stages count, from the last.
        last: usize,
        /// Weight of each of the four stages.
        weights: [f64; 4],
        /// Epoch at which the term has half its weight: it grows as `1 / (1 + exp(-(epoch - this) / 3))`. None: at once.
        ramp: Option<f64>,
    },
    /// Cross entropy of each label's probability under the teacher's, at a temperature, times its square (MVKT-ECG's
    /// multi-label distillation with the temperature where it belongs; papers.md, section 5).
    Labels {
        /// Weight.
        weight: f64,
        /// Temperature.
        temperature: f64,
    },
    /// The same, and a contrast of what both make of a recording: MVKT-ECG (papers.md, section 5). In place of its two
    /// memories stand the batch's other recordings (ours); as in its paper, those with the very same labels are not held
    /// against one another. The teacher being trained already, its embedding is brought to the student's 128 numbers by a
    /// drawn map that stays (ours), where the paper trains one.
    LabelsAndContrast {
        /// Weight of the labels' part.
        labels: f64,
        /// Temperature of the labels' part.
        temperature: f64,
        /// Weight of the contrast.
        contrast: f64,
        /// Temperature of the contrast.
        sharpness: f64,
    },
}

impl Distillation {
    /// DSAIL's as published: the last two stages.
    pub const DSAIL: Self =
        Self::Stages { alpha: 0.05, last: 2, weights: [1.0 / 64.0, 1.0 / 16.0, 0.25, 1.0], ramp: Some(15.0) };

    /// The outputs that it compares.
    pub fn reads(&self) -> Vec<&'static str> {
        match self {
            Self::Stages { last, .. } => STAGES.iter().skip(STAGES.len().saturating_sub(*last)).copied().collect(),
            Self::Labels { .. } => vec![LOGITS],
            Self::LabelsAndContrast { .. } => vec![LOGITS, EMBEDDING, PROJECTION],
        }
    }

    /// An output that the student's network should give but does not, or the teacher's.
    pub fn missing(&self, student: &Graph, teacher: &Graph) -> Option<(&'static str, &'static str)> {
        let lacks = |graph: &Graph, names: &[&'static str]| {
            names.iter().copied().find(|name| !graph.outputs().contains_key(name))
        };
        let (own, teachers) = match self {
            Self::LabelsAndContrast { .. } => (vec![LOGITS, PROJECTION], vec![LOGITS, EMBEDDING]),
            _ => (self.reads(), self.reads()),
        };
        let own = lacks(student, &own).map(|name| ("student", name));
        own.or_else(|| lacks(teacher, &teachers).map(|name| ("teacher", name)))
    }

    /// Adds its part to a loss.
    pub(super) fn add(&self, loss: &mut Loss, outputs: &Outputs, teacher: &Outputs, targets: Targets<'_>) {
        match *self {
            Self::Stages { alpha, last, weights, ramp } => {
                let grown = ramp.map_or(1.0, |middle| 1.0 / (1.0 + (-(targets.epoch as f64 - middle) / 3.0).exp()));
                for (stage, name) in STAGES.iter().enumerate().skip(STAGES.len().saturating_sub(last)) {
                    let (Some(own), Some(teacher)) = (outputs.get(name), teacher.get(name)) else { continue };
                    let channels = nets::families::dsail::channels(stage);
                    let (value, slopes) = stage_divergence(own, teacher, channels, targets.records);
                    let share = grown * alpha * weights[stage];
                    loss.value += share * value;
                    let scaled = slopes.into_iter().map(|slope| slope * share as f32).collect();
                    loss.gradients.insert(*name, scaled);
                }
            }
            Self::Labels { weight, temperature } => labels(loss, outputs, teacher, (weight, temperature)),
            Self::LabelsAndContrast { labels: weight, temperature, contrast, sharpness } => {
                labels(loss, outputs, teacher, (weight, temperature));
                let (Some(own), Some(teacher)) = (outputs.get(PROJECTION), teacher.get(EMBEDDING)) else { return };
                let wanted = projected(teacher, targets.records, PROJECTED);
                let (value, slopes) = recording_contrast(own, &wanted, targets, sharpness);
                loss.value += contrast * value;
                let scaled = slopes.into_iter().map(|slope| slope * contrast as f32).collect();
                loss.gradients.insert(PROJECTION, scaled);
            }
        }
    }
}

fn labels(loss: &mut Loss, outputs: &Outputs, teacher: &Outputs, (weight, temperature): (f64, f64)) {
    let (Some(own), Some(teacher)) = (outputs.get(LOGITS), teacher.get(LOGITS)) else { return };
    let share = weight * temperature * temperature / own.len().max(1) as f64;
    let gradient = loss.gradients.entry(LOGITS).or_insert_with(|| vec![0.0; own.len()]);
    for ((own, teacher), slope) in own.iter().zip(teacher).zip(gradient) {
        let (own, teacher) = (f64::from(*own) / temperature, f64::from(*teacher) / temperature);
        let wanted = sigmoid(teacher);
        // Less the teacher's own entropy, so that a student that agrees costs nothing.
        let entropy = softplus(teacher) - teacher * wanted;
        loss.value += share * (softplus(own) - own * wanted - entropy);
        *slope += (share * (sigmoid(own) - wanted) / temperature) as f32;
    }
}

/// Kullback and Leibler's divergence of a student's maps `[record, position, channel]` from its teacher's after a
/// softmax over channels, summed over positions, mean over records; and its slope with respect to the student's.
pub fn stage_divergence(own: &[f32], teacher: &[f32], channels: usize, records: usize) -> (f64, Vec<f32>) {
    let share = 1.0 / records.max(1) as f64;
    let mut sum = 0.0;
    let mut slopes = Vec::with_capacity(own.len());
    let logarithms = |line: &[f32]| -> Vec<f64> {
        let largest = f64::from(line.iter().copied().fold(f32::NEG_INFINITY, f32::max));
        let all: f64 = line.iter().map(|&value| (f64::from(value) - largest).exp()).sum();
        line.iter().map(|&value| f64::from(value) - largest - all.ln()).collect()
    };
    for (own, teacher) in own.chunks_exact(channels.max(1)).zip(teacher.chunks_exact(channels.max(1))) {
        for (own, teacher) in logarithms(own).into_iter().zip(logarithms(teacher)) {
            sum += teacher.exp() * (teacher - own);
            slopes.push((share * (own.exp() - teacher.exp())) as f32);
        }
    }
    (sum * share, slopes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn divergence_is_zero_for_equal_maps_and_its_slope_is_its_own() {
        let teacher = [0.3, -0.2, 1.0, 0.5, 0.5, -1.0];
        assert!(stage_divergence(&teacher, &teacher, 3, 1).0.abs() < 1e-7);
        let own = [0.1, 0.4, -0.3, 0.0, 0.2, 0.9];
        let (_, slopes) = stage_divergence(&own, &teacher, 3, 2);
        for place in 0..6 {
            let at = |change: f32| {
                let mut changed = own;
                changed[place] += change;
                stage_divergence(&changed, &teacher, 3, 2).0
            };
            let slope = (at(1e-2) - at(-1e-2)) / 2e-2;
            assert!((slope - f64::from(slopes[place])).abs() < 1e-4, "{place}: {slope}, {}", slopes[place]);
        }
    }

    #[test]
    fn a_student_that_says_what_its_teacher_says_is_pulled_nowhere() {
        let logits = Outputs::from([(LOGITS, vec![0.5, -2.0])]);
        let mut loss = Loss::default();
        let distillation = Distillation::Labels { weight: 1.0, temperature: 2.0 };
        distillation.add(&mut loss, &logits, &logits, Targets::of(1, &[]));
        assert!(loss.value.abs() < 1e-9 && loss.gradients[LOGITS].iter().all(|slope| slope.abs() < 1e-7));
        let other = Outputs::from([(LOGITS, vec![1.5, -2.0])]);
        distillation.add(&mut loss, &logits, &other, Targets::of(1, &[]));
        assert!(loss.value > 0.0 && loss.gradients[LOGITS][0] < 0.0);
    }
}
