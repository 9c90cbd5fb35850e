//! DICOM waveforms: 12-lead, general, ambulatory and 32-bit ECG, hemodynamic and other curves.
//!
//! Written after the DICOM standard: PS3.3 (C.10.8 to C.10.10, A.34), PS3.5 (encoding), PS3.6 (tags and identifiers),
//! PS3.10 (files), PS3.16 (CID 3001, leads). The tokenizer is bounded: values are borrowed, each length is checked against the
//! rest of its parent, sequences of undefined length are followed to a depth of 64.
//!
//! **Encodings** (PS3.5, PS3.10). Implicit and explicit little endian, explicit big endian, and deflated, which may inflate to 32 MiB and
//! twice the file at most. A file without preamble or meta information is told by its first elements, and so is one whose
//! stated transfer syntax does not fit its bytes (with a warning). Private and unknown elements are passed over. A length beyond
//! its parent is cut to it with a warning; where that hides the waveforms they are looked for by their tag.
//!
//! **Multiplex groups** (C.10.9.1). The longest original group is the recording. Derived groups that last at most 3 s or are labelled as
//! median or average are representative beats. A further group joins the recording, each signal with its start, where
//! both state their Multiplex Group Time Offset and none of its leads is there at the same time already; otherwise it is a
//! recording of its own, since nothing says when it was. A derived group that is no beat is one, too.
//!
//! **Samples** (C.10.9.1.5 to 7). 8, 16 and 32 bits (SB, UB, SS, US, SL, UL), and mu-law and A-law by the tables of ITU-T G.711 with a
//! warning. Numbers of 32 bits without sign that exceed 2^31 - 1 are all lowered by 2^31, in samples and baseline. The bytes that are
//! there decide how many samples there are. 64 bits (SV, UV) are refused.
//!
//! **Scale** (C.10.9.1.4.2). value = count * sensitivity * correction factor + baseline, in the sensitivity's units (UCUM). Without
//! sensitivity samples have no scale and no unit, with a warning.
//!
//! **Padding value.** Samples of it are missing, but only where it lies beyond all other samples of each channel: writers state 0,
//! which is also a voltage (a warning says so).
//!
//! **Leads** by their codes (MDC `2:1`, SCPECG `5.6.3-9-1`), else by the code's meaning or the channel label. Time and sample skew
//! become [`ecg::Signal::start`].
//!
//! **Annotations** (C.10.10). Numbers are measurements; points and segments are annotations; text and codes without time are
//! statements. What lies in a representative beat becomes measurements in milliseconds from its first sample.
//!
//! **Texts** in every character set of PS3.3 C.12.1.1.2, also where they follow each other by escape sequences (ISO 2022); in an unknown
//! one as far as they are ASCII, with a warning.
//!
//! **Refused**, by name: images, documents, reports, sound, DICOMDIR.
//!
//! [`write()`] makes a file in explicit little endian, of the class whose rules (A.34) the recording fits.

use std::borrow::Cow;

use ecg::{Recording, Signal, Source};

use crate::{Error, Hints, InputFile, Limits, Place, memory};

mod annotation;
mod channel;
mod class;
mod codes;
mod counts;
mod describe;
mod element;
mod encode;
mod file;
mod findings;
mod group;
mod notes;
mod value;
mod write;

use element::{Element, Fields, Set, Tag};
use group::{Group, Reading};
use notes::{Notes, byte};
use value::Texts;

pub(crate) use file::score;
pub use write::write;

const CHARACTER_SET: Tag = 0x0008_0005;
const CLASS: Tag = 0x0008_0016;
const ANNOTATIONS: Tag = 0x0040_B020;
const WAVEFORMS: Tag = 0x5400_0100;

/// Each repeats what the file says of the patient and of oddities.
const MOST_RECORDINGS: usize = 64;

/// Reads one file: one recording, or several where groups of samples cannot be placed in one time.
///
/// # Errors
/// It holds no waveform (the error says what it is instead), no whole frame of samples, samples of a form that is not
/// read, more than `limits` allow, or no sampling frequency ([`Error::wants_rate`]; `hints.rate` gives it).
pub fn read(file: &InputFile, hints: &Hints, limits: &Limits) -> Result<Vec<Recording>, Error> {
    limits.file(file.name, file.bytes)?;
    let notes = Notes::new(file.name);
    let content = file::open(file, &notes)?;
    let mut recordings = read_content(file, &content, hints, limits, &notes)?;
    let warnings = notes.into_warnings();
    for recording in &mut recordings {
        recording.warnings.clone_from(&warnings);
    }
    Ok(recordings)
}

fn read_content(
    file: &InputFile,
    content: &file::Content,
    hints: &Hints,
    limits: &Limits,
    notes: &Notes,
) -> Result<Vec<Recording>, Error> {
    let set = Set { bytes: &content.bytes, offset: content.offset, syntax: content.syntax, notes };
    let mut wanted = vec![CHARACTER_SET, CLASS, ANNOTATIONS, WAVEFORMS];
    wanted.extend(class::WANTED);
    wanted.extend(describe::WANTED);
    let fields = set.collect(&wanted);
    let of_set = fields.get(CLASS).map(Element::first).unwrap_or_default();
    let class = if of_set.is_empty() { content.class.clone() } else { of_set };
    let found = rescue(set, &fields);
    let Some(waveforms) = fields.get(WAVEFORMS).or(found.as_ref()).filter(|_| !class::is_sound(&class)) else {
        return Err(class::refusal(file.name, &class, &fields, content.offset));
    };
    let texts = Texts::new(fields.get(CHARACTER_SET), limits.text_bytes, notes);
    let groups = groups(file, content, waveforms, &texts, hints, limits, notes)?;

    let mut described = Recording {
        source: Source { format: "DICOM".to_owned(), files: vec![file.name.to_owned()] },
        ..Recording::default()
    };
    describe::describe(&fields, &texts, notes, &mut described);
    if let Some(name) = class::waveform(&class) {
        described.comments.push(format!("Object: {name}"));
        if !class::is_electrocardiogram(&class) {
            notes.odd("SOP class".to_owned(), format!("the file holds no ECG by its class, but: {name}"));
        }
    } else {
        let message = "the object's class is not known; its waveforms were read";
        notes.odd("SOP class".to_owned(), message.to_owned());
    }
    let (mut recordings, places) = arrange(file, groups, &described, limits, notes);
    if let Some(sequence) = fields.get(ANNOTATIONS) {
        let entries = 50_000_u64.saturating_add((file.bytes.len() as u64) >> 7).min(limits.annotations);
        annotation::read(sequence, &places, &texts, entries, notes, &mut recordings);
    }
    Ok(recordings)
}

/// The waveform sequence of a file whose elements before it are broken, so that they hide it.
fn rescue<'a>(set: Set<'a>, fields: &Fields<'a>) -> Option<Element<'a>> {
    if fields.get(WAVEFORMS).is_some() || class::is_image(fields) || !set.notes.is_broken() {
        return None;
    }
    let found = set.find(WAVEFORMS)?;
    let message = "the elements before the waveforms are broken; what they say is lost or may be wrong".to_owned();
    set.notes.data(byte(found.offset), message);
    found.elements().next()
}

/// Every group that can be read.
fn groups(
    file: &InputFile,
    content: &file::Content,
    waveforms: &Element,
    texts: &Texts,
    hints: &Hints,
    limits: &Limits,
    notes: &Notes,
) -> Result<Vec<Group>, Error> {
    let input = file.bytes.len() as u64;
    let inflated = match &content.bytes {
        Cow::Owned(bytes) => bytes.len() as u64,
        Cow::Borrowed(_) => 0,
    };
    let bound = memory::bound(input).saturating_sub(inflated);
    let channels = usize::try_from(limits.leads.saturating_mul(16)).unwrap_or(usize::MAX);
    let mut reading = Reading { file: file.name, texts, hints, limits, room: bound, channels };
    let mut groups: Vec<Group> = Vec::new();
    let mut first_error = None;
    let mut samples = 0_u64;
    for (position, item) in waveforms.items().enumerate() {
        let number = position.saturating_add(1);
        match reading.group(item, number) {
            Ok(Some(group)) => {
                samples = group.signals.iter().fold(samples, |sum, signal| sum.saturating_add(signal.len() as u64));
                if samples > limits.samples {
                    let place = Place::Byte(item.offset as u64);
                    return Err(Error::limit(file.name, place, format!("{samples} samples"), limits.samples));
                }
                groups.push(group);
            }
            Ok(None) => {}
            Err(error) if error.wants_rate() => return Err(error),
            Err(error) => {
                notes
                    .data(format!("group {number}, {}", byte(item.offset)), format!("the group was left out: {error}"));
                first_error.get_or_insert(error);
            }
        }
    }
    match (groups.is_empty(), first_error) {
        (false, _) => Ok(groups),
        (true, Some(error)) => Err(error),
        (true, None) => {
            let place = Place::Byte(waveforms.offset as u64);
            Err(Error::truncated(file.name, place, "no whole frame of samples", "a waveform with its samples"))
        }
    }
}

/// Groups to recordings, as the module's page says; and where each group went.
fn arrange(
    file: &InputFile,
    groups: Vec<Group>,
    described: &Recording,
    limits: &Limits,
    notes: &Notes,
) -> (Vec<Recording>, Vec<annotation::Place>) {
    let (beats, mut traces): (Vec<Group>, Vec<Group>) = groups.into_iter().partition(|group| group.beats);
    // The longest original group leads; the order of the file decides between equals.
    traces.sort_by(|a, b| a.derived.cmp(&b.derived).then(b.duration().total_cmp(&a.duration())));
    let stem = stem(file.name);
    let mut recordings: Vec<Recording> = Vec::new();
    let mut places: Vec<annotation::Place> = Vec::new();
    let main_offset = traces.first().and_then(|main| main.offset);
    for mut group in traces {
        let place = |recording: usize, start: f64, group: &Group| annotation::Place {
            number: group.number,
            recording: Some(recording),
            home: recording,
            start,
            rate: group.rate,
            leads: group.signals.iter().map(|signal| signal.lead.clone()).collect(),
        };
        if let (Some(main), false, (Some(from), Some(at))) =
            (recordings.first_mut(), group.derived, (main_offset, group.offset))
        {
            let start = at - from;
            group.signals.iter_mut().for_each(|signal| signal.start += start);
            let together = main.signals.len().saturating_add(group.signals.len());
            if together as u64 <= limits.leads && group.signals.iter().all(|signal| fits(signal, &main.signals)) {
                places.push(place(0, start, &group));
                main.signals.append(&mut group.signals);
                continue;
            }
            group.signals.iter_mut().for_each(|signal| signal.start -= start);
        }
        if recordings.len() >= MOST_RECORDINGS {
            let message = format!("only the first {MOST_RECORDINGS} groups that stand alone were read");
            notes.data(format!("group {}", group.number), message);
            break;
        }
        places.push(place(recordings.len(), 0.0, &group));
        let name = match (recordings.len(), group.label.is_empty()) {
            (0, _) => stem.to_owned(),
            (_, true) => format!("{stem}, group {}", group.number),
            (_, false) => format!("{stem}, {}", group.label),
        };
        let mut recording = Recording { name, signals: group.signals, ..described.clone() };
        if !group.filters.is_empty() {
            recording.comments.push(format!("Filters: {}", group.filters));
        }
        if group.derived {
            recording.comments.push("The samples are derived from others, as the file says".to_owned());
        }
        recordings.push(recording);
    }
    if recordings.is_empty() {
        recordings.push(Recording { name: stem.to_owned(), ..described.clone() });
    }
    let several = beats.len() > 1;
    for mut group in beats {
        places.push(annotation::Place {
            number: group.number,
            recording: None,
            home: 0,
            start: 0.0,
            rate: group.rate,
            leads: group.signals.iter().map(|signal| signal.lead.clone()).collect(),
        });
        if several {
            for signal in &mut group.signals {
                signal.label = format!("{} (group {})", signal.label, group.number);
            }
        }
        if let Some(main) = recordings.first_mut() {
            main.representative_beats.append(&mut group.signals);
        }
    }
    // Annotations that name no group belong to the main one, which is first.
    (recordings, places)
}

/// Whether a signal does not lie over another of the same lead.
fn fits(signal: &Signal, others: &[Signal]) -> bool {
    let apart = |other: &Signal| {
        let end = other.start + other.duration();
        signal.start + signal.duration() <= other.start + 0.5 / other.rate || end <= signal.start + 0.5 / signal.rate
    };
    others.iter().filter(|other| other.lead == signal.lead).all(apart)
}

/// The file's name without folder and extension.
fn stem(name: &str) -> &str {
    let base = name.rsplit('/').next().unwrap_or(name);
    base.rsplit_once('.').map_or(base, |(stem, _)| stem)
}

#[cfg(test)]
mod tests;
