//! Linear state spaces of conjugate pairs, sample after sample.

use super::Kernel;
use super::map::Map;
use crate::graph::{DiagonalStateSpace, PAIRS, step_of};

/// Four complex numbers of state in every channel are carried along the row.
#[derive(Debug)]
pub(super) struct Diagonal {
    channels: usize,
    /// What a sample leaves of the state, and what it adds: real and imaginary parts, `[pair][channel]`.
    keeps: Vec<[Vec<f32>; 2]>,
    adds: Vec<[Vec<f32>; 2]>,
    /// Twice the mixture, the imaginary part negative: `[direction][pair][channel]`.
    mixture: Vec<Vec<[Vec<f32>; 2]>>,
    direct: Vec<f32>,
}

impl Diagonal {
    /// From the weights as the graph has them.
    pub fn new(space: DiagonalStateSpace, weights: [&[f32]; 5]) -> Self {
        let [kernel, direct, log_step, log_decay, frequency] = weights;
        let channels = direct.len();
        let lines = |value: &dyn Fn(usize) -> [f64; 2]| -> [Vec<f32>; 2] {
            [0, 1].map(|part| (0..channels).map(|channel| value(channel)[part] as f32).collect())
        };
        let eigenvalue = |channel: usize, pair: usize| {
            let place = channel * PAIRS + pair;
            (-f64::from(log_decay[place]).exp(), f64::from(frequency[place]))
        };
        let keep = |channel: usize, pair: usize| {
            let ((a, b), step) = (eigenvalue(channel, pair), step_of(f64::from(log_step[channel])));
            [(a * step).exp() * (b * step).cos(), (a * step).exp() * (b * step).sin()]
        };
        let add = |channel: usize, pair: usize| {
            let ((a, b), [p, q]) = (eigenvalue(channel, pair), keep(channel, pair));
            let length = a * a + b * b;
            [((p - 1.0) * a + q * b) / length, (q * a - (p - 1.0) * b) / length]
        };
        let mix = |direction: usize, channel: usize, pair: usize| {
            let place = ((direction * channels + channel) * PAIRS + pair) * 2;
            [2.0 * f64::from(kernel[place]), -2.0 * f64::from(kernel[place + 1])]
        };
        Self {
            channels,
            keeps: (0..PAIRS).map(|pair| lines(&|channel| keep(channel, pair))).collect(),
            adds: (0..PAIRS).map(|pair| lines(&|channel| add(channel, pair))).collect(),
            mixture: (0..space.directions())
                .map(|direction| (0..PAIRS).map(|pair| lines(&|channel| mix(direction, channel, pair))).collect())
                .collect(),
            direct: direct.to_vec(),
        }
    }

    /// The state takes a sample in.
    fn advance(&self, state: &mut [[Vec<f32>; 2]], x: &[f32]) {
        for ((state, keep), add) in state.iter_mut().zip(&self.keeps).zip(&self.adds) {
            let [real, imaginary] = state;
            for channel in 0..self.channels {
                let (s, t, x) = (real[channel], imaginary[channel], x[channel]);
                real[channel] = keep[0][channel] * s - keep[1][channel] * t + add[0][channel] * x;
                imaginary[channel] = keep[0][channel] * t + keep[1][channel] * s + add[1][channel] * x;
            }
        }
    }
}

impl Kernel for Diagonal {
    fn run(&self, inputs: &[&Map], out: &mut Map) {
        let channels = self.channels;
        let length = out.shape.length;
        for row in 0..out.shape.rows {
            let x = inputs[0].row(row);
            let out = out.row_mut(row);
            for (direction, mixture) in self.mixture.iter().enumerate() {
                let mut state = vec![[vec![0.0; channels], vec![0.0; channels]]; PAIRS];
                for step in 0..length {
                    let time = if direction == 1 { length - 1 - step } else { step };
                    let x = &x[time * channels..(time + 1) * channels];
                    let out = &mut out[time * channels..(time + 1) * channels];
                    if direction == 0 {
                        self.advance(&mut state, x);
                        out.iter_mut().zip(x.iter().zip(&self.direct)).for_each(|(out, (x, d))| *out = x * d);
                    }
                    for (state, mixture) in state.iter().flatten().zip(mixture.iter().flatten()) {
                        out.iter_mut().zip(state.iter().zip(mixture)).for_each(|(out, (s, c))| *out += s * c);
                    }
                    // Against time only what is strictly later counts.
                    if direction == 1 {
                        self.advance(&mut state, x);
                    }
                }
            }
        }
    }
}
