//! HL7 aECG against the values of `golden/aecg.json`: the standard's arithmetic in another language, checked against ecgdatakit.

mod common;

use common::{compare_lead, golden, one_shared, read_shared};
use ecg::{Lead, Severity, Sex};

#[test]
fn every_sample_file_gives_the_golden_values() {
    let Some(golden) = golden("aecg.json") else { return };
    let mut compared = 0;
    for (name, file) in golden["files"].as_object().unwrap() {
        let all = file["series"].as_array().unwrap();
        if all.is_empty() {
            let outcome = read_shared(name).unwrap();
            assert!(outcome.recordings.is_empty() && outcome.failures.len() == 1, "{name}");
            continue;
        }
        let recording = one_shared(name).unwrap();
        assert_eq!(recording.source.format, "HL7 aECG");
        for series in all {
            let signals = match series["kind"].as_str().unwrap() {
                "series" => &recording.signals,
                _ => &recording.representative_beats,
            };
            let leads = series["leads"].as_array().unwrap();
            assert_eq!(signals.len(), leads.len(), "{name}");
            for (signal, lead) in signals.iter().zip(leads) {
                assert_eq!(signal.label, lead["name"].as_str().unwrap(), "{name}");
                compare_lead(&format!("{name} {}", signal.label), signal, lead);
                compared += 1;
            }
        }
        assert!(
            recording.warnings.iter().all(|warning| warning.severity == Severity::Note),
            "{:?}",
            recording.warnings
        );
    }
    assert!(compared >= 75, "only {compared} leads were compared");
}

#[test]
fn the_person_the_start_and_the_marks_of_the_guide_s_example_are_read() {
    for name in ["aecg/fda_subject1_0.xml", "aecg/hl7_Example_aECG.xml"] {
        let Some(recording) = one_shared(name) else { return };
        assert_eq!(recording.start.as_deref(), Some("2002-11-22T09:10:00"), "{name}");
        assert_eq!(recording.patient.sex, Some(Sex::Male), "{name}");
        assert_eq!(recording.patient.born.as_deref(), Some("1953-05-08"), "{name}");
        let measured = |code: &str| recording.measurements.iter().find(|one| one.name == code).map(|one| one.value);
        assert_eq!(measured("MDC_ECG_TIME_PD_QT"), Some(420.0), "{name}: {:?}", recording.measurements);
        assert_eq!(measured("MDC_ECG_ANGLE_QRS_FRONT"), Some(-61.0), "{name}");
        let onset = "MDC_ECG_WAVC_PWAVE onset in the representative beat";
        assert_eq!(measured(onset), Some(286.0), "{name}: {:?}", recording.measurements);
        let has = |code: &str, time: f64, duration: Option<f64>, lead: Option<Lead>| {
            recording.annotations.iter().any(|mark| {
                let same = |a: Option<f64>, b: Option<f64>| match (a, b) {
                    (Some(a), Some(b)) => (a - b).abs() < 1e-9,
                    (a, b) => a.is_none() && b.is_none(),
                };
                mark.code == code
                    && (mark.time - time).abs() < 1e-9
                    && same(mark.duration, duration)
                    && mark.lead == lead
            })
        };
        assert!(has("MDC_ECG_RHY_SINUS_RHY", 0.0, Some(10.0), None), "{name}");
        assert!(has("MDC_ECG_BEAT_NORMAL", 0.27, None, None), "{name}: {:?}", recording.annotations.first());
        assert!(has("MDC_ECG_WAVC_PWAVE", 0.122, Some(0.102), None), "{name}");
        assert!(has("MDC_ECG_WAVC_TWAVE", 0.69, None, None), "{name}");
        assert!(has("MDC_ECG_TIME_PD_QT", 0.27, None, None), "{name}");
    }
    let Some(recording) = one_shared("aecg/fda_subject1_0.xml") else { return };
    assert_eq!(recording.patient.id.as_deref(), Some("subject1"));
    assert_eq!(recording.patient.age, Some(46));
    let peak = recording.annotations.iter().find(|mark| mark.code == "MDC_ECG_WAVC_PEAK").unwrap();
    assert_eq!((peak.time, peak.text.as_str(), &peak.lead), (0.332, "MDC_ECG_WAVC_RWAVE", &Some(Lead::I)));
}

#[test]
fn the_measurements_and_statements_of_a_device_are_read() {
    let Some(recording) = one_shared("aecg/liryc_hl7aecg_example.xml") else { return };
    assert_eq!(recording.start.as_deref(), Some("2025-09-23T10:35:50"));
    let texts: Vec<&str> = recording.statements.iter().map(|statement| statement.text.as_str()).collect();
    assert_eq!(texts[0], "Rythme sinusal avec ESA");
    assert!(texts.iter().any(|text| text.contains("sexe/l'âge")), "{texts:?}");
    let measured = |name: &str, lead: Option<Lead>| {
        let found = recording.measurements.iter().find(|one| one.name == name && one.lead == lead);
        found.map(|one| (one.value, one.unit.as_str()))
    };
    assert_eq!(measured("MDC_ECG_HEART_RATE", None), Some((57.0, "bpm")));
    assert_eq!(measured("MINDRAY_ECG_TIME_PD_QTcH", None), Some((413.0, "ms")));
    assert_eq!(measured("MINDRAY_R_AMP", Some(Lead::I)), Some((535.0, "uV")));
}

#[test]
fn a_file_cut_anywhere_gives_its_whole_leads() {
    let Some(folder) = common::shared("data/formats/aecg") else { return };
    let bytes = std::fs::read(folder.join("hl7_Example_aECG.xml")).unwrap();
    let whole = one_shared("aecg/hl7_Example_aECG.xml").unwrap();
    for eighth in 1..8 {
        let part = &bytes[..bytes.len() / 8 * eighth];
        let file = formats::InputFile { name: "a.xml", bytes: part };
        let limits = formats::Limits::default();
        let Ok(recordings) = formats::aecg::read(&file, &formats::Hints::default(), &limits) else { continue };
        let recording = &recordings[0];
        assert_eq!(recording.signals[..], whole.signals[..recording.signals.len()]);
        assert!(recording.warnings.iter().any(|warning| warning.severity == Severity::Data));
    }
}

#[test]
fn what_was_read_is_written_and_read_again() {
    for name in ["aecg/hl7_Example_aECG.xml", "aecg/liryc_hl7aecg_example.xml"] {
        let Some(recording) = one_shared(name) else { return };
        let bytes = formats::aecg::write(&recording).unwrap();
        let file = formats::InputFile { name: "b.xml", bytes: &bytes };
        let again = formats::aecg::read(&file, &formats::Hints::default(), &formats::Limits::default()).unwrap();
        assert_eq!(again[0].representative_beats, recording.representative_beats);
        assert_eq!(again[0].signals, recording.signals);
        assert_eq!((&again[0].start, &again[0].measurements), (&recording.start, &recording.measurements));
        assert_eq!(again[0].statements, recording.statements);
        assert_eq!(again[0].annotations.len(), recording.annotations.len());
        for (one, other) in again[0].annotations.iter().zip(&recording.annotations) {
            assert!((one.time - other.time).abs() < 1e-9, "{one:?} {other:?}");
            assert_eq!((&one.code, &one.text, &one.lead), (&other.code, &other.text, &other.lead));
        }
    }
}
