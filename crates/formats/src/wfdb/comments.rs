//! What comment lines say of person and diagnosis, in the dialects of PhysioNet's databases.
//!
//! Known are `# Age: 61`, `# Sex: Male`, `# Dx: 426783006,...` (the challenges, with SNOMED CT codes), `<age>: 51 <sex>: F`
//! with `<diagnoses>:` and a line for each (LUDB), `# age: 81` and `# Reason for admission: ...` (PTB), and the line
//! `69 M 1085 1629 x1` that the records of MIT-BIH begin with. Every other line stays a comment.

use ecg::{Recording, Severity, Sex, Statement, Warning};

/// Diagnoses that are kept: who states more wants memory.
const MOST_STATEMENTS: usize = 1 << 16;

/// Sorts comment lines into `recording`.
pub(super) fn sort(lines: &[String], recording: &mut Recording) {
    let mut in_diagnoses = false;
    for line in lines {
        if line.is_empty() {
            continue;
        }
        if recording.statements.len() > MOST_STATEMENTS {
            recording.statements.truncate(MOST_STATEMENTS);
            let message = format!("more than {MOST_STATEMENTS} diagnoses; the rest was left out");
            let file = recording.source.files.first().cloned().unwrap_or_default();
            recording.warnings.push(Warning { severity: Severity::Data, file, place: String::new(), message });
            return;
        }
        if line.starts_with('<') {
            in_diagnoses = tagged(line, recording);
        } else if in_diagnoses {
            recording.statements.push(text(line));
        } else if !keyed(line, recording) {
            age_and_sex(line, recording);
            recording.comments.push(line.clone());
        }
    }
}

/// `<key>: value  <key>: value`; true when a list of diagnoses follows.
fn tagged(line: &str, recording: &mut Recording) -> bool {
    let mut opens_list = false;
    for part in line.split('<').skip(1) {
        let Some((key, value)) = part.split_once('>') else {
            recording.comments.push(format!("<{part}"));
            continue;
        };
        let value = value.trim_start_matches(':').trim();
        if key.eq_ignore_ascii_case("diagnoses") || key.eq_ignore_ascii_case("diagnosis") {
            opens_list = true;
            if !value.is_empty() {
                recording.statements.push(text(value));
            }
        } else if !known(key, value, recording) {
            recording.comments.push(format!("{key}: {value}"));
        }
    }
    opens_list
}

/// `Key: value`; true when it was understood.
fn keyed(line: &str, recording: &mut Recording) -> bool {
    line.split_once(':').is_some_and(|(key, value)| known(key.trim(), value.trim(), recording))
}

fn known(key: &str, value: &str, recording: &mut Recording) -> bool {
    match key.to_ascii_lowercase().as_str() {
        "age" => {
            recording.patient.age = age(value).or(recording.patient.age);
            age(value).is_some() || unknown(value)
        }
        "sex" | "gender" => {
            recording.patient.sex = sex(value).or(recording.patient.sex);
            sex(value).is_some() || unknown(value)
        }
        "dx" => {
            recording.statements.extend(value.split(',').map(str::trim).filter(|code| !unknown(code)).map(coded));
            true
        }
        "reason for admission" | "additional diagnoses" if !unknown(value) => {
            recording.statements.push(text(value));
            true
        }
        _ => false,
    }
}

/// MIT-BIH: age and sex open the line, recorder numbers follow.
fn age_and_sex(line: &str, recording: &mut Recording) {
    let mut fields = line.split_whitespace();
    let (Some(first), Some(second)) = (fields.next(), fields.next()) else { return };
    if let (Some(years), Some(sex), true) = (age(first), sex(second), second.len() == 1) {
        recording.patient.age = recording.patient.age.or(Some(years));
        recording.patient.sex = recording.patient.sex.or(Some(sex));
    }
}

/// Whole years; a fraction is cut, and what no person can be is none.
fn age(value: &str) -> Option<u16> {
    let digits = value.split('.').next().unwrap_or_default();
    digits.parse().ok().filter(|years| *years <= 130)
}

fn sex(value: &str) -> Option<Sex> {
    match value.to_ascii_lowercase().as_str() {
        "f" | "female" => Some(Sex::Female),
        "m" | "male" => Some(Sex::Male),
        _ => None,
    }
}

fn unknown(value: &str) -> bool {
    matches!(value.to_ascii_lowercase().as_str(), "" | "unknown" | "nan" | "n/a" | "-1" | "?" | "no")
}

/// A code of the challenges: all digits is SNOMED CT.
fn coded(code: &str) -> Statement {
    if code.bytes().all(|byte| byte.is_ascii_digit()) {
        return Statement { system: "SNOMED CT".to_owned(), code: code.to_owned(), text: String::new() };
    }
    text(code)
}

fn text(line: &str) -> Statement {
    Statement { system: "text".to_owned(), code: String::new(), text: line.trim().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(lines: &[&str]) -> Recording {
        let mut recording = Recording::default();
        sort(&lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>(), &mut recording);
        recording
    }

    #[test]
    fn the_challenges_comments_become_patient_and_statements() {
        let recording = sorted(&["Age: 78", "Sex: Male", "Dx: 67741000119109,426177001", "Rx: Unknown"]);
        assert_eq!((recording.patient.age, recording.patient.sex), (Some(78), Some(Sex::Male)));
        let codes: Vec<_> = recording.statements.iter().map(|statement| statement.code.as_str()).collect();
        assert_eq!(codes, ["67741000119109", "426177001"]);
        assert_eq!(recording.comments, ["Rx: Unknown"]);
    }

    #[test]
    fn the_diagnoses_of_ludb_are_one_statement_a_line() {
        let recording = sorted(&["<age>: 51", "<sex>: F", "<diagnoses>:", "Rhythm: Sinus bradycardia.", "Axis: left."]);
        assert_eq!((recording.patient.age, recording.patient.sex), (Some(51), Some(Sex::Female)));
        assert_eq!(recording.statements.len(), 2);
        assert_eq!(recording.statements[0].text, "Rhythm: Sinus bradycardia.");
    }

    #[test]
    fn the_first_line_of_mit_bih_gives_age_and_sex() {
        let recording = sorted(&["69 M 1085 1629 x1", "Aldomet, Inderal"]);
        assert_eq!((recording.patient.age, recording.patient.sex), (Some(69), Some(Sex::Male)));
        assert_eq!(recording.comments.len(), 2);
    }

    #[test]
    fn an_unknown_age_is_absent() {
        for line in ["Age: Unknown", "Age: NaN", "Age: 300", "Age: -1"] {
            assert_eq!(sorted(&[line]).patient.age, None, "{line}");
        }
    }
}
