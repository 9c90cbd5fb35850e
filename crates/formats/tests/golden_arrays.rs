//! MATLAB, HDF5 and NumPy files against SciPy 1.17.1, h5py 3.16.0 and NumPy 2.4.6 (`golden/matlab.json`, `hdf5.json`, `npy.json`),
//! and the recordings that come of them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod common;

use ecg::{Counts, Lead, Recording, Samples, Unit};
use formats::arrays::{Value, Variable, variables};
use formats::{Error, Hints, InputFile, Limits};
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

const BOTH: Hints = Hints { rate: Some(500.0), unit: Some(Unit::Millivolt) };

fn bytes(path: &str) -> Vec<u8> {
    std::fs::read(common::shared("data/formats").unwrap().join(path)).unwrap()
}

fn list(path: &str) -> Result<Vec<Variable>, Error> {
    variables(&InputFile { name: path, bytes: &bytes(path) }, &Limits::default())
}

fn read(path: &str, hints: &Hints) -> Result<Vec<Recording>, Error> {
    let bytes = bytes(path);
    let mut outcome = formats::read(&[InputFile { name: path, bytes: &bytes }], hints, &Limits::default());
    outcome.failures.pop().map_or(Ok(outcome.recordings), |failure| Err(failure.error))
}

fn sha256(values: impl Iterator<Item = f64>) -> String {
    let mut hasher = Sha256::new();
    values.for_each(|value| hasher.update(value.to_le_bytes()));
    hasher.finalize().iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// Compares one array; true where there were numbers to compare.
fn compare(what: &str, variable: &Variable, golden: &Json) -> bool {
    let Value::Numbers(values) = &variable.value else { return false };
    let shape: Vec<u64> = golden["shape"].as_array().unwrap().iter().map(|extent| extent.as_u64().unwrap()).collect();
    assert_eq!(variable.shape, shape, "{what}");
    let first = golden["first8_C_order"].as_array().unwrap();
    if golden["dtype"] == "complex128" {
        // The real parts alone are read: of (1+2j) the 1.
        for (value, text) in values.iter().zip(first) {
            let text = text.as_str().unwrap().trim_matches(['(', ')', 'j']);
            let sign = text
                .char_indices()
                .rev()
                .find(|&(at, letter)| matches!(letter, '+' | '-') && at > 0 && !text[..at].ends_with('e'));
            let real = sign.map_or(0.0, |(at, _)| text[..at].parse::<f64>().unwrap());
            assert!((value - real).abs() < 1e-12, "{what}: {value} of {text}");
        }
        return true;
    }
    assert_eq!(sha256(values.iter().copied()), golden["sha256_f64le_C_order"].as_str().unwrap(), "{what}");
    true
}

#[test]
fn every_variable_of_every_matlab_file_is_that_of_another_reader_and_broken_files_are_refused() {
    let Some(golden) = common::golden("matlab.json") else { return };
    let (mut compared, mut refused) = (0, 0);
    for (path, file) in golden["files"].as_object().unwrap() {
        if file["error"].is_string() {
            let error = list(path).expect_err(path);
            assert!(error.to_string().starts_with(path), "{error}");
            assert!(read(path, &BOTH).is_err(), "{path}");
            refused += 1;
            continue;
        }
        let found = list(path).unwrap_or_else(|error| panic!("{error}"));
        let kind = if file["hdf5"] == true { "datasets" } else { "variables" };
        for (name, expected) in file[kind].as_object().unwrap() {
            let variable = found.iter().find(|variable| variable.name == *name);
            if expected["sha256_f64le_C_order"].is_string() {
                assert!(compare(&format!("{path} {name}"), variable.unwrap(), expected), "{path} {name}: {variable:?}");
                compared += 1;
            }
        }
    }
    assert_eq!((compared, refused), (21, 5));
}

#[test]
fn every_dataset_of_every_hdf5_file_is_that_of_another_reader() {
    let Some(golden) = common::golden("hdf5.json") else { return };
    let mut compared = 0;
    for (path, file) in golden["files"].as_object().unwrap() {
        let found = list(path).unwrap_or_else(|error| panic!("{error}"));
        let datasets = file["datasets"].as_object().unwrap();
        assert_eq!(found.len(), datasets.len(), "{path}");
        for (name, expected) in datasets {
            let variable = found.iter().find(|variable| variable.name == *name).unwrap();
            if expected["string"].is_string() {
                assert_eq!(variable.value, Value::Texts(vec!["synthetic".to_owned()]));
            } else {
                assert!(compare(&format!("{path} {name}"), variable, expected), "{path} {name}");
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 5);
}

#[test]
fn every_numpy_array_is_that_of_numpy_and_pickles_are_refused() {
    let Some(golden) = common::golden("npy.json") else { return };
    let mut compared = 0;
    for (path, file) in golden["files"].as_object().unwrap() {
        if file["error"].is_string() {
            let error = list(path).unwrap_err();
            assert!(matches!(error, Error::Unsupported { .. }) && error.to_string().contains("pickled"), "{error}");
            assert_eq!(read(path, &BOTH).unwrap_err(), error);
            continue;
        }
        let Some(members) = file["members"].as_object() else {
            compared += usize::from(compare(path, &list(path).unwrap()[0], file));
            continue;
        };
        let packed = bytes(path);
        let unpacked = formats::archive::expand(&InputFile { name: path, bytes: &packed }, &Limits::default()).unwrap();
        assert_eq!(unpacked.files.len(), members.len());
        for (name, bytes) in &unpacked.files {
            let found = variables(&InputFile { name, bytes }, &Limits::default()).unwrap();
            let expected = &members[&found[0].name];
            match &found[0].value {
                Value::Texts(texts) => assert_eq!(format!("{texts:?}").replace('"', "'"), expected["repr"]),
                _ => compared += usize::from(compare(name, &found[0], expected)),
            }
        }
    }
    assert_eq!(compared, 10);
}

fn is_twelve(recording: &Recording) -> bool {
    recording.signals.iter().map(|signal| &signal.lead).eq(Lead::TWELVE.iter())
}

fn is_narrow(recording: &Recording) -> bool {
    recording
        .signals
        .iter()
        .all(|signal| matches!(&signal.samples, Samples::Digital { counts, .. } if matches!(counts, Counts::Narrow(_))))
}

fn assumes_leads(recording: &Recording) -> bool {
    recording.warnings.iter().any(|warning| warning.message.contains("is assumed"))
}

#[test]
fn matlab_files_become_recordings_with_the_rate_that_they_state() {
    if common::golden("matlab.json").is_none() {
        return;
    }
    let unit = Hints { unit: Some(Unit::Microvolt), rate: None };
    for (path, samples, format, narrow) in [
        ("matlab/v4_11.mat", 1000, "MATLAB 4", false),
        ("matlab/v5_11.mat", 1000, "MATLAB 5", true),
        ("matlab/v7_compressed_11.mat", 5000, "MATLAB 5", true),
        ("matlab/v73_11.mat", 2000, "MATLAB 7.3", true),
    ] {
        assert!(read(path, &Hints::default()).unwrap_err().wants_unit(), "{path}");
        let all = read(path, &unit).unwrap();
        assert_eq!(all.len(), 1, "{path}");
        let recording = &all[0];
        assert!(is_twelve(recording), "{path}");
        assert_eq!((recording.source.format.as_str(), is_narrow(recording)), (format, narrow), "{path}");
        let signal = &recording.signals[11];
        assert_eq!((signal.len(), signal.rate, signal.unit()), (samples, 500.0, &Unit::Microvolt), "{path}");
        // v5 holds names of leads, but in a structure of another array.
        assert!(assumes_leads(recording) || path.contains("v5"), "{path}: {:?}", recording.warnings);
    }
    let first = |path: &str| read(path, &unit).unwrap()[0].signals[0].values()[..1000].to_vec();
    for path in ["matlab/v5_11.mat", "matlab/v7_compressed_11.mat", "matlab/v73_11.mat"] {
        assert_eq!(first(path), first("matlab/v4_11.mat"), "{path}");
    }
}

#[test]
fn an_hdf5_dataset_states_its_leads_rate_and_unit_by_attributes() {
    if common::golden("hdf5.json").is_none() {
        return;
    }
    let all = read("hdf5/contiguous_be_latest_11.h5", &Hints::default()).unwrap();
    let recording = &all[0];
    assert!(is_twelve(recording) && is_narrow(recording) && recording.warnings.is_empty(), "{:?}", recording.warnings);
    let signal = &recording.signals[1];
    assert_eq!((signal.rate, signal.unit()), (500.0, &Unit::Microvolt));
    // A step of 5 µV: 4 counts are 0.02 mV, which the f8 twin states in mV.
    let twin = read("npy/f8_bigendian_11.npy", &BOTH).unwrap();
    for (signal, twin) in recording.signals.iter().zip(&twin[0].signals) {
        for (value, expected) in signal.values().iter().zip(twin.values()) {
            assert!((value / 1000.0 - expected).abs() < 1e-12);
        }
    }
}

#[test]
fn tracings_of_many_recordings_become_as_many_recordings() {
    let Some(golden) = common::golden("hdf5.json") else { return };
    let path = "hdf5/code_style_tracings_11.hdf5";
    assert!(read(path, &Hints::default()).unwrap_err().wants_rate());
    let rate = Hints { rate: Some(400.0), unit: None };
    assert!(read(path, &rate).unwrap_err().wants_unit());
    let all = read(path, &BOTH).unwrap();
    assert_eq!(all.iter().map(|recording| recording.name.as_str()).collect::<Vec<_>>(), ["tracings[0]", "tracings[1]"]);
    assert!(all.iter().all(|recording| is_twelve(recording) && assumes_leads(recording)));
    let of_frames = |recording: &Recording| {
        let leads: Vec<Vec<f64>> = recording.signals.iter().map(ecg::Signal::values).collect();
        (0..4096).flat_map(|sample| leads.iter().map(move |lead| lead[sample]).collect::<Vec<_>>()).collect::<Vec<_>>()
    };
    let expected = &golden["files"][path]["datasets"]["tracings"]["sha256_f64le_C_order"];
    assert_eq!(sha256(all.iter().flat_map(of_frames)), expected.as_str().unwrap());
    // Where fewer fit, the first are read and the rest is said to be there.
    let bytes = bytes(path);
    let few = Limits { samples: 4096 * 12, ..Limits::default() };
    let outcome = formats::read(&[InputFile { name: path, bytes: &bytes }], &BOTH, &few);
    assert_eq!(outcome.recordings.len(), 1, "{:?}", outcome.failures);
    assert_eq!(outcome.recordings[0].signals[3].values(), all[0].signals[3].values());
    let message = &outcome.recordings[0].warnings.iter().map(ToString::to_string).collect::<String>();
    assert!(message.contains("holds 2 recordings; the first 1 were read"), "{message}");
}

#[test]
fn the_arrays_of_one_archive_speak_of_each_other() {
    if common::golden("npy.json").is_none() {
        return;
    }
    let unit = Hints { unit: Some(Unit::Millivolt), rate: None };
    let stored = &read("npy/stored_11.npz", &unit).unwrap()[0];
    assert!(is_twelve(stored) && stored.warnings.is_empty(), "{:?}", stored.warnings);
    assert_eq!((stored.signals[0].rate, stored.signals[0].len(), stored.name.as_str()), (500.0, 500, "stored_11"));
    assert_eq!(stored.source.files, ["npy/stored_11.npz"]);
    let deflated = &read("npy/deflated_11.npz", &unit).unwrap()[0];
    assert!(is_narrow(deflated) && assumes_leads(deflated));
    assert_eq!(deflated.signals[0].rate, 500.0);
    for path in ["npy/i2_c_11.npy", "npy/header_v2_11.npy", "npy/header_v3_11.npy"] {
        let alone = &read(path, &BOTH).unwrap()[0];
        assert!(is_narrow(alone) && is_twelve(alone), "{path}");
        assert_eq!(alone.signals[5].values()[..200], deflated.signals[5].values()[..200], "{path}");
    }
    assert_eq!(read("npy/f4_fortran_12x2000_11.npy", &BOTH).unwrap()[0].signals[0].len(), 2000);
    assert_eq!(read("npy/f2_11.npy", &BOTH).unwrap()[0].signals.len(), 12);
}
