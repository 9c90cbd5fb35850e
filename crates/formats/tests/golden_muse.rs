//! MUSE against base64 and struct of Python, which ecgdatakit agrees with (`golden/muse.json`).

mod common;

use serde_json::Value;

#[test]
fn every_stored_and_derived_lead_of_rhythm_and_median_is_the_golden_one() {
    let Some(golden) = common::golden("muse.json") else { return };
    let mut compared = 0;
    for (name, file) in golden["files"].as_object().unwrap() {
        let recording = common::one_shared(name).unwrap();
        for waveform in file["waveforms"].as_array().unwrap() {
            let kind = waveform["type"].as_str().unwrap();
            let signals = if kind == "Rhythm" { &recording.signals } else { &recording.representative_beats };
            let leads = |part: &str| waveform[part].as_array().unwrap().clone();
            let all: Vec<Value> = [leads("leads_stored"), leads("leads_derived")].concat();
            assert_eq!(signals.len(), all.len(), "{name} {kind}");
            for lead in all {
                let label = lead["name"].as_str().unwrap();
                let signal = signals.iter().find(|signal| signal.lead.name() == label).unwrap();
                assert_eq!(signal.derived, lead["rule"].is_string(), "{name} {kind} {label}");
                common::compare_lead(&format!("{name} {kind} {label}"), signal, &lead);
                compared += 1;
            }
        }
        assert!(recording.warnings.is_empty(), "{name}: {:?}", recording.warnings);
    }
    assert_eq!(compared, 72);
}

#[test]
fn persons_starts_statements_and_marks_are_read() {
    let Some(recording) = common::one_shared("muse/guangxi_teaching_sinus_rhythm.xml") else { return };
    assert_eq!(recording.start.as_deref(), Some("2024-01-01T10:35:17"));
    assert_eq!((recording.patient.age, recording.patient.sex), (Some(11), Some(ecg::Sex::Male)));
    let systems: Vec<&str> = recording.statements.iter().map(|one| one.system.as_str()).collect();
    assert_eq!((systems.len(), systems[0], systems[4]), (5, "text", "text, before overreading"));
    assert_eq!(recording.statements[0].text, "窦性心律");
    assert!(recording.measurements.iter().any(|one| one.name == "QTCorrected" && one.value == 417.0));
    let marked = common::one_shared("muse/braveheart_example1.xml").unwrap();
    assert_eq!((marked.annotations.len(), marked.annotations[7].time), (8, 9.312));
}

/// The DICOM file was made of the MUSE file; it is compared where DICOM is read.
#[test]
fn the_dicom_twin_holds_the_same_counts() {
    let Some(muse) = common::one_shared("muse/synthetic_muse.xml") else { return };
    let twin = common::read_shared("dicom/ecg2dcm_synthetic_muse.dcm").unwrap();
    let Some(twin) = twin.recordings.first() else {
        eprintln!("skipped: DICOM is not read here");
        return;
    };
    for signal in muse.signals.iter().filter(|signal| !signal.derived) {
        let other = twin.lead(&signal.lead).unwrap();
        let counts = |signal: &ecg::Signal| match &signal.samples {
            ecg::Samples::Digital { counts, .. } => counts.to_vec(),
            ecg::Samples::Physical { .. } => Vec::new(),
        };
        assert_eq!(counts(signal), counts(other), "{}", signal.label);
        assert_eq!((signal.rate, signal.len()), (other.rate, 5000));
    }
}
