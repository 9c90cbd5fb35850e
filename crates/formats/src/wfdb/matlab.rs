//! MATLAB version 4 files without a header beside them: a matrix of samples, as the PhysioNet challenges ship them.
//!
//! A v4 file is a row of matrices; each has five words of 32 bits (type, rows, columns, imaginary flag, length of the
//! name), the name with a zero, and the values column by column (MATLAB MAT-File Format, level 4). The type's decimal
//! digits are the byte order (0 little, 1 big), 0, the number (0 double, 1 single, 2 to 5 integers) and 0 for a full matrix.
//! Such a file states neither rate nor unit nor leads: rate and unit are asked for.

use ecg::{Lead, Recording, Samples, Scale, Severity, Signal, Source, Warning};

use crate::cursor::{self, Cursor};
use crate::{Error, Hints, InputFile, Limits, Needs, Place, limits};

/// How a number is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Number {
    Double,
    Single,
    Int32,
    Int16,
    Uint16,
    Uint8,
}

/// One matrix of the file.
struct Matrix<'a> {
    name: String,
    big_endian: bool,
    number: Number,
    rows: u64,
    columns: u64,
    bytes: &'a [u8],
}

impl Number {
    fn from_digit(digit: u32) -> Option<Number> {
        Some(match digit {
            0 => Number::Double,
            1 => Number::Single,
            2 => Number::Int32,
            3 => Number::Int16,
            4 => Number::Uint16,
            5 => Number::Uint8,
            _ => return None,
        })
    }

    fn bytes(self) -> u64 {
        match self {
            Number::Double => 8,
            Number::Single | Number::Int32 => 4,
            Number::Int16 | Number::Uint16 => 2,
            Number::Uint8 => 1,
        }
    }
}

/// Reads the next matrix.
fn matrix<'a>(file: &str, cursor: &mut Cursor<'a>) -> Result<Matrix<'a>, Error> {
    let place = cursor.place();
    let words: [[u8; 4]; 5] = [cursor.array()?, cursor.array()?, cursor.array()?, cursor.array()?, cursor.array()?];
    let wrong = |found: String| Error::invalid(file, place, found, "the header of a MATLAB 4 matrix");
    let [kind, ..] = words;
    let (little, big) = (u32::from_le_bytes(kind), u32::from_be_bytes(kind));
    let big_endian = (1000..2000).contains(&big);
    let kind = if big_endian { big.wrapping_sub(1000) } else { little };
    let (thousands, hundreds, tens, ones) = (kind / 1000, kind / 100 % 10, kind / 10 % 10, kind % 10);
    if thousands != 0 || hundreds != 0 || ones != 0 {
        return Err(wrong(format!("type {kind}")));
    }
    let number = Number::from_digit(tens).ok_or_else(|| wrong(format!("type {kind}")))?;
    let word = |bytes: [u8; 4]| if big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) };
    let [_, rows, columns, imaginary, name_length] = words.map(word);
    if imaginary != 0 {
        return Err(wrong("complex numbers".to_owned()));
    }
    if !(1..=64).contains(&name_length) {
        return Err(wrong(format!("a name of {name_length} bytes")));
    }
    let name = cursor.take(usize::try_from(name_length).unwrap_or(0))?;
    let name = match name.split_last() {
        Some((0, name)) if name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_') => name,
        _ => return Err(wrong("a name of other letters".to_owned())),
    };
    let name = String::from_utf8_lossy(name).into_owned();
    let (rows, columns) = (u64::from(rows), u64::from(columns));
    let size = rows.checked_mul(columns).and_then(|count| count.checked_mul(number.bytes()));
    let size = size.ok_or_else(|| wrong(format!("a matrix of {rows} x {columns}")))?;
    if size > cursor.remaining() as u64 {
        let found = format!("{} bytes", cursor.remaining());
        return Err(Error::truncated(
            file,
            cursor.place(),
            found,
            format!("{size} bytes of a {rows} x {columns} matrix"),
        ));
    }
    let bytes = cursor.take(usize::try_from(size).unwrap_or(usize::MAX))?;
    Ok(Matrix { name, big_endian, number, rows, columns, bytes })
}

/// How clearly the content is a MATLAB 4 file, 0 to 100: there are no magic bytes, so the first matrix has to be sane.
pub(crate) fn score(bytes: &[u8]) -> u8 {
    match matrix("", &mut Cursor::new("", bytes)) {
        Ok(found) if found.rows > 0 && found.columns > 0 => 85,
        _ => 0,
    }
}

/// Reads the samples of a MATLAB 4 file: the matrix `val`, else the largest.
///
/// The shorter side is the leads; twelve of them are taken in the standard order, with a warning.
///
/// # Errors
/// No matrix, or [`Hints`] without rate or unit.
pub fn read(file: &InputFile, hints: &Hints, limits: &Limits) -> Result<Recording, Error> {
    limits.file(file.name, file.bytes)?;
    let mut cursor = Cursor::new(file.name, file.bytes);
    let mut chosen: Option<Matrix> = None;
    while !cursor.at_end() {
        let next = match matrix(file.name, &mut cursor) {
            Ok(next) => next,
            Err(error) if chosen.is_none() => return Err(error),
            Err(_) => break,
        };
        let better = chosen
            .as_ref()
            .is_none_or(|best| best.name != "val" && (next.name == "val" || next.bytes.len() > best.bytes.len()));
        if better {
            chosen = Some(next);
        }
    }
    let matrix = chosen.ok_or_else(|| Error::invalid(file.name, Place::Whole, "no matrix", "a matrix of samples"))?;
    let by_rows = matrix.rows <= matrix.columns;
    let (leads, length) = if by_rows { (matrix.rows, matrix.columns) } else { (matrix.columns, matrix.rows) };
    limits.size(file.name, Place::Whole, leads, length)?;
    if leads == 0 {
        return Err(Error::invalid(file.name, Place::Whole, "an empty matrix", "a matrix of samples"));
    }
    let needs = |needs, what: &str| {
        let found = format!("a MATLAB matrix of {leads} leads and {length} samples that states no {what}");
        Error::missing(needs, file.name, found, format!("the {what}, or the WFDB header (.hea) of this file"))
    };
    let rate = hints.rate.ok_or_else(|| needs(Needs::Rate, "sampling rate"))?;
    let rate = limits.rate(file.name, Place::Whole, rate)?;
    let unit = hints.unit.clone().ok_or_else(|| needs(Needs::Unit, "unit"))?;

    let mut recording = Recording {
        name: file.name.rsplit('/').next().unwrap_or_default().to_owned(),
        source: Source { format: "MATLAB 4".to_owned(), files: vec![file.name.to_owned()] },
        ..Recording::default()
    };
    let twelve = leads == 12;
    if twelve {
        recording.warnings.push(Warning {
            severity: Severity::Note,
            file: file.name.to_owned(),
            place: String::new(),
            message: "the file names no leads; the order I, II, III, aVR, aVL, aVF, V1 to V6 is assumed".to_owned(),
        });
    }
    for lead in 0..leads {
        // Columns follow each other: a lead is every `leads`-th value when it is a row, a run of values when a column.
        let (first, step) = if by_rows { (lead, leads) } else { (lead.saturating_mul(length), 1) };
        let name = usize::try_from(lead).ok().and_then(|lead| Lead::TWELVE.get(lead)).filter(|_| twelve);
        let name = name.cloned().unwrap_or_else(|| Lead::Other(format!("signal {lead}")));
        let samples = matrix.samples(file.name, first, step, length)?;
        let mut signal = match samples {
            Values::Counts(counts) => {
                Signal::digital(name, rate, counts, Scale { gain: 1.0, baseline: 0.0, unit: unit.clone() })
            }
            Values::Numbers(values) => Signal::physical(name, rate, values, unit.clone()),
        };
        if let Samples::Physical { values, .. } = &signal.samples {
            signal.missing = not_finite(values);
        }
        recording.signals.push(signal);
    }
    Ok(recording)
}

/// Samples of one lead.
enum Values {
    Counts(Vec<i32>),
    Numbers(Vec<f64>),
}

impl Matrix<'_> {
    fn samples(&self, file: &str, first: u64, step: u64, length: u64) -> Result<Values, Error> {
        let size = usize::try_from(self.number.bytes()).unwrap_or(1);
        let step = usize::try_from(step).unwrap_or(usize::MAX).max(1);
        let first = usize::try_from(first).unwrap_or(usize::MAX);
        let length_here = usize::try_from(length).unwrap_or(usize::MAX);
        let items = self.bytes.chunks_exact(size).skip(first).step_by(step).take(length_here);
        if matches!(self.number, Number::Double | Number::Single) {
            let mut values = limits::reserve(file, length)?;
            values.extend(items.map(|item| self.float(item)));
            return Ok(Values::Numbers(values));
        }
        let mut counts = limits::reserve(file, length)?;
        counts.extend(items.map(|item| self.integer(item)));
        Ok(Values::Counts(counts))
    }

    /// The bytes of an item in little-endian order.
    fn little<const N: usize>(&self, item: &[u8]) -> [u8; N] {
        cursor::little(item, self.big_endian)
    }

    fn float(&self, item: &[u8]) -> f64 {
        match self.number {
            Number::Single => f64::from(f32::from_le_bytes(self.little(item))),
            _ => f64::from_le_bytes(self.little(item)),
        }
    }

    fn integer(&self, item: &[u8]) -> i32 {
        match self.number {
            Number::Int16 => i32::from(i16::from_le_bytes(self.little(item))),
            Number::Uint16 => i32::from(u16::from_le_bytes(self.little(item))),
            Number::Uint8 => i32::from(u8::from_le_bytes(self.little(item))),
            _ => i32::from_le_bytes(self.little(item)),
        }
    }
}

/// Ranges of values that are not finite.
fn not_finite(values: &[f64]) -> Vec<(usize, usize)> {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for (position, _) in values.iter().enumerate().filter(|(_, value)| !value.is_finite()) {
        let next = position.saturating_add(1);
        match ranges.last_mut() {
            Some((_, end)) if *end == position => *end = next,
            _ => ranges.push((position, next)),
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use ecg::Unit;

    use super::*;

    fn challenge() -> Vec<u8> {
        let mut bytes: Vec<u8> = [30u32, 2, 3, 0, 4].iter().flat_map(|word| word.to_le_bytes()).collect();
        bytes.extend(b"val\0");
        bytes.extend([1i16, 10, 2, 20, 3, 30].iter().flat_map(|count| count.to_le_bytes()));
        bytes
    }

    #[test]
    fn rate_and_unit_are_asked_for_and_not_assumed() {
        let bytes = challenge();
        let file = InputFile { name: "a.mat", bytes: &bytes };
        let mut hints = Hints::default();
        assert!(read(&file, &hints, &Limits::default()).unwrap_err().wants_rate());
        hints.rate = Some(500.0);
        assert!(read(&file, &hints, &Limits::default()).unwrap_err().wants_unit());
        hints.unit = Some(Unit::Microvolt);
        let recording = read(&file, &hints, &Limits::default()).unwrap();
        assert_eq!(recording.signals[1].values(), [10.0, 20.0, 30.0]);
        assert_eq!(score(&bytes), 85);
    }

    #[test]
    fn a_matrix_that_is_larger_than_the_file_is_refused() {
        let mut bytes = challenge();
        bytes[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
        bytes[8..12].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(score(&bytes), 0);
    }
}
