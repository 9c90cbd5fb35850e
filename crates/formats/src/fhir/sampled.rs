//! SampledData: tokens to leads.

use ecg::{Counts, Lead, Samples, Scale, Signal, Unit};

use super::leads;
use super::resource::{Code, Quantity, Sampled};
use crate::decimals::{self, Decimals, Marks, Numbers, Room};
use crate::limits::reserve;
use crate::notes::{Notes, label};
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

/// Adds the lead, or the leads, of one SampledData.
///
/// # Errors
/// More samples or leads than the limits.
pub(super) fn read(
    code: &Code,
    sampled: &Sampled,
    signals: &mut Vec<Signal>,
    reading: &mut Reading,
) -> Result<(), Error> {
    let name = code.name();
    let place = format!("lead {}", if name.is_empty() { "without a code" } else { &name });
    let rate = match rate(sampled, &place, reading) {
        Ok(rate) => rate,
        Err(error) => {
            reading.notes.data(&place, "no sampling rate can be told for it; it is left out");
            reading.refused.get_or_insert(error);
            return Ok(());
        }
    };
    let dimensions = dimensions(sampled, &place, reading);
    let all = (signals.len() as u64).saturating_add(dimensions as u64);
    reading.limits.size(reading.file, Place::Whole, all, 1)?;

    let data = sampled.data.as_deref().unwrap_or_default();
    if let Some(std::borrow::Cow::Owned(own)) = &sampled.data {
        reading.room.take(reading.file, (own.len() as u64).saturating_mul(2))?;
    }
    let mut decimals = decimals::read(reading.file, data, &mut reading.room, reading.limits)?;
    warn_of_marks(&decimals.marks, sampled, &place, reading);
    let scale = scale(sampled, &place, reading);
    question_origin(&decimals, sampled, &place, reading);
    if let Numbers::Values(values) = &mut decimals.numbers {
        for value in values {
            *value = (*value - scale.baseline) / scale.gain;
        }
    }
    let lead = leads::of(code);
    if dimensions == 1 {
        let samples = samples(decimals.numbers, scale);
        signals.extend(signal(lead, name, rate, samples, decimals.missing, &place, reading));
        return Ok(());
    }
    for (number, part) in (1_usize..).zip(split(&decimals, dimensions, &place, reading)?) {
        let label = format!("{name} {number}").trim().to_owned();
        let samples = samples(part.numbers, scale.clone());
        let lead = Lead::Other(label.clone());
        signals.extend(signal(lead, label, rate, samples, part.missing, &place, reading));
    }
    Ok(())
}

fn samples(numbers: Numbers, scale: Scale) -> Samples {
    match numbers {
        Numbers::Counts(counts) => Samples::Digital { counts, scale },
        Numbers::Values(values) => Samples::Physical { values, unit: scale.unit },
    }
}

fn signal(
    lead: Lead,
    label: String,
    rate: f64,
    samples: Samples,
    missing: Vec<(usize, usize)>,
    place: &str,
    reading: &mut Reading,
) -> Option<Signal> {
    let signal = Signal { lead, label, rate, start: 0.0, samples, missing, derived: false };
    if signal.is_empty() {
        reading.notes.data(place, "it has no samples; it is left out");
        return None;
    }
    Some(signal)
}

/// Samples a second of each lead.
fn rate(sampled: &Sampled, place: &str, reading: &mut Reading) -> Result<f64, Error> {
    let positive = |number: &f64| *number > 0.0;
    let in_a_second = match sampled.interval_unit.as_deref().map_or("", str::trim) {
        "ms" => Some(1e3),
        "s" => Some(1.0),
        "us" => Some(1e6),
        "ns" => Some(1e9),
        "min" => Some(1.0 / 60.0),
        "h" => Some(1.0 / 3600.0),
        _ => None,
    };
    let stated = if let Some(period) = sampled.period.filter(positive) {
        Some(1e3 / period)
    } else if let Some(interval) = sampled.interval.filter(positive) {
        if in_a_second.is_none() {
            reading.notes.note(place, "its interval has no unit of time, so that it tells no rate");
        }
        in_a_second.map(|in_a_second| in_a_second / interval)
    } else if let Some(offsets) = &sampled.offsets {
        let step = even_step(offsets);
        if step.is_none() {
            let found = "samples at uneven times";
            return Err(Error::unsupported(reading.file, Place::Whole, found, "samples at a constant rate"));
        }
        step.and_then(|step| Some(in_a_second? / step))
    } else {
        if sampled.period.or(sampled.interval).is_some() {
            reading.notes.note(place, "its time between samples is not positive");
        }
        None
    };
    let Some(rate) = stated.or(reading.hints.rate) else {
        let found = "no time between samples";
        return Err(Error::missing(Needs::Rate, reading.file, found, "the sampling rate in hertz"));
    };
    reading.limits.rate_beside(reading.file, Place::Whole, rate)
}

/// The difference between neighbouring offsets, where it is one.
fn even_step(offsets: &str) -> Option<f64> {
    let mut all = offsets.split_ascii_whitespace().map(decimals::number);
    let (first, second) = (all.next()??, all.next()??);
    let step = second - first;
    let mut last = second;
    for offset in all {
        let offset = offset?;
        if (offset - last - step).abs() > 1e-6 * step.abs() {
            return None;
        }
        last = offset;
    }
    (step > 0.0).then_some(step)
}

fn dimensions(sampled: &Sampled, place: &str, reading: &mut Reading) -> usize {
    let stated = sampled.dimensions.unwrap_or(1.0);
    if stated.fract() == 0.0 && (1.0..=65_536.0).contains(&stated) {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is whole and within 1 to 65536"
        )]
        return stated as usize;
    }
    reading.notes.data(place, format!("{stated} dimensions are no number of them; 1 is taken"));
    1
}

fn warn_of_marks(marks: &Marks, sampled: &Sampled, place: &str, reading: &mut Reading) {
    let Marks { errors, above, below, unreadable } = marks;
    let limit =
        |limit: Option<f64>| limit.map_or_else(|| "the range".to_owned(), |limit| format!("the limit of {limit}"));
    let (upper, lower) = (format!("U (above {})", limit(sampled.upper)), format!("L (below {})", limit(sampled.lower)));
    let parts: Vec<String> = [
        (errors, "E (error)"),
        (above, upper.as_str()),
        (below, lower.as_str()),
        (unreadable, if sampled.code_map { "codes of its code map" } else { "no numbers" }),
    ]
    .into_iter()
    .filter(|(count, _)| **count > 0)
    .map(|(count, what)| format!("{count} {what}"))
    .collect();
    if !parts.is_empty() {
        reading.notes.data(place, format!("samples that count as missing: {}", parts.join(", ")));
    }
}

/// `value = origin + factor * token` as counts per unit and the count of zero.
fn scale(sampled: &Sampled, place: &str, reading: &mut Reading) -> Scale {
    let factor = match sampled.factor {
        None => 1.0,
        Some(factor) if (1e-12..1e12).contains(&factor.abs()) => factor,
        Some(_) => {
            reading.notes.data(place, "its factor gives no scale; 1 is taken");
            1.0
        }
    };
    let origin = sampled.origin.value.filter(|origin| origin.abs() < 1e12).unwrap_or_else(|| {
        reading.notes.note(place, "it states no origin; 0 is taken");
        0.0
    });
    let unit = unit(&sampled.origin).unwrap_or_else(|| {
        reading.notes.note(place, "the file states no unit for it");
        reading.hints.unit.clone().unwrap_or(Unit::Unknown)
    });
    let baseline = if origin == 0.0 { 0.0 } else { -origin / factor };
    Scale { gain: 1.0 / factor, baseline, unit }
}

fn unit(origin: &Quantity) -> Option<Unit> {
    match Unit::from_label(origin.unit()) {
        Unit::Unknown => None,
        Unit::Other(text) => Some(Unit::Other(label(&text))),
        unit => Some(unit),
    }
}

/// Tokens that lie around the origin itself were counts whose zero it is: the rule then adds it instead of taking it away.
fn question_origin(decimals: &Decimals, sampled: &Sampled, place: &str, reading: &mut Reading) {
    let (Some(origin), Numbers::Counts(counts)) = (sampled.origin.value, &decimals.numbers) else { return };
    if origin.abs() < 16.0 || counts.is_empty() {
        return;
    }
    let mean = counts.iter().map(f64::from).sum::<f64>() / counts.len() as f64;
    if (mean - origin).abs() < 0.1 * origin.abs() {
        let value = origin + sampled.factor.unwrap_or(1.0) * mean;
        let message = format!(
            "its tokens lie around its origin of {origin}, as if that were their zero; by the rule (origin + factor * token) its \
             values lie around {value:.0}, probably a constant too high"
        );
        reading.notes.data(place, message);
    }
}

/// One list for each dimension; a last part of a frame is left out.
fn split(decimals: &Decimals, dimensions: usize, place: &str, reading: &mut Reading) -> Result<Vec<Decimals>, Error> {
    let file = reading.file;
    let total = match &decimals.numbers {
        Numbers::Counts(counts) => counts.len(),
        Numbers::Values(values) => values.len(),
    };
    let frames = total.checked_div(dimensions).unwrap_or(0);
    if total != frames.saturating_mul(dimensions) {
        reading.notes.data(
            place,
            format!("{total} samples are no whole number of {dimensions} dimensions; the last are left out"),
        );
    }
    let width = match &decimals.numbers {
        Numbers::Counts(Counts::Narrow(_)) => 2,
        Numbers::Counts(Counts::Wide(_)) => 4,
        Numbers::Values(_) => 8,
    };
    reading.room.take(file, (total as u64).saturating_mul(width))?;
    let mut missing: Vec<Vec<(usize, usize)>> = vec![Vec::new(); dimensions];
    for position in decimals.missing.iter().flat_map(|(from, to)| *from..*to) {
        let (frame, dimension) = (position.checked_div(dimensions), position.checked_rem(dimensions));
        let (Some(frame), Some(ranges)) = (frame, dimension.and_then(|dimension| missing.get_mut(dimension))) else {
            continue;
        };
        let next = frame.saturating_add(1);
        match ranges.last_mut() {
            _ if frame >= frames => {}
            Some((_, end)) if *end == frame => *end = next,
            _ => {
                reading.room.take(file, 48)?;
                ranges.push((frame, next));
            }
        }
    }
    let mut parts = Vec::new();
    for (dimension, missing) in missing.into_iter().enumerate() {
        let numbers = match &decimals.numbers {
            Numbers::Counts(Counts::Narrow(all)) => {
                Numbers::Counts(Counts::Narrow(every(file, all, dimension, dimensions, frames)?))
            }
            Numbers::Counts(Counts::Wide(all)) => {
                Numbers::Counts(Counts::Wide(every(file, all, dimension, dimensions, frames)?))
            }
            Numbers::Values(all) => Numbers::Values(every(file, all, dimension, dimensions, frames)?),
        };
        parts.push(Decimals { numbers, missing, marks: Marks::default() });
    }
    Ok(parts)
}

fn every<T: Copy>(file: &str, all: &[T], from: usize, step: usize, count: usize) -> Result<Vec<T>, Error> {
    let mut own = reserve(file, count as u64)?;
    own.extend(all.iter().skip(from).step_by(step.max(1)).take(count).copied());
    Ok(own)
}
