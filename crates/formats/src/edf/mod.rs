//! EDF, EDF+, BDF and BDF+, each contiguous or with gaps.
//!
//! Written after the specifications of EDF (Kemp et al., Electroencephalogr Clin Neurophysiol 82:391, 1992), EDF+ (Kemp
//! and Olivan, Clin Neurophysiol 114:1755, 2003; edfplus.info) and BDF (biosemi.com/faq/file_format.htm).
//!
//! What real files get wrong is tolerated with a warning: the number of records (the bytes that are there decide), the
//! header's length, dates, limits that give no scale. A BDF is known by its first byte alone, since the reserved field
//! of some says EDF. Gaps of an EDF+D stay gaps: samples lie where their record's time puts them, and what lies between
//! is marked as missing.

use ecg::{Annotation, Recording, Source};

use crate::{Error, Hints, InputFile, Limits, Place};

mod header;
mod marks;
mod records;
mod scale;
mod start;
mod timeline;

use header::Header;
use timeline::Timeline;

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
    let marks = marks::read(file, &header, &data, limits, &mut recording.warnings)?;
    let timeline = Timeline::new(file, &header, &marks, &mut recording.warnings);
    recording.signals = records::signals(file, &header, &data, &timeline, hints, limits, &mut recording.warnings)?;
    scale::question(file, &recording.signals, &mut recording.warnings);

    recording.annotations = marks
        .texts
        .into_iter()
        .map(|mark| Annotation {
            time: mark.onset - timeline.first_onset,
            duration: mark.duration,
            text: mark.text,
            ..Annotation::default()
        })
        .collect();
    recording.annotations.sort_by(|a, b| a.time.total_cmp(&b.time));
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
