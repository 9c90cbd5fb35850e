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

/// The signals' samples, each where its record's time puts it.
pub(super) fn signals(
    file: &InputFile,
    header: &Header,
    data: &Data,
    timeline: &Timeline,
    hints: &Hints,
    limits: &Limits,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<Signal>, Error> {
    let place = Place::Byte(header.length);
    let ranges = Data::ranges(header);
    let wanted = || {
        let with_range = header.signals.iter().zip(&ranges);
        with_range.filter(|(signal, _)| !signal.is_annotations() && signal.samples_per_record > 0)
    };
    if wanted().next().is_none() {
        return Ok(Vec::new());
    }
    let duration = record_duration(file, header, hints)?;
    let mut stored = 0_u64;
    for (signal, _) in wanted() {
        let samples = signal.samples_per_record.saturating_mul(data.count);
        limits.size(file.name, place, 1, samples)?;
        stored = stored.saturating_add(samples);
        // A slow signal beside the ECG (a temperature every 30 s) is legal, so that only the upper bound holds here.
        let rate = signal.samples_per_record as f64 / duration;
        limits.rate(file.name, place, rate.max(limits.lowest_rate))?;
    }
    limits.size(file.name, place, 1, 0)?;
    if stored > limits.samples {
        return Err(Error::limit(file.name, place, format!("{stored} samples"), limits.samples));
    }
    let joined =
        fits_with_gaps(wanted().map(|(signal, _)| signal.samples_per_record), data, timeline, duration, stored, limits);
    let pieces = (timeline.segments.len() as u64).saturating_mul(wanted().count() as u64);
    if !joined && pieces > limits.segments {
        return Err(Error::limit(file.name, place, format!("{pieces} pieces between gaps"), limits.segments));
    }
    if !joined {
        warnings.push(Warning {
            severity: Severity::Data,
            file: file.name.to_owned(),
            place: "record times".to_owned(),
            message: "the gaps are much longer than the samples; each lead comes in several pieces".to_owned(),
        });
    }

    let mut signals = Vec::new();
    for (signal, range) in wanted() {
        let rate = signal.samples_per_record as f64 / duration;
        let counts = counts(file, header, data, signal, range)?;
        let template = Signal {
            lead: Lead::from_label(&signal.label),
            label: signal.label.clone(),
            rate,
            start: 0.0,
            samples: Samples::Digital { counts: Counts::default(), scale: scale::scale(file, signal, warnings) },
            missing: Vec::new(),
            derived: false,
        };
        if timeline.segments.len() <= 1 {
            signals.push(with_counts(template, counts));
        } else if joined {
            signals.push(spread(file, template, &counts, signal, &timeline.segments)?);
        } else {
            signals.extend(split(&template, &counts, signal, &timeline.segments));
        }
    }
    Ok(signals)
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

/// All counts of one signal, record after record.
fn counts(
    file: &InputFile,
    header: &Header,
    data: &Data,
    signal: &SignalHeader,
    range: &Range<usize>,
) -> Result<Vec<i32>, Error> {
    let mut counts = reserve(file.name, signal.samples_per_record.saturating_mul(data.count))?;
    for record in data.records() {
        let bytes = record.get(range.clone()).unwrap_or_default();
        if header.sample_bytes == 3 {
            let (samples, _) = bytes.as_chunks::<3>();
            // The sign comes down from the top byte.
            counts.extend(samples.iter().map(|&[low, middle, high]| i32::from_le_bytes([0, low, middle, high]) >> 8));
        } else {
            let (samples, _) = bytes.as_chunks::<2>();
            counts.extend(samples.iter().map(|&sample| i32::from(i16::from_le_bytes(sample))));
        }
    }
    Ok(counts)
}

fn with_counts(mut signal: Signal, values: Vec<i32>) -> Signal {
    if let Samples::Digital { counts, .. } = &mut signal.samples {
        *counts = values.into();
    }
    signal
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

/// True when the samples with the gaps between them stay within the limits and a small multiple of what is stored, so
/// that a damaged time cannot ask for gigabytes.
fn fits_with_gaps(
    mut samples_per_record: impl Iterator<Item = u64>,
    data: &Data,
    timeline: &Timeline,
    duration: f64,
    stored: u64,
    limits: &Limits,
) -> bool {
    let Some(last) = timeline.segments.last() else { return true };
    let bound = stored.saturating_mul(16).saturating_add(1 << 20).min(limits.samples);
    let total = samples_per_record.try_fold(0_u64, |sum, samples| {
        let rate = samples as f64 / duration;
        let records = data.count.saturating_sub(last.record);
        let length = nearest_sample(last.start, rate).checked_add(samples.checked_mul(records)?)?;
        (length <= limits.samples_per_lead).then(|| sum.checked_add(length))?
    });
    total.is_some_and(|total| total <= bound)
}

/// The counts of one segment.
fn piece<'a>(counts: &'a [i32], signal: &SignalHeader, segment: &Segment) -> &'a [i32] {
    let sample = |record: u64| {
        let sample = record.saturating_mul(signal.samples_per_record);
        usize::try_from(sample).unwrap_or(usize::MAX).min(counts.len())
    };
    counts.get(sample(segment.record)..sample(segment.record.saturating_add(segment.records))).unwrap_or_default()
}

/// One signal with the gaps filled and marked as missing.
fn spread(
    file: &InputFile,
    template: Signal,
    counts: &[i32],
    signal: &SignalHeader,
    segments: &[Segment],
) -> Result<Signal, Error> {
    let rate = template.rate;
    let end = segments
        .last()
        .map_or(0, |last| nearest_sample(last.start, rate).saturating_add(piece(counts, signal, last).len() as u64));
    let mut values: Vec<i32> = reserve(file.name, end)?;
    let mut missing = Vec::new();
    for segment in segments {
        let start = usize::try_from(nearest_sample(segment.start, rate)).unwrap_or(usize::MAX);
        if start > values.len() {
            missing.push((values.len(), start));
            values.resize(start, 0);
        }
        values.extend_from_slice(piece(counts, signal, segment));
    }
    let mut spread = with_counts(template, values);
    spread.missing = missing;
    Ok(spread)
}

/// One signal a segment, each with its start.
fn split(template: &Signal, counts: &[i32], signal: &SignalHeader, segments: &[Segment]) -> Vec<Signal> {
    let part = |segment: &Segment| {
        let mut part = with_counts(template.clone(), piece(counts, signal, segment).to_vec());
        part.start = segment.start;
        part
    };
    segments.iter().map(part).collect()
}
