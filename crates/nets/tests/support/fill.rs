//! Deterministic weights of a graph, in the order in which the original code lists its own.
#![allow(dead_code, reason = "each test program uses its own part")]

use std::collections::BTreeMap;

use nets::Tensors;
use nets::graph::{Graph, Weight};

use super::symmetric;

/// Where a weight stands among the original's tensors.
pub type Numbers = BTreeMap<String, u64>;

/// Numbers from `first` on, in the order given.
pub fn in_order<'a>(weights: impl IntoIterator<Item = &'a Weight>, first: u64) -> Numbers {
    weights.into_iter().zip(first..).map(|(weight, number)| (weight.name.clone(), number)).collect()
}

/// Weights of networks that come from PyTorch: there a matrix stands as `[to, from]`, a recurrent kernel as `[gates, from]`.
pub fn torch(graph: &Graph, numbers: &Numbers) -> Tensors {
    graph
        .weights()
        .iter()
        .map(|weight| (weight.name.clone(), (weight.shape.clone(), torch_weight(weight, numbers[&weight.name]))))
        .collect()
}

fn torch_weight(weight: &Weight, number: u64) -> Vec<f32> {
    let values = symmetric(number, weight.size());
    let end = weight.name.rsplit('.').next().unwrap();
    match (end, &weight.shape[..]) {
        ("gamma" | "running_var", _) => values.iter().map(|s| (1.0 + 0.2 * s) as f32).collect(),
        (_, [_]) => values.iter().map(|s| (0.1 * s) as f32).collect(),
        // Ours is [from, to].
        (_, &[from, to]) => {
            let bound = (3.0 / from as f64).sqrt();
            (0..from * to).map(|place| (bound * values[place % to * from + place / to]) as f32).collect()
        }
        (_, shape) => {
            let bound = (3.0 / shape[1..].iter().product::<usize>() as f64).sqrt();
            values.iter().map(|s| (s * bound) as f32).collect()
        }
    }
}

/// Weights of networks that come from Keras: there a kernel stands as `[kernel, from, to]`; matrices stand as ours.
pub fn keras(graph: &Graph, numbers: &Numbers) -> Tensors {
    graph
        .weights()
        .iter()
        .map(|weight| (weight.name.clone(), (weight.shape.clone(), keras_weight(weight, numbers[&weight.name]))))
        .collect()
}

fn keras_weight(weight: &Weight, number: u64) -> Vec<f32> {
    let values = symmetric(number, weight.size());
    let end = weight.name.rsplit('.').next().unwrap();
    match (end, &weight.shape[..]) {
        ("gamma" | "running_var", _) => values.iter().map(|s| (1.0 + 0.2 * s) as f32).collect(),
        // A table is the bias of an attention.
        ("table", _) | (_, [_]) => values.iter().map(|s| (0.1 * s) as f32).collect(),
        (_, &[to, from, kernel]) => {
            let bound = (3.0 / (from * kernel) as f64).sqrt();
            let theirs = |place: usize| (place % kernel * from + place / kernel % from) * to + place / kernel / from;
            (0..weight.size()).map(|place| (bound * values[theirs(place)]) as f32).collect()
        }
        (_, shape) => {
            let bound = (3.0 / shape[0] as f64).sqrt();
            values.iter().map(|s| (s * bound) as f32).collect()
        }
    }
}
