//! Texts of Sections 1, 8 and 11, in the code that the acquiring device states (EN 1064, Section 1, tag 14, language support code).

use ecg::Recording;
use encoding_rs::{
    EUC_JP, EUC_KR, GBK, ISO_8859_2, ISO_8859_4, ISO_8859_5, ISO_8859_6, ISO_8859_7, ISO_8859_8, ISO_8859_15,
    SHIFT_JIS, UTF_8, UTF_16LE, WINDOWS_874, WINDOWS_1252,
};

use crate::encoding::pages::{self, Page};

/// A code of texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum TextCode {
    /// ASCII or ISO 8859-1. What is no such text but UTF-8 is read as that.
    #[default]
    Latin,
    /// A stated one.
    Page(Page),
    /// Another one, which is read as Latin: letters beyond ASCII come out wrong.
    Other(u8),
}

impl TextCode {
    /// By the language support code of tag 14. Its lowest bit is 0 for ASCII, its lowest two are 1 for Latin-1.
    pub(super) fn new(language: u8) -> TextCode {
        TextCode::Page(match language {
            code if code & 1 == 0 || code & 3 == 1 => return TextCode::Latin,
            0x03 => ISO_8859_2,
            0x0B => ISO_8859_4,
            0x13 => ISO_8859_5,
            0x1B => ISO_8859_6,
            0x23 => ISO_8859_7,
            0x2B => ISO_8859_8,
            // ISO 8859-11 and more.
            0x33 => WINDOWS_874,
            0x3B => ISO_8859_15,
            // ISO 10646 in 16 bits.
            0x07 => UTF_16LE,
            // JIS X 0201 in 8 bits.
            0x0F => SHIFT_JIS,
            // JIS X 0208 and 0212; the public readers take them in this form.
            0x17 | 0x1F => EUC_JP,
            // GB 2312, which GBK extends.
            0x27 => GBK,
            // KS C 5601.
            0x2F => EUC_KR,
            0x37 => UTF_8,
            code => return TextCode::Other(code),
        })
    }

    /// The text that ends with the first NUL, without blanks around it.
    pub(super) fn text(self, bytes: &[u8]) -> String {
        self.parts(bytes).next().unwrap_or_default()
    }

    /// The texts between NULs.
    pub(super) fn parts(self, bytes: &[u8]) -> impl Iterator<Item = String> {
        let text = match (self, core::str::from_utf8(bytes)) {
            (TextCode::Page(page), _) if page != UTF_8 => pages::decode(bytes, page).0.replace('\u{FEFF}', ""),
            // Whatever is stated: no other text is UTF-8 by chance, but for its ASCII.
            (_, Ok(text)) => text.to_owned(),
            (TextCode::Page(page), Err(_)) => pages::decode(bytes, page).0,
            (TextCode::Latin | TextCode::Other(_), Err(_)) => pages::decode(bytes, WINDOWS_1252).0,
        };
        let parts: Vec<String> = text.split('\0').map(|part| part.trim().to_owned()).collect();
        parts.into_iter()
    }
}

/// What a recording says where letters of it could not be decoded.
pub(super) fn question(recording: &Recording) -> Option<&'static str> {
    let person = [&recording.patient.name, &recording.patient.id].into_iter().flatten();
    let said = recording.statements.iter().map(|statement| &statement.text);
    person.chain(&recording.comments).chain(said).any(|text| text.contains('\u{FFFD}')).then_some(
        "texts hold bytes that are no letters of the code that the file states; marks stand for what is lost",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_the_table_is_read() {
        for (code, word, bytes) in [
            (0x00, "Müller", b"M\xfcller".as_slice()),
            (0x11, "Müller", b"M\xfcller"),
            (0x03, "Dvořák", b"Dvo\xf8\xe1k"),
            (0x0B, "Jānis", b"J\xe0nis"),
            (0x13, "Иван", b"\xb8\xd2\xd0\xdd"),
            (0x1B, "علي", b"\xd9\xe4\xea"),
            (0x23, "Νίκος", b"\xcd\xdf\xea\xef\xf2"),
            (0x2B, "דוד", b"\xe3\xe5\xe3"),
            (0x33, "กา", b"\xa1\xd2"),
            (0x3B, "5 €", b"5 \xa4"),
            (0x0F, "ﾔﾏﾀﾞ", b"\xd4\xcf\xc0\xde"),
            (0x17, "山田", b"\xbb\xb3\xc5\xc4"),
            (0x1F, "丂", b"\x8f\xb0\xa1"),
            (0x27, "张伟", b"\xd5\xc5\xce\xb0"),
            (0x2F, "김", b"\xb1\xe8"),
        ] {
            assert_eq!(TextCode::new(code).text(&[bytes, b"\0rest"].concat()), word, "{code:#x}");
        }
    }

    #[test]
    fn a_text_that_its_code_does_not_hold_is_told() {
        let mut recording = Recording::default();
        recording.patient.name = Some(TextCode::new(0x27).text(b"\xd5\xc5"));
        assert_eq!(question(&recording), None);
        recording.comments.push(TextCode::new(0x27).text(b"a\xff"));
        assert!(question(&recording).is_some());
    }

    #[test]
    fn texts_are_read_in_the_stated_code() {
        assert_eq!(TextCode::new(0).text(b" M\xfcller \0rest"), "Müller");
        assert_eq!(TextCode::new(0x37).text("Müller\0".as_bytes()), "Müller");
        assert_eq!(TextCode::new(0x07).text(b"\xff\xfeM\0\xfc\0\0\0x\0"), "Mü");
        assert_eq!(TextCode::new(0x47), TextCode::Other(0x47));
        assert_eq!(TextCode::new(0x47).text(b"M\xfcller"), "Müller");
        assert_eq!(TextCode::Latin.parts(b"SR\0normal\0").collect::<Vec<_>>(), ["SR", "normal", ""]);
        assert_eq!(TextCode::Latin.text(b""), "");
    }
}
