//! Weights of a network before they have values: names, shapes, and how they start.

use std::f64::consts::PI;

/// A weight's name, shape and start.
#[derive(Clone, Debug, PartialEq)]
pub struct Weight {
    /// Path in the network, `stages.0.conv1.weight`.
    pub name: String,
    /// Extents, row-major.
    pub shape: Vec<usize>,
    /// Its first values.
    pub start: Start,
    /// What becomes of it in training.
    pub role: Role,
}

impl Weight {
    /// Numbers in it.
    pub fn size(&self) -> usize {
        self.shape.iter().product()
    }
}

/// What becomes of a weight in training.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Moves by its gradient.
    Trained,
    /// Follows the batches: running statistics.
    Running,
    /// Stays as drawn: a table that has to be kept because chance made it.
    Fixed,
}

/// First values of a weight.
#[derive(Clone, Debug, PartialEq)]
pub enum Start {
    /// All the same.
    Constant(f64),
    /// Uniform between minus and plus this.
    Uniform(f64),
    /// Normal with this standard deviation.
    Normal(f64),
    /// Normal with this standard deviation, cut off at two of them (drawn again beyond).
    CutNormal(f64),
    /// A matrix whose rows (or columns, where there are fewer) are of length 1 and at right angles: Keras' recurrent
    /// kernels.
    Orthogonal {
        /// Its rows.
        rows: usize,
        /// Its columns.
        columns: usize,
    },
    /// Between these two, its logarithm uniform.
    LogUniform {
        /// Least.
        low: f64,
        /// Largest.
        high: f64,
    },
    /// These.
    Given(Vec<f32>),
}

impl Start {
    /// The values, drawn in order.
    pub fn values(&self, count: usize, draws: &mut Draws) -> Vec<f32> {
        let mut fill = |draw: &mut dyn FnMut(&mut Draws) -> f64| (0..count).map(|_| draw(draws) as f32).collect();
        match self {
            Self::Constant(value) => vec![*value as f32; count],
            Self::Uniform(bound) => fill(&mut |draws| bound * (2.0 * draws.uniform() - 1.0)),
            Self::Normal(deviation) => fill(&mut |draws| deviation * draws.normal()),
            Self::CutNormal(deviation) => fill(&mut |draws| loop {
                let value = draws.normal();
                if value.abs() <= 2.0 {
                    break deviation * value;
                }
            }),
            Self::Orthogonal { rows, columns } => orthogonal(*rows, *columns, draws),
            Self::LogUniform { low, high } => fill(&mut |draws| low * (high / low).powf(draws.uniform())),
            Self::Given(values) => values.clone(),
        }
    }
}

/// Normal numbers made orthogonal by Gram and Schmidt's way, twice for the sake of rounding.
fn orthogonal(rows: usize, columns: usize, draws: &mut Draws) -> Vec<f32> {
    let (count, length) = (rows.min(columns), rows.max(columns));
    let mut lines: Vec<Vec<f64>> = Vec::with_capacity(count);
    for _ in 0..count {
        let mut line: Vec<f64> = (0..length).map(|_| draws.normal()).collect();
        for _ in 0..2 {
            for other in &lines {
                let along: f64 = line.iter().zip(other).map(|(a, b)| a * b).sum();
                line.iter_mut().zip(other).for_each(|(a, b)| *a -= along * b);
            }
        }
        let size = line.iter().map(|a| a * a).sum::<f64>().sqrt();
        for value in &mut line {
            *value /= size;
        }
        lines.push(line);
    }
    let at = |row: usize, column: usize| if rows <= columns { lines[row][column] } else { lines[column][row] };
    (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column))).map(|(r, c)| at(r, c) as f32).collect()
}

/// How the frameworks that the networks come from draw the weights of convolutions and linear layers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Drawing {
    /// PyTorch's default: weights and biases uniform within one over the root of the inputs.
    Torch,
    /// Normal with variance two over the inputs, biases 0 (fastai after building, and the PTB-XL benchmark).
    KaimingNormal,
    /// Glorot's uniform rule, biases 0: Keras' default.
    GlorotUniform,
    /// Normal with this standard deviation cut off at two of them, biases 0: vision transformers.
    CutNormal(f64),
    /// Normal with this standard deviation, biases 0.
    Normal(f64),
}

impl Drawing {
    /// The start of a weight with so many inputs and outputs a position.
    pub fn weight(self, fan_in: usize, fan_out: usize) -> Start {
        match self {
            Self::Torch => Start::Uniform((1.0 / fan_in as f64).sqrt()),
            Self::KaimingNormal => Start::Normal((2.0 / fan_in as f64).sqrt()),
            Self::GlorotUniform => Start::Uniform((6.0 / (fan_in + fan_out) as f64).sqrt()),
            Self::CutNormal(deviation) => Start::CutNormal(deviation),
            Self::Normal(deviation) => Start::Normal(deviation),
        }
    }

    /// The start of the bias beside it.
    pub fn bias(self, fan_in: usize) -> Start {
        match self {
            Self::Torch => Start::Uniform((1.0 / fan_in as f64).sqrt()),
            Self::KaimingNormal | Self::GlorotUniform | Self::CutNormal(_) | Self::Normal(_) => Start::Constant(0.0),
        }
    }
}

/// Random numbers that are the same on every machine for a seed: SplitMix64.
#[derive(Clone, Debug)]
pub struct Draws(u64);

impl Draws {
    /// From a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        x ^ (x >> 31)
    }

    /// Uniform in [0, 1).
    pub fn uniform(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Standard normal, by Box and Muller's transform.
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (2.0 * PI * self.uniform()).cos()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(start: &Start) -> (f64, f64, f64) {
        let values = start.values(20_000, &mut Draws::new(5));
        let count = values.len() as f64;
        let mean = values.iter().map(|&v| f64::from(v)).sum::<f64>() / count;
        let variance = values.iter().map(|&v| (f64::from(v) - mean).powi(2)).sum::<f64>() / count;
        let largest = values.iter().fold(0.0_f64, |largest, &v| largest.max(f64::from(v).abs()));
        (mean, variance.sqrt(), largest)
    }

    #[test]
    fn drawn_values_have_the_spread_asked_for() {
        let (mean, deviation, largest) = spread(&Start::Uniform(0.3));
        assert!(mean.abs() < 0.01 && (deviation - 0.3 / 3f64.sqrt()).abs() < 0.005 && largest <= 0.3);
        let (mean, deviation, largest) = spread(&Start::Normal(0.5));
        assert!(mean.abs() < 0.02 && (deviation - 0.5).abs() < 0.01 && largest > 1.5);
        let (_, deviation, largest) = spread(&Start::CutNormal(0.02));
        assert!((deviation - 0.02 * 0.8796).abs() < 0.0005 && largest <= 0.04);
    }

    #[test]
    fn the_logarithm_of_log_uniform_numbers_is_uniform() {
        let values = Start::LogUniform { low: 0.001, high: 0.1 }.values(20_000, &mut Draws::new(5));
        assert!(values.iter().all(|value| (0.001..=0.1).contains(value)));
        let below = values.iter().filter(|&&value| value < 0.01).count();
        assert!((9_700..10_300).contains(&below), "{below} of 20000 below the middle");
    }

    #[test]
    fn orthogonal_rows_stay_apart() {
        let values = Start::Orthogonal { rows: 3, columns: 8 }.values(24, &mut Draws::new(1));
        for a in 0..3 {
            for b in 0..3 {
                let product: f32 = (0..8).map(|place| values[a * 8 + place] * values[b * 8 + place]).sum();
                assert!((product - if a == b { 1.0 } else { 0.0 }).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn a_seed_gives_the_same_values_again() {
        let draw = |seed| Start::Normal(1.0).values(8, &mut Draws::new(seed));
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
    }
}
