//! One small file of each format, which lie here with their licences: leads, rate, samples, first and last values and mean are those
//! that programs other than this one give. Runs on every machine; the larger collection has more files and values.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod common;

use std::collections::BTreeSet;

use ecg::{Lead, Recording, Unit};
use formats::{Hints, InputFile, Limits};
use serde_json::Value;

/// Files whose names are values' and not recordings'.
const OTHERS: [&str; 4] = ["README.md", "known.json", "make.py", "simulated.json"];

/// For arrays and for HL7's example, which state no unit.
fn hints() -> Hints {
    Hints { rate: Some(500.0), unit: Some(Unit::Millivolt) }
}

fn golden() -> Vec<(String, Value)> {
    let mut all = Vec::new();
    for name in ["known.json", "simulated.json"] {
        let table: Value = serde_json::from_slice(&std::fs::read(common::fixture("each").join(name)).unwrap()).unwrap();
        all.extend(table.as_object().unwrap().iter().map(|(file, value)| (file.clone(), value.clone())));
    }
    all
}

fn one(name: &str, bytes: &[u8]) -> Recording {
    let mut outcome = formats::read(&[InputFile { name, bytes }], &hints(), &Limits::default());
    assert!(outcome.failures.is_empty(), "{name}: {:?}", outcome.failures);
    assert_eq!(outcome.recordings.len(), 1, "{name}");
    outcome.recordings.remove(0)
}

fn near(what: &str, value: f64, expected: &Value) {
    match expected.as_f64() {
        Some(expected) => {
            assert!((value - expected).abs() <= 2e-9 + 1e-9 * expected.abs(), "{what}: {value} is not {expected}");
        }
        None => assert!(value.is_nan(), "{what}: {value} where there is no sample"),
    }
}

#[test]
fn each_file_has_the_leads_and_values_that_other_programs_give() {
    for (name, expected) in golden() {
        let recording = one(&name, &std::fs::read(common::fixture("each").join(&name)).unwrap());
        assert_eq!(recording.source.format, expected["format"].as_str().unwrap(), "{name}");
        let leads = expected["leads"].as_object().unwrap();
        let count = expected["all_leads"].as_u64().unwrap_or(leads.len() as u64);
        let names: Vec<&str> = recording.signals.iter().map(|signal| signal.lead.name()).collect();
        assert_eq!(names.len() as u64, count, "{name}: {names:?}");
        for (position, (label, values)) in leads.iter().enumerate() {
            let signal = recording.lead(&Lead::from_label(label));
            // Arrays do not say which lead a row is.
            let signal = signal.or_else(|| recording.signals.get(position)).unwrap();
            let what = format!("{name} {label}");
            assert_eq!(signal.rate, expected["hertz"].as_f64().unwrap(), "{what}");
            assert_eq!(signal.len() as u64, expected["samples"].as_u64().unwrap(), "{what}");
            let factor = signal.unit().in_millivolts().unwrap_or_else(|| panic!("{what}: {:?}", signal.unit()));
            let own: Vec<f64> = signal.values().iter().map(|value| value * factor).collect();
            for (part, own) in [("first", &own[..4.min(own.len())]), ("last", &own[own.len() - 4..])] {
                for (value, expected) in own.iter().zip(values[part].as_array().into_iter().flatten()) {
                    near(&format!("{what}, {part}"), *value, expected);
                }
            }
            let present: Vec<f64> = own.into_iter().filter(|value| !value.is_nan()).collect();
            near(&format!("{what}, mean"), present.iter().sum::<f64>() / present.len() as f64, &values["mean"]);
        }
    }
}

#[test]
fn every_file_has_values_and_every_readable_format_a_file() {
    let golden = golden();
    let valued: BTreeSet<&str> = golden.iter().map(|(file, _)| file.as_str()).chain(OTHERS).collect();
    let files = common::read_folder(&common::fixture("each"));
    let there: BTreeSet<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(there, valued);
    let known: BTreeSet<&str> = golden.iter().map(|(_, value)| value["format"].as_str().unwrap()).collect();
    let formats: BTreeSet<&str> = known.into_iter().collect();
    let expected = [
        "AliveCor ATC",
        "BDF",
        "CSV",
        "Contec",
        "DICOM",
        "EDF+",
        "FHIR",
        "GE CardioSoft",
        "GE MUSE",
        "HDF5",
        "HL7 aECG",
        "ISHNE",
        "MATLAB 4",
        "MATLAB 5",
        "MATLAB 7.3",
        "MFER",
        "Mortara ELI",
        "NumPy",
        "Philips Sierra",
        "SCP-ECG",
        "Schiller",
        "WFDB",
    ];
    assert_eq!(formats.into_iter().collect::<Vec<_>>(), expected);
    for (name, bytes) in &files {
        assert!(bytes.len() < 40_000, "{name} is too large to lie here");
    }
}
