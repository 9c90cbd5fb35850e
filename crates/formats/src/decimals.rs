//! Samples that are written as decimal numbers in a text: HL7's `digits` and FHIR's `data`.
//!
//! The text is passed over twice, once to count and once to read, so that each list is allocated once. Whole numbers are
//! counts of 16 or 32 bits; where one number has a fraction, all are values. What is no number is a missing sample.

use ecg::Counts;

use crate::limits::reserve;
use crate::memory::{EACH, FREE, Memory};
use crate::{Error, Limits, Place};

/// What a small file may use whatever it holds: half of what it may take, the rest is for what is made of the numbers.
const BASE: u64 = FREE / 2;
/// Bytes that one more range of missing samples may cost while its list grows.
const RANGE: u64 = 48;

/// What is left of the memory that a file may ask for: 32 MiB and four times its bytes, and of the samples that it may have.
pub(crate) struct Room {
    memory: Memory,
    samples: u64,
    most_samples: u64,
}

impl Room {
    /// All of it, for a file of `input` bytes.
    pub(crate) fn new(input: usize, limits: &Limits) -> Room {
        let memory = Memory::of((input as u64).saturating_mul(EACH).saturating_add(BASE));
        Room { memory, samples: limits.samples, most_samples: limits.samples }
    }

    /// Takes bytes of it.
    pub(crate) fn take(&mut self, file: &str, bytes: u64) -> Result<(), Error> {
        self.memory.take_for(file, bytes, || "more samples or marks".to_owned())
    }

    /// Gives bytes back.
    pub(crate) fn give(&mut self, bytes: u64) {
        self.memory.give_back(bytes);
    }

    fn take_samples(&mut self, file: &str, count: u64) -> Result<(), Error> {
        let Some(left) = self.samples.checked_sub(count) else {
            return Err(Error::limit(file, Place::Whole, "more samples in all leads", self.most_samples));
        };
        self.samples = left;
        Ok(())
    }
}

/// What a text of numbers holds.
#[derive(Debug, PartialEq)]
pub(crate) enum Numbers {
    /// All are whole.
    Counts(Counts),
    /// At least one has a fraction, or is beyond 32 bits.
    Values(Vec<f64>),
}

/// Samples that are no number, by what stands in their place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Marks {
    /// `E`: an error of the measurement.
    pub(crate) errors: u64,
    /// `U`: above the range.
    pub(crate) above: u64,
    /// `L`: below the range.
    pub(crate) below: u64,
    /// Anything else.
    pub(crate) unreadable: u64,
}

/// Samples of one text.
#[derive(Debug)]
pub(crate) struct Decimals {
    /// One a token, in order; 0 where there is no number.
    pub(crate) numbers: Numbers,
    /// Where there is none.
    pub(crate) missing: Vec<(usize, usize)>,
    /// How many there are not.
    pub(crate) marks: Marks,
}

/// Reads numbers that blanks, line breaks, commas or semicolons part.
///
/// # Errors
/// More samples than `limits`, or more memory than `room` has.
pub(crate) fn read(file: &str, text: &str, room: &mut Room, limits: &Limits) -> Result<Decimals, Error> {
    let total = tokens(text).fold(0_u64, |total, _| total.saturating_add(1));
    limits.size(file, Place::Whole, 1, total)?;
    room.take_samples(file, total)?;

    room.take(file, total.saturating_mul(2))?;
    let mut narrow: Vec<i16> = reserve(file, total)?;
    let mut wide: Option<Vec<i32>> = None;
    let mut holes = Holes::default();
    for (position, token) in tokens(text).enumerate() {
        let count = match classify(token) {
            Token::Count(count) => count,
            Token::Value(_) => {
                drop((narrow, wide));
                return values(file, text, total, room);
            }
            Token::Mark(mark) => {
                holes.add(file, position, mark, room)?;
                0
            }
        };
        match (&mut wide, i16::try_from(count)) {
            (Some(wide), _) => wide.push(count),
            (None, Ok(count)) => narrow.push(count),
            (None, Err(_)) => {
                room.take(file, total.saturating_mul(4))?;
                let mut all: Vec<i32> = reserve(file, total)?;
                all.extend(narrow.iter().map(|&count| i32::from(count)));
                all.push(count);
                narrow = Vec::new();
                wide = Some(all);
            }
        }
    }
    let counts = wide.map_or(Counts::Narrow(narrow), Counts::Wide);
    Ok(Decimals { numbers: Numbers::Counts(counts), missing: holes.ranges, marks: holes.marks })
}

/// The same where at least one number is no count.
fn values(file: &str, text: &str, total: u64, room: &mut Room) -> Result<Decimals, Error> {
    // What the attempt at counts took is free again; at least 2 bytes a sample.
    room.give(total.saturating_mul(2));
    room.take(file, total.saturating_mul(8))?;
    let mut values: Vec<f64> = reserve(file, total)?;
    let mut holes = Holes::default();
    for (position, token) in tokens(text).enumerate() {
        values.push(match classify(token) {
            Token::Count(count) => f64::from(count),
            Token::Value(value) => value,
            Token::Mark(mark) => {
                holes.add(file, position, mark, room)?;
                0.0
            }
        });
    }
    Ok(Decimals { numbers: Numbers::Values(values), missing: holes.ranges, marks: holes.marks })
}

#[derive(Default)]
struct Holes {
    ranges: Vec<(usize, usize)>,
    marks: Marks,
}

impl Holes {
    fn add(&mut self, file: &str, position: usize, mark: Mark, room: &mut Room) -> Result<(), Error> {
        let number = match mark {
            Mark::Error => &mut self.marks.errors,
            Mark::Above => &mut self.marks.above,
            Mark::Below => &mut self.marks.below,
            Mark::Unreadable => &mut self.marks.unreadable,
        };
        *number = number.saturating_add(1);
        let next = position.saturating_add(1);
        match self.ranges.last_mut() {
            Some((_, end)) if *end == position => *end = next,
            _ => {
                room.take(file, RANGE)?;
                self.ranges.push((position, next));
            }
        }
        Ok(())
    }
}

/// One decimal number of a file: finite; a decimal comma counts as a point.
pub(crate) fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    if text.len() > 64 || !text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.,eE".contains(&byte)) {
        return None;
    }
    let value: f64 = text.parse().ok().or_else(|| text.replace(',', ".").parse().ok())?;
    value.is_finite().then_some(value)
}

fn tokens(text: &str) -> impl Iterator<Item = &[u8]> {
    let separates = |byte: &u8| *byte <= b' ' || matches!(byte, b',' | b';');
    text.as_bytes().split(separates).filter(|token| !token.is_empty())
}

enum Token {
    Count(i32),
    Value(f64),
    Mark(Mark),
}

#[derive(Clone, Copy)]
enum Mark {
    Error,
    Above,
    Below,
    Unreadable,
}

fn classify(token: &[u8]) -> Token {
    if let Some(count) = whole(token) {
        return Token::Count(count);
    }
    match token {
        b"E" => Token::Mark(Mark::Error),
        b"U" => Token::Mark(Mark::Above),
        b"L" => Token::Mark(Mark::Below),
        _ => match core::str::from_utf8(token).ok().and_then(number) {
            #[allow(clippy::cast_possible_truncation, reason = "it is whole and within 32 bits")]
            Some(value) if value.fract() == 0.0 && value.abs() <= f64::from(i32::MAX) => Token::Count(value as i32),
            Some(value) => Token::Value(value),
            None => Token::Mark(Mark::Unreadable),
        },
    }
}

/// A sign and digits, within 32 bits.
fn whole(token: &[u8]) -> Option<i32> {
    let (negative, digits) = match token {
        [b'-', digits @ ..] => (true, digits),
        token => (false, token.strip_prefix(b"+").unwrap_or(token)),
    };
    if digits.is_empty() || digits.len() > 10 {
        return None;
    }
    let mut value = 0_i64;
    for &digit in digits {
        let digit = digit.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value.wrapping_mul(10).wrapping_add(i64::from(digit));
    }
    i32::try_from(if negative { value.wrapping_neg() } else { value }).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Decimals {
        let limits = Limits::default();
        super::read("a", text, &mut Room::new(text.len(), &limits), &limits).unwrap()
    }

    #[test]
    fn whole_numbers_are_counts_as_narrow_as_they_fit() {
        let decimals = read(" -2 +3\r\n4,5;\t6 7.0 8e0");
        assert_eq!(decimals.numbers, Numbers::Counts(vec![-2_i16, 3, 4, 5, 6, 7, 8].into()));
        assert!(matches!(decimals.numbers, Numbers::Counts(Counts::Narrow(_))));
        let decimals = read("1 -32769 2147483647 -2147483648");
        assert_eq!(decimals.numbers, Numbers::Counts(vec![1, -32769, i32::MAX, i32::MIN].into()));
    }

    #[test]
    fn one_fraction_or_one_number_beyond_32_bits_makes_all_values() {
        assert_eq!(read("1 70000 -0.5 1e-3").numbers, Numbers::Values(vec![1.0, 70000.0, -0.5, 0.001]));
        assert_eq!(read("1 2147483648").numbers, Numbers::Values(vec![1.0, 2_147_483_648.0]));
    }

    #[test]
    fn what_is_no_number_is_missing_and_counted() {
        let decimals = read("1 E U 2 L nan 0x5 --3 1e999 9");
        assert_eq!(decimals.missing, [(1, 3), (4, 9)]);
        assert_eq!(decimals.marks, Marks { errors: 1, above: 1, below: 1, unreadable: 4 });
        assert_eq!(read("0.5 E").missing, [(1, 2)]);
        assert_eq!(read(" \n").numbers, Numbers::Counts(Counts::default()));
    }

    #[test]
    fn memory_and_samples_are_bounded() {
        let limits = Limits { samples: 3, ..Limits::default() };
        let mut room = Room::new(0, &limits);
        assert!(super::read("a", "1 2", &mut room, &limits).is_ok());
        assert!(matches!(super::read("a", "1 2", &mut room, &limits), Err(Error::Limit { .. })));
        let limits = Limits::default();
        let mut room = Room::new(0, &limits);
        room.take("a", BASE - 8).unwrap();
        assert!(matches!(super::read("a", "1 2 3 4 5", &mut room, &limits), Err(Error::Limit { .. })));
    }

    #[test]
    fn a_number_is_finite_and_decimal() {
        assert_eq!((number(" 2,5 "), number("+1e-3"), number("-.5")), (Some(2.5), Some(0.001), Some(-0.5)));
        assert!(["", "inf", "NaN", "0x1", "1e999", "1,2,3", "e"].iter().all(|text| number(text).is_none()));
    }
}
