//! Files that the tests read: fixtures of this crate and, where it is there, the collection beside the workspace.
#![allow(dead_code, clippy::unwrap_used)]

use std::path::{Path, PathBuf};

pub mod written;

/// A folder of the collection beside the workspace, or nothing with a line that says what is skipped.
pub fn shared(path: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(path);
    if folder.exists() {
        return Some(folder);
    }
    eprintln!("skipped: the collection {path} is not here");
    None
}

/// A fixture of this crate.
pub fn fixture(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(path)
}

/// All files of a folder, without those of its folders, by name.
pub fn read_folder(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(&path).unwrap()))
        .collect();
    files.sort();
    files
}

/// Golden values of a format, by file.
pub fn golden(name: &str) -> Option<serde_json::Value> {
    let folder = shared("data/formats/golden")?;
    Some(serde_json::from_slice(&std::fs::read(folder.join(name)).unwrap()).unwrap())
}

/// What comes of one file of the collection with the default limits and no hints; the path is below `data/formats`.
pub fn read_shared(path: &str) -> Option<formats::Outcome> {
    let bytes = std::fs::read(shared("data/formats")?.join(path)).unwrap();
    let file = formats::InputFile { name: path, bytes: &bytes };
    Some(formats::read(&[file], &formats::Hints::default(), &formats::Limits::default()))
}

/// The one recording that a file of the collection holds.
pub fn one_shared(path: &str) -> Option<ecg::Recording> {
    let mut outcome = read_shared(path)?;
    assert!(outcome.failures.is_empty(), "{path}: {:?}", outcome.failures);
    assert_eq!(outcome.recordings.len(), 1, "{path}");
    outcome.recordings.pop()
}

/// SHA-256 of counts as little-endian 32-bit integers, in hexadecimal digits.
pub fn sha256_of_counts(counts: &ecg::Counts) -> String {
    let bytes: Vec<u8> = counts.iter().flat_map(i32::to_le_bytes).collect();
    <sha2::Sha256 as sha2::Digest>::digest(&bytes)
        .iter()
        .fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// Compares a signal with a golden lead: rate, number of samples, raw counts by their hash where both have counts, and in
/// millivolts (where the golden unit is that, else as the file has them) the first eight, least, mean and greatest.
pub fn compare_lead(what: &str, signal: &ecg::Signal, golden: &serde_json::Value) {
    let number = |name: &str| golden[name].as_f64();
    let near = |value: f64, expected: f64, part: &str| {
        // The collection prints nine decimals.
        assert!((value - expected).abs() <= 1e-9 + 1e-9 * expected.abs(), "{what} {part}: {value} is not {expected}");
    };
    assert_eq!(signal.len() as u64, golden["n"].as_u64().unwrap(), "{what}: number of samples");
    if let Some(rate) = number("rate_hz") {
        near(signal.rate, rate, "rate");
    }
    if let (ecg::Samples::Digital { counts, .. }, Some(hash)) = (&signal.samples, golden["sha256_i32le"].as_str()) {
        if let Some(first) = golden["raw_first8"].as_array() {
            let first: Vec<i64> = first.iter().filter_map(serde_json::Value::as_i64).collect();
            let own: Vec<i64> = counts.iter().take(first.len()).map(i64::from).collect();
            assert_eq!(own, first, "{what}: first counts");
        }
        assert_eq!(sha256_of_counts(counts), hash, "{what}: counts");
    }
    let factor = if golden["unit"] == "mV" { signal.unit().in_millivolts().unwrap_or(f64::NAN) } else { 1.0 };
    let values: Vec<f64> = signal.values().iter().map(|value| value * factor).collect();
    for (value, expected) in values.iter().zip(golden["first8"].as_array().unwrap()) {
        near(*value, expected.as_f64().unwrap_or(f64::NAN), "first values");
    }
    let present: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
    near(present.iter().copied().fold(f64::INFINITY, f64::min), number("min").unwrap(), "least");
    near(present.iter().copied().fold(f64::NEG_INFINITY, f64::max), number("max").unwrap(), "greatest");
    near(present.iter().sum::<f64>() / present.len() as f64, number("mean").unwrap(), "mean");
}
