//! What a SchillerEDI document states beside the samples.

use ecg::{Lead, Recording};

use crate::vendor::fields;
use crate::xml::Element;

/// Fills in the person, the start and the measurements.
pub(super) fn read(root: Element, recording: &mut Recording) {
    if let Some(person) = root.child("patdata") {
        let patient = &mut recording.patient;
        patient.id = person.child_text("id").and_then(fields::words);
        patient.name = fields::name(person.child_text("firstname"), person.child_text("lastname"));
        patient.born = person.child_text("birthdate").and_then(fields::compact_date);
        patient.sex = person.child_text("gender").and_then(fields::sex);
    }
    if let Some(start) = root.path(&["examdescript", "startdatetime"]) {
        let date = start.child_text("date").and_then(fields::compact_date);
        recording.start = fields::moment(date, start.child_text("time").and_then(fields::time));
    }
    let global = root.descendants().find(|element| element.name().eq_ignore_ascii_case("annotation_global"));
    if let Some(global) = global {
        named_values(global, None, recording);
    }
}

/// Measurements of each lead of a block.
pub(super) fn of_leads(block: Element, recording: &mut Recording) {
    for channel in block.all("channel") {
        let label: String = channel.child_text("name").unwrap_or_default().chars().take(64).collect();
        let lead = Lead::from_label(&label);
        for values in channel.all("annotation_lead") {
            named_values(values, Some(&lead), recording);
        }
    }
}

/// Each `name` with the `value` after it.
fn named_values(element: Element, lead: Option<&Lead>, recording: &mut Recording) {
    let mut name = "";
    for child in element.children() {
        if child.name().eq_ignore_ascii_case("name") {
            name = child.text();
        } else if child.name().eq_ignore_ascii_case("value") && !name.is_empty() {
            fields::measure(recording, name, child.text(), "", lead);
            name = "";
        }
    }
}
