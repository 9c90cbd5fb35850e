//! Linear state spaces, sample after sample, eight channels at once: what inference and training by our own loops share.
//!
//! Eight numbers of state are carried along a row, which is far cheaper than the long convolution that they stand for.

use crate::graph::{STATE, StateSpace, discrete};
use crate::lanes::{LANES, Lanes, Row};

/// The states of eight channels.
pub(crate) type States = [Lanes; STATE];

/// States before anything came in.
pub(crate) fn nothing() -> States {
    [Lanes::splat(0.0); STATE]
}

/// Sum over the states, channel by channel.
pub(crate) fn dot(factors: &[Row; STATE], states: &States) -> Lanes {
    let mut sum = Lanes::load(&factors[0]) * states[0];
    for (factor, &state) in factors.iter().zip(states).skip(1) {
        sum = sum + Lanes::load(factor) * state;
    }
    sum
}

/// A state space in every channel, ready to run.
#[derive(Debug)]
pub(crate) struct Space {
    pub channels: usize,
    pub blocks: Vec<Block>,
}

/// Eight channels that stand side by side, the last of them perhaps empty.
#[derive(Debug)]
pub(crate) struct Block {
    /// The first of them.
    pub first: usize,
    /// How many of the eight there are.
    pub width: usize,
    channels: usize,
    /// The discrete matrix, `[to][from]`; what is above its diagonal is not looked at.
    matrix: [[Row; STATE]; STATE],
    /// What a sample adds to each state.
    pub input: [Row; STATE],
    /// What each state counts in an output, `[direction][state]`.
    pub mixtures: Vec<[Row; STATE]>,
    /// What a sample counts in its own output.
    pub direct: Row,
}

impl Space {
    /// From the weights as the graph has them.
    pub fn new(space: StateSpace, kernel: &[f32], direct: &[f32], steps: &[f32]) -> Self {
        let channels = steps.len();
        let block = |first: usize| {
            let width = LANES.min(channels - first);
            let mut block = Block {
                first,
                width,
                channels,
                matrix: [[[0.0; LANES]; STATE]; STATE],
                input: [[0.0; LANES]; STATE],
                mixtures: vec![[[0.0; LANES]; STATE]; space.directions()],
                direct: [0.0; LANES],
            };
            for lane in 0..width {
                let channel = first + lane;
                let (matrix, input) = discrete(f64::from(steps[channel]));
                for (own, row) in block.matrix.iter_mut().zip(matrix) {
                    own.iter_mut().zip(row).for_each(|(own, value)| own[lane] = value as f32);
                }
                block.input.iter_mut().zip(input).for_each(|(own, value)| own[lane] = value as f32);
                for (direction, mixture) in block.mixtures.iter_mut().enumerate() {
                    let own = &kernel[(direction * channels + channel) * STATE..][..STATE];
                    mixture.iter_mut().zip(own).for_each(|(row, &value)| row[lane] = value);
                }
                block.direct[lane] = direct[channel];
            }
            block
        };
        Self { channels, blocks: (0..channels).step_by(LANES).map(block).collect() }
    }

    /// One row, `[position, channel]`.
    pub fn run(&self, x: &[f32], out: &mut [f32]) {
        let length = x.len() / self.channels;
        for block in &self.blocks {
            for (direction, mixture) in block.mixtures.iter().enumerate() {
                let mut states = nothing();
                for place in block.places(length, direction == 1) {
                    let x = block.take(x, place);
                    if direction == 0 {
                        block.advance(&mut states, x);
                        block.put(out, place, Lanes::load(&block.direct) * x + dot(mixture, &states));
                    } else {
                        // Against time only what is strictly later counts.
                        block.add(out, place, dot(mixture, &states));
                        block.advance(&mut states, x);
                    }
                }
            }
        }
    }
}

impl Block {
    /// Where the eight stand along a row of so many positions, in the order in which a direction meets them.
    pub fn places(&self, length: usize, against: bool) -> impl DoubleEndedIterator<Item = usize> + use<> {
        let (first, channels) = (self.first, self.channels);
        (0..length).map(move |step| (if against { length - 1 - step } else { step }) * channels + first)
    }

    /// The eight at a place.
    pub fn take(&self, values: &[f32], place: usize) -> Lanes {
        let values = &values[place..place + self.width];
        if let Some(row) = values.first_chunk() {
            return Lanes::load(row);
        }
        let mut row = [0.0; LANES];
        row[..self.width].copy_from_slice(values);
        Lanes::load(&row)
    }

    fn put(&self, values: &mut [f32], place: usize, lanes: Lanes) {
        let row = lanes.store();
        let values = &mut values[place..place + self.width];
        match values.first_chunk_mut() {
            Some(to) => *to = row,
            None => values.copy_from_slice(&row[..self.width]),
        }
    }

    /// Adds to the eight at a place.
    pub fn add(&self, values: &mut [f32], place: usize, lanes: Lanes) {
        let sum = self.take(values, place) + lanes;
        self.put(values, place, sum);
    }

    /// The next states: from the last on, as the matrix is lower triangular.
    pub fn advance(&self, states: &mut States, x: Lanes) {
        for to in (0..STATE).rev() {
            let mut sum = Lanes::load(&self.input[to]) * x;
            for (factor, &state) in self.matrix[to].iter().zip(&states[..=to]) {
                sum = sum + Lanes::load(factor) * state;
            }
            states[to] = sum;
        }
    }

    /// What is asked of the states before a sample, from what is asked of those behind it.
    pub fn carry(&self, asked: &mut States) {
        for from in 0..STATE {
            let mut sum = Lanes::load(&self.matrix[from][from]) * asked[from];
            for (row, &behind) in self.matrix.iter().zip(&*asked).skip(from + 1) {
                sum = sum + Lanes::load(&row[from]) * behind;
            }
            asked[from] = sum;
        }
    }
}
