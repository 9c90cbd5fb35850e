//! One signal's counts with the ranges that are missing.

use ecg::Counts;

use super::memory::Budget;
use crate::Error;
use crate::limits::reserve;

/// Counts and what is missing of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Track {
    /// Counts, in the file's order.
    pub(super) counts: Counts,
    /// Half-open ranges without a value.
    pub(super) missing: Vec<(usize, usize)>,
}

/// A count in 16 bits; what does not fit becomes the nearest that does.
fn narrowed(count: i32) -> i16 {
    i16::try_from(count.clamp(i32::from(i16::MIN), i32::from(i16::MAX))).unwrap_or_default()
}

impl Track {
    /// The sum of the first `length` counts modulo 65536, as headers state it.
    pub(super) fn sum(&self, length: usize) -> u16 {
        match &self.counts {
            Counts::Narrow(counts) => {
                let counts = counts.get(..length).unwrap_or(counts);
                counts.iter().fold(0i16, |sum, count| sum.wrapping_add(*count)).cast_unsigned()
            }
            Counts::Wide(counts) => {
                let counts = counts.get(..length).unwrap_or(counts);
                let sum = counts.iter().fold(0i32, |sum, count| sum.wrapping_add(*count));
                let [low, high, ..] = sum.to_le_bytes();
                u16::from_le_bytes([low, high])
            }
        }
    }

    /// Takes away the first `length` counts.
    pub(super) fn remove_start(&mut self, length: usize) {
        let length = length.min(self.counts.len());
        match &mut self.counts {
            Counts::Narrow(counts) => drop(counts.drain(..length)),
            Counts::Wide(counts) => drop(counts.drain(..length)),
        }
    }

    /// Keeps at most `length` counts.
    pub(super) fn truncate(&mut self, length: usize) {
        match &mut self.counts {
            Counts::Narrow(counts) => counts.truncate(length),
            Counts::Wide(counts) => counts.truncate(length),
        }
    }

    /// Fills up to `length` samples with `fill`, marked as missing.
    pub(super) fn extend_missing(&mut self, length: usize, fill: i32) {
        let from = self.counts.len();
        if from < length {
            match &mut self.counts {
                Counts::Narrow(counts) => counts.resize(length, narrowed(fill)),
                Counts::Wide(counts) => counts.resize(length, fill),
            }
            match self.missing.last_mut() {
                Some((_, end)) if *end == from => *end = length,
                _ => self.missing.push((from, length)),
            }
        }
    }

    /// Puts another track behind this one, which then has room for `whole` samples in all. Takes the memory that a change to
    /// 32 bits or more ranges need.
    pub(super) fn append(&mut self, file: &str, part: &Track, whole: u64, budget: &mut Budget) -> Result<(), Error> {
        let more = (part.missing.len() as u64).saturating_mul(RANGE);
        budget.take(file, more, || format!("{} gaps", part.missing.len()))?;
        let from = self.counts.len();
        if let (Counts::Narrow(counts), Counts::Wide(_)) = (&self.counts, &part.counts) {
            budget.take(file, whole.saturating_mul(2), || format!("{whole} samples of 32 bits"))?;
            let mut wide: Vec<i32> = reserve(file, whole)?;
            wide.extend(counts.iter().map(|count| i32::from(*count)));
            self.counts = Counts::Wide(wide);
        }
        match (&mut self.counts, &part.counts) {
            (Counts::Narrow(counts), Counts::Narrow(more)) => counts.extend_from_slice(more),
            (Counts::Wide(counts), more) => counts.extend(more.iter()),
            (Counts::Narrow(_), Counts::Wide(_)) => {}
        }
        for (begin, end) in &part.missing {
            let (begin, end) = (begin.saturating_add(from), end.saturating_add(from));
            match self.missing.last_mut() {
                Some((_, last)) if *last == begin => *last = end,
                _ => self.missing.push((begin, end)),
            }
        }
        Ok(())
    }

    /// Bytes that this takes in memory.
    pub(super) fn bytes(&self) -> u64 {
        let each = if matches!(self.counts, Counts::Narrow(_)) { 2 } else { 4 };
        let ranges = (self.missing.len() as u64).saturating_mul(RANGE);
        (self.counts.len() as u64).saturating_mul(each).saturating_add(ranges)
    }
}

/// Bytes of a range.
const RANGE: u64 = size_of::<(usize, usize)>() as u64;

/// Runs of the count that stands for a missing sample. They are counted before they are kept: where every second sample is
/// missing, the ranges take eight times the memory of the samples, and a record of which that is too much is refused, since
/// neither a value that is absent nor a gap that is none may be given instead.
pub(super) fn missing_ranges(
    file: &str,
    counts: &Counts,
    code: i32,
    budget: &mut Budget,
) -> Result<Vec<(usize, usize)>, Error> {
    match counts {
        Counts::Narrow(counts) => ranges(file, counts, narrowed(code), budget),
        Counts::Wide(counts) => ranges(file, counts, code, budget),
    }
}

fn ranges<T: Copy + PartialEq>(
    file: &str,
    counts: &[T],
    code: T,
    budget: &mut Budget,
) -> Result<Vec<(usize, usize)>, Error> {
    const STRETCH: usize = 1024;
    // A stretch without the code is passed over at the speed of memory.
    let some = || {
        let stretches = counts.chunks(STRETCH).enumerate();
        stretches.filter(|(_, stretch)| stretch.iter().fold(0u16, |any, count| any | u16::from(*count == code)) > 0)
    };
    let mut runs = 0u64;
    for (number, stretch) in some() {
        let from = number.saturating_mul(STRETCH);
        let before = from.checked_sub(1).and_then(|last| counts.get(last)).is_some_and(|count| *count == code);
        let begins = stretch.first().is_some_and(|count| *count == code) && !before;
        let next = stretch.get(1..).unwrap_or_default();
        // At most half of a stretch: no overflow.
        let within = stretch.iter().zip(next).fold(0u16, |runs, (before, count)| {
            runs.wrapping_add(u16::from(*before != code) & u16::from(*count == code))
        });
        runs = runs.saturating_add(u64::from(begins)).saturating_add(u64::from(within));
    }
    budget.take(file, runs.saturating_mul(RANGE), || format!("{runs} gaps in a lead"))?;
    let mut ranges: Vec<(usize, usize)> = reserve(file, runs)?;
    for (number, stretch) in some() {
        let from = number.saturating_mul(STRETCH);
        for (position, _) in stretch.iter().enumerate().filter(|(_, count)| **count == code) {
            let position = position.saturating_add(from);
            let next = position.saturating_add(1);
            match ranges.last_mut() {
                Some((_, end)) if *end == position => *end = next,
                _ => ranges.push((position, next)),
            }
        }
    }
    Ok(ranges)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_the_missing_count_are_ranges_also_across_stretches() {
        let mut counts = vec![1i16; 10_000];
        counts[0] = -32768;
        counts[4090..4100].fill(-32768);
        counts[9_999] = -32768;
        let found = missing_ranges("a", &counts.into(), -32768, &mut Budget::new(None)).unwrap();
        assert_eq!(found, [(0, 1), (4090, 4100), (9_999, 10_000)]);
    }

    #[test]
    fn more_gaps_than_memory_are_refused_before_they_are_kept() {
        let counts: Vec<i16> = (0..9_000_000).map(|place| if place % 2 == 0 { -2048 } else { 5 }).collect();
        let counts = Counts::from(counts);
        let error = missing_ranges("a.hea", &counts, -2048, &mut Budget::new(None)).unwrap_err();
        assert!(error.to_string().contains("4500000 gaps in a lead"), "{error}");
    }

    #[test]
    fn a_narrow_track_becomes_wide_behind_which_a_wide_one_comes() {
        let mut track = Track { counts: vec![1i16, 2].into(), missing: vec![(1, 2)] };
        let part = Track { counts: vec![70_000i32, 4].into(), missing: vec![(0, 1)] };
        track.append("a", &part, 4, &mut Budget::new(None)).unwrap();
        assert_eq!((track.counts.to_vec(), track.missing), (vec![1, 2, 70_000, 4], vec![(1, 3)]));
    }
}
