//! Metrics of the order of scores: ROC AUC and average precision.

use serde::{Deserialize, Serialize};

use super::Table;

/// What to do with a label that has no positive or no negative, and so no AUC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Undefined {
    /// Leave it out of the mean and list it (PhysioNet/CinC 2021; ours for point estimates).
    Skip,
    /// Count it as 0.5 (the foundation-model benchmark of Al-Masud et al., arXiv 2509.25095).
    Half,
}

/// Mean ROC AUC over labels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MacroAuc {
    /// The mean.
    pub value: f64,
    /// AUC of each label; absent where it is undefined.
    pub per_class: Vec<Option<f64>>,
    /// Labels without a positive or without a negative.
    pub undefined: Vec<usize>,
}

/// One label's recordings sorted by score, for many weighted AUCs of the same scores.
#[derive(Clone, Debug)]
pub(super) struct Ranking {
    /// Recordings by falling score: number, truth, and whether the next one has the same score.
    order: Vec<(u32, bool, bool)>,
}

impl Ranking {
    pub(super) fn new(scores: &[f64], truth: &[bool]) -> Self {
        let mut order: Vec<u32> = (0..scores.len() as u32).collect();
        order.sort_by(|&a, &b| scores[b as usize].total_cmp(&scores[a as usize]));
        let tied =
            |at: usize| order.get(at + 1).is_some_and(|&next| scores[next as usize] == scores[order[at] as usize]);
        let order = order.iter().enumerate().map(|(at, &record)| (record, truth[record as usize], tied(at))).collect();
        Self { order }
    }

    /// AUC when each recording counts `weight(recording)` times; `None` without a positive or a negative.
    ///
    /// The trapezoids' area is the Mann-Whitney statistic: pairs of a positive above a negative, ties half.
    pub(super) fn auc(&self, weight: impl Fn(usize) -> f64) -> Option<f64> {
        let (mut positives, mut negatives, mut pairs) = (0.0, 0.0, 0.0);
        let (mut tied_positives, mut tied_negatives) = (0.0, 0.0);
        for &(record, truth, tied) in &self.order {
            let count = weight(record as usize);
            if truth {
                tied_positives += count;
            } else {
                tied_negatives += count;
            }
            if !tied {
                pairs += tied_negatives * (positives + 0.5 * tied_positives);
                positives += tied_positives;
                negatives += tied_negatives;
                (tied_positives, tied_negatives) = (0.0, 0.0);
            }
        }
        (positives > 0.0 && negatives > 0.0).then(|| pairs / (positives * negatives))
    }
}

/// ROC AUC of one label, ties counting half; `None` without a positive or without a negative.
pub fn auc(scores: &[f64], truth: &[bool]) -> Option<f64> {
    Ranking::new(scores, truth).auc(|_| 1.0)
}

/// Unweighted mean of the labels' ROC AUC: the primary metric everywhere. `None` when no label has one.
pub fn macro_auc(table: &Table, rule: Undefined) -> Option<MacroAuc> {
    let per_class: Vec<Option<f64>> = (0..table.classes())
        .map(|label| {
            let (scores, truth) = table.class(label);
            auc(&scores, &truth)
        })
        .collect();
    let value = mean(&per_class, rule)?;
    let undefined = (0..per_class.len()).filter(|&label| per_class[label].is_none()).collect();
    Some(MacroAuc { value, per_class, undefined })
}

/// Mean of areas under a rule; `None` when all are undefined.
pub(super) fn mean(areas: &[Option<f64>], rule: Undefined) -> Option<f64> {
    let defined: Vec<f64> = areas.iter().flatten().copied().collect();
    if defined.is_empty() {
        return None;
    }
    let sum: f64 = defined.iter().sum();
    Some(match rule {
        Undefined::Skip => sum / defined.len() as f64,
        Undefined::Half => (sum + 0.5 * (areas.len() - defined.len()) as f64) / areas.len() as f64,
    })
}

/// ROC AUC over all label-recording pairs together.
pub fn micro_auc(table: &Table) -> Option<f64> {
    let (scores, truth) = table.flat();
    auc(scores, truth)
}

/// Average precision of one label: precision at each distinct threshold, weighted by the rise of recall (no
/// interpolation). `None` without a positive.
pub fn average_precision(scores: &[f64], truth: &[bool]) -> Option<f64> {
    let ranking = Ranking::new(scores, truth);
    let total = truth.iter().filter(|&&truth| truth).count() as f64;
    let (mut found, mut shown, mut tied, mut sum) = (0.0, 0.0, 0.0, 0.0);
    for &(_, truth, same) in &ranking.order {
        shown += 1.0;
        tied += f64::from(u8::from(truth));
        if !same {
            found += tied;
            sum += found / shown * tied;
            tied = 0.0;
        }
    }
    (total > 0.0).then(|| sum / total)
}
