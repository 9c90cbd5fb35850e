//! IMLE-Net: attention at the level of the beat, of the rhythm and of the leads.
//!
//! Reddy et al., "IMLE-Net: An Interpretable Multi-level Multi-channel Model for ECG Classification", IEEE SMC 2021
//! (arXiv 2204.05116). Each lead is cut into 20 windows of half a second ("beats", though no R peak is looked for);
//! a residual network and an attention make a vector of each window, a bidirectional LSTM and an attention make one of
//! each lead, a last attention makes one of the recording. ReLU stands before batch norm everywhere.

use burn::module::Module;
use burn::nn::conv::Conv1d;
use burn::nn::{BatchNorm, Initializer, Linear, LinearConfig};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor};

use crate::blocks::{BatchNormRule, BidirectionalLstm, PositionAttention, batch_norm, conv, keras_same};
use crate::{Attention, Output};

/// Leads.
pub const LEADS: usize = 12;
/// Samples in a window: half a second at 100 Hz.
pub const WINDOW: usize = 50;
/// Windows of a lead.
pub const WINDOWS: usize = 20;
/// Kernel of every convolution but the shortcuts'.
pub const KERNEL: usize = 8;
/// Channels after the stem.
pub const STEM: usize = 32;
/// The six blocks: channels in, channels out, positions in, stride.
pub const BLOCKS: [(usize, usize, usize, usize); 6] =
    [(32, 32, 50, 1), (32, 32, 50, 1), (32, 64, 50, 2), (64, 64, 25, 1), (64, 128, 25, 2), (128, 128, 13, 1)];
/// Positions of a window after the last block.
pub const POSITIONS: usize = 13;
/// Features of a window, of a lead and of the recording.
pub const FEATURES: usize = 128;
/// Units of each direction of the LSTM.
pub const LSTM: usize = 64;
/// Width of the attentions.
pub const ATTENTION: usize = 64;

/// The network.
#[derive(Module, Debug)]
pub struct ImleNet {
    /// One channel to 32.
    pub stem: Conv1d,
    /// Six residual blocks, 50 positions to 13.
    pub blocks: Vec<ResidualBlock>,
    /// Over the 13 positions of a window.
    pub beat: PositionAttention,
    /// Over the 20 windows of a lead.
    pub lstm: BidirectionalLstm,
    /// Over the 20 windows of a lead.
    pub rhythm: PositionAttention,
    /// Over the 12 leads.
    pub lead: PositionAttention,
    /// To the labels.
    pub dense: Linear,
}

fn glorot() -> Initializer {
    Initializer::XavierUniform { gain: 1.0 }
}

impl ImleNet {
    /// Weights by Keras' defaults, as the authors'.
    pub fn init(classes: usize, device: &Device) -> Self {
        let mut dense = LinearConfig::new(FEATURES, classes).with_bias(false).with_initializer(glorot()).init(device);
        dense.bias = Some(Initializer::Zeros.init([classes], device));
        Self {
            stem: conv((1, STEM), KERNEL, 1, keras_same(WINDOW, KERNEL, 1), true, &glorot(), device),
            blocks: BLOCKS
                .iter()
                .map(|&(from, to, length, stride)| ResidualBlock::init((from, to), length, stride, device))
                .collect(),
            beat: PositionAttention::init(POSITIONS, FEATURES, ATTENTION, device),
            lstm: BidirectionalLstm::init(FEATURES, LSTM, device),
            rhythm: PositionAttention::init(WINDOWS, FEATURES, ATTENTION, device),
            lead: PositionAttention::init(LEADS, FEATURES, ATTENTION, device),
            dense,
        }
    }

    /// `[batch, 12, 1000]` to logits and attention scores.
    pub fn forward(&self, x: Tensor<3>) -> Output {
        let [batch, leads, samples] = x.dims();
        let windows = samples / WINDOW;
        let x = x.reshape([batch * leads * windows, 1, WINDOW]);
        let x = self.blocks.iter().fold(relu(self.stem.forward(x)), |x, block| block.forward(x));
        let (beats, beat) = self.beat.forward(x.swap_dims(1, 2));
        let (logits, rhythm, lead) = self.from_beats(beats, batch);
        let attention = Attention { beat: beat.reshape([batch, leads, windows, POSITIONS]), rhythm, lead };
        Output { logits, embeddings: None, attention: Some(attention), features: None }
    }

    /// The way from the windows' vectors `[batch x 12 leads x 20 windows, 128]` to the logits, with the scores over
    /// windows `[batch, 12, 20]` and over leads `[batch, 12]`.
    pub fn from_beats(&self, beats: Tensor<2>, batch: usize) -> (Tensor<2>, Tensor<3>, Tensor<2>) {
        let sequence = self.lstm.forward(beats.reshape([batch * LEADS, WINDOWS, FEATURES]));
        let (rhythms, rhythm) = self.rhythm.forward(sequence);
        let (whole, lead) = self.lead.forward(rhythms.reshape([batch, LEADS, FEATURES]));
        (self.dense.forward(whole), rhythm.reshape([batch, LEADS, WINDOWS]), lead)
    }

    /// Labels.
    pub fn classes(&self) -> usize {
        self.dense.weight.lazy_shape().to_vec()[1]
    }
}

/// conv, ReLU, batch norm, conv; plus what goes past; ReLU, batch norm.
#[derive(Module, Debug)]
pub struct ResidualBlock {
    /// Carries the stride.
    pub conv1: Conv1d,
    /// After its ReLU.
    pub norm1: BatchNorm,
    /// The second convolution.
    pub conv2: Conv1d,
    /// After the sum's ReLU.
    pub norm2: BatchNorm,
    /// Kernel 1 with the stride, where there is one; no norm, no activation.
    pub shortcut: Option<Conv1d>,
}

impl ResidualBlock {
    fn init((from, to): (usize, usize), length: usize, stride: usize, device: &Device) -> Self {
        let after = length.div_ceil(stride);
        Self {
            conv1: conv((from, to), KERNEL, stride, keras_same(length, KERNEL, stride), true, &glorot(), device),
            norm1: batch_norm(to, BatchNormRule::Keras, device),
            conv2: conv((to, to), KERNEL, 1, keras_same(after, KERNEL, 1), true, &glorot(), device),
            norm2: batch_norm(to, BatchNormRule::Keras, device),
            shortcut: (stride > 1).then(|| conv((from, to), 1, stride, (0, 0), true, &glorot(), device)),
        }
    }

    fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let past = match &self.shortcut {
            Some(shortcut) => shortcut.forward(x.clone()),
            None => x.clone(),
        };
        let y = self.norm1.forward(relu(self.conv1.forward(x)));
        self.norm2.forward(relu(self.conv2.forward(y) + past))
    }
}
