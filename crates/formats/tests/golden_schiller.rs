//! Schiller against ElementTree of Python on a synthetic file (`golden/schiller.json`); no independent reader was
//! asked.

mod common;

#[test]
fn every_lead_of_rhythm_and_average_is_the_golden_one() {
    let Some(golden) = common::golden("schiller.json") else { return };
    let mut compared = 0;
    for (name, file) in golden["files"].as_object().unwrap() {
        let recording = common::one_shared(name).unwrap();
        for block in file["wavedata"].as_array().unwrap() {
            let is_rhythm = block["type"] == "ECG_RHYTHMS";
            let signals = if is_rhythm { &recording.signals } else { &recording.representative_beats };
            let leads = block["leads"].as_array().unwrap();
            assert_eq!(signals.len(), leads.len(), "{name}");
            for (signal, lead) in signals.iter().zip(leads) {
                assert_eq!(signal.label, lead["name"].as_str().unwrap());
                common::compare_lead(&format!("{name} {}", signal.label), signal, lead);
                compared += 1;
            }
        }
        assert!(recording.warnings.is_empty(), "{name}: {:?}", recording.warnings);
        assert_eq!(recording.start.as_deref(), Some("2026-01-01T12:00:00"));
    }
    assert_eq!(compared, 24);
}
