//! MobileViT, small, along time: inverted residual blocks, and transformers on every second position.

use super::{conv_norm, mean_head, self_attention, start};
use crate::graph::{Activation, Axis, Builder, Conv, Graph, GraphError, Place, Shape};

/// Channels, and a token's numbers and layers, of the stages that have transformers.
const STAGES: [(usize, usize, usize); 3] = [(96, 144, 2), (128, 192, 4), (160, 240, 3)];
const HEADS: usize = 4;
const LAST: usize = 640;

/// Mehta and Rastegari, "MobileViT", ICLR 2022 (arXiv 2110.02178), with GELU throughout.
///
/// # Errors
/// `classes` is 0.
pub fn mobile_vit(classes: usize) -> Result<Graph, GraphError> {
    let mut build = start("mobile_vit");
    let x = build.input();
    let x = active(&mut build, "stem", x, Conv::new(16, 3).stride(2));
    let mut x = build.within("first", |build| inverted(build, x, 32, 1));
    for number in 0..3 {
        let stride = if number == 0 { 2 } else { 1 };
        x = build.within(format!("second.{number}"), |build| inverted(build, x, 64, stride));
    }
    for (stage, (channels, width, layers)) in STAGES.into_iter().enumerate() {
        x = build.within(format!("stages.{stage}"), |build| {
            let x = build.within("down", |build| inverted(build, x, channels, 2));
            block(build, x, width, layers)
        });
    }
    let map = active(&mut build, "last", x, Conv::new(LAST, 1));
    let logits = mean_head(&mut build, map, classes);
    build.finish(logits)
}

/// A convolution, its batch norm, GELU.
fn active(build: &mut Builder, name: &str, x: Place, conv: Conv) -> Place {
    let x = conv_norm(build, name, x, conv);
    build.activation(Activation::Gelu, x)
}

/// Four times as wide inside.
fn inverted(build: &mut Builder, x: Place, to: usize, stride: usize) -> Place {
    let from = build.shape(x).channels;
    let y = active(build, "widen", x, Conv::new(4 * from, 1));
    let y = active(build, "depthwise", y, Conv::new(4 * from, 3).stride(stride).groups(4 * from));
    let y = conv_norm(build, "narrow", y, Conv::new(to, 1));
    if stride == 1 && from == to { build.sum(x, y) } else { y }
}

/// Convolutions, then layers in which positions of even places see one another, and those of odd places; both beside
/// what came in.
fn block(build: &mut Builder, x: Place, width: usize, layers: usize) -> Place {
    let Shape { length, channels, .. } = build.shape(x);
    let y = active(build, "local", x, Conv::new(channels, 3));
    let y = build.conv("into", y, Conv::new(width, 1).no_bias());
    let y = resized(build, y, length.next_multiple_of(2));
    let mut y = build.rearrange(y, "1 (pair place) channel -> place pair channel", &[("place", 2)]);
    for number in 0..layers {
        y = build.within(format!("layers.{number}"), |build| {
            let z = build.layer_norm("norm1", y);
            let z = self_attention(build, z, HEADS);
            let y = build.sum(y, z);
            let z = build.layer_norm("norm2", y);
            let z = build.linear("linear1", z, 2 * width);
            let z = build.activation(Activation::Gelu, z);
            let z = build.linear("linear2", z, width);
            build.sum(y, z)
        });
    }
    let y = build.layer_norm("norm", y);
    let y = build.rearrange(y, "place pair channel -> 1 (pair place) channel", &[]);
    let y = resized(build, y, length);
    let y = active(build, "out", y, Conv::new(channels, 1));
    let both = build.concat(Axis::Channels, &[x, y]);
    active(build, "fusion", both, Conv::new(channels, 3))
}

/// Lines drawn between positions and read at `to` places, each the middle of an equal part.
fn resized(build: &mut Builder, x: Place, to: usize) -> Place {
    let from = build.shape(x).length;
    if from == to {
        return x;
    }
    let mut shares = vec![0.0; to * from];
    for place in 0..to {
        let at = ((place as f64 + 0.5) * from as f64 / to as f64 - 0.5).max(0.0);
        let before = (at as usize).min(from - 1);
        let after = (before + 1).min(from - 1);
        shares[place * from + before] += (1.0 - at.fract()) as f32;
        shares[place * from + after] += at.fract() as f32;
    }
    let shares = build.constant(Shape::new(1, to, from), shares);
    build.mix(shares, x, 1)
}
