//! Schiller SEMA XML.
//!
//! There is no public specification, and **no file of a device was seen**: the layout is what public readers (ecg2dcm,
//! BRAVEHEART) read, and the only file that was read is a synthetic one made after them. Where they differ, both
//! readings are taken.
//!
//! **Document.** The outermost element's name ends with `SchillerEDI` (`com.xiriuz.sema.xml.schillerEDI.SchillerEDI`).
//!
//! **Blocks.** Each `wavedata` of an `event` has a `type`: `ECG_RHYTHMS` or `ECG_RHYTHM` gives the signals,
//! `ECG_AVERAGES` the representative beats; another is passed over with a warning.
//!
//! **Rate and scale.** `resolution/samplerate` is either a number of hertz or has the children `units` (`HZ`), `value`
//! and `exponent`. Only the exponent 1 is known, with which the rate is the value; any other is a warning, and the rate
//! is the value still. `resolution/yres` is either a number of microvolts a count or has the children `units` (`UV`,
//! `MV`) and `unitperbit`.
//!
//! **Samples.** Each `channel` has a `name`, the `datastype` `COMMASEPARATE` and `data`: whole numbers between commas.
//!
//! **Measurements.** Names and values of `annotation_global`, and of `annotation_lead` within a channel of the
//! averages.
//!
//! **Person and start.** `patdata` and `examdescript/startdatetime`, dates as `YYYYMMDD`, times as `HHMMSS`.
//!
//! **Refused.** Another `datastype`, a rate in another unit than hertz, a document without one whole lead.

use ecg::{Recording, Signal, Source, Unit};

use crate::error::shown;
use crate::vendor::fields::number;
use crate::vendor::{Reading, in_lead, stem, waveform};
use crate::xml::{self, Document, Element};
use crate::{Error, Hints, InputFile, Limits, Place, encoding};

mod report;

/// Blocks of one document.
const MOST_BLOCKS: usize = 256;

fn is_root(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with("schilleredi")
}

/// How clearly the content is Schiller's, 0 to 100.
pub(crate) fn score(bytes: &[u8]) -> u8 {
    if xml::root_name(bytes).is_some_and(|name| is_root(&name)) { 95 } else { 0 }
}

/// Reads one file.
///
/// # Errors
/// No XML, no whole lead, more than `limits` allow, or no rate ([`Error::wants_rate`]).
pub fn read(file: &InputFile, hints: &Hints, limits: &Limits) -> Result<Recording, Error> {
    limits.file(file.name, file.bytes)?;
    let text = encoding::decode(file.bytes);
    let document = Document::read(file.name, &text, limits)?;
    let root = document.root();
    if !is_root(root.name()) {
        return Err(Error::invalid(file.name, Place::Whole, shown(root.name()), "a SchillerEDI document"));
    }
    let mut recording = Recording {
        name: stem(file.name).to_owned(),
        source: Source { format: "Schiller".to_owned(), files: vec![file.name.to_owned()] },
        ..Recording::default()
    };
    let mut reading = Reading::new(file.name, hints, limits);
    reading.question_end(&document);
    let blocks = root.descendants().filter(|element| element.name().eq_ignore_ascii_case("wavedata"));
    for block in blocks.take(MOST_BLOCKS) {
        let kind = block.child_text("type").unwrap_or_default();
        if kind.eq_ignore_ascii_case("ECG_AVERAGES") {
            match leads(block, &mut reading) {
                Ok(beats) => recording.representative_beats.extend(beats),
                Err(_) => reading.data("ECG_AVERAGES", "too large, or without a rate; it is left out"),
            }
            report::of_leads(block, &mut recording);
        } else if kind.eq_ignore_ascii_case("ECG_RHYTHMS") || kind.eq_ignore_ascii_case("ECG_RHYTHM") {
            if !recording.signals.is_empty() {
                reading.note("", "a further rhythm; its leads stand after those of the first");
            }
            recording.signals.extend(leads(block, &mut reading)?);
        } else {
            reading.data("", "a block of samples that is neither rhythm nor average is left out");
        }
    }
    if recording.signals.is_empty() {
        let place = document.cut_place().unwrap_or_default();
        let (found, expected) = ("no whole lead of a rhythm", "a channel of ECG_RHYTHMS");
        return Err(match document.cut {
            Some(_) => Error::truncated(file.name, place, found, expected),
            None => Error::invalid(file.name, place, found, expected),
        });
    }
    report::read(root, &mut recording);
    recording.warnings = reading.warnings;
    Ok(recording)
}

fn leads(block: Element, reading: &mut Reading) -> Result<Vec<Signal>, Error> {
    let rate = rate(block, reading)?;
    let resolution = block.path(&["resolution", "yres"]);
    let (step, unit) = match resolution {
        Some(resolution) if resolution.children().next().is_some() => (
            resolution.child_text("unitperbit").and_then(number),
            resolution.child_text("units").map_or(Unit::Unknown, Unit::from_label),
        ),
        Some(resolution) => (number(resolution.text()), Unit::Microvolt),
        None => (None, Unit::Unknown),
    };
    let mut signals = Vec::new();
    for channel in block.all("channel") {
        let label = channel.child_text("name").unwrap_or_default();
        let Some(data) = channel.child("data").filter(Element::is_whole) else {
            reading.data(in_lead(label), "no whole samples; the lead is left out");
            continue;
        };
        let form = channel.child_text("datastype").unwrap_or("COMMASEPARATE");
        if !form.eq_ignore_ascii_case("COMMASEPARATE") {
            reading.data(in_lead(label), "samples in another form than numbers between commas; the lead is left out");
            continue;
        }
        let scale = reading.scale(label, step, unit.clone());
        signals.extend(waveform::of_numbers(reading, label, data.text(), rate, scale)?);
    }
    Ok(signals)
}

fn rate(block: Element, reading: &mut Reading) -> Result<f64, Error> {
    let Some(stated) = block.path(&["resolution", "samplerate"]) else { return reading.rate(None) };
    if stated.children().next().is_none() {
        return reading.rate(number(stated.text()));
    }
    let unit = stated.child_text("units").unwrap_or("HZ");
    if !unit.eq_ignore_ascii_case("HZ") {
        let found = format!("a sampling rate in {}", shown(unit));
        return Err(Error::unsupported(reading.file, Place::Whole, found, "a sampling rate in HZ"));
    }
    if stated.child_text("exponent").and_then(number).is_some_and(|exponent| exponent != 1.0) {
        reading.data(
            "samplerate",
            "an exponent that is not 1, whose meaning is not known; the rate is the value without it",
        );
    }
    reading.rate(stated.child_text("value").and_then(number))
}

#[cfg(test)]
mod tests;
