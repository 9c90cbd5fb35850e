//! Rank correlation, and intervals of a mean.

use crate::seeds::{Generator, Purpose};

/// Draws of the bootstrap.
const DRAWS: usize = 1000;

/// Spearman's rank correlation of two maps, ties at their mean rank. 0 where one of them is the same everywhere: it
/// then says nothing that could be like the other.
pub fn spearman(one: &[f32], other: &[f32]) -> f64 {
    let (one, other) = (ranks(one), ranks(other));
    let count = one.len().min(other.len());
    if count == 0 {
        return 0.0;
    }
    // Ranks from 1 to n have this mean, ties or not.
    let mean = f64::midpoint(count as f64, 1.0);
    let (mut product, mut first, mut second) = (0.0, 0.0, 0.0);
    for (a, b) in one.iter().zip(&other) {
        let (a, b) = (a - mean, b - mean);
        product += a * b;
        first += a * a;
        second += b * b;
    }
    if first > 0.0 && second > 0.0 { product / (first * second).sqrt() } else { 0.0 }
}

fn ranks(values: &[f32]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    for tied in order.chunk_by(|&a, &b| values[a].total_cmp(&values[b]).is_eq()) {
        // Ranks already given are fewer than the ranks of this run; the run's mean rank is its middle.
        let before = order.partition_point(|&place| values[place].total_cmp(&values[tied[0]]).is_lt());
        let rank = before as f64 + f64::midpoint(tied.len() as f64, 1.0);
        for &place in tied {
            ranks[place] = rank;
        }
    }
    ranks
}

/// A mean with the ends of its 95 % percentile bootstrap interval; zeros for no value.
pub fn mean_interval(values: &[f64], seed: u64) -> (f64, f64, f64) {
    if values.is_empty() {
        return (0.0, 0.0, 0.0);
    }
    let count = values.len();
    let mut random = Generator::new(seed, Purpose::Bootstrap, 0);
    let mut means: Vec<f64> =
        (0..DRAWS).map(|_| (0..count).map(|_| values[random.below(count)]).sum::<f64>() / count as f64).collect();
    means.sort_by(f64::total_cmp);
    let at = |share: f64| means[((DRAWS - 1) as f64 * share).round() as usize];
    (mean(values), at(0.025), at(0.975))
}

/// The mean; 0 for no value.
pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spearman_is_that_of_the_textbook() {
        // Ranks 1 2 3 4 5 and 2 1 4 3 5: 1 - 6 * 4 / (5 * 24) = 0.8.
        let rho = spearman(&[10.0, 20.0, 30.0, 40.0, 50.0], &[2.0, 1.0, 400.0, 3.0, 500.0]);
        assert!((rho - 0.8).abs() < 1e-12, "{rho}");
        // With ties: ranks 1 2.5 2.5 4 and 1 2 3.5 3.5; by Pearson's formula 3.75 / sqrt(4.5 * 4.5).
        let rho = spearman(&[0.0, 1.0, 1.0, 2.0], &[0.0, 1.0, 5.0, 5.0]);
        assert!((rho - 3.75 / 4.5).abs() < 1e-12, "{rho}");
        assert_eq!(spearman(&[1.0, 2.0, 3.0], &[3.0, 2.0, 1.0]), -1.0);
        assert_eq!(spearman(&[1.0, 2.0, 3.0], &[7.0; 3]), 0.0);
    }

    #[test]
    fn an_interval_holds_the_mean_and_excludes_what_is_far() {
        let values: Vec<f64> = (0..40).map(|number| 1.0 + f64::from(number % 5) * 0.1).collect();
        let (mean, low, high) = mean_interval(&values, 3);
        assert!((mean - 1.2).abs() < 1e-9 && low < mean && mean < high, "{low} {mean} {high}");
        assert!(low > 1.1 && high < 1.3, "{low} {high}");
        assert_eq!(mean_interval(&[], 3), (0.0, 0.0, 0.0));
    }
}
