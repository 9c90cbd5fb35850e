//! Lightweight fusing transformer: beats as tokens, mixed by narrow averages instead of attention.
//!
//! Takes windows around consecutive beats of one lead, cut out by a preparation outside the network. Published in
//! reachable form are the two levels (squeeze and excitation in the convolutions of a beat, an encoder over beats) and
//! that gated linear units and depthwise convolutions take self-attention's place; sizes, the windows, and the norm and
//! ReLU behind every convolution are reconstructed, the lightweight convolution after its form for language.

use crate::graph::{Activation, Axis, Builder, Conv, Graph, GraphError, Place, Pool, PoolKind, Shape, Start};

/// Where it is published.
pub const SOURCE: &str = "Meng, Tan, Ma, Wang, Yin, Zhang: Enhancing dynamic ECG heartbeat classification with \
                          lightweight transformer model, Artificial Intelligence in Medicine 124 (2022) 102236";

/// Samples of a beat's window: 0.3 s before and 0.5 s after the R peak at 250 Hz.
pub const WINDOW: usize = 200;
/// Samples of a window before the R peak.
pub const BEFORE: usize = 75;
/// Numbers of a token.
pub const WIDTH: usize = 128;
/// Groups of channels with a kernel of their own.
pub const GROUPS: usize = 8;

/// The output that holds how much each beat counts for each beat in the last layer: 8 rows (groups of channels), a
/// position a beat that is told of, a channel a beat that counts. A row of kernel positions sums to 1; at the strip's
/// ends a part of it falls outside.
pub const ATTENTION: &str = "attention";
/// The output that holds how much each channel counts in each beat: a row a beat, 128 channels.
pub const EXCITATION: &str = "excitation";

/// A size of the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Form {
    /// Beats of a strip: 5 to 10.
    pub beats: usize,
    /// Samples of a beat's window.
    pub window: usize,
    /// Layers of the encoder: 2 to 4. Their kernels cover 3, 5, 7 and 7 beats.
    pub layers: usize,
}

impl Form {
    /// Eight beats, three layers (ours).
    pub const PROPOSED: Self = Self { beats: 8, window: WINDOW, layers: 3 };
}

/// The network: `classes` logits for each beat, one beat a position. Beats' windows stand one behind the other in the
/// input.
///
/// # Errors
/// `classes` or a number of the form is 0.
pub fn fusing_transformer(form: Form, classes: usize) -> Result<Graph, GraphError> {
    let (build, logits) = beats(form, classes);
    build.finish(logits)
}

/// The network for labels of whole recordings (ours): the mean of its beats' logits. A window is as long as a beat's, but
/// no R peak is looked for.
///
/// # Errors
/// `classes` or a number of the form is 0.
pub fn of_recordings(form: Form, classes: usize) -> Result<Graph, GraphError> {
    let (mut build, logits) = beats(form, classes);
    let logits = build.mean(logits);
    build.finish(logits)
}

/// Logits of each beat, a position a beat.
fn beats(form: Form, classes: usize) -> (Builder, Place) {
    let mut build = Builder::new("fusing_transformer", Shape::new(1, form.beats * form.window, 1));
    let x = build.input();
    let beats = build.rearrange(x, "1 (beat sample) 1 -> beat sample 1", &[("sample", form.window)]);
    let mut x = beat_vectors(&mut build, beats);
    for number in 0..form.layers {
        x = build.within(format!("layers.{number}"), |build| layer(build, x, (3 + 2 * number).min(7)));
    }
    let logits = build.linear("head", x, classes);
    (build, logits)
}

/// Three convolutions along each beat, squeeze and excitation, and the mean: a token a beat.
fn beat_vectors(build: &mut Builder, beats: Place) -> Place {
    let mut x = beats;
    for (number, (to, kernel)) in [(WIDTH / 4, 7), (WIDTH / 2, 5), (WIDTH, 3)].into_iter().enumerate() {
        x = build.within(format!("beat.{number}"), |build| {
            let x = build.conv("conv", x, Conv::new(to, kernel));
            build.norm_relu("norm", x)
        });
        if number == 0 {
            x = build.pool(x, Pool::new(PoolKind::Max, 2));
        }
    }
    let excitation = build.within("excitation", |build| {
        let y = build.mean(x);
        let y = build.linear("linear1", y, WIDTH / 8);
        let y = build.relu(y);
        let y = build.linear("linear2", y, WIDTH);
        build.sigmoid(y)
    });
    build.output(EXCITATION, excitation);
    let x = build.product(x, excitation);
    let x = build.mean(x);
    build.rearrange(x, "beat 1 channel -> 1 beat channel", &[])
}

/// `x + convolution(norm(x))`, then `x + linear(relu(linear(norm(x))))`.
fn layer(build: &mut Builder, x: Place, kernel: usize) -> Place {
    let y = build.layer_norm("norm1", x);
    let y = light_convolution(build, y, kernel);
    let x = build.sum(x, y);
    let y = build.layer_norm("norm2", x);
    let y = build.linear("linear1", y, 2 * WIDTH);
    let y = build.relu(y);
    let y = build.linear("linear2", y, WIDTH);
    build.sum(x, y)
}

/// A gated linear unit, each channel averaged along tokens by its group's weights (positive, of sum 1), and a product.
///
/// The averages are attention whose shares depend on distance alone, and are computed as such: tokens being few, the
/// matrix is small, and it can be shown.
fn light_convolution(build: &mut Builder, x: Place, kernel: usize) -> Place {
    let length = build.shape(x).length;
    let y = build.linear("gated", x, 2 * WIDTH);
    let value = build.pick(Axis::Channels, y, 0..WIDTH);
    let gate = build.pick(Axis::Channels, y, WIDTH..2 * WIDTH);
    let gate = build.activation(Activation::Sigmoid, gate);
    let y = build.product(value, gate);
    let kernels = build.table("kernels", Shape::new(GROUPS, 1, kernel), Start::Normal(1.0));
    let kernels = build.softmax(Axis::Channels, kernels);
    let nothing = build.constant(Shape::new(GROUPS, 1, 1), vec![0.0; GROUPS]);
    let shares = build.concat(Axis::Channels, &[kernels, nothing]);
    let tap =
        |pair: usize| (pair % length + kernel / 2).checked_sub(pair / length).map_or(kernel, |tap| tap.min(kernel));
    let shares = build.pick(Axis::Channels, shares, (0..length * length).map(tap));
    let shares = build.rearrange(shares, "group 1 (to from) -> group to from", &[("to", length)]);
    build.output(ATTENTION, shares);
    let y = build.mix(shares, y, GROUPS);
    build.linear("out", y, WIDTH)
}
