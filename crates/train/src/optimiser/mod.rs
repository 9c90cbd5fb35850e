//! Adam with decoupled weight decay, as fastai 1.0.61, PyTorch and Keras apply it: on plain numbers, and on a device.

mod device;
mod processor;

use serde::{Deserialize, Serialize};

pub use device::{DeviceAdam, clip, numbers};
pub use processor::Adam;

/// Constants of the optimiser.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct AdamConfig {
    /// Decay of the second moment.
    pub beta2: f64,
    /// Added to the root of the second moment.
    pub epsilon: f64,
    /// Every parameter, normalisations and biases too, is multiplied by 1 - rate x this before each step.
    pub weight_decay: f64,
    /// Keras adds epsilon before the second moment is corrected for its start, PyTorch after.
    pub epsilon_before_correction: bool,
}

/// Rate and momentum of one step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace {
    /// Learning rate.
    pub rate: f64,
    /// Decay of the first moment.
    pub beta1: f64,
}

/// Moments as plain numbers in the network's order, for a checkpoint.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AdamState {
    /// Steps made.
    pub steps: usize,
    /// First moments, one list a trained parameter; empty where no gradient has come yet.
    pub first: Vec<Vec<f32>>,
    /// Second moments.
    pub second: Vec<Vec<f32>>,
}

/// What a step of one parameter comes down to: `value = keep value - scale first / (root(second) shrink + epsilon)`.
#[derive(Clone, Copy, Debug)]
struct Step {
    keep: f64,
    scale: f64,
    shrink: f64,
}

impl AdamConfig {
    /// Step number `count` (from 1).
    fn step(&self, count: usize, pace: Pace) -> Step {
        let power = count as i32;
        let (correction1, correction2) = (1.0 - pace.beta1.powi(power), 1.0 - self.beta2.powi(power));
        let keep = 1.0 - pace.rate * self.weight_decay;
        if self.epsilon_before_correction {
            Step { keep, scale: pace.rate * correction2.sqrt() / correction1, shrink: 1.0 }
        } else {
            Step { keep, scale: pace.rate / correction1, shrink: 1.0 / correction2.sqrt() }
        }
    }
}
