//! FHIR Observations with SampledData, as JSON and as XML.
//!
//! Written after HL7 FHIR R4 and R5: Observation, SampledData, Bundle, Patient (hl7.org/fhir). One Observation is one recording;
//! a file may hold several, in a Bundle, contained in another resource, or (JSON) one after the other (NDJSON).
//! Both syntaxes are read into the same words, by one reader of resources.
//!
//! # Layout
//! - `valueSampledData` of the Observation, or of each `component`: a lead each, named by MDC's code (131328 and the lead's number), by its
//!   display or its text. An Observation of LOINC 11524-6 is read like any.
//! - `value = origin + factor * token`; `factor` is 1 where absent. The unit is the origin's (UCUM).
//! - Time between samples: `period` in milliseconds (R4), or `interval` with `intervalUnit` (R5); `offsets` (R5) where they are even.
//! - `dimensions` D: the tokens are D leads, sample by sample, and the period is that of all D.
//! - Tokens that are all whole numbers are counts; otherwise the lead has physical values. `E` (error), `U` (above the range) and `L`
//!   (below it) are missing samples.
//! - `effectiveDateTime`, `effectiveInstant` or the start of `effectivePeriod` is the start; `subject` the person, with what a Patient in the
//!   same file says of it; `valueQuantity` of components are measurements, `interpretation` statements, `note` comments.
//!
//! # Tolerated, with a warning
//! No unit (unknown, or [`Hints::unit`]); numbers written as texts; a period or factor that is none; damage or an early end: components
//! before it are kept; an origin that was meant the other way round (HL7's own example): the rule of the standard is applied,
//! and the doubt is said.
//!
//! # Refused
//! Resources without SampledData; samples at uneven offsets; no time between samples without [`Hints::rate`]
//! ([`Error::wants_rate`]). The Turtle form of FHIR is not read.
//!
//! # Writing
//! [`write()`] gives one Observation of R4 with a component a lead, as JSON.
//!
//! # Limits
//! Resources within resources to a depth of 8, JSON to serde_json's 128, XML to 64, 16,384 leads and as many other facts. Data is borrowed from the
//! text and read as a stream; XML has its tree between.

use ecg::{Measurement, Patient, Recording, Source};
use serde::de::DeserializeSeed;

use crate::decimals::Room;
use crate::notes::{self, Notes, label};
use crate::xml::Document;
use crate::{Error, Hints, InputFile, Limits, Place, encoding, moment};

mod json;
mod leads;
mod resource;
mod sampled;
mod write;
mod xml;

use resource::{Found, Observation, Reference, Resource};
use sampled::Reading;

pub use write::write;

/// How clearly the content is FHIR, 0 to 100.
pub(crate) fn score(bytes: &[u8]) -> u8 {
    let start = bytes.get(..bytes.len().min(8 << 10)).unwrap_or_default();
    let Some(text) = encoding::sample(start) else { return 0 };
    if xml::is_xml(&text) {
        let named = crate::xml::root_name(bytes).is_some_and(|name| xml::is_type(&name));
        return if named && text.contains("http://hl7.org/fhir") { 90 } else { 0 };
    }
    if !text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']).starts_with('{') {
        return 0;
    }
    // Keys may stand in any order: a long list of samples may lie before the type.
    let end = bytes.get(bytes.len().saturating_sub(8 << 10)..).unwrap_or_default();
    let bears = |text: &str| text.contains("\"resourceType\"") || text.contains("\"valueSampledData\"");
    if bears(&text) || bears(&encoding::decode(end)) { 90 } else { 0 }
}

/// Reads one file: a recording for each Observation that has samples, in the file's order.
///
/// # Errors
/// No SampledData, more than `limits`, or no time between samples ([`Error::wants_rate`]).
pub fn read(file: &InputFile, hints: &Hints, limits: &Limits) -> Result<Vec<Recording>, Error> {
    limits.file(file.name, file.bytes)?;
    let text = encoding::decode(file.bytes);
    let document = xml::is_xml(&text).then(|| Document::read(file.name, &text, limits)).transpose()?;
    let mut found = Found::default();
    let mut notes = Notes::new(file.name);
    if let Some(doubt) = &text.doubt {
        notes.note(&notes::place(doubt.place), doubt.message.as_str());
    }
    let (syntax, damage) = match &document {
        Some(document) => ("XML", xml::resources(document, &mut found)),
        None => ("JSON", resources(text.trim_start_matches('\u{feff}'), &mut found)),
    };
    if let Some(Damage { place, .. }) = damage {
        let message =
            format!("the {syntax} ends early or is damaged here; components that are whole before it are kept");
        notes.data(&notes::place(place), message);
    }
    if found.too_many {
        notes.data("", "more resources or components than are read; the others are left out");
    }
    let Found { observations, people, .. } = found;
    let room = Room::new(file.bytes.len(), limits);
    let mut reading = Reading { file: file.name, hints, limits, room, notes, refused: None };
    let mut recordings = Vec::new();
    for observation in observations {
        let Observation { code, sampled, components, start, subject, statements, notes } = observation;
        let mut recording = Recording { statements, comments: notes, ..Recording::default() };
        if let Some(sampled) = sampled {
            sampled::read(&code, &sampled, &mut recording.signals, &mut reading)?;
        }
        for component in components {
            if let Some(sampled) = component.sampled {
                sampled::read(&component.code, &sampled, &mut recording.signals, &mut reading)?;
            } else if let Some((value, quantity)) = component.quantity.and_then(|some| Some((some.value?, some))) {
                let (name, unit) = (component.code.name(), label(quantity.unit()));
                recording.measurements.push(Measurement { name, value, unit, lead: None });
            }
        }
        if recording.signals.is_empty() {
            continue;
        }
        recording.start = start.as_deref().map(label).filter(|start| !start.is_empty());
        // What the writer says of a start for which FHIR has no place takes effect.
        let day = recording.start.clone().unwrap_or_default();
        let is_start = |note: &String| {
            let local = note.strip_prefix(write::LOCAL_START).and_then(moment::written);
            local.is_some_and(|(local, rest)| rest.is_empty() && local.split('T').next() == Some(&day))
        };
        if let Some(at) = recording.comments.iter().position(is_start) {
            let note = recording.comments.remove(at);
            recording.start = note.strip_prefix(write::LOCAL_START).map(str::to_owned);
        }
        recording.patient = person(&subject, &people);
        recording.source = Source { format: "FHIR".to_owned(), files: vec![file.name.to_owned()] };
        recordings.push(recording);
    }
    let several = recordings.len() > 1;
    for (number, recording) in (1_usize..).zip(&mut recordings) {
        let stem = stem(file.name);
        recording.name = if several { format!("{stem} {number}") } else { stem.to_owned() };
    }
    match recordings.first_mut() {
        Some(first) => {
            first.warnings = reading.notes.take();
            Ok(recordings)
        }
        None => Err(reading.refused.unwrap_or_else(|| match damage {
            Some(Damage { place, is_end: true }) => {
                Error::truncated(file.name, place, "no whole SampledData", "FHIR SampledData")
            }
            Some(Damage { place, .. }) => {
                Error::invalid(file.name, place, format!("damaged {syntax}"), "FHIR SampledData")
            }
            None => Error::invalid(
                file.name,
                Place::Whole,
                format!("{syntax} without SampledData"),
                "a FHIR Observation with SampledData",
            ),
        })),
    }
}

/// Where the JSON or XML is damaged, and whether it ends there.
struct Damage {
    place: Place,
    is_end: bool,
}

/// Every resource of a JSON text: one, or one after the other.
fn resources<'t>(text: &'t str, found: &mut Found<'t>) -> Option<Damage> {
    let mut rest = text;
    let mut lines = 0_usize;
    loop {
        // A reader of its own for each: what it says of places is counted from its own beginning.
        let mut json = serde_json::Deserializer::from_str(rest);
        if let Err(error) = (Resource { found, address: None }).deserialize(&mut json) {
            let line = lines.saturating_add(error.line()).max(1);
            return Some(Damage { place: Place::Line(line as u64), is_end: error.is_eof() });
        }
        let more = json.end().err()?;
        // The line and the column of the letter that begins the next one.
        let above = more.line().saturating_sub(1);
        let line = above.checked_sub(1).and_then(|last| rest.match_indices('\n').nth(last));
        let start = line.map_or(0, |(newline, _)| newline.saturating_add(1));
        let next = start.saturating_add(more.column().saturating_sub(1));
        rest = rest.get(next..).filter(|_| next > 0)?;
        lines = lines.saturating_add(above);
    }
}

/// What is known of a subject: its reference, and what a Patient of the file says.
fn person(subject: &Reference, people: &std::collections::BTreeMap<String, Patient>) -> Patient {
    let reference = subject.reference.as_deref().map(label).unwrap_or_default();
    let bare = reference.strip_prefix('#').unwrap_or(&reference);
    let known = people.get(bare).or_else(|| people.get(bare.rsplit('/').next().unwrap_or(bare)));
    let mut patient = known.cloned().unwrap_or_default();
    patient.id = Some(bare.to_owned()).filter(|id| !id.is_empty());
    let shown = || subject.display.as_deref().map(label).filter(|name| !name.is_empty());
    patient.name = patient.name.or_else(shown);
    patient
}

/// The file's name without folder and extension.
fn stem(name: &str) -> &str {
    let base = name.rsplit('/').next().unwrap_or(name);
    base.rsplit_once('.').map_or(base, |(stem, _)| stem)
}

#[cfg(test)]
mod tests;
