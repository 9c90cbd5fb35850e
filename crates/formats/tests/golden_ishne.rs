//! ISHNE against values of ecgdatakit 2.0.3 (`golden/ishne.json`; those of biosig there begin 149 frames late and are not used),
//! and its annotation file against a plain walk through the documented layout.

mod common;

use formats::{Hints, InputFile, Limits};

const HOLTER: &str = "ishne/ECG_P28_first20000.ecg";
const BEATS: &str = "ishne/ECG_P28.01.ann";

#[test]
fn every_lead_gives_the_values_of_another_reader() {
    let Some(golden) = common::golden("ishne.json") else { return };
    let recording = common::one_shared(HOLTER).unwrap();
    let leads = golden["files"][HOLTER]["leads"].as_array().unwrap();
    assert_eq!(recording.signals.len(), leads.len());
    for (signal, lead) in recording.signals.iter().zip(leads) {
        assert_eq!(signal.lead.name(), lead["name"].as_str().unwrap());
        common::compare_lead(&format!("{HOLTER} {}", signal.lead), signal, lead);
    }
    assert!(recording.warnings.is_empty(), "{:?}", recording.warnings);
    assert_eq!(recording.start.as_deref(), Some("2000-01-01T07:00:00"));
    assert_eq!((recording.patient.sex, recording.patient.born.as_deref()), (None, None));
}

#[test]
fn the_beats_beside_a_holter_are_its_annotations() {
    let Some(golden) = common::golden("ishne.json") else { return };
    let golden = &golden["files"][BEATS];
    let folder = common::shared("data/formats").unwrap();
    let bytes = [HOLTER, BEATS].map(|name| std::fs::read(folder.join(name)).unwrap());
    let files = [InputFile { name: HOLTER, bytes: &bytes[0] }, InputFile { name: BEATS, bytes: &bytes[1] }];
    for files in [files, [files[1], files[0]]] {
        let outcome = formats::read(&files, &Hints::default(), &Limits::default());
        assert!(outcome.failures.is_empty(), "{:?}", outcome.failures);
        let recording = &outcome.recordings[0];
        assert_eq!(recording.source.files, [HOLTER, BEATS]);
        assert_eq!(recording.annotations.len() as u64, golden["n_beats"].as_u64().unwrap());
        let mut sample = golden["first"].as_i64().unwrap();
        for (annotation, expected) in recording.annotations.iter().zip(golden["first8"].as_array().unwrap()) {
            sample += expected[2].as_i64().unwrap();
            assert_eq!(annotation.code, expected[0].as_str().unwrap());
            assert_eq!((annotation.sample, annotation.time), (Some(sample), sample as f64 / 1000.0));
        }
        let last = recording.annotations.last().unwrap();
        assert_eq!(last.sample, golden["sum_toc"].as_i64());
    }
    let alone = common::read_shared(BEATS).unwrap();
    assert!(alone.failures[0].error.wants_file(), "{:?}", alone.failures);
}
