//! Section 9: the maker's own interpretation and its history of overreading.
//!
//! The standard leaves its layout to each maker. What is text is kept; what is not is counted, so that nobody takes the section for
//! empty.

use super::texts::TextCode;

/// Letters of a text that stands among other bytes: fewer come about by chance (`ENGLISH`, as some device states its language).
const LEAST: usize = 8;

/// The texts of the section, and how many of its bytes are neither text nor zero.
pub(super) fn texts(body: &[u8], code: TextCode) -> (Vec<String>, usize) {
    let whole: Vec<String> = code.parts(body).collect();
    let letters = whole.iter().flat_map(|part| part.chars()).filter(|letter| letter.is_alphabetic()).count();
    if letters >= 2 && whole.iter().flat_map(|part| part.chars()).all(is_printable) {
        let lines = whole.iter().flat_map(|part| part.lines()).map(str::trim);
        return (lines.filter(|line| !line.is_empty()).map(str::to_owned).collect(), 0);
    }
    let mut other = body.iter().filter(|byte| **byte != 0).count();
    let mut texts = Vec::new();
    for run in body.split(|byte| !is_letter_or_mark(*byte)).filter(|run| is_text(run)) {
        other = other.saturating_sub(run.len());
        texts.push(TextCode::Latin.text(run));
    }
    (texts, other)
}

fn is_printable(letter: char) -> bool {
    letter != '\u{FFFD}' && (!letter.is_control() || matches!(letter, '\r' | '\n' | '\t'))
}

/// ASCII, and the letters of Latin-1 beyond it.
fn is_letter_or_mark(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | 0xC0..=0xFF)
}

/// Long enough, and three of four are letters or blanks.
fn is_text(run: &[u8]) -> bool {
    let letters = run.iter().filter(|byte| byte.is_ascii_alphabetic() || matches!(byte, b' ' | 0xC0..=0xFF)).count();
    run.trim_ascii().len() >= LEAST && letters.saturating_mul(4) >= run.len().saturating_mul(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_of_text_is_kept_line_by_line() {
        let (texts, other) = super::texts(b"Sinus rhythm\r\nNormal ECG\0AF\0\0", TextCode::Latin);
        assert_eq!((texts, other), (vec!["Sinus rhythm".to_owned(), "Normal ECG".into(), "AF".into()], 0));
        let wide: Vec<u8> = "Größe\0ok".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(super::texts(&wide, TextCode::new(0x07)), (vec!["Größe".to_owned(), "ok".into()], 0));
        assert_eq!(super::texts(b"Herzkammerhypertrophie f\xfcr", TextCode::Latin).0, ["Herzkammerhypertrophie für"]);
    }

    #[test]
    fn words_among_other_bytes_are_kept_and_chance_is_not() {
        let mixed =
            [b"\x01\x02\x0c\0Sinus bradycardia\0".as_slice(), b"24.6\0ENGLISH\0\x07a1b2c3d4e5f6\x01\xff"].concat();
        let (texts, other) = super::texts(&mixed, TextCode::Latin);
        assert_eq!((texts, other), (vec!["Sinus bradycardia".to_owned()], 3 + 4 + 7 + 1 + 12 + 2));
        assert_eq!(super::texts(&[0; 40], TextCode::Latin), (Vec::new(), 0));
        assert_eq!(super::texts(&[], TextCode::Latin), (Vec::new(), 0));
    }
}
