//! Self-attention: full, on fewer keys, in chosen or fixed windows, at several scales.

use super::blocks::PLACE_KERNEL;
use super::{ATTENTION, Attention, Position, Scales};
use crate::graph::{Activation, Axis, Builder, Conv, Place, Pool, PoolKind, Shape, Start};

/// Windows of bi-routing and of window attention.
const WINDOWS: usize = 25;
/// Windows that a window attends to in bi-routing.
const CHOSEN: usize = 10;
/// Added to a score that shall not count: far below any score, and its exponential is 0.
const NEVER: f64 = -1e6;
/// Tokens of a window, and tokens averaged into one, of attention with high and low heads.
const HIGH_LOW: usize = 5;

/// How a block attends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner {
    pub attention: Attention,
    pub heads: usize,
    pub position: Position,
    /// Whether shifted windows are moved here.
    pub moved: bool,
}

/// Attention of tokens `[1, token, channel]` among themselves, and the product that joins the heads.
pub(super) fn self_attention(build: &mut Builder, x: Place, manner: Manner) -> Place {
    let Shape { channels, .. } = build.shape(x);
    let heads = manner.heads;
    let mixed = match manner.attention {
        Attention::Full | Attention::BiRouting | Attention::Window | Attention::ShiftedWindow => {
            among_tokens(build, x, manner)
        }
        Attention::Reduced { kernel } => {
            let queries = build.linear("q", x, channels);
            let shortening = Conv::new(channels, kernel).stride(2).pad((kernel - 1) / 2);
            let (mixed, weights) = on_fewer(build, queries, x, heads, Some(shortening), false);
            build.output(ATTENTION, weights);
            mixed
        }
        Attention::Shunted(scales) => shunted(build, x, heads, scales),
        Attention::HighLow => dual(build, x, heads / 2, Near::Windows(HIGH_LOW), HIGH_LOW),
    };
    build.linear("out", mixed, channels)
}

/// Values mixed by the softmax of scaled products, and the weights they are mixed by.
pub(in crate::families) fn attend(
    build: &mut Builder,
    [queries, keys, values]: [Place; 3],
    heads: usize,
    bias: Option<Place>,
) -> (Place, Place) {
    let head = build.shape(queries).channels / heads;
    let scores = build.scores(queries, keys, heads, 1.0 / (head as f64).sqrt());
    let scores = match bias {
        Some(bias) => build.sum(scores, bias),
        None => scores,
    };
    let weights = build.softmax(Axis::Channels, scores);
    (build.mix(weights, values, heads), weights)
}

/// A product's channels in `N` equal parts.
pub(in crate::families) fn parts<const N: usize>(build: &mut Builder, x: Place) -> [Place; N] {
    let width = build.shape(x).channels / N;
    std::array::from_fn(|part| build.pick(Axis::Channels, x, part * width..(part + 1) * width))
}

/// Attention in which every token has a key of its own.
fn among_tokens(build: &mut Builder, x: Place, manner: Manner) -> Place {
    let Shape { length, channels, .. } = build.shape(x);
    let heads = manner.heads;
    let projected = build.linear("qkv", x, 3 * channels);
    let [queries, keys, mut values] = parts(build, projected);
    let local =
        |build: &mut Builder, values| build.conv("place", values, Conv::new(channels, PLACE_KERNEL).groups(channels));
    if manner.position == Position::Inside {
        let near = local(build, values);
        values = build.sum(values, near);
    }
    let relative = |build: &mut Builder, tokens, windows| {
        (manner.position == Position::Relative).then(|| relative_bias(build, heads, tokens, windows))
    };
    if matches!(manner.attention, Attention::Window | Attention::ShiftedWindow) {
        let shift = match manner.attention {
            Attention::ShiftedWindow if manner.moved => length / WINDOWS / 2,
            _ => 0,
        };
        let into = |build: &mut Builder, x| {
            let x = rolled(build, x, shift);
            build.rearrange(x, "1 (window token) channel -> window token channel", &[("window", WINDOWS)])
        };
        let windows = [queries, keys, values].map(|x| into(build, x));
        let mut bias = relative(build, length / WINDOWS, WINDOWS);
        if shift > 0 {
            let apart = kept_apart(build, heads, length / WINDOWS, shift);
            bias = Some(bias.map_or(apart, |bias| build.sum(bias, apart)));
        }
        let (mixed, weights) = attend(build, windows, heads, bias);
        build.output(ATTENTION, weights);
        let mixed = build.rearrange(mixed, "window token channel -> 1 (window token) channel", &[]);
        return rolled(build, mixed, length - shift);
    }
    let mut bias = relative(build, length, 1);
    if manner.attention == Attention::BiRouting {
        let routes = routes(build, queries, keys);
        bias = Some(bias.map_or(routes, |bias| build.sum(bias, routes)));
    }
    let (mixed, weights) = attend(build, [queries, keys, values], heads, bias);
    build.output(ATTENTION, weights);
    if manner.attention == Attention::BiRouting {
        let near = local(build, values);
        return build.sum(mixed, near);
    }
    mixed
}

/// Tokens moved to the front by `shift`, in a ring.
fn rolled(build: &mut Builder, x: Place, shift: usize) -> Place {
    let length = build.shape(x).length;
    match shift % length {
        0 => x,
        shift => build.pick(Axis::Length, x, (0..length).map(|place| (place + shift) % length)),
    }
}

/// Added to the scores of moved windows: in the last one the record's end and its beginning, brought there by the ring,
/// do not see one another.
fn kept_apart(build: &mut Builder, heads: usize, tokens: usize, shift: usize) -> Place {
    let shape = Shape::new(WINDOWS * heads, tokens, tokens);
    let begins = tokens - shift;
    let values = (0..shape.size()).map(|number| {
        let (row, query, key) = (number / (tokens * tokens), number / tokens % tokens, number % tokens);
        let last = row / heads == WINDOWS - 1;
        if last && (query < begins) != (key < begins) { NEVER as f32 } else { 0.0 }
    });
    let values = values.collect();
    build.constant(shape, values)
}

/// A learned number for each head and distance, as `[window head, query, key]`.
fn relative_bias(build: &mut Builder, heads: usize, tokens: usize, windows: usize) -> Place {
    let table = build.table("relative", Shape::new(heads, 1, 2 * tokens - 1), Start::CutNormal(0.02));
    let distances = (0..tokens * tokens).map(|pair| pair / tokens + tokens - 1 - pair % tokens);
    let bias = build.pick(Axis::Channels, table, distances);
    let bias = build.rearrange(bias, "head 1 (query key) -> head query key", &[("query", tokens)]);
    match windows {
        1 => bias,
        _ => build.pick(Axis::Rows, bias, (0..windows * heads).map(|row| row % heads)),
    }
}

/// Added to the scores in bi-routing (BiFormer): 0 for keys in the windows that a query's window has chosen, by the
/// product of mean query and mean key; far below 0 elsewhere. No gradient passes through the choice.
fn routes(build: &mut Builder, queries: Place, keys: Place) -> Place {
    let length = build.shape(queries).length;
    let tokens = length / WINDOWS;
    let [queries, keys] = [queries, keys].map(|x| {
        let x = build.rearrange(x, "1 (window token) channel -> window token channel", &[("window", WINDOWS)]);
        let x = build.mean(x);
        build.rearrange(x, "window 1 channel -> 1 window channel", &[])
    });
    let mut left = build.scores(queries, keys, 1, 1.0);
    let mut chosen = build.hardmax(Axis::Channels, left);
    let mut last = chosen;
    for _ in 1..CHOSEN {
        let out = build.affine(last, NEVER, 0.0);
        left = build.sum(left, out);
        last = build.hardmax(Axis::Channels, left);
        chosen = build.sum(chosen, last);
    }
    let bias = build.affine(chosen, -NEVER, NEVER);
    let bias = build.upsample(bias, tokens);
    build.pick(Axis::Channels, bias, (0..length).map(|key| key / tokens))
}

/// Queries on keys and values of tokens that a convolution may have shortened (layer norm behind it, GELU on request).
/// The heads have the queries' width.
fn on_fewer(
    build: &mut Builder,
    queries: Place,
    x: Place,
    heads: usize,
    shortening: Option<Conv>,
    gelu: bool,
) -> (Place, Place) {
    let width = build.shape(queries).channels;
    let mut tokens = x;
    if let Some(conv) = shortening {
        tokens = build.conv("shorten", tokens, conv);
        tokens = build.layer_norm("norm", tokens);
    }
    if gelu {
        tokens = build.activation(Activation::Gelu, tokens);
    }
    let projected = build.linear("kv", tokens, 2 * width);
    let [keys, values] = parts(build, projected);
    attend(build, [queries, keys, values], heads, None)
}

/// Shunted attention: heads that see all tokens beside heads that see them shortened.
fn shunted(build: &mut Builder, x: Place, heads: usize, scales: Scales) -> Place {
    let channels = build.shape(x).channels;
    let shares: &[(usize, usize)] = match scales {
        Scales::Three => &[(heads / 2, 1), (heads / 4, 2), (heads / 4, 4)],
        Scales::Halves => &[(heads / 2, 1), (heads / 2, 2)],
    };
    let queries = build.linear("q", x, channels);
    let (mut mixed, mut first) = (Vec::new(), 0);
    for (number, &(own, shorter)) in shares.iter().enumerate() {
        let width = channels / heads * own;
        let part = build.pick(Axis::Channels, queries, first..first + width);
        first += width;
        let shortening = (shorter > 1).then(|| Conv::new(channels, shorter).stride(shorter).pad(0));
        let (values, weights) =
            build.within(format!("scales.{number}"), |build| on_fewer(build, part, x, own, shortening, shorter > 1));
        if number == 0 {
            build.output(ATTENTION, weights);
        }
        mixed.push(values);
    }
    build.concat(Axis::Channels, &mixed)
}

/// Tokens that the near half of the heads sees together.
#[derive(Clone, Copy, Debug)]
pub(super) enum Near {
    /// So many that follow one another.
    Windows(usize),
    /// Those at every so many-th place.
    Grid(usize),
}

/// Half of the heads near, half far: on keys and values averaged over `pool` tokens (1: all tokens as they are). The
/// halves stand side by side.
pub(super) fn dual(build: &mut Builder, x: Place, heads_each: usize, near: Near, pool: usize) -> Place {
    let channels = build.shape(x).channels;
    let near = build.within("near", |build| {
        let projected = build.linear("qkv", x, 3 * (channels / 2));
        let projected = parts(build, projected);
        let (into, back, sizes) = match near {
            Near::Windows(tokens) => {
                ("1 (row token) c -> row token c", "row token c -> 1 (row token) c", ("token", tokens))
            }
            Near::Grid(rows) => ("1 (token row) c -> row token c", "row token c -> 1 (token row) c", ("row", rows)),
        };
        let rows = projected.map(|x| build.rearrange(x, into, &[sizes]));
        let (mixed, _) = attend(build, rows, heads_each, None);
        build.rearrange(mixed, back, &[])
    });
    let (far, weights) = build.within("far", |build| {
        let queries = build.linear("q", x, channels / 2);
        if pool == 1 {
            return on_fewer(build, queries, x, heads_each, None, false);
        }
        let pooled = build.pool(x, Pool::new(PoolKind::Mean, pool));
        on_fewer(build, queries, pooled, heads_each, Some(Conv::new(channels, 1)), true)
    });
    build.output(ATTENTION, weights);
    build.concat(Axis::Channels, &[near, far])
}
