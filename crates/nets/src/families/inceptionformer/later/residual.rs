//! Recurrent, inception and residual networks, each under a mean over positions and one linear layer.

use super::{conv_norm, mean_head, start};
use crate::families::benchmark;
use crate::graph::{Conv, Graph, GraphError, Pool, PoolKind, Recurrent};

/// Two recurrent layers both ways.
///
/// # Errors
/// `classes` is 0.
pub fn bi_lstm(classes: usize) -> Result<Graph, GraphError> {
    let mut build = start("bi_lstm");
    let mut x = build.input();
    for number in 0..2 {
        x = build.recurrent(&format!("layers.{number}"), x, Recurrent::lstm(256).both_ways());
    }
    let logits = mean_head(&mut build, x, classes);
    build.finish(logits)
}

/// The benchmark's six inception modules.
///
/// # Errors
/// `classes` is 0.
pub fn inception_time(classes: usize) -> Result<Graph, GraphError> {
    let mut build = start("inception_time");
    let x = build.input();
    let map = benchmark::inception1d(&mut build, x);
    let logits = mean_head(&mut build, map, classes);
    build.finish(logits)
}

/// The benchmark's residual network of 101 layers with kernels of 3 in place of 5.
///
/// # Errors
/// `classes` is 0.
pub fn xresnet1d101(classes: usize) -> Result<Graph, GraphError> {
    let mut build = start("xresnet1d101");
    let x = build.input();
    let map = benchmark::xresnet1d(&mut build, x, 4, [3, 4, 23, 3], 3);
    let logits = mean_head(&mut build, map, classes);
    build.finish(logits)
}

/// Three residual blocks of 64, 128 and 128 channels behind a stem that quarters the positions.
///
/// # Errors
/// `classes` is 0.
pub fn resnet1d_wang(classes: usize) -> Result<Graph, GraphError> {
    let mut build = start("resnet1d_wang");
    let x = build.input();
    let x = conv_norm(&mut build, "stem", x, Conv::new(64, 8).stride(2).pad(3));
    let x = build.relu(x);
    let mut x = build.pool(x, Pool::new(PoolKind::Max, 3).stride(2).pad(1));
    for (number, (to, stride)) in [(64, 1), (128, 2), (128, 2)].into_iter().enumerate() {
        x = build.within(format!("blocks.{number}"), |build| {
            let y = conv_norm(build, "conv1", x, Conv::new(to, 5).stride(stride));
            let y = build.relu(y);
            let y = conv_norm(build, "conv2", y, Conv::new(to, 3));
            let past = match stride {
                1 => x,
                _ => conv_norm(build, "shortcut", x, Conv::new(to, 1).stride(stride)),
            };
            let sum = build.sum(y, past);
            build.relu(sum)
        });
    }
    let logits = mean_head(&mut build, x, classes);
    build.finish(logits)
}
