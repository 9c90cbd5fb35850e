//! Deterministic weights of a graph, in the order in which the original code lists its own.
#![allow(dead_code, reason = "each test program uses its own part")]

use std::collections::BTreeMap;
use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};
use nets::Tensors;
use nets::graph::{Graph, Running, Weight};

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

/// Weights of a network with decoupled labels, 71 of them: `order` says where the backbone's stand, the labels' own
/// networks follow label after label from `labels_from` on, the rest comes last.
pub fn decoupled_labels(graph: &Graph, mut order: Numbers, labels_from: u64) -> Tensors {
    let rest = graph.weights().iter().filter(|weight| !weight.name.starts_with("backbone."));
    let rest: Vec<&Weight> = rest.filter(|weight| !weight.name.starts_with("branches.")).collect();
    order.extend(in_order(rest.iter().copied(), labels_from + 71 * 12));
    // Weights of the labels' own networks are gathered from the original's.
    let own: Vec<&Weight> = graph.weights().iter().filter(|weight| weight.name.starts_with("branches.")).collect();
    order.extend(in_order(own.iter().copied(), 0));
    let mut tensors = torch(graph, &order);
    for (number, weight) in own.iter().enumerate() {
        tensors.insert(weight.name.clone(), (weight.shape.clone(), gathered(weight, labels_from + number as u64)));
    }
    tensors
}

/// A weight of all 71 labels' networks, of which the first label's is tensor number `first`, the next one's 12 later.
fn gathered(weight: &Weight, first: u64) -> Vec<f32> {
    let size = weight.size() / 71;
    let mut all = Vec::new();
    for label in 0..71 {
        let values = symmetric(first + 12 * label, size);
        let end = weight.name.rsplit('.').next().unwrap();
        let part: Vec<f32> = match (end, &weight.shape[..]) {
            ("gamma" | "running_var", _) => values.iter().map(|s| (1.0 + 0.2 * s) as f32).collect(),
            ("weight", &[_, from, to]) => {
                let bound = (3.0 / from as f64).sqrt();
                (0..from * to).map(|place| (bound * values[place % to * from + place / to]) as f32).collect()
            }
            _ => values.iter().map(|s| (0.1 * s) as f32).collect(),
        };
        all.extend(part);
    }
    all
}

/// The outputs, by Burn on the CPU, for records that stand one after the other, lead after lead. Weights are filled in
/// the graph's order, learned tables after all layers.
pub fn outputs(graph: Graph, records: Vec<f32>) -> BTreeMap<&'static str, Tensor<4>> {
    let table = |weight: &&Weight| weight.name.ends_with(".table");
    let layers = graph.weights().iter().filter(|weight| !table(weight));
    let order: Vec<&Weight> = layers.chain(graph.weights().iter().filter(table)).collect();
    let tensors = torch(&graph, &in_order(order, 0));
    let (device, input) = (Device::flex(), graph.input());
    let shape = [records.len() / input.size(), input.channels, input.length];
    let network = Running::load(Arc::new(graph), &tensors, &device).unwrap();
    network.forward(Tensor::from_data(TensorData::new(records, shape), &device))
}
