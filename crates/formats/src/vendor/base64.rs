//! Base64 (RFC 4648, section 4) as XML files hold it: line breaks within, padding in the middle where an exporter
//! encoded pieces.

use crate::Error;
use crate::limits::reserve;

/// Decoded bytes, and where the text stopped being base64.
#[derive(Debug)]
pub(crate) struct Decoded {
    pub(crate) bytes: Vec<u8>,
    /// The byte of the text that is no base64, or its end where a character is missing.
    pub(crate) odd: Option<usize>,
}

const SPACE: u8 = 0x80;
const PADDING: u8 = 0x81;
const OTHER: u8 = 0xFF;

/// What each character stands for: 0 to 63, or one of the three above.
const VALUES: [u8; 256] = values();

#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "evaluated while compiling")]
const fn values() -> [u8; 256] {
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut values = [OTHER; 256];
    let mut value = 0;
    while value < 64_u8 {
        values[letters[value as usize] as usize] = value;
        value += 1;
    }
    values[b' ' as usize] = SPACE;
    values[b'\t' as usize] = SPACE;
    values[b'\r' as usize] = SPACE;
    values[b'\n' as usize] = SPACE;
    values[b'=' as usize] = PADDING;
    values
}

fn value(letter: u8) -> u8 {
    VALUES.get(usize::from(letter)).copied().unwrap_or(OTHER)
}

/// How many bytes a text of base64 gives at most.
pub(crate) fn most(text: &str) -> u64 {
    (text.len() as u64).div_ceil(4).saturating_mul(3)
}

/// The bytes of `text` up to where it is no base64. Takes no more memory than the text has.
pub(crate) fn decode(file: &str, text: &str) -> Result<Decoded, Error> {
    let letters = text.as_bytes();
    let mut bytes: Vec<u8> = reserve(file, most(text).min(text.len() as u64))?;
    let mut odd = None;
    // Up to three characters that wait for the fourth.
    let (mut bits, mut waiting) = (0_u32, 0_u8);
    let mut position = 0_usize;
    while position < letters.len() {
        if waiting == 0 {
            let (groups, _) = letters.get(position..).unwrap_or_default().as_chunks::<4>();
            let mut plain = 0_usize;
            for group in groups {
                let [a, b, c, d] = group.map(value);
                if (a | b | c | d) > 63 {
                    break;
                }
                bytes.extend_from_slice(&[a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d]);
                plain = plain.saturating_add(4);
            }
            position = position.saturating_add(plain);
        }
        let Some(&letter) = letters.get(position) else { break };
        match value(letter) {
            SPACE => {}
            PADDING => {
                flush(&mut bytes, bits, waiting);
                (bits, waiting) = (0, 0);
            }
            OTHER => {
                odd = Some(position);
                break;
            }
            six => {
                bits = bits << 6 | u32::from(six);
                waiting = waiting.saturating_add(1);
                if waiting == 4 {
                    let [_, a, b, c] = bits.to_be_bytes();
                    bytes.extend_from_slice(&[a, b, c]);
                    (bits, waiting) = (0, 0);
                }
            }
        }
        position = position.saturating_add(1);
    }
    flush(&mut bytes, bits, waiting);
    if waiting == 1 && odd.is_none() {
        odd = Some(letters.len());
    }
    Ok(Decoded { bytes, odd })
}

/// The bytes of a last group of two or three characters.
fn flush(bytes: &mut Vec<u8>, bits: u32, waiting: u8) {
    let missing = 4_u32.saturating_sub(u32::from(waiting)).saturating_mul(6);
    let [_, a, b, _] = bits.checked_shl(missing).unwrap_or_default().to_be_bytes();
    match waiting {
        2 => bytes.push(a),
        3 => bytes.extend_from_slice(&[a, b]),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use ::base64::Engine as _;

    use super::*;

    #[test]
    fn every_length_comes_back_whatever_the_line_breaks() {
        let all: Vec<u8> = (0..=255).collect();
        for length in 0..all.len() {
            let text = ::base64::engine::general_purpose::STANDARD.encode(&all[..length]);
            for width in [1, 3, 4, 5, 76, 1000] {
                let lines: Vec<&str> =
                    text.as_bytes().chunks(width).map(|line| std::str::from_utf8(line).unwrap()).collect();
                let decoded = decode("a", &format!("\r\n\t {}  \n", lines.join("\n\t"))).unwrap();
                assert_eq!((decoded.bytes.as_slice(), decoded.odd), (&all[..length], None), "{length} in {width}");
            }
        }
    }

    #[test]
    fn what_is_no_base64_ends_it_where_it_stands() {
        let decoded = decode("a", "AAEC\nAw?EBQ").unwrap();
        assert_eq!((decoded.bytes.as_slice(), decoded.odd), (&[0, 1, 2, 3][..], Some(7)));
        assert_eq!(decode("a", "AAECA").unwrap().odd, Some(5));
        assert!(decode("a", "").unwrap().bytes.is_empty());
    }

    #[test]
    fn pieces_that_were_padded_apart_are_joined() {
        assert_eq!(decode("a", "AA==\nAQI=Aw==").unwrap().bytes, [0, 1, 2, 3]);
    }
}
