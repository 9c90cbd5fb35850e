//! What is done to each number, to each position, or to two values number by number.

use super::Kernel;
use super::map::Map;
use super::tile::Affine;
use crate::elementary::exponential;
use crate::graph::{Activation, Axis};

/// A function of each number.
#[derive(Debug)]
pub(super) struct Activate(pub Activation);

impl Kernel for Activate {
    fn run(&self, inputs: &[&Map], out: &mut Map) {
        for row in 0..out.shape.rows {
            self.0.apply(inputs[0].row(row), out.row_mut(row));
        }
    }
}

#[inline(always)]
fn each(inputs: &[&Map], out: &mut Map, function: impl Fn(f32) -> f32) {
    for row in 0..out.shape.rows {
        for (out, x) in out.row_mut(row).iter_mut().zip(inputs[0].row(row)) {
            *out = function(*x);
        }
    }
}

/// `scale x + shift` by constants.
#[derive(Debug)]
pub(super) struct Scale {
    pub scale: f32,
    pub shift: f32,
}

impl Kernel for Scale {
    fn run(&self, inputs: &[&Map], out: &mut Map) {
        each(inputs, out, |x| x * self.scale + self.shift);
    }
}

/// A scale and shift for each channel: a batch norm that no convolution could take in.
impl Kernel for Affine {
    fn run(&self, inputs: &[&Map], out: &mut Map) {
        let channels = self.scale.len();
        for row in 0..out.shape.rows {
            let positions = out.row_mut(row).chunks_exact_mut(channels).zip(inputs[0].row(row).chunks_exact(channels));
            for (out, x) in positions {
                for (((out, x), scale), shift) in out.iter_mut().zip(x).zip(&self.scale).zip(&self.shift) {
                    *out = x * scale + shift;
                }
            }
        }
    }
}

/// The channels of each position brought to mean 0 and deviation 1, then scaled and shifted.
#[derive(Debug)]
pub(super) struct LayerNorm {
    pub affine: Affine,
    pub epsilon: f64,
}

impl Kernel for LayerNorm {
    fn run(&self, inputs: &[&Map], out: &mut Map) {
        let channels = self.affine.scale.len();
        for row in 0..out.shape.rows {
            let positions = out.row_mut(row).chunks_exact_mut(channels).zip(inputs[0].row(row).chunks_exact(channels));
            for (out, x) in positions {
                let mean = x.iter().sum::<f32>() / channels as f32;
                let variance = x.iter().map(|x| (x - mean) * (x - mean)).sum::<f32>() / channels as f32;
                let inverse = 1.0 / (variance + self.epsilon as f32).sqrt();
                for (((out, x), scale), shift) in out.iter_mut().zip(x).zip(&self.affine.scale).zip(&self.affine.shift)
                {
                    *out = (x - mean) * inverse * scale + shift;
                }
            }
        }
    }
}

/// Softmax along an axis.
#[derive(Debug)]
pub(super) struct Softmax(pub Axis);

impl Kernel for Softmax {
    fn run(&self, inputs: &[&Map], out: &mut Map) {
        let mut values = inputs[0].values();
        let (extent, step, starts) = out.shape.lines(self.0);
        for start in starts {
            let places = || (0..extent).map(|place| start + place * step);
            let largest = places().map(|place| values[place]).fold(f32::NEG_INFINITY, f32::max);
            let mut sum = 0.0;
            for place in places() {
                values[place] = exponential(values[place] - largest);
                sum += values[place];
            }
            for place in places() {
                values[place] /= sum;
            }
        }
        out.fill(values);
    }
}

/// 1 at the first largest along an axis.
#[derive(Debug)]
pub(super) struct Hardmax(pub Axis);

impl Kernel for Hardmax {
    fn run(&self, inputs: &[&Map], out: &mut Map) {
        let values = inputs[0].values();
        let mut chosen = vec![0.0; values.len()];
        let (extent, step, starts) = out.shape.lines(self.0);
        for start in starts {
            let mut best = start;
            for place in (0..extent).map(|place| start + place * step) {
                if values[place] > values[best] {
                    best = place;
                }
            }
            chosen[best] = 1.0;
        }
        out.fill(chosen);
    }
}

/// Two values, number by number; an extent of 1 is repeated.
#[derive(Debug)]
pub(super) enum Pairwise {
    Sum,
    Product,
}

impl Kernel for Pairwise {
    fn run(&self, inputs: &[&Map], out: &mut Map) {
        match self {
            Self::Sum => pairwise(inputs, out, |a, b| a + b),
            Self::Product => pairwise(inputs, out, |a, b| a * b),
        }
    }
}

#[inline(always)]
fn pairwise(inputs: &[&Map], out: &mut Map, function: impl Fn(f32, f32) -> f32) {
    let [a, b] = [inputs[0], inputs[1]];
    let shape = out.shape;
    // Place of a position within its own row of channels, where an extent of 1 is repeated.
    let row_of = |x: &Map, row: usize| if x.shape.rows == 1 { 0 } else { row };
    for row in 0..shape.rows {
        let (a_row, b_row) = (a.row(row_of(a, row)), b.row(row_of(b, row)));
        let out = out.row_mut(row);
        if a.shape.length == shape.length && b.shape.length == shape.length && a.shape.channels == b.shape.channels {
            for ((out, a), b) in out.iter_mut().zip(a_row).zip(b_row) {
                *out = function(*a, *b);
            }
            continue;
        }
        for (position, out) in out.chunks_exact_mut(shape.channels).enumerate() {
            let place = |x: &Map| if x.shape.length == 1 { 0 } else { position * x.shape.channels };
            let (a_line, b_line) = (&a_row[place(a)..], &b_row[place(b)..]);
            let step = |x: &Map| usize::from(x.shape.channels > 1);
            let (a_step, b_step) = (step(a), step(b));
            for (channel, out) in out.iter_mut().enumerate() {
                *out = function(a_line[channel * a_step], b_line[channel * b_step]);
            }
        }
    }
}
