//! resnet1d_wang: the residual network of Wang, Yan and Oates as the PTB-XL benchmark trains it.
//!
//! Strodthoff et al., "Deep Learning for ECG Analysis: Benchmarks and Insights from PTB-XL" (arXiv 2004.13701).
//! A stem of 128 channels, three basic blocks of 128 (strides 1, 2, 2), concat pooling, two linear layers.

use burn::module::Module;
use burn::nn::BatchNorm;
use burn::nn::conv::Conv1d;
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor};

use crate::Output;
use crate::blocks::{BatchNormRule, PoolingHead, batch_norm, concat_pool, conv};

use crate::blocks::pooling_head::kaiming;

/// Channels throughout.
pub const CHANNELS: usize = 128;
/// Strides of the three blocks.
pub const STRIDES: [usize; 3] = [1, 2, 2];
/// Numbers after concat pooling.
pub const POOLED: usize = 2 * CHANNELS;

/// The whole network with the benchmark's plain head.
#[derive(Module, Debug)]
pub struct Resnet1dWang {
    /// Leads to the last map.
    pub backbone: Backbone,
    /// Pooled features to logits.
    pub head: PoolingHead,
}

impl Resnet1dWang {
    /// Weights by Kaiming's normal rule.
    pub fn init(classes: usize, device: &Device) -> Self {
        Self { backbone: Backbone::init(device), head: PoolingHead::init(POOLED, classes, device) }
    }

    /// `[batch, 12, sample]` to logits and the last map.
    pub fn forward(&self, x: Tensor<3>) -> Output {
        let features = self.backbone.forward(x);
        let logits = self.head.forward(concat_pool(features.clone()));
        Output { logits, embeddings: None, attention: None, features: Some(features) }
    }
}

/// Stem and three blocks.
#[derive(Module, Debug)]
pub struct Backbone {
    /// 12 leads to 128 channels, kernel 7.
    pub stem: Conv1d,
    /// After the stem.
    pub stem_norm: BatchNorm,
    /// Strides 1, 2, 2.
    pub stages: Vec<BasicBlock>,
}

impl Backbone {
    /// Weights by Kaiming's normal rule.
    pub fn init(device: &Device) -> Self {
        Self {
            stem: conv((12, CHANNELS), 7, 1, (3, 3), false, &kaiming(), device),
            stem_norm: batch_norm(CHANNELS, BatchNormRule::Torch, device),
            stages: STRIDES.iter().map(|&stride| BasicBlock::init(stride, device)).collect(),
        }
    }

    /// `[batch, 12, sample]` to `[batch, 128, position]`, a position every fourth sample (63 of 250).
    pub fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let x = relu(self.stem_norm.forward(self.stem.forward(x)));
        self.stages.iter().fold(x, |x, block| block.forward(x))
    }
}

/// Two convolutions and what goes past them.
#[derive(Module, Debug)]
pub struct BasicBlock {
    /// Kernel 5; carries the stride.
    pub conv1: Conv1d,
    /// After it.
    pub norm1: BatchNorm,
    /// Kernel 3.
    pub conv2: Conv1d,
    /// After it.
    pub norm2: BatchNorm,
    /// Kernel 1 with the stride, where there is one.
    pub shortcut: Option<Shortcut>,
}

/// The way past a block that shortens.
#[derive(Module, Debug)]
pub struct Shortcut {
    /// Kernel 1.
    pub conv: Conv1d,
    /// After it.
    pub norm: BatchNorm,
}

impl BasicBlock {
    fn init(stride: usize, device: &Device) -> Self {
        let same = (CHANNELS, CHANNELS);
        let norm = || batch_norm(CHANNELS, BatchNormRule::Torch, device);
        Self {
            conv1: conv(same, 5, stride, (2, 2), false, &kaiming(), device),
            norm1: norm(),
            conv2: conv(same, 3, 1, (1, 1), false, &kaiming(), device),
            norm2: norm(),
            shortcut: (stride > 1)
                .then(|| Shortcut { conv: conv(same, 1, stride, (0, 0), false, &kaiming(), device), norm: norm() }),
        }
    }

    fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let past = match &self.shortcut {
            Some(shortcut) => shortcut.norm.forward(shortcut.conv.forward(x.clone())),
            None => x.clone(),
        };
        let y = relu(self.norm1.forward(self.conv1.forward(x)));
        relu(self.norm2.forward(self.conv2.forward(y)) + past)
    }
}
