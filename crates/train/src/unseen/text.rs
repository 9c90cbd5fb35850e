//! The figures as text.

use core::fmt::Write as _;

use super::{Measured, UnseenReport};
use crate::metrics::Proportion;

/// A line of means, a line an entry that occurs, the entries without a positive or a negative, what is not mapped, and what to keep in mind.
pub fn as_text(report: &UnseenReport) -> String {
    let mut text = String::new();
    let number = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.3}"));
    let _ = writeln!(
        text,
        "{} recordings of {}; macro AUC {} and average precision {} over labels with a positive and a negative: {}",
        report.recordings,
        report.source.name(),
        number(report.macro_auc),
        number(report.macro_average_precision),
        report.entries_in_means,
    );
    let name = |entry: &Measured| entry.labels.join(" or ");
    let (shown, rest): (Vec<&Measured>, Vec<&Measured>) = report.entries.iter().partition(|entry| entry.auc.is_some());
    let width = shown.iter().map(|entry| name(entry).len()).max().unwrap_or(0).max(5);
    let share = |value: Option<Proportion>, part: usize| {
        value.map_or_else(
            || "-".to_owned(),
            |own| format!("{part}/{} {:.2} ({:.2} to {:.2})", own.count, own.value, own.low, own.high),
        )
    };
    let _ = writeln!(
        text,
        "{:width$} {:>9} {:>9} {:>6} {:>6}  {:26} specificity (95 %)",
        "label", "positives", "negatives", "AUC", "AP", "sensitivity (95 %)"
    );
    for entry in shown {
        let _ = writeln!(
            text,
            "{:width$} {:9} {:9} {:>6} {:>6}  {:26} {}",
            name(entry),
            entry.positives,
            entry.negatives,
            number(entry.auc),
            number(entry.average_precision),
            share(entry.sensitivity, entry.confusion.true_positive),
            share(entry.specificity, entry.confusion.true_negative),
        );
    }
    if !rest.is_empty() {
        let rest: Vec<String> = rest.into_iter().map(name).collect();
        let _ = writeln!(text, "without a positive or a negative, left out of the means: {}", rest.join(", "));
    }
    if !report.not_mapped.is_empty() {
        let _ = writeln!(text, "not mapped, since the source has no code for them: {}", report.not_mapped.join(" "));
    }
    let _ = writeln!(text, "{}", report.note);
    text
}
