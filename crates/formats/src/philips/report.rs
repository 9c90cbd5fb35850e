//! What a Sierra document states beside the samples.

use std::collections::BTreeSet;

use ecg::{Lead, Recording};

use crate::vendor::fields;
use crate::xml::Element;

/// Fills in the person, the start, the measurements and the statements.
pub(super) fn read(root: Element, recording: &mut Recording) {
    if let Some(person) = root.path(&["patient", "generalpatientdata"]) {
        let patient = &mut recording.patient;
        let text = |path: &[&str]| person.path(path).map(|element| element.text());
        patient.id = text(&["patientid"]).and_then(fields::words);
        patient.name = fields::name(text(&["name", "firstname"]), text(&["name", "lastname"]));
        patient.age = text(&["age", "years"]).and_then(|age| fields::age(age, "years"));
        patient.born = text(&["age", "dateofbirth"]).and_then(|date| fields::parted_date(date, [0, 1, 2]));
        patient.sex = text(&["sex"]).and_then(fields::sex);
    }
    recording.start = ["dataacquisition", "reportinfo"].iter().find_map(|name| {
        let element = root.child(name)?;
        let date = fields::parted_date(element.attribute("date")?, [0, 1, 2])?;
        fields::moment(Some(date), element.attribute("time").and_then(fields::time))
    });
    let interpretations: Vec<Element> =
        root.child("interpretations").into_iter().flat_map(|all| all.all("interpretation")).take(16).collect();
    measurements(root, &interpretations, recording);
    for interpretation in interpretations {
        statements(interpretation, recording);
    }
}

fn measurements(root: Element, interpretations: &[Element], recording: &mut Recording) {
    let mut known = BTreeSet::new();
    let of_the_report = interpretations.iter().flat_map(|one| {
        ["globalmeasurements", "interpretationmeasurements"].into_iter().filter_map(|name| one.child(name))
    });
    let of_the_program = ["internalmeasurements", "measurements"].into_iter().filter_map(|name| root.child(name));
    let across = of_the_program.clone().flat_map(|all| {
        ["crossleadmeasurements", "globalmeasurements"].into_iter().filter_map(move |name| all.child(name))
    });
    for element in of_the_report.chain(across).flat_map(Element::children) {
        if fields::number(element.text()).is_some() && known.insert(element.name()) {
            fields::measure(recording, element.name(), element.text(), unit(element.name()), None);
        }
    }
    for all in of_the_program.filter_map(|all| all.child("leadmeasurements")) {
        for one in all.all("leadmeasurement") {
            let lead: String = one.attribute("leadname").unwrap_or_default().chars().take(64).collect();
            let lead = Lead::from_label(&lead);
            for element in one.children() {
                fields::measure(recording, element.name(), element.text(), unit(element.name()), Some(&lead));
            }
        }
    }
}

/// The unit that a measurement has by its name in the schema; areas, slopes, counts and percentages have none here.
fn unit(name: &str) -> &'static str {
    let ends = |with: &[&str]| with.iter().any(|end| name.ends_with(end));
    match name {
        "heartrate" => "/min",
        "prseg" | "meanprseg" | "vat" | "qtintdispersion" => "ms",
        "qrsppk" | "ston" | "stmid" | "stend" | "stj" | "st20" | "st40" | "st60" | "st80" => "uV",
        _ if ends(&["rate"]) => "/min",
        _ if ends(&["axis", "angle"]) => "deg",
        _ if ends(&["int", "dur", "qtc", "qtcb", "qtcf"]) => "ms",
        _ if ends(&["amp", "mag"]) => "uV",
        _ => "",
    }
}

fn statements(interpretation: Element, recording: &mut Recording) {
    let mut state = |code: Option<&str>, text: &str| {
        let system = if code.is_some() { "Philips" } else { "text" };
        fields::state(recording, system, code.unwrap_or_default(), text);
    };
    for statement in interpretation.all("statement") {
        let sides = ["leftstatement", "rightstatement"].into_iter().filter_map(|name| statement.child_text(name));
        let text = sides.collect::<Vec<_>>().join("; ");
        state(statement.child_text("statementcode"), &text);
    }
    if let Some(severity) = interpretation.child("severity") {
        let code = severity.attribute("code").map(str::trim).filter(|code| !code.is_empty());
        state(code, severity.text().trim_matches(['-', ' ']));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_whose_unit_the_schema_gives_have_one() {
        for (name, expected) in [
            ("heartrate", "/min"),
            ("meanventrate", "/min"),
            ("meanqtc", "ms"),
            ("print", "ms"),
            ("pppdur", "ms"),
            ("qrsfrontaxis", "deg"),
            ("transqrsmaxangle", "deg"),
            ("transqrsmaxmag", "uV"),
            ("ramp", "uV"),
            ("st80", "uV"),
            ("qrsarea", ""),
            ("stslope", ""),
            ("deltawavecount", ""),
            ("qonset", ""),
        ] {
            assert_eq!(unit(name), expected, "{name}");
        }
    }
}
