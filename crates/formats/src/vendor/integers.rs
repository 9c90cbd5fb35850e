//! Whole numbers between commas or on lines, read as a stream of digits.

use ecg::Counts;

use crate::Error;
use crate::limits::reserve;

/// Numbers, and where the text stopped being numbers.
#[derive(Debug)]
pub(crate) struct Parsed {
    pub(crate) counts: Counts,
    /// The byte of the text where something else stands.
    pub(crate) odd: Option<usize>,
}

/// How many numbers a text holds at most.
pub(crate) fn most(text: &str) -> u64 {
    (text.bytes().filter(|byte| matches!(byte, b',' | b'\n')).count() as u64).saturating_add(1)
}

/// The numbers of `text`, of 16 bits where all of them fit. A comma at the end is no number; two commas without a
/// number between them end it, as does what is no whole number of 32 bits.
pub(crate) fn parse(file: &str, text: &str) -> Result<Parsed, Error> {
    let bytes = text.as_bytes();
    let mut narrow: Vec<i16> = reserve(file, most(text).min(bytes.len() as u64))?;
    let mut wide: Option<Vec<i32>> = None;
    let mut position = 0_usize;
    // Before the first number nothing has to stand.
    let mut separated = true;
    let mut commas = 1_u8;
    let odd = loop {
        let Some(&byte) = bytes.get(position) else { break None };
        match byte {
            b' ' | b'\t' | b'\r' => position = position.saturating_add(1),
            b'\n' => {
                separated = true;
                position = position.saturating_add(1);
            }
            b',' if commas == 0 => {
                (separated, commas) = (true, 1);
                position = position.saturating_add(1);
            }
            b'-' | b'+' | b'0'..=b'9' if separated => {
                let Some((number, length)) = number(bytes.get(position..).unwrap_or_default()) else {
                    break Some(position);
                };
                position = position.saturating_add(length);
                (separated, commas) = (false, 0);
                match (&mut wide, i16::try_from(number)) {
                    (None, Ok(number)) => narrow.push(number),
                    (Some(wide), _) => wide.push(number),
                    (None, Err(_)) => {
                        let mut all: Vec<i32> = reserve(file, narrow.capacity() as u64)?;
                        all.extend(narrow.iter().map(|&number| i32::from(number)));
                        all.push(number);
                        narrow = Vec::new();
                        wide = Some(all);
                    }
                }
            }
            _ => break Some(position),
        }
    };
    let counts = wide.map_or(Counts::Narrow(narrow), Counts::Wide);
    Ok(Parsed { counts, odd })
}

/// A number of 32 bits at the beginning of `bytes` and how many bytes it takes.
fn number(bytes: &[u8]) -> Option<(i32, usize)> {
    let (negative, sign) = match bytes.first() {
        Some(b'-') => (true, 1_usize),
        Some(b'+') => (false, 1),
        _ => (false, 0),
    };
    let mut value = 0_i64;
    let mut length = sign;
    for byte in bytes.get(sign..)? {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            break;
        }
        value = value.wrapping_mul(10).wrapping_add(i64::from(digit));
        length = length.wrapping_add(1);
        if value > i64::from(u32::MAX) {
            // Beyond 32 bits already, and far from where it would wrap.
            return None;
        }
    }
    let value = if negative { value.saturating_neg() } else { value };
    Some((i32::try_from(value).ok()?, length)).filter(|_| length > sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> (Vec<i32>, Option<usize>) {
        let parsed = parse("a", text).unwrap();
        (parsed.counts.to_vec(), parsed.odd)
    }

    #[test]
    fn numbers_stand_between_commas_and_on_lines() {
        assert_eq!(of("\n\t 1,-2 , +3,\r\n4\n5,\n\t"), (vec![1, -2, 3, 4, 5], None));
        assert_eq!(of(""), (vec![], None));
    }

    #[test]
    fn what_is_no_number_ends_them_where_it_stands() {
        assert_eq!(of("1,,2"), (vec![1], Some(2)));
        assert_eq!(of("1,2.5,3"), (vec![1, 2], Some(3)));
        assert_eq!(of("1 2"), (vec![1], Some(2)));
        assert_eq!(of("1,-,2"), (vec![1], Some(2)));
        assert_eq!(of("1,99999999999999999999"), (vec![1], Some(2)));
        assert_eq!(of(",1"), (vec![], Some(0)));
    }

    #[test]
    fn a_count_beyond_16_bits_makes_all_wide() {
        assert!(matches!(parse("a", "1,2").unwrap().counts, Counts::Narrow(_)));
        let parsed = parse("a", "1,-32769,2").unwrap();
        assert!(matches!(&parsed.counts, Counts::Wide(counts) if counts == &[1, -32769, 2]));
    }
}
