//! Linear state spaces, sample after sample.

use super::Kernel;
use super::map::Map;
use crate::graph::{STATE, StateSpace, discrete};

/// A state space in every channel: eight numbers of state are carried along the row, which is far cheaper than the long
/// convolution that they stand for.
#[derive(Debug)]
pub(super) struct Space {
    channels: usize,
    /// `[to][from][channel]`, from up to to: the matrix is triangular.
    matrix: Vec<Vec<f32>>,
    /// `[state][channel]`.
    input: Vec<Vec<f32>>,
    /// `[direction][state][channel]`.
    output: Vec<Vec<Vec<f32>>>,
    direct: Vec<f32>,
}

impl Space {
    /// From the weights as the graph has them.
    pub fn new(space: StateSpace, kernel: &[f32], direct: &[f32], steps: &[f32]) -> Self {
        let channels = steps.len();
        let discrete: Vec<_> = steps.iter().map(|&step| discrete(f64::from(step))).collect();
        let line = |value: &dyn Fn(usize) -> f64| (0..channels).map(|channel| value(channel) as f32).collect();
        let matrix = (0..STATE)
            .flat_map(|to| (0..=to).map(move |from| (to, from)))
            .map(|(to, from)| line(&|channel| discrete[channel].0[to][from]))
            .collect();
        let input = (0..STATE).map(|state| line(&|channel| discrete[channel].1[state])).collect();
        let output = (0..space.directions())
            .map(|direction| {
                (0..STATE)
                    .map(|state| line(&|channel| f64::from(kernel[(direction * channels + channel) * STATE + state])))
                    .collect()
            })
            .collect();
        Self { channels, matrix, input, output, direct: direct.to_vec() }
    }

    /// The state takes a sample in.
    fn advance(&self, state: &mut [Vec<f32>], x: &[f32]) {
        // From the last number on: the earlier ones are still the old.
        let mut place = self.matrix.len();
        for to in (0..STATE).rev() {
            place -= to + 1;
            let (earlier, rest) = state.split_at_mut(to);
            let own = &mut rest[0];
            let diagonal = &self.matrix[place + to];
            for (((own, diagonal), input), x) in own.iter_mut().zip(diagonal).zip(&self.input[to]).zip(x) {
                *own = *own * diagonal + input * x;
            }
            for (from, earlier) in earlier.iter().enumerate() {
                for ((own, factor), earlier) in own.iter_mut().zip(&self.matrix[place + from]).zip(earlier) {
                    *own += factor * earlier;
                }
            }
        }
    }
}

impl Kernel for Space {
    fn run(&self, inputs: &[&Map], out: &mut Map) {
        let channels = self.channels;
        let length = out.shape.length;
        for row in 0..out.shape.rows {
            let x = inputs[0].row(row);
            let out = out.row_mut(row);
            for (direction, output) in self.output.iter().enumerate() {
                let mut state = vec![vec![0.0; channels]; STATE];
                for step in 0..length {
                    let time = if direction == 1 { length - 1 - step } else { step };
                    let x = &x[time * channels..(time + 1) * channels];
                    let out = &mut out[time * channels..(time + 1) * channels];
                    if direction == 0 {
                        self.advance(&mut state, x);
                        out.iter_mut().zip(x.iter().zip(&self.direct)).for_each(|(out, (x, d))| *out = x * d);
                    }
                    for (state, output) in state.iter().zip(output) {
                        out.iter_mut().zip(state.iter().zip(output)).for_each(|(out, (s, c))| *out += s * c);
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
