//! Deterministic parameters and inputs, the same that the authors' code was run with, and golden numbers.
#![allow(dead_code, reason = "each test program uses its own part")]

pub mod fill;

use std::path::Path;

use burn::tensor::{Device, Tensor, TensorData};
use nets::{Architecture, Network, Tensors};
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

/// Makes tensors in the order in which the original lists its own.
#[derive(Default)]
struct Maker {
    next: u64,
    tensors: Tensors,
}

impl Maker {
    fn put(&mut self, name: &str, shape: &[usize], value: impl Fn(f64) -> f64) -> Vec<f32> {
        let values: Vec<f32> =
            symmetric(self.next, shape.iter().product()).into_iter().map(|s| value(s) as f32).collect();
        self.next += 1;
        self.tensors.insert(name.to_owned(), (shape.to_vec(), values.clone()));
        values
    }

    fn near_one(&mut self, name: &str, count: usize) {
        self.put(name, &[count], |s| 1.0 + 0.2 * s);
    }

    fn near_zero(&mut self, name: &str, shape: &[usize]) {
        self.put(name, shape, |s| 0.1 * s);
    }

    fn weight(&mut self, name: &str, shape: &[usize], fan: usize) {
        let bound = (3.0 / fan as f64).sqrt();
        self.put(name, shape, |s| s * bound);
    }

    fn norm(&mut self, name: &str, channels: usize) {
        self.near_one(&format!("{name}.gamma"), channels);
        self.near_zero(&format!("{name}.beta"), &[channels]);
        self.near_zero(&format!("{name}.running_mean"), &[channels]);
        self.near_one(&format!("{name}.running_var"), channels);
    }

    /// A kernel that Keras holds as `[kernel, from, to]`, and its bias.
    fn keras_conv(&mut self, name: &str, [kernel, from, to]: [usize; 3]) {
        let path = format!("{name}.weight");
        self.weight(&path, &[kernel, from, to], kernel * from);
        let (shape, values) = self.tensors.get_mut(&path).unwrap();
        let mut turned = vec![0.0; values.len()];
        for tap in 0..kernel {
            for i in 0..from {
                for o in 0..to {
                    turned[(o * from + i) * kernel + tap] = values[(tap * from + i) * to + o];
                }
            }
        }
        (*shape, *values) = (vec![to, from, kernel], turned);
        self.near_zero(&format!("{name}.bias"), &[to]);
    }

    /// A matrix that PyTorch holds as `[to, from]`, and its bias.
    fn torch_linear(&mut self, name: &str, to: usize, from: usize) {
        let path = format!("{name}.weight");
        self.weight(&path, &[to, from], from);
        let (shape, values) = self.tensors.get_mut(&path).unwrap();
        (*shape, *values) = (vec![from, to], transposed(values, to, from));
        self.near_zero(&format!("{name}.bias"), &[to]);
    }
}

fn transposed(values: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    (0..columns).flat_map(|column| (0..rows).map(move |row| values[row * columns + column])).collect()
}

/// The deterministic parameters of a network.
pub fn parameters(architecture: Architecture, classes: usize) -> Tensors {
    let mut maker = Maker::default();
    match architecture {
        Architecture::ImleNet => imle_net(&mut maker, classes),
        Architecture::Resnet1dWang => {
            backbone(&mut maker);
            head(&mut maker, classes);
        }
        Architecture::Resnet1dWangLdm => {
            backbone(&mut maker);
            branches(&mut maker, classes);
            head(&mut maker, classes);
            maker.weight("mergence.weight", &[classes, classes], classes);
            maker.near_zero("mergence.bias", &[classes]);
        }
    }
    maker.tensors
}

fn imle_net(maker: &mut Maker, classes: usize) {
    maker.keras_conv("stem", [8, 1, 32]);
    for (block, (from, to)) in [(32, 32), (32, 32), (32, 64), (64, 64), (64, 128), (128, 128)].into_iter().enumerate() {
        maker.keras_conv(&format!("blocks.{block}.conv1"), [8, from, to]);
        maker.norm(&format!("blocks.{block}.norm1"), to);
        if from != to {
            maker.keras_conv(&format!("blocks.{block}.shortcut"), [1, from, to]);
        }
        maker.keras_conv(&format!("blocks.{block}.conv2"), [8, to, to]);
        maker.norm(&format!("blocks.{block}.norm2"), to);
    }
    attention(maker, "beat", 13);
    for direction in ["lstm.forward", "lstm.backward"] {
        maker.weight(&format!("{direction}.kernel"), &[128, 256], 128);
        maker.weight(&format!("{direction}.recurrent"), &[64, 256], 64);
        maker.near_zero(&format!("{direction}.bias"), &[256]);
    }
    attention(maker, "rhythm", 20);
    attention(maker, "lead", 12);
    maker.weight("dense.weight", &[128, classes], 128);
    maker.near_zero("dense.bias", &[classes]);
}

fn attention(maker: &mut Maker, name: &str, positions: usize) {
    maker.weight(&format!("{name}.weight"), &[128, 64], 128);
    maker.near_zero(&format!("{name}.bias"), &[positions, 64]);
    maker.weight(&format!("{name}.context"), &[64, 1], 64);
}

fn backbone(maker: &mut Maker) {
    maker.weight("backbone.stem.weight", &[128, 12, 7], 12 * 7);
    maker.norm("backbone.stem_norm", 128);
    for stage in 0..3 {
        let name = format!("backbone.stages.{stage}");
        maker.weight(&format!("{name}.conv1.weight"), &[128, 128, 5], 128 * 5);
        maker.norm(&format!("{name}.norm1"), 128);
        maker.weight(&format!("{name}.conv2.weight"), &[128, 128, 3], 128 * 3);
        maker.norm(&format!("{name}.norm2"), 128);
        if stage > 0 {
            maker.weight(&format!("{name}.shortcut.conv.weight"), &[128, 128, 1], 128);
            maker.norm(&format!("{name}.shortcut.norm"), 128);
        }
    }
}

fn head(maker: &mut Maker, classes: usize) {
    maker.norm("head.norm1", 256);
    maker.torch_linear("head.linear1", 128, 256);
    maker.norm("head.norm2", 128);
    maker.torch_linear("head.linear2", classes, 128);
}

/// Each label's twelve tensors one after the other, gathered into ours over all labels.
fn branches(maker: &mut Maker, classes: usize) {
    let mut all = Tensors::new();
    for _ in 0..classes {
        let mut one = Maker { next: maker.next, tensors: Tensors::new() };
        one.norm("norm1", 256);
        one.torch_linear("space", 8, 256);
        one.norm("norm2", 8);
        one.torch_linear("score", 1, 8);
        maker.next = one.next;
        for (name, (_, values)) in one.tensors {
            all.entry(name).or_default().1.extend(values);
        }
    }
    let mut put = |from: &str, to: &str, shape: Vec<usize>| {
        let (_, values) = all.remove(from).unwrap();
        maker.tensors.insert(format!("branches.{to}"), (shape, values));
    };
    for part in ["gamma", "beta", "running_mean", "running_var"] {
        put(&format!("norm1.{part}"), &format!("norm1.{part}"), vec![classes, 256]);
        put(&format!("norm2.{part}"), &format!("norm2.{part}"), vec![classes * 8]);
    }
    put("space.weight", "space", vec![classes, 256, 8]);
    put("space.bias", "space_bias", vec![classes, 8]);
    put("score.weight", "score", vec![classes, 8]);
    put("score.bias", "score_bias", vec![classes]);
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

/// The input as a tensor of the network's size.
pub fn input_tensor(architecture: Architecture, batch: usize, device: &Device) -> Tensor<3> {
    let samples = architecture.input().samples;
    Tensor::from_data(TensorData::new(input(batch, samples), [batch, 12, samples]), device)
}

/// The network with its deterministic parameters.
pub fn network(architecture: Architecture, classes: usize, device: &Device) -> Network {
    architecture.init(classes, device).with_tensors(&parameters(architecture, classes)).unwrap()
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
