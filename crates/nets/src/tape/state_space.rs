//! Linear state spaces: states along the row, and gradients against it.

use super::{Back, Step, Tapes};
use crate::graph::{STATE, StateSpace, discrete};

/// One channel of one row.
struct Line<'a> {
    values: &'a [f32],
    channels: usize,
    channel: usize,
    length: usize,
    against: bool,
}

impl Line<'_> {
    fn place(&self, step: usize) -> usize {
        let time = if self.against { self.length - 1 - step } else { step };
        time * self.channels + self.channel
    }

    fn at(&self, step: usize) -> f32 {
        self.values[self.place(step)]
    }
}

type Matrix = [[f32; STATE]; STATE];

fn single(step: f32) -> (Matrix, [f32; STATE]) {
    let (matrix, input) = discrete(f64::from(step));
    (matrix.map(|row| row.map(|value| value as f32)), input.map(|value| value as f32))
}

/// The next state of a lower triangular system.
fn advance(matrix: &Matrix, input: &[f32; STATE], state: &mut [f32; STATE], x: f32) {
    for to in (0..STATE).rev() {
        let mut sum = input[to] * x;
        for from in 0..=to {
            sum += matrix[to][from] * state[from];
        }
        state[to] = sum;
    }
}

impl Tapes for StateSpace {
    fn forward(&self, step: &Step<'_>, inputs: &[&[f32]], output: &mut [f32]) -> Vec<f32> {
        let (length, channels) = (step.output.length, step.output.channels);
        let [kernel, direct, steps] = [0, 1, 2].map(|part| step.weights[part]);
        for channel in 0..channels {
            let (matrix, input) = single(steps[channel]);
            for (x, out) in inputs[0].chunks_exact(length * channels).zip(output.chunks_exact_mut(length * channels)) {
                for direction in 0..self.directions() {
                    let line = Line { values: x, channels, channel, length, against: direction == 1 };
                    let mix = &kernel[(direction * channels + channel) * STATE..][..STATE];
                    let mut state = [0.0; STATE];
                    for step in 0..length {
                        let (place, x) = (line.place(step), line.at(step));
                        if direction == 0 {
                            advance(&matrix, &input, &mut state, x);
                            out[place] = direct[channel] * x;
                        }
                        out[place] += mix.iter().zip(&state).map(|(c, s)| c * s).sum::<f32>();
                        if direction == 1 {
                            advance(&matrix, &input, &mut state, x);
                        }
                    }
                }
            }
        }
        Vec::new()
    }

    fn backward(&self, step: &Step<'_>, mut back: Back<'_>) {
        let [d_kernel, d_direct, ..] = back.d_weights else { return };
        let (length, channels) = (step.output.length, step.output.channels);
        let [kernel, direct, steps] = [0, 1, 2].map(|part| step.weights[part]);
        let row = length * channels;
        for channel in 0..channels {
            let (matrix, input) = single(steps[channel]);
            for number in 0..back.d_output.len() / row {
                let (x, d) = (&back.inputs[0][number * row..][..row], &back.d_output[number * row..][..row]);
                for direction in 0..self.directions() {
                    let against = direction == 1;
                    let x = Line { values: x, channels, channel, length, against };
                    let d = Line { values: d, channels, channel, length, against };
                    let weights = (direction * channels + channel) * STATE;
                    // Forth again for the states that each output was mixed from.
                    let mut state = [0.0; STATE];
                    let d_mix = &mut d_kernel[weights..][..STATE];
                    for step in 0..length {
                        if !against {
                            advance(&matrix, &input, &mut state, x.at(step));
                            d_direct[channel] += d.at(step) * x.at(step);
                        }
                        d_mix.iter_mut().zip(&state).for_each(|(sum, s)| *sum += d.at(step) * s);
                        if against {
                            advance(&matrix, &input, &mut state, x.at(step));
                        }
                    }
                    if back.d_inputs[0].is_empty() {
                        continue;
                    }
                    // Back: what the loss asks of the state after each sample.
                    let mix = &kernel[weights..][..STATE];
                    let dx = &mut back.d_inputs[0][number * row..][..row];
                    let mut asked = [0.0_f32; STATE];
                    for step in (0..length).rev() {
                        if !against {
                            asked.iter_mut().zip(mix).for_each(|(asked, c)| *asked += c * d.at(step));
                            dx[d.place(step)] += direct[channel] * d.at(step);
                        }
                        let share: f32 = asked.iter().zip(&input).map(|(asked, b)| asked * b).sum();
                        dx[d.place(step)] += share;
                        let carried: [f32; STATE] =
                            std::array::from_fn(|from| (from..STATE).map(|to| matrix[to][from] * asked[to]).sum());
                        asked = carried;
                        if against {
                            asked.iter_mut().zip(mix).for_each(|(asked, c)| *asked += c * d.at(step));
                        }
                    }
                }
            }
        }
    }
}
