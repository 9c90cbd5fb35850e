//! Waveform data (PS3.3 C.10.9.1): bytes to counts.

use ecg::Counts;

use super::element::Syntax;
use crate::Error;
use crate::limits::reserve;
use crate::samples;

/// How one sample is written (Waveform Sample Interpretation with Waveform Bits Allocated).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    SignedByte,
    UnsignedByte,
    MuLaw,
    ALaw,
    SignedShort,
    UnsignedShort,
    SignedLong,
    UnsignedLong,
}

impl Form {
    /// The form that interpretation and bits name; a word for what had to be assumed.
    ///
    /// Where they contradict each other, the bits give the size and the interpretation the sign.
    pub(super) fn named(bits: Option<u64>, interpretation: &str) -> Option<(Form, Option<&'static str>)> {
        let known = match interpretation {
            "SB" => Some((Form::SignedByte, 8)),
            "UB" => Some((Form::UnsignedByte, 8)),
            "MB" => Some((Form::MuLaw, 8)),
            "AB" => Some((Form::ALaw, 8)),
            "SS" => Some((Form::SignedShort, 16)),
            "US" => Some((Form::UnsignedShort, 16)),
            "SL" => Some((Form::SignedLong, 32)),
            "UL" => Some((Form::UnsignedLong, 32)),
            _ => None,
        };
        match (known, bits) {
            (Some((form, size)), Some(bits)) if size == bits => Some((form, None)),
            (Some((form, _)), None) => {
                Some((form, Some("the bits allocated are not stated; the interpretation gives them")))
            }
            (_, Some(bits)) => {
                let unsigned = interpretation.starts_with('U');
                let form = match bits {
                    8 if unsigned => Form::UnsignedByte,
                    8 => Form::SignedByte,
                    16 if unsigned => Form::UnsignedShort,
                    16 => Form::SignedShort,
                    32 if unsigned => Form::UnsignedLong,
                    32 => Form::SignedLong,
                    _ => return None,
                };
                let said = match known {
                    Some(_) => "interpretation and bits allocated contradict each other; the bits give the size",
                    None => "the sample interpretation is not stated or not known; samples were read as signed",
                };
                Some((form, Some(said)))
            }
            (None, None) => None,
        }
    }

    /// Bytes of one sample.
    pub(super) fn size(self) -> usize {
        match self {
            Form::SignedByte | Form::UnsignedByte | Form::MuLaw | Form::ALaw => 1,
            Form::SignedShort | Form::UnsignedShort => 2,
            Form::SignedLong | Form::UnsignedLong => 4,
        }
    }

    /// Bytes of one count that is made of it.
    pub(super) fn count_size(self) -> usize {
        match self {
            Form::UnsignedShort | Form::SignedLong | Form::UnsignedLong => 4,
            _ => 2,
        }
    }
}

/// Samples and how they lie.
#[derive(Clone, Copy)]
pub(super) struct Layout {
    pub(super) form: Form,
    pub(super) syntax: Syntax,
    /// True where the value is OW: words of 16 bits, whose bytes big endian exchanges.
    pub(super) words: bool,
    /// True where 2^31 is taken off numbers of 32 bits without sign, so that they fit.
    pub(super) lowered: bool,
}

impl Layout {
    /// Whether numbers of 32 bits without sign must be lowered, since one of them is above 2^31 - 1.
    pub(super) fn exceeds(self, bytes: &[u8]) -> bool {
        let (samples, _) = bytes.as_chunks::<4>();
        self.form == Form::UnsignedLong && samples.iter().any(|&sample| self.long(sample) > i32::MAX.cast_unsigned())
    }

    fn long(self, [a, b, c, d]: [u8; 4]) -> u32 {
        match (self.syntax.big_endian, self.words) {
            (false, _) => u32::from_le_bytes([a, b, c, d]),
            (true, false) => u32::from_be_bytes([a, b, c, d]),
            // Two words, the lower first (PS3.5 Annex D).
            (true, true) => u32::from_le_bytes([b, a, d, c]),
        }
    }

    /// One list a lead of samples that lie frame by frame; a last part of a frame is left out.
    pub(super) fn counts(self, file: &str, bytes: &[u8], leads: usize) -> Result<Vec<Counts>, Error> {
        let exchanged;
        let mut bytes = bytes;
        if self.form.size() == 1 && self.syntax.big_endian && self.words {
            let mut even = reserve(file, bytes.len() as u64)?;
            let (pairs, last) = bytes.as_chunks::<2>();
            even.extend(pairs.iter().flat_map(|&[first, second]| [second, first]));
            even.extend_from_slice(last);
            exchanged = even;
            bytes = &exchanged;
        }
        let big = self.syntax.big_endian;
        Ok(match self.form {
            Form::SignedByte => {
                narrow(samples::interleaved(file, bytes, leads, |[byte]| i16::from(byte.cast_signed()))?)
            }
            Form::UnsignedByte => narrow(samples::interleaved(file, bytes, leads, |[byte]| i16::from(byte))?),
            Form::MuLaw => narrow(samples::interleaved(file, bytes, leads, |[byte]| mu_law(byte))?),
            Form::ALaw => narrow(samples::interleaved(file, bytes, leads, |[byte]| a_law(byte))?),
            Form::SignedShort if big => narrow(samples::interleaved(file, bytes, leads, i16::from_be_bytes)?),
            Form::SignedShort => narrow(samples::interleaved_i16_le(file, bytes, leads)?),
            Form::UnsignedShort => {
                wide(samples::interleaved(file, bytes, leads, |pair| i32::from(self.syntax.short(pair)))?)
            }
            Form::SignedLong if !big => wide(samples::interleaved(file, bytes, leads, i32::from_le_bytes)?),
            Form::UnsignedLong if self.lowered => {
                let lower = |bytes| (self.long(bytes) ^ 0x8000_0000).cast_signed();
                wide(samples::interleaved(file, bytes, leads, lower)?)
            }
            Form::SignedLong | Form::UnsignedLong => {
                wide(samples::interleaved(file, bytes, leads, |bytes| self.long(bytes).cast_signed())?)
            }
        })
    }
}

fn narrow(leads: Vec<Vec<i16>>) -> Vec<Counts> {
    leads.into_iter().map(Counts::Narrow).collect()
}

fn wide(leads: Vec<Vec<i32>>) -> Vec<Counts> {
    leads.into_iter().map(Counts::Wide).collect()
}

/// The number of ITU-T G.711's table 2 (mu-law), -8031 to 8031.
fn mu_law(byte: u8) -> i16 {
    let code = !byte;
    let mantissa = i16::from(code & 0x0F);
    let exponent = u32::from(code >> 4 & 0x07);
    let magnitude = mantissa.wrapping_mul(2).wrapping_add(33).wrapping_shl(exponent).wrapping_sub(33);
    if code & 0x80 == 0 { magnitude } else { magnitude.wrapping_neg() }
}

/// The number of ITU-T G.711's table 1 (A-law), -4032 to 4032.
fn a_law(byte: u8) -> i16 {
    let code = byte ^ 0x55;
    let mantissa = i16::from(code & 0x0F).wrapping_mul(2).wrapping_add(1);
    let magnitude = match u32::from(code >> 4 & 0x07) {
        0 => mantissa,
        exponent => mantissa.wrapping_add(32).wrapping_shl(exponent.saturating_sub(1)),
    };
    if code & 0x80 == 0 { magnitude.wrapping_neg() } else { magnitude }
}

/// Whether the padding value, where it occurs, lies beyond all other samples of the lead. One that lies amid them cannot
/// mark anything: files state 0 there, whose zeros are samples.
pub(super) fn marks(counts: &Counts, padding: i32) -> bool {
    fn beyond<T: Copy + Ord>(counts: &[T], padding: T) -> bool {
        let others = || counts.iter().copied().filter(|count| *count != padding);
        match (others().min(), others().max()) {
            (Some(low), Some(high)) => padding < low || padding > high,
            _ => true,
        }
    }
    match counts {
        Counts::Narrow(counts) => i16::try_from(padding).is_ok_and(|padding| beyond(counts, padding)),
        Counts::Wide(counts) => beyond(counts, padding),
    }
}

/// Whether any sample has this count.
pub(super) fn holds(counts: &Counts, count: i32) -> bool {
    match counts {
        Counts::Narrow(counts) => i16::try_from(count).is_ok_and(|count| counts.contains(&count)),
        Counts::Wide(counts) => counts.contains(&count),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_laws_of_telephony_give_the_numbers_of_their_tables() {
        assert_eq!([0x80, 0xFF, 0x7F, 0x00, 0xF0].map(mu_law), [8031, 0, 0, -8031, 30]);
        assert_eq!([0xAA, 0x2A, 0xD5, 0x55, 0x80].map(a_law), [4032, -4032, 1, -1, 688]);
    }

    #[test]
    fn contradictions_between_bits_and_interpretation_are_said() {
        assert_eq!(Form::named(Some(16), "SS"), Some((Form::SignedShort, None)));
        assert_eq!(
            Form::named(Some(32), "US").map(|(form, said)| (form, said.is_some())),
            Some((Form::UnsignedLong, true))
        );
        assert_eq!(
            Form::named(None, "UB").map(|(form, said)| (form, said.is_some())),
            Some((Form::UnsignedByte, true))
        );
        assert_eq!(Form::named(Some(64), "SV"), None);
        assert_eq!(Form::named(None, ""), None);
    }

    #[test]
    fn every_form_is_read_in_either_order() {
        let layout = |form, big_endian, words| {
            let syntax = Syntax { explicit: true, big_endian };
            Layout { form, syntax, words, lowered: false }
        };
        let read = |layout: Layout, bytes: &[u8]| layout.counts("a", bytes, 1).unwrap()[0].to_vec();
        assert_eq!(read(layout(Form::SignedByte, false, false), &[0xFF, 1]), [-1, 1]);
        assert_eq!(read(layout(Form::UnsignedByte, false, false), &[0xFF, 1]), [255, 1]);
        assert_eq!(read(layout(Form::UnsignedByte, true, true), &[1, 2, 3, 4]), [2, 1, 4, 3]);
        assert_eq!(read(layout(Form::UnsignedByte, true, false), &[1, 2]), [1, 2]);
        assert_eq!(read(layout(Form::SignedShort, true, true), &[0xFF, 0xFE]), [-2]);
        assert_eq!(read(layout(Form::UnsignedShort, false, true), &[0xFE, 0xFF]), [0xFFFE]);
        assert_eq!(read(layout(Form::UnsignedShort, true, true), &[0xFF, 0xFE]), [0xFFFE]);
        assert_eq!(read(layout(Form::SignedLong, false, true), &[0xFE, 0xFF, 0xFF, 0xFF]), [-2]);
        assert_eq!(read(layout(Form::SignedLong, true, true), &[0, 5, 0, 1]), [0x0001_0005]);
        assert_eq!(read(layout(Form::SignedLong, true, false), &[0, 1, 0, 5]), [0x0001_0005]);
        let mut long = layout(Form::UnsignedLong, false, true);
        assert!(!long.exceeds(&[5, 0, 0, 0]) && long.exceeds(&[0, 0, 0, 0x80]));
        assert_eq!(read(long, &[5, 0, 0, 0]), [5]);
        long.lowered = true;
        assert_eq!(read(long, &[5, 0, 0, 0x80, 5, 0, 0, 0]), [5, i32::MIN + 5]);
    }
}
