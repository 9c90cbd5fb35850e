//! Linear state spaces of conjugate pairs: states along the row, and gradients of all their numbers against it.
//!
//! A gradient of a complex number is the pair of its parts' gradients. Behind `w = f(z)` it is the conjugate of f's
//! derivative times w's.

use std::ops::{Add, Mul, Sub};

use super::{Back, Step, Tapes};
use crate::graph::{DiagonalStateSpace, PAIRS, step_of};

/// A complex number.
#[derive(Clone, Copy, Default)]
struct Complex(f64, f64);

impl Complex {
    fn conjugate(self) -> Self {
        Self(self.0, -self.1)
    }

    fn times(self, factor: f64) -> Self {
        Self(self.0 * factor, self.1 * factor)
    }

    fn inverse(self) -> Self {
        let length = self.0 * self.0 + self.1 * self.1;
        self.conjugate().times(1.0 / length)
    }

    fn exponential(self) -> Self {
        Self(self.1.cos(), self.1.sin()).times(self.0.exp())
    }
}

impl Add for Complex {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0, self.1 + other.1)
    }
}

impl Sub for Complex {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0, self.1 - other.1)
    }
}

impl Mul for Complex {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        Self(self.0 * other.0 - self.1 * other.1, self.0 * other.1 + self.1 * other.0)
    }
}

const ONE: Complex = Complex(1.0, 0.0);

/// One pair of a channel.
struct Pair {
    step: f64,
    eigenvalue: Complex,
    /// What a sample leaves of the state.
    keep: Complex,
    /// What it adds.
    add: Complex,
}

impl Pair {
    fn of(step: &Step<'_>, channel: usize, pair: usize) -> Self {
        let [log_step, log_decay, frequency] = [2, 3, 4].map(|part| step.weights[part]);
        let place = channel * PAIRS + pair;
        let eigenvalue = Complex(-f64::from(log_decay[place]).exp(), f64::from(frequency[place]));
        let step = step_of(f64::from(log_step[channel]));
        let keep = eigenvalue.times(step).exponential();
        Self { step, eigenvalue, keep, add: (keep - ONE) * eigenvalue.inverse() }
    }

    fn advanced(&self, state: Complex, x: f32) -> Complex {
        self.keep * state + self.add.times(f64::from(x))
    }

    /// Gradients of the step's logarithm, the decay's logarithm and the frequency from those of keep and add.
    fn gradients(&self, d_keep: Complex, d_add: Complex) -> [f64; 3] {
        let inverse = self.eigenvalue.inverse();
        let keep_by_eigenvalue = self.keep.times(self.step);
        let add_by_eigenvalue = (keep_by_eigenvalue - self.add) * inverse;
        let d_eigenvalue = d_keep * keep_by_eigenvalue.conjugate() + d_add * add_by_eigenvalue.conjugate();
        let d_step = (d_keep * (self.eigenvalue * self.keep).conjugate() + d_add * self.keep.conjugate()).0;
        [d_step * self.step, d_eigenvalue.0 * self.eigenvalue.0, d_eigenvalue.1]
    }
}

/// Where the samples of a channel stand, in the order in which a direction meets them.
fn places(length: usize, channels: usize, channel: usize, against: bool) -> impl Iterator<Item = usize> {
    (0..length).map(move |step| (if against { length - 1 - step } else { step }) * channels + channel)
}

impl Tapes for DiagonalStateSpace {
    fn forward(&self, step: &Step<'_>, inputs: &[&[f32]], output: &mut [f32]) -> Vec<f32> {
        let (length, channels) = (step.output.length, step.output.channels);
        let (kernel, direct) = (step.weights[0], step.weights[1]);
        for channel in 0..channels {
            let pairs: [Pair; PAIRS] = std::array::from_fn(|pair| Pair::of(step, channel, pair));
            for (x, out) in inputs[0].chunks_exact(length * channels).zip(output.chunks_exact_mut(length * channels)) {
                for direction in 0..self.directions() {
                    let mixture = &kernel[(direction * channels + channel) * 2 * PAIRS..][..2 * PAIRS];
                    let mut state = [Complex::default(); PAIRS];
                    for place in places(length, channels, channel, direction == 1) {
                        let next: [Complex; PAIRS] =
                            std::array::from_fn(|pair| pairs[pair].advanced(state[pair], x[place]));
                        let seen = if direction == 0 { next } else { state };
                        if direction == 0 {
                            out[place] = direct[channel] * x[place];
                        }
                        let sum: f64 = seen
                            .iter()
                            .zip(mixture.chunks_exact(2))
                            .map(|(s, c)| 2.0 * (f64::from(c[0]) * s.0 - f64::from(c[1]) * s.1))
                            .sum();
                        out[place] += sum as f32;
                        state = next;
                    }
                }
            }
        }
        Vec::new()
    }

    fn backward(&self, step: &Step<'_>, mut back: Back<'_>) {
        let [d_kernel, d_direct, d_step, d_decay, d_frequency] = back.d_weights else { return };
        let (length, channels) = (step.output.length, step.output.channels);
        let (kernel, direct) = (step.weights[0], step.weights[1]);
        let row = length * channels;
        for channel in 0..channels {
            for number in 0..back.d_output.len() / row {
                let (x, d) = (&back.inputs[0][number * row..][..row], &back.d_output[number * row..][..row]);
                for place in places(length, channels, channel, false) {
                    d_direct[channel] += d[place] * x[place];
                    if !back.d_inputs[0].is_empty() {
                        back.d_inputs[0][number * row + place] += direct[channel] * d[place];
                    }
                }
            }
            for pair in 0..PAIRS {
                let own = Pair::of(step, channel, pair);
                let (mut d_keep, mut d_add) = (Complex::default(), Complex::default());
                for number in 0..back.d_output.len() / row {
                    let (x, d) = (&back.inputs[0][number * row..][..row], &back.d_output[number * row..][..row]);
                    for direction in 0..self.directions() {
                        let against = direction == 1;
                        let order: Vec<usize> = places(length, channels, channel, against).collect();
                        // Forth again: the state before each sample, and after the last.
                        let mut states = Vec::with_capacity(length + 1);
                        states.push(Complex::default());
                        for &place in &order {
                            states.push(own.advanced(states[states.len() - 1], x[place]));
                        }
                        let weights = ((direction * channels + channel) * PAIRS + pair) * 2;
                        let mixture = Complex(f64::from(kernel[weights]), f64::from(kernel[weights + 1]));
                        let mut d_mixture = Complex::default();
                        let mut asked = Complex::default();
                        for (number_of_step, &place) in order.iter().enumerate().rev() {
                            let wanted = 2.0 * f64::from(d[place]);
                            // Against time an output is mixed from the state before its own sample.
                            let seen = states[if against { number_of_step } else { number_of_step + 1 }];
                            d_mixture = d_mixture + seen.conjugate().times(wanted);
                            if !against {
                                asked = asked + mixture.conjugate().times(wanted);
                            }
                            d_keep = d_keep + asked * states[number_of_step].conjugate();
                            d_add = d_add + asked.times(f64::from(x[place]));
                            if !back.d_inputs[0].is_empty() {
                                back.d_inputs[0][number * row + place] += (asked * own.add.conjugate()).0 as f32;
                            }
                            asked = asked * own.keep.conjugate();
                            if against {
                                asked = asked + mixture.conjugate().times(wanted);
                            }
                        }
                        d_kernel[weights] += d_mixture.0 as f32;
                        d_kernel[weights + 1] += d_mixture.1 as f32;
                    }
                }
                let [log_step, log_decay, frequency] = own.gradients(d_keep, d_add);
                d_step[channel] += log_step as f32;
                d_decay[channel * PAIRS + pair] += log_decay as f32;
                d_frequency[channel * PAIRS + pair] += frequency as f32;
            }
        }
    }
}
