//! Batch norm over records and positions, as a line a channel.

use burn::module::ParamId;
use burn::nn::BatchNorm;
use burn::tensor::{Tensor, TensorData};

use super::Mode;
use super::parameters::{Gradients, host};
use crate::optimiser::numbers;

/// Scale and shift of a batch norm, and the statistics that it is run with.
#[derive(Clone, Debug)]
pub(super) struct Norm {
    gamma: Vec<f32>,
    beta: Vec<f32>,
    epsilon: f64,
    scale_id: ParamId,
    shift_id: ParamId,
    mean: Vec<f32>,
    /// One over the deviation.
    inverse: Vec<f32>,
}

/// `y` becomes `factor y + summand`, a pair a channel.
#[derive(Clone, Debug)]
pub(super) struct Line {
    factor: Vec<f32>,
    summand: Vec<f32>,
}

/// Count, mean and sum of squared deviations of each channel.
#[derive(Clone, Debug)]
pub(super) struct Moments {
    count: f64,
    mean: Vec<f64>,
    squares: Vec<f64>,
}

impl Moments {
    pub(super) fn new(channels: usize) -> Moments {
        Moments { count: 0.0, mean: vec![0.0; channels], squares: vec![0.0; channels] }
    }

    /// Takes some rows in.
    pub(super) fn add(&mut self, values: &[f32]) {
        let channels = self.mean.len();
        let count = values.len() / channels;
        let mut mean = vec![0.0_f32; channels];
        for row in values.chunks_exact(channels) {
            for (sum, value) in mean.iter_mut().zip(row) {
                *sum += value;
            }
        }
        for sum in &mut mean {
            *sum /= count as f32;
        }
        let mut squares = vec![0.0_f32; channels];
        for row in values.chunks_exact(channels) {
            for ((sum, mean), value) in squares.iter_mut().zip(&mean).zip(row) {
                let deviation = value - mean;
                *sum += deviation * deviation;
            }
        }
        let wide = |values: Vec<f32>| values.into_iter().map(f64::from).collect();
        self.merge(&Moments { count: count as f64, mean: wide(mean), squares: wide(squares) });
    }

    /// Chan, Golub and LeVeque's update of two samples' moments to those of both.
    fn merge(&mut self, other: &Moments) {
        let count = self.count + other.count;
        if count == 0.0 {
            return;
        }
        let share = other.count / count;
        let own = self.mean.iter_mut().zip(&mut self.squares);
        for ((mean, squares), (other_mean, other_squares)) in own.zip(other.mean.iter().zip(&other.squares)) {
            let distance = other_mean - *mean;
            *mean += distance * share;
            *squares += other_squares + distance * distance * self.count * share;
        }
        self.count = count;
    }
}

impl Norm {
    /// Burn's batch norm with its running statistics.
    pub(super) fn new(norm: &BatchNorm) -> Norm {
        let variance = numbers(norm.running_var.value_sync().inner());
        Norm {
            gamma: host(&norm.gamma),
            beta: host(&norm.beta),
            epsilon: norm.epsilon,
            scale_id: norm.gamma.id,
            shift_id: norm.beta.id,
            mean: numbers(norm.running_mean.value_sync().inner()),
            inverse: inverse(variance.iter().map(|value| f64::from(*value)), norm.epsilon),
        }
    }

    pub(super) fn channels(&self) -> usize {
        self.gamma.len()
    }

    /// In training, takes the batch's statistics, and takes them into the running ones of Burn's norm.
    pub(super) fn settle(&mut self, moments: &[Moments], mode: Mode, norm: &BatchNorm) {
        if mode == Mode::Inference {
            return;
        }
        let mut all = Moments::new(self.channels());
        for moments in moments {
            all.merge(moments);
        }
        self.mean = all.mean.iter().map(|mean| *mean as f32).collect();
        let variance: Vec<f32> = all.squares.iter().map(|squares| (squares / all.count) as f32).collect();
        self.inverse = inverse(all.squares.iter().map(|squares| squares / all.count), self.epsilon);
        for (running, batch) in [(&norm.running_mean, &self.mean), (&norm.running_var, &variance)] {
            let old = running.value_sync();
            let new = Tensor::from_data(TensorData::new(batch.clone(), [batch.len()]), &old.device());
            running.update(old.mul_scalar(1.0 - norm.momentum).add(new.mul_scalar(norm.momentum)).detach());
        }
    }

    /// What the norm does to each channel.
    pub(super) fn line(&self) -> Line {
        let factor: Vec<f32> = self.gamma.iter().zip(&self.inverse).map(|(gamma, inverse)| gamma * inverse).collect();
        let means = self.mean.iter().zip(&factor);
        let summand = self.beta.iter().zip(means).map(|(beta, (mean, factor))| beta - mean * factor).collect();
        Line { factor, summand }
    }

    /// Room for the sums that the way back needs.
    pub(super) fn empty_sums(&self) -> BackSums {
        BackSums { shift: vec![0.0; self.channels()], scale: vec![0.0; self.channels()] }
    }

    /// Takes in the gradient `dy` of the norm's output for some rows `y` of its input.
    pub(super) fn add_to(&self, sums: &mut BackSums, dy: &[f32], y: &[f32]) {
        let channels = self.channels();
        let (mut shift, mut scale) = (vec![0.0_f32; channels], vec![0.0_f32; channels]);
        for (dy, y) in dy.chunks_exact(channels).zip(y.chunks_exact(channels)) {
            let own = shift.iter_mut().zip(&mut scale);
            for (((shift, scale), mean), (dy, y)) in own.zip(&self.mean).zip(dy.iter().zip(y)) {
                *shift += dy;
                *scale += dy * (y - mean);
            }
        }
        for (sum, own) in sums.shift.iter_mut().zip(shift) {
            *sum += f64::from(own);
        }
        for (sum, own) in sums.scale.iter_mut().zip(scale) {
            *sum += f64::from(own);
        }
    }

    /// From the groups' sums over `count` positions: the gradients of scale and shift, and how a gradient goes back.
    pub(super) fn back(&self, groups: Vec<BackSums>, count: usize, gradients: &mut Gradients) -> BackLine {
        let mut sums = self.empty_sums();
        for group in groups {
            for (sum, own) in sums.shift.iter_mut().zip(group.shift) {
                *sum += own;
            }
            for (sum, own) in sums.scale.iter_mut().zip(group.scale) {
                *sum += own;
            }
        }
        let scale = sums.scale.iter().zip(&self.inverse).map(|(sum, inverse)| (*sum as f32) * inverse).collect();
        gradients.push((self.scale_id, scale));
        gradients.push((self.shift_id, sums.shift.iter().map(|sum| *sum as f32).collect()));
        let count = count as f64;
        let mut line = BackLine { channels: Vec::with_capacity(self.channels()) };
        for channel in 0..self.channels() {
            let inverse = f64::from(self.inverse[channel]);
            let slope = f64::from(self.gamma[channel]) * inverse;
            let mean = sums.shift[channel] / count;
            line.channels.push(Back {
                slope: slope as f32,
                gradient_mean: mean as f32,
                gradient_rest: (mean - f64::from(mean as f32)) as f32,
                value_slope: (-slope * inverse * inverse * sums.scale[channel] / count) as f32,
                value_mean: self.mean[channel],
            });
        }
        line
    }
}

fn inverse(variances: impl Iterator<Item = f64>, epsilon: f64) -> Vec<f32> {
    variances.map(|variance| (1.0 / (variance + epsilon).sqrt()) as f32).collect()
}

impl Line {
    /// Rows through the line.
    pub(super) fn apply(&self, from: &[f32], to: &mut [f32]) {
        self.each(from, to, |value| value);
    }

    /// Rows through the line, then rectified.
    pub(super) fn apply_rectified(&self, from: &[f32], to: &mut [f32]) {
        self.each(from, to, |value| value.max(0.0));
    }

    fn each(&self, from: &[f32], to: &mut [f32], then: impl Fn(f32) -> f32) {
        let channels = self.factor.len();
        for (from, to) in from.chunks_exact(channels).zip(to.chunks_exact_mut(channels)) {
            for ((to, from), (factor, summand)) in to.iter_mut().zip(from).zip(self.factor.iter().zip(&self.summand)) {
                *to = then(from * factor + summand);
            }
        }
    }

    /// Clears `gradient` where the rectifier after the line holds rows `y` at 0.
    pub(super) fn mask(&self, gradient: &mut [f32], y: &[f32]) {
        let channels = self.factor.len();
        for (gradient, y) in gradient.chunks_exact_mut(channels).zip(y.chunks_exact(channels)) {
            let lines = self.factor.iter().zip(&self.summand);
            for ((gradient, y), (factor, summand)) in gradient.iter_mut().zip(y).zip(lines) {
                *gradient = if y * factor + summand > 0.0 { *gradient } else { 0.0 };
            }
        }
    }

    /// Adds rows through the line to `to`.
    pub(super) fn add(&self, from: &[f32], to: &mut [f32]) {
        let channels = self.factor.len();
        for (from, to) in from.chunks_exact(channels).zip(to.chunks_exact_mut(channels)) {
            for ((to, from), (factor, summand)) in to.iter_mut().zip(from).zip(self.factor.iter().zip(&self.summand)) {
                *to += from * factor + summand;
            }
        }
    }
}

/// Sums over rows that a norm's way back needs: of the gradient, and of the gradient times the deviation.
#[derive(Clone, Debug)]
pub(super) struct BackSums {
    shift: Vec<f64>,
    scale: Vec<f64>,
}

/// How the gradient of a norm's output becomes that of its input: a line in the gradient and in the input.
#[derive(Clone, Debug)]
pub(super) struct BackLine {
    channels: Vec<Back>,
}

/// One channel's line. The gradient's mean is taken away in two parts: much of the gradient cancels there, and an error
/// of the mean would be the same at every position and so add up in the gradients of weights.
#[derive(Clone, Copy, Debug)]
struct Back {
    slope: f32,
    gradient_mean: f32,
    gradient_rest: f32,
    value_slope: f32,
    value_mean: f32,
}

impl BackLine {
    /// Turns `dy` into the gradient of the input `y`, in place.
    pub(super) fn apply(&self, dy: &mut [f32], y: &[f32]) {
        self.each(dy, y, |gradient, _| gradient);
    }

    /// As [`BackLine::apply`], and then through the rectifier whose output `y` is.
    pub(super) fn apply_past_rectifier(&self, dy: &mut [f32], y: &[f32]) {
        self.each(dy, y, |gradient, y| if y > 0.0 { gradient } else { 0.0 });
    }

    fn each(&self, dy: &mut [f32], y: &[f32], then: impl Fn(f32, f32) -> f32) {
        let channels = self.channels.len();
        for (dy, y) in dy.chunks_exact_mut(channels).zip(y.chunks_exact(channels)) {
            for ((dy, y), back) in dy.iter_mut().zip(y).zip(&self.channels) {
                let gradient = (*dy - back.gradient_mean) - back.gradient_rest;
                *dy = then(back.slope * gradient + back.value_slope * (y - back.value_mean), *y);
            }
        }
    }
}
