//! Models of PTB-XL measured on recordings of other sources, as far as labels of the two say the same.
//!
//! A label that a source does not state is taken as absent there, which is not always so; the samples at hand are often tiny. So
//! the figures stand with their counts, and no choice is made by them.

mod mapping;
mod statements;
mod text;

use std::path::Path;

use classify::Card;
use serde::Serialize;

pub use mapping::{Mapping, Told, mapping};
pub use text::as_text;

use crate::evaluate::{EvaluateError, answers};
use crate::metrics::{Confusion, Proportion, auc, average_precision};
use crate::predict::Model;
use crate::recipes::Aggregate;
use crate::source::{Form, Gathered, SourceError, code15, numbered_records, snomed_records};
use crate::tasks::{DataSet, Label, Task};

/// A source that is not PTB-XL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// Records of the PhysioNet/CinC Challenge 2021 (.hea with SNOMED CT codes) but PTB-XL's own (HR...), which are seen
    Cinc2021,
    /// Samples of CODE-15% as MATLAB files with labels.csv and meta.csv
    Code15,
    /// CPSC2018 as its organisers published it, with REFERENCE.csv
    Cpsc2018,
}

/// Why a model could not be measured.
#[derive(Debug, thiserror::Error)]
pub enum UnseenError {
    /// The recordings cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The network cannot be asked.
    #[error(transparent)]
    Evaluate(#[from] EvaluateError),
    /// The model is not of PTB-XL.
    #[error(
        "model {model}: its task {task:?} is not one of PTB-XL's, so its labels are no statements of other sources"
    )]
    OtherTask {
        /// The model.
        model: String,
        /// Its task.
        task: String,
    },
    /// Nothing can be compared.
    #[error("model {model}: none of its labels ({labels}) is told by the codes of {origin}")]
    NothingTold {
        /// The model.
        model: String,
        /// Its labels.
        labels: String,
        /// The source.
        origin: &'static str,
    },
}

/// What was found for one label, or for several that the source does not tell apart.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measured {
    /// The model's labels. Of several the largest probability counts, and a decision is any of theirs.
    pub labels: Vec<String>,
    /// The source's codes for them.
    pub codes: Vec<String>,
    /// Each label's threshold, as the card has it.
    pub thresholds: Vec<f64>,
    /// Recordings that carry one of the codes.
    pub positives: usize,
    /// Recordings that carry none.
    pub negatives: usize,
    /// ROC AUC; absent without a positive or a negative.
    pub auc: Option<f64>,
    /// Average precision; absent without a positive.
    pub average_precision: Option<f64>,
    /// Decisions at the thresholds.
    pub confusion: Confusion,
    /// With Wilson's 95 % interval; absent without a positive.
    pub sensitivity: Option<Proportion>,
    /// With Wilson's 95 % interval; absent without a negative.
    pub specificity: Option<Proportion>,
}

/// A model's figures on another source.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UnseenReport {
    /// The source.
    pub source: Source,
    /// Recordings.
    pub recordings: usize,
    /// Mean AUC over the entries with a positive and a negative.
    pub macro_auc: Option<f64>,
    /// Mean average precision over the same.
    pub macro_average_precision: Option<f64>,
    /// How many entries they are means over.
    pub entries_in_means: usize,
    /// Entries in the order of the model's labels.
    pub entries: Vec<Measured>,
    /// Labels that the source's codes do not tell.
    pub not_mapped: Vec<String>,
    /// What to keep in mind.
    pub note: String,
}

impl Source {
    /// The name for people.
    pub fn name(self) -> &'static str {
        match self {
            Source::Cinc2021 => "the PhysioNet/CinC Challenge 2021 without PTB-XL",
            Source::Code15 => "CODE-15%",
            Source::Cpsc2018 => "CPSC2018",
        }
    }
}

/// Measures a model on the recordings of another source below a folder. `seen` is called with the number of recordings done.
///
/// # Errors
/// The model is not of PTB-XL, none of its labels is told by the source, or recordings cannot be read.
pub fn measure(
    (card, model): (&Card, &Model),
    folder: &Path,
    source: Source,
    aggregate: Aggregate,
    tell: &mut dyn FnMut(&str),
    seen: impl FnMut(usize),
) -> Result<UnseenReport, UnseenError> {
    let other = || UnseenError::OtherTask { model: card.name.clone(), task: card.task.clone() };
    let task = <Task as clap::ValueEnum>::from_str(&card.task, false).map_err(|_| other())?;
    if task.data_set() != DataSet::PtbXl {
        return Err(other());
    }
    let labels: Vec<String> = card.labels.iter().map(|label| label.code.clone()).collect();
    let mapping = mapping(task, &labels, source);
    if mapping.told.is_empty() {
        let (model, labels) = (card.name.clone(), labels.join(" "));
        return Err(UnseenError::NothingTold { model, labels, origin: source.name() });
    }
    let gathered = records(folder, source, &mapping, Form::of(&card.input), tell)?;
    let own = card.labels.iter().map(|label| Label::new(&label.code, &label.name, &label.group)).collect();
    let (mut data, stated) = gathered.to_answer(own, source.name().to_owned());
    data.prepare_as(&card.input).map_err(EvaluateError::from)?;
    let answers = answers(model, &data, Gathered::ALL, seen)?;
    let probabilities = answers.calibrated(card, aggregate);
    let entries: Vec<Measured> = mapping
        .told
        .iter()
        .enumerate()
        .map(|(number, told)| {
            let truth: Vec<bool> = stated.iter().map(|own| own.contains(&number)).collect();
            entry(card, told, &probabilities, &truth)
        })
        .collect();
    Ok(summary(source, stated.len(), entries, mapping.not_told.iter().map(|&at| labels[at].clone()).collect()))
}

/// The recordings of a source; their labels are the numbers of the mapping's entries.
fn records(
    folder: &Path,
    source: Source,
    mapping: &Mapping,
    form: Form,
    tell: &mut dyn FnMut(&str),
) -> Result<Gathered, SourceError> {
    let entry = |code: &str| mapping.told.iter().position(|told| told.codes.contains(code));
    match source {
        Source::Cinc2021 => {
            let entries = |codes: &[&str]| {
                let alone = (codes == [mapping::SINUS_RHYTHM]).then_some(mapping::SINUS_RHYTHM_ALONE);
                codes.iter().copied().chain(alone).filter_map(entry).collect()
            };
            snomed_records(folder, form, &|name| !is_ptb_xl(name), &entries, tell)
        }
        Source::Code15 => {
            let mut gathered = code15::records(folder, form, tell)?;
            for own in &mut gathered.taken {
                own.labels = own.labels.iter().filter_map(|&label| entry(code15::LABELS[label])).collect();
            }
            Ok(gathered)
        }
        Source::Cpsc2018 => {
            let found = numbered_records(folder, form, &|number| entry(&number.to_string()), tell)?;
            found.ok_or_else(|| SourceError::Absent {
                folder: folder.to_owned(),
                found: "no REFERENCE.csv".to_owned(),
                expected: "CPSC2018 as its organisers published it; records of the challenge's form are of --unseen cinc2021",
            })
        }
    }
}

/// `HR` and digits: PTB-XL's records in the challenge.
fn is_ptb_xl(name: &str) -> bool {
    name.strip_prefix("HR").is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// One entry's figures.
fn entry(card: &Card, told: &Told, probabilities: &[f32], truth: &[bool]) -> Measured {
    let labels: Vec<usize> = told.labels.iter().copied().collect();
    let threshold = |label: usize| f64::from(card.labels[label].threshold);
    let rows = probabilities.chunks_exact(card.labels.len());
    let of = |row: &[f32]| labels.iter().map(|&label| f64::from(row[label])).fold(0.0, f64::max);
    let scores: Vec<f64> = rows.clone().map(of).collect();
    let decisions = rows.map(|row| labels.iter().any(|&label| f64::from(row[label]) >= threshold(label)));
    let decisions: Vec<f64> = decisions.map(|decided| f64::from(u8::from(decided))).collect();
    let confusion = Confusion::at(&decisions, truth, 0.5);
    let positives = truth.iter().filter(|&&truth| truth).count();
    Measured {
        labels: labels.iter().map(|&label| card.labels[label].code.clone()).collect(),
        codes: told.codes.iter().cloned().collect(),
        thresholds: labels.iter().map(|&label| threshold(label)).collect(),
        positives,
        negatives: truth.len() - positives,
        auc: auc(&scores, truth),
        average_precision: average_precision(&scores, truth),
        confusion,
        sensitivity: confusion.sensitivity(),
        specificity: confusion.specificity(),
    }
}

fn summary(source: Source, recordings: usize, entries: Vec<Measured>, not_mapped: Vec<String>) -> UnseenReport {
    let defined: Vec<&Measured> = entries.iter().filter(|entry| entry.auc.is_some()).collect();
    let count = defined.len();
    let mean = |of: fn(&Measured) -> Option<f64>| {
        let sum: f64 = defined.iter().filter_map(|entry| of(entry)).sum();
        (count > 0).then(|| sum / count as f64)
    };
    let fewest = defined.iter().map(|entry| entry.positives.min(entry.negatives)).min().unwrap_or(0);
    let few = if recordings < 1000 {
        format!(
            "{recordings} recordings are few, and a mean over labels with as few as {fewest} of a kind says little: the figures \
             tell that a model works on such files, not how well. "
        )
    } else {
        String::new()
    };
    let note = format!(
        "{few}A label that the source does not state for a recording is taken as absent there. Thresholds are the card's; nothing was \
         chosen here."
    );
    UnseenReport {
        source,
        recordings,
        macro_auc: mean(|entry| entry.auc),
        macro_average_precision: mean(|entry| entry.average_precision),
        entries_in_means: count,
        entries,
        not_mapped,
        note,
    }
}
