//! Linear state spaces: states along the row, and gradients against it, eight channels at once.

use super::{Back, Step, Tapes};
use crate::graph::{STATE, StateSpace, discrete};
use crate::lanes::{LANES, Lanes, Row};

/// The states of eight channels.
type States = [Lanes; STATE];

fn none() -> States {
    [Lanes::splat(0.0); STATE]
}

/// Sum over the states, channel by channel.
fn dot(left: &[Row; STATE], right: &States) -> Lanes {
    let mut sum = Lanes::load(&left[0]) * right[0];
    for state in 1..STATE {
        sum = sum + Lanes::load(&left[state]) * right[state];
    }
    sum
}

/// Eight channels that stand side by side, the last of them perhaps empty.
struct Block {
    first: usize,
    /// How many of the eight there are.
    width: usize,
    channels: usize,
    length: usize,
    /// The discrete matrix, `[to][from]`; its upper triangle is zero.
    matrix: Box<[[Row; STATE]; STATE]>,
    input: [Row; STATE],
    direct: Row,
}

impl Block {
    fn all<'a>(step: &'a Step<'_>) -> impl Iterator<Item = Self> + 'a {
        let (length, channels) = (step.output.length, step.output.channels);
        let (direct, steps) = (step.weights[1], step.weights[2]);
        (0..channels).step_by(LANES).map(move |first| {
            let width = LANES.min(channels - first);
            let mut block = Self {
                first,
                width,
                channels,
                length,
                matrix: Box::new([[[0.0; LANES]; STATE]; STATE]),
                input: [[0.0; LANES]; STATE],
                direct: [0.0; LANES],
            };
            for lane in 0..width {
                let (matrix, input) = discrete(f64::from(steps[first + lane]));
                for to in 0..STATE {
                    for from in 0..=to {
                        block.matrix[to][from][lane] = matrix[to][from] as f32;
                    }
                    block.input[to][lane] = input[to] as f32;
                }
                block.direct[lane] = direct[first + lane];
            }
            block
        })
    }

    /// Where the eight stand at a step of the way: by time, or against it.
    fn place(&self, step: usize, against: bool) -> usize {
        let time = if against { self.length - 1 - step } else { step };
        time * self.channels + self.first
    }

    fn take(&self, values: &[f32], place: usize) -> Lanes {
        let values = &values[place..place + self.width];
        match values.first_chunk() {
            Some(row) => Lanes::load(row),
            None => {
                let mut row = [0.0; LANES];
                row[..self.width].copy_from_slice(values);
                Lanes::load(&row)
            }
        }
    }

    fn put(&self, values: &mut [f32], place: usize, lanes: Lanes) {
        let row = lanes.store();
        let values = &mut values[place..place + self.width];
        match values.first_chunk_mut() {
            Some(to) => *to = row,
            None => values.copy_from_slice(&row[..self.width]),
        }
    }

    fn add(&self, values: &mut [f32], place: usize, lanes: Lanes) {
        let sum = self.take(values, place) + lanes;
        self.put(values, place, sum);
    }

    /// What each state counts in the outputs of a direction, `[state]`.
    fn mixture(&self, kernel: &[f32], direction: usize) -> [Row; STATE] {
        let mut mixture = [[0.0; LANES]; STATE];
        for lane in 0..self.width {
            for (state, row) in mixture.iter_mut().enumerate() {
                row[lane] = kernel[(direction * self.channels + self.first + lane) * STATE + state];
            }
        }
        mixture
    }

    /// The next states: from the last on, as the matrix is lower triangular.
    fn advance(&self, states: &mut States, x: Lanes) {
        for to in (0..STATE).rev() {
            let mut sum = Lanes::load(&self.input[to]) * x;
            for from in 0..=to {
                sum = sum + Lanes::load(&self.matrix[to][from]) * states[from];
            }
            states[to] = sum;
        }
    }

    /// What is asked of the states before a sample, from what is asked of those behind it.
    fn carry(&self, asked: &mut States) {
        for from in 0..STATE {
            let mut sum = Lanes::load(&self.matrix[from][from]) * asked[from];
            for to in from + 1..STATE {
                sum = sum + Lanes::load(&self.matrix[to][from]) * asked[to];
            }
            asked[from] = sum;
        }
    }
}

impl Tapes for StateSpace {
    fn forward(&self, step: &Step<'_>, inputs: &[&[f32]], output: &mut [f32]) -> Vec<f32> {
        let row = step.output.length * step.output.channels;
        for block in Block::all(step) {
            for direction in 0..self.directions() {
                let against = direction == 1;
                let mixture = block.mixture(step.weights[0], direction);
                for (x, out) in inputs[0].chunks_exact(row).zip(output.chunks_exact_mut(row)) {
                    let mut states = none();
                    for step in 0..block.length {
                        let place = block.place(step, against);
                        let x = block.take(x, place);
                        if against {
                            // Only samples that are strictly later count.
                            block.add(out, place, dot(&mixture, &states));
                            block.advance(&mut states, x);
                        } else {
                            block.advance(&mut states, x);
                            block.put(out, place, Lanes::load(&block.direct) * x + dot(&mixture, &states));
                        }
                    }
                }
            }
        }
        Vec::new()
    }

    fn backward(&self, step: &Step<'_>, mut back: Back<'_>) {
        let [d_kernel, d_direct, ..] = back.d_weights else { return };
        let row = step.output.length * step.output.channels;
        for block in Block::all(step) {
            for direction in 0..self.directions() {
                let against = direction == 1;
                let mixture = block.mixture(step.weights[0], direction);
                let mut d_mixture = none();
                let mut d_through = Lanes::splat(0.0);
                for (number, (x, d)) in
                    back.inputs[0].chunks_exact(row).zip(back.d_output.chunks_exact(row)).enumerate()
                {
                    // Forth again for the states that each output was mixed from.
                    let mut states = none();
                    for step in 0..block.length {
                        let place = block.place(step, against);
                        let (x, d) = (block.take(x, place), block.take(d, place));
                        if !against {
                            block.advance(&mut states, x);
                            d_through = d_through + d * x;
                        }
                        for (sum, &state) in d_mixture.iter_mut().zip(&states) {
                            *sum = *sum + d * state;
                        }
                        if against {
                            block.advance(&mut states, x);
                        }
                    }
                    if back.d_inputs[0].is_empty() {
                        continue;
                    }
                    // Back: what the loss asks of the states behind each sample.
                    let dx = &mut back.d_inputs[0][number * row..][..row];
                    let mut asked = none();
                    let ask = |asked: &mut States, d: Lanes| {
                        for (asked, mixture) in asked.iter_mut().zip(&mixture) {
                            *asked = *asked + Lanes::load(mixture) * d;
                        }
                    };
                    for step in (0..block.length).rev() {
                        let place = block.place(step, against);
                        let d = block.take(d, place);
                        if !against {
                            ask(&mut asked, d);
                            block.add(dx, place, Lanes::load(&block.direct) * d);
                        }
                        block.add(dx, place, dot(&block.input, &asked));
                        block.carry(&mut asked);
                        if against {
                            ask(&mut asked, d);
                        }
                    }
                }
                for lane in 0..block.width {
                    let to = &mut d_kernel[(direction * block.channels + block.first + lane) * STATE..][..STATE];
                    for (to, sum) in to.iter_mut().zip(&d_mixture) {
                        *to += sum.store()[lane];
                    }
                    if !against {
                        d_direct[block.first + lane] += d_through.store()[lane];
                    }
                }
            }
        }
    }
}
