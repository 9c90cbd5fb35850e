//! Records of several segments, with a fixed or a variable layout (header(5), "Multi-segment records").
//!
//! The parts are joined on one time line. A gap, a lead that a segment lacks and a segment whose files were not given
//! are missing ranges; a tail of segments that were not given is cut off. Each part keeps its own gain and baseline:
//! where they agree the counts are joined as they are, else the signal is given in physical values.

use std::collections::BTreeMap;

use ecg::{Samples, Scale, Severity, Signal, Unit, Warning};

use super::header::{Header, SegmentLine, SignalLine};
use super::record::{self, Parts, Track};
use crate::companions::Folder;
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
    let a_frame = model.signals.iter().fold(0u64, |sum, line| sum.saturating_add(u64::from(line.per_frame)));
    for line in &model.signals {
        limits.size(file, Place::Whole, 1, frames.saturating_mul(u64::from(line.per_frame)))?;
    }
    limits.size(file, Place::Whole, model.signals.len() as u64, 0)?;
    if frames.checked_mul(a_frame).is_none_or(|samples| samples > limits.samples) {
        return Err(Error::limit(file, Place::Whole, format!("{frames} frames of {a_frame} samples"), limits.samples));
    }

    let mut joined: Vec<Joined> =
        model.signals.iter().map(|line| Joined { line, track: Track::default(), parts: Vec::new() }).collect();
    let mut start = 0u64;
    for segment in body {
        let room = frames.saturating_sub(start).min(segment.frames);
        if let (Some(part), Some(name)) = (header_of(segment), &segment.name) {
            if part.signals.len() != model.signals.len() && !variable {
                let found = format!("segment {name} with {} signals", part.signals.len());
                let expected = format!("{} signals as in the first segment", model.signals.len());
                return Err(Error::invalid(file, Place::Whole, found, expected));
            }
            if (part.rate - header.rate).abs() > 1e-6 * header.rate {
                let message = format!("it states {} Hz, the record {} Hz, which is used", part.rate, header.rate);
                warnings.push(record::data(&format!("{name}.hea"), String::new(), message));
            }
            let read = record::tracks(&format!("{name}.hea"), part, folder, Some(room), limits)?;
            files.extend(read.files);
            warnings.extend(read.warnings);
            for (position, (line, track)) in part.signals.iter().zip(read.by_line).enumerate() {
                let Some(track) = track else { continue };
                let target = if variable {
                    joined.iter_mut().find(|signal| signal.line.description == line.description)
                } else {
                    joined.get_mut(position)
                };
                match target {
                    Some(target) if target.line.per_frame == line.per_frame => target.append(start, line, &track),
                    Some(_) => warnings.push(record::data(
                        &format!("{name}.hea"),
                        format!("line {}", line.line),
                        format!("{} has another number of samples a frame here; left out", line.description),
                    )),
                    None => warnings.push(record::data(
                        &format!("{name}.hea"),
                        format!("line {}", line.line),
                        format!("{} is not in the layout; left out", line.description),
                    )),
                }
            }
        }
        start = start.saturating_add(room);
    }
    let signals = joined.into_iter().enumerate().map(|(position, signal)| signal.finish(position, header.rate, frames));
    let mut seen = std::collections::BTreeSet::new();
    files.retain(|name| seen.insert(name.clone()));
    Ok(Parts { signals: signals.collect(), files, warnings })
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
    fn append(&mut self, start: u64, line: &SignalLine, part: &Track) {
        let from = record::samples(start, self.line.per_frame);
        if part.counts.is_empty() || self.track.counts.len() > from {
            return;
        }
        self.track.extend_missing(from, self.fill());
        let shifted = part.missing.iter().map(|(begin, end)| (begin.saturating_add(from), end.saturating_add(from)));
        for (begin, end) in shifted {
            match self.track.missing.last_mut() {
                Some((_, last)) if *last == begin => *last = end,
                _ => self.track.missing.push((begin, end)),
            }
        }
        self.track.counts.extend_from_slice(&part.counts);
        let scale = record::scale(line);
        let end = self.track.counts.len();
        match self.parts.last_mut() {
            Some((_, last, same)) if *same == scale => *last = end,
            _ => self.parts.push((from, end, scale)),
        }
    }

    fn fill(&self) -> i32 {
        self.line.storage.and_then(super::StorageFormat::missing).unwrap_or(i32::from(i16::MIN))
    }

    fn finish(mut self, position: usize, rate: f64, frames: u64) -> Signal {
        let fill = self.fill();
        self.track.extend_missing(record::samples(frames, self.line.per_frame), fill);
        let Track { counts, missing } = self.track;
        let label = record::label(self.line, position);
        let samples = match self.parts.as_slice() {
            [] => Samples::Digital { counts: counts.into(), scale: record::scale(self.line) },
            [(_, _, scale)] => Samples::Digital { counts: counts.into(), scale: scale.clone() },
            parts => physical(&counts, parts, &self.line.unit),
        };
        Signal {
            lead: record::lead(&label),
            label,
            rate: rate * f64::from(self.line.per_frame),
            start: 0.0,
            samples,
            missing,
            derived: false,
        }
    }
}

/// Values of parts with different scales, in the model's unit; a part in a unit that does not convert is not a number.
fn physical(counts: &[i32], parts: &[(usize, usize, Scale)], unit: &Unit) -> Samples {
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
        for (value, count) in target.iter_mut().zip(counts.get(*from..*to).unwrap_or_default()) {
            *value = (f64::from(*count) - scale.baseline) / scale.gain * factor;
        }
    }
    Samples::Physical { values, unit: unit.clone() }
}
