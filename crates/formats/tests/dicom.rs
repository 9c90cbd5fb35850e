//! DICOM files written here and read again, and files that ask for more memory than they may have.
#![allow(clippy::unwrap_used)]

mod common;
#[path = "common/counting.rs"]
mod counting;

use ecg::{Annotation, Lead, Measurement, Patient, Recording, Samples, Scale, Sex, Signal, Statement, Unit};
use formats::{Hints, InputFile, Limits, WriteError, dicom};
use proptest::prelude::*;

/// Reads, and checks that no more than 64 MiB and four times the input were held.
fn read_within(bytes: &[u8]) -> Result<Vec<Recording>, formats::Error> {
    let file = InputFile { name: "a.dcm", bytes };
    let (result, held) = counting::peak_of(|| dicom::read(&file, &Hints::default(), &Limits::default()));
    assert!(held <= (64 << 20) + 4 * bytes.len(), "{held} bytes held for {} of input", bytes.len());
    result
}

fn read_one(bytes: &[u8]) -> Recording {
    let mut recordings = read_within(bytes).unwrap();
    assert_eq!(recordings.len(), 1);
    recordings.remove(0)
}

fn scale(gain: f64, baseline: f64) -> Scale {
    Scale { gain, baseline, unit: Unit::Millivolt }
}

fn twelve(samples: usize, rate: f64) -> Recording {
    let signal = |(number, lead): (usize, Lead)| {
        let counts: Vec<i16> = (0..samples).map(|sample| (sample * (number + 3) % 4001) as i16 - 2000).collect();
        Signal::digital(lead, rate, counts, scale(204.8, 16.0))
    };
    Recording { signals: Lead::TWELVE.into_iter().enumerate().map(signal).collect(), ..Recording::default() }
}

/// The class that a written file states.
fn class(bytes: &[u8]) -> u8 {
    let text = b"1.2.840.10008.5.1.4.1.1.9.1.";
    let place = bytes.windows(text.len()).position(|window| window == text).unwrap();
    bytes[place + text.len()]
}

#[test]
fn a_length_of_two_gigabytes_takes_no_memory() {
    let mut bytes = dicom::write(&twelve(5000, 500.0)).unwrap();
    let place = bytes.len() - 5000 * 24 - 4;
    assert_eq!(bytes[place..place + 4], 120_000_u32.to_le_bytes());
    let whole = read_one(&bytes);
    for length in [0x7FFF_FFF0_u32, 0xFFFF_FFFE, 0xFFFF_FFF0] {
        bytes[place..place + 4].copy_from_slice(&length.to_le_bytes());
        let recording = read_one(&bytes);
        assert_eq!(recording.signals, whole.signals);
        assert!(recording.warnings.iter().any(|warning| warning.message.contains("bytes, 120000 are there")));
    }
}

#[test]
fn the_length_that_broke_another_reader_does_not_break_this_one() {
    let Some(folder) = common::shared("data/formats/dicom") else { return };
    for (name, mut bytes) in common::read_folder(&folder) {
        let explicit =
            bytes.windows(8).position(|window| window == b"\x00\x54\x10\x10OW\x00\x00").map(|place| place + 8);
        let place = explicit
            .or_else(|| bytes.windows(4).position(|window| window == b"\x00\x54\x10\x10").map(|place| place + 4));
        let place = place.unwrap();
        let whole = read_one(&bytes);
        bytes[place..place + 4].copy_from_slice(&0x7FFF_FFF0_u32.to_le_bytes());
        assert_eq!(read_one(&bytes).signals, whole.signals, "{name}");
    }
}

#[test]
fn every_length_of_a_file_may_lie() {
    let mut recording = twelve(20, 500.0);
    recording.representative_beats = vec![Signal::digital(Lead::I, 500.0, vec![1_i16; 30], scale(1000.0, 0.0))];
    recording.annotations = vec![Annotation { time: 0.01, text: "x".into(), ..Annotation::default() }];
    let bytes = dicom::write(&recording).unwrap();
    for place in 132..bytes.len() - 4 {
        for value in [0_u32, 0x7FFF_FFF0, u32::MAX] {
            let mut lying = bytes.clone();
            lying[place..place + 4].copy_from_slice(&value.to_le_bytes());
            let _ = read_within(&lying);
        }
    }
}

/// Bytes of an element in explicit little endian.
fn element(tag: u32, representation: [u8; 2], value: &[u8]) -> Vec<u8> {
    let [a, b, c, d] = tag.to_le_bytes();
    let mut bytes = vec![c, d, a, b, representation[0], representation[1]];
    if matches!(&representation, b"OB" | b"OW" | b"SQ") {
        bytes.extend([0, 0]);
        bytes.extend((value.len() as u32).to_le_bytes());
    } else {
        bytes.extend((value.len() as u16).to_le_bytes());
    }
    bytes.extend(value);
    bytes
}

fn item(value: &[u8]) -> Vec<u8> {
    [&[0xFE, 0xFF, 0x00, 0xE0][..], &(value.len() as u32).to_le_bytes(), value].concat()
}

fn group(channels: u16, definitions: &[u8], bits: u16, form: &[u8], data: &[u8]) -> Vec<u8> {
    item(
        &[
            element(0x003A_0004, *b"CS", b"ORIGINAL"),
            element(0x003A_0005, *b"US", &channels.to_le_bytes()),
            element(0x003A_001A, *b"DS", b"500 "),
            element(0x003A_0200, *b"SQ", definitions),
            element(0x5400_1004, *b"US", &bits.to_le_bytes()),
            element(0x5400_1006, *b"CS", form),
            element(0x5400_1010, *b"OW", data),
        ]
        .concat(),
    )
}

fn file(before: &[u8], groups: &[u8]) -> Vec<u8> {
    let syntax = element(0x0002_0010, *b"UI", b"1.2.840.10008.1.2.1\0");
    [&[0; 128][..], b"DICM", &syntax, before, &element(0x5400_0100, *b"SQ", groups)].concat()
}

#[test]
fn few_bytes_do_not_become_many() {
    // Bytes that become counts of twice or of four times their size.
    let data = vec![7_u8; 8 << 20];
    assert!(read_within(&file(&[], &group(8, &[], 8, b"UB", &data))).is_ok());
    assert!(read_within(&file(&[], &group(8, &[], 16, b"US", &data))).is_ok());
    // Thousands of groups of hundreds of channels of one sample, each with much to say.
    let groups: Vec<u8> = (0..2000).flat_map(|_| group(512, &[], 8, b"SB", &[1; 512])).collect();
    let name = element(0x0010_0010, *b"PN", &vec![b'x'; 60_000]);
    let _ = read_within(&file(&name, &groups));
    let single: Vec<u8> = (0..9000).flat_map(|_| group(1, &[], 8, b"SB", &[1, 1])).collect();
    let recordings = read_within(&file(&name, &single)).unwrap();
    assert_eq!(recordings.len(), 64);
    // One long text at a hundred thousand points, and a million empty annotations.
    let positions: Vec<u8> = (0..15_000_u32).flat_map(u32::to_le_bytes).collect();
    let mark = [element(0x0040_A132, *b"UL", &positions), element(0x0070_0006, *b"ST", &vec![b'y'; 60_000])].concat();
    let marks: Vec<u8> = (0..20).flat_map(|_| item(&mark)).collect();
    let _ = read_within(&file(&element(0x0040_B020, *b"SQ", &marks), &group(1, &[], 8, b"SB", &[1, 1])));
    let empty: Vec<u8> = (0..1_000_000).flat_map(|_| item(&[])).collect();
    let _ = read_within(&file(&element(0x0040_B020, *b"SQ", &empty), &group(1, &[], 8, b"SB", &[1, 1])));
    let short: Vec<u8> = (0..1_000_000).flat_map(|_| item(&element(0x0070_0006, *b"ST", b"ab"))).collect();
    let recording = read_one(&file(&element(0x0040_B020, *b"SQ", &short), &group(1, &[], 8, b"SB", &[1, 1])));
    assert!(recording.warnings.iter().any(|warning| warning.message.contains("annotations were read")));
    // A million elements that are nothing.
    let odd: Vec<u8> = (0..1_000_000).flat_map(|_| element(0x0009_0001, *b"LO", b"")).collect();
    assert!(read_within(&file(&odd, &group(1, &[], 8, b"SB", &[1, 1]))).is_ok());
}

#[test]
fn the_class_is_the_one_whose_rules_the_recording_keeps() {
    let written = |recording: &Recording| class(&dicom::write(recording).unwrap());
    assert_eq!(written(&twelve(5000, 500.0)), b'1');
    // Too long for the 12-lead class; too slow for both; too fast for all but the last.
    assert_eq!(written(&twelve(16_385, 500.0)), b'2');
    assert_eq!(written(&twelve(100, 128.0)), b'3');
    assert_eq!(written(&twelve(100, 2000.0)), b'4');
    let wide = Signal::digital(Lead::II, 500.0, vec![40_000_i32, -3], scale(1e6, 0.0));
    let recording = Recording { signals: vec![wide], ..Recording::default() };
    assert_eq!(written(&recording), b'4');
    assert_eq!(read_one(&dicom::write(&recording).unwrap()).signals, recording.signals);
}

#[test]
fn what_does_not_fit_is_an_error_that_says_so() {
    assert_eq!(dicom::write(&Recording::default()), Err(WriteError::Empty));
    let with = |signals: Vec<Signal>| dicom::write(&Recording { signals, ..Recording::default() });
    let signal = |lead: Lead, counts: Vec<i32>, unit: Unit| {
        Signal::digital(lead, 500.0, counts, Scale { unit, ..scale(1.0, 0.0) })
    };
    let message = |result: Result<Vec<u8>, WriteError>| result.unwrap_err().to_string();
    assert!(message(with(vec![signal(Lead::I, vec![1], Unit::Unknown)])).contains("no unit"));
    assert!(message(with(vec![signal(Lead::I, vec![1], Unit::Other("x".repeat(17)))])).contains("16 letters"));
    assert!(message(with(vec![signal(Lead::I, vec![], Unit::Volt)])).contains("no samples"));
    let twice = vec![signal(Lead::I, vec![1], Unit::Volt), signal(Lead::I, vec![1, 2], Unit::Volt)];
    assert!(message(with(twice)).contains("at the same time"));
    let mut full = signal(Lead::I, vec![i32::MIN, i32::MAX, 0], Unit::Volt);
    full.missing = vec![(2, 3)];
    assert!(message(with(vec![full])).contains("to mark missing ones"));
    let nothing = Signal::digital(Lead::I, 500.0, vec![1_i16], scale(f64::INFINITY, 0.0));
    assert!(message(with(vec![nothing])).contains("gain"));
}

#[test]
fn everything_else_of_a_recording_comes_back() {
    let mut recording = twelve(1000, 500.0);
    recording.start = Some("2001-02-03T04:05:06.7".into());
    recording.patient = Patient {
        id: Some("77".into()),
        name: Some("M\u{fc}ller, Eva".into()),
        age: Some(61),
        sex: Some(Sex::Female),
        born: Some("1940-01-02".into()),
    };
    recording.representative_beats = vec![Signal::digital(Lead::II, 500.0, vec![1_i16, 2, 3], scale(1000.0, 0.0))];
    recording.annotations = vec![
        Annotation { time: 0.5, code: "V".into(), lead: Some(Lead::II), sample: Some(250), ..Annotation::default() },
        Annotation { time: 0.1234567, duration: Some(0.25), text: "noise".into(), ..Annotation::default() },
    ];
    recording.statements = vec![
        Statement { system: "SNOMED CT".into(), code: "426783006".into(), text: "Sinus rhythm".into() },
        Statement { system: "text".into(), code: String::new(), text: "Normal \u{2013} ECG".into() },
    ];
    recording.measurements = vec![
        Measurement { name: "QT interval".into(), value: 402.5, unit: "ms".into(), lead: Some(Lead::V2) },
        Measurement { name: "score".into(), value: 3.0, ..Measurement::default() },
    ];
    let bytes = dicom::write(&recording).unwrap();
    assert_eq!(bytes, dicom::write(&recording).unwrap());
    let again = read_one(&bytes);
    assert_eq!(again.signals, recording.signals);
    assert_eq!(again.representative_beats, recording.representative_beats);
    assert_eq!((&again.start, &again.patient), (&recording.start, &recording.patient));
    assert_eq!((&again.statements, &again.measurements), (&recording.statements, &recording.measurements));
    assert_eq!(again.annotations, recording.annotations);
    assert!(again.warnings.is_empty(), "{:?}", again.warnings);
}

fn signals() -> impl Strategy<Value = Vec<Signal>> {
    let leads = prop::sample::subsequence(Lead::TWELVE.to_vec(), 1..=12);
    let rates = prop::sample::select(vec![50.0, 128.0, 250.0, 360.0, 500.0, 1000.0 / 3.0, 2000.0]);
    let one = (rates, 1..40_usize, 0..3_u8, any::<bool>(), -3.0..3.0_f64, any::<u64>());
    (leads, prop::collection::vec(one, 12)).prop_map(|(leads, parts)| {
        let signal = |(lead, (rate, length, kind, gaps, exponent, seed)): (Lead, (f64, usize, u8, bool, f64, u64))| {
            let number = |sample: usize| (seed.wrapping_mul(2 * sample as u64 + 1) >> 33) as i32;
            let span = if kind == 1 { i32::MAX } else { 30_000 };
            let counts: Vec<i32> = (0..length).map(|sample| number(sample) % span).collect();
            let scale =
                Scale { gain: 10.0_f64.powf(exponent), baseline: exponent.round() * 100.0, unit: Unit::Microvolt };
            let mut signal = Signal::digital(lead, rate, counts.clone(), scale);
            if kind == 2 {
                let values = counts.iter().map(|&count| f64::from(count) / 1e4).collect();
                signal.samples = Samples::Physical { values, unit: Unit::Millivolt };
            }
            if gaps && length > 3 {
                signal.missing = vec![(1, 2), (length - 1, length)];
            }
            signal
        };
        leads.into_iter().zip(parts).map(signal).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_again(signals in signals()) {
        let recording = Recording { signals, ..Recording::default() };
        let again = read_one(&dicom::write(&recording).unwrap());
        prop_assert_eq!(again.signals.len(), recording.signals.len());
        for signal in &recording.signals {
            let other = again.lead(&signal.lead).unwrap();
            prop_assert_eq!(&other.missing, &signal.missing);
            prop_assert!((other.rate / signal.rate - 1.0).abs() < 1e-12);
            let steps = match (&signal.samples, &other.samples) {
                (Samples::Digital { counts, scale }, Samples::Digital { counts: stored, scale: read }) => {
                    prop_assert!((read.gain / scale.gain - 1.0).abs() < 1e-12, "{} {}", read.gain, scale.gain);
                    for (sample, (count, stored)) in counts.iter().zip(stored.iter()).enumerate() {
                        let missing = signal.missing.iter().any(|(from, to)| (*from..*to).contains(&sample));
                        prop_assert!(missing || count == stored, "{count} {stored}");
                    }
                    1e-6
                }
                (_, Samples::Digital { .. }) => 0.501,
                _ => return Err(TestCaseError::fail("no counts")),
            };
            let Samples::Digital { scale, .. } = &other.samples else { continue };
            for (value, read) in signal.values().iter().zip(other.values()) {
                prop_assert!(value.is_nan() == read.is_nan());
                prop_assert!(value.is_nan() || ((value - read) * scale.gain).abs() < steps + 1e-11 * (value * scale.gain).abs(), "{value} {read}");
            }
        }
    }
}
