//! The text of a header that is written.

use std::fmt::Write as _;

use ecg::{Recording, Scale, Sex, Unit};

use super::storage::StorageFormat;
use super::write::Column;
use crate::encoding::printable;
use crate::moment;

/// The record line, a line a signal, and what is known beside the samples as comments.
pub(super) fn header(
    recording: &Recording,
    name: &str,
    format: StorageFormat,
    rate: f64,
    frames: usize,
    columns: &[Column],
) -> String {
    let mut text = format!("{name} {} {rate} {frames}", columns.len());
    if let Some((time, date)) = recording.start.as_deref().and_then(time_and_date) {
        let _ = write!(text, " {time}{date}");
    }
    text.push('\n');
    for column in columns {
        let Scale { gain, baseline, unit } = &column.scale;
        let unit = match unit {
            Unit::Microvolt => "uV".to_owned(),
            unit => {
                let unit = printable(unit.symbol()).split_whitespace().collect::<Vec<_>>().join("_");
                first_part(&unit, LONGEST_UNIT).to_owned()
            }
        };
        let frame = if column.per_frame > 1 { format!("x{}", column.per_frame) } else { String::new() };
        let sum = column.counts.iter().fold(0i32, |sum, count| sum.wrapping_add(*count));
        let [low, high, ..] = sum.to_le_bytes();
        let sum = i16::from_le_bytes([low, high]);
        let first = column.counts.first().copied().unwrap_or(0);
        let label = first_part(&one_line(column.signal.written_label()), LONGEST_TEXT).to_owned();
        let _ = writeln!(
            text,
            "{} {}{frame} {gain}({baseline})/{unit} {} 0 {first} {sum} 0 {label}",
            column.file,
            format.code(),
            format.bits(),
        );
    }
    if let Some(age) = recording.patient.age {
        let _ = writeln!(text, "# Age: {age}");
    }
    if let Some(sex) = recording.patient.sex {
        let _ = writeln!(text, "# Sex: {}", if sex == Sex::Female { "Female" } else { "Male" });
    }
    statements(&mut text, recording);
    let zone = moment::parts(recording.start.as_deref().unwrap_or_default()).2;
    if !zone.is_empty() {
        let _ = writeln!(text, "# Time zone of the start: {}", one_line(zone));
    }
    recording.comments.iter().for_each(|said| comment(&mut text, said));
    text
}

/// A line of codes, or more where one would be longer than a reader takes.
fn statements(text: &mut String, recording: &Recording) {
    let mut codes = String::new();
    for statement in &recording.statements {
        let said = if statement.code.is_empty() { &statement.text } else { &statement.code };
        let said = one_line(said).replace(',', ";");
        let said = first_part(&said, LONGEST_TEXT);
        if !codes.is_empty() && codes.len().saturating_add(said.len()) >= LONGEST_TEXT {
            let _ = writeln!(text, "# Dx: {codes}");
            codes.clear();
        }
        if !codes.is_empty() {
            codes.push(',');
        }
        codes.push_str(said);
    }
    if !recording.statements.is_empty() {
        let _ = writeln!(text, "# Dx: {codes}");
    }
}

/// A comment, in several lines where it is too long for one.
fn comment(text: &mut String, comment: &str) {
    let comment = one_line(comment);
    let mut rest = comment.as_str();
    loop {
        let part = first_part(rest, LONGEST_TEXT);
        let _ = writeln!(text, "# {part}");
        rest = rest.get(part.len()..).unwrap_or_default();
        if rest.is_empty() {
            break;
        }
    }
}

/// Bytes of a text of one line: with what stands before it, less than [`crate::Limits::text_bytes`] allows.
const LONGEST_TEXT: usize = 60_000;

/// Bytes of a unit, which stands in a line with a label.
const LONGEST_UNIT: usize = 1_000;

/// The text's beginning of at most so many bytes.
fn first_part(text: &str, most: usize) -> &str {
    text.get(..text.floor_char_boundary(most)).unwrap_or(text)
}

fn one_line(text: &str) -> String {
    text.split(['\n', '\r', '\0']).map(|part| printable(part.trim())).collect::<Vec<_>>().join(" ")
}

/// `2001-02-03T04:05:06.7+01:00` as header(5) has it: `04:05:06.7` and ` 03/02/2001`.
fn time_and_date(start: &str) -> Option<(&str, String)> {
    let (date, time, _) = moment::parts(start);
    let date: Vec<&str> = date.split('-').collect();
    let date = match date.as_slice() {
        [year, month, day] => format!(" {day}/{month}/{year}"),
        _ => String::new(),
    };
    let is_time = !time.is_empty() && time.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.'));
    is_time.then_some((time, date))
}

#[cfg(test)]
mod tests {
    use ecg::Statement;

    use super::*;

    #[test]
    fn texts_too_long_for_a_line_take_several() {
        let statement = |code: &str| Statement { code: code.to_owned(), ..Statement::default() };
        let long = "\u{e9}".repeat(40_000);
        let recording = Recording {
            statements: vec![statement("a"), statement(&long), statement("b")],
            comments: vec![long.clone()],
            ..Recording::default()
        };
        let text = header(&recording, "a", StorageFormat::F16, 500.0, 0, &[]);
        let lines: Vec<&str> = text.lines().skip(1).collect();
        assert_eq!(lines.len(), 5);
        assert!(lines.iter().all(|line| line.len() < LONGEST_TEXT + 10));
        assert_eq!((lines[0], lines[2]), ("# Dx: a", "# Dx: b"));
        let halves: String = lines[3..].iter().map(|line| &line[2..]).collect();
        assert_eq!(halves, long, "a comment loses nothing");
    }
}
