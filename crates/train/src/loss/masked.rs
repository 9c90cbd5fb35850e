//! Patches that were hidden, filled in.

/// Mean squared distance of patches `[record, row, patch, sample]` from their targets over hidden ones alone; `hidden` is
/// `[record, row, patch]`, 1 where a patch was hidden (Na et al. 2024, arXiv 2402.09450). Gives the slope with respect to
/// the first.
pub fn masked_distance(found: &[f32], targets: &[f32], hidden: &[f32]) -> (f64, Vec<f32>) {
    let size = (found.len() / hidden.len().max(1)).max(1);
    let count: f64 = hidden.iter().map(|&hidden| f64::from(hidden)).sum();
    let share = 1.0 / (count.max(1.0) * size as f64);
    let mut sum = 0.0;
    let mut slopes = Vec::with_capacity(found.len());
    for ((found, targets), hidden) in found.chunks_exact(size).zip(targets.chunks_exact(size)).zip(hidden) {
        for (found, target) in found.iter().zip(targets) {
            let apart = f64::from(found - target);
            sum += f64::from(*hidden) * apart * apart;
            slopes.push((2.0 * share * f64::from(*hidden) * apart) as f32);
        }
    }
    (sum * share, slopes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_hidden_patches_count() {
        let (value, slopes) = masked_distance(&[1.0, 2.0, 3.0, 4.0], &[0.0, 0.0, 1.0, 1.0], &[0.0, 1.0]);
        assert_eq!((value, slopes), (6.5, vec![0.0, 0.0, 2.0, 3.0]));
    }
}
