//! ST-MEM: a transformer on patches of all leads that learned by filling in what was hidden from it.
//!
//! Takes 12 leads of 9 s at 250 Hz. Encoder, embeddings, decoder's depth and width are the published ones; the part
//! that is hidden (three quarters), the decoder's heads, that the separating tokens stay in the decoder, and the sample
//! variance in the targets are reconstructed from memory. [`Form::NARROW`] is ours, for the browser.

use crate::graph::{Activation, Axis, Builder, Drawing, Graph, GraphError, Place, ReduceKind, Shape, Start};

/// Where it is published.
pub const SOURCE: &str = "Na, Park, Tae, Joo: Guiding Masked Representation Learning to Capture Spatio-Temporal \
                          Relationship of Electrocardiogram, ICLR 2024, arXiv 2402.09450";

/// Leads.
pub const LEADS: usize = 12;
/// Samples: 9 s at 250 Hz.
pub const SAMPLES: usize = 2250;
/// Samples of a patch: 0.3 s.
pub const PATCH: usize = 75;
/// Patches of a lead.
pub const PATCHES: usize = SAMPLES / PATCH;
/// Patches of a lead that pre-training leaves visible: a quarter, rounded down.
pub const VISIBLE: usize = PATCHES / 4;
/// Numbers of a token in the decoder.
pub const DECODER_WIDTH: usize = 256;

/// The output that holds each token's share in each token of the last layer: a row a head, positions and channels the
/// tokens, 32 of each lead (a separating one, 30 patches, a separating one).
pub const ATTENTION: &str = "attention";
/// The output that holds the record's vector before the last linear layer.
pub const EMBEDDING: &str = "embedding";
/// The output of pre-training that holds what is to be filled in: a row a lead, a position a patch, 75 channels, each
/// patch brought to mean 0 and deviation 1.
pub const TARGETS: &str = "targets";
/// The output of pre-training that is 1 where a patch was hidden, else 0: a row a lead, a position a patch. The loss is
/// the mean squared distance from [`TARGETS`] over hidden patches.
pub const HIDDEN: &str = "hidden";

const DECODER_DEPTH: usize = 4;
const DECODER_HEADS: usize = 4;

/// A size of the encoder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Form {
    /// Numbers of a token.
    pub width: usize,
    /// Layers.
    pub depth: usize,
    /// Heads of a layer.
    pub heads: usize,
}

impl Form {
    /// The published one.
    pub const BASE: Self = Self { width: 768, depth: 12, heads: 12 };
    /// The published smaller one.
    pub const SMALL: Self = Self { width: 384, depth: 12, heads: 6 };
    /// Small enough for a browser (ours).
    pub const NARROW: Self = Self { width: 192, depth: 6, heads: 3 };
}

/// Fine-tuning: all patches, the mean over their tokens, layer norm, linear.
///
/// # Errors
/// A number of the form or `classes` is 0, or heads do not divide the width.
pub fn classifier(form: Form, classes: usize) -> Result<Graph, GraphError> {
    let mut build = start();
    let patches = patches(&mut build);
    let tokens = embedded(&mut build, form, patches);
    let tokens = separated(&mut build, form, tokens);
    let (tokens, attention) = encoder(&mut build, form, tokens);
    build.output(ATTENTION, attention);
    let length = PATCHES + 2;
    let own = (0..LEADS * length).filter(|token| (1..=PATCHES).contains(&(token % length)));
    let own = build.pick(Axis::Length, tokens, own);
    let x = build.mean(own);
    let x = build.layer_norm("norm", x);
    build.output(EMBEDDING, x);
    let logits = build.linear("head", x, classes);
    build.finish(logits)
}

/// Pre-training: the encoder sees `visible` patches of each lead, drawn by chance (published: [`VISIBLE`]); the decoder
/// sees each lead by itself, with one learned token wherever a patch was hidden. In the logits' place stands each
/// patch as it was filled in: a row a lead, a position a patch, 75 channels.
///
/// # Errors
/// A number of the form is 0, heads do not divide the width, or `visible` is no number from 1 to [`PATCHES`].
pub fn reconstruction(form: Form, visible: usize) -> Result<Graph, GraphError> {
    let mut build = start();
    let patches = patches(&mut build);
    let targets = targets(&mut build, patches);
    build.output(TARGETS, targets);
    let tokens = embedded(&mut build, form, patches);
    let (tokens, places) = some_of(&mut build, tokens, visible);
    let tokens = separated(&mut build, form, tokens);
    let (tokens, _) = encoder(&mut build, form, tokens);
    let tokens = build.layer_norm("norm", tokens);
    let x = build.linear("to_decoder", tokens, DECODER_WIDTH);
    let x = build.rearrange(x, "1 (lead token) channel -> lead token channel", &[("lead", LEADS)]);
    let hidden_token = build.table("hidden", Shape::new(1, 1, DECODER_WIDTH), Start::CutNormal(0.02));
    let shown = build.pick(Axis::Length, x, 1..=visible.max(1));
    let (restored, hidden) = restored(&mut build, shown, places, hidden_token);
    build.output(HIDDEN, hidden);
    let (first, last) = (build.pick(Axis::Length, x, [0]), build.pick(Axis::Length, x, [visible.max(1) + 1]));
    let x = build.concat(Axis::Length, &[first, restored, last]);
    let codes = build.table("decoder_positions", Shape::new(1, PATCHES + 2, DECODER_WIDTH), Start::CutNormal(0.02));
    let mut x = build.sum(x, codes);
    for number in 0..DECODER_DEPTH {
        x = build.within(format!("decoder.{number}"), |build| layer(build, x, DECODER_HEADS).0);
    }
    let x = build.layer_norm("decoder_norm", x);
    let x = build.pick(Axis::Length, x, 1..=PATCHES);
    let filled = build.linear("patch", x, PATCH);
    build.finish(filled)
}

fn start() -> Builder {
    let mut build = Builder::new("st_mem", Shape::new(1, SAMPLES, LEADS));
    build.drawing = Drawing::CutNormal(0.02);
    build
}

/// A row a lead, a position a patch, a channel a sample.
fn patches(build: &mut Builder) -> Place {
    let x = build.input();
    build.rearrange(x, "1 (patch sample) lead -> lead patch sample", &[("sample", PATCH)])
}

/// Patches as tokens that know their moment: layer norm, linear, layer norm, and the moment's learned code.
fn embedded(build: &mut Builder, form: Form, patches: Place) -> Place {
    let x = build.within("embedding", |build| {
        let x = build.layer_norm("norm1", patches);
        let x = build.linear("linear", x, form.width);
        build.layer_norm("norm2", x)
    });
    // The first and the last are the separating tokens' own.
    let codes = positions(build, form);
    let codes = build.pick(Axis::Length, codes, 1..=PATCHES);
    build.sum(x, codes)
}

fn positions(build: &mut Builder, form: Form) -> Place {
    let shape = Shape::new(1, PATCHES + 2, form.width);
    build.again(|build| build.table("positions", shape, Start::CutNormal(0.02)))
}

/// A separating token before and behind each lead's tokens, each lead's learned code added, and all in one row.
fn separated(build: &mut Builder, form: Form, tokens: Place) -> Place {
    let token = build.table("separator", Shape::new(1, 1, form.width), Start::CutNormal(0.02));
    let codes = positions(build, form);
    let [first, last] = [0, PATCHES + 1].map(|place| {
        let code = build.pick(Axis::Length, codes, [place]);
        let token = build.sum(token, code);
        build.pick(Axis::Rows, token, [0; LEADS])
    });
    let tokens = build.concat(Axis::Length, &[first, tokens, last]);
    let leads = build.table("leads", Shape::new(LEADS, 1, form.width), Start::CutNormal(0.02));
    let tokens = build.sum(tokens, leads);
    build.rearrange(tokens, "lead token channel -> 1 (lead token) channel", &[])
}

/// All layers, and the last one's attention.
fn encoder(build: &mut Builder, form: Form, mut x: Place) -> (Place, Place) {
    let mut attention = x;
    for number in 0..form.depth {
        (x, attention) = build.within(format!("encoder.{number}"), |build| layer(build, x, form.heads));
    }
    (x, attention)
}

/// `x + attention(norm(x))`, then `x + linear(gelu(linear(norm(x))))`, four times as wide between.
fn layer(build: &mut Builder, x: Place, heads: usize) -> (Place, Place) {
    let width = build.shape(x).channels;
    let y = build.layer_norm("norm1", x);
    let [query, key, value] = ["query", "key", "value"].map(|name| build.linear(name, y, width));
    let scores = build.scores(query, key, heads, (heads as f64 / width as f64).sqrt());
    let attention = build.softmax(Axis::Channels, scores);
    let y = build.mix(attention, value, heads);
    let y = build.linear("out", y, width);
    let x = build.sum(x, y);
    let y = build.layer_norm("norm2", x);
    let y = build.linear("linear1", y, 4 * width);
    let y = build.activation(Activation::Gelu, y);
    let y = build.linear("linear2", y, width);
    (build.sum(x, y), attention)
}

/// `kept` tokens of every row by chance, and the place of each: a channel a place, 1 where it stood.
fn some_of(build: &mut Builder, tokens: Place, kept: usize) -> (Place, Place) {
    let Shape { rows, length, channels } = build.shape(tokens);
    let ones =
        (0..rows * length * length).map(|number| if number / length % length == number % length { 1.0 } else { 0.0 });
    let ones = ones.collect();
    let places = build.constant(Shape::new(rows, length, length), ones);
    let both = build.concat(Axis::Channels, &[tokens, places]);
    let both = build.subset(both, kept, true);
    (build.pick(Axis::Channels, both, 0..channels), build.pick(Axis::Channels, both, channels..channels + length))
}

/// Tokens put back to their places, `other` at the places that none has, and 1 at those places.
fn restored(build: &mut Builder, tokens: Place, places: Place, other: Place) -> (Place, Place) {
    let back = build.rearrange(places, "row token place -> row place token", &[]);
    let there = build.reduce(ReduceKind::Sum, Axis::Channels, back);
    let hidden = build.affine(there, -1.0, 1.0);
    let others = build.product(hidden, other);
    // At each place a sum over tokens of which one at most counts.
    let tokens = build.mix(back, tokens, 1);
    (build.sum(tokens, others), hidden)
}

/// Each patch less its mean, over its sample deviation.
fn targets(build: &mut Builder, patches: Place) -> Place {
    let mean = build.reduce(ReduceKind::Mean, Axis::Channels, patches);
    let opposite = build.affine(mean, -1.0, 0.0);
    let centred = build.sum(patches, opposite);
    let squares = build.activation(Activation::Square, centred);
    let sum = build.reduce(ReduceKind::Sum, Axis::Channels, squares);
    let variance = build.affine(sum, 1.0 / (PATCH - 1) as f64, 1e-6);
    let inverse = build.activation(Activation::InverseRoot(1e-12), variance);
    build.product(centred, inverse)
}

#[cfg(all(test, feature = "cpu"))]
mod tests {
    use std::sync::Arc;

    use burn::tensor::{Device, Tensor, TensorData};

    use super::*;
    use crate::graph::Running;

    #[test]
    fn tokens_come_back_to_their_places_and_one_token_stands_for_the_hidden() {
        // Three rows of twenty positions; a number tells row and position.
        let mut build = Builder::new("restored", Shape::new(1, 20, 3));
        let x = build.input();
        let x = build.rearrange(x, "1 token row -> row token 1", &[]);
        let (tokens, places) = some_of(&mut build, x, 6);
        let other = build.constant(Shape::new(1, 1, 1), vec![-1.0]);
        let (found, hidden) = restored(&mut build, tokens, places, other);
        build.output(HIDDEN, hidden);
        let device = Device::flex();
        let network = Running::drawn(Arc::new(build.finish(found).unwrap()), 1, &device);
        let x = Tensor::<3>::from_data(TensorData::new((0..120).map(|n| n as f32).collect(), [2, 3, 20]), &device);
        let outputs = network.forward(x);
        let host = |name: &str| outputs[name].clone().into_data().try_into_vec_as::<f32>().unwrap();
        let (found, hidden) = (host("logits"), host(HIDDEN));
        for (place, (&found, &hidden)) in found.iter().zip(&hidden).enumerate() {
            assert_eq!(found, if hidden == 1.0 { -1.0 } else { place as f32 });
        }
        for row in hidden.chunks(20) {
            assert_eq!(row.iter().sum::<f32>(), 14.0);
        }
        // Chance draws for each row and each recording anew.
        assert_ne!(hidden[..20], hidden[20..40]);
        assert_ne!(hidden[..20], hidden[60..80]);
    }
}
