//! What is done to each number, known values, and two values number by number.

use super::{Back, Mode, Step, Tapes};
use crate::elementary::{exponential, hyperbolic_tangent, normal, sigmoid};
use crate::graph::{
    Activation, Affine, Constant, Dropout, Hardmax, Product, Shape, Softmax, Sum, Table, for_one_function,
};

impl Tapes for Table {
    fn forward(&self, step: &Step<'_>, _inputs: &[&[f32]], output: &mut [f32]) -> Vec<f32> {
        output.chunks_exact_mut(self.shape.size()).for_each(|record| record.copy_from_slice(step.weights[0]));
        Vec::new()
    }

    fn backward(&self, _step: &Step<'_>, back: Back<'_>) {
        for record in back.d_output.chunks_exact(self.shape.size()) {
            back.d_weights[0].iter_mut().zip(record).for_each(|(sum, value)| *sum += value);
        }
    }
}

impl Tapes for Constant {
    fn forward(&self, _step: &Step<'_>, _inputs: &[&[f32]], output: &mut [f32]) -> Vec<f32> {
        output.chunks_exact_mut(self.shape.size()).for_each(|record| record.copy_from_slice(&self.values));
        Vec::new()
    }

    fn backward(&self, _step: &Step<'_>, _back: Back<'_>) {}
}

impl Activation {
    /// The function's slope at x.
    #[inline(always)]
    pub fn slope(self, x: f32) -> f32 {
        match self {
            Self::Relu => f32::from(u8::from(x > 0.0)),
            Self::LeakyRelu(slope) => {
                if x > 0.0 {
                    1.0
                } else {
                    slope as f32
                }
            }
            // x Phi(x) has the slope Phi(x) + x phi(x).
            Self::Gelu => {
                let (below, density) = normal(x);
                below + x * density
            }
            Self::Silu => {
                let s = sigmoid(x);
                s * (1.0 + x * (1.0 - s))
            }
            Self::Mish => {
                let t = hyperbolic_tangent(if x > 20.0 { x } else { exponential(x).ln_1p() });
                t + x * sigmoid(x) * (1.0 - t * t)
            }
            Self::HardSwish => {
                if x <= -3.0 {
                    0.0
                } else if x >= 3.0 {
                    1.0
                } else {
                    (2.0 * x + 3.0) / 6.0
                }
            }
            Self::Relu6 => f32::from(u8::from(x > 0.0 && x < 6.0)),
            Self::Elu => {
                if x > 0.0 {
                    1.0
                } else {
                    exponential(x)
                }
            }
            Self::Sigmoid => {
                let s = sigmoid(x);
                s * (1.0 - s)
            }
            Self::Tanh => {
                let t = hyperbolic_tangent(x);
                1.0 - t * t
            }
            Self::Log(floor) => {
                if x.abs() > floor as f32 {
                    1.0 / x
                } else {
                    0.0
                }
            }
            Self::Square => 2.0 * x,
            Self::Root(floor) => {
                if x > floor as f32 {
                    0.5 / x.sqrt()
                } else {
                    0.0
                }
            }
            Self::InverseRoot(floor) => {
                if x > floor as f32 {
                    -0.5 / (x * x.sqrt())
                } else {
                    0.0
                }
            }
        }
    }
}

impl Tapes for Activation {
    fn forward(&self, _step: &Step<'_>, inputs: &[&[f32]], output: &mut [f32]) -> Vec<f32> {
        self.apply(inputs[0], output);
        Vec::new()
    }

    fn backward(&self, _step: &Step<'_>, mut back: Back<'_>) {
        for_one_function!(*self, function => {
            let dx = back.d_inputs[0].iter_mut().zip(back.inputs[0].iter().zip(back.d_output));
            dx.for_each(|(dx, (x, d))| *dx += d * function.slope(*x));
        });
    }
}

impl Tapes for Affine {
    fn forward(&self, _step: &Step<'_>, inputs: &[&[f32]], output: &mut [f32]) -> Vec<f32> {
        let (scale, shift) = (self.scale as f32, self.shift as f32);
        output.iter_mut().zip(inputs[0]).for_each(|(out, x)| *out = x * scale + shift);
        Vec::new()
    }

    fn backward(&self, _step: &Step<'_>, mut back: Back<'_>) {
        let scale = self.scale as f32;
        back.d_inputs[0].iter_mut().zip(back.d_output).for_each(|(dx, d)| *dx += d * scale);
    }
}

impl Tapes for Dropout {
    fn forward(&self, step: &Step<'_>, inputs: &[&[f32]], output: &mut [f32]) -> Vec<f32> {
        output.copy_from_slice(inputs[0]);
        let Mode::Training(seed) = step.mode else { return Vec::new() };
        if self.probability == 0.0 {
            return Vec::new();
        }
        let shape = step.output;
        let mut drawn = shape;
        self.together.iter().for_each(|&axis| drawn = drawn.with(axis, 1));
        let keep = 1.0 - self.probability;
        let mut masks = Vec::with_capacity(step.records.len() * drawn.size());
        for record in step.records.clone() {
            let mut draws = step.draws(seed, record);
            masks.extend((0..drawn.size()).map(|_| if draws.uniform() < keep { (1.0 / keep) as f32 } else { 0.0 }));
        }
        for (out, mask) in output.chunks_exact_mut(shape.size()).zip(masks.chunks_exact(drawn.size())) {
            spread(shape, drawn, |place, from| out[place] *= mask[from]);
        }
        masks
    }

    fn backward(&self, step: &Step<'_>, mut back: Back<'_>) {
        if back.kept.is_empty() {
            back.d_inputs[0].iter_mut().zip(back.d_output).for_each(|(dx, d)| *dx += d);
            return;
        }
        let shape = step.output;
        let mut drawn = shape;
        self.together.iter().for_each(|&axis| drawn = drawn.with(axis, 1));
        let records = back.d_inputs[0].chunks_exact_mut(shape.size()).zip(back.d_output.chunks_exact(shape.size()));
        for ((dx, d), mask) in records.zip(back.kept.chunks_exact(drawn.size())) {
            spread(shape, drawn, |place, from| dx[place] += d[place] * mask[from]);
        }
    }
}

/// Calls `work` with each place of `whole` and the place of `part` that stands there, where an extent of 1 is repeated.
fn spread(whole: Shape, part: Shape, mut work: impl FnMut(usize, usize)) {
    let step = |own: usize, size: usize| if own == 1 { 0 } else { size };
    let row_step = step(part.rows, part.length * part.channels);
    let (length_step, channel_step) = (step(part.length, part.channels), step(part.channels, 1));
    let mut place = 0;
    for row in 0..whole.rows {
        for position in 0..whole.length {
            for channel in 0..whole.channels {
                work(place, row * row_step + position * length_step + channel * channel_step);
                place += 1;
            }
        }
    }
}

impl Tapes for Sum {
    fn forward(&self, step: &Step<'_>, inputs: &[&[f32]], output: &mut [f32]) -> Vec<f32> {
        output.fill(0.0);
        for (x, &shape) in inputs.iter().zip(step.inputs) {
            add_spread(output, step.output, x, shape);
        }
        Vec::new()
    }

    fn backward(&self, step: &Step<'_>, back: Back<'_>) {
        for (dx, &shape) in back.d_inputs.into_iter().zip(step.inputs) {
            if shape == step.output {
                dx.iter_mut().zip(back.d_output).for_each(|(dx, d)| *dx += d);
                continue;
            }
            let records = dx.chunks_exact_mut(shape.size()).zip(back.d_output.chunks_exact(step.output.size()));
            for (dx, d) in records {
                spread(step.output, shape, |place, from| dx[from] += d[place]);
            }
        }
    }
}

fn add_spread(output: &mut [f32], whole: Shape, x: &[f32], shape: Shape) {
    if shape == whole {
        output.iter_mut().zip(x).for_each(|(out, x)| *out += x);
        return;
    }
    for (out, x) in output.chunks_exact_mut(whole.size()).zip(x.chunks_exact(shape.size())) {
        spread(whole, shape, |place, from| out[place] += x[from]);
    }
}

impl Tapes for Product {
    fn forward(&self, step: &Step<'_>, inputs: &[&[f32]], output: &mut [f32]) -> Vec<f32> {
        output.fill(1.0);
        for (x, &shape) in inputs.iter().zip(step.inputs) {
            if shape == step.output {
                output.iter_mut().zip(*x).for_each(|(out, x)| *out *= x);
                continue;
            }
            for (out, x) in output.chunks_exact_mut(step.output.size()).zip(x.chunks_exact(shape.size())) {
                spread(step.output, shape, |place, from| out[place] *= x[from]);
            }
        }
        Vec::new()
    }

    fn backward(&self, step: &Step<'_>, back: Back<'_>) {
        let (whole, shapes) = (step.output, step.inputs);
        for (own, dx) in back.d_inputs.into_iter().enumerate() {
            if dx.is_empty() {
                continue;
            }
            let other = 1 - own;
            for record in 0..step.records.len() {
                let d = &back.d_output[record * whole.size()..(record + 1) * whole.size()];
                let factor = &back.inputs[other][record * shapes[other].size()..(record + 1) * shapes[other].size()];
                let dx = &mut dx[record * shapes[own].size()..(record + 1) * shapes[own].size()];
                let mut places = Vec::with_capacity(whole.size());
                spread(whole, shapes[other], |_, from| places.push(from));
                spread(whole, shapes[own], |place, from| dx[from] += d[place] * factor[places[place]]);
            }
        }
    }
}

impl Tapes for Softmax {
    fn forward(&self, step: &Step<'_>, inputs: &[&[f32]], output: &mut [f32]) -> Vec<f32> {
        output.copy_from_slice(inputs[0]);
        let (extent, apart, starts) = step.output.lines(self.axis);
        for record in output.chunks_exact_mut(step.output.size()) {
            for &start in &starts {
                let places = || (0..extent).map(|place| start + place * apart);
                let largest = places().map(|place| record[place]).fold(f32::NEG_INFINITY, f32::max);
                let mut sum = 0.0;
                for place in places() {
                    record[place] = exponential(record[place] - largest);
                    sum += record[place];
                }
                places().for_each(|place| record[place] /= sum);
            }
        }
        Vec::new()
    }

    fn backward(&self, step: &Step<'_>, mut back: Back<'_>) {
        let size = step.output.size();
        let (extent, apart, starts) = step.output.lines(self.axis);
        let records = back.output.chunks_exact(size).zip(back.d_output.chunks_exact(size));
        for (dx, (y, d)) in back.d_inputs[0].chunks_exact_mut(size).zip(records) {
            for &start in &starts {
                let places = || (0..extent).map(|place| start + place * apart);
                let along: f32 = places().map(|place| y[place] * d[place]).sum();
                places().for_each(|place| dx[place] += y[place] * (d[place] - along));
            }
        }
    }
}

impl Tapes for Hardmax {
    fn forward(&self, step: &Step<'_>, inputs: &[&[f32]], output: &mut [f32]) -> Vec<f32> {
        output.fill(0.0);
        let size = step.output.size();
        let (extent, apart, starts) = step.output.lines(self.axis);
        for (out, x) in output.chunks_exact_mut(size).zip(inputs[0].chunks_exact(size)) {
            for &start in &starts {
                let mut best = start;
                for place in (0..extent).map(|place| start + place * apart) {
                    if x[place] > x[best] {
                        best = place;
                    }
                }
                out[best] = 1.0;
            }
        }
        Vec::new()
    }

    fn backward(&self, _step: &Step<'_>, _back: Back<'_>) {}
}
