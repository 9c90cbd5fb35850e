//! XLI, the compression of Philips: LZW over the bytes of second differences, one chunk a lead.
//!
//! A chunk has a header of eight bytes (its size without the header, 32 bits; two bytes of unknown meaning; a start
//! value, 16 bits, all little-endian) and then codes of ten bits, the most significant bit first. Codes 0 to 255 are
//! bytes; each code after the first enters a new string from 256 up to 1022, after which no more are entered; there is
//! no code that clears them.
//!
//! The first half of the bytes are the upper bytes of the values, the second half the lower ones. A value `d[i]`
//! becomes a sample by `2 * s[i-1] - s[i-2] - (d[i-1] - 64)`, where the first two samples stand as they are and the
//! start value takes the place of the first `d[i-1] - 64`; all in 16 bits, in which what overflowed while compressing
//! comes back.

/// Ten bits a code.
const BITS: u32 = 10;
/// Strings are entered below this.
const STRINGS: usize = 1023;

/// One chunk: its start value and its codes.
#[derive(Debug)]
pub(super) struct Chunk<'a> {
    start: i16,
    codes: &'a [u8],
}

/// Takes one chunk from the front of `bytes`; none where no whole one is there.
pub(super) fn chunk<'a>(bytes: &mut &'a [u8]) -> Option<Chunk<'a>> {
    let (header, rest) = bytes.split_first_chunk::<8>()?;
    let [a, b, c, d, _, _, low, high] = *header;
    let size = usize::try_from(i32::from_le_bytes([a, b, c, d])).ok()?;
    let (codes, rest) = rest.split_at_checked(size)?;
    *bytes = rest;
    Some(Chunk { start: i16::from_le_bytes([low, high]), codes })
}

/// Strings that were seen, each as the string it continues and the byte that it adds.
struct Strings {
    before: [u16; STRINGS],
    last: [u8; STRINGS],
    length: [u16; STRINGS],
    next: usize,
}

impl Strings {
    fn new() -> Strings {
        let mut strings = Strings { before: [0; STRINGS], last: [0; STRINGS], length: [1; STRINGS], next: 256 };
        for (byte, last) in (0..=u8::MAX).zip(&mut strings.last) {
            *last = byte;
        }
        strings
    }

    fn length(&self, code: u16) -> usize {
        usize::from(self.length.get(usize::from(code)).copied().unwrap_or(0))
    }

    /// Enters the string of `before` and one byte more.
    fn enter(&mut self, before: u16, byte: u8) {
        let at = self.next;
        let length = self.length.get(usize::from(before)).copied().unwrap_or(0).saturating_add(1);
        if let (Some(to), Some(last), Some(own)) =
            (self.before.get_mut(at), self.last.get_mut(at), self.length.get_mut(at))
        {
            (*to, *last, *own) = (before, byte, length);
            self.next = at.saturating_add(1);
        }
    }

    /// Writes the string of `code` into `into`, which is as long as it is; gives its first byte.
    fn write(&self, code: u16, into: &mut [u8]) -> u8 {
        let mut code = usize::from(code);
        let mut first = 0;
        for to in into.iter_mut().rev() {
            first = self.last.get(code).copied().unwrap_or(0);
            *to = first;
            code = usize::from(self.before.get(code).copied().unwrap_or(0));
        }
        first
    }
}

/// The bytes of a chunk, no more than `most`; none where its codes break the rules or ask for more.
pub(super) fn expand(codes: &[u8], most: usize, bytes: &mut Vec<u8>) -> Option<()> {
    bytes.clear();
    let mut strings = Strings::new();
    let mut before: Option<u16> = None;
    let (mut held, mut count) = (0_u32, 0_u32);
    for &byte in codes {
        held = held << 8 | u32::from(byte);
        count = count.saturating_add(8);
        if count < BITS {
            continue;
        }
        count = count.saturating_sub(BITS);
        let code = u16::try_from(held.checked_shr(count)? & 0x3FF).ok()?;
        if usize::from(code) >= STRINGS {
            break;
        }
        let from = bytes.len();
        let known = usize::from(code) < strings.next;
        // A code that is about to be entered is the string before it and its own first byte again.
        let string = if known { code } else { before.filter(|_| usize::from(code) == strings.next)? };
        let length = strings.length(string).saturating_add(usize::from(!known));
        let to = from.checked_add(length).filter(|&to| to <= most)?;
        bytes.resize(to, 0);
        let first = strings.write(string, bytes.get_mut(from..from.saturating_add(strings.length(string)))?);
        if !known {
            *bytes.last_mut()? = first;
        }
        if let Some(before) = before {
            strings.enter(before, first);
        }
        before = Some(code);
    }
    Some(())
}

/// Samples out of the bytes of second differences.
pub(super) fn samples(bytes: &[u8], start: i16, samples: &mut Vec<i16>) {
    let half = bytes.len().div_ceil(2);
    let (high, low) = bytes.split_at_checked(half).unwrap_or((bytes, &[]));
    // One byte is missing where their number is odd, and stands for zero.
    let low = low.iter().copied().chain(std::iter::repeat(0));
    let mut differences = high.iter().zip(low).map(|(&high, low)| i16::from_be_bytes([high, low]));
    let Some(mut x) = differences.next() else { return };
    samples.push(x);
    let Some(mut y) = differences.next() else { return };
    samples.push(y);
    let mut last = start;
    for difference in differences {
        let sample = y.wrapping_mul(2).wrapping_sub(x).wrapping_sub(last);
        last = difference.wrapping_sub(64);
        samples.push(sample);
        (x, y) = (y, sample);
    }
}

impl Chunk<'_> {
    /// Puts the chunk's bytes into `bytes`; false where it is broken or holds more than `most` samples.
    pub(super) fn expands(&self, most: usize, bytes: &mut Vec<u8>) -> bool {
        expand(self.codes, most.saturating_mul(2), bytes).is_some()
    }

    /// The samples out of those bytes.
    pub(super) fn samples(&self, bytes: &[u8], into: &mut Vec<i16>) {
        samples(bytes, self.start, into);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::HashMap;

    use super::*;

    /// The other way, as the devices must do it.
    pub(in super::super) fn compress(samples: &[i16], start: i16) -> Vec<u8> {
        // d[i] for i >= 2 appears in the next sample; the last one is free.
        let mut differences = samples.to_vec();
        for i in 2..samples.len() {
            differences[i] = match samples.get(i + 1) {
                Some(next) => {
                    samples[i].wrapping_mul(2).wrapping_sub(samples[i - 1]).wrapping_sub(*next).wrapping_add(64)
                }
                None => 7,
            };
        }
        let high = differences.iter().map(|d| d.to_be_bytes()[0]);
        let bytes: Vec<u8> = high.chain(differences.iter().map(|d| d.to_be_bytes()[1])).collect();
        let mut strings: HashMap<Vec<u8>, u16> = (0..=255_u8).map(|byte| (vec![byte], u16::from(byte))).collect();
        let mut codes = Vec::new();
        let mut string: Vec<u8> = Vec::new();
        for byte in bytes {
            let longer = [string.as_slice(), &[byte]].concat();
            if strings.contains_key(&longer) {
                string = longer;
                continue;
            }
            codes.push(strings[&string]);
            if strings.len() < STRINGS {
                strings.insert(longer, strings.len() as u16);
            }
            string = vec![byte];
        }
        codes.extend(strings.get(&string));
        let packed = pack(&codes);
        let size = (packed.len() as i32).to_le_bytes();
        [&size[..], &[1, 0], &start.to_le_bytes(), &packed].concat()
    }

    /// The value that the first difference after two samples is made of.
    pub(in super::super) fn start_of(samples: &[i16]) -> i16 {
        match samples {
            [x, y, z, ..] => y.wrapping_mul(2).wrapping_sub(*x).wrapping_sub(*z),
            _ => 0,
        }
    }

    fn pack(codes: &[u16]) -> Vec<u8> {
        let bits: Vec<u8> =
            codes.iter().flat_map(|code| (0..10).rev().map(move |bit| (code >> bit & 1) as u8)).collect();
        bits.chunks(8).map(|byte| byte.iter().enumerate().fold(0, |all, (bit, one)| all | one << (7 - bit))).collect()
    }

    #[test]
    fn what_was_compressed_comes_back_with_a_full_table_and_at_the_edges_of_16_bits() {
        let noise = |i: i32| ((i.wrapping_mul(1_103_515_245) >> 7) % 900) as i16;
        for samples in [
            (0..6000).map(noise).collect::<Vec<i16>>(),
            vec![0; 3000],
            [i16::MIN, i16::MAX].repeat(50),
            vec![5, 6, 7],
            vec![5, 6],
            vec![-5],
        ] {
            let packed = compress(&samples, start_of(&samples));
            let mut rest = packed.as_slice();
            let chunk = chunk(&mut rest).unwrap();
            let (mut bytes, mut own) = (Vec::new(), Vec::new());
            assert!(chunk.expands(samples.len() + 1, &mut bytes));
            chunk.samples(&bytes, &mut own);
            // Ten bits do not end with a byte: at most one code of zeros may follow.
            assert!(rest.is_empty() && own[..samples.len()] == samples[..], "{} of {}", own.len(), samples.len());
        }
    }

    #[test]
    fn a_string_that_is_entered_while_it_is_used_is_known() {
        let mut bytes = Vec::new();
        expand(&pack(&[7, 256, 257, 1023, 9]), 100, &mut bytes).unwrap();
        assert_eq!(bytes, [7; 6]);
    }

    #[test]
    fn a_code_of_nothing_and_more_than_is_needed_are_refused() {
        let mut bytes = Vec::new();
        assert!(expand(&pack(&[300]), 100, &mut bytes).is_none());
        assert!(expand(&pack(&[7, 258]), 100, &mut bytes).is_none());
        assert!(expand(&pack(&[7, 256, 257]), 5, &mut bytes).is_none());
        let bomb: Vec<u16> = (255..1023).collect();
        let bomb = pack(&[&[0_u16][..], &bomb[1..], &vec![1022; 50_000]].concat());
        assert!(expand(&bomb, 1 << 20, &mut bytes).is_none() && bytes.capacity() <= 4 << 20);
    }

    #[test]
    fn a_chunk_that_is_longer_than_what_is_there_is_none() {
        for size in [-1_i32, 3, i32::MAX] {
            let bytes = [&size.to_le_bytes()[..], &[0; 4], &[1, 2]].concat();
            assert!(chunk(&mut bytes.as_slice()).is_none(), "{size}");
        }
        assert!(chunk(&mut &[0_u8; 7][..]).is_none());
    }
}
