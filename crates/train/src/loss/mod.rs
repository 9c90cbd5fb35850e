//! What training minimises, and its slope: plain functions of a network's outputs, so that they are the same whatever
//! device the network runs on.

mod beside;
mod clocs;
mod contrast;
mod distillation;
mod labels;
mod masked;
mod prediction;
mod triplet;

use std::collections::BTreeMap;

use nets::families::benchmark::EMBEDDINGS;
use nets::families::cpc::ENCODED;
use nets::families::eknet::PAGE;
use nets::families::st_mem::{HIDDEN, TARGETS};
use nets::graph::{Graph, LOGITS};
use serde::{Deserialize, Serialize};

pub use beside::Beside;
pub use clocs::view_contrast;
pub use contrast::{projected, recording_contrast};
pub use distillation::{Distillation, stage_divergence};
pub use labels::{LabelLoss, binary_cross_entropy, cross_entropy};
pub use masked::masked_distance;
pub use prediction::prediction_loss;
pub use triplet::{OneSided, Triplet, triplet_loss};

/// A network's outputs for a batch by name, each `[record, row, position, channel]`.
pub type Outputs = BTreeMap<&'static str, Vec<f32>>;

/// A loss with its gradients.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Loss {
    /// Its value.
    pub value: f64,
    /// Its slope with respect to each output that it depends on, as long as the output.
    pub gradients: Outputs,
}

/// What is known of a batch's records.
#[derive(Clone, Copy, Debug)]
pub struct Targets<'a> {
    /// Records.
    pub records: usize,
    /// `[record, label]`: 0, 1, or between where recordings were mixed.
    pub labels: &'a [f32],
    /// What a teacher's network gives for the same records.
    pub teacher: Option<&'a Outputs>,
    /// Epochs done before this batch.
    pub epoch: usize,
    /// What negatives are drawn from.
    pub seed: u64,
    /// Number of each record's person; empty where every record is another's.
    pub persons: &'a [u32],
}

impl<'a> Targets<'a> {
    /// Records with labels, without a teacher, in the first epoch.
    pub fn of(records: usize, labels: &'a [f32]) -> Targets<'a> {
        Targets { records, labels, teacher: None, epoch: 0, seed: 0, persons: &[] }
    }
}

/// What a network is to give.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Goal {
    /// Labels.
    #[default]
    Labels,
    /// The page itself ([`PAGE`]): mean squared distance over all samples (EKnet's first stage).
    Reconstruction,
    /// At each token the encoder's token ([`ENCODED`]) some steps later, told by products from others of the same
    /// recording (contrastive predictive coding, van den Oord et al. 2018, arXiv 1807.03748).
    Prediction {
        /// Steps ahead.
        steps: usize,
        /// Others that are drawn.
        negatives: usize,
        /// Numbers of a token.
        #[serde(default = "published_width")]
        width: usize,
    },
    /// Patches that were hidden ([`HIDDEN`]), as they were ([`TARGETS`]): ST-MEM.
    Masked,
    /// Views of one person near each other, of others apart: CLOCS.
    Views {
        /// Views of a record.
        count: usize,
    },
}

/// Numbers of a token where a checkpoint does not say: those of the published networks.
fn published_width() -> usize {
    nets::families::cpc::WIDTH
}

/// What a run minimises.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Objective {
    /// What the network is to give.
    #[serde(default)]
    pub goal: Goal,
    /// How far logits are from labels.
    pub labels: LabelLoss,
    /// The triplet term, for networks that give each label a space of its own.
    pub triplet: Triplet,
    /// What a teacher adds, where there is one.
    #[serde(default)]
    pub distillation: Option<Distillation>,
    /// What the network is trained for beside its goal.
    #[serde(default)]
    pub beside: Option<Beside>,
}

impl Objective {
    /// The outputs that it reads, of those that a network gives.
    pub fn reads(&self, graph: &Graph) -> Vec<&'static str> {
        let mut names = vec![LOGITS];
        match self.goal {
            Goal::Labels => {
                names.extend((self.triplet.weight > 0.0).then_some(EMBEDDINGS));
                names.extend(self.distillation.iter().flat_map(Distillation::reads));
            }
            Goal::Reconstruction => names.push(PAGE),
            Goal::Prediction { .. } => names.push(ENCODED),
            Goal::Masked => names.extend([TARGETS, HIDDEN]),
            Goal::Views { .. } => {}
        }
        names.extend(self.beside.into_iter().flat_map(Beside::reads));
        names.sort_unstable();
        names.dedup();
        names.retain(|name| graph.outputs().contains_key(name));
        names
    }

    /// The loss of a batch.
    pub fn loss(&self, outputs: &Outputs, targets: Targets<'_>) -> Loss {
        let mut loss = self.goals_loss(outputs, targets);
        if let Some(beside) = self.beside {
            beside.add(&mut loss, outputs, targets);
        }
        loss
    }

    fn goals_loss(&self, outputs: &Outputs, targets: Targets<'_>) -> Loss {
        let none = Vec::new();
        let of = |name: &str| outputs.get(name).unwrap_or(&none);
        match self.goal {
            Goal::Labels => self.label_loss(outputs, targets),
            Goal::Reconstruction => {
                let (value, slopes) = squared_distance(of(LOGITS), of(PAGE));
                Loss { value, gradients: Outputs::from([(LOGITS, slopes)]) }
            }
            Goal::Prediction { steps, negatives, width } => {
                let (expected, encoded) = (of(LOGITS), of(ENCODED));
                let how =
                    prediction::Prediction { steps, negatives, records: targets.records, width, seed: targets.seed };
                let (value, [expected, encoded]) = prediction_loss(expected, encoded, how);
                Loss { value, gradients: Outputs::from([(LOGITS, expected), (ENCODED, encoded)]) }
            }
            Goal::Masked => {
                let (value, slopes) = masked_distance(of(LOGITS), of(TARGETS), of(HIDDEN));
                Loss { value, gradients: Outputs::from([(LOGITS, slopes)]) }
            }
            Goal::Views { count } => {
                let strangers: Vec<u32> = (0..targets.records as u32).collect();
                let persons = if targets.persons.is_empty() { &strangers } else { targets.persons };
                let (value, slopes) = view_contrast(of(LOGITS), count, persons);
                Loss { value, gradients: Outputs::from([(LOGITS, slopes)]) }
            }
        }
    }

    fn label_loss(&self, outputs: &Outputs, targets: Targets<'_>) -> Loss {
        let mut loss = Loss::default();
        if let Some(logits) = outputs.get(LOGITS) {
            let (value, gradient) = self.labels.of(logits, targets.labels, targets.records);
            loss.value += value;
            loss.gradients.insert(LOGITS, gradient);
        }
        if let Some(embeddings) = outputs.get(EMBEDDINGS).filter(|_| self.triplet.weight > 0.0) {
            let classes = targets.labels.len() / targets.records.max(1);
            let (each, mut gradient) =
                triplet_loss(embeddings, targets.labels, targets.records, self.triplet.margin, OneSided::Pull);
            let share = self.triplet.weight / classes.max(1) as f64;
            loss.value += share * each.iter().sum::<f64>();
            for slope in &mut gradient {
                *slope *= share as f32;
            }
            loss.gradients.insert(EMBEDDINGS, gradient);
        }
        if let (Some(distillation), Some(teacher)) = (&self.distillation, targets.teacher) {
            distillation.add(&mut loss, outputs, teacher, targets);
        }
        loss
    }
}

/// Mean squared distance, and its slope with respect to the first.
fn squared_distance(found: &[f32], expected: &[f32]) -> (f64, Vec<f32>) {
    let count = found.len().max(1) as f64;
    let mut sum = 0.0;
    let slope = |(found, expected): (&f32, &f32)| {
        let apart = f64::from(found - expected);
        sum += apart * apart;
        (2.0 * apart / count) as f32
    };
    let slopes = found.iter().zip(expected).map(slope).collect();
    (sum / count, slopes)
}
