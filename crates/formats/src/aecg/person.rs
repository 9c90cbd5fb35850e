//! Who was recorded, by the trial's subject.

use ecg::{Patient, Sex};

use super::time::Moment;
use crate::decimals::number;
use crate::notes::label;
use crate::xml::Element;

/// LOINC's "reported age" and its neighbours.
const AGES: [&str; 3] = ["21612-7", "30525-0", "29553-5"];

/// What the file says of the person.
pub(super) fn read(root: Element) -> Patient {
    let mut patient = Patient::default();
    let subject = root.path(&["componentOf", "timepointEvent", "componentOf", "subjectAssignment", "subject"]);
    let subject = subject.and_then(|subject| subject.child("trialSubject"));
    let person = subject.and_then(|subject| subject.child("subjectDemographicPerson"));
    let stated = |text: &str| Some(label(text)).filter(|text| !text.is_empty());
    patient.id = subject.and_then(|subject| subject.child("id")).and_then(|id| stated(id.attribute("extension")?));
    if let Some(person) = person {
        // Mindray's own field.
        patient.id = patient.id.or_else(|| stated(person.child_text("PatientID")?));
        patient.name = person.child("name").and_then(name);
        patient.sex = person.child("administrativeGenderCode").and_then(|code| match code.attribute("code")?.trim() {
            "F" | "f" => Some(Sex::Female),
            "M" | "m" => Some(Sex::Male),
            _ => None,
        });
        let born = person.child("birthTime").and_then(|time| Moment::parse(time.attribute("value")?));
        patient.born = born.map(|moment| moment.iso);
        patient.age = person.child_text("Age").and_then(number).and_then(|age| years(age, "a"));
    }
    let observations = root.all("controlVariable").flat_map(|variable| variable.all("relatedObservation"));
    for observation in observations {
        let code = observation.child("code").and_then(|code| code.attribute("code")).unwrap_or_default();
        if let Some(value) = observation.child("value").filter(|_| AGES.contains(&code)) {
            let age = value.attribute("value").and_then(number);
            patient.age = age.and_then(|age| years(age, value.attribute("unit").unwrap_or("a"))).or(patient.age);
        }
    }
    patient
}

/// A name as one text or in parts.
fn name(element: Element) -> Option<String> {
    let parts = std::iter::once(element).chain(element.children().take(8)).map(|part| part.text());
    let whole = parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    Some(label(&whole)).filter(|name| !name.is_empty())
}

/// Whole years of an age.
fn years(age: f64, unit: &str) -> Option<u16> {
    let in_a_year = match unit.trim() {
        "a" | "a_j" | "y" | "yr" | "year" | "years" => 1.0,
        "mo" | "mo_j" => 12.0,
        "wk" => 52.1775,
        "d" => 365.25,
        _ => return None,
    };
    let years = (age / in_a_year).floor();
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be within 0 to 150")]
    (0.0..=150.0).contains(&years).then_some(years as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_in_whole_years() {
        assert_eq!((years(46.9, "a"), years(30.0, "mo"), years(10.0, "d")), (Some(46), Some(2), Some(0)));
        assert_eq!((years(-1.0, "a"), years(200.0, "a"), years(5.0, "kg")), (None, None, None));
    }
}
