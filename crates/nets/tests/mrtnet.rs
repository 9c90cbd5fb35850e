//! MRTNet, as it is reconstructed here, gives the numbers of one that was built independently.

mod support;

use nets::families::mrtnet::{ATTENTION, WINDOWS, mrtnet};
use nets::graph::LOGITS;
use support::fill::outputs;
use support::{assert_near, golden, host, input};

#[test]
fn it_has_about_two_million_parameters() {
    let graph = mrtnet(5).unwrap();
    assert_eq!(graph.parameters() as u64, golden("mrtnet")["parameters"].as_u64().unwrap());
    assert_eq!(graph.parameters(), 1_946_369);
}

#[test]
fn multiply_adds_are_the_independent_ones_and_attentions_products() {
    let products = 3 * 2 * 2 * WINDOWS * WINDOWS * 128;
    let expected = golden("mrtnet")["multiply_adds"].as_u64().unwrap() + products as u64;
    assert_eq!(mrtnet(5).unwrap().multiply_adds(), expected);
}

#[test]
fn logits_and_attention_are_those_of_an_independent_network() {
    let golden = golden("mrtnet");
    let found = outputs(mrtnet(5).unwrap(), input(1, 1000));
    assert_near("logits", &host(found[LOGITS].clone()), &golden["logits"]);
    for name in ATTENTION {
        assert_eq!(found[name].dims(), [1, 4, 19, 19]);
    }
    let look = found[ATTENTION[1]].clone().narrow(1, 3, 1).narrow(2, 0, 1);
    assert_near("attention", &host(look), &golden["attention_half_rate_head_3_token_0"]);
}

#[test]
fn a_network_without_labels_is_refused() {
    assert!(mrtnet(0).is_err());
}
