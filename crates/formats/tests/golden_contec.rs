//! Contec ECG90A against the public converter RigacciOrg/ecg-contec (`golden/contec.json`) and its EDF twin.

mod common;

use ecg::{Counts, Lead, Samples, Severity, Signal};

/// Counts from the zero line, as the converter prints them.
fn centred(signal: &Signal) -> Counts {
    let Samples::Digital { counts, scale } = &signal.samples else { panic!("counts") };
    counts.iter().map(|count| count - scale.baseline as i32).collect()
}

#[test]
fn every_lead_gives_the_values_of_the_public_converter() {
    let Some(golden) = common::golden("contec.json") else { return };
    for (name, file) in golden["files"].as_object().unwrap() {
        let recording = common::one_shared(name).unwrap();
        assert_eq!(recording.start.as_deref().unwrap(), file["timestamp"].as_str().unwrap().replace(' ', "T"));
        let mut left_out = 0;
        for expected in file["leads"].as_array().unwrap() {
            let lead = Lead::from_label(expected["name"].as_str().unwrap());
            let what = format!("{name} {lead}");
            if expected["all_null_0x6800"] == true {
                assert!(recording.lead(&lead).is_none(), "{what}");
                left_out += 1;
                continue;
            }
            let signal = recording.lead(&lead).unwrap_or_else(|| panic!("{what}"));
            assert_eq!(signal.derived, !matches!(lead, Lead::II | Lead::III), "{what}");
            assert_eq!(signal.len() as u64, expected["n"].as_u64().unwrap(), "{what}");
            match lead {
                Lead::I | Lead::II | Lead::III => {
                    let mut counts = centred(signal);
                    if signal.derived {
                        // Derived counts have twice the gain, so that halves are whole.
                        counts = counts.iter().map(|count| count / 2).collect();
                    }
                    assert_eq!(common::sha256_of_counts(&counts), expected["sha256_i32le"].as_str().unwrap(), "{what}");
                    let mut physical = signal.clone();
                    physical.samples = Samples::Physical { values: signal.values(), unit: signal.unit().clone() };
                    common::compare_lead(&what, &physical, expected);
                }
                _ => {
                    // The converter halves whole counts and cuts the rest: half a count of 0.005 mV.
                    let values: Vec<f64> = signal.millivolts().unwrap().into_iter().map(f64::from).collect();
                    for (value, expected) in values.iter().zip(expected["first8"].as_array().unwrap()) {
                        assert!(
                            (value - expected.as_f64().unwrap()).abs() < 0.0025 + 1e-6,
                            "{what}: {value} {expected}"
                        );
                    }
                    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
                    let greatest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                    for (value, part) in [(least, "min"), (greatest, "max")] {
                        assert!(
                            (value - expected[part].as_f64().unwrap()).abs() < 0.0025 + 1e-6,
                            "{what}: {part} {value}"
                        );
                    }
                }
            }
        }
        assert_eq!(left_out, 6, "{name}");
        assert!(recording.warnings.iter().any(|warning| warning.message.contains("V1, V2, V3, V4, V5, V6")), "{name}");
        assert_eq!(recording.warnings.len(), 1, "{:?}", recording.warnings);
    }
}

#[test]
fn the_twin_in_edf_has_the_same_counts() {
    let Some(recording) = common::one_shared("contec/0000050.ECG") else { return };
    let twin = common::one_shared("contec/0000050.ECG.edf").unwrap();
    for lead in [Lead::II, Lead::III] {
        let Samples::Digital { counts, .. } = &twin.lead(&lead).unwrap().samples else { panic!("counts") };
        assert_eq!(&centred(recording.lead(&lead).unwrap()), counts, "{lead}");
    }
    // The converter's header states other limits than the recorder has, and is questioned for it.
    assert!(twin.warnings.iter().any(|warning| warning.severity == Severity::Data));
}
