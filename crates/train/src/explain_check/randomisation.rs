//! Weights drawn anew, from the logits' side (Adebayo et al. 2018, "Sanity checks for saliency maps", arXiv 1810.03292).
//!
//! A map that stays the same when the network forgets what it learned shows the recording (or the network's build), not
//! what was learned.

use classify::{Card, Precision, weights};
use nets::Tensors;
use nets::graph::Graph;

/// Steps of the cascade: the last third of the layers, the last two thirds, all.
pub const STEPS: usize = 3;

/// Mean correlation of the fully drawn network's maps from which on a map fails.
pub const LARGEST: f64 = 0.5;

/// The card and weights file of the network after a step of the cascade, 1 to [`STEPS`].
///
/// # Errors
/// A drawn number cannot be stored.
pub fn drawn(
    card: &Card,
    graph: &Graph,
    tensors: &Tensors,
    step: usize,
    seed: u64,
) -> Result<(Card, Vec<u8>), classify::Error> {
    let layers: Vec<_> = graph.nodes().iter().filter(|node| !node.weights.is_empty()).collect();
    let anew = graph.drawn(seed);
    let mut mixed = tensors.clone();
    let first = layers.len() - layers.len() * step / STEPS;
    // The nodes stand in the order of computation: the last are the logits'.
    for weight in layers[first..].iter().flat_map(|node| &graph.weights()[node.weights.clone()]) {
        if let Some(values) = anew.get(&weight.name) {
            mixed.insert(weight.name.clone(), values.clone());
        }
    }
    let bytes = weights::encode(&mixed, Precision::Single)?;
    let file = weights::describe(&card.weights.file, &bytes, Precision::Single);
    Ok((Card { weights: file, explanations: Vec::new(), ..card.clone() }, bytes))
}
