//! Measuring a model on a fold.

use classify::Card;

use crate::dataset::{Dataset, Example};
use crate::metrics::{Bootstrap, Report, Table, TableError};
use crate::predict::{Model, Predictions, predict};
use crate::recipes::Aggregate;

/// Why a model could not be measured.
#[derive(Debug, thiserror::Error)]
pub enum EvaluateError {
    /// The model's labels are not the data set's.
    #[error("model {model}: its labels are not those of the data: expected {expected}, found {found}")]
    Labels {
        /// The model.
        model: String,
        /// Its labels.
        expected: String,
        /// The data's.
        found: String,
    },
    /// The signals cannot be prepared as the model wants them.
    #[error(transparent)]
    Prepare(#[from] classify::Error),
    /// A table of scores is at fault.
    #[error(transparent)]
    Table(#[from] TableError),
    /// There is nothing to measure on.
    #[error("fold {0}: no recording with a label of the model's task")]
    NoRecordings(u8),
}

/// A network's answers on the true signals of one fold. `seen` is called with the number of recordings done.
///
/// # Errors
/// The fold is empty.
pub fn answers(model: &Model, data: &Dataset, fold: u8, seen: impl FnMut(usize)) -> Result<Predictions, EvaluateError> {
    let examples: Vec<&Example> = data.examples_of(&[fold], true);
    if examples.is_empty() {
        return Err(EvaluateError::NoRecordings(fold));
    }
    Ok(predict(model, data, &examples, seen))
}

/// A model's calibrated probabilities with what is true; `aggregate` overrides the card's.
///
/// # Errors
/// An answer is not a number.
pub fn table(card: &Card, answers: &Predictions, aggregate: Aggregate) -> Result<Table, TableError> {
    Table::from_f32(answers.classes, &answers.calibrated(card, aggregate), &answers.truth)
}

/// A model's report: its answers with its own calibration and thresholds; `aggregate` overrides the card's.
///
/// # Errors
/// Answers and card do not fit.
pub fn report(
    card: &Card,
    answers: &Predictions,
    aggregate: Aggregate,
    how: &Bootstrap,
) -> Result<Report, EvaluateError> {
    let table = table(card, answers, aggregate)?;
    let codes: Vec<String> = card.labels.iter().map(|label| label.code.clone()).collect();
    let thresholds: Vec<f64> = card.labels.iter().map(|label| f64::from(label.threshold)).collect();
    Ok(Report::new(&table, &codes, &thresholds, how)?)
}

/// Checks that a model's labels are the data's, in the same order, and standardises the data as the model wants it.
///
/// # Errors
/// The labels differ.
pub fn fit_to_card(data: &mut Dataset, card: &Card) -> Result<(), EvaluateError> {
    let list = |codes: Vec<&str>| codes.join(" ");
    let expected = list(card.labels.iter().map(|label| label.code.as_str()).collect());
    let found = list(data.labels.iter().map(|label| label.code.as_str()).collect());
    if expected != found {
        return Err(EvaluateError::Labels { model: card.name.clone(), expected, found });
    }
    data.prepare_as(&card.input)?;
    Ok(())
}

/// A report as text: one line of figures for all, one a label.
pub fn as_text(report: &Report) -> String {
    use core::fmt::Write as _;
    let mut text = String::new();
    if let Some(area) = &report.macro_auc {
        let _ = writeln!(
            text,
            "macro AUC {:.4} ({:.0} % interval {:.4} to {:.4})",
            area.value,
            area.coverage * 100.0,
            area.low,
            area.high
        );
    }
    if let Some(fmax) = &report.fmax {
        let _ = writeln!(text, "Fmax {:.4} at {:.2}", fmax.value, fmax.threshold);
    }
    let _ = writeln!(
        text,
        "macro F1 {:.4}, calibration error {:.4}, Brier score {:.4}, {} recordings",
        report.macro_f1, report.calibration.macro_error, report.brier, report.records
    );
    let _ = writeln!(
        text,
        "{:10} {:>9} {:>7} {:>9} {:>7} {:>7} {:>7}",
        "label", "positives", "AUC", "threshold", "sens.", "spec.", "F1"
    );
    let share = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.3}"));
    for class in &report.classes {
        let _ = writeln!(
            text,
            "{:10} {:9} {:>7} {:9.3} {:>7} {:>7} {:7.3}",
            class.code,
            class.positives,
            share(class.auc),
            class.threshold,
            share(class.sensitivity.as_ref().map(|value| value.value)),
            share(class.specificity.as_ref().map(|value| value.value)),
            class.f1
        );
    }
    if !report.undefined.is_empty() {
        let _ =
            writeln!(text, "without a positive or a negative, left out of the mean: {}", report.undefined.join(" "));
    }
    text
}
