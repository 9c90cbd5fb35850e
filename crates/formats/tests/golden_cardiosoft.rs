//! CardioSoft against ElementTree, which ecg2dcm agrees with (`golden/cardiosoft.json`).

mod common;

use ecg::Lead;

#[test]
fn every_lead_of_strip_and_median_is_the_golden_one() {
    let Some(golden) = common::golden("cardiosoft.json") else { return };
    let mut compared = 0;
    for (name, file) in golden["files"].as_object().unwrap() {
        let outcome = common::read_shared(name).unwrap();
        assert!(outcome.failures.is_empty(), "{name}: {:?}", outcome.failures);
        let first = &outcome.recordings[0];
        assert!(first.warnings.is_empty(), "{name}: {:?}", first.warnings);
        for block in file["blocks"].as_array().unwrap() {
            let kind = block["block"].as_str().unwrap();
            let signals = match kind {
                "StripData" => &first.signals,
                "MedianSamples" => &first.representative_beats,
                _ => continue,
            };
            let leads = block["leads"].as_array().unwrap();
            assert_eq!(signals.len(), leads.len(), "{name} {kind}");
            for (signal, lead) in signals.iter().zip(leads) {
                assert_eq!(signal.label, lead["name"].as_str().unwrap());
                common::compare_lead(&format!("{name} {kind} {}", signal.label), signal, lead);
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 24);
}

/// No independent reader gives the full disclosure; Einthoven's rule holds in no other layout.
#[test]
fn the_full_disclosure_keeps_einthovens_rule() {
    let Some(outcome) = common::read_shared("cardiosoft/ecgprocess_example-XML1.xml") else { return };
    let [strip, disclosure] = outcome.recordings.as_slice() else { panic!("{}", outcome.recordings.len()) };
    assert_eq!((disclosure.signals.len(), disclosure.duration()), (12, 16.0));
    let values = |lead: Lead| disclosure.lead(&lead).unwrap().values();
    let (one, two, three) = (values(Lead::I), values(Lead::II), values(Lead::III));
    assert!(one.iter().zip(&two).zip(&three).all(|((one, two), three)| two - one == *three));
    assert_eq!((disclosure.annotations.len(), disclosure.annotations[1].time), (4, 9.7));
    assert_eq!((strip.annotations.len(), strip.annotations[0].time), (8, 0.8));
    assert_eq!(strip.start.as_deref(), Some("2018-07-19T14:19:39"));
    assert_eq!(strip.statements[0].text, "Sinus bradycardia");
    let of_v4 = strip.measurements.iter().find(|one| one.name == "RAmplitude" && one.lead == Some(Lead::V4)).unwrap();
    assert_eq!((of_v4.value, of_v4.unit.as_str()), (1879.0, "uV"));
}
