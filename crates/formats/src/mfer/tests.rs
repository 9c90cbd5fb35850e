use ecg::{Counts, Lead, Samples, Severity, Sex, Signal, Unit};

use super::chain::tag;
use super::*;
use crate::{Format, probe};

/// One definition with a short or long length.
fn definition(tag: u8, value: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    match value.len() {
        short @ ..0x80 => bytes.push(short as u8),
        long => {
            bytes.push(0x84);
            bytes.extend((long as u32).to_be_bytes());
        }
    }
    bytes.extend(value);
    bytes
}

fn of_lead(lead: u8, definitions: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = vec![tag::OF_LEAD, lead];
    bytes.extend(&definition(0, &definitions.concat())[1..]);
    bytes
}

const PREAMBLE: &[u8] = b"\x40\x08MFR test";
/// 2 milliseconds, 5 microvolts.
const RATE: &[u8] = &[tag::INTERVAL, 4, 1, 0xFD, 0, 2];
const MICROVOLTS: &[u8] = &[tag::RESOLUTION, 4, 0, 0xFA, 0, 5];

/// A big-endian file of definitions, with preamble, rate and resolution before them.
fn file(definitions: &[Vec<u8>]) -> Vec<u8> {
    [PREAMBLE, RATE, MICROVOLTS, &definitions.concat()].concat()
}

fn samples(counts: &[i16]) -> Vec<u8> {
    definition(tag::SAMPLES, &counts.iter().flat_map(|count| count.to_be_bytes()).collect::<Vec<_>>())
}

fn read_all(bytes: &[u8]) -> Result<Vec<Recording>, Error> {
    read(&InputFile { name: "x/a.mwf", bytes }, &Hints::default(), &Limits::default())
}

fn read_one(bytes: &[u8]) -> Recording {
    let mut recordings = read_all(bytes).unwrap();
    assert_eq!(recordings.len(), 1);
    recordings.remove(0)
}

fn counts(signal: &Signal) -> Vec<i32> {
    let Samples::Digital { counts, .. } = &signal.samples else { panic!("counts") };
    counts.to_vec()
}

fn leads(count: u8) -> Vec<u8> {
    definition(tag::LEADS, &[count])
}

#[test]
fn files_are_known_with_a_preamble_and_without() {
    let bytes = file(&[leads(2), samples(&[1, 2, 3, 4])]);
    assert_eq!(probe("a", &bytes), Some(Format::Mfer));
    assert_eq!(probe("a", &bytes[PREAMBLE.len()..]), Some(Format::Mfer));
    for other in [&[0_u8; 64][..], &[1, 1, 0, 5, 1, 9], b"\x0b\x04\x01\xfd\0\x02text", b"a,b\n1,2\n"] {
        assert_eq!(score(other), 0, "{other:?}");
    }
}

#[test]
fn every_data_type_is_read_in_both_orders_of_bytes() {
    type Values = ([&'static [u8]; 2], [f64; 2]);
    let types: [(u8, Values); 9] = [
        (0, ([&[0x80, 0x01], &[0, 7]], [-32767.0, 7.0])),
        (1, ([&[0xFF, 0xFE], &[0, 7]], [65534.0, 7.0])),
        (2, ([&[0xFF, 0xFE, 0, 0], &[0, 0, 0, 7]], [-131_072.0, 7.0])),
        (3, ([&[0xFE], &[7]], [254.0, 7.0])),
        (4, ([&[0x80, 0x01], &[0, 7]], [32769.0, 7.0])),
        (5, ([&[0xFE], &[7]], [-2.0, 7.0])),
        (6, ([&[0xFF, 0, 0, 1], &[0, 0, 0, 7]], [4_278_190_081.0, 7.0])),
        (7, ([&[0x3F, 0xC0, 0, 0], &[0xC0, 0xE0, 0, 0]], [1.5, -7.0])),
        (8, ([&[0x3F, 0xF8, 0, 0, 0, 0, 0, 0], &[0xC0, 0x1C, 0, 0, 0, 0, 0, 0]], [1.5, -7.0])),
    ];
    for (code, (values, expected)) in types {
        for little in [false, true] {
            let order = |bytes: &[u8]| {
                let mut bytes = bytes.to_vec();
                if little {
                    bytes.reverse();
                }
                bytes
            };
            let number = |value: &[u8]| order(value);
            let bytes = [
                PREAMBLE.to_vec(),
                definition(tag::BYTE_ORDER, &[u8::from(little)]),
                definition(tag::INTERVAL, &[&[1, 0xFD][..], &number(&[0, 2])].concat()),
                definition(tag::RESOLUTION, &[&[0, 0xFD][..], &number(&[0, 1])].concat()),
                definition(tag::DATA_TYPE, &[code]),
                definition(tag::SAMPLES, &values.map(order).concat()),
            ];
            let recording = read_one(&bytes.concat());
            let signal = &recording.signals[0];
            assert_eq!((signal.values(), signal.rate), (expected.to_vec(), 500.0), "{code} {little}");
            let unit = if code == 4 { Unit::Other("status".into()) } else { Unit::Millivolt };
            assert_eq!(signal.unit(), &unit, "{code}");
        }
    }
}

#[test]
fn blocks_sequences_and_definitions_of_single_leads_are_kept_apart() {
    // Two sequences of three samples of I, one of aVF with another scale and type, two of the third lead without a name.
    let bytes = file(&[
        leads(3),
        definition(tag::BLOCK, &[3]),
        definition(tag::SEQUENCES, &[0, 2]),
        of_lead(0, &[definition(tag::LEAD, &[1])]),
        of_lead(
            1,
            &[
                definition(tag::LEAD, &[0, 64, b'f', b'o', b'o', b't']),
                definition(tag::BLOCK, &[1]),
                definition(tag::DATA_TYPE, &[5]),
                definition(tag::RESOLUTION, &[0, 0xFD, 1]),
                definition(tag::INTERVAL, &[0, 0, 100]),
            ],
        ),
        of_lead(2, &[definition(tag::BLOCK, &[2])]),
        definition(tag::SAMPLES, &[0, 1, 0, 2, 0, 3, 0xFF, 0, 7, 0, 8, 0, 4, 0, 5, 0, 6, 0x02, 0, 9, 0, 10]),
    ]);
    let recording = read_one(&bytes);
    let [first, second, third] = &recording.signals[..] else { panic!("three leads") };
    assert_eq!((counts(first), &first.lead, first.rate), (vec![1, 2, 3, 4, 5, 6], &Lead::I, 500.0));
    assert_eq!((second.values(), &second.lead, second.rate), (vec![-1.0, 2.0], &Lead::AVF, 100.0));
    assert_eq!((second.label.as_str(), second.unit()), ("foot", &Unit::Millivolt));
    assert_eq!((counts(third), third.lead.name()), (vec![7, 8, 9, 10], "lead 3"));
    assert!(recording.warnings.is_empty(), "{:?}", recording.warnings);
}

#[test]
fn a_lead_of_fewer_sequences_stops_earlier() {
    let bytes = file(&[
        leads(2),
        definition(tag::SEQUENCES, &[3]),
        of_lead(1, &[definition(tag::SEQUENCES, &[1])]),
        samples(&[1, -1, 2, 3]),
    ]);
    let recording = read_one(&bytes);
    assert_eq!((counts(&recording.signals[0]), counts(&recording.signals[1])), (vec![1, 2, 3], vec![-1]));
    assert!(recording.warnings.is_empty(), "{:?}", recording.warnings);
}

#[test]
fn offset_resolution_and_the_value_of_no_sample_hold() {
    let bytes = file(&[
        definition(tag::OFFSET, &[0xFF, 0x9C]),
        definition(tag::NO_SAMPLE, &[0x80, 0x00]),
        samples(&[100, i16::MIN, 300, i16::MIN]),
    ]);
    let signal = &read_one(&bytes).signals[0];
    assert_eq!(signal.missing, [(1, 2), (3, 4)]);
    let values = signal.values();
    assert_eq!((values[0], values[2], signal.unit()), (0.0, 1000.0, &Unit::Microvolt));
    for (power, unit, value) in
        [(-9_i8, Unit::Nanovolt, 5.0), (-7, Unit::Microvolt, 0.5), (-3, Unit::Millivolt, 5.0), (0, Unit::Volt, 5.0)]
    {
        let resolution = definition(tag::RESOLUTION, &[0, power.to_le_bytes()[0], 5]);
        let signal = &read_one(&file(&[resolution, samples(&[1])])).signals[0];
        assert_eq!((signal.unit(), signal.values()[0]), (&unit, value));
    }
    let pressure = read_one(&file(&[definition(tag::RESOLUTION, &[1, 0, 2]), samples(&[40])]));
    assert_eq!((pressure.signals[0].values()[0], pressure.signals[0].unit()), (80.0, &Unit::Other("mmHg".into())));
}

#[test]
fn frames_follow_each_other_and_gaps_are_said() {
    let pointer = |sample: u8| definition(tag::POINTER, &[sample]);
    let frames = |second: u8| file(&[pointer(0), samples(&[1, 2]), pointer(second), samples(&[3]), samples(&[4])]);
    let recording = read_one(&frames(2));
    assert_eq!((counts(&recording.signals[0]), recording.warnings.len()), (vec![1, 2, 3, 4], 0));
    let recording = read_one(&frames(9));
    assert_eq!((counts(&recording.signals[0]), recording.warnings.len()), (vec![1, 2, 3, 4], 1));
}

#[test]
fn other_layouts_give_other_recordings_and_dominant_beats_stand_apart() {
    let bytes = file(&[
        definition(tag::LEAD, &[2]),
        samples(&[1, 2]),
        definition(tag::WAVEFORM, &[0, 9]),
        samples(&[5, 6]),
        definition(tag::WAVEFORM, &[0, 1]),
        definition(tag::INTERVAL, &[0, 2, 10]),
        samples(&[7]),
    ]);
    let recordings = read_all(&bytes).unwrap();
    let found: Vec<_> =
        recordings.iter().map(|one| (one.name.as_str(), one.signals[0].rate, counts(&one.signals[0]))).collect();
    assert_eq!(found, [("a (1)", 500.0, vec![1, 2]), ("a (2)", 1000.0, vec![7])]);
    assert_eq!(counts(&recordings[0].representative_beats[0]), [5, 6]);
    assert!(recordings[0].warnings.iter().any(|warning| warning.message.contains("recording of its own")));
    let many: Vec<Vec<u8>> =
        (1..100).flat_map(|rate| [definition(tag::INTERVAL, &[0, 0, rate]), samples(&[1])]).collect();
    assert!(matches!(read_all(&file(&many)), Err(Error::Limit { .. })));
}

#[test]
fn person_time_device_and_events_come_out() {
    let bytes = file(&[
        definition(tag::TEXT_CODE, b"UTF-8"),
        definition(tag::MAKER, b"Maker^Model^1.0^serial 7"),
        definition(tag::FILTER, b"HPF=0.05^first order"),
        definition(tag::NOTE, "at rest, 安静".as_bytes()),
        definition(tag::PERSON, b"Curie^kyuri^Marie^mari"),
        definition(tag::PERSON_NUMBER, b"4711^hospital"),
        definition(tag::AGE, &[66, 0, 10, 0x07, 0x4B, 11, 7]),
        definition(tag::SEX, &[2]),
        definition(tag::TIME, &[0x07, 0xE8, 2, 29, 23, 5, 6, 0x01, 0xF4, 0, 0]),
        leads(2),
        of_lead(0, &[definition(tag::LEAD, &[1])]),
        of_lead(
            1,
            &[
                definition(tag::LEAD, &[2]),
                definition(tag::EVENT, &[0, 9, 0, 0, 0, 250, 0, 0, 0, 50, b'p', b'a', b'c', b'e']),
            ],
        ),
        definition(tag::EVENT, &[0, 1, 0, 0, 0, 100]),
        samples(&[1, 2]),
    ]);
    let recording = read_one(&bytes);
    let patient = &recording.patient;
    assert_eq!((patient.name.as_deref(), patient.id.as_deref()), (Some("Marie Curie"), Some("4711")));
    assert_eq!((patient.age, patient.born.as_deref(), patient.sex), (Some(66), Some("1867-11-07"), Some(Sex::Female)));
    assert_eq!(recording.start.as_deref(), Some("2024-02-29T23:05:06.5"));
    assert_eq!(
        recording.comments,
        ["Preamble: test", "Equipment: Maker Model 1.0", "Filter: HPF=0.05 first order", "at rest, 安静"]
    );
    let events: Vec<_> = recording
        .annotations
        .iter()
        .map(|event| (event.code.as_str(), event.time, event.duration, event.text.as_str(), event.lead.clone()))
        .collect();
    assert_eq!(events, [("9", 0.5, Some(0.1), "pace", Some(Lead::II)), ("1", 0.2, None, "", None)]);
    assert!(recording.warnings.is_empty(), "{:?}", recording.warnings);
}

#[test]
fn values_of_no_length_go_on_to_two_zeros() {
    let bytes = [
        PREAMBLE,
        RATE,
        MICROVOLTS,
        &leads(2),
        &[tag::OF_LEAD, 0, 0x80, tag::LEAD, 1, 61, 0, 0],
        &[tag::GROUP, 0x80, tag::OF_LEAD, 1, 0x80, tag::LEAD, 1, 62, 0, 0, 0, 0],
        &[tag::NOTE, 0x80],
        b"words\0\0",
        &definition(tag::SEQUENCES, &[1]),
        // The samples hold zeros themselves.
        &[tag::SAMPLES, 0x80, 0, 0, 0, 0, 0, 0, tag::END, 0],
    ];
    let recording = read_one(&bytes.concat());
    assert_eq!(recording.signals.iter().map(|signal| signal.lead.name()).collect::<Vec<_>>(), ["III", "aVR"]);
    assert_eq!((counts(&recording.signals[1]), recording.comments[1].as_str()), (vec![0], "words"));
    assert!(recording.warnings.is_empty(), "{:?}", recording.warnings);
    let open = [PREAMBLE, RATE, MICROVOLTS, &[tag::SAMPLES, 0x80, 0, 1, 0, 2, 0, 0, tag::END, 0]].concat();
    let recording = read_one(&open);
    assert_eq!((counts(&recording.signals[0]), recording.warnings.len()), (vec![1, 2], 1));
}

#[test]
fn what_is_not_stated_is_said_or_asked_for() {
    let bytes = [PREAMBLE, &samples(&[1, 2])].concat();
    let recording = read_one(&bytes);
    assert_eq!((recording.signals[0].rate, recording.signals[0].unit()), (1000.0, &Unit::Unknown));
    assert_eq!(recording.warnings.len(), 2, "{:?}", recording.warnings);
    let hints = Hints { rate: Some(250.0), unit: None };
    let file = InputFile { name: "a.mwf", bytes: &bytes };
    assert_eq!(read(&file, &hints, &Limits::default()).unwrap()[0].signals[0].rate, 250.0);
}

#[test]
fn compression_and_depth_and_sizes_are_refused() {
    let unsupported = |bytes: &[u8]| matches!(read_all(bytes), Err(Error::Unsupported { .. }));
    for (definition, words) in [
        (definition(tag::DATA_TYPE, &[9]), "the 8 bit compression of AHA (data type 9), whose layout is not public"),
        (definition(tag::COMPRESSION, &[0, 3, 0, 0, 0, 9]), "compressed values (tag 0x0E, code 3)"),
    ] {
        let bytes = file(&[definition, samples(&[1])]);
        assert!(unsupported(&bytes));
        let error = read_all(&bytes).unwrap_err().to_string();
        assert!(
            error.contains(words) && error.contains("expected samples without compression (data types 0 to 8)"),
            "{error}"
        );
    }
    assert!(!unsupported(&file(&[definition(tag::COMPRESSION, &[0, 0]), samples(&[1])])));
    let deep = [tag::GROUP, 0x80].repeat(100_000);
    assert!(matches!(read_all(&file(&[deep])), Err(Error::Limit { .. })));
    let huge = definition(tag::LEADS, &u32::MAX.to_be_bytes());
    assert!(matches!(read_all(&file(&[huge, samples(&[1])])), Err(Error::Limit { .. })));
    for (tag, value) in [(tag::BLOCK, u32::MAX), (tag::SEQUENCES, u32::MAX)] {
        let recording = read_one(&file(&[definition(tag, &value.to_be_bytes()), samples(&[1, 2, 3])]));
        assert_eq!((counts(&recording.signals[0]), recording.warnings.len()), (vec![1, 2, 3], 1));
    }
    let nested = [&[tag::OF_LEAD, 0, 6][..], &[tag::OF_LEAD, 0, 3, tag::LEAD, 1, 1]].concat();
    assert!(matches!(read_all(&file(&[nested, samples(&[1])])), Err(Error::Invalid { .. })));
}

#[test]
fn a_value_of_a_length_that_its_tag_cannot_have_is_no_panic() {
    for tag in 0..=255_u8 {
        for length in [0, 1, 2, 3, 5, 7, 9, 11, 40, 127] {
            for value in [0, 1, 0x7F, 0xFF] {
                let bytes = file(&[definition(tag, &vec![value; length]), samples(&[1, 2])]);
                let _ = read_all(&bytes);
                let _ = read_all(&file(&[of_lead(0, &[definition(tag, &vec![value; length])]), samples(&[1, 2])]));
                let _ = score(&bytes[PREAMBLE.len()..]);
            }
        }
    }
    for (tag, value) in [
        (tag::BLOCK, &[0_u8][..]),
        (tag::LEADS, &[0]),
        (tag::BLOCK, &[1; 5]),
        (tag::INTERVAL, &[1, 0]),
        (tag::BYTE_ORDER, &[2]),
        (tag::DATA_TYPE, &[10]),
        (tag::NO_SAMPLE, &[1, 2, 3]),
    ] {
        assert!(read_all(&file(&[definition(tag, value), samples(&[1])])).is_err(), "{tag:x} {value:?}");
    }
    let odd = [tag::SEX, tag::AGE, tag::TIME, tag::EVENT].map(|tag| definition(tag, &[1, 2]));
    let recording = read_one(&file(&[odd.concat(), samples(&[1])]));
    assert_eq!(recording.warnings.len(), 4, "{:?}", recording.warnings);
}

#[test]
fn texts_are_read_in_the_stated_character_code() {
    let of = |code: &[u8], name: &[u8]| {
        let recording =
            read_one(&file(&[definition(tag::TEXT_CODE, code), definition(tag::PERSON, name), samples(&[1])]));
        (recording.patient.name.unwrap_or_default(), recording.warnings.len())
    };
    for (code, name, bytes) in [
        ("", "Müller", b"M\xfcller".as_slice()),
        ("ASCII", "Muller", b"Muller"),
        ("ISO-IR 100", "Müller", b"M\xfcller"),
        ("ISO 8859-2", "Dvořák", b"Dvo\xf8\xe1k"),
        ("JIS X 0201", "ﾔﾏﾀﾞ", b"\xd4\xcf\xc0\xde"),
        ("JIS X 0208", "山田", b"\x1b$B;3ED\x1b(B"),
        ("RFC 1468", "山田 a", b"\x1b$B;3ED\x1b(B a"),
        ("Shift_JIS", "山田", b"\x8e\x52\x93\x63"),
        ("EUC-JP", "山田", b"\xbb\xb3\xc5\xc4"),
        ("GB18030", "张伟", b"\xd5\xc5\xce\xb0"),
        ("UTF-16", "Mü", b"\0M\0\xfc"),
        ("Unicode", "山田", "山田".as_bytes()),
    ] {
        assert_eq!(of(code.as_bytes(), bytes), (name.to_owned(), 0), "{code}");
    }
    assert_eq!(of(b"JIS X 0208", b"\x1b$B;3\xff"), ("山\u{FFFD}".to_owned(), 1));
    assert_eq!(of(b"klingon", b"M\xfcller"), ("Müller".to_owned(), 1));
}

#[test]
fn a_name_without_its_end_is_read_as_far_as_it_goes() {
    let japanese = definition(tag::TEXT_CODE, b"JIS X 0208");
    let bytes =
        file(&[japanese, definition(tag::PERSON, b"\x1b$B;3ED"), definition(tag::NOTE, b"plain"), samples(&[1])]);
    let recording = read_one(&bytes);
    assert_eq!((recording.patient.name.as_deref(), recording.warnings.len()), (Some("山田"), 0));
    assert_eq!(recording.comments[1], "plain");
}

#[test]
fn a_cut_anywhere_keeps_whole_samples() {
    let bytes = file(&[
        leads(2),
        definition(tag::SEQUENCES, &[10]),
        samples(&[3; 20]),
        definition(tag::NOTE, b"behind"),
        samples(&[4; 20]),
    ]);
    let first = bytes.len() - 42 - 8 - 40;
    let mut before = 0;
    for length in 0..bytes.len() {
        match read_all(&bytes[..length]) {
            Ok(recordings) => {
                let all: usize = recordings[0].signals.iter().map(Signal::len).sum();
                assert!(all >= before && all <= 40, "{length}: {all}");
                before = all;
                assert!(
                    all.is_multiple_of(20)
                        || recordings[0].warnings.iter().any(|warning| warning.severity == Severity::Data),
                    "{length}"
                );
            }
            Err(_) => assert!(length <= first + 1, "{length}"),
        }
    }
    assert!(before >= 39, "{before}");
}

#[test]
fn more_or_fewer_samples_than_stated_are_said() {
    let of = |sequences: u8| file(&[leads(2), definition(tag::SEQUENCES, &[sequences]), samples(&[1, 2, 3, 4])]);
    for (sequences, kept, warnings) in [(2, 2, 0), (3, 2, 1), (1, 1, 1)] {
        let recording = read_one(&of(sequences));
        assert_eq!((recording.signals[1].len(), recording.warnings.len()), (kept, warnings), "{sequences}");
    }
    let odd = file(&[leads(2), definition(tag::SAMPLES, &[0, 1, 0, 2, 0, 3, 9])]);
    let recording = read_one(&odd);
    assert_eq!(recording.signals.iter().map(Signal::len).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(recording.warnings.len(), 1);
}

#[test]
fn sixteen_bits_stay_sixteen() {
    let recording = read_one(&file(&[samples(&[1, -1])]));
    assert!(matches!(&recording.signals[0].samples, Samples::Digital { counts: Counts::Narrow(_), .. }));
}
