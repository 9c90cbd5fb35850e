//! One type over all networks, and what comes out of them.

use burn::module::Module;
use burn::tensor::Tensor;

use crate::Architecture;
use crate::imle_net::ImleNet;
use crate::label_decoupling::LabelDecoupling;
use crate::resnet1d_wang::Resnet1dWang;

/// A network with its weights.
#[derive(Module, Debug)]
#[allow(clippy::large_enum_variant, reason = "a handful exist at a time")]
pub enum Network {
    /// See [`Architecture::ImleNet`].
    ImleNet(ImleNet),
    /// See [`Architecture::Resnet1dWang`].
    Resnet1dWang(Resnet1dWang),
    /// See [`Architecture::Resnet1dWangLdm`].
    Resnet1dWangLdm(LabelDecoupling),
}

/// What a network says of a batch.
#[derive(Debug, Clone)]
pub struct Output {
    /// `[batch, label]`; a sigmoid makes them probabilities.
    pub logits: Tensor<2>,
    /// `[batch, label, 8]`, unit vectors in each label's own space (label decoupling only).
    pub embeddings: Option<Tensor<3>>,
    /// Attention scores (IMLE-Net only).
    pub attention: Option<Attention>,
    /// The last map `[batch, feature, position]` before pooling, for [`Network::class_activation`].
    pub features: Option<Tensor<3>>,
}

/// IMLE-Net's attention scores; each softmax sums to 1.
#[derive(Debug, Clone)]
pub struct Attention {
    /// `[batch, 12 leads, 20 windows, 13 positions]`: within each half-second window.
    pub beat: Tensor<4>,
    /// `[batch, 12 leads, 20 windows]`: over the windows of a lead.
    pub rhythm: Tensor<3>,
    /// `[batch, 12 leads]`: over the leads.
    pub lead: Tensor<2>,
}

impl Network {
    /// Runs the network on standardised leads `[batch, lead, sample]` of [`Architecture::input`]'s size.
    ///
    /// On an autodiff device it trains: batch norms use the batch's statistics and update their running ones, dropout
    /// is active. On any other device, and after `valid()`, it infers.
    pub fn forward(&self, x: Tensor<3>) -> Output {
        match self {
            Self::ImleNet(network) => network.forward(x),
            Self::Resnet1dWang(network) => network.forward(x),
            Self::Resnet1dWangLdm(network) => network.forward(x),
        }
    }

    /// Which network this is.
    pub fn architecture(&self) -> Architecture {
        match self {
            Self::ImleNet(_) => Architecture::ImleNet,
            Self::Resnet1dWang(_) => Architecture::Resnet1dWang,
            Self::Resnet1dWangLdm(_) => Architecture::Resnet1dWangLdm,
        }
    }

    /// Labels that it tells apart.
    pub fn classes(&self) -> usize {
        match self {
            Self::ImleNet(network) => network.classes(),
            Self::Resnet1dWang(network) => network.head.classes(),
            Self::Resnet1dWangLdm(network) => network.head.classes(),
        }
    }

    /// Trainable numbers; running statistics of batch norms are not counted.
    pub fn parameters(&self) -> usize {
        self.architecture().parameters(self.classes())
    }

    /// How far each label trusts the shared branch, `[label]` in (0, 1) (label decoupling only); the rest is its own
    /// branch's.
    pub fn mergence(&self) -> Option<Tensor<1>> {
        match self {
            Self::Resnet1dWangLdm(network) => Some(network.mergence.weights()),
            Self::ImleNet(_) | Self::Resnet1dWang(_) => None,
        }
    }

    /// The same network with all dropout switched off, for steps that must not depend on chance.
    #[must_use]
    pub fn without_dropout(mut self) -> Self {
        match &mut self {
            Self::ImleNet(_) => {}
            Self::Resnet1dWang(network) => network.head.switch_dropout_off(),
            Self::Resnet1dWangLdm(network) => network.switch_dropout_off(),
        }
        self
    }
}
