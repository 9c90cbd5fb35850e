//! What a CardioSoft document states beside the samples.

use ecg::{Annotation, Lead, Recording};

use crate::vendor::Reading;
use crate::vendor::fields::{self, number};
use crate::xml::Element;

/// Fills in the person and the start.
pub(super) fn person(root: Element, recording: &mut Recording) {
    let date = |element: Element| {
        let part = |name: &str| element.child_text(name);
        fields::date(part("Year")?, part("Month")?, part("Day")?)
    };
    if let Some(person) = root.child("PatientInfo") {
        let patient = &mut recording.patient;
        patient.id = person.child_text("PID").and_then(fields::words);
        let part = |part: &str| person.path(&["Name", part]).map(|element| element.text());
        patient.name = fields::name(part("GivenName"), part("FamilyName"));
        patient.age =
            person.child("Age").and_then(|age| fields::age(age.text(), age.attribute("units").unwrap_or_default()));
        patient.sex = person.child_text("Gender").and_then(fields::sex);
        patient.born = person.child("BirthDateTime").and_then(date);
    }
    if let Some(moment) = root.child("ObservationDateTime") {
        let part = |name: &str| moment.child_text(name).filter(|text| text.len() <= 12);
        let clock = || Some(format!("{}:{}:{}", part("Hour")?, part("Minute")?, part("Second").unwrap_or("0")));
        recording.start = fields::moment(date(moment), clock().and_then(|clock| fields::time(&clock)));
    }
}

/// Lines of the conclusion, and those of the program's diagnosis that it does not repeat.
pub(super) fn statements(root: Element, recording: &mut Recording) {
    let Some(interpretation) = root.child("Interpretation") else { return };
    let lines = |block: &str, line: &'static str| {
        interpretation.child(block).into_iter().flat_map(move |block| block.all(line))
    };
    for line in lines("Conclusion", "ConclusionText") {
        fields::state(recording, "text", "", line.text());
    }
    let concluded: std::collections::BTreeSet<&str> =
        lines("Conclusion", "ConclusionText").map(|line| line.text()).collect();
    for line in lines("Diagnosis", "DiagnosisText") {
        if !concluded.contains(line.text()) {
            fields::state(recording, "text, before overreading", "", line.text());
        }
    }
}

/// The numbers of `RestingECGMeasurements` and of its table of leads.
pub(super) fn measurements(block: Element, recording: &mut Recording) {
    let unit = |element: Element| element.attribute("units").unwrap_or_default().to_owned();
    for element in block.children() {
        fields::measure(recording, element.name(), element.text(), &unit(element), None);
    }
    let Some(table) = block.child("MeasurementTable") else { return };
    let order = table.child_text("LeadOrder").unwrap_or_default();
    let leads: Vec<Lead> = order.split(',').take(64).map(Lead::from_label).collect();
    for row in table.children().filter(|row| !row.name().eq_ignore_ascii_case("LeadOrder")) {
        let unit = unit(row);
        for (lead, value) in leads.iter().zip(row.text().split(',')) {
            fields::measure(recording, row.name(), value, &unit, Some(lead));
        }
    }
}

/// Classes of the beats of a strip; each time stands before its class.
pub(super) fn beats(strip: Element, recording: &mut Recording, reading: &mut Reading) {
    let most = usize::try_from(reading.limits.annotations).unwrap_or(usize::MAX);
    let mut time = None;
    for element in strip.child("ArrhythmiaResults").into_iter().flat_map(Element::children).take(most) {
        if element.name().eq_ignore_ascii_case("Time") {
            let is_milliseconds = element.attribute("units").is_none_or(|unit| unit.eq_ignore_ascii_case("ms"));
            time = number(element.text()).filter(|_| is_milliseconds);
        } else if element.name().eq_ignore_ascii_case("BeatClass")
            && let Some(time) = time.take()
        {
            mark(recording, reading, time / 1000.0, element.text());
        }
    }
    recording.annotations.sort_by(|a, b| a.time.total_cmp(&b.time));
}

/// Events of the full disclosure; each stands before its time.
pub(super) fn events(disclosure: Element, recording: &mut Recording, reading: &mut Reading) {
    let most = usize::try_from(reading.limits.annotations).unwrap_or(usize::MAX);
    let mut event = None;
    for element in disclosure.child("EventList").into_iter().flat_map(Element::children).take(most) {
        if element.name().eq_ignore_ascii_case("Event") {
            event = Some(element.text());
        } else if element.name().eq_ignore_ascii_case("Time")
            && let Some(event) = event.take()
            && let Some(second) = element.child_text("Second").and_then(number)
        {
            let minute = element.child_text("Minute").and_then(number).unwrap_or(0.0);
            let hour = element.child_text("Hour").and_then(number).unwrap_or(0.0);
            mark(recording, reading, (hour * 60.0 + minute) * 60.0 + second, event);
        }
    }
    recording.annotations.sort_by(|a, b| a.time.total_cmp(&b.time));
}

fn mark(recording: &mut Recording, reading: &mut Reading, time: f64, text: &str) {
    if let Some(time) = reading.time_of_mark(time) {
        let text = fields::words(text).unwrap_or_default();
        recording.annotations.push(Annotation { time, text, ..Annotation::default() });
    }
}
