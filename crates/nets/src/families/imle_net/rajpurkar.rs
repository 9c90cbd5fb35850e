//! Rajpurkar et al.'s network of 34 layers, as IMLE-Net's authors adapted it to 12 leads at 100 Hz.

use super::{FEATURES, keras, same_conv};
use crate::graph::{Builder, Conv, Drawing, Graph, GraphError, Place, Pool, PoolKind};

/// Kernel of every convolution.
const KERNEL: usize = 16;
/// Channels of the first four blocks; every four blocks they double.
const WIDTH: usize = 32;
/// Residual blocks of two convolutions.
const BLOCKS: usize = 16;
/// Deviation of a standard normal that is cut off at two.
const CUT_DEVIATION: f64 = 0.879_625_661_034_239_8;

/// The network: pre-activation residual blocks, every second of which halves the positions, 1000 to 4. Gives
/// [`FEATURES`]. The last layer is drawn by Keras' default (reconstructed: the source names He's rule for convolutions
/// only).
///
/// # Errors
/// `classes` is 0.
pub fn rajpurkar(classes: usize) -> Result<Graph, GraphError> {
    let mut build = keras("rajpurkar");
    let x = build.input();
    let x = he_conv(&mut build, "stem", x, WIDTH, 1);
    let mut x = build.norm_relu("stem_norm", x);
    for number in 0..BLOCKS {
        x = build.within(format!("blocks.{number}"), |build| block(build, x, number));
    }
    let map = build.norm_relu("norm", x);
    build.output(FEATURES, map);
    let x = build.rearrange(map, "1 position feature -> 1 1 (position feature)", &[]);
    let logits = build.linear("dense", x, classes);
    build.finish(logits)
}

/// batch norm, ReLU, conv, batch norm, ReLU, dropout, conv; plus what goes past. No activation after the sum.
fn block(build: &mut Builder, x: Place, number: usize) -> Place {
    let (to, stride) = (WIDTH << (number / 4), 1 + number % 2);
    // The stem has just brought its own to the first block.
    let y = if number == 0 { x } else { build.norm_relu("norm1", x) };
    let y = he_conv(build, "conv1", y, to, stride);
    let y = build.norm_relu("norm2", y);
    let y = build.dropout(y, 0.2);
    let y = he_conv(build, "conv2", y, to, 1);
    // Hanging over the end, the last window counts what is there: "same" with minus infinity.
    let past = if stride == 1 { x } else { build.pool(x, Pool::new(PoolKind::Max, stride).ceil()) };
    let past = build.widen(past, to);
    build.sum(y, past)
}

/// Drawn by He's rule as Keras draws it: cut off at two deviations, which are then made up for.
fn he_conv(build: &mut Builder, name: &str, x: Place, to: usize, stride: usize) -> Place {
    let inputs = KERNEL * build.shape(x).channels;
    let usual = std::mem::replace(&mut build.drawing, Drawing::CutNormal((2.0 / inputs as f64).sqrt() / CUT_DEVIATION));
    let y = same_conv(build, name, x, Conv::new(to, KERNEL).stride(stride));
    build.drawing = usual;
    y
}
