//! Rows of plain numbers, read from their bytes: digits, a sign, a decimal mark. Whatever else a row holds (an exponent,
//! quotation marks, blanks between cells, an empty cell) is left to the slower way, which gives the same numbers.

use super::dialect::Dialect;

/// The powers of ten that a float holds exactly.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];
/// Whole numbers up to here are floats exactly.
const EXACT: u64 = 1 << 53;
/// So many digits never overflow 64 bits.
const MOST_DIGITS: usize = 18;

/// How plain rows are written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plain {
    separator: Option<u8>,
    decimal: u8,
}

impl Plain {
    /// None where cells stand between runs of blanks.
    pub(super) fn of(dialect: Dialect) -> Option<Plain> {
        let byte = |letter: char| u8::try_from(letter).ok().filter(u8::is_ascii);
        let separator = match dialect.separator {
            Some(' ') => return None,
            Some(separator) => Some(byte(separator)?),
            None => None,
        };
        Some(Plain { separator, decimal: byte(dialect.decimal)? })
    }

    /// Reads a row of so many cells, all of them plain numbers, and the end of its line; gives what follows, or none where it is
    /// another row.
    pub(super) fn row<'t>(self, text: &'t [u8], cells: usize, row: &mut Vec<f64>) -> Option<&'t [u8]> {
        row.clear();
        let mut rest = text;
        loop {
            let (value, after) = self.number(rest)?;
            row.push(value);
            match after {
                [byte, after @ ..] if Some(*byte) == self.separator && row.len() < cells => rest = after,
                [b'\n', after @ ..] | [b'\r', b'\n', after @ ..] | after @ [] if row.len() == cells => {
                    return Some(after);
                }
                _ => return None,
            }
        }
    }

    /// A number and what follows it. Its digits as a whole number and the power of ten are floats exactly, so that their
    /// quotient is the float nearest to the number (Clinger, PLDI 1990).
    fn number(self, text: &[u8]) -> Option<(f64, &[u8])> {
        let (negative, text) = match text.split_first() {
            Some((b'-', rest)) => (true, rest),
            Some((b'+', rest)) => (false, rest),
            _ => (false, text),
        };
        let (whole, digits, rest) = digits(text, 0);
        let (number, all, fraction, rest) = match rest.split_first() {
            Some((byte, after)) if *byte == self.decimal => {
                let (number, fraction, rest) = self::digits(after, whole);
                (number, digits.checked_add(fraction)?, fraction, rest)
            }
            _ => (whole, digits, 0, rest),
        };
        if all == 0 || all > MOST_DIGITS || number > EXACT {
            return None;
        }
        let size = number as f64 / POWERS.get(fraction)?;
        Some((if negative { -size } else { size }, rest))
    }
}

/// The digits at the beginning, after those of `number`: the number that they make, how many they are, what follows. With too
/// many of them the number wraps and is of no use.
fn digits(text: &[u8], mut number: u64) -> (u64, usize, &[u8]) {
    let mut count = 0_usize;
    for byte in text {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            break;
        }
        number = number.wrapping_mul(10).wrapping_add(u64::from(digit));
        count = count.saturating_add(1);
    }
    (number, count, text.get(count..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::number;
    use super::*;

    const COMMA: Plain = Plain { separator: Some(b','), decimal: b'.' };

    fn row(line: &str, cells: usize) -> Option<Vec<f64>> {
        let mut row = Vec::new();
        COMMA.row(line.as_bytes(), cells, &mut row).map(|_| row)
    }

    #[test]
    fn what_follows_the_line_is_given() {
        for (text, after) in [("1,2\n3", "3"), ("1,2\r\n3", "3"), ("1,2", ""), ("1,2\n", "")] {
            assert_eq!(COMMA.row(text.as_bytes(), 2, &mut Vec::new()), Some(after.as_bytes()), "{text}");
        }
        assert_eq!(COMMA.row(b"1,2\r3", 2, &mut Vec::new()), None);
    }

    #[test]
    fn plain_rows_are_read_and_others_left() {
        assert_eq!(row("1,-2.5,+.25,3.", 4), Some(vec![1.0, -2.5, 0.25, 3.0]));
        for (line, cells) in [
            ("1,2", 3),
            ("1,2,3", 2),
            ("1,2,", 2),
            ("1,,2", 3),
            ("1, 2", 2),
            ("1e3,2", 2),
            ("\"1\",2", 2),
            ("-,2", 2),
            (".,2", 2),
            ("", 1),
            ("1234567890123456789,1", 2),
            ("9007199254740993,1", 2),
        ] {
            assert_eq!(row(line, cells), None, "{line}");
        }
        assert!(row("-0", 1).unwrap()[0].is_sign_negative());
    }

    proptest! {
        #[test]
        fn a_plain_number_is_the_one_that_the_slower_way_gives(text in "[+-]?[0-9]{0,12}\\.?[0-9]{0,12}") {
            if let Some(read) = row(&text, 1) {
                let other = number::parse(&text, '.').unwrap();
                prop_assert_eq!(read[0].to_bits(), other.to_bits());
            }
        }
    }
}
