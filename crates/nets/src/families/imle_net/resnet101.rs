//! A residual network of 101 layers along time, as IMLE-Net's authors widened its kernels.

use super::{FEATURES, start};
use crate::graph::{Builder, Conv, Drawing, Graph, GraphError, Place, Pool, PoolKind};

/// Channels of the first stage inside its blocks: the published network, of 157 million numbers.
pub const NATIVE_WIDTH: usize = 64;
/// An eighth of them, ours: as deep, but small enough for a page.
pub const NARROW_WIDTH: usize = 8;

/// Bottleneck blocks of the four stages.
const STAGES: [usize; 4] = [3, 4, 23, 3];
/// How many times wider a block is outside.
const EXPANSION: usize = 4;

/// The network with `width` channels inside the blocks of the first stage; each later stage doubles them and halves the
/// positions. Gives [`FEATURES`].
///
/// # Errors
/// `width` or `classes` is 0.
pub fn resnet101(width: usize, classes: usize) -> Result<Graph, GraphError> {
    let mut build = start("resnet101");
    let x = build.input();
    let x = conv_norm(&mut build, ["stem", "stem_norm"], x, Conv::new(width, 15).stride(2));
    let x = build.relu(x);
    let mut x = build.pool(x, Pool::new(PoolKind::Max, 3).stride(2).pad(1));
    for (stage, blocks) in STAGES.into_iter().enumerate() {
        for number in 0..blocks {
            let stride = if stage > 0 && number == 0 { 2 } else { 1 };
            x = build.within(format!("stages.{stage}.{number}"), |build| {
                block(build, x, width << stage, stride, number == 0)
            });
        }
    }
    build.output(FEATURES, x);
    let pooled = build.mean(x);
    let logits = build.linear("linear", pooled, classes);
    build.finish(logits)
}

/// Three convolutions with batch norms, ReLU after the first two and after the sum, dropout before the third. A stage's
/// first block has a convolution on the way past, in the first stage too.
fn block(build: &mut Builder, x: Place, width: usize, stride: usize, first: bool) -> Place {
    let y = conv_norm(build, ["conv1", "norm1"], x, Conv::new(width, 7));
    let y = build.relu(y);
    let y = conv_norm(build, ["conv2", "norm2"], y, Conv::new(width, 11).stride(stride));
    let y = build.relu(y);
    let y = build.dropout(y, 0.2);
    let y = conv_norm(build, ["conv3", "norm3"], y, Conv::new(EXPANSION * width, 7));
    let past = if first {
        build.within("shortcut", |build| {
            conv_norm(build, ["conv", "norm"], x, Conv::new(EXPANSION * width, 1).stride(stride))
        })
    } else {
        x
    };
    let sum = build.sum(y, past);
    build.relu(sum)
}

/// Drawn with the deviation of a square kernel, as the released code does: smaller by the root of the kernel than a
/// kernel along time asks for.
fn conv_norm(build: &mut Builder, [conv_name, norm_name]: [&str; 2], x: Place, conv: Conv) -> Place {
    let outputs = (conv.kernel.1 * conv.kernel.1 * conv.to) as f64;
    let usual = std::mem::replace(&mut build.drawing, Drawing::Normal((2.0 / outputs).sqrt()));
    let y = build.conv(conv_name, x, conv.no_bias());
    build.drawing = usual;
    build.batch_norm(norm_name, y)
}
