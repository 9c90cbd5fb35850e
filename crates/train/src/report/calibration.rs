//! Calibration figures.

use serde_json::Value;

use super::html::{Markup, list, table};
use super::{Run, name, share, titled};

/// Errors of all labels, how each is calibrated, and what the choice rests on.
pub(super) fn section(run: &Run<'_>) -> Markup {
    let (card, figures) = (run.card, run.figures);
    let errors = &figures.calibration;
    let unseen = |path: &str| card.metrics.pointer(&format!("/calibration/unseen/{path}")).and_then(Value::as_f64);
    let number = |value: f64| format!("{value:.4}");
    let largest = errors.largest_gap.iter().copied().fold(0.0, f64::max);
    let mut pairs = vec![
        ("Temperature", number(f64::from(card.calibration.temperature))),
        ("ECE, mean over labels", number(errors.macro_error)),
        ("ECE, all labels together", number(errors.pooled_error)),
        ("MCE, largest gap of a bin", number(largest)),
        ("Brier score", number(figures.brier)),
    ];
    if let Some(error) = unseen("calibration/macro_error") {
        pairs.push(("ECE on parts of fold 9 that it was not fitted to", number(error)));
    }
    if let Some(brier) = unseen("brier") {
        pairs.push(("Brier score there", number(brier)));
    }
    let pairs = list(pairs.into_iter().map(|(name, value)| (name.to_owned(), value)));
    // Cards of before the comparison, and of folds that are too small for it, have none.
    let compared =
        card.metrics.pointer("/calibration/compared").and_then(Value::as_array).filter(|all| !all.is_empty());
    let rows = (0..run.table.classes()).map(|label| {
        let code = name(card, label).0;
        let pair = compared.into_iter().flatten().find(|row| row.get("code").and_then(Value::as_str) == Some(&code));
        let entropy = |which: &str| share(pair.and_then(|row| row.get(which)).and_then(Value::as_f64));
        let way = if card.calibration.isotonic.contains_key(&code) { "temperature, isotonic" } else { "temperature" };
        let errors = [share(errors.per_class.get(label).copied()), share(errors.largest_gap.get(label).copied())];
        let mut row = vec![code.clone(), way.to_owned()];
        row.extend(errors);
        if compared.is_some() {
            row.extend([entropy("temperature"), entropy("isotonic")]);
        }
        row
    });
    let columns = ["label", "calibrated by", "ECE", "MCE", "cross entropy, temperature", "cross entropy, isotonic"];
    let columns = if compared.is_some() { &columns[..] } else { &columns[..4] };
    let remark = "Errors over 15 bins of equal width.";
    let comparison = " The cross entropies (nats) are of parts of fold 9, each judged by what was fitted to the others; isotonic \
                      regression is taken where it gains more than its standard error. Labels with few recordings are not \
                      compared.";
    let remark = if compared.is_some() { format!("{remark}{comparison}") } else { remark.to_owned() };
    titled("Calibration", &remark, [pairs, table(columns, rows)])
}
