//! Series: their sequence sets, and the leads in them.

use ecg::{Lead, Samples, Scale, Signal, Unit};

use super::clock::Clock;
use super::time::Moment;
use crate::decimals::{self, Numbers, Room, number};
use crate::notes::{Notes, label};
use crate::xml::Element;
use crate::{Error, Hints, Limits, Needs, Place};

/// What a reader of one file carries along.
pub(super) struct Reading<'r> {
    pub(super) file: &'r str,
    pub(super) hints: &'r Hints,
    pub(super) limits: &'r Limits,
    pub(super) room: Room,
    pub(super) notes: Notes<'r>,
    /// Why a lead was left out, where nothing else tells: the error of a file that gives none.
    pub(super) refused: Option<Error>,
}

/// When a set begins.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Head {
    /// Seconds after a moment.
    At(Moment, f64),
    /// Seconds from the beginning of its series.
    After(f64),
}

/// Leads that were recorded at the same time.
pub(super) struct Set {
    pub(super) head: Head,
    pub(super) signals: Vec<Signal>,
}

/// The sequence sets of a series that hold leads, in the file's order.
///
/// # Errors
/// More samples or leads than the limits.
pub(super) fn sets(series: Element, reading: &mut Reading) -> Result<Vec<Set>, Error> {
    let mut sets = Vec::new();
    for set in series.all("component").flat_map(|component| component.all("sequenceSet")) {
        let sequences = || set.all("component").flat_map(|component| component.all("sequence"));
        let mut clock = Clock::default();
        for sequence in sequences().filter(|sequence| code(*sequence).starts_with("TIME_")) {
            clock.read(sequence, reading)?;
        }
        let mut signals: Vec<Signal> = Vec::new();
        for sequence in sequences().filter(|sequence| !code(*sequence).starts_with("TIME_")) {
            if signals.len() as u64 >= reading.limits.leads {
                reading.limits.size(reading.file, sequence.place(), reading.limits.leads.saturating_add(1), 1)?;
            }
            signals.extend(lead(sequence, &clock, reading)?);
        }
        if !signals.is_empty() {
            sets.push(Set { head: clock.head.unwrap_or(Head::After(0.0)), signals });
        }
    }
    Ok(sets)
}

/// The code of an element by its `code` child.
pub(super) fn code<'d>(element: Element<'d, '_>) -> &'d str {
    element.child("code").and_then(|code| code.attribute("code")).map_or("", str::trim)
}

/// One lead; none where its digits are not there or not whole.
fn lead(sequence: Element, clock: &Clock, reading: &mut Reading) -> Result<Option<Signal>, Error> {
    let name = label(code(sequence));
    let place = format!("lead {}", if name.is_empty() { "without a code" } else { &name });
    let Some(value) = sequence.child("value") else { return Ok(None) };
    let Some(digits) = value.child("digits") else {
        if value.is_whole() {
            let list = label(value.attribute("type").unwrap_or("no type"));
            reading.notes.data(&place, format!("a value of type {list} without digits is not read"));
        }
        return Ok(None);
    };
    if !digits.is_whole() {
        reading.notes.data(&place, "the file ends within its digits; it is left out");
        return Ok(None);
    }
    if clock.rate.is_none() && clock.is_refused {
        reading.notes.data(&place, "its times are at no constant rate; it is left out");
        return Ok(None);
    }
    let Some(rate) = clock.rate.or(reading.hints.rate) else {
        let found = "no increment of time for its samples";
        let missing = Error::missing(Needs::Rate, reading.file, found, "the sampling rate in hertz");
        reading.notes.data(&place, "the file states no sampling rate for it; it is left out");
        reading.refused.get_or_insert(missing);
        return Ok(None);
    };
    if reading.limits.rate_beside(reading.file, Place::Whole, rate).is_err() {
        reading.notes.data(&place, "its sampling rate is out of range; it is left out");
        // A place takes as long to count as the file is: once.
        if reading.refused.is_none() {
            reading.refused = reading.limits.rate_beside(reading.file, sequence.place(), rate).err();
        }
        return Ok(None);
    }
    let text = digits.text();
    let read = decimals::read(reading.file, text, &mut reading.room, reading.limits)?;
    let unreadable = [read.marks.errors, read.marks.above, read.marks.below, read.marks.unreadable];
    let unreadable = unreadable.into_iter().fold(0, u64::saturating_add);
    if unreadable > 0 {
        reading.notes.data(&place, format!("{unreadable} of its digits are no numbers; they count as missing"));
    }
    let scale = scale(value, &place, reading);
    let samples = match read.numbers {
        Numbers::Counts(counts) => Samples::Digital { counts, scale },
        Numbers::Values(mut values) => {
            for value in &mut values {
                *value = (*value - scale.baseline) / scale.gain;
            }
            Samples::Physical { values, unit: scale.unit }
        }
    };
    let signal = Signal {
        lead: Lead::from_label(&name),
        label: name,
        rate,
        start: 0.0,
        samples,
        missing: read.missing,
        derived: false,
    };
    if signal.is_empty() {
        reading.notes.data(&place, "it has no samples; it is left out");
        return Ok(None);
    }
    if let Some(times) = clock.times.filter(|times| *times != signal.len()) {
        reading.notes.data(&place, format!("it has {} samples, but {times} times are stated", signal.len()));
    }
    Ok(Some(signal))
}

/// `value = origin + digit * scale` as counts per unit and the count of zero.
fn scale(value: Element, place: &str, reading: &mut Reading) -> Scale {
    let part = |name: &str| {
        let part = value.child(name);
        let number = part.and_then(|part| number(part.attribute("value")?));
        (number, Unit::from_label(part.and_then(|part| part.attribute("unit")).unwrap_or_default()))
    };
    let ((step, unit), (origin, origin_unit)) = (part("scale"), part("origin"));
    let step = match step {
        Some(step) if (1e-12..1e12).contains(&step.abs()) => step,
        _ => {
            let unit = reading.hints.unit.clone().unwrap_or(Unit::Unknown);
            reading.notes.data(place, "it states no scale; its digits are taken as they are");
            return Scale { gain: 1.0, baseline: 0.0, unit };
        }
    };
    let unit = match (unit, &origin_unit) {
        (Unit::Unknown, Unit::Unknown) => {
            reading.notes.note(place, "the file states no unit for it");
            reading.hints.unit.clone().unwrap_or(Unit::Unknown)
        }
        (Unit::Unknown, origin) => {
            reading.notes.note(place, "its scale has no unit; that of its origin is taken");
            origin.clone()
        }
        (Unit::Other(text), _) => Unit::Other(label(&text)),
        (unit, _) => unit,
    };
    // An origin in another voltage is brought to the scale's.
    let factor = match (origin_unit.in_millivolts(), unit.in_millivolts()) {
        (Some(from), Some(to)) => from / to,
        _ => 1.0,
    };
    let origin = origin.filter(|origin| origin.abs() < 1e12).unwrap_or_else(|| {
        reading.notes.note(place, "it states no origin; 0 is taken");
        0.0
    });
    let baseline = if origin == 0.0 { 0.0 } else { -(origin * factor) / step };
    Scale { gain: 1.0 / step, baseline, unit }
}
