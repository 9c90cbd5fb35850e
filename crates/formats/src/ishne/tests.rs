use ecg::{Lead, Recording, Severity, Sex, Unit};

use super::*;
use crate::{Format, Outcome, probe};

/// A Holter of two leads, II and V5, at 200 Hz, whose samples begin behind a text; `frames` frames of count n and -n.
fn holter(frames: i16) -> Vec<u8> {
    let text = b"Recorder worn\nat night\0";
    let mut bytes = b"ISHNE1.0\0\0".to_vec();
    bytes.extend((text.len() as i32).to_le_bytes());
    bytes.extend(i32::from(frames).to_le_bytes());
    bytes.extend(522_i32.to_le_bytes());
    bytes.extend((522 + text.len() as i32).to_le_bytes());
    bytes.extend(1_i16.to_le_bytes());
    bytes.resize(28, 0);
    for (text, width) in [("Anna", 40), ("Meier", 40), ("P-7", 20)] {
        let from = bytes.len();
        bytes.extend(text.chars().map(|letter| letter as u8));
        bytes.resize(from + width, 0);
    }
    let mut fields = vec![2_i16, 1, 29, 2, 1960, 1, 12, 2009, 2, 12, 2009, 7, 30, 5, 2];
    fields.extend([6, 15]);
    fields.extend([-9; 10]);
    fields.extend([1, 3]);
    fields.extend([-9; 10]);
    fields.extend([5000, 2500]);
    fields.extend([-9; 10]);
    fields.push(5);
    bytes.extend(fields.iter().flat_map(|field| field.to_le_bytes()));
    bytes.extend(b"digital");
    bytes.resize(272, 0);
    bytes.extend(200_i16.to_le_bytes());
    bytes.resize(522, 0);
    bytes.extend(text);
    bytes.extend((1..=frames).flat_map(|count| [count, -count]).flat_map(i16::to_le_bytes));
    seal(bytes)
}

/// With the checksum that belongs to it.
fn seal(mut bytes: Vec<u8>) -> Vec<u8> {
    let data = i32::from_le_bytes([bytes[22], bytes[23], bytes[24], bytes[25]]) as usize;
    let sum = header::checksum(&bytes[10..data]);
    bytes[8..10].copy_from_slice(&sum.to_le_bytes());
    bytes
}

fn with(mut bytes: Vec<u8>, at: usize, field: &[u8]) -> Vec<u8> {
    bytes[at..at + field.len()].copy_from_slice(field);
    seal(bytes)
}

/// Beats of the Holter: label, and samples since the last.
fn beats(first: u32, marks: &[(u8, u8, u16)]) -> Vec<u8> {
    let mut bytes = holter(0);
    bytes[..8].copy_from_slice(b"ANN  1.0");
    bytes.extend(first.to_le_bytes());
    for (label, own, since) in marks {
        bytes.extend([*label, *own]);
        bytes.extend(since.to_le_bytes());
    }
    bytes
}

fn read_bytes(bytes: &[u8]) -> Result<Recording, Error> {
    read(&InputFile { name: "folder/a.ecg", bytes }, &Hints::default(), &Limits::default())
}

fn read_together(files: &[(&str, &[u8])]) -> Outcome {
    let files: Vec<InputFile> = files.iter().map(|(name, bytes)| InputFile { name, bytes }).collect();
    crate::read(&files, &Hints::default(), &Limits::default())
}

#[test]
fn the_checksum_is_that_of_the_standard() {
    assert_eq!(header::checksum(b"123456789"), 0x29B1);
}

#[test]
fn every_field_of_the_header_comes_out() {
    let bytes = holter(5);
    assert_eq!(probe("a.dat", &bytes), Some(Format::Ishne));
    let recording = read_bytes(&bytes).unwrap();
    assert_eq!((recording.name.as_str(), recording.start.as_deref()), ("a", Some("2009-12-01T07:30:05")));
    let patient = &recording.patient;
    assert_eq!((patient.name.as_deref(), patient.id.as_deref()), (Some("Anna Meier"), Some("P-7")));
    assert_eq!((patient.sex, patient.born.as_deref()), (Some(Sex::Female), Some("1960-02-29")));
    assert_eq!(
        recording.comments,
        ["Pacemaker: dual chamber, bipolar", "Recorder: digital", "Recorder worn", "at night"]
    );
    let leads: Vec<_> =
        recording.signals.iter().map(|signal| (&signal.lead, signal.rate, signal.values()[4])).collect();
    assert_eq!(leads, [(&Lead::II, 200.0, 0.025), (&Lead::V5, 200.0, -0.0125)]);
    // Noise of the second lead, and nothing else.
    let warnings: Vec<_> = recording.warnings.iter().map(|warning| warning.place.as_str()).collect();
    assert_eq!(warnings, ["lead V5"]);
}

#[test]
fn a_name_beyond_ascii_is_read_and_said() {
    let recording = read_bytes(&seal(with(holter(5), 69, b"\xfcller"))).unwrap();
    assert_eq!(recording.patient.name.as_deref(), Some("Anna Müller"));
    let places: Vec<_> = recording.warnings.iter().map(|warning| warning.place.as_str()).collect();
    assert_eq!(places, ["byte 69", "lead V5"]);
}

#[test]
fn codes_of_leads_name_them() {
    for (code, name) in [
        (5, "I"),
        (7, "III"),
        (10, "aVF"),
        (11, "V1"),
        (16, "V6"),
        (2, "X bipolar"),
        (19, "AI"),
        (0, "lead 4"),
        (-9, "lead 4"),
    ] {
        let (lead, label) = lead_of(code, 4);
        assert_eq!((lead.name(), label.as_str()), (name, name));
    }
}

#[test]
fn the_bytes_decide_how_many_samples_there_are() {
    let read_with = |stated: i32| read_bytes(&with(holter(10), 14, &stated.to_le_bytes())).unwrap();
    let severity = |recording: &Recording| recording.warnings.first().map(|warning| warning.severity);
    for (stated, expected) in [
        // One number for both leads together.
        (20, Some(Severity::Note)),
        (9, Some(Severity::Data)),
        (0, Some(Severity::Data)),
        (-1, Some(Severity::Data)),
        (i32::MAX, Some(Severity::Data)),
    ] {
        let recording = read_with(stated);
        assert_eq!((recording.signals[1].len(), severity(&recording)), (10, expected), "{stated}");
    }
}

#[test]
fn a_wrong_checksum_is_a_note_and_none_is_none() {
    let mut bytes = holter(3);
    bytes[8] ^= 1;
    let places =
        |bytes: &[u8]| read_bytes(bytes).unwrap().warnings.into_iter().map(|warning| warning.place).collect::<Vec<_>>();
    assert_eq!(places(&bytes), ["byte 8", "lead V5"]);
    bytes[8..10].fill(0);
    assert_eq!(places(&bytes), ["lead V5"]);
}

#[test]
fn what_is_not_stated_is_asked_for_or_left_open() {
    let no_rate = with(holter(3), 272, &[0, 0]);
    assert!(read_bytes(&no_rate).unwrap_err().wants_rate());
    let hints = Hints { rate: Some(128.0), unit: None };
    let recording = read(&InputFile { name: "a.ecg", bytes: &no_rate }, &hints, &Limits::default()).unwrap();
    assert_eq!(recording.signals[0].rate, 128.0);
    let no_resolution = read_bytes(&with(holter(3), 206, &(-9_i16).to_le_bytes())).unwrap();
    assert_eq!(no_resolution.signals[0].unit(), &Unit::Unknown);
    let no_dates = read_bytes(&with(holter(3), 132, &[0xF7, 0xFF].repeat(6))).unwrap();
    assert_eq!((no_dates.start, no_dates.patient.born), (None, None));
}

#[test]
fn lying_headers_are_refused_or_repaired() {
    for leads in [0_i16, 13, -1, i16::MAX] {
        let error = read_bytes(&with(holter(3), 156, &leads.to_le_bytes())).unwrap_err();
        assert!(error.to_string().contains("1 to 12 leads"), "{error}");
    }
    for (at, value) in [(22, 0_i32), (22, -1), (22, i32::MIN)] {
        let mut bytes = holter(3);
        bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
        let recording = read_bytes(&bytes).unwrap();
        assert_eq!(recording.signals[0].values()[0], 0.005, "the text's end says where samples begin");
        assert_eq!(recording.warnings[0].place, "byte 22");
    }
    let mut bytes = holter(3);
    bytes[22..26].copy_from_slice(&i32::MAX.to_le_bytes());
    assert!(matches!(read_bytes(&bytes), Err(Error::Truncated { .. })));
    // The text may be said to lie anywhere and to be of any length.
    for (at, value) in [(10, i32::MAX), (10, -1), (18, i32::MAX), (18, i32::MIN)] {
        let recording = read_bytes(&with(holter(3), at, &value.to_le_bytes())).unwrap();
        assert!(recording.warnings.iter().any(|warning| warning.place == "byte 10"), "{at} {value}");
    }
}

#[test]
fn a_cut_anywhere_keeps_the_whole_frames() {
    let bytes = holter(20);
    let data = bytes.len() - 20 * 4;
    for length in 0..bytes.len() {
        match read_bytes(&bytes[..length]) {
            Ok(recording) => {
                let frames = (length - data) / 4;
                assert_eq!(recording.signals.iter().map(Signal::len).collect::<Vec<_>>(), [frames; 2], "{length}");
                // Half of a file of two leads may as well be one that counts the samples of both.
                let is_cut = |warning: &Warning| warning.severity == Severity::Data || warning.place == "byte 14";
                assert!(recording.warnings.iter().any(is_cut), "{length}");
            }
            Err(error) => assert!(length < data + 4, "{length}: {error}"),
        }
    }
}

#[test]
fn beats_are_attached_to_their_holter() {
    let (ecg, ann) =
        (holter(400), beats(10, &[(b'N', b'#', 20), (b'V', b'a', 70), (b'!', b'#', 0xFFFF), (b'X', 0, 5)]));
    let outcome = read_together(&[("x/a.ann", &ann), ("x/a.ecg", &ecg), ("x/b.ecg", &ecg)]);
    assert!(outcome.failures.is_empty(), "{:?}", outcome.failures);
    let [first, second] = &outcome.recordings[..] else { panic!("two Holters") };
    assert_eq!((first.source.files.len(), second.annotations.len()), (2, 0));
    let marks: Vec<_> =
        first.annotations.iter().map(|mark| (mark.code.as_str(), mark.text.as_str(), mark.time, mark.sample)).collect();
    // A step over a long time is no beat.
    assert_eq!(
        marks,
        [
            ("N", "", 0.15, Some(30)),
            ("V", "premature ventricular beat a", 0.5, Some(100)),
            ("X", "artefact", 328.2, Some(65640))
        ]
    );
    assert!(first.warnings.iter().any(|warning| warning.message.contains("1 beats lie after")));
}

#[test]
fn beats_without_a_holter_ask_for_it_and_broken_ones_do_not_hide_it() {
    let ann = beats(0, &[(b'N', b'#', 20)]);
    let ecg = holter(40);
    let outcome = read_together(&[("a.ann", &ann), ("other/a.ecg", &ecg)]);
    assert_eq!(outcome.recordings.len(), 1);
    assert!(outcome.failures[0].error.wants_file(), "{:?}", outcome.failures);
    let outcome = read_together(&[("a.ann", &ann[..100]), ("a.ecg", &ecg)]);
    assert_eq!((outcome.recordings.len(), outcome.failures[0].files.as_slice()), (1, &["a.ann".to_owned()][..]));
    let outcome = read_together(&[("a.ann", &ann), ("a.ecg", &ecg[..600])]);
    assert_eq!(outcome.recordings.len(), 1, "a cut Holter keeps its beats");
    let outcome = read_together(&[("a.ann", &ann), ("a.ecg", &ecg[..500])]);
    assert_eq!(outcome.failures[0].files, ["a.ecg", "a.ann"]);
}

#[test]
fn a_cut_among_beats_keeps_the_whole_ones_and_too_many_are_refused() {
    let ann = beats(0, &[(b'N', b'#', 2); 30]);
    let whole = ann.len() - 30 * 4;
    let holter = read_bytes(&holter(400)).unwrap();
    for length in 0..ann.len() {
        let mut recording = holter.clone();
        let file = InputFile { name: "a.ann", bytes: &ann[..length] };
        match attach(&file, &mut recording, &Limits::default()) {
            Ok(()) => assert_eq!(recording.annotations.len(), (length - whole) / 4),
            Err(_) => assert!(length < whole && recording == holter, "{length}"),
        }
    }
    let limits = Limits { annotations: 29, ..Limits::default() };
    let file = InputFile { name: "a.ann", bytes: &ann };
    assert!(matches!(attach(&file, &mut holter.clone(), &limits), Err(Error::Limit { .. })));
}
