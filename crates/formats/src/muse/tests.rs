use ecg::{Lead, Sex, Unit};

use super::*;
use crate::vendor::testing::{counts, cut_everywhere, encoded, warned};

const PERSON: &str = "<PatientDemographics><PatientID>MRN-77</PatientID><PatientAge>30</PatientAge><AgeUnits>MONTHS</AgeUnits>\
    <DateofBirth>03-02-1951</DateofBirth><Gender>FEMALE</Gender><PatientLastName>Doe</PatientLastName>\
    <PatientFirstName>Jo</PatientFirstName></PatientDemographics>\
    <TestDemographics><AcquisitionTime>09:15:11</AcquisitionTime><AcquisitionDate>08-17-2025</AcquisitionDate></TestDemographics>";

fn lead(name: &str, values: &[i16], more: &str) -> String {
    format!(
        "<LeadData><LeadSampleCountTotal>{}</LeadSampleCountTotal><LeadAmplitudeUnitsPerBit>4.88</LeadAmplitudeUnitsPerBit>\
         <LeadAmplitudeUnits>MICROVOLTS</LeadAmplitudeUnits><LeadID>{name}</LeadID>{more}<WaveFormData>\n{}</WaveFormData></LeadData>",
        values.len(),
        encoded(values),
    )
}

fn waveform(kind: &str, leads: &[String]) -> String {
    format!(
        "<Waveform><WaveformType>{kind}</WaveformType><SampleBase>5</SampleBase><SampleExponent>2</SampleExponent>{}</Waveform>",
        leads.concat()
    )
}

fn document(parts: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<!DOCTYPE RestingECG SYSTEM \"restecg.dtd\">\n<RestingECG>{PERSON}{parts}</RestingECG>"
    )
}

fn read_text(text: &str) -> Result<Recording, Error> {
    read(&InputFile { name: "folder/a.xml", bytes: text.as_bytes() }, &Hints::default(), &Limits::default())
}

fn rhythm(more: &str) -> String {
    document(&waveform("Rhythm", &[lead("I", &[1, -2, 300], more), lead("V1", &[7, 8, 9], "")]))
}

#[test]
fn waveforms_are_chosen_by_type_in_either_order() {
    let (rhythm, median) =
        (waveform("Rhythm", &[lead("II", &[1, 2], "")]), waveform("Median", &[lead("II", &[3, 4, 5], "")]));
    for parts in [rhythm.clone() + &median, median + &rhythm] {
        let recording = read_text(&document(&parts)).unwrap();
        assert_eq!(counts(&recording.signals[0]), [1, 2]);
        assert_eq!(counts(&recording.representative_beats[0]), [3, 4, 5]);
        assert_eq!((recording.signals[0].rate, recording.signals[0].unit()), (500.0, &Unit::Microvolt));
        assert!(recording.warnings.is_empty(), "{:?}", recording.warnings);
    }
    let recording = read_text(&document(&rhythm)).unwrap();
    assert!((recording.lead(&Lead::II).unwrap().millivolts().unwrap()[1] - 0.00976).abs() < 1e-9);
}

#[test]
fn a_waveform_of_another_type_is_the_rhythm_only_where_there_is_none() {
    let other = waveform("Continuous", &[lead("II", &[1, 2], "")]);
    let recording = read_text(&document(&other)).unwrap();
    assert!(warned(&recording, "no waveform is called a rhythm") && recording.signals.len() == 1);
    let recording = read_text(&document(&(other + &waveform("rhythm", &[lead("I", &[3], "")])))).unwrap();
    assert_eq!((recording.signals.len(), counts(&recording.signals[0])), (1, vec![3]));
    assert!(warned(&recording, "neither rhythm nor median"));
}

#[test]
fn the_case_of_a_name_does_not_matter() {
    let recording = read_text(&rhythm("").replace("WaveFormData", "WaveformData")).unwrap();
    assert_eq!(counts(&recording.signals[0]), [1, -2, 300]);
}

#[test]
fn the_check_is_that_of_zlib_over_the_bytes() {
    // Of 01 00 fe ff 2c 01, by zlib.
    let right = "<LeadDataCRC32>CHECK</LeadDataCRC32>";
    let mut check = flate2::Crc::new();
    check.update(&[1, 0, 0xFE, 0xFF, 0x2C, 1]);
    for (value, wrong) in
        [(check.sum().to_string(), false), ("5".into(), true), ("0".into(), false), ("x".into(), false)]
    {
        let recording = read_text(&rhythm(&right.replace("CHECK", &value))).unwrap();
        assert_eq!(warned(&recording, "CRC-32"), wrong, "{value}");
        assert_eq!(counts(&recording.signals[0]), [1, -2, 300]);
    }
}

#[test]
fn bytes_decide_and_more_than_stated_is_left_out() {
    let whole = rhythm("");
    let first = "<LeadSampleCountTotal>3<";
    for (stated, expected, words) in [
        ("2", vec![1, -2], "left out"),
        ("9", vec![1, -2, 300], "9 samples stated, 3 are there"),
        ("0", vec![1, -2, 300], "0 samples stated, 3 are there"),
        ("99999999999999999999", vec![1, -2, 300], "3 are there"),
    ] {
        let text = whole.replacen(first, &format!("<LeadSampleCountTotal>{stated}<"), 1);
        let recording = read_text(&text).unwrap();
        assert_eq!(counts(&recording.signals[0]), expected);
        assert!(warned(&recording, words), "{:?}", recording.warnings);
    }
}

#[test]
fn what_the_device_says_of_a_lead_is_a_warning() {
    let more = "<LeadOff>TRUE</LeadOff><BaselineSway>TRUE</BaselineSway><FirstSampleBaseline>5</FirstSampleBaseline>";
    let recording = read_text(&rhythm(more)).unwrap();
    for words in ["lead I: the device marked the lead as off", "swaying", "FirstSampleBaseline"] {
        assert!(warned(&recording, words), "{words}");
    }
    assert_eq!(counts(&recording.signals[0]), [1, -2, 300]);
}

#[test]
fn a_lead_of_another_size_or_that_breaks_off_does_not_hide_the_others() {
    let recording = read_text(&rhythm("<LeadSampleSize>4</LeadSampleSize>")).unwrap();
    assert!(recording.signals.len() == 1 && warned(&recording, "lead I: samples that are not of 16 bits"));
    let text = document(&waveform("Rhythm", &[lead("I", &[1, 2], "").replace("AQAC", "AQ*C"), lead("II", &[7], "")]));
    let recording = read_text(&text).unwrap();
    assert!(warned(&recording, "lead I: the text is no base64 after 1 bytes"), "{:?}", recording.warnings);
    assert_eq!(recording.signals.len(), 1);
}

#[test]
fn a_rate_that_is_missing_is_asked_for() {
    let text = rhythm("").replace("<SampleBase>5</SampleBase>", "");
    assert!(read_text(&text).unwrap_err().wants_rate());
    let file = InputFile { name: "a", bytes: text.as_bytes() };
    let hints = Hints { rate: Some(250.0), unit: None };
    assert_eq!(read(&file, &hints, &Limits::default()).unwrap().signals[0].rate, 250.0);
    let beside = "<RestingECGMeasurements><ECGSampleBase>240</ECGSampleBase></RestingECGMeasurements><Waveform>";
    let recording = read_text(&text.replace("<Waveform>", beside)).unwrap();
    assert!(recording.signals[0].rate == 240.0 && recording.measurements.is_empty());
    assert!(read_text(&rhythm("").replace("<SampleExponent>2<", "<SampleExponent>9e9<")).is_err());
}

#[test]
fn a_scale_that_is_missing_leaves_counts_without_a_unit() {
    let text = rhythm("").replace("<LeadAmplitudeUnitsPerBit>4.88<", "<LeadAmplitudeUnitsPerBit>0<");
    let recording = read_text(&text).unwrap();
    assert_eq!((recording.signals[0].unit(), recording.signals[0].values()), (&Unit::Unknown, vec![1.0, -2.0, 300.0]));
    assert!(warned(&recording, "no scale with a unit"));
}

#[test]
fn lines_of_a_diagnosis_measurements_marks_and_the_person_are_kept() {
    let more = "<RestingECGMeasurements><QTInterval>402</QTInterval><Note>x</Note></RestingECGMeasurements>\
        <Diagnosis><DiagnosisStatement><StmtFlag>ENDSLINE</StmtFlag><StmtText>Sinus &amp; more</StmtText></DiagnosisStatement>\
        <DiagnosisStatement><StmtText>Normal</StmtText></DiagnosisStatement><DiagnosisStatement><StmtFlag>USERINSERT</StmtFlag>\
        <StmtFlag>ENDSLINE</StmtFlag><StmtText>ECG</StmtText></DiagnosisStatement></Diagnosis>\
        <OriginalDiagnosis><DiagnosisStatement><StmtText>Infarct</StmtText></DiagnosisStatement></OriginalDiagnosis>\
        <QRSTimesTypes><QRS><Number>1</Number><Type>0</Type><Time>614</Time></QRS><QRS><Time>1e300</Time></QRS></QRSTimesTypes>";
    let recording = read_text(&document(&(more.to_owned() + &waveform("Rhythm", &[lead("I", &[1], "")])))).unwrap();
    let statements: Vec<(&str, &str)> =
        recording.statements.iter().map(|one| (one.system.as_str(), one.text.as_str())).collect();
    let expected = [("text", "Sinus & more"), ("text", "Normal ECG"), ("text, before overreading", "Infarct")];
    assert_eq!(statements, expected);
    assert_eq!((recording.measurements.len(), recording.measurements[0].value), (1, 402.0));
    assert!(recording.annotations.len() == 1 && warned(&recording, "a mark whose time lies in no recording"));
    assert_eq!((recording.annotations[0].time, recording.annotations[0].text.as_str()), (0.614, "type 0"));
    let patient = &recording.patient;
    assert_eq!((patient.id.as_deref(), patient.name.as_deref()), (Some("MRN-77"), Some("Jo Doe")));
    assert_eq!((patient.age, patient.sex, patient.born.as_deref()), (Some(2), Some(Sex::Female), Some("1951-03-02")));
    assert_eq!((recording.name.as_str(), recording.start.as_deref()), ("a", Some("2025-08-17T09:15:11")));
}

#[test]
fn every_cut_keeps_what_is_whole_and_tells_nobody() {
    cut_everywhere(&rhythm(""), &["Doe", "MRN-77", "1951"], |file, hints, limits| {
        read(file, hints, limits).map(|one| vec![one])
    });
}

#[test]
fn more_leads_or_samples_than_the_limits_are_refused() {
    let text = rhythm("");
    let file = InputFile { name: "a", bytes: text.as_bytes() };
    for limits in [
        Limits { leads: 1, ..Limits::default() },
        Limits { samples_per_lead: 2, ..Limits::default() },
        Limits { samples: 4, ..Limits::default() },
    ] {
        assert!(matches!(read(&file, &Hints::default(), &limits), Err(Error::Limit { .. })), "{limits:?}");
    }
}

#[test]
fn documents_without_leads_and_other_documents_are_refused() {
    assert!(matches!(read_text(&document("")), Err(Error::Invalid { .. })));
    assert!(matches!(read_text("<AnnotatedECG/>"), Err(Error::Invalid { .. })));
    assert_eq!((score(rhythm("").as_bytes()), score(b"<AnnotatedECG/>"), score(b"")), (95, 0, 0));
}
