//! Sections 9 and 12 to 18.

use ecg::{Counts, Lead, Samples, Severity, Unit};

use super::builder::*;
use super::describe::OF_MAKER;
use super::*;

fn read_all(bytes: &[u8]) -> Result<Vec<Recording>, Error> {
    read(&InputFile { name: "x/a.scp", bytes }, &Hints::default(), &Limits::default())
}

fn rhythm() -> [(u16, Vec<u8>); 2] {
    [(3, leads(4, &[(1, 3, 2)])), (6, streams(5000, 2000, 0, 0, &[plain(&[1, 2, 3])]))]
}

const TWO: [(u8, u16); 2] = [(2, 500), (64, 1000)];

fn frames(count: i32, factor: i32) -> Vec<Vec<i32>> {
    (0..count).map(|sample| vec![(sample - 2) * factor, -sample * factor]).collect()
}

#[test]
fn a_long_rhythm_of_every_width_is_read_in_turn() {
    for (width, factor) in [(1, 3), (2, 1_000), (3, 250_000), (4, 70_000_000)] {
        let section = long(1000, width, [b"", b""], &TWO, &frames(30, factor));
        let recordings = read_all(&record(30, &[(12, section)])).unwrap();
        let [recording] = &recordings[..] else { panic!("one recording") };
        let [two, foot] = &recording.signals[..] else { panic!("two leads") };
        assert_eq!((&two.lead, &foot.lead, two.rate, two.start), (&Lead::II, &Lead::AVF, 1000.0, 0.0));
        for (signal, expected, gain) in [
            (two, (0..30).map(|sample| (sample - 2) * factor).collect::<Vec<i32>>(), 2000.0),
            (foot, (0..30).map(|sample| -sample * factor).collect(), 1000.0),
        ] {
            let Samples::Digital { counts, scale } = &signal.samples else { panic!("counts") };
            assert_eq!((counts.to_vec(), scale.gain, &scale.unit), (expected, gain, &Unit::Millivolt), "{width}");
            assert_eq!(matches!(counts, Counts::Narrow(_)), width <= 2);
        }
        assert_eq!(recording.start.as_deref(), Some("2023-02-28T23:59:58"));
        let [note] = &recording.warnings[..] else { panic!("{:?}", recording.warnings) };
        assert!(note.severity == Severity::Note && note.message.contains("no device's file was seen"), "{note}");
    }
}

#[test]
fn two_blocks_and_an_even_byte_before_and_after_are_passed_over() {
    let mut section = long(250, 1, [b"some", b"notes"], &[(1, 5000)], &[vec![7], vec![-8], vec![9]]);
    for even in [false, true] {
        if even {
            assert_eq!(section.len() % 2, 0);
            section = long(250, 1, [b"some", b"note"], &[(1, 5000)], &[vec![7], vec![-8], vec![9]]);
            section.push(0);
        }
        let recordings = read_all(&record(30, &[(12, section.clone())])).unwrap();
        assert_eq!(recordings[0].signals[0].values(), [0.035, -0.04, 0.045]);
    }
}

#[test]
fn a_long_rhythm_beside_a_short_one_is_a_recording_of_its_own() {
    let person = [
        vec![0, 4, 0],
        b"Doe\0".to_vec(),
        vec![25, 4, 0, 0xe7, 7, 2, 28, 26, 3, 0, 23, 59, 58, 34, 5, 0, 60, 0, 0, 0, 0],
    ];
    let [three, six] = rhythm();
    let twelve = (12, long(500, 2, [b"", b""], &TWO, &frames(9, 1)));
    let recordings = read_all(&record(30, &[(1, person.concat()), three, six, twelve])).unwrap();
    let [short, long] = &recordings[..] else { panic!("two recordings") };
    assert_eq!((short.name.as_str(), long.name.as_str()), ("a", "a (long rhythm)"));
    assert_eq!((short.signals[0].len(), long.signals[0].len()), (3, 9));
    assert_eq!((&short.patient, &short.start), (&long.patient, &long.start));
    assert_eq!(long.start.as_deref(), Some("2023-02-28T23:59:58+01:00"));
}

#[test]
fn a_long_rhythm_beside_a_broken_one_is_kept() {
    let [three, _] = rhythm();
    let six = (6, streams(5000, 2000, 3, 0, &[plain(&[1, 2, 3])]));
    let twelve = (12, long(500, 2, [b"", b""], &TWO, &frames(9, 1)));
    let recordings = read_all(&record(30, &[three, six, twelve])).unwrap();
    let [recording] = &recordings[..] else { panic!("one recording") };
    let warned = recording.warnings.iter().any(|one| one.place == "Section 6" && one.severity == Severity::Data);
    assert!(warned && recording.signals[0].len() == 9, "{:?}", recording.warnings);
}

#[test]
fn another_layout_does_not_pass_for_the_known_one() {
    let good = long(500, 2, [b"", b""], &TWO, &frames(9, 1));
    let [three, six] = rhythm();
    let cases = [
        vec![0; 20],
        vec![0; 200],
        [good.clone(), vec![0; 2]].concat(),
        good[..good.len() - 4].to_vec(),
        long(500, 0, [b"", b""], &TWO, &[]),
        long(500, 2, [b"", b""], &[], &[]),
    ];
    for (case, section) in cases.into_iter().enumerate() {
        let alone = read_all(&record(30, &[(12, section.clone())])).unwrap_err();
        assert!(
            alone.to_string().contains("Section 12") || matches!(alone, Error::Truncated { .. }),
            "{case}: {alone}"
        );
        let beside = read_all(&record(30, &[three.clone(), six.clone(), (12, section)])).unwrap();
        let warned = beside[0].warnings.iter().any(|one| one.place == "Section 12" && one.severity == Severity::Data);
        assert!(beside.len() == 1 && warned, "{case}: {:?}", beside[0].warnings);
    }
}

#[test]
fn a_long_rhythm_that_is_cut_keeps_whole_samples_and_asks_for_no_memory() {
    let bytes = record(30, &[(12, long(500, 3, [b"", b""], &TWO, &frames(40, 1)))]);
    let whole = read_all(&bytes).unwrap();
    let mut kept = 0;
    for length in 0..bytes.len() {
        let Ok(cut) = read_all(&bytes[..length]) else { continue };
        kept += 1;
        assert!(cut[0].warnings.iter().any(|one| one.message.contains("states 40 samples of each lead")), "{length}");
        for (signal, all) in cut[0].signals.iter().zip(&whole[0].signals) {
            assert_eq!(signal.values(), all.values()[..signal.len()], "{length}");
        }
    }
    assert_eq!(kept, 39 * 6);
    // 4000 million samples in a short section are not believed.
    let mut lying = long(500, 2, [b"", b""], &TWO, &frames(9, 1));
    lying[5..9].fill(0xFF);
    assert!(matches!(read_all(&record(30, &[(12, lying)])), Err(Error::Unsupported { .. })));
    let limits = Limits { samples: 50, ..Limits::default() };
    assert!(matches!(
        read(&InputFile { name: "a", bytes: &bytes }, &Hints::default(), &limits),
        Err(Error::Limit { .. })
    ));
}

#[test]
fn a_long_rhythm_without_rate_or_size_asks_for_them() {
    let bytes = record(30, &[(12, long(0, 2, [b"", b""], &[(1, 0)], &[vec![1], vec![2]]))]);
    assert!(read_all(&bytes).unwrap_err().wants_rate());
    let hints = Hints { rate: Some(250.0), unit: None };
    let recordings = read(&InputFile { name: "a", bytes: &bytes }, &hints, &Limits::default()).unwrap();
    assert_eq!((recordings[0].signals[0].rate, recordings[0].signals[0].unit()), (250.0, &Unit::Unknown));
    assert!(recordings[0].warnings.iter().any(|one| one.message.contains("unit is unknown")));
}

#[test]
fn the_makers_words_are_statements_of_their_own_system() {
    let [three, six] = rhythm();
    let eight = [vec![0; 8], vec![1, 1, 3, 0], b"ok\0".to_vec()].concat();
    let nine = |bytes: &[u8]| {
        let parts = [three.clone(), six.clone(), (8, eight.clone()), (9, bytes.to_vec())];
        let recording = read_all(&record(20, &parts)).unwrap().remove(0);
        let stated: Vec<(String, String)> =
            recording.statements.iter().map(|one| (one.system.clone(), one.text.clone())).collect();
        let [note] = &recording.warnings[..] else { panic!("{:?}", recording.warnings) };
        assert_eq!((note.place.as_str(), note.severity), ("Section 9", Severity::Note));
        (stated, note.message.clone())
    };
    let plain = ("text".to_owned(), "ok".to_owned());
    let (stated, note) = nine(b"Sinus rhythm\0Normal ECG\0");
    let own = |text: &str| (OF_MAKER.to_owned(), text.to_owned());
    assert_eq!(stated, [plain.clone(), own("Sinus rhythm"), own("Normal ECG")]);
    assert!(note.contains("of its 24 bytes 2 texts were kept as statements, 0 bytes"), "{note}");
    let (stated, note) = nine(&[1, 0, 2, 0xFF]);
    assert_eq!(stated, [plain]);
    assert!(note.contains("0 texts were kept as statements, 3 bytes are neither"), "{note}");
}

#[test]
fn later_sections_of_version_3_are_named() {
    let [three, six] = rhythm();
    let recording = read_all(&record(30, &[three, six, (13, vec![1; 4]), (18, vec![1; 4])])).unwrap().remove(0);
    let [note] = &recording.warnings[..] else { panic!("{:?}", recording.warnings) };
    assert!(note.message.contains("sections [13, 18] of version 3"), "{note}");
}
