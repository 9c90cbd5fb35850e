//! Batch norm over records and positions, in training.

use rayon::prelude::*;

/// Scale and shift of a batch norm.
#[derive(Clone, Debug)]
pub(super) struct Norm {
    pub gamma: Vec<f32>,
    pub beta: Vec<f32>,
    pub epsilon: f64,
}

/// The batch's statistics, one number a channel.
#[derive(Clone, Debug)]
pub(super) struct Statistics {
    pub mean: Vec<f32>,
    pub variance: Vec<f32>,
    /// One over the deviation.
    pub inverse: Vec<f32>,
}

impl Norm {
    /// Mean and population variance of `y` `[record, channel, position]`.
    pub(super) fn statistics(&self, y: &[f32], length: usize) -> Statistics {
        let channels = self.gamma.len();
        let count = (y.len() / channels) as f64;
        let (mean, variance): (Vec<f32>, Vec<f32>) = (0..channels)
            .into_par_iter()
            .map(|channel| {
                let rows = || y.chunks_exact(length).skip(channel).step_by(channels);
                let mean = rows().map(|row| f64::from(sum(row, |value| value))).sum::<f64>() / count;
                let center = mean as f32;
                let squares =
                    rows().map(|row| f64::from(sum(row, |value| (value - center) * (value - center)))).sum::<f64>();
                (center, (squares / count) as f32)
            })
            .unzip();
        let inverse = variance.iter().map(|value| (1.0 / (f64::from(*value) + self.epsilon).sqrt()) as f32).collect();
        Statistics { mean, variance, inverse }
    }

    /// One factor and one summand a channel: `y` becomes `y * factor + summand`.
    pub(super) fn line(&self, statistics: &Statistics, channel: usize) -> (f32, f32) {
        let factor = self.gamma[channel] * statistics.inverse[channel];
        (factor, self.beta[channel] - statistics.mean[channel] * factor)
    }

    /// Turns the gradient of the output, in place, into that of the input; gives those of scale and shift.
    pub(super) fn backward(
        &self,
        y: &[f32],
        statistics: &Statistics,
        gradient: &mut [f32],
        length: usize,
    ) -> (Vec<f32>, Vec<f32>) {
        let channels = self.gamma.len();
        let count = (y.len() / channels) as f32;
        let sums: Vec<(f32, f32)> = (0..channels)
            .into_par_iter()
            .map(|channel| {
                let (mean, inverse) = (statistics.mean[channel], statistics.inverse[channel]);
                let rows = |all| -> std::iter::StepBy<std::iter::Skip<std::slice::ChunksExact<'_, f32>>> {
                    <[f32]>::chunks_exact(all, length).skip(channel).step_by(channels)
                };
                let (mut scale, mut shift) = (0.0_f64, 0.0_f64);
                for (y, dy) in rows(y).zip(rows(&*gradient)) {
                    let (mut own_scale, mut own_shift) = ([0.0_f32; 8], [0.0_f32; 8]);
                    let (ys, tail_y) = y.as_chunks::<8>();
                    let (dys, tail_dy) = dy.as_chunks::<8>();
                    for (y, dy) in ys.iter().zip(dys) {
                        for lane in 0..8 {
                            own_shift[lane] += dy[lane];
                            own_scale[lane] += dy[lane] * (y[lane] - mean);
                        }
                    }
                    for (lane, (y, dy)) in tail_y.iter().zip(tail_dy).enumerate() {
                        own_shift[lane] += dy;
                        own_scale[lane] += dy * (y - mean);
                    }
                    shift += f64::from(own_shift.iter().sum::<f32>());
                    scale += f64::from(own_scale.iter().sum::<f32>());
                }
                ((scale * f64::from(inverse)) as f32, shift as f32)
            })
            .collect();
        gradient.par_chunks_exact_mut(length).zip(y.par_chunks_exact(length)).enumerate().for_each(|(row, (dy, y))| {
            let channel = row % channels;
            let (mean, inverse) = (statistics.mean[channel], statistics.inverse[channel]);
            let factor = self.gamma[channel] * inverse;
            let (scale, shift) = (sums[channel].0 * inverse / count, sums[channel].1 / count);
            for (dy, y) in dy.iter_mut().zip(y) {
                *dy = factor * (*dy - shift - (y - mean) * scale);
            }
        });
        sums.into_iter().unzip()
    }
}

/// Sum of a function over a row, in eight lanes.
fn sum(row: &[f32], function: impl Fn(f32) -> f32) -> f32 {
    let mut lanes = [0.0_f32; 8];
    let (eights, tail) = row.as_chunks::<8>();
    for eight in eights {
        for (lane, value) in lanes.iter_mut().zip(eight) {
            *lane += function(*value);
        }
    }
    for (lane, value) in lanes.iter_mut().zip(tail) {
        *lane += function(*value);
    }
    lanes.iter().sum()
}
