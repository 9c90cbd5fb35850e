//! MPGT: a fine and a coarse view of a signal, each by attention and dilated convolutions, the fine gating the coarse.
//!
//! Published in reachable form are the two ways of embedding (convolution, maximum, convolution, mean), the order of a
//! layer (attention, feed-forward, convolutions, feed-forward), and the gate; kernels, widths, the number of layers,
//! where branches meet, the ReLU behind convolutions and that nothing codes positions are reconstructed.

use crate::graph::{Activation, Axis, Builder, Conv, Graph, GraphError, Place, Pool, PoolKind, Shape};

/// Where it is published.
pub const SOURCE: &str = "Multi-scale Progressive Gated Transformer for Physiological Signal Classification, ACML 2022";

/// Numbers of a token.
pub const WIDTH: usize = 128;
/// Heads of an attention.
pub const HEADS: usize = 4;

/// The output that holds the last fusion's gate, between 0.27 and 0.73: a position every 16 samples, 128 channels.
pub const GATE: &str = "gate";
/// The output that holds the coarse branch's attention in its last layer: a row a head, positions and channels tokens
/// of 16 samples.
pub const ATTENTION: &str = "attention";

/// Fine positions to a coarse one.
const COARSER: usize = 4;
const DROPOUT: f64 = 0.1;

/// A size of the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Form {
    /// Leads; published for one.
    pub leads: usize,
    /// Samples.
    pub samples: usize,
    /// Layers of each branch, 2 to 4.
    pub layers: usize,
}

impl Form {
    /// One lead of 10 s at 100 Hz, three layers (ours).
    pub const ONE_LEAD: Self = Self { leads: 1, samples: 1000, layers: 3 };
    /// The same with 12 leads (ours).
    pub const TWELVE_LEADS: Self = Self { leads: 12, ..Self::ONE_LEAD };
}

/// The network.
///
/// # Errors
/// `classes` or a number of the form is 0, or the samples are too few for its convolutions.
pub fn mpgt(form: Form, classes: usize) -> Result<Graph, GraphError> {
    let mut build = Builder::new("mpgt", Shape::new(1, form.samples, form.leads));
    let x = build.input();
    let mut fine = embedded(&mut build, "fine", x, Conv::new(WIDTH / 2, 7), Conv::new(WIDTH, 5));
    let mut coarse = embedded(&mut build, "coarse", x, Conv::new(WIDTH / 2, 25).stride(4), Conv::new(WIDTH, 9));
    // Where the samples are no multiple of 16, one branch may end a token later.
    let length = build.shape(coarse).length.min(build.shape(fine).length / COARSER);
    coarse = first(&mut build, coarse, length);
    fine = first(&mut build, fine, length * COARSER);
    for number in 0..form.layers {
        let dilation = 1 << number;
        let attention;
        (fine, _) = build.within(format!("fine.{number}"), |build| layer(build, fine, dilation));
        (coarse, attention) = build.within(format!("coarse.{number}"), |build| layer(build, coarse, dilation));
        build.output(ATTENTION, attention);
        coarse = build.within(format!("fusion.{number}"), |build| {
            let shorter = build.pool(fine, Pool::new(PoolKind::Mean, COARSER));
            let gate = build.linear("gate", shorter, WIDTH);
            let gate = build.activation(Activation::Tanh, gate);
            let gate = build.sigmoid(gate);
            build.output(GATE, gate);
            let gated = build.product(shorter, gate);
            build.sum(gated, coarse)
        });
    }
    let x = build.mean(coarse);
    let logits = build.linear("head", x, classes);
    build.finish(logits)
}

/// So many tokens from the beginning.
fn first(build: &mut Builder, x: Place, length: usize) -> Place {
    if build.shape(x).length == length { x } else { build.pick(Axis::Length, x, 0..length) }
}

/// Convolution, maximum of two, convolution, mean of two.
fn embedded(build: &mut Builder, name: &str, x: Place, first: Conv, second: Conv) -> Place {
    build.within(name, |build| {
        let x = build.conv("conv1", x, first);
        let x = build.relu(x);
        let x = build.pool(x, Pool::new(PoolKind::Max, 2));
        let x = build.conv("conv2", x, second);
        let x = build.relu(x);
        build.pool(x, Pool::new(PoolKind::Mean, 2))
    })
}

/// Attention, feed-forward, dilated convolutions, feed-forward, each behind a layer norm and added to what it was given.
fn layer(build: &mut Builder, x: Place, dilation: usize) -> (Place, Place) {
    let y = build.layer_norm("norm1", x);
    let [query, key, value] = ["query", "key", "value"].map(|name| build.linear(name, y, WIDTH));
    let scores = build.scores(query, key, HEADS, (HEADS as f64 / WIDTH as f64).sqrt());
    let attention = build.softmax(Axis::Channels, scores);
    let y = build.mix(attention, value, HEADS);
    let y = build.linear("out", y, WIDTH);
    let x = build.sum(x, y);
    let x = feed_forward(build, "feed1", x);
    let mut y = build.layer_norm("norm2", x);
    for name in ["conv1", "conv2"] {
        y = build.conv(name, y, Conv::new(WIDTH, 3).dilation(dilation));
        y = build.relu(y);
        y = build.dropout(y, DROPOUT);
    }
    let x = build.sum(x, y);
    (feed_forward(build, "feed2", x), attention)
}

/// `x + linear(gelu(linear(norm(x))))`, four times as wide between.
fn feed_forward(build: &mut Builder, name: &str, x: Place) -> Place {
    build.within(name, |build| {
        let y = build.layer_norm("norm", x);
        let y = build.linear("linear1", y, 4 * WIDTH);
        let y = build.activation(Activation::Gelu, y);
        let y = build.linear("linear2", y, WIDTH);
        build.sum(x, y)
    })
}
