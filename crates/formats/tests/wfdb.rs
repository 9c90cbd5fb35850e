//! WFDB: the fixtures, the databases where they are at hand, and writing.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;

use common::{fixture, read_folder, shared};
use ecg::{Annotation, Lead, Patient, Recording, Samples, Scale, Sex, Signal, Statement, Unit};
use formats::wfdb::{self, StorageFormat};
use formats::{Hints, InputFile, Limits, Outcome};
use proptest::prelude::*;

fn read(files: &[(String, Vec<u8>)]) -> Outcome {
    let files: Vec<InputFile> = files.iter().map(|(name, bytes)| InputFile { name, bytes }).collect();
    formats::read(&files, &Hints::default(), &Limits::default())
}

fn counts(signal: &Signal) -> Vec<i32> {
    match &signal.samples {
        Samples::Digital { counts, .. } => counts.to_vec(),
        Samples::Physical { .. } => panic!("{} should be counts", signal.label),
    }
}

#[test]
fn the_fixtures_read_with_right_sums_and_twelve_leads() {
    let outcome = read(&read_folder(&fixture("wfdb")));
    assert!(outcome.failures.is_empty(), "{:?}", outcome.failures);
    assert_eq!(outcome.recordings.len(), 3);
    for recording in &outcome.recordings {
        assert!(recording.warnings.is_empty(), "{:?}", recording.warnings);
        let leads: Vec<_> = recording.signals.iter().map(|signal| signal.lead.clone()).collect();
        assert_eq!(leads, Lead::TWELVE);
        assert!(recording.signals.iter().all(|signal| signal.rate == 100.0 && signal.len() == 1000));
        // Einthoven's law holds in counts up to the rounding of each lead.
        for ((one, two), three) in
            counts(&recording.signals[0]).iter().zip(counts(&recording.signals[1])).zip(counts(&recording.signals[2]))
        {
            assert!((two - one - three).abs() <= 2, "{one} {two} {three}");
        }
    }
}

#[test]
fn every_storage_format_gives_the_sums_of_its_header() {
    let outcome = read(&read_folder(&fixture("wfdb-formats")));
    assert!(outcome.failures.is_empty(), "{:?}", outcome.failures);
    let signals: Vec<&Signal> = outcome.recordings.iter().flat_map(|recording| &recording.signals).collect();
    assert_eq!(signals.len(), StorageFormat::ALL.len());
    assert!(signals.iter().all(|signal| signal.len() == 499));
    assert!(outcome.recordings.iter().all(|recording| recording.warnings.is_empty()));
}

#[test]
fn a_skewed_signal_is_moved_forward_and_its_end_is_missing() {
    let samples: Vec<u8> = (0..12i16).flat_map(i16::to_le_bytes).collect();
    let header = "a 2 100 6\na.dat 16 1/mV 16 0 0 30 0 I\na.dat 16:2 1/mV 16 0 1 36 0 II\n";
    let recording = read(&[("a.hea".into(), header.into()), ("a.dat".into(), samples)]).recordings.remove(0);
    assert!(recording.warnings.is_empty(), "{:?}", recording.warnings);
    assert_eq!(counts(&recording.signals[0]), [0, 2, 4, 6, 8, 10]);
    assert_eq!(counts(&recording.signals[1])[..4], [5, 7, 9, 11]);
    assert_eq!(recording.signals[1].missing, [(4, 6)]);
}

#[test]
fn a_variable_layout_leaves_gaps_and_absent_leads_missing() {
    let samples = |counts: &[i16]| counts.iter().flat_map(|count| count.to_le_bytes()).collect::<Vec<u8>>();
    let files: Vec<(String, Vec<u8>)> = vec![
        ("m.hea".into(), "m/4 2 100 9\nm_layout 0\na 3\n~ 2\nb 4\n".into()),
        ("m_layout.hea".into(), "m_layout 2 100 0\n~ 0 10/mV 16 0 0 0 0 I\n~ 0 10/mV 16 0 0 0 0 II\n".into()),
        ("a.hea".into(), "a 1 100 3\na.dat 16 10/mV 16 0 1 6 0 II\n".into()),
        ("a.dat".into(), samples(&[1, 2, 3])),
        ("b.hea".into(), "b 2 100 4\nb.dat 16 10/mV 16 0 4 22 0 II\nb.dat 16 10/mV 16 0 5 26 0 I\n".into()),
        ("b.dat".into(), samples(&[4, 5, 5, 6, 6, 7, 7, 8])),
    ];
    let outcome = read(&files);
    assert_eq!(outcome.recordings.len(), 1, "{:?}", outcome.failures);
    let recording = &outcome.recordings[0];
    assert!(recording.warnings.is_empty(), "{:?}", recording.warnings);
    let [one, two] = recording.signals.as_slice() else { panic!("two leads") };
    assert_eq!((one.len(), &one.missing), (9, &vec![(0, 5)]));
    assert_eq!((two.len(), &two.missing), (9, &vec![(3, 5)]));
    assert_eq!(counts(one)[5..], [5, 6, 7, 8]);
    assert_eq!([&counts(two)[..3], &counts(two)[5..]].concat(), [1, 2, 3, 4, 5, 6, 7]);
}

#[test]
fn a_fixture_is_written_back_byte_for_byte() {
    for name in ["00008_lr", "00050_lr", "00483_lr"] {
        let bytes = |extension: &str| std::fs::read(fixture(&format!("wfdb/{name}.{extension}"))).unwrap();
        let files = [(format!("{name}.hea"), bytes("hea")), (format!("{name}.dat"), bytes("dat"))];
        let recording = &read(&files).recordings[0];
        let written = wfdb::write(recording, name, StorageFormat::F16).unwrap();
        assert_eq!(written[1].1, files[1].1, "{name}");
        assert_eq!(read(&written).recordings[0].signals, recording.signals);
    }
}

#[test]
fn a_damaged_sample_is_noticed_by_its_sum() {
    let mut files = read_folder(&fixture("wfdb"));
    files.retain(|(name, _)| name.starts_with("00008"));
    files[0].1[100] ^= 1;
    let warnings = &read(&files).recordings[0].warnings;
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].to_string().starts_with("00008_lr.hea, line "), "{}", warnings[0]);
}

#[test]
fn a_cut_signal_file_gives_what_it_has_with_a_warning() {
    let mut files = read_folder(&fixture("wfdb"));
    files.retain(|(name, _)| name.starts_with("00008"));
    files[0].1.truncate(24 * 400 + 5);
    let recording = &read(&files).recordings[0];
    assert!(recording.signals.iter().all(|signal| signal.len() == 400));
    assert!(recording.warnings[0].message.contains("400 of 1000 frames"), "{}", recording.warnings[0]);
    files[0].1.clear();
    assert!(read(&files).failures[0].error.to_string().contains("ends too early"));
}

#[test]
fn a_record_that_fails_takes_its_annotations_with_it() {
    let files = [("a.hea".to_owned(), b"a 1 100 5\na.dat 16\n".to_vec()), ("a.atr".to_owned(), vec![5, 4, 0, 0])];
    let outcome = read(&files);
    assert_eq!(outcome.failures.len(), 1, "{:?}", outcome.failures);
    assert_eq!(outcome.failures[0].files, ["a.hea", "a.atr"]);
}

#[test]
fn texts_of_annotations_may_bear_the_marks_of_a_format() {
    let text = format!("{}\u{0}\u{1}IM and more", "-".repeat(120));
    let scale = ecg::Scale { gain: 200.0, baseline: 0.0, unit: ecg::Unit::Millivolt };
    let recording = ecg::Recording {
        signals: vec![ecg::Signal::digital(ecg::Lead::II, 250.0, vec![1_i16; 100], scale)],
        annotations: vec![ecg::Annotation { time: 0.1, text: text.clone(), ..ecg::Annotation::default() }],
        ..ecg::Recording::default()
    };
    let files = formats::wfdb::write(&recording, "a", formats::wfdb::StorageFormat::F16).unwrap();
    let marks = files.iter().find(|(name, _)| name == "a.atr").unwrap();
    assert_eq!(formats::probe(&marks.0, &marks.1), Some(formats::Format::MatlabV5));
    let outcome = read(&files);
    assert!(outcome.failures.is_empty(), "{:?}", outcome.failures);
    assert_eq!(outcome.recordings[0].annotations.len(), 1);
}

#[test]
fn a_segment_cannot_have_segments() {
    let files = [("a.hea", "a/1 1 100 5\nb 5\n"), ("b.hea", "b/1 1 100 5\na 5\n")];
    let files: Vec<_> = files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
    let outcome = read(&files);
    assert_eq!((outcome.recordings.len(), outcome.failures.len()), (0, 2));
    assert!(outcome.failures[0].error.to_string().contains("that has segments"));
}

#[test]
fn a_header_cannot_ask_for_more_samples_than_its_files_or_the_limits_hold() {
    let huge = "a 1 100 18446744073709551615\na.dat 16x4294967295 200\n";
    let files = [("a.hea".to_owned(), huge.as_bytes().to_vec()), ("a.dat".to_owned(), vec![0; 64])];
    assert_eq!(read(&files).recordings.len(), 0);
    let segments = "m/2 1 100 18446744073709551615\na 9223372036854775807\n~ 9223372036854775807\n";
    let part = "a 1 100 4\na.dat 16 200\n";
    let files = [
        ("m.hea".to_owned(), segments.as_bytes().to_vec()),
        ("a.hea".to_owned(), part.as_bytes().to_vec()),
        ("a.dat".to_owned(), vec![0; 8]),
    ];
    assert!(read(&files).failures[0].error.to_string().contains("limit"), "{:?}", read(&files));
}

#[test]
fn parts_with_other_gains_are_joined_in_physical_values() {
    let files = [
        ("m.hea", b"m/2 1 100 4\na 2\nb 2\n".to_vec()),
        ("a.hea", b"a 1 100 2\na.dat 16 100/mV 16 0 0 300 0 II\n".to_vec()),
        ("b.hea", b"b 1 100 2\nb.dat 16 1/uV 16 0 0 3000 0 II\n".to_vec()),
        ("a.dat", [100i16, 200].iter().flat_map(|count| count.to_le_bytes()).collect()),
        ("b.dat", [1000i16, 2000].iter().flat_map(|count| count.to_le_bytes()).collect()),
    ];
    let files: Vec<_> = files.into_iter().map(|(name, bytes)| (name.to_owned(), bytes)).collect();
    let outcome = read(&files);
    assert_eq!(outcome.recordings.len(), 1, "{:?}", outcome.failures);
    assert_eq!(outcome.recordings[0].signals[0].values(), [1.0, 2.0, 1.0, 2.0]);
    assert!(outcome.recordings[0].warnings.is_empty());
}

/// A recording of 1 to 4 leads with counts that `bits` bits hold, some of them missing.
fn recordings(bits: u32) -> impl Strategy<Value = Recording> {
    let highest = (1i32 << (bits - 1)) - 1;
    let factor = prop::sample::select(vec![1usize, 2, 4]);
    let lead = (proptest::collection::vec((-highest..=highest, 0..20u8), 1..60), factor, 1..2000i32, -50..50i32);
    (proptest::collection::vec(lead, 1..5), proptest::option::of(0..120u16), any::<bool>()).prop_map(
        |(leads, age, female)| {
            let signals = leads.into_iter().enumerate().map(|(number, (samples, factor, gain, baseline))| {
                // All leads last as long as the slowest: whole frames, no padding.
                let length = 20 * factor;
                let counts: Vec<i32> = samples.iter().cycle().take(length).map(|(count, _)| *count).collect();
                let scale = Scale { gain: f64::from(gain), baseline: f64::from(baseline), unit: Unit::Millivolt };
                let mut signal = Signal::digital(Lead::TWELVE[number].clone(), 100.0 * factor as f64, counts, scale);
                let gaps = samples.iter().cycle().take(length).map(|(_, gap)| *gap == 0).enumerate();
                for (position, _) in gaps.filter(|(_, gap)| *gap) {
                    match signal.missing.last_mut() {
                        Some((_, end)) if *end == position => *end += 1,
                        _ => signal.missing.push((position, position + 1)),
                    }
                }
                signal
            });
            Recording {
                name: "r".into(),
                start: Some("2001-02-03T04:05:06.7".into()),
                patient: Patient { age, sex: Some(if female { Sex::Female } else { Sex::Male }), ..Patient::default() },
                signals: signals.collect(),
                annotations: vec![Annotation {
                    time: 0.05,
                    code: "N".into(),
                    text: "beat".into(),
                    ..Annotation::default()
                }],
                statements: vec![Statement {
                    system: "SNOMED CT".into(),
                    code: "426783006".into(),
                    text: String::new(),
                }],
                comments: vec!["Rx: Unknown".into()],
                ..Recording::default()
            }
        },
    )
}

/// The same recording but for what only a file states, or does not.
fn comparable(mut recording: Recording, rate: f64) -> Recording {
    recording.source = ecg::Source::default();
    for annotation in &mut recording.annotations {
        let tick = (annotation.time * rate).round();
        annotation.sample = Some(tick as i64);
        annotation.time = tick / rate;
    }
    for signal in &mut recording.signals {
        if let Samples::Digital { counts, .. } = &mut signal.samples {
            let mut present = counts.to_vec();
            for (from, to) in &signal.missing {
                present[*from..*to].fill(0);
            }
            *counts = present.into();
        }
    }
    recording
}

fn survives(recording: &Recording, format: StorageFormat) {
    let written = wfdb::write(recording, "r", format).unwrap();
    let mut outcome = read(&written);
    assert!(outcome.failures.is_empty(), "{:?}", outcome.failures);
    let rate = recording.signals.iter().map(|signal| signal.rate).fold(f64::INFINITY, f64::min);
    assert_eq!(comparable(outcome.recordings.remove(0), rate), comparable(recording.clone(), rate));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_in_8_bits_is_read_again(recording in recordings(8)) {
        survives(&recording, StorageFormat::F80);
    }

    #[test]
    fn what_is_written_in_12_bits_is_read_again(recording in recordings(12)) {
        survives(&recording, StorageFormat::F212);
    }

    #[test]
    fn what_is_written_in_16_bits_is_read_again(recording in recordings(16)) {
        for format in [StorageFormat::F16, StorageFormat::F61, StorageFormat::F160, StorageFormat::F516] {
            survives(&recording, format);
        }
    }

    #[test]
    fn what_is_written_in_24_bits_is_read_again(recording in recordings(24)) {
        survives(&recording, StorageFormat::F24);
        survives(&recording, StorageFormat::F32);
    }

    #[test]
    fn physical_values_come_back_within_half_a_count(values in proptest::collection::vec(-20.0..20.0f64, 1..50)) {
        let mut values = values;
        values[0] = f64::NAN;
        let signal = Signal::physical(Lead::II, 250.0, values.clone(), Unit::Millivolt);
        let recording = Recording { signals: vec![signal], ..Recording::default() };
        let written = wfdb::write(&recording, "r", StorageFormat::F16).unwrap();
        let back = read(&written).recordings[0].signals[0].values();
        prop_assert!(back[0].is_nan());
        for (there, here) in values.iter().zip(&back).skip(1) {
            prop_assert!((there - here).abs() <= 0.5e-3 + 1e-12);
        }
    }
}

#[test]
fn counts_that_do_not_fit_are_refused_and_not_cut() {
    let scale = Scale { gain: 1.0, baseline: 0.0, unit: Unit::Microvolt };
    let signal = Signal::digital(Lead::II, 100.0, vec![3000], scale);
    let recording = Recording { signals: vec![signal], ..Recording::default() };
    let message = wfdb::write(&recording, "r", StorageFormat::F212).unwrap_err().to_string();
    assert_eq!(message, "lead II: found a count of 3000, the format holds -2047 to 2047 in format 212");
    assert!(wfdb::write(&recording, "../r", StorageFormat::F16).is_err());
}

#[test]
fn twelve_leads_in_flac_are_two_files() {
    let scale = Scale { gain: 200.0, baseline: 0.0, unit: Unit::Millivolt };
    let signal = |lead: &Lead| Signal::digital(lead.clone(), 500.0, vec![1i16, -2, 3, 500, -32767], scale.clone());
    let recording = Recording { signals: Lead::TWELVE.iter().map(signal).collect(), ..Recording::default() };
    let written = wfdb::write(&recording, "r", StorageFormat::F516).unwrap();
    let names: Vec<&str> = written.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["r.hea", "r_1.dat", "r_2.dat"]);
    let outcome = read(&written);
    assert_eq!(outcome.recordings[0].signals, recording.signals);
    assert!(outcome.recordings[0].warnings.is_empty(), "{:?}", outcome.recordings[0].warnings);
}

#[test]
fn a_flac_that_would_hold_more_than_its_bytes_allow_is_refused_before_it_is_decoded() {
    let scale = Scale { gain: 200.0, baseline: 0.0, unit: Unit::Millivolt };
    let signal = Signal::digital(Lead::II, 500.0, vec![7i16; 1 << 16], scale);
    let recording = Recording { signals: vec![signal], ..Recording::default() };
    let mut written = wfdb::write(&recording, "r", StorageFormat::F516).unwrap();
    let header = String::from_utf8(written[0].1.clone()).unwrap();
    // 40 million samples of 16 bits are more than 64 MiB.
    written[0].1 = header.replace(" 65536\n", " 40000000\n").into_bytes();
    let outcome = read(&written);
    assert!(outcome.failures[0].error.to_string().contains("more than the limit"), "{:?}", outcome.failures);
    written[0].1 = header.replace(" 65536\n", " 30000000\n").into_bytes();
    let recording = &read(&written).recordings[0];
    assert_eq!(recording.signals[0].len(), 65_536);
    assert!(recording.warnings[0].message.contains("65536 of 30000000 frames"), "{:?}", recording.warnings);
}

#[test]
fn a_signal_file_cut_anywhere_keeps_what_is_whole() {
    use StorageFormat::{F16, F24, F32, F61, F80, F160, F212, F516};
    let scale = Scale { gain: 200.0, baseline: 0.0, unit: Unit::Millivolt };
    let signal = |lead: &Lead| Signal::digital(lead.clone(), 500.0, (0..40i16).collect::<Vec<_>>(), scale.clone());
    let recording = Recording { signals: Lead::TWELVE.iter().take(3).map(signal).collect(), ..Recording::default() };
    for format in [F16, F24, F32, F61, F80, F160, F212, F516] {
        let whole = wfdb::write(&recording, "r", format).unwrap();
        for length in 0..whole[1].1.len() {
            let mut files = whole.clone();
            files[1].1.truncate(length);
            let outcome = read(&files);
            let Some(cut) = outcome.recordings.first() else {
                assert_eq!(outcome.failures.len(), 1, "{format:?} {length}");
                continue;
            };
            assert!(!cut.warnings.is_empty(), "{format:?} {length}");
            let bits = 3 * format.bits() as usize;
            let frames = if format == F516 { 0 } else { length * 8 / bits };
            for signal in &cut.signals {
                assert_eq!(signal.len(), frames, "{format:?} {length}");
                assert_eq!(counts(signal), (0..frames as i32).collect::<Vec<_>>(), "{format:?} {length}");
            }
        }
    }
}

#[test]
fn gaps_too_long_to_be_joined_give_each_lead_in_pieces() {
    let files = [
        ("m.hea", b"m/3 2 100 90000006\na 3\n~ 90000000\nb 3\n".to_vec()),
        ("a.hea", b"a 2 100 3\na.dat 16 100/mV 16 0 1 9 0 II\na.dat 16 100/mV 16 0 2 12 0 V1\n".to_vec()),
        ("b.hea", b"b 2 100 3\nb.dat 16 50/mV 16 0 1 9 0 II\nb.dat 16 100/mV 16 0 2 12 0 V1\n".to_vec()),
        ("a.dat", [1i16, 2, 3, 4, 5, 6].iter().flat_map(|count| count.to_le_bytes()).collect()),
        ("b.dat", [1i16, 2, 3, 4, 5, -32768].iter().flat_map(|count| count.to_le_bytes()).collect()),
    ];
    let files: Vec<_> = files.into_iter().map(|(name, bytes)| (name.to_owned(), bytes)).collect();
    let outcome = read(&files);
    assert!(outcome.failures.is_empty(), "{:?}", outcome.failures);
    let recording = &outcome.recordings[0];
    let found: Vec<_> =
        recording.signals.iter().map(|signal| (signal.lead.name(), signal.start, signal.len())).collect();
    assert_eq!(found, [("II", 0.0, 3), ("II", 900_000.03, 3), ("V1", 0.0, 3), ("V1", 900_000.03, 3)]);
    assert_eq!(recording.signals[1].values(), [0.02, 0.06, 0.1]);
    assert_eq!(recording.signals[3].missing, [(2, 3)]);
    assert!(recording.warnings.iter().any(|warning| warning.message.contains("in pieces")));
}

/// Unpacks a database of the collection; nothing where it or `tar` is absent.
fn unpacked(archive: &str) -> Option<(tempfile::TempDir, PathBuf)> {
    let archive = shared(archive)?;
    let folder = tempfile::tempdir().unwrap();
    let done = Command::new("tar").arg("-xJf").arg(&archive).arg("-C").arg(folder.path()).status();
    if !done.is_ok_and(|status| status.success()) {
        eprintln!("skipped: tar cannot unpack {}", archive.display());
        return None;
    }
    let path = folder.path().to_owned();
    Some((folder, path))
}

fn folders(path: &Path) -> Vec<PathBuf> {
    let mut all = vec![path.to_owned()];
    let mut next = 0;
    while next < all.len() {
        let inner: Vec<PathBuf> = std::fs::read_dir(&all[next])
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_dir())
            .collect();
        all.extend(inner);
        next += 1;
    }
    all
}

/// Every record of a database: its recordings, all sums right.
fn database(archive: &str) -> Option<Vec<Recording>> {
    let (_guard, path) = unpacked(archive)?;
    let mut all = Vec::new();
    for folder in folders(&path) {
        let files = read_folder(&folder);
        let headers = files.iter().filter(|(name, _)| name.ends_with(".hea")).count();
        if headers == 0 {
            continue;
        }
        let outcome = read(&files);
        assert!(outcome.failures.is_empty(), "{:?}", outcome.failures);
        assert_eq!(outcome.recordings.len(), headers);
        all.extend(outcome.recordings);
    }
    for recording in &all {
        let sums = recording.warnings.iter().filter(|warning| warning.message.starts_with("the sum"));
        assert_eq!(sums.count(), 0, "{}: {:?}", recording.name, recording.warnings);
    }
    Some(all)
}

#[test]
fn every_record_of_ludb_reads_with_right_sums_and_annotations_of_each_lead() {
    let Some(all) = database("data/ludb/ludb.tar.xz") else { return };
    assert_eq!(all.len(), 170);
    for recording in &all {
        assert!(recording.signals.iter().all(|signal| signal.len() == 5000), "{}", recording.name);
        assert!(recording.patient.sex.is_some() && !recording.statements.is_empty(), "{}", recording.name);
        for lead in Lead::TWELVE {
            let marks = recording.annotations.iter().filter(|mark| mark.lead.as_ref() == Some(&lead));
            assert!(marks.count() > 5, "{} {lead}", recording.name);
        }
    }
}

#[test]
fn every_record_of_the_challenge_reads_with_right_sums_and_codes() {
    let Some(all) = database("data/cinc2021/cinc2021.tar.xz") else { return };
    // The ten of CPSC 2018 are MATLAB 5 without headers and are none of WFDB.
    assert_eq!(all.len(), 60);
    for recording in &all {
        assert_eq!(recording.signals.len(), 12, "{}", recording.name);
        assert!(recording.signals.iter().all(|signal| signal.millivolts().is_ok()), "{}", recording.name);
        assert!(recording.statements.iter().all(|statement| statement.system == "SNOMED CT"), "{}", recording.name);
    }
}

#[test]
fn mit_bih_and_ptb_read_with_right_sums() {
    let Some(all) = database("data/mitdb/mitdb_100.tar.xz") else { return };
    assert_eq!((all[0].signals.len(), all[0].annotations.len()), (2, 2274));
    let Some(all) = database("data/ptbdb/ptbdb_3.tar.xz") else { return };
    for recording in &all {
        // Of two records the file of Frank's leads is not in the collection; their other leads read all the same.
        let has_frank = recording.name == "s0010_re";
        assert_eq!(recording.signals.len(), if has_frank { 15 } else { 12 });
        assert_eq!((recording.lead(&Lead::X).is_some(), recording.warnings.is_empty()), (has_frank, has_frank));
        assert!(recording.patient.age.is_some());
    }
}

#[test]
fn ptb_xl_files_of_500_hz_read_with_right_sums() {
    let Some(all) = database("data/ptb-xl-500hz/wfdb_originals.tar.xz") else { return };
    assert_eq!(all.len(), 126);
    for recording in &all {
        assert_eq!(recording.signals.len(), 12, "{}", recording.name);
        assert!(recording.signals.iter().all(|signal| signal.len() == 5000 && signal.rate == 500.0));
    }
}
