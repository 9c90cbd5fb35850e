//! MFER against values of ecgdatakit 2.0.3 (`golden/mfer.json`).

mod common;

use ecg::Severity;

#[test]
fn every_lead_gives_the_values_of_another_reader() {
    let Some(golden) = common::golden("mfer.json") else { return };
    for (name, file) in golden["files"].as_object().unwrap() {
        let recording = common::one_shared(name).unwrap();
        let leads = file["leads"].as_array().unwrap();
        assert_eq!(recording.signals.len(), leads.len(), "{name}");
        for (signal, lead) in recording.signals.iter().zip(leads) {
            assert_eq!(signal.lead.name(), lead["name"].as_str().unwrap(), "{name}");
            // A missing sample is a null there; it is compared apart.
            let mut plain = lead.clone();
            let first = plain["first8"].as_array_mut().unwrap();
            first.truncate(first.iter().position(serde_json::Value::is_null).unwrap_or(first.len()));
            common::compare_lead(&format!("{name} {}", signal.lead), signal, &plain);
            assert!((first_values(lead).iter().zip(signal.values())).all(|(null, value)| *null == value.is_nan()));
            let missing: usize = signal.missing.iter().map(|(from, to)| to - from).sum();
            assert_eq!(missing as u64, lead["nan"].as_u64().unwrap(), "{name}");
        }
        let data = recording.warnings.iter().filter(|warning| warning.severity == Severity::Data).count();
        assert_eq!(data, 0, "{name}: {:?}", recording.warnings);
    }
}

/// Which of the first samples are missing.
fn first_values(lead: &serde_json::Value) -> Vec<bool> {
    lead["first8"].as_array().unwrap().iter().map(serde_json::Value::is_null).collect()
}

#[test]
fn what_stands_beside_the_samples_is_kept() {
    let Some(recording) = common::one_shared("mfer/sample.mwf") else { return };
    assert_eq!(
        recording.comments,
        ["Preamble: Standard 12leads ECG", "Equipment: Suzuken Co. Ltd CVS-01 1.21", "Atternate Mode Test Version."]
    );
}
