//! The one kernel: a convolution of eight output channels at four positions at a time.
//!
//! Eight accumulators of four lanes hold a tile; the inner loop runs over `kernel x from` inputs that lie in one piece
//! for each position, and as many rows of eight packed weights. Linear layers are convolutions of kernel 1.

use super::map::{Map, PAD};
use super::weights::Affine;

/// Output channels of a tile.
const LANES: usize = 8;

/// A convolution, packed; what happens on the way out is part of it.
#[derive(Debug, Clone)]
pub(super) struct Conv {
    from: usize,
    to: usize,
    kernel: usize,
    stride: usize,
    before: usize,
    /// `[to / 8][tap from + channel][8]`.
    weights: Vec<[f32; LANES]>,
    /// `[to / 8][8]`.
    bias: Vec<[f32; LANES]>,
    relu: bool,
    /// After the ReLU.
    after: Option<PackedAffine>,
}

/// A factor and a summand of each channel: `[to / 8][8]`.
type PackedAffine = (Vec<[f32; LANES]>, Vec<[f32; LANES]>);

fn lanes(values: impl IntoIterator<Item = f32>) -> Vec<[f32; LANES]> {
    let mut rows = Vec::new();
    let mut row = [0.0; LANES];
    let mut filled = 0;
    for value in values {
        row[filled] = value;
        filled += 1;
        if filled == LANES {
            rows.push(row);
            (row, filled) = ([0.0; LANES], 0);
        }
    }
    if filled > 0 {
        rows.push(row);
    }
    rows
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
        let mut weights = Vec::with_capacity(padded / LANES * kernel * from);
        for block in (0..padded).step_by(LANES) {
            for tap in 0..kernel {
                for channel in 0..from {
                    weights.push(std::array::from_fn(|lane| {
                        let o = block + lane;
                        if o < to { weight(o, channel, tap) } else { 0.0 }
                    }));
                }
            }
        }
        let bias = lanes(bias.iter().copied().chain(std::iter::repeat_n(0.0, padded - to)));
        Self { from, to: padded, kernel, stride, before, weights, bias, relu: false, after: None }
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
        self.relu = true;
        self
    }

    /// A batch norm after the ReLU.
    pub fn with_norm_after(mut self, norm: &Affine) -> Self {
        self.after = Some((lanes(norm.scale.iter().copied()), lanes(norm.shift.iter().copied())));
        self
    }

    /// All items of `x`; `residual`, if given, has the output's size and is added before the ReLU.
    pub fn run(&self, x: &Map, residual: Option<&Map>) -> Map {
        let mut out = Map::zeros(x.items, x.length.div_ceil(self.stride), self.to);
        // Output channels outside: a block's weights stay in the first cache while all items pass.
        for block in 0..self.to / LANES {
            for item in 0..x.items {
                let past = residual.map(|map| map.inner(item));
                self.run_block(block, x.padded(item), past, out.inner_mut(item));
            }
        }
        out
    }

    /// One item of a map of step `item` of `residual`: what a recurrent step needs.
    pub fn run_step(&self, x: &Map, residual: &[f32], out: &mut Map) {
        for block in 0..self.to / LANES {
            self.run_block(block, x.padded(0), Some(residual), out.inner_mut(0));
        }
    }

    fn run_block(&self, block: usize, x: &[f32], residual: Option<&[f32]>, out: &mut [f32]) {
        let taps = self.kernel * self.from;
        let weights = &self.weights[block * taps..(block + 1) * taps];
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

    #[expect(clippy::inline_always, reason = "out of line, the tile's sums leave the registers")]
    #[inline(always)]
    fn run_tile<const TILE: usize>(
        &self,
        block: usize,
        position: usize,
        weights: &[[f32; LANES]],
        x: &[f32],
        residual: Option<&[f32]>,
        out: &mut [f32],
    ) {
        let taps = weights.len();
        let first = (PAD + position * self.stride - self.before) * self.from;
        let step = self.stride * self.from;
        let rows: [&[f32]; TILE] = std::array::from_fn(|tile| &x[first + tile * step..][..taps]);
        let mut sums = [self.bias[block]; TILE];
        for (tap, weight) in weights.iter().enumerate() {
            for tile in 0..TILE {
                let value = rows[tile][tap];
                for lane in 0..LANES {
                    sums[tile][lane] += value * weight[lane];
                }
            }
        }
        for (tile, mut sum) in sums.into_iter().enumerate() {
            let place = (position + tile) * self.to + block * LANES;
            if let Some(residual) = residual {
                for (sum, past) in sum.iter_mut().zip(&residual[place..place + LANES]) {
                    *sum += past;
                }
            }
            if self.relu {
                sum = sum.map(|value| value.max(0.0));
            }
            if let Some((scale, shift)) = &self.after {
                for lane in 0..LANES {
                    sum[lane] = sum[lane] * scale[block][lane] + shift[block][lane];
                }
            }
            out[place..place + LANES].copy_from_slice(&sum);
        }
    }
}
