//! Annotation files in the MIT format (WFDB Applications Guide, annot(5)).
//!
//! Words of 16 bits, little-endian: the low ten bits are a step in time, the high six a code. Some codes are no marks
//! but say more of the mark before them.

use std::collections::BTreeMap;

use crate::cursor::Cursor;
use crate::{Error, Limits, Place, encoding, memory};

/// An annotation file's content.
#[derive(Clone, Debug, Default)]
pub(super) struct Annotations {
    /// The marks, in the file's order.
    pub(super) marks: Vec<Mark>,
    /// The file's own ticks a second, where it states them.
    pub(super) rate: Option<f64>,
    /// True when the mark of the end was found.
    pub(super) ended: bool,
    /// True when the file gives the marks signal numbers.
    pub(super) names_signals: bool,
}

/// What a mark takes in memory at most while it is read, becomes an annotation and is sorted: the mark in a list that grows,
/// the annotation, half of it again for sorting, and the short texts of both.
pub(super) const BYTES_A_MARK: u64 = (3 * size_of::<Mark>() + 3 * size_of::<ecg::Annotation>() / 2 + 16) as u64;

/// One mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    /// Ticks from the record's start.
    pub(super) tick: i64,
    /// The code's number.
    number: u16,
    /// Mnemonic, such as `N` or `+`.
    pub(super) code: String,
    /// Signal number.
    pub(super) signal: i64,
    /// Text.
    pub(super) text: String,
}

/// Mnemonics by code (annot(5), table of annotation codes); an empty one is not in use.
const MNEMONICS: [&str; 42] = [
    "", "N", "L", "R", "a", "V", "F", "J", "A", "S", "E", "j", "/", "Q", "~", "", "|", "", "s", "T", "*", "D", "\"",
    "=", "p", "B", "^", "t", "+", "u", "?", "!", "[", "]", "e", "n", "@", "x", "f", "(", ")", "r",
];
/// The code of a note.
pub(super) const NOTE: u16 = 22;
const SKIP: u16 = 59;
const NUM: u16 = 60;
const SUB: u16 = 61;
const CHN: u16 = 62;
const AUX: u16 = 63;

/// The code of a mnemonic.
pub(super) fn code_of(mnemonic: &str) -> Option<u16> {
    let position = MNEMONICS.iter().position(|known| *known == mnemonic && !known.is_empty())?;
    u16::try_from(position).ok()
}

/// Reads an annotation file.
pub(super) fn read(file: &str, bytes: &[u8], limits: &Limits) -> Result<Annotations, Error> {
    let mut cursor = Cursor::new(file, bytes);
    let mut all = Annotations::default();
    let mut tick = 0i64;
    let mut signal = 0i64;
    while cursor.remaining() >= 2 {
        let word = cursor.u16_le()?;
        let (code, step) = (word >> 10, word & 0x3ff);
        if word == 0 {
            all.ended = true;
            break;
        }
        match code {
            SKIP => {
                let (high, low) = (cursor.i16_le()?, cursor.u16_le()?);
                let step = i64::from(high) << 16 | i64::from(low);
                tick = tick.saturating_add(step);
            }
            NUM | SUB => {}
            // "Not a QRS complex": a step in time and no mark.
            0 => tick = tick.saturating_add(i64::from(step)),
            CHN => {
                all.names_signals = true;
                // Ten bits with a sign: -1 stands for no signal of the record.
                signal = i64::from((step << 6).cast_signed() >> 6);
                if let Some(mark) = all.marks.last_mut() {
                    mark.signal = signal;
                }
            }
            AUX => {
                let text = cursor.take(usize::from(step))?;
                if step & 1 == 1 && !cursor.at_end() {
                    cursor.skip(1)?;
                }
                if let Some(mark) = all.marks.last_mut() {
                    let text = encoding::guess(text);
                    text.trim_end_matches('\0').clone_into(&mut mark.text);
                }
            }
            code => {
                tick = tick.saturating_add(i64::from(step));
                if all.marks.len() as u64 >= limits.annotations {
                    let found = "more annotations than allowed";
                    return Err(Error::limit(file, cursor.place(), found, limits.annotations));
                }
                let mnemonic = MNEMONICS.get(usize::from(code)).filter(|known| !known.is_empty());
                let name = mnemonic.map_or_else(|| format!("[{code}]"), |known| (*known).to_owned());
                all.marks.push(Mark { tick, number: code, code: name, signal, text: String::new() });
            }
        }
    }
    if !all.ended && !cursor.at_end() {
        let found = format!("{} byte after the last whole word", cursor.remaining());
        return Err(Error::invalid(file, cursor.place(), found, "words of two bytes"));
    }
    all.take_definitions();
    Ok(all)
}

impl Annotations {
    /// Takes the notes at tick 0 that speak of the file itself: its time resolution and codes of its own.
    fn take_definitions(&mut self) {
        let mut own: BTreeMap<u16, String> = BTreeMap::new();
        let mut in_definitions = false;
        let mut rate = None;
        self.marks.retain(|mark| {
            if mark.tick != 0 || mark.number != NOTE {
                return true;
            }
            if let Some(resolution) = mark.text.strip_prefix("## time resolution:") {
                rate = super::header::decimal(resolution).filter(|rate| *rate > 0.0);
                return false;
            }
            match mark.text.trim_end() {
                "## annotation type definitions" => in_definitions = true,
                "## end of definitions" => in_definitions = false,
                text if in_definitions => {
                    let mut fields = text.split_whitespace();
                    let code = fields.next().and_then(|code| code.parse().ok());
                    if let (Some(code), Some(mnemonic)) = (code, fields.next()) {
                        own.insert(code, mnemonic.to_owned());
                    }
                }
                _ => return true,
            }
            false
        });
        self.rate = rate;
        if !own.is_empty() {
            for mark in &mut self.marks {
                if let Some(mnemonic) = own.get(&mark.number) {
                    mark.code.clone_from(mnemonic);
                }
            }
        }
    }
}

/// True when a file is certainly made of annotations: every word is in order up to a mark of the end, and there are no more than memory
/// is free for.
pub(super) fn looks_right(bytes: &[u8], limits: &Limits) -> bool {
    let most = memory::FREE.checked_div(BYTES_A_MARK).unwrap_or(0);
    let limits = Limits { annotations: limits.annotations.min(most), ..limits.clone() };
    read("", bytes, &limits).is_ok_and(|all| all.ended && all.marks.iter().all(|mark| mark.tick >= 0))
}

/// Writes marks: ticks with codes and texts, in order of time.
pub(super) fn write(marks: &[(i64, u16, &str)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut put = |word: u16| bytes.extend_from_slice(&word.to_le_bytes());
    let word = |code: u16, low: u16| code.wrapping_shl(10) | low & 0x3ff;
    let mut now = 0i64;
    for (tick, code, text) in marks {
        let mut step = tick.saturating_sub(now);
        while !(0..1024).contains(&step) {
            let skip = i32::try_from(step.clamp(i64::from(i32::MIN), i64::from(i32::MAX))).unwrap_or(0);
            let [a, b, c, d] = skip.to_le_bytes();
            put(word(SKIP, 0));
            put(u16::from_le_bytes([c, d]));
            put(u16::from_le_bytes([a, b]));
            step = step.saturating_sub(i64::from(skip));
        }
        put(word(*code, u16::try_from(step).unwrap_or(0)));
        now = *tick;
        let mut end = text.len().min(1023);
        while !text.is_char_boundary(end) {
            end = end.saturating_sub(1);
        }
        let text = text.as_bytes().get(..end).unwrap_or_default();
        if !text.is_empty() {
            put(word(AUX, u16::try_from(text.len()).unwrap_or(0)));
            for pair in text.chunks(2) {
                let mut both = [0; 2];
                both.iter_mut().zip(pair).for_each(|(to, from)| *to = *from);
                put(u16::from_le_bytes(both));
            }
        }
    }
    put(0);
    bytes
}

/// Where an error of an annotation file is only worth a warning on the record.
pub(super) fn failed(file: &str, error: &Error) -> ecg::Warning {
    ecg::Warning {
        severity: ecg::Severity::Data,
        file: file.to_owned(),
        place: String::new(),
        message: format!("the annotations cannot be read: {error}"),
    }
}

/// The end of an annotation file without its mark.
pub(super) fn cut_off(file: &str, bytes: &[u8]) -> ecg::Warning {
    ecg::Warning {
        severity: ecg::Severity::Note,
        file: file.to_owned(),
        place: Place::Byte(bytes.len() as u64).to_string().trim_start_matches(", ").to_owned(),
        message: "the mark of the end is missing; annotations may be cut off".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_written_are_marks_read() {
        let marks = [(0, 28, "(N"), (18, 1, ""), (5_000, 5, "abc"), (10_000_000_000, 1, "")];
        let read = read("a.atr", &write(&marks), &Limits::default()).unwrap();
        assert!(read.ended && !read.names_signals);
        let back: Vec<_> =
            read.marks.iter().map(|mark| (mark.tick, code_of(&mark.code).unwrap(), mark.text.as_str())).collect();
        assert_eq!(back, marks);
    }

    #[test]
    fn a_text_in_letters_of_windows_keeps_them() {
        // A beat, and its text of three bytes and one to fill up.
        let bytes = [5, 4, 3, 0xfc, b'(', 0xc5, b'f', 0, 0, 0];
        assert_eq!(read("a.atr", &bytes, &Limits::default()).unwrap().marks[0].text, "(Åf");
    }

    #[test]
    fn the_time_resolution_is_no_mark() {
        let bytes = write(&[(0, NOTE, "## time resolution: 1000"), (7, 1, "")]);
        let read = read("a.atr", &bytes, &Limits::default()).unwrap();
        assert_eq!((read.rate, read.marks.len()), (Some(1000.0), 1));
    }

    #[test]
    fn a_text_that_runs_over_the_end_is_an_error() {
        let error = read("a.atr", &[1, 4, 200, 0xfc, b'x'], &Limits::default()).unwrap_err();
        assert!(error.to_string().starts_with("a.atr, byte 4"), "{error}");
    }

    #[test]
    fn text_files_are_not_taken_for_annotations() {
        assert!(!looks_right(b"Some words about a record.\n", &Limits::default()));
        assert!(looks_right(&write(&[(5, 1, "")]), &Limits::default()));
    }
}
