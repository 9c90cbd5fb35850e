//! Samples of CODE-15% as MATLAB 5 files: `feats` `[12, sample]` with its rate, and the tables `labels.csv` and `meta.csv`.
//!
//! Ribeiro A.H. et al., CODE-15%, Zenodo 4916206 (CC BY 4.0), in the layout of ECG-FM's preparation. The release itself is HDF5, which is
//! not read here.

use std::path::{Path, PathBuf};

use ecg::{Patient, Sex};
use formats::matlab5::Value;

use super::gather::{Form, Gathered, Read, files, gather, stem};
use super::{SourceError, matlab5};
use crate::ptbxl::find;
use crate::table::Table;

/// The labels, as the columns of `labels.csv` name them.
pub const LABELS: [&str; 7] = ["1dAVb", "RBBB", "LBBB", "SB", "ST", "AF", "normal_ecg"];

const EXPECTED_FILES: &str = "labels.csv and meta.csv with the MATLAB files that the latter's column save_file names";
const EXPECTED: &str = "a matrix feats of 12 leads and a number curr_sample_rate";

/// What the tables say of a record.
struct Row {
    path: PathBuf,
    labels: Vec<usize>,
    patient: Patient,
}

/// Every record that both tables name and whose file is there, labels by their places in [`LABELS`].
///
/// # Errors
/// A table or a recording is at fault, or there is none.
pub fn records(folder: &Path, form: Form, tell: &mut dyn FnMut(&str)) -> Result<Gathered, SourceError> {
    let absent = |found: &str| SourceError::Absent {
        folder: folder.to_owned(),
        found: found.to_owned(),
        expected: EXPECTED_FILES,
    };
    let labels = Table::read(&find(folder, "labels.csv").ok_or_else(|| absent("no labels.csv"))?)?;
    let meta = Table::read(&find(folder, "meta.csv").ok_or_else(|| absent("no meta.csv"))?)?;
    let numbers = labels.column("idx")?;
    let columns = LABELS.iter().map(|name| labels.column(name)).collect::<Result<Vec<_>, _>>()?;
    let mut by_number = std::collections::BTreeMap::new();
    for row in labels.rows() {
        let mut own = Vec::new();
        for (label, &column) in columns.iter().enumerate() {
            match row.get(column) {
                Some("True" | "true" | "1") => own.push(label),
                Some("False" | "false" | "0") => {}
                _ => return Err(labels.wrong_cell(row, column, "True or False").into()),
            }
        }
        by_number.insert(labels.number(row, numbers)?, own);
    }
    let recordings = files(folder, |path| stem(path, "mat"), tell);
    let columns = ["idx", "save_file", "age", "is_male"].map(|name| meta.column(name));
    let [number, file, age, male] = columns;
    let (number, file, age, male) = (number?, file?, age?, male?);
    let mut records: Vec<(String, Row)> = Vec::new();
    for row in meta.rows() {
        let name = row.get(file).unwrap_or_default().trim_end_matches(".mat");
        let (Some(path), Some(own)) = (recordings.get(name), by_number.get(&meta.number(row, number)?)) else {
            continue;
        };
        let years =
            row.get(age).and_then(|text| text.parse::<f64>().ok()).filter(|years| (0.0..=130.0).contains(years));
        let sex = row.get(male).map(|text| if text.eq_ignore_ascii_case("true") { Sex::Male } else { Sex::Female });
        let patient = Patient { age: years.map(|years| years as u16), sex, ..Patient::default() };
        records.push((name.to_owned(), Row { path: path.clone(), labels: own.clone(), patient }));
    }
    if records.is_empty() {
        return Err(absent("no recording that both tables name"));
    }
    records.sort_by(|one, other| one.0.cmp(&other.0));
    let read = |_: &str, row: &Row| {
        let mut recording = read_recording(&row.path)?;
        recording.patient = row.patient.clone();
        Ok(Some(Read { recording, labels: row.labels.clone() }))
    };
    gather(&records, form, read, |row| row.path.clone(), tell)
}

fn read_recording(path: &Path) -> Result<ecg::Recording, SourceError> {
    let wrong =
        |found: &str| SourceError::Recording { path: path.to_owned(), found: found.to_owned(), expected: EXPECTED };
    let variables = matlab5::read(path)?;
    let rate = match matlab5::find(&variables, "curr_sample_rate") {
        Some(Value::Numbers(rate)) => rate.values.first().copied().filter(|rate| *rate > 0.0),
        _ => None,
    };
    let rate = rate.ok_or_else(|| wrong("no number curr_sample_rate"))?;
    match matlab5::find(&variables, "feats") {
        Some(Value::Numbers(matrix)) => {
            let shape = format!("feats of {} x {}", matrix.rows, matrix.columns);
            matlab5::recording(path, matrix, rate).ok_or_else(|| wrong(&shape))
        }
        _ => Err(wrong("no matrix feats")),
    }
}
