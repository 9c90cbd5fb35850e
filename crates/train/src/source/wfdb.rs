//! One WFDB record with the files that its header names.

use std::path::Path;

use ecg::Recording;
use formats::{Hints, InputFile, Limits};

use super::SourceError;
use super::gather::{bytes, name};

/// What a record of the challenges is.
const EXPECTED: &str = "a WFDB header with its whole signal file";

/// Reads a header and its signal files.
///
/// # Errors
/// A file is absent or damaged: the error names it and the place.
pub(super) fn read(header: &Path) -> Result<Recording, SourceError> {
    let wrong = |source| SourceError::Format { path: header.to_owned(), source };
    let header_name = name(header);
    let mut content = vec![(header_name.clone(), bytes(header)?)];
    let own = InputFile { name: &header_name, bytes: &content[0].1 };
    for companion in formats::wfdb::companions(&own, &Limits::default()).map_err(wrong)? {
        let path = header.with_file_name(&companion);
        content.push((companion, bytes(&path)?));
    }
    let files: Vec<InputFile> = content.iter().map(|(name, bytes)| InputFile { name, bytes }).collect();
    let mut outcome = formats::read(&files, &Hints::default(), &Limits::default());
    if !outcome.failures.is_empty() {
        return Err(wrong(outcome.failures.swap_remove(0).error));
    }
    let found = outcome.recordings.len();
    let other = |found| SourceError::Recording { path: header.to_owned(), found, expected: EXPECTED };
    let Some(recording) = outcome.recordings.pop().filter(|_| found == 1) else {
        return Err(other(format!("{found} recordings")));
    };
    // A page shows what is left of a file that was cut; nothing is to be trained on it.
    if let Some(stated) = stated_length(&content[0].1)
        && let Some(cut) = recording.signals.iter().find(|signal| signal.len() < stated)
    {
        return Err(other(format!("{} of the {stated} samples of lead {} that it states", cut.len(), cut.label)));
    }
    Ok(recording)
}

/// The number of samples of a lead that a header's first line states.
fn stated_length(header: &[u8]) -> Option<usize> {
    let text = String::from_utf8_lossy(header);
    let line = text.lines().find(|line| !line.trim().is_empty() && !line.starts_with('#'))?;
    line.split_whitespace().nth(3)?.parse().ok()
}

/// The SNOMED CT codes of a record's header.
pub(super) fn snomed(recording: &Recording) -> Vec<&str> {
    recording
        .statements
        .iter()
        .filter(|statement| statement.system == "SNOMED CT")
        .map(|statement| statement.code.as_str())
        .collect()
}
