//! CRC-16/CCITT-FALSE: polynomial 0x1021, first value 0xFFFF, nothing reflected, nothing inverted at the end.

/// Bytes that one step takes.
const STEP: usize = 16;

/// What each byte adds to the sum, by how many bytes follow it in a step.
const TABLES: [[u16; 256]; STEP] = tables();

#[allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    reason = "runs in the compiler, with indices that it checks there"
)]
const fn tables() -> [[u16; 256]; STEP] {
    let mut tables = [[0_u16; 256]; STEP];
    let mut byte = 0;
    while byte < 256 {
        let mut sum = (byte as u16) << 8;
        let mut bit = 0;
        while bit < 8 {
            sum = if sum & 0x8000 == 0 { sum << 1 } else { (sum << 1) ^ 0x1021 };
            bit += 1;
        }
        tables[0][byte] = sum;
        byte += 1;
    }
    let mut after = 1;
    while after < STEP {
        let mut byte = 0;
        while byte < 256 {
            let sum = tables[after - 1][byte];
            tables[after][byte] = (sum << 8) ^ tables[0][(sum >> 8) as usize];
            byte += 1;
        }
        after += 1;
    }
    tables
}

/// The sum of `bytes`.
pub(super) fn crc(bytes: &[u8]) -> u16 {
    let (steps, rest) = bytes.as_chunks::<STEP>();
    let mut sum = 0xFFFF_u16;
    for step in steps {
        let mut step = *step;
        let [high, low, ..] = &mut step;
        let [first, second] = sum.to_be_bytes();
        *high ^= first;
        *low ^= second;
        sum = 0;
        for (table, byte) in TABLES.iter().rev().zip(step) {
            sum ^= table.get(usize::from(byte)).copied().unwrap_or_default();
        }
    }
    let [single, ..] = &TABLES;
    for byte in rest {
        let [high, low] = sum.to_be_bytes();
        sum = u16::from_be_bytes([low, 0]) ^ single.get(usize::from(high ^ byte)).copied().unwrap_or_default();
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_of_the_nine_digits_is_the_published_one() {
        assert_eq!(crc(b"123456789"), 0x29B1);
        assert_eq!(crc(b""), 0xFFFF);
    }

    #[test]
    fn long_input_sums_as_bit_by_bit() {
        let bytes: Vec<u8> = (0..1000_u32).map(|place| (place * 37 % 251) as u8).collect();
        for length in [15, 16, 17, 31, 32, 999, 1000] {
            let slow = bytes[..length].iter().fold(0xFFFF_u16, |sum, byte| {
                (0..8).fold(sum ^ (u16::from(*byte) << 8), |sum, _| {
                    if sum & 0x8000 == 0 { sum << 1 } else { (sum << 1) ^ 0x1021 }
                })
            });
            assert_eq!(crc(&bytes[..length]), slow, "{length}");
        }
    }
}
