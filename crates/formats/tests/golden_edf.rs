//! EDF and BDF against values of pyedflib 0.1.42 and edfio 0.4.18 (`golden/edf.json`) and against our own construction
//! of a file with gaps (`golden/edf_discontinuous.json`).

use std::fs;
use std::path::PathBuf;

use ecg::{Recording, Samples, Severity};
use formats::{Hints, InputFile, Limits};
use serde_json::Value;
use sha2::{Digest, Sha256};

fn data() -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/formats");
    if !folder.is_dir() {
        eprintln!("skipped: {} is not there", folder.display());
        return None;
    }
    Some(folder)
}

fn golden(folder: &std::path::Path, name: &str) -> Value {
    serde_json::from_slice(&fs::read(folder.join("golden").join(name)).unwrap()).unwrap()
}

fn read(folder: &std::path::Path, name: &str) -> Recording {
    let bytes = fs::read(folder.join(name)).unwrap();
    let mut outcome = formats::read(&[InputFile { name, bytes: &bytes }], &Hints::default(), &Limits::default());
    assert!(outcome.failures.is_empty(), "{name}: {:?}", outcome.failures);
    assert_eq!(outcome.recordings.len(), 1, "{name}");
    outcome.recordings.remove(0)
}

/// The stored counts, without what fills gaps.
fn stored(signal: &ecg::Signal) -> Vec<i32> {
    let Samples::Digital { counts, .. } = &signal.samples else { panic!("an EDF holds counts") };
    let gap = |index: usize| signal.missing.iter().any(|&(from, to)| (from..to).contains(&index));
    counts.iter().enumerate().filter(|(index, _)| !gap(*index)).map(|(_, count)| count).collect()
}

fn sha256(counts: &[i32]) -> String {
    let bytes: Vec<u8> = counts.iter().flat_map(|count| count.to_le_bytes()).collect();
    Sha256::digest(&bytes).iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

fn near(value: f64, expected: &Value, what: &str) {
    let expected = expected.as_f64().unwrap();
    assert!((value - expected).abs() <= 1e-9 + 1e-9 * expected.abs(), "{what}: {value} is not {expected}");
}

fn compare_leads(name: &str, recording: &Recording, leads: &[Value]) {
    assert_eq!(recording.signals.len(), leads.len(), "{name}");
    for (signal, lead) in recording.signals.iter().zip(leads) {
        let what = format!("{name} {}", signal.label);
        assert_eq!(signal.label, lead["name"].as_str().unwrap().trim(), "{what}");
        near(signal.rate, &lead["rate_hz"], &what);
        let counts = stored(signal);
        assert_eq!(counts.len() as u64, lead["n"].as_u64().unwrap(), "{what}");
        assert_eq!(sha256(&counts), lead["sha256_i32le"].as_str().unwrap(), "{what}");
        let values = signal.values();
        for (value, expected) in values.iter().zip(lead["first8"].as_array().unwrap()) {
            near(*value, expected, &what);
        }
        let present = || values.iter().copied().filter(|value| !value.is_nan());
        near(present().fold(f64::INFINITY, f64::min), &lead["min"], &what);
        near(present().fold(f64::NEG_INFINITY, f64::max), &lead["max"], &what);
        near(present().sum::<f64>() / counts.len() as f64, &lead["mean"], &what);
    }
}

#[test]
fn every_sample_file_gives_the_values_of_two_other_readers() {
    let Some(folder) = data() else { return };
    let golden = golden(&folder, "edf.json");
    let mut compared = 0;
    for (name, file) in golden["files"].as_object().unwrap() {
        let recording = read(&folder, name);
        if let Some(leads) = file["leads"].as_array() {
            compare_leads(name, &recording, leads);
            compared += 1;
        }
        // pyedflib leaves trailing duplicates of a label apart; edfio names each label once.
        for (label, expected) in file["edfio"]["digital_sha256_i32le"].as_object().unwrap() {
            let signal = recording.signals.iter().find(|signal| signal.label == label.trim());
            let signal = signal.unwrap_or_else(|| panic!("{name}: no signal {label}"));
            assert_eq!(sha256(&stored(signal)), expected.as_str().unwrap(), "{name} {label}");
        }
        if let Some(count) = file["annotations_in_file"].as_u64() {
            assert_eq!(recording.annotations.len() as u64, count, "{name}");
        }
        let annotations = file["annotations_first12"].as_array().map_or(&[][..], Vec::as_slice);
        for (annotation, expected) in recording.annotations.iter().zip(annotations) {
            let expected = expected.as_array().unwrap();
            // pyedflib prints seven decimals.
            assert!(
                (annotation.time - expected[0].as_f64().unwrap()).abs() < 2e-7,
                "{name}: {annotation:?} {expected:?}"
            );
            let duration = Some(expected[1].as_f64().unwrap()).filter(|&duration| duration >= 0.0);
            assert_eq!(annotation.duration, duration, "{name}");
            assert_eq!(annotation.text, expected[2].as_str().unwrap(), "{name}");
        }
    }
    assert!(compared >= 10, "only {compared} files were compared");
}

#[test]
fn records_with_gaps_lie_where_their_times_put_them() {
    let Some(folder) = data() else { return };
    let golden = golden(&folder, "edf_discontinuous.json");
    for (name, file) in golden["files"].as_object().unwrap() {
        let recording = read(&folder, name);
        compare_leads(name, &recording, file["leads"].as_array().unwrap());
        let segments = file["segments"].as_array().unwrap();
        for signal in &recording.signals {
            let mut end = 0;
            let mut missing = Vec::new();
            for segment in segments {
                let start = (segment[0].as_f64().unwrap() * signal.rate).round() as usize;
                if start > end {
                    missing.push((end, start));
                }
                end = start + (segment[1].as_f64().unwrap() * signal.rate).round() as usize;
            }
            assert_eq!(signal.missing, missing, "{name}");
            assert_eq!(signal.len(), end, "{name}");
        }
        let found: Vec<Value> = recording
            .annotations
            .iter()
            .map(|annotation| serde_json::json!([annotation.time, annotation.duration, annotation.text]))
            .collect();
        assert_eq!(Value::from(found), file["annotations"], "{name}");
    }
}

#[test]
fn starts_are_read_and_rubbish_dates_are_left_open() {
    let Some(folder) = data() else { return };
    let start = |name| read(&folder, name).start;
    assert_eq!(start("edf/short_psg.edf").as_deref(), Some("1989-04-24T16:13:00"));
    assert_eq!(start("edf/test_generator.edf").as_deref(), Some("2011-04-04T12:57:02"));
    // pyedflib says 0.3945312 s (and misprints it as 56.039453 in its start).
    assert_eq!(start("edf/test_subsecond.edf").as_deref(), Some("2020-01-24T04:05:56.3945312"));
    assert_eq!(start("edf/test_uneven_samp.edf"), None);
}

#[test]
fn a_converter_that_invented_its_limits_is_questioned() {
    let Some(folder) = data() else { return };
    let recording = read(&folder, "contec/0000050.ECG.edf");
    let questioned =
        |warning: &&ecg::Warning| warning.severity == Severity::Data && warning.message.contains("too coarse");
    assert!(recording.warnings.iter().filter(questioned).count() >= 6, "{:?}", recording.warnings);
    let good = read(&folder, "edf/short_psg.edf");
    assert!(good.warnings.is_empty(), "{:?}", good.warnings);
}
