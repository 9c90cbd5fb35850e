//! A convolution over time as one matrix product over unfolded rows.

use burn::module::ParamId;
use burn::nn::conv::Conv1d;

use super::parameters::{Gradients, host};
use super::product::product;

/// A convolution's shape and weights.
#[derive(Clone, Debug)]
pub(super) struct Conv {
    pub from: usize,
    pub to: usize,
    kernel: usize,
    stride: usize,
    /// Zeros before a record.
    before: usize,
    /// Positions that come in, and that go out.
    pub length: usize,
    pub after: usize,
    /// `[tap, from, to]`.
    weights: Vec<f32>,
    /// What is added to each position, where there is a bias.
    pub bias: Option<Vec<f32>>,
    phases: Vec<Phase>,
    weight_id: ParamId,
    bias_id: Option<ParamId>,
}

/// How the gradient of every `stride`-th input position is made of those of the outputs that it went into.
#[derive(Clone, Debug)]
struct Phase {
    /// The first of those outputs for input position 0; they follow each other.
    first: isize,
    taps: usize,
    /// `[tap, to, from]`.
    weights: Vec<f32>,
}

/// Places that are used again and again.
#[derive(Clone, Debug, Default)]
pub(super) struct Scratch {
    rows: Vec<f32>,
    phase: Vec<f32>,
}

impl Conv {
    /// Burn's convolution for records of `length` positions with `before` and `behind` zeros around them.
    pub(super) fn new(conv: &Conv1d, length: usize, (before, behind): (usize, usize), stride: usize) -> Conv {
        let [to, from, kernel] = conv.weight.dims();
        let own = host(&conv.weight);
        let mut weights = vec![0.0; own.len()];
        for (pair, row) in own.chunks_exact(kernel).enumerate() {
            let (o, i) = (pair / from, pair % from);
            for (tap, weight) in row.iter().enumerate() {
                weights[(tap * from + i) * to + o] = *weight;
            }
        }
        let phases = (0..stride).map(|phase| Phase::new(&own, (to, from, kernel), stride, before, phase)).collect();
        Conv {
            from,
            to,
            kernel,
            stride,
            before,
            length,
            after: (length + before + behind - kernel) / stride + 1,
            weights,
            bias: conv.bias.as_ref().map(host),
            phases,
            weight_id: conv.weight.id,
            bias_id: conv.bias.as_ref().map(|bias| bias.id),
        }
    }

    /// Room for the gradient of the weights.
    pub(super) fn empty_gradient(&self) -> Vec<f32> {
        vec![0.0; self.weights.len()]
    }

    /// Some records, `[record, position, from]` to `[record, position, to]`, without the bias.
    pub(super) fn forward(&self, x: &[f32], y: &mut [f32], scratch: &mut Scratch) {
        let inner = self.kernel * self.from;
        let rows = self.unfold_input(x, &mut scratch.rows);
        product(
            (rows, self.to, inner),
            (y, (self.to, 1), false),
            (&scratch.rows, (inner, 1)),
            (&self.weights, (self.to, 1)),
        );
    }

    /// Adds to the gradient of the weights `[tap, from, to]` what the gradient of some records' output says.
    pub(super) fn add_weight_gradient(&self, x: &[f32], dy: &[f32], sum: &mut [f32], scratch: &mut Scratch) {
        let inner = self.kernel * self.from;
        let rows = self.unfold_input(x, &mut scratch.rows);
        product((inner, self.to, rows), (sum, (self.to, 1), true), (&scratch.rows, (1, inner)), (dy, (self.to, 1)));
    }

    /// Adds to the gradient of some records' input what that of their output says.
    pub(super) fn add_input_gradient(&self, dy: &[f32], dx: &mut [f32], scratch: &mut Scratch) {
        let records = dy.len() / (self.after * self.to);
        for (number, phase) in self.phases.iter().enumerate() {
            if phase.taps == 0 {
                continue;
            }
            let positions = (self.length - number).div_ceil(self.stride);
            let inner = phase.taps * self.to;
            unfold(
                dy,
                Unfold {
                    length: self.after,
                    channels: self.to,
                    positions,
                    first: phase.first,
                    step: 1,
                    taps: phase.taps,
                },
                &mut scratch.rows,
            );
            let rows = records * positions;
            let left = (&scratch.rows[..], (inner, 1));
            let right = (&phase.weights[..], (self.from, 1));
            if self.stride == 1 {
                product((rows, self.from, inner), (dx, (self.from, 1), true), left, right);
                continue;
            }
            scratch.phase.resize(rows * self.from, 0.0);
            product((rows, self.from, inner), (&mut scratch.phase, (self.from, 1), false), left, right);
            let records = dx.chunks_exact_mut(self.length * self.from);
            for (dx, part) in records.zip(scratch.phase.chunks_exact(positions * self.from)) {
                let places = dx.chunks_exact_mut(self.from).skip(number).step_by(self.stride);
                for (place, part) in places.zip(part.chunks_exact(self.from)) {
                    for (to, from) in place.iter_mut().zip(part) {
                        *to += from;
                    }
                }
            }
        }
    }

    /// The gradients in the parameters' own order: weights `[to, from, tap]` from `[tap, from, to]`, and the bias.
    pub(super) fn hand_over(&self, weights: &[f32], bias: Option<Vec<f32>>, gradients: &mut Gradients) {
        let mut own = vec![0.0; weights.len()];
        for (tap, plane) in weights.chunks_exact(self.from * self.to).enumerate() {
            for (i, row) in plane.chunks_exact(self.to).enumerate() {
                for (o, value) in row.iter().enumerate() {
                    own[(o * self.from + i) * self.kernel + tap] = *value;
                }
            }
        }
        gradients.push((self.weight_id, own));
        if let (Some(id), Some(bias)) = (self.bias_id, bias) {
            gradients.push((id, bias));
        }
    }

    fn unfold_input(&self, x: &[f32], rows: &mut Vec<f32>) -> usize {
        let records = x.len() / (self.length * self.from);
        unfold(
            x,
            Unfold {
                length: self.length,
                channels: self.from,
                positions: self.after,
                first: -(self.before as isize),
                step: self.stride,
                taps: self.kernel,
            },
            rows,
        );
        records * self.after
    }
}

impl Phase {
    /// Input position `stride q + phase` went by tap `t` into output `q + (phase + before - t) / stride`.
    fn new(
        own: &[f32],
        (to, from, kernel): (usize, usize, usize),
        stride: usize,
        before: usize,
        phase: usize,
    ) -> Phase {
        // The last tap went into the first output.
        let taps: Vec<usize> = (0..kernel).rev().filter(|tap| tap % stride == (phase + before) % stride).collect();
        let first = taps.first().map_or(0, |tap| ((phase + before) as isize - *tap as isize) / stride as isize);
        let mut weights = vec![0.0; taps.len() * to * from];
        for (place, tap) in taps.iter().enumerate() {
            for o in 0..to {
                for i in 0..from {
                    weights[(place * to + o) * from + i] = own[(o * from + i) * kernel + tap];
                }
            }
        }
        Phase { first, taps: taps.len(), weights }
    }
}

/// How rows are taken from records.
#[derive(Clone, Copy)]
struct Unfold {
    /// Positions of a record.
    length: usize,
    channels: usize,
    /// Rows of a record.
    positions: usize,
    /// The position that the first row begins at; may lie before the record.
    first: isize,
    /// Positions between rows' beginnings.
    step: usize,
    /// Positions of a row.
    taps: usize,
}

/// Rows `[record, row, tap, channel]`; what lies outside a record is 0.
fn unfold(x: &[f32], shape: Unfold, rows: &mut Vec<f32>) {
    let Unfold { length, channels, positions, first, step, taps } = shape;
    let records = x.len() / (length * channels);
    let width = taps * channels;
    rows.resize(records * positions * width, 0.0);
    let all = rows.chunks_exact_mut(positions * width).zip(x.chunks_exact(length * channels));
    for (rows, x) in all {
        for (number, row) in rows.chunks_exact_mut(width).enumerate() {
            let begin = first + (number * step) as isize;
            let outside = usize::try_from(-begin).unwrap_or(0).min(taps);
            let start = usize::try_from(begin).unwrap_or(0).min(length);
            let inside = (taps - outside).min(length - start);
            let (zeros, rest) = row.split_at_mut(outside * channels);
            let (copy, behind) = rest.split_at_mut(inside * channels);
            zeros.fill(0.0);
            copy.copy_from_slice(&x[start * channels..(start + inside) * channels]);
            behind.fill(0.0);
        }
    }
}
