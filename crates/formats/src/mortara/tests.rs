use ecg::{Lead, Sex, Unit};

use super::*;
use crate::vendor::testing::{counts, cut_everywhere, encoded, warned};

const SUBJECT: &str = "<SUBJECT LAST_NAME=\"Doe\" FIRST_NAME=\"Jo\" ID=\"MRN-77\" GENDER=\"Male\" DOB=\"19510203\" />";

fn channel(name: &str, values: &[i16], more: &str) -> String {
    let data = encoded(values).replace("\r\n", "&#10;");
    format!(
        "<CHANNEL NAME=\"{name}\" OFFSET=\"0\" BITS=\"16\" FORMAT=\"SIGNED\" UNITS_PER_MV=\"200\" DURATION=\"{}\" \
             SAMPLE_FREQ=\"500\" ENCODING=\"BASE64\" {more} DATA=\"{data}\"/>",
        values.len()
    )
}

fn document(parts: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<ECG ACQUISITION_TIME=\"20260101120000\" AGE=\"50\" AGE_UNITS=\"YEARS\" \
             VENT_RATE=\"72\">{SUBJECT}{parts}</ECG>"
    )
}

fn two() -> String {
    channel("I", &[1, -2, 300], "") + &channel("V1", &[7, 8, 9], "")
}

fn read_text(text: &str) -> Result<Recording, Error> {
    read(&InputFile { name: "folder/a.xml", bytes: text.as_bytes() }, &Hints::default(), &Limits::default())
}

#[test]
fn channels_become_leads_in_millivolts() {
    let recording = read_text(&document(&two())).unwrap();
    let signal = recording.lead(&Lead::I).unwrap();
    assert_eq!((counts(signal), signal.rate, signal.unit()), (vec![1, -2, 300], 500.0, &Unit::Millivolt));
    assert_eq!(signal.values(), [0.005, -0.01, 1.5]);
    assert_eq!((recording.start.as_deref(), recording.patient.age), (Some("2026-01-01T12:00:00"), Some(50)));
    assert_eq!((recording.patient.sex, recording.patient.born.as_deref()), (Some(Sex::Male), Some("1951-02-03")));
    assert_eq!((recording.measurements[0].name.as_str(), recording.measurements[0].value), ("VENT_RATE", 72.0));
    assert!(recording.warnings.is_empty(), "{:?}", recording.warnings);
}

#[test]
fn a_lead_of_another_width_or_encoding_does_not_hide_the_others() {
    for (from, to) in [("BITS=\"16\"", "BITS=\"8\""), ("BASE64", "HEX"), ("\"SIGNED\"", "\"FLOAT\"")] {
        let recording = read_text(&document(&two().replacen(from, to, 1))).unwrap();
        assert!(recording.signals.len() == 1 && warned(&recording, "lead I: samples in another form"), "{to}");
    }
    let unsigned = document(&channel("I", &[-1], "").replace("\"SIGNED\"", "\"UNSIGNED\""));
    assert_eq!(counts(&read_text(&unsigned).unwrap().signals[0]), [65535]);
}

#[test]
fn an_offset_is_added_with_a_warning() {
    let recording = read_text(&document(&two().replacen("OFFSET=\"0\"", "OFFSET=\"100\"", 1))).unwrap();
    assert_eq!(recording.signals[0].values(), [0.505, 0.49, 2.0]);
    assert!(warned(&recording, "an OFFSET that is not 0"));
}

#[test]
fn a_scale_is_taken_from_elsewhere_only_with_a_warning() {
    let without = two().replacen("UNITS_PER_MV=\"200\"", "", 1);
    let recording = read_text(&document(&without)).unwrap();
    assert_eq!(recording.signals[0].unit(), &Unit::Unknown);
    let cycle = "<TYPICAL_CYCLE UNITS_PER_MV=\"100\" SAMPLE_FREQ=\"250\"/>";
    let recording = read_text(&document(&(without + cycle))).unwrap();
    assert_eq!(recording.signals[0].values(), [0.01, -0.02, 3.0]);
    assert!(warned(&recording, "lead I: no UNITS_PER_MV of its own"));
}

#[test]
fn the_typical_cycle_has_its_own_rate_and_scale() {
    let cycle = format!(
        "<TYPICAL_CYCLE QT=\"456\" BITS=\"16\" FORMAT=\"SIGNED\" UNITS_PER_MV=\"400\" DURATION=\"2\" SAMPLE_FREQ=\"250\" \
        ENCODING=\"BASE64\"><TYPICAL_CYCLE_CHANNEL NAME=\"I\" DATA=\"{}\"/></TYPICAL_CYCLE><AUTOMATIC_INTERPRETATION>\
        <STATEMENT TEXT=\"SINUS\" REASON=\"\"/><STATEMENT TEXT=\"AXIS\" REASON=\"&lt; -30\"/><STATEMENT TEXT=\"\"/>\
        </AUTOMATIC_INTERPRETATION>",
        encoded(&[400, 800]).trim()
    );
    let recording = read_text(&document(&(cycle + &two()))).unwrap();
    let beat = &recording.representative_beats[0];
    assert_eq!((beat.rate, beat.values()), (250.0, vec![1.0, 2.0]));
    let texts: Vec<&str> = recording.statements.iter().map(|one| one.text.as_str()).collect();
    assert_eq!(texts, ["SINUS", "AXIS; < -30"]);
    assert!(recording.measurements.iter().any(|one| one.name == "QT" && one.value == 456.0));
}

#[test]
fn samples_may_be_the_text_and_labels_may_name_the_person() {
    let text = document(&format!(
        "<CHANNEL NAME=\"V2\" SAMPLE_FREQ=\"500\" UNITS_PER_MV=\"200\">{}</CHANNEL><DEMOGRAPHIC_FIELDS>\
        <DEMOGRAPHIC_FIELD LABEL=\"FName:&amp;,\" VALUE=\"Ann\"/><DEMOGRAPHIC_FIELD LABEL=\"ID&amp;ID:\" VALUE=\"9\"/>\
        <DEMOGRAPHIC_FIELD LABEL=\"Age&amp;yr\" VALUE=\"33\"/><DEMOGRAPHIC_FIELD LABEL=\"Sex:\" VALUE=\"F\"/>\
        <DEMOGRAPHIC_FIELD LABEL=\"DOB:\" VALUE=\"5/15/1990\"/></DEMOGRAPHIC_FIELDS>",
        encoded(&[5, 6])
    ));
    let text = text.replace(SUBJECT, "").replace("AGE=\"50\"", "");
    let recording = read_text(&text).unwrap();
    assert_eq!(counts(&recording.signals[0]), [5, 6]);
    let patient = &recording.patient;
    assert_eq!((patient.name.as_deref(), patient.id.as_deref(), patient.age), (Some("Ann"), Some("9"), Some(33)));
    assert_eq!((patient.sex, patient.born.as_deref()), (Some(Sex::Female), Some("1990-05-15")));
}

#[test]
fn every_cut_keeps_what_is_whole_and_tells_nobody() {
    cut_everywhere(&document(&two()), &["Doe", "MRN-77", "1951"], |file, hints, limits| {
        read(file, hints, limits).map(|one| vec![one])
    });
}

#[test]
fn no_rate_too_many_leads_and_other_documents_are_refused() {
    assert!(read_text(&document(&two().replace("SAMPLE_FREQ", "SPEED"))).unwrap_err().wants_rate());
    let text = document(&two());
    let limits = Limits { leads: 1, ..Limits::default() };
    let result = read(&InputFile { name: "a", bytes: text.as_bytes() }, &Hints::default(), &limits);
    assert!(matches!(result, Err(Error::Limit { .. })));
    assert!(read_text(&document("")).is_err() && read_text("<RestingECG/>").is_err());
    assert_eq!((score(text.as_bytes()), score(b"<ECG><a/></ECG>"), score(b"<EKG/>")), (90, 30, 0));
}

#[test]
fn names_are_read_in_the_declared_code_page() {
    let of = |label: &str, name: &[u8]| {
        let text = document(&two()).replacen("utf-8", label, 1);
        let (before, after) = text.split_once("Doe").unwrap();
        let bytes = [before.as_bytes(), name, after.as_bytes()].concat();
        assert_eq!(score(&bytes), 90, "{label}");
        read(&InputFile { name: "a.xml", bytes: &bytes }, &Hints::default(), &Limits::default()).unwrap()
    };
    for (label, name, bytes) in [
        ("windows-1251", "Иван", b"\xc8\xe2\xe0\xed".as_slice()),
        ("Shift_JIS", "山田", b"\x8e\x52\x93\x63"),
        ("GBK", "张伟", b"\xd5\xc5\xce\xb0"),
        // Bytes that this page has no letters for.
        ("ISO-8859-2", "Dvo\u{99}ák", b"Dvo\x99\xe1k"),
    ] {
        let recording = of(label, bytes);
        assert!(recording.patient.name.as_deref().unwrap().contains(name), "{label}: {:?}", recording.patient.name);
        assert_eq!((recording.warnings.len(), recording.signals.len()), (0, 2), "{label}");
    }
    let broken = of("EUC-KR", b"\xb1\xe8\xff");
    assert!(warned(&broken, "1 places of the text are no EUC-KR"), "{:?}", broken.warnings);
    assert!(broken.patient.name.unwrap().contains("김\u{FFFD}"));
}
