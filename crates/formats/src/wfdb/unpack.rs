//! From the packed bytes of a signal file to one list of counts a signal.
//!
//! The samples of a file's signals lie frame by frame. A block of the stream is unpacked at a time and dealt out to the
//! signals while it is in the processor's nearest memory; nothing is ever held twice.

use ecg::Counts;

use super::storage::StorageFormat::{self, F8, F16, F24, F32, F61, F80, F160, F212, F310, F311, F508, F516, F524};
use crate::Error;
use crate::limits::reserve;

/// Samples of a block: small enough for the nearest memory, and whole packs of every format (of 1, 2 or 3 samples).
const BLOCK: usize = 6 * 1365;

/// Unpacks `frames` frames, each of `per_frame[signal]` samples for one signal after the other; the caller has seen that
/// the bytes hold them. Gives one list a signal, narrow for formats of up to 16 bits; the formats that hold FLAC give none.
pub(super) fn unpack(
    file: &str,
    format: StorageFormat,
    bytes: &[u8],
    frames: u64,
    per_frame: &[u32],
    initial: &[i32],
) -> Result<Vec<Counts>, Error> {
    let deal = Deal { file, frames, per_frame: per_frame.iter().map(|count| to_size(u64::from(*count))).collect() };
    match format {
        F16 => deal.counts(bytes, |pair| [i16::from_le_bytes(pair)]).map(narrow),
        F61 => deal.counts(bytes, |pair| [i16::from_be_bytes(pair)]).map(narrow),
        F160 => deal.counts(bytes, |pair| [(u16::from_le_bytes(pair) ^ 0x8000).cast_signed()]).map(narrow),
        F80 => deal.counts(bytes, |[byte]: [u8; 1]| [i16::from((byte ^ 0x80).cast_signed())]).map(narrow),
        F212 => deal.counts(bytes, pair_212).map(narrow),
        F310 => deal.counts(bytes, triple_310).map(narrow),
        F311 => deal.counts(bytes, triple_311).map(narrow),
        F24 => {
            let sample = |[low, middle, high]: [u8; 3]| [i32::from_le_bytes([0, low, middle, high]) >> 8];
            deal.counts(bytes, sample).map(wide)
        }
        F32 => deal.counts(bytes, |word| [i32::from_le_bytes(word)]).map(wide),
        F8 => {
            let mut differences = deal.counts(bytes, |[byte]: [u8; 1]| [i16::from(byte.cast_signed())])?;
            if differences.iter_mut().zip(initial).all(|(signal, initial)| sums(signal, *initial)) {
                return Ok(narrow(differences));
            }
            drop(differences);
            let mut differences = deal.counts(bytes, |[byte]: [u8; 1]| [i32::from(byte.cast_signed())])?;
            for (signal, initial) in differences.iter_mut().zip(initial) {
                let mut sum = *initial;
                for sample in signal {
                    sum = sum.wrapping_add(*sample);
                    *sample = sum;
                }
            }
            Ok(wide(differences))
        }
        F508 | F516 | F524 => Ok(Vec::new()),
    }
}

fn narrow(lists: Vec<Vec<i16>>) -> Vec<Counts> {
    lists.into_iter().map(Counts::Narrow).collect()
}

fn wide(lists: Vec<Vec<i32>>) -> Vec<Counts> {
    lists.into_iter().map(Counts::Wide).collect()
}

fn to_size(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

/// Turns differences into their running sums; false where a sum does not fit.
fn sums(signal: &mut [i16], initial: i32) -> bool {
    let mut sum = initial;
    for sample in signal {
        sum = sum.wrapping_add(i32::from(*sample));
        let Ok(fits) = i16::try_from(sum) else { return false };
        *sample = fits;
    }
    true
}

/// How the samples of a file are dealt out to its signals.
struct Deal<'f> {
    file: &'f str,
    frames: u64,
    per_frame: Vec<usize>,
}

impl Deal<'_> {
    /// One list a signal from packs of `B` bytes with `S` samples each.
    fn counts<T: Copy + Default, const B: usize, const S: usize>(
        &self,
        bytes: &[u8],
        unpack: impl Fn([u8; B]) -> [T; S],
    ) -> Result<Vec<Vec<T>>, Error> {
        let mut lists: Vec<Vec<T>> = Vec::new();
        for count in &self.per_frame {
            lists.push(reserve(self.file, self.frames.saturating_mul(*count as u64))?);
        }
        let frame = self.per_frame.iter().fold(0usize, |sum, count| sum.saturating_add(*count));
        let samples = to_size(self.frames.saturating_mul(frame as u64));
        if frame == 0 || samples == 0 {
            return Ok(lists);
        }
        if let ([list], true) = (lists.as_mut_slice(), BLOCK > frame) {
            // One signal: the stream is the list.
            blocks(bytes, samples, BLOCK, unpack, |block| list.extend_from_slice(block));
        } else if frame <= BLOCK / 6 {
            let packs = frame.saturating_mul(6);
            let block = packs.saturating_mul(BLOCK.checked_div(packs).unwrap_or(1).max(1));
            blocks(bytes, samples, block, unpack, |block| self.deal_frames(block, frame, &mut lists));
        } else {
            let mut place = (0, 0);
            blocks(bytes, samples, BLOCK, unpack, |block| self.deal_runs(block, &mut place, &mut lists));
        }
        Ok(lists)
    }

    /// Deals whole frames.
    fn deal_frames<T: Copy + Default>(&self, block: &[T], frame: usize, lists: &mut [Vec<T>]) {
        // Numbers of leads that occur often have a loop of their own, in which the distance of two samples is known.
        if lists.len() == frame {
            match frame {
                2 => return deal_pairs(block, lists),
                3 => return deal_constant::<T, 3>(block, lists),
                8 => return deal_constant::<T, 8>(block, lists),
                12 => return deal_constant::<T, 12>(block, lists),
                15 => return deal_constant::<T, 15>(block, lists),
                _ => {}
            }
        }
        let mut from = 0usize;
        for (list, count) in lists.iter_mut().zip(&self.per_frame) {
            let to = from.saturating_add(*count);
            if *count == 1 {
                list.extend(block.chunks_exact(frame).map(|frame| frame.get(from).copied().unwrap_or_default()));
            } else {
                for frame in block.chunks_exact(frame) {
                    list.extend_from_slice(frame.get(from..to).unwrap_or_default());
                }
            }
            from = to;
        }
    }

    /// Deals a part of a frame that is longer than a block; `place` is the signal that is next and how much it has had.
    fn deal_runs<T: Copy>(&self, block: &[T], place: &mut (usize, usize), lists: &mut [Vec<T>]) {
        let mut rest = block;
        while !rest.is_empty() {
            let (signal, taken) = *place;
            let (Some(list), Some(count)) = (lists.get_mut(signal), self.per_frame.get(signal)) else {
                *place = (0, 0);
                continue;
            };
            let wanted = count.saturating_sub(taken).min(rest.len());
            let (here, after) = rest.split_at_checked(wanted).unwrap_or((rest, &[]));
            list.extend_from_slice(here);
            rest = after;
            let taken = taken.saturating_add(wanted);
            *place = if taken >= *count { (signal.saturating_add(1), 0) } else { (signal, taken) };
        }
    }
}

/// Deals frames of two samples: both places are constants, so that many samples are taken at a time.
fn deal_pairs<T: Copy>(block: &[T], lists: &mut [Vec<T>]) {
    let (frames, _) = block.as_chunks::<2>();
    if let [one, other] = lists {
        one.extend(frames.iter().map(|[first, _]| *first));
        other.extend(frames.iter().map(|[_, second]| *second));
    }
}

/// Deals frames of `N` samples, one for each list.
fn deal_constant<T: Copy + Default, const N: usize>(block: &[T], lists: &mut [Vec<T>]) {
    let (frames, _) = block.as_chunks::<N>();
    for (lead, list) in lists.iter_mut().enumerate() {
        list.extend(frames.iter().map(|frame| frame.get(lead).copied().unwrap_or_default()));
    }
}

/// Unpacks `samples` samples, `block` of them (a multiple of `S`) at a time. Bytes that a last pack lacks count as 0.
fn blocks<T: Copy + Default, const B: usize, const S: usize>(
    bytes: &[u8],
    samples: usize,
    block: usize,
    unpack: impl Fn([u8; B]) -> [T; S],
    mut sink: impl FnMut(&[T]),
) {
    let mut unpacked = vec![T::default(); block];
    let block_bytes = block.checked_div(S).unwrap_or(0).saturating_mul(B);
    let (mut rest, mut left) = (bytes, samples);
    while left > 0 {
        let (here, after) = rest.split_at_checked(block_bytes).unwrap_or((rest, &[]));
        let (packs, tail) = here.as_chunks::<B>();
        let (places, _) = unpacked.as_chunks_mut::<S>();
        for (place, pack) in places.iter_mut().zip(packs) {
            *place = unpack(*pack);
        }
        if let (Some(place), false) = (places.get_mut(packs.len()), tail.is_empty()) {
            let mut last = [0; B];
            last.iter_mut().zip(tail).for_each(|(to, from)| *to = *from);
            *place = unpack(last);
        }
        let here = left.min(block);
        sink(unpacked.get(..here).unwrap_or_default());
        rest = after;
        left = left.saturating_sub(here);
    }
}

/// The lowest `bits` bits as a signed number.
fn signed(value: u16, bits: u32) -> i16 {
    let shift = 16u32.saturating_sub(bits);
    value.wrapping_shl(shift).cast_signed().wrapping_shr(shift)
}

/// Format 212: the second byte holds the high bits of both samples.
fn pair_212([a, b, c]: [u8; 3]) -> [i16; 2] {
    let (a, b, c) = (u16::from(a), u16::from(b), u16::from(c));
    [signed(a | b << 8, 12), signed(c | (b & 0xf0) << 4, 12)]
}

/// Format 310: two words; each has a sample in bits 1 to 10, their high five bits make the third.
fn triple_310([a, b, c, d]: [u8; 4]) -> [i16; 3] {
    let (first, second) = (u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d]));
    [signed(first >> 1, 10), signed(second >> 1, 10), signed(first >> 11 | (second >> 11) << 5, 10)]
}

/// Format 311: one word with three samples from the lowest bit on.
fn triple_311([a, b, c, d]: [u8; 4]) -> [i16; 3] {
    let (first, middle, last) = (u16::from_le_bytes([a, b]), u16::from_le_bytes([b, c]), u16::from_le_bytes([c, d]));
    [signed(first, 10), signed(middle >> 2, 10), signed(last >> 4, 10)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(format: StorageFormat, bytes: &[u8]) -> Vec<i32> {
        let samples = format.samples_in(bytes.len() as u64);
        let counts = unpack("a", format, bytes, samples, &[1], &[0]).unwrap().remove(0);
        assert_eq!(matches!(counts, Counts::Narrow(_)), format.bits() <= 16, "{format:?}");
        counts.to_vec()
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
        // The lowest and the highest of ten bits in each of the three places.
        assert_eq!(one(F310, &[0xfe, 0x03, 0xfe, 0x7b]), [511, 511, 0x1e0]);
        assert_eq!(one(F310, &[0x00, 0x04, 0x00, 0x84]), [-512, -512, -512]);
        assert_eq!(one(F311, &[0xff, 0x01, 0xf8, 0x1f]), [511, -512, 511]);
        assert_eq!(one(F311, &[0x00, 0xfe, 0x07, 0x20]), [-512, 511, -512]);
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
        let out = unpack("a", F80, &[129, 130, 131, 132, 133, 134, 135], 2, &[2, 1], &[0, 0]).unwrap();
        assert_eq!(out, [Counts::from(vec![1i16, 2, 4, 5]), Counts::from(vec![3i16, 6])]);
    }

    #[test]
    fn blocks_and_long_frames_give_what_a_plain_loop_gives() {
        let bytes: Vec<u8> = (0..120_000u32).map(|place| (place.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        for format in [F8, F16, F24, F32, F61, F80, F160, F212, F310, F311] {
            let stream = one(if format == F8 { F80 } else { format }, &bytes);
            for per_frame in [&[1u32, 1, 1][..], &[1; 2], &[1; 12], &[1; 7], &[4, 1, 2], &[1, 5000], &[9000, 1, 8200]] {
                let frame: usize = per_frame.iter().map(|count| *count as usize).sum();
                let frames = stream.len() / frame;
                let out = unpack("a", format, &bytes, frames as u64, per_frame, &[7; 12]).unwrap();
                let mut expected = vec![Vec::new(); per_frame.len()];
                for whole in stream.chunks_exact(frame) {
                    let mut from = 0;
                    for (list, count) in expected.iter_mut().zip(per_frame) {
                        list.extend_from_slice(&whole[from..from + *count as usize]);
                        from += *count as usize;
                    }
                }
                for (list, mut expected) in out.iter().zip(expected) {
                    if format == F8 {
                        let mut sum = 7;
                        for value in &mut expected {
                            sum += i32::from((*value + 128) as u8 as i8);
                            *value = sum;
                        }
                    }
                    assert_eq!(list.to_vec(), expected, "{format:?} {per_frame:?}");
                }
            }
        }
    }

    #[test]
    fn differences_whose_sums_need_more_than_16_bits_are_kept_wide() {
        let out = unpack("a", F8, &[1, 2], 2, &[1], &[32_765]).unwrap();
        assert_eq!(out, [Counts::from(vec![32_766, 32_768])]);
        assert!(matches!(out[0], Counts::Wide(_)));
    }
}
