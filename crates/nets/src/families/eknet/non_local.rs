//! A residual network of 33 convolutions and a module that attends along positions, channels and time.

use crate::graph::{Activation, Axis, Builder, Conv, Place, Pool, PoolKind, ReduceKind};

/// The output that holds how much each position counts for each: positions, and channels the positions looked at.
pub const POSITIONS: &str = "positions";
/// The output that holds how much each channel counts for each: positions, and channels the channels looked at.
pub const CHANNELS: &str = "channels";
/// The output that holds how much each position counts, between 0 and 1.
pub const TIME: &str = "time";

/// Kernel of the residual network's convolutions.
const KERNEL: usize = 16;
/// Channels of its first four blocks; every four blocks they double.
const WIDTH: usize = 32;
/// Blocks of two convolutions, behind one that stands alone.
const BLOCKS: usize = 16;

/// Logits of rows of any length, one a channel.
pub(super) fn classified(build: &mut Builder, x: Place, classes: usize) -> Place {
    let x = conv(build, "stem", x, WIDTH, 1);
    let mut x = build.norm_relu("stem_norm", x);
    for number in 0..BLOCKS {
        x = build.within(format!("blocks.{number}"), |build| block(build, x, number));
    }
    let map = build.norm_relu("norm", x);
    let joined = build.within("module", |build| module(build, map));
    let pooled = build.mean(joined);
    build.linear("head", pooled, classes)
}

/// Convolutions behind batch norm and ReLU, plus what goes past; every second block halves the positions.
fn block(build: &mut Builder, x: Place, number: usize) -> Place {
    let (to, stride) = (WIDTH << (number / 4), 1 + number % 2);
    let y = if number == 0 { x } else { build.norm_relu("norm1", x) };
    let y = conv(build, "conv1", y, to, stride);
    let y = build.norm_relu("norm2", y);
    let y = build.dropout(y, 0.2);
    let y = conv(build, "conv2", y, to, 1);
    let past = if stride == 1 { x } else { build.pool(x, Pool::new(PoolKind::Max, stride).ceil()) };
    let past = build.widen(past, to);
    build.sum(y, past)
}

fn conv(build: &mut Builder, name: &str, x: Place, to: usize, stride: usize) -> Place {
    build.conv(name, x, Conv::new(to, KERNEL).stride(stride).pads(KERNEL / 2 - 1, KERNEL / 2))
}

/// Attention of all positions to all (with half of the channels between), of all channels to all, and a weight a
/// position by a convolution of the channels' mean and maximum; a linear layer joins the three.
fn module(build: &mut Builder, map: Place) -> Place {
    let width = build.shape(map).channels;
    let [query, key, value] = ["query", "key", "value"].map(|name| build.linear(name, map, width / 2));
    let scores = build.scores(query, key, 1, 1.0);
    let shares = build.softmax(Axis::Channels, scores);
    build.output(POSITIONS, shares);
    let mixed = build.mix(shares, value, 1);
    let mixed = build.linear("out", mixed, width);
    let positions = build.sum(map, mixed);

    let turned = build.rearrange(map, "1 position channel -> 1 channel position", &[]);
    let scores = build.scores(turned, turned, 1, 1.0);
    let shares = build.softmax(Axis::Channels, scores);
    build.output(CHANNELS, shares);
    let mixed = build.mix(shares, turned, 1);
    let mixed = build.rearrange(mixed, "1 channel position -> 1 position channel", &[]);
    let channels = build.sum(map, mixed);

    let [mean, largest] = [ReduceKind::Mean, ReduceKind::Max].map(|kind| build.reduce(kind, Axis::Channels, map));
    let both = build.concat(Axis::Channels, &[mean, largest]);
    let weight = build.conv("time", both, Conv::new(1, 7));
    let weight = build.activation(Activation::Sigmoid, weight);
    build.output(TIME, weight);
    let time = build.product(map, weight);

    let all = build.concat(Axis::Channels, &[positions, channels, time]);
    build.linear("join", all, width)
}
