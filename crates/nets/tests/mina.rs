//! MINA gives the numbers of a network that was built independently, and its knowledge is what it is said to be.

mod support;

use std::collections::BTreeMap;
use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};
use nets::families::mina::{
    BAND_ATTENTION, BANDS, BEAT_ATTENTION, DEVIATIONS, DIFFERENCES, FIELDS, POWERS, RHYTHM_ATTENTION, SAMPLES,
    SEGMENTS, mina,
};
use nets::graph::{Role, Running, Weight};
use support::fill::{in_order, torch};
use support::{assert_near, golden, host, symmetric};

/// The reference's noise: bands of falling power, all with a mean.
fn outputs() -> BTreeMap<&'static str, Tensor<4>> {
    let device = Device::flex();
    let graph = mina(2).unwrap();
    let tensors = torch(&graph, &in_order(graph.weights(), 0));
    let network = Running::load(Arc::new(graph), &tensors, &device).unwrap();
    let x = symmetric(1000, BANDS.len() * SAMPLES).into_iter().enumerate();
    let x = x.map(|(place, value)| (f64::from(value as f32) * 0.5_f64.powi((place / SAMPLES) as i32) + 0.25) as f32);
    network.forward(Tensor::from_data(TensorData::new(x.collect(), [1, BANDS.len(), SAMPLES]), &device))
}

#[test]
fn parameter_counts_are_the_published_ones() {
    let graph = mina(2).unwrap();
    assert_eq!(graph.parameters(), 115_274);
    for band in 0..4 {
        let own = graph.weights().iter().filter(|weight| weight.name.starts_with(&format!("bands.{band}.")));
        assert_eq!(own.filter(|weight| weight.role == Role::Trained).map(Weight::size).sum::<usize>(), 28_809);
    }
}

#[test]
fn multiply_adds_are_about_the_published_eleven_million() {
    let millions = mina(2).unwrap().multiply_adds() as f64 / 1e6;
    assert!((millions - 11.0).abs() < 1.5, "{millions}");
}

#[test]
fn logits_and_attention_are_those_of_an_independent_network() {
    let (golden, outputs) = (golden("mina"), outputs());
    let own = |name: &str| outputs[name].clone();
    assert_near("logits", &host(own("logits")), &golden["logits"]);
    assert_eq!(own(BEAT_ATTENTION).dims(), [1, SEGMENTS, FIELDS, 4]);
    assert_near("bands", &host(own(BAND_ATTENTION)), &golden["bands"]);
    assert_near("rhythm", &host(own(RHYTHM_ATTENTION).narrow(3, 1, 1)), &golden["rhythm_of_band_1"]);
    let beat = own(BEAT_ATTENTION).narrow(1, 7, 1).narrow(3, 2, 1);
    assert_near("beat", &host(beat), &golden["beat_of_band_2_segment_7"]);
}

#[test]
fn knowledge_is_that_of_differences_deviations_and_a_fourier_transform() {
    let (golden, outputs) = (golden("mina"), outputs());
    let own = |name: &str| outputs[name].clone();
    assert_near("powers", &host(own(POWERS)), &golden["powers"]);
    assert_near("deviations", &host(own(DEVIATIONS).narrow(3, 0, 1)), &golden["deviations_of_band_0"]);
    let differences = own(DIFFERENCES).narrow(2, 0, 60).narrow(3, 3, 1);
    assert_near("differences", &host(differences), &golden["differences_of_band_3"]);
}
