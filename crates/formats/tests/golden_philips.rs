//! Philips Sierra against sierraecg 0.4.0 (`golden/philips.json`), which keeps the pulse of calibration: it is put back
//! for comparing.

mod common;

use ecg::{Counts, Samples, Severity, Signal};

/// The pulse that all of these files end with, as it was seen in their golden values.
fn with_pulse(signal: &Signal) -> Signal {
    let Samples::Digital { counts, scale } = &signal.samples else { panic!("counts") };
    let pulse = [0; 50].into_iter().chain([200; 100]).chain([0; 50]);
    let counts: Counts = counts.iter().chain(pulse).collect();
    Signal { samples: Samples::Digital { counts, scale: scale.clone() }, ..signal.clone() }
}

#[test]
fn every_lead_with_its_pulse_and_every_representative_beat_is_the_golden_one() {
    let Some(golden) = common::golden("philips.json") else { return };
    let (mut compared, mut beats) = (0, 0);
    for (name, file) in golden["files"].as_object().unwrap() {
        let Some(leads) = file["leads"].as_array() else { continue };
        let recording = common::one_shared(name).unwrap();
        assert_eq!(recording.signals.len(), leads.len(), "{name}");
        for (signal, lead) in recording.signals.iter().zip(leads) {
            assert_eq!((signal.label.as_str(), signal.len()), (lead["name"].as_str().unwrap(), 5300), "{name}");
            common::compare_lead(&format!("{name} {}", signal.label), &with_pulse(signal), lead);
            compared += 1;
        }
        let [warning] = recording.warnings.as_slice() else { panic!("{name}: {:?}", recording.warnings) };
        assert!(warning.severity == Severity::Note && warning.message.contains("the last 200 samples"), "{warning}");
        for beat in file["repbeats"].as_array().into_iter().flatten() {
            let label = beat["name"].as_str().unwrap();
            let own = recording.representative_beats.iter().find(|own| own.label == label).unwrap();
            let Samples::Digital { counts, scale } = &own.samples else { panic!("counts") };
            assert_eq!(own.len() as u64, beat["n"].as_u64().unwrap(), "{name} {label}");
            assert_eq!(Some(own.rate), beat["rate_hz"].as_f64(), "{name} {label}");
            assert_eq!(Some(1.0 / scale.gain), beat["resolution"].as_f64(), "{name} {label}");
            assert_eq!(common::sha256_of_counts(counts), beat["sha256_i32le"].as_str().unwrap(), "{name} {label}");
            beats += 1;
        }
    }
    assert_eq!((compared, beats), (60, 48));
}

/// A document with its samples as numbers, 25 a line, as public readers write a packed one again: whole limb leads, no compression.
fn as_text(document: &str, signals: &[Signal]) -> String {
    let from = document.find("<parsedwaveforms").unwrap();
    let open = from + document[from..].find('>').unwrap();
    let close = document.find("</parsedwaveforms>").unwrap();
    let tag = document[from..open].replace("\"Base64\"", "\"Plain\"").replace("compression=\"XLI\"", "");
    let tag = tag.replace("compressflag=\"True\"", "compressflag=\"False\"");
    let mut text = String::new();
    for signal in signals {
        let Samples::Digital { counts, .. } = with_pulse(signal).samples else { panic!("counts") };
        for line in counts.to_vec().chunks(25) {
            text.extend(line.iter().map(|count| format!("{count} ")));
            text.push_str("\r\n");
        }
    }
    let begin = document.find("<restingecgdata").unwrap();
    format!("{}{tag}>{text}{}", &document[begin..from], &document[close..])
}

#[test]
fn the_same_recordings_as_numbers_in_plain_text_are_the_same() {
    let Some(folder) = common::shared("data/formats/philips") else { return };
    let mut compared = 0;
    for name in ["1_03_129DYPRG.XML", "1_03_repbeats_example.xml", "1_04_ad4d3d80_orig.xml", "1_04_01_2020-5-18.xml"] {
        let recording = common::one_shared(&format!("philips/{name}")).unwrap();
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let text = if bytes.starts_with(b"\xff\xfe") {
            let units: Vec<u16> = bytes.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit)).collect();
            String::from_utf16(&units).unwrap()
        } else {
            String::from_utf8(bytes).unwrap()
        };
        let plain = as_text(&text, &recording.signals);
        let file = formats::InputFile { name, bytes: plain.as_bytes() };
        let again = formats::philips::read(&file, &formats::Hints::default(), &formats::Limits::default()).unwrap();
        assert_eq!(again.signals, recording.signals, "{name}");
        assert_eq!(again.representative_beats, recording.representative_beats, "{name}");
        compared += again.signals.len();
    }
    assert_eq!(compared, 48);
}

#[test]
fn another_type_of_document_is_refused_by_its_name() {
    let Some(outcome) = common::read_shared("philips/invalid-doc-type.xml") else { return };
    assert!(outcome.recordings.is_empty());
    let error = outcome.failures[0].error.to_string();
    assert!(error.contains("a document of the type \"MortaraECG\", which is not read here"), "{error}");
}

#[test]
fn a_document_converted_to_another_format_is_none_of_these() {
    let Some(folder) = common::shared("data/formats") else { return };
    let bytes = std::fs::read(folder.join("philips/1_04_ad4d3d80_converted.xml")).unwrap();
    assert_ne!(formats::probe("a.xml", &bytes), Some(formats::Format::Philips));
}

#[test]
fn persons_starts_statements_and_measurements_are_read() {
    let Some(recording) = common::one_shared("philips/1_03_repbeats_example.xml") else { return };
    assert_eq!((recording.start.as_deref(), recording.patient.age), (Some("2011-12-01T07:27:34"), Some(50)));
    let texts: Vec<&str> = recording.statements.iter().map(|one| one.text.as_str()).collect();
    assert_eq!((texts[0], texts[3], texts[4]), ("Sinus bradycardia; rate< 50", ">>> Acute MI <<<", "ABNORMAL ECG"));
    let has = |name: &str, value: f64, lead: Option<ecg::Lead>| {
        recording.measurements.iter().any(|one| one.name == name && one.value == value && one.lead == lead)
    };
    assert!(has("meanqtint", 476.0, None) && has("qtintdispersion", 27.0, None));
    assert!(has("ramp", 912.0, Some(ecg::Lead::I)));
    let later = common::one_shared("philips/1_04_ad4d3d80_orig.xml").unwrap();
    assert_eq!((later.patient.sex, later.patient.name.as_deref()), (Some(ecg::Sex::Female), None));
    assert_eq!((later.statements[0].system.as_str(), later.statements[0].code.as_str()), ("Philips", "SB"));
}
