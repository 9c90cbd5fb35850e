//! The label decoupling module over resnet1d_wang.
//!
//! Zhang et al., "Label decoupling strategy for 12-lead ECG classification", Knowledge-Based Systems 263 (2023) 110298.
//! Besides the benchmark's head every label has a small network of its own that maps the pooled features into a space
//! of eight numbers, and one learned weight that says how far the label trusts either. The labels' networks are
//! computed together, as products over a leading label dimension. The squeeze-excite pair that the published code
//! builds and never uses is left out.

use burn::module::{Flag, Module, Param, RunningState};
use burn::nn::{BatchNorm, Dropout, DropoutConfig, Initializer};
use burn::tensor::activation::sigmoid;
use burn::tensor::module::batch_norm_train;
use burn::tensor::{Device, Tensor};

use crate::Output;
use crate::blocks::conv::drawn;
use crate::blocks::pooling_head::kaiming;
use crate::blocks::{BatchNormRule, PoolingHead, batch_norm, concat_pool};
use crate::resnet1d_wang::{Backbone, POOLED};

/// Numbers of a label's own space.
pub const SPACE: usize = 8;

/// resnet1d_wang with decoupled labels.
#[derive(Module, Debug)]
pub struct LabelDecoupling {
    /// Leads to the last map.
    pub backbone: Backbone,
    /// The shared branch: the benchmark's head.
    pub head: PoolingHead,
    /// The labels' own branches.
    pub branches: Branches,
    /// How the two are merged.
    pub mergence: Mergence,
}

impl LabelDecoupling {
    /// Weights by Kaiming's normal rule, the mergence's too.
    pub fn init(classes: usize, device: &Device) -> Self {
        Self {
            backbone: Backbone::init(device),
            head: PoolingHead::init(POOLED, classes, device),
            branches: Branches::init(POOLED, classes, device),
            mergence: Mergence::init(classes, device),
        }
    }

    /// `[batch, 12, sample]` to logits, unit embeddings and the last map.
    pub fn forward(&self, x: Tensor<3>) -> Output {
        let features = self.backbone.forward(x);
        let pooled = concat_pool(features.clone());
        let shared = self.head.forward(pooled.clone());
        let (decoupled, embeddings) = self.branches.forward(pooled);
        let weights = self.mergence.weights().unsqueeze_dim::<2>(0);
        let logits = decoupled.clone() + (shared - decoupled) * weights;
        Output { logits, embeddings: Some(unit(embeddings)), attention: None, features: Some(features) }
    }

    /// Makes training independent of chance.
    pub(crate) fn switch_dropout_off(&mut self) {
        self.head.switch_dropout_off();
        self.branches.dropout1.prob = 0.0;
        self.branches.dropout2.prob = 0.0;
    }
}

/// Vectors of length 1 along the last dimension; a zero vector stays.
pub fn unit(x: Tensor<3>) -> Tensor<3> {
    let length = x.clone().powi_scalar(2).sum_dim(2).clamp_min(1e-24).sqrt();
    x / length
}

/// One learned weight in (0, 1) a label: `sigmoid(A 1 + b)`, no input enters.
#[derive(Module, Debug)]
pub struct Mergence {
    /// `[label, label]`; only its row sums matter.
    pub weight: Param<Tensor<2>>,
    /// `[label]`.
    pub bias: Param<Tensor<1>>,
}

impl Mergence {
    fn init(classes: usize, device: &Device) -> Self {
        Self {
            weight: drawn([classes, classes], (classes, classes), &kaiming(), device),
            bias: Initializer::Zeros.init([classes], device),
        }
    }

    /// The shared branch's share of each label's logit, `[label]`.
    pub fn weights(&self) -> Tensor<1> {
        sigmoid(self.weight.val().sum_dim(1).squeeze_dim(1) + self.bias.val())
    }
}

/// All labels' own networks: batch norm, dropout 0.25, linear to eight, batch norm, dropout 0.5, linear to one; no
/// activation between.
#[derive(Module, Debug)]
pub struct Branches {
    /// Over the pooled features, one for each label.
    pub norm1: SharedInputNorm,
    /// 0.25, drawn for each label apart.
    pub dropout1: Dropout,
    /// `[label, pooled, 8]`.
    pub space: Param<Tensor<3>>,
    /// `[label, 8]`.
    pub space_bias: Param<Tensor<2>>,
    /// Over the `8 label` coordinates, label after label.
    pub norm2: BatchNorm,
    /// 0.5.
    pub dropout2: Dropout,
    /// `[label, 8]`.
    pub score: Param<Tensor<2>>,
    /// `[label]`.
    pub score_bias: Param<Tensor<1>>,
}

impl Branches {
    fn init(pooled: usize, classes: usize, device: &Device) -> Self {
        Self {
            norm1: SharedInputNorm::init(classes, pooled, device),
            dropout1: DropoutConfig::new(0.25).init(),
            space: drawn([classes, pooled, SPACE], (pooled, SPACE), &kaiming(), device),
            space_bias: Initializer::Zeros.init([classes, SPACE], device),
            norm2: batch_norm(classes * SPACE, BatchNormRule::Torch, device),
            dropout2: DropoutConfig::new(0.5).init(),
            score: drawn([classes, SPACE], (SPACE, 1), &kaiming(), device),
            score_bias: Initializer::Zeros.init([classes], device),
        }
    }

    /// `[batch, pooled]` to logits `[batch, label]` and embeddings `[batch, label, 8]`, not yet of length 1.
    pub fn forward(&self, pooled: Tensor<2>) -> (Tensor<2>, Tensor<3>) {
        let [batch, _] = pooled.dims();
        let [classes, _, _] = self.space.dims();
        let embeddings = if self.norm1.trains(&pooled) {
            let x = self.dropout1.forward(self.norm1.forward_train(pooled));
            x.matmul(self.space.val()).swap_dims(0, 1) + self.space_bias.val().unsqueeze_dim(0)
        } else {
            self.forward_folded(pooled)
        };
        let x = self.norm2.forward(embeddings.clone().reshape([batch, classes * SPACE]));
        let x = self.dropout2.forward(x).reshape([batch, classes, SPACE]);
        let logits = (x * self.score.val().unsqueeze_dim(0)).sum_dim(2).reshape([batch, classes]);
        (logits + self.score_bias.val().unsqueeze_dim(0), embeddings)
    }

    /// Without training the first batch norm is one scale and shift a label: they go into the weights, and all labels
    /// become one product `[batch, pooled] x [pooled, 8 label]`.
    fn forward_folded(&self, pooled: Tensor<2>) -> Tensor<3> {
        let [batch, features] = pooled.dims();
        let (weight, bias) = self.folded();
        let [classes, _, _] = weight.dims();
        let weight = weight.swap_dims(0, 1).reshape([features, classes * SPACE]);
        pooled.matmul(weight).reshape([batch, classes, SPACE]) + bias.unsqueeze_dim(0)
    }

    /// The first batch norm and linear layer as one: weight `[label, pooled, 8]`, bias `[label, 8]`.
    pub(crate) fn folded(&self) -> (Tensor<3>, Tensor<2>) {
        let (scale, shift) = self.norm1.scale_and_shift();
        let [classes, features] = scale.dims();
        let space = self.space.val();
        let bias = shift.reshape([classes, 1, features]).matmul(space.clone()).reshape([classes, SPACE]);
        (space * scale.unsqueeze_dim(2), bias + self.space_bias.val())
    }
}

/// A batch norm for each label over the same features: the batch's statistics are computed once, scale, shift and
/// running statistics are each label's own.
#[derive(Module, Debug)]
pub struct SharedInputNorm {
    /// Scale, `[label, feature]`.
    pub gamma: Param<Tensor<2>>,
    /// Shift, `[label, feature]`.
    pub beta: Param<Tensor<2>>,
    /// Whether this layer takes part in training; a frozen one does not.
    pub training: Param<Flag>,
    /// `[label, feature]`.
    pub running_mean: RunningState<Tensor<2>>,
    /// `[label, feature]`.
    pub running_var: RunningState<Tensor<2>>,
}

impl SharedInputNorm {
    const RULE: BatchNormRule = BatchNormRule::Torch;

    fn init(classes: usize, features: usize, device: &Device) -> Self {
        Self {
            gamma: Initializer::Ones.init([classes, features], device),
            beta: Initializer::Zeros.init([classes, features], device),
            training: Param::from_bool(true),
            running_mean: RunningState::new(Tensor::zeros([classes, features], device)),
            running_var: RunningState::new(Tensor::ones([classes, features], device)),
        }
    }

    fn trains(&self, x: &Tensor<2>) -> bool {
        x.device().is_autodiff() && self.training.val().is_enabled()
    }

    /// `[batch, feature]` to `[label, batch, feature]` by the batch's statistics; updates the running ones.
    fn forward_train(&self, x: Tensor<2>) -> Tensor<3> {
        let device = x.device();
        let [_, features] = x.dims();
        let (one, zero) = (Tensor::ones([features], &device), Tensor::zeros([features], &device));
        let normal = batch_norm_train(x, one, zero, Self::RULE.epsilon());
        let momentum = Self::RULE.momentum();
        let renew = |state: &RunningState<Tensor<2>>, batch: Tensor<1>| {
            let old = state.value_sync().to_device(&device);
            let new = old * (1.0 - momentum) + batch.detach().unsqueeze_dim(0) * momentum;
            state.update(new.detach());
        };
        renew(&self.running_mean, normal.mean);
        renew(&self.running_var, normal.variance);
        normal.output.unsqueeze_dim::<3>(0) * self.gamma.val().unsqueeze_dim(1) + self.beta.val().unsqueeze_dim(1)
    }

    /// By the running statistics: `x scale + shift`, both `[label, feature]`.
    fn scale_and_shift(&self) -> (Tensor<2>, Tensor<2>) {
        let gamma = self.gamma.val();
        let device = gamma.device();
        let mean = self.running_mean.value().to_device(&device);
        let variance = self.running_var.value().to_device(&device);
        let scale = gamma / (variance + Self::RULE.epsilon()).sqrt();
        let shift = self.beta.val() - mean * scale.clone();
        (scale, shift)
    }
}
