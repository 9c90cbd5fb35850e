//! MRTNet ("Multi Res Trans Net"): overlapping windows at three rates, each by a residual network with squeeze and
//! excitation, then a Transformer's encoder over the windows.
//!
//! Of the paper only the abstract and a description of the parts are public; all sizes here are reconstructed: windows,
//! rates, widths, kernels, heads, the pre-norm order of the encoder. Input: 10 s of 12 leads at 100 Hz.

use super::inceptionformer::attention::{attend, parts};
use super::inceptionformer::blocks::squeeze_excitation;
use crate::graph::{Activation, Axis, Builder, Conv, Graph, GraphError, Place, Pool, PoolKind, Start};
use crate::graph::{ReduceKind, Shape};

/// Where it is published.
pub const SOURCE: &str = "Multi-scale SE-residual network with transformer encoder for myocardial infarction \
                          classification, Applied Soft Computing, 2023";

/// Leads.
pub const LEADS: usize = 12;
/// Samples: 10 s at 100 Hz.
pub const SAMPLES: usize = 1000;
/// Samples of a window: 1 s.
pub const WINDOW: usize = 100;
/// Samples from one window to the next.
pub const STEP: usize = 50;
/// Windows.
pub const WINDOWS: usize = (SAMPLES - WINDOW) / STEP + 1;
/// At each scale, samples that are averaged into one.
pub const RATES: [usize; 3] = [1, 2, 4];

/// The outputs that hold how the last layer of each scale's encoder looks from window to window: a row a head, queries,
/// keys that sum to 1.
pub const ATTENTION: [&str; 3] = ["attention 1", "attention 2", "attention 4"];

/// Channels of the stem, and then of each block.
const STEM: usize = 64;
const BLOCKS: [usize; 3] = [64, 128, 128];
/// Numbers of a token.
const TOKEN: usize = 128;
/// Layers of an encoder, their heads, and the width inside their MLP.
const LAYERS: usize = 2;
const HEADS: usize = 4;
const HIDDEN: usize = 256;

/// The network. Gives [`ATTENTION`].
///
/// # Errors
/// `classes` is 0.
pub fn mrtnet(classes: usize) -> Result<Graph, GraphError> {
    let mut build = Builder::new("mrtnet", Shape::new(1, SAMPLES, LEADS));
    let input = build.input();
    let places = (0..WINDOWS).flat_map(|window| window * STEP..window * STEP + WINDOW);
    let windows = build.pick(Axis::Length, input, places);
    let windows = build.rearrange(windows, "1 (window sample) lead -> window sample lead", &[("sample", WINDOW)]);
    let mut scales = Vec::new();
    for (number, rate) in RATES.into_iter().enumerate() {
        let (vector, weights) = build.within(format!("scales.{number}"), |build| scale(build, windows, rate));
        build.output(ATTENTION[number], weights);
        scales.push(vector);
    }
    let whole = build.concat(Axis::Channels, &scales);
    let logits = build.linear("linear", whole, classes);
    build.finish(logits)
}

/// The vector of all windows at one rate, and the last attention.
fn scale(build: &mut Builder, windows: Place, rate: usize) -> (Place, Place) {
    let x = if rate > 1 { build.pool(windows, Pool::new(PoolKind::Mean, rate)) } else { windows };
    let x = build.conv("stem", x, Conv::new(STEM, 7).no_bias());
    let mut x = build.norm_relu("stem_norm", x);
    for (number, to) in BLOCKS.into_iter().enumerate() {
        x = build.within(format!("blocks.{number}"), |build| residual(build, x, to));
    }
    // The paper's "customised pooling": the mean for the region as a whole, the maximum for its most telling place.
    let (mean, largest) = (build.mean(x), build.max(x));
    let pooled = build.concat(Axis::Channels, &[mean, largest]);
    let tokens = build.linear("pooled", pooled, TOKEN);
    let tokens = build.rearrange(tokens, "window 1 feature -> 1 window feature", &[]);
    let places = build.table("places", Shape::new(1, WINDOWS, TOKEN), Start::CutNormal(0.02));
    let mut tokens = build.sum(tokens, places);
    let mut weights = tokens;
    for number in 0..LAYERS {
        (tokens, weights) =
            build.within(format!("encoder.{number}"), |build| encoder_layer(build, tokens, HEADS, HIDDEN));
    }
    (build.reduce(ReduceKind::Mean, Axis::Length, tokens), weights)
}

/// conv, batch norm, ReLU, conv, batch norm, squeeze and excitation (of each window by itself); plus what goes past; ReLU.
fn residual(build: &mut Builder, x: Place, to: usize) -> Place {
    let y = build.conv("conv1", x, Conv::new(to, 5).no_bias());
    let y = build.norm_relu("norm1", y);
    let y = build.conv("conv2", y, Conv::new(to, 5).no_bias());
    let y = build.batch_norm("norm2", y);
    let y = squeeze_excitation(build, y, 16, Activation::Relu);
    let past = if build.shape(x).channels == to {
        x
    } else {
        let past = build.conv("shortcut", x, Conv::new(to, 1).no_bias());
        build.batch_norm("shortcut_norm", past)
    };
    let sum = build.sum(y, past);
    build.relu(sum)
}

/// A layer of a Transformer's encoder: `x + attention(norm(x))`, then `x + linear(gelu(linear(norm(x))))`. Gives the
/// tokens and the attention's weights.
pub(super) fn encoder_layer(build: &mut Builder, x: Place, heads: usize, hidden: usize) -> (Place, Place) {
    let width = build.shape(x).channels;
    let y = build.layer_norm("norm1", x);
    let y = build.linear("qkv", y, 3 * width);
    let projected = parts(build, y);
    let (y, weights) = attend(build, projected, heads, None);
    let y = build.linear("out", y, width);
    let x = build.sum(x, y);
    let y = build.layer_norm("norm2", x);
    let y = build.linear("linear1", y, hidden);
    let y = build.activation(Activation::Gelu, y);
    let y = build.linear("linear2", y, width);
    (build.sum(x, y), weights)
}
