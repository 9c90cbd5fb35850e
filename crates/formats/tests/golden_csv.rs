//! Tables against values of pandas 3.1.1 (`golden/csv.json`), archives against Python's zipfile and gzip
//! (`golden/archive.json`).

use std::fs;
use std::path::{Path, PathBuf};

use ecg::{Recording, Unit};
use formats::{Hints, InputFile, Limits, archive};
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

fn golden(folder: &Path, name: &str) -> Value {
    serde_json::from_slice(&fs::read(folder.join("golden").join(name)).unwrap()).unwrap()
}

fn read(folder: &Path, name: &str, hints: &Hints) -> Result<Recording, formats::Error> {
    let bytes = fs::read(folder.join(name)).unwrap();
    let mut outcome = formats::read(&[InputFile { name, bytes: &bytes }], hints, &Limits::default());
    match outcome.failures.pop() {
        Some(failure) => Err(failure.error),
        None => Ok(outcome.recordings.remove(0)),
    }
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

fn compare(name: &str, values: &[f64], expected: &Value) {
    assert_eq!(values.len() as u64, expected["n"].as_u64().unwrap(), "{name}");
    for (value, expected) in values.iter().zip(expected["first8"].as_array().unwrap()) {
        assert!((value - expected.as_f64().unwrap()).abs() < 1e-9, "{name}: {value} is not {expected}");
    }
    let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    assert_eq!(hex(&bytes), expected["sha256_f64le"].as_str().unwrap(), "{name}");
}

/// The rate and the unit to give where a file states none.
fn hints_for(name: &str) -> Hints {
    match name {
        "csv/counts_utf16le_11.csv" | "csv/uv_tab_noheader_11.tsv" => {
            Hints { rate: Some(500.0), unit: Some(Unit::Microvolt) }
        }
        "csv/mv_time_header_11.csv" => Hints { rate: None, unit: Some(Unit::Millivolt) },
        _ => Hints::default(),
    }
}

#[test]
fn every_table_gives_the_values_of_another_reader() {
    let Some(folder) = data() else { return };
    let golden = golden(&folder, "csv.json");
    for (name, file) in golden["files"].as_object().unwrap() {
        let recording = read(&folder, name, &hints_for(name)).unwrap();
        if let Some(leads) = file["leads"].as_array() {
            assert_eq!(recording.signals.len(), leads.len(), "{name}");
            for (signal, lead) in recording.signals.iter().zip(leads) {
                assert_eq!(signal.lead.name(), lead["name"].as_str().unwrap(), "{name}");
                assert_eq!(signal.rate, lead["rate_hz"].as_f64().unwrap(), "{name}");
                assert_eq!(signal.unit(), &Unit::Microvolt, "{name}");
                let millivolts: Vec<f64> = signal.values().iter().map(|value| value / 1000.0).collect();
                compare(name, &millivolts, lead);
            }
            continue;
        }
        let names: Vec<&str> = file["columns"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        let columns = file["columns_summary"].as_array().unwrap();
        let time = usize::from(matches!(names[0], "time" | "Zeit"));
        assert_eq!(recording.signals.len(), columns.len() - time, "{name}");
        for ((signal, column), label) in recording.signals.iter().zip(&columns[time..]).zip(&names[time..]) {
            compare(&format!("{name} {label}"), &signal.values(), column);
            assert_eq!(signal.rate, 500.0, "{name}");
            if *label != "0" && label.parse::<u8>().is_err() {
                assert_eq!(signal.label, label.trim_end_matches(" (mV)"), "{name}");
            }
        }
    }
}

#[test]
fn tables_that_state_no_rate_or_unit_ask_for_it() {
    let Some(folder) = data() else { return };
    assert!(read(&folder, "csv/mv_time_header_11.csv", &Hints::default()).unwrap_err().wants_unit());
    assert!(read(&folder, "csv/uv_tab_noheader_11.tsv", &Hints::default()).unwrap_err().wants_rate());
    let rate = Hints { rate: Some(500.0), unit: None };
    assert!(read(&folder, "csv/counts_utf16le_11.csv", &rate).unwrap_err().wants_unit());
    assert!(read(&folder, "csv/decimal_comma_semicolon_bom_11.csv", &Hints::default()).is_ok());
    let apple = read(&folder, "csv/apple_watch_de_decimal_comma_11.csv", &Hints::default()).unwrap();
    assert_eq!(apple.statements[0].text, "Sinus Rhythm");
    assert!(apple.warnings.is_empty(), "{:?}", apple.warnings);
}

#[test]
fn an_archive_unpacks_to_the_same_bytes() {
    let Some(folder) = data() else { return };
    let golden = golden(&folder, "archive.json");
    for (name, file) in golden["files"].as_object().unwrap() {
        let bytes = fs::read(folder.join(name)).unwrap();
        let expanded = archive::expand(&InputFile { name, bytes: &bytes }, &Limits::default()).unwrap();
        assert!(expanded.failures.is_empty(), "{name}");
        if let Some(inner) = file["inner_sha256"].as_str() {
            assert_eq!(expanded.files.len(), 1, "{name}");
            assert_eq!(expanded.files[0].0, "archive/mv_csv_11.csv");
            assert_eq!(hex(&expanded.files[0].1), inner, "{name}");
            continue;
        }
        let members = file["members"].as_object().unwrap().iter();
        let members: Vec<_> = members.filter(|(member, _)| !member.starts_with("__MACOSX")).collect();
        assert_eq!(expanded.files.len(), members.len(), "{name}");
        for (member, expected) in members {
            let (_, bytes) = expanded.files.iter().find(|(name, _)| name.ends_with(member.as_str())).unwrap();
            assert_eq!(
                (bytes.len() as u64, hex(bytes)),
                (expected[0].as_u64().unwrap(), expected[2].as_str().unwrap().to_owned())
            );
        }
    }
}

#[test]
fn recordings_within_archives_are_read() {
    let Some(folder) = data() else { return };
    let zipped = read(&folder, "archive/wfdb_in_zip_11.zip", &Hints::default()).unwrap();
    assert_eq!((zipped.signals.len(), zipped.source.format.as_str()), (12, "WFDB"));
    let unit = Hints { rate: None, unit: Some(Unit::Millivolt) };
    let table = read(&folder, "archive/mv_csv_11.csv.gz", &unit).unwrap();
    assert_eq!(table.source.format, "CSV");
}

#[test]
fn recordings_are_claimed_and_the_lists_beside_them_are_not() {
    let Some(formats) = data() else { return };
    let shared = formats.parent().unwrap();
    let claimed = |name: &str| {
        let path = shared.join(name);
        fs::read(&path).ok().map(|bytes| formats::probe(name, &bytes) == Some(formats::Format::Csv))
    };
    let golden = golden(&formats, "csv.json");
    let recordings = golden["files"].as_object().unwrap().keys().map(|name| format!("formats/{name}"));
    let others = ["formats/contec/0000050.ECG.csv", "quality/original_txt/1002603.txt"].map(str::to_owned);
    for name in recordings.chain(others) {
        assert_ne!(claimed(&name), Some(false), "{name}");
    }
    for name in [
        "quality/verdicts.csv",
        "more/chapman_measurements.csv",
        "more/labels.csv",
        "reference/code_test_published_scores.csv",
        "ptb-xl/scp_statements.csv",
        "ptb-xl/LICENSE.txt",
    ] {
        assert_ne!(claimed(name), Some(true), "{name}");
    }
}
