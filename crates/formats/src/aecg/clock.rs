//! Time sequences: when a set begins, and how many samples a second there are.
//!
//! HL7's types allow two lists for a time. A generated one (`GLIST_TS`, `GLIST_PQ`) has a `head` and an `increment`; its `period` and
//! `denominator` would make times repeat. One of sampled values (`SLIST_TS`, `SLIST_PQ`) states each time: `origin + digit * scale`.
//! Steps that are equal are a rate, and so are those that differ by the rounding of their digits; others are none.

use ecg::Counts;

use super::series::{Head, Reading, code};
use super::time::{self, Moment};
use crate::Error;
use crate::decimals::{self, Numbers, number};
use crate::xml::Element;

const PLACE: &str = "time sequence";
/// Seconds that a head may be away from its series.
const FAR: f64 = 1e9;

/// The times of a set.
#[derive(Default)]
pub(super) struct Clock {
    pub(super) head: Option<Head>,
    /// Samples a second.
    pub(super) rate: Option<f64>,
    /// How many times are stated, where each is.
    pub(super) times: Option<usize>,
    /// True where the times are no rate: no rate that the user gives would make them one.
    pub(super) is_refused: bool,
}

impl Clock {
    /// Reads one time sequence; a set may have one of absolute and one of relative times.
    ///
    /// # Errors
    /// More times than the limits.
    pub(super) fn read(&mut self, sequence: Element, reading: &mut Reading) -> Result<(), Error> {
        let Some(value) = sequence.child("value") else { return Ok(()) };
        let is_absolute = code(sequence) == "TIME_ABSOLUTE";
        match (value.child("increment"), value.child("digits")) {
            (Some(increment), _) => {
                self.begin(value, "head", is_absolute, 0.0, reading);
                self.generated(value, increment, reading);
            }
            (None, Some(digits)) => self.listed(value, digits, is_absolute, reading)?,
            (None, None) => {
                self.begin(value, "head", is_absolute, 0.0, reading);
                let message = "it has neither an increment (GLIST_TS, GLIST_PQ) nor digits (SLIST_TS, SLIST_PQ), so that it tells no rate";
                reading.notes.data(PLACE, message);
            }
        }
        Ok(())
    }

    /// Takes the head, or origin, of a list whose first time is `after` seconds later.
    fn begin(&mut self, value: Element, name: &str, is_absolute: bool, after: f64, reading: &mut Reading) {
        let Some(head) = value.child(name) else { return };
        self.head = if is_absolute {
            Moment::parse(head.attribute("value").unwrap_or_default()).map(|moment| Head::At(moment, after))
        } else {
            let seconds = time::seconds(head).map(|seconds| seconds + after);
            seconds.filter(|seconds| seconds.abs() < FAR).map(Head::After)
        };
        if self.head.is_none() {
            reading.notes.note(PLACE, format!("its {name} is no time; its leads begin with their series"));
        }
    }

    fn generated(&mut self, value: Element, increment: Element, reading: &mut Reading) {
        let factor = |name: &str| value.attribute(name).and_then(number);
        let (period, denominator) = (factor("period"), factor("denominator"));
        if period.is_some_and(|period| period > 0.0) || denominator.is_some_and(|number| number != 1.0) {
            let found = "a generated list of times that repeat (a period, or a denominator that is not 1)";
            self.refuse(value, found, reading);
            return;
        }
        let step = increment.attribute("value").and_then(number);
        let unit = increment.attribute("unit").unwrap_or_default();
        match (step, time::per_second(unit)) {
            (Some(step), Some(per_second)) if step > 0.0 => self.rate = Some(per_second / step),
            (Some(step), None) if step > 0.0 => {
                reading.notes.note(PLACE, "its increment has no unit of time, so that it tells no rate");
            }
            _ => reading.notes.note(PLACE, "its increment is no positive number"),
        }
    }

    /// A list that states each time.
    fn listed(
        &mut self,
        value: Element,
        digits: Element,
        is_absolute: bool,
        reading: &mut Reading,
    ) -> Result<(), Error> {
        let scale = value.child("scale");
        let step = scale.and_then(|scale| number(scale.attribute("value")?)).filter(|step| *step != 0.0);
        let per_second = scale.and_then(|scale| time::per_second(scale.attribute("unit").unwrap_or_default()));
        let (Some(step), Some(per_second)) = (step, per_second) else {
            reading.notes.data(PLACE, "its scale is no number with a unit of time, so that its digits tell no rate");
            self.begin(value, "origin", is_absolute, 0.0, reading);
            return Ok(());
        };
        if !digits.is_whole() {
            reading.notes.data(PLACE, "the file ends within its digits, so that they tell no rate");
            return Ok(());
        }
        let read = decimals::read(reading.file, digits.text(), &mut reading.room, reading.limits)?;
        let times = Times(read.numbers);
        let seconds = |digit: f64| digit * step / per_second;
        let after = times.at(0).map_or(0.0, seconds);
        self.begin(value, "origin", is_absolute, if after.abs() < FAR { after } else { 0.0 }, reading);
        self.times = Some(times.count());
        if !read.missing.is_empty() {
            self.refuse(value, "a list of times some of which are no numbers", reading);
            return Ok(());
        }
        let rate_of = |digits: f64| per_second / (digits * step);
        match times.steps() {
            None => reading.notes.data(PLACE, "it states fewer than two times, so that it tells no rate"),
            Some(Steps::Equal(mean)) if mean * step > 0.0 => self.rate = Some(rate_of(mean)),
            Some(Steps::Rounded { mean, error }) if mean * step > 0.0 => {
                let (one, other) = (rate_of(mean + error), rate_of(mean - error));
                let whole = one.min(other).ceil();
                let rate = if whole <= one.max(other) { whole } else { rate_of(mean) };
                let message =
                    format!("its times are rounded; {rate} samples a second were taken, which is within the rounding");
                reading.notes.note(PLACE, message);
                self.rate = Some(rate);
            }
            Some(Steps::Equal(_) | Steps::Rounded { .. }) => {
                self.refuse(value, "a list of times that do not rise", reading);
            }
            Some(Steps::Uneven { least, most }) => {
                let (least, most) = (seconds(least), seconds(most));
                let found = format!("a list of times with steps from {} to {} s", least.min(most), least.max(most));
                self.refuse(value, &found, reading);
            }
        }
        Ok(())
    }

    fn refuse(&mut self, value: Element, found: &str, reading: &mut Reading) {
        reading.notes.data(PLACE, format!("{found}: they are no sampling rate, and its leads are left out"));
        self.is_refused = true;
        // A place takes as long to count as the file is: once.
        if reading.refused.is_none() {
            reading.refused = Some(Error::unsupported(reading.file, value.place(), found, "times at equal steps"));
        }
    }
}

/// How times follow each other, in digits.
#[derive(Debug, PartialEq)]
enum Steps {
    Equal(f64),
    /// All lie within one digit of an even line, whose step is known but for `error`.
    Rounded {
        mean: f64,
        error: f64,
    },
    Uneven {
        least: f64,
        most: f64,
    },
}

/// Times in digits, as they were read.
struct Times(Numbers);

impl Times {
    fn count(&self) -> usize {
        match &self.0 {
            Numbers::Counts(counts) => counts.len(),
            Numbers::Values(values) => values.len(),
        }
    }

    fn at(&self, number: usize) -> Option<f64> {
        match &self.0 {
            Numbers::Counts(Counts::Narrow(counts)) => counts.get(number).copied().map(f64::from),
            Numbers::Counts(Counts::Wide(counts)) => counts.get(number).copied().map(f64::from),
            Numbers::Values(values) => values.get(number).copied(),
        }
    }

    /// None for fewer than two times. Only whole digits can be rounded ones, and only steps of two and more show it.
    fn steps(&self) -> Option<Steps> {
        let all = || (0..self.count()).filter_map(|number| self.at(number));
        let count = self.count().checked_sub(1).filter(|count| *count > 0)?;
        let (first, last) = (self.at(0)?, self.at(count)?);
        let mean = (last - first) / count as f64;
        let off = all().enumerate().map(|(number, time)| (time - (first + number as f64 * mean)).abs());
        let farthest = off.fold(0.0, f64::max);
        if farthest <= mean.abs() * 1e-6 {
            return Some(Steps::Equal(mean));
        }
        if matches!(self.0, Numbers::Counts(_)) && farthest <= 1.0 && mean.abs() >= 2.0 {
            return Some(Steps::Rounded { mean, error: 1.0 / count as f64 });
        }
        let between = all().zip(all().skip(1)).map(|(one, next)| next - one);
        let (least, most) =
            between.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), step| (least.min(step), most.max(step)));
        Some(Steps::Uneven { least, most })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_equal_rounded_or_uneven() {
        let steps = |times: &[i32]| Times(Numbers::Counts(times.iter().copied().collect())).steps();
        assert_eq!(steps(&[5, 7, 9]), Some(Steps::Equal(2.0)));
        // 300 Hz in milliseconds.
        assert_eq!(steps(&[0, 3, 7, 10, 13]), Some(Steps::Rounded { mean: 3.25, error: 0.25 }));
        assert_eq!(steps(&[0, 1, 1, 2]), Some(Steps::Uneven { least: 0.0, most: 1.0 }));
        assert_eq!(steps(&[0, 2, 4, 8]), Some(Steps::Uneven { least: 2.0, most: 4.0 }));
        assert_eq!((steps(&[]), steps(&[1])), (None, None));
        let values = |times: &[f64]| Times(Numbers::Values(times.to_vec())).steps();
        assert_eq!(values(&[0.5, 0.25, 0.0]), Some(Steps::Equal(-0.25)));
        assert_eq!(values(&[0.0, 3.0, 7.0]), Some(Steps::Uneven { least: 3.0, most: 4.0 }));
    }
}
