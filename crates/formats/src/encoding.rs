//! Bytes to text.

use std::borrow::Cow;

/// The text of a whole file. A byte order mark decides; without one, text with a zero in every second byte is UTF-16,
/// what is no UTF-8 is Latin-1 (so that `µV` of old programs is read). Never fails: what is no text shows later.
pub(crate) fn decode(bytes: &[u8]) -> Cow<'_, str> {
    if let Some(rest) = bytes.strip_prefix(b"\xef\xbb\xbf") {
        return String::from_utf8_lossy(rest);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xff\xfe") {
        return Cow::Owned(wide(rest, u16::from_le_bytes));
    }
    if let Some(rest) = bytes.strip_prefix(b"\xfe\xff") {
        return Cow::Owned(wide(rest, u16::from_be_bytes));
    }
    match zero_side(bytes) {
        Some(Side::High) => return Cow::Owned(wide(bytes, u16::from_le_bytes)),
        Some(Side::Low) => return Cow::Owned(wide(bytes, u16::from_be_bytes)),
        None => {}
    }
    if let Ok(text) = core::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    // One byte becomes one or two; counted first, so that the text takes no more than it needs.
    let high = bytes.iter().filter(|byte| !byte.is_ascii()).count();
    let mut text = String::with_capacity(bytes.len().saturating_add(high));
    text.extend(bytes.iter().map(|&byte| char::from(byte)));
    Cow::Owned(text)
}

/// The text of a file's beginning, or none where control characters show that it is no text.
pub(crate) fn sample(bytes: &[u8]) -> Option<Cow<'_, str>> {
    // A multi-byte character may be cut at the sample's end.
    let whole = match core::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => bytes.get(..error.valid_up_to()).unwrap_or_default(),
        _ => bytes,
    };
    let text = decode(whole);
    let control = |letter: char| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t');
    (!text.is_empty() && !text.contains(control)).then_some(text)
}

/// The text of a field of fixed width: up to its first zero, without blanks around it. What is no UTF-8 is Latin-1.
pub(crate) fn field(bytes: &[u8]) -> String {
    let text = bytes.split(|&byte| byte == 0).next().unwrap_or_default();
    let text = match core::str::from_utf8(text) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(text.iter().map(|&byte| char::from(byte)).collect()),
    };
    text.trim_matches(|letter: char| letter.is_control() || letter.is_whitespace()).to_owned()
}

fn wide(bytes: &[u8], order: fn([u8; 2]) -> u16) -> String {
    let (units, _) = bytes.as_chunks::<2>();
    let letters =
        || char::decode_utf16(units.iter().map(|&unit| order(unit))).map(|letter| letter.unwrap_or('\u{FFFD}'));
    let mut text = String::with_capacity(letters().map(char::len_utf8).sum());
    text.extend(letters());
    text
}

enum Side {
    Low,
    High,
}

/// Which byte of each pair is zero in the first lines: numbers are ASCII, so that their upper byte always is.
fn zero_side(bytes: &[u8]) -> Option<Side> {
    let (pairs, _) = bytes.get(..bytes.len().min(256))?.as_chunks::<2>();
    let zeros = |side: usize| pairs.iter().filter(|pair| pair.get(side) == Some(&0)).count();
    let most = pairs.len().saturating_mul(3).checked_div(4)?;
    match pairs.len() >= 4 {
        true if zeros(1) > most => Some(Side::High),
        true if zeros(0) > most => Some(Side::Low),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_text_comes_out_of_every_encoding() {
        let text = "Zeit;I (µV)\n0;5\n";
        let le: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let be: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let latin: Vec<u8> = text.chars().map(|letter| letter as u8).collect();
        for bytes in [
            text.as_bytes().to_vec(),
            [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            [b"\xff\xfe", le.as_slice()].concat(),
            [b"\xfe\xff", be.as_slice()].concat(),
            le,
            be,
            latin,
        ] {
            assert_eq!(decode(&bytes), text);
        }
    }

    #[test]
    fn a_field_ends_at_its_first_zero() {
        assert_eq!(field(b" M\xfcller \0rest"), "Müller");
        assert_eq!(field(b"\0\0"), "");
    }

    #[test]
    fn bytes_with_control_characters_are_no_text() {
        assert!(sample(b"1,2\n\x01,3\n").is_none());
        assert!(sample("1,µ".as_bytes().get(..3).unwrap()).is_some());
    }
}
