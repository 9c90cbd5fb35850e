//! Files with random parameters, by wfdb-python, pyedflib, pydicom and fhir.resources for our readers and by our writers for theirs.
//!
//! Runs where `EINTHOVEN_PYTHON` names a Python with the packages of `tests/reference/formats/requirements.txt`;
//! `EINTHOVEN_SEED` chooses other files. `tests/reference/formats/generate_and_compare.py` says what is compared.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;

use ecg::{Annotation, Counts, Lead, Recording, Samples, Scale, Signal, Unit};
use formats::wfdb::StorageFormat;
use formats::{Hints, InputFile, Limits, WriteError, aecg, csv, dicom, edf, fhir, wfdb};
use serde_json::{Value, json};

/// The Python to run, or nothing with a line that says what is skipped.
fn python() -> Option<PathBuf> {
    let named = std::env::var_os("EINTHOVEN_PYTHON");
    if named.is_none() {
        eprintln!("skipped: EINTHOVEN_PYTHON names no Python with wfdb, pyedflib, pydicom, edfio and fhir.resources");
    }
    named.map(PathBuf::from)
}

fn seed() -> u64 {
    std::env::var("EINTHOVEN_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1)
}

/// Runs the script; gives what it printed.
fn run(python: &Path, arguments: &[&str], folder: &Path) -> Result<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let script = root.join("tests/reference/formats/generate_and_compare.py");
    let (mode, options) = arguments.split_first().unwrap();
    let output = Command::new(python).arg(script).arg(mode).arg(folder).args(options).output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() { Ok(printed) } else { Err(printed + &String::from_utf8_lossy(&output.stderr)) }
}

/// Counts with missing ones as 0, and their hash.
fn hash(counts: &Counts, missing: &[(usize, usize)]) -> String {
    let mut counts = counts.to_vec();
    for (from, to) in missing {
        counts[*from..*to].fill(0);
    }
    common::sha256_of_counts(&counts.into())
}

fn length(missing: &[(usize, usize)]) -> usize {
    missing.iter().map(|(from, to)| to - from).sum()
}

fn compare_lead(what: &str, signal: &Signal, expected: &Value) {
    let what = format!("{what} {}", expected["name"]);
    let name = expected["name"].as_str().unwrap();
    assert!(signal.label == name || signal.lead == Lead::from_label(name), "{what}: {}", signal.label);
    assert_eq!(signal.len() as u64, expected["n"].as_u64().unwrap(), "{what}: samples");
    assert!((signal.rate / expected["rate"].as_f64().unwrap() - 1.0).abs() < 1e-9, "{what}: {} Hz", signal.rate);
    assert_eq!(length(&signal.missing) as u64, expected["missing"].as_u64().unwrap(), "{what}: missing samples");
    if let Samples::Digital { counts, .. } = &signal.samples {
        assert_eq!(hash(counts, &signal.missing), expected["counts_sha256"].as_str().unwrap(), "{what}: counts");
    }
    let here = signal.unit().in_millivolts().unwrap();
    let there = Unit::from_label(expected["unit"].as_str().unwrap()).in_millivolts().unwrap();
    for (value, first) in signal.values().iter().zip(expected["first8"].as_array().unwrap()) {
        let Some(first) = first.as_f64() else {
            assert!(value.is_nan(), "{what}: {value} should be missing");
            continue;
        };
        let (value, first) = (value * here, first * there);
        // A count of 32 bits with gain and baseline has ten digits to lose.
        assert!((value - first).abs() <= 1e-9 * (1.0 + first.abs()), "{what}: {value} is not {first}");
    }
}

#[test]
fn files_of_other_libraries_give_what_they_read() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let printed = run(&python, &["generate", "--seed", &seed().to_string(), "--cases", "6"], folder.path());
    println!("{}", printed.unwrap());
    let expected: Value = serde_json::from_slice(&std::fs::read(folder.path().join("expected.json")).unwrap()).unwrap();
    let mut compared = 0;
    for case in expected["cases"].as_array().unwrap() {
        let what = case["name"].as_str().unwrap();
        let names: Vec<&str> = case["files"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        let files: Vec<Vec<u8>> = names.iter().map(|name| std::fs::read(folder.path().join(name)).unwrap()).collect();
        if formats::probe(names[0], &files[0]).is_none() {
            eprintln!("skipped: {what}, since {} is not read here", case["format"]);
            continue;
        }
        let files: Vec<InputFile> = names.iter().zip(&files).map(|(name, bytes)| InputFile { name, bytes }).collect();
        let outcome = formats::read(&files, &Hints::default(), &Limits::default());
        assert!(outcome.failures.is_empty(), "{what}: {:?}", outcome.failures);
        let [recording] = outcome.recordings.as_slice() else { panic!("{what}: several recordings") };
        let stored = recording.signals.iter().filter(|signal| !signal.derived);
        let leads = case["leads"].as_array().unwrap();
        assert_eq!(stored.clone().count(), leads.len(), "{what}: leads");
        stored.zip(leads).for_each(|(signal, expected)| compare_lead(what, signal, expected));
        let marks = case["annotations"].as_array().unwrap();
        assert_eq!(recording.annotations.len(), marks.len(), "{what}: annotations");
        for (mark, expected) in recording.annotations.iter().zip(marks) {
            let text = [mark.code.as_str(), &mark.text].join(" ");
            assert!((mark.time - expected[0].as_f64().unwrap()).abs() < 1e-6, "{what}: {mark:?} {expected}");
            assert_eq!(text.trim(), expected[1].as_str().unwrap(), "{what}");
        }
        compared += 1;
    }
    println!("{compared} files compared");
    assert!(compared >= 84, "{compared}");
}

/// Names with contents.
type Written = Result<Vec<(String, Vec<u8>)>, WriteError>;

/// One of our writers, with what its recordings have to keep to.
struct Writer {
    name: &'static str,
    /// As the script knows it.
    format: &'static str,
    /// Bits of a count.
    bits: u32,
    /// All leads have one rate.
    alike: bool,
    /// There is a mark for missing samples.
    gaps: bool,
    /// The label that a lead has in the file.
    label: fn(&Lead) -> String,
    /// Files, the leading one first.
    write: fn(&Recording, &str) -> Written,
}

/// Every writer whose files another library reads. A new one is a row here and a reader in the script.
const WRITERS: &[Writer] = &[
    Writer {
        name: "wfdb16",
        format: "WFDB",
        bits: 16,
        alike: false,
        gaps: true,
        label: |lead| lead.name().to_owned(),
        write: |recording, name| wfdb::write(recording, name, StorageFormat::F16),
    },
    Writer {
        name: "wfdb212",
        format: "WFDB",
        bits: 12,
        alike: false,
        gaps: true,
        label: |lead| lead.name().to_owned(),
        write: |recording, name| wfdb::write(recording, name, StorageFormat::F212),
    },
    Writer {
        name: "wfdb516",
        format: "WFDB",
        bits: 16,
        alike: false,
        gaps: true,
        label: |lead| lead.name().to_owned(),
        write: |recording, name| wfdb::write(recording, name, StorageFormat::F516),
    },
    Writer {
        name: "edf",
        format: "EDF+",
        bits: 16,
        alike: false,
        gaps: true,
        label: |lead| format!("ECG {lead}"),
        write: |recording, name| Ok(vec![(format!("{name}.edf"), edf::write(recording)?)]),
    },
    Writer {
        name: "bdf",
        format: "BDF+",
        bits: 20,
        alike: false,
        gaps: true,
        label: |lead| format!("ECG {lead}"),
        write: |recording, name| Ok(vec![(format!("{name}.bdf"), edf::write(recording)?)]),
    },
    Writer {
        name: "dicom",
        format: "DICOM",
        bits: 16,
        alike: true,
        gaps: true,
        label: |lead| lead.name().to_owned(),
        write: |recording, name| Ok(vec![(format!("{name}.dcm"), dicom::write(recording)?)]),
    },
    Writer {
        name: "fhir",
        format: "FHIR",
        bits: 24,
        alike: false,
        gaps: true,
        label: |lead| format!("MDC_ECG_ELEC_POTL_{}", lead.name().to_ascii_uppercase()),
        write: |recording, name| Ok(vec![(format!("{name}.json"), fhir::write(recording)?)]),
    },
    Writer {
        name: "csv",
        format: "CSV",
        bits: 24,
        alike: true,
        gaps: true,
        label: |lead| lead.name().to_owned(),
        write: |recording, name| Ok(vec![(format!("{name}.csv"), csv::write(recording)?)]),
    },
    Writer {
        name: "aecg",
        format: "HL7 aECG",
        bits: 24,
        alike: false,
        gaps: false,
        label: |lead| format!("MDC_ECG_LEAD_{}", lead.name().to_ascii_uppercase()),
        write: |recording, name| Ok(vec![(format!("{name}.xml"), aecg::write(recording)?)]),
    },
];

/// splitmix64 (Steele et al., OOPSLA 2014).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % end.max(1) as u64) as usize
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

/// A recording that a writer can hold; with a gap in all leads from the third to the fifth second where `gap` says so.
fn recording(random: &mut Random, writer: &Writer, gap: bool) -> Recording {
    let rate =
        if gap { random.pick(&[100.0, 250.0, 500.0]) } else { random.pick(&[100.0, 250.0, 360.0, 999.56, 257.0]) };
    let frames = if gap { 7 * rate as usize } else { 1 + random.below(3000) };
    let highest = (1_i32 << (writer.bits - 1)) - 1;
    let mut signals = Vec::new();
    for lead in Lead::TWELVE.iter().take(1 + random.below(12)) {
        // WFDB wants whole multiples of the slowest rate.
        let factor = if writer.alike || signals.is_empty() { 1 } else { 1 + random.below(3) };
        let length = frames * factor;
        let (slow, loud) = (random.below(50) + 1, 1 << random.below(writer.bits as usize - 2));
        let mut counts: Vec<i32> = (0..length)
            .map(|at| {
                ((at as f64 / slow as f64).sin() * f64::from(highest) * 0.8) as i32 / loud + random.below(3) as i32
            })
            .collect();
        // The last of the highest bits are needed too.
        counts[0] = highest;
        let gain = random.pick(&[1.0, 10.0, 200.0, 204.8, 1000.0, 250.5]);
        let unit = random.pick(&[0, 1]);
        let scale =
            Scale { gain, baseline: random.below(100) as f64, unit: [Unit::Millivolt, Unit::Microvolt][unit].clone() };
        let mut signal = Signal::digital(lead.clone(), rate * factor as f64, counts, scale);
        if gap {
            signal.missing = vec![(2 * length / 7, 5 * length / 7)];
        } else if writer.gaps {
            for _ in 0..random.below(4) {
                let from = signal.missing.last().map_or(0, |(_, to)| to + 1) + random.below(length);
                let to = from + 1 + random.below(20);
                if to <= length {
                    signal.missing.push((from, to));
                }
            }
        }
        signals.push(signal);
    }
    let mark = |at: usize| Annotation {
        time: (at * frames / 5) as f64 / rate,
        code: ["N", "V", "\"", "+"][at % 4].to_owned(),
        text: if at % 4 < 2 { String::new() } else { format!("word {at}") },
        ..Annotation::default()
    };
    Recording {
        start: Some("2011-12-13T14:15:16".into()),
        signals,
        annotations: (0..random.below(5)).map(mark).collect(),
        ..Recording::default()
    }
}

fn expected(writer: &Writer, signal: &Signal) -> Value {
    let Samples::Digital { counts, scale } = &signal.samples else { panic!("counts") };
    let is_missing = |at: usize| signal.missing.iter().any(|(from, to)| (*from..*to).contains(&at));
    let present: Counts =
        counts.iter().enumerate().filter(|(at, _)| !is_missing(*at)).map(|(_, count)| count).collect();
    let first: Vec<Option<f64>> =
        signal.values().iter().take(8).map(|value| value.is_finite().then_some(*value)).collect();
    json!({
        "name": (writer.label)(&signal.lead),
        "rate": signal.rate,
        "n": signal.len(),
        "counts_sha256": hash(counts, &signal.missing),
        "present_sha256": common::sha256_of_counts(&present),
        "missing": length(&signal.missing),
        "ranges": signal.missing,
        "unit": if scale.unit == Unit::Microvolt { "uV" } else { "mV" },
        "step": 1.0 / scale.gain,
        "baseline": scale.baseline,
        "first8": first,
    })
}

#[test]
fn other_libraries_read_what_we_write() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut random = Random(seed());
    let mut cases = Vec::new();
    for writer in WRITERS {
        for number in 0..12 {
            // EDF+ alone has gaps.
            let gap = writer.format.ends_with("DF+") && number % 4 == 3;
            let recording = recording(&mut random, writer, gap);
            let name = format!("{}_{number}", writer.name);
            let files = (writer.write)(&recording, &name).unwrap_or_else(|error| panic!("{name}: {error}"));
            for (file, bytes) in &files {
                std::fs::write(folder.path().join(file), bytes).unwrap();
            }
            let mark = |mark: &Annotation| {
                let text = [mark.code.as_str(), &mark.text].join(" ");
                json!([mark.time, text.trim()])
            };
            cases.push(json!({
                "name": name,
                "format": writer.format,
                "files": files.iter().map(|(file, _)| file).collect::<Vec<_>>(),
                "leads": recording.signals.iter().map(|signal| expected(writer, signal)).collect::<Vec<_>>(),
                "annotations": recording.annotations.iter().map(mark).collect::<Vec<_>>(),
            }));
        }
    }
    std::fs::write(folder.path().join("expected.json"), json!({ "cases": cases }).to_string()).unwrap();
    match run(&python, &["compare"], folder.path()) {
        Ok(printed) => println!("{printed}"),
        Err(printed) => panic!("{printed}"),
    }
}
