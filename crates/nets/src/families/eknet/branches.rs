//! A branch of its own for every row, and all of them joined.

use crate::graph::{Activation, Axis, Builder, Conv, Place, Recurrent, ReduceKind};

/// The output that holds the logits of every branch by itself, for a loss of its own: a row a branch, a channel a label.
pub const BRANCHES: &str = "branches";
/// The output that holds how much each position counts where the branches are joined: sums to 1 along positions.
pub const POOLING: &str = "pooling";

/// Channels of a branch, and numbers of a direction's state in its recurrent layer.
const WIDTH: usize = 12;
/// Kernels of the convolutions that halve the positions, at the end of each block.
const LAST: [usize; 5] = [24, 24, 24, 24, 48];
const SLOPE: f64 = 0.3;
const DROPOUT: f64 = 0.2;

/// Logits of rows of any length, one a channel: five blocks of three convolutions and a recurrent layer both ways in
/// every branch, attention over positions of each branch and of all branches' states side by side.
///
/// Convolutions of all branches are one convolution in groups.
pub(super) fn classified(build: &mut Builder, x: Place, classes: usize) -> Place {
    let rows = build.shape(x).channels;
    let mut map = x;
    for (number, last) in LAST.into_iter().enumerate() {
        map = build.within(format!("blocks.{number}"), |build| {
            let convs = [Conv::new(0, 3), Conv::new(0, 3), Conv::new(0, last).pads(last / 2 - 1, last / 2).stride(2)];
            let map = convs.into_iter().enumerate().fold(map, |map, (number, conv)| {
                let conv = Conv { to: rows * WIDTH, ..conv }.groups(rows);
                let map = build.conv(&format!("conv{number}"), map, conv);
                build.activation(Activation::LeakyRelu(SLOPE), map)
            });
            build.dropout(map, DROPOUT)
        });
    }
    let (mut states, mut logits) = (Vec::new(), Vec::new());
    for row in 0..rows {
        let own = build.pick(Axis::Channels, map, row * WIDTH..(row + 1) * WIDTH);
        build.within(format!("branches.{row}"), |build| {
            let own = build.recurrent("gru", own, Recurrent::gru(WIDTH).both_ways());
            let own = build.activation(Activation::LeakyRelu(SLOPE), own);
            let own = build.dropout(own, DROPOUT);
            let (vector, _) = pooled(build, own);
            states.push(own);
            logits.push(build.linear("head", vector, classes));
        });
    }
    let logits = build.concat(Axis::Rows, &logits);
    build.output(BRANCHES, logits);
    let all = build.concat(Axis::Channels, &states);
    build.within("fusion", |build| {
        let (vector, shares) = pooled(build, all);
        build.output(POOLING, shares);
        let vector = build.batch_norm("norm", vector);
        let vector = build.activation(Activation::LeakyRelu(SLOPE), vector);
        let vector = build.dropout(vector, DROPOUT);
        build.linear("head", vector, classes)
    })
}

/// Positions by the softmax of `v tanh(W x + b)`, and how much each counted.
fn pooled(build: &mut Builder, x: Place) -> (Place, Place) {
    let width = build.shape(x).channels;
    let y = build.linear("mixed", x, width);
    let y = build.activation(Activation::Tanh, y);
    let scores = build.linear_no_bias("score", y, 1);
    let shares = build.softmax(Axis::Length, scores);
    let parts = build.product(x, shares);
    (build.reduce(ReduceKind::Sum, Axis::Length, parts), shares)
}
