//! ECGNet, as IMLE-Net's authors adapted it: kernels of four sizes and residual blocks, beside an LSTM over the
//! recording.

use super::{FEATURES, start};
use crate::graph::{Axis, Builder, Conv, Graph, GraphError, Place, Pool, PoolKind, Recurrent};

/// Kernel of the convolutions after the first four.
const KERNEL: usize = 17;
/// Channels before the first widening, and what each one adds.
const WIDTH: usize = 16;

/// The network. The maps of the four first convolutions stand one after the other in time. Gives [`FEATURES`], the last
/// map of its residual part (which the LSTM does not enter).
///
/// # Errors
/// `classes` is 0.
pub fn ecgnet(classes: usize) -> Result<Graph, GraphError> {
    let mut build = start("ecgnet");
    let input = build.input();
    let maps = [15, 17, 19, 21]
        .map(|kernel| build.conv(&format!("conv{kernel}"), input, Conv::new(WIDTH, kernel).pad(0).no_bias()));
    let x = build.concat(Axis::Length, &maps);
    let x = build.norm_relu("norm1", x);
    let mut x = build.conv("conv", x, Conv::new(WIDTH, KERNEL).stride(2).pad(2).no_bias());
    for number in 0..15 {
        x = build.within(format!("blocks.{number}"), |build| block(build, x, number));
    }
    let map = build.norm_relu("norm2", x);
    build.output(FEATURES, map);
    let pooled = build.pool(map, Pool::new(PoolKind::MeanWithPadding, 8).pad(2));
    let pooled = build.rearrange(pooled, "1 position feature -> 1 1 (feature position)", &[]);
    let states = build.recurrent("lstm", input, Recurrent::lstm(40));
    let steps = build.shape(states).length;
    let last = build.pick(Axis::Length, states, [steps - 1]);
    let both = build.concat(Axis::Channels, &[pooled, last]);
    let logits = build.linear("linear", both, classes);
    build.finish(logits)
}

/// Twice batch norm, ReLU, dropout, conv; plus what goes past. Every second block halves the positions at its end,
/// every fourth also widens. No activation after the sum.
fn block(build: &mut Builder, x: Place, number: usize) -> Place {
    let (widens, halves) = (number % 4 == 3, number % 2 == 1);
    let from = build.shape(x).channels;
    let to = if widens { from + WIDTH } else { from };
    let mut y = x;
    for part in 1..=2 {
        y = build.norm_relu(&format!("norm{part}"), y);
        y = build.dropout(y, 0.1);
        y = build.conv(&format!("conv{part}"), y, Conv::new(to, KERNEL).no_bias());
    }
    let mut past = if widens { build.conv("shortcut", x, Conv::new(to, 1).no_bias()) } else { x };
    if halves {
        [y, past] = [y, past].map(|value| build.pool(value, Pool::new(PoolKind::Max, 2)));
    }
    build.sum(y, past)
}
