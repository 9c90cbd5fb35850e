//! Mousavi et al.'s network as IMLE-Net's authors adapted it: windows, an LSTM over them, all its states at once.

use serde::{Deserialize, Serialize};

use super::{LEADS, WINDOW, keras, same_conv};
use crate::graph::{Conv, Graph, GraphError, Pool, PoolKind, Recurrent};

/// How a recording is cut into 20 windows of 50 steps with 12 numbers each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Windows {
    /// As the released code does it, and so the published figures: the leads lie one after the other and are cut up
    /// without regard to where one ends, so that a step holds 12 consecutive samples of one lead.
    Released,
    /// Ours, and what the released code seems to mean: half a second of all leads, a step the 12 leads of a moment.
    OfTime,
}

/// The network. The same weights fit both ways of cutting.
///
/// # Errors
/// `classes` is 0.
pub fn mousavi(windows: Windows, classes: usize) -> Result<Graph, GraphError> {
    let mut build = keras("mousavi");
    let x = build.input();
    let mut x = match windows {
        Windows::Released => {
            let x = build.rearrange(x, "1 sample lead -> 1 1 (lead sample)", &[]);
            let count = build.shape(x).channels / (WINDOW * LEADS);
            build.rearrange(x, "1 1 (window step number) -> window step number", &[("window", count), ("step", WINDOW)])
        }
        Windows::OfTime => build.rearrange(x, "1 (window step) lead -> window step lead", &[("step", WINDOW)]),
    };
    for (number, to) in [32, 64, 128].into_iter().enumerate() {
        if number > 0 {
            x = build.pool(x, Pool::new(PoolKind::Max, 2));
        }
        x = same_conv(&mut build, &format!("convs.{number}"), x, Conv::new(to, 2));
        x = build.relu(x);
    }
    let x = build.rearrange(x, "window step feature -> 1 window (step feature)", &[]);
    let x = build.recurrent("lstm", x, Recurrent::lstm(128).both_ways().one_bias());
    let x = build.rearrange(x, "1 window state -> 1 1 (window state)", &[]);
    let x = build.linear("dense1", x, 128);
    let x = build.relu(x);
    let logits = build.linear("dense2", x, classes);
    build.finish(logits)
}
