//! What compression took out of the rhythm: samples between protected zones (bimodal), and reference beats.

use super::beats::{Beats, Qrs};
use super::leads::LeadDefinition;
use crate::limits::reserve;
use crate::{Error, InputFile};

/// The runs of samples that a lead's stream holds at full rate and at the lower one, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Zones {
    /// Samples of each run, and whether it is protected.
    runs: Vec<(u64, bool)>,
    /// Samples of the recording for each stored sample outside protected zones.
    factor: u64,
}

impl Zones {
    /// The runs of a lead of `samples` samples.
    pub(super) fn new(lead: &LeadDefinition, samples: u64, beats: &Beats, factor: u64) -> Zones {
        let mut protected: Vec<(u64, u64)> = Vec::new();
        let first = u64::from(lead.before()).saturating_add(1);
        for (from, to) in &beats.protected {
            let from = u64::from(*from).max(first).saturating_sub(first);
            let to = u64::from(*to).saturating_add(1).saturating_sub(first).min(samples);
            if from < to {
                protected.push((from, to));
            }
        }
        protected.sort_unstable();
        let mut runs = Vec::new();
        let mut end = 0;
        for (from, to) in protected {
            let from = from.max(end);
            if from < to {
                runs.push((from.saturating_sub(end), false));
                runs.push((to.saturating_sub(from), true));
                end = to;
            }
        }
        runs.push((samples.saturating_sub(end), false));
        runs.retain(|(length, _)| *length > 0);
        Zones { runs, factor: factor.max(1) }
    }

    /// Samples that the stream holds.
    pub(super) fn stored(&self) -> u64 {
        self.runs.iter().map(|run| self.stored_of(*run)).fold(0, u64::saturating_add)
    }

    fn stored_of(&self, (length, protected): (u64, bool)) -> u64 {
        if protected { length } else { length.div_ceil(self.factor) }
    }

    /// All samples of a lead from those of its stream, as far as they go.
    ///
    /// A stored sample outside the zones is the mean of as many as the factor says. It stands for the middle of them: from one middle to
    /// the next the value goes straight, before the first and after the last it stays.
    pub(super) fn expand(&self, file: &InputFile, stored: &[i16]) -> Result<Vec<i16>, Error> {
        let mut left = stored;
        let mut count = 0_u64;
        for run in &self.runs {
            let whole = self.stored_of(*run);
            let there = (left.len() as u64).min(whole);
            let samples =
                if there == whole { run.0 } else { there.saturating_mul(if run.1 { 1 } else { self.factor }) };
            count = count.saturating_add(samples.min(run.0));
            left = left.get(usize::try_from(there).unwrap_or_default()..).unwrap_or_default();
        }
        let mut samples: Vec<i16> = reserve(file.name, count)?;
        let mut left = stored;
        for run in &self.runs {
            let (mine, rest) =
                left.split_at(left.len().min(usize::try_from(self.stored_of(*run)).unwrap_or(usize::MAX)));
            left = rest;
            if run.1 {
                samples.extend_from_slice(mine);
            } else {
                self.spread(mine, run.0, &mut samples);
            }
        }
        Ok(samples)
    }

    /// `length` samples, or as many as they stand for, from the means of a run.
    fn spread(&self, means: &[i16], length: u64, samples: &mut Vec<i16>) {
        let factor = self.factor;
        let half = factor >> 1;
        let mut left = length;
        let mut push = |count: u64, value: &dyn Fn(u64) -> i16| {
            let count = count.min(left);
            left = left.saturating_sub(count);
            samples.extend((0..count).map(value));
        };
        let Some(first) = means.first() else { return };
        push(half, &|_| *first);
        for [one, next] in means.array_windows::<2>() {
            push(factor, &|step| between(*one, *next, step, factor));
        }
        if let Some(last) = means.last() {
            push(factor.saturating_sub(half), &|_| *last);
        }
    }
}

/// The value `step` parts of `of` from one to the next, rounded.
fn between(one: i16, next: i16, step: u64, of: u64) -> i16 {
    let (one, next) = (i64::from(one), i64::from(next));
    let (step, of) = (i64::try_from(step).unwrap_or_default(), i64::try_from(of).unwrap_or(1).max(1));
    let sum = one.saturating_mul(of.saturating_sub(step)).saturating_add(next.saturating_mul(step));
    let rounded = sum.saturating_add(of >> 1).checked_div_euclid(of).unwrap_or(one);
    i16::try_from(rounded).unwrap_or_default()
}

/// Adds the reference beat to what is left of the complexes of its type.
///
/// Both are multiplied to counts of a common size (`factors`: of the rhythm, of the beat). The beat lies so that its fiducial point
/// meets the complex's; only the samples of the complex's subtraction are touched. Zones do not overlap in a sound file: together
/// they may take four times the lead's samples, what is more is left out. Returns false then.
pub(super) fn add_beats(counts: &mut [i32], beat: &[i16], lead: &LeadDefinition, beats: &Beats, factor: i32) -> bool {
    let mut allowed = (counts.len() as u64).saturating_mul(4);
    let length = counts.len() as u64;
    for complex in beats.complexes.iter().filter(|complex| complex.kind == 0) {
        let Some((first, count, of_beat)) = overlap(complex, lead, beats.fiducial, length, beat.len() as u64) else {
            continue;
        };
        match allowed.checked_sub(count) {
            Some(left) => allowed = left,
            None => return false,
        }
        let place = |position: u64| usize::try_from(position).unwrap_or(usize::MAX);
        let end = first.saturating_add(count);
        let Some(touched) = counts.get_mut(place(first)..place(end)) else { continue };
        let template = beat.get(place(of_beat)..).unwrap_or_default();
        for (count, template) in touched.iter_mut().zip(template) {
            *count = count.wrapping_add(i32::from(*template).wrapping_mul(factor));
        }
    }
    true
}

/// First sample of the lead that a complex's subtraction touches, how many, and the sample of the beat that meets the first.
fn overlap(complex: &Qrs, lead: &LeadDefinition, fiducial: u16, length: u64, beat: u64) -> Option<(u64, u64, u64)> {
    let lead_first = i64::from(lead.before()).saturating_add(1);
    // The beat's first sample has this number in the recording.
    let beat_first = i64::from(complex.fiducial).saturating_sub(i64::from(fiducial)).saturating_add(1);
    let length = i64::try_from(length).ok()?;
    let beat = i64::try_from(beat).ok()?;
    let first = i64::from(complex.first).max(lead_first).max(beat_first);
    let end = i64::from(complex.last).saturating_add(1);
    let end = end.min(lead_first.saturating_add(length)).min(beat_first.saturating_add(beat));
    let count = u64::try_from(end.saturating_sub(first)).ok().filter(|count| *count > 0)?;
    let from = |start: i64| u64::try_from(first.saturating_sub(start)).ok();
    Some((from(lead_first)?, count, from(beat_first)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAD: LeadDefinition = LeadDefinition { first: 1, last: 20, code: 1 };

    fn file() -> InputFile<'static> {
        InputFile { name: "a.scp", bytes: b"" }
    }

    fn protected(zones: &[(u32, u32)]) -> Beats {
        Beats { protected: zones.to_vec(), ..Beats::default() }
    }

    #[test]
    fn means_outside_zones_go_straight_from_middle_to_middle() {
        let zones = Zones::new(&LEAD, 20, &protected(&[(13, 16)]), 4);
        assert_eq!(zones.stored(), 3 + 4 + 1);
        let samples = zones.expand(&file(), &[0, 8, 4, 100, 101, 102, 103, -6]).unwrap();
        assert_eq!(samples, [0, 0, 0, 2, 4, 6, 8, 7, 6, 5, 4, 4, 100, 101, 102, 103, -6, -6, -6, -6]);
    }

    #[test]
    fn a_zone_outside_the_lead_or_in_another_changes_nothing() {
        let plain = Zones::new(&LEAD, 20, &protected(&[(5, 8)]), 4);
        assert_eq!(Zones::new(&LEAD, 20, &protected(&[(900, 990), (5, 8), (6, 7), (8, 3), (0, 0)]), 4), plain);
        assert_eq!(plain.runs, [(4, false), (4, true), (12, false)]);
    }

    #[test]
    fn a_stream_that_ends_early_gives_what_it_holds() {
        let zones = Zones::new(&LEAD, 20, &protected(&[(13, 16)]), 4);
        assert_eq!(zones.expand(&file(), &[7, 7]).unwrap(), [7; 8]);
        assert_eq!(zones.expand(&file(), &[1, 1, 1, 9]).unwrap().len(), 13);
        assert_eq!(zones.expand(&file(), &[]).unwrap(), [0_i16; 0]);
    }

    #[test]
    fn a_run_that_is_no_multiple_of_the_factor_ends_with_fewer() {
        let zones = Zones::new(&LEAD, 6, &protected(&[]), 4);
        assert_eq!(zones.stored(), 2);
        assert_eq!(zones.expand(&file(), &[0, 4]).unwrap(), [0, 0, 0, 1, 2, 3]);
    }

    #[test]
    fn the_beat_meets_the_complex_at_the_fiducial_point() {
        let complex = Qrs { kind: 0, first: 5, fiducial: 6, last: 7 };
        let other = Qrs { kind: 1, first: 1, fiducial: 2, last: 20 };
        let beats = Beats { fiducial: 3, complexes: vec![other, complex], ..Beats::default() };
        let mut counts = vec![0; 10];
        assert!(add_beats(&mut counts, &[1, 2, 3, 4, 5], &LEAD, &beats, 10));
        assert_eq!(counts, [0, 0, 0, 0, 20, 30, 40, 0, 0, 0]);
        // A lead that begins at sample 6 has the same complex one sample earlier.
        let mut counts = vec![0; 3];
        assert!(add_beats(&mut counts, &[1, 2, 3, 4, 5], &LeadDefinition { first: 6, ..LEAD }, &beats, 1));
        assert_eq!(counts, [3, 4, 0]);
    }

    #[test]
    fn zones_that_overlap_without_end_are_left_out() {
        let complex = Qrs { kind: 0, first: 1, fiducial: 1, last: 10 };
        let beats = Beats { fiducial: 1, complexes: vec![complex; 5], ..Beats::default() };
        let mut counts = vec![0; 10];
        assert!(!add_beats(&mut counts, &[1; 10], &LEAD, &beats, 1));
        assert_eq!(counts, [4; 10]);
    }
}
