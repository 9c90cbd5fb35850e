//! Dual-branch CNN and Transformer with token selection: tokens of two lengths, of which each branch reads all once and
//! the half that its class token looked at most once more.
//!
//! The paper's code is not public. Layers are those of LongWei's unofficial version (repository hhhey-lw/db_ecgnet), which
//! leaves the selection out and runs its encoders twice over all tokens: [`Form::RELEASED`]. [`Form::FULL`] selects, as
//! that code's comments and the paper's abstract say; [`Form::REDUCED`], small enough for a browser, is ours. Input: 10 s
//! of 12 leads at 100 Hz.

use super::mrtnet::encoder_layer;
use crate::graph::{
    Activation, Axis, Builder, Conv, Graph, GraphError, Place, Pool, PoolKind, ReduceKind, Shape, Start,
};

/// Where it is published.
pub const SOURCE: &str = "Zhang, Lian, Xu, Zang, Zeng, A token selection-based multi-scale dual-branch CNN-transformer \
                          network for 12-lead ECG signal classification, Knowledge-Based Systems, 2023, doi \
                          10.1016/j.knosys.2023.111006";

/// Leads.
pub const LEADS: usize = 12;
/// Samples: 10 s at 100 Hz.
pub const SAMPLES: usize = 1000;

/// The outputs that hold each branch's class token: their correlation is part of the paper's loss.
pub const CLASS_TOKENS: [&str; 2] = ["upper class token", "lower class token"];
/// The outputs that hold how much each branch's class token looked at each token: 50 tokens of 0.2 s, 200 of 0.05 s.
pub const LOOKS: [&str; 2] = ["upper look", "lower look"];
/// The outputs that hold 1 for each token that was kept, 0 for the others.
pub const KEPT: [&str; 2] = ["upper kept", "lower kept"];

/// How much of the gathered attention stays from layer to layer.
const KEEPS: f64 = 0.99;
/// The names of the branches' weights.
const BRANCHES: [&str; 2] = ["upper", "lower"];
/// A token's step in samples, the kernel that has its length about, and the longer one.
const TOKENS: [(usize, usize, usize); 2] = [(20, 20, 40), (5, 5, 100)];

/// How large it is, and whether it selects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Form {
    /// Channels of the convolutional part.
    pub channels: usize,
    /// Numbers of a token.
    pub width: usize,
    /// Heads.
    pub heads: usize,
    /// Layers of the two encoders.
    pub layers: [usize; 2],
    /// Whether the second time only half of the tokens are read.
    pub selects: bool,
}

impl Form {
    /// LongWei's, as it is public.
    pub const RELEASED: Self = Self { channels: 128, width: 424, heads: 8, layers: [8, 5], selects: false };
    /// The same with the selection.
    pub const FULL: Self = Self { selects: true, ..Self::RELEASED };
    /// Fewer channels, layers and heads (ours).
    pub const REDUCED: Self = Self { channels: 64, width: 128, heads: 4, layers: [4, 3], selects: true };
}

/// The network. Gives [`CLASS_TOKENS`] and, where it selects, [`LOOKS`] and [`KEPT`].
///
/// # Errors
/// `classes` is 0, the channels are no multiple of 4, or the width is none of the heads.
pub fn token_selection(form: Form, classes: usize) -> Result<Graph, GraphError> {
    let mut build = Builder::new("token_selection", Shape::new(1, SAMPLES, LEADS));
    let mut x = build.input();
    for number in 0..2 {
        x = build.within(format!("convolutions.{number}"), |build| convolutions(build, x, form.channels));
    }
    let mut class_tokens = Vec::new();
    for (branch, name) in BRANCHES.into_iter().enumerate() {
        let tokens = build.within(name, |build| tokens(build, x, TOKENS[branch], form.width));
        let (tokens, gathered) = build.within(name, |build| encoder(build, tokens, form, branch));
        let tokens = selected(&mut build, tokens, gathered, branch);
        let (tokens, _) = build.again(|build| build.within(name, |build| encoder(build, tokens, form, branch)));
        let class_token = build.pick(Axis::Length, tokens, [0]);
        build.output(CLASS_TOKENS[branch], class_token);
        class_tokens.push(class_token);
    }
    let both = build.concat(Axis::Channels, &class_tokens);
    let logits = build.linear("linear", both, classes);
    build.finish(logits)
}

/// Three convolutions without activation between them, then an inception module; one norm serves it and what goes past.
fn convolutions(build: &mut Builder, x: Place, channels: usize) -> Place {
    let quarter = channels / 4;
    let x = build.conv("conv1", x, Conv::new(channels, 7));
    let x = build.conv("conv2", x, Conv::new(2 * channels, 5));
    let x = build.conv("conv3", x, Conv::new(channels, 3));
    let largest = build.pool(x, Pool::new(PoolKind::Max, 3).stride(1).pad(1));
    let mut maps = vec![build.conv("pooled", largest, Conv::new(quarter, 1))];
    let narrow = build.conv("narrow", x, Conv::new(quarter, 1));
    for kernel in [39, 19, 9] {
        maps.push(build.conv(&format!("conv{kernel}"), narrow, Conv::new(quarter, kernel)));
    }
    let y = build.concat(Axis::Channels, &maps);
    let y = build.batch_norm("norm", y);
    let past = build.conv("shortcut", x, Conv::new(channels, 1));
    let past = build.again(|build| build.batch_norm("norm", past));
    let sum = build.sum(y, past);
    build.relu(sum)
}

/// The class token and a token a step, half of its numbers by each kernel; zeros stand behind the map for the longer
/// one. With learned places.
fn tokens(build: &mut Builder, x: Place, (step, near, far): (usize, usize, usize), width: usize) -> Place {
    let [near, far] = [("near", near), ("far", far)]
        .map(|(name, kernel)| build.conv(name, x, Conv::new(width / 2, kernel).stride(step).pads(0, kernel - step)));
    let tokens = build.concat(Axis::Channels, &[near, far]);
    let Shape { length, channels, .. } = build.shape(tokens);
    let class_token = build.table("class_token", Shape::new(1, 1, channels), Start::Constant(0.0));
    let tokens = build.concat(Axis::Length, &[class_token, tokens]);
    let places = build.table("places", Shape::new(1, length + 1, channels), Start::Normal(0.02));
    build.sum(tokens, places)
}

/// All layers once. Gives the tokens, and what the class token has looked at: its row of the attention, mean of the
/// heads, gathered from the middle layer on.
fn encoder(build: &mut Builder, mut x: Place, form: Form, branch: usize) -> (Place, Option<Place>) {
    let layers = form.layers[branch];
    let mut gathered = None;
    for number in 0..layers {
        let (tokens, weights) =
            build.within(format!("layers.{number}"), |build| encoder_layer(build, x, form.heads, 4 * form.width));
        x = tokens;
        if form.selects && number + 1 >= layers.div_ceil(2) {
            let look = build.pick(Axis::Length, weights, [0]);
            let look = build.reduce(ReduceKind::Mean, Axis::Rows, look);
            let look = build.affine(look, 1.0 - KEEPS, 0.0);
            gathered = Some(match gathered {
                None => look,
                Some(before) => {
                    let before = build.affine(before, KEEPS, 0.0);
                    build.sum(before, look)
                }
            });
        }
    }
    (x, gathered)
}

/// The class token and the half of the others that it has looked at most, the most looked at first; all, where nothing
/// was gathered. No gradient passes through the choice.
fn selected(build: &mut Builder, x: Place, gathered: Option<Place>, branch: usize) -> Place {
    let Some(gathered) = gathered else { return x };
    let others = build.shape(x).length - 1;
    let looks = build.pick(Axis::Channels, gathered, 1..=others);
    build.output(LOOKS[branch], looks);
    let chosen = largest(build, looks, others / 2);
    let kept = build.reduce(ReduceKind::Sum, Axis::Length, chosen);
    build.output(KEPT[branch], kept);
    let class_token = build.pick(Axis::Length, x, [0]);
    let tokens = build.pick(Axis::Length, x, 1..=others);
    let tokens = build.mix(chosen, tokens, 1);
    build.concat(Axis::Length, &[class_token, tokens])
}

/// For the channels of one position, a position for each of the `count` largest, 1 at its place and 0 elsewhere.
///
/// A number's rank is how many are larger; the one that is asked for is the one whose rank is nearest.
fn largest(build: &mut Builder, x: Place, count: usize) -> Place {
    let size = build.shape(x).channels;
    let opposite = build.affine(x, -1.0, 0.0);
    let opposite = build.rearrange(opposite, "1 1 token -> 1 token 1", &[]);
    let differences = build.sum(x, opposite);
    let zeros = build.constant(Shape::new(1, size, size), vec![0.0; size * size]);
    let larger = build.concat(Axis::Rows, &[zeros, differences]);
    let larger = build.hardmax(Axis::Rows, larger);
    let larger = build.pick(Axis::Rows, larger, [1]);
    let ranks = build.reduce(ReduceKind::Sum, Axis::Channels, larger);
    let ranks = build.rearrange(ranks, "1 token 1 -> 1 1 token", &[]);
    let asked = build.constant(Shape::new(1, count, 1), (0..count).map(|rank| -(rank as f32)).collect());
    let apart = build.sum(ranks, asked);
    let apart = build.activation(Activation::Square, apart);
    let near = build.affine(apart, -1.0, 0.0);
    build.hardmax(Axis::Channels, near)
}
