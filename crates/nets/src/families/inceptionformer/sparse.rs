//! Sparse semantic tokens: a record's tokens gathered into fewer that stand for them.

use super::GATHERING;
use super::attention::{attend, parts};
use super::blocks::mlp;
use crate::graph::{Activation, Axis, Builder, Conv, Place, Shape, Start};

/// Tokens that are gathered into one.
const GATHERED: usize = 5;
/// Kernel between the gathered tokens.
const BETWEEN: usize = 7;

/// 125 tokens condensed to 25 (STViT's semantic tokens, in one dimension): pooled tokens look at all tokens, then with
/// learned vectors added at themselves and all tokens. Formulas by the author's notes, sizes reconstructed from counts.
pub(super) fn semantic_tokens(build: &mut Builder, x: Place, heads: usize) -> Place {
    let Shape { channels, .. } = build.shape(x);
    let pooled = build.within("pool.0", |build| {
        spatial_pool(build, x, Conv::new(channels, GATHERED).stride(GATHERED).pad(0).groups(channels))
    });
    let pooled =
        build.within("pool.1", |build| spatial_pool(build, pooled, Conv::new(channels, BETWEEN).groups(channels)));
    let first = build.within("first", |build| {
        let (seen, _) = look(build, pooled, x, heads);
        let sum = build.sum(seen, pooled);
        mlp(build, sum)
    });
    build.within("second", |build| {
        let learned = build.table("learned", build.shape(pooled), Start::CutNormal(0.02));
        let asking = build.sum(first, learned);
        let all = build.concat(Axis::Length, &[first, x]);
        let (seen, weights) = look(build, asking, all, heads);
        build.output(GATHERING, weights);
        // Past the second look goes what was pooled, not the first look's result.
        let sum = build.sum(seen, pooled);
        mlp(build, sum)
    })
}

fn spatial_pool(build: &mut Builder, x: Place, depthwise: Conv) -> Place {
    let channels = build.shape(x).channels;
    let x = build.conv("depthwise", x, depthwise);
    let x = build.layer_norm("norm", x);
    let x = build.activation(Activation::Gelu, x);
    build.conv("pointwise", x, Conv::new(channels, 1))
}

/// Attention of some tokens to others, both normed before, and its weights.
pub(super) fn look(build: &mut Builder, asking: Place, asked: Place, heads: usize) -> (Place, Place) {
    let channels = build.shape(asking).channels;
    let asking = build.layer_norm("q_norm", asking);
    let asked = build.layer_norm("kv_norm", asked);
    let queries = build.linear("q", asking, channels);
    let projected = build.linear("kv", asked, 2 * channels);
    let [keys, values] = parts(build, projected);
    let (mixed, weights) = attend(build, [queries, keys, values], heads, None);
    (build.linear("out", mixed, channels), weights)
}
