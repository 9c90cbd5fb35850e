//! DICOM against values of pydicom 3.0.2 (`golden/dicom.json`).

mod common;

use ecg::{Lead, Recording, Severity, Signal};

/// The golden leads of a group, in order.
fn compare(name: &str, signals: &[Signal], group: &serde_json::Value) {
    let leads = group["leads"].as_array().unwrap();
    assert_eq!(signals.len(), leads.len(), "{name}");
    for (signal, lead) in signals.iter().zip(leads) {
        let what = format!("{name} {} {}", group["label"], signal.label);
        assert_eq!(signal.label, lead["name"].as_str().unwrap(), "{what}");
        common::compare_lead(&what, signal, lead);
        assert!(signal.missing.is_empty() && signal.start == 0.0, "{what}");
    }
    let leads: Vec<Lead> = signals.iter().map(|signal| signal.lead.clone()).collect();
    assert_eq!(leads, Lead::TWELVE, "{name}");
}

#[test]
fn every_sample_file_gives_the_values_of_another_reader() {
    let Some(golden) = common::golden("dicom.json") else { return };
    let files = golden["files"].as_object().unwrap();
    for (name, file) in files {
        let recording = common::one_shared(name).unwrap();
        let groups = file["groups"].as_array().unwrap();
        assert_eq!(groups.len(), 2, "{name}");
        for group in groups {
            match group["originality"].as_str().unwrap() {
                "ORIGINAL" => compare(name, &recording.signals, group),
                _ => compare(name, &recording.representative_beats, group),
            }
        }
        assert_eq!(recording.source.format, "DICOM");
        let data = recording.warnings.iter().find(|warning| warning.severity == Severity::Data);
        assert_eq!(data, None, "{name}");
    }
    assert_eq!(files.len(), 4);
}

fn read(name: &str) -> Option<Recording> {
    common::one_shared(&format!("dicom/{name}"))
}

#[test]
fn what_a_device_says_beside_the_samples_is_read() {
    let Some(recording) = read("pydicom_waveform_ecg.dcm") else { return };
    assert_eq!(recording.start.as_deref(), Some("2013-01-25T10:59:19"));
    assert_eq!((recording.patient.age, recording.patient.sex), (Some(42), Some(ecg::Sex::Female)));
    assert_eq!(recording.patient.born.as_deref(), Some("1900-01-01"));
    let texts: Vec<&str> = recording.statements.iter().map(|statement| statement.text.as_str()).collect();
    assert_eq!(texts, ["RITMO SINUSALE", "ECG NORMALE"]);
    let measured = |name: &str| recording.measurements.iter().find(|measurement| measurement.name == name).unwrap();
    assert_eq!((measured("QT Interval").value, measured("QT Interval").unit.as_str()), (368.0, "ms"));
    assert_eq!((measured("QRS Axis").value, measured("QRS Axis").unit.as_str()), (52.0, "deg"));
    // 77 items: 2 texts, 9 numbers, 66 points, the first of which is sample 299 counted from 1.
    assert_eq!((recording.measurements.len(), recording.annotations.len()), (9, 66));
    let first = &recording.annotations[0];
    assert_eq!((first.text.as_str(), first.code.as_str(), first.time), ("P Onset", "5.10.3-1", 0.298));
    assert_eq!(first.sample, Some(298));
}

#[test]
fn marks_within_a_median_beat_are_measurements_and_no_marks_of_the_rhythm() {
    let Some(recording) = read("ecg2dcm_synthetic_muse.dcm") else { return };
    assert!(recording.annotations.is_empty(), "{:?}", recording.annotations);
    let measured =
        |name: &str| recording.measurements.iter().find(|measurement| measurement.name == name).unwrap().value;
    assert_eq!(measured("QRS duration global"), 86.0);
    assert_eq!(measured("P wave, start in the representative beat"), 294.0);
    assert_eq!(measured("P wave, end in the representative beat"), 376.0);
}

#[test]
fn a_padding_value_that_is_also_a_voltage_marks_nothing() {
    let Some(recording) = read("ecgtoolkit_Example.dcm") else { return };
    let said = recording.warnings.iter().any(|warning| warning.message.contains("padding value 0 lies amid"));
    assert!(said, "{:?}", recording.warnings);
    assert_eq!(recording.measurements[0].name, "PR Interval");
    // 5 points and 7 numbers among 96 empty items.
    assert_eq!((recording.annotations.len(), recording.statements.len()), (5, 0));
}

#[test]
fn written_again_every_sample_file_gives_the_same_recording() {
    let Some(golden) = common::golden("dicom.json") else { return };
    for name in golden["files"].as_object().unwrap().keys() {
        let recording = common::one_shared(name).unwrap();
        let bytes = formats::dicom::write(&recording).unwrap();
        let file = formats::InputFile { name, bytes: &bytes };
        let again = formats::dicom::read(&file, &formats::Hints::default(), &formats::Limits::default()).unwrap();
        assert_eq!(again.len(), 1, "{name}");
        let again = &again[0];
        assert_eq!(again.signals, recording.signals, "{name}");
        assert_eq!(again.representative_beats, recording.representative_beats, "{name}");
        assert_eq!(again.patient, recording.patient, "{name}");
        assert_eq!(again.start, recording.start, "{name}");
        assert_eq!(again.statements, recording.statements, "{name}");
        assert_eq!(again.measurements, recording.measurements, "{name}");
        assert_eq!(again.annotations, recording.annotations, "{name}");
        assert!(again.warnings.is_empty(), "{name}: {:?}", again.warnings);
    }
}
