//! Networks of one lead, with the deterministic parameters and inputs.

use std::collections::BTreeMap;
use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};
use nets::graph::{Graph, Running};

use super::fill::{in_order, torch};
use super::input_at;

/// Every output for one recording.
pub fn run(graph: Graph, x: Vec<f32>) -> BTreeMap<&'static str, Tensor<4>> {
    let device = Device::flex();
    let tensors = torch(&graph, &in_order(graph.weights(), 0));
    let network = Running::load(Arc::new(graph), &tensors, &device).unwrap();
    let length = x.len();
    network.forward(Tensor::from_data(TensorData::new(x, [1, 1, length]), &device))
}

/// Lead I of the input at a rate, in samples a second.
pub fn one_lead(rate: f64, samples: usize) -> Vec<f32> {
    input_at(rate, 1, samples)[..samples].to_vec()
}
