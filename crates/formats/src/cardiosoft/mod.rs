//! GE CardioSoft and CASE XML.
//!
//! There is no public specification; what follows was seen in an export of CardioSoft V6.73.
//!
//! **Document.** The outermost element is `CardiologyXML`, in ISO-8859-1 or UTF-8.
//!
//! **Blocks.** `StripData` (the rhythm; one each of several strips gives a recording each), `MedianSamples` (the
//! representative beats, within `RestingECGMeasurements`) and `FullDisclosure` (everything that was recorded, often
//! longer than the strip; a recording of its own). Each has `SampleRate` in `Hz` and `Resolution` in `uVperLsb`: the
//! value of one count.
//!
//! **Samples.** `StripData` and `MedianSamples` hold a `WaveformData` a lead, whose attribute `lead` names it: whole
//! numbers with commas between them, a last comma allowed, blanks and line breaks anywhere between.
//! `ChannelSampleCountTotal` is compared. `FullDisclosureData` holds all leads of `LeadOrder` in turns of one second: a
//! second of the first lead, a second of the next, and so on, then the next second. (So the file lies: III = II - I
//! holds for each of its 8000 samples by this layout and by no other that was tried.) What lies after the last whole
//! turn is left out with a warning.
//!
//! **Statements.** Lines of `Conclusion` (what was concluded by a person) have the system `text`, lines of `Diagnosis`
//! (the program's) that the conclusion does not repeat have `text, before overreading`.
//!
//! **Measurements and marks.** The numbers of `RestingECGMeasurements` with their attribute `units`; those of
//! `MeasurementTable` for each lead of its `LeadOrder`. The marks of a strip are its `ArrhythmiaResults` (`Time` in
//! `ms` before each `BeatClass`), those of the full disclosure its `EventList` (each `Event` before its `Time` of
//! `Minute` and `Second`).
//!
//! **Person and start.** `PatientInfo` and `ObservationDateTime`.
//!
//! **Refused.** A rate in another unit than hertz; a document without one whole lead.

use ecg::{Recording, Source};

use crate::vendor::{Reading, stem};
use crate::xml::{self, Document};
use crate::{Error, Hints, InputFile, Limits, Place, encoding};

mod blocks;
mod report;

/// Strips of one document.
const MOST_STRIPS: usize = 64;

/// How clearly the content is CardioSoft's, 0 to 100.
pub(crate) fn score(bytes: &[u8]) -> u8 {
    if xml::root_name(bytes).is_some_and(|name| name.eq_ignore_ascii_case("CardiologyXML")) { 95 } else { 0 }
}

/// Reads one file: a recording a strip, the first of them with the representative beats, statements and measurements,
/// and one of the full disclosure.
///
/// # Errors
/// No XML, no whole lead, more than `limits` allow, or no rate ([`Error::wants_rate`]).
pub fn read(file: &InputFile, hints: &Hints, limits: &Limits) -> Result<Vec<Recording>, Error> {
    limits.file(file.name, file.bytes)?;
    let text = encoding::decode(file.bytes);
    let document = Document::read(file.name, &text, limits)?;
    let root = document.root();
    if !root.name().eq_ignore_ascii_case("CardiologyXML") {
        let found = crate::error::shown(root.name());
        return Err(Error::invalid(file.name, Place::Whole, found, "a CardiologyXML document"));
    }
    let mut empty = Recording {
        name: stem(file.name).to_owned(),
        source: Source { format: "GE CardioSoft".to_owned(), files: vec![file.name.to_owned()] },
        ..Recording::default()
    };
    report::person(root, &mut empty);

    let mut recordings: Vec<Recording> = Vec::new();
    let mut reading = Reading::new(file.name, hints, limits);
    let strips = || root.descendants().filter(|element| element.name().eq_ignore_ascii_case("StripData"));
    if strips().count() > MOST_STRIPS {
        reading.data("", format!("more than {MOST_STRIPS} strips; the others are left out"));
    }
    for strip in strips().take(MOST_STRIPS) {
        let signals = blocks::of_leads(strip, "strip", &mut reading)?;
        if !signals.is_empty() {
            let mut recording = Recording { signals, ..empty.clone() };
            report::beats(strip, &mut recording, &mut reading);
            recordings.push(recording);
        }
    }
    let disclosure = root.child("FullDisclosure");
    if let Some(disclosure) = disclosure {
        match blocks::full_disclosure(disclosure, &mut reading) {
            Ok(signals) if signals.is_empty() => {}
            Ok(signals) => {
                let mut recording = Recording { signals, ..empty.clone() };
                if !recordings.is_empty() {
                    recording.name.push_str(" full disclosure");
                }
                report::events(disclosure, &mut recording, &mut reading);
                recordings.push(recording);
            }
            Err(error) if recordings.is_empty() => return Err(error),
            Err(_) => reading.data("full disclosure", "it is too large, or its rate is none, and is left out"),
        }
    }
    let Some(first) = recordings.first_mut() else {
        let place = document.cut_place().unwrap_or_default();
        let (found, expected) = ("no whole lead", "WaveformData of at least one lead");
        return Err(match document.cut {
            Some(_) => Error::truncated(file.name, place, found, expected),
            None => Error::invalid(file.name, place, found, expected),
        });
    };
    if let Some(measurements) = root.child("RestingECGMeasurements") {
        if let Some(median) = measurements.child("MedianSamples") {
            match blocks::of_leads(median, "median", &mut reading) {
                Ok(beats) => first.representative_beats = beats,
                Err(_) => reading.data("median", "it is too large, or its rate is none, and is left out"),
            }
        }
        report::measurements(measurements, first);
    }
    report::statements(root, first);
    reading.question_end(&document);
    for recording in &mut recordings {
        recording.warnings.clone_from(&reading.warnings);
    }
    Ok(recordings)
}

#[cfg(test)]
mod tests;
