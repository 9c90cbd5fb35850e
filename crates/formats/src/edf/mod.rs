//! EDF, EDF+, BDF and BDF+, each contiguous or with gaps.
//!
//! Written after the specifications of EDF (Kemp et al., Electroencephalogr Clin Neurophysiol 82:391, 1992), EDF+ (Kemp
//! and Olivan, Clin Neurophysiol 114:1755, 2003; edfplus.info) and BDF (biosemi.com/faq/file_format.htm).
//!
//! # Layout
//! A header of ASCII text: 256 bytes (version, patient, recording, date, time, length of the header, the reserved field that
//! says EDF+C or EDF+D, number of records, their duration, number of signals), then 256 bytes a signal, one field for all
//! signals after the other (label, transducer, unit, physical and digital limits, filter, samples a record, reserved). Then
//! records: in each, one signal after the other, 16 bits a sample in EDF and 24 in BDF, little-endian. Counts are kept as
//! they are; gain and baseline follow from the four limits. A rate is samples a record by the record's duration, which
//! may be a fraction of a second; signals may differ in it.
//!
//! # Units
//! As the unit field says. Limits that give no finite scale leave the counts in no unit. Standard leads whose scale no ECG has
//! are questioned by a warning, since converters that invent limits are common.
//!
//! # EDF+
//! Annotation signals hold time-stamped lists; the first of a record is its time, which also gives a start within a second.
//! Times are seconds from the first sample. A label of the file behind `@@` is the annotation's lead. Gaps of an EDF+D stay gaps:
//! samples lie where their record's time puts them, and what lies between is marked as missing; where that would take more
//! memory than 64 MiB and four times the file, each lead comes in pieces with their starts. The patient field gives identifier, sex, date
//! of birth and name, the recording field the full date. "Startdate X" with 1 January 1985 is a start that is not known.
//! What the writer says in annotations (see [`write()`]) takes effect.
//!
//! # Tolerated, with a warning
//! A wrong or absent number of records (the bytes that are there decide), a last record that is cut, a wrong length of the
//! header, dates that are none, commas and other writing of numbers, letters that are no ASCII. A BDF is known by its
//! first byte alone, since the reserved field of some says EDF.
//!
//! # Refused
//! A header that is cut, no signal, no samples a record, sizes, rates, gaps and annotations beyond the limits. Records without
//! duration ask for the rate.

use std::collections::BTreeMap;

use ecg::{Annotation, Lead, Recording, Source};

use crate::{Error, Hints, InputFile, Limits, Place, memory};

mod gaps;
mod header;
mod marks;
mod records;
mod scale;
mod start;
mod timeline;
mod write;

use header::{Continuity, Header};
use timeline::Timeline;

pub use write::write;

/// How clearly the content is EDF, 0 to 100.
pub(crate) fn score(bytes: &[u8]) -> u8 {
    let version = bytes.get(..8).unwrap_or_default();
    let edf = version.first() == Some(&b'0') && version.iter().skip(1).all(|byte| matches!(byte, b' ' | 0));
    let bdf = version.first() == Some(&0xFF) && version.get(1..) == Some(b"BIOSEMI");
    match (version.len() == 8 && (edf || bdf), bytes.len() >= header::FIXED_BYTES) {
        (true, true) => 95,
        (true, false) => 60,
        _ => 0,
    }
}

/// Reads one file. Signals keep their digital counts, in the file's order and each at its own rate; annotations are
/// in seconds from the first sample.
///
/// # Errors
/// The header is cut, states no signals or sizes beyond `limits`; or the records have no duration, so that the rate
/// is unknown ([`Error::wants_rate`]): `hints.rate` is then the rate of the signal with most samples a record.
pub fn read(file: &InputFile, hints: &Hints, limits: &Limits) -> Result<Recording, Error> {
    limits.file(file.name, file.bytes)?;
    let mut recording = Recording {
        name: stem(file.name).to_owned(),
        source: Source { format: String::new(), files: vec![file.name.to_owned()] },
        ..Recording::default()
    };
    let header = Header::read(file, limits, &mut recording.warnings)?;
    header.format_name().clone_into(&mut recording.source.format);

    let data = records::Data::find(file, &header, &mut recording.warnings)?;
    // The samples as they are stored take at most 4/3 of the file, and half of that again where limb leads are derived.
    let bytes = file.bytes.len() as u64;
    let room = memory::FREE.saturating_add(bytes.saturating_mul(2));
    let mut marks = marks::read(file, &header, &data, limits, room, &mut recording.warnings)?;
    let timeline = Timeline::new(file, &header, &marks, limits, &mut recording.warnings)?;
    let room = memory::bound(bytes).saturating_sub(marks.bytes());
    let given = records::Given { file, header: &header, data: &data, timeline: &timeline };
    recording.signals = records::signals(&given, hints, limits, room, &mut recording.warnings)?;
    if header.continuity != Continuity::Plain {
        gaps::apply(&mut recording.signals, &mut marks.texts, timeline.first_onset, header.record_duration);
    }
    scale::question(file, &recording.signals, &mut recording.warnings);

    recording.annotations.reserve_exact(marks.texts.len());
    let mut leads: BTreeMap<&str, &Lead> = BTreeMap::new();
    for signal in &recording.signals {
        leads.entry(&signal.label).or_insert(&signal.lead);
    }
    for mark in marks.texts {
        // EDF+ names a signal behind the text: `Lead off@@ECG V1`.
        let named = mark.text.rsplit_once("@@").and_then(|(text, label)| Some((text, *leads.get(label.trim())?)));
        let (text, lead) = match named {
            Some((text, lead)) => (text.to_owned(), Some(lead.clone())),
            None => (mark.text, None),
        };
        let time = mark.onset - timeline.first_onset;
        recording.annotations.push(Annotation { time, duration: mark.duration, text, lead, ..Annotation::default() });
    }
    if !recording.annotations.is_sorted_by(|one, other| one.time <= other.time) {
        recording.annotations.sort_by(|a, b| a.time.total_cmp(&b.time));
    }
    start::describe(file, &header, timeline.first_onset, &mut recording);

    if recording.signals.is_empty() && recording.annotations.is_empty() {
        let found = "neither samples nor annotations";
        return Err(Error::invalid(file.name, Place::Byte(header.length), found, "records of samples"));
    }
    Ok(recording)
}

/// The file's name without folder and extension.
fn stem(name: &str) -> &str {
    let base = name.rsplit('/').next().unwrap_or(name);
    base.rsplit_once('.').map_or(base, |(stem, _)| stem)
}

#[cfg(test)]
mod tests;
