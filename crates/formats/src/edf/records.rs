//! The data records: within each, one signal after the other, little-endian, 16 or 24 bits a sample.

use core::ops::Range;

use ecg::{Counts, Lead, Samples, Severity, Signal, Warning};

use super::header::{Header, SignalHeader};
use super::scale;
use super::timeline::{Segment, Timeline};
use crate::limits::reserve;
use crate::{Error, Hints, InputFile, Limits, Needs, Place};

/// The records that the file really holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Data<'a> {
    bytes: &'a [u8],
    record_bytes: usize,
    /// Whole records.
    pub(super) count: u64,
}

impl<'a> Data<'a> {
    /// Finds the records by the bytes that are there; the header's number only earns a warning where it differs.
    pub(super) fn find(file: &InputFile<'a>, header: &Header, warnings: &mut Vec<Warning>) -> Result<Data<'a>, Error> {
        let place = Place::Byte(header.length);
        let start = usize::try_from(header.length).unwrap_or(usize::MAX);
        let bytes = file.bytes.get(start..).unwrap_or_default();
        let record = header.record_bytes().filter(|&record| record > 0);
        let Some(record) = record else {
            return Err(Error::invalid(
                file.name,
                place,
                "records of no or uncountable size",
                "samples in each record",
            ));
        };
        let available = bytes.len() as u64;
        let count = available.checked_div(record).unwrap_or(0);
        let left = available.checked_rem(record).unwrap_or(0);
        if count == 0 {
            let found = format!("{available} bytes of data");
            return Err(Error::truncated(file.name, place, found, format!("at least one record of {record} bytes")));
        }
        let mut warn = |message: String| {
            let place = format!("byte {}", header.length);
            warnings.push(Warning { severity: Severity::Data, file: file.name.to_owned(), place, message });
        };
        match header.records {
            Some(stated) if stated > count => {
                warn(format!("{stated} records stated, {count} are there; the file may be an unfinished copy"));
            }
            Some(stated) if stated < count => {
                warn(format!("{stated} records stated, {count} are there; all were read"));
            }
            None => warn(format!("the number of records is not stated; {count} are there")),
            Some(_) => {}
        }
        if left > 0 {
            warn(format!("{left} bytes after the last whole record were left out"));
        }
        // Fits: a record is no longer than the bytes that are there.
        Ok(Data { bytes, record_bytes: usize::try_from(record).unwrap_or(usize::MAX), count })
    }

    /// The bytes of each record.
    pub(super) fn records(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        self.bytes.chunks_exact(self.record_bytes)
    }

    /// The bytes of some records.
    fn part(&self, records: Range<u64>) -> &'a [u8] {
        let byte = |record: u64| {
            let record = usize::try_from(record.min(self.count)).unwrap_or(usize::MAX);
            record.saturating_mul(self.record_bytes)
        };
        self.bytes.get(byte(records.start)..byte(records.end)).unwrap_or_default()
    }

    /// The bytes of a record that belong to each signal.
    fn ranges(header: &Header) -> Vec<Range<usize>> {
        let mut from = 0_usize;
        let size = usize::try_from(header.sample_bytes).unwrap_or(3);
        let range = |signal: &SignalHeader| {
            let samples = usize::try_from(signal.samples_per_record).unwrap_or(usize::MAX);
            let to = from.saturating_add(samples.saturating_mul(size));
            let range = from..to;
            from = to;
            range
        };
        header.signals.iter().map(range).collect()
    }

    /// The bytes of a record that are annotation lists.
    pub(super) fn annotation_ranges(header: &Header) -> Vec<Range<usize>> {
        let ranges = Self::ranges(header).into_iter().zip(&header.signals);
        ranges.filter(|(_, signal)| signal.is_annotations()).map(|(range, _)| range).collect()
    }
}

/// All that the samples are read by.
#[derive(Clone, Copy)]
pub(super) struct Given<'g> {
    pub(super) file: &'g InputFile<'g>,
    pub(super) header: &'g Header,
    pub(super) data: &'g Data<'g>,
    pub(super) timeline: &'g Timeline,
}

/// The signals' samples, each where its record's time puts it. `room` is the memory that they may take.
pub(super) fn signals(
    given: &Given,
    hints: &Hints,
    limits: &Limits,
    room: u64,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<Signal>, Error> {
    let Given { file, header, data, timeline } = *given;
    let place = Place::Byte(header.length);
    let with_range = header.signals.iter().zip(Data::ranges(header));
    let wanted: Vec<(&SignalHeader, Range<usize>)> =
        with_range.filter(|(signal, _)| !signal.is_annotations() && signal.samples_per_record > 0).collect();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let duration = record_duration(file, header, hints)?;
    let mut stored = 0_u64;
    for (signal, _) in &wanted {
        let samples = signal.samples_per_record.saturating_mul(data.count);
        limits.size(file.name, place, 1, samples)?;
        stored = stored.saturating_add(samples);
        limits.rate_beside(file.name, place, signal.samples_per_record as f64 / duration)?;
    }
    if stored > limits.samples {
        return Err(Error::limit(file.name, place, format!("{stored} samples"), limits.samples));
    }
    let leads = wanted.len() as u64;
    let is_joined = fits_with_gaps(given, wanted.iter().map(|(signal, _)| *signal), duration, limits, room);
    let pieces = (timeline.segments.len() as u64).saturating_mul(leads);
    if !is_joined && pieces > limits.segments {
        return Err(Error::limit(file.name, place, format!("{pieces} pieces between gaps"), limits.segments));
    }
    if !is_joined {
        warnings.push(Warning {
            severity: Severity::Data,
            file: file.name.to_owned(),
            place: "record times".to_owned(),
            message: "the gaps are much longer than the samples; each lead comes in several pieces".to_owned(),
        });
    }

    let template = |(signal, _): &(&SignalHeader, Range<usize>)| Signal {
        lead: Lead::from_label(&signal.label),
        label: signal.label.clone(),
        rate: signal.samples_per_record as f64 / duration,
        start: 0.0,
        samples: Samples::Digital { counts: Counts::default(), scale: scale::scale(file, signal, warnings) },
        missing: Vec::new(),
        derived: false,
    };
    let templates: Vec<Signal> = wanted.iter().map(template).collect();
    let ranges: Vec<Range<usize>> = wanted.into_iter().map(|(_, range)| range).collect();
    if header.sample_bytes == 3 {
        // The sign comes down from the top byte.
        let sample = |[low, middle, high]: [u8; 3]| i32::from_le_bytes([0, low, middle, high]) >> 8;
        filled(given, &templates, &ranges, is_joined, sample)
    } else {
        filled(given, &templates, &ranges, is_joined, i16::from_le_bytes)
    }
}

/// The templates with their counts: joined, with the gaps filled and marked as missing; or one signal a segment, each with
/// its start.
fn filled<T: Copy + Default, const B: usize>(
    given: &Given,
    templates: &[Signal],
    ranges: &[Range<usize>],
    is_joined: bool,
    sample: impl Fn([u8; B]) -> T,
) -> Result<Vec<Signal>, Error>
where
    Counts: From<Vec<T>>,
{
    let Given { file, data, timeline, .. } = *given;
    let samples_in = |range: &Range<usize>, records: u64| {
        (range.len() as u64).checked_div(B as u64).unwrap_or(0).saturating_mul(records.min(data.count))
    };
    let segments = &timeline.segments;
    let records = |segment: &Segment| segment.record..segment.record.saturating_add(segment.records).min(data.count);
    let mut pieces: Vec<Vec<Signal>> = vec![Vec::new(); templates.len()];
    if !is_joined {
        for segment in segments {
            let records = records(segment);
            let mut lists: Vec<Vec<T>> = Vec::new();
            for range in ranges {
                lists.push(reserve(file.name, samples_in(range, records.end.saturating_sub(records.start)))?);
            }
            deal(data, records, ranges, &mut lists, &sample);
            for ((list, template), pieces) in lists.into_iter().zip(templates).zip(&mut pieces) {
                pieces.push(Signal { start: segment.start, ..with_counts(template.clone(), list.into()) });
            }
        }
        return Ok(pieces.into_iter().flatten().collect());
    }

    let last = segments.last().copied().unwrap_or(Segment { record: 0, records: 0, start: 0.0 });
    let mut lists: Vec<Vec<T>> = Vec::new();
    for (template, range) in templates.iter().zip(ranges) {
        let of_last = samples_in(range, data.count.saturating_sub(last.record));
        lists.push(reserve(file.name, nearest_sample(last.start, template.rate).saturating_add(of_last))?);
    }
    let mut missing: Vec<Vec<(usize, usize)>> = vec![Vec::new(); templates.len()];
    for segment in segments {
        for ((list, template), missing) in lists.iter_mut().zip(templates).zip(&mut missing) {
            let start = usize::try_from(nearest_sample(segment.start, template.rate)).unwrap_or(usize::MAX);
            if start > list.len() {
                missing.push((list.len(), start));
                list.resize(start, T::default());
            }
        }
        deal(data, records(segment), ranges, &mut lists, &sample);
    }
    let signals = lists.into_iter().zip(templates).zip(missing);
    Ok(signals
        .map(|((list, template), missing)| Signal { missing, ..with_counts(template.clone(), list.into()) })
        .collect())
}

/// Bytes that stay in the processor's nearest memory while each signal takes its samples from them.
const NEAR: usize = 32 << 10;

/// Puts the samples of some records behind what the lists have.
fn deal<T: Copy + Default, const B: usize>(
    data: &Data,
    records: Range<u64>,
    ranges: &[Range<usize>],
    lists: &mut [Vec<T>],
    sample: impl Fn([u8; B]) -> T,
) {
    let size = data.record_bytes;
    let block = size.saturating_mul(NEAR.checked_div(size).unwrap_or(1).max(1));
    for block in data.part(records).chunks(block) {
        for (list, range) in lists.iter_mut().zip(ranges) {
            let samples =
                |record: &'_ [u8]| record.get(range.clone()).and_then(|bytes| bytes.first_chunk::<B>().copied());
            if range.len() == B {
                let one = |record| samples(record).map(&sample).unwrap_or_default();
                list.extend(block.chunks_exact(size).map(one));
                continue;
            }
            for record in block.chunks_exact(size) {
                let (samples, _) = record.get(range.clone()).unwrap_or_default().as_chunks::<B>();
                list.extend(samples.iter().map(|bytes| sample(*bytes)));
            }
        }
    }
}

fn with_counts(mut signal: Signal, values: Counts) -> Signal {
    if let Samples::Digital { counts, .. } = &mut signal.samples {
        *counts = values;
    }
    signal
}

/// The record's duration, or what the user's rate makes of it.
fn record_duration(file: &InputFile, header: &Header, hints: &Hints) -> Result<f64, Error> {
    if header.record_duration > 0.0 {
        return Ok(header.record_duration);
    }
    let samples =
        header.signals.iter().filter(|signal| !signal.is_annotations()).map(|signal| signal.samples_per_record);
    match hints.rate {
        Some(rate) if rate > 0.0 && rate.is_finite() => Ok(samples.max().unwrap_or(0) as f64 / rate),
        _ => {
            let found = "records of no duration";
            Err(Error::missing(Needs::Rate, file.name, found, "the sampling rate of the fastest signal in hertz"))
        }
    }
}

/// The sample at which `seconds` lie; saturates.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the value is rounded and the cast saturates, as the callers expect"
)]
fn nearest_sample(seconds: f64, rate: f64) -> u64 {
    (seconds * rate).round() as u64
}

/// True when the samples with the gaps between them stay within the limits and the memory that the file allows, so that a
/// damaged time cannot ask for gigabytes. Memory is left for four leads that are derived and may take twice the bits.
fn fits_with_gaps<'h>(
    given: &Given,
    signals: impl ExactSizeIterator<Item = &'h SignalHeader>,
    duration: f64,
    limits: &Limits,
    room: u64,
) -> bool {
    let segments = &given.timeline.segments;
    let Some(last) = segments.last().filter(|_| segments.len() > 1) else { return true };
    let width = if given.header.sample_bytes == 3 { 4 } else { 2 };
    let gaps = (segments.len() as u64).saturating_mul(size_of::<(usize, usize)>() as u64);
    let mut signals = signals;
    let leads = signals.len() as u64;
    let with_derived = |bytes: u64| {
        let more = bytes.saturating_mul(8).checked_div(leads).unwrap_or(0);
        bytes.saturating_add(if leads >= 3 { more } else { 0 })
    };
    let totals = signals.try_fold((0_u64, 0_u64), |(samples, bytes), signal| {
        let rate = signal.samples_per_record as f64 / duration;
        let records = given.data.count.saturating_sub(last.record);
        let stored = signal.samples_per_record.checked_mul(records)?;
        let length = nearest_sample(last.start, rate).checked_add(stored)?;
        let more = length.checked_mul(width)?.checked_add(gaps)?;
        (length <= limits.samples_per_lead).then_some((samples.checked_add(length)?, bytes.checked_add(more)?))
    });
    totals.is_some_and(|(samples, bytes)| samples <= limits.samples && with_derived(bytes) <= room)
}
