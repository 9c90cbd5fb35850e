//! The header record.

use ecg::{Recording, Sex};

use super::super::start::MONTHS;
use super::lists::Lists;
use super::plan::Plan;
use super::{Column, unfit};
use crate::WriteError;

/// When the recording starts, as the header states it.
pub(super) struct Start {
    /// `dd.mm.yy`.
    date: String,
    /// `dd-MMM-yyyy`, or `X`.
    long_date: String,
    /// `hh.mm.ss`.
    time: String,
    /// What the first sample lies behind that, in ticks of 1e-7 seconds.
    pub(super) fraction: u64,
}

impl Start {
    pub(super) fn of(recording: &Recording) -> Start {
        let start = recording.start.as_deref().unwrap_or_default();
        let (date, time) = start.split_once('T').unwrap_or((start, ""));
        let date = calendar(date);
        let short = date.map(|(year, month, day)| {
            // EDF holds 1985 to 2084 in two digits; EDF+ asks for the letters beyond.
            let year = if (1985..=2084).contains(&year) { format!("{:02}", year % 100) } else { "yy".to_owned() };
            format!("{day:02}.{month:02}.{year}")
        });
        let mut parts = time.get(..8).unwrap_or_default().split(':').map(|part| part.parse::<u8>().ok());
        let clock = match (parts.next().flatten(), parts.next().flatten(), parts.next().flatten()) {
            (Some(hour), Some(minute), Some(second)) if hour < 24 && minute < 60 && second < 60 => {
                Some(format!("{hour:02}.{minute:02}.{second:02}"))
            }
            _ => None,
        };
        let digits = time.get(8..).and_then(|rest| rest.strip_prefix('.')).unwrap_or_default();
        let digits: String = digits.chars().take_while(char::is_ascii_digit).chain("0000000".chars()).take(7).collect();
        Start {
            date: short.unwrap_or_else(|| "01.01.85".to_owned()),
            long_date: date.map_or_else(|| "X".to_owned(), long),
            fraction: if clock.is_some() { digits.parse().unwrap_or(0) } else { 0 },
            time: clock.unwrap_or_else(|| "00.00.00".to_owned()),
        }
    }
}

/// `2001-02-03` as year, month and day.
fn calendar(text: &str) -> Option<(u16, u8, u8)> {
    let mut parts = text.split('-');
    let date = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let (year, month, day) = date;
    let valid = (1000..=9999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    (valid && parts.next().is_none()).then_some((year, month, day))
}

/// `03-FEB-2001`.
fn long((year, month, day): (u16, u8, u8)) -> String {
    let month = MONTHS.get(usize::from(month).saturating_sub(1)).copied().unwrap_or("JAN");
    format!("{day:02}-{month}-{year:04}")
}

/// Text in printable ASCII, cut to a width.
pub(super) fn ascii(text: &str, width: usize) -> String {
    let letter = |letter: char| match letter {
        letter if letter.is_ascii_graphic() || letter == ' ' => letter,
        letter if letter.is_control() || letter.is_whitespace() => ' ',
        _ => '?',
    };
    text.trim().chars().map(letter).take(width).collect()
}

/// A part of EDF+'s fields of parts: blanks become `_`, what is not known `X`.
fn word(text: Option<&str>) -> String {
    match text.map(|text| ascii(text, 80).split_whitespace().collect::<Vec<_>>().join("_")) {
        Some(word) if !word.is_empty() => word,
        _ => "X".to_owned(),
    }
}

pub(super) fn header(
    recording: &Recording,
    columns: &[Column],
    plan: &Plan,
    start: &Start,
    lists: &Lists,
    width: u64,
) -> Result<Vec<u8>, WriteError> {
    let signals = columns.len().saturating_add(1);
    if signals > 9999 {
        return Err(unfit("the recording", format!("{signals} signals"), "up to 9998 leads"));
    }
    let is_wide = width == 3;
    let patient = &recording.patient;
    let sex = match patient.sex {
        Some(Sex::Female) => "F",
        Some(Sex::Male) => "M",
        None => "X",
    };
    let born = patient.born.as_deref().and_then(calendar).map_or_else(|| "X".to_owned(), long);
    let person = format!("{} {sex} {born} {}", word(patient.id.as_deref()), word(patient.name.as_deref()));
    let kind = match (is_wide, plan.has_gaps()) {
        (false, false) => "EDF+C",
        (false, true) => "EDF+D",
        (true, false) => "BDF+C",
        (true, true) => "BDF+D",
    };
    let mut bytes = if is_wide { b"\xffBIOSEMI".to_vec() } else { b"0       ".to_vec() };
    let mut put = |text: &str, width: usize| bytes.extend(format!("{text:width$.width$}").into_bytes());
    put(&person, 80);
    put(&format!("Startdate {} X X X", start.long_date), 80);
    put(&start.date, 8);
    put(&start.time, 8);
    put(&signals.saturating_add(1).saturating_mul(256).to_string(), 8);
    put(kind, 44);
    put(&plan.starts.len().to_string(), 8);
    put(&plan.duration, 8);
    put(&signals.to_string(), 4);

    let (lowest, highest) = if is_wide { ("-8388608", "8388607") } else { ("-32768", "32767") };
    let own_label = if is_wide { "BDF Annotations" } else { "EDF Annotations" };
    let own_samples = lists.bytes.checked_div(width).unwrap_or(0);
    let mut all = |width: usize, of: &dyn Fn(&Column) -> String, own: &str| {
        for column in columns {
            put(&of(column), width);
        }
        put(own, width);
    };
    let physical = |column: &Column, side: usize| column.limits.physical.get(side).cloned().unwrap_or_default();
    let digital =
        |column: &Column, side: usize| column.limits.digital.get(side).map_or_else(String::new, ToString::to_string);
    all(16, &|column| column.label.clone(), own_label);
    all(80, &|_| String::new(), "");
    all(8, &|column| column.unit.clone(), "");
    all(8, &|column| physical(column, 0), "-1");
    all(8, &|column| physical(column, 1), "1");
    all(8, &|column| digital(column, 0), lowest);
    all(8, &|column| digital(column, 1), highest);
    all(80, &|_| String::new(), "");
    all(8, &|column| column.each.saturating_mul(plan.frames).to_string(), &own_samples.to_string());
    all(32, &|_| String::new(), "");
    if own_samples > 99_999_999 {
        return Err(unfit("the annotations", format!("{own_samples} samples a record"), "up to 99999999"));
    }
    Ok(bytes)
}
