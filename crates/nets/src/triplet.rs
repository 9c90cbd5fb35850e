//! The semi-hard triplet loss of the large-margin label decoupling module.
//!
//! Zhang et al., Knowledge-Based Systems 263 (2023) 110298; the mining rule is FaceNet's (arXiv 1503.03832). In each
//! label's own space records that bear the label and records that do not are two identities. For every ordered pair of
//! one identity the nearest record of the other identity that is farther than the pair is taken (strictly; if there is
//! none, the farthest): the pair's loss is `max(0, margin + pair - other)` in squared distances.

use burn::tensor::{Tensor, TensorData};

/// What to do with a label that all or none of the batch's records bear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OneSided {
    /// As released: the other distance counts as 0, which pulls all records together.
    Pull,
    /// Its loss is 0.
    Skip,
}

/// Loss of each label, `[label]`, from unit `embeddings` `[batch, label, 8]` and `labels` `[batch, label]` of 0 and 1.
/// The module's loss is their mean, with margin 2 and weight 0.1. Which record is taken is decided on the host from
/// the distances; gradients flow through the distances alone, as they do through a choice by comparison. A label
/// without any pair of one identity has loss 0.
pub fn triplet_loss(embeddings: Tensor<3>, labels: &Tensor<2>, margin: f64, one_sided: OneSided) -> Tensor<1> {
    let [batch, classes, _] = embeddings.dims();
    let device = embeddings.device();
    let distances = squared_distances(&embeddings.swap_dims(0, 1));
    let host = distances.clone().into_data_as::<f32>().try_into_vec_as::<f32>().unwrap_or_default();
    let present = labels.clone().into_data_as::<f32>().try_into_vec_as::<f32>().unwrap_or_default();
    let mut coefficients = vec![0.0_f32; classes * batch * batch];
    let mut constants = vec![0.0_f32; classes];
    for (class, ((matrix, chosen), constant)) in host
        .chunks_exact(batch * batch)
        .zip(coefficients.chunks_exact_mut(batch * batch))
        .zip(&mut constants)
        .enumerate()
    {
        let bears: Vec<bool> = (0..batch).map(|record| present[record * classes + class] > 0.5).collect();
        *constant = mine(matrix, &bears, margin as f32, one_sided, chosen);
    }
    let coefficients = Tensor::<3>::from_data(TensorData::new(coefficients, [classes, batch, batch]), &device);
    let constants = Tensor::<1>::from_data(TensorData::new(constants, [classes]), &device);
    (distances * coefficients).sum_dim(2).sum_dim(1).reshape([classes]) + constants
}

/// Squared Euclidean distances `[label, batch, batch]` of `[label, batch, 8]`, never below 0, 0 on the diagonal.
fn squared_distances(x: &Tensor<3>) -> Tensor<3> {
    let [_, batch, _] = x.dims();
    let squares = x.clone().powi_scalar(2).sum_dim(2);
    let products = x.clone().matmul(x.clone().swap_dims(1, 2));
    let distances = (squares.clone() + squares.swap_dims(1, 2) - products * 2.0).clamp_min(0.0);
    let apart = -Tensor::<2>::eye(batch, &x.device()) + 1.0;
    distances * apart.unsqueeze_dim(0)
}

/// Writes each distance's coefficient in the mean loss of one label and returns the constant part. `matrix` is
/// `[batch, batch]`.
fn mine(matrix: &[f32], bears: &[bool], margin: f32, one_sided: OneSided, coefficients: &mut [f32]) -> f32 {
    let batch = bears.len();
    let with = bears.iter().filter(|&&bears| bears).count();
    let without = batch - with;
    let pairs = with * with.saturating_sub(1) + without * without.saturating_sub(1);
    let alone = with == 0 || without == 0;
    if pairs == 0 || (alone && one_sided == OneSided::Skip) {
        return 0.0;
    }
    let share = 1.0 / pairs as f32;
    let mut active = 0_usize;
    let mut others: Vec<(f32, usize)> = Vec::with_capacity(batch);
    for ((anchor, row), chosen) in matrix.chunks_exact(batch).enumerate().zip(coefficients.chunks_exact_mut(batch)) {
        others.clear();
        others.extend(row.iter().copied().zip(0..).filter(|&(_, other)| bears[other] != bears[anchor]));
        others.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        for partner in (0..batch).filter(|&partner| partner != anchor && bears[partner] == bears[anchor]) {
            let near = row[partner];
            let farther = others.partition_point(|&(distance, _)| distance <= near);
            let other = others.get(farther).or(others.last()).copied();
            if margin + near - other.map_or(0.0, |(distance, _)| distance) > 0.0 {
                active += 1;
                chosen[partner] += share;
                if let Some((_, other)) = other {
                    chosen[other] -= share;
                }
            }
        }
    }
    margin * active as f32 * share
}
