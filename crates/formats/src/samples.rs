//! Bytes to counts: the layouts that most binary formats share.

use ecg::Counts;

use crate::limits::reserve;
use crate::{Error, Place};

/// Little-endian counts of 16 bits; a last odd byte is left out.
pub(crate) fn i16_le(file: &str, bytes: &[u8]) -> Result<Vec<i16>, Error> {
    let (samples, _) = bytes.as_chunks::<2>();
    let mut counts = reserve(file, samples.len() as u64)?;
    counts.extend(samples.iter().map(|&sample| i16::from_le_bytes(sample)));
    Ok(counts)
}

/// One list a lead from little-endian counts of 16 bits that lie frame by frame; a last part of a frame is left out.
pub(crate) fn interleaved_i16_le(file: &str, bytes: &[u8], leads: usize) -> Result<Vec<Vec<i16>>, Error> {
    // A stride that is known when the program is built is half as slow.
    match leads {
        2 => strided::<2>(file, bytes),
        3 => strided::<3>(file, bytes),
        8 => strided::<8>(file, bytes),
        12 => strided::<12>(file, bytes),
        _ => interleaved(file, bytes, leads, i16::from_le_bytes),
    }
}

/// [`interleaved`] for little-endian counts of 16 bits of so many leads.
fn strided<const LEADS: usize>(file: &str, bytes: &[u8]) -> Result<Vec<Vec<i16>>, Error> {
    let (frames, _) = bytes.as_chunks::<2>().0.as_chunks::<LEADS>();
    let mut counts: Vec<Vec<i16>> = Vec::new();
    for _ in 0..LEADS {
        counts.push(reserve(file, frames.len() as u64)?);
    }
    for block in frames.chunks(NEAREST.checked_div(LEADS.saturating_mul(2)).unwrap_or(1).max(1)) {
        for (lead, counts) in counts.iter_mut().enumerate() {
            // Each frame has every lead.
            counts.extend(block.iter().map(|frame| i16::from_le_bytes(frame.get(lead).copied().unwrap_or_default())));
        }
    }
    Ok(counts)
}

/// Bytes that stay in the processor's nearest memory while each lead takes its samples from them.
const NEAREST: usize = 8192;

/// One list a lead from samples of `N` bytes that lie frame by frame.
pub(crate) fn interleaved<T: Copy, const N: usize>(
    file: &str,
    bytes: &[u8],
    leads: usize,
    sample: impl Fn([u8; N]) -> T,
) -> Result<Vec<Vec<T>>, Error> {
    let Some(frame) = leads.checked_mul(N).filter(|frame| *frame > 0) else {
        return Err(Error::invalid(file, Place::Whole, "no leads", "at least one lead"));
    };
    let frames = bytes.len().checked_div(frame).unwrap_or(0);
    let mut counts: Vec<Vec<T>> = Vec::new();
    for _ in 0..leads {
        counts.push(reserve(file, frames as u64)?);
    }
    let block = frame.saturating_mul(NEAREST.checked_div(frame).unwrap_or(1).max(1));
    let whole = bytes.get(..frames.saturating_mul(frame)).unwrap_or_default();
    for block in whole.chunks(block) {
        let (samples, _) = block.as_chunks::<N>();
        for (lead, counts) in counts.iter_mut().enumerate() {
            counts.extend(samples.iter().skip(lead).step_by(leads).map(|&bytes| sample(bytes)));
        }
    }
    Ok(counts)
}

/// Runs of samples that `is_missing` says are, as half-open ranges.
pub(crate) fn missing(counts: &Counts, is_missing: impl Fn(i32) -> bool) -> Vec<(usize, usize)> {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for (position, _) in counts.iter().enumerate().filter(|(_, count)| is_missing(*count)) {
        let next = position.saturating_add(1);
        match ranges.last_mut() {
            Some((_, end)) if *end == position => *end = next,
            _ => ranges.push((position, next)),
        }
    }
    ranges
}

/// Gaps that the leads of one recording have together at most: a gap takes 16 bytes, where one of its samples takes 1 to 4.
pub(crate) const MOST_GAPS: u64 = 1 << 20;

/// Like [`missing`], for a mark that samples of the file carry: no more ranges than `left`, which goes down by them.
pub(crate) fn marked(
    file: &str,
    samples: impl Iterator<Item = bool> + Clone,
    left: &mut u64,
) -> Result<Vec<(usize, usize)>, Error> {
    // Most leads have none, which is told at once.
    if !samples.clone().fold(false, |any, is_missing| any | is_missing) {
        return Ok(Vec::new());
    }
    let mut before = false;
    let mut ranges = 0_u64;
    for is_missing in samples.clone() {
        ranges = ranges.saturating_add(u64::from(is_missing && !before));
        before = is_missing;
    }
    let Some(rest) = left.checked_sub(ranges) else {
        return Err(Error::limit(file, Place::Whole, "more gaps between samples", MOST_GAPS));
    };
    *left = rest;
    let mut found: Vec<(usize, usize)> = reserve(file, ranges)?;
    for (position, _) in samples.enumerate().filter(|(_, is_missing)| *is_missing) {
        let next = position.saturating_add(1);
        match found.last_mut() {
            Some((_, end)) if *end == position => *end = next,
            _ => found.push((position, next)),
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_dealt_out_to_leads() {
        let bytes: Vec<u8> = (0..10_001_i16).flat_map(i16::to_le_bytes).collect();
        let leads = interleaved_i16_le("a", &bytes, 3).unwrap();
        assert_eq!(leads.iter().map(Vec::len).collect::<Vec<_>>(), [3333; 3]);
        assert_eq!((leads[0][3332], leads[2][0], leads[2][3332]), (9996, 2, 9998));
        assert!(interleaved_i16_le("a", &bytes, 0).is_err());
        for leads in 1..14 {
            let dealt = interleaved_i16_le("a", &bytes, leads).unwrap();
            assert_eq!(dealt, interleaved("a", &bytes, leads, i16::from_le_bytes).unwrap(), "{leads}");
        }
    }

    #[test]
    fn runs_of_missing_samples_are_ranges() {
        let counts = Counts::from(vec![9_i16, 9, 1, 9, 2]);
        assert_eq!(missing(&counts, |count| count == 9), [(0, 2), (3, 4)]);
    }

    #[test]
    fn marked_samples_are_ranges_and_no_more_than_allowed() {
        let samples = [9, 9, 1, 9, 2];
        let marks = || samples.iter().map(|sample| *sample == 9);
        let mut left = 3;
        assert_eq!(marked("a", marks(), &mut left).unwrap(), [(0, 2), (3, 4)]);
        assert_eq!(left, 1);
        assert!(matches!(marked("a", marks(), &mut left), Err(Error::Limit { .. })));
    }
}
