//! A report of a run: one HTML file that needs nothing but itself.
//!
//! It is made of a model's card, the run's learning curve and the network's answers on one fold; a browser shows it, a
//! printer prints it, and no byte of it is from elsewhere: pictures are SVG within it, its style stands in its head, and
//! its own policy forbids to load anything.

mod calibration;
mod curve;
mod decisions;
mod head;
mod html;
mod learning;
mod plot;
mod ranking;
mod reliability;

use classify::Card;
use serde_json::Value;

use crate::checkpoint::Epoch;
use crate::metrics::{Report, Table};
use html::{Markup, element, text};

/// What a report is made of.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// The model's card.
    pub card: &'a Card,
    /// The learning curve; empty where it is not at hand.
    pub curve: &'a [Epoch],
    /// The data set's name.
    pub data: &'a str,
    /// The fold that was measured.
    pub fold: u8,
    /// Its calibrated probabilities and what is true.
    pub table: &'a Table,
    /// Its figures, at the card's thresholds.
    pub figures: &'a Report,
}

/// The report as the text of an HTML file.
pub fn page(run: &Run<'_>) -> String {
    let sections = [
        Some(head::section(run)),
        Some(learning::section(run)),
        ranking::roc(run),
        ranking::precision_recall(run),
        reliability::section(run),
        Some(calibration::section(run)),
        Some(decisions::section(run)),
        decisions::matrix(run),
    ];
    html::page(&run.card.title, sections.into_iter().flatten())
}

/// A section with its title and what is to be known before it is read.
fn titled(title: &str, remark: &str, content: impl IntoIterator<Item = Markup>) -> Markup {
    let remark = (!remark.is_empty()).then(|| element("p", &[], [text(remark)]));
    let title = element("h2", &[], [text(title)]);
    element("section", &[], std::iter::once(title).chain(remark).chain(content))
}

/// Pictures side by side.
fn pictures(class: &'static str, content: impl IntoIterator<Item = Markup>) -> Markup {
    element("div", &[("class", class)], content)
}

/// The name of a label by its number: what the card calls it.
fn name(card: &Card, label: usize) -> (String, String) {
    card.labels.get(label).map_or_else(Default::default, |label| (label.code.clone(), label.name.clone()))
}

/// The epoch whose weights were kept, as the card says.
fn chosen_epoch(card: &Card) -> Option<u64> {
    card.data.get("chosen_epoch").and_then(Value::as_u64)
}

/// A share to three places, or a dash.
fn share(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.3}"))
}

#[cfg(test)]
mod tests;
