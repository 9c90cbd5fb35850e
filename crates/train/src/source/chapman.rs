//! Chapman-Shaoxing as published: a table of diagnoses and one CSV file of twelve columns a record, in microvolts at 500 Hz.
//!
//! Zheng J. et al., A 12-lead electrocardiogram database for arrhythmia research covering more than 10,000 patients, Sci Data
//! 7:48 (2020). The denoised files are taken where they lie there, as the published figures were (inceptionformer.md 2); records
//! with missing values are left out; folds are stratified by rhythm for men and women apart.

use std::path::{Path, PathBuf};

use ecg::{Lead, Patient, Recording, Severity, Sex, Unit};
use formats::{Hints, InputFile, Limits};

use super::SourceError;
use super::gather::{Form, Plan, Read, bytes, files, gather, name, sex, stem};
use crate::dataset::Dataset;
use crate::ptbxl::find;
use crate::table::Table;
use crate::tasks::chapman;

/// Samples a second of the files, which do not state it.
const RATE: f64 = 500.0;
/// Seed of the folds, that of the published split (its generator is another).
const SEED: u64 = 10;
const EXPECTED_TABLE: &str = "Diagnostics.csv: the sheet Diagnostics.xlsx of the release saved as CSV (comma separated), beside \
                              the folder ECGDataDenoised or ECGData";
const EXPECTED_FILES: &str =
    "the folder ECGDataDenoised or ECGData with a CSV file for each FileName of Diagnostics.csv";
const EXPECTED: &str = "12 columns of one sample a row, in microvolts";

/// What the table says of a record.
struct Row {
    path: PathBuf,
    rhythm: usize,
    patient: Patient,
}

/// Loads every record below a folder.
pub(super) fn load(folder: &Path, rate: f64, tell: &mut dyn FnMut(&str)) -> Result<Dataset, SourceError> {
    let Some(path) = find(folder, "Diagnostics.csv") else {
        let found = if find(folder, "Diagnostics.xlsx").is_some() { "Diagnostics.xlsx alone" } else { "no table" };
        return Err(SourceError::Absent {
            folder: folder.to_owned(),
            found: found.to_owned(),
            expected: EXPECTED_TABLE,
        });
    };
    let (signals, denoised) = signals(folder, tell);
    let rows = read_table(&path, &signals)?;
    if rows.is_empty() {
        let found = format!("{} files of signals, and none that Diagnostics.csv names", signals.len());
        return Err(SourceError::Absent { folder: folder.to_owned(), found, expected: EXPECTED_FILES });
    }
    tell(&format!("Chapman-Shaoxing: {} records with a rhythm and a file", rows.len()));
    let read = |_: &str, row: &Row| {
        let mut recording = read_recording(&row.path)?;
        recording.patient = row.patient.clone();
        let whole = recording.signals.iter().all(|signal| signal.missing.is_empty());
        Ok(whole.then(|| Read { recording, labels: vec![row.rhythm] }))
    };
    let gathered = gather(&rows, Form::ten_seconds(rate), read, |row| row.path.clone(), tell)?;
    let which = if denoised { "denoised" } else { "raw" };
    let plan = Plan {
        labels: chapman::labels(),
        name: format!("Chapman-Shaoxing ({which}), {} records", gathered.taken.len()),
        origin: format!("Chapman-Shaoxing, {which} signals; folds stratified by rhythm and sex"),
        exclusive: true,
        seed: SEED,
    };
    Ok(gathered.dataset(plan, |own| own.labels.iter().map(|rhythm| rhythm * 3 + sex(&own.patient)).collect()))
}

/// The files of signals by record, and whether they are the denoised ones.
fn signals(folder: &Path, tell: &mut dyn FnMut(&str)) -> (std::collections::BTreeMap<String, PathBuf>, bool) {
    let mut within = |place: &str| {
        let in_place =
            |path: &Path| path.parent().is_some_and(|parent| parent.file_name().is_some_and(|own| own == place));
        files(folder, |path| stem(path, "csv").filter(|_| in_place(path)), tell)
    };
    let denoised = within("ECGDataDenoised");
    if denoised.is_empty() { (within("ECGData"), false) } else { (denoised, true) }
}

/// The rows whose signals are there.
fn read_table(
    path: &Path,
    signals: &std::collections::BTreeMap<String, PathBuf>,
) -> Result<Vec<(String, Row)>, SourceError> {
    let table = Table::read(path)?;
    let columns = ["FileName", "Rhythm", "PatientAge", "Gender"].map(|name| table.column(name));
    let [file, rhythm, age, gender] = columns;
    let (file, rhythm, age, gender) = (file?, rhythm?, age?, gender?);
    let mut rows = Vec::new();
    for row in table.rows() {
        let text = |column: usize| row.get(column).unwrap_or_default().trim();
        let known = chapman::of_rhythm(text(rhythm));
        let known = known.ok_or_else(|| {
            table.wrong_cell(row, rhythm, "one of AFIB, AF, SVT, AT, SAAWR, ST, AVNRT, AVRT, SB, SR, SA")
        })?;
        let sex = match text(gender).to_ascii_lowercase().as_str() {
            "male" => Some(Sex::Male),
            "female" => Some(Sex::Female),
            _ => None,
        };
        let years = text(age).parse::<f64>().ok().filter(|years| (0.0..=130.0).contains(years));
        if let Some(path) = signals.get(text(file)) {
            let patient = Patient { age: years.map(|years| years as u16), sex, ..Patient::default() };
            rows.push((text(file).to_owned(), Row { path: path.clone(), rhythm: known, patient }));
        }
    }
    rows.sort_by(|one, other| one.0.cmp(&other.0));
    let before = rows.len();
    rows.dedup_by(|one, other| one.0 == other.0);
    if rows.len() < before {
        let found = format!("{} records that stand in it twice", before - rows.len());
        return Err(SourceError::Recording { path: path.to_owned(), found, expected: "a row a record" });
    }
    Ok(rows)
}

/// Twelve columns, named or in the standard order: the raw files have a line of names, the denoised ones none.
fn read_recording(path: &Path) -> Result<Recording, SourceError> {
    let content = bytes(path)?;
    let file = name(path);
    let hints = Hints { rate: Some(RATE), unit: Some(Unit::Microvolt) };
    let mut recording = formats::csv::read(&InputFile { name: &file, bytes: &content }, &hints, &Limits::default())
        .map_err(|source| SourceError::Format { path: path.to_owned(), source })?;
    if recording.signals.len() != Lead::TWELVE.len() {
        let found = format!("{} columns", recording.signals.len());
        return Err(SourceError::Recording { path: path.to_owned(), found, expected: EXPECTED });
    }
    // A cell that is no number is damage; one that says NaN is a missing value.
    if let Some(fault) = recording.warnings.iter().find(|warning| warning.severity == Severity::Data) {
        let found = format!("at {}: {}", fault.place, fault.message);
        return Err(SourceError::Recording { path: path.to_owned(), found, expected: EXPECTED });
    }
    if Lead::TWELVE.iter().all(|lead| recording.lead(lead).is_none()) {
        for (signal, lead) in recording.signals.iter_mut().zip(&Lead::TWELVE) {
            signal.lead = lead.clone();
        }
    }
    Ok(recording)
}
