//! How fast files are read and how much memory that takes: what `cargo xtask bench --only formats` runs.
//!
//! `speed make FOLDER` writes a long recording in the binary formats; `speed read FOLDER...` reads every recording below the
//! folders again and again and prints a line of JSON for each: its files, bytes, the seconds of the quickest and of the
//! median reading (from the disk's cache to samples) and of the quickest from memory, the most memory held beside the file's bytes, and what came of it.
#![allow(clippy::unwrap_used)]

#[path = "../tests/common/counting.rs"]
mod counting;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use ecg::{Lead, Recording, Scale, Signal, Unit};
use formats::wfdb::StorageFormat;
use formats::{Hints, InputFile, Limits};

/// Seconds of reading the same files again.
const SECONDS: f64 = 0.6;
const FEWEST: usize = 3;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.split_first() {
        Some((mode, [folder])) if mode == "make" => make(Path::new(folder)),
        Some((mode, folders)) if mode == "read" => {
            for group in groups(folders) {
                println!("{}", measure(&group));
            }
        }
        _ => eprintln!("speed make FOLDER | speed read FOLDER..."),
    }
}

/// Files that are read together: a header with what it names, or one file.
fn groups(folders: &[String]) -> Vec<Vec<PathBuf>> {
    let mut files = BTreeSet::new();
    for folder in folders {
        collect(Path::new(folder), &mut files);
    }
    let mut groups = BTreeMap::new();
    let mut taken = BTreeSet::new();
    for header in files.iter().filter(|file| file.extension().is_some_and(|ending| ending == "hea")) {
        let bytes = fs::read(header).unwrap();
        let file = InputFile { name: "a.hea", bytes: &bytes };
        let folder = header.parent().unwrap();
        let named = formats::wfdb::companions(&file, &Limits::default()).unwrap_or_default();
        let named: Vec<PathBuf> = named.iter().map(|name| folder.join(name)).filter(|path| path.is_file()).collect();
        taken.extend(named.iter().cloned());
        taken.insert(header.clone());
        groups.insert(header.clone(), std::iter::once(header.clone()).chain(named).collect());
    }
    for file in files.difference(&taken) {
        groups.insert(file.clone(), vec![file.clone()]);
    }
    groups.into_values().collect()
}

fn collect(path: &Path, files: &mut BTreeSet<PathBuf>) {
    if path.is_file() {
        files.insert(path.to_owned());
        return;
    }
    for entry in fs::read_dir(path).unwrap().flatten() {
        collect(&entry.path(), files);
    }
}

fn measure(group: &[PathBuf]) -> serde_json::Value {
    let names: Vec<String> = group.iter().map(|file| file.display().to_string()).collect();
    let hints = Hints { rate: Some(500.0), unit: Some(Unit::Microvolt) };
    let load = || group.iter().map(|file| fs::read(file).unwrap()).collect::<Vec<_>>();
    let read = |bytes: &[Vec<u8>]| {
        let files: Vec<InputFile> = names.iter().zip(bytes).map(|(name, bytes)| InputFile { name, bytes }).collect();
        formats::read(&files, &hints, &Limits::default())
    };
    let bytes = load();
    let (outcome, peak) = counting::peak_of(|| read(&bytes));
    let size: usize = bytes.iter().map(Vec::len).sum();
    drop(bytes);
    let samples: usize = outcome.recordings.iter().flat_map(|one| &one.signals).map(Signal::len).sum();
    let format = outcome.recordings.first().map(|one| one.source.format.clone());
    let failure = outcome.failures.first().map(|failure| failure.error.to_string());
    drop(outcome);
    let (mut times, mut parsing) = (Vec::new(), f64::INFINITY);
    let start = Instant::now();
    while failure.is_none() && (times.len() < FEWEST || start.elapsed().as_secs_f64() < SECONDS) {
        let once = Instant::now();
        let bytes = load();
        let loaded = once.elapsed().as_secs_f64();
        let outcome = read(&bytes);
        times.push(once.elapsed().as_secs_f64());
        parsing = parsing.min(once.elapsed().as_secs_f64() - loaded);
        drop(outcome);
    }
    times.sort_by(f64::total_cmp);
    serde_json::json!({
        "files": names, "bytes": size, "format": format, "failure": failure, "samples": samples,
        "least_seconds": times.first(), "median_seconds": times.get(times.len() / 2),
        "parsing_seconds": parsing.is_finite().then_some(parsing), "peak_bytes": peak,
    })
}

/// Three leads at 250 Hz for a day, as a Holter has them: 130 MB of 16-bit samples.
const LEADS: [Lead; 3] = [Lead::V1, Lead::V5, Lead::AVF];
const RATE: usize = 250;
const FRAMES: usize = 24 * 3600 * RATE;

/// A count like an electrocardiogram's: a complex a second over a slow wander. It fits 11 bits.
fn count(lead: usize, frame: usize) -> i16 {
    let phase = frame % RATE;
    let complex = match phase {
        40..48 => -40,
        48..58 => 600,
        58..66 => -120,
        110..150 => 90,
        _ => 0,
    };
    (complex + (frame / 40 % 23) as i16 - 11) * (lead as i16 + 1) / 2
}

fn counts(lead: usize, frames: usize) -> Vec<i16> {
    (0..frames).map(|frame| count(lead, frame)).collect()
}

/// The frames as little-endian samples, lead by lead within a frame.
fn interleaved(leads: usize, frames: usize, code: impl Fn(i16) -> [u8; 2]) -> Vec<u8> {
    (0..frames).flat_map(|frame| (0..leads).map(move |lead| count(lead, frame))).flat_map(code).collect()
}

fn make(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.join(name), bytes).unwrap();
    let scale = Scale { gain: 200.0, baseline: 0.0, unit: Unit::Millivolt };
    let signal =
        |(lead, name): (usize, &Lead)| Signal::digital(name.clone(), RATE as f64, counts(lead, FRAMES), scale.clone());
    let day = Recording { signals: LEADS.iter().enumerate().map(signal).collect(), ..Recording::default() };
    for (name, storage) in [("day_16", StorageFormat::F16), ("day_212", StorageFormat::F212)] {
        for (name, bytes) in formats::wfdb::write(&day, name, storage).unwrap() {
            write(&name, &bytes);
        }
    }
    write("day.edf", &formats::edf::write(&day).unwrap());
    let raw = interleaved(LEADS.len(), FRAMES, i16::to_le_bytes);
    write("day.ecg", &[ishne_header().as_slice(), &raw].concat());
    write("day.mwf", &[mfer_header(raw.len()).as_slice(), &raw].concat());
    let mut npy = b"\x93NUMPY\x01\0v\0".to_vec();
    npy.extend(
        format!("{:<117}\n", format!("{{'descr': '<i2', 'fortran_order': False, 'shape': ({FRAMES}, 3), }}")).bytes(),
    );
    write("day.npy", &[npy.as_slice(), &raw].concat());
    let mut matlab: Vec<u8> = [30_u32, 3, FRAMES as u32, 0, 4].iter().flat_map(|word| word.to_le_bytes()).collect();
    matlab.extend(b"val\0");
    write("day.mat", &[matlab.as_slice(), &raw].concat());
    write("day.contec.ECG", &contec());
    let table = formats::csv::write(&hour(&day)).unwrap();
    write("hour.csv", &table);
    for (name, table) in tables(&table) {
        write(name, table.as_bytes());
    }
}

/// The table as other programs write it: with empty cells, quotation marks, decimal commas, exponents or blanks.
fn tables(table: &[u8]) -> [(&'static str, String); 5] {
    let table = std::str::from_utf8(table).unwrap();
    let cells = |separator: &str, cell: &dyn Fn(usize, &str) -> String| -> String {
        let mut text = String::new();
        for (row, line) in table.lines().enumerate() {
            let cells: Vec<String> =
                line.split(',').map(|word| if row == 0 { word.to_owned() } else { cell(row, word) }).collect();
            text += &cells.join(separator);
            text.push('\n');
        }
        text
    };
    let every = |row: usize, word: &str, other: &str| {
        if row % 3 == 1 && word.starts_with('-') { other } else { word }.to_owned()
    };
    let exponent = |_: usize, word: &str| format!("{:.18e}", word.parse::<f64>().unwrap());
    [
        ("hour_blank.csv", cells(",", &|row, word| every(row, word, ""))),
        ("hour_quoted.csv", cells(",", &|_, word| format!("\"{word}\""))),
        ("hour_comma.csv", cells(";", &|_, word| word.replace('.', ","))),
        ("hour_exponent.csv", cells(",", &exponent)),
        ("hour_spaced.csv", cells("  ", &|_, word| format!("{:>9}", word.replace('.', ",")))),
    ]
}

/// The first hour, for formats of text.
fn hour(day: &Recording) -> Recording {
    let mut hour = day.clone();
    for (lead, signal) in hour.signals.iter_mut().enumerate() {
        let scale = Scale { gain: 200.0, baseline: 0.0, unit: Unit::Millivolt };
        *signal = Signal::digital(signal.lead.clone(), RATE as f64, counts(lead, 3600 * RATE), scale);
    }
    hour
}

fn ishne_header() -> Vec<u8> {
    let mut bytes = vec![0_u8; 522];
    bytes[..8].copy_from_slice(b"ISHNE1.0");
    let mut put = |at: usize, value: &[u8]| bytes[at..at + value.len()].copy_from_slice(value);
    put(14, &(FRAMES as u32).to_le_bytes());
    put(18, &522_u32.to_le_bytes());
    put(22, &522_u32.to_le_bytes());
    put(26, &1_u16.to_le_bytes());
    put(156, &3_u16.to_le_bytes());
    for lead in 0..12 {
        let known = lead < LEADS.len();
        let code: i16 = if known { [11, 15, 10][lead] } else { -9 };
        put(158 + 2 * lead, &code.to_le_bytes());
        put(206 + 2 * lead, &(if known { 5000_i16 } else { -9 }).to_le_bytes());
    }
    put(272, &(RATE as u16).to_le_bytes());
    bytes
}

/// Little-endian, 250 Hz, 5 microvolt, one block of one sample a lead and frame.
fn mfer_header(bytes: usize) -> Vec<u8> {
    let mut header = vec![0x40, 32];
    header.extend(format!("{:<32}", "MFR ").bytes());
    header.extend([0x01, 1, 1, 0x08, 2, 2, 0, 0x0A, 1, 0, 0x0B, 4, 0, 0, 250, 0, 0x0C, 4, 0, 0xFA, 5, 0]);
    header.extend([0x04, 4, 1, 0, 0, 0, 0x05, 1, 3, 0x06, 4]);
    header.extend((FRAMES as u32).to_le_bytes());
    for (lead, code) in [3_u8, 7, 64].into_iter().enumerate() {
        header.extend([0x3F, lead as u8, 4, 0x09, 2, code, 0]);
    }
    header.extend([0x1E, 0x84]);
    header.extend((bytes as u32).to_be_bytes());
    header
}

/// Eight leads at 800 Hz for an hour and a quarter: 58 MB.
fn contec() -> Vec<u8> {
    let mut bytes = b"00000001\0\x002020-11-15 12:59:50\0\0\0ANONYM  ".to_vec();
    bytes.resize(43, 0);
    bytes.extend(interleaved(8, 4500 * 800, |count| (count as u16).wrapping_add(2048).to_le_bytes()));
    bytes.resize(bytes.len() + 37, 0);
    bytes
}
