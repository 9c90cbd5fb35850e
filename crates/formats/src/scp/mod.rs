//! SCP-ECG (EN 1064, ISO 11073-91064, ANSI/AAMI EC71), versions 1 to 3.
//!
//! The standard is sold and not public; this follows public descriptions of it, the behaviour of open readers where they agree, and
//! files of several makers. All numbers are little-endian.
//!
//! | section | content | becomes |
//! |---|---|---|
//! | record | checksum (CRC-16/CCITT-FALSE of all that follows it), length | warnings where wrong |
//! | 0 | pointers to the sections, which may lie in any order | |
//! | 1 | person, date, device, filters, remarks, in the code of texts that it states | `patient`, `start`, `comments` |
//! | 2 | Huffman tables, several that codes switch between | |
//! | 3 | leads and their spans of samples | `signals` with their `start` |
//! | 4 | QRS complexes, zones of subtraction, protected zones | `annotations` |
//! | 5 | reference beat | `representative_beats` |
//! | 6 | rhythm | `signals` |
//! | 7 | measurements of the recording, pacemaker spikes | `measurements`, `annotations` |
//! | 8, 11 | interpretation as text and in codes | `statements` |
//! | 9 | the maker's own interpretation, in each maker's layout | texts as `statements` of the system `SCP-ECG Section 9`; the rest is counted in a warning |
//! | 10 | measurements of each lead | `measurements` with their `lead` |
//! | 12 | long rhythm (version 3) | `signals`; where there is a Section 6 too, a second recording |
//! | 13 to 18 | stress test, sequences, beat by beat measurements (version 3) | a warning that names them: no public layout |
//!
//! **Rhythm.** A stream is Huffman coded or plain, of samples or of their first or second differences. Where Section 3 flags it, the
//! reference beat was subtracted at each complex of type 0 and is added again, aligned at the fiducial points and inside the zone
//! only; counts of different size (Sections 5 and 6 each state one) are multiplied to their greatest common divisor, so that nothing
//! is rounded. With bimodal compression the stream holds the protected zones at full rate and means of as many samples as the ratio of
//! the two sections' intervals says between them; those are interpolated, and a warning says so. Readers that also smooth what is left
//! between subtracted beats (`parsescp` does, by the mean of three samples) show other counts there: this gives what the file holds.
//!
//! **Long rhythm.** `long` says how Section 12 is laid out and from where that is known. It is tested on built files only.
//!
//! **Tolerated, with a warning**: wrong checksums; a Section 0 without its mark and versions that are rubbish (old devices); pointers
//! that count from 0; lengths that differ between pointer and section; another number of samples in Section 6 than Section 3 states (a
//! stream's length has 16 bits, so that some writers cut long leads): what Section 6 holds is read. A first sample with number 0 is
//! taken for the recording's first. Where Huffman codes end before the stated number of samples, up to 15 zero bits are taken for the
//! filling of the last bytes and not for samples.
//!
//! **Refused**: no Section 12 and no Section 3 or 6; a Section 12 alone whose fields do not ask for the bytes that it has; subtraction
//! without the beat, or at another rate; tables with codes of 0 or more than 32 bits; a lead that begins after more samples than all
//! leads hold together; streams that would decode to more than 32 MiB and twice the file's size.
//!
//! Counts are 16 bits wide unless the sum of rhythm and beat is wider. Their size, in nanovolts, is stated by Section 6; 0 leaves the
//! unit unknown. `healforce` reads a maker's dialect that breaks most of these rules.

use ecg::{Recording, Severity, Source, Warning};

use crate::memory::Memory;
use crate::{Error, Hints, InputFile, Limits, Place};

mod beats;
mod crc;
mod describe;
mod healforce;
mod huffman;
mod leads;
mod long;
mod maker;
mod measurements;
mod person;
mod restore;
mod rhythm;
mod sections;
mod statements;
mod streams;
mod texts;

use beats::Beats;
use huffman::Tables;
use leads::Leads;
use long::LongRhythm;
use person::Device;
use rhythm::Context;
use sections::{SECTION_HEADER, Section, Sections};
use streams::Streams;

/// How clearly the content is SCP-ECG, 0 to 100.
pub(crate) fn score(bytes: &[u8]) -> u8 {
    let word =
        |at: usize| bytes.get(at..).and_then(|rest| rest.first_chunk::<4>()).map(|word| u32::from_le_bytes(*word));
    let Some(length) = word(10) else { return 0 };
    let pointers = usize::try_from(length).ok().and_then(|length| length.checked_sub(SECTION_HEADER));
    let sound = bytes.get(8..10) == Some(&[0, 0]) && pointers.and_then(|bytes| bytes.checked_rem(10)) == Some(0);
    let marked = bytes.get(16..22) == Some(b"SCPECG");
    // Old devices leave the mark out; the first pointer is that of Section 0 itself.
    let points_to_itself =
        bytes.get(22..24) == Some(&[0, 0]) && word(24) == Some(length) && matches!(word(28), Some(6 | 7));
    match (marked, sound, points_to_itself) {
        (true, true, _) => 95,
        (_, true, true) => 90,
        (true, false, _) => 60,
        _ => 0,
    }
}

/// Reads one file: the rhythm of Section 6, then the long rhythm of Section 12; most files have one of them. Signals have the order
/// and the counts of the file.
///
/// # Errors
/// What the module's page lists as refused; a sample interval of 0 ([`Error::wants_rate`]: `hints.rate` stands in).
pub fn read(file: &InputFile, hints: &Hints, limits: &Limits) -> Result<Vec<Recording>, Error> {
    limits.file(file.name, file.bytes)?;
    if healforce::is(file.bytes) {
        return healforce::read(file, limits).map(|recording| vec![recording]);
    }
    let mut recording = Recording {
        name: stem(file.name).to_owned(),
        source: Source { format: "SCP-ECG".to_owned(), files: vec![file.name.to_owned()] },
        ..Recording::default()
    };
    let sections = Sections::read(file, &mut recording.warnings)?;
    let device = match sections.get(1).map(|section| person::read(file, section.cursor(file)?, &mut recording)) {
        Some(Ok(device)) => device,
        Some(Err(error)) => {
            recording.warnings.push(early(file, 1, &error));
            Device::default()
        }
        None => Device::default(),
    };
    let version = |stated: u8| (10..=39).contains(&stated).then_some(stated);
    let protocol = sections.get(0).and_then(|section| version(section.protocol));
    let protocol = protocol.or(version(device.protocol)).unwrap_or_default();

    let mut memory = Memory::half_beside(file.bytes.len());
    let long = sections.get(12).filter(|section| !section.body.is_empty());
    let long = long.map(|section| long::read(file, section, hints, limits, &mut memory, &mut recording.warnings));
    let has_rhythm = sections.get(6).is_some_and(|section| !section.body.is_empty());
    let long = match long {
        Some(Ok(long)) if !has_rhythm => {
            recording.start = start(recording.start, long.start);
            recording.signals = long.signals;
            None
        }
        Some(Err(error)) if !has_rhythm => return Err(error),
        long => match (signals(file, &sections, protocol, hints, limits, &mut memory, &mut recording), long) {
            (Ok(()), long) => long,
            (Err(error), Some(Ok(long))) => {
                let message = format!("the rhythm could not be read ({error}); the long rhythm of Section 12 is there");
                recording.warnings.push(warning(file, Severity::Data, "Section 6", message));
                recording.start = start(recording.start, long.start);
                recording.signals = long.signals;
                None
            }
            (Err(error), _) => return Err(error),
        },
    };
    describe::read(file, &sections, protocol, device, limits, &mut recording);
    if let Some(message) = texts::question(&recording) {
        recording.warnings.push(warning(file, Severity::Note, "", message.to_owned()));
    }
    match long {
        Some(Ok(long)) => {
            let second = beside(&recording, long);
            Ok(vec![recording, second])
        }
        Some(Err(error)) => {
            let message = format!("the long rhythm could not be read ({error}); the rhythm of Section 6 is there");
            recording.warnings.push(warning(file, Severity::Data, "Section 12", message));
            Ok(vec![recording])
        }
        None => Ok(vec![recording]),
    }
}

/// The long rhythm as a recording of its own, beside the one whose person it shares.
fn beside(first: &Recording, long: LongRhythm) -> Recording {
    Recording {
        name: format!("{} (long rhythm)", first.name),
        source: first.source.clone(),
        patient: first.patient.clone(),
        start: start(first.start.clone(), long.start),
        signals: long.signals,
        ..Recording::default()
    }
}

/// The beginning of a long rhythm: its own; that of Section 1 where it is the same with a time zone, or the only one.
fn start(of_section_1: Option<String>, own: Option<String>) -> Option<String> {
    match (of_section_1, own) {
        (Some(all), Some(own)) if all.starts_with(&own) => Some(all),
        (all, own) => own.or(all),
    }
}

/// Sections 2 to 6.
fn signals(
    file: &InputFile,
    sections: &Sections,
    protocol: u8,
    hints: &Hints,
    limits: &Limits,
    memory: &mut Memory,
    recording: &mut Recording,
) -> Result<(), Error> {
    let warnings = &mut recording.warnings;
    let rhythm = needed(file, sections, 6)?;
    let (leads, stated) = Leads::read(file.name, needed(file, sections, 3)?.cursor(file)?)?;
    if leads.definitions.len() < stated {
        let message = format!("Section 3 states {stated} leads, but ends after {}", leads.definitions.len());
        warnings.push(warning(file, Severity::Data, "Section 3", message));
    }
    let most = leads.definitions.iter().filter_map(leads::LeadDefinition::samples).map(|(_, most)| most).max();
    limits.size(file.name, Place::Byte(rhythm.at), leads.definitions.len() as u64, 0)?;
    let tables = match sections.get(2) {
        Some(section) => Tables::read(file.name, section.cursor(file)?)?,
        None => None,
    };
    let beats = match sections.get(4).map(|section| Beats::read(section.cursor(file)?)) {
        Some(Ok(beats)) => beats,
        Some(Err(error)) => {
            warnings.push(early(file, 4, &error));
            Beats::default()
        }
        None if leads.subtracted => {
            let found = "a rhythm from which reference beats were subtracted, without their places";
            return Err(Error::invalid(file.name, Place::Byte(rhythm.at), found, "Section 4"));
        }
        None => Beats::default(),
    };
    if beats.complexes.len() as u64 > limits.annotations {
        let found = format!("{} complexes", beats.complexes.len());
        return Err(Error::limit(file.name, Place::Whole, found, limits.annotations));
    }
    if beats.complexes.len() < beats.stated {
        let message = format!("Section 4 states {} complexes, but ends after {}", beats.stated, beats.complexes.len());
        let severity = if leads.subtracted { Severity::Data } else { Severity::Note };
        warnings.push(warning(file, severity, "Section 4", message));
    }

    let context = Context { file, hints, limits, leads: &leads, beats: &beats, tables: tables.as_ref() };
    let count = leads.definitions.len();
    let reference = match sections.get(5) {
        Some(section) if !section.body.is_empty() => {
            let read = Streams::read(file, section, count)
                .and_then(|streams| context.reference_beats(&streams, memory, warnings));
            match read {
                Ok((signals, reference)) => {
                    recording.representative_beats = signals;
                    Some(reference)
                }
                Err(error @ Error::Limit { .. }) => return Err(error),
                Err(error) => {
                    warnings.push(early(file, 5, &error));
                    None
                }
            }
        }
        _ => None,
    };
    let streams = Streams::read(file, rhythm, count)?;
    // Version 3 has no bimodal compression; the flag's byte is reserved there.
    let bimodal = streams.bimodal && protocol < 30;
    let (signals, rate) = context.rhythm(&streams, bimodal, reference.as_ref(), memory, warnings)?;
    if signals.is_empty() {
        let found = format!("no samples of {count} leads");
        let expected = format!("{} samples a lead", most.unwrap_or_default());
        return Err(Error::truncated(file.name, Place::Byte(rhythm.at), found, expected));
    }
    recording.signals = signals;
    recording.annotations = beats.annotations(rate);
    Ok(())
}

/// A section without which nothing can be read.
fn needed<'s, 'a>(file: &InputFile, sections: &'s Sections<'a>, number: usize) -> Result<&'s Section<'a>, Error> {
    sections.get(number).filter(|section| !section.body.is_empty()).ok_or_else(|| {
        Error::invalid(file.name, Place::Byte(22), format!("no Section {number}"), "a pointer to it in Section 0")
    })
}

fn warning(file: &InputFile, severity: Severity, place: &str, message: String) -> Warning {
    Warning { severity, file: file.name.to_owned(), place: place.to_owned(), message }
}

/// A section that could not be read to its end. The error's own text holds nothing of a person.
fn early(file: &InputFile, number: usize, error: &Error) -> Warning {
    let message = format!("Section {number} could not be read to its end ({error}); what came before was kept");
    warning(file, Severity::Note, &format!("Section {number}"), message)
}

/// The file's name without folder and extension.
fn stem(name: &str) -> &str {
    let base = name.rsplit('/').next().unwrap_or(name);
    base.rsplit_once('.').map_or(base, |(stem, _)| stem)
}

#[cfg(test)]
mod builder;
#[cfg(test)]
mod late_tests;
#[cfg(test)]
mod tests;
