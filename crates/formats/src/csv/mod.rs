//! Comma, semicolon or tab separated text: a table of numbers, one row a sample, one column a lead.
//!
//! There is no specification, so everything is told from the content: encoding (UTF-8, UTF-16, Latin-1), separator and
//! decimal mark, lines before the table (an Apple Watch export has its rate, lead and unit there), a header with or
//! without units (`I (mV)`), a time column (the rate follows from it). What the content does not say is asked for:
//! a rate ([`Error::wants_rate`]) or a unit ([`Error::wants_unit`]) is never guessed from the size of the numbers.

use ecg::{Recording, Severity, Source, Warning};

use crate::{Error, Hints, InputFile, Limits, WriteError};

mod columns;
mod dialect;
mod encoding;
mod number;
mod preamble;
mod table;
#[cfg(test)]
mod tests;
mod time;
mod write;

/// How clearly the content is a table of numbers, 0 to 100.
pub(crate) fn score(bytes: &[u8]) -> u8 {
    // A cut inside a character or a line is no sign against a table: the last line of the sample is left out.
    let sample = bytes.get(..bytes.len().min(16 << 10)).unwrap_or_default();
    let Some(text) = encoding::sample(sample) else { return 0 };
    let text = match (sample.len() < bytes.len(), text.rfind('\n')) {
        (true, Some(end)) => text.get(..end).unwrap_or_default(),
        _ => &text,
    };
    match dialect::detect(text) {
        Some(dialect) if dialect.separator.is_some() => 50,
        Some(dialect) if dialect.rows >= 4 => 20,
        _ => 0,
    }
}

/// Reads one file.
///
/// # Errors
/// There is no table of numbers; a number cannot be read; or the file states no rate or no unit, and `hints` do not
/// either.
pub fn read(file: &InputFile, hints: &Hints, limits: &Limits) -> Result<Recording, Error> {
    limits.file(file.name, file.bytes)?;
    let text = encoding::decode(file.bytes);
    let mut warnings = Vec::new();
    let table = table::Table::read(file, &text, limits, &mut warnings)?;
    let preamble = preamble::Preamble::read(&table);
    let signals = columns::signals(file, table, &preamble, hints, limits, &mut warnings)?;
    let base = file.name.rsplit('/').next().unwrap_or(file.name);
    Ok(Recording {
        name: base.rsplit_once('.').map_or(base, |(stem, _)| stem).to_owned(),
        source: Source { format: "CSV".to_owned(), files: vec![file.name.to_owned()] },
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
