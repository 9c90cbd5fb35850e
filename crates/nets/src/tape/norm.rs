//! Batch norms over the whole batch, layer norms over each position.

use super::{Back, Mode, Pass, Step, Tapes, part};
use crate::graph::{BatchNorm, LayerNorm, Node};

/// Count, mean and sum of squared deviations of each channel.
struct Moments {
    count: f64,
    mean: Vec<f64>,
    squares: Vec<f64>,
}

impl Moments {
    /// Of some positions.
    fn of(values: &[f32], channels: usize) -> Self {
        let count = (values.len() / channels) as f64;
        let mut mean = vec![0.0_f64; channels];
        // Short sums in single precision, their sum in double.
        for stretch in values.chunks(256 * channels) {
            let mut sums = vec![0.0_f32; channels];
            for position in stretch.chunks_exact(channels) {
                sums.iter_mut().zip(position).for_each(|(sum, value)| *sum += value);
            }
            mean.iter_mut().zip(sums).for_each(|(mean, sum)| *mean += f64::from(sum));
        }
        for mean in &mut mean {
            *mean /= count;
        }
        let centre: Vec<f32> = mean.iter().map(|&mean| mean as f32).collect();
        let mut squares = vec![0.0_f64; channels];
        for stretch in values.chunks(256 * channels) {
            let mut sums = vec![0.0_f32; channels];
            for position in stretch.chunks_exact(channels) {
                for ((sum, value), centre) in sums.iter_mut().zip(position).zip(&centre) {
                    *sum += (value - centre) * (value - centre);
                }
            }
            squares.iter_mut().zip(sums).for_each(|(all, sum)| *all += f64::from(sum));
        }
        Self { count, mean, squares }
    }

    /// Chan, Golub and LeVeque's update of two samples' moments to those of both.
    fn merge(&mut self, other: &Self) {
        let count = self.count + other.count;
        let share = other.count / count;
        for channel in 0..self.mean.len() {
            let distance = other.mean[channel] - self.mean[channel];
            self.mean[channel] += distance * share;
            self.squares[channel] += other.squares[channel] + distance * distance * self.count * share;
        }
        self.count = count;
    }
}

impl Pass<'_> {
    pub(super) fn batch_norm(
        &mut self,
        number: usize,
        node: &Node,
        norm: &BatchNorm,
        weights: &[Vec<f32>],
    ) -> Vec<f32> {
        let own = &weights[node.weights.clone()];
        let [gamma, beta, running_mean, running_variance] = [0, 1, 2, 3].map(|place| &own[place]);
        let channels = gamma.len();
        let x = &self.values[node.inputs[0].number()];
        let size = node.shape.size();
        let groups = self.groups();
        let (mean, inverse): (Vec<f32>, Vec<f32>) = if self.mode == Mode::Inference {
            let inverse = running_variance.iter().map(|v| 1.0 / (v + norm.rule.epsilon() as f32).sqrt()).collect();
            (running_mean.clone(), inverse)
        } else {
            let mut moments: Vec<Option<Moments>> = groups.iter().map(|_| None).collect();
            let mut jobs: Vec<Box<dyn FnOnce() + Send + '_>> = Vec::new();
            for (range, moments) in groups.iter().zip(&mut moments) {
                jobs.push(Box::new(move || *moments = Some(Moments::of(part(x, range, size), channels))));
            }
            self.machine.run(jobs);
            let mut moments = moments.into_iter().flatten();
            let mut all = moments.next().unwrap_or(Moments {
                count: 1.0,
                mean: vec![0.0; channels],
                squares: vec![0.0; channels],
            });
            moments.for_each(|other| all.merge(&other));
            let variance: Vec<f64> = all.squares.iter().map(|squares| squares / all.count).collect();
            let momentum = norm.rule.momentum();
            let mixed = |old: &[f32], new: &[f64]| -> Vec<f32> {
                old.iter()
                    .zip(new)
                    .map(|(old, new)| (f64::from(*old) * (1.0 - momentum) + new * momentum) as f32)
                    .collect()
            };
            for (part, old, new) in [(2, running_mean, &all.mean), (3, running_variance, &variance)] {
                let number = node.weights.start + part;
                // A norm that is used again goes on from where its use before has left it.
                match self.statistics.iter_mut().find(|(other, _)| *other == number) {
                    Some((_, before)) => *before = mixed(before, new),
                    None => self.statistics.push((number, mixed(old, new))),
                }
            }
            let inverse = variance.iter().map(|v| (1.0 / (v + norm.rule.epsilon()).sqrt()) as f32).collect();
            (all.mean.iter().map(|&mean| mean as f32).collect(), inverse)
        };
        let factor: Vec<f32> = gamma.iter().zip(&inverse).map(|(gamma, inverse)| gamma * inverse).collect();
        let summand: Vec<f32> = beta.iter().zip(mean.iter().zip(&factor)).map(|(b, (m, f))| b - m * f).collect();
        let mut output = vec![0.0; x.len()];
        let mut rest = &mut output[..];
        let mut jobs: Vec<Box<dyn FnOnce() + Send + '_>> = Vec::new();
        for range in &groups {
            let (here, after) = rest.split_at_mut(range.len() * size);
            rest = after;
            let (factor, summand) = (&factor, &summand);
            jobs.push(Box::new(move || {
                let positions = here.chunks_exact_mut(channels).zip(part(x, range, size).chunks_exact(channels));
                for (out, x) in positions {
                    for (((out, x), factor), summand) in out.iter_mut().zip(x).zip(factor).zip(summand) {
                        *out = x * factor + summand;
                    }
                }
            }));
        }
        self.machine.run(jobs);
        self.kept[number] = vec![mean, inverse];
        output
    }

    /// Gradients of scale and shift; adds that of the input.
    pub(super) fn batch_norm_back(
        &self,
        number: usize,
        node: &Node,
        _norm: &BatchNorm,
        weights: &[Vec<f32>],
        d_output: &[f32],
        d_values: &mut [Vec<f32>],
    ) -> Vec<Vec<f32>> {
        let gamma = &weights[node.weights.start];
        let channels = gamma.len();
        let [mean, inverse] = [&self.kept[number][0], &self.kept[number][1]];
        let x = &self.values[node.inputs[0].number()];
        let size = node.shape.size();
        let groups = self.groups();
        // Sums of the gradient, and of the gradient times the normed input.
        let mut sums = vec![(vec![0.0_f64; channels], vec![0.0_f64; channels]); groups.len()];
        let mut jobs: Vec<Box<dyn FnOnce() + Send + '_>> = Vec::new();
        for (range, (shift, scale)) in groups.iter().zip(&mut sums) {
            let (x, d) = (part(x, range, size), part(d_output, range, size));
            jobs.push(Box::new(move || {
                for (x, d) in x.chunks(256 * channels).zip(d.chunks(256 * channels)) {
                    let (mut own_shift, mut own_scale) = (vec![0.0_f32; channels], vec![0.0_f32; channels]);
                    for (x, d) in x.chunks_exact(channels).zip(d.chunks_exact(channels)) {
                        let sums = own_shift.iter_mut().zip(&mut own_scale);
                        for (((shift, scale), (x, d)), (mean, inverse)) in
                            sums.zip(x.iter().zip(d)).zip(mean.iter().zip(inverse))
                        {
                            *shift += d;
                            *scale += d * (x - mean) * inverse;
                        }
                    }
                    shift.iter_mut().zip(own_shift).for_each(|(all, own)| *all += f64::from(own));
                    scale.iter_mut().zip(own_scale).for_each(|(all, own)| *all += f64::from(own));
                }
            }));
        }
        self.machine.run(jobs);
        let (mut shift, mut scale) = (vec![0.0_f64; channels], vec![0.0_f64; channels]);
        for (own_shift, own_scale) in sums {
            shift.iter_mut().zip(own_shift).for_each(|(all, own)| *all += own);
            scale.iter_mut().zip(own_scale).for_each(|(all, own)| *all += own);
        }
        let dx = &mut d_values[node.inputs[0].number()];
        if !dx.is_empty() {
            // By running statistics the norm is a line; by the batch's they follow the input too.
            let count = (x.len() / channels) as f64;
            let by_batch = if self.mode == Mode::Inference { 0.0 } else { 1.0 / count };
            let factor: Vec<f32> = gamma.iter().zip(inverse).map(|(gamma, inverse)| gamma * inverse).collect();
            let offset: Vec<f32> = shift.iter().map(|sum| (sum * by_batch) as f32).collect();
            let slope: Vec<f32> = scale.iter().zip(inverse).map(|(sum, i)| (sum * by_batch) as f32 * i).collect();
            let mut rest = &mut dx[..];
            let mut jobs: Vec<Box<dyn FnOnce() + Send + '_>> = Vec::new();
            for range in &groups {
                let (here, after) = rest.split_at_mut(range.len() * size);
                rest = after;
                let (x, d) = (part(x, range, size), part(d_output, range, size));
                let (factor, offset, slope) = (&factor, &offset, &slope);
                jobs.push(Box::new(move || {
                    let positions =
                        here.chunks_exact_mut(channels).zip(x.chunks_exact(channels).zip(d.chunks_exact(channels)));
                    for (dx, (x, d)) in positions {
                        for channel in 0..channels {
                            dx[channel] += factor[channel]
                                * (d[channel] - offset[channel] - (x[channel] - mean[channel]) * slope[channel]);
                        }
                    }
                }));
            }
            self.machine.run(jobs);
        }
        let narrow = |values: Vec<f64>| -> Vec<f32> { values.into_iter().map(|value| value as f32).collect() };
        vec![narrow(scale), narrow(shift), Vec::new(), Vec::new()]
    }
}

impl Tapes for LayerNorm {
    fn forward(&self, step: &Step<'_>, inputs: &[&[f32]], output: &mut [f32]) -> Vec<f32> {
        let channels = step.output.channels;
        let mut kept = Vec::with_capacity(output.len() / channels * 2);
        for (out, x) in output.chunks_exact_mut(channels).zip(inputs[0].chunks_exact(channels)) {
            let mean = x.iter().sum::<f32>() / channels as f32;
            let variance = x.iter().map(|x| (x - mean) * (x - mean)).sum::<f32>() / channels as f32;
            let inverse = 1.0 / (variance + self.epsilon as f32).sqrt();
            for (((out, x), gamma), beta) in out.iter_mut().zip(x).zip(step.weights[0]).zip(step.weights[1]) {
                *out = (x - mean) * inverse * gamma + beta;
            }
            kept.extend([mean, inverse]);
        }
        kept
    }

    fn backward(&self, step: &Step<'_>, mut back: Back<'_>) {
        let channels = step.output.channels;
        let gamma = step.weights[0];
        let [d_gamma, d_beta] = back.d_weights else { return };
        let lines = back.inputs[0].chunks_exact(channels).zip(back.d_output.chunks_exact(channels));
        for (number, ((x, d), kept)) in lines.zip(back.kept.chunks_exact(2)).enumerate() {
            let (mean, inverse) = (kept[0], kept[1]);
            let (mut sum, mut along) = (0.0, 0.0);
            for channel in 0..channels {
                let normed = (x[channel] - mean) * inverse;
                d_gamma[channel] += d[channel] * normed;
                d_beta[channel] += d[channel];
                sum += d[channel] * gamma[channel];
                along += d[channel] * gamma[channel] * normed;
            }
            if !back.d_inputs[0].is_empty() {
                let (sum, along) = (sum / channels as f32, along / channels as f32);
                let dx = &mut back.d_inputs[0][number * channels..(number + 1) * channels];
                for channel in 0..channels {
                    let normed = (x[channel] - mean) * inverse;
                    dx[channel] += inverse * (d[channel] * gamma[channel] - sum - normed * along);
                }
            }
        }
    }
}
