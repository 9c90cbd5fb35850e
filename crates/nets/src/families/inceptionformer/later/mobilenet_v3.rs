//! MobileNetV3, large, along time.

use super::{FEATURES, conv_norm, start};
use crate::graph::{Activation, Builder, Conv, Graph, GraphError, Place};

/// Kernel, channels inside, channels out, whether channels are weighed, whether hard swish stands in ReLU's place,
/// stride.
const BLOCKS: [(usize, usize, usize, bool, bool, usize); 15] = [
    (3, 16, 16, false, false, 1),
    (3, 64, 24, false, false, 2),
    (3, 72, 24, false, false, 1),
    (5, 72, 40, true, false, 2),
    (5, 120, 40, true, false, 1),
    (5, 120, 40, true, false, 1),
    (3, 240, 80, false, true, 2),
    (3, 200, 80, false, true, 1),
    (3, 184, 80, false, true, 1),
    (3, 184, 80, false, true, 1),
    (3, 480, 112, true, true, 1),
    (3, 672, 112, true, true, 1),
    (5, 672, 160, true, true, 2),
    (5, 960, 160, true, true, 1),
    (5, 960, 160, true, true, 1),
];
const LAST: usize = 960;
const HIDDEN: usize = 1280;

/// Howard et al., "Searching for MobileNetV3", ICCV 2019 (arXiv 1905.02244), with a first kernel of 15.
///
/// # Errors
/// `classes` is 0.
pub fn mobilenet_v3(classes: usize) -> Result<Graph, GraphError> {
    let mut build = start("mobilenet_v3");
    let x = build.input();
    let x = conv_norm(&mut build, "stem", x, Conv::new(16, 15).stride(2));
    let mut x = build.activation(Activation::HardSwish, x);
    for (number, &(kernel, inside, to, weighed, swish, stride)) in BLOCKS.iter().enumerate() {
        let activation = if swish { Activation::HardSwish } else { Activation::Relu };
        x = build.within(format!("blocks.{number}"), |build| {
            let from = build.shape(x).channels;
            let mut y = x;
            if inside != from {
                y = conv_norm(build, "widen", y, Conv::new(inside, 1));
                y = build.activation(activation, y);
            }
            y = conv_norm(build, "depthwise", y, Conv::new(inside, kernel).stride(stride).groups(inside));
            if weighed {
                y = weighed_channels(build, y);
            }
            y = build.activation(activation, y);
            y = conv_norm(build, "narrow", y, Conv::new(to, 1));
            if stride == 1 && from == to { build.sum(x, y) } else { y }
        });
    }
    let x = conv_norm(&mut build, "last", x, Conv::new(LAST, 1));
    let map = build.activation(Activation::HardSwish, x);
    build.output(FEATURES, map);
    let x = build.mean(map);
    let x = build.linear("hidden", x, HIDDEN);
    let x = build.activation(Activation::HardSwish, x);
    let x = build.dropout(x, 0.2);
    let logits = build.linear("head", x, classes);
    build.finish(logits)
}

/// Squeeze and excitation to about a quarter of the channels, by `clamp(x + 3, 0, 6) / 6`.
fn weighed_channels(build: &mut Builder, x: Place) -> Place {
    let channels = build.shape(x).channels;
    // To the next multiple of 8, upwards where rounding down would take more than a tenth.
    let quarter = channels / 4;
    let near = (quarter + 4) / 8 * 8;
    let narrow = if 10 * near < 9 * quarter { near + 8 } else { near };
    build.within("excitation", |build| {
        let y = build.mean(x);
        let y = build.linear("linear1", y, narrow);
        let y = build.relu(y);
        let y = build.linear("linear2", y, channels);
        let y = build.affine(y, 1.0, 3.0);
        let y = build.activation(Activation::Relu6, y);
        let y = build.affine(y, 1.0 / 6.0, 0.0);
        build.product(x, y)
    })
}
