//! The network of contrastive predictive coding gives the numbers of one that was built independently.

mod support;

use std::collections::BTreeMap;
use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};
use nets::families::cpc::{CONTRAST_SAMPLES, ENCODED, LEADS, SAMPLES, WIDTH, classifier, contrast};
use nets::graph::{Graph, Role, Running};
use support::fill::{in_order, torch};
use support::{assert_close, golden, host, input, numbers};

fn run(graph: Graph) -> BTreeMap<&'static str, Tensor<4>> {
    let device = Device::flex();
    let tensors = torch(&graph, &in_order(graph.weights(), 0));
    let network = Running::load(Arc::new(graph), &tensors, &device).unwrap();
    network.forward(Tensor::from_data(TensorData::new(input(1, SAMPLES), [1, LEADS, SAMPLES]), &device))
}

#[test]
fn parameter_counts_are_the_published_ones() {
    let graph = classifier(WIDTH, SAMPLES, 71).unwrap();
    let millions = |name: &str| {
        let part = graph.weights().iter().filter(|weight| weight.name.starts_with(name));
        part.filter(|weight| weight.role == Role::Trained).map(nets::graph::Weight::size).sum::<usize>() as f64 / 1e6
    };
    for (part, published) in [("encoder", 0.80), ("context", 4.20), ("head", 0.83), ("", 5.83)] {
        assert!((millions(part) - published).abs() < 0.005, "{part}: {}", millions(part));
    }
    let body = graph.parameters() as f64 / 1e6 - millions("head");
    let contrast = contrast(WIDTH, CONTRAST_SAMPLES).unwrap().parameters() as f64;
    assert!((contrast - (WIDTH * WIDTH) as f64 - body * 1e6).abs() < 0.5);
}

#[test]
fn logits_tokens_and_expectations_are_those_of_an_independent_network() {
    let golden = golden("cpc");
    let outputs = run(classifier(WIDTH, SAMPLES, 5).unwrap());
    assert_close(&host(outputs["logits"].clone()), &numbers(&golden["logits"]), 1e-5);
    let outputs = run(contrast(WIDTH, SAMPLES).unwrap());
    let sample = |name: &str| host(outputs[name].clone().narrow(2, 100, 1).narrow(3, 0, 8));
    assert_close(&sample(ENCODED), &numbers(&golden["encoded_sample_100"]), 1e-5);
    assert_close(&sample("logits"), &numbers(&golden["expected_after_sample_100"]), 1e-5);
}
