//! MATLAB version 4 files without a WFDB header beside them, as the PhysioNet challenges ship their samples.
//!
//! A v4 file is a row of matrices; each has five words of 32 bits (type, rows, columns, imaginary flag, length of the
//! name), the name with a zero, and the values column by column (MATLAB MAT-File Format, level 4). The type's decimal
//! digits are the byte order (0 little, 1 big), 0, the number (0 double, 1 single, 2 to 5 integers) and the matrix (0 full, 1
//! text, 2 sparse). There are no magic bytes, so that a file is known by a first matrix that is sane. Of complex matrices the
//! real parts are read; other byte orders (VAX, Cray) and sparse matrices are passed over. A last matrix that is cut gives
//! its whole samples, with a warning.
//!
//! What the matrices mean is told by [`crate::arrays`]; rate and unit are mostly not in the file and are asked for.

use std::borrow::Cow;

use ecg::Recording;

use crate::arrays::{self, Array, Content, Entry, Input, Kind, Numbers, Order, SMALL};
use crate::cursor::Cursor;
use crate::memory::Memory;
use crate::{Error, Hints, InputFile, Limits, Place};

/// Matrices of one file: no recording comes in more variables.
const MATRICES: usize = 10_000;

/// What a matrix is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Full,
    Text,
    Sparse,
}

/// One matrix of the file.
struct Matrix<'a> {
    name: String,
    shape: Shape,
    big_endian: bool,
    kind: Kind,
    rows: u64,
    columns: u64,
    /// The real parts; fewer where the file ends before them.
    bytes: &'a [u8],
    cut: bool,
}

fn kind(digit: u32) -> Option<Kind> {
    Some(match digit {
        0 => Kind::F64,
        1 => Kind::F32,
        2 => Kind::I32,
        3 => Kind::I16,
        4 => Kind::U16,
        5 => Kind::U8,
        _ => return None,
    })
}

/// Reads the next matrix.
fn matrix<'a>(file: &str, cursor: &mut Cursor<'a>) -> Result<Matrix<'a>, Error> {
    let place = cursor.place();
    let words: [[u8; 4]; 5] = [cursor.array()?, cursor.array()?, cursor.array()?, cursor.array()?, cursor.array()?];
    let wrong = |found: String| Error::invalid(file, place, found, "the header of a MATLAB 4 matrix");
    let [type_word, ..] = words;
    let (little, big) = (u32::from_le_bytes(type_word), u32::from_be_bytes(type_word));
    let big_endian = (1000..2000).contains(&big);
    let number = if big_endian { big.wrapping_sub(1000) } else { little };
    let shape = match (number / 100, number % 10) {
        (0, 0) => Shape::Full,
        (0, 1) => Shape::Text,
        (0, 2) => Shape::Sparse,
        _ => return Err(wrong(format!("type {number}"))),
    };
    let kind = kind(number / 10 % 10).ok_or_else(|| wrong(format!("type {number}")))?;
    let word = |bytes: [u8; 4]| if big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) };
    let [_, rows, columns, imaginary, name_length] = words.map(word);
    if imaginary > 1 {
        return Err(wrong(format!("an imaginary flag of {imaginary}")));
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
    let size = rows.checked_mul(columns).and_then(|count| count.checked_mul(kind.size()));
    let parts = u64::from(imaginary).saturating_add(1);
    let Some((size, all)) = size.and_then(|size| Some((size, size.checked_mul(parts)?))) else {
        return Err(wrong(format!("a matrix of {rows} x {columns}")));
    };
    let there = cursor.remaining() as u64;
    let taken = usize::try_from(all.min(there)).unwrap_or(usize::MAX);
    let bytes = cursor.take(taken)?;
    let real = usize::try_from(size).unwrap_or(usize::MAX).min(bytes.len());
    let bytes = bytes.get(..real).unwrap_or_default();
    Ok(Matrix { name, shape, big_endian, kind, rows, columns, bytes, cut: all > there })
}

/// How clearly the content is a MATLAB 4 file, 0 to 100: there are no magic bytes, so the first matrix has to be sane.
pub(crate) fn score(bytes: &[u8]) -> u8 {
    match matrix("", &mut Cursor::new("", bytes)) {
        Ok(found) if found.rows == 0 || found.columns == 0 => 0,
        Ok(found) if !found.cut => 85,
        // An unfinished copy: at least one sample of each of few leads has to be there.
        Ok(found) => {
            let leads = found.rows.min(found.columns);
            let whole = leads.saturating_mul(found.kind.size()) <= found.bytes.len() as u64;
            if leads <= 64 && found.rows.max(found.columns) < 1 << 28 && whole { 45 } else { 0 }
        }
        Err(_) => 0,
    }
}

fn entry(matrix: Matrix<'_>) -> Entry<'_> {
    let numbers = Numbers { kind: matrix.kind, big_endian: matrix.big_endian, bytes: Cow::Borrowed(matrix.bytes) };
    let content = match matrix.shape {
        Shape::Full => Content::Numbers(Array {
            extents: vec![matrix.rows, matrix.columns],
            order: Order::Columns,
            last_is_outer: true,
            kind: matrix.kind,
            numbers: Some(numbers),
            held: None,
        }),
        Shape::Text if numbers.len() <= SMALL => Content::Texts(texts(&numbers, matrix.rows)),
        Shape::Text => Content::Unread("a long text".to_owned()),
        Shape::Sparse => Content::Unread("a sparse matrix".to_owned()),
    };
    Entry { group: String::new(), name: matrix.name, content }
}

/// The rows of a matrix of letters.
fn texts(letters: &Numbers, rows: u64) -> Vec<String> {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
    let letter = |code: f64| char::from_u32(code as u32).unwrap_or(char::REPLACEMENT_CHARACTER);
    let letters: Vec<char> = letters.values().map(letter).collect();
    let rows = usize::try_from(rows).unwrap_or(usize::MAX).max(1);
    let row = |row: usize| letters.iter().skip(row).step_by(rows).collect::<String>();
    (0..rows.min(letters.len())).map(|number| row(number).trim_end().to_owned()).collect()
}

/// The matrices of a file that is whole.
pub(crate) fn entries<'a>(file: &InputFile<'a>, limits: &Limits) -> Result<Vec<Entry<'a>>, Error> {
    let (entries, error) = all(file, limits)?;
    error.map_or(Ok(entries), Err)
}

/// The matrices before the first that is damaged or cut, and what is wrong with it.
fn all<'a>(file: &InputFile<'a>, limits: &Limits) -> Result<(Vec<Entry<'a>>, Option<Error>), Error> {
    limits.file(file.name, file.bytes)?;
    let mut cursor = Cursor::new(file.name, file.bytes);
    let mut entries = Vec::new();
    while !cursor.at_end() {
        if entries.len() >= MATRICES {
            return Err(Error::limit(file.name, cursor.place(), "more matrices", MATRICES));
        }
        let place = cursor.place();
        match matrix(file.name, &mut cursor) {
            Ok(next) if next.cut => {
                let found = format!("{} bytes", next.bytes.len());
                let expected = format!("a {} x {} matrix", next.rows, next.columns);
                entries.push(entry(next));
                return Ok((entries, Some(Error::truncated(file.name, place, found, expected))));
            }
            Ok(next) => entries.push(entry(next)),
            Err(error) => return Ok((entries, Some(error))),
        }
    }
    Ok((entries, None))
}

/// Reads the samples of a MATLAB 4 file; [`crate::arrays`] says which they are.
///
/// # Errors
/// No matrix of samples; no rate or no unit, in the file and in `hints`.
pub fn read(file: &InputFile, hints: &Hints, limits: &Limits) -> Result<Vec<Recording>, Error> {
    let (entries, error) = all(file, limits)?;
    let Some(chosen) = arrays::choose(&entries) else {
        let none = || Error::invalid(file.name, Place::Whole, "no matrix of samples", "leads and samples");
        return Err(error.unwrap_or_else(none));
    };
    let mut memory = Memory::beside(file.bytes.len());
    let input = Input { file: file.name, format: "MATLAB 4", cut: error.is_some(), partial: false };
    arrays::recordings(&input, &entries, &chosen, hints, limits, &mut memory)
}

#[cfg(test)]
mod tests {
    use ecg::{Lead, Unit};

    use super::*;

    const BOTH: Hints = Hints { rate: Some(500.0), unit: Some(Unit::Microvolt) };

    fn header(type_word: u32, rows: u32, columns: u32, imaginary: u32, name: &str) -> Vec<u8> {
        let words = [type_word, rows, columns, imaginary, name.len() as u32 + 1];
        let mut bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        bytes.extend(name.bytes());
        bytes.push(0);
        bytes
    }

    fn challenge() -> Vec<u8> {
        let mut bytes = header(30, 2, 3, 0, "val");
        bytes.extend([1i16, 10, 2, 20, 3, 30].iter().flat_map(|count| count.to_le_bytes()));
        bytes
    }

    fn read_with(bytes: &[u8], hints: &Hints) -> Result<Recording, Error> {
        read(&InputFile { name: "a.mat", bytes }, hints, &Limits::default()).map(|mut all| all.remove(0))
    }

    #[test]
    fn rate_and_unit_are_asked_for_and_not_assumed() {
        let bytes = challenge();
        let mut hints = Hints::default();
        assert!(read_with(&bytes, &hints).unwrap_err().wants_rate());
        hints.rate = Some(500.0);
        assert!(read_with(&bytes, &hints).unwrap_err().wants_unit());
        hints.unit = Some(Unit::Microvolt);
        let recording = read_with(&bytes, &hints).unwrap();
        assert_eq!(recording.signals[1].values(), [10.0, 20.0, 30.0]);
        assert_eq!(score(&bytes), 85);
    }

    #[test]
    fn a_matrix_that_is_larger_than_the_file_is_refused() {
        let mut bytes = challenge();
        bytes[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
        bytes[8..12].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(score(&bytes), 0);
        assert!(read_with(&bytes, &BOTH).is_err());
    }

    #[test]
    fn every_cut_gives_the_whole_samples_with_a_warning_or_an_error() {
        let whole = challenge();
        for length in 0..whole.len() {
            match read_with(&whole[..length], &BOTH) {
                Ok(recording) => {
                    assert_eq!(recording.signals[0].len(), (length - 24) / 4, "{length}");
                    assert!(recording.warnings.iter().any(|warning| warning.message.contains("ends before")));
                    assert_eq!(score(&whole[..length]), 45, "{length}");
                }
                Err(_) => assert!(length < 28, "{length}"),
            }
        }
    }

    #[test]
    fn texts_name_the_leads_and_numbers_give_the_rate() {
        let mut bytes = header(51, 2, 2, 0, "leads");
        bytes.extend(b"VI1I");
        bytes.extend(header(0, 1, 1, 1, "fs"));
        bytes.extend([250.0_f64, 1.0].iter().flat_map(|value| value.to_le_bytes()));
        bytes.extend(header(2, 1, 3, 0, "sparse"));
        bytes.extend([0; 24]);
        bytes.extend(challenge());
        let recording = read_with(&bytes, &Hints { unit: Some(Unit::Microvolt), ..Hints::default() }).unwrap();
        let leads: Vec<&Lead> = recording.signals.iter().map(|signal| &signal.lead).collect();
        assert_eq!((leads, recording.signals[0].rate), (vec![&Lead::V1, &Lead::II], 250.0));
        assert!(recording.warnings.is_empty(), "{:?}", recording.warnings);
    }

    #[test]
    fn a_big_endian_matrix_of_floats_is_read() {
        let mut bytes: Vec<u8> = [1000_u32, 1, 3, 0, 2].iter().flat_map(|word| word.to_be_bytes()).collect();
        bytes.extend(b"x\0");
        bytes.extend([0.5_f64, f64::NAN, 1.0].iter().flat_map(|value| value.to_be_bytes()));
        let recording = read_with(&bytes, &BOTH).unwrap();
        assert_eq!(recording.signals[0].missing, [(1, 2)]);
        assert_eq!(recording.signals[0].values()[2], 1.0);
    }
}
