//! IM-ECG has the specified counts, gives the numbers of the public code, and its class activation needs no gradient.

mod support;

use nets::families::im_ecg::{FEATURES, Form, im_ecg};
use nets::graph::LOGITS;
use support::fill::{in_order, outputs, torch};
use support::{assert_near, assert_same, golden, host, input};

#[test]
fn parameter_counts_are_the_public_codes() {
    assert_eq!(im_ecg(Form::FULL, 9).unwrap().parameters(), 25_602_825);
    assert_eq!(im_ecg(Form::FULL, 71).unwrap().parameters(), 25_650_503);
    assert_eq!(im_ecg(Form::QUARTER, 9).unwrap().parameters(), 1_133_577);
}

#[test]
fn multiply_adds_are_the_public_codes() {
    let full = im_ecg(Form::FULL, 5).unwrap().multiply_adds();
    assert_eq!(full, golden("im_ecg")["multiply_adds"].as_u64().unwrap());
    assert!((full as f64 / 1e9 - 21.23).abs() < 0.005);
    let quarter = im_ecg(Form::QUARTER, 5).unwrap().multiply_adds() as f64 / 1e9;
    assert!((quarter - 1.0).abs() < 0.25, "{quarter}");
}

#[test]
fn logits_and_the_fused_map_are_those_of_the_public_code() {
    let golden = golden("im_ecg");
    let found = outputs(im_ecg(Form::FULL, 5).unwrap(), input(1, 1000));
    assert_near("logits", &host(found[LOGITS].clone()), &golden["logits"]);
    assert_eq!(found[FEATURES].dims(), [1, 12, 63, 768]);
    let place = found[FEATURES].clone().narrow(1, 7, 1).narrow(2, 40, 1).narrow(3, 0, 6);
    assert_near("features", &host(place), &golden["features_lead_7_position_40"]);
}

#[test]
fn the_mean_of_a_labels_class_activation_and_its_bias_are_its_logit() {
    let graph = im_ecg(Form::QUARTER, 3).unwrap();
    let weights = torch(&graph, &in_order(graph.weights(), 0));
    let (matrix, bias) = (&weights["linear.weight"].1, &weights["linear.bias"].1);
    let found = outputs(graph, input(1, 1000));
    let map = host(found[FEATURES].clone());
    let logits: Vec<f32> = (0..3)
        .map(|label| {
            let activation = map.chunks_exact(192).map(|place| {
                place.iter().zip(matrix.chunks_exact(3)).map(|(channel, row)| channel * row[label]).sum::<f32>()
            });
            activation.sum::<f32>() / (12.0 * 63.0) + bias[label]
        })
        .collect();
    assert_same(&host(found[LOGITS].clone()), &logits, 1e-5);
}

#[test]
fn a_network_without_labels_or_width_is_refused() {
    assert!(im_ecg(Form::FULL, 0).is_err());
    assert!(im_ecg(Form { width: 0, ..Form::FULL }, 5).is_err());
}
