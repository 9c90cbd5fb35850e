//! Contrast between views of one person and views of others.
//!
//! Kiyasseh, Zhu, Clifton, CLOCS, ICML 2021 (PMLR 139:5606), by the sum over all pairs of views that the paper states; its
//! public code keeps the last pair only (papers.md, section 15).

/// Temperature of the cosines.
const TEMPERATURE: f64 = 0.1;

/// The loss of embeddings `[record, view, number]` of persons `[record]`, and its slope.
pub fn view_contrast(embeddings: &[f32], views: usize, persons: &[u32]) -> (f64, Vec<f32>) {
    let records = persons.len();
    let width = (embeddings.len() / (records * views).max(1)).max(1);
    let at = |record: usize, view: usize| (record * views + view) * width;
    let lengths: Vec<f64> = embeddings
        .chunks_exact(width)
        .map(|vector| vector.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>().sqrt().max(1e-8))
        .collect();
    // Unit vectors; slopes with respect to them first.
    let unit: Vec<f64> = embeddings
        .chunks_exact(width)
        .zip(&lengths)
        .flat_map(|(vector, length)| vector.iter().map(move |&x| f64::from(x) / length))
        .collect();
    let mut slopes = vec![0.0_f64; unit.len()];
    let pairs = (views * views.saturating_sub(1) / 2).max(1) as f64;
    let same = |i: usize, j: usize| persons[i] == persons[j];
    let upper: Vec<(usize, usize)> =
        (0..records).flat_map(|i| (i + 1..records).map(move |j| (i, j))).filter(|&(i, j)| same(i, j)).collect();
    // Below the diagonal stand the same pairs the other way round.
    let terms = 2.0 + if upper.is_empty() { 0.0 } else { 2.0 };
    let mut sum = 0.0;
    for a in 0..views {
        for b in a + 1..views {
            let mut scores = vec![0.0_f64; records * records];
            for i in 0..records {
                for j in 0..records {
                    let (own, other) = (&unit[at(i, a)..][..width], &unit[at(j, b)..][..width]);
                    scores[i * records + j] = own.iter().zip(other).map(|(x, y)| x * y).sum::<f64>() / TEMPERATURE;
                }
            }
            // Weights of -log S_ij / R_i (rows) and -log S_ij / C_j (columns).
            let (mut by_row, mut by_column) = (vec![0.0; records * records], vec![0.0; records * records]);
            for i in 0..records {
                by_row[i * records + i] += 1.0 / records as f64;
                by_column[i * records + i] += 1.0 / records as f64;
            }
            for &(i, j) in &upper {
                by_row[i * records + j] += 1.0 / upper.len() as f64;
                by_column[j * records + i] += 1.0 / upper.len() as f64;
            }
            let mut d_scores = vec![0.0_f64; records * records];
            for line in 0..records {
                let rows: Vec<usize> = (0..records).map(|j| line * records + j).collect();
                let columns: Vec<usize> = (0..records).map(|i| i * records + line).collect();
                for (places, weights) in [(rows, &by_row), (columns, &by_column)] {
                    let largest = places.iter().map(|&place| scores[place]).fold(f64::NEG_INFINITY, f64::max);
                    let all: f64 = places.iter().map(|&place| (scores[place] - largest).exp()).sum();
                    let weight: f64 = places.iter().map(|&place| weights[place]).sum();
                    for &place in &places {
                        sum += weights[place] * (largest + all.ln() - scores[place]);
                        d_scores[place] += weight * (scores[place] - largest).exp() / all - weights[place];
                    }
                }
            }
            for i in 0..records {
                for j in 0..records {
                    let slope = d_scores[i * records + j] / TEMPERATURE;
                    for channel in 0..width {
                        slopes[at(i, a) + channel] += slope * unit[at(j, b) + channel];
                        slopes[at(j, b) + channel] += slope * unit[at(i, a) + channel];
                    }
                }
            }
        }
    }
    let share = 1.0 / (terms * pairs);
    // Through the division by the length.
    let gradient = unit
        .chunks_exact(width)
        .zip(slopes.chunks_exact(width))
        .zip(&lengths)
        .flat_map(|((unit, slopes), length)| {
            let along: f64 = unit.iter().zip(slopes).map(|(u, s)| u * s).sum();
            unit.iter().zip(slopes).map(move |(u, s)| (share * (s - along * u) / length) as f32)
        })
        .collect();
    (sum * share, gradient)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn embeddings() -> Vec<f32> {
        (0..3 * 2 * 4).map(|place| (place as f32 * 1.7).sin()).collect()
    }

    #[test]
    fn the_slope_is_the_losss_own_with_and_without_persons_who_come_twice() {
        for persons in [[1, 2, 3], [1, 2, 1]] {
            let (_, slopes) = view_contrast(&embeddings(), 2, &persons);
            for place in [0, 5, 13, 22] {
                let at = |change: f32| {
                    let mut changed = embeddings();
                    changed[place] += change;
                    view_contrast(&changed, 2, &persons).0
                };
                let slope = (at(1e-3) - at(-1e-3)) / 2e-3;
                assert!((slope - f64::from(slopes[place])).abs() < 2e-3, "{place}: {slope}, {}", slopes[place]);
            }
        }
    }

    #[test]
    fn views_that_agree_and_persons_that_do_not_cost_next_to_nothing() {
        let apart = [1.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0];
        let (value, _) = view_contrast(&apart, 2, &[1, 2]);
        assert!((value - (1.0 + (-10.0_f64).exp()).ln()).abs() < 1e-9, "{value}");
        let (worse, _) = view_contrast(&[1.0, 0.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0], 2, &[1, 2]);
        assert!(worse > 9.0, "{worse}");
    }

    #[test]
    fn all_pairs_of_views_count() {
        // A third view that agrees with neither changes the loss; with only the last pair counted the first would not.
        let vectors = |first: [f32; 2]| -> Vec<f32> {
            [first, [0.0, 1.0], [0.0, 1.0], [1.0, 0.0], [1.0, 0.0], [1.0, 0.0]].concat()
        };
        let (agreed, _) = view_contrast(&vectors([0.0, 1.0]), 3, &[1, 2]);
        let (apart, _) = view_contrast(&vectors([1.0, 0.0]), 3, &[1, 2]);
        assert!(apart > agreed + 1.0, "{apart} {agreed}");
    }
}
