//! What a MUSE document states beside the samples.

use ecg::{Annotation, Recording};

use crate::vendor::Reading;
use crate::vendor::fields::{self, number};
use crate::xml::Element;

/// Where the year, the month and the day stand in a date of MUSE.
const DATE: [usize; 3] = [2, 0, 1];

/// Fills in the person, the start, the statements, the measurements and the marks.
pub(super) fn read(root: Element, recording: &mut Recording, reading: &mut Reading) {
    if let Some(person) = root.child("PatientDemographics") {
        let patient = &mut recording.patient;
        patient.id = person.child_text("PatientID").and_then(fields::words);
        patient.name = fields::name(person.child_text("PatientFirstName"), person.child_text("PatientLastName"));
        let unit = person.child_text("AgeUnits").unwrap_or_default();
        patient.age = person.child_text("PatientAge").and_then(|age| fields::age(age, unit));
        patient.sex = person.child_text("Gender").and_then(fields::sex);
        patient.born = person.child_text("DateofBirth").and_then(|date| fields::parted_date(date, DATE));
    }
    if let Some(test) = root.child("TestDemographics") {
        let date = test.child_text("AcquisitionDate").and_then(|date| fields::parted_date(date, DATE));
        recording.start = fields::moment(date, test.child_text("AcquisitionTime").and_then(fields::time));
    }
    for (name, system) in [("Diagnosis", "text"), ("OriginalDiagnosis", "text, before overreading")] {
        if let Some(diagnosis) = root.child(name) {
            statements(diagnosis, system, recording);
        }
    }
    let measurements = root.child("RestingECGMeasurements").or_else(|| root.child("OriginalRestingECGMeasurements"));
    for element in measurements.into_iter().flat_map(Element::children) {
        if !element.name().starts_with("ECGSample") {
            fields::measure(recording, element.name(), element.text(), unit(element.name()), None);
        }
    }
    let most = usize::try_from(reading.limits.annotations).unwrap_or(usize::MAX);
    for beat in root.child("QRSTimesTypes").into_iter().flat_map(|times| times.all("QRS")).take(most) {
        let time = beat.child_text("Time").and_then(number);
        if let Some(time) = time.and_then(|time| reading.time_of_mark(time / 1000.0)) {
            let text =
                beat.child_text("Type").and_then(fields::words).map_or(String::new(), |kind| format!("type {kind}"));
            recording.annotations.push(Annotation { time, code: "QRS".to_owned(), text, ..Annotation::default() });
        }
    }
    recording.annotations.sort_by(|a, b| a.time.total_cmp(&b.time));
}

/// The unit that a measurement of MUSE has by its name; onsets and offsets are samples of the median beat and have none.
fn unit(name: &str) -> &'static str {
    match name {
        "VentricularRate" | "AtrialRate" => "/min",
        "PAxis" | "RAxis" | "TAxis" => "deg",
        "QRSDuration" | "QTCorrected" => "ms",
        _ if name.ends_with("Interval") || name.starts_with("QTc") => "ms",
        _ => "",
    }
}

/// Lines of a diagnosis, each of one or more pieces.
fn statements(diagnosis: Element, system: &str, recording: &mut Recording) {
    let mut line = String::new();
    for piece in diagnosis.all("DiagnosisStatement") {
        if let Some(text) = piece.child_text("StmtText") {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(text);
        }
        if piece.all("StmtFlag").any(|flag| flag.text().eq_ignore_ascii_case("ENDSLINE")) {
            fields::state(recording, system, "", &line);
            line.clear();
        }
    }
    fields::state(recording, system, "", &line);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_whose_unit_is_known_have_one() {
        for (name, expected) in [
            ("VentricularRate", "/min"),
            ("PRInterval", "ms"),
            ("QTcFrederica", "ms"),
            ("RAxis", "deg"),
            ("QOnset", ""),
            ("QRSCount", ""),
            ("QTRGGR", ""),
        ] {
            assert_eq!(unit(name), expected, "{name}");
        }
    }
}
