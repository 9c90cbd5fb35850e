//! WFDB, the format of PhysioNet: a text header (`.hea`), signal files (`.dat`, `.mat`) and annotation files (`.atr` and
//! other names).
//!
//! After the WFDB Applications Guide, header(5), signal(5) and annot(5). Read are all storage formats (8, 16, 24, 32, 61,
//! 80, 160, 212, 310, 311 and FLAC as 508, 516, 524), several files and rates in a record, several samples a frame, skew,
//! byte offsets, and records of several segments with fixed or variable layout. The samples of the PhysioNet challenges
//! are WFDB within a MATLAB 4 file; such a file without its header is read by [`crate::matlab4`].
//!
//! Counts are kept as they are stored. A stored count that stands for "missing" becomes a missing range. A checksum that
//! does not fit is a warning: real files have wrong ones. A file that ends early gives the frames that it has, with a
//! warning. Missing segments are missing ranges. A header that is no UTF-8 is read as windows-1252, with a warning; texts of
//! annotations likewise, without one.
//!
//! Counts of up to 16 bits stay 16 bits in memory. A record takes at most 64 MiB and four times its files: a FLAC stream or
//! a number of gaps that would take more is refused, and segments whose joined leads would take more come as pieces with
//! their starts.
//!
//! Annotation files are those that share the header's stem (`100.hea`, `100.atr`). Where the extension names a lead, as
//! in the Lobachevsky database (`1.i`, `1.avr`), its annotations belong to that lead.

mod annotations;
mod comments;
mod flac;
mod flac_write;
mod header;
mod header_write;
mod memory;
mod record;
mod segments;
mod storage;
mod track;
mod unpack;
mod write;

use ecg::{Annotation, Lead, Recording, Severity, Source, Warning};
use memory::Budget;

pub use storage::StorageFormat;
pub use write::write;

pub(crate) use header::{Header, score as score_header};

use crate::companions::Folder;
use crate::{Error, InputFile, Limits};

/// Names of the files that a header's record needs beside it: signal files, or the headers of its segments.
///
/// # Errors
/// As for reading the header.
pub fn companions(header: &InputFile, limits: &Limits) -> Result<Vec<String>, Error> {
    Ok(Header::parse(header.name, header.bytes, limits)?.companions())
}

/// Reads the record of a header from the files in its folder.
pub(crate) fn read(file: &InputFile, header: &Header, folder: &Folder, limits: &Limits) -> Result<Recording, Error> {
    let names = |lead: &Lead| header.signals.iter().any(|line| Lead::from_label(&line.description) == *lead);
    // Where I and II stand without III, the other limb leads are derived from them if chest leads are there too. Records of
    // segments name their leads elsewhere.
    let derives = header.segments.is_some() || names(&Lead::I) && names(&Lead::II) && !names(&Lead::III);
    let mut budget = Budget::new((derives && header.stated_signals >= 3).then_some(header.stated_signals));
    budget.admit(file);
    let parts = match &header.segments {
        None => record::signals(file.name, header, folder, limits, &mut budget)?,
        Some(segments) => segments::signals(file.name, header, segments, folder, limits, &mut budget)?,
    };
    let mut recording = Recording {
        name: header.name.clone(),
        source: Source { format: "WFDB".to_owned(), files: vec![file.name.to_owned()] },
        start: header.start.clone(),
        signals: parts.signals,
        warnings: header.warnings.clone(),
        ..Recording::default()
    };
    recording.source.files.extend(parts.files);
    recording.warnings.extend(parts.warnings);
    comments::sort(&header.comments, &mut recording);
    annotate(file, header, folder, limits, &mut budget, &mut recording);
    if recording.signals.is_empty() {
        recording.warnings.push(Warning {
            severity: Severity::Data,
            file: file.name.to_owned(),
            place: String::new(),
            message: "the record has no signals".to_owned(),
        });
    }
    Ok(recording)
}

/// Takes what lies beside a header under its name and is of no format: annotations of one that could not be read, so that they
/// fail with it and not once more, and texts such as `.des` and `.key`.
pub(crate) fn take_annotations(file: &InputFile, folder: &Folder, limits: &Limits) {
    for (position, candidate) in folder.with_stem(stem(file.name)) {
        if is_of_no_format(&candidate, limits) {
            folder.take(position);
        }
    }
}

/// A file's name without folder and extension.
fn stem(name: &str) -> &str {
    let base = name.rsplit('/').next().unwrap_or_default();
    base.rsplit_once('.').map_or(base, |(stem, _)| stem)
}

/// Extensions that annotation files usually have.
const ANNOTATORS: [&str; 10] = ["atr", "ann", "ari", "ani", "ecg", "qrs", "wqrs", "man", "q1c", "pu"];

/// Whether a file bears no format's marks, or is made of annotations, whose texts may bear any.
fn is_of_no_format(file: &InputFile, limits: &Limits) -> bool {
    let are_marks = || file.name.to_ascii_lowercase().ends_with(".atr") && annotations::looks_right(file.bytes, limits);
    crate::probe(file.name, file.bytes).is_none() || are_marks()
}

/// Reads the annotation files of a header's stem.
fn annotate(
    file: &InputFile,
    header: &Header,
    folder: &Folder,
    limits: &Limits,
    budget: &mut Budget,
    recording: &mut Recording,
) {
    let mut general = Vec::new();
    for (position, candidate) in folder.with_stem(stem(file.name)) {
        let extension = candidate.name.rsplit('.').next().unwrap_or_default();
        let is_signal = recording.source.files.iter().any(|name| name == candidate.name);
        if is_signal || !is_of_no_format(&candidate, limits) {
            continue;
        }
        let usual = ANNOTATORS.iter().any(|known| extension.eq_ignore_ascii_case(known));
        if !usual && !annotations::looks_right(candidate.bytes, limits) {
            continue;
        }
        folder.take(position);
        let read = match limits.file(candidate.name, candidate.bytes) {
            Ok(()) => {
                budget.admit(&candidate);
                let most = budget.left().checked_div(annotations::BYTES_A_MARK).unwrap_or(0);
                let limits = Limits { annotations: limits.annotations.min(most), ..limits.clone() };
                annotations::read(candidate.name, candidate.bytes, &limits)
            }
            Err(error) => Err(error),
        };
        let taken = read.as_ref().map_or(0, |read| read.marks.len() as u64).saturating_mul(annotations::BYTES_A_MARK);
        let read = read.and_then(|read| budget.take(candidate.name, taken, || "annotations".to_owned()).map(|()| read));
        let read = match read {
            Ok(read) => read,
            Err(error) => {
                recording.warnings.push(annotations::failed(candidate.name, &error));
                continue;
            }
        };
        if !read.ended {
            recording.warnings.push(annotations::cut_off(candidate.name, candidate.bytes));
        }
        recording.source.files.push(candidate.name.to_owned());
        let of_extension = match Lead::from_label(extension) {
            Lead::Other(_) => None,
            lead => Some(lead),
        };
        if of_extension.is_none() {
            general.push(extension.to_owned());
        }
        let rate = read.rate.unwrap_or(header.rate);
        recording.annotations.reserve_exact(read.marks.len());
        for mark in read.marks {
            let of_signal = || {
                let position = usize::try_from(mark.signal).ok().filter(|_| read.names_signals)?;
                recording.signals.get(position).map(|signal| signal.lead.clone())
            };
            let lead = of_extension.clone().or_else(of_signal);
            recording.annotations.push(Annotation {
                time: mark.tick as f64 / rate,
                duration: None,
                code: mark.code,
                text: mark.text,
                lead,
                sample: Some(mark.tick),
            });
        }
    }
    if general.len() > 1 {
        recording.warnings.push(Warning {
            severity: Severity::Note,
            file: file.name.to_owned(),
            place: String::new(),
            message: format!("annotations of several annotators stand together: {}", general.join(", ")),
        });
    }
    if !recording.annotations.is_sorted_by(|one, other| one.time <= other.time) {
        recording.annotations.sort_by(|one, other| one.time.total_cmp(&other.time));
    }
}
