use ecg::{Lead, Unit};

use super::*;
use crate::vendor::testing::{counts, cut_everywhere, warned};

const PERSON: &str = "<ObservationDateTime><Hour>14</Hour><Minute>9</Minute><Second>39</Second><Day>19</Day><Month>7</Month>\
    <Year>2018</Year></ObservationDateTime><PatientInfo><PID>MRN-77</PID><Name><FamilyName>Doe</FamilyName><GivenName>Jo</GivenName>\
    </Name><Age units=\"YEARS\">53</Age><BirthDateTime><Day>1</Day><Month>2</Month><Year>1951</Year></BirthDateTime>\
    <Gender>MALE</Gender></PatientInfo>";

fn block(name: &str, inner: &str) -> String {
    format!(
        "<{name}><SampleRate units=\"Hz\">4</SampleRate><ChannelSampleCountTotal>3</ChannelSampleCountTotal>\
             <Resolution units=\"uVperLsb\">5</Resolution>{inner}</{name}>"
    )
}

fn strip() -> String {
    block(
        "StripData",
        "<WaveformData lead=\"I\">\n\t1,-2,\n\t300,\n\t</WaveformData><WaveformData lead=\"V1\">7,8,9</WaveformData>",
    )
}

fn disclosure(values: &str) -> String {
    let inner = format!(
        "<LeadOrder>I, II</LeadOrder><FullDisclosureData>\n{values}<SampleCountTotal>16</SampleCountTotal>\n</FullDisclosureData>\
        <EventList><Event>L</Event><Time><Minute>1</Minute><Second>8.5</Second></Time><Event>M</Event></EventList>"
    );
    block("FullDisclosure", &inner)
}

fn document(parts: &str) -> String {
    format!("<?xml version=\"1.0\" encoding=\"ISO-8859-1\" ?>\n<CardiologyXML>{PERSON}{parts}</CardiologyXML>")
}

fn read_text(text: &str) -> Result<Vec<Recording>, Error> {
    read(&InputFile { name: "folder/a.xml", bytes: text.as_bytes() }, &Hints::default(), &Limits::default())
}

#[test]
fn a_strip_its_median_and_what_is_said_of_it_are_one_recording() {
    let more = "<Interpretation><Diagnosis><DiagnosisText>Sinus</DiagnosisText><DiagnosisText>Infarct</DiagnosisText></Diagnosis>\
        <Conclusion><ConclusionText>Sinus</ConclusionText><ConclusionText>---</ConclusionText></Conclusion></Interpretation>\
        <RestingECGMeasurements><QTInterval units=\"ms\">440</QTInterval><MeasurementTable><LeadOrder>I, V1</LeadOrder>\
        <PAmplitude units=\"uV\">58, </PAmplitude></MeasurementTable>MEDIAN</RestingECGMeasurements>";
    let median = block("MedianSamples", "<WaveformData lead=\"V1\">3,2,1</WaveformData>");
    let beats = "<ArrhythmiaResults><Time units=\"ms\">800</Time><BeatClass>dominant</BeatClass><BeatClass>x</BeatClass>\
        </ArrhythmiaResults></StripData>";
    let text = document(&(more.replace("MEDIAN", &median) + &strip().replace("</StripData>", beats)));
    let recordings = read_text(&text).unwrap();
    let [recording] = recordings.as_slice() else { panic!("{}", recordings.len()) };
    let signal = recording.lead(&Lead::I).unwrap();
    assert_eq!((counts(signal), signal.rate, signal.unit()), (vec![1, -2, 300], 4.0, &Unit::Microvolt));
    assert_eq!(signal.values(), [5.0, -10.0, 1500.0]);
    assert_eq!(counts(&recording.representative_beats[0]), [3, 2, 1]);
    let statements: Vec<(&str, &str)> =
        recording.statements.iter().map(|one| (one.system.as_str(), one.text.as_str())).collect();
    assert_eq!(statements, [("text", "Sinus"), ("text, before overreading", "Infarct")]);
    let measured: Vec<(&str, f64, &str, Option<Lead>)> = recording
        .measurements
        .iter()
        .map(|one| (one.name.as_str(), one.value, one.unit.as_str(), one.lead.clone()))
        .collect();
    assert_eq!(measured, [("QTInterval", 440.0, "ms", None), ("PAmplitude", 58.0, "uV", Some(Lead::I))]);
    assert_eq!((recording.annotations.len(), recording.annotations[0].time), (1, 0.8));
    assert_eq!(recording.start.as_deref(), Some("2018-07-19T14:09:39"));
    assert_eq!((recording.patient.age, recording.patient.born.as_deref()), (Some(53), Some("1951-02-01")));
    assert!(recording.warnings.is_empty(), "{:?}", recording.warnings);
}

#[test]
fn the_full_disclosure_takes_turns_of_a_second() {
    let values = "1,2,3,4,\n5,6,7,8,\n11,12,13,14,\n15,16,17,40000,\n";
    let recordings = read_text(&document(&(strip() + &disclosure(values)))).unwrap();
    let recording = &recordings[1];
    assert_eq!(counts(&recording.signals[0]), [1, 2, 3, 4, 11, 12, 13, 14]);
    assert_eq!(counts(&recording.signals[1]), [5, 6, 7, 8, 15, 16, 17, 40000]);
    assert_eq!((recording.signals[1].lead.clone(), recording.name.as_str()), (Lead::II, "a full disclosure"));
    assert_eq!((recording.annotations.len(), recording.annotations[0].time), (1, 68.5));
    let alone = read_text(&document(&disclosure(&values[..20]))).unwrap();
    assert_eq!((alone.len(), alone[0].name.as_str(), counts(&alone[0].signals[1])), (1, "a", vec![5, 6, 7, 8]));
    assert!(warned(&alone[0], "1 samples after the last whole second"), "{:?}", alone[0].warnings);
}

#[test]
fn a_full_disclosure_without_an_order_or_a_second_is_left_out() {
    let text = document(&(strip() + &disclosure("1,2,3,4,5,6,7,8").replace("LeadOrder", "Order")));
    let recordings = read_text(&text).unwrap();
    assert!(recordings.len() == 1 && warned(&recordings[0], "no order of leads"));
    assert_eq!(read_text(&document(&(strip() + &disclosure("1,2,3")))).unwrap().len(), 1);
    assert!(read_text(&document(&disclosure("1,2,3"))).is_err());
    let many = document(&(strip() + &disclosure("1,2,3,4,5,6,7,8").replace("I, II", &"I,".repeat(600))));
    let recordings = read_text(&many).unwrap();
    assert!(recordings.len() == 1 && warned(&recordings[0], "full disclosure: it is too large"));
}

#[test]
fn several_strips_are_several_recordings() {
    let recordings = read_text(&document(&format!("<Stage>{}</Stage>{}", strip(), strip()))).unwrap();
    assert_eq!(recordings.len(), 2);
    let many = read_text(&document(&strip().repeat(70))).unwrap();
    assert!(many.len() == MOST_STRIPS && warned(&many[0], "more than 64 strips"));
}

#[test]
fn odd_numbers_counts_rates_and_units_are_said() {
    let recordings = read_text(&document(&strip().replace("7,8,9", "7,8;9"))).unwrap();
    assert_eq!(counts(&recordings[0].signals[1]), [7, 8]);
    assert!(warned(&recordings[0], "lead V1: no whole number between commas after 2 samples"));
    assert!(warned(&recordings[0], "lead V1: the strip states another number of samples than the 2"));
    let recordings = read_text(&document(&strip().replace("7,8,9", ""))).unwrap();
    assert!(recordings[0].signals.len() == 1 && warned(&recordings[0], "lead V1: no samples"));
    let recordings = read_text(&document(&strip().replace("uVperLsb", "apples"))).unwrap();
    assert_eq!(recordings[0].signals[0].unit(), &Unit::Unknown);
    let recordings = read_text(&document(&strip().replace("uVperLsb", "mVperLSB"))).unwrap();
    assert_eq!(recordings[0].signals[0].unit(), &Unit::Millivolt);
    assert!(matches!(read_text(&document(&strip().replace("\"Hz\"", "\"kHz\""))), Err(Error::Unsupported { .. })));
    assert!(read_text(&document(&strip().replace("SampleRate", "Rate"))).unwrap_err().wants_rate());
}

#[test]
fn every_cut_keeps_what_is_whole_and_tells_nobody() {
    cut_everywhere(&document(&strip()), &["Doe", "MRN-77", "1951"], read);
    cut_everywhere(&document(&(strip() + &disclosure("1,2,3,4,5,6,7,8,"))), &["Doe"], |file, hints, limits| {
        read(file, hints, limits).map(|mut all| {
            all.truncate(1);
            all
        })
    });
}

#[test]
fn more_samples_than_the_limits_and_other_documents_are_refused() {
    let text = document(&strip());
    let file = InputFile { name: "a", bytes: text.as_bytes() };
    let limits = Limits { samples_per_lead: 2, ..Limits::default() };
    assert!(matches!(read(&file, &Hints::default(), &limits), Err(Error::Limit { .. })));
    assert!(matches!(read_text("<RestingECG/>"), Err(Error::Invalid { .. })));
    assert!(matches!(read_text(&document("")), Err(Error::Invalid { .. })));
    assert_eq!((score(text.as_bytes()), score(b"<a/>")), (95, 0));
}
