//! ECGNet for twelve leads: kernels of four sizes and residual blocks, beside an LSTM over the recording. Two public
//! adaptations of it, that of IMLE-Net's authors and LongWei's; the paper itself, of one lead, was not seen.

use super::{FEATURES, start};
use crate::graph::{Axis, Builder, Conv, Graph, GraphError, Place, Pool, PoolKind, Recurrent};

/// Where the network that both go back to is published.
pub const ECGNET_SOURCE: &str = "Murugesan et al., ECGNet: Deep Network for Arrhythmia Classification, IEEE MeMeA 2018";

/// Kernels of the first four convolutions.
const FIRST: [usize; 4] = [15, 17, 19, 21];
/// Residual blocks.
const BLOCKS: usize = 15;
/// Numbers of the LSTM's state.
const STATE: usize = 40;

/// Kernel of the convolutions after the first four.
const KERNEL: usize = 17;
/// Channels before the first widening, and what each one adds.
const WIDTH: usize = 16;

/// The version of IMLE-Net's authors. The maps of the four first convolutions stand one after the other in time; every
/// second block halves the positions at its end, every fourth also widens. Gives [`FEATURES`], the last map of its
/// residual part (which the LSTM does not enter).
///
/// # Errors
/// `classes` is 0.
pub fn ecgnet(classes: usize) -> Result<Graph, GraphError> {
    let mut build = start("ecgnet");
    let input = build.input();
    let maps =
        FIRST.map(|kernel| build.conv(&format!("conv{kernel}"), input, Conv::new(WIDTH, kernel).pad(0).no_bias()));
    let x = build.concat(Axis::Length, &maps);
    let x = build.norm_relu("norm1", x);
    let mut x = build.conv("conv", x, Conv::new(WIDTH, KERNEL).stride(2).pad(2).no_bias());
    for number in 0..BLOCKS {
        x = build.within(format!("blocks.{number}"), |build| {
            let (widens, halves) = (number % 4 == 3, number % 2 == 1);
            let to = build.shape(x).channels + if widens { WIDTH } else { 0 };
            let mut y = convolved_twice(build, x, to);
            let mut past = if widens { build.conv("shortcut", x, Conv::new(to, 1).no_bias()) } else { x };
            if halves {
                [y, past] = [y, past].map(|value| halved(build, value));
            }
            build.sum(y, past)
        });
    }
    let map = build.norm_relu("norm2", x);
    build.output(FEATURES, map);
    let pooled = build.pool(map, Pool::new(PoolKind::MeanWithPadding, 8).pad(2));
    let pooled = build.rearrange(pooled, "1 position feature -> 1 1 (feature position)", &[]);
    let logits = with_state(&mut build, pooled, classes);
    build.finish(logits)
}

/// LongWei's version (repository hhhey-lw/db_ecgnet): the maps of the four first convolutions stand side by side as
/// channels, and every fourth block halves the positions and adds 32 channels. Gives [`FEATURES`] as [`ecgnet`] does.
///
/// # Errors
/// `classes` is 0.
pub fn ecgnet_by_channels(classes: usize) -> Result<Graph, GraphError> {
    let mut build = start("ecgnet_by_channels");
    let input = build.input();
    let maps = FIRST.map(|kernel| build.conv(&format!("conv{kernel}"), input, Conv::new(WIDTH, kernel)));
    let x = build.concat(Axis::Channels, &maps);
    let x = build.norm_relu("norm1", x);
    let mut x = build.conv("conv", x, Conv::new(maps.len() * WIDTH, KERNEL).stride(2));
    for number in 0..BLOCKS {
        x = build.within(format!("blocks.{number}"), |build| {
            let widens = number % 4 == 3;
            let to = build.shape(x).channels + if widens { 2 * WIDTH } else { 0 };
            let y = convolved_twice(build, x, to);
            if !widens {
                return build.sum(y, x);
            }
            let [y, past] = [y, x].map(|value| halved(build, value));
            let past = build.conv("shortcut", past, Conv::new(to, 1));
            build.sum(y, past)
        });
    }
    let map = build.norm_relu("norm2", x);
    build.output(FEATURES, map);
    let pooled = build.mean(map);
    let pooled = build.linear("widen", pooled, 640);
    let logits = with_state(&mut build, pooled, classes);
    build.finish(logits)
}

/// The last layer, on a vector and the last state of an LSTM over the leads' samples.
fn with_state(build: &mut Builder, pooled: Place, classes: usize) -> Place {
    let input = build.input();
    let states = build.recurrent("lstm", input, Recurrent::lstm(STATE));
    let steps = build.shape(states).length;
    let last = build.pick(Axis::Length, states, [steps - 1]);
    let both = build.concat(Axis::Channels, &[pooled, last]);
    build.linear("linear", both, classes)
}

/// Twice batch norm, ReLU, dropout, conv. No activation follows the sum with what goes past.
fn convolved_twice(build: &mut Builder, mut x: Place, to: usize) -> Place {
    for part in 1..=2 {
        x = build.norm_relu(&format!("norm{part}"), x);
        x = build.dropout(x, 0.1);
        x = build.conv(&format!("conv{part}"), x, Conv::new(to, KERNEL).no_bias());
    }
    x
}

fn halved(build: &mut Builder, x: Place) -> Place {
    build.pool(x, Pool::new(PoolKind::Max, 2))
}
