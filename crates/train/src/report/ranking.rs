//! ROC and precision-recall curve of each label.

use super::curve;
use super::html::{Markup, element, text};
use super::plot::{Axis, Plot};
use super::{Run, name, pictures, share, titled};

pub(super) const SIZE: (f64, f64) = (220.0, 200.0);

/// Sensitivity over 1 - specificity.
pub(super) fn roc(run: &Run<'_>) -> Option<Markup> {
    let picture = |label: usize| {
        let (scores, truth) = run.table.class(label);
        let points = curve::roc(&scores, &truth);
        let class = &run.figures.classes[label];
        let mut plot = Plot::new(SIZE, Axis::unit("1 − specificity"), Axis::unit("sensitivity"));
        plot.line(&[(0.0, 0.0), (1.0, 1.0)], "guide");
        plot.line(&points, "first");
        if let (Some(sensitivity), Some(specificity)) = (class.sensitivity, class.specificity) {
            let words = format!("at the threshold {:.3}", class.threshold);
            plot.dot((1.0 - specificity.value, sensitivity.value), 3.5, "dot mark", &words);
        }
        (!points.is_empty()).then(|| figure(run, label, plot, "ROC curve", &format!("AUC {}", share(class.auc))))
    };
    let content: Vec<Markup> = (0..run.table.classes()).filter_map(picture).collect();
    let remark = "The dot is the card's threshold. Labels without a positive or a negative have no curve.";
    (!content.is_empty()).then(|| titled("ROC curves", remark, [pictures("many", content)]))
}

/// Precision over recall.
pub(super) fn precision_recall(run: &Run<'_>) -> Option<Markup> {
    let picture = |label: usize| {
        let (scores, truth) = run.table.class(label);
        let points = curve::precision_recall(&scores, &truth);
        let class = &run.figures.classes[label];
        let mut plot = Plot::new(SIZE, Axis::unit("recall"), Axis::unit("precision"));
        let prevalence = class.positives as f64 / run.table.records().max(1) as f64;
        plot.line(&[(0.0, prevalence), (1.0, prevalence)], "guide");
        plot.line(&points, "first");
        if let (Some(recall), Some(precision)) = (class.sensitivity, class.confusion.precision()) {
            plot.dot((recall.value, precision), 3.5, "dot mark", &format!("at the threshold {:.3}", class.threshold));
        }
        let words = format!("AP {}", share(class.average_precision));
        (!points.is_empty()).then(|| figure(run, label, plot, "Precision-recall curve", &words))
    };
    let content: Vec<Markup> = (0..run.table.classes()).filter_map(picture).collect();
    let remark = "Dashed: the share of recordings that carry the label, which guessing reaches. AP: average precision.";
    (!content.is_empty()).then(|| titled("Precision-recall curves", remark, [pictures("many", content)]))
}

fn figure(run: &Run<'_>, label: usize, plot: Plot, what: &str, value: &str) -> Markup {
    let (code, full) = name(run.card, label);
    let positives = run.figures.classes[label].positives;
    let picture = plot.markup(&format!("{what} of {code}: {value}"));
    let title = element("b", &[("title", &full)], [text(&code)]);
    let words = text(format!("{value}, {positives} positives"));
    element("figure", &[], [picture, element("figcaption", &[], [title, words])])
}
