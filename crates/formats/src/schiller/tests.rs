use ecg::{Lead, Unit};

use super::*;
use crate::vendor::testing::{counts, cut_everywhere, warned};

const CHILDREN: &str = "<samplerate><units>HZ</units><value>500</value><exponent>1</exponent></samplerate>\
    <yres><units>UV</units><unitperbit>5</unitperbit></yres>";

fn block(kind: &str, resolution: &str) -> String {
    let channel = |name: &str, data: &str| {
        format!("<channel><name>{name}</name><datastype>COMMASEPARATE</datastype><data>{data}</data></channel>")
    };
    let channels = channel("I", "1,-2,300,") + &channel("V1", "7,8,9");
    format!("<wavedata><type>{kind}</type><resolution>{resolution}</resolution>{channels}</wavedata>")
}

fn document(parts: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><com.xiriuz.sema.xml.schillerEDI.SchillerEDI><patdata><id>MRN-77</id><lastname>Doe</lastname>\
        <firstname>Jo</firstname><birthdate>19510203</birthdate><gender>MALE</gender></patdata><examdescript><startdatetime>\
        <date>20260101</date><time>120000</time></startdatetime></examdescript><eventdata><event>{parts}</event></eventdata>\
        </com.xiriuz.sema.xml.schillerEDI.SchillerEDI>"
    )
}

fn read_text(text: &str) -> Result<Recording, Error> {
    read(&InputFile { name: "folder/a.xml", bytes: text.as_bytes() }, &Hints::default(), &Limits::default())
}

#[test]
fn both_readings_of_rate_and_resolution_give_the_same() {
    for resolution in [CHILDREN, "<samplerate>500</samplerate><yres>5</yres>"] {
        let recording = read_text(&document(&block("ECG_RHYTHMS", resolution))).unwrap();
        let signal = recording.lead(&Lead::I).unwrap();
        assert_eq!((counts(signal), signal.rate, signal.unit()), (vec![1, -2, 300], 500.0, &Unit::Microvolt));
        assert_eq!(signal.values(), [5.0, -10.0, 1500.0]);
        assert!(recording.warnings.is_empty(), "{:?}", recording.warnings);
        assert_eq!(recording.start.as_deref(), Some("2026-01-01T12:00:00"));
        assert_eq!(
            (recording.patient.name.as_deref(), recording.patient.born.as_deref()),
            (Some("Jo Doe"), Some("1951-02-03"))
        );
    }
    let recording = read_text(&document(&block("ECG_RHYTHM", &CHILDREN.replace("UV", "MV")))).unwrap();
    assert_eq!(recording.signals[0].unit(), &Unit::Millivolt);
}

#[test]
fn an_unknown_exponent_is_a_warning() {
    let recording =
        read_text(&document(&block("ECG_RHYTHMS", &CHILDREN.replace("<exponent>1", "<exponent>2")))).unwrap();
    assert!(recording.signals[0].rate == 500.0 && warned(&recording, "an exponent that is not 1"));
}

#[test]
fn averages_are_representative_beats_and_other_blocks_are_left_out() {
    let values =
        "<annotation_global><name>HR</name><value>72</value><name>Text</name><value>x</value></annotation_global>";
    let averages = block("ECG_AVERAGES", CHILDREN).replace(
        "<name>V1</name>",
        "<name>V1</name><annotation_lead><name>PAMP</name><value>-5</value></annotation_lead>",
    );
    let text =
        document(&(values.to_owned() + &averages + &block("ECG_RHYTHMS", CHILDREN) + &block("VECTOR", CHILDREN)));
    let recording = read_text(&text).unwrap();
    assert_eq!((recording.signals.len(), counts(&recording.representative_beats[1])), (2, vec![7, 8, 9]));
    assert!(warned(&recording, "neither rhythm nor average"));
    let measured: Vec<(&str, f64, Option<Lead>)> =
        recording.measurements.iter().map(|one| (one.name.as_str(), one.value, one.lead.clone())).collect();
    assert_eq!(measured, [("PAMP", -5.0, Some(Lead::V1)), ("HR", 72.0, None)]);
}

#[test]
fn another_form_of_samples_and_a_missing_scale_are_said() {
    let text = document(&block("ECG_RHYTHMS", CHILDREN).replacen("COMMASEPARATE", "BASE64", 1));
    let recording = read_text(&text).unwrap();
    assert!(recording.signals.len() == 1 && warned(&recording, "lead I: samples in another form"));
    let recording = read_text(&document(&block("ECG_RHYTHMS", "<samplerate>500</samplerate>"))).unwrap();
    assert_eq!(recording.signals[0].unit(), &Unit::Unknown);
}

#[test]
fn every_cut_keeps_what_is_whole_and_tells_nobody() {
    cut_everywhere(&document(&block("ECG_RHYTHMS", CHILDREN)), &["Doe", "MRN-77", "1951"], |file, hints, limits| {
        read(file, hints, limits).map(|one| vec![one])
    });
}

#[test]
fn no_rate_a_rate_in_another_unit_and_other_documents_are_refused() {
    assert!(read_text(&document(&block("ECG_RHYTHMS", ""))).unwrap_err().wants_rate());
    let text = document(&block("ECG_RHYTHMS", &CHILDREN.replace("HZ", "KHZ")));
    assert!(matches!(read_text(&text), Err(Error::Unsupported { .. })));
    let text = document(&block("ECG_RHYTHMS", CHILDREN));
    let limits = Limits { samples: 4, ..Limits::default() };
    let result = read(&InputFile { name: "a", bytes: text.as_bytes() }, &Hints::default(), &limits);
    assert!(matches!(result, Err(Error::Limit { .. })));
    assert!(read_text(&document("")).is_err() && read_text("<ECG/>").is_err());
    assert_eq!((score(text.as_bytes()), score(b"<ECG/>")), (95, 0));
}
