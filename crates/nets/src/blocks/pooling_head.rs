//! The benchmark's head: concat pooling and two linear layers between batch norms.

use burn::module::Module;
use burn::nn::{BatchNorm, Dropout, DropoutConfig, Initializer, Linear, LinearConfig};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor};

use super::batch_norm::{BatchNormRule, batch_norm};

/// Width between the two linear layers (the benchmark's `lin_ftrs`).
pub const HIDDEN: usize = 128;

/// `[batch, feature, position]` to `[batch, 2 feature]`: the maxima first, then the means.
pub fn concat_pool(x: Tensor<3>) -> Tensor<2> {
    let [batch, features, _] = x.dims();
    Tensor::cat(vec![x.clone().max_dim(2).reshape([batch, features]), x.mean_dim(2).reshape([batch, features])], 1)
}

/// Weights by Kaiming's normal rule (fan-in, gain sqrt 2), biases 0: what the benchmark draws after building.
pub(crate) fn kaiming() -> Initializer {
    Initializer::KaimingNormal { gain: std::f64::consts::SQRT_2, fan_out_only: false }
}

/// A linear layer by [`kaiming`]'s rule.
pub(crate) fn linear(from: usize, to: usize, device: &Device) -> Linear {
    let mut linear = LinearConfig::new(from, to).with_bias(false).with_initializer(kaiming()).init(device);
    linear.bias = Some(Initializer::Zeros.init([to], device));
    linear
}

/// Pooled features to logits: batch norm, dropout 0.25, linear, ReLU, batch norm, dropout 0.5, linear
/// (arXiv 2004.13701 and its code).
#[derive(Module, Debug)]
pub struct PoolingHead {
    /// Over the pooled features.
    pub norm1: BatchNorm,
    /// 0.25: half of the last layer's.
    pub dropout1: Dropout,
    /// Pooled features to 128.
    pub linear1: Linear,
    /// Over the 128.
    pub norm2: BatchNorm,
    /// 0.5.
    pub dropout2: Dropout,
    /// 128 to labels.
    pub linear2: Linear,
}

impl PoolingHead {
    /// A head from `pooled` features to `classes` logits.
    pub fn init(pooled: usize, classes: usize, device: &Device) -> Self {
        Self {
            norm1: batch_norm(pooled, BatchNormRule::Torch, device),
            dropout1: DropoutConfig::new(0.25).init(),
            linear1: linear(pooled, HIDDEN, device),
            norm2: batch_norm(HIDDEN, BatchNormRule::Torch, device),
            dropout2: DropoutConfig::new(0.5).init(),
            linear2: linear(HIDDEN, classes, device),
        }
    }

    /// `[batch, pooled]` to logits `[batch, label]`.
    pub fn forward(&self, pooled: Tensor<2>) -> Tensor<2> {
        let x = self.linear1.forward(self.dropout1.forward(self.norm1.forward(pooled)));
        self.linear2.forward(self.dropout2.forward(self.norm2.forward(relu(x))))
    }

    /// Labels.
    pub fn classes(&self) -> usize {
        self.linear2.weight.lazy_shape().to_vec()[1]
    }

    /// Makes training independent of chance.
    pub(crate) fn switch_dropout_off(&mut self) {
        self.dropout1.prob = 0.0;
        self.dropout2.prob = 0.0;
    }
}
