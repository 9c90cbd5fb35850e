//! Comma, semicolon or tab separated text: a table of numbers, one row a sample, one column a lead.
//!
//! There is no specification, so everything is told from the content: encoding (UTF-8, UTF-16; else windows-1252, which is said), separator and
//! decimal mark, lines before the table (an Apple Watch export has its rate, lead and unit there), a header with or
//! without units (`I (mV)`), a time column (the rate follows from it). What the content does not say is asked for:
//! a rate ([`Error::wants_rate`]) or a unit ([`Error::wants_unit`]) is never guessed from the size of the numbers.
//!
//! Numbers and words of an Apple Watch export are in the language of the telephone: its preamble is known by its shape and not by its
//! keys, and digits of other scripts (Arabic, Persian, Devanagari, full width) are read as digits.
//!
//! The probe claims a table only where it looks like a recording: it names leads, a voltage or a rate, its times step as samples
//! do, or it has no header and many rows of few columns. Other tables are read where they are given alone.

use std::borrow::Cow;

use ecg::{Patient, Recording, Severity, Source, Warning};

use crate::memory::Memory;
use crate::{Error, Hints, InputFile, Limits, WriteError, encoding, notes};

mod claim;
mod columns;
mod dialect;
mod digits;
mod number;
mod plain;
mod preamble;
mod table;
#[cfg(test)]
mod tests;
mod time;
#[cfg(test)]
mod watch_tests;
mod write;

/// The greatest score of a table: many texts hold one, and a format's own marks are clearer.
pub(crate) const MOST: u8 = 50;

/// How clearly the content is a recording, 0 to [`MOST`]; 0 for tables of other things.
pub(crate) fn score(bytes: &[u8]) -> u8 {
    let Some(text) = sample(bytes).map(digits::western) else { return 0 };
    let file = InputFile { name: "", bytes };
    let mut memory = Memory::beside(bytes.len());
    let table = table::Table::read(&file, &text, &Limits::default(), &mut memory, &mut Vec::new());
    let Ok(table) = table else { return 0 };
    match (claim::Claim::of(&table), table.columns.len()) {
        (claim::Claim::Stated, _) => MOST,
        (claim::Claim::Shaped, 2..) => 40,
        (claim::Claim::Shaped, _) => 20,
        (claim::Claim::Other, _) => 0,
    }
}

/// True for a table of numbers, whatever they are of.
pub(crate) fn is_table(bytes: &[u8]) -> bool {
    sample(bytes).map(digits::western).and_then(|text| dialect::detect(&text)).is_some_and(|dialect| {
        // One number alone in a line is no table yet: texts hold such lines.
        dialect.separator.is_some() || dialect.rows >= 4
    })
}

/// The text of the first whole lines; none where the bytes are no text.
fn sample(bytes: &[u8]) -> Option<Cow<'_, str>> {
    // A cut inside a character or a line is no sign against a table: the last line of the sample is left out.
    let sample = bytes.get(..bytes.len().min(64 << 10)).unwrap_or_default();
    let mut text = encoding::sample(sample)?;
    if sample.len() < bytes.len()
        && let Some(end) = text.rfind('\n')
    {
        text = match text {
            Cow::Borrowed(text) => Cow::Borrowed(text.get(..end).unwrap_or_default()),
            Cow::Owned(mut text) => {
                text.truncate(end);
                Cow::Owned(text)
            }
        };
    }
    Some(text)
}

/// Reads one file.
///
/// # Errors
/// There is no table of numbers; a number cannot be read; or the file states no rate or no unit, and `hints` do not
/// either.
pub fn read(file: &InputFile, hints: &Hints, limits: &Limits) -> Result<Recording, Error> {
    limits.file(file.name, file.bytes)?;
    let decoded = encoding::decode(file.bytes);
    let mut warnings = Vec::new();
    if let Some(doubt) = decoded.doubt {
        warnings.push(warning(file, Severity::Note, notes::place(doubt.place), doubt.message));
    }
    let text = digits::western(decoded.letters);
    let mut memory = Memory::beside(file.bytes.len());
    if let Cow::Owned(text) = &text {
        memory.take(file.name, text.capacity() as u64)?;
    }
    let table = table::Table::read(file, &text, limits, &mut memory, &mut warnings)?;
    let preamble = preamble::Preamble::read(&table);
    let signals = columns::signals(file, table, &preamble, hints, limits, &mut memory, &mut warnings)?;
    let patient = Patient { name: preamble.person, ..Patient::default() };
    let base = file.name.rsplit('/').next().unwrap_or(file.name);
    Ok(Recording {
        name: base.rsplit_once('.').map_or(base, |(stem, _)| stem).to_owned(),
        source: Source { format: "CSV".to_owned(), files: vec![file.name.to_owned()] },
        start: preamble.start,
        patient,
        signals,
        statements: preamble.statements,
        warnings,
        ..Recording::default()
    })
}

/// Writes all signals as one table: a time column in seconds, then one column a lead, `lead (mV)`, with as many digits
/// as give back the same numbers; voltages in millivolts, others in their own unit. A missing sample is an empty cell.
///
/// # Errors
/// There is no signal, or signals differ in rate, start or length, which one table cannot hold.
pub fn write(recording: &Recording) -> Result<Vec<u8>, WriteError> {
    write::write(recording)
}

fn warning(file: &InputFile, severity: Severity, place: impl Into<String>, message: impl Into<String>) -> Warning {
    Warning { severity, file: file.name.to_owned(), place: place.into(), message: message.into() }
}
