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

    /// Bytes that a count of this format takes in memory; the sums of format 8 may turn out to need more.
    pub(crate) fn bytes_in_memory(self) -> u64 {
        if self.bits() <= 16 { 2 } else { 4 }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_missing_count_is_the_lowest_that_fits() {
        let codes: Vec<_> = [F80, F212, F310, F16, F24, F32].into_iter().filter_map(StorageFormat::missing).collect();
        assert_eq!(codes, [-128, -2048, -512, -32768, -8388608, i32::MIN]);
        assert_eq!(F8.missing(), None);
    }
}
