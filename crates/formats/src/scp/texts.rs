//! Texts of Sections 1, 8 and 11, in the code that the acquiring device states.

/// A code of texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum TextCode {
    /// ASCII or ISO 8859-1. What is no such text but UTF-8 is read as that.
    #[default]
    Latin,
    /// UTF-8.
    Utf8,
    /// ISO 10646 in 16 bits.
    Wide,
    /// Another one, which is read as Latin: letters beyond ASCII come out wrong.
    Other(u8),
}

impl TextCode {
    /// By the language support code of tag 14. Its lowest bit is 0 for ASCII; 1 stands for Latin-1.
    pub(super) fn new(language: u8) -> TextCode {
        match language {
            0x07 => TextCode::Wide,
            0x37 => TextCode::Utf8,
            0x01 => TextCode::Latin,
            code if code & 1 == 0 => TextCode::Latin,
            code => TextCode::Other(code),
        }
    }

    /// The text that ends with the first NUL, without blanks around it.
    pub(super) fn text(self, bytes: &[u8]) -> String {
        self.parts(bytes).next().unwrap_or_default()
    }

    /// The texts between NULs.
    pub(super) fn parts(self, bytes: &[u8]) -> impl Iterator<Item = String> {
        let text = match self {
            TextCode::Wide => {
                let (units, _) = bytes.as_chunks::<2>();
                let units = units.iter().map(|unit| u16::from_le_bytes(*unit)).filter(|unit| *unit != 0xFEFF);
                char::decode_utf16(units).map(|letter| letter.unwrap_or('\u{FFFD}')).collect()
            }
            _ => match core::str::from_utf8(bytes) {
                Ok(text) => text.to_owned(),
                Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect::<String>(),
            },
        };
        let parts: Vec<String> = text.split('\0').map(|part| part.trim().to_owned()).collect();
        parts.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_in_the_stated_code() {
        assert_eq!(TextCode::new(0).text(b" M\xfcller \0rest"), "Müller");
        assert_eq!(TextCode::new(0x37).text("Müller\0".as_bytes()), "Müller");
        assert_eq!(TextCode::new(0x07).text(b"\xff\xfeM\0\xfc\0\0\0x\0"), "Mü");
        assert_eq!(TextCode::new(0x13), TextCode::Other(0x13));
        assert_eq!(TextCode::Latin.parts(b"SR\0normal\0").collect::<Vec<_>>(), ["SR", "normal", ""]);
        assert_eq!(TextCode::Latin.text(b""), "");
    }
}
