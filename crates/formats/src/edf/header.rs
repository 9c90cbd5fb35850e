//! The header record: fixed fields of ASCII text, then one field after the other for all signals.

use ecg::{Severity, Warning};

use crate::cursor::Cursor;
use crate::error::shown;
use crate::{Error, InputFile, Limits, encoding, notes};

/// Bytes of the header's fixed part, and of the part of each signal.
pub(super) const FIXED_BYTES: usize = 256;
/// Bytes of a signal's reserved field, the last of the header.
const RESERVED_BYTES: usize = 32;

/// Which of the two samples sizes, and which of the "plus" rules hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Continuity {
    /// The original format: no annotations, records follow each other.
    Plain,
    /// EDF+C, BDF+C: annotations, records follow each other.
    Contiguous,
    /// EDF+D, BDF+D: annotations, every record states its time.
    Discontinuous,
}

/// The header of a file.
#[derive(Clone, Debug)]
pub(super) struct Header {
    /// Bytes of a sample: 2 in EDF, 3 in BDF.
    pub(super) sample_bytes: u64,
    pub(super) continuity: Continuity,
    pub(super) patient: String,
    pub(super) recording: String,
    pub(super) date: String,
    pub(super) time: String,
    /// Number of records as stated; absent where the file says -1 or no number.
    pub(super) records: Option<u64>,
    /// Seconds; zero where there is no time in a record.
    pub(super) record_duration: f64,
    pub(super) signals: Vec<SignalHeader>,
    /// Bytes of the whole header.
    pub(super) length: u64,
}

/// What the header says of one signal.
#[derive(Clone, Debug, Default)]
pub(super) struct SignalHeader {
    pub(super) label: String,
    pub(super) transducer: String,
    pub(super) unit: String,
    pub(super) physical: [Option<f64>; 2],
    pub(super) digital: [Option<f64>; 2],
    pub(super) filter: String,
    pub(super) samples_per_record: u64,
}

impl SignalHeader {
    /// True for the signal whose bytes are time-stamped annotation lists (EDF+ section 2.2).
    pub(super) fn is_annotations(&self) -> bool {
        matches!(self.label.as_str(), "EDF Annotations" | "BDF Annotations")
    }
}

impl Header {
    pub(super) fn read(file: &InputFile, limits: &Limits, warnings: &mut Vec<Warning>) -> Result<Header, Error> {
        let mut cursor = Cursor::new(file.name, file.bytes);
        let version = cursor.take(8)?;
        let sample_bytes = if version.first() == Some(&0xFF) { 3 } else { 2 };
        let patient = text(cursor.take(80)?);
        let recording = text(cursor.take(80)?);
        let date = text(cursor.take(8)?);
        let time = text(cursor.take(8)?);
        let stated_length = integer(&text(cursor.take(8)?));
        let reserved = text(cursor.take(44)?);
        let continuity = match reserved.get(..5) {
            Some("EDF+C" | "BDF+C") => Continuity::Contiguous,
            Some("EDF+D" | "BDF+D") => Continuity::Discontinuous,
            _ => Continuity::Plain,
        };
        let records = integer(&text(cursor.take(8)?)).and_then(|records| u64::try_from(records).ok());

        let place = cursor.place();
        let duration = text(cursor.take(8)?);
        let record_duration = match number(&duration) {
            Some(seconds) if seconds >= 0.0 => seconds,
            _ => {
                let expected = "the duration of a record in seconds";
                return Err(Error::invalid(file.name, place, shown(&duration), expected));
            }
        };
        let place = cursor.place();
        let count = text(cursor.take(4)?);
        let signals = match integer(&count) {
            Some(signals) if signals > 0 => signals.unsigned_abs(),
            _ => return Err(Error::invalid(file.name, place, shown(&count), "the number of signals, 1 or more")),
        };
        limits.size(file.name, place, signals, 0)?;

        let length = signals.saturating_add(1).saturating_mul(FIXED_BYTES as u64);
        if (file.bytes.len() as u64) < length {
            let found = format!("{} bytes", file.bytes.len());
            let expected = format!("a header of {length} bytes for {signals} signals");
            return Err(Error::truncated(file.name, place, found, expected));
        }
        if stated_length.and_then(|stated| u64::try_from(stated).ok()) != Some(length) {
            warnings.push(Warning {
                severity: Severity::Note,
                file: file.name.to_owned(),
                place: "byte 184".to_owned(),
                message: format!(
                    "the header's stated length is not the {length} bytes of {signals} signals; these were read"
                ),
            });
        }
        let signals = read_signals(file, &mut cursor, signals)?;
        // The first byte may be that of a BDF; the reserved field of each signal is not read.
        let texts = length.saturating_sub((RESERVED_BYTES as u64).saturating_mul(signals.len() as u64));
        let texts = usize::try_from(texts).ok().and_then(|end| file.bytes.get(8..end)).unwrap_or_default();
        if let Some(doubt) = encoding::doubt_of(8, texts) {
            warnings.push(Warning {
                severity: Severity::Note,
                file: file.name.to_owned(),
                place: notes::place(doubt.place),
                message: doubt.message,
            });
        }
        Ok(Header {
            sample_bytes,
            continuity,
            patient,
            recording,
            date,
            time,
            records,
            record_duration,
            signals,
            length,
        })
    }

    /// The format's name for people.
    pub(super) fn format_name(&self) -> &'static str {
        match (self.sample_bytes, self.continuity) {
            (3, Continuity::Plain) => "BDF",
            (3, _) => "BDF+",
            (_, Continuity::Plain) => "EDF",
            _ => "EDF+",
        }
    }

    /// Bytes of one record, if they can be counted.
    pub(super) fn record_bytes(&self) -> Option<u64> {
        let samples = self.signals.iter().try_fold(0_u64, |sum, signal| sum.checked_add(signal.samples_per_record))?;
        samples.checked_mul(self.sample_bytes)
    }
}

/// The signals' part: each field stands for all signals before the next field begins.
fn read_signals(file: &InputFile, cursor: &mut Cursor, count: u64) -> Result<Vec<SignalHeader>, Error> {
    let mut signals = Vec::new();
    for _ in 0..count {
        signals.push(SignalHeader { label: text(cursor.take(16)?), ..SignalHeader::default() });
    }
    for signal in &mut signals {
        signal.transducer = text(cursor.take(80)?);
    }
    for signal in &mut signals {
        signal.unit = text(cursor.take(8)?);
    }
    for side in 0..2_usize {
        for signal in &mut signals {
            let limit = number(&text(cursor.take(8)?));
            signal.physical.iter_mut().skip(side).take(1).for_each(|slot| *slot = limit);
        }
    }
    for side in 0..2_usize {
        for signal in &mut signals {
            let limit = number(&text(cursor.take(8)?));
            signal.digital.iter_mut().skip(side).take(1).for_each(|slot| *slot = limit);
        }
    }
    for signal in &mut signals {
        signal.filter = text(cursor.take(80)?);
    }
    for signal in &mut signals {
        let place = cursor.place();
        let samples = text(cursor.take(8)?);
        signal.samples_per_record = match integer(&samples) {
            Some(samples) if samples >= 0 => samples.unsigned_abs(),
            _ => return Err(Error::invalid(file.name, place, shown(&samples), "the number of samples a record")),
        };
    }
    for _ in 0..count {
        cursor.take(RESERVED_BYTES)?;
    }
    Ok(signals)
}

/// A field's text without its padding. The formats ask for ASCII; UTF-8 and the letters of Windows occur.
pub(super) fn text(bytes: &[u8]) -> String {
    let text = encoding::guess(bytes);
    text.trim_matches(|letter: char| letter == '\0' || letter.is_whitespace()).to_owned()
}

/// A finite decimal number; a comma as decimal mark occurs.
fn number(text: &str) -> Option<f64> {
    let plain = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b',' | b'e' | b'E'));
    let value: f64 = plain.then(|| text.replace(',', "."))?.parse().ok()?;
    value.is_finite().then_some(value)
}

/// A whole number; `12.0` occurs for 12.
fn integer(text: &str) -> Option<i64> {
    let whole = text
        .split_once(['.', ','])
        .map_or(Some(text), |(whole, rest)| rest.bytes().all(|digit| digit == b'0').then_some(whole))?;
    whole.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_many_writers_are_read_and_others_refused() {
        assert_eq!(number("-0,5"), Some(-0.5));
        assert_eq!(number("+1e3"), Some(1000.0));
        for text in ["", "inf", "nan", "0x10", "1e999", "1 2"] {
            assert_eq!(number(text), None, "{text}");
        }
        assert_eq!(integer("12.0"), Some(12));
        assert_eq!(integer("12.5"), None);
        assert_eq!(integer("-1"), Some(-1));
    }

    #[test]
    fn a_field_that_is_no_utf8_is_of_windows() {
        assert_eq!(text(b"\xb5V      "), "µV");
        assert_eq!(text("µV\0\0".as_bytes()), "µV");
    }
}
