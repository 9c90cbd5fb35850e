//! The network with token selection has the specified counts and gives the numbers of the public code, with the selection
//! that it leaves out and without.

mod support;

use nets::families::token_selection::{CLASS_TOKENS, Form, KEPT, LOOKS, token_selection};
use nets::graph::LOGITS;
use support::fill::outputs;
use support::{assert_near, golden, host, input, numbers};

#[test]
fn parameter_counts_are_the_public_codes_and_selecting_adds_none() {
    for form in [Form::RELEASED, Form::FULL] {
        let graph = token_selection(form, 5).unwrap();
        assert_eq!(graph.parameters() as u64, golden("token_selection")["released"]["parameters"].as_u64().unwrap());
        assert!((graph.parameters() as f64 / 1e6 - 33.5).abs() < 0.05);
    }
    let reduced = token_selection(Form::REDUCED, 5).unwrap().parameters();
    assert!((1_500_000..2_500_000).contains(&reduced), "{reduced}");
}

#[test]
fn multiply_adds_are_the_public_codes_and_selecting_saves_some() {
    let [released, full, reduced] =
        [Form::RELEASED, Form::FULL, Form::REDUCED].map(|form| token_selection(form, 5).unwrap().multiply_adds());
    // Both passes over 51 tokens in 8 layers and over 201 in 5: scores and mixtures, which the other count leaves out.
    let products = 2 * 2 * 424 * (8 * 51 * 51 + 5 * 201 * 201);
    let expected = golden("token_selection")["released"]["multiply_adds"].as_u64().unwrap();
    assert_eq!(released, expected + products);
    assert!((expected as f64 / 1e9 - 7.6).abs() < 0.05);
    assert!(full < released - 1_000_000_000, "{full}");
    assert!(reduced < 1_000_000_000, "{reduced}");
}

#[test]
fn logits_are_those_of_the_public_code() {
    let expected = &golden("token_selection")["released"];
    let found = outputs(token_selection(Form::RELEASED, 5).unwrap(), input(1, 1000));
    assert_near("logits", &host(found[LOGITS].clone()), &expected["logits"]);
    assert!(!found.contains_key(KEPT[0]));
}

#[test]
fn the_tokens_that_are_kept_are_the_most_looked_at_and_give_the_expected_logits() {
    let expected = &golden("token_selection")["selecting"];
    let found = outputs(token_selection(Form::FULL, 5).unwrap(), input(1, 1000));
    for branch in 0..2 {
        let (looks, kept) = (host(found[LOOKS[branch]].clone()), host(found[KEPT[branch]].clone()));
        let places = (0..kept.len()).filter(|&place| kept[place] == 1.0).map(|place| place as f64);
        assert_eq!(places.collect::<Vec<_>>(), numbers(&expected["kept"][branch]), "{}", KEPT[branch]);
        assert!(kept.iter().all(|&kept| kept == 0.0 || kept == 1.0));
        let of = |which: f32| looks.iter().zip(&kept).filter(move |(_, kept)| **kept == which).map(|(look, _)| *look);
        assert!(of(1.0).fold(f32::MAX, f32::min) >= of(0.0).fold(0.0, f32::max));
        assert_eq!(found[CLASS_TOKENS[branch]].dims(), [1, 1, 1, 424]);
    }
    assert_near("logits", &host(found[LOGITS].clone()), &expected["logits"]);
}

#[test]
fn forms_that_do_not_divide_are_refused() {
    assert!(token_selection(Form::REDUCED, 0).is_err());
    assert!(token_selection(Form { channels: 66, ..Form::REDUCED }, 5).is_err());
    assert!(token_selection(Form { heads: 3, ..Form::REDUCED }, 5).is_err());
}
