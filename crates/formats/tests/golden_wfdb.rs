//! Every WFDB file of the format collection against the values of wfdb-python 4.3.1 (`golden/wfdb.json` there).
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod common;

use common::{read_folder, shared};
use ecg::{Recording, Samples, Signal};
use formats::{Hints, InputFile, Limits};
use serde_json::Value;
use sha2::{Digest, Sha256};

fn golden() -> Option<(std::path::PathBuf, Value)> {
    let folder = shared("data/formats")?;
    let json = std::fs::read(folder.join("golden/wfdb.json")).unwrap();
    Some((folder, serde_json::from_slice(&json).unwrap()))
}

fn counts(signal: &Signal) -> Vec<i32> {
    match &signal.samples {
        Samples::Digital { counts, .. } => counts.to_vec(),
        Samples::Physical { .. } => panic!("{} should be counts", signal.label),
    }
}

/// SHA-256 of counts as little-endian 32-bit numbers.
fn hash(counts: &[i32]) -> String {
    let bytes: Vec<u8> = counts.iter().flat_map(|count| count.to_le_bytes()).collect();
    Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The recording of one header among the files of its folder.
fn record(folder: &std::path::Path, header: &str) -> Recording {
    let path = folder.join(header);
    let files = read_folder(path.parent().unwrap());
    let name = path.file_name().unwrap().to_str().unwrap().to_owned();
    // The other headers are left out so that one record alone is read.
    let keep =
        |file: &&(String, Vec<u8>)| header.contains("multi-segment") || file.0 == name || !file.0.ends_with(".hea");
    let files: Vec<InputFile> = files.iter().filter(keep).map(|(name, bytes)| InputFile { name, bytes }).collect();
    let outcome = formats::read(&files, &Hints::default(), &Limits::default());
    let found = outcome.recordings.iter().find(|recording| recording.source.files[0] == name);
    found.unwrap_or_else(|| panic!("{header}: {:?}", outcome.failures)).clone()
}

fn close(ours: f64, theirs: &Value, what: &str) {
    let theirs = theirs.as_f64().unwrap();
    assert!((ours - theirs).abs() <= 1e-8 + 1e-9 * theirs.abs(), "{what}: {ours} is not {theirs}");
}

#[test]
fn every_count_of_every_ordinary_record_is_the_one_that_wfdb_python_reads() {
    let Some((folder, golden)) = golden() else { return };
    let mut records = 0;
    for (header, expected) in golden["files"].as_object().unwrap() {
        if !header.ends_with(".hea") || header.contains("multi-segment") {
            continue;
        }
        let recording = record(&folder, header);
        let leads = expected["leads"].as_array().unwrap();
        assert_eq!(recording.signals.len(), leads.len(), "{header}");
        for (signal, lead) in recording.signals.iter().zip(leads) {
            let what = format!("{header} {}", signal.label);
            assert_eq!(signal.label, lead["name"].as_str().unwrap());
            close(signal.rate, &lead["rate_hz"], &what);
            assert_eq!(signal.len() as u64, lead["n"].as_u64().unwrap(), "{what}");
            assert_eq!(hash(&counts(signal)), lead["sha256_i32le"].as_str().unwrap(), "{what}");
            assert!(signal.unit().symbol().eq_ignore_ascii_case(lead["unit"].as_str().unwrap()), "{what}");
            // wfdb-python takes -128 for missing in format 8 too, whose differences have no such mark.
            if lead["fmt"] == "8" {
                continue;
            }
            let missing: usize = signal.missing.iter().map(|(from, to)| to - from).sum();
            assert_eq!(missing as u64, lead["nan"].as_u64().unwrap(), "{what}");
            let values: Vec<f64> = signal.values().into_iter().filter(|value| !value.is_nan()).collect();
            close(values.iter().copied().fold(f64::INFINITY, f64::min), &lead["min"], &what);
            close(values.iter().copied().fold(f64::NEG_INFINITY, f64::max), &lead["max"], &what);
            close(values.iter().sum::<f64>() / values.len() as f64, &lead["mean"], &what);
        }
        let sums: Vec<_> = recording.warnings.iter().filter(|warning| warning.message.starts_with("the sum")).collect();
        assert!(sums.is_empty(), "{header}: {sums:?}");
        records += 1;
    }
    assert_eq!(records, 16);
}

#[test]
fn segments_are_joined_as_wfdb_python_joins_them() {
    let Some((folder, golden)) = golden() else { return };
    for (header, expected) in golden["files"].as_object().unwrap() {
        if !header.contains("multi-segment") {
            continue;
        }
        let recording = record(&folder, header);
        for (signal, lead) in recording.signals.iter().zip(expected["leads"].as_array().unwrap()) {
            let what = format!("{header} {}", signal.label);
            assert_eq!(signal.label, lead["name"].as_str().unwrap());
            let frames = lead["n"].as_u64().unwrap() as usize;
            let per_frame = (signal.rate / recording.signals.last().unwrap().rate).round() as usize;
            assert_eq!(signal.len(), frames * per_frame, "{what}");
            if per_frame > 1 {
                // wfdb-python gives the rounded mean of a frame's counts; the first frames are enough.
                for (frame, theirs) in counts(signal).chunks(per_frame).zip(lead["first8"].as_array().unwrap()) {
                    let mean = f64::from(frame.iter().sum::<i32>()) / per_frame as f64 / 2000.0;
                    assert!((mean - theirs.as_f64().unwrap()).abs() <= 1.0 / 2000.0, "{what}");
                }
                continue;
            }
            let values = signal.values();
            let missing = values.iter().filter(|value| value.is_nan()).count();
            assert_eq!(missing as u64, lead["nan"].as_u64().unwrap(), "{what}");
            let present: Vec<f64> = values.into_iter().filter(|value| !value.is_nan()).collect();
            if present.is_empty() {
                continue;
            }
            close(present.iter().sum::<f64>() / present.len() as f64, &lead["mean"], &what);
            close(present.iter().copied().fold(f64::NEG_INFINITY, f64::max), &lead["max"], &what);
        }
    }
    let part = record(&folder, "wfdb/multi-segment/p000878/p000878-2137-10-26-16-57.hea");
    assert!(part.warnings.iter().any(|warning| warning.message.contains("segments were not given")));
    assert_eq!(part.start.as_deref(), Some("2137-10-26T16:57:09.000"));
}

#[test]
fn annotations_are_the_ones_that_wfdb_python_reads() {
    let Some((folder, golden)) = golden() else { return };
    for (name, expected) in golden["files"].as_object().unwrap() {
        if name.ends_with(".hea") {
            continue;
        }
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let base = name.rsplit('/').next().unwrap();
        let stem = base.rsplit_once('.').unwrap().0;
        let rate = expected["fs_in_file"].as_f64().unwrap_or(250.0);
        let header = format!("r{stem} 0 {rate}\n");
        let header_name = format!("{stem}.hea");
        let files =
            [InputFile { name: &header_name, bytes: header.as_bytes() }, InputFile { name: base, bytes: &bytes }];
        let outcome = formats::read(&files, &Hints::default(), &Limits::default());
        let marks = &outcome.recordings[0].annotations;
        assert_eq!(marks.len() as u64, expected["n_ann"].as_u64().unwrap(), "{name}");
        let ticks: Vec<u8> = marks.iter().flat_map(|mark| mark.sample.unwrap().to_le_bytes()).collect();
        let ours: String = Sha256::digest(&ticks).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(ours, expected["samples_sha256_i64le"].as_str().unwrap(), "{name}");
        for (mark, symbol) in marks.iter().zip(expected["symbol_first16"].as_array().unwrap()) {
            assert_eq!(mark.code, symbol.as_str().unwrap(), "{name}");
        }
        for pair in expected["aux_nonempty"].as_array().unwrap() {
            let tick = pair[0].as_i64();
            let text = pair[1].as_str().unwrap().trim_end_matches('\0');
            assert!(marks.iter().any(|mark| mark.sample == tick && mark.text == text), "{name} {text}");
        }
    }
}

#[test]
fn a_matrix_without_its_header_gives_the_samples_of_the_record() {
    let Some((folder, _)) = golden() else { return };
    let bytes = std::fs::read(folder.join("wfdb/E07500.mat")).unwrap();
    let files = [InputFile { name: "E07500.mat", bytes: &bytes }];
    let asked = formats::read(&files, &Hints::default(), &Limits::default());
    assert!(asked.failures[0].error.wants_rate());
    let hints = Hints { rate: Some(500.0), unit: Some(ecg::Unit::Microvolt) };
    let bare = &formats::read(&files, &hints, &Limits::default()).recordings[0];
    let whole = record(&folder, "wfdb/E07500.hea");
    for (bare, whole) in bare.signals.iter().zip(&whole.signals) {
        assert_eq!((&bare.lead, counts(bare)), (&whole.lead, counts(whole)));
        for (ours, theirs) in bare.millivolts().unwrap().iter().zip(whole.millivolts().unwrap()) {
            assert!((ours - theirs).abs() < 1e-6);
        }
    }
}
