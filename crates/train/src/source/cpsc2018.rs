//! CPSC2018 as its organisers published it: MATLAB 5 files `A0001.mat` with a structure `ECG` of sex, age and data, and
//! `REFERENCE.csv`; or in the form of the later challenges, `A0001.hea` with SNOMED CT codes.
//!
//! Liu F. et al., J. Med. Imaging Health Inform. 8:1368 (2018). The folds are ours, made as the benchmark made them: stratified
//! by labels, sex and age, every record another person.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ecg::{Patient, Sex};
use formats::matlab5::Value;

use super::gather::{Form, Gathered, Plan, Read, Taken, files, gather, sex, stem};
use super::{SourceError, matlab5, snomed_records};
use crate::dataset::Dataset;
use crate::table::Table;
use crate::tasks::cpsc2018;

/// Samples a second of the original files, which do not state it.
const RATE: f64 = 500.0;
/// Seed of the folds.
const SEED: u64 = 2018;
const EXPECTED_FILES: &str = "REFERENCE.csv with the MATLAB files that it names (A0001.mat), or the challenge's headers \
                              (A0001.hea); `train-native fetch cpsc2018` gets the latter";
const EXPECTED: &str = "a MATLAB structure ECG with data of 12 leads";

/// Loads every record below a folder.
pub(super) fn load(folder: &Path, rate: f64, tell: &mut dyn FnMut(&str)) -> Result<Dataset, SourceError> {
    let form = Form::ten_seconds(rate);
    let mut gathered = match numbered_records(folder, form, &cpsc2018::of_number, tell)? {
        Some(gathered) => gathered,
        None => challenge_records(folder, form, tell)?,
    };
    let all = gathered.taken.len();
    gathered.taken.retain(|own| !own.labels.is_empty());
    let count = gathered.taken.len();
    tell(&format!("{count} records with a label, {} without", all - count));
    let labels = cpsc2018::labels();
    let classes = labels.len();
    let plan = Plan {
        labels,
        name: format!("CPSC2018, {count} records"),
        origin: "CPSC2018, first ten seconds; folds stratified by label, sex and age".to_owned(),
        exclusive: false,
        seed: SEED,
    };
    Ok(gathered.dataset(plan, |own| {
        own.labels.iter().copied().chain([classes + sex(&own.patient), classes + 3 + age_band(own)]).collect()
    }))
}

/// Bands of twenty years, and one for unknown ages.
fn age_band(own: &Taken) -> usize {
    own.patient.age.map_or(5, |years| usize::from(years / 20).min(4))
}

/// The records of the challenge's form.
fn challenge_records(folder: &Path, form: Form, tell: &mut dyn FnMut(&str)) -> Result<Gathered, SourceError> {
    let labels = |codes: &[&str]| codes.iter().filter_map(|code| cpsc2018::of_snomed(code)).collect();
    snomed_records(folder, form, &is_record, &labels, tell).map_err(|error| match error {
        SourceError::Absent { folder, .. } => {
            let found = "neither a table nor a header".to_owned();
            SourceError::Absent { folder, found, expected: EXPECTED_FILES }
        }
        other => other,
    })
}

/// `A` and digits: the other sets of the challenge have other letters.
fn is_record(name: &str) -> bool {
    name.strip_prefix('A').is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The records of the original form, each with the labels that `label` knows for its numbers; none where no table of
/// references lies below the folder.
///
/// # Errors
/// A table or a recording is at fault, or none of the recordings is there.
pub fn numbered_records(
    folder: &Path,
    form: Form,
    label: &(dyn Fn(u32) -> Option<usize> + Sync),
    tell: &mut dyn FnMut(&str),
) -> Result<Option<Gathered>, SourceError> {
    let is_reference = |path: &Path| stem(path, "csv").filter(|name| name.starts_with("REFERENCE"));
    // Each training set may have its own table: by path, not by name.
    let tables = files(folder, |path| is_reference(path).map(|_| path.to_string_lossy().into_owned()), tell);
    if tables.is_empty() {
        return Ok(None);
    }
    let mut references = BTreeMap::new();
    for path in tables.values() {
        read_references(path, &mut references)?;
    }
    let recordings = files(folder, |path| stem(path, "mat").filter(|name| is_record(name)), tell);
    let mut records: Vec<(String, (PathBuf, Vec<usize>))> = Vec::new();
    for (name, path) in &recordings {
        if let Some(numbers) = references.get(name) {
            let labels = numbers.iter().filter_map(|number| label(*number)).collect();
            records.push((name.clone(), (path.clone(), labels)));
        }
    }
    if records.is_empty() {
        let found = format!("{} references and no recording of theirs", references.len());
        return Err(SourceError::Absent { folder: folder.to_owned(), found, expected: EXPECTED_FILES });
    }
    tell(&format!(
        "CPSC2018: {} references, {} recordings; {} of them have a reference",
        references.len(),
        recordings.len(),
        records.len()
    ));
    let read = |_: &str, (path, labels): &(PathBuf, Vec<usize>)| {
        Ok(Some(Read { recording: read_recording(path)?, labels: labels.clone() }))
    };
    gather(&records, form, read, |(path, _)| path.clone(), tell).map(Some)
}

/// Adds a table of references: up to three numbers a recording.
fn read_references(path: &Path, references: &mut BTreeMap<String, Vec<u32>>) -> Result<(), SourceError> {
    let table = Table::read(path)?;
    let record = table.column("Recording")?;
    let columns = ["First_label", "Second_label", "Third_label"].map(|name| table.column(name));
    let [first, second, third] = columns;
    let columns = [first?, second?, third?];
    for row in table.rows() {
        let mut numbers = Vec::new();
        for column in columns {
            if row.get(column).is_some_and(|text| !text.trim().is_empty()) {
                let number = table.number(row, column)?;
                if !(1..=9).contains(&number) {
                    return Err(table.wrong_cell(row, column, "a label from 1 to 9, or nothing").into());
                }
                numbers.push(number);
            }
        }
        let name = row.get(record).unwrap_or_default().trim().to_owned();
        if let Some(before) = references.insert(name, numbers.clone())
            && before != numbers
        {
            return Err(table.wrong_cell(row, record, "a recording that has no other labels before").into());
        }
    }
    Ok(())
}

/// One original file: `ECG.data` `[12, sample]` in millivolts, `ECG.sex`, `ECG.age`.
fn read_recording(path: &Path) -> Result<ecg::Recording, SourceError> {
    let wrong = |found: String| SourceError::Recording { path: path.to_owned(), found, expected: EXPECTED };
    let variables = matlab5::read(path)?;
    let names = || variables.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
    let ecg = matlab5::find(&variables, "ECG").ok_or_else(|| wrong(format!("the variables {:?}", names())))?;
    let data = ecg.field("data").ok_or_else(|| wrong("no field data".to_owned()))?;
    let Value::Numbers(matrix) = data else { return Err(wrong("data that are no numbers".to_owned())) };
    let shape = format!("data of {} x {}", matrix.rows, matrix.columns);
    let mut recording = matlab5::recording(path, matrix, RATE).ok_or_else(|| wrong(shape))?;
    let years = match ecg.field("age") {
        Some(Value::Numbers(age)) => age.values.first().copied().filter(|years| (0.0..=130.0).contains(years)),
        _ => None,
    };
    let sex = match ecg.field("sex") {
        Some(Value::Text(text)) if text.eq_ignore_ascii_case("male") => Some(Sex::Male),
        Some(Value::Text(text)) if text.eq_ignore_ascii_case("female") => Some(Sex::Female),
        _ => None,
    };
    recording.patient = Patient { age: years.map(|years| years as u16), sex, ..Patient::default() };
    Ok(recording)
}
