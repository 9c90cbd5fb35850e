//! Norms: over the batch, and over the channels of a position.

use burn::tensor::Tensor;
use burn::tensor::module::batch_norm_train;

use super::{Operation, Part, Step, one, only};
use crate::graph::value::Value;
use crate::graph::{Drawing, Shape, Start};

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

/// Each channel brought to mean 0 and deviation 1 over batch, rows and positions, then scaled and shifted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchNorm {
    /// Epsilon and momentum.
    pub rule: BatchNormRule,
}

impl Operation for BatchNorm {
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        one(inputs).map(|[x]| x)
    }

    fn weights(&self, inputs: &[Shape], _drawing: Drawing) -> Vec<Part> {
        let channels = inputs[0].channels;
        vec![
            Part::trained("gamma", [channels], Start::Constant(1.0)),
            Part::trained("beta", [channels], Start::Constant(0.0)),
            Part::running("running_mean", channels, 0.0),
            Part::running("running_var", channels, 1.0),
        ]
    }

    fn run(&self, inputs: Vec<Value>, step: &Step<'_>) -> Value {
        let x = only(inputs).first();
        let [batch, rows, channels, length] = x.dims();
        let [gamma, beta, mean, variance] = [0, 1, 2, 3].map(|part| step.weights[part].clone());
        let Some(renew) = step.renew else {
            let scale = gamma / (variance + self.rule.epsilon()).sqrt();
            let shift = beta - mean * scale.clone();
            let spread = |line: Tensor<1>| line.reshape([1, 1, channels, 1]);
            return Value::ChannelsFirst(x * spread(scale) + spread(shift));
        };
        let normal = batch_norm_train(x.reshape([batch * rows, channels, length]), gamma, beta, self.rule.epsilon());
        let momentum = self.rule.momentum();
        let mixed = |old: Tensor<1>, new: Tensor<1>| (old * (1.0 - momentum) + new.detach() * momentum).detach();
        renew(2, mixed(mean, normal.mean));
        renew(3, mixed(variance, normal.variance));
        Value::ChannelsFirst(normal.output.reshape([batch, rows, channels, length]))
    }
}

/// The channels of each position brought to mean 0 and deviation 1, then scaled and shifted.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerNorm {
    /// Added to the variance.
    pub epsilon: f64,
}

impl Operation for LayerNorm {
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        one(inputs).map(|[x]| x)
    }

    fn weights(&self, inputs: &[Shape], _drawing: Drawing) -> Vec<Part> {
        let channels = inputs[0].channels;
        vec![
            Part::trained("gamma", [channels], Start::Constant(1.0)),
            Part::trained("beta", [channels], Start::Constant(0.0)),
        ]
    }

    fn run(&self, inputs: Vec<Value>, step: &Step<'_>) -> Value {
        let x = only(inputs).last();
        let channels = step.output.channels;
        let centred = x.clone() - x.mean_dim(3);
        let variance = centred.clone().powi_scalar(2).mean_dim(3);
        let normal = centred / (variance + self.epsilon).sqrt();
        let [gamma, beta] = [0, 1].map(|part| step.weight(part, [1, 1, 1, channels]));
        Value::ChannelsLast(normal * gamma + beta)
    }
}
