//! What the model is, and its figures in short.

use serde_json::Value;

use super::html::{Markup, element, list, text};
use super::{Run, chosen_epoch, share};

/// The head of a report.
pub(super) fn section(run: &Run<'_>) -> Markup {
    let (card, figures) = (run.card, run.figures);
    let area = figures.macro_auc.map_or_else(
        || "–".to_owned(),
        |area| {
            format!("{:.4} ({:.0} % interval {:.4} to {:.4})", area.value, area.coverage * 100.0, area.low, area.high)
        },
    );
    let mut results = vec![
        ("Macro AUC", area),
        ("Macro average precision", share(figures.macro_average_precision)),
        (
            "Fmax",
            figures.fmax.map_or_else(|| "–".to_owned(), |fmax| format!("{:.3} at {:.2}", fmax.value, fmax.threshold)),
        ),
        ("Macro F1", format!("{:.3}", figures.macro_f1)),
        ("Mean calibration error (ECE)", format!("{:.4}", figures.calibration.macro_error)),
        ("Brier score", format!("{:.4}", figures.brier)),
        ("Recordings measured", format!("{} of fold {}", figures.records, run.fold)),
    ];
    if !figures.undefined.is_empty() {
        results.push(("Labels without an AUC", figures.undefined.join(" ")));
    }
    let epochs = match (card.data.get("epochs").and_then(Value::as_u64), chosen_epoch(card)) {
        (Some(all), Some(chosen)) => format!("{all}, weights of epoch {chosen}"),
        _ => "–".to_owned(),
    };
    let mut facts = vec![
        ("Network", format!("{} ({})", card.architecture.title(), card.architecture.name())),
        ("Network's source", card.architecture.source().to_owned()),
        ("Parameters", grouped(card.parameters)),
        ("Multiply-adds of one input", grouped(card.multiply_adds)),
        ("Task", format!("{}, {} labels", card.task, card.labels.len())),
        ("Data", run.data.to_owned()),
        ("Recipe", card.recipe.clone()),
        ("Epochs", epochs),
        ("Seed", card.seed.to_string()),
        ("Commit", card.commit.clone()),
        ("Weights (SHA-256)", card.weights.sha256.clone()),
        ("Licence of the weights", card.licence.clone()),
    ];
    for source in card.data.get("sources").and_then(Value::as_array).into_iter().flatten() {
        facts.push(("Trained on", trained_on(source)));
    }
    let pairs = |pairs: Vec<(&str, String)>| {
        list(pairs.into_iter().filter(|pair| !pair.1.is_empty()).map(|(name, value)| (name.to_owned(), value)))
    };
    let caution = match run.fold {
        9 => {
            "Calibration and thresholds were chosen on these very recordings: what depends on them flatters. AUC does not."
        }
        _ => "Calibration and thresholds were chosen on fold 9.",
    };
    let command =
        (!card.command.is_empty()).then(|| element("pre", &[], [element("code", &[], [text(&card.command)])]));
    let content = [
        element("h1", &[], [text(&card.title)]),
        element("p", &[], [text(format!("Model {} on fold {} of {}. {caution}", card.name, run.fold, run.data))]),
        pairs(results),
    ];
    let content = content.into_iter().chain(command).chain([pairs(facts)]);
    let last = element("p", &[], [text("Research software, not a medical device.")]);
    element("header", &[], content.chain([last]))
}

/// One source of the card as a phrase.
fn trained_on(source: &Value) -> String {
    let count = |name: &str| source.get(name).and_then(Value::as_u64).unwrap_or(0);
    format!(
        "{} recordings of folds 1-8 ({} of fold 9 to validate on): {}",
        count("training_recordings_folds_1_to_8"),
        count("validation_recordings_fold_9"),
        source.get("origin").and_then(Value::as_str).unwrap_or("unnamed source")
    )
}

/// A count with a thin space between thousands.
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let groups = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy);
    groups.collect::<Vec<_>>().join("\u{202f}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        assert_eq!([7, 486_344, 63_221_416].map(grouped), ["7", "486\u{202f}344", "63\u{202f}221\u{202f}416"]);
    }
}
