//! What training minimises, and its slope: plain functions of a network's outputs, so that they are the same whatever
//! device the network runs on.

mod labels;
mod triplet;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use labels::{LabelLoss, binary_cross_entropy, cross_entropy};
pub use triplet::{OneSided, Triplet, triplet_loss};

use nets::families::benchmark::EMBEDDINGS;
use nets::graph::{Graph, LOGITS};

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
}

/// What a run minimises.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Objective {
    /// How far logits are from labels.
    pub labels: LabelLoss,
    /// The triplet term, for networks that give each label a space of its own.
    pub triplet: Triplet,
}

impl Objective {
    /// The outputs that it reads, of those that a network gives.
    pub fn reads(&self, graph: &Graph) -> Vec<&'static str> {
        let mut names = vec![LOGITS];
        if self.triplet.weight > 0.0 && graph.outputs().contains_key(EMBEDDINGS) {
            names.push(EMBEDDINGS);
        }
        names
    }

    /// The loss of a batch.
    pub fn loss(&self, outputs: &Outputs, targets: Targets<'_>) -> Loss {
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
            gradient.iter_mut().for_each(|slope| *slope *= share as f32);
            loss.gradients.insert(EMBEDDINGS, gradient);
        }
        loss
    }
}
