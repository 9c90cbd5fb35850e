//! MAMIL, as it is reconstructed here, gives the numbers of one that was built independently.

mod support;

use nets::families::mamil::{ATTENTION, GRAMIAN, INSTANCES, Modes, SIDE, WINDOWS, mamil};
use nets::graph::LOGITS;
use support::fill::outputs;
use support::{assert_close, assert_near, golden, host, input, numbers};

const BOTH: [(&str, Modes); 2] = [("signal", Modes::Signal), ("both", Modes::SignalAndPicture)];

#[test]
fn parameter_counts_are_the_independent_ones() {
    for (name, modes) in BOTH {
        let expected = golden("mamil")[name]["parameters"].as_u64().unwrap();
        assert_eq!(mamil(modes, 5).unwrap().parameters() as u64, expected, "{name}");
    }
}

#[test]
fn logits_attention_and_instances_are_those_of_an_independent_network() {
    for (name, modes) in BOTH {
        let expected = &golden("mamil")[name];
        let found = outputs(mamil(modes, 5).unwrap(), input(1, 1000));
        assert_near(name, &host(found[LOGITS].clone()), &expected["logits"]);
        for mode in 0..expected["attention"].as_array().unwrap().len() {
            assert_near(name, &host(found[ATTENTION[mode]].clone()), &expected["attention"][mode]);
            assert_near(name, &host(found[INSTANCES[mode]].clone()), &expected["instance_logits"][mode]);
        }
    }
}

#[test]
fn a_picture_is_the_cosine_of_sums_of_angles() {
    let found = outputs(mamil(Modes::SignalAndPicture, 5).unwrap(), input(1, 1000));
    let pictures = found[GRAMIAN].clone();
    assert_eq!(pictures.dims(), [1, WINDOWS * SIDE, SIDE, 12]);
    let line = pictures.narrow(1, 3 * SIDE + 10, 1).narrow(2, 0, 8).narrow(3, 5, 1);
    // A sine near 0 is the root of a difference of nearly equal numbers.
    assert_close(&host(line), &numbers(&golden("mamil")["gramian_window_3_lead_5_row_10"]), 2e-4);
}

#[test]
fn a_network_without_labels_is_refused() {
    assert!(mamil(Modes::Signal, 0).is_err());
}
