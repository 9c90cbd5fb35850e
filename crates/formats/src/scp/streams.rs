//! The common form of Sections 5 (reference beats) and 6 (rhythm).
//!
//! The amplitude of a count (nanovolts), the sample interval (microseconds), the order of the differences (0 to 2), a flag of
//! bimodal compression (Section 6, before version 3), for each lead the length of its stream (bytes), then the streams. A
//! stream is Huffman coded where there is a Section 2, else it holds 16 bits a value. Differences of order 1 begin with the first
//! sample, those of order 2 with the first two: `x[n] = d[n] + 2 x[n-1] - x[n-2]`; sums wrap at 16 bits as writers' do.

use super::huffman::{End, Tables};
use super::sections::Section;
use crate::cursor::Cursor;
use crate::limits::reserve;
use crate::memory::Memory;
use crate::{Error, InputFile, samples};

/// What stands before the streams.
#[derive(Clone, Debug)]
pub(super) struct Streams<'a> {
    /// Nanovolts of a count.
    pub(super) amplitude: u16,
    /// Microseconds from sample to sample.
    pub(super) interval: u16,
    /// Order of the differences.
    order: u8,
    /// The flag of bimodal compression.
    pub(super) bimodal: bool,
    /// One stream a lead.
    of_leads: Vec<Stream<'a>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Stream<'a> {
    bytes: &'a [u8],
    /// False where the section ends before the stream does.
    whole: bool,
}

/// One lead's counts as they were before coding.
#[derive(Clone, Debug)]
pub(super) struct Decoded {
    pub(super) counts: Vec<i16>,
    /// What is wrong with the stream beyond a wrong number of samples.
    pub(super) broken: bool,
}

impl<'a> Streams<'a> {
    /// Reads what stands before the streams of `leads` leads, and finds the streams.
    pub(super) fn read(file: &InputFile<'a>, section: &Section<'a>, leads: usize) -> Result<Streams<'a>, Error> {
        let mut cursor = section.cursor(file)?;
        let amplitude = cursor.u16_le()?;
        let interval = cursor.u16_le()?;
        let place = cursor.place();
        let order = cursor.u8()?;
        if order > 2 {
            return Err(Error::unsupported(
                file.name,
                place,
                format!("differences of order {order}"),
                "order 0, 1 or 2",
            ));
        }
        let bimodal = cursor.u8()? != 0;
        let mut lengths = Vec::new();
        for _ in 0..leads {
            lengths.push(usize::from(cursor.u16_le()?));
        }
        let of_leads = lengths.into_iter().map(|length| take(&mut cursor, length)).collect();
        Ok(Streams { amplitude, interval, order, bimodal, of_leads })
    }

    /// Samples that a lead's stream can hold at most.
    pub(super) fn most(&self, lead: usize, tables: Option<&Tables>) -> u64 {
        let bytes = self.of_leads.get(lead).map_or(0, |stream| stream.bytes.len()) as u64;
        if tables.is_some() { bytes.saturating_mul(8) } else { bytes >> 1 }
    }

    /// Decodes one lead. Of a Huffman stream `expected` (least and most, none where unknown) samples are taken; one without
    /// Huffman codes gives all that it holds.
    pub(super) fn decode(
        &self,
        file: &InputFile,
        lead: usize,
        tables: Option<&Tables>,
        expected: Option<(u64, u64)>,
        memory: &mut Memory,
    ) -> Result<Decoded, Error> {
        let stream = self.of_leads.get(lead).copied().unwrap_or_default();
        let most = self.most(lead, tables);
        let Some(tables) = tables else {
            memory.take_values::<i16>(file.name, most)?;
            let mut counts = samples::i16_le(file.name, stream.bytes)?;
            undo(self.order, &mut counts);
            return Ok(Decoded { counts, broken: false });
        };
        let (least, wanted) = expected.unwrap_or((u64::MAX, most));
        let wanted = wanted.min(most);
        memory.take_values::<i16>(file.name, wanted)?;
        let mut counts: Vec<i16> = reserve(file.name, wanted)?;
        counts.resize(usize::try_from(wanted).unwrap_or_default(), 0);
        let end = tables.decode(stream.bytes, &mut counts);
        undo(self.order, &mut counts);
        // Zeros that fill the last bytes read as values where a zero bit is one. Only a known number of samples tells.
        let found = counts.len() as u64;
        let filled = stream.whole && end != End::Broken && tables.zeros_are_values();
        if filled && found < least {
            self.cut_filling(&mut counts, trailing_zeros(stream.bytes));
        } else if filled && found > least {
            let last = self.trailing(&counts, 1);
            let left = if let End::Enough { left } = end { left } else { 0 };
            let all_zeros = left.saturating_add(last as u64);
            if last == 1 && all_zeros <= trailing_zeros(stream.bytes).min(16) {
                counts.pop();
            }
        }
        Ok(Decoded { counts, broken: end == End::Broken })
    }

    /// Cuts values that are zeros at the end of a stream, at most 15.
    fn cut_filling(&self, counts: &mut Vec<i16>, zeros: u64) {
        let most = usize::try_from(zeros.min(15)).unwrap_or_default();
        let filling = self.trailing(counts, most);
        counts.truncate(counts.len().saturating_sub(filling));
    }

    /// How many of the last `most` samples have a difference of zero.
    fn trailing(&self, counts: &[i16], most: usize) -> usize {
        let back = |place: usize| counts.len().checked_sub(place).and_then(|at| counts.get(at)).copied();
        let zero = |place: &usize| {
            let after = |more: usize| back(place.saturating_add(more)).unwrap_or_default();
            let rise = match self.order {
                0 => 0,
                1 => after(1),
                _ => after(1).wrapping_mul(2).wrapping_sub(after(2)),
            };
            back(*place) == Some(rise)
        };
        (1..=most).take_while(zero).count()
    }
}

/// The next `length` bytes, or as many as there are.
fn take<'a>(cursor: &mut Cursor<'a>, length: usize) -> Stream<'a> {
    let there = length.min(cursor.remaining());
    Stream { bytes: cursor.take(there).unwrap_or_default(), whole: there == length }
}

/// Zero bits at the end.
fn trailing_zeros(bytes: &[u8]) -> u64 {
    let mut zeros = 0_u64;
    for byte in bytes.iter().rev() {
        zeros = zeros.saturating_add(u64::from(byte.trailing_zeros().min(8)));
        if *byte != 0 {
            break;
        }
    }
    zeros
}

/// Sums differences; those of order 2 after two samples that are stored as they are.
fn undo(order: u8, counts: &mut [i16]) {
    match (order, counts) {
        (1, counts) => {
            let mut sample = 0_i16;
            for count in counts {
                sample = sample.wrapping_add(*count);
                *count = sample;
            }
        }
        (2, [first, second, rest @ ..]) => {
            let (mut sample, mut slope) = (*second, second.wrapping_sub(*first));
            for count in rest {
                slope = slope.wrapping_add(*count);
                sample = sample.wrapping_add(slope);
                *count = sample;
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_summed_and_wrap_at_16_bits() {
        let sum = |order: u8, values: &[i16]| {
            let mut values = values.to_vec();
            undo(order, &mut values);
            values
        };
        assert_eq!(sum(0, &[5, -2]), [5, -2]);
        assert_eq!(sum(1, &[5, -2, 0, 4]), [5, 3, 3, 7]);
        assert_eq!(sum(2, &[5, 8, 1, -3]), [5, 8, 12, 13]);
        assert_eq!(sum(2, &[5]), [5]);
        assert_eq!(sum(1, &[32_767, 2]), [32_767, -32_767]);
        assert_eq!(sum(2, &[0, 30_000, 0]), [0, 30_000, -5_536]);
    }

    #[test]
    fn zero_bits_at_the_end_are_counted() {
        assert_eq!(trailing_zeros(&[1, 0b1010_0000, 0]), 13);
        assert_eq!(trailing_zeros(&[0, 0]), 16);
        assert_eq!(trailing_zeros(&[]), 0);
    }
}
