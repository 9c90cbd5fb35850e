//! Intervals by drawing recordings with replacement.

use serde::{Deserialize, Serialize};

use super::Table;
use super::ranking::{Ranking, Undefined, mean};
use crate::seeds::{Generator, Purpose};

/// A value with an interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The value on the recordings themselves.
    pub value: f64,
    /// Lower quantile of the draws.
    pub low: f64,
    /// Upper quantile.
    pub high: f64,
    /// How much of the draws lies between them.
    pub coverage: f64,
    /// Draws that it rests on.
    pub draws: usize,
    /// What was done with draws that lack a label: drawn again, or that label left out of that draw's mean.
    pub lacking: Lacking,
}

/// What is done with a draw in which a label has no positive or no negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lacking {
    /// It is drawn again (the PTB-XL benchmark).
    Redrawn,
    /// The label is left out of this draw's mean: for labels so rare that hardly a draw has all.
    Skipped,
}

/// How to draw.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bootstrap {
    /// Draws (the benchmark: 100).
    pub draws: usize,
    /// Share of the draws between the ends (the benchmark: 0.9).
    pub coverage: f64,
    /// Seed.
    pub seed: u64,
}

impl Default for Bootstrap {
    fn default() -> Self {
        Self { draws: 1000, coverage: 0.95, seed: 2026 }
    }
}

/// Tries for one complete draw before incomplete ones are taken.
const PATIENCE: usize = 400;

/// Macro AUC with its percentile interval; labels that are undefined on the recordings themselves are left out throughout.
/// `None` when no label is defined.
pub fn bootstrap_macro_auc(table: &Table, how: &Bootstrap) -> Option<Interval> {
    interval(&[table], how, |[area]: [f64; 1]| area)
}

/// The difference of two models' macro AUC on the same recordings, drawn together: significant when its interval excludes
/// 0. `None` when the tables are not of the same recordings or no label is defined.
pub fn bootstrap_difference(one: &Table, other: &Table, how: &Bootstrap) -> Option<Interval> {
    if one.flat().1 != other.flat().1 || one.classes() != other.classes() {
        return None;
    }
    interval(&[one, other], how, |[one, other]: [f64; 2]| one - other)
}

/// The interval of a number made of the macro AUC of tables that are drawn together.
fn interval<const N: usize>(
    tables: &[&Table; N],
    how: &Bootstrap,
    combine: impl Fn([f64; N]) -> f64,
) -> Option<Interval> {
    let rankings: [Vec<Ranking>; N] = tables.map(|table| {
        (0..table.classes())
            .map(|label| {
                let (scores, truth) = table.class(label);
                Ranking::new(&scores, &truth)
            })
            .filter(|ranking| ranking.auc(|_| 1.0).is_some())
            .collect()
    });
    let records = tables.first()?.records();
    let areas = |weights: &[u32]| -> [Vec<Option<f64>>; N] {
        rankings.each_ref().map(|set| set.iter().map(|ranking| ranking.auc(|k| f64::from(weights[k]))).collect())
    };
    let combined = |areas: &[Vec<Option<f64>>; N]| -> Option<f64> {
        let mut means = [0.0; N];
        for (slot, areas) in means.iter_mut().zip(areas) {
            *slot = mean(areas, Undefined::Skip)?;
        }
        Some(combine(means))
    };
    let value = combined(&areas(&vec![1; records]))?;

    let mut random = Generator::new(how.seed, Purpose::Bootstrap, 0);
    let mut weights = vec![0u32; records];
    let mut drawn = Vec::with_capacity(how.draws);
    let mut lacking = Lacking::Redrawn;
    let mut failures = 0;
    while drawn.len() < how.draws {
        weights.fill(0);
        for _ in 0..records {
            weights[random.below(records)] += 1;
        }
        let areas = areas(&weights);
        if lacking == Lacking::Redrawn && areas.iter().flatten().any(Option::is_none) {
            failures += 1;
            // Whole draws are too rare to wait for: start over with incomplete ones, so that all draws follow one rule.
            if failures > PATIENCE * (drawn.len() + 1) {
                lacking = Lacking::Skipped;
                drawn.clear();
            }
            continue;
        }
        drawn.extend(combined(&areas));
    }
    drawn.sort_by(f64::total_cmp);
    let tail = 0.5 * (1.0 - how.coverage.clamp(0.0, 1.0));
    Some(Interval {
        value,
        low: quantile(&drawn, tail),
        high: quantile(&drawn, 1.0 - tail),
        coverage: how.coverage,
        draws: drawn.len(),
        lacking,
    })
}

/// A quantile of sorted values, linear between neighbours; the value itself where there is no draw.
pub(super) fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * sorted.len().saturating_sub(1) as f64;
    let at = |index: usize| sorted.get(index).or(sorted.last()).copied().unwrap_or(f64::NAN);
    let (low, high) = (at(place as usize), at(place as usize + 1));
    low + (high - low) * place.fract()
}
