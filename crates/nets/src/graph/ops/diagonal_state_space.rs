//! Linear state spaces of which all is trained: how fast a state fades, how fast it turns, and its steps.

use std::f64::consts::{LN_10, PI};

use burn::tensor::{Int, Tensor};

use super::state_space::{CHUNK, Known, both_directions, shifts};
use super::{Operation, Part, STATE, Step, one, only};
use crate::graph::value::Value;
use crate::graph::{Drawing, Shape, Start};

/// Complex numbers of a channel's state; each stands for itself and its conjugate.
pub(crate) const PAIRS: usize = STATE / 2;

/// Eigenvalues that a diagonal state space starts with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Eigenvalues {
    /// `-1/2 + i pi n` for n = 0, 1, 2, 3 (S4D-Lin).
    Linear,
    /// Those of the normal part of HiPPO-LegS' matrix with eight numbers (S4D-LegS).
    Legs,
}

/// In every channel by itself, a convolution with a kernel as long as the row, and the input times a number: the
/// diagonal form S4D of the structured state space layer (Gu et al., NeurIPS 2022, arXiv 2206.11893), here with four
/// conjugate pairs.
///
/// The state of channel h follows `s' = lambda s + x` in each pair, made discrete with the channel's step D by holding
/// the sample: `A = e^(D lambda)`, `B = (A - 1) / lambda`; the kernel is `k[l] = 2 Re sum over n of C[n] B[n] A[n]^l`,
/// and `y[t] = d x[t] + sum of k[l] x[t-l]`, both ways also `+ sum of k'[l] x[t+1+l]`. Unlike
/// [`super::StateSpace`]'s, steps and eigenvalues are trained: authors let them move at a smaller rate and without
/// decay.
///
/// Weights: `kernel` `[direction, channel, 4, 2]` (C: real, imaginary), `direct` `[channel]`, `log_step` `[channel]`
/// (natural logarithm of a hundred steps, so that drawn steps are from 0.001 to 0.1), `log_decay` `[channel, 4]`
/// (logarithm of minus the real part) and `frequency` `[channel, 4]` (imaginary part). Rows of any length go by the
/// same weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DiagonalStateSpace {
    /// Whether later samples count too.
    pub both_ways: bool,
    /// Where training begins.
    pub eigenvalues: Eigenvalues,
}

impl DiagonalStateSpace {
    pub(crate) const fn directions(self) -> usize {
        if self.both_ways { 2 } else { 1 }
    }
}

/// A step from its trained logarithm.
pub(crate) fn step_of(logarithm: f64) -> f64 {
    0.01 * logarithm.exp()
}

impl Operation for DiagonalStateSpace {
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        one(inputs).map(|[x]| x)
    }

    fn weights(&self, inputs: &[Shape], _drawing: Drawing) -> Vec<Part> {
        let channels = inputs[0].channels;
        let frequencies: [f64; PAIRS] = match self.eigenvalues {
            Eigenvalues::Linear => std::array::from_fn(|n| PI * n as f64),
            Eigenvalues::Legs => [0.427_489, 1.957_794, 5.354_209, 19.857_41],
        };
        let frequencies = (0..channels * PAIRS).map(|place| frequencies[place % PAIRS] as f32).collect();
        vec![
            Part::trained("kernel", [self.directions(), channels, PAIRS, 2], Start::Normal(0.5_f64.sqrt())),
            Part::trained("direct", [channels], Start::Normal(1.0)),
            Part::trained("log_step", [channels], Start::Uniform(LN_10)),
            Part::trained("log_decay", [channels, PAIRS], Start::Constant(0.5_f64.ln())),
            Part::trained("frequency", [channels, PAIRS], Start::Given(frequencies)),
        ]
    }

    /// As if every kernel met every position directly. The way taken here needs a fraction of that.
    fn multiply_adds(&self, inputs: &[Shape], _output: Shape) -> u64 {
        (self.directions() * inputs[0].size() * inputs[0].length) as u64
    }

    fn run(&self, inputs: Vec<Value>, step: &Step<'_>) -> Value {
        let channels = step.output.channels;
        let line = [channels, PAIRS, 1];
        let steps = (step.weight(2, [channels, 1, 1]).exp() * 0.01).expand(line);
        let decay = -step.weight(3, line).exp();
        let frequency = step.weight(4, line);

        // A to the powers 0 to CHUNK: real and imaginary parts, [channel, pair, power].
        let count = CHUNK + 1;
        let power = Tensor::<1, Int>::arange(0..count as i64, step.device).float().reshape([1, 1, count]);
        let all = [channels, PAIRS, count];
        let power = power.expand(all);
        let size = ((steps.clone() * decay.clone()).expand(all) * power.clone()).exp();
        let angle = (steps * frequency.clone()).expand(all) * power;
        let (real, imaginary) = (size.clone() * angle.clone().cos(), size * angle.sin());

        // B = (A - 1) / lambda.
        let (above, turned) = (real.clone().narrow(2, 1, 1) - 1.0, imaginary.clone().narrow(2, 1, 1));
        let length = decay.clone().powi_scalar(2) + frequency.clone().powi_scalar(2);
        let into = (above.clone() * decay.clone() + turned.clone() * frequency.clone()) / length.clone();
        let across = (turned * decay - above * frequency) / length;

        // As eight real functions: B A^l's real and imaginary part, pair after pair.
        let chunk = [channels, PAIRS, CHUNK];
        let first = |x: &Tensor<3>, start: usize| x.clone().narrow(2, start, CHUNK);
        let (into, across) = (into.expand(chunk), across.expand(chunk));
        let (re, im) = (first(&real, 0), first(&imaginary, 0));
        let functions = Tensor::stack::<4>(
            vec![into.clone() * re.clone() - across.clone() * im.clone(), into * im + across * re],
            2,
        );
        // A turn and a shrinking of each pair: [channel, pair, to, from, power], in blocks on a diagonal.
        let (re, im) = (first(&real, 1), first(&imaginary, 1));
        let turns = Tensor::stack::<4>(vec![re.clone(), -im.clone(), im, re], 2);
        let turns = turns.reshape([channels, PAIRS, 2, 1, 2, CHUNK]).expand([channels, PAIRS, 2, PAIRS, 2, CHUNK]);
        let diagonal = Tensor::<2>::eye(PAIRS, step.device).reshape([1, PAIRS, 1, PAIRS, 1, 1]);
        let powers = turns * diagonal.expand([channels, PAIRS, 2, PAIRS, 2, CHUNK]);
        let known = Known {
            functions: functions.reshape([channels, STATE, CHUNK]),
            powers: powers.reshape([channels, STATE, STATE, CHUNK]),
            shifts: shifts(step.device),
        };
        // 2 Re (C s) = 2 (real C) (real s) - 2 (imaginary C) (imaginary s).
        let signs = Tensor::<1>::from_floats([2.0, -2.0], step.device).reshape([1, 1, 2]);
        let mixture = step.weight(0, [self.directions(), channels * PAIRS, 2]);
        let mixture = mixture * signs.expand([self.directions(), channels * PAIRS, 2]);
        let kernels = mixture.reshape([self.directions(), channels, STATE]);
        both_directions(only(inputs), &kernels, step.weights[1].clone(), &known)
    }
}

#[cfg(all(test, feature = "cpu"))]
mod tests {
    use std::sync::Arc;

    use burn::tensor::{Device, TensorData};

    use super::*;
    use crate::graph::{Builder, Running};

    /// Three channels over `length` positions, by the graph and by the plain sum over the kernel's definition.
    fn both(space: DiagonalStateSpace, length: usize) -> (Vec<f32>, Vec<f64>) {
        let mut build = Builder::new("space", Shape::new(1, length, 3));
        let x = build.input();
        let y = build.diagonal_state_space("space", x, space);
        let device = Device::flex();
        let network = Running::drawn(Arc::new(build.finish(y).unwrap()), 3, &device);
        let x: Vec<f32> = (0..3 * length).map(|place| (place as f32 * 0.7).sin()).collect();
        let tensor = Tensor::<3>::from_data(TensorData::new(x.clone(), [1, 3, length]), &device);
        let found = network.forward(tensor)["logits"].clone().into_data().try_into_vec_as::<f32>().unwrap();
        let tensors = network.tensors();
        let [mixture, direct, log_step, log_decay, frequency] =
            ["kernel", "direct", "log_step", "log_decay", "frequency"]
                .map(|part| tensors[&format!("space.{part}")].1.iter().map(|&v| f64::from(v)).collect::<Vec<_>>());
        let mut expected = vec![0.0; 3 * length];
        for channel in 0..3 {
            let step = step_of(log_step[channel]);
            assert!((0.001..=0.1).contains(&step));
            let k = |direction: usize, lag: usize| -> f64 {
                let pair = |n: usize| {
                    let (a, b) = (-log_decay[channel * 4 + n].exp(), frequency[channel * 4 + n]);
                    let turned = |l: f64| ((a * step * l).exp(), b * step * l);
                    // (A - 1) / lambda, then times A^l and C.
                    let (size, angle) = turned(1.0);
                    let (p, q) = (size * angle.cos() - 1.0, size * angle.sin());
                    let (p, q) = ((p * a + q * b) / (a * a + b * b), (q * a - p * b) / (a * a + b * b));
                    let (size, angle) = turned(lag as f64);
                    let (c, s) = (size * angle.cos(), size * angle.sin());
                    let (re, im) = (p * c - q * s, p * s + q * c);
                    let place = ((direction * 3 + channel) * 4 + n) * 2;
                    2.0 * (mixture[place] * re - mixture[place + 1] * im)
                };
                (0..4).map(pair).sum()
            };
            let x = |t: usize| f64::from(x[channel * length + t]);
            for t in 0..length {
                let mut sum = direct[channel] * x(t);
                sum += (0..=t).map(|lag| k(0, lag) * x(t - lag)).sum::<f64>();
                if space.both_ways {
                    sum += (t + 1..length).map(|later| k(1, later - t - 1) * x(later)).sum::<f64>();
                }
                expected[t * 3 + channel] = sum;
            }
        }
        (found, expected)
    }

    #[test]
    fn chunks_and_states_give_the_convolution_of_any_length_and_start() {
        for eigenvalues in [Eigenvalues::Linear, Eigenvalues::Legs] {
            for (both_ways, length) in [(false, 25), (false, 250), (true, 250), (true, 61), (true, 1)] {
                let (found, expected) = both(DiagonalStateSpace { both_ways, eigenvalues }, length);
                for (place, (&found, expected)) in found.iter().zip(&expected).enumerate() {
                    let difference = (f64::from(found) - expected).abs();
                    assert!(difference < 2e-5, "{length}, {both_ways} at {place}: {found}, expected {expected}");
                }
            }
        }
    }
}
