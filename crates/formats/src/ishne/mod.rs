//! ISHNE Holter and its annotation files.
//!
//! Written after the ISHNE Holter Standard Output File Format (Badilini, Ann Noninvasive Electrocardiol 3:263, 1998) and its
//! sibling for annotations (thew-project.org/papers/ishneAnn.pdf).
//!
//! **Layout.** Eight letters (`ISHNE1.0`, or `ANN  1.0` for annotations), a CRC-16 (CCITT, initial value 0xFFFF) of all that lies
//! between it and the samples, a header of 512 bytes, a text of any length, the samples. Everything is little-endian. The samples begin
//! where the header's own field says (byte 22), which is not always byte 522. They are counts of 16 bits, frame by frame; each lead has a
//! resolution in nanovolts: `mV = count * resolution / 1,000,000`. Lead codes: 1 to 4 bipolar leads without a place, X, Y and Z, 5 to 16 the
//! twelve standard leads, 17 to 19 ES, AS and AI (EASI).
//!
//! **Tolerated, with a warning.** A wrong checksum; a number of samples that is one of all leads together, or is another than the file's
//! bytes hold (the bytes decide); a lead without a resolution (its counts are then in no unit); dates of -9, which stand for none;
//! letters beyond ASCII.
//!
//! **Annotations.** The header is the Holter's, so that the two stay together; then the sample of the first mark (32 bits) and four bytes a
//! beat: label, a letter for the writer's own use, samples since the last beat. `!` is no beat but a step where these 16 bits do not
//! reach. A file of annotations has no samples: it is attached to the Holter of the same name (`a.ecg` and `a.ann`, `a.ecg` and `a.01.ann`), or to
//! the only one of its folder; alone it is refused ([`Error::wants_file`]).
//!
//! **Refused.** No or more than twelve leads (the header has no room for more); a rate of zero or less asks for one
//! ([`Error::wants_rate`]).

use std::collections::BTreeMap;

use ecg::{Lead, Recording, Scale, Severity, Sex, Signal, Source, Unit, Warning};

use crate::{Error, Format, Hints, InputFile, Limits, Needs, Place, samples};

mod beats;
mod header;
mod pair;
#[cfg(test)]
mod tests;

pub(crate) use beats::attach;
use header::Header;
pub(crate) use pair::pairs;

/// Bytes of a file's beginning that [`companions`] looks at.
pub const START_BYTES: u64 = header::LENGTH as u64;

/// Which files of beats belong to which Holter, by name and folder: positions of beats by the Holter's. Only the first
/// [`START_BYTES`] of each file are looked at, so that no more of it has to be given.
pub fn companions(files: &[InputFile]) -> BTreeMap<usize, Vec<usize>> {
    let format = |file: &InputFile| match (score(file.bytes), score_annotations(file.bytes)) {
        (1.., _) => Some(Format::Ishne),
        (_, 1..) => Some(Format::IshneAnnotations),
        _ => None,
    };
    pairs(files, &files.iter().map(format).collect::<Vec<_>>())
}

/// How clearly the content is an ISHNE Holter, 0 to 100.
pub(crate) fn score(bytes: &[u8]) -> u8 {
    if bytes.starts_with(b"ISHNE1.0") || bytes.starts_with(b"ISHNE") && bytes.len() >= header::LENGTH { 95 } else { 0 }
}

/// How clearly the content is a file of annotations, 0 to 100.
pub(crate) fn score_annotations(bytes: &[u8]) -> u8 {
    if bytes.starts_with(b"ANN  1.0") { 95 } else { 0 }
}

/// What a file of annotations alone lacks.
///
/// # Errors
/// Always: [`Error::wants_file`].
pub(crate) fn refuse_annotations(file: &InputFile) -> Error {
    let found = "the beats of an ISHNE Holter, which hold no samples";
    Error::missing(Needs::File, file.name, found, "the Holter file (.ecg) of the same name too")
}

/// Reads one Holter. Signals keep their counts of 16 bits, in the file's order.
///
/// # Errors
/// The header is cut, states no lead or more than twelve, samples beyond the file's end, or sizes beyond `limits`; or no rate, and
/// `hints` do not either ([`Error::wants_rate`]).
pub fn read(file: &InputFile, hints: &Hints, limits: &Limits) -> Result<Recording, Error> {
    limits.file(file.name, file.bytes)?;
    let mut warnings = Vec::new();
    let header = Header::read(file, &mut warnings)?;
    header.check(file, &mut warnings);
    let rate = match (header.rate, hints.rate) {
        (1.., _) => limits.rate(file.name, Place::Byte(272), f64::from(header.rate))?,
        (_, Some(rate)) => limits.rate(file.name, Place::Whole, rate)?,
        _ => {
            let found = "a header without a sampling rate";
            return Err(Error::missing(Needs::Rate, file.name, found, "the sampling rate in hertz"));
        }
    };
    let data = file.bytes.get(header.data..).unwrap_or_default();
    let frame = header.leads.len().saturating_mul(2);
    let frames = data.len().checked_div(frame).unwrap_or(0);
    limits.size(file.name, Place::Byte(14), header.leads.len() as u64, frames as u64)?;
    if frames == 0 {
        let found = format!("{} bytes of samples", data.len());
        return Err(Error::truncated(
            file.name,
            Place::Byte(header.data as u64),
            found,
            format!("{frame} bytes a frame"),
        ));
    }
    question_size(file, &header, frames as u64, data.len().checked_rem(frame), &mut warnings);

    let counts = samples::interleaved_i16_le(file.name, data, header.leads.len())?;
    let mut signals = Vec::new();
    for ((number, lead), counts) in (1_u32..).zip(&header.leads).zip(counts) {
        let (name, label) = lead.name(number);
        let scale = if lead.resolution > 0 {
            // Counts a millivolt, which are whole for the usual resolutions.
            Scale { gain: 1e6 / f64::from(lead.resolution), baseline: 0.0, unit: Unit::Millivolt }
        } else {
            let message = "states no resolution; its counts were kept, in no unit";
            warnings.push(warning(file, Severity::Data, format!("lead {label}"), message));
            Scale { gain: 1.0, baseline: 0.0, unit: Unit::Unknown }
        };
        if let Some(quality) = lead.quality() {
            let message = format!("the recorder states {quality}");
            warnings.push(warning(file, Severity::Note, format!("lead {label}"), message));
        }
        signals.push(Signal { label, ..Signal::digital(name, rate, counts, scale) });
    }
    let mut recording = Recording {
        name: stem(file.name).to_owned(),
        source: Source { format: "ISHNE".to_owned(), files: vec![file.name.to_owned()] },
        signals,
        warnings,
        ..Recording::default()
    };
    describe(file, &header, limits, &mut recording);
    Ok(recording)
}

/// Compares the header's number of samples with the bytes that are there, which decide.
fn question_size(file: &InputFile, header: &Header, frames: u64, rest: Option<usize>, warnings: &mut Vec<Warning>) {
    let leads = header.leads.len() as u64;
    let stated = u64::try_from(header.samples).unwrap_or(0);
    let message = if stated == frames {
        None
    } else if leads > 1 && stated == frames.saturating_mul(leads) {
        let message =
            format!("the number of samples counts all {leads} leads together (or the file is cut); each has {frames}");
        Some((Severity::Note, message))
    } else {
        let message = format!("the header states {stated} samples a lead, the file holds {frames}; these were read");
        Some((Severity::Data, message))
    };
    if let Some((severity, message)) = message {
        warnings.push(warning(file, severity, "byte 14", message));
    } else if rest.is_some_and(|rest| rest > 0) {
        let message = "the last frame is not whole; it was left out";
        warnings.push(warning(file, Severity::Data, format!("byte {}", file.bytes.len()), message));
    }
}

/// Person, start and what else the header says.
fn describe(file: &InputFile, header: &Header, limits: &Limits, recording: &mut Recording) {
    let name = [&header.first_name, &header.last_name].map(String::as_str).join(" ");
    let stated = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    recording.patient.name = stated(&name);
    recording.patient.id = stated(&header.id);
    recording.patient.sex = match header.sex {
        1 => Some(Sex::Male),
        2 => Some(Sex::Female),
        _ => None,
    };
    recording.patient.born.clone_from(&header.born);
    recording.start = match (&header.recorded, &header.time) {
        (Some(date), Some(time)) => Some(format!("{date}T{time}")),
        (date, _) => date.clone(),
    };
    let pacemaker = match header.pacemaker {
        1 => Some("of unknown type"),
        2 => Some("single chamber, unipolar"),
        3 => Some("dual chamber, unipolar"),
        4 => Some("single chamber, bipolar"),
        5 => Some("dual chamber, bipolar"),
        _ => None,
    };
    recording.comments.extend(pacemaker.map(|kind| format!("Pacemaker: {kind}")));
    for (what, text) in
        [("Recorder", &header.recorder), ("Proprietary", &header.proprietary), ("Copyright", &header.copyright)]
    {
        if !text.is_empty() {
            recording.comments.push(format!("{what}: {text}"));
        }
    }
    header.texts(file, limits, recording);
}

/// The file's name without folder and extension.
fn stem(name: &str) -> &str {
    let base = name.rsplit('/').next().unwrap_or(name);
    base.rsplit_once('.').map_or(base, |(stem, _)| stem)
}

fn warning(file: &InputFile, severity: Severity, place: impl Into<String>, message: impl Into<String>) -> Warning {
    Warning { severity, file: file.name.to_owned(), place: place.into(), message: message.into() }
}

/// The lead of a code, and its label.
fn lead_of(code: i16, number: u32) -> (Lead, String) {
    let label = match code {
        1 => "bipolar".to_owned(),
        // Frank's leads are others, with seven electrodes.
        2 => "X bipolar".to_owned(),
        3 => "Y bipolar".to_owned(),
        4 => "Z bipolar".to_owned(),
        5..=16 => {
            let position = usize::try_from(code).unwrap_or_default().saturating_sub(5);
            return Lead::TWELVE
                .get(position)
                .map_or((Lead::I, "I".to_owned()), |lead| (lead.clone(), lead.name().to_owned()));
        }
        17 => "ES".to_owned(),
        18 => "AS".to_owned(),
        19 => "AI".to_owned(),
        _ => format!("lead {number}"),
    };
    (Lead::Other(label.clone()), label)
}
