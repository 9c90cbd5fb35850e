//! A vision transformer on patches of all leads.

use super::{FEATURES, SAMPLES, self_attention, start};
use crate::graph::{Activation, Axis, Conv, Graph, GraphError, LayerNorm, Shape, Start};

const PATCH: usize = 20;
const WIDTH: usize = 240;
const LAYERS: usize = 6;
const HEADS: usize = 12;
const HIDDEN: usize = 512;

/// Dosovitskiy et al., "An Image is Worth 16x16 Words", ICLR 2021 (arXiv 2010.11929): patches of 0.2 s, six layers, a
/// class token, and a hidden layer in the head.
///
/// # Errors
/// `classes` is 0.
pub fn vision_transformer(classes: usize) -> Result<Graph, GraphError> {
    let mut build = start("vision_transformer");
    let norm = LayerNorm { epsilon: 1e-6 };
    let x = build.input();
    let patches = build.conv("patch", x, Conv::new(WIDTH, PATCH).stride(PATCH).pad(0));
    let class = build.table("class_token", Shape::new(1, 1, WIDTH), Start::CutNormal(0.02));
    let x = build.concat(Axis::Length, &[class, patches]);
    let places = build.table("positions", Shape::new(1, SAMPLES / PATCH + 1, WIDTH), Start::CutNormal(0.02));
    let mut x = build.sum(x, places);
    for number in 0..LAYERS {
        x = build.within(format!("layers.{number}"), |build| {
            let y = build.add("norm1", norm.clone(), &[x]);
            let y = self_attention(build, y, HEADS);
            let x = build.sum(x, y);
            let y = build.add("norm2", norm.clone(), &[x]);
            let y = build.linear("linear1", y, 4 * WIDTH);
            let y = build.activation(Activation::Gelu, y);
            let y = build.linear("linear2", y, WIDTH);
            build.sum(x, y)
        });
    }
    let x = build.add("norm", norm, &[x]);
    build.output(FEATURES, x);
    let x = build.pick(Axis::Length, x, [0]);
    let x = build.linear("hidden", x, HIDDEN);
    let x = build.activation(Activation::Tanh, x);
    let logits = build.linear("head", x, classes);
    build.finish(logits)
}
