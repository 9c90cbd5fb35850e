//! Dates and times of day as files of many formats write them, to ISO 8601. What is no date of the calendar is none.

/// `2001-02-03`, where the calendar has such a day.
pub(crate) fn date(year: i64, month: i64, day: i64) -> Option<String> {
    let leap = year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    };
    ((1..=9999).contains(&year) && (1..=days).contains(&day)).then(|| format!("{year:04}-{month:02}-{day:02}"))
}

/// `04:05:06`, where a day has such a time; a leap second is one.
pub(crate) fn time(hour: i64, minute: i64, second: i64) -> Option<String> {
    let fits = (0..24).contains(&hour) && (0..60).contains(&minute) && (0..=60).contains(&second);
    fits.then(|| format!("{hour:02}:{minute:02}:{second:02}"))
}

/// A text that begins with `2001-02-03 04:05:06` or `2001-02-03T04:05:06.789`: the moment in ISO 8601 and what follows it (a time zone).
pub(crate) fn written(text: &str) -> Option<(String, &str)> {
    let bytes = text.as_bytes();
    let number = |from: usize, to: usize| {
        let digits = bytes.get(from..to).filter(|digits| digits.iter().all(u8::is_ascii_digit))?;
        core::str::from_utf8(digits).ok()?.parse::<i64>().ok()
    };
    let mark = |at: usize, marks: &[u8]| bytes.get(at).is_some_and(|mark| marks.contains(mark));
    let marked = mark(4, b"-") && mark(7, b"-") && mark(10, b"T ") && mark(13, b":") && mark(16, b":");
    if !marked {
        return None;
    }
    let date = date(number(0, 4)?, number(5, 7)?, number(8, 10)?)?;
    let time = time(number(11, 13)?, number(14, 16)?, number(17, 19)?)?;
    let rest = text.get(19..)?;
    let digits = rest.strip_prefix('.').map_or(0, |digits| digits.bytes().take_while(u8::is_ascii_digit).count());
    let end = if digits > 0 { digits.saturating_add(1) } else { 0 };
    let (fraction, rest) = rest.split_at_checked(end)?;
    Some((format!("{date}T{time}{fraction}"), rest.trim()))
}

/// The day, the time of day and the time zone of a start as recordings hold it (`2001-02-03T04:05:06.7+01:00`); empty where it has none.
pub(crate) fn parts(start: &str) -> (&str, &str, &str) {
    let (day, rest) = start.split_once('T').unwrap_or((start, ""));
    let (clock, zone) = rest.split_at_checked(rest.find(['+', '-', 'Z']).unwrap_or(rest.len())).unwrap_or((rest, ""));
    (day, clock, zone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_has_a_day_a_time_and_a_zone() {
        assert_eq!(parts("2015-02-19T09:30:35.5+01:00"), ("2015-02-19", "09:30:35.5", "+01:00"));
        assert_eq!(parts("2015-02-19T09:30:35Z"), ("2015-02-19", "09:30:35", "Z"));
        assert_eq!(parts("2015-02-19"), ("2015-02-19", "", ""));
    }

    #[test]
    fn only_days_of_the_calendar_are_dates() {
        assert_eq!(date(2024, 2, 29).as_deref(), Some("2024-02-29"));
        for (year, month, day) in [(2023, 2, 29), (1900, 2, 29), (2000, 13, 1), (2000, 4, 31), (-9, -9, -9), (0, 1, 1)]
        {
            assert_eq!(date(year, month, day), None, "{year} {month} {day}");
        }
        assert_eq!((time(23, 59, 60).as_deref(), time(24, 0, 0)), (Some("23:59:60"), None));
    }

    #[test]
    fn a_written_moment_loses_nothing() {
        let moment = |text| written(text).map(|(moment, rest)| (moment, rest.to_owned()));
        let is = |moment: &str, rest: &str| Some((moment.to_owned(), rest.to_owned()));
        assert_eq!(moment("2016-06-01T18:15:25.777-04:00"), is("2016-06-01T18:15:25.777", "-04:00"));
        assert_eq!(moment("2026-01-01 12:00:00 +0000"), is("2026-01-01T12:00:00", "+0000"));
        assert_eq!(moment("2020-11-15 12:59:50"), is("2020-11-15T12:59:50", ""));
        for text in [
            "",
            "2020-11-15",
            "2020-13-15 12:59:50",
            "2020-11-15x12:59:50",
            "+020-11-15 12:59:50",
            "2020-11-15 12:59:5é",
        ] {
            assert_eq!(moment(text), None, "{text}");
        }
    }
}
