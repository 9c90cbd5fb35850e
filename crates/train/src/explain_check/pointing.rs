//! The pointing game (Zhang et al. 2016, arXiv 1608.00507): does a map's maximum stand in a delineated wave, and how
//! often would chance?

use classify::Pointed;
use ecg::{Explanation, Lead};

use super::ludb::{Delineated, Wave};
use super::whole::Map;
use crate::metrics::wilson;

/// Hits of one map in one kind of wave.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tally {
    /// Maxima in a wave.
    pub hits: usize,
    /// Maxima.
    pub of: usize,
    /// Shares of time that the waves take where the maxima were looked for, summed over maxima.
    pub chance: f64,
}

/// Tallies for P, QRS and T of a map of one delineated recording. A row of a lead is held against that lead's waves, a
/// row for all leads against waves that at least half of the delineated leads share. Maxima and chance are of the time
/// between the first onset and the last end, since the cycles outside are not delineated. Zeros for a map that does not
/// change with time.
pub fn point(explanation: &Explanation, rate: f64, length: usize, waves: &[Delineated]) -> [Tally; 3] {
    let map = Map::new(explanation, rate, length);
    let mut tallies = [Tally::default(); 3];
    if map.is_timeless() {
        return tallies;
    }
    let time = |sample: usize| explanation.start + sample as f64 / rate;
    for (row, line) in map.lines().enumerate() {
        let leads: Vec<Vec<&Delineated>> = explanation
            .leads
            .iter()
            .enumerate()
            .filter(|&(lead, _)| map.rows == 1 || lead == row)
            .map(|(_, lead)| of_lead(waves, lead))
            .filter(|waves| !waves.is_empty())
            .collect();
        let shared = |says: &dyn Fn(&[&Delineated]) -> bool| {
            let count = leads.iter().filter(|waves| says(waves)).count();
            count > 0 && 2 * count >= leads.len()
        };
        let delineated = |sample: &usize| shared(&|waves| spans(waves, time(*sample)));
        let samples: Vec<usize> = (0..length).filter(delineated).collect();
        let Some(highest) = highest(line, &samples) else { continue };
        for (tally, wave) in tallies.iter_mut().zip(Wave::ALL) {
            let inside = |sample: usize| shared(&|waves| inside(waves, wave, time(sample)));
            tally.of += 1;
            tally.hits += usize::from(inside(highest));
            tally.chance += samples.iter().filter(|&&sample| inside(sample)).count() as f64 / samples.len() as f64;
        }
    }
    tallies
}

/// The sample of the highest score; where a stretch shares it, as a map of half seconds has it, the stretch's middle.
fn highest(line: &[f32], samples: &[usize]) -> Option<usize> {
    let top = samples.iter().map(|&sample| line[sample]).max_by(f32::total_cmp)?;
    let from = samples.iter().position(|&sample| line[sample] == top)?;
    let shared = samples[from..].iter().take_while(|&&sample| line[sample] == top).count();
    samples.get(from + shared / 2).copied()
}

fn of_lead<'a>(waves: &'a [Delineated], lead: &Lead) -> Vec<&'a Delineated> {
    waves.iter().filter(|wave| wave.lead == *lead).collect()
}

fn spans(waves: &[&Delineated], time: f64) -> bool {
    waves.iter().any(|wave| wave.onset <= time) && waves.iter().any(|wave| time <= wave.end)
}

fn inside(waves: &[&Delineated], kind: Wave, time: f64) -> bool {
    waves.iter().any(|wave| wave.wave == kind && (wave.onset..=wave.end).contains(&time))
}

/// The card's entries from the tallies of all recordings; empty where no maximum was looked at.
pub fn pointed(all: &[[Tally; 3]]) -> Vec<Pointed> {
    let of_wave = |(number, wave): (usize, Wave)| {
        let (hits, of, chance) = all
            .iter()
            .map(|tallies| tallies[number])
            .fold((0, 0, 0.0), |(hits, of, chance), tally| (hits + tally.hits, of + tally.of, chance + tally.chance));
        let share = wilson(hits, of)?;
        let round = super::figures::rounded;
        Some(Pointed {
            wave: wave.name().to_owned(),
            hits,
            of,
            rate: round(share.value),
            low: round(share.low),
            high: round(share.high),
            chance: round(chance / of as f64),
        })
    };
    Wave::ALL.into_iter().enumerate().filter_map(of_wave).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_of_equal_scores_points_at_its_middle() {
        let line = [9.0, 0.0, 3.0, 3.0, 3.0, 1.0, 3.0];
        assert_eq!(highest(&line, &[1, 2, 3, 4, 5, 6]), Some(3));
        assert_eq!(highest(&line, &[5, 6]), Some(6));
        assert_eq!(highest(&line, &[]), None);
    }
}
