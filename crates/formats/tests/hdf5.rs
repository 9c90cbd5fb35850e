//! HDF5 files of every kind of structure against h5py 3.16.0 (`tests/reference/formats/hdf5_fixtures.py` made them), and what is left
//! of recordings whose file was cut or damaged.
//!
//! `EINTHOVEN_HDF5` names another folder of such files.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod common;

use std::io::Read as _;

use ecg::{Recording, Severity};
use formats::arrays::{Value, variables};
use formats::{Error, Hints, InputFile, Limits};
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

fn folder() -> std::path::PathBuf {
    std::env::var_os("EINTHOVEN_HDF5").map_or_else(|| common::fixture("hdf5"), Into::into)
}

/// A file, unpacked.
fn bytes(name: &str) -> Vec<u8> {
    let packed = std::fs::read(folder().join(format!("{name}.h5.gz"))).unwrap();
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(packed.as_slice()).read_to_end(&mut bytes).unwrap();
    bytes
}

fn read(bytes: &[u8]) -> Result<Recording, Error> {
    let file = InputFile { name: "a.h5", bytes };
    formats::hdf5::read(&file, &Hints::default(), &Limits::default()).map(|mut all| all.pop().unwrap())
}

fn sha256(values: &[f64]) -> String {
    let mut hasher = Sha256::new();
    for value in values {
        hasher.update(value.to_le_bytes());
    }
    hasher.finalize().iter().take(8).fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

#[test]
fn every_dataset_of_every_kind_is_that_of_h5py() {
    let expected: Json = serde_json::from_slice(&std::fs::read(folder().join("expected.json")).unwrap()).unwrap();
    let mut compared = 0;
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let Some(name) = name.strip_suffix(".h5.gz").filter(|name| !name.starts_with("recording")) else { continue };
        let bytes = bytes(name);
        let found = variables(&InputFile { name, bytes: &bytes }, &Limits::default()).unwrap();
        for (dataset, expected) in expected.as_object().unwrap() {
            let what = format!("{name} {dataset}");
            // Of complex numbers the real parts have the dataset's own name.
            let variable = found.iter().find(|variable| variable.name == *dataset).unwrap_or_else(|| panic!("{what}"));
            match &variable.value {
                Value::Numbers(values) => {
                    let shape: Vec<Json> = variable.shape.iter().map(|extent| Json::from(*extent)).collect();
                    assert_eq!(Json::from(shape), expected["shape"], "{what}");
                    assert_eq!(sha256(values), expected["sha256"].as_str().expect(&what), "{what}: {values:?}");
                }
                Value::Texts(texts) => assert_eq!(Json::from(texts.clone()), expected["texts"], "{what}"),
                Value::Unread(why) => {
                    let unread = expected["unread"].as_str().unwrap_or_else(|| panic!("{what}: {why}"));
                    assert!(why.contains(unread), "{what}: {why}");
                }
            }
            compared += 1;
        }
        assert!(!found.iter().any(|variable| variable.name.contains("above")), "a group within itself is listed once");
    }
    assert!(compared >= 124, "{compared}");
}

const RECORDINGS: [&str; 4] = [
    "recording-latest",
    "recording-contiguous",
    "recording-leads-first",
    // Its leads are named by cells.
    "recording-matlab",
];

#[test]
fn whole_recordings_have_their_samples_and_no_warnings() {
    for name in RECORDINGS {
        let recording = read(&bytes(name)).unwrap();
        assert!(recording.warnings.is_empty(), "{name}: {:?}", recording.warnings);
        let signal = &recording.signals[3];
        assert_eq!((signal.label.as_str(), signal.rate, signal.len()), ("V5", 250.0, 96), "{name}");
        assert_eq!((signal.values()[0], signal.values()[95]), (3000.0, 3095.0), "{name}");
    }
}

/// Checks what is left of a damaged recording: the beginning of every sample, and a word on what is missing. Gives its length.
fn check(what: &str, read: &Recording, whole: &Recording) -> usize {
    let length = read.signals[0].len();
    for (signal, whole) in read.signals.iter().zip(&whole.signals) {
        assert_eq!(signal.values(), whole.values()[..signal.len()], "{what}");
        assert_eq!(signal.len(), length, "{what}");
    }
    if length < 96 || read.signals.len() < 4 {
        let told = |warning: &ecg::Warning| warning.severity == Severity::Data && warning.place.starts_with("byte ");
        assert!(read.warnings.iter().any(told), "{what}: {:?}", read.warnings);
    }
    length
}

#[test]
fn every_cut_gives_the_samples_before_it_with_a_warning_or_an_error() {
    for name in RECORDINGS {
        let bytes = bytes(name);
        let whole = read(&bytes).unwrap();
        let hints = Hints { rate: Some(250.0), unit: Some(ecg::Unit::Microvolt) };
        let mut lengths = Vec::new();
        for end in (0..bytes.len()).rev() {
            let file = InputFile { name: "a.h5", bytes: &bytes[..end] };
            match formats::hdf5::read(&file, &hints, &Limits::default()) {
                Ok(all) => {
                    assert!(!all[0].warnings.is_empty(), "{name} {end}");
                    lengths.push(check(&format!("{name} {end}"), &all[0], &whole));
                }
                Err(error) => assert!(error.to_string().contains("byte ") || end < 8, "{name} {end}: {error}"),
            }
        }
        lengths.dedup();
        assert!(lengths.iter().any(|length| *length < 96), "{name}: {lengths:?}");
        println!("{name}: {} bytes, lengths of cuts {lengths:?}", bytes.len());
    }
}

#[test]
fn a_chunk_whose_checksum_is_wrong_ends_the_samples_before_it() {
    let mut bytes = bytes("recording-latest");
    let whole = read(&bytes).unwrap();
    // Sample 70 of the leads stands in the fifth chunk as it is: LZF leaves what it cannot pack.
    let row: Vec<u8> = [70_i16, 1070, 2070, 3070].iter().flat_map(|count| count.to_le_bytes()).collect();
    let at = bytes.windows(8).position(|window| window == row).unwrap();
    bytes[at] ^= 1;
    let damaged = read(&bytes).unwrap();
    assert_eq!(check("damaged", &damaged, &whole), 64);
    let message = damaged.warnings.iter().map(ToString::to_string).collect::<String>();
    assert!(message.contains("wrong checksum"), "{message}");
}
