//! Mortara (Welch Allyn, Hillrom) ELI XML.
//!
//! There is no public specification, and **no file of a device was seen**: the layout is what public readers
//! (ecgdatakit, ecg2dcm, BRAVEHEART) agree on, and the only file that was read is a synthetic one made after them.
//! Where they differ, it says so here.
//!
//! **Document.** The outermost element is `ECG` with the attribute `ACQUISITION_TIME` (`YYYYMMDDHHMMSS`).
//!
//! **Leads.** Each `CHANNEL` has the attributes `NAME`, `SAMPLE_FREQ` (hertz), `DURATION` (samples), `UNITS_PER_MV`
//! (counts a millivolt), `OFFSET`, `BITS` (16), `FORMAT` (`SIGNED`), `ENCODING` (`BASE64`) and `DATA`, 16 bits,
//! little-endian; the data may be the element's text instead. A value is (count + `OFFSET`) / `UNITS_PER_MV`
//! millivolts: of the readers one adds the offset and two pass over it; where it is not 0, a warning says so. Where a
//! lead has no `UNITS_PER_MV` of its own, that of the document or of `TYPICAL_CYCLE` is taken, with a warning.
//!
//! **Representative beats.** `TYPICAL_CYCLE` has the attributes of a channel except the name and the data, which each
//! `TYPICAL_CYCLE_CHANNEL` has. Its own rate and scale count, which need not be those of the rhythm.
//!
//! **Statements.** The attribute `TEXT` of each `STATEMENT` of `AUTOMATIC_INTERPRETATION`, with `REASON` after a
//! semicolon.
//!
//! **Measurements.** `VENT_RATE`, `AVERAGE_RR` and `NUM_QRS` of the document and those attributes of `TYPICAL_CYCLE`
//! that do not describe its samples (`QT`, `PR_DURATION`, ...), by the file's names; the file writes no units.
//!
//! **Person.** `SUBJECT` (`ID`, `FIRST_NAME`, `LAST_NAME`, `GENDER`, `DOB` or `DOB_XML`) and `AGE` with `AGE_UNITS`, or
//! the labels and values of `DEMOGRAPHIC_FIELD`.
//!
//! **Refused.** Other widths than 16 bits, other encodings than base64; a document without one whole lead.

use ecg::{Counts, Recording, Signal, Source, Unit};

use crate::vendor::fields::number;
use crate::vendor::{Reading, in_lead, stem, waveform};
use crate::xml::{self, Document, Element};
use crate::{Error, Hints, InputFile, Limits, Place, encoding};

mod report;

/// How clearly the content is Mortara's, 0 to 100: an element called `ECG` alone could be anybody's.
pub(crate) fn score(bytes: &[u8]) -> u8 {
    if xml::root_name(bytes).as_deref() != Some("ECG") {
        return 0;
    }
    let text = encoding::sample(bytes.get(..bytes.len().min(16 << 10)).unwrap_or_default()).unwrap_or_default();
    let marks = ["ACQUISITION_TIME", "UNITS_PER_MV", "<CHANNEL"];
    if marks.iter().any(|mark| text.contains(mark)) { 90 } else { 30 }
}

/// Reads one file.
///
/// # Errors
/// No XML, no whole lead of 16 bits, more than `limits` allow, or no rate ([`Error::wants_rate`]).
pub fn read(file: &InputFile, hints: &Hints, limits: &Limits) -> Result<Recording, Error> {
    limits.file(file.name, file.bytes)?;
    let text = encoding::decode(file.bytes);
    let document = Document::read(file.name, &text, limits)?;
    let root = document.root();
    if !root.name().eq_ignore_ascii_case("ECG") {
        return Err(Error::invalid(file.name, Place::Whole, crate::error::shown(root.name()), "an ECG document"));
    }
    let mut recording = Recording {
        name: stem(file.name).to_owned(),
        source: Source { format: "Mortara ELI".to_owned(), files: vec![file.name.to_owned()] },
        ..Recording::default()
    };
    let mut reading = Reading::new(file.name, hints, limits);
    reading.question_end(&document);
    let cycle = root.child("TYPICAL_CYCLE");
    let around = [Some(root), cycle];
    for channel in root.all("CHANNEL") {
        recording.signals.extend(lead(channel, None, around, &mut reading)?);
    }
    if recording.signals.is_empty() {
        let place = document.cut_place().unwrap_or_default();
        let (found, expected) = ("no whole lead", "a CHANNEL with samples of 16 bits");
        return Err(match document.cut {
            Some(_) => Error::truncated(file.name, place, found, expected),
            None => Error::invalid(file.name, place, found, expected),
        });
    }
    if let Some(cycle) = cycle {
        for channel in cycle.all("TYPICAL_CYCLE_CHANNEL") {
            let Ok(beat) = lead(channel, Some(cycle), [Some(root), None], &mut reading) else {
                reading.data("TYPICAL_CYCLE", "a beat is too large, or has no rate; those from it on are left out");
                break;
            };
            recording.representative_beats.extend(beat);
        }
    }
    report::read(root, cycle, &mut recording);
    recording.warnings = reading.warnings;
    Ok(recording)
}

/// One lead out of the attributes of `channel`, and of `shared` where it has none of its own.
fn lead(
    channel: Element,
    shared: Option<Element>,
    around: [Option<Element>; 2],
    reading: &mut Reading,
) -> Result<Option<Signal>, Error> {
    let attribute = |name: &str| channel.attribute(name).or_else(|| shared?.attribute(name)).map(str::trim);
    let label = attribute("NAME").unwrap_or_default();
    let text =
        channel.attribute("DATA").or_else(|| Some(channel.text()).filter(|_| channel.is_whole())).unwrap_or_default();
    if text.is_empty() {
        reading.data(in_lead(label), "no whole samples; the lead is left out");
        return Ok(None);
    }
    let is_width = attribute("BITS").and_then(number).is_none_or(|bits| bits == 16.0);
    let is_base64 = attribute("ENCODING").is_none_or(|encoding| encoding.eq_ignore_ascii_case("BASE64"));
    let format = attribute("FORMAT").unwrap_or("SIGNED");
    let is_unsigned = format.eq_ignore_ascii_case("UNSIGNED");
    if !is_width || !is_base64 || !(is_unsigned || format.eq_ignore_ascii_case("SIGNED")) {
        reading.data(in_lead(label), "samples in another form than 16 bits in base64; the lead is left out");
        return Ok(None);
    }
    let rate = reading.rate(attribute("SAMPLE_FREQ").and_then(number))?;
    let bytes = waveform::bytes(reading, label, text)?;
    let counts = waveform::counts(reading, label, &bytes, attribute("DURATION").and_then(number))?;
    if counts.is_empty() {
        reading.data(in_lead(label), "no samples; the lead is left out");
        return Ok(None);
    }
    let counts = if is_unsigned {
        Counts::Wide(counts.iter().map(|&count| i32::from(count.cast_unsigned())).collect())
    } else {
        Counts::Narrow(counts)
    };
    let own = attribute("UNITS_PER_MV").and_then(number);
    let mut per_millivolt = own;
    if own.is_none() {
        per_millivolt = around.iter().flatten().find_map(|element| element.attribute("UNITS_PER_MV").and_then(number));
        if per_millivolt.is_some() {
            reading.data(
                in_lead(label),
                "no UNITS_PER_MV of its own; that of the document or of the typical cycle was taken",
            );
        }
    }
    let mut scale = reading.scale(label, per_millivolt.map(|per_millivolt| 1.0 / per_millivolt), Unit::Millivolt);
    if let Some(per_millivolt) = per_millivolt.filter(|_| scale.unit == Unit::Millivolt && scale.gain != 1.0) {
        // Free of the rounding of two divisions.
        scale.gain = per_millivolt;
    }
    if let Some(offset) = attribute("OFFSET").and_then(number).filter(|&offset| offset != 0.0 && offset.abs() < 1e9) {
        scale.baseline = -offset;
        reading.data(in_lead(label), "an OFFSET that is not 0; it is added to the counts, as not every reader does");
    }
    Ok(Some(waveform::signal(reading, label, counts, rate, scale)))
}

#[cfg(test)]
mod tests;
