use ecg::Samples;

use super::*;
use crate::{Format, probe};

fn block(letters: [u8; 4], data: &[u8]) -> Vec<u8> {
    let mut bytes = letters.to_vec();
    bytes.extend((data.len() as u32).to_le_bytes());
    bytes.extend(data);
    let sum = bytes.iter().fold(0_u32, |sum, &byte| sum.wrapping_add(u32::from(byte)));
    bytes.extend(sum.to_le_bytes());
    bytes
}

fn counts(counts: &[i16]) -> Vec<u8> {
    counts.iter().flat_map(|count| count.to_le_bytes()).collect()
}

const FORM: [u8; 8] = [1, 0x2C, 0x01, 0xF4, 0x01, 0x02, 0, 0];

fn info() -> Vec<u8> {
    let mut info = b"2016-06-01T18:15:25.777-04:00".to_vec();
    info.resize(32, 0);
    info.extend(b"a recording's own number");
    info.resize(148, 0);
    info.extend(b"2.1.7");
    info.resize(180, 0);
    info.extend(b"KardiaMobile 6L");
    info.resize(264, 0);
    info
}

fn marks(ticks: u32, marks: &[(u32, u16)]) -> Vec<u8> {
    let mut bytes = ticks.to_le_bytes().to_vec();
    for (time, kind) in marks {
        bytes.extend(time.to_le_bytes());
        bytes.extend(kind.to_le_bytes());
    }
    bytes
}

fn file(blocks: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = b"ALIVE\0\0\0\x03\0\0\0".to_vec();
    for block in blocks {
        bytes.extend(block);
    }
    bytes
}

fn read_bytes(bytes: &[u8]) -> Result<Recording, Error> {
    read(&InputFile { name: "a.atc", bytes }, &Hints::default(), &Limits::default())
}

fn places(recording: &Recording) -> Vec<(Severity, &str)> {
    recording.warnings.iter().map(|warning| (warning.severity, warning.message.as_str())).collect()
}

#[test]
fn blocks_come_out_in_any_order() {
    let bytes = file(&[
        block(*b"ann ", &marks(600, &[(300, 1), (900, 7)])),
        block(*b"avg2", &counts(&[24, 25])),
        block(*b"ecg2", &counts(&[-3, 4])),
        block(*b"ecg ", &counts(&[1000, -2])),
        block(*b"ecg6", &counts(&[7, 8])),
        block(*b"fmt ", &FORM),
        block(*b"info", &info()),
    ]);
    assert_eq!(probe("a", &bytes), Some(Format::Atc));
    let recording = read_bytes(&bytes).unwrap();
    let leads: Vec<_> = recording.signals.iter().map(|signal| (signal.lead.name(), signal.values()[0])).collect();
    assert_eq!(leads, [("I", 0.5), ("II", -0.0015), ("aVF", 0.0035)]);
    assert_eq!(recording.representative_beats[0].lead, Lead::II);
    let marks: Vec<_> = recording.annotations.iter().map(|mark| (mark.time, mark.code.as_str())).collect();
    assert_eq!(marks, [(0.5, "1"), (1.5, "7")]);
    assert_eq!(recording.start.as_deref(), Some("2016-06-01T18:15:25.777"));
    assert_eq!(recording.comments, ["Time zone of the start: -04:00", "Software: 2.1.7", "Recorder: KardiaMobile 6L"]);
    assert!(recording.warnings.is_empty(), "{:?}", recording.warnings);
}

#[test]
fn two_wrong_checksums_are_known_and_others_are_not() {
    let form = block(*b"fmt ", &FORM);
    let samples = block(*b"ecg ", &counts(&[-1, -300, 5]));
    let last = |block: &[u8], change: u32| {
        let (data, sum) = block.split_at(block.len() - 4);
        let sum = u32::from_le_bytes(sum.try_into().unwrap());
        [data, sum.wrapping_add(change).to_le_bytes().as_slice()].concat()
    };
    // Bytes 0xFF, 0xFF, 0xD4 and 0xFE are each 256 less where they are taken as signed.
    for (bytes, severity) in [
        (file(&[last(&form, 256), samples.clone()]), Severity::Note),
        (file(&[last(&form, 256_u32.wrapping_neg()), samples.clone()]), Severity::Note),
        (file(&[form.clone(), last(&samples, (4 * 256_u32).wrapping_neg())]), Severity::Note),
        (file(&[form.clone(), last(&samples, 1)]), Severity::Data),
    ] {
        let recording = read_bytes(&bytes).unwrap();
        assert_eq!(
            (recording.warnings.len(), recording.warnings[0].severity),
            (1, severity),
            "{:?}",
            recording.warnings
        );
        assert_eq!(recording.signals[0].values()[2], 0.0025);
    }
}

#[test]
fn odd_blocks_are_read_with_a_warning() {
    let form = block(*b"fmt ", &FORM);
    let samples = block(*b"ecg ", &counts(&[1, 2]));
    let cases = [
        (file(&[form.clone(), block(*b"ecg ", &[1, 0, 2, 0, 3])]), "odd number of bytes"),
        (file(&[form.clone(), samples.clone(), block(*b"ecg ", &counts(&[9, 9]))]), "are there again"),
        (file(&[form.clone(), samples.clone(), block(*b"odd ", &[1])]), "of unknown kind"),
        (file(&[form.clone(), samples.clone(), block(*b"ecg2", &counts(&[1]))]), "differ in length"),
        (file(&[form.clone(), samples.clone(), block(*b"ann ", &marks(0, &[(1, 1)]))]), "no ticks"),
        (file(&[form.clone(), samples.clone(), block(*b"ann ", &marks(300, &[(1, 1)])[..9])]), "last mark"),
        (file(&[form, samples.clone(), block(*b"info", b"yesterday")]), "the date is none"),
        (file(&[block(*b"fmt ", &[1, 0x2C, 1, 0xF4, 1, 1, 0, 0]), samples.clone()]), "polarity"),
        (file(&[block(*b"fmt ", &[1, 0x2C, 1, 0, 0, 0, 0, 0]), samples]), "no resolution"),
    ];
    for (bytes, message) in cases {
        let recording = read_bytes(&bytes).unwrap();
        assert!(
            places(&recording).iter().any(|(_, text)| text.contains(message)),
            "{message}: {:?}",
            recording.warnings
        );
        let Samples::Digital { counts, .. } = &recording.signals[0].samples else { panic!("counts") };
        assert_eq!(counts.to_vec(), [1, 2]);
    }
}

#[test]
fn what_cannot_be_read_is_said() {
    let samples = block(*b"ecg ", &counts(&[1, 2]));
    assert!(read_bytes(&file(std::slice::from_ref(&samples))).unwrap_err().wants_rate());
    let hints = Hints { rate: Some(300.0), unit: None };
    let bytes = file(std::slice::from_ref(&samples));
    let recording = read(&InputFile { name: "a.atc", bytes: &bytes }, &hints, &Limits::default()).unwrap();
    assert_eq!((recording.signals[0].rate, recording.signals[0].unit()), (300.0, &Unit::Unknown));
    let error = read_bytes(&file(&[block(*b"fmt ", &[2, 0x2C, 1, 0xF4, 1, 0, 0, 0]), samples])).unwrap_err();
    assert!(matches!(error, Error::Unsupported { .. }), "{error}");
    let error = read_bytes(&file(&[block(*b"fmt ", &FORM)])).unwrap_err();
    assert!(error.to_string().contains("no block of samples"), "{error}");
}

#[test]
fn a_cut_anywhere_keeps_whole_samples() {
    let bytes = file(&[block(*b"info", &info()), block(*b"fmt ", &FORM), block(*b"ecg ", &counts(&[5; 40]))]);
    let data = bytes.len() - 4 - 80;
    for length in 0..bytes.len() {
        match read_bytes(&bytes[..length]) {
            Ok(recording) => {
                assert_eq!(recording.signals[0].len(), ((length - data) / 2).min(40), "{length}");
                assert!(recording.warnings.iter().any(|warning| warning.severity == Severity::Data), "{length}");
            }
            Err(_) => assert!(length < data + 2, "{length}"),
        }
    }
}

#[test]
fn a_length_that_lies_takes_no_memory() {
    let mut bytes = file(&[block(*b"fmt ", &FORM), block(*b"ecg ", &counts(&[1, 2]))]);
    let length = bytes.len() - 4 - 4 - 4;
    bytes[length..length + 4].copy_from_slice(&u32::MAX.to_le_bytes());
    let recording = read_bytes(&bytes).unwrap();
    assert_eq!(recording.signals[0].len(), 4, "what was the checksum is within the length");
}
