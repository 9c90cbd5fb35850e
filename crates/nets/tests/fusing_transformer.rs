//! The lightweight fusing transformer gives the numbers of a network that was built independently.

mod support;

use nets::families::fusing_transformer::{ATTENTION, EXCITATION, Form, GROUPS, fusing_transformer};
use support::one_lead::{one_lead, run};
use support::{assert_near, golden, host};

#[test]
fn it_has_less_than_half_a_million_parameters() {
    for layers in 2..=4 {
        let found = fusing_transformer(Form { layers, ..Form::PROPOSED }, 5).unwrap().parameters();
        assert!(found < 520_000, "{layers} layers: {found}");
    }
    assert!(fusing_transformer(Form::PROPOSED, 5).unwrap().parameters() < 500_000);
}

#[test]
fn logits_of_every_beat_are_those_of_an_independent_network() {
    let golden = golden("fusing_transformer");
    let outputs = run(fusing_transformer(Form::PROPOSED, 5).unwrap(), one_lead(250.0, 1600));
    assert_eq!(outputs["logits"].dims(), [1, 1, 8, 5]);
    assert_near("logits", &host(outputs["logits"].clone()), &golden["logits"]);
    let excitation = host(outputs[EXCITATION].clone().narrow(1, 6, 1).narrow(3, 0, 16));
    assert_near("excitation", &excitation, &golden["excitation_beat_6"]);
}

#[test]
fn a_beat_looks_at_three_beats_on_each_side_and_shares_sum_to_one_inside() {
    let outputs = run(fusing_transformer(Form::PROPOSED, 5).unwrap(), one_lead(250.0, 1600));
    assert_eq!(outputs[ATTENTION].dims(), [1, GROUPS, 8, 8]);
    for (row, shares) in host(outputs[ATTENTION].clone()).chunks(8).enumerate() {
        let to = row % 8;
        for (from, &share) in shares.iter().enumerate() {
            assert_eq!(share > 0.0, from.abs_diff(to) <= 3, "{to} looks at {from}");
        }
        let sum: f32 = shares.iter().sum();
        assert_eq!((sum - 1.0).abs() < 1e-6, (3..5).contains(&to), "{to}: {sum}");
    }
}

#[test]
fn sizes_that_make_no_network_are_errors() {
    assert!(fusing_transformer(Form { beats: 0, ..Form::PROPOSED }, 5).is_err());
    assert!(fusing_transformer(Form { window: 0, ..Form::PROPOSED }, 5).is_err());
    assert!(fusing_transformer(Form::PROPOSED, 0).is_err());
}
