//! Dual-path recurrent network: a long strip in chunks, read along each chunk and across chunks by turns.
//!
//! Takes one lead, 30 s at 300 Hz. Published in reachable form are the way (overlapping chunks, both-way recurrence in
//! a chunk and between chunks by turns, overlap and add) and the task; all sizes, the norms, the ReLU of the encoder,
//! the zeros around the ends and the pooling are reconstructed, the block after its form in speech separation.

use crate::graph::{Axis, Builder, Conv, Graph, GraphError, Place, Recurrent, ReduceKind, Shape};

/// Where it is published.
pub const SOURCE: &str = "Single-lead ECG recordings modeling for end-to-end recognition of atrial fibrillation with \
                          dual-path RNN, Biomedical Signal Processing and Control, 2022";

/// Samples: 30 s at 300 Hz.
pub const SAMPLES: usize = 9000;
/// Positions of a chunk; half of them are the next one's too.
pub const CHUNK: usize = 64;
/// Numbers of a position.
pub const WIDTH: usize = 64;

/// The output that holds the map before pooling: a position every 8 samples, 64 channels.
pub const FEATURES: &str = "features";
/// The output that holds how much each position counts, where attention pools: sums to 1 along positions.
pub const ATTENTION: &str = "attention";

const KERNEL: usize = 16;
const STRIDE: usize = 8;
const BLOCKS: usize = 3;

/// What makes one vector of all positions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pooling {
    /// Their mean.
    Mean,
    /// A mean weighted by the softmax of a learned product.
    Attention,
}

/// The network for strips of so many samples (published task: four classes, normal, atrial fibrillation, other, noise).
///
/// # Errors
/// `classes` is 0, or `samples` fewer than 16.
pub fn dual_path(samples: usize, pooling: Pooling, classes: usize) -> Result<Graph, GraphError> {
    let mut build = Builder::new("dual_path", Shape::new(1, samples, 1));
    let x = build.input();
    let x = build.conv("encoder", x, Conv::new(WIDTH, KERNEL).stride(STRIDE).pad(0));
    let x = build.relu(x);
    let x = build.linear("into", x, WIDTH);
    let length = build.shape(x).length;
    let mut chunks = chunks(&mut build, x);
    for number in 0..BLOCKS {
        chunks = build.within(format!("blocks.{number}"), |build| {
            let x = path(build, "inside", chunks);
            let x = build.rearrange(x, "chunk position channel -> position chunk channel", &[]);
            let x = path(build, "between", x);
            build.rearrange(x, "position chunk channel -> chunk position channel", &[])
        });
    }
    let x = overlap_added(&mut build, chunks, length);
    build.output(FEATURES, x);
    let x = match pooling {
        Pooling::Mean => build.mean(x),
        Pooling::Attention => {
            let scores = build.linear("score", x, 1);
            let attention = build.softmax(Axis::Length, scores);
            build.output(ATTENTION, attention);
            let parts = build.product(x, attention);
            build.reduce(ReduceKind::Sum, Axis::Length, parts)
        }
    };
    let logits = build.linear("head", x, classes);
    build.finish(logits)
}

/// `x + norm(linear(both ways(x)))` along each row.
fn path(build: &mut Builder, name: &str, x: Place) -> Place {
    build.within(name, |build| {
        let y = build.recurrent("lstm", x, Recurrent::lstm(WIDTH).both_ways());
        let y = build.linear("linear", y, WIDTH);
        let y = build.layer_norm("norm", y);
        build.sum(x, y)
    })
}

/// A row a chunk, each beginning half a chunk behind the one before; half a chunk of zeros stands before the first
/// position and enough behind the last, so that every position lies in two chunks.
fn chunks(build: &mut Builder, x: Place) -> Place {
    let Shape { length, channels, .. } = build.shape(x);
    let half = CHUNK / 2;
    let halves = length.div_ceil(half) + 2;
    let zeros = |build: &mut Builder, length: usize| {
        build.constant(Shape::new(1, length, channels), vec![0.0; length * channels])
    };
    let (before, after) = (zeros(build, half), zeros(build, (halves - 1) * half - length));
    let x = build.concat(Axis::Length, &[before, x, after]);
    let places = (0..(halves - 1) * CHUNK).map(|place| place / CHUNK * half + place % CHUNK);
    let x = build.pick(Axis::Length, x, places);
    build.rearrange(x, "1 (chunk position) channel -> chunk position channel", &[("position", CHUNK)])
}

/// Chunks back to `length` positions, each the sum of the two that it lies in.
fn overlap_added(build: &mut Builder, chunks: Place, length: usize) -> Place {
    let count = build.shape(chunks).rows;
    let ends = build.pick(Axis::Rows, chunks, 0..count - 1);
    let ends = build.pick(Axis::Length, ends, CHUNK / 2..CHUNK);
    let begins = build.pick(Axis::Rows, chunks, 1..count);
    let begins = build.pick(Axis::Length, begins, 0..CHUNK / 2);
    let x = build.sum(ends, begins);
    let x = build.rearrange(x, "half position channel -> 1 (half position) channel", &[]);
    build.pick(Axis::Length, x, 0..length)
}

#[cfg(all(test, feature = "cpu"))]
mod tests {
    use std::sync::Arc;

    use burn::tensor::{Device, Tensor, TensorData};

    use super::*;
    use crate::graph::Running;

    #[test]
    fn chunks_put_together_give_every_position_twice() {
        for length in [1, 31, 32, 33, 100, 1124] {
            let mut build = Builder::new("chunks", Shape::new(1, length, 2));
            let x = build.input();
            let x = chunks(&mut build, x);
            assert_eq!(build.shape(x).rows, length.div_ceil(32) + 1);
            let x = overlap_added(&mut build, x, length);
            let device = Device::flex();
            let network = Running::drawn(Arc::new(build.finish(x).unwrap()), 1, &device);
            let x: Vec<f32> = (0..2 * length).map(|n| n as f32).collect();
            let tensor = Tensor::<3>::from_data(TensorData::new(x, [1, 2, length]), &device);
            let found = network.forward(tensor)["logits"].clone().into_data().try_into_vec_as::<f32>().unwrap();
            for (place, &found) in found.iter().enumerate() {
                assert_eq!(found, 2.0 * (place % 2 * length + place / 2) as f32);
            }
        }
    }
}
