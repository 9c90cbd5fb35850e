//! IMLE-Net's additive attention over the positions of a window, forth and back.

use burn::module::ParamId;
use nets::blocks::PositionAttention;

use super::groups::total;
use super::parameters::{Gradients, host};
use super::product::product;

/// `e = tanh(x W + b) V`, `a = softmax(e)` over positions, result `sum of a x`.
#[derive(Clone, Debug)]
pub(super) struct Attention {
    positions: usize,
    features: usize,
    width: usize,
    /// `[feature, width]`.
    weight: Vec<f32>,
    /// `[position, width]`.
    bias: Vec<f32>,
    /// `[width]`.
    context: Vec<f32>,
    ids: [ParamId; 3],
}

/// Sums of the three gradients over some windows.
#[derive(Clone, Debug)]
pub(super) struct Sums {
    weight: Vec<f32>,
    bias: Vec<f32>,
    context: Vec<f32>,
}

/// Places that are used again and again.
#[derive(Clone, Debug, Default)]
pub(super) struct Room {
    /// `tanh(x W + b)`, `[window, position, width]`; on the way back its gradient.
    hidden: Vec<f32>,
    scores: Vec<f32>,
}

impl Attention {
    pub(super) fn new(attention: &PositionAttention) -> Attention {
        let [features, width] = attention.weight.dims();
        Attention {
            positions: attention.bias.dims()[0],
            features,
            width,
            weight: host(&attention.weight),
            bias: host(&attention.bias),
            context: host(&attention.context),
            ids: [attention.weight.id, attention.bias.id, attention.context.id],
        }
    }

    pub(super) fn empty_sums(&self) -> Sums {
        Sums {
            weight: vec![0.0; self.weight.len()],
            bias: vec![0.0; self.bias.len()],
            context: vec![0.0; self.context.len()],
        }
    }

    /// Windows `[window, position, feature]` to their weighted sums `[window, feature]`.
    pub(super) fn forward(&self, x: &[f32], sums: &mut [f32], room: &mut Room) {
        self.score(x, room);
        let windows = x.chunks_exact(self.positions * self.features).zip(room.scores.chunks_exact(self.positions));
        for ((x, scores), sum) in windows.zip(sums.chunks_exact_mut(self.features)) {
            sum.fill(0.0);
            for (row, score) in x.chunks_exact(self.features).zip(scores) {
                for (sum, value) in sum.iter_mut().zip(row) {
                    *sum += score * value;
                }
            }
        }
    }

    /// From the gradient of the weighted sums: writes that of `x`, and adds those of the parameters.
    pub(super) fn backward(&self, x: &[f32], dsums: &[f32], dx: &mut [f32], sums: &mut Sums, room: &mut Room) {
        self.score(x, room);
        let (positions, features, width) = (self.positions, self.features, self.width);
        let windows = x.chunks_exact(positions * features).zip(dx.chunks_exact_mut(positions * features));
        let inner = room.hidden.chunks_exact_mut(positions * width).zip(room.scores.chunks_exact(positions));
        for (((x, dx), dsum), (hidden, scores)) in windows.zip(dsums.chunks_exact(features)).zip(inner) {
            let rows = x.chunks_exact(features);
            let dscores: Vec<f32> = rows.map(|row| row.iter().zip(dsum).map(|(x, d)| x * d).sum()).collect();
            let mean: f32 = dscores.iter().zip(scores).map(|(d, score)| d * score).sum();
            for (position, hidden) in hidden.chunks_exact_mut(width).enumerate() {
                let score = scores[position];
                let dx = &mut dx[position * features..][..features];
                for (dx, d) in dx.iter_mut().zip(dsum) {
                    *dx = score * d;
                }
                let denergy = score * (dscores[position] - mean);
                let bias = &mut sums.bias[position * width..][..width];
                let sums = sums.context.iter_mut().zip(bias);
                for ((hidden, context), (context_sum, bias_sum)) in hidden.iter_mut().zip(&self.context).zip(sums) {
                    *context_sum += denergy * *hidden;
                    *hidden = denergy * context * (1.0 - *hidden * *hidden);
                    *bias_sum += *hidden;
                }
            }
        }
        let rows = x.len() / features;
        let dhidden = (&room.hidden[..], (width, 1));
        product((features, width, rows), (&mut sums.weight, (width, 1), true), (x, (1, features)), dhidden);
        product((rows, features, width), (dx, (features, 1), true), dhidden, (&self.weight, (1, width)));
    }

    /// The gradients of the three parameters from the groups' sums.
    pub(super) fn hand_over(&self, groups: Vec<Sums>, gradients: &mut Gradients) {
        let mut parts: [Vec<Vec<f32>>; 3] = Default::default();
        for group in groups {
            for (all, own) in parts.iter_mut().zip([group.weight, group.bias, group.context]) {
                all.push(own);
            }
        }
        gradients.extend(self.ids.into_iter().zip(parts.map(total)));
    }

    /// Hidden values and scores of every position.
    fn score(&self, x: &[f32], room: &mut Room) {
        let rows = x.len() / self.features;
        room.hidden.resize(rows * self.width, 0.0);
        let to = (&mut room.hidden[..], (self.width, 1), false);
        product((rows, self.width, self.features), to, (x, (self.features, 1)), (&self.weight, (self.width, 1)));
        room.scores.clear();
        for window in room.hidden.chunks_exact_mut(self.positions * self.width) {
            let first = room.scores.len();
            for (hidden, bias) in window.chunks_exact_mut(self.width).zip(self.bias.chunks_exact(self.width)) {
                for (hidden, bias) in hidden.iter_mut().zip(bias) {
                    *hidden = (*hidden + bias).tanh();
                }
                room.scores.push(hidden.iter().zip(&self.context).map(|(hidden, context)| hidden * context).sum());
            }
            let scores = &mut room.scores[first..];
            let highest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            for score in &mut *scores {
                *score = (*score - highest).exp();
            }
            let sum: f32 = scores.iter().sum();
            for score in &mut *scores {
                *score /= sum;
            }
        }
    }
}
