//! Texts that switch between character sets by escape sequences, as DICOM has them (PS3.3 C.12.1.1.2, PS3.5 6.1.2.5), by the
//! numbers of the International Register (ISO-IR).

use encoding_rs::{
    EUC_JP, EUC_KR, GBK, ISO_8859_2, ISO_8859_3, ISO_8859_4, ISO_8859_5, ISO_8859_6, ISO_8859_7, ISO_8859_8,
    ISO_8859_15, SHIFT_JIS, WINDOWS_874, WINDOWS_1252, WINDOWS_1254,
};

use super::pages::{self, Lost, Page};

const ESCAPE: u8 = 0x1B;

/// The page of the bytes above ASCII in a set of the register: none for ASCII (6) and for the Japanese sets of 7 bits (87, 159);
/// outer none for a set that is not known.
#[allow(clippy::option_option, reason = "a set without such bytes is known")]
pub(crate) fn registered(number: u16) -> Option<Option<Page>> {
    Some(match number {
        6 | 14 | 87 | 159 => None,
        // Katakana in single bytes, which are the same in Shift_JIS.
        13 => Some(SHIFT_JIS),
        58 => Some(GBK),
        100 => Some(WINDOWS_1252),
        101 => Some(ISO_8859_2),
        109 => Some(ISO_8859_3),
        110 => Some(ISO_8859_4),
        126 => Some(ISO_8859_7),
        127 => Some(ISO_8859_6),
        138 => Some(ISO_8859_8),
        144 => Some(ISO_8859_5),
        148 => Some(WINDOWS_1254),
        149 => Some(EUC_KR),
        166 => Some(WINDOWS_874),
        203 => Some(ISO_8859_15),
        _ => return None,
    })
}

/// What bytes below 0x80 stand for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lower {
    Ascii,
    /// JIS X 0201.
    Katakana,
    /// JIS X 0208.
    Kanji,
    /// JIS X 0212.
    MoreKanji,
}

/// Where an escape sequence leads.
enum Switch {
    Lower(Lower),
    Upper(Page),
}

/// The sequences after the escape itself.
const SWITCHES: [(&[u8], Switch); 21] = [
    (b"(B", Switch::Lower(Lower::Ascii)),
    (b"(J", Switch::Lower(Lower::Ascii)),
    (b"(I", Switch::Lower(Lower::Katakana)),
    (b"$B", Switch::Lower(Lower::Kanji)),
    (b"$@", Switch::Lower(Lower::Kanji)),
    (b"$(B", Switch::Lower(Lower::Kanji)),
    (b"$(D", Switch::Lower(Lower::MoreKanji)),
    (b")I", Switch::Upper(SHIFT_JIS)),
    (b"$)A", Switch::Upper(GBK)),
    (b"$)C", Switch::Upper(EUC_KR)),
    (b"-A", Switch::Upper(WINDOWS_1252)),
    (b"-B", Switch::Upper(ISO_8859_2)),
    (b"-C", Switch::Upper(ISO_8859_3)),
    (b"-D", Switch::Upper(ISO_8859_4)),
    (b"-F", Switch::Upper(ISO_8859_7)),
    (b"-G", Switch::Upper(ISO_8859_6)),
    (b"-H", Switch::Upper(ISO_8859_8)),
    (b"-L", Switch::Upper(ISO_8859_5)),
    (b"-M", Switch::Upper(WINDOWS_1254)),
    (b"-T", Switch::Upper(WINDOWS_874)),
    (b"-b", Switch::Upper(ISO_8859_15)),
];

/// The text of bytes that begin in ASCII with `upper` for what is above it, and whether a part could not be decoded.
///
/// A set stays until the next sequence. The standard wants it to end with a value, a line or a part of a name; files that keep
/// to that switch anew, so that it makes no difference for them.
pub(crate) fn decode(bytes: &[u8], upper: Option<Page>) -> (String, bool) {
    let mut text = String::new();
    let mut lost = false;
    let (mut lower, mut upper) = (Lower::Ascii, upper);
    for (number, run) in bytes.split(|byte| *byte == ESCAPE).enumerate() {
        let mut run = run;
        if number > 0 {
            let found = SWITCHES.iter().find_map(|(sequence, to)| Some((to, run.strip_prefix(*sequence)?)));
            if let Some((to, rest)) = found {
                run = rest;
                match to {
                    Switch::Lower(to) => lower = *to,
                    Switch::Upper(page) => upper = Some(*page),
                }
            } else {
                text.push('\u{FFFD}');
                lost = true;
            }
        }
        let (letters, of_run) = match (lower, upper) {
            (Lower::Ascii, Some(page)) => pages::decode(run, page),
            (Lower::Ascii, None) => ascii(run),
            (Lower::Katakana, _) => pages::decode(&raised(run, None), SHIFT_JIS),
            (Lower::Kanji, _) => pages::decode(&raised(run, None), EUC_JP),
            (Lower::MoreKanji, _) => pages::decode(&raised(run, Some(0x8F)), EUC_JP),
        };
        lost = lost || of_run.is_some();
        text.push_str(&letters);
    }
    (text, lost)
}

/// The text of bytes of which those above ASCII are nothing.
fn ascii(run: &[u8]) -> (String, Option<Lost>) {
    let text = run.iter().map(|&byte| if byte.is_ascii() { char::from(byte) } else { '\u{FFFD}' }).collect();
    let first = run.iter().position(|byte| !byte.is_ascii());
    (text, first.map(|first| Lost { first, count: run.iter().filter(|byte| !byte.is_ascii()).count() }))
}

/// Bytes of 7 bits with the eighth set, each pair after `mark`: so these sets stand in pages of 8 bits. Blanks and what
/// controls stay.
fn raised(run: &[u8], mark: Option<u8>) -> Vec<u8> {
    let mut all = Vec::new();
    let mut is_second = false;
    for &byte in run {
        if (0x21..=0x7E).contains(&byte) {
            all.extend(mark.filter(|_| !is_second));
            all.push(byte | 0x80);
            is_second = !is_second;
        } else {
            all.push(byte);
            is_second = false;
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(bytes: &[u8], set: u16) -> String {
        let (text, lost) = decode(bytes, registered(set).unwrap());
        assert!(!lost, "{text}");
        text
    }

    /// The examples of PS3.5, Annexes H, I, J and K.
    #[test]
    fn the_standard_s_own_names_are_read() {
        let yamada = b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B";
        assert_eq!(plain(yamada, 6), "Yamada^Tarou=山田^太郎=やまだ^たろう");
        let katakana = b"\xd4\xcf\xc0\xde^\xc0\xdb\xb3=\x1b$B;3ED\x1b(J^\x1b$BB@O:\x1b(J";
        assert_eq!(plain(katakana, 13), "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎");
        let hong = b"Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf";
        assert_eq!(plain(hong, 6), "Hong^Gildong=洪^吉洞=홍^길동");
        let wang = b"Zhang^XiaoDong=\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1\xb6\xab=";
        assert_eq!(plain(wang, 6), "Zhang^XiaoDong=张^小东=");
    }

    #[test]
    fn sets_of_single_bytes_follow_each_other() {
        assert_eq!(plain(b"Buc^J\xe9r\xf4me=\x1b-L\xb8\xd2\xd0\xdd \x1b-F\xc4\x1b-A\xe9", 100), "Buc^Jérôme=Иван Δé");
        assert_eq!(plain(b"\xa1\xd2", 166), "กา");
        assert_eq!(plain(b"\x1b$(D0!\x1b(B", 6), "丂");
        assert_eq!(plain(b"\x1b(IA\x1b(BA", 6), "ﾁA");
    }

    #[test]
    fn what_no_set_has_is_marked() {
        assert_eq!(decode(b"a\xe9", None), ("a\u{FFFD}".to_owned(), true));
        assert_eq!(decode(b"a\x1b%Gb", None), ("a\u{FFFD}%Gb".to_owned(), true));
        assert_eq!(decode(b"\x1b$B;", None), ("\u{FFFD}".to_owned(), true));
        assert_eq!((registered(7), registered(6)), (None, Some(None)));
    }
}
