//! Mortara ELI against base64 and struct of Python, which ecgdatakit agrees with, on a synthetic file
//! (`golden/mortara.json`).

mod common;

#[test]
fn every_lead_is_the_golden_one() {
    let Some(golden) = common::golden("mortara.json") else { return };
    for (name, file) in golden["files"].as_object().unwrap() {
        let recording = common::one_shared(name).unwrap();
        let leads = file["leads"].as_array().unwrap();
        assert_eq!((recording.signals.len(), leads.len()), (12, 12), "{name}");
        for (signal, lead) in recording.signals.iter().zip(leads) {
            assert_eq!(signal.label, lead["name"].as_str().unwrap());
            common::compare_lead(&format!("{name} {}", signal.label), signal, lead);
        }
        assert!(recording.warnings.is_empty(), "{name}: {:?}", recording.warnings);
        assert_eq!((recording.start.as_deref(), recording.patient.age), (Some("2026-01-01T12:00:00"), Some(50)));
    }
}
