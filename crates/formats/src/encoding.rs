//! Bytes to text.
//!
//! Texts in code pages are read by encoding_rs, after the tables of the WHATWG's Encoding Standard (encoding.spec.whatwg.org),
//! in which ISO-8859-1 is windows-1252, which holds all of its letters and more.

use std::borrow::Cow;
use std::ops::Deref;

use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::Place;
use crate::error::shown;

pub(crate) mod iso2022;
pub(crate) mod pages;

use pages::Page;

/// A file's text.
#[derive(Clone, Debug)]
pub(crate) struct Text<'b> {
    /// Its letters; U+FFFD stands for what could not be decoded.
    pub(crate) letters: Cow<'b, str>,
    /// What had to be assumed, or was lost.
    pub(crate) doubt: Option<Doubt>,
}

/// Why letters of a text may be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Doubt {
    pub(crate) place: Place,
    pub(crate) message: String,
}

impl Deref for Text<'_> {
    type Target = str;
    fn deref(&self) -> &str {
        &self.letters
    }
}

impl<'b> From<&'b str> for Text<'b> {
    fn from(letters: &'b str) -> Text<'b> {
        Text { letters: Cow::Borrowed(letters), doubt: None }
    }
}

impl Text<'_> {
    /// With a doubt about all of it that comes before one about a single letter.
    fn doubted(mut self, message: String) -> Self {
        self.doubt = Some(Doubt { place: Place::Whole, message });
        self
    }
}

/// The text of a whole file. A byte order mark decides; then zeros in every second byte, which UTF-16 has; then what an XML
/// declaration states; then what is valid UTF-8. All else is windows-1252, so that `µV` of old programs is read. Never fails:
/// what is no text shows later.
pub(crate) fn decode(bytes: &[u8]) -> Text<'_> {
    let marks: [(&[u8], Page); 3] = [(b"\xef\xbb\xbf", UTF_8), (b"\xff\xfe", UTF_16LE), (b"\xfe\xff", UTF_16BE)];
    for (mark, page) in marks {
        if let Some(rest) = bytes.strip_prefix(mark) {
            return stated(rest, mark.len(), page);
        }
    }
    match zero_side(bytes) {
        Some(Side::High) => return stated(bytes, 0, UTF_16LE),
        Some(Side::Low) => return stated(bytes, 0, UTF_16BE),
        None => {}
    }
    let Some(label) = declared(bytes) else { return guess(bytes) };
    match pages::named(label) {
        // No UTF-16, or it had been known by its zeros.
        Some(page) if page == UTF_8 || page == UTF_16LE || page == UTF_16BE => guess(bytes),
        // Editors store a document anew and leave its declaration: hardly any text in bytes of single letters is UTF-8 by chance.
        Some(page) if page.is_single_byte() && !bytes.is_ascii() && core::str::from_utf8(bytes).is_ok() => {
            guess(bytes).doubted(format!("the text is declared as {}, but is UTF-8 and was read as that", shown(label)))
        }
        Some(page) => stated(bytes, 0, page),
        None => {
            let text = guess(bytes);
            if bytes.is_ascii() {
                return text;
            }
            text.doubted(format!(
                "the text is declared as {}, which is not known here; letters beyond ASCII may be wrong",
                shown(label)
            ))
        }
    }
}

/// Text in a known code page, which begins at a byte of the file.
fn stated(bytes: &[u8], from: usize, page: Page) -> Text<'_> {
    if page == UTF_8
        && let Ok(letters) = core::str::from_utf8(bytes)
    {
        return letters.into();
    }
    if bytes.is_ascii() && page.is_ascii_compatible() {
        return core::str::from_utf8(bytes).unwrap_or_default().into();
    }
    let (letters, lost) = pages::decode(bytes, page);
    let doubt = lost.map(|lost| Doubt {
        place: Place::Byte(from.saturating_add(lost.first) as u64),
        message: format!("{} places of the text are no {}; marks stand for what is lost", lost.count, page.name()),
    });
    Text { letters: Cow::Owned(letters), doubt }
}

/// Text whose code page nothing states.
pub(crate) fn guess(bytes: &[u8]) -> Text<'_> {
    let Err(error) = core::str::from_utf8(bytes) else { return stated(bytes, 0, UTF_8) };
    // A damaged letter or two among many that are UTF-8 are no sign of another code page.
    let (mut right, mut wrong) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        right = right.saturating_add(chunk.valid().chars().filter(|letter| !letter.is_ascii()).count());
        wrong = wrong.saturating_add(usize::from(!chunk.invalid().is_empty()));
    }
    if right > wrong {
        return stated(bytes, 0, UTF_8);
    }
    let message = "the text is no UTF-8 and states no other encoding; it was read as windows-1252".to_owned();
    let place = Place::Byte(error.valid_up_to() as u64);
    Text { doubt: Some(Doubt { place, message }), ..stated(bytes, 0, WINDOWS_1252) }
}

/// The encoding that an XML declaration at the beginning names.
fn declared(bytes: &[u8]) -> Option<&str> {
    let start = bytes.get(..bytes.len().min(256)).unwrap_or_default().trim_ascii_start();
    let declaration = start.strip_prefix(b"<?xml")?;
    let end = declaration.windows(2).position(|pair| pair == b"?>")?;
    let declaration = core::str::from_utf8(declaration.get(..end)?).ok()?;
    let (_, after) = declaration.split_once("encoding")?;
    let after = after.trim_start().strip_prefix('=')?.trim_start();
    let quote = after.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    after.get(1..)?.split_once(quote).map(|(label, _)| label)
}

/// The text of a file's beginning, or none where control characters show that it is no text.
pub(crate) fn sample(bytes: &[u8]) -> Option<Cow<'_, str>> {
    // A multi-byte character may be cut at the sample's end.
    let whole = match core::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => bytes.get(..error.valid_up_to()).unwrap_or_default(),
        _ => bytes,
    };
    // What is UTF-8 beyond ASCII is so by no chance: a control character of the code pages, which texts of devices bear, then speaks
    // against a text as little as in a stated code page.
    let is_known = declared(bytes).is_some() || core::str::from_utf8(whole).is_ok_and(|text| !text.is_ascii());
    // Most samples are of binary files, which their first bytes tell.
    if !is_known && !is_wide(whole) && whole.chunks(256).any(holds_control) {
        return None;
    }
    // In a stated code page a byte may be one that the page lacks, and its text is a text all the same.
    let letters = decode(whole).letters;
    let is_text = !letters.is_empty() && !letters.as_bytes().chunks(256).any(holds_control);
    let of_pages = |letter: char| letter.is_control() && !letter.is_ascii();
    (is_text && (is_known || !letters.contains(of_pages))).then_some(letters)
}

/// Whether a control character of ASCII stands in the bytes.
fn holds_control(bytes: &[u8]) -> bool {
    let is_control = |byte: u8| (byte < b' ' || byte == 0x7F) & !matches!(byte, b'\n' | b'\r' | b'\t');
    bytes.iter().fold(false, |any, &byte| any | is_control(byte))
}

/// True for UTF-16, as [`decode`] tells it.
fn is_wide(bytes: &[u8]) -> bool {
    let marked = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    marked || !bytes.starts_with(b"\xef\xbb\xbf") && zero_side(bytes).is_some()
}

/// The text of a field of fixed width: up to its first zero, without blanks around it. What is no UTF-8 is windows-1252.
pub(crate) fn field(bytes: &[u8]) -> String {
    let text = upto_zero(bytes);
    let text = match core::str::from_utf8(text) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(pages::decode(text, WINDOWS_1252).0),
    };
    bare(&text)
}

/// What is assumed of a text in a header where it is no ASCII, which its format asks for; it begins at the stated byte.
pub(crate) fn doubt_of(from: u64, text: &[u8]) -> Option<Doubt> {
    let odd = text.iter().position(|byte| !byte.is_ascii())?;
    let message =
        "letters beyond ASCII in a header, read as UTF-8 where they are that, else as windows-1252".to_owned();
    Some(Doubt { place: Place::Byte(from.saturating_add(odd as u64)), message })
}

/// The text of such a field in a code page, and whether a part of it could not be decoded.
pub(crate) fn field_in(bytes: &[u8], page: Page) -> (String, bool) {
    let is_wide = page == UTF_16LE || page == UTF_16BE;
    let (text, lost) = pages::decode(if is_wide { bytes } else { upto_zero(bytes) }, page);
    (bare(text.split('\0').next().unwrap_or_default()), lost.is_some())
}

/// A text of one line without control characters, as every format that is written can hold it: line ends and tabulators become
/// blanks; what else is no letter becomes the mark of a lost one, so that the unit `\u{12}V` does not become volts.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(char::is_control) {
        return Cow::Borrowed(text);
    }
    let one = |letter: char| match letter {
        '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' => ' ',
        letter if letter.is_control() => char::REPLACEMENT_CHARACTER,
        letter => letter,
    };
    Cow::Owned(text.chars().map(one).collect())
}

pub(crate) fn upto_zero(bytes: &[u8]) -> &[u8] {
    bytes.split(|&byte| byte == 0).next().unwrap_or_default()
}

fn bare(text: &str) -> String {
    text.trim_matches(|letter: char| letter.is_control() || letter.is_whitespace()).to_owned()
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
    fn a_text_may_bear_control_characters_of_code_pages() {
        let odd = "{\"note\": \"\u{fc}\u{93}\u{85}\"}";
        assert_eq!(sample(odd.as_bytes()).as_deref(), Some(odd));
        assert_eq!(sample("{\"note\": \"\u{fc}\u{1}\"}".as_bytes()), None);
        assert_eq!(sample(&[0x81, b'a', b'b', 0xFC, b'c']), None);
    }

    #[test]
    fn what_is_no_letter_leaves_a_mark() {
        assert_eq!(printable("mV"), "mV");
        assert_eq!(printable("one\ntwo\t\u{12}V\u{93}"), "one two \u{fffd}V\u{fffd}");
    }

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
            assert_eq!(&*decode(&bytes), text);
        }
    }

    #[test]
    fn a_declared_code_page_is_read() {
        for (label, word, bytes) in [
            ("windows-1252", "Größe – 5 €", b"Gr\xf6\xdfe \x96 5 \x80".as_slice()),
            ("ISO-8859-2", "Dvořák", b"Dvo\xf8\xe1k"),
            ("ISO-8859-5", "Иван", b"\xb8\xd2\xd0\xdd"),
            ("ISO-8859-7", "Νίκος", b"\xcd\xdf\xea\xef\xf2"),
            ("iso-8859-9", "Işık", b"I\xfe\xfdk"),
            ("ISO-8859-15", "5 €", b"5 \xa4"),
            ("windows-1250", "Šimůnek", b"\x8aim\xf9nek"),
            ("windows-1251", "Иван", b"\xc8\xe2\xe0\xed"),
            ("windows-1253", "Νίκος", b"\xcd\xdf\xea\xef\xf2"),
            ("WINDOWS-1254", "Işık", b"I\xfe\xfdk"),
            ("Shift_JIS", "山田", b"\x8e\x52\x93\x63"),
            ("GBK", "张伟", b"\xd5\xc5\xce\xb0"),
            ("gb2312", "张伟", b"\xd5\xc5\xce\xb0"),
            ("GB18030", "张𠀋", b"\xd5\xc5\x95\x32\x83\x37"),
            ("Big5", "王", b"\xa4\xfd"),
            ("EUC-KR", "김", b"\xb1\xe8"),
            ("KOI8-R", "Иван", b"\xe9\xd7\xc1\xce"),
        ] {
            let head = format!("<?xml version='1.0' encoding='{label}'?><a>");
            let text = decode(&[head.as_bytes(), bytes, b"</a>"].concat()).letters.into_owned();
            assert_eq!(text, format!("{head}{word}</a>"), "{label}");
            let found = decode(&[head.as_bytes(), bytes, b"</a>"].concat()).doubt;
            assert_eq!(found, None, "{label}");
        }
    }

    #[test]
    fn what_cannot_be_decoded_is_marked_and_told_with_its_place() {
        let text = decode(b"<?xml version=\"1.0\" encoding=\"Shift_JIS\"?>\x8e\x52\xff!\xfd");
        assert!(text.ends_with("山\u{FFFD}!\u{FFFD}"), "{text:?}");
        let doubt = text.doubt.unwrap();
        assert_eq!(doubt.place, Place::Byte(44));
        assert_eq!(doubt.message, "2 places of the text are no Shift_JIS; marks stand for what is lost");
        let odd = decode(b"\xff\xfea\0\x00\xd8b\0");
        assert_eq!((&*odd, odd.doubt.as_ref().unwrap().place), ("a\u{FFFD}b", Place::Byte(4)));
    }

    #[test]
    fn a_declaration_that_is_wrong_is_told() {
        let said = |bytes: &[u8]| decode(bytes).doubt.map(|doubt| doubt.message).unwrap_or_default();
        let of = |label: &str, word: &[u8]| [b"<?xml encoding=\"", label.as_bytes(), b"\"?>", word].concat();
        assert!(decode(&of("windows-1252", "µ".as_bytes())).ends_with('µ'));
        assert!(said(&of("windows-1252", "µ".as_bytes())).contains("is UTF-8 and was read as that"));
        assert!(decode(&of("klingon", b"\xb5")).ends_with('µ'));
        assert!(said(&of("klingon", b"\xb5")).contains("\"klingon\", which is not known here"));
        assert!(said(&of("UTF-8", b"\xb5")).contains("no UTF-8"));
        for right in [of("klingon", b"a"), of("utf-16", b"a"), of("UTF-8", "µ".as_bytes()), of("ISO-8859-1", b"\xb5")]
        {
            assert_eq!(said(&right), "");
        }
    }

    #[test]
    fn a_letter_that_is_damaged_does_not_change_the_encoding_of_all_others() {
        let text = decode(b"\xc3\xa9\xc3\xa9 \xe9");
        assert_eq!(&*text, "éé \u{FFFD}");
        assert!(text.doubt.unwrap().message.contains("no UTF-8"));
        assert_eq!(&*decode(b"caf\xe9 \x80"), "café €");
    }

    #[test]
    fn a_sample_in_a_stated_page_is_text_whatever_its_bytes() {
        assert!(sample(b"<?xml encoding='ISO-8859-2'?>\x9a").is_some());
        assert!(sample(b"<?xml encoding='Shift_JIS'?>\x8e\x52\x93").is_some());
        assert!(sample(b"1;2\x81").is_none());
    }

    #[test]
    fn a_field_ends_at_its_first_zero() {
        assert_eq!(field(b" M\xfcller \0rest"), "Müller");
        assert_eq!(field(b"\0\0"), "");
        assert_eq!(field_in(b" \xd5\xc5\0\xff", encoding_rs::GBK), ("张".to_owned(), false));
        assert_eq!(field_in(b"\xd5", encoding_rs::GBK), ("\u{FFFD}".to_owned(), true));
        assert_eq!(field_in(b"\0A\0\xc4\0\0\0x", UTF_16BE), ("AÄ".to_owned(), false));
    }

    #[test]
    fn bytes_with_control_characters_are_no_text() {
        assert!(sample(b"1,2\n\x01,3\n").is_none());
        assert!(sample(&[[b'1'; 300].as_slice(), b"\x7f"].concat()).is_none());
        assert!(sample(b"\xef\xbb\xbf1\x002\x003\x004\x00").is_none());
        let wide: Vec<u8> = "1,2\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(sample(&wide).as_deref(), Some("1,2\r\n"));
        assert!(sample("1,µ".as_bytes().get(..3).unwrap()).is_some());
    }
}
