//! Batch norm with the constants of the framework that a network comes from.

use burn::nn::{BatchNorm, BatchNormConfig};
use burn::tensor::Device;

/// Epsilon and momentum. Burn's momentum is the weight of the new batch, as PyTorch's; Keras states the old one's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchNormRule {
    /// Epsilon 1e-3, running = 0.99 running + 0.01 batch.
    Keras,
    /// Epsilon 1e-5, running = 0.9 running + 0.1 batch. The running variance takes Burn's population variance where
    /// PyTorch takes the sample variance: a difference of 1/(count - 1), far below the batch's own noise.
    Torch,
}

impl BatchNormRule {
    /// Added to the variance.
    pub const fn epsilon(self) -> f64 {
        match self {
            Self::Keras => 1e-3,
            Self::Torch => 1e-5,
        }
    }

    /// Weight of the new batch in the running statistics.
    pub const fn momentum(self) -> f64 {
        match self {
            Self::Keras => 0.01,
            Self::Torch => 0.1,
        }
    }
}

/// A batch norm over `channels`, scale 1 and shift 0.
pub fn batch_norm(channels: usize, rule: BatchNormRule, device: &Device) -> BatchNorm {
    BatchNormConfig::new(channels).with_epsilon(rule.epsilon()).with_momentum(rule.momentum()).init(device)
}
