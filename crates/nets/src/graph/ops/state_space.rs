//! Linear state spaces: long convolutions whose kernels come from few numbers.

use burn::tensor::{Device, Int, Tensor, TensorData};

use super::{Operation, Part, Step, one, only};
use crate::graph::value::Value;
use crate::graph::{Drawing, Role, Shape, Start};

/// Numbers of a channel's state.
pub(crate) const STATE: usize = 8;
/// Samples that are convolved at once; what came before them enters through the state.
pub(super) const CHUNK: usize = 25;

/// In every channel by itself, a convolution with a kernel as long as the row, and the input times a number: the heart
/// of the structured state space layer S4 (Gu et al., ICLR 2022) in the form in which only kernels' mixtures are
/// trained.
///
/// The state of channel h follows `s' = A s + B x` with HiPPO-LegS' matrices `A[n][k] = -root((2n+1)(2k+1))` below the
/// diagonal, `-(n+1)` on it, `B[n] = root(2n+1)`, n and k from 0 to 7, made discrete by the bilinear rule with the
/// channel's step D: `A_d = (1 - D/2 A)^-1 (1 + D/2 A)`, `B_d = D (1 - D/2 A)^-1 B`. Matrices and steps stay as they
/// are; so a kernel is `k[l] = sum over n of c[n] phi_n[l]` of eight known functions `phi[l] = A_d^l B_d`, and no
/// complex number, Fourier transform or Cauchy product of the original is needed. The eight coefficients c are real;
/// normal numbers of deviation 1 have the very spread of the original's complex ones, as its basis is unitary.
///
/// `y[t] = d x[t] + sum of k[l] x[t-l]`, and both ways also `+ sum of k'[l] x[t+1+l]`: only samples that are strictly
/// later. Weights: `kernel` `[direction, channel, 8]`, `direct` `[channel]`, and `step` `[channel]`, drawn once from
/// 0.001 to 0.1 and fixed. Rows of any length go by the same weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateSpace {
    /// Whether later samples count too.
    pub both_ways: bool,
}

impl StateSpace {
    pub(crate) const fn directions(self) -> usize {
        if self.both_ways { 2 } else { 1 }
    }
}

/// The convolution forward in time: `x` `[channel, batch, position]` with coefficients `[channel, 8]`.
pub(super) fn convolved(x: Tensor<3>, coefficients: Tensor<2>, known: &Known) -> Tensor<3> {
    let [channels, batch, length] = x.dims();
    let chunks = length.div_ceil(CHUNK);
    let missing = chunks * CHUNK - length;
    let x = match missing {
        0 => x,
        _ => Tensor::cat(vec![x.clone(), Tensor::zeros([channels, batch, missing], &x.device())], 2),
    };
    let x = x.reshape([channels, batch * chunks, CHUNK]);
    let coefficients = coefficients.reshape([channels, 1, STATE]);

    // Inside a chunk: a product with the kernel's Toeplitz matrix, [from, to].
    let kernel = coefficients.clone().matmul(known.functions.clone()).reshape([channels, CHUNK]);
    let none = Tensor::zeros([channels, CHUNK - 1], &kernel.device());
    let matrix = Tensor::cat(vec![none, kernel], 1).select(1, known.shifts.clone());
    let inside = x.clone().matmul(matrix.reshape([channels, CHUNK, CHUNK]));
    if chunks == 1 {
        return inside.narrow(2, 0, length);
    }

    // Before it: the state that earlier chunks leave, carried on.
    let added = known.functions.clone().flip([2]).swap_dims(1, 2);
    let added = x.matmul(added).reshape([channels, batch, chunks, STATE]);
    let over = known.powers.clone().narrow(3, CHUNK - 1, 1).reshape([channels, STATE, STATE]).swap_dims(1, 2);
    let mut state = Tensor::<3>::zeros([channels, batch, STATE], &inside.device());
    let mut states = Vec::with_capacity(chunks);
    for chunk in 0..chunks {
        states.push(state.clone());
        let added = added.clone().narrow(2, chunk, 1).reshape([channels, batch, STATE]);
        state = state.matmul(over.clone()) + added;
    }
    let states = Tensor::stack::<4>(states, 2).reshape([channels, batch * chunks, STATE]);
    let carried = coefficients.matmul(known.powers.clone().reshape([channels, STATE, STATE * CHUNK]));
    let before = states.matmul(carried.reshape([channels, STATE, CHUNK]));
    (inside + before).reshape([channels, batch, chunks * CHUNK]).narrow(2, 0, length)
}

/// What every kernel is made of.
pub(super) struct Known {
    /// phi at the first positions: `[channel, state, position]`.
    pub functions: Tensor<3>,
    /// The discrete matrix to the powers 1 to `CHUNK`: `[channel, to, from, power]`.
    pub powers: Tensor<4>,
    /// For each pair of positions in a chunk (from, to), where in `CHUNK - 1` zeros and the kernel its number stands.
    pub shifts: Tensor<1, Int>,
}

/// Where a Toeplitz matrix has its numbers from, for [`Known`].
pub(super) fn shifts(device: &Device) -> Tensor<1, Int> {
    let shifts: Vec<i32> =
        (0..CHUNK).flat_map(|from| (0..CHUNK).map(move |to| (CHUNK - 1 + to - from) as i32)).collect();
    Tensor::from_data(TensorData::new(shifts, [CHUNK * CHUNK]), device)
}

/// A convolution forward in time, a number times the input, and against time another convolution of samples that are
/// strictly later, where there is one. `kernels` are the coefficients `[direction, channel, 8]`, `direct` `[channel]`.
pub(super) fn both_directions(x: Value, kernels: &Tensor<3>, direct: Tensor<1>, known: &Known) -> Value {
    let x = x.first();
    let [batch, rows, channels, length] = x.dims();
    let x = x.reshape([batch * rows, channels, length]).swap_dims(0, 1);
    let kernel = |direction: usize| kernels.clone().narrow(0, direction, 1).reshape([channels, STATE]);
    let mut y = x.clone() * direct.reshape([channels, 1, 1]) + convolved(x.clone(), kernel(0), known);
    if kernels.dims()[0] == 2 && length > 1 {
        // Against time, and one later: the last position has nothing after it.
        let later = x.narrow(2, 1, length - 1).flip([2]);
        let later = convolved(later, kernel(1), known).flip([2]);
        let nothing = Tensor::zeros([channels, batch * rows, 1], &later.device());
        y = y + Tensor::cat(vec![later, nothing], 2);
    }
    Value::ChannelsFirst(y.swap_dims(0, 1).reshape([batch, rows, channels, length]))
}

/// A matrix over states, `[to][from]`.
pub(crate) type Square = [[f64; STATE]; STATE];

/// The discrete matrix and vector for a step: A is lower triangular, so that its inverse is by forward substitution.
pub(crate) fn discrete(step: f64) -> (Square, [f64; STATE]) {
    let half = step / 2.0;
    let a = |n: usize, k: usize| match n.cmp(&k) {
        std::cmp::Ordering::Greater => -(((2 * n + 1) * (2 * k + 1)) as f64).sqrt(),
        std::cmp::Ordering::Equal => -((n + 1) as f64),
        std::cmp::Ordering::Less => 0.0,
    };
    let solve = |right: [f64; STATE]| {
        let mut found = [0.0; STATE];
        for n in 0..STATE {
            let known: f64 = (0..n).map(|k| -half * a(n, k) * found[k]).sum();
            found[n] = (right[n] - known) / (1.0 - half * a(n, n));
        }
        found
    };
    let mut matrix = [[0.0; STATE]; STATE];
    for k in 0..STATE {
        let column = std::array::from_fn(|n| if n == k { 1.0 + half * a(n, k) } else { half * a(n, k) });
        for (row, value) in matrix.iter_mut().zip(solve(column)) {
            row[k] = value;
        }
    }
    (matrix, solve(std::array::from_fn(|n| step * ((2 * n + 1) as f64).sqrt())))
}

fn times(a: &Square, b: &Square) -> Square {
    std::array::from_fn(|n| std::array::from_fn(|k| (0..STATE).map(|m| a[n][m] * b[m][k]).sum()))
}

/// phi of a step at the first `count` positions: `[state][position]`.
pub(crate) fn functions(step: f64, count: usize) -> Vec<Vec<f64>> {
    let (matrix, mut state) = discrete(step);
    let mut found: Vec<Vec<f64>> = (0..STATE).map(|_| Vec::with_capacity(count)).collect();
    for _ in 0..count {
        for (line, value) in found.iter_mut().zip(state) {
            line.push(value);
        }
        state = std::array::from_fn(|n| (0..STATE).map(|k| matrix[n][k] * state[k]).sum());
    }
    found
}

impl Operation for StateSpace {
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        one(inputs).map(|[x]| x)
    }

    fn weights(&self, inputs: &[Shape], _drawing: Drawing) -> Vec<Part> {
        let channels = inputs[0].channels;
        let steps = Start::LogUniform { low: 0.001, high: 0.1 };
        vec![
            Part::trained("kernel", [self.directions(), channels, STATE], Start::Normal(1.0)),
            Part::trained("direct", [channels], Start::Normal(1.0)),
            Part { name: "step", shape: vec![channels], start: steps, role: Role::Fixed },
        ]
    }

    fn derived(&self, _inputs: &[Shape], weights: &[Vec<f32>]) -> Vec<Vec<f32>> {
        let mut phi = Vec::with_capacity(weights[2].len() * STATE * CHUNK);
        let mut powers = Vec::with_capacity(weights[2].len() * STATE * STATE * CHUNK);
        for &step in &weights[2] {
            let step = f64::from(step);
            phi.extend(functions(step, CHUNK).iter().flatten().map(|&value| value as f32));
            let (matrix, _) = discrete(step);
            let mut all = vec![matrix];
            while all.len() < CHUNK {
                all.push(times(&all[all.len() - 1], &matrix));
            }
            let places = (0..STATE).flat_map(|to| (0..STATE).map(move |from| (to, from)));
            powers.extend(places.flat_map(|(to, from)| all.iter().map(move |power| power[to][from] as f32)));
        }
        vec![phi, powers]
    }

    /// As if every kernel met every position directly. The way taken here needs a fraction of that.
    fn multiply_adds(&self, inputs: &[Shape], _output: Shape) -> u64 {
        (self.directions() * inputs[0].size() * inputs[0].length) as u64
    }

    fn run(&self, inputs: Vec<Value>, step: &Step<'_>) -> Value {
        let channels = step.output.channels;
        let known = Known {
            functions: step.weight(3, [channels, STATE, CHUNK]),
            powers: step.weight(4, [channels, STATE, STATE, CHUNK]),
            shifts: shifts(step.device),
        };
        let kernels = step.weight(0, [self.directions(), channels, STATE]);
        both_directions(only(inputs), &kernels, step.weights[1].clone(), &known)
    }
}

#[cfg(all(test, feature = "cpu"))]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::graph::{Builder, Running};

    /// Three channels over `length` positions, by the graph and by the plain sum.
    fn both(both_ways: bool, length: usize) -> (Vec<f32>, Vec<f64>) {
        let mut build = Builder::new("space", Shape::new(1, length, 3));
        let x = build.input();
        let y = build.state_space("space", x, StateSpace { both_ways });
        let device = Device::flex();
        let network = Running::drawn(Arc::new(build.finish(y).unwrap()), 3, &device);
        let x: Vec<f32> = (0..3 * length).map(|place| (place as f32 * 0.7).sin()).collect();
        let tensor = Tensor::<3>::from_data(TensorData::new(x.clone(), [1, 3, length]), &device);
        let found = network.forward(tensor)["logits"].clone().into_data().try_into_vec_as::<f32>().unwrap();
        let tensors = network.tensors();
        let [kernel, direct, step] = ["kernel", "direct", "step"].map(|part| &tensors[&format!("space.{part}")].1);
        let mut expected = vec![0.0; 3 * length];
        for channel in 0..3 {
            let phi = functions(f64::from(step[channel]), length);
            let k = |direction: usize, lag: usize| -> f64 {
                let c = &kernel[(direction * 3 + channel) * STATE..][..STATE];
                c.iter().zip(&phi).map(|(&c, line)| f64::from(c) * line[lag]).sum()
            };
            let x = |t: usize| f64::from(x[channel * length + t]);
            for t in 0..length {
                let mut sum = f64::from(direct[channel]) * x(t);
                sum += (0..=t).map(|lag| k(0, lag) * x(t - lag)).sum::<f64>();
                if both_ways {
                    sum += (t + 1..length).map(|later| k(1, later - t - 1) * x(later)).sum::<f64>();
                }
                expected[t * 3 + channel] = sum;
            }
        }
        (found, expected)
    }

    #[test]
    fn chunks_and_states_give_the_convolution_of_any_length() {
        for (both_ways, length) in [(false, 25), (false, 250), (true, 250), (true, 1000), (true, 61), (true, 1)] {
            let (found, expected) = both(both_ways, length);
            for (place, (&found, expected)) in found.iter().zip(&expected).enumerate() {
                let difference = (f64::from(found) - expected).abs();
                assert!(difference < 1e-5, "{length}, {both_ways} at {place}: {found}, expected {expected}");
            }
        }
    }

    #[test]
    fn the_first_state_decays_by_the_bilinear_rule() {
        // A's first row is -1: phi_0[l] is a geometric row.
        let step = 0.04;
        let phi = functions(step, 5);
        let ratio = (1.0 - step / 2.0) / (1.0 + step / 2.0);
        for (lag, &value) in phi[0].iter().enumerate() {
            assert!((value - step / (1.0 + step / 2.0) * ratio.powi(lag as i32)).abs() < 1e-15);
        }
    }
}
