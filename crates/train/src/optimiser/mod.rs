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
    /// A parameter is multiplied by 1 - rate x this before each step.
    pub weight_decay: f64,
    /// Keras adds epsilon before the second moment is corrected for its start, PyTorch after.
    pub epsilon_before_correction: bool,
    /// Decay is not of the decoupled kind: the parameter times [`AdamConfig::weight_decay`] is added to its gradient.
    #[serde(default)]
    pub coupled: bool,
    /// Parameters of one axis (biases, scales of norms) do not decay.
    #[serde(default)]
    pub spares_vectors: bool,
}

/// How one parameter is stepped.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Manner {
    /// What the rate is multiplied by; at 0 the parameter stays as it is.
    pub factor: f64,
    /// Whether it decays.
    pub decays: bool,
}

impl Default for Manner {
    fn default() -> Manner {
        Manner { factor: 1.0, decays: true }
    }
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

/// What a step of one parameter comes down to: `slope = gradient + pull value`, then the moments, then
/// `value = keep value - scale first / (root(second) shrink + epsilon)`.
#[derive(Clone, Copy, Debug)]
struct Step {
    keep: f64,
    pull: f64,
    scale: f64,
    shrink: f64,
}

impl AdamConfig {
    /// Step number `count` (from 1) of a parameter.
    fn step(&self, count: usize, pace: Pace, manner: Manner) -> Step {
        let power = count as i32;
        let (correction1, correction2) = (1.0 - pace.beta1.powi(power), 1.0 - self.beta2.powi(power));
        let rate = pace.rate * manner.factor;
        let decay = if manner.decays { self.weight_decay } else { 0.0 };
        let (keep, pull) = if self.coupled { (1.0, decay) } else { (1.0 - rate * decay, 0.0) };
        if self.epsilon_before_correction {
            Step { keep, pull, scale: rate * correction2.sqrt() / correction1, shrink: 1.0 }
        } else {
            Step { keep, pull, scale: rate / correction1, shrink: 1.0 / correction2.sqrt() }
        }
    }
}
