//! The signals of one ordinary record: from the files that its header names to counts.

use ecg::{Counts, Lead, Samples, Scale, Severity, Signal, Warning};

use super::flac;
use super::header::{Header, SignalLine};
use super::memory::Budget;
use super::storage::StorageFormat;
use super::track::{Track, missing_ranges};
use super::unpack::unpack;
use crate::companions::Folder;
use crate::{Error, InputFile, Limits, Needs, Place};

/// The tracks of a record.
pub(super) struct Tracks {
    /// One a signal line; none for a null signal and where the file is absent.
    pub(super) by_line: Vec<Option<Track>>,
    /// The files that they came from.
    pub(super) files: Vec<String>,
    /// What was odd.
    pub(super) warnings: Vec<Warning>,
}

/// Reads the signals of `header`; at most `wanted` frames where that is given.
pub(super) fn tracks(
    file: &str,
    header: &Header,
    folder: &Folder,
    wanted: Option<u64>,
    limits: &Limits,
    budget: &mut Budget,
) -> Result<Tracks, Error> {
    let mut all = Tracks { by_line: vec![None; header.signals.len()], files: Vec::new(), warnings: Vec::new() };
    let mut left = limits.samples;
    let mut names: Vec<&str> = Vec::new();
    let mut absent: Vec<&str> = Vec::new();
    for name in header.signals.iter().filter_map(|signal| signal.file.as_deref()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    for name in names {
        let lines: Vec<(usize, &SignalLine)> =
            header.signals.iter().enumerate().filter(|(_, signal)| signal.file.as_deref() == Some(name)).collect();
        let Some(signals) = folder.find(name) else {
            absent.push(name);
            continue;
        };
        all.files.push(signals.name.to_owned());
        limits.file(signals.name, signals.bytes)?;
        budget.admit(&signals);
        let group = Group { header, lines: &lines, wanted, header_file: file };
        let decoded = group.read(&signals, limits, &mut left, budget, &mut all.warnings)?;
        for ((position, _), track) in lines.iter().zip(decoded) {
            if let Some(slot) = all.by_line.get_mut(*position) {
                *slot = Some(track);
            }
        }
    }
    for name in &absent {
        let found = format!("no file \"{name}\" beside the header");
        if all.files.is_empty() {
            return Err(Error::missing(Needs::File, file, found, format!("\"{name}\" too")));
        }
        all.warnings.push(data(file, String::new(), format!("{found}; its leads are left out")));
    }
    Ok(all)
}

/// The signal lines that share a file.
struct Group<'h> {
    header_file: &'h str,
    header: &'h Header,
    lines: &'h [(usize, &'h SignalLine)],
    wanted: Option<u64>,
}

impl Group<'_> {
    /// The storage format and the first byte, which all signals of a file share.
    fn storage(&self, file: &str) -> Result<(StorageFormat, u64), Error> {
        let mut shared = None;
        for (_, line) in self.lines {
            let here = (line.storage, line.offset);
            if *shared.get_or_insert(here) != here {
                let found = format!("signals of \"{file}\" with different formats or offsets");
                let place = Place::Line(line.line);
                return Err(Error::invalid(self.header_file, place, found, "one format and offset for a file"));
            }
        }
        if let Some((Some(storage), offset)) = shared {
            return Ok((storage, offset));
        }
        let place = self.lines.first().map_or(Place::Whole, |(_, line)| Place::Line(line.line));
        Err(Error::invalid(self.header_file, place, "format 0 with a file", "a storage format"))
    }

    /// Frames to decode: those that the file holds, no more than are stated and wanted, and none beyond limits and memory.
    fn frames(
        &self,
        storage: StorageFormat,
        bytes: &[u8],
        stated: Option<u64>,
        a_frame: u64,
        samples_left: u64,
        budget: &Budget,
    ) -> Result<u64, Error> {
        let skew = self.lines.iter().map(|(_, line)| u64::from(line.skew)).max().unwrap_or(0);
        let with_skew = |stated: u64| stated.saturating_add(skew);
        if !storage.is_flac() {
            let present = storage.samples_in(bytes.len() as u64).checked_div(a_frame).unwrap_or(0);
            return Ok(stated.map_or(present, |stated| with_skew(stated).min(present)));
        }
        // A FLAC stream tells only when it is decoded how much it holds: the header's need or the stream's own word,
        // and what may be held at all.
        let each = self.lines.first().map_or(1, |(_, line)| u64::from(line.per_frame));
        let by_stream = || flac::stated_samples(bytes).and_then(|samples| samples.checked_div(each));
        let room = budget.left().checked_div(a_frame.saturating_mul(storage.bytes_in_memory())).unwrap_or(0);
        let allowed = samples_left.checked_div(a_frame).unwrap_or(0);
        match stated.or_else(by_stream) {
            Some(frames) if frames > allowed => {
                let found = format!("{frames} frames of {a_frame} samples");
                Err(Error::limit(self.header_file, Place::Whole, found, samples_left))
            }
            Some(frames) if frames > room => {
                Err(budget.exceeded(self.header_file, format!("{frames} frames of {a_frame} samples in FLAC")))
            }
            Some(frames) => Ok(with_skew(frames).min(allowed).min(room)),
            None => Ok(allowed.min(room)),
        }
    }

    fn read(
        &self,
        file: &InputFile,
        limits: &Limits,
        left: &mut u64,
        budget: &mut Budget,
        warnings: &mut Vec<Warning>,
    ) -> Result<Vec<Track>, Error> {
        let (storage, offset) = self.storage(file.name)?;
        let bytes = usize::try_from(offset).ok().and_then(|offset| file.bytes.get(offset..));
        let bytes = bytes.ok_or_else(|| {
            let found = format!("{} bytes", file.bytes.len());
            Error::truncated(file.name, Place::Byte(offset), found, format!("samples from byte {offset} on"))
        })?;
        let per_frame: Vec<u32> = self.lines.iter().map(|(_, line)| line.per_frame).collect();
        let a_frame: u64 = per_frame.iter().fold(0, |sum: u64, count| sum.saturating_add(u64::from(*count)));
        let stated = match (self.header.frames, self.wanted) {
            (Some(stated), Some(wanted)) => Some(stated.min(wanted)),
            (stated, wanted) => stated.or(wanted),
        };
        let decoded = self.frames(storage, bytes, stated, a_frame, *left, budget)?;
        let place = Place::Whole;
        for count in &per_frame {
            limits.size(self.header_file, place, 1, decoded.saturating_mul(u64::from(*count)))?;
        }
        let asked = || format!("{decoded} frames of {a_frame} samples");
        let total = decoded.checked_mul(a_frame).filter(|samples| *samples <= *left);
        let total = total.ok_or_else(|| Error::limit(self.header_file, place, asked(), limits.samples))?;
        *left = left.saturating_sub(total);
        budget.take(self.header_file, total.saturating_mul(storage.bytes_in_memory()), asked)?;

        let counts = if storage.is_flac() {
            let Some(each) = per_frame.first().filter(|each| per_frame.iter().all(|count| count == *each)) else {
                let found = "signals of different samples a frame in one FLAC stream";
                return Err(Error::unsupported(self.header_file, place, found, "a file for each rate"));
            };
            let samples = decoded.saturating_mul(u64::from(*each));
            let (counts, damage) = flac::decode(file.name, bytes, storage, samples, per_frame.len())?;
            if let Some(damage) = damage {
                let message = format!("the FLAC stream is damaged ({damage}); read up to there");
                warnings.push(data(file.name, String::new(), message));
            }
            counts
        } else {
            let initial: Vec<i32> = self.lines.iter().map(|(_, line)| line.initial).collect();
            unpack(self.header_file, storage, bytes, decoded, &per_frame, &initial)?
        };
        if storage == StorageFormat::F8 && counts.iter().any(|counts| matches!(counts, Counts::Wide(_))) {
            budget.take(self.header_file, total.saturating_mul(2), asked)?;
        }
        self.trim(file, offset, stated, counts, budget, warnings)
    }

    /// Cuts the decoded lists to the frames that are wanted, moves what is skewed, and marks what is missing.
    fn trim(
        &self,
        file: &InputFile,
        offset: u64,
        stated: Option<u64>,
        counts: Vec<Counts>,
        budget: &mut Budget,
        warnings: &mut Vec<Warning>,
    ) -> Result<Vec<Track>, Error> {
        let storage = self.storage(file.name)?.0;
        // Frames that all signals really have.
        let found = counts
            .iter()
            .zip(self.lines)
            .map(|(counts, (_, line))| (counts.len() as u64).checked_div(u64::from(line.per_frame)).unwrap_or(0));
        let found = found.min().unwrap_or(0);
        let frames = stated.unwrap_or(found).min(found);
        if let Some(stated) = stated.filter(|stated| *stated > frames) {
            if frames == 0 {
                let found = format!("{} bytes", file.bytes.len());
                let expected = format!("{stated} frames of samples");
                return Err(Error::truncated(file.name, Place::Byte(offset), found, expected));
            }
            let message = format!("{frames} of {stated} frames are there; the rest is missing");
            warnings.push(data(file.name, String::new(), message));
        }
        let complete =
            stated.is_none_or(|stated| stated == frames) && self.header.frames.is_none_or(|all| all == frames);
        let mut tracks = Vec::new();
        for ((_, line), counts) in self.lines.iter().zip(counts) {
            let length = samples(frames, line.per_frame);
            let mut track = Track { counts, missing: Vec::new() };
            if complete {
                warnings.extend(self.checksum(line, track.sum(length)));
            }
            track.remove_start(samples(u64::from(line.skew), line.per_frame));
            track.truncate(length);
            if let Some(code) = storage.missing() {
                track.missing = missing_ranges(self.header_file, &track.counts, code, budget)?;
            }
            track.extend_missing(length, storage.missing().unwrap_or(0));
            tracks.push(track);
        }
        Ok(tracks)
    }

    /// The sum of a signal's samples against its header's, which a skew does not change.
    fn checksum(&self, line: &SignalLine, found: u16) -> Option<Warning> {
        let stated = line.checksum?;
        if found == stated {
            return None;
        }
        let message = format!("the sum of {} is {found}, the header states {stated}", line.description);
        let mut warning = data(self.header_file, format!("line {}", line.line), message);
        if stated == 0 {
            // Writers that do not compute the sum leave 0.
            warning.severity = Severity::Note;
        }
        Some(warning)
    }
}

/// Samples in `frames` frames that were checked against the limits.
pub(super) fn samples(frames: u64, per_frame: u32) -> usize {
    usize::try_from(frames.saturating_mul(u64::from(per_frame))).unwrap_or(usize::MAX)
}

/// A warning that touches the samples.
pub(super) fn data(file: &str, place: String, message: String) -> Warning {
    Warning { severity: Severity::Data, file: file.to_owned(), place, message }
}

/// The scale of a signal line.
pub(super) fn scale(line: &SignalLine) -> Scale {
    Scale { gain: line.gain, baseline: line.baseline, unit: line.unit.clone() }
}

/// The lead that a description names; PTB calls Frank's leads `vx`, `vy`, `vz`.
pub(super) fn lead(description: &str) -> Lead {
    match description.to_ascii_lowercase().as_str() {
        "vx" => Lead::X,
        "vy" => Lead::Y,
        "vz" => Lead::Z,
        _ => Lead::from_label(description),
    }
}

/// The label of the `position`-th signal; WFDB's own name for one without a description.
pub(super) fn label(line: &SignalLine, position: usize) -> String {
    if line.description.is_empty() { format!("signal {position}") } else { line.description.clone() }
}

/// What the files of a record give.
pub(super) struct Parts {
    /// The signals.
    pub(super) signals: Vec<Signal>,
    /// The files that they came from, beside the header.
    pub(super) files: Vec<String>,
    /// What was odd.
    pub(super) warnings: Vec<Warning>,
}

/// The signals of an ordinary record.
pub(super) fn signals(
    file: &str,
    header: &Header,
    folder: &Folder,
    limits: &Limits,
    budget: &mut Budget,
) -> Result<Parts, Error> {
    let Tracks { by_line, files, mut warnings } = tracks(file, header, folder, None, limits, budget)?;
    let mut signals = Vec::new();
    for (position, (line, track)) in header.signals.iter().zip(by_line).enumerate() {
        let Some(track) = track else {
            if line.file.is_none() {
                let message = "a null signal holds no samples and was left out".to_owned();
                warnings.push(data(file, format!("line {}", line.line), message));
            }
            continue;
        };
        let label = label(line, position);
        signals.push(Signal {
            lead: lead(&label),
            label,
            rate: header.rate * f64::from(line.per_frame),
            start: 0.0,
            samples: Samples::Digital { counts: track.counts, scale: scale(line) },
            missing: track.missing,
            derived: false,
        });
    }
    Ok(Parts { signals, files, warnings })
}
