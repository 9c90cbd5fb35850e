//! Code pages by name, and text in them.

use encoding_rs::{BIG5, DecoderResult, EUC_KR, Encoding, GBK, ISO_2022_JP, SHIFT_JIS};

/// A code page.
pub(crate) type Page = &'static Encoding;

/// What of a text could not be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lost {
    /// The first byte that belongs to no letter, from the text's beginning.
    pub(crate) first: usize,
    /// How many places.
    pub(crate) count: usize,
}

/// The page that files call so: a label of the Encoding Standard, also with blanks for hyphens, or a name that standards and
/// systems use beside those; none where it is not known.
pub(crate) fn named(label: &str) -> Option<Page> {
    let label = label.trim();
    let of_standard = |label: &str| Encoding::for_label_no_replacement(label.as_bytes());
    of_standard(label).or_else(|| {
        let plain = label.to_ascii_lowercase().replace([' ', '_'], "-");
        match plain.as_str() {
            "ms936" | "cp936" | "windows-936" => Some(GBK),
            "cp949" | "ms949" | "ks-c-5601" => Some(EUC_KR),
            "cp950" | "ms950" | "windows-950" => Some(BIG5),
            // Katakana and letters in single bytes are half of Shift_JIS.
            "cp932" | "jis-x-0201" | "jisx0201" => Some(SHIFT_JIS),
            // The Japanese sets of 7 bits, each with its escape sequences.
            "rfc1468" | "rfc-1468" | "jis" | "jis-x-0208" | "jisx0208" | "iso-2022" => Some(ISO_2022_JP),
            _ => of_standard(&plain).or_else(|| of_standard(&plain.replace("iso-8859", "iso8859"))),
        }
    })
}

/// Bytes of UTF-8 that a text may take beside two for each of its own.
const FREE: usize = 1 << 20;

/// The text of bytes in a page, with U+FFFD for what is lost.
///
/// Signs, Thai letters and katakana are single bytes that become three. No file of an ECG is made of them: a text that is ends
/// where it has doubled, so that memory stays bounded, and counts as lost from there on.
pub(crate) fn decode(bytes: &[u8], page: Page) -> (String, Option<Lost>) {
    // Once to count: a letter of a page is one to four bytes of UTF-8, and the text takes no more memory than it needs.
    let mut length = 0_usize;
    pieces(bytes, page, |piece| length = length.saturating_add(piece.len()));
    let most = bytes.len().saturating_mul(2).saturating_add(FREE);
    let mut text = String::with_capacity(length.min(most));
    let mut is_cut = false;
    let lost = pieces(bytes, page, |piece| {
        is_cut = is_cut || text.len().saturating_add(piece.len()) > most;
        if !is_cut {
            text.push_str(piece);
        }
    });
    (text, lost.or(is_cut.then_some(Lost { first: bytes.len(), count: 1 })))
}

/// Gives the text piece by piece.
fn pieces(bytes: &[u8], page: Page, mut take: impl FnMut(&str)) -> Option<Lost> {
    let mut decoder = page.new_decoder_without_bom_handling();
    let mut buffer = [0_u8; 4096];
    let mut at = 0_usize;
    let mut lost: Option<Lost> = None;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let (result, read, written) = decoder.decode_to_utf8_without_replacement(rest, &mut buffer, true);
        at = at.saturating_add(read);
        take(buffer.get(..written).and_then(|piece| core::str::from_utf8(piece).ok()).unwrap_or_default());
        match result {
            DecoderResult::InputEmpty => return lost,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(length, after) => {
                take("\u{FFFD}");
                let first = at.saturating_sub(usize::from(length)).saturating_sub(usize::from(after));
                let all = lost.get_or_insert(Lost { first, count: 0 });
                all.count = all.count.saturating_add(1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use encoding_rs::{UTF_8, UTF_16LE, WINDOWS_1252};

    use super::*;

    #[test]
    fn pages_are_known_by_the_names_that_files_use() {
        for (label, name) in [
            (" UTF-8 ", "UTF-8"),
            ("ISO 8859-2", "ISO-8859-2"),
            ("ISO_8859-1", "windows-1252"),
            ("cp1251", "windows-1251"),
            ("CP936", "GBK"),
            ("JIS X 0208", "ISO-2022-JP"),
            ("JIS X 0201", "Shift_JIS"),
            ("rfc 1468", "ISO-2022-JP"),
            ("euc-jp", "EUC-JP"),
        ] {
            assert_eq!(named(label).map(Encoding::name), Some(name), "{label}");
        }
        // "replacement" is the standard's answer to encodings that are dangerous to decode.
        assert_eq!((named(""), named("klingon"), named("iso-2022-kr")), (None, None, None));
    }

    #[test]
    fn a_long_text_is_whole_and_takes_no_more_memory_than_its_letters() {
        let (text, lost) = decode(&vec![0x80; 100_000], WINDOWS_1252);
        assert_eq!((text.chars().filter(|letter| *letter == '€').count(), lost), (100_000, None));
        assert!(text.capacity() <= 300_000);
        let (text, lost) = decode(&vec![0x80; 2 << 20], WINDOWS_1252);
        assert!(text.capacity() <= 5 << 20 && text.len() > (5 << 20) - 5000 && lost.is_some());
        let (text, lost) = decode(&[0xff; 10_000], UTF_8);
        assert_eq!((text.chars().count(), lost), (10_000, Some(Lost { first: 0, count: 10_000 })));
        assert_eq!(decode(b"a\0b", UTF_16LE).1, Some(Lost { first: 2, count: 1 }));
    }
}
