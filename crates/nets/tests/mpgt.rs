//! MPGT gives the numbers of a network that was built independently.

mod support;

use nets::families::mpgt::{ATTENTION, Form, GATE, mpgt};
use support::one_lead::{one_lead, run};
use support::{assert_near, golden, host};

#[test]
fn two_and_three_layers_have_one_to_three_million_parameters() {
    // A layer of both branches and its gate; what makes the tokens; head.
    for (layers, expected) in [(2, 1_867_013), (3, 2_741_637), (4, 3_616_261)] {
        assert_eq!(mpgt(Form { layers, ..Form::ONE_LEAD }, 5).unwrap().parameters(), expected);
    }
    assert!(mpgt(Form::TWELVE_LEADS, 5).is_ok());
}

#[test]
fn logits_gate_and_attention_are_those_of_an_independent_network() {
    let golden = golden("mpgt");
    let outputs = run(mpgt(Form::ONE_LEAD, 5).unwrap(), one_lead(100.0, 1000));
    assert_near("logits", &host(outputs["logits"].clone()), &golden["logits"]);
    assert_eq!(outputs[GATE].dims(), [1, 1, 62, 128]);
    let gate = host(outputs[GATE].clone().narrow(2, 31, 1).narrow(3, 0, 16));
    assert_near("gate", &gate, &golden["gate_31"]);
    let shares = host(outputs[ATTENTION].clone().narrow(1, 2, 1).narrow(2, 40, 1).narrow(3, 0, 16));
    assert_near("attention", &shares, &golden["attention_head_2_token_40"]);
}

#[test]
fn the_gate_stays_between_the_sigmoids_of_minus_one_and_one() {
    let outputs = run(mpgt(Form::ONE_LEAD, 5).unwrap(), one_lead(100.0, 1000));
    let gate = host(outputs[GATE].clone());
    assert!(gate.iter().all(|gate| (0.2689..=0.7311).contains(gate)));
}

#[test]
fn recordings_of_any_length_are_taken() {
    for samples in [20, 250, 990, 1001, 9000] {
        assert!(mpgt(Form { samples, ..Form::TWELVE_LEADS }, 5).is_ok(), "{samples}");
    }
}

#[test]
fn sizes_that_make_no_network_are_errors() {
    assert!(mpgt(Form { samples: 12, ..Form::ONE_LEAD }, 5).is_err());
    assert!(mpgt(Form { leads: 0, ..Form::ONE_LEAD }, 5).is_err());
    assert!(mpgt(Form::ONE_LEAD, 0).is_err());
}
