//! Deletion and insertion (Petsiuk et al. 2018, "RISE", arXiv 1806.07421), against random maps.

use classify::Card;

use super::CheckError;
use super::whole::{Map, Whole};
use crate::seeds::{Generator, Purpose};

/// Seconds over which a lead's own mean stands in for a sample that is taken away: longer than a QRS complex, so that
/// it goes, shorter than a cycle, so that the baseline stays.
const MEAN_OVER: f64 = 0.4;

/// Seconds of the pieces that a random map is put together from: a map's neighbouring samples stay neighbours.
const PIECE: f64 = 0.4;

/// Least probability that curves are taken relative to.
const LEAST: f64 = 1e-6;

/// Areas under a map's two curves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Areas {
    /// While samples are taken away, the map's highest first.
    pub deletion: f64,
    /// While they are put back into a recording without any.
    pub insertion: f64,
}

/// Gives the followed label's probability for a recording.
pub type Answer<'a> = dyn Fn(&Whole) -> Result<f64, CheckError> + 'a;

/// What the curves of one recording are computed with.
pub struct Curves<'a> {
    card: &'a Card,
    whole: &'a Whole,
    /// The recording with every sample replaced.
    without: Whole,
    steps: usize,
    answer: &'a Answer<'a>,
    /// The followed label's probability with every sample, and with none.
    ends: (f64, f64),
}

impl<'a> Curves<'a> {
    /// For one recording and the label that `answer` follows.
    ///
    /// # Errors
    /// Those of `answer`.
    pub fn new(
        card: &'a Card,
        whole: &'a Whole,
        steps: usize,
        answer: &'a Answer<'a>,
    ) -> Result<Curves<'a>, CheckError> {
        let leads = card.input.channels() - card.input.record_features.count();
        let reach = (MEAN_OVER / 2.0 * card.input.rate).round() as usize;
        let mut without = whole.clone();
        for channel in without.values.chunks_exact_mut(whole.length.max(1)).take(leads) {
            local_mean(channel, reach);
        }
        let ends = (answer(whole)?, answer(&without)?);
        Ok(Curves { card, whole, without, steps, answer, ends })
    }

    /// The areas of a map, by the trapezoid rule over the share of samples, relative to the whole recording's
    /// probability.
    ///
    /// # Errors
    /// Those of the network's answers.
    pub fn areas(&self, map: &Map, random: &mut Generator) -> Result<Areas, CheckError> {
        let order = order(map, random);
        let ends = f64::midpoint(self.ends.0, self.ends.1);
        let area = |base: &Whole, other: &Whole| -> Result<f64, CheckError> {
            let mut inner = 0.0;
            for step in 1..self.steps {
                inner += (self.answer)(&self.with(base, other, map, &order[..order.len() * step / self.steps]))?;
            }
            Ok((ends + inner) / self.steps as f64 / self.ends.0.max(LEAST))
        };
        Ok(Areas { deletion: area(self.whole, &self.without)?, insertion: area(&self.without, self.whole)? })
    }

    /// `base` with some places of a map taken from `other`.
    fn with(&self, base: &Whole, other: &Whole, map: &Map, places: &[usize]) -> Whole {
        let length = base.length;
        let input = &self.card.input;
        let leads = input.channels() - input.record_features.count();
        let bands = input.bands.len().max(1);
        let mut changed = base.clone();
        for &place in places {
            let (row, sample) = (place / map.length, place % map.length);
            let channels = if map.rows == 1 { 0..leads } else { row * bands..(row + 1) * bands };
            for channel in channels {
                changed.values[channel * length + sample] = other.values[channel * length + sample];
            }
        }
        changed
    }
}

/// Places of a map from the highest score to the lowest; places of one score in an order by chance.
fn order(map: &Map, random: &mut Generator) -> Vec<usize> {
    let mut order: Vec<usize> = (0..map.values.len()).collect();
    random.shuffle(&mut order);
    order.sort_by(|&a, &b| map.values[b].total_cmp(&map.values[a]));
    order
}

/// A map that knows nothing of the recording but looks like this one: cut into pieces of 0.4 s (longer where the map is
/// coarser) from a place of chance on, which are put together in an order of chance, the same for all leads. A map that
/// does not change with time gets its leads in an order of chance.
pub fn random_map(map: &Map, rate: f64, map_rate: f64, random: &mut Generator) -> Map {
    if map.is_timeless() {
        let mut lines: Vec<&[f32]> = map.lines().collect();
        random.shuffle(&mut lines);
        return Map { values: lines.concat(), ..map.clone() };
    }
    let piece = ((PIECE.max(1.0 / map_rate) * rate).round() as usize).max(1);
    let from = random.below(map.length);
    let mut pieces: Vec<Vec<usize>> = (0..map.length)
        .map(|sample| (from + sample) % map.length)
        .collect::<Vec<_>>()
        .chunks(piece)
        .map(<[usize]>::to_vec)
        .collect();
    random.shuffle(&mut pieces);
    let places = pieces.concat();
    let values = map.lines().flat_map(|line| places.iter().map(|&place| line[place])).collect();
    Map { values, ..map.clone() }
}

/// A generator for the curves of one recording and kind of map.
pub fn generator(seed: u64, recording: usize, kind: usize) -> Generator {
    Generator::new(seed, Purpose::Explanations, (recording * 16 + kind) as u64)
}

/// Each sample's mean over itself and `reach` samples on each side, as far as there are some.
fn local_mean(channel: &mut [f32], reach: usize) {
    let mut sums = Vec::with_capacity(channel.len() + 1);
    sums.push(0.0_f64);
    for value in channel.iter() {
        sums.push(sums[sums.len() - 1] + f64::from(*value));
    }
    let count = channel.len();
    for (place, value) in channel.iter_mut().enumerate() {
        let (from, to) = (place.saturating_sub(reach), (place + reach + 1).min(count));
        *value = ((sums[to] - sums[from]) / (to - from) as f64) as f32;
    }
}
