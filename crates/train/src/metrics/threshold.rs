//! Choosing thresholds on the validation fold.

use serde::{Deserialize, Serialize};

use super::counts::Confusion;
use super::{Table, fmax};

/// What a label's threshold is chosen for. Candidates are the distinct scores.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ThresholdRule {
    /// Largest F1; of equal ones the larger threshold. For labels that are shown.
    F1,
    /// Largest sensitivity + specificity - 1. It ignores how rare a label is: many false alarms.
    Youden,
    /// The largest threshold that reaches this sensitivity. For labels to consider.
    Sensitivity(f64),
    /// The smallest threshold that reaches this specificity; none where even the largest score does not.
    Specificity(f64),
}

/// Labels with no more positives than this overfit a threshold of their own.
pub const FEW_POSITIVES: usize = 5;

/// One label's threshold by a rule; `None` without a positive (and, for Youden and specificity, without a negative).
pub fn choose(scores: &[f64], truth: &[bool], rule: ThresholdRule) -> Option<f64> {
    let positives = truth.iter().filter(|&&truth| truth).count();
    let negatives = truth.len() - positives;
    let needs_negatives = matches!(rule, ThresholdRule::Youden | ThresholdRule::Specificity(_));
    if positives == 0 || (needs_negatives && negatives == 0) {
        return None;
    }
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    let mut counts = Confusion { false_negative: positives, true_negative: negatives, ..Confusion::default() };
    let mut best: Option<(f64, f64)> = None;
    // Thresholds fall: the first of equally good ones is the largest.
    for (at, &record) in order.iter().enumerate() {
        if truth[record] {
            counts.true_positive += 1;
            counts.false_negative -= 1;
        } else {
            counts.false_positive += 1;
            counts.true_negative -= 1;
        }
        if order.get(at + 1).is_some_and(|&next| scores[next] == scores[record]) {
            continue;
        }
        let sensitivity = counts.true_positive as f64 / positives as f64;
        let value = match rule {
            ThresholdRule::F1 => counts.f1(),
            ThresholdRule::Youden => sensitivity - counts.false_positive as f64 / negatives as f64,
            ThresholdRule::Sensitivity(least) => {
                if sensitivity >= least {
                    return Some(scores[record]);
                }
                0.0
            }
            ThresholdRule::Specificity(least) => {
                // It only falls from here on.
                if (counts.true_negative as f64 / negatives as f64) < least {
                    break;
                }
                at as f64
            }
        };
        // Equal up to rounding is equal.
        if best.is_none_or(|(_, best)| value > best + 1e-12) {
            best = Some((scores[record], value));
        }
    }
    best.map(|(threshold, _)| threshold)
}

/// A threshold for each label: by the rule, or the common one of Fmax where a label has [`FEW_POSITIVES`] or fewer; 0.5 where
/// there is not even that.
pub fn choose_all(table: &Table, rule: ThresholdRule) -> Vec<f64> {
    let common = fmax(table, 100).map_or(0.5, |fmax| fmax.threshold);
    (0..table.classes())
        .map(|label| {
            let (scores, truth) = table.class(label);
            if table.positives(label) <= FEW_POSITIVES {
                return common;
            }
            choose(&scores, &truth, rule).unwrap_or(common)
        })
        .collect()
}
