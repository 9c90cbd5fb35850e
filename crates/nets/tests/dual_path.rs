//! The dual-path network gives the numbers of one that was built independently.

mod support;

use nets::families::dual_path::{ATTENTION, FEATURES, Pooling, SAMPLES, dual_path};
use nets::graph::Op;
use support::one_lead::{one_lead, run};
use support::{assert_near, golden, host};

#[test]
fn it_has_about_half_a_million_parameters() {
    let attention = dual_path(SAMPLES, Pooling::Attention, 4).unwrap().parameters();
    // Six paths of a recurrent layer both ways, a linear one and a norm; encoder, way in, score and head.
    let path = 2 * 4 * 64 * (64 + 64 + 2) + 128 * 64 + 64 + 2 * 64;
    assert_eq!(attention, 6 * path + (16 * 64 + 64) + (64 * 64 + 64) + 65 + (64 * 4 + 4));
    assert!((attention as f64 / 1e6 - 0.45).abs() < 0.01, "{attention}");
    assert_eq!(dual_path(SAMPLES, Pooling::Mean, 4).unwrap().parameters(), attention - 65);
}

#[test]
fn no_recurrent_layer_takes_more_than_64_steps() {
    let graph = dual_path(SAMPLES, Pooling::Mean, 4).unwrap();
    let steps = graph.nodes().iter().filter(|node| matches!(node.op, Op::Recurrent(_))).map(|node| node.shape.length);
    assert_eq!(steps.collect::<Vec<_>>(), [64, 37, 64, 37, 64, 37]);
}

#[test]
fn logits_features_and_attention_are_those_of_an_independent_network() {
    let golden = golden("dual_path");
    let outputs = run(dual_path(SAMPLES, Pooling::Attention, 4).unwrap(), one_lead(300.0, SAMPLES));
    assert_eq!(outputs[FEATURES].dims(), [1, 1, 1124, 64]);
    let features = |place: usize| host(outputs[FEATURES].clone().narrow(2, place, 1).narrow(3, 0, 16));
    assert_near("position 500", &features(500), &golden["features_500"]);
    assert_near("last position", &features(1123), &golden["features_last"]);
    let shares = host(outputs[ATTENTION].clone().narrow(2, 0, 12) * 1124.0);
    assert_near("attention", &shares, &golden["attention_times_length"]);
    assert_near("logits", &host(outputs["logits"].clone()), &golden["logits"]);
}

#[test]
fn sizes_that_make_no_network_are_errors() {
    assert!(dual_path(15, Pooling::Mean, 4).is_err());
    assert!(dual_path(0, Pooling::Attention, 4).is_err());
    assert!(dual_path(SAMPLES, Pooling::Mean, 0).is_err());
}
