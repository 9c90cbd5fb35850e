//! The PhysioNet/CinC challenge metric of 2021 (Reyna et al., Computing in Cardiology 48, 2021).

/// The challenge's score of decisions: 1 for perfect ones, 0 for "always sinus rhythm", negative for worse.
///
/// `truth` and `decisions` list each recording's labels by number; `weights` is the matrix `[true label, decided label]`;
/// `normal` is the number of sinus rhythm. `None` when the shapes do not fit or the truth is nothing but sinus rhythm.
pub fn challenge_metric(
    truth: &[Vec<usize>],
    decisions: &[Vec<usize>],
    weights: &[Vec<f64>],
    normal: usize,
) -> Option<f64> {
    let classes = weights.len();
    let known = |labels: &[Vec<usize>]| labels.iter().flatten().all(|&label| label < classes);
    if truth.len() != decisions.len() || normal >= classes || !known(truth) || !known(decisions) {
        return None;
    }
    if weights.iter().any(|row| row.len() != classes) {
        return None;
    }
    let always = vec![vec![normal]; truth.len()];
    let inactive = score(truth, &always, weights);
    let perfect = score(truth, truth, weights);
    (perfect > inactive).then(|| (score(truth, decisions, weights) - inactive) / (perfect - inactive))
}

/// Sum over recordings of the weights of all true-decided pairs, over the number of labels in either.
fn score(truth: &[Vec<usize>], decisions: &[Vec<usize>], weights: &[Vec<f64>]) -> f64 {
    truth
        .iter()
        .zip(decisions)
        .map(|(truth, decided)| {
            let union = truth.len() + decided.iter().filter(|label| !truth.contains(label)).count();
            let sum: f64 = truth.iter().flat_map(|&j| decided.iter().map(move |&k| weights[j][k])).sum();
            sum / union.max(1) as f64
        })
        .sum()
}
