//! The multi-module network gives the numbers of one that was built independently.

mod support;

use nets::families::multi_module::{ATTENTION, BINS, FRAMES, SAMPLES, SPECTROGRAM, multi_module};
use support::one_lead::{one_lead, run};
use support::{assert_near, golden, host};

#[test]
fn the_person_costs_one_linear_layer() {
    let [without, with] = [false, true].map(|person| multi_module(person, 5).unwrap().parameters());
    assert_eq!(with - without, 3 * 128 + 128);
    assert!((500_000..2_000_000).contains(&without), "{without}");
}

#[test]
fn logits_with_and_without_the_person_are_those_of_an_independent_network() {
    let golden = golden("multi_module");
    let mut x = one_lead(100.0, SAMPLES);
    let outputs = run(multi_module(false, 5).unwrap(), x.clone());
    assert_near("without", &host(outputs["logits"].clone()), &golden["logits_without_person"]);
    x.extend([0.57, 0.0, 1.0]);
    let outputs = run(multi_module(true, 5).unwrap(), x);
    assert_near("with", &host(outputs["logits"].clone()), &golden["logits"]);
    assert_near("attention", &host(outputs[ATTENTION].clone()), &golden["attention"]);
}

#[test]
fn the_spectrogram_is_that_of_a_fourier_transform() {
    let outputs = run(multi_module(false, 5).unwrap(), one_lead(100.0, SAMPLES));
    assert_eq!(outputs[SPECTROGRAM].dims(), [1, BINS, FRAMES, 1]);
    let frame = host(outputs[SPECTROGRAM].clone().narrow(2, 7, 1));
    assert_near("frame 7", &frame, &golden("multi_module")["spectrogram_frame_7"]);
}
