//! The training sets of the PhysioNet/CinC Challenge 2021 as PhysioNet publishes them: `.hea` and `.mat` in any folders.
//!
//! Reyna M. et al., Will Two Do? Varying Dimensions in Electrocardiography, Computing in Cardiology 48 (2021). The folds are
//! ours: stratified by labels and source. Headers name no persons, so that two records of one may lie in two folds, and
//! PTB-XL's own folds are not kept.

use std::path::{Path, PathBuf};

use super::gather::{Form, Gathered, Plan, Read, files, gather, stem};
use super::{SourceError, wfdb};
use crate::dataset::Dataset;
use crate::tasks::cinc2021;

/// Seed of the folds.
const SEED: u64 = 2021;
const EXPECTED: &str = "WFDB headers (*.hea) with their .mat or .dat files; `train-native fetch cinc2021` gets them";

/// Loads every record below a folder.
pub(super) fn load(folder: &Path, rate: f64, tell: &mut dyn FnMut(&str)) -> Result<Dataset, SourceError> {
    let columns = |codes: &[&str]| codes.iter().filter_map(|code| cinc2021::of_snomed(code)).collect();
    let gathered = snomed_records(folder, Form::ten_seconds(rate), &|_| true, &columns, tell)?;
    let labels = cinc2021::labels();
    let count = labels.len();
    let unscored = gathered.taken.iter().filter(|own| own.labels.is_empty()).count();
    tell(&format!("{} records, {unscored} of them without a scored code", gathered.taken.len()));
    let plan = Plan {
        labels,
        name: format!("PhysioNet/CinC Challenge 2021, {} training records", gathered.taken.len()),
        origin: "the challenge's WFDB files, first ten seconds; folds stratified by label and source, in which PTB-XL's own are not kept".to_owned(),
        exclusive: false,
        seed: SEED,
    };
    // The letters that a record's name begins with tell its source: A, Q, I, S, HR, E, JS.
    let prefix = |record: &str| record.chars().take_while(char::is_ascii_alphabetic).collect::<String>();
    let mut sources: Vec<String> = gathered.taken.iter().map(|own| prefix(&own.record)).collect();
    sources.sort_unstable();
    sources.dedup();
    Ok(gathered.dataset(plan, |own| {
        let source = sources.binary_search(&prefix(&own.record)).unwrap_or(0);
        own.labels.iter().copied().chain([count + source]).collect()
    }))
}

/// Every record below a folder whose name `wanted` takes, its labels the numbers that `label` gives for its SNOMED CT codes.
///
/// # Errors
/// There is none, or one cannot be read.
pub fn snomed_records(
    folder: &Path,
    form: Form,
    wanted: &(dyn Fn(&str) -> bool + Sync),
    label: &(dyn Fn(&[&str]) -> Vec<usize> + Sync),
    tell: &mut dyn FnMut(&str),
) -> Result<Gathered, SourceError> {
    let headers = files(folder, |path| stem(path, "hea").filter(|name| wanted(name)), tell);
    if headers.is_empty() {
        let found = "no header".to_owned();
        return Err(SourceError::Absent { folder: folder.to_owned(), found, expected: EXPECTED });
    }
    let headers: Vec<(String, PathBuf)> = headers.into_iter().collect();
    let read = |_: &str, header: &PathBuf| {
        let recording = wfdb::read(header)?;
        let mut labels = label(&wfdb::snomed(&recording));
        labels.sort_unstable();
        labels.dedup();
        Ok(Some(Read { recording, labels }))
    };
    gather(&headers, form, read, PathBuf::clone, tell)
}
