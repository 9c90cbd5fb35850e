use super::*;
use crate::{Format, probe};

/// A file of `rows` rows: II counts up from the zero line, III is 10 above it, V1 lacks its electrode in the second row, V2 always.
fn file(rows: u16) -> Vec<u8> {
    let mut bytes = b"0000037\0\0\x002020-11-15 12:59:50\0\0\0TESTSUB\0\x00\x36\x49".to_vec();
    assert_eq!(bytes.len(), HEADER);
    for row in 0..rows {
        let first = if row == 1 { 0x6800 } else { 2050 };
        let counts = [2048 + row, 2058, first, 0x6800, 2051, 2052, 2053, 2054];
        bytes.extend(counts.iter().flat_map(|count| count.to_le_bytes()));
    }
    bytes.resize(bytes.len() + FOOTER, 0);
    bytes
}

fn read_bytes(bytes: &[u8]) -> Result<Recording, Error> {
    read(&InputFile { name: "x/a.ECG", bytes }, &Hints::default(), &Limits::default())
}

#[test]
fn a_file_is_known_by_its_date_and_its_end() {
    let bytes = file(3);
    assert_eq!(probe("a.dat", &bytes), Some(Format::Contec));
    assert_eq!((score(&bytes), score(&bytes[..bytes.len() - 1])), (90, 60));
    for (at, byte) in [(10, b'x'), (14, b'/'), (8, b'1'), (29, b' '), (40, 7)] {
        let mut other = bytes.clone();
        other[at] = byte;
        assert_eq!(score(&other), 0, "{at}");
    }
}

#[test]
fn leads_person_and_gaps_come_out() {
    let recording = read_bytes(&file(4)).unwrap();
    let leads: Vec<_> = recording.signals.iter().map(|signal| (signal.lead.name(), signal.derived)).collect();
    let expected = ["I", "II", "III", "aVR", "aVL", "aVF", "V1", "V3", "V4", "V5", "V6"];
    assert_eq!(leads, expected.map(|name| (name, ["I", "aVR", "aVL", "aVF"].contains(&name))));
    let value = |lead| recording.lead(&lead).unwrap().values()[3];
    // 5 µV a count: II is 15, III 50, so that I = II - III is -35.
    assert_eq!((value(Lead::II), value(Lead::III), value(Lead::I)), (15.0, 50.0, -35.0));
    assert_eq!((value(Lead::AVR), value(Lead::AVL), value(Lead::AVF)), (10.0, -42.5, 32.5));
    assert_eq!(recording.lead(&Lead::V1).unwrap().missing, [(1, 2)]);
    assert_eq!(recording.start.as_deref(), Some("2020-11-15T12:59:50"));
    let patient = &recording.patient;
    assert_eq!((patient.id.as_deref(), patient.name.as_deref()), (Some("0000037"), Some("TESTSUB")));
    assert_eq!((patient.sex, patient.age), (Some(Sex::Female), Some(54)));
    assert_eq!(recording.warnings.len(), 1);
    assert!(recording.warnings[0].message.contains("for V2;"), "{:?}", recording.warnings);
}

#[test]
fn a_limb_lead_that_is_off_leaves_the_derived_ones_missing() {
    let mut bytes = file(4);
    bytes[HEADER + ROW..][..2].copy_from_slice(&0x6800_u16.to_le_bytes());
    let recording = read_bytes(&bytes).unwrap();
    for lead in [Lead::I, Lead::II, Lead::AVR, Lead::AVL, Lead::AVF] {
        assert_eq!(recording.lead(&lead).unwrap().missing, [(1, 2)], "{lead}");
    }
    assert!(recording.lead(&Lead::III).unwrap().missing.is_empty());
}

#[test]
fn counts_beyond_the_recorder_are_kept_with_a_warning() {
    let mut bytes = file(4);
    bytes[HEADER..][..2].copy_from_slice(&5000_u16.to_le_bytes());
    let recording = read_bytes(&bytes).unwrap();
    assert_eq!(recording.lead(&Lead::II).unwrap().values()[0], (5000.0 - 2048.0) * 5.0);
    assert!(recording.warnings.iter().any(|warning| warning.place == "lead II"));
}

#[test]
fn no_electrode_at_all_and_no_row_are_refused() {
    let mut bytes = file(2);
    bytes[HEADER..HEADER + 2 * ROW].copy_from_slice(&[0x00, 0x68].repeat(16));
    assert!(read_bytes(&bytes).unwrap_err().to_string().contains("electrode on"));
    assert!(matches!(read_bytes(&file(0)), Err(Error::Truncated { .. })));
}

#[test]
fn a_cut_anywhere_keeps_the_whole_rows() {
    let bytes = file(6);
    for length in 0..bytes.len() {
        match read_bytes(&bytes[..length]) {
            Ok(recording) => {
                let rows = ((length - HEADER) / ROW).min(6);
                assert_eq!(recording.lead(&Lead::III).unwrap().len(), rows, "{length}");
                assert!(recording.warnings.iter().any(|warning| warning.severity == Severity::Data), "{length}");
            }
            Err(_) => assert!(length < HEADER + ROW, "{length}"),
        }
    }
}

#[test]
fn a_name_beyond_ascii_is_gbk_and_said_to_be() {
    let of = |name: &[u8; 8]| {
        let mut bytes = file(4);
        bytes[32..40].copy_from_slice(name);
        let recording = read_bytes(&bytes).unwrap();
        let said = recording.warnings.iter().find(|warning| warning.place == "byte 32").map(|one| one.message.clone());
        (recording.patient.name.unwrap_or_default(), said.unwrap_or_default())
    };
    let (name, said) = of(b"\xd5\xc5\xce\xb0\0\0\0\0");
    assert_eq!((name.as_str(), said.contains("read as GBK")), ("张伟", true));
    let (name, said) = of(b"A\xff\0\0\0\0\0\0");
    assert_eq!((name.as_str(), said.contains("no GBK")), ("A\u{FFFD}", true));
    assert_eq!(of(b"TESTSUB\0"), ("TESTSUB".to_owned(), String::new()));
}
