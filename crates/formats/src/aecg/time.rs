//! Times of HL7: points (`TS`), durations (`PQ` of a unit of time) and the generated lists that a sequence set runs by.

use crate::decimals::number;
use crate::xml::Element;

/// A point in time: `YYYY[MM[DD[HH[MM[SS[.fraction]]]]]]` with an optional zone.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Moment {
    /// Whole seconds of the calendar, in universal time where a zone is stated.
    seconds: i64,
    fraction: f64,
    /// The same as ISO 8601, as precise as it was written.
    pub(super) iso: String,
}

impl Moment {
    /// Reads one; blanks and quotation marks around it are tolerated.
    pub(super) fn parse(text: &str) -> Option<Moment> {
        let text = text.trim_matches([' ', '\t', '\r', '\n', '"', '\'']);
        if text.len() > 40 {
            return None;
        }
        let (clock, zone) = match text.find(['+', '-', 'Z']) {
            Some(at) => text.split_at_checked(at)?,
            None => (text, ""),
        };
        let (digits, fraction) = clock.split_once(['.', ',']).unwrap_or((clock, ""));
        let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if !plain(digits) || !plain(fraction) || !matches!(digits.len(), 4 | 6 | 8 | 10 | 12 | 14) {
            return None;
        }
        if !fraction.is_empty() && digits.len() != 14 {
            return None;
        }
        let part = |from: usize, to: usize| digits.get(from..to);
        let value = |from: usize, to: usize, least: i64, most: i64| match part(from, to) {
            Some(part) => part.parse::<i64>().ok().filter(|value| (least..=most).contains(value)),
            None => Some(least),
        };
        let (year, month, day) = (value(0, 4, 0, 9999)?, value(4, 6, 1, 12)?, value(6, 8, 1, 31)?);
        let (hour, minute, second) = (value(8, 10, 0, 23)?, value(10, 12, 0, 59)?, value(12, 14, 0, 60)?);
        let (offset, zone) = self::zone(zone)?;

        let mut iso = part(0, 4)?.to_owned();
        for (before, from) in [('-', 4), ('-', 6), ('T', 8), (':', 10), (':', 12)] {
            if let Some(part) = part(from, from.saturating_add(2)) {
                iso.push(before);
                iso.push_str(part);
            }
        }
        let trimmed = fraction.trim_end_matches('0');
        if !trimmed.is_empty() {
            iso.push('.');
            iso.push_str(trimmed);
        }
        if digits.len() > 8 {
            iso.push_str(&zone);
        }
        let clock = hour.saturating_mul(3600).saturating_add(minute.saturating_mul(60)).saturating_add(second);
        let seconds = days(year, month, day).saturating_mul(86_400).saturating_add(clock).saturating_sub(offset);
        let fraction = if fraction.is_empty() { 0.0 } else { format!("0.{fraction}").parse().ok()? };
        Some(Moment { seconds, fraction, iso })
    }

    /// Seconds from `earlier` to this.
    pub(super) fn since(&self, earlier: &Moment) -> f64 {
        self.seconds.saturating_sub(earlier.seconds) as f64 + (self.fraction - earlier.fraction)
    }
}

/// Seconds east of universal time, and the zone as ISO 8601 has it.
fn zone(text: &str) -> Option<(i64, String)> {
    if matches!(text, "" | "Z") {
        return Some((0, text.to_owned()));
    }
    let (sign, digits) = text.split_at_checked(1)?;
    let digits = digits.replace(':', "");
    if !matches!(digits.len(), 2 | 4) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes) = (digits.get(..2)?, digits.get(2..).filter(|text| !text.is_empty()).unwrap_or("00"));
    let seconds = hours.parse::<i64>().ok()?.saturating_mul(3600);
    let seconds = seconds.saturating_add(minutes.parse::<i64>().ok()?.saturating_mul(60));
    let east = if sign == "-" { seconds.saturating_neg() } else { seconds };
    Some((east, format!("{sign}{hours}:{minutes}")))
}

/// Days from 1 March of the year 0; the year is taken to begin in March, so that the leap day is its last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) =
        if month > 2 { (year, month.saturating_sub(3)) } else { (year.saturating_sub(1), month.saturating_add(9)) };
    let leap = year.div_euclid(4).saturating_sub(year.div_euclid(100)).saturating_add(year.div_euclid(400));
    let before = month.saturating_mul(153).saturating_add(2).div_euclid(5);
    [year.saturating_mul(365), leap, before, day.saturating_sub(1)].into_iter().fold(0, i64::saturating_add)
}

/// How many of a unit of time one second is.
pub(super) fn per_second(unit: &str) -> Option<f64> {
    match unit.trim() {
        "s" | "sec" | "S" => Some(1.0),
        "ms" | "msec" | "MS" => Some(1e3),
        "us" | "µs" | "μs" | "usec" => Some(1e6),
        "ns" => Some(1e9),
        "min" => Some(1.0 / 60.0),
        _ => None,
    }
}

/// A quantity of time in seconds: its `value` and `unit`.
pub(super) fn seconds(element: Element) -> Option<f64> {
    let value = number(element.attribute("value")?)?;
    let unit = element.attribute("unit").unwrap_or_default();
    // Zero is zero in every unit.
    if value == 0.0 { Some(0.0) } else { Some(value / per_second(unit)?) }
}

/// The beginning of an interval: its `low`, else its `center`, else its own value.
pub(super) fn beginning(interval: Element) -> Option<Moment> {
    let parts = ["low", "center"].iter().filter_map(|name| interval.child(name)).chain([interval]);
    parts.filter_map(|part| part.attribute("value")).find_map(Moment::parse)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn iso(text: &str) -> Option<String> {
        Moment::parse(text).map(|moment| moment.iso)
    }

    #[test]
    fn a_point_in_time_is_as_precise_as_it_is_written() {
        assert_eq!(iso("20021122091000.250").as_deref(), Some("2002-11-22T09:10:00.25"));
        assert_eq!(iso(" \"200211220910\" ").as_deref(), Some("2002-11-22T09:10"));
        assert_eq!(iso("20021122091000-0530").as_deref(), Some("2002-11-22T09:10:00-05:30"));
        assert_eq!(iso("20021122091000Z").as_deref(), Some("2002-11-22T09:10:00Z"));
        assert_eq!((iso("20021122").as_deref(), iso("2002").as_deref()), (Some("2002-11-22"), Some("2002")));
        for rubbish in ["", "432432x", "20021322", "2002112209100", "2002.5", "20021122250000", "20021122091000+1"] {
            assert_eq!(iso(rubbish), None, "{rubbish}");
        }
    }

    #[test]
    fn seconds_between_points_pass_days_leap_years_and_zones() {
        let between = |from: &str, to: &str| Moment::parse(to).unwrap().since(&Moment::parse(from).unwrap());
        assert_eq!(between("20240228235959.5", "20240301000000.25"), 86_400.75);
        assert_eq!(between("20230228235959", "20230301000000"), 1.0);
        assert_eq!(between("20231231", "20240101"), 86_400.0);
        assert_eq!(between("20240101120000Z", "20240101140000+0200"), 0.0);
        assert!((between("20240101120000.001", "20240101120000.003") - 0.002).abs() < 1e-12);
    }
}
