//! Ways to damage bytes, from one seed.

/// splitmix64 (Steele et al., OOPSLA 2014): enough for choosing places to break.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `end`; 0 where there is none.
    pub fn below(&mut self, end: usize) -> usize {
        if end == 0 { 0 } else { (self.next() % end as u64) as usize }
    }

    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// Numbers at which sizes, counts and rates break programs.
const EXTREMES: [&str; 22] = [
    "0",
    "-1",
    "1",
    "255",
    "256",
    "65535",
    "65536",
    "99999999",
    "2147483647",
    "2147483648",
    "4294967295",
    "4294967296",
    "9223372036854775807",
    "18446744073709551615",
    "99999999999999999999",
    "1e308",
    "1e-308",
    "nan",
    "inf",
    "-0",
    "0.0000001",
    "",
];

/// Damages bytes in one way.
pub fn mutate(bytes: &mut Vec<u8>, random: &mut Random) -> &'static str {
    let length = bytes.len();
    // Half of all places lie in the first kilobyte, where headers are.
    let within = if random.below(2) == 0 { length.min(1024) } else { length };
    let at = random.below(within);
    match random.below(9) {
        0 => {
            for _ in 0..=random.below(8) {
                let place = random.below(within);
                if let Some(byte) = bytes.get_mut(place) {
                    *byte ^= 1 << random.below(8);
                }
            }
            "bits"
        }
        1 => {
            bytes.truncate(at);
            "truncation"
        }
        2 => {
            let end = length.min(at + 1 + random.below(64));
            bytes[at..end].fill(*random.pick(&[0x00, 0xFF, 0x7F, 0x80, b' ', b'9', b'\n']));
            "fill"
        }
        3 => {
            let end = length.min(at + random.below(200));
            bytes.drain(at..end);
            "removal"
        }
        4 => {
            let end = length.min(at + random.below(200));
            let piece = bytes[at..end].to_vec();
            let to = random.below(length + 1);
            bytes.splice(to..to, piece);
            "repetition"
        }
        5 => {
            let end = length.min(at + random.below(500));
            let piece = bytes[at..end].to_vec();
            let to = random.below(length.saturating_sub(piece.len()) + 1);
            bytes[to..to + piece.len()].copy_from_slice(&piece);
            "splice"
        }
        6 | 7 => {
            // A number of a text: found from a random place on, replaced within its width or beyond.
            let Some(from) = bytes[at..].iter().position(u8::is_ascii_digit).map(|offset| at + offset) else {
                return "nothing";
            };
            let digits = bytes[from..].iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'.').count();
            let mut value = random.pick(&EXTREMES).as_bytes().to_vec();
            if random.below(2) == 0 {
                value.resize(digits, b' ');
            }
            bytes.splice(from..from + digits, value);
            "number"
        }
        _ => {
            let value = *random.pick(&[
                0_u64,
                1,
                0x7F,
                0xFF,
                0x7FFF,
                0x8000,
                0xFFFF,
                0x7FFF_FFFF,
                0x8000_0000,
                0xFFFF_FFFF,
                u64::MAX / 2,
                u64::MAX,
            ]);
            let width = *random.pick(&[1, 2, 4, 8]);
            let mut field = value.to_le_bytes()[..width].to_vec();
            if random.below(3) == 0 {
                field.reverse();
            }
            for (place, byte) in bytes.iter_mut().skip(at).zip(field) {
                *place = byte;
            }
            "field"
        }
    }
}
