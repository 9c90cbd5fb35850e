//! Networks that InceptionFormer was set beside: residual networks and MobileNetV2 along one axis.

use super::{LEADS, SAMPLES, conv_norm, mean_head};
use crate::graph::{Activation, Builder, Conv, Graph, GraphError, Place, Pool, PoolKind, Shape};

/// Blocks of ResNet-34's stages.
pub(super) const THIRTY_FOUR: [usize; 4] = [3, 4, 6, 3];

/// Along time, or over frequency and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plane {
    /// A row of samples.
    Time,
    /// Rows of frequencies.
    TimeAndFrequency,
}

impl Plane {
    /// A square (or straight) kernel of a stride, same size at stride 1.
    fn conv(self, to: usize, kernel: usize, stride: usize) -> Conv {
        match self {
            Self::Time => Conv::new(to, kernel).stride(stride),
            Self::TimeAndFrequency => Conv { stride: (stride, stride), ..Conv::over_rows(to, (kernel, kernel)) },
        }
    }
}

/// He et al. 2016 with 18 layers, along time (the author's baseline): 64 to 512 channels, a kernel of 7 first.
///
/// # Errors
/// `classes` is 0.
pub fn resnet18(classes: usize) -> Result<Graph, GraphError> {
    residual("resnet18", [2, 2, 2, 2], classes)
}

/// The same with 34 layers: also the stream of the time domain.
///
/// # Errors
/// `classes` is 0.
pub fn resnet34(classes: usize) -> Result<Graph, GraphError> {
    residual("resnet34", THIRTY_FOUR, classes)
}

/// ResNet-34's logits of any number of leads or rows of any length, one a channel.
pub(in crate::families) fn resnet34_on(build: &mut Builder, x: Place, classes: usize) -> Place {
    let map = residual_map(build, x, THIRTY_FOUR, Plane::Time);
    mean_head(build, map, classes)
}

fn residual(name: &'static str, blocks: [usize; 4], classes: usize) -> Result<Graph, GraphError> {
    let mut build = Builder::new(name, Shape::new(1, SAMPLES, LEADS));
    let x = build.input();
    let map = residual_map(&mut build, x, blocks, Plane::Time);
    let logits = mean_head(&mut build, map, classes);
    build.finish(logits)
}

/// The last map of a residual network, 512 channels.
pub(super) fn residual_map(build: &mut Builder, x: Place, blocks: [usize; 4], plane: Plane) -> Place {
    let x = conv_norm(build, "stem", x, plane.conv(64, 7, 2));
    let x = build.relu(x);
    let halving = Pool::new(PoolKind::Max, 3).stride(2).pad(1);
    let mut x = build.pool(x, halving.clone());
    if plane == Plane::TimeAndFrequency {
        // The largest of a square is the largest of its columns' largest.
        x = build.rearrange(x, "frequency time channel -> time frequency channel", &[]);
        x = build.pool(x, halving);
        x = build.rearrange(x, "time frequency channel -> frequency time channel", &[]);
    }
    for (stage, count) in blocks.into_iter().enumerate() {
        for number in 0..count {
            let stride = if stage > 0 && number == 0 { 2 } else { 1 };
            x = build.within(format!("stages.{stage}.{number}"), |build| {
                let y = conv_norm(build, "conv1", x, plane.conv(64 << stage, 3, stride));
                let y = build.relu(y);
                let y = conv_norm(build, "conv2", y, plane.conv(64 << stage, 3, 1));
                let past = match stride {
                    1 => x,
                    _ => conv_norm(build, "shortcut", x, plane.conv(64 << stage, 1, stride)),
                };
                let sum = build.sum(y, past);
                build.relu(sum)
            });
        }
    }
    x
}

/// Sandler et al. 2018 along time (the author's baseline).
///
/// # Errors
/// `classes` is 0.
pub fn mobilenetv2(classes: usize) -> Result<Graph, GraphError> {
    // Widening, channels, blocks, stride of the first.
    const TABLE: [(usize, usize, usize, usize); 7] =
        [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)];
    let mut build = Builder::new("mobilenetv2", Shape::new(1, SAMPLES, LEADS));
    let x = build.input();
    let mut x = clipped(&mut build, "stem", x, Conv::new(32, 3).stride(2));
    for (stage, (widening, to, blocks, first)) in TABLE.into_iter().enumerate() {
        for number in 0..blocks {
            let stride = if number == 0 { first } else { 1 };
            x = build.within(format!("stages.{stage}.{number}"), |build| {
                let from = build.shape(x).channels;
                let wide = from * widening;
                let mut y = x;
                if widening > 1 {
                    y = clipped(build, "widen", y, Conv::new(wide, 1));
                }
                y = clipped(build, "depthwise", y, Conv::new(wide, 3).stride(stride).groups(wide));
                y = conv_norm(build, "narrow", y, Conv::new(to, 1));
                if stride == 1 && from == to { build.sum(x, y) } else { y }
            });
        }
    }
    let x = clipped(&mut build, "last", x, Conv::new(1280, 1));
    let logits = mean_head(&mut build, x, classes);
    build.finish(logits)
}

/// A convolution, its batch norm, and numbers cut off at 0 and 6.
fn clipped(build: &mut Builder, name: &str, x: Place, conv: Conv) -> Place {
    let x = conv_norm(build, name, x, conv);
    build.activation(Activation::Relu6, x)
}
