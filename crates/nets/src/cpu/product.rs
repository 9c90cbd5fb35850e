//! Convolutions along a row and linear layers, packed once, with all that happens to their outputs.

use super::map::Map;
use super::tile::{Affine, Finish, products};
use super::winograd::Winograd;
use crate::lanes::{LANES, Row};

/// Extents of a convolution along a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Extents {
    pub from: usize,
    pub to: usize,
    pub kernel: usize,
    pub stride: usize,
    pub dilation: usize,
    /// Zeros before the first position.
    pub before: usize,
}

impl Extents {
    /// A linear layer's.
    pub const fn linear(from: usize, to: usize) -> Self {
        Self { from, to, kernel: 1, stride: 1, dilation: 1, before: 0 }
    }
}

/// A convolution along each row; what happens on the way out is part of it.
#[derive(Debug, Clone)]
pub(super) struct Product {
    extents: Extents,
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

impl Product {
    /// Packs weights, given by a function of (to, from, tap), and a bias.
    pub fn new(extents: Extents, weight: impl Fn(usize, usize, usize) -> f32, bias: &[f32]) -> Self {
        let Extents { from, to, kernel, stride, dilation, before } = extents;
        let padded = to.next_multiple_of(LANES);
        let weight = |o: usize, channel: usize, tap: usize| if o < to { weight(o, channel, tap) } else { 0.0 };
        let way = if dilation == 1 && Winograd::fits(from, kernel, stride) {
            Way::Winograd(Winograd::new((from, padded), kernel, stride, before, weight))
        } else {
            Way::Direct(direct((from, padded), kernel, weight))
        };
        Self { extents, way, finish: Finish::new(bias) }
    }

    /// Negative outputs become 0.
    pub fn set_relu(&mut self) {
        self.finish.relu = true;
    }

    /// A scale and shift at the very end.
    pub fn set_after(&mut self, affine: &Affine) {
        self.finish.set_after(affine);
    }

    /// Positions of zeros that a row of `length` needs around it to give `outputs`.
    pub fn pad(&self, length: usize, outputs: usize) -> usize {
        let Extents { kernel, stride, dilation, before, .. } = self.extents;
        match self.way {
            Way::Winograd(_) => 0,
            Way::Direct(_) => {
                let reach = (outputs - 1) * stride + dilation * (kernel - 1) + 1;
                before.max(reach.saturating_sub(length + before))
            }
        }
    }

    /// All rows of `x`; `residual`, if given, has the output's shape and is added before the ReLU.
    pub fn run(&self, x: &Map, residual: Option<&Map>, out: &mut Map) {
        match &self.way {
            Way::Winograd(winograd) => winograd.run(x, &self.finish, residual, out),
            Way::Direct(weights) => {
                // Output channels outside: a block's weights stay in the first cache while all rows pass.
                for block in 0..self.extents.to.div_ceil(LANES) {
                    for row in 0..x.shape.rows {
                        let past = residual.map(|map| map.row(row));
                        self.run_block(block, weights, x.padded(row), x.pad(), past, out.row_mut(row));
                    }
                }
            }
        }
    }

    /// One position by itself, of a linear layer: what a recurrent step needs. `residual` is added.
    pub fn run_step(&self, x: &[f32], residual: &[f32], out: &mut [f32]) {
        let Way::Direct(weights) = &self.way else { return };
        for block in 0..self.extents.to.div_ceil(LANES) {
            self.run_block(block, weights, x, 0, Some(residual), out);
        }
    }

    fn run_block(
        &self,
        block: usize,
        weights: &[Row],
        x: &[f32],
        pad: usize,
        residual: Option<&[f32]>,
        out: &mut [f32],
    ) {
        let taps = self.extents.kernel * self.extents.from;
        let weights = &weights[block * taps..(block + 1) * taps];
        let positions = out.len() / self.extents.to;
        let mut position = 0;
        while position < positions {
            // Tiles of 4, and of 3 where 4 would leave 1 or 2 over: those would wait for their own additions.
            let left = positions - position;
            let tile = match left {
                0..=4 => left,
                5 | 6 | 9 => 3,
                _ => 4,
            };
            let place = (block, position, pad);
            match tile {
                4 => self.run_tile::<4>(place, weights, x, residual, out),
                3 => self.run_tile::<3>(place, weights, x, residual, out),
                2 => self.run_tile::<2>(place, weights, x, residual, out),
                _ => self.run_tile::<1>(place, weights, x, residual, out),
            }
            position += tile.max(1);
        }
    }

    #[inline(always)]
    fn run_tile<const TILE: usize>(
        &self,
        (block, position, pad): (usize, usize, usize),
        weights: &[Row],
        x: &[f32],
        residual: Option<&[f32]>,
        out: &mut [f32],
    ) {
        let Extents { from, to, kernel, stride, dilation, before } = self.extents;
        let first = (pad + position * stride - before) * from;
        let sums = if dilation == 1 {
            let mut inputs: [&[f32]; TILE] = [&[]; TILE];
            for (tile, input) in inputs.iter_mut().enumerate() {
                *input = &x[first + tile * stride * from..][..weights.len()];
            }
            products(inputs, weights)
        } else {
            // Taps lie apart: one product a tap.
            let mut sums = products([&[]; TILE], &[]);
            for (tap, weights) in (0..kernel).zip(weights.chunks_exact(from)) {
                let mut inputs: [&[f32]; TILE] = [&[]; TILE];
                for (tile, input) in inputs.iter_mut().enumerate() {
                    *input = &x[first + (tile * stride + tap * dilation) * from..][..from];
                }
                for (sum, part) in sums.iter_mut().zip(products(inputs, weights)) {
                    *sum = *sum + part;
                }
            }
            sums
        };
        for (tile, sum) in sums.into_iter().enumerate() {
            let place = (position + tile) * to + block * LANES;
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
