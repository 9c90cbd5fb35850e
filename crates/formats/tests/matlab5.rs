//! MATLAB 5 files: those that lie beside the workspace give the numbers that another reader finds in them, and no damage to
//! them does more than an error.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::io::Write as _;
use std::path::{Path, PathBuf};

use formats::matlab5::{Array, Value, variables};
use formats::{Error, InputFile, Limits};
use sha2::{Digest as _, Sha256};

fn shared(path: &str) -> Option<PathBuf> {
    let full = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/formats").join(path);
    if full.exists() {
        return Some(full);
    }
    eprintln!("skipped: {path} is not here");
    None
}

fn read(bytes: &[u8]) -> Result<Vec<(String, Value)>, Error> {
    variables(&InputFile { name: "a.mat", bytes }, &Limits::default())
}

/// SHA-256 of the numbers as 64-bit floats, row by row.
fn sum_by_rows(array: &Array) -> String {
    let mut hasher = Sha256::new();
    for row in 0..array.rows {
        for value in array.values.iter().skip(row).step_by(array.rows) {
            hasher.update(value.to_le_bytes());
        }
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn numbers_are_those_of_another_reader() {
    let Some(golden) = shared("golden/matlab.json") else { return };
    let golden: serde_json::Value = serde_json::from_slice(&std::fs::read(golden).unwrap()).unwrap();
    let mut compared = 0;
    for name in ["matlab/v5_11.mat", "matlab/v7_compressed_11.mat"] {
        let found = read(&std::fs::read(shared(name).unwrap()).unwrap()).unwrap();
        let expected = golden["files"][name]["variables"].as_object().unwrap();
        assert_eq!(found.len(), expected.len(), "{name}");
        for (variable, value) in &found {
            let Value::Numbers(array) = value else { continue };
            let expected = &expected[variable];
            let shape = serde_json::json!([array.rows, array.columns]);
            assert_eq!(shape, expected["shape"], "{name}, {variable}");
            assert_eq!(sum_by_rows(array), expected["sha256_f64le_C_order"].as_str().unwrap(), "{name}, {variable}");
            compared += 1;
        }
    }
    assert!(compared >= 4, "{compared}");
}

#[test]
fn a_structure_gives_its_fields() {
    let Some(path) = shared("matlab/v5_11.mat") else { return };
    let found = read(&std::fs::read(path).unwrap()).unwrap();
    let (_, ecg) = found.iter().find(|(name, _)| name == "ECG").unwrap();
    let Some(Value::Numbers(data)) = ecg.field("data") else { panic!("{ecg:?}") };
    assert_eq!((data.rows, data.columns), (12, 200));
    assert_eq!(&data.values[..2], [0.0, 0.02], "column by column");
    assert!(matches!(ecg.field("sex"), Some(Value::Text(sex)) if !sex.is_empty()), "{:?}", ecg.field("sex"));
    assert_eq!(ecg.field("rate"), None);
}

#[test]
fn every_odd_file_is_read_or_refused_with_its_name() {
    let Some(folder) = shared("matlab/scipy") else { return };
    let mut read_well = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match read(&std::fs::read(&path).unwrap()) {
            Ok(_) => read_well += 1,
            Err(error) => assert!(error.to_string().starts_with("a.mat"), "{}: {error}", path.display()),
        }
    }
    assert!(read_well >= 8, "{read_well}");
}

/// A file of one structure `ECG` with the field `data`, two rows of three numbers; packed or not.
fn small(packed: bool) -> Vec<u8> {
    let element = |kind: u32, content: &[u8]| {
        let mut bytes: Vec<u8> = [kind, content.len() as u32].iter().flat_map(|word| word.to_le_bytes()).collect();
        bytes.extend(content);
        bytes.resize(bytes.len().next_multiple_of(8), 0);
        bytes
    };
    let words = |words: &[u32]| words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>();
    let numbers: Vec<u8> = [1i16, 4, 2, 5, 3, 6].iter().flat_map(|value| value.to_le_bytes()).collect();
    let data =
        [element(6, &words(&[6, 0])), element(5, &words(&[2, 3])), element(1, b""), element(3, &numbers)].concat();
    let ecg = [
        element(6, &words(&[2, 0])),
        element(5, &words(&[1, 1])),
        element(1, b"ECG"),
        words(&[5 | 4 << 16, 8]),
        element(1, b"data\0\0\0\0"),
        element(14, &data),
    ];
    let variable = element(14, &ecg.concat());
    let mut bytes = b"MATLAB 5.0".to_vec();
    bytes.resize(124, b' ');
    bytes.extend([0, 1, b'I', b'M']);
    if packed {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(&variable).unwrap();
        let content = encoder.finish().unwrap();
        bytes.extend(words(&[15, content.len() as u32]));
        bytes.extend(content);
    } else {
        bytes.extend(variable);
    }
    bytes
}

#[test]
fn plain_and_packed_are_the_same() {
    let expected = Value::Numbers(Array { rows: 2, columns: 3, values: vec![1.0, 4.0, 2.0, 5.0, 3.0, 6.0] });
    for packed in [false, true] {
        let found = read(&small(packed)).unwrap();
        assert_eq!(found[0].0, "ECG");
        assert_eq!(found[0].1.field("data"), Some(&expected), "packed: {packed}");
    }
}

#[test]
fn a_cut_or_changed_file_never_does_more_than_an_error() {
    for packed in [false, true] {
        let whole = small(packed);
        for end in 129..whole.len() {
            assert!(read(&whole[..end]).is_err() || end + 8 > whole.len(), "{end} of {}", whole.len());
        }
        for at in 0..whole.len() {
            for value in [0, 1, 0x7f, 0xff] {
                let mut changed = whole.clone();
                changed[at] = value;
                let _ = read(&changed);
            }
        }
    }
}

#[test]
fn sizes_that_are_stated_are_held_against_bytes_and_limits() {
    let whole = small(false);
    // The extents of `data`: the word after its tag.
    let at = whole.windows(8).position(|bytes| bytes == [2, 0, 0, 0, 3, 0, 0, 0]).unwrap();
    let mut many = whole.clone();
    many[at..at + 8].fill(0xff);
    let message = read(&many).unwrap_err().to_string();
    assert!(message.starts_with("a.mat, byte "), "{message}");
    let limits = Limits { archive_bytes: 64, ..Limits::default() };
    let packed = small(true);
    let message = variables(&InputFile { name: "a.mat", bytes: &packed }, &limits).unwrap_err().to_string();
    assert!(message.contains("more than the limit of 64"), "{message}");
    let message = read(b"PK").unwrap_err().to_string();
    assert!(message.contains("expected a MATLAB 5 file"), "{message}");
}
