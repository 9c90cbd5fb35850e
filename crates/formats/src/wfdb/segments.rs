//! Records of several segments, with a fixed or a variable layout (header(5), "Multi-segment records").
//!
//! The parts are joined on one time line. A gap, a lead that a segment lacks and a segment whose files were not given
//! are missing ranges; a tail of segments that were not given is cut off. Each part keeps its own gain and baseline:
//! where they agree the counts are joined as they are, else the signal is given in physical values.
//!
//! Where the gaps are so long, or the samples so many, that a joined lead would take more memory than the files allow, each
//! part becomes a signal of its own with its start.

use std::collections::{BTreeMap, BTreeSet};

use ecg::{Counts, Samples, Scale, Severity, Signal, Unit, Warning};

use super::header::{Header, SegmentLine, SignalLine};
use super::memory::Budget;
use super::record::{self, Parts};
use super::track::Track;
use crate::companions::Folder;
use crate::limits::reserve;
use crate::{Error, Limits, Needs, Place};

/// One signal of the joined record while it grows.
struct Joined<'h> {
    line: &'h SignalLine,
    track: Track,
    /// Scale of each part that has values: first sample, end, scale.
    parts: Vec<(usize, usize, Scale)>,
}

/// The signals of a multi-segment record.
pub(super) fn signals(
    file: &str,
    header: &Header,
    segments: &[SegmentLine],
    folder: &Folder,
    limits: &Limits,
    budget: &mut Budget,
) -> Result<Parts, Error> {
    let mut warnings = Vec::new();
    let mut files = Vec::new();
    let headers = segment_headers(file, segments, folder, limits, &mut files, &mut warnings)?;
    let header_of = |segment: &SegmentLine| segment.name.as_ref().and_then(|name| headers.get(name));

    let variable = segments.first().is_some_and(|first| first.frames == 0 && first.name.is_some());
    let body = if variable { segments.get(1..).unwrap_or_default() } else { segments };
    let model = if variable { segments.first().and_then(header_of) } else { body.iter().find_map(header_of) };
    let Some(model) = model else {
        let first = segments.iter().find_map(|segment| segment.name.as_deref()).unwrap_or_default();
        let found = "none of the segments that the header names";
        return Err(Error::missing(Needs::File, file, found, format!("\"{first}.hea\" and the other segments too")));
    };

    let body = without_absent_tail(file, body, &header_of, &mut warnings);
    let mut frames = body.iter().fold(0u64, |sum, segment| sum.saturating_add(segment.frames));
    if let Some(stated) = header.frames.filter(|stated| *stated < frames) {
        warnings.push(record::data(
            file,
            String::new(),
            format!("the segments hold {frames} frames, the record line states {stated}"),
        ));
        frames = stated.max(1);
    }
    limits.size(file, Place::Whole, model.signals.len() as u64, 0)?;
    for part in headers.values() {
        let names: BTreeSet<&str> = part.signals.iter().filter_map(|line| line.file.as_deref()).collect();
        names.into_iter().filter_map(|name| folder.find(name)).for_each(|file| budget.admit(&file));
    }
    let pieces = (body.len() as u64).saturating_mul(model.signals.len() as u64);
    if pieces > limits.segments.saturating_mul(10) {
        let found = format!("{} segments of {} signals", body.len(), model.signals.len());
        return Err(Error::limit(file, Place::Whole, found, limits.segments.saturating_mul(10)));
    }
    let is_joined = fits(file, frames, model, &headers, limits, budget)?;
    if !is_joined {
        let given = body.iter().filter(|segment| header_of(segment).is_some()).count() as u64;
        let pieces = given.saturating_mul(model.signals.len() as u64);
        if pieces > limits.segments || frames as f64 / header.rate > LONGEST {
            let a_frame = a_frame(model);
            let found = format!("{frames} frames of {a_frame} samples");
            return Err(Error::limit(file, Place::Whole, found, limits.samples));
        }
        let message =
            "joined, the segments and the gaps between them would take too much memory; each lead comes in pieces";
        warnings.push(record::data(file, String::new(), message.to_owned()));
    }

    let mut joined: Vec<Joined> =
        model.signals.iter().map(|line| Joined { line, track: Track::default(), parts: Vec::new() }).collect();
    let by_name: BTreeMap<&str, usize> =
        model.signals.iter().enumerate().rev().map(|(position, line)| (line.description.as_str(), position)).collect();
    let mut alone = Vec::new();
    let mut read_samples = 0u64;
    let mut start = 0u64;
    for segment in body {
        let room = frames.saturating_sub(start).min(segment.frames);
        if let (Some(part), Some(name)) = (header_of(segment), &segment.name) {
            let part_file = format!("{name}.hea");
            if part.signals.len() != model.signals.len() && !variable {
                let found = format!("segment {name} with {} signals", part.signals.len());
                let expected = format!("{} signals as in the first segment", model.signals.len());
                return Err(Error::invalid(file, Place::Whole, found, expected));
            }
            if (part.rate - header.rate).abs() > 1e-6 * header.rate {
                let message = format!("it states {} Hz, the record {} Hz, which is used", part.rate, header.rate);
                warnings.push(record::data(&part_file, String::new(), message));
            }
            let read = record::tracks(&part_file, part, folder, Some(room), limits, budget)?;
            files.extend(read.files);
            warnings.extend(read.warnings);
            for (position, (line, track)) in part.signals.iter().zip(read.by_line).enumerate() {
                let Some(track) = track else { continue };
                read_samples = read_samples.saturating_add(track.counts.len() as u64);
                if read_samples > limits.samples {
                    return Err(Error::limit(file, Place::Whole, format!("{read_samples} samples"), limits.samples));
                }
                let position = if variable { by_name.get(line.description.as_str()).copied() } else { Some(position) };
                let odd = match position.and_then(|position| Some((position, joined.get_mut(position)?))) {
                    Some((position, target)) if target.line.per_frame == line.per_frame => {
                        if is_joined {
                            target.append(file, start, frames, line, &track, budget)?;
                            budget.give_back(track.bytes());
                        } else {
                            alone.push(target.piece(position, header.rate, start, line, track));
                        }
                        continue;
                    }
                    Some(_) => "has another number of samples a frame here; left out",
                    None => "is not in the layout; left out",
                };
                budget.give_back(track.bytes());
                let message = format!("{} {odd}", line.description);
                warnings.push(record::data(&part_file, format!("line {}", line.line), message));
            }
        }
        start = start.saturating_add(room);
        if warnings.len() > MOST_WARNINGS {
            warnings.truncate(MOST_WARNINGS);
        }
    }
    if !is_joined {
        return Ok(Parts { signals: in_order(alone), files: once(files), warnings });
    }
    let mut signals = Vec::new();
    for (position, signal) in joined.into_iter().enumerate() {
        signals.extend(signal.finish(file, position, header.rate, frames, budget)?);
    }
    Ok(Parts { signals, files: once(files), warnings })
}

/// Thousands of segments with the same fault say it once too often.
const MOST_WARNINGS: usize = 1000;
/// A century in seconds: longer than any recording.
const LONGEST: f64 = 3.2e9;

/// Samples of a frame.
fn a_frame(model: &Header) -> u64 {
    model.signals.iter().fold(0u64, |sum, line| sum.saturating_add(u64::from(line.per_frame)))
}

/// True when the joined leads stay within limits and memory, which is then taken.
fn fits(
    file: &str,
    frames: u64,
    model: &Header,
    headers: &BTreeMap<String, Header>,
    limits: &Limits,
    budget: &mut Budget,
) -> Result<bool, Error> {
    let lines = headers.values().flat_map(|header| &header.signals);
    let width = lines.filter_map(|line| line.storage).map(super::StorageFormat::bytes_in_memory).max().unwrap_or(2);
    let longest = model.signals.iter().map(|line| frames.saturating_mul(u64::from(line.per_frame))).max();
    let total = frames.checked_mul(a_frame(model)).filter(|total| *total <= limits.samples);
    let (Some(total), true) = (total, longest.unwrap_or(0) <= limits.samples_per_lead) else { return Ok(false) };
    let bytes = total.saturating_mul(width);
    // The parts are held beside the whole while they are read.
    if bytes > budget.left().checked_div(2).unwrap_or(0) {
        return Ok(false);
    }
    // What has to be wide is charged where it turns out to be.
    budget.take(file, total.saturating_mul(2), || format!("{total} samples"))?;
    Ok(true)
}

/// The names without those that were there before.
fn once(mut files: Vec<String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    files.retain(|name| seen.insert(name.clone()));
    files
}

/// Pieces in the order of the leads, each lead's in order of time.
fn in_order(mut pieces: Vec<(usize, Signal)>) -> Vec<Signal> {
    pieces.sort_by_key(|(position, _)| *position);
    pieces.into_iter().map(|(_, signal)| signal).collect()
}

/// Reads each segment's header once; a segment of segments is refused, so nothing recurs.
fn segment_headers(
    file: &str,
    segments: &[SegmentLine],
    folder: &Folder,
    limits: &Limits,
    files: &mut Vec<String>,
    warnings: &mut Vec<Warning>,
) -> Result<BTreeMap<String, Header>, Error> {
    let mut headers = BTreeMap::new();
    for name in segments.iter().filter_map(|segment| segment.name.as_ref()) {
        if headers.contains_key(name) {
            continue;
        }
        let Some(found) = folder.find(&format!("{name}.hea")) else { continue };
        limits.file(found.name, found.bytes)?;
        let mut part = Header::parse(found.name, found.bytes, limits)?;
        if part.segments.is_some() {
            let expected = "a record without segments of its own";
            return Err(Error::invalid(file, Place::Whole, format!("segment \"{name}\" that has segments"), expected));
        }
        files.push(found.name.to_owned());
        warnings.append(&mut part.warnings);
        headers.insert(name.clone(), part);
    }
    Ok(headers)
}

/// Cuts off the segments after the last that is there, where any of them was not given.
fn without_absent_tail<'s, 'h>(
    file: &str,
    body: &'s [SegmentLine],
    header_of: &impl Fn(&SegmentLine) -> Option<&'h Header>,
    warnings: &mut Vec<Warning>,
) -> &'s [SegmentLine] {
    let is_absent = |segment: &&SegmentLine| segment.name.is_some() && header_of(segment).is_none();
    let absent = body.iter().filter(is_absent).count();
    if absent == 0 {
        return body;
    }
    let end = body.iter().rposition(|segment| header_of(segment).is_some()).map_or(0, |last| last.saturating_add(1));
    let (kept, tail) = body.split_at_checked(end).unwrap_or((body, &[]));
    let cut = if tail.iter().any(|segment| is_absent(&segment)) { "; the end of the record is cut off" } else { "" };
    let message = format!("{absent} of {} segments were not given and are missing{cut}", body.len());
    warnings.push(Warning { severity: Severity::Data, file: file.to_owned(), place: String::new(), message });
    if cut.is_empty() { body } else { kept }
}

impl Joined<'_> {
    /// Puts a part at its frame; what lies before it and was not filled is missing.
    fn append(
        &mut self,
        file: &str,
        start: u64,
        frames: u64,
        line: &SignalLine,
        part: &Track,
        budget: &mut Budget,
    ) -> Result<(), Error> {
        let from = record::samples(start, self.line.per_frame);
        if part.counts.is_empty() || self.track.counts.len() > from {
            return Ok(());
        }
        let whole = frames.saturating_mul(u64::from(self.line.per_frame));
        if self.track.counts.is_empty() {
            self.track.counts = Counts::Narrow(reserve(file, whole)?);
        }
        self.track.extend_missing(from, self.fill());
        self.track.append(file, part, whole, budget)?;
        let scale = record::scale(line);
        let end = self.track.counts.len();
        match self.parts.last_mut() {
            Some((_, last, same)) if *same == scale => *last = end,
            _ => self.parts.push((from, end, scale)),
        }
        Ok(())
    }

    fn fill(&self) -> i32 {
        self.line.storage.and_then(super::StorageFormat::missing).unwrap_or(i32::from(i16::MIN))
    }

    /// A signal of this lead without samples.
    fn signal(&self, position: usize, rate: f64, samples: Samples) -> Signal {
        let label = record::label(self.line, position);
        Signal {
            lead: record::lead(&label),
            label,
            rate: rate * f64::from(self.line.per_frame),
            start: 0.0,
            samples,
            missing: Vec::new(),
            derived: false,
        }
    }

    /// A part as a signal of its own.
    fn piece(&self, position: usize, rate: f64, start: u64, line: &SignalLine, part: Track) -> (usize, Signal) {
        let samples = Samples::Digital { counts: part.counts, scale: record::scale(line) };
        let signal = self.signal(position, rate, samples);
        (position, Signal { start: start as f64 / rate, missing: part.missing, ..signal })
    }

    /// The joined lead; its parts, where their scales differ and values in place of counts would take too much memory.
    fn finish(
        mut self,
        file: &str,
        position: usize,
        rate: f64,
        frames: u64,
        budget: &mut Budget,
    ) -> Result<Vec<Signal>, Error> {
        let fill = self.fill();
        let length = record::samples(frames, self.line.per_frame);
        if self.track.counts.is_empty() {
            self.track.counts = Counts::Narrow(reserve(file, length as u64)?);
        }
        self.track.extend_missing(length, fill);
        let Track { counts, missing } = std::mem::take(&mut self.track);
        let parts = std::mem::take(&mut self.parts);
        if let [] | [_] = parts.as_slice() {
            let scale = parts.into_iter().next().map_or_else(|| record::scale(self.line), |(_, _, scale)| scale);
            let signal = self.signal(position, rate, Samples::Digital { counts, scale });
            return Ok(vec![Signal { missing, ..signal }]);
        }
        if budget.take(file, (counts.len() as u64).saturating_mul(8), String::new).is_ok() {
            let signal = self.signal(position, rate, physical(&counts, &parts, &self.line.unit));
            return Ok(vec![Signal { missing, ..signal }]);
        }
        let mut signals = Vec::new();
        for (from, to, scale) in parts {
            let of_part = |&(begin, end): &(usize, usize)| {
                let (begin, end) = (begin.max(from).saturating_sub(from), end.min(to).saturating_sub(from));
                (begin < end).then_some((begin, end))
            };
            let missing = missing.iter().filter_map(of_part).collect();
            let samples = Samples::Digital { counts: part(&counts, from, to), scale };
            let signal = self.signal(position, rate, samples);
            signals.push(Signal { start: from as f64 / signal.rate, missing, ..signal });
        }
        Ok(signals)
    }
}

/// The counts from one sample to another.
fn part(counts: &Counts, from: usize, to: usize) -> Counts {
    match counts {
        Counts::Narrow(counts) => Counts::Narrow(counts.get(from..to).unwrap_or_default().to_vec()),
        Counts::Wide(counts) => Counts::Wide(counts.get(from..to).unwrap_or_default().to_vec()),
    }
}

/// Values of parts with different scales, in the model's unit; a part in a unit that does not convert is not a number.
fn physical(counts: &Counts, parts: &[(usize, usize, Scale)], unit: &Unit) -> Samples {
    let mut values = vec![f64::NAN; counts.len()];
    for (from, to, scale) in parts {
        let factor = if scale.unit == *unit {
            1.0
        } else {
            match (scale.unit.in_millivolts(), unit.in_millivolts()) {
                (Some(here), Some(there)) => here / there,
                _ => f64::NAN,
            }
        };
        let target = values.get_mut(*from..*to).unwrap_or_default();
        for (value, count) in target.iter_mut().zip(counts.iter().skip(*from)) {
            *value = (f64::from(count) - scale.baseline) / scale.gain * factor;
        }
    }
    Samples::Physical { values, unit: unit.clone() }
}
