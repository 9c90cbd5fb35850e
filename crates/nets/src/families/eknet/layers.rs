//! EKnet's one kind of layer, and its encoder and knowledge modules made of it.

use super::page::{PATCHES, groups};
use super::{CLASS_ATTENTION, CLASS_CLASS_ATTENTION, Form, Merging, Tokens, WIDTH};
use crate::graph::{Activation, Axis, Builder, Place};

const HEADS: usize = 8;
const ENCODERS: usize = 9;
const ROUNDS: usize = 3;

/// x + norm(attention), then x + norm(two linear layers with GELU between): queries of `x`, keys and values of `seen`.
/// Gives the attention too: a row a head, a position a query, a channel a key.
fn layer(build: &mut Builder, name: &str, x: Place, seen: Place) -> (Place, Place) {
    build.within(name, |build| {
        let query = build.linear("query", x, WIDTH);
        let key = build.linear("key", seen, WIDTH);
        let value = build.linear("value", seen, WIDTH);
        let scores = build.scores(query, key, HEADS, ((WIDTH / HEADS) as f64).sqrt().recip());
        let attention = build.softmax(Axis::Channels, scores);
        let mixed = build.mix(attention, value, HEADS);
        let y = build.linear("out", mixed, WIDTH);
        let y = build.layer_norm("norm1", y);
        let x = build.sum(x, y);
        let y = build.linear("linear1", x, 4 * WIDTH);
        let y = build.activation(Activation::Gelu, y);
        let y = build.linear("linear2", y, WIDTH);
        let y = build.layer_norm("norm2", y);
        (build.sum(x, y), attention)
    })
}

/// Nine layers over each group of rows, the same weights for all; the groups' tokens follow one another. Before the
/// first layer some tokens are left out, where the form says so. Channels of `x` beyond the layers' own bypass them and
/// come beside: the second value.
pub(super) fn encoder(build: &mut Builder, form: Form, x: Place) -> (Place, Option<Place>) {
    let channels = build.shape(x).channels;
    let groups = groups(form.lead_split);
    let (mut encoded, mut beside) = (Vec::new(), Vec::new());
    for rows in &groups {
        let tokens: Vec<usize> = rows.iter().flat_map(|row| row * PATCHES..(row + 1) * PATCHES).collect();
        let mut y = build.pick(Axis::Length, x, tokens.iter().copied());
        if let Tokens::Dropped { percent, always } = form.tokens {
            y = build.subset(y, tokens.len() * (100 - percent.min(100)) / 100, always);
        }
        if channels > WIDTH {
            beside.push(build.pick(Axis::Channels, y, WIDTH..channels));
            y = build.pick(Axis::Channels, y, 0..WIDTH);
        }
        encoded.push(
            build.again(|build| (0..ENCODERS).fold(y, |y, number| layer(build, &format!("encoder.{number}"), y, y).0)),
        );
    }
    let encoded = build.concat(Axis::Length, &encoded);
    (encoded, (!beside.is_empty()).then(|| build.concat(Axis::Length, &beside)))
}

/// Three rounds in which the knowledge vectors attend to one another and to the signal's tokens: in the released code
/// in this order, in the paper's figure the other way around. Where `shown`, both attentions of every round are given
/// out.
pub(super) fn knowledge(build: &mut Builder, form: Form, mut x: Place, encoded: Place, shown: bool) -> Place {
    for round in 0..ROUNDS {
        let own = |build: &mut Builder, x| layer(build, &format!("knowledge.{round}.own"), x, x);
        let signal = |build: &mut Builder, x| layer(build, &format!("knowledge.{round}.signal"), x, encoded);
        let (among, across);
        match form.merging {
            Merging::FixedCode => {
                (x, among) = own(build, x);
                (x, across) = signal(build, x);
            }
            Merging::Learned => {
                (x, across) = signal(build, x);
                (x, among) = own(build, x);
            }
        }
        if shown {
            build.output(CLASS_ATTENTION[round], across);
            build.output(CLASS_CLASS_ATTENTION[round], among);
        }
    }
    x
}
