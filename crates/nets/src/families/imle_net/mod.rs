//! IMLE-Net and the four networks it is compared with, over 10 s of 12 leads at 100 Hz.
//!
//! Reddy et al., "IMLE-Net: An Interpretable Multi-level Multi-channel Model for ECG Classification", IEEE SMC 2021
//! (arXiv 2204.05116) with the authors' code (likith012/IMLE-Net), which says all sizes. Leads come in file order I,
//! II, III, aVR, aVL, aVF, V1 to V6, in mV standardised by one mean and one deviation of all of them. Three of the
//! networks were written for Keras ("same" padding, batch norm with epsilon 1e-3 and momentum 0.99), two for PyTorch.

mod ecgnet;
mod mousavi;
mod rajpurkar;
mod resnet101;

pub use ecgnet::{ECGNET_SOURCE, ecgnet, ecgnet_by_channels};
pub use mousavi::{Windows, mousavi};
pub use rajpurkar::rajpurkar;
pub use resnet101::{NARROW_WIDTH, NATIVE_WIDTH, resnet101};

use crate::graph::{
    Activation, Axis, BatchNormRule, Builder, Conv, Drawing, Graph, GraphError, Place, Recurrent, Shape, Start,
};

/// Leads.
pub const LEADS: usize = 12;
/// Samples: 10 s at 100 Hz.
pub const SAMPLES: usize = 1000;
/// Samples in a window: half a second.
pub const WINDOW: usize = 50;
/// Windows of a lead.
pub const WINDOWS: usize = SAMPLES / WINDOW;
/// Positions of a window that its attention chooses among, after the residual network.
pub const POSITIONS: usize = 13;
/// Width of the attentions.
pub const ATTENTION: usize = 64;

/// The output that holds how much each position counts for its window: a row a lead, a position a window, 13 channels
/// that sum to 1. Each stands for a thirteenth of half a second.
pub const BEAT: &str = "beat";
/// The output that holds how much each window counts for its lead: a position a lead, 20 channels that sum to 1.
pub const RHYTHM: &str = "rhythm";
/// The output that holds how much each lead counts for the recording: 12 channels that sum to 1.
pub const LEAD: &str = "lead";
/// The output that holds the last map before it is made one vector (of the compared networks that have one).
pub const FEATURES: &str = "features";

/// Kernel of every convolution but the ones of the ways past.
const KERNEL: usize = 8;
/// Channels of the six residual blocks; where they grow, positions are halved: 50, 50, 25, 25, 13, 13.
const BLOCKS: [usize; 6] = [32, 32, 64, 64, 128, 128];
/// Units of each direction of the LSTM.
const LSTM: usize = 64;

/// IMLE-Net. Each lead is cut into 20 windows of half a second ("beats", though no R peak is looked for); a residual
/// network and an attention make a vector of each window, an LSTM in both directions and an attention make one of each
/// lead, a last attention makes one of the recording. ReLU stands before batch norm everywhere. Gives [`BEAT`],
/// [`RHYTHM`] and [`LEAD`].
///
/// # Errors
/// `classes` is 0.
pub fn imle_net(classes: usize) -> Result<Graph, GraphError> {
    let mut build = keras("imle_net");
    let x = build.input();
    let x = build.rearrange(x, "1 (window sample) lead -> (lead window) sample 1", &[("sample", WINDOW)]);
    let x = same_conv(&mut build, "stem", x, Conv::new(32, KERNEL));
    let mut x = build.relu(x);
    for (number, to) in BLOCKS.into_iter().enumerate() {
        x = build.within(format!("blocks.{number}"), |build| block(build, x, to));
    }
    let (beats, beat) = attention(&mut build, "beat", x);
    let sequence = build.rearrange(beats, "(lead window) 1 feature -> lead window feature", &[("lead", LEADS)]);
    let sequence = build.recurrent("lstm", sequence, Recurrent::lstm(LSTM).both_ways().one_bias());
    let (rhythms, rhythm) = attention(&mut build, "rhythm", sequence);
    let leads = build.rearrange(rhythms, "lead 1 feature -> 1 lead feature", &[]);
    let (whole, lead) = attention(&mut build, "lead", leads);
    let logits = build.linear("dense", whole, classes);
    let beat = build.rearrange(beat, "(lead window) 1 position -> lead window position", &[("lead", LEADS)]);
    let rhythm = build.rearrange(rhythm, "lead 1 window -> 1 lead window", &[]);
    build.output(BEAT, beat);
    build.output(RHYTHM, rhythm);
    build.output(LEAD, lead);
    build.finish(logits)
}

/// conv, ReLU, batch norm, conv; plus what goes past; ReLU, batch norm.
fn block(build: &mut Builder, x: Place, to: usize) -> Place {
    let stride = if build.shape(x).channels == to { 1 } else { 2 };
    let y = same_conv(build, "conv1", x, Conv::new(to, KERNEL).stride(stride));
    let y = build.relu(y);
    let y = build.batch_norm("norm1", y);
    let past = match stride {
        1 => x,
        _ => build.conv("shortcut", x, Conv::new(to, 1).stride(stride)),
    };
    let y = same_conv(build, "conv2", y, Conv::new(to, KERNEL));
    let y = build.sum(past, y);
    let y = build.relu(y);
    build.batch_norm("norm2", y)
}

/// `e = tanh(x W + b) V`, softmax over the positions of a row, and each row's positions summed by it. The bias is
/// another for every position, which ties the network to one length. Gives one position a row, and the scores as the
/// channels of one.
fn attention(build: &mut Builder, name: &'static str, x: Place) -> (Place, Place) {
    let positions = build.shape(x).length;
    let usual = std::mem::replace(&mut build.drawing, Drawing::Normal(0.05));
    let hidden = build.linear_no_bias(name, x, ATTENTION);
    let energies = build.within(name, |build| {
        let bias = build.table("bias", Shape::new(1, positions, ATTENTION), Start::Constant(0.0));
        let hidden = build.sum(hidden, bias);
        let hidden = build.activation(Activation::Tanh, hidden);
        build.linear_no_bias("context", hidden, 1)
    });
    build.drawing = usual;
    let energies = build.rearrange(energies, "row position 1 -> row 1 position", &[]);
    let scores = build.softmax(Axis::Channels, energies);
    (build.mix(scores, x, 1), scores)
}

/// A network for these recordings.
fn start(name: &'static str) -> Builder {
    Builder::new(name, Shape::new(1, SAMPLES, LEADS))
}

/// One that was written for Keras.
fn keras(name: &'static str) -> Builder {
    let mut build = start(name);
    build.drawing = Drawing::GlorotUniform;
    build.norm = BatchNormRule::Keras;
    build
}

/// Zeros before and after a lead so that `ceil(length / stride)` positions come out. With an even kernel the odd zero
/// stands at the end: 3 before and 4 after for a kernel of 8.
const fn keras_same(length: usize, kernel: usize, stride: usize) -> (usize, usize) {
    let total = ((length.div_ceil(stride) - 1) * stride + kernel).saturating_sub(length);
    (total / 2, total - total / 2)
}

/// A convolution with the zeros around it that Keras calls "same": with an even kernel the odd one stands at the end.
fn same_conv(build: &mut Builder, name: &str, x: Place, conv: Conv) -> Place {
    let (before, after) = keras_same(build.shape(x).length, conv.kernel.1, conv.stride.1);
    build.conv(name, x, conv.pads(before, after))
}
