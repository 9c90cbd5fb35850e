//! Deterministic parameters and inputs, the same that the authors' code was run with, and golden numbers.
#![allow(dead_code, reason = "each test program uses its own part")]

pub mod dsail;
pub mod fill;
pub mod one_lead;
pub mod operations;

use std::path::Path;

use burn::tensor::Tensor;
use serde_json::Value;

/// Uniform numbers in [0, 1): the finaliser of SplitMix64 over element number (from 1) and tensor number.
pub fn uniform(tensor: u64, count: usize) -> Vec<f64> {
    (1..=count as u64)
        .map(|element| {
            let mut x =
                element.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(tensor.wrapping_mul(0xD1B5_4A32_D192_ED03));
            x ^= x >> 30;
            x = x.wrapping_mul(0xBF58_476D_1CE4_E5B9);
            x ^= x >> 27;
            x = x.wrapping_mul(0x94D0_49BB_1331_11EB);
            x ^= x >> 31;
            (x >> 11) as f64 / 9_007_199_254_740_992.0
        })
        .collect()
}

/// Numbers in [-1, 1).
pub fn symmetric(tensor: u64, count: usize) -> Vec<f64> {
    uniform(tensor, count).into_iter().map(|u| 2.0 * u - 1.0).collect()
}

/// `x[b, lead, n] = sin(2 pi (lead + 1 + 3b) t / 4) + 0.5 cos(2 pi 1.25 t + 0.1 lead)`, t = n / 100, row-major.
pub fn input(batch: usize, samples: usize) -> Vec<f32> {
    input_at(100.0, batch, samples)
}

/// The same at another rate, in samples a second.
pub fn input_at(rate: f64, batch: usize, samples: usize) -> Vec<f32> {
    use std::f64::consts::TAU;
    let mut x = Vec::with_capacity(batch * 12 * samples);
    for record in 0..batch {
        for lead in 0..12 {
            for sample in 0..samples {
                let t = sample as f64 / rate;
                let slow = (TAU * (lead + 1 + 3 * record) as f64 * t / 4.0).sin();
                x.push((slow + 0.5 * (TAU * 1.25 * t + 0.1 * lead as f64).cos()) as f32);
            }
        }
    }
    x
}

/// A file of golden numbers.
pub fn golden(name: &str) -> Value {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/nets").join(name).with_extension("json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// All numbers in a (nested) array, in order.
pub fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(values) => values.iter().flat_map(numbers).collect(),
        other => vec![other.as_f64().unwrap()],
    }
}

/// A tensor's numbers.
pub fn host<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_into_vec_as::<f32>().unwrap()
}

/// Panics when two rows of numbers differ by more than `tolerance` anywhere.
#[track_caller]
pub fn assert_close(found: &[f32], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len(), "lengths differ");
    for (place, (&found, &expected)) in found.iter().zip(expected).enumerate() {
        let difference = (f64::from(found) - expected).abs();
        assert!(difference <= tolerance, "at {place}: found {found}, expected {expected}, tolerance {tolerance}");
    }
}

/// The same for plain numbers of our own.
#[track_caller]
pub fn assert_same(found: &[f32], expected: &[f32], tolerance: f64) {
    assert_close(found, &expected.iter().map(|&v| f64::from(v)).collect::<Vec<_>>(), tolerance);
}

/// Panics when numbers differ by more than 1e-5 of the largest: deep networks with these weights reach logits of 20.
#[track_caller]
pub fn assert_near(what: &str, found: &[f32], expected: &Value) {
    let expected = numbers(expected);
    assert_eq!(found.len(), expected.len(), "{what}");
    let largest = expected.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    let tolerance = (1e-5 * largest).max(1e-5);
    for (place, (&found, expected)) in found.iter().zip(&expected).enumerate() {
        let difference = (f64::from(found) - expected).abs();
        assert!(
            difference <= tolerance,
            "{what} at {place}: found {found}, expected {expected}, tolerance {tolerance}"
        );
    }
}
