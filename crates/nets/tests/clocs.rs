//! CLOCS' networks give the numbers of ones that were built independently.

mod support;

use std::collections::BTreeMap;
use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};
use nets::families::clocs::{EMBEDDING, EMBEDDINGS, SAMPLES, Views, classifier, embeddings};
use nets::graph::{Graph, Running};
use support::fill::{in_order, torch};
use support::{assert_near, golden, host, input_at};

fn run(graph: Graph, views: Views) -> BTreeMap<&'static str, Tensor<4>> {
    let device = Device::flex();
    let tensors = torch(&graph, &in_order(graph.weights(), 0));
    let network = Running::load(Arc::new(graph), &tensors, &device).unwrap();
    let samples = views.parts * SAMPLES;
    let leads = input_at(500.0, 1, 2 * SAMPLES);
    let x = leads.chunks(2 * SAMPLES).take(views.leads).flat_map(|lead| lead[..samples].to_vec()).collect();
    network.forward(Tensor::from_data(TensorData::new(x, [1, views.leads, samples]), &device))
}

#[test]
fn parameter_counts_are_the_published_ones() {
    for (embedding, published) in EMBEDDINGS.into_iter().zip([45_304, 86_392, 106_936]) {
        for views in [Views::ONE, Views::TIME, Views::SPACE, Views::BOTH] {
            assert_eq!(embeddings(views, embedding).unwrap().parameters(), published);
        }
        let linear = classifier(Views::ONE, embedding, 5).unwrap().parameters() - published;
        assert_eq!(linear, 5 * (embedding + 1));
    }
}

#[test]
fn logits_and_embeddings_are_those_of_an_independent_network() {
    let golden = golden("clocs");
    let outputs = run(classifier(Views::ONE, 128, 5).unwrap(), Views::ONE);
    assert_near("logits", &host(outputs["logits"].clone()), &golden["logits"]);
    assert_near("embedding", &host(outputs[EMBEDDING].clone()), &golden["embedding"]);
    let outputs = run(classifier(Views::BOTH, 128, 5).unwrap(), Views::BOTH);
    assert_near("logits of 24 views", &host(outputs["logits"].clone()), &golden["logits_of_24_views"]);
}

#[test]
fn a_view_of_24_is_the_half_of_its_lead() {
    let views = host(run(embeddings(Views::BOTH, 128).unwrap(), Views::BOTH)["logits"].clone());
    assert_eq!(views.len(), 24 * 128);
    assert_near("view 7", &views[7 * 128..8 * 128], &golden("clocs")["view_7_of_24"]);
}

#[test]
fn sizes_that_make_no_network_are_errors() {
    assert!(embeddings(Views { leads: 0, parts: 1 }, 128).is_err());
    assert!(embeddings(Views::ONE, 0).is_err());
    assert!(classifier(Views::ONE, 128, 0).is_err());
}
