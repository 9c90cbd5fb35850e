//! Calibration of a network's probabilities on the validation fold, and the choice between its two ways.
//!
//! One temperature for all labels costs one number and cannot overfit; a line of its own for a label (isotonic regression)
//! bends as the recordings say and needs many of them. Which is better is asked of recordings that neither has seen: the
//! fold is cut into [`PARTS`], each is judged by what was fitted to the others.

pub mod isotonic;

use std::collections::BTreeMap;

use classify::Calibration;
use serde::{Deserialize, Serialize};

use crate::metrics::{self, Table, TableError, brier, calibration};
use crate::predict::Predictions;
use crate::recipes::Aggregate;

/// Parts that the fold is cut into, by recording.
pub const PARTS: usize = 5;

/// A label with fewer recordings keeps the temperature alone.
pub const LEAST_POSITIVES: usize = 50;

/// Bins of calibration errors (Guo et al. 2017).
const BINS: usize = 15;

/// Both ways on one label's recordings, each judged by what was fitted to other parts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Compared {
    /// The label's code.
    pub code: String,
    /// Recordings that carry it.
    pub positives: usize,
    /// Mean cross entropy (nats) with the temperature alone.
    pub temperature: f64,
    /// Mean cross entropy with a line beside it.
    pub isotonic: f64,
    /// Standard error of their mean difference; the line is taken where it gains more than this.
    pub standard_error: f64,
    /// Whether the line was taken.
    pub chosen: bool,
}

/// How well the chosen way does on recordings that it was not fitted to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unseen {
    /// Calibration errors.
    pub calibration: metrics::Calibration,
    /// Brier score.
    pub brier: f64,
}

/// A calibration, and what it was chosen by.
#[derive(Clone, Debug, PartialEq)]
pub struct Fitted {
    /// What goes into the card.
    pub calibration: Calibration,
    /// Labels that were compared.
    pub compared: Vec<Compared>,
    /// The way that was taken, on recordings that it was not fitted to; absent where there are too few to be cut.
    pub unseen: Option<Unseen>,
}

/// Fits a temperature, and a line for each label of `codes` that has enough recordings and gains by it.
///
/// # Errors
/// A network's answer is not a number.
pub fn fit(answers: &Predictions, codes: &[String], aggregate: Aggregate) -> Result<Fitted, TableError> {
    let classes = answers.classes;
    let temperature = answers.best_temperature(aggregate);
    let whole = Table::from_f32(classes, &answers.probabilities(temperature, aggregate), &answers.truth)?;
    let mut fitted = Fitted {
        calibration: Calibration { temperature: temperature as f32, isotonic: BTreeMap::new() },
        compared: Vec::new(),
        unseen: None,
    };
    let records = answers.logits.len();
    if records < 2 * PARTS {
        return Ok(fitted);
    }
    let candidates: Vec<usize> = (0..classes)
        .filter(|&label| {
            let positives = whole.positives(label);
            !answers.exclusive && positives >= LEAST_POSITIVES && records - positives >= LEAST_POSITIVES
        })
        .collect();
    // Probabilities of recordings outside the parts that each was fitted to: by temperature, and by line for candidates.
    let mut tempered = vec![0.0_f32; records * classes];
    let mut lined = vec![Vec::<f32>::with_capacity(records); classes];
    for part in 0..PARTS {
        let inside = answers.only(|record| record % PARTS != part);
        let outside = answers.only(|record| record % PARTS == part);
        let temperature = inside.best_temperature(aggregate);
        let seen = Table::from_f32(classes, &inside.probabilities(temperature, aggregate), &inside.truth)?;
        let unseen = outside.probabilities(temperature, aggregate);
        for (row, record) in unseen.chunks_exact(classes).zip((part..records).step_by(PARTS)) {
            tempered[record * classes..][..classes].copy_from_slice(row);
        }
        for &label in &candidates {
            let (scores, truth) = seen.class(label);
            let points = isotonic::line(&scores, &truth);
            let own: Vec<f32> = unseen.iter().skip(label).step_by(classes).copied().collect();
            lined[label].extend(own.iter().map(|&probability| Calibration::read_off(&points, probability)));
        }
    }
    let places: Vec<usize> = (0..PARTS).flat_map(|part| (part..records).step_by(PARTS)).collect();
    for &label in &candidates {
        let (scores, truth) = whole.class(label);
        let losses = places.iter().zip(&lined[label]).map(|(&record, &line)| {
            let of = |probability: f32| entropy(f64::from(probability), truth[record]);
            (of(tempered[record * classes + label]), of(line))
        });
        let compared = compare(codes.get(label).cloned().unwrap_or_default(), &truth, &losses.collect::<Vec<_>>());
        if compared.chosen {
            fitted.calibration.isotonic.insert(compared.code.clone(), isotonic::line(&scores, &truth));
            for (&record, &line) in places.iter().zip(&lined[label]) {
                tempered[record * classes + label] = line;
            }
        }
        fitted.compared.push(compared);
    }
    let table = Table::from_f32(classes, &tempered, &answers.truth)?;
    fitted.unseen = Some(Unseen { calibration: calibration(&table, BINS), brier: brier(&table) });
    Ok(fitted)
}

/// Cross entropy of one answer, in nats.
fn entropy(probability: f64, truth: bool) -> f64 {
    let inside = probability.clamp(1e-7, 1.0 - 1e-7);
    -if truth { inside.ln() } else { (1.0 - inside).ln() }
}

/// Compares pairs of losses, with the temperature alone and with the line.
fn compare(code: String, truth: &[bool], losses: &[(f64, f64)]) -> Compared {
    let count = losses.len().max(1) as f64;
    let mean = |of: &dyn Fn(&(f64, f64)) -> f64| losses.iter().map(of).sum::<f64>() / count;
    let (temperature, isotonic) = (mean(&|pair| pair.0), mean(&|pair| pair.1));
    let gain = temperature - isotonic;
    let variance = mean(&|pair| (pair.0 - pair.1 - gain).powi(2));
    let standard_error = (variance / count).sqrt();
    let positives = truth.iter().filter(|&&truth| truth).count();
    Compared { code, positives, temperature, isotonic, standard_error, chosen: gain > standard_error }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seeds::{Generator, Purpose};

    /// Logits drawn evenly from -4 to 4 and truth that follows `probability` of them.
    fn drawn(records: usize, probability: impl Fn(f64) -> f64) -> Predictions {
        let mut random = Generator::new(3, Purpose::Simulation, 0);
        let mut even = || random.below(1 << 30) as f64 / f64::from(1 << 30);
        let mut predictions = Predictions { classes: 1, logits: vec![], truth: vec![], exclusive: false };
        for _ in 0..records {
            let logit = 8.0 * even() - 4.0;
            predictions.logits.push(vec![logit as f32]);
            predictions.truth.push(if even() < probability(logit) { 1.0 } else { 0.0 });
        }
        predictions
    }

    fn sigmoid(logit: f64) -> f64 {
        1.0 / (1.0 + (-logit).exp())
    }

    #[test]
    fn a_line_is_taken_where_no_temperature_helps() {
        // Every probability is far too high, which no temperature mends.
        let answers = drawn(1500, |logit| 0.4 * sigmoid(logit - 1.0));
        let fitted = fit(&answers, &["A".into()], Aggregate::Mean).unwrap();
        let compared = &fitted.compared[0];
        assert!(compared.chosen && compared.isotonic < compared.temperature, "{compared:?}");
        let points = &fitted.calibration.isotonic["A"];
        let table = Table::from_f32(1, &answers.probabilities(1.0, Aggregate::Mean), &answers.truth).unwrap();
        let before = calibration(&table, BINS).macro_error;
        let after = fitted.unseen.unwrap().calibration.macro_error;
        assert!(after < 0.5 * before, "{after} of {before}; {points:?}");
    }

    #[test]
    fn a_temperature_alone_is_taken_where_it_is_enough_or_positives_are_few() {
        let fitted = fit(&drawn(1500, |logit| sigmoid(logit / 2.0)), &["A".into()], Aggregate::Mean).unwrap();
        assert!(!fitted.compared[0].chosen && fitted.calibration.isotonic.is_empty(), "{fitted:?}");
        assert!((fitted.calibration.temperature - 2.0).abs() < 0.3, "{}", fitted.calibration.temperature);
        let few = fit(&drawn(1500, |logit| 0.03 * sigmoid(logit)), &["A".into()], Aggregate::Mean).unwrap();
        assert!(few.compared.is_empty() && few.calibration.isotonic.is_empty());
        let tiny = fit(&drawn(8, sigmoid), &["A".into()], Aggregate::Mean).unwrap();
        assert!(tiny.unseen.is_none());
    }

    #[test]
    fn each_recording_is_judged_by_what_others_were_fitted_to() {
        // Truth that has nothing to do with the score: a line fitted to the recordings themselves would gain, one fitted to
        // others does not beat the share that temperature 4 nearly gives.
        let answers = drawn(400, |_| 0.5);
        let fitted = fit(&answers, &["A".into()], Aggregate::Mean).unwrap();
        let compared = &fitted.compared[0];
        assert!(compared.isotonic > std::f64::consts::LN_2, "better than chance on recordings of chance: {compared:?}");
    }
}
