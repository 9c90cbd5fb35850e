//! The semi-hard triplet loss of the large-margin label decoupling module.
//!
//! Zhang et al., Knowledge-Based Systems 263 (2023) 110298; the mining rule is FaceNet's (arXiv 1503.03832). In each
//! label's own space records that bear the label and records that do not are two identities. For every ordered pair of
//! one identity the nearest record of the other identity that is farther than the pair is taken (strictly; if there is
//! none, the farthest): the pair's loss is `max(0, margin + pair - other)` in squared distances.

use serde::{Deserialize, Serialize};

/// The triplet term of the label decoupling module.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Triplet {
    /// Its weight beside the cross entropy.
    pub weight: f64,
    /// Margin between squared distances.
    pub margin: f64,
}

/// What to do with a label that all or none of the batch's records bear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OneSided {
    /// As released: the other distance counts as 0, which pulls all records together.
    Pull,
    /// Its loss is 0.
    Skip,
}

/// Loss of each label, and the slope of their sum with respect to the embeddings, from unit `embeddings`
/// `[record, label, 8]` and `labels` `[record, label]`. The module's loss is the mean over labels, with margin 2 and
/// weight 0.1. Gradients flow through the distances alone, not through the choice of a record. A label without any pair
/// of one identity has loss 0.
pub fn triplet_loss(
    embeddings: &[f32],
    labels: &[f32],
    records: usize,
    margin: f64,
    one_sided: OneSided,
) -> (Vec<f64>, Vec<f32>) {
    let classes = (labels.len() / records.max(1)).max(1);
    let width = (embeddings.len() / labels.len().max(1)).max(1);
    let at = |record: usize, class: usize| &embeddings[(record * classes + class) * width..][..width];
    let mut losses = Vec::with_capacity(classes);
    let mut gradient = vec![0.0; embeddings.len()];
    let mut distances = vec![0.0_f32; records * records];
    let mut chosen = vec![0.0_f32; records * records];
    for class in 0..classes {
        for a in 0..records {
            for b in 0..records {
                let apart = at(a, class).iter().zip(at(b, class)).map(|(a, b)| (a - b) * (a - b)).sum();
                distances[a * records + b] = apart;
            }
        }
        let bears: Vec<bool> = (0..records).map(|record| labels[record * classes + class] > 0.5).collect();
        chosen.fill(0.0);
        let constant = mine(&distances, &bears, margin as f32, one_sided, &mut chosen);
        let products = distances.iter().zip(&chosen).map(|(distance, share)| f64::from(distance * share));
        losses.push(f64::from(constant) + products.sum::<f64>());
        for a in 0..records {
            for b in 0..records {
                let share = 2.0 * chosen[a * records + b];
                if share == 0.0 {
                    continue;
                }
                for place in 0..width {
                    let slope = share * (at(a, class)[place] - at(b, class)[place]);
                    gradient[(a * classes + class) * width + place] += slope;
                    gradient[(b * classes + class) * width + place] -= slope;
                }
            }
        }
    }
    (losses, gradient)
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
