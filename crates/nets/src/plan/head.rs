//! The benchmark's head and the labels' own branches, and their gradients in closed form.

use super::weights::Weights;
use crate::Error;
use crate::blocks::BatchNormRule::Torch;
use crate::blocks::pooling_head::HIDDEN;
use crate::label_decoupling::SPACE;
use crate::resnet1d_wang::{CHANNELS, POOLED};

/// `[feature, position]` to `[2 feature]`: the maxima first, then the means.
pub(super) fn concat_pool(features: &[f32], positions: usize) -> Vec<f32> {
    let rows = || features.chunks_exact(positions);
    let maxima = rows().map(|row| row.iter().copied().fold(f32::NEG_INFINITY, f32::max));
    let means = rows().map(|row| row.iter().sum::<f32>() / positions as f32);
    maxima.chain(means).collect()
}

/// Puts the shares of maxima and means back at their positions: `gradient` `[2 feature]` to `[position]`.
pub(super) fn spread(features: &[f32], positions: usize, gradient: &[f32]) -> Vec<f32> {
    let mut shares = vec![0.0; positions];
    let (of_max, of_mean) = gradient.split_at(CHANNELS);
    for ((row, of_max), of_mean) in features.chunks_exact(positions).zip(of_max).zip(of_mean) {
        let mut highest = 0;
        for (position, value) in row.iter().enumerate() {
            shares[position] += value * of_mean / positions as f32;
            if *value > row[highest] {
                highest = position;
            }
        }
        shares[highest] += row[highest] * of_max;
    }
    shares
}

/// `bias + x weights`, weights `[from, to]`.
fn affine(x: &[f32], weights: &[f32], bias: &[f32]) -> Vec<f32> {
    let mut sums = bias.to_vec();
    for (value, row) in x.iter().zip(weights.chunks_exact(bias.len())) {
        for (sum, weight) in sums.iter_mut().zip(row) {
            *sum += value * weight;
        }
    }
    sums
}

/// Two linear layers with a ReLU between, batch norms folded.
#[derive(Debug, Clone)]
pub(super) struct Head {
    /// `[256, 128]`.
    weights1: Vec<f32>,
    bias1: Vec<f32>,
    /// `[128, label]`.
    weights2: Vec<f32>,
    bias2: Vec<f32>,
}

/// A batch norm before a linear layer `[from, to]`, as one.
fn fold_before(
    weights: &mut Weights,
    (norm, linear): (&str, &str),
    (from, to): (usize, usize),
) -> Result<(Vec<f32>, Vec<f32>), Error> {
    let norm = weights.norm(norm, &[from], Torch)?;
    let values = weights.take(&format!("{linear}.weight"), &[from, to])?;
    let bias = weights.take(&format!("{linear}.bias"), &[to])?;
    let bias = affine(&norm.shift, values, bias);
    let values = values.chunks_exact(to).zip(&norm.scale).flat_map(|(row, s)| row.iter().map(move |w| w * s)).collect();
    Ok((values, bias))
}

impl Head {
    pub fn new(weights: &mut Weights, classes: usize) -> Result<Self, Error> {
        let (weights1, bias1) = fold_before(weights, ("head.norm1", "head.linear1"), (POOLED, HIDDEN))?;
        let (weights2, bias2) = fold_before(weights, ("head.norm2", "head.linear2"), (HIDDEN, classes))?;
        Ok(Self { weights1, bias1, weights2, bias2 })
    }

    /// Pooled features to logits.
    pub fn run(&self, pooled: &[f32]) -> Vec<f32> {
        let mut hidden = affine(pooled, &self.weights1, &self.bias1);
        for value in &mut hidden {
            *value = value.max(0.0);
        }
        affine(&hidden, &self.weights2, &self.bias2)
    }

    /// Gradient of a label's logit to the pooled features.
    pub fn gradient(&self, pooled: &[f32], class: usize) -> Vec<f32> {
        let hidden = affine(pooled, &self.weights1, &self.bias1);
        let outgoing: Vec<f32> = hidden
            .iter()
            .zip(self.weights2.chunks_exact(self.bias2.len()))
            .map(|(&value, row)| if value > 0.0 { row[class] } else { 0.0 })
            .collect();
        self.weights1
            .chunks_exact(HIDDEN)
            .map(|row| row.iter().zip(&outgoing).map(|(weight, out)| weight * out).sum())
            .collect()
    }
}

/// The labels' own branches as one map to `8 label` numbers, and the mergence.
#[derive(Debug, Clone)]
pub(super) struct Branches {
    /// `[256, 8 label]`.
    space: Vec<f32>,
    space_bias: Vec<f32>,
    /// `[8 label]`, the second batch norm's scale within.
    score: Vec<f32>,
    /// `[label]`, the second batch norm's shift within.
    score_bias: Vec<f32>,
    mergence: Vec<f32>,
}

impl Branches {
    pub fn new(weights: &mut Weights, classes: usize) -> Result<Self, Error> {
        let norm1 = weights.norm("branches.norm1", &[classes, POOLED], Torch)?;
        let values = weights.take("branches.space", &[classes, POOLED, SPACE])?;
        let mut space_bias = weights.take("branches.space_bias", &[classes, SPACE])?.to_vec();
        let mut space = vec![0.0; POOLED * classes * SPACE];
        for (row, weights) in values.chunks_exact(SPACE).enumerate() {
            let (class, feature) = (row / POOLED, row % POOLED);
            for (place, weight) in weights.iter().enumerate() {
                space[(feature * classes + class) * SPACE + place] = weight * norm1.scale[row];
                space_bias[class * SPACE + place] += weight * norm1.shift[row];
            }
        }
        let norm2 = weights.norm("branches.norm2", &[classes * SPACE], Torch)?;
        let values = weights.take("branches.score", &[classes, SPACE])?;
        let mut score_bias = weights.take("branches.score_bias", &[classes])?.to_vec();
        for (place, (weight, shift)) in values.iter().zip(&norm2.shift).enumerate() {
            score_bias[place / SPACE] += weight * shift;
        }
        let score = values.iter().zip(&norm2.scale).map(|(weight, scale)| weight * scale).collect();
        let matrix = weights.take("mergence.weight", &[classes, classes])?;
        let bias = weights.take("mergence.bias", &[classes])?;
        let mergence = matrix
            .chunks_exact(classes)
            .zip(bias)
            .map(|(row, bias)| 1.0 / (1.0 + (-(row.iter().sum::<f32>() + bias)).exp()))
            .collect();
        Ok(Self { space, space_bias, score, score_bias, mergence })
    }

    /// Pooled features and the shared head's logits to logits and unit embeddings `[label, 8]`.
    pub fn run(&self, pooled: &[f32], shared: &[f32]) -> (Vec<f32>, Vec<f32>) {
        let mut embeddings = affine(pooled, &self.space, &self.space_bias);
        let mut logits = Vec::with_capacity(shared.len());
        for (class, embedding) in embeddings.chunks_exact_mut(SPACE).enumerate() {
            let score = &self.score[class * SPACE..][..SPACE];
            let own = embedding.iter().zip(score).map(|(e, s)| e * s).sum::<f32>() + self.score_bias[class];
            logits.push(own + (shared[class] - own) * self.mergence[class]);
            let length = embedding.iter().map(|e| e * e).sum::<f32>().max(1e-24).sqrt();
            for e in embedding {
                *e /= length;
            }
        }
        (logits, embeddings)
    }

    /// From the gradient of the shared logit to that of the merged one.
    pub fn merge_gradient(&self, gradient: &mut [f32], class: usize) {
        let score = &self.score[class * SPACE..][..SPACE];
        let row = self.space_bias.len();
        for (shared, space) in gradient.iter_mut().zip(self.space.chunks_exact(row)) {
            let own: f32 = space[class * SPACE..][..SPACE].iter().zip(score).map(|(w, s)| w * s).sum();
            *shared = own + (*shared - own) * self.mergence[class];
        }
    }

    pub fn mergence(&self) -> &[f32] {
        &self.mergence
    }
}
