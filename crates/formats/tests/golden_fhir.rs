//! FHIR SampledData against the values of `golden/fhir.json`: the standard's arithmetic in another language; and XML against JSON.

mod common;

use common::{compare_lead, golden, one_shared};
use ecg::{Lead, Samples, Severity, Unit};
use serde_json::Value;

#[test]
fn every_sample_file_gives_the_golden_values() {
    let Some(golden) = golden("fhir.json") else { return };
    let mut compared = 0;
    for (name, file) in golden["files"].as_object().unwrap() {
        let recording = one_shared(name).unwrap();
        let leads = file["leads"].as_array().unwrap();
        assert_eq!(recording.signals.len(), leads.len(), "{name}");
        for (signal, lead) in recording.signals.iter().zip(leads) {
            let what = format!("{name} {}", signal.label);
            assert_eq!(signal.label, lead["name"].as_str().unwrap(), "{what}");
            let unit = if lead["unit"] == "uV" { Unit::Microvolt } else { Unit::Unknown };
            assert_eq!(*signal.unit(), unit, "{what}");
            // A missing sample has no number to compare.
            let values = signal.values();
            let first = lead["first8"].as_array().unwrap();
            for (value, expected) in values.iter().zip(first) {
                assert_eq!(value.is_nan(), expected.is_null(), "{what}");
                let difference = value - expected.as_f64().unwrap_or(*value);
                assert!(value.is_nan() || difference.abs() < 1e-9, "{what}: {value} is not {expected}");
            }
            let mut lead = lead.clone();
            lead["first8"] = Value::from(first.iter().take_while(|one| !one.is_null()).cloned().collect::<Vec<_>>());
            compare_lead(&what, signal, &lead);
            let missing: usize = signal.missing.iter().map(|(from, to)| to - from).sum();
            assert_eq!(Some(missing as u64), lead["nan"].as_u64(), "{what}");
            assert!(matches!(signal.samples, Samples::Digital { .. }), "{what}: whole tokens are counts");
            compared += 1;
        }
    }
    assert_eq!(compared, 27);
}

#[test]
fn missing_samples_are_counted_by_their_mark() {
    let Some(recording) = one_shared("fhir/synth_R4_EUL_11.json") else { return };
    let warning = &recording.warnings[0];
    let expected =
        "samples that count as missing: 1 E (error), 1 U (above the limit of 400), 1 L (below the limit of -400)";
    assert_eq!((warning.message.as_str(), warning.severity), (expected, Severity::Data));
    assert_eq!(recording.warnings.len(), 12);
    let wrong = ["unit", "origin"].iter().any(|word| recording.warnings.iter().any(|one| one.message.contains(word)));
    assert!(!wrong, "{:?}", recording.warnings);
}

#[test]
fn an_origin_applied_the_right_way_is_not_questioned() {
    let Some(recording) = one_shared("fhir/synth_R5_interval_origin_11.json") else { return };
    assert!(recording.warnings.is_empty(), "{:?}", recording.warnings);
    assert_eq!(recording.start.as_deref(), Some("2026-01-01T12:00:00Z"));
    assert_eq!(recording.lead(&Lead::AVF).unwrap().label, "MDC_ECG_ELEC_POTL_AVF");
}

#[test]
fn the_standard_s_own_example_is_questioned() {
    let Some(recording) = one_shared("fhir/hl7_observation-example-sample-data.json") else { return };
    let doubted =
        |one: &&ecg::Warning| one.severity == Severity::Data && one.message.contains("lie around its origin of 2048");
    assert_eq!(recording.warnings.iter().filter(doubted).count(), 3, "{:?}", recording.warnings);
    assert_eq!(recording.start.as_deref(), Some("2015-02-19T09:30:35+01:00"));
    assert_eq!(recording.patient.id.as_deref(), Some("Patient/f001"));
    let leads: Vec<&Lead> = recording.signals.iter().map(|signal| &signal.lead).collect();
    assert_eq!(leads, [&Lead::I, &Lead::II, &Lead::III]);
}

#[test]
fn what_was_read_is_written_and_read_again() {
    for name in ["hl7_observation-example-sample-data.json", "synth_R4_EUL_11.json", "synth_R5_interval_origin_11.json"]
    {
        let Some(recording) = one_shared(&format!("fhir/{name}")) else { return };
        let bytes = formats::fhir::write(&recording).unwrap();
        let file = formats::InputFile { name: "b.json", bytes: &bytes };
        let again = formats::fhir::read(&file, &formats::Hints::default(), &formats::Limits::default()).unwrap();
        assert_eq!(again[0].start, recording.start);
        for (one, other) in again[0].signals.iter().zip(&recording.signals) {
            assert_eq!((&one.lead, one.rate, &one.missing), (&other.lead, other.rate, &other.missing));
            let (one, other) = (one.values(), other.values());
            assert!(one.iter().zip(&other).all(|(a, b)| (a.is_nan() && b.is_nan()) || (a - b).abs() < 1e-9), "{name}");
        }
    }
}

/// FHIR's JSON as its XML (hl7.org/fhir/json.html): a key is an element, a list repeats it, a plain value is an attribute, and a
/// resource stands in an element of its type.
fn as_xml(name: &str, value: &Value, xml: &mut String) {
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    match value {
        Value::Array(items) => items.iter().for_each(|item| as_xml(name, item, xml)),
        Value::Object(fields) => {
            let kind = fields.get("resourceType").and_then(Value::as_str);
            let opening = kind.map_or(String::new(), |kind| format!("<{kind} xmlns=\"http://hl7.org/fhir\">"));
            let closing = kind.map_or(String::new(), |kind| format!("</{kind}>"));
            let (before, after) = if name.is_empty() {
                (String::new(), String::new())
            } else {
                (format!("<{name}>"), format!("</{name}>"))
            };
            xml.push_str(&(before + &opening));
            fields.iter().filter(|(key, _)| *key != "resourceType").for_each(|(key, value)| as_xml(key, value, xml));
            xml.push_str(&(closing + &after));
        }
        Value::String(text) => xml.push_str(&["<", name, " value=\"", &escaped(text), "\"/>\n"].concat()),
        other => xml.push_str(&["<", name, " value=\"", &other.to_string(), "\"/>\n"].concat()),
    }
}

#[test]
fn every_sample_file_gives_the_same_recordings_as_xml() {
    let Some(folder) = common::shared("data/formats/fhir") else { return };
    let read = |name: &str, bytes: &[u8]| {
        let file = formats::InputFile { name, bytes };
        assert_eq!(formats::probe("a", bytes), Some(formats::Format::Fhir), "{name}");
        formats::fhir::read(&file, &formats::Hints::default(), &formats::Limits::default()).unwrap()
    };
    let mut compared = 0;
    for (name, json) in common::read_folder(&folder) {
        let recordings = read(&name, &json);
        let written = recordings.iter().map(|one| formats::fhir::write(one).unwrap());
        for json in written.chain([json.clone()]) {
            let mut xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>".to_owned();
            as_xml("", &serde_json::from_slice(&json).unwrap(), &mut xml);
            assert_eq!(read(&name, xml.as_bytes()), read(&name, &json), "{name}");
            compared += 1;
        }
    }
    assert_eq!(compared, 6);
}
