//! AliveCor ATC, the files of the KardiaMobile recorders.
//!
//! Written after AliveCor's public description of the format (github.com/alivecor) and its sample files; versions 2 to 4.
//!
//! **Layout.** `ALIVE`, three zeros, the version (32 bits), then blocks: four letters, the length of the data (32 bits), the data, a checksum (the
//! sum of all bytes from the letters to the data's end, in 32 bits). Everything is little-endian. `info` holds the date and texts of
//! the telephone and the recorder; `fmt ` the samples' form (1), rate, nanovolts a count and what filters ran; `ecg `, `ecg2` to
//! `ecg6` the counts (16 bits) of I, II, III, aVR, aVL and aVF; `avg ` to `avg6` the average beat of the same leads, which become
//! representative beats; `ann ` ticks a second, then marks of a time (32 bits) and a type (16 bits). The order of blocks is free.
//!
//! **Tolerated, with a warning.** Wrong checksums, among them two that a tool of the same maker writes: the sum of bytes taken as signed, and
//! one that is off by 256. Data of an odd length; a block that is cut (its whole samples are read); leads of different lengths; blocks
//! that occur twice (the first counts) or are not known; another version.
//!
//! **Refused.** No samples; samples of another form than 1. A file without `fmt ` asks for the rate ([`Error::wants_rate`]) and has no unit.
//!
//! Identifiers of telephone and recording are personal and are not read.

use ecg::{Annotation, Lead, Recording, Scale, Severity, Signal, Source, Unit, Warning};

use crate::cursor::Cursor;
use crate::limits::reserve;
use crate::{Error, Hints, InputFile, Limits, Needs, Place, encoding, moment, samples};

mod blocks;
#[cfg(test)]
mod tests;

use blocks::{Block, Blocks};

const LEADS: [Lead; 6] = [Lead::I, Lead::II, Lead::III, Lead::AVR, Lead::AVL, Lead::AVF];
const VERSIONS: core::ops::RangeInclusive<u32> = 2..=4;

/// How clearly the content is such a file, 0 to 100.
pub(crate) fn score(bytes: &[u8]) -> u8 {
    if bytes.starts_with(b"ALIVE\0\0\0") { 95 } else { 0 }
}

/// Reads one file. Leads keep their counts of 16 bits.
///
/// # Errors
/// There are no samples, or of another form, or sizes beyond `limits`; or no rate, and `hints` do not give one either.
pub fn read(file: &InputFile, hints: &Hints, limits: &Limits) -> Result<Recording, Error> {
    limits.file(file.name, file.bytes)?;
    let mut warnings = Vec::new();
    let mut cursor = Cursor::new(file.name, file.bytes);
    if cursor.take(8)? != b"ALIVE\0\0\0" {
        return Err(Error::invalid(file.name, Place::Byte(0), "other letters", "ALIVE and three zeros"));
    }
    let version = cursor.u32_le()?;
    if !VERSIONS.contains(&version) {
        let message = format!("the file is of version {version}; it was read as those of 2 to 4 are");
        warnings.push(warning(file, Severity::Note, "byte 8", message));
    }
    let blocks = Blocks::read(file, &mut cursor, &mut warnings)?;

    let mut form =
        Form { rate: hints.rate.unwrap_or(0.0), scale: Scale { gain: 1.0, baseline: 0.0, unit: Unit::Unknown } };
    match &blocks.form {
        Some(block) => form = Form::read(file, block, &mut warnings)?,
        None if hints.rate.is_some() => {
            let message = "there is no block that states the samples' form; their counts were kept, in no unit";
            warnings.push(warning(file, Severity::Data, "", message));
        }
        None => {
            let found = "a file without the block that states the sampling rate";
            return Err(Error::missing(Needs::Rate, file.name, found, "the sampling rate in hertz"));
        }
    }
    let rate = limits.rate(file.name, Place::Whole, form.rate)?;

    let mut recording = Recording {
        name: stem(file.name).to_owned(),
        source: Source { format: "AliveCor ATC".to_owned(), files: vec![file.name.to_owned()] },
        ..Recording::default()
    };
    for (stored, signals) in
        [(&blocks.leads, &mut recording.signals), (&blocks.averages, &mut recording.representative_beats)]
    {
        let longest = stored.iter().flatten().map(|block| block.data.len()).max().unwrap_or(0) as u64;
        limits.size(file.name, Place::Whole, LEADS.len() as u64, longest / 2)?;
        for (lead, block) in LEADS.into_iter().zip(stored) {
            let Some(block) = block.as_ref().filter(|block| block.data.len() > 1) else { continue };
            if block.data.len() % 2 == 1 {
                let message = format!("lead {lead} has an odd number of bytes; the last was left out");
                warnings.push(warning(file, Severity::Data, block.place(), message));
            }
            let counts = samples::i16_le(file.name, block.data)?;
            signals.push(Signal::digital(lead, rate, counts, form.scale.clone()));
        }
    }
    if recording.signals.is_empty() {
        let found = "no block of samples";
        return Err(Error::truncated(file.name, Place::Byte(file.bytes.len() as u64), found, "the block \"ecg \""));
    }
    if recording.signals.iter().any(|signal| signal.len() != recording.signals.first().map_or(0, Signal::len)) {
        let message = "the leads differ in length";
        warnings.push(warning(file, Severity::Data, "", message));
    }
    if let Some(block) = &blocks.marks {
        recording.annotations = marks(file, block, limits, &mut warnings)?;
    }
    if let Some(block) = &blocks.info {
        describe(file, block, &mut recording, &mut warnings);
    }
    recording.warnings = warnings;
    Ok(recording)
}

/// What the block `fmt ` says.
struct Form {
    rate: f64,
    scale: Scale,
}

impl Form {
    fn read(file: &InputFile, block: &Block, warnings: &mut Vec<Warning>) -> Result<Form, Error> {
        let Some(&[form, low, high, least, most, flags]) = block.data.first_chunk::<6>() else {
            let found = format!("{} bytes", block.data.len());
            return Err(Error::truncated(file.name, Place::Byte(block.from), found, "8 bytes of the samples' form"));
        };
        if form != 1 {
            let found = format!("samples of form {form}");
            return Err(Error::unsupported(file.name, Place::Byte(block.from), found, "form 1: counts of 16 bits"));
        }
        let resolution = u16::from_le_bytes([least, most]);
        let scale = if resolution == 0 {
            let message = "the file states no resolution; its counts were kept, in no unit";
            warnings.push(warning(file, Severity::Data, block.place(), message));
            Scale { gain: 1.0, baseline: 0.0, unit: Unit::Unknown }
        } else {
            Scale { gain: 1e6 / f64::from(resolution), baseline: 0.0, unit: Unit::Millivolt }
        };
        if flags & 1 == 1 {
            let message = "the file says that polarity was changed; samples are as stored";
            warnings.push(warning(file, Severity::Note, block.place(), message));
        }
        Ok(Form { rate: f64::from(u16::from_le_bytes([low, high])), scale })
    }
}

/// Marks in time: the number of their type is their code.
fn marks(
    file: &InputFile,
    block: &Block,
    limits: &Limits,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<Annotation>, Error> {
    let Some((ticks, rest)) = block.data.split_first_chunk::<4>() else { return Ok(Vec::new()) };
    let ticks = f64::from(u32::from_le_bytes(*ticks));
    if ticks <= 0.0 {
        let message = "marks are counted in no ticks a second; they were left out";
        warnings.push(warning(file, Severity::Note, block.place(), message));
        return Ok(Vec::new());
    }
    let (marks, rest) = rest.as_chunks::<6>();
    if marks.len() as u64 > limits.annotations.min(MOST_MARKS) {
        let found = format!("{} marks", marks.len());
        return Err(Error::limit(file.name, Place::Byte(block.from), found, limits.annotations.min(MOST_MARKS)));
    }
    if !rest.is_empty() {
        warnings.push(warning(file, Severity::Note, block.place(), "the last mark is not whole; it was left out"));
    }
    let mut annotations = reserve(file.name, marks.len() as u64)?;
    annotations.extend(marks.iter().map(|&[a, b, c, d, low, high]| {
        let tick = u32::from_le_bytes([a, b, c, d]);
        Annotation {
            time: f64::from(tick) / ticks,
            code: u16::from_le_bytes([low, high]).to_string(),
            sample: Some(i64::from(tick)),
            ..Annotation::default()
        }
    }));
    Ok(annotations)
}

/// Marks at most: a recording lasts minutes.
const MOST_MARKS: u64 = 1 << 18;

/// Start and device. The block's other texts are identifiers.
fn describe(file: &InputFile, block: &Block, recording: &mut Recording, warnings: &mut Vec<Warning>) {
    let text = |from: usize, to: usize| {
        block.data.get(from..to.min(block.data.len())).map(encoding::field).unwrap_or_default()
    };
    let date = text(0, 32);
    match moment::written(&date) {
        Some((start, zone)) => {
            recording.start = Some(start);
            if !zone.is_empty()
                && zone.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b':'))
            {
                recording.comments.push(format!("Time zone of the start: {zone}"));
            }
        }
        None if date.is_empty() => {}
        None => {
            let message = "the date is none (2016-06-01T18:15:25); the recording's start is left open";
            warnings.push(warning(file, Severity::Note, block.place(), message));
        }
    }
    for (what, from, to) in [("Software", 148, 180), ("Recorder", 180, 212)] {
        let text = text(from, to);
        if !text.is_empty() {
            recording.comments.push(format!("{what}: {text}"));
        }
    }
}

/// The file's name without folder and extension.
fn stem(name: &str) -> &str {
    let base = name.rsplit('/').next().unwrap_or(name);
    base.rsplit_once('.').map_or(base, |(stem, _)| stem)
}

fn warning(file: &InputFile, severity: Severity, place: impl Into<String>, message: impl Into<String>) -> Warning {
    Warning { severity, file: file.name.to_owned(), place: place.into(), message: message.into() }
}
