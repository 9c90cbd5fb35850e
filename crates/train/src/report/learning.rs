//! The learning curve.

use super::html::{Markup, element, text};
use super::plot::{Axis, Plot};
use super::{Run, chosen_epoch, pictures, titled};

const SIZE: (f64, f64) = (380.0, 230.0);

/// Loss and validation AUC by epoch.
pub(super) fn section(run: &Run<'_>) -> Markup {
    let title = "Learning curves";
    if run.curve.is_empty() {
        return titled(title, "The run's learning curve is not at hand.", []);
    }
    let epochs = || Axis::counted("epoch", run.curve.iter().map(|epoch| epoch.epoch as f64));
    let of = |value: &dyn Fn(&crate::checkpoint::Epoch) -> Option<f64>| -> Vec<(f64, f64)> {
        run.curve.iter().filter_map(|epoch| Some((epoch.epoch as f64, value(epoch)?))).collect()
    };
    let loss = of(&|epoch| Some(epoch.loss));
    let validation = of(&|epoch| epoch.validation_loss);
    let areas = of(&|epoch| epoch.validation_auc);
    let heights = loss.iter().chain(&validation).map(|point| point.1);
    let mut losses = Plot::new(SIZE, epochs(), Axis::around("loss", heights));
    losses.line(&loss, "first");
    losses.line(&validation, "second");
    points(&mut losses, &validation, "dot second", "fold 9");
    let last = |points: &[(f64, f64)]| points.last().map_or_else(|| "–".to_owned(), |point| format!("{:.4}", point.1));
    let key = |class: &'static str, words: &str| element("span", &[("class", class)], [text(words)]);
    let caption = [
        key("key", &format!("training {}", last(&loss))),
        key("key other", &format!("cross entropy on fold 9 {}", last(&validation))),
    ];
    let mut content = vec![figure(losses.markup("Loss by epoch, training and fold 9"), caption)];
    if !areas.is_empty() {
        let mut plot = Plot::new(SIZE, epochs(), Axis::around("macro AUC", areas.iter().map(|point| point.1)));
        plot.line(&areas, "first");
        points(&mut plot, &areas, "dot", "macro AUC");
        let mut words = format!("Macro AUC on fold 9: {} at the last epoch", last(&areas));
        if let Some(epoch) = chosen_epoch(run.card) {
            let at = areas.iter().find(|point| point.0 == epoch as f64);
            if let Some(&point) = at {
                plot.dot(point, 4.5, "dot mark", &format!("epoch {epoch}, kept"));
            }
            words = format!("{words}; the weights of epoch {epoch} were kept");
        }
        content.push(figure(plot.markup("Macro AUC on fold 9 by epoch"), [text(words)]));
    }
    titled(title, "", [pictures("few", content)])
}

fn points(plot: &mut Plot, points: &[(f64, f64)], class: &'static str, what: &str) {
    for &point in points {
        plot.dot(point, 2.0, class, &format!("epoch {}: {what} {:.4}", point.0, point.1));
    }
}

fn figure(picture: Markup, caption: impl IntoIterator<Item = Markup>) -> Markup {
    element("figure", &[], [picture, element("figcaption", &[], caption)])
}
