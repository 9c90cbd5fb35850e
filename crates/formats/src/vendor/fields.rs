//! Dates, times, persons and measurements as the dialects write them.

use ecg::{Lead, Measurement, Recording, Sex, Statement};

/// Characters of a field that describes a person or a lead.
const LONGEST: usize = 256;
/// Measurements, and statements, of one recording. A file with every measurement of every lead has about 700.
const MOST: usize = 10_000;

/// A decimal number; no "not a number", no infinity.
pub(crate) fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let is_number = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
    text.parse().ok().filter(|number: &f64| is_number && number.is_finite())
}

/// A field as it is kept: no longer than a field is, none where it holds neither letter nor digit (`---`).
pub(crate) fn words(text: &str) -> Option<String> {
    let text = text.trim();
    text.contains(char::is_alphanumeric).then(|| text.chars().take(LONGEST).collect())
}

/// A first and a last name as one.
pub(crate) fn name(first: Option<&str>, last: Option<&str>) -> Option<String> {
    let parts: Vec<String> = [first, last].into_iter().flatten().filter_map(words).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// A date of the calendar in ISO 8601.
pub(crate) fn date(year: &str, month: &str, day: &str) -> Option<String> {
    let digits = |text: &str| text.trim().parse::<u16>().ok();
    let (year, month, day) = (digits(year)?, digits(month)?, digits(day)?);
    let known = (1..=9999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    known.then(|| format!("{year:04}-{month:02}-{day:02}"))
}

/// A date of eight digits, `YYYYMMDD`.
pub(crate) fn compact_date(text: &str) -> Option<String> {
    let text = text.trim();
    date(text.get(..4)?, text.get(4..6)?, text.get(6..8)?)
}

/// A date in three parts with `-` or `/` between them; `order` says at which place year, month and day stand.
pub(crate) fn parted_date(text: &str, order: [usize; 3]) -> Option<String> {
    let parts: Vec<&str> = text.trim().splitn(4, ['-', '/']).collect();
    let [year, month, day] = order.map(|place| parts.get(place).copied());
    (parts.len() == 3).then_some(())?;
    date(year?, month?, day?)
}

/// A time of day in ISO 8601 from `HH:MM:SS`, `HH:MM` or `HHMMSS`, with a fraction of the second where there is one.
pub(crate) fn time(text: &str) -> Option<String> {
    let text = text.trim();
    let (hour, minute, second) = if text.contains(':') {
        let mut parts = text.splitn(3, ':');
        (parts.next()?, parts.next()?, parts.next().unwrap_or("00"))
    } else {
        (text.get(..2)?, text.get(2..4)?, text.get(4..)?)
    };
    let (whole, fraction) = second.split_once('.').unwrap_or((second, ""));
    let below = |text: &str, end: u8| text.parse::<u8>().ok().filter(|number| *number < end && !text.starts_with('+'));
    let (hour, minute, whole) = (below(hour, 24)?, below(minute, 60)?, below(whole, 61)?);
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > 9 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let point = if fraction.is_empty() { "" } else { "." };
    Some(format!("{hour:02}:{minute:02}:{whole:02}{point}{fraction}"))
}

/// A date with its time, where there is one.
pub(crate) fn moment(date: Option<String>, time: Option<String>) -> Option<String> {
    match (date, time) {
        (Some(date), Some(time)) => Some(format!("{date}T{time}")),
        (date, _) => date,
    }
}

/// Whole years of an age in a unit (`YEARS`, `MONTHS`, `WEEKS`, `DAYS`, `HOURS`); no unit stands for years.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 150")]
pub(crate) fn age(value: &str, unit: &str) -> Option<u16> {
    let years_of_one = match unit.trim().to_ascii_uppercase().trim_end_matches('S') {
        "" | "YEAR" | "YR" | "Y" => 1.0,
        "MONTH" | "M" => 1.0 / 12.0,
        "WEEK" | "W" => 7.0 / 365.25,
        "DAY" | "D" => 1.0 / 365.25,
        "HOUR" | "H" => 1.0 / 8766.0,
        _ => return None,
    };
    let years = number(value)? * years_of_one;
    (0.0..=150.0).contains(&years).then_some(years as u16)
}

/// The sex that a word names.
pub(crate) fn sex(text: &str) -> Option<Sex> {
    match text.trim().to_ascii_uppercase().as_str() {
        "MALE" | "M" => Some(Sex::Male),
        "FEMALE" | "F" => Some(Sex::Female),
        _ => None,
    }
}

/// Adds a measurement where the text is a number.
pub(crate) fn measure(into: &mut Recording, name: &str, value: &str, unit: &str, lead: Option<&Lead>) {
    if let Some(value) = number(value)
        && into.measurements.len() < MOST
    {
        let name = name.chars().take(LONGEST).collect();
        let unit = unit.chars().take(LONGEST).collect();
        into.measurements.push(Measurement { name, value, unit, lead: lead.cloned() });
    }
}

/// Adds a statement where the text says something.
pub(crate) fn state(into: &mut Recording, system: &str, code: &str, text: &str) {
    let text = text.trim();
    if text.contains(char::is_alphanumeric) && into.statements.len() < MOST {
        let text = text.chars().take(LONGEST.saturating_mul(8)).collect();
        let code = code.trim().chars().take(LONGEST).collect();
        into.statements.push(Statement { system: system.to_owned(), code, text });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_times_become_iso_or_nothing() {
        assert_eq!(parted_date("08-17-2025", [2, 0, 1]).as_deref(), Some("2025-08-17"));
        assert_eq!(parted_date("2011-12-01", [0, 1, 2]).as_deref(), Some("2011-12-01"));
        assert_eq!(parted_date("13-17-2025", [2, 0, 1]), None);
        assert_eq!(parted_date("1-2", [2, 0, 1]), None);
        assert_eq!(compact_date("20260101").as_deref(), Some("2026-01-01"));
        assert_eq!(compact_date("2026é101"), None);
        assert_eq!(time("09:15:11").as_deref(), Some("09:15:11"));
        assert_eq!(time("120000.250").as_deref(), Some("12:00:00.25"));
        assert_eq!((time("25:00:00"), time("é"), time("12")), (None, None, None));
        assert_eq!(moment(date("2026", "1", "1"), None).as_deref(), Some("2026-01-01"));
        assert_eq!(moment(None, time("09:15")), None);
    }

    #[test]
    fn ages_become_whole_years() {
        assert_eq!((age("45", "YEARS"), age("30", "MONTHS"), age("3", "DAYS")), (Some(45), Some(2), Some(0)));
        assert_eq!((age("-1", ""), age("nan", ""), age("5", "parsecs")), (None, None, None));
    }

    #[test]
    fn numbers_are_decimal_and_finite() {
        assert_eq!((number(" +4.88E0 "), number("-1e-3")), (Some(4.88), Some(-1e-3)));
        assert_eq!(
            (number("nan"), number("inf"), number("1e999"), number("0x10"), number("")),
            (None, None, None, None, None)
        );
    }

    #[test]
    fn dashes_are_no_name() {
        assert_eq!(name(Some("---"), Some(" Doe ")).as_deref(), Some("Doe"));
        assert_eq!(name(None, Some("---")), None);
    }
}
