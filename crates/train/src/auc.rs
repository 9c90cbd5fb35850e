//! The area under the ROC curve, for validation while a network trains.

/// Area under the ROC curve of one label (ties count half); `None` without a positive or without a negative.
pub fn auc(scores: &[f64], truth: &[bool]) -> Option<f64> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_unstable_by(|&a, &b| scores[a].total_cmp(&scores[b]));
    let positives = truth.iter().filter(|&&truth| truth).count();
    let negatives = truth.len() - positives;
    if positives == 0 || negatives == 0 {
        return None;
    }
    // Sum of the positives' ranks, ties sharing their mean rank.
    let mut ranks = 0.0;
    let mut from = 0;
    while from < order.len() {
        let mut to = from + 1;
        while to < order.len() && scores[order[to]] == scores[order[from]] {
            to += 1;
        }
        let own = order[from..to].iter().filter(|&&index| truth[index]).count();
        ranks += own as f64 * ((from + 1 + to) as f64 / 2.0);
        from = to;
    }
    let positives = positives as f64;
    Some((ranks - positives * (positives + 1.0) / 2.0) / (positives * negatives as f64))
}

/// Mean over the labels that have one, of `[record, label]` probabilities and truths; `None` if no label has.
pub fn macro_auc(probabilities: &[f32], truth: &[f32], classes: usize) -> Option<f64> {
    let areas: Vec<f64> = (0..classes)
        .filter_map(|label| {
            let (scores, truth) = crate::predict::Predictions::column(probabilities, truth, classes, label);
            auc(&scores, &truth)
        })
        .collect();
    (!areas.is_empty()).then(|| areas.iter().sum::<f64>() / areas.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_count_half_and_a_label_without_a_positive_has_no_area() {
        assert_eq!(auc(&[0.1, 0.4, 0.35, 0.8], &[false, false, true, true]), Some(0.75));
        assert_eq!(auc(&[0.5, 0.5], &[false, true]), Some(0.5));
        assert_eq!(auc(&[0.5, 0.6], &[false, false]), None);
        assert_eq!(macro_auc(&[0.1, 0.9, 0.2, 0.8], &[0.0, 0.0, 1.0, 0.0], 2), Some(1.0));
    }
}
