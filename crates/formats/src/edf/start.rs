//! Date, time and person: the header's fields and what EDF+ (sections 2.1.3.3 and 2.1.3.4) puts into them.

use ecg::{Recording, Severity, Sex, Warning};

use super::header::{Continuity, Header};
use crate::InputFile;

pub(super) const MONTHS: [&str; 12] =
    ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

/// A calendar date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Date {
    year: i64,
    month: i64,
    day: i64,
}

impl Date {
    /// The date, if the calendar has such a month and day.
    fn new(year: i64, month: i64, day: i64) -> Option<Date> {
        ((1..=12).contains(&month) && (1..=31).contains(&day)).then_some(Date { year, month, day })
    }

    fn iso(self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }

    /// The next calendar day.
    fn next(self) -> Date {
        let leap = self.year.rem_euclid(4) == 0 && (self.year.rem_euclid(100) != 0 || self.year.rem_euclid(400) == 0);
        let days = match self.month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        if self.day < days {
            Date { day: self.day.saturating_add(1), ..self }
        } else if self.month < 12 {
            Date { day: 1, month: self.month.saturating_add(1), ..self }
        } else {
            Date { day: 1, month: 1, year: self.year.saturating_add(1) }
        }
    }
}

/// Fills in the start, the person and the comments.
pub(super) fn describe(file: &InputFile, header: &Header, first_onset: f64, recording: &mut Recording) {
    let plus = header.continuity != Continuity::Plain;
    let mut words = header.recording.split(' ').filter(|word| !word.is_empty());
    let stated = words.next().filter(|&word| plus && word == "Startdate").and_then(|_| words.next());
    let date = stated.and_then(long_date).or_else(|| short_date(&header.date));
    // EDF+ has a date that is not known as "Startdate X" with this day in the header's own field.
    let unknown = stated == Some("X") && header.date == "01.01.85";
    recording.start = date.map(|date| match clock(&header.time) {
        Some(seconds) => moment(date, seconds, first_onset),
        None => date.iso(),
    });
    if unknown {
        let time = recording.start.as_deref().and_then(|start| start.find('T').and_then(|at| start.get(at..)));
        recording.start = time.filter(|time| *time != "T00:00:00").map(str::to_owned);
    } else if recording.start.is_none() {
        recording.warnings.push(Warning {
            severity: Severity::Note,
            file: file.name.to_owned(),
            place: "byte 168".to_owned(),
            message: "the start date is not a date (day.month.year); the recording's start is left open".to_owned(),
        });
    }

    if plus {
        person(&header.patient, recording);
        let equipment = words.nth(2).filter(|&word| word != "X");
        recording.comments.extend(equipment.map(|word| format!("Equipment: {}", word.replace('_', " "))));
    } else {
        recording.patient.id = Some(header.patient.clone()).filter(|text| !text.is_empty());
        let text = Some(header.recording.clone()).filter(|text| !text.is_empty());
        recording.comments.extend(text.map(|text| format!("Recording: {text}")));
    }
    for signal in header.signals.iter().filter(|signal| !signal.is_annotations()) {
        for (what, text) in [("transducer", &signal.transducer), ("filter", &signal.filter)] {
            if !text.is_empty() {
                recording.comments.push(format!("{}, {what}: {text}", signal.label));
            }
        }
    }
}

/// EDF+'s subfields: code, sex, birthdate, name; `X` is unknown, `_` a blank.
fn person(field: &str, recording: &mut Recording) {
    let mut words = field.split(' ').filter(|word| !word.is_empty());
    let mut known = || words.next().filter(|&word| word != "X").map(|word| word.replace('_', " "));
    recording.patient.id = known();
    recording.patient.sex = match known().as_deref() {
        Some("F") => Some(Sex::Female),
        Some("M") => Some(Sex::Male),
        _ => None,
    };
    recording.patient.born = known().as_deref().and_then(long_date).map(Date::iso);
    recording.patient.name = known();
}

/// `02-MAR-2002`.
fn long_date(text: &str) -> Option<Date> {
    let mut parts = text.split('-');
    let day = parts.next()?.parse().ok()?;
    let name = parts.next()?;
    let month = (1_i64..).zip(MONTHS).find(|(_, known)| known.eq_ignore_ascii_case(name))?.0;
    let year = parts.next()?.parse().ok().filter(|year| (1000..=9999).contains(year))?;
    Date::new(year, month, day)
}

/// `dd.mm.yy`: 85 to 99 are 1985 to 1999, 00 to 84 are 2000 to 2084. Other separators occur.
fn short_date(text: &str) -> Option<Date> {
    let [day, month, year] = three_numbers(text)?;
    let century = if year >= 85 { 1900 } else { 2000 };
    Date::new(year.saturating_add(century), month, day).filter(|_| (0..=99).contains(&year))
}

/// `hh.mm.ss` as seconds after midnight.
fn clock(text: &str) -> Option<i64> {
    let [hours, minutes, seconds] = three_numbers(text)?;
    let real = (0..24).contains(&hours) && (0..60).contains(&minutes) && (0..61).contains(&seconds);
    real.then(|| hours.saturating_mul(3600).saturating_add(minutes.saturating_mul(60)).saturating_add(seconds))
}

fn three_numbers(text: &str) -> Option<[i64; 3]> {
    let mut parts = text.split(['.', ':', '-', '/']).map(|part| part.trim().parse::<i64>().ok());
    let numbers = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(numbers)
}

/// Date and time of the first sample: the header's, moved by the first record's onset.
#[allow(clippy::cast_possible_truncation, reason = "the onset was bounded when it was read")]
fn moment(mut date: Date, clock: i64, onset: f64) -> String {
    const DAY: i64 = 86_400;
    // Ten thousandths of a millisecond are EDF+'s finest step; an onset before the header's time occurs in damage only.
    let (ticks, per_second) = ((onset.max(0.0) * 1e7).round() as i64, 10_000_000_i64);
    let mut seconds = clock.saturating_add(ticks.div_euclid(per_second));
    // A gap of years before the first record is damage: the date then stays.
    if seconds > DAY.saturating_mul(400) {
        seconds = clock;
    }
    while seconds >= DAY {
        seconds = seconds.saturating_sub(DAY);
        date = date.next();
    }
    let (hours, rest) = (seconds.div_euclid(3600), seconds.rem_euclid(3600));
    let (minutes, seconds) = (rest.div_euclid(60), rest.rem_euclid(60));
    let whole = format!("{}T{hours:02}:{minutes:02}:{seconds:02}", date.iso());
    match ticks.rem_euclid(per_second) {
        0 => whole,
        fraction => format!("{whole}.{}", format!("{fraction:07}").trim_end_matches('0')),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_digits_of_a_year_mean_1985_to_2084() {
        assert_eq!(short_date("24.04.89").unwrap().iso(), "1989-04-24");
        assert_eq!(short_date("01:02:84").unwrap().iso(), "2084-02-01");
        for rubbish in ["42.00.00", "", "1.1", "a.b.c", "01.13.20", "00.00.00"] {
            assert_eq!(short_date(rubbish), None, "{rubbish}");
        }
        assert_eq!(long_date("02-mar-2002").unwrap().iso(), "2002-03-02");
    }

    #[test]
    fn a_late_first_record_moves_the_start_over_midnight() {
        let eve = Date::new(2023, 12, 31).unwrap();
        assert_eq!(moment(eve, 86_399, 1.25), "2024-01-01T00:00:00.25");
        assert_eq!(moment(Date::new(2024, 2, 28).unwrap(), 0, 86_400.0), "2024-02-29T00:00:00");
        assert_eq!(moment(eve, 0, 0.0394531), "2023-12-31T00:00:00.0394531");
    }
}
