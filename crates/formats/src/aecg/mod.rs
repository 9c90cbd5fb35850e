//! HL7 annotated ECG (aECG), as trials and the devices made for them write it.
//!
//! Written after ANSI/HL7 V3 ECG R1-2004 (PORT_MT020001), the implementation guide of HL7 and FDA (2005) and the samples that
//! HL7, FDA and LIRYC publish. The document is XML whose outermost element is `AnnotatedECG`; names are compared without
//! their prefixes, since some exporters set one and some leave the name space out. UTF-8, UTF-16 and Latin-1 are read.
//!
//! # Layout
//! - `component/series` is a recording of leads; `derivation/derivedSeries` below it holds its representative beats.
//! - A series has sequence sets: a time sequence (`TIME_ABSOLUTE` or `TIME_RELATIVE`) and one sequence a lead (`SLIST_PQ` or
//!   `SLIST_INT`): `value = origin + digit * scale`.
//! - Times are a generated list (`GLIST_TS`, `GLIST_PQ`) of `head` and `increment` in s, ms, us, as in every file seen, or a list of each
//!   time (`SLIST_TS`, `SLIST_PQ`), whose steps must be equal but for the rounding of their digits (built files only).
//! - Digits are whole numbers; where an exporter wrote fractions the lead has physical values and no counts.
//! - Sets begin at their heads: leads of a 3 x 4 print have a `start` each. A set that brings a lead again, or begins more than
//!   a day apart, begins a further recording (repeated tracings of one visit).
//! - `subjectOf/annotationSet` holds marks, measurements and statements; `trialSubject` has the person.
//!
//! # Tolerated, with a warning
//! An absent unit (unknown, or [`Hints::unit`]), origin or scale; digits that are no numbers (missing samples); a head that is no
//! time; another number of times than of samples; a file that ends early: leads whose digits are whole are kept.
//!
//! # Refused
//! Another outermost element; no lead at all; no increment of time without [`Hints::rate`] ([`Error::wants_rate`]); lists of times
//! whose steps are unequal, do not rise, or repeat (a `period` or `denominator`): these are no constant rate, and no hint makes them one.
//!
//! # Writing
//! [`write()`] gives one series; the format cannot mark a sample as missing, so that a lead that lacks samples is refused.

use ecg::{Recording, Signal, Source};

use crate::decimals::Room;
use crate::notes::{self, Notes};
use crate::xml::{self, Document, Element};
use crate::{Error, Hints, InputFile, Limits, Place, encoding};

mod annotations;
mod clock;
mod person;
mod series;
mod time;
mod write;

use annotations::Timeline;
use series::{Head, Reading, Set};
use time::Moment;

pub use write::write;

/// Recordings of one file.
const RECORDINGS: usize = 4096;
/// Seconds that leads of one recording may begin apart.
const APART: f64 = 86_400.0;

/// How clearly the content is an aECG, 0 to 100.
pub(crate) fn score(bytes: &[u8]) -> u8 {
    let named = xml::root_name(bytes).is_some_and(|name| name.eq_ignore_ascii_case("AnnotatedECG"));
    if named { 95 } else { 0 }
}

/// Reads one file: leads in its order, each with its counts; representative beats; marks in seconds from the first sample.
///
/// # Errors
/// No whole lead, more than `limits`, or no sampling rate ([`Error::wants_rate`]).
pub fn read(file: &InputFile, hints: &Hints, limits: &Limits) -> Result<Vec<Recording>, Error> {
    limits.file(file.name, file.bytes)?;
    let text = encoding::decode(file.bytes);
    let document = Document::read(file.name, &text, limits)?;
    let root = document.root();
    if !root.name().eq_ignore_ascii_case("AnnotatedECG") {
        return Err(Error::invalid(file.name, root.place(), "another XML document", "an AnnotatedECG"));
    }
    let room = Room::new(file.bytes.len(), limits);
    let mut reading = Reading { file: file.name, hints, limits, room, notes: Notes::new(file.name), refused: None };
    if let Some(doubt) = &document.doubt {
        reading.notes.note(&notes::place(doubt.place), doubt.message.as_str());
    }
    let cut = document.cut_place();
    if let Some(cut) = cut {
        let message = "the document ends early or is damaged here; what is whole before it is kept";
        reading.notes.data(&notes::place(cut), message);
    }
    let mut drafts = Vec::new();
    for series in root.all("component").flat_map(|component| component.all("series")) {
        read_series(root, series, &mut drafts, &mut reading)?;
    }
    let person = person::read(root);
    let mut recordings: Vec<Recording> = drafts.into_iter().map(Draft::finish).collect();
    if recordings.iter().all(|recording| recording.signals.is_empty()) {
        let none = match cut {
            Some(place) => Error::truncated(file.name, place, "no whole lead", "a series with leads"),
            None => Error::invalid(file.name, Place::Whole, "no lead", "a series with leads"),
        };
        return Err(reading.refused.unwrap_or(none));
    }
    let several = recordings.len() > 1;
    for (number, recording) in (1_usize..).zip(&mut recordings) {
        let stem = stem(file.name);
        recording.name = if several { format!("{stem} {number}") } else { stem.to_owned() };
        recording.source = Source { format: "HL7 aECG".to_owned(), files: vec![file.name.to_owned()] };
        recording.patient = person.clone();
    }
    if let Some(first) = recordings.first_mut() {
        first.warnings = reading.notes.take();
    }
    Ok(recordings)
}

/// A recording while sets are added to it.
struct Draft {
    recording: Recording,
    /// The moment from which starts and marks count, where it is known.
    origin: Option<Moment>,
    /// The least start, and its time where that was written.
    earliest: (f64, Option<String>),
}

impl Draft {
    fn new(origin: Option<Moment>) -> Draft {
        let start = origin.as_ref().map(|moment| moment.iso.clone());
        Draft { recording: Recording::default(), origin, earliest: (0.0, start) }
    }

    /// Whether leads that begin at `position` are part of this recording.
    fn takes(&self, set: &Set, position: &Position, limits: &Limits) -> bool {
        let near = match (&self.origin, &position.base) {
            (Some(origin), Some(base)) => is_near(set, base.since(origin) + position.after, limits),
            (None, None) => is_near(set, position.after, limits),
            _ => false,
        };
        let known = &self.recording.signals;
        near && !set.signals.iter().any(|signal| known.iter().any(|known| known.label == signal.label))
    }

    fn add(&mut self, set: Set, position: &Position) {
        let from = match (&self.origin, &position.base) {
            (Some(origin), Some(base)) => base.since(origin) + position.after,
            _ => position.after,
        };
        if from < self.earliest.0 {
            let written = position.base.as_ref().filter(|_| position.after == 0.0);
            self.earliest = (from, written.map(|moment| moment.iso.clone()));
        }
        self.recording.signals.extend(set.signals.into_iter().map(|signal| Signal { start: from, ..signal }));
    }

    /// Moves the recording's beginning to its first sample.
    fn finish(self) -> Recording {
        let mut recording = self.recording;
        let (least, start) = self.earliest;
        if least < 0.0 {
            recording.signals.iter_mut().for_each(|signal| signal.start -= least);
            recording.annotations.iter_mut().for_each(|mark| mark.time -= least);
        }
        recording.annotations.sort_by(|a, b| a.time.total_cmp(&b.time));
        recording.start = start;
        recording
    }
}

/// Whether leads may begin so many seconds from their recording's origin: a day, and no more samples than a lead may have, since
/// who draws or writes the recording fills what lies before them.
fn is_near(set: &Set, seconds: f64, limits: &Limits) -> bool {
    let most = limits.samples_per_lead as f64;
    seconds.abs() <= APART && set.signals.iter().all(|signal| seconds.abs() * signal.rate <= most)
}

/// When a set begins: seconds after a moment, or after the beginning of a series whose time is not known.
struct Position {
    base: Option<Moment>,
    after: f64,
}

/// Adds what one series holds to the recordings.
fn read_series(root: Element, series: Element, drafts: &mut Vec<Draft>, reading: &mut Reading) -> Result<(), Error> {
    let mut times = [series, root].into_iter().filter_map(|element| element.child("effectiveTime"));
    let low = times.find_map(time::beginning);
    let derived = || series.all("derivation").flat_map(|derivation| derivation.all("derivedSeries"));
    let sets = series::sets(series, reading)?;
    let mut own: Option<(usize, f64)> = None;
    if series::code(series).contains("REPRESENTATIVE_BEAT") {
        if drafts.is_empty() {
            drafts.push(Draft::new(low));
        }
        add_beats(sets, drafts.last_mut());
        annotate(series, drafts.last_mut(), None, reading);
        return Ok(());
    }
    for set in sets {
        let position = match &set.head {
            Head::At(moment, after) if is_near(&set, *after, reading.limits) => {
                Position { base: Some(moment.clone()), after: *after }
            }
            Head::After(after) if is_near(&set, *after, reading.limits) => {
                Position { base: low.clone(), after: *after }
            }
            Head::At(..) | Head::After(_) => {
                reading
                    .notes
                    .note("time sequence", "its head is far from its series; its leads begin with their series");
                Position { base: low.clone(), after: 0.0 }
            }
        };
        if !drafts.last().is_some_and(|draft| draft.takes(&set, &position, reading.limits)) {
            if drafts.len() >= RECORDINGS {
                return Err(Error::limit(reading.file, series.place(), "more recordings", RECORDINGS));
            }
            drafts.push(Draft::new(position.base.clone()));
        }
        let index = drafts.len().saturating_sub(1);
        if let Some(draft) = drafts.last_mut() {
            draft.add(set, &position);
            let leads = draft.recording.signals.len() as u64;
            reading.limits.size(reading.file, Place::Whole, leads, 1)?;
            let from = draft.recording.signals.last().map_or(0.0, |signal| signal.start);
            own.get_or_insert((index, from));
        }
    }
    // A series without leads of its own may still have beats and marks.
    let (index, from) = own.unwrap_or((drafts.len().saturating_sub(1), 0.0));
    if drafts.is_empty() && (derived().next().is_some() || series.child("subjectOf").is_some()) {
        drafts.push(Draft::new(low));
    }
    for beat in derived() {
        add_beats(series::sets(beat, reading)?, drafts.get_mut(index));
    }
    annotate(series, drafts.get_mut(index), Some(from), reading);
    for beat in derived() {
        annotate(beat, drafts.get_mut(index), None, reading);
    }
    Ok(())
}

/// Reads the annotations of a series that begins `from` seconds into its recording; none where it is a representative beat.
fn annotate(series: Element, draft: Option<&mut Draft>, from: Option<f64>, reading: &mut Reading) {
    if let Some(draft) = draft {
        let origin = draft.origin.clone();
        let timeline = Timeline { origin, series: from.unwrap_or_default(), of_a_beat: from.is_none() };
        annotations::read(series, &timeline, &mut draft.recording, reading);
    }
}

/// Representative beats each start at their own 0.
fn add_beats(sets: Vec<Set>, draft: Option<&mut Draft>) {
    if let Some(draft) = draft {
        draft.recording.representative_beats.extend(sets.into_iter().flat_map(|set| set.signals));
    }
}

/// The file's name without folder and extension.
fn stem(name: &str) -> &str {
    let base = name.rsplit('/').next().unwrap_or(name);
    base.rsplit_once('.').map_or(base, |(stem, _)| stem)
}

#[cfg(test)]
mod tests;
