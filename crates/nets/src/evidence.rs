//! What each position of the last map adds to a label's logit.
//!
//! The logit's gradient with respect to the map, times the map, summed over channels. Where a mean and a linear layer
//! follow (Zhou et al., arXiv 1512.04150) that is the class activation map; a maximum's share stands where the maximum
//! was. Summed over positions the shares give the slope of the logit along the whole map. A map with a row a lead gives
//! each lead its own line. Batch norms go by their running statistics, as in inference.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::Tensors;
use crate::graph::{FEATURES, Graph, LOGITS, Shape};
use crate::tape::{Mode, Pass, Plain};

/// The way from a network's last map to its logits.
#[derive(Debug, Clone)]
pub struct Evidence {
    tail: Arc<Graph>,
    weights: Vec<Vec<f32>>,
    logits: usize,
}

impl Evidence {
    /// Of every last map of a network ([`FEATURES`], or several whose names begin so, of branches side by side), by the
    /// output's name; none where logits do not follow from it, and where tensors are missing.
    pub fn all(graph: &Graph, tensors: &Tensors) -> Vec<(&'static str, Self)> {
        let names = graph.outputs().keys().copied().filter(|name| name.starts_with(FEATURES));
        names.filter_map(|name| Some((name, Self::of_output(graph, tensors, name)?))).collect()
    }

    fn of_output(graph: &Graph, tensors: &Tensors, name: &str) -> Option<Self> {
        let tail = graph.tail(name)?;
        let weights = tail.weights().iter().map(|weight| Some(tensors.get(&weight.name)?.1.clone()));
        let weights = weights.collect::<Option<Vec<_>>>()?;
        let logits = tail.outputs().get(LOGITS)?.number();
        Some(Self { tail: Arc::new(tail), weights, logits })
    }

    /// Shape of the map that it takes.
    pub fn map(&self) -> Shape {
        self.tail.input()
    }

    /// Labels.
    pub fn classes(&self) -> usize {
        self.tail.classes()
    }

    /// Shares `[map, row, position]` in the logit of a label, of maps `[map, row, position, channel]`; empty for a label
    /// that is not there.
    pub fn of(&self, maps: &[f32], class: usize) -> Vec<f32> {
        let classes = self.classes();
        if class >= classes || maps.is_empty() {
            return Vec::new();
        }
        let pass = Pass::forward_from(&self.tail, &self.weights, maps.to_vec(), Mode::Inference, &Plain);
        let count = maps.len() / self.map().size();
        let wanted = (0..count * classes).map(|place| if place % classes == class { 1.0 } else { 0.0 }).collect();
        let gradients = pass.backward(&self.weights, BTreeMap::from([(self.logits, wanted)]), &[0]);
        let Some(gradient) = gradients.values.get(&0) else { return Vec::new() };
        let channels = self.map().channels;
        let share = |(map, gradient): (&[f32], &[f32])| map.iter().zip(gradient).map(|(map, slope)| map * slope).sum();
        maps.chunks_exact(channels).zip(gradient.chunks_exact(channels)).map(share).collect()
    }
}
