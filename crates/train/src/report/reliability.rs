//! Reliability diagrams: what share of recordings carries a label where the network says so much.

use super::html::{Markup, element, text};
use super::plot::{Axis, Plot};
use super::ranking::SIZE;
use super::{Run, name, pictures, titled};
use crate::metrics::calibration::{Bin, reliability};
use crate::metrics::wilson;

/// Bins of a diagram (Guo et al., ICML 2017).
const BINS: usize = 15;

/// Labels with fewer recordings are drawn together: a bin of theirs holds next to nothing.
pub(super) const LEAST_POSITIVES: usize = 20;

/// One diagram for each label with enough recordings, one for all others together.
pub(super) fn section(run: &Run<'_>) -> Option<Markup> {
    let classes = run.table.classes();
    let (own, rest): (Vec<usize>, Vec<usize>) =
        (0..classes).partition(|&label| run.table.positives(label) >= LEAST_POSITIVES);
    let mut content: Vec<Markup> = Vec::new();
    for label in own {
        let (scores, truth) = run.table.class(label);
        let errors = &run.figures.calibration;
        let (code, full) = name(run.card, label);
        let words = format!("ECE {:.3}, largest gap {:.3}", errors.per_class[label], errors.largest_gap[label]);
        content.push(figure((&code, &full), &words, &reliability(&scores, &truth, BINS)));
    }
    if !rest.is_empty() {
        let (mut scores, mut truth) = (Vec::new(), Vec::new());
        for &label in &rest {
            let (own, own_truth) = run.table.class(label);
            scores.extend(own);
            truth.extend(own_truth);
        }
        let positives = truth.iter().filter(|&&truth| truth).count();
        let words = format!("{} labels with fewer than {LEAST_POSITIVES} positives, {positives} in all", rest.len());
        content.push(figure(("pooled", ""), &words, &reliability(&scores, &truth, BINS)));
    }
    let remark = "15 bins of equal width; a dot's area grows with its bin's recordings, its line is Wilson's 95 % interval. \
                  On the dashed line a probability means what it says.";
    (!content.is_empty()).then(|| titled("Reliability", remark, [pictures("many", content)]))
}

fn figure((code, full): (&str, &str), words: &str, bins: &[Bin]) -> Markup {
    let mut plot = Plot::new(SIZE, Axis::unit("mean probability"), Axis::unit("share that carry it"));
    plot.line(&[(0.0, 0.0), (1.0, 1.0)], "guide");
    let most = bins.iter().map(|bin| bin.count).max().unwrap_or(0).max(1) as f64;
    for bin in bins.iter().filter(|bin| bin.count > 0) {
        let found = (bin.share * bin.count as f64).round() as usize;
        if let Some(interval) = wilson(found, bin.count) {
            plot.line(&[(bin.mean_score, interval.low), (bin.mean_score, interval.high)], "bar");
        }
        let radius = 1.5 + 4.5 * (bin.count as f64 / most).sqrt();
        let words = format!("{found} of {} at a mean of {:.3}", bin.count, bin.mean_score);
        plot.dot((bin.mean_score, bin.share), radius, "dot", &words);
    }
    let picture = plot.markup(&format!("Reliability diagram of {code}: {words}"));
    let title = element("b", &[("title", full)], [text(code)]);
    element("figure", &[], [picture, element("figcaption", &[], [title, text(words)])])
}
