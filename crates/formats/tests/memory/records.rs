//! WFDB and EDF: packed samples, FLAC, gaps, annotations.

use std::fmt::Write as _;

use ecg::{Lead, Recording, Scale, Signal, Unit};
use formats::wfdb::StorageFormat;
use formats::{Hints, InputFile, Limits, Outcome};

use crate::counting::peak_of;
use crate::most;

/// Reads the files, holds the memory that it took against the rule, and gives what came of them.
fn read(what: &str, files: &[(&str, &[u8])]) -> Outcome {
    let input: usize = files.iter().map(|(_, bytes)| bytes.len()).sum();
    let files: Vec<InputFile> = files.iter().map(|(name, bytes)| InputFile { name, bytes }).collect();
    let (outcome, taken) = peak_of(|| formats::read(&files, &Hints::default(), &Limits::default()));
    println!("{what}: {} KiB of file took {} KiB", input >> 10, taken >> 10);
    assert!(taken <= most(input), "{what}: {input} bytes took {taken}");
    outcome
}

fn wfdb(what: &str, storage: &str, leads: &[&str], samples: &[u8]) -> Outcome {
    let mut header = format!("a {} 250\n", leads.len());
    for lead in leads {
        writeln!(header, "a.dat {storage} 200/mV 12 0 0 0 0 {lead}").unwrap();
    }
    read(what, &[("a.hea", header.as_bytes()), ("a.dat", samples)])
}

/// One EDF+ lead of `samples` samples a record with an annotation signal of `lists` bytes.
fn edf(kind: &str, samples: usize, lists: usize, records: impl Iterator<Item = String>) -> Vec<u8> {
    let mut text = format!("{:<8}{:80}{:80}02.03.0404.05.06{:<8}{kind:44}{:<8}{:<8}2   ", 0, "", "", 768, -1, 1);
    for (width, one, other) in [
        (16, "ECG II", "EDF Annotations"),
        (80, "", ""),
        (8, "uV", ""),
        (8, "-1000", "-1"),
        (8, "1000", "1"),
        (8, "-2000", "-32768"),
        (8, "2000", "32767"),
        (80, "", ""),
    ] {
        write!(text, "{one:width$}{other:width$}").unwrap();
    }
    write!(text, "{samples:<8}{:<8}{:64}", lists / 2, "").unwrap();
    let mut bytes = text.into_bytes();
    for record in records {
        bytes.resize(bytes.len() + 2 * samples, 1);
        let end = bytes.len() + lists;
        bytes.extend_from_slice(record.as_bytes());
        bytes.resize(end, 0);
    }
    bytes
}

/// One after the other in one test: the count is of the whole process.
#[test]
fn no_file_takes_more_than_64_mib_and_four_times_its_bytes() {
    const SIZE: usize = 24 << 20;
    // The lowest code is the mark of a missing sample; every second sample has it, then none, then all.
    let every_second: Vec<u8> = (0..SIZE).map(|at| if at % 2 == 0 { 0 } else { 150 }).collect();
    let outcome = wfdb("format 80, every second sample missing", "80", &["II"], &every_second);
    assert!(outcome.failures[0].error.to_string().contains("gaps in a lead"), "{:?}", outcome.failures);
    let outcome = wfdb("the same of a sixth of the size", "80", &["II"], &every_second[..SIZE / 6]);
    assert_eq!(outcome.recordings[0].signals[0].missing.len(), SIZE / 12);
    let chest = ["I", "II", "V1", "V2", "V3", "V4", "V5", "V6"];
    for storage in ["8", "16", "24", "32", "61", "80", "160", "212", "310", "311"] {
        for byte in [0, 0x55] {
            let samples = vec![byte; SIZE];
            for leads in [&["II"][..], &chest] {
                wfdb(&format!("format {storage} of {byte}, {} leads", leads.len()), storage, leads, &samples);
            }
        }
        wfdb(&format!("format {storage}, noise"), storage, &["II"], &every_second);
    }

    let scale = Scale { gain: 200.0, baseline: 0.0, unit: Unit::Millivolt };
    let constant = |lead: &Lead| Signal::digital(lead.clone(), 250.0, vec![7_i16; 5_600_000], scale.clone());
    let leads = [Lead::I, Lead::II, Lead::V1];
    for count in [1, 2, 3] {
        let signals = leads.iter().rev().take(count).map(constant).collect();
        let recording = Recording { signals, ..Recording::default() };
        let files = formats::wfdb::write(&recording, "a", StorageFormat::F516).unwrap();
        drop(recording);
        let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
        let outcome = read(&format!("FLAC of {count} constant leads"), &files);
        // With leads I and II of three, four more are derived, for which half of the memory is kept.
        assert_eq!(outcome.recordings.len(), usize::from(count < 3), "{:?}", outcome.failures);
    }

    let marks: Vec<u8> = (0..SIZE / 4).flat_map(|_| [1, 4, 1, 8]).collect();
    read("annotations", &[("a.hea", b"a 1 250 2\na.dat 16\n"), ("a.dat", &[1, 2, 3, 4]), ("a.atr", &marks)]);
    let comments = [b"a 1 250 2\na.dat 16\n".to_vec(), b"#\n".repeat(SIZE / 2)].concat();
    read("comments", &[("a.hea", &comments), ("a.dat", &[1, 2, 3, 4])]);
    let diagnoses = format!("a 1 250 2\na.dat 16\n{}", format!("#Dx: {}\n", "1,".repeat(30_000)).repeat(400));
    read("diagnoses", &[("a.hea", diagnoses.as_bytes()), ("a.dat", &[1, 2, 3, 4])]);
    let segments = format!("m/90000 1 250 90000\n{}", "a 1\n".repeat(90_000));
    read("segments", &[("m.hea", segments.as_bytes()), ("a.hea", b"a 1 250 2\na.dat 16\n"), ("a.dat", &[1, 2, 3, 4])]);
    let gap = b"m/3 1 250 60000002\na 1\n~ 60000000\na 1\n";
    read("a long gap", &[("m.hea", gap), ("a.hea", b"a 1 250 2\na.dat 16\n"), ("a.dat", &[1, 2, 3, 4])]);

    let gaps = |seconds: usize| (0..SIZE / 16).map(move |at| format!("+{}\u{14}\u{14}", at * seconds));
    let texts = |count| (0..count).map(|at| format!("+{at}\u{14}\u{14}\0{}", "+0\u{14}a\u{14}\0".repeat(150)));
    let silent = (0..SIZE / 4).map(|_| String::new());
    // What is read and what is refused; without its bounds, each would take far more.
    for (what, file, is_read) in [
        ("short records", edf("EDF+C", 1, 14, gaps(1)), true),
        ("many gaps", edf("EDF+D", 1, 14, gaps(3)), false),
        ("long gaps", edf("EDF+D", 4, 14, gaps(300).take(90_000)), true),
        ("many annotations", edf("EDF+C", 1, 1022, texts(1_000)), true),
        ("too many annotations", edf("EDF+C", 1, 1022, texts(SIZE >> 10)), false),
        ("empty lists", edf("EDF+C", 1, 2, silent), true),
    ] {
        let outcome = read(&format!("EDF+ of {what}"), &[("a.edf", &file)]);
        assert_eq!(outcome.failures.is_empty(), is_read, "{what}: {:?}", outcome.failures);
    }
}
