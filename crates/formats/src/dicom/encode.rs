//! Elements in explicit little endian, the other way round from [`super::element`].

use super::element::Tag;

/// Bytes of a data set, whose elements the caller adds with rising tags.
#[derive(Default)]
pub(super) struct Encoder {
    pub(super) bytes: Vec<u8>,
}

impl Encoder {
    /// One element; an odd value is padded as its representation wants.
    pub(super) fn element(&mut self, tag: Tag, representation: [u8; 2], value: &[u8]) -> &mut Encoder {
        let padded = value.len().saturating_add(value.len() & 1);
        self.header(tag, representation, padded);
        self.bytes.extend_from_slice(value);
        if padded != value.len() {
            self.bytes.push(if matches!(&representation, b"UI" | b"OB" | b"OW") { 0 } else { b' ' });
        }
        self
    }

    fn header(&mut self, tag: Tag, representation: [u8; 2], length: usize) {
        let [a, b, c, d] = tag.to_le_bytes();
        self.bytes.extend([c, d, a, b]);
        self.bytes.extend(representation);
        match u16::try_from(length) {
            Ok(length) if !matches!(&representation, b"OB" | b"OW" | b"SQ") => self.bytes.extend(length.to_le_bytes()),
            // Texts are cut before they get here, so that only these three can be long.
            _ => {
                self.bytes.extend([0, 0]);
                self.bytes.extend(u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes());
            }
        }
    }

    /// A sequence of items with their lengths.
    pub(super) fn sequence(&mut self, tag: Tag, items: &[Encoder]) -> &mut Encoder {
        let length = items.iter().fold(0_usize, |sum, item| sum.saturating_add(item.bytes.len()).saturating_add(8));
        self.header(tag, *b"SQ", length);
        for item in items {
            self.bytes.extend([0xFE, 0xFF, 0x00, 0xE0]);
            self.bytes.extend(u32::try_from(item.bytes.len()).unwrap_or(u32::MAX).to_le_bytes());
            self.bytes.extend_from_slice(&item.bytes);
        }
        self
    }

    /// A text of at most `longest` letters, without what would divide it.
    pub(super) fn text(&mut self, tag: Tag, representation: [u8; 2], value: &str, longest: usize) -> &mut Encoder {
        let value = plain(value, longest);
        self.element(tag, representation, value.as_bytes())
    }

    /// A sequence of one code.
    pub(super) fn code(&mut self, tag: Tag, value: &str, scheme: &str, version: &str, meaning: &str) -> &mut Encoder {
        let mut item = Encoder::default();
        item.text(0x0008_0100, *b"SH", value, 16).text(0x0008_0102, *b"SH", scheme, 16);
        if !version.is_empty() {
            item.text(0x0008_0103, *b"SH", version, 16);
        }
        item.text(0x0008_0104, *b"LO", meaning, 64);
        self.sequence(tag, &[item])
    }
}

/// A text without control letters and without the one that divides values.
pub(super) fn plain(value: &str, longest: usize) -> String {
    let letter = |letter: char| match letter {
        '\\' => '/',
        letter if letter.is_control() => ' ',
        letter => letter,
    };
    value.trim().chars().take(longest).map(letter).collect()
}

/// A number as a decimal string of at most 16 letters, as exact as they allow.
pub(super) fn decimal(value: f64) -> String {
    let short = format!("{value}");
    if short.len() <= 16 {
        return short;
    }
    let mut best = (f64::INFINITY, "0".to_owned());
    for digits in 0..16 {
        for text in [format!("{value:.digits$}"), format!("{value:.digits$e}")] {
            let off = text.parse().map_or(f64::INFINITY, |read: f64| (read - value).abs());
            if text.len() <= 16 && off < best.0 {
                best = (off, text);
            }
        }
    }
    best.1
}

/// FNV-1a of 128 bits (Fowler, Noll, Vo): enough to tell contents apart, and the same everywhere.
pub(super) fn hash(parts: &[&[u8]]) -> u128 {
    let bytes = parts.iter().flat_map(|part| part.iter());
    bytes.fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d, |hash: u128, byte| {
        (hash ^ u128::from(*byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013B)
    })
}

/// A unique identifier below 2.25 (PS3.5 Annex B.2): the hash as a UUID of version 8 (RFC 9562).
pub(super) fn identifier(hash: u128) -> String {
    let version = hash & !(0xF_u128 << 76) | 0x8_u128 << 76;
    format!("2.25.{}", version & !(0x3_u128 << 62) | 0x2_u128 << 62)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_strings_are_short_and_as_exact_as_they_can_be() {
        for (value, text) in [(0.005, "0.005"), (0.0048828125, "0.0048828125"), (-1.0, "-1"), (1e300, "1e300")] {
            assert_eq!(decimal(value), text);
        }
        for value in [1.0 / 3.0, -2.0e-7 / 3.0, 12_345_678.901_234_567, 1.0 / 3e-200] {
            let text = decimal(value);
            assert!(text.len() <= 16, "{text}");
            assert!((text.parse::<f64>().unwrap() / value - 1.0).abs() < 1e-9, "{text} is not {value}");
        }
    }

    #[test]
    fn identifiers_are_of_the_content_and_within_their_length() {
        let one = identifier(hash(&[b"a"]));
        assert_eq!(one, identifier(hash(&[b"a"])));
        assert_ne!(one, identifier(hash(&[b"b"])));
        assert!(one.len() <= 64 && one.starts_with("2.25."), "{one}");
    }
}
