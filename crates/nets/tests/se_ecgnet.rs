//! SE-ECGNet has the published counts and gives the numbers of the authors' code.

mod support;

use nets::families::se_ecgnet::{FEATURES, Form, SQUEEZE, se_ecgnet};
use nets::graph::{Graph, LOGITS};
use support::fill::outputs;
use support::{assert_near, golden, host, input_at};

fn published(classes: usize) -> Graph {
    se_ecgnet(Form::PUBLISHED, classes).unwrap()
}

#[test]
fn parameter_counts_are_the_published_ones_and_a_stage_has_one_shortcut() {
    assert_eq!(published(34).parameters(), 16_419_520);
    assert_eq!(published(5).parameters() as u64, golden("se_ecgnet")["parameters"].as_u64().unwrap());
    let graph = published(34);
    let shortcuts = graph.weights().iter().filter(|weight| weight.name.ends_with("shortcut.weight")).count();
    let nodes = graph.nodes().iter().filter(|node| node.name.ends_with("shortcut")).count();
    // Three halvings over the leads, and four in each of three branches.
    assert_eq!((shortcuts, nodes), (1 + 3, 3 + 3 * 4));
}

#[test]
fn multiply_adds_are_the_published_ones() {
    assert!((published(34).multiply_adds() as f64 / 1e9 - 1.98).abs() < 0.005);
    assert_eq!(published(5).multiply_adds(), golden("se_ecgnet")["multiply_adds"].as_u64().unwrap());
}

#[test]
fn logits_features_and_squeezes_are_those_of_the_authors_code() {
    let golden = golden("se_ecgnet");
    let x = input_at(500.0, 1, 5000)[..8 * 5000].to_vec();
    let found = outputs(published(5), x);
    assert_near("logits", &host(found[LOGITS].clone()), &golden["logits"]);
    assert_eq!(found[FEATURES[2]].dims(), [1, 1, 20, 256]);
    let features = found[FEATURES[2]].clone().narrow(2, 10, 1).narrow(3, 0, 6);
    assert_near("features", &host(features), &golden["features_7_position_10"]);
    assert_near("squeeze", &host(found[SQUEEZE[0]].clone().narrow(3, 0, 6)), &golden["squeeze_3"]);
}

#[test]
fn the_form_of_twelve_leads_has_two_to_four_million_weights() {
    let graph = se_ecgnet(Form::TWELVE_LEADS, 71).unwrap();
    assert_eq!((graph.input().channels, graph.input().length), (12, 1000));
    assert!((2_000_000..4_000_000).contains(&graph.parameters()), "{}", graph.parameters());
    let found = outputs(graph, input_at(100.0, 1, 1000));
    assert_eq!(found[FEATURES[0]].dims(), [1, 1, 4, 96]);
    assert!(host(found[LOGITS].clone()).iter().all(|logit| logit.is_finite()));
}

#[test]
fn a_network_without_labels_or_leads_or_with_too_few_samples_is_refused() {
    assert!(se_ecgnet(Form::PUBLISHED, 0).is_err());
    assert!(se_ecgnet(Form { leads: 0, ..Form::PUBLISHED }, 5).is_err());
    assert!(se_ecgnet(Form { samples: 49, ..Form::PUBLISHED }, 5).is_err());
}
