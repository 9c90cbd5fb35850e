//! NumPy files built here.

use ecg::{Counts, Samples, Unit};
use proptest::prelude::*;

use super::*;

const BOTH: Hints = Hints { rate: Some(500.0), unit: Some(Unit::Millivolt) };

fn file(dictionary: &str, data: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x93NUMPY\x01\0".to_vec();
    bytes.extend((dictionary.len() as u16).to_le_bytes());
    bytes.extend(dictionary.bytes());
    bytes.extend(data);
    bytes
}

fn dictionary(kind: &str, fortran: bool, shape: &str) -> String {
    let fortran = if fortran { "True" } else { "False" };
    format!("{{'descr': '{kind}', 'fortran_order': {fortran}, 'shape': {shape}, }}  \n")
}

fn read_bytes(bytes: &[u8]) -> Result<Recording, Error> {
    read(&InputFile { name: "a.npy", bytes }, &BOTH, &Limits::default()).map(|mut all| all.remove(0))
}

fn counts(count: i16) -> Vec<u8> {
    (0..count).flat_map(i16::to_le_bytes).collect()
}

#[test]
fn the_longer_axis_is_time_in_either_order() {
    for (fortran, shape, second) in [
        (false, "(5, 2)", [1.0, 3.0]),
        (true, "(5, 2)", [5.0, 6.0]),
        (false, "(2, 5)", [5.0, 6.0]),
        (true, "(2, 5)", [1.0, 3.0]),
    ] {
        let recording = read_bytes(&file(&dictionary("<i2", fortran, shape), &counts(10))).unwrap();
        assert_eq!((recording.signals.len(), recording.signals[0].len()), (2, 5), "{shape}");
        assert_eq!(recording.signals[1].values()[..2], second, "{shape} {fortran}");
        assert!(matches!(&recording.signals[0].samples, Samples::Digital { counts: Counts::Narrow(_), .. }));
    }
}

#[test]
fn what_is_no_array_of_numbers_is_refused() {
    for kind in ["|O", "<c16", "<M8[ns]", "|V8", "", "i2", "<i3", "<f16"] {
        let error = read_bytes(&file(&dictionary(kind, false, "(5, 2)"), &counts(40))).unwrap_err();
        assert!(matches!(error, Error::Unsupported { .. }), "{kind}: {error}");
    }
    let structure = "{'descr': [('a', '<i2')], 'fortran_order': False, 'shape': (5,)}";
    assert!(matches!(read_bytes(&file(structure, &counts(10))), Err(Error::Unsupported { .. })));
    let mut version = file(&dictionary("<i2", false, "(5,)"), &counts(5));
    version[6] = 9;
    assert!(matches!(read_bytes(&version), Err(Error::Unsupported { .. })));
}

#[test]
fn a_header_that_is_no_dictionary_of_three_keys_is_an_error() {
    for text in [
        "",
        "{",
        "{}",
        "{'descr': '<i2'}",
        "{'descr': '<i2', 'fortran_order': 1, 'shape': (5,)}",
        "{'descr': '<i2', 'fortran_order': False, 'shape': (-5,)}",
        "{'descr': '<i2', 'fortran_order': False, 'shape': 5}",
        "{'descr': '<i2', 'fortran_order': False, 'shape': (5 5)}",
        "{'descr': '<i2' 'fortran_order': False, 'shape': (5,)}",
        "{'other': '<i2'}",
        "{'descr': '<i2', 'fortran_order': False, 'shape': (99999999999999999999999,)}",
        "{'descr': '<i2', 'fortran_order': False, 'shape': (4294967296, 4294967296, 16)}",
        "{'descr': '<U99999999999999999999', 'fortran_order': False, 'shape': (2,)}",
        "{'descr': '<U4611686018427387905', 'fortran_order': False, 'shape': (2,)}",
    ] {
        assert!(read_bytes(&file(text, &counts(10))).is_err(), "{text}");
    }
    let many = format!("{{'descr': '<i2', 'fortran_order': False, 'shape': ({})}}", "1,".repeat(2000));
    assert!(read_bytes(&file(&many, &counts(1))).is_err());
}

#[test]
fn every_cut_gives_the_whole_samples_with_a_warning_or_an_error() {
    let header = dictionary("<i2", false, "(5, 2)");
    let whole = file(&header, &counts(10));
    let start = whole.len() - 20;
    for length in 0..whole.len() {
        match read_bytes(&whole[..length]) {
            Ok(recording) => {
                assert_eq!(recording.signals[1].len(), (length - start) / 4, "{length}");
                assert!(recording.warnings.iter().any(|warning| warning.message.contains("ends before")), "{length}");
            }
            Err(_) => assert!(length < start + 4, "{length}"),
        }
    }
    // Lead after lead, whole leads are left; of many recordings whole recordings.
    let leads = read_bytes(&file(&dictionary("<i2", false, "(2, 5)"), &counts(8))).unwrap();
    assert_eq!((leads.signals.len(), leads.signals[0].len()), (1, 5));
    let many = file(&dictionary("<i2", false, "(3, 20, 2)"), &counts(90));
    let all = read(&InputFile { name: "a.npy", bytes: &many }, &BOTH, &Limits::default()).unwrap();
    assert_eq!(all.iter().map(|recording| recording.signals[0].len()).collect::<Vec<_>>(), [20, 20]);
}

#[test]
fn extents_beyond_the_limits_are_refused_before_memory_is_taken() {
    let huge = file(&dictionary("<i2", false, "(100000000, 12)"), &counts(24));
    assert!(matches!(read_bytes(&huge), Err(Error::Limit { .. })));
    let wide = file(&dictionary("<i2", false, "(600, 600)"), &counts(24));
    assert!(matches!(read_bytes(&wide), Err(Error::Limit { .. })));
}

#[test]
fn values_that_are_no_numbers_are_missing() {
    let values = [0.5_f64, f64::NAN, f64::INFINITY, 1.0, f64::NAN];
    let data: Vec<u8> = values.iter().flat_map(|value| value.to_be_bytes()).collect();
    let recording = read_bytes(&file(&dictionary(">f8", false, "(5,)"), &data)).unwrap();
    assert_eq!(recording.signals[0].missing, [(1, 3), (4, 5)]);
}

#[test]
fn texts_rate_gain_and_unit_of_an_archive_speak_of_its_samples() {
    let wide = |text: &str| text.chars().flat_map(|letter| (letter as u32).to_be_bytes()).collect::<Vec<u8>>();
    let members = [
        ("x.npz/ecg.npy", file(&dictionary("<i2", false, "(5, 2)"), &counts(10))),
        ("x.npz/Sampling_Rate.npy", file(&dictionary("<i4", false, "()"), &250_i32.to_le_bytes())),
        ("x.npz/sig_name.npy", file(&dictionary(">U2", false, "(2,)"), &wide("V1II"))),
        ("x.npz/units.npy", file(&dictionary("|S2", false, "()"), b"mV")),
        ("x.npz/gain.npy", file(&dictionary("<f4", false, "(2,)"), &[200_f32, 100.0].map(f32::to_le_bytes).concat())),
        ("x.npz/baseline.npy", file(&dictionary("<i8", false, "(1,)"), &2_i64.to_le_bytes())),
        ("x.npz/objects.npy", file(&dictionary("|O", false, "(2,)"), b"cposix\nsystem\n")),
        ("x.npz/age.npy", file(&dictionary("|u1", false, "()"), &[61])),
        ("x.npz/sex.npy", file(&dictionary("|S6", false, "()"), b"female")),
    ];
    let files: Vec<InputFile> = members.iter().map(|(name, bytes)| InputFile { name, bytes }).collect();
    let outcome = crate::read(&files, &Hints::default(), &Limits::default());
    assert!(outcome.failures.is_empty(), "{:?}", outcome.failures);
    let recording = &outcome.recordings[0];
    let leads: Vec<&str> = recording.signals.iter().map(|signal| signal.lead.name()).collect();
    assert_eq!((leads, recording.signals[0].rate), (vec!["V1", "II"], 250.0));
    assert_eq!(recording.signals[0].values(), [-0.01, 0.0, 0.01, 0.02, 0.03]);
    assert_eq!(recording.signals[1].values()[0], -0.01);
    assert_eq!((recording.patient.age, recording.patient.sex), (Some(61), Some(ecg::Sex::Female)));
    assert!(recording.warnings.is_empty(), "{:?}", recording.warnings);
}

#[test]
fn arrays_that_are_named_after_leads_are_one_recording() {
    let lead = |bytes: Vec<u8>| file(&dictionary("<i2", false, "(5,)"), &bytes);
    let members = [
        ("x.npz/II.npy", lead(counts(5))),
        ("x.npz/V1.npy", lead(counts(10)[10..].to_vec())),
        ("x.npz/time.npy", file(&dictionary("<i2", false, "(6,)"), &counts(6))),
    ];
    let files: Vec<InputFile> = members.iter().map(|(name, bytes)| InputFile { name, bytes }).collect();
    let recording = &crate::read(&files, &BOTH, &Limits::default()).recordings[0];
    assert_eq!(recording.signals.iter().map(|signal| signal.lead.name()).collect::<Vec<_>>(), ["II", "V1"]);
    assert_eq!(recording.signals[1].values(), [5.0, 6.0, 7.0, 8.0, 9.0]);
}

#[test]
fn archives_without_samples_or_with_refused_ones_say_so() {
    let scalar = file(&dictionary("<i2", false, "()"), &[1, 0]);
    let object = file(&dictionary("|O", false, "(2,)"), b"x");
    let outcome = |members: &[(&str, &[u8])]| {
        let files: Vec<InputFile> = members.iter().map(|(name, bytes)| InputFile { name, bytes }).collect();
        crate::read(&files, &BOTH, &Limits::default()).failures[0].clone()
    };
    assert_eq!(outcome(&[("x.npz/fs.npy", &scalar)]).files, ["x.npz"]);
    assert!(matches!(outcome(&[("x.npz/fs.npy", &scalar), ("x.npz/o.npy", &object)]).error, Error::Unsupported { .. }));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_header_makes_the_reader_panic(text in "[{}\\[\\]()'\":,a-zTF0-9<>|= ]{0,120}", extra in prop::collection::vec(any::<u8>(), 0..60)) {
        let _ = read_bytes(&file(&text, &extra));
        let _ = read_bytes(&file(&dictionary("<f2", false, &format!("({text})")), &extra));
    }
}
