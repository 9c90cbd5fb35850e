//! ROC and precision-recall curves as points.

/// More points than this no picture shows.
const MOST: usize = 240;

/// Counts at one threshold, going down through the scores.
struct Step {
    positives: f64,
    negatives: f64,
}

/// Positives and negatives at or above each distinct score, from the highest.
fn steps(scores: &[f64], truth: &[bool]) -> Vec<Step> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    let (mut positives, mut negatives) = (0.0, 0.0);
    let mut all = Vec::new();
    for tied in order.chunk_by(|&a, &b| scores[a] == scores[b]) {
        for &record in tied {
            if truth[record] {
                positives += 1.0;
            } else {
                negatives += 1.0;
            }
        }
        all.push(Step { positives, negatives });
    }
    all
}

/// Points (1 - specificity, sensitivity) from (0, 0) to (1, 1); none without a positive or a negative.
pub(super) fn roc(scores: &[f64], truth: &[bool]) -> Vec<(f64, f64)> {
    let steps = steps(scores, truth);
    let Some(last) = steps.last().filter(|last| last.positives > 0.0 && last.negatives > 0.0) else {
        return Vec::new();
    };
    let points = steps.iter().map(|step| (step.negatives / last.negatives, step.positives / last.positives));
    thin(std::iter::once((0.0, 0.0)).chain(points).collect())
}

/// Points (recall, precision) as steps, whose area is the average precision; none without a positive.
pub(super) fn precision_recall(scores: &[f64], truth: &[bool]) -> Vec<(f64, f64)> {
    let steps = steps(scores, truth);
    let Some(total) = steps.last().map(|last| last.positives).filter(|total| *total > 0.0) else { return Vec::new() };
    let mut points = Vec::new();
    let mut before = 0.0;
    for step in &steps {
        let recall = step.positives / total;
        let precision = step.positives / (step.positives + step.negatives);
        if recall > before {
            points.extend([(before, precision), (recall, precision)]);
            before = recall;
        }
    }
    thin(points)
}

/// The same line with fewer points: none that lies straight between its neighbours, and at most [`MOST`].
fn thin(points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    let mut kept: Vec<(f64, f64)> = Vec::with_capacity(points.len());
    for point in points {
        if let [.., one, other] = kept[..]
            && ((one.0 == other.0 && other.0 == point.0) || (one.1 == other.1 && other.1 == point.1))
        {
            kept.pop();
        }
        kept.push(point);
    }
    if kept.len() <= MOST {
        return kept;
    }
    (0..MOST).map(|place| kept[place * (kept.len() - 1) / (MOST - 1)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{auc, average_precision};

    const SCORES: [f64; 6] = [0.9, 0.8, 0.7, 0.7, 0.4, 0.2];
    const TRUTH: [bool; 6] = [true, false, true, false, true, false];

    #[test]
    fn a_roc_curve_has_the_corners_of_its_thresholds_and_the_area_of_the_auc() {
        let points = roc(&SCORES, &TRUTH);
        let third = 1.0 / 3.0;
        assert_eq!(
            points,
            [(0.0, 0.0), (0.0, third), (third, third), (2.0 * third, 2.0 * third), (2.0 * third, 1.0), (1.0, 1.0)]
        );
        let area: f64 = points.windows(2).map(|p| (p[1].0 - p[0].0) * f64::midpoint(p[0].1, p[1].1)).sum();
        assert!((area - auc(&SCORES, &TRUTH).unwrap()).abs() < 1e-12);
        assert!(roc(&SCORES, &[true; 6]).is_empty());
    }

    #[test]
    fn the_area_under_a_precision_recall_curve_is_the_average_precision() {
        let points = precision_recall(&SCORES, &TRUTH);
        let area: f64 = points.windows(2).map(|p| (p[1].0 - p[0].0) * p[0].1).sum();
        assert!((area - average_precision(&SCORES, &TRUTH).unwrap()).abs() < 1e-12, "{points:?}");
        assert!(precision_recall(&SCORES, &[false; 6]).is_empty());
    }

    #[test]
    fn a_long_line_keeps_its_ends() {
        let long: Vec<(f64, f64)> = (0..5000).map(|k| (f64::from(k), f64::from(k * k))).collect();
        let thinned = thin(long.clone());
        assert_eq!((thinned.len(), thinned[0], thinned[MOST - 1]), (MOST, long[0], long[4999]));
    }
}
