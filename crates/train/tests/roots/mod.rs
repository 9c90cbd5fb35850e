//! Folders in the original layouts of the data sets, filled with simulated recordings.
#![allow(clippy::unwrap_used, dead_code)]

use std::io::Write as _;
use std::path::Path;

use ecg::{Lead, Recording};
use formats::wfdb::{StorageFormat, write};
use signal::simulate::{Condition, simulate};

/// Ten seconds of a condition, twelve leads of 5,000 samples at 500 Hz.
pub fn recording(condition: Condition, seed: u64) -> Recording {
    simulate(&condition.parameters(seed), seed).recording
}

/// A lead in millivolts.
pub fn millivolts(recording: &Recording, lead: &Lead) -> Vec<f32> {
    recording.lead(lead).unwrap().millivolts().unwrap()
}

/// Millivolts `[lead][sample]` of the twelve leads.
pub fn twelve(recording: &Recording) -> Vec<Vec<f32>> {
    Lead::TWELVE.iter().map(|lead| millivolts(recording, lead)).collect()
}

/// Writes a record as the challenges do: a header with the samples in a MATLAB 4 file.
pub fn write_challenge(folder: &Path, name: &str, recording: &Recording, codes: &str, sex: &str) {
    std::fs::create_dir_all(folder).unwrap();
    let plain = Recording { statements: Vec::new(), patient: ecg::Patient::default(), ..recording.clone() };
    for (file, bytes) in write(&plain, name, StorageFormat::F16).unwrap() {
        if let Some(stem) = file.strip_suffix(".hea") {
            let text = String::from_utf8(bytes).unwrap();
            let text = text.replace(&format!("{stem}.dat 16"), &format!("{stem}.mat 16x1+24"));
            let text = format!("{text}# Age: 61\n# Sex: {sex}\n# Dx: {codes}\n# Rx: Unknown\n");
            std::fs::write(folder.join(file), text).unwrap();
        } else if let Some(stem) = file.strip_suffix(".dat") {
            let samples = bytes.len() as u32 / 24;
            let mut matrix: Vec<u8> = [30_u32, 12, samples, 0, 4].iter().flat_map(|word| word.to_le_bytes()).collect();
            matrix.extend(b"val\0");
            matrix.extend(bytes);
            std::fs::write(folder.join(format!("{stem}.mat")), matrix).unwrap();
        }
    }
}

/// A data element of a MATLAB 5 file.
fn element(kind: u32, content: &[u8]) -> Vec<u8> {
    let mut bytes: Vec<u8> = [kind, content.len() as u32].iter().flat_map(|word| word.to_le_bytes()).collect();
    bytes.extend(content);
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    bytes
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// A matrix element: class, extents, name, what follows.
fn matrix(class: u32, extents: &[u32], name: &str, rest: &[Vec<u8>]) -> Vec<u8> {
    let head = [element(6, &words(&[class, 0])), element(5, &words(extents)), element(1, name.as_bytes())].concat();
    element(14, &[head, rest.concat()].concat())
}

/// A matrix of 64-bit floats, `[row][column]`.
pub fn doubles(name: &str, rows: &[Vec<f32>]) -> Vec<u8> {
    let columns = rows.first().map_or(0, Vec::len);
    let values = (0..columns).flat_map(|column| rows.iter().map(move |row| f64::from(row[column])));
    let bytes: Vec<u8> = values.flat_map(f64::to_le_bytes).collect();
    matrix(6, &[rows.len() as u32, columns as u32], name, &[element(9, &bytes)])
}

/// A MATLAB 5 file of some variables, packed with zlib as MATLAB does.
pub fn matlab_5(variables: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = b"MATLAB 5.0 MAT-file, simulated".to_vec();
    bytes.resize(124, b' ');
    bytes.extend([0, 1, b'I', b'M']);
    for variable in variables {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(variable).unwrap();
        let content = encoder.finish().unwrap();
        bytes.extend(words(&[15, content.len() as u32]));
        bytes.extend(content);
    }
    bytes
}

/// A structure of one element.
pub fn structure(name: &str, fields: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let names: Vec<u8> = fields
        .iter()
        .flat_map(|(field, _)| {
            let mut bytes = field.as_bytes().to_vec();
            bytes.resize(8, 0);
            bytes
        })
        .collect();
    let mut rest = vec![words(&[5 | 4 << 16, 8]), element(1, &names)];
    rest.extend(fields.iter().map(|(_, value)| value.clone()));
    matrix(2, &[1, 1], name, &rest)
}

pub fn text(letters: &str) -> Vec<u8> {
    let wide: Vec<u8> = letters.encode_utf16().flat_map(u16::to_le_bytes).collect();
    matrix(4, &[1, letters.len() as u32], "", &[element(4, &wide)])
}

/// An original file of CPSC2018.
pub fn cpsc2018(rows: &[Vec<f32>], sex: &str, age: f32) -> Vec<u8> {
    let fields = [("sex", text(sex)), ("age", doubles("", &[vec![age]])), ("data", doubles("", rows))];
    matlab_5(&[structure("ECG", &fields)])
}

/// The text of one file of Chapman-Shaoxing: microvolts, one sample a row, with a line of names or without.
pub fn chapman(rows: &[Vec<f32>], header: bool) -> String {
    let mut text = String::new();
    if header {
        text.push_str("I,II,III,aVR,aVL,aVF,V1,V2,V3,V4,V5,V6\n");
    }
    for sample in 0..rows[0].len() {
        let cells: Vec<String> = rows.iter().map(|lead| format!("{:.1}", lead[sample] * 1000.0)).collect();
        text.push_str(&cells.join(","));
        text.push('\n');
    }
    text
}
