//! Drawn weights as training would leave their batch norms.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Machine, Mode, Pass};
use crate::Tensors;
use crate::graph::{Graph, Op};

/// Least scale of a norm.
const OPEN: f32 = 0.5;

/// The network with batch norms whose statistics are those of this batch, `[record, channel, sample]`, and whose branches
/// that begin at nothing are open. As drawn, a deep network answers almost the same whatever it is given, so that two
/// engines that disagree on it are not told apart.
///
/// # Panics
/// The tensors or the batch are not the graph's.
pub fn settled(graph: &Arc<Graph>, mut tensors: Tensors, batch: &[f32], machine: &dyn Machine) -> Tensors {
    let norms = || {
        graph.nodes().iter().filter_map(|node| match &node.op {
            Op::BatchNorm(norm) => Some((norm.rule.momentum(), node.weights.clone())),
            _ => None,
        })
    };
    let names: Vec<&str> = graph.weights().iter().map(|weight| weight.name.as_str()).collect();
    for (_, weights) in norms() {
        if let Some((_, gamma)) = tensors.get_mut(names[weights.start]) {
            for value in gamma.iter_mut() {
                *value = value.max(OPEN);
            }
        }
    }
    let weights: Vec<Vec<f32>> = names.iter().map(|&name| tensors[name].1.clone()).collect();
    let pass = Pass::forward(graph, &weights, batch, Mode::Training(0), machine);
    // What is left of the statistics that were there before; a norm that is used again takes from them each time.
    let mut kept: BTreeMap<usize, f64> = BTreeMap::new();
    for (momentum, own) in norms() {
        own.for_each(|number| *kept.entry(number).or_insert(1.0) *= 1.0 - momentum);
    }
    for (number, mixed) in pass.statistics() {
        let kept = kept[number];
        let batch = mixed
            .iter()
            .zip(&weights[*number])
            .map(|(mixed, old)| ((f64::from(*mixed) - kept * f64::from(*old)) / (1.0 - kept)) as f32);
        if let Some((_, values)) = tensors.get_mut(names[*number]) {
            *values = batch.collect();
        }
    }
    tensors
}
