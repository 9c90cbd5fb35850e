//! The distillation network's fixture: weights in the original's order, and its two recordings.
#![allow(dead_code, reason = "each test program uses its own part")]

use nets::families::dsail::{BLOCK, RECORD_FEATURES};
use nets::graph::{Graph, Weight};
use serde_json::Value;

use super::fill::{in_order, torch};
use super::{input_at, numbers};

/// The original lists both norms of a block before its convolutions.
pub fn weights(graph: &Graph) -> nets::Tensors {
    let own: Vec<&Weight> = graph.weights().iter().collect();
    let (stem, rest) = own.split_at(1);
    let (blocks, rest) = rest.split_at(12 * 12);
    let mut order = stem.to_vec();
    for block in blocks.chunks(12) {
        order.extend([0, 1, 2, 3, 5, 6, 7, 8, 4, 9, 10, 11].map(|place| block[place]));
    }
    order.extend(rest);
    torch(graph, &in_order(order, 0))
}

/// The first leads of the two records, each with its features in all samples.
pub fn records(leads: usize, features: &Value) -> Vec<f32> {
    let all = input_at(500.0, 2, BLOCK);
    let features = numbers(features);
    let mut x = Vec::new();
    for (record, features) in features.chunks(RECORD_FEATURES).enumerate() {
        x.extend(&all[record * 12 * BLOCK..(record * 12 + leads) * BLOCK]);
        x.extend(features.iter().flat_map(|&feature| vec![feature as f32; BLOCK]));
    }
    x
}
