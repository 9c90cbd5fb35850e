//! A convolution, packed once, with all that happens to its outputs. Linear layers are convolutions of kernel 1.

use super::map::{Map, PAD};
use super::tile::{Finish, products};
use super::weights::Affine;
use super::winograd::Winograd;
use crate::lanes::{LANES, Row};

/// A convolution; what happens on the way out is part of it.
#[derive(Debug, Clone)]
pub(super) struct Conv {
    from: usize,
    to: usize,
    kernel: usize,
    stride: usize,
    before: usize,
    way: Way,
    finish: Finish,
}

#[derive(Debug, Clone)]
enum Way {
    /// Output by output; `[to / 8][tap from + channel][8]`.
    Direct(Vec<Row>),
    /// By fewer products.
    Winograd(Winograd),
}

impl Conv {
    /// Packs weights `[to, from, kernel]`, given by a function of (to, from, tap), and a bias. `to` is filled up with
    /// zero channels to a multiple of eight.
    pub fn new(
        (from, to): (usize, usize),
        kernel: usize,
        stride: usize,
        before: usize,
        weight: impl Fn(usize, usize, usize) -> f32,
        bias: &[f32],
    ) -> Self {
        let padded = to.next_multiple_of(LANES);
        let weight = |o: usize, channel: usize, tap: usize| if o < to { weight(o, channel, tap) } else { 0.0 };
        let way = if Winograd::fits(from, kernel, stride) {
            Way::Winograd(Winograd::new((from, padded), kernel, stride, before, weight))
        } else {
            Way::Direct(direct((from, padded), kernel, weight))
        };
        let bias = bias.iter().copied().chain(std::iter::repeat_n(0.0, padded - to));
        Self { from, to: padded, kernel, stride, before, way, finish: Finish::new(bias) }
    }

    /// A convolution without bias followed by a batch norm, as one.
    pub fn folded(
        (from, to): (usize, usize),
        kernel: usize,
        stride: usize,
        before: usize,
        weights: &[f32],
        norm: &Affine,
    ) -> Self {
        let weight = |o: usize, i: usize, tap: usize| weights[(o * from + i) * kernel + tap] * norm.scale[o];
        Self::new((from, to), kernel, stride, before, weight, &norm.shift)
    }

    /// A linear layer `[from, to]`.
    pub fn linear(from: usize, to: usize, weights: &[f32], bias: &[f32]) -> Self {
        Self::new((from, to), 1, 1, 0, |o, i, _| weights[i * to + o], bias)
    }

    /// Negative outputs become 0.
    pub fn with_relu(mut self) -> Self {
        self.finish.relu = true;
        self
    }

    /// A batch norm after the ReLU.
    pub fn with_norm_after(mut self, norm: &Affine) -> Self {
        self.finish.set_after(norm);
        self
    }

    /// All items of `x`; `residual`, if given, has the output's size and is added before the ReLU.
    pub fn run(&self, x: &Map, residual: Option<&Map>) -> Map {
        let mut out = Map::zeros(x.items, x.length.div_ceil(self.stride), self.to);
        match &self.way {
            Way::Winograd(winograd) => winograd.run(x, &self.finish, residual, &mut out),
            Way::Direct(weights) => {
                // Output channels outside: a block's weights stay in the first cache while all items pass.
                for block in 0..self.to / LANES {
                    for item in 0..x.items {
                        let past = residual.map(|map| map.inner(item));
                        self.run_block(block, weights, x.padded(item), past, out.inner_mut(item));
                    }
                }
            }
        }
        out
    }

    /// One item of a map of step `item` of `residual`: what a recurrent step needs, of a linear layer.
    pub fn run_step(&self, x: &Map, residual: &[f32], out: &mut Map) {
        let Way::Direct(weights) = &self.way else { return };
        for block in 0..self.to / LANES {
            self.run_block(block, weights, x.padded(0), Some(residual), out.inner_mut(0));
        }
    }

    fn run_block(&self, block: usize, weights: &[Row], x: &[f32], residual: Option<&[f32]>, out: &mut [f32]) {
        let taps = self.kernel * self.from;
        let weights = &weights[block * taps..(block + 1) * taps];
        let positions = out.len() / self.to;
        let mut position = 0;
        while position < positions {
            // Tiles of 4, and of 3 where 4 would leave 1 or 2 over: those would wait for their own additions.
            let left = positions - position;
            let tile = match left {
                0..=4 => left,
                5 | 6 | 9 => 3,
                _ => 4,
            };
            match tile {
                4 => self.run_tile::<4>(block, position, weights, x, residual, out),
                3 => self.run_tile::<3>(block, position, weights, x, residual, out),
                2 => self.run_tile::<2>(block, position, weights, x, residual, out),
                _ => self.run_tile::<1>(block, position, weights, x, residual, out),
            }
            position += tile.max(1);
        }
    }

    #[inline(always)]
    fn run_tile<const TILE: usize>(
        &self,
        block: usize,
        position: usize,
        weights: &[Row],
        x: &[f32],
        residual: Option<&[f32]>,
        out: &mut [f32],
    ) {
        let first = (PAD + position * self.stride - self.before) * self.from;
        let step = self.stride * self.from;
        let mut inputs: [&[f32]; TILE] = [&[]; TILE];
        for (tile, input) in inputs.iter_mut().enumerate() {
            *input = &x[first + tile * step..][..weights.len()];
        }
        let sums = products(inputs, weights);
        for (tile, sum) in sums.into_iter().enumerate() {
            let place = (position + tile) * self.to + block * LANES;
            self.finish.store(block, sum, residual.map(|past| &past[place..]), &mut out[place..]);
        }
    }
}

/// `[to / 8][tap from + channel][8]`.
fn direct((from, to): (usize, usize), kernel: usize, weight: impl Fn(usize, usize, usize) -> f32) -> Vec<Row> {
    let mut weights = Vec::with_capacity(to / LANES * kernel * from);
    for block in (0..to).step_by(LANES) {
        for tap in 0..kernel {
            for channel in 0..from {
                weights.push(std::array::from_fn(|lane| weight(block + lane, channel, tap)));
            }
        }
    }
    weights
}
