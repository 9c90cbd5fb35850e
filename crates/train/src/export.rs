//! A trained network as a model folder: `card.json`, `weights.safetensors`, `README.md`.

use std::path::{Path, PathBuf};

use burn::tensor::Device;
use classify::{Backend, Card, Classifier, Input, Label, Precision, Window, weights};
use serde_json::{Value, json};

use crate::batches::stride_of;
use crate::calibrate;
use crate::checkpoint::write_whole;
use crate::dataset::{Dataset, Meaning};
use crate::evaluate::{EvaluateError, answers, report, table};
use crate::metrics::{Bootstrap, Report, TableError, ThresholdRule, choose_all};
use crate::predict::{Model, Predictions};
use crate::tasks::Task;
use crate::training::{Settings, Trained};

/// Seconds of a recording that models look at, unless their network takes more.
const SPAN: f64 = 10.0;

/// Name of the weights file in a model's folder.
pub const WEIGHTS: &str = "weights.safetensors";

/// Why a model could not be exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The card or the weights.
    #[error(transparent)]
    Model(#[from] classify::Error),
    /// The trained numbers do not fit the network.
    #[error(transparent)]
    Network(#[from] nets::Error),
    /// The network cannot be described for these labels.
    #[error(transparent)]
    Graph(#[from] nets::graph::GraphError),
    /// The model could not be measured.
    #[error(transparent)]
    Evaluate(#[from] EvaluateError),
    /// Its scores are no table.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A report cannot be written as JSON.
    #[error("the model's report: {0}")]
    Json(#[from] serde_json::Error),
    /// A file could not be written.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
}

/// What the card says beside figures.
#[derive(Clone, Debug)]
pub struct Provenance {
    /// The model's name: its folder.
    pub name: String,
    /// The command that makes it again.
    pub command: String,
    /// The commit of this program.
    pub commit: String,
}

/// A model folder that was written.
#[derive(Clone, Debug)]
pub struct Exported {
    /// Its card.
    pub card: Card,
    /// Fold 9's figures.
    pub figures: Report,
    /// The network's answers on fold 9.
    pub answers: Predictions,
}

/// Writes a model folder: weights in half precision, calibration and thresholds chosen on fold 9 with these very
/// weights, and fold 9's figures.
///
/// # Errors
/// A file cannot be written, or the network and the data do not fit.
pub fn export(
    folder: &Path,
    settings: &Settings,
    trained: &Trained,
    (data, input): (&Dataset, &Input),
    provenance: &Provenance,
    device: &Device,
) -> Result<Exported, ExportError> {
    let classes = data.labels.len();
    let architecture = settings.architecture;
    let bytes = weights::encode(&trained.network, Precision::Half)?;
    let graph = architecture.graph(classes)?;
    // What ships is measured: the network with its numbers rounded.
    let model = Model::new(graph.clone(), &weights::decode(&bytes)?, device)?;
    let recipe = &settings.recipe;
    let answers = answers(&model, data, 9, |_| ())?.exclusive(recipe.objective.labels.is_exclusive());
    let codes: Vec<String> = data.labels.iter().map(|label| label.code.clone()).collect();
    let fitted = calibrate::fit(&answers, &codes, recipe.aggregate)?;

    let windows = if input.samples as f64 / input.rate < 10.0 { stride_of(input.samples) } else { 0 };
    let mut card = Card {
        name: provenance.name.clone(),
        title: title(settings, input, classes),
        architecture,
        labels: data
            .labels
            .iter()
            .map(|label| Label {
                code: label.code.clone(),
                name: label.name.clone(),
                group: label.group.clone(),
                threshold: 0.5,
            })
            .collect(),
        input: input.clone(),
        window: Window {
            stride: windows,
            span: SPAN.max(input.samples as f64 / input.rate),
            aggregate: recipe.aggregate.into(),
        },
        calibration: fitted.calibration,
        weights: weights::describe(WEIGHTS, &bytes, Precision::Half),
        exclusive: recipe.objective.labels.is_exclusive(),
        task: settings.task.name().to_owned(),
        recipe: recipe.name.name().to_owned(),
        command: provenance.command.clone(),
        seed: settings.seed,
        commit: provenance.commit.clone(),
        data: counts(data, settings, trained),
        metrics: Value::Null,
        explanations: Vec::new(),
        parameters: graph.parameters() as u64,
        multiply_adds: graph.multiply_adds(),
        licence: licence(settings.task),
        known_answer: None,
        other: serde_json::Map::new(),
    };
    let table = table(&card, &answers, recipe.aggregate)?;
    for (number, threshold) in choose_all(&table, ThresholdRule::F1).into_iter().enumerate() {
        card.labels[number].threshold = between_scores(threshold, &table.class(number).0) as f32;
    }
    let figures = report(&card, &answers, recipe.aggregate, &Bootstrap::default())?;
    card.metrics = json!({
        "fold_9": serde_json::to_value(&figures)?,
        "calibration": {
            "compared": fitted.compared,
            "unseen": fitted.unseen,
            "note": "Fold 9 cut into five parts, each judged by what was fitted to the others: cross entropy by \
                     temperature alone and by isotonic regression beside it, calibration error of what was taken.",
        },
        "note": "Calibration and thresholds were chosen on fold 9 itself; AUC does not depend on either.",
    });
    let classifier = Classifier::load(card.clone(), &bytes, Backend::Burn(Device::flex()))?;
    card.known_answer = Some(classify::wait(classifier.known_answer())?);
    card.check()?;

    let write = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        write_whole(&path, bytes).map_err(|source| ExportError::File { path, source })
    };
    write(WEIGHTS, &bytes)?;
    write("README.md", readme(&card, data, &figures).as_bytes())?;
    // The card last: a folder with a card is a whole model.
    write("card.json", card.to_json()?.as_bytes())?;
    Ok(Exported { card, figures, answers })
}

/// A threshold that is a score, moved down towards one half, at most half way to the next lower score (on the scale of
/// logits). Every decision on these recordings stays as it was; a label that the fold separates perfectly does not ask for a probability of 0.9999
/// of the next recording only because each of the fold's own had it.
fn between_scores(threshold: f64, scores: &[f64]) -> f64 {
    if !scores.contains(&threshold) {
        return threshold;
    }
    let Some(below) = scores.iter().copied().filter(|score| *score < threshold).max_by(f64::total_cmp) else {
        return threshold;
    };
    let logit = |probability: f64| {
        let inside = probability.clamp(1e-6, 1.0 - 1e-6);
        (inside / (1.0 - inside)).ln()
    };
    let middle = 1.0 / (1.0 + (-f64::midpoint(logit(threshold), logit(below))).exp());
    let middle = middle.max(threshold.min(0.5));
    // Between neighbours that f32 cannot tell apart there is no room.
    if (middle as f32) > (below as f32) && middle <= threshold { middle } else { threshold }
}

/// What somebody who chooses among models reads: the labels, the network, its lead where it takes one, and whether it
/// had a teacher.
fn title(settings: &Settings, input: &Input, classes: usize) -> String {
    let labels = match settings.task {
        Task::Simulated => format!("Demo: {classes} simulated conditions"),
        Task::All => format!("All {classes} statements"),
        Task::Superclass => "Five diagnostic superclasses".to_owned(),
        Task::MiSubclasses => "Anteroseptal or inferior infarction".to_owned(),
        Task::Rhythm => format!("{classes} rhythms"),
        Task::Tiers => "Three tiers of ischaemia".to_owned(),
        Task::Cpsc2018 => "Nine labels of CPSC2018".to_owned(),
        Task::Chapman => "Four rhythms of Chapman-Shaoxing".to_owned(),
        Task::Cinc2021 => format!("The challenge's {classes} labels"),
        task => format!("{classes} labels of task {}", task.name()),
    };
    let lead = match input.leads.as_slice() {
        [lead] => format!(", lead {}", lead.name()),
        _ => String::new(),
    };
    let taught = if settings.teacher.is_some() { ", with a teacher" } else { "" };
    format!("{labels}, {}{lead}{taught}", settings.architecture.title())
}

fn licence(task: Task) -> String {
    match task {
        Task::Simulated => "MIT OR Apache-2.0".to_owned(),
        task => format!("CC BY 4.0; trained on {}", task.data_set().credit()),
    }
}

/// What the model was trained and measured on.
fn counts(data: &Dataset, settings: &Settings, trained: &Trained) -> Value {
    let in_folds = |folds: std::ops::RangeInclusive<u8>, part: usize| {
        data.examples.iter().filter(|example| example.part == part && folds.contains(&example.fold)).count()
    };
    let sources: Vec<Value> = data
        .origin
        .iter()
        .enumerate()
        .map(|(part, origin)| {
            let validation = if data.parts[part].meaning == Meaning::Millivolts { in_folds(9..=9, part) } else { 0 };
            json!({
                "origin": origin,
                "training_recordings_folds_1_to_8": in_folds(1..=8, part),
                "validation_recordings_fold_9": validation,
            })
        })
        .collect();
    let positives: serde_json::Map<String, Value> = data
        .labels
        .iter()
        .enumerate()
        .map(|(number, label)| {
            let carries = |folds: std::ops::RangeInclusive<u8>| {
                data.examples
                    .iter()
                    .filter(|example| folds.contains(&example.fold) && example.labels[number] > 0.5)
                    .count()
            };
            (label.code.clone(), json!(carries(1..=8)))
        })
        .collect();
    json!({
        "set": data.name,
        "sources": sources,
        "training_positives": positives,
        "epochs": trained.curve.len(),
        "chosen_epoch": trained.chosen,
        "batch": settings.recipe.batch,
    })
}

fn readme(card: &Card, data: &Dataset, report: &Report) -> String {
    let area = report.macro_auc.as_ref().map_or_else(
        || "no macro AUC".to_owned(),
        |area| format!("macro AUC {:.3} ({:.3} to {:.3})", area.value, area.low, area.high),
    );
    let sources: Vec<String> = data
        .origin
        .iter()
        .enumerate()
        .map(|(part, origin)| {
            let count = data.examples.iter().filter(|example| example.part == part && example.fold <= 8).count();
            format!("{count} recordings ({origin})")
        })
        .collect();
    format!(
        "# {}\n\n{}. Trained on folds 1 to 8 of {}: {}. On fold 9, {} recordings: {area}, 95 % bootstrap interval.\n\n\
         Made by `{}`. {} parameters; {}. Research software, not a medical device.\n\nLicence of the weights: {}.\n",
        card.name,
        card.title,
        data.name,
        sources.join("; "),
        report.records,
        card.command,
        card.parameters,
        card.architecture.source(),
        card.licence,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threshold_moves_between_scores_and_no_decision_changes() {
        let scores = [0.001, 0.999, 0.002, 0.9999];
        let moved = between_scores(0.999, &scores);
        assert!(moved > 0.49 && moved < 0.7, "{moved}");
        let decided = |threshold: f64| scores.map(|score| score >= threshold);
        assert_eq!(decided(moved), decided(0.999));
        assert_eq!(between_scores(0.4, &[0.4, 0.0001]), 0.4, "not further from one half");
        assert_eq!(between_scores(0.5, &scores), 0.5, "a threshold that is no score stays");
        assert_eq!(between_scores(0.001, &scores), 0.001, "below the lowest score there is nothing");
        let near = 0.5 + 1e-12;
        assert_eq!(between_scores(near, &[0.5, near]), near, "there is no room between equal numbers");
    }
}
