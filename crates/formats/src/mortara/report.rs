//! What an ELI document states beside the samples.

use ecg::Recording;

use crate::vendor::fields;
use crate::xml::Element;

/// Attributes of the document that are measurements.
const OF_THE_DOCUMENT: [&str; 3] = ["VENT_RATE", "AVERAGE_RR", "NUM_QRS"];
/// Attributes of the typical cycle that may be measurements: those that describe its samples are not among them.
const OF_THE_CYCLE: [&str; 19] = [
    "R_PEAK",
    "P_ONSET",
    "P_OFFSET",
    "Q_ONSET",
    "Q_OFFSET",
    "T_OFFSET",
    "P_DURATION",
    "PR_DURATION",
    "PR_INTERVAL",
    "QRS_DURATION",
    "QT",
    "QTC",
    "QTB",
    "QTF",
    "P_AXIS",
    "QRS_AXIS",
    "T_AXIS",
    "QT_INT",
    "PR_INT",
];

/// Fills in the person, the start, the measurements and the statements.
pub(super) fn read(root: Element, cycle: Option<Element>, recording: &mut Recording) {
    person(root, recording);
    if let Some(text) = root.attribute("ACQUISITION_TIME") {
        recording.start = fields::moment(fields::compact_date(text), text.trim().get(8..).and_then(fields::time));
    }
    for (element, names) in [(Some(root), &OF_THE_DOCUMENT[..]), (cycle, &OF_THE_CYCLE)] {
        for name in names {
            if let Some(value) = element.and_then(|element| element.attribute(name)) {
                fields::measure(recording, name, value, "", None);
            }
        }
    }
    for statement in root.child("AUTOMATIC_INTERPRETATION").into_iter().flat_map(|all| all.all("STATEMENT")) {
        let part = |name: &str| statement.attribute(name).map(str::trim).filter(|text| !text.is_empty());
        let text: Vec<&str> = [part("TEXT"), part("REASON")].into_iter().flatten().collect();
        fields::state(recording, "text", "", &text.join("; "));
    }
}

fn person(root: Element, recording: &mut Recording) {
    // Labels of carts end with a colon or carry a hint for the keyboard (`ID&ID:`, `Age&yr`).
    let labelled = |label: &str| {
        let fields = root.child("DEMOGRAPHIC_FIELDS")?.all("DEMOGRAPHIC_FIELD");
        let is_it = |own: &str| {
            let own = own.split(['&', ':']).next().unwrap_or_default().trim();
            own.eq_ignore_ascii_case(label)
        };
        fields.take(256).find(|field| field.attribute("LABEL").is_some_and(is_it))?.attribute("VALUE")
    };
    let subject = |name: &str| root.child("SUBJECT")?.attribute(name).filter(|text| !text.trim().is_empty());
    let patient = &mut recording.patient;
    patient.id = subject("ID").or_else(|| labelled("ID")).and_then(fields::words);
    let first = subject("FIRST_NAME").or_else(|| labelled("First")).or_else(|| labelled("FName"));
    let last = subject("LAST_NAME").or_else(|| labelled("Last")).or_else(|| labelled("Name"));
    patient.name = fields::name(first, last);
    patient.sex = subject("GENDER").or_else(|| labelled("Sex")).and_then(fields::sex);
    let age = root.attribute("AGE").or_else(|| subject("AGE"));
    let unit = root.attribute("AGE_UNITS").or_else(|| subject("AGE_UNITS")).unwrap_or_default();
    patient.age =
        age.and_then(|age| fields::age(age, unit)).or_else(|| labelled("Age").and_then(|age| fields::age(age, "")));
    let born = subject("DOB_XML").or_else(|| subject("DOB")).or_else(|| labelled("DOB"));
    patient.born = born.and_then(|date| match date {
        date if date.contains('-') => fields::parted_date(date, [0, 1, 2]),
        date if date.contains('/') => fields::parted_date(date, [2, 0, 1]),
        date => fields::compact_date(date),
    });
}
