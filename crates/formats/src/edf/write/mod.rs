//! Recordings as EDF+, or as BDF+ where counts need 24 bits.
//!
//! Counts are stored as they are. The physical and digital limits are chosen so that gain and baseline come back, exactly
//! where eight characters a limit can hold that and else within 1e-6 of the gain and a tenth of a count; a voltage may
//! change its unit for that. Physical values are stored in steps of a power of ten in which all of them are
//! whole, or in the finest that 16 bits hold.
//!
//! The duration of a record is chosen near one second so that all rates fit and, where it can be, so that whole records
//! hold the samples. Where they cannot, the last value of each lead fills the last record up and the annotation
//! `Recording ends` tells the true end. Times without samples in any lead, of a second and more, are left out of the
//! file (EDF+D). Other missing samples keep the value before them, and an annotation `No samples@@<label>` with its duration
//! marks them. [`super::read`] undoes all of this; other readers show the annotations.
//!
//! Written are the start, the person's identifier, sex, date of birth and name, and annotations (their code and text, with
//! the lead behind `@@`). EDF+ allows ASCII in its header: other letters of names and labels become `?`, and what is longer
//! than its field is cut. Where there is no start date the header says 1 January 1985 and "Startdate X", as EDF+ asks; a date without a time
//! becomes midnight. Statements, measurements, representative beats, the age and comments have no place in EDF+.

use std::borrow::Cow;

use ecg::{Counts, Lead, Recording, Samples, Signal, Unit};

mod head;
mod limits;
mod lists;
mod plan;

use super::gaps;
use crate::{WriteError, filling, quantise};
use limits::Limits;
use plan::Plan;

/// One signal as it will be stored.
struct Column<'r> {
    label: String,
    unit: String,
    limits: Limits,
    /// Samples a frame (see [`plan`]).
    each: u64,
    /// Samples of the recording before its first.
    before: u64,
    counts: Cow<'r, Counts>,
    /// Half-open ranges that have samples, counted from the recording's start.
    present: Vec<(u64, u64)>,
}

/// Writes a recording as one file of EDF+ or BDF+.
///
/// # Errors
/// No samples, counts beyond 24 bits, a gain, rate, unit or label that EDF+ cannot hold, leads so far apart that nearly all samples
/// would stand for none.
pub fn write(recording: &Recording) -> Result<Vec<u8>, WriteError> {
    if recording.signals.iter().all(Signal::is_empty) {
        return Err(WriteError::Empty);
    }
    let rates: Vec<f64> = recording.signals.iter().map(|signal| signal.rate).collect();
    let (frame_rate, each) = plan::frames(&rates).ok_or_else(|| {
        unfit("the sampling rates", format!("{rates:?} Hz"), "rates that are whole multiples of a common one")
    })?;
    let mut columns = Vec::new();
    for ((position, signal), each) in recording.signals.iter().enumerate().zip(each) {
        columns.push(column(signal, position, each)?);
    }
    let is_wide = columns.iter().any(|column| !column.limits.is_narrow());
    let width: u64 = if is_wide { 3 } else { 2 };
    let plan = Plan::new(frame_rate, &columns, width)?;
    let of_frame = columns.iter().fold(0u64, |sum, column| sum.saturating_add(column.each));
    filling::check(recording, of_frame as f64 * plan.frames as f64 * plan.starts.len() as f64)?;
    let start = head::Start::of(recording);

    let lists = lists::Lists::new(recording, &columns, &plan, start.fraction, width);
    let mut bytes = head::header(recording, &columns, &plan, &start, &lists, width)?;
    let of_record = of_frame.saturating_mul(plan.frames).saturating_mul(width).saturating_add(lists.bytes);
    let total = of_record.saturating_mul(plan.starts.len() as u64);
    let room = usize::try_from(total).ok().and_then(|total| bytes.try_reserve_exact(total).ok());
    room.ok_or_else(|| unfit("the file", format!("{total} bytes"), "what memory allows"))?;
    let mut held: Vec<i32> = columns.iter().map(first).collect();
    for (start, list) in plan.starts.iter().zip(&lists.records) {
        for (column, held) in columns.iter().zip(&mut held) {
            put(&mut bytes, column, *start, plan.frames, width, held);
        }
        let end = bytes.len().saturating_add(usize::try_from(lists.bytes).unwrap_or(0));
        bytes.extend_from_slice(list);
        bytes.resize(end, 0);
    }
    Ok(bytes)
}

fn unfit(what: &str, found: impl Into<String>, expected: impl Into<String>) -> WriteError {
    WriteError::Unfit { what: what.to_owned(), found: found.into(), expected: expected.into() }
}

/// The count that stands before the first that a lead has.
fn first(column: &Column) -> i32 {
    let sample = column.present.first().map_or(0, |(from, _)| from.saturating_sub(column.before));
    column.counts.get(usize::try_from(sample).unwrap_or(usize::MAX)).unwrap_or(0)
}

/// The samples of a lead in one record; where it has none, the last that it had.
fn put(bytes: &mut Vec<u8>, column: &Column, start: u64, frames: u64, width: u64, held: &mut i32) {
    let mut sample = start.saturating_mul(column.each);
    let end = start.saturating_add(frames).saturating_mul(column.each);
    let mut one = |count: i32| {
        let [low, middle, high, _] = count.to_le_bytes();
        bytes.extend_from_slice([low, middle, high].get(..if width == 3 { 3 } else { 2 }).unwrap_or_default());
    };
    let mut next = column.present.partition_point(|(_, to)| *to <= sample);
    while sample < end {
        let (from, to) = column.present.get(next).copied().unwrap_or((end, end));
        while sample < from.min(end) {
            one(*held);
            sample = sample.saturating_add(1);
        }
        while sample < to.min(end) {
            let at = usize::try_from(sample.saturating_sub(column.before)).unwrap_or(usize::MAX);
            *held = column.counts.get(at).unwrap_or(*held);
            one(*held);
            sample = sample.saturating_add(1);
        }
        next = next.saturating_add(1);
    }
}

fn column(signal: &Signal, position: usize, each: u64) -> Result<Column<'_>, WriteError> {
    let what = format!("lead {}", signal.label);
    let mut missing = signal.missing.clone();
    let (counts, scale) = match &signal.samples {
        Samples::Digital { counts, scale } => (Cow::Borrowed(counts), scale.clone()),
        Samples::Physical { values, unit } => {
            let absent = values.iter().enumerate().filter(|(_, value)| !value.is_finite());
            missing.extend(absent.map(|(at, _)| (at, at.saturating_add(1))));
            let (counts, scale) = quantise::quantised(&what, values, unit, i32::from(i16::MAX))?;
            (Cow::Owned(counts.into()), scale)
        }
    };
    let before = plan::whole(signal.start.max(0.0) * signal.rate);
    let mut present = Vec::new();
    let mut from = 0usize;
    let length = counts.len();
    for (begin, end) in gaps::joined(missing).into_iter().chain([(length, length)]) {
        let begin = begin.min(length);
        if from < begin {
            present.push((before.saturating_add(from as u64), before.saturating_add(begin as u64)));
        }
        from = from.max(end);
    }
    let ranges = present.iter().map(|(from, to)| (from.saturating_sub(before), to.saturating_sub(before)));
    let mut extremes: Option<(i32, i32)> = None;
    for (from, to) in ranges {
        let (from, to) = (usize::try_from(from).unwrap_or(usize::MAX), usize::try_from(to).unwrap_or(usize::MAX));
        for count in (from..to).filter_map(|at| counts.get(at)) {
            let (low, high) = extremes.unwrap_or((count, count));
            extremes = Some((low.min(count), high.max(count)));
        }
    }
    let (limits, unit) = limits::choose(&scale, extremes.unwrap_or((0, 0)), &what)?;
    let unit = match &unit {
        Unit::Microvolt => "uV".to_owned(),
        unit => unit.symbol().to_owned(),
    };
    if unit.len() > 8 || !unit.is_ascii() {
        return Err(unfit(&what, format!("the unit {unit}"), "a unit of up to eight letters"));
    }
    Ok(Column { label: label(signal, position)?, unit, limits, each, before, counts, present })
}

/// The label in sixteen letters; EDF+ puts the kind of signal before a standard lead.
fn label(signal: &Signal, position: usize) -> Result<String, WriteError> {
    let is_standard = !matches!(signal.lead, Lead::Other(_));
    let written = signal.written_label();
    let label = if is_standard && (written == signal.lead.name() || written.chars().count() > 16) {
        format!("ECG {}", signal.lead.name())
    } else {
        written.to_owned()
    };
    // As it is read: what an annotation says of a lead names it so.
    let label = match head::ascii(&label, 16).trim() {
        "" => format!("signal {position}"),
        label => label.to_owned(),
    };
    if matches!(label.as_str(), "EDF Annotations" | "BDF Annotations") {
        return Err(unfit("a lead", format!("the label \"{label}\""), "labels of samples"));
    }
    Ok(label)
}

#[cfg(test)]
mod tests;
