//! ST-MEM gives the numbers of a network that was built independently, and hides what pre-training fills in.

mod support;

use std::collections::BTreeMap;
use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};
use nets::families::st_mem::{
    ATTENTION, EMBEDDING, Form, HIDDEN, LEADS, PATCH, PATCHES, SAMPLES, TARGETS, VISIBLE, classifier, reconstruction,
};
use nets::graph::{Graph, Running};
use nets::tape::{Mode, Pass, Plain};
use support::fill::{in_order, torch};
use support::{assert_near, golden, host, input_at};

fn network(graph: Graph) -> Running {
    let tensors = torch(&graph, &in_order(graph.weights(), 0));
    Running::load(Arc::new(graph), &tensors, &Device::flex()).unwrap()
}

fn run(network: &Running, x: Vec<f32>) -> BTreeMap<&'static str, Tensor<4>> {
    network.forward(Tensor::from_data(TensorData::new(x, [1, LEADS, SAMPLES]), &Device::flex()))
}

#[test]
fn parameter_counts_are_the_published_ones() {
    for (form, published) in [(Form::BASE, 85_150_614), (Form::SMALL, 21_341_718)] {
        // Published without the last linear layer.
        assert_eq!(classifier(form, 71).unwrap().parameters() - 71 * (form.width + 1), published);
    }
    let narrow = classifier(Form::NARROW, 71).unwrap().parameters() as f64 / 1e6;
    assert!((narrow - 2.7).abs() < 0.1, "{narrow}");
}

#[test]
fn logits_and_attention_are_those_of_an_independent_network() {
    let golden = golden("st_mem");
    let network = network(classifier(Form::NARROW, 5).unwrap());
    let outputs = run(&network, input_at(250.0, 1, SAMPLES));
    assert_near("logits", &host(outputs["logits"].clone()), &golden["logits"]);
    assert_near("embedding", &host(outputs[EMBEDDING].clone())[..24], &golden["embedding"]);
    assert_eq!(outputs[ATTENTION].dims(), [1, 3, 384, 384]);
    let shares = host(outputs[ATTENTION].clone().narrow(1, 1, 1).narrow(2, 40, 1).narrow(3, 0, 12) * 384.0);
    assert_near("attention", &shares, &golden["attention_head_1_token_40_times_384"]);
}

#[test]
fn with_nothing_hidden_patches_are_filled_in_as_by_an_independent_network() {
    let golden = golden("st_mem");
    let network = network(reconstruction(Form::NARROW, PATCHES).unwrap());
    let outputs = run(&network, input_at(250.0, 1, SAMPLES));
    let patch = |name: &str| host(outputs[name].clone().narrow(1, 5, 1).narrow(2, 20, 1).narrow(3, 0, 20));
    assert_near("filled", &patch("logits"), &golden["filled_lead_5_patch_20"]);
    assert_near("targets", &patch(TARGETS), &golden["targets_lead_5_patch_20"]);
    assert!(host(outputs[HIDDEN].clone()).iter().all(|&hidden| hidden == 0.0));
}

#[test]
fn three_quarters_of_each_lead_are_hidden_and_anew_each_time() {
    let network = network(reconstruction(Form::NARROW, VISIBLE).unwrap());
    let x = input_at(250.0, 1, SAMPLES);
    let outputs = run(&network, x.clone());
    assert_eq!(outputs["logits"].dims(), [1, LEADS, PATCHES, PATCH]);
    let hidden = host(outputs[HIDDEN].clone());
    for lead in hidden.chunks(PATCHES) {
        assert_eq!(lead.iter().sum::<f32>(), 23.0);
    }
    assert_ne!(hidden, host(run(&network, x)[HIDDEN].clone()));
}

#[test]
fn pre_training_by_hand_moves_every_weight() {
    let graph = Arc::new(reconstruction(Form { width: 24, depth: 1, heads: 3 }, VISIBLE).unwrap());
    let tensors = graph.drawn(1);
    let weights: Vec<Vec<f32>> = graph.weights().iter().map(|weight| tensors[&weight.name].1.clone()).collect();
    let pass = Pass::forward(&graph, &weights, &input_at(250.0, 1, SAMPLES), Mode::Training(1), &Plain);
    let [filled, targets, hidden] = ["logits", TARGETS, HIDDEN].map(|name| graph.outputs()[name].number());
    // The mean squared distance over hidden patches.
    let hidden = pass.value(hidden);
    assert_eq!(hidden.iter().sum::<f32>(), 12.0 * 23.0);
    let differences = pass.value(filled).iter().zip(pass.value(targets)).enumerate();
    let differences = differences.map(|(place, (filled, target))| hidden[place / PATCH] * (filled - target));
    let found = pass.backward(&weights, [(filled, differences.collect())].into(), &[]);
    for (weight, gradient) in graph.weights().iter().zip(&found.weights) {
        let gradient = gradient.as_ref().unwrap_or_else(|| panic!("{} has no gradient", weight.name));
        assert!(gradient.iter().all(|value| value.is_finite()), "{}", weight.name);
        // What is the same for all keys does not move a softmax.
        let moves = gradient.iter().any(|&value| value != 0.0);
        assert!(moves || weight.name.ends_with("key.bias"), "{}", weight.name);
    }
}

#[test]
fn sizes_that_make_no_network_are_errors() {
    assert!(reconstruction(Form::NARROW, 0).is_err());
    assert!(reconstruction(Form::NARROW, PATCHES + 1).is_err());
    assert!(classifier(Form { heads: 5, ..Form::NARROW }, 5).is_err());
    assert!(classifier(Form { width: 0, ..Form::NARROW }, 5).is_err());
    assert!(classifier(Form::NARROW, 0).is_err());
}
