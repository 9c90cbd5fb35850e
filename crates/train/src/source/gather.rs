//! Recordings of any rate and length as one part of a data set.

use std::path::{Path, PathBuf};

use classify::{Input, Shorter, align};
use ecg::{Lead, Patient, Recording, Sex};
use rayon::prelude::*;

use super::{SourceError, stratify};
use crate::dataset::{Dataset, Example, Meaning, Part, Samples};
use crate::tasks::Label;

/// Counts per millivolt of what is gathered, as PTB-XL's.
const COUNTS_PER_MILLIVOLT: f32 = 1000.0;
/// Seconds of each recording: longer ones are cut to their first, shorter ones are followed by zeros (protocols.md 3).
const SECONDS: f64 = 10.0;
/// Recordings between two lines of progress.
const TOLD: usize = 2000;

/// How much of a recording is taken, at which rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Form {
    rate: f64,
    /// Samples of the shortest: what is shorter is followed by zeros, or left out.
    least: usize,
    shorter: Shorter,
}

impl Form {
    /// Ten seconds of every recording, as data sets to train on are read.
    pub(super) fn ten_seconds(rate: f64) -> Form {
        Form { rate, least: (SECONDS * rate).round() as usize, shorter: Shorter::Pad }
    }

    /// At most ten seconds, as a model takes them from a file that is dropped on the page: recordings keep their length.
    pub fn of(input: &Input) -> Form {
        Form { rate: input.rate, least: input.samples, shorter: input.shorter }
    }
}

/// One recording with its labels and its signal.
#[derive(Clone, Debug, PartialEq)]
pub struct Taken {
    /// Name of the record.
    pub record: String,
    /// Numbers of its labels.
    pub labels: Vec<usize>,
    /// Age and sex.
    pub patient: Patient,
    /// Counts `[lead, sample]`.
    pub counts: Vec<i16>,
}

/// Recordings of one data set at one rate.
#[derive(Clone, Debug, PartialEq)]
pub struct Gathered {
    /// Samples a second.
    pub rate: f64,
    /// The recordings by name.
    pub taken: Vec<Taken>,
}

/// A recording and what else its file says.
pub(super) struct Read {
    pub(super) recording: Recording,
    pub(super) labels: Vec<usize>,
}

/// Reads each of some records, on all threads, and takes its first ten seconds. Records that `read` gives nothing for, such
/// with a lead without any value, and those that are too short for the form, are left out and told.
pub(super) fn gather<T: Sync>(
    records: &[(String, T)],
    form: Form,
    read: impl Fn(&str, &T) -> Result<Option<Read>, SourceError> + Sync,
    place: impl Fn(&T) -> PathBuf + Sync,
    tell: &mut dyn FnMut(&str),
) -> Result<Gathered, SourceError> {
    let mut taken = Vec::with_capacity(records.len());
    let mut left_out = Vec::new();
    for (number, chunk) in records.chunks(TOLD).enumerate() {
        let own = chunk
            .par_iter()
            .map(|(name, own)| {
                let Some(Read { recording, labels }) = read(name, own)? else { return Ok(None) };
                let counts = match counts(&recording, form) {
                    Ok(counts) => counts,
                    Err(classify::Error::Empty { .. } | classify::Error::TooShort { .. }) => return Ok(None),
                    Err(source) => return Err(SourceError::Prepare { path: place(own), source }),
                };
                Ok(Some(Taken { record: name.clone(), labels, patient: recording.patient, counts }))
            })
            .collect::<Result<Vec<Option<Taken>>, SourceError>>()?;
        for (own, (name, _)) in own.into_iter().zip(chunk) {
            match own {
                Some(own) => taken.push(own),
                None => left_out.push(name.as_str()),
            }
        }
        if records.len() > TOLD {
            tell(&format!("{} of {} records read", (number * TOLD + chunk.len()), records.len()));
        }
    }
    if !left_out.is_empty() {
        let shown = left_out.iter().take(20).copied().collect::<Vec<_>>().join(" ");
        tell(&format!("{} records left out, for missing values or as too short: {shown}", left_out.len()));
    }
    Ok(Gathered { rate: form.rate, taken })
}

/// The first ten seconds of a recording's twelve leads, as the page would take them.
fn counts(recording: &Recording, form: Form) -> Result<Vec<i16>, classify::Error> {
    let input = Input {
        rate: form.rate,
        samples: form.least,
        leads: Lead::TWELVE.to_vec(),
        mean: 0.0,
        std: 1.0,
        shorter: form.shorter,
        ..Input::default()
    };
    let aligned = align(recording, &input, SECONDS)?;
    // A number beyond 16 bits, 32 mV, is the nearest that fits.
    Ok(aligned.values.iter().map(|value| (value * COUNTS_PER_MILLIVOLT).round() as i16).collect())
}

/// What a gathered data set is made with.
pub(super) struct Plan {
    pub(super) labels: Vec<Label>,
    pub(super) name: String,
    pub(super) origin: String,
    pub(super) exclusive: bool,
    /// Seed of the folds.
    pub(super) seed: u64,
}

impl Gathered {
    /// The fold of recordings that are only measured on.
    pub const ALL: u8 = 10;

    /// A data set, its folds stratified by what `categories` gives for each recording.
    pub(super) fn dataset(self, plan: Plan, categories: impl Fn(&Taken) -> Vec<usize>) -> Dataset {
        let categories: Vec<Vec<usize>> = self.taken.iter().map(categories).collect();
        let folds = stratify::ten_folds(&categories, plan.seed);
        self.in_folds(plan, &folds)
    }

    /// Recordings of no data set that a model knows, to be answered by one with these labels: all of them in
    /// [`Gathered::ALL`], with no truth; beside it the numbers that stood in for each recording's labels.
    pub fn to_answer(mut self, labels: Vec<Label>, name: String) -> (Dataset, Vec<Vec<usize>>) {
        let stated = self.taken.iter_mut().map(|own| std::mem::take(&mut own.labels)).collect();
        let folds = vec![Gathered::ALL; self.taken.len()];
        let plan = Plan { labels, origin: name.clone(), name, exclusive: false, seed: 0 };
        (self.in_folds(plan, &folds), stated)
    }

    /// A data set with these folds, one a recording.
    fn in_folds(self, plan: Plan, folds: &[u8]) -> Dataset {
        let Plan { labels, name, origin, exclusive, .. } = plan;
        let mut examples = Vec::with_capacity(self.taken.len());
        let mut records = Vec::with_capacity(self.taken.len());
        // A part a length: where all are ten seconds there is one.
        let mut parts: Vec<(usize, Vec<i16>)> = Vec::new();
        for (number, (own, &fold)) in self.taken.into_iter().zip(folds).enumerate() {
            let mut truth = vec![0.0; labels.len()];
            for label in own.labels {
                truth[label] = 1.0;
            }
            let size = own.counts.len();
            let part = parts.iter().position(|(other, _)| *other == size).unwrap_or_else(|| {
                parts.push((size, Vec::new()));
                parts.len() - 1
            });
            let row = parts[part].1.len() / size.max(1);
            parts[part].1.extend(own.counts);
            let id = number as u32;
            examples.push(Example { part, row, id, fold, labels: truth, patient: own.patient, person: id });
            records.push(own.record);
        }
        let origin = vec![origin; parts.len().max(1)];
        let part = |(size, samples): (usize, Vec<i16>)| Part {
            length: size / Lead::TWELVE.len(),
            rate: self.rate,
            counts_per_unit: COUNTS_PER_MILLIVOLT,
            meaning: Meaning::Millivolts,
            samples: Samples::Counts(samples),
        };
        let parts: Vec<Part> = parts.into_iter().map(part).collect();
        let training: Vec<&Example> = examples.iter().filter(|example| example.fold <= 8).collect();
        let scaler = Dataset::fit_scaler(&parts, &training);
        Dataset { labels, parts, examples, scaler, name, origin, exclusive, records }
    }
}

/// The number of a person's sex among three: male, female, unknown.
pub(super) fn sex(patient: &Patient) -> usize {
    match patient.sex {
        Some(Sex::Male) => 0,
        Some(Sex::Female) => 1,
        None => 2,
    }
}

/// Files below a folder whose names `take` knows, by the name that it gives, in order of their paths. Of several of one name
/// the first is taken, so that no record comes into two folds; the rest is told.
pub(super) fn files(
    folder: &Path,
    take: impl Fn(&Path) -> Option<String>,
    tell: &mut dyn FnMut(&str),
) -> std::collections::BTreeMap<String, PathBuf> {
    let mut found = std::collections::BTreeMap::new();
    let mut again = 0;
    for entry in walkdir::WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter().filter_map(Result::ok)
    {
        if !entry.file_type().is_file() {
            continue;
        }
        let Some(name) = take(entry.path()) else { continue };
        match found.entry(name) {
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert(entry.into_path());
            }
            std::collections::btree_map::Entry::Occupied(_) => again += 1,
        }
    }
    if again > 0 {
        tell(&format!("{}: {again} files of a name that came before are passed over", folder.display()));
    }
    found
}

/// The name of a file without folder and extension, where its extension is this one.
pub(super) fn stem(path: &Path, extension: &str) -> Option<String> {
    let own = path.extension().is_some_and(|own| own.eq_ignore_ascii_case(extension));
    own.then(|| path.file_stem()?.to_str().map(str::to_owned)).flatten()
}

/// A whole file.
pub(super) fn bytes(path: &Path) -> Result<Vec<u8>, SourceError> {
    std::fs::read(path).map_err(|source| SourceError::File { path: path.to_owned(), source })
}

/// A file's name without its folder.
pub(super) fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
