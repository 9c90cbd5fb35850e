//! Decisions at the card's thresholds.

use super::html::{Markup, element, table, text};
use super::{Run, name, share, titled};
use crate::metrics::{Proportion, Table};
use crate::tasks::Task;

/// Counts, sensitivity and specificity of each label.
pub(super) fn section(run: &Run<'_>) -> Markup {
    let interval = |value: Option<Proportion>| {
        value.map_or_else(|| "–".to_owned(), |p| format!("{:.3} ({:.3} to {:.3})", p.value, p.low, p.high))
    };
    let rows = run.figures.classes.iter().map(|class| {
        let counts = &class.confusion;
        let number = |value: usize| value.to_string();
        vec![
            class.code.clone(),
            format!("{:.3}", class.threshold),
            number(counts.true_positive),
            number(counts.false_positive),
            number(counts.false_negative),
            number(counts.true_negative),
            interval(class.sensitivity),
            interval(class.specificity),
            share(counts.precision()),
            format!("{:.3}", class.f1),
        ]
    });
    let columns =
        ["label", "threshold", "TP", "FP", "FN", "TN", "sensitivity (95 %)", "specificity (95 %)", "precision", "F1"];
    let remark = "Recordings by decision and truth: TP found and there, FP found and not there, FN missed, TN left alone. \
                  Wilson's intervals.";
    titled("Decisions at the card's thresholds", remark, [table(&columns, rows)])
}

/// Recordings by true and most probable label, where exactly one applies to each.
pub(super) fn matrix(run: &Run<'_>) -> Option<Markup> {
    let task = <Task as clap::ValueEnum>::from_str(&run.card.task, false);
    if !(run.card.exclusive || task.is_ok_and(Task::is_exclusive)) {
        return None;
    }
    let counts = confusion_matrix(run.table)?;
    let code = |label: usize| name(run.card, label).0;
    let head = (0..counts.len()).map(|label| element("th", &[("scope", "col")], [text(code(label))]));
    let head = std::iter::once(element("th", &[("scope", "col")], [text("true")])).chain(head);
    let rows = counts.iter().enumerate().map(|(truth, row)| {
        let all = row.iter().sum::<usize>().max(1) as f64;
        let cells = row.iter().enumerate().map(|(found, &count)| {
            let words = format!("{} told as {}: {count}", code(truth), code(found));
            let shade = format!("--share:{:.3}", count as f64 / all);
            let own = if count == 0 { String::new() } else { count.to_string() };
            element("td", &[("style", &shade), ("title", &words)], [text(own)])
        });
        let name = element("th", &[("scope", "row")], [text(code(truth))]);
        element("tr", &[], std::iter::once(name).chain(cells).collect::<Vec<_>>())
    });
    let head = element("thead", &[], [element("tr", &[], head)]);
    let body = element("tbody", &[], rows);
    let matrix = element("table", &[("class", "matrix")], [head, body]);
    // What is wider than the page is scrolled by itself, by keys too.
    let attributes = [("class", "scroll"), ("tabindex", "0"), ("role", "region"), ("aria-label", "Confusion matrix")];
    let right: usize = (0..counts.len()).map(|label| counts[label][label]).sum();
    let remark = format!(
        "Each recording has one label: rows are the true ones, columns the most probable. {right} of {} are right.",
        run.table.records()
    );
    Some(titled("Confusion matrix", &remark, [element("div", &attributes, [matrix])]))
}

/// `[true label][most probable label]`; none where a recording has not exactly one label.
fn confusion_matrix(table: &Table) -> Option<Vec<Vec<usize>>> {
    let mut counts = vec![vec![0; table.classes()]; table.classes()];
    for (scores, truth) in table.rows() {
        let mut labels = truth.iter().enumerate().filter(|label| *label.1).map(|label| label.0);
        let (Some(label), None) = (labels.next(), labels.next()) else { return None };
        // The first of equal ones.
        let found = (0..scores.len()).rev().max_by(|&a, &b| scores[a].total_cmp(&scores[b]))?;
        counts[label][found] += 1;
    }
    Some(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matrix_counts_true_by_most_probable() {
        let truth = vec![true, false, false, true, true, false];
        let table = Table::new(2, vec![0.9, 0.2, 0.6, 0.3, 0.4, 0.4], truth).unwrap();
        assert_eq!(confusion_matrix(&table).unwrap(), [[2, 0], [1, 0]]);
        let two = Table::new(2, vec![0.9, 0.2], vec![true, true]).unwrap();
        assert!(confusion_matrix(&two).is_none(), "two labels at once");
    }
}
