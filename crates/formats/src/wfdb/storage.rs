//! How samples are packed in a signal file (WFDB Applications Guide, signal(5)).

/// A storage format of WFDB, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StorageFormat {
    /// 8-bit first differences.
    F8,
    /// 16-bit, little-endian.
    F16,
    /// 24-bit, little-endian.
    F24,
    /// 32-bit, little-endian.
    F32,
    /// 16-bit, big-endian.
    F61,
    /// 8-bit, offset binary.
    F80,
    /// 16-bit, offset binary.
    F160,
    /// 12-bit, two samples in three bytes.
    F212,
    /// 10-bit, three samples in four bytes, in two words of 16 bits.
    F310,
    /// 10-bit, three samples in four bytes, in one word of 32 bits.
    F311,
    /// FLAC of 8 bits.
    F508,
    /// FLAC of 16 bits.
    F516,
    /// FLAC of 24 bits.
    F524,
}

use StorageFormat::{F8, F16, F24, F32, F61, F80, F160, F212, F310, F311, F508, F516, F524};

impl StorageFormat {
    /// Every format.
    pub const ALL: [StorageFormat; 13] = [F8, F16, F24, F32, F61, F80, F160, F212, F310, F311, F508, F516, F524];

    /// The number that a header gives it.
    pub fn code(self) -> u16 {
        match self {
            F8 => 8,
            F16 => 16,
            F24 => 24,
            F32 => 32,
            F61 => 61,
            F80 => 80,
            F160 => 160,
            F212 => 212,
            F310 => 310,
            F311 => 311,
            F508 => 508,
            F516 => 516,
            F524 => 524,
        }
    }

    /// The format of a number.
    pub fn from_code(code: u64) -> Option<StorageFormat> {
        StorageFormat::ALL.into_iter().find(|format| u64::from(format.code()) == code)
    }

    /// Bits of one stored sample.
    pub fn bits(self) -> u32 {
        match self {
            F8 | F80 | F508 => 8,
            F310 | F311 => 10,
            F212 => 12,
            F16 | F61 | F160 | F516 => 16,
            F24 | F524 => 24,
            F32 => 32,
        }
    }

    /// The count that stands for a missing sample: the lowest that fits. Differences have none.
    pub fn missing(self) -> Option<i32> {
        match self {
            F8 => None,
            format => 32u32.checked_sub(format.bits()).map(|shift| i32::MIN >> shift),
        }
    }

    /// True for the formats that hold a FLAC stream.
    pub(crate) fn is_flac(self) -> bool {
        matches!(self, F508 | F516 | F524)
    }

    /// Samples that `bytes` bytes hold; a last pack may be cut where the bits of its first samples are there.
    pub(crate) fn samples_in(self, bytes: u64) -> u64 {
        let packed = |bytes_a_pack: u64, samples_a_pack: u64, of_rest: [u64; 4]| {
            let packs = bytes.checked_div(bytes_a_pack).unwrap_or(0);
            let rest = bytes.checked_rem(bytes_a_pack).and_then(|rest| usize::try_from(rest).ok()).unwrap_or(0);
            let of_rest = of_rest.get(rest).copied().unwrap_or(0);
            packs.saturating_mul(samples_a_pack).saturating_add(of_rest)
        };
        match self {
            F8 | F80 => bytes,
            F16 | F61 | F160 => packed(2, 1, [0; 4]),
            F24 => packed(3, 1, [0; 4]),
            F32 => packed(4, 1, [0; 4]),
            F212 => packed(3, 2, [0, 0, 1, 0]),
            F310 => packed(4, 3, [0, 0, 1, 1]),
            F311 => packed(4, 3, [0, 0, 1, 2]),
            F508 | F516 | F524 => 0,
        }
    }
}

/// Unpacks the interleaved stream of one file: `frames` frames, each of `per_frame[signal]` samples for one signal after
/// the other. Gives one vector a signal. Stops where the bytes end; the formats that hold FLAC give nothing.
pub(super) fn unpack(
    format: StorageFormat,
    bytes: &[u8],
    frames: u64,
    per_frame: &[u32],
    initial: &[i32],
    out: &mut [Vec<i32>],
) {
    match format {
        F16 => {
            deal(bytes.as_chunks().0.iter().map(|pair| i32::from(i16::from_le_bytes(*pair))), frames, per_frame, out);
        }
        F61 => {
            deal(bytes.as_chunks().0.iter().map(|pair| i32::from(i16::from_be_bytes(*pair))), frames, per_frame, out);
        }
        F160 => {
            let offset = |pair: &[u8; 2]| i32::from(u16::from_le_bytes(*pair)).wrapping_sub(32768);
            deal(bytes.as_chunks().0.iter().map(offset), frames, per_frame, out);
        }
        F80 => deal(bytes.iter().map(|byte| i32::from(*byte).wrapping_sub(128)), frames, per_frame, out),
        F24 => {
            let sample = |[low, middle, high]: &[u8; 3]| i32::from_le_bytes([0, *low, *middle, *high]) >> 8;
            deal(bytes.as_chunks().0.iter().map(sample), frames, per_frame, out);
        }
        F32 => deal(bytes.as_chunks().0.iter().map(|word| i32::from_le_bytes(*word)), frames, per_frame, out),
        F8 => {
            let differences = bytes.iter().map(|byte| i32::from(byte.cast_signed()));
            deal(differences, frames, per_frame, out);
            for (signal, initial) in out.iter_mut().zip(initial) {
                let mut sum = *initial;
                for sample in signal.iter_mut() {
                    sum = sum.wrapping_add(*sample);
                    *sample = sum;
                }
            }
        }
        F212 => {
            let (packs, rest) = bytes.as_chunks::<3>();
            let rest = match rest {
                [a, b] => Some(pair_212([*a, *b, 0])[0]),
                _ => None,
            };
            deal(packs.iter().flat_map(|pack| pair_212(*pack)).chain(rest), frames, per_frame, out);
        }
        F310 | F311 => {
            let (packs, rest) = bytes.as_chunks::<4>();
            let unpacked = move |pack: [u8; 4]| if format == F310 { triple_310(pack) } else { triple_311(pack) };
            let count = usize::try_from(format.samples_in(rest.len() as u64)).unwrap_or(0);
            let mut last = [0; 4];
            last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
            let rest = unpacked(last).into_iter().take(count);
            deal(packs.iter().flat_map(|pack| unpacked(*pack)).chain(rest), frames, per_frame, out);
        }
        F508 | F516 | F524 => {}
    }
}

/// Deals the samples of a stream out to the signals, frame by frame.
fn deal(samples: impl Iterator<Item = i32>, frames: u64, per_frame: &[u32], out: &mut [Vec<i32>]) {
    let mut samples = samples;
    for _ in 0..frames {
        for (signal, count) in out.iter_mut().zip(per_frame) {
            for _ in 0..*count {
                let Some(sample) = samples.next() else { return };
                signal.push(sample);
            }
        }
    }
}

/// The lowest `bits` bits as a signed number.
fn signed(value: i32, bits: u32) -> i32 {
    let shift = 32u32.saturating_sub(bits);
    value.wrapping_shl(shift).wrapping_shr(shift)
}

/// Format 212: the second byte holds the high bits of both samples.
fn pair_212([a, b, c]: [u8; 3]) -> [i32; 2] {
    let (a, b, c) = (i32::from(a), i32::from(b), i32::from(c));
    [signed(a | (b & 0x0f) << 8, 12), signed(c | (b & 0xf0) << 4, 12)]
}

/// Format 310: two words; each has a sample in bits 1 to 10, their high five bits make the third.
fn triple_310([a, b, c, d]: [u8; 4]) -> [i32; 3] {
    let (first, second) = (i32::from(u16::from_le_bytes([a, b])), i32::from(u16::from_le_bytes([c, d])));
    [signed(first >> 1, 10), signed(second >> 1, 10), signed(first >> 11 | (second >> 11) << 5, 10)]
}

/// Format 311: one word with three samples from the lowest bit on.
fn triple_311(bytes: [u8; 4]) -> [i32; 3] {
    let word = i32::from_le_bytes(bytes);
    [signed(word, 10), signed(word >> 10, 10), signed(word >> 20, 10)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(format: StorageFormat, bytes: &[u8]) -> Vec<i32> {
        let mut out = [Vec::new()];
        unpack(format, bytes, 100, &[1], &[0], &mut out);
        let [samples] = out;
        assert_eq!(samples.len() as u64, format.samples_in(bytes.len() as u64), "{format:?}");
        samples
    }

    #[test]
    fn each_format_unpacks_its_extremes() {
        assert_eq!(one(F16, &[0x00, 0x80, 0xff, 0x7f, 0xff]), [-32768, 32767]);
        assert_eq!(one(F61, &[0x80, 0x00, 0x7f, 0xff]), [-32768, 32767]);
        assert_eq!(one(F160, &[0x00, 0x00, 0xff, 0xff]), [-32768, 32767]);
        assert_eq!(one(F80, &[0, 128, 255]), [-128, 0, 127]);
        assert_eq!(one(F24, &[0, 0, 0x80, 0xff, 0xff, 0x7f, 1]), [-8388608, 8388607]);
        assert_eq!(one(F32, &[0, 0, 0, 0x80]), [i32::MIN]);
        assert_eq!(one(F212, &[0x00, 0x78, 0xff]), [-2048, 2047]);
        assert_eq!(one(F8, &[5, 0xff, 0x80]), [5, 4, -124]);
    }

    #[test]
    fn a_cut_last_pack_gives_the_samples_whose_bits_are_there() {
        assert_eq!(one(F212, &[0x01, 0x00, 0x02, 0x03, 0x00]), [1, 2, 3]);
        assert_eq!(one(F212, &[0x01, 0x00, 0x02, 0x03]), [1, 2]);
        assert_eq!(one(F311, &[0x01, 0x08, 0x30]), [1, 2]);
        assert_eq!(one(F310, &[0x02, 0x00, 0x04]), [1]);
    }

    #[test]
    fn samples_are_dealt_frame_by_frame() {
        let mut out = [Vec::new(), Vec::new()];
        unpack(F80, &[129, 130, 131, 132, 133, 134, 135], 2, &[2, 1], &[0, 0], &mut out);
        assert_eq!(out, [vec![1, 2, 4, 5], vec![3, 6]]);
    }

    #[test]
    fn the_missing_count_is_the_lowest_that_fits() {
        let codes: Vec<_> = [F80, F212, F310, F16, F24, F32].into_iter().filter_map(StorageFormat::missing).collect();
        assert_eq!(codes, [-128, -2048, -512, -32768, -8388608, i32::MIN]);
        assert_eq!(F8.missing(), None);
    }
}
