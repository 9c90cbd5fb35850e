//! Whether a model's maps say anything: three tests from the literature, on recordings that it did not learn from.
//!
//! [`check`] runs them for every kind of map that the model gives. The label is the one that passes its threshold by
//! most in each recording, as on the page. A kind passes when the maps of the network with all weights drawn anew are
//! unlike its own (mean Spearman correlation below one half), and when deletion and insertion are better by it than by
//! random maps of the same autocorrelation (95 % bootstrap interval of the mean difference above 0). Where it points
//! among delineated waves is told beside.

mod curves;
mod figures;
pub mod ludb;
mod pointing;
mod randomisation;
pub mod statistics;
mod whole;
mod written;

#[cfg(test)]
mod tests;

use core::fmt::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use classify::{Backend, Card, CheckedMap, Classifier, Method, wait, weights};
use ecg::{Explanation, Recording};
use rayon::prelude::*;

use crate::dataset::{Dataset, Example};
use crate::machine::Processor;
use curves::{Areas, Curves, generator, random_map};
pub use figures::as_text;
use figures::{Figures, summed};
use ludb::Delineated;
use pointing::{Tally, point};
use randomisation::{STEPS, drawn};
use statistics::{mean, spearman};
use whole::{Map, Whole};
pub use written::with_figures;

/// How thoroughly to check.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Random maps for each map.
    pub random_maps: usize,
    /// Steps of deletion and insertion.
    pub steps: usize,
    /// Seed of drawn weights, random maps and bootstrap.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { random_maps: 20, steps: 20, seed: 2026 }
    }
}

/// What is checked.
pub struct Subject {
    card: Card,
    own: Classifier,
    drawn: Vec<Classifier>,
    methods: Vec<Method>,
}

/// Why maps could not be checked.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The model cannot be loaded, or a map not be made.
    #[error(transparent)]
    Classify(#[from] classify::Error),
    /// The network does not take the weights.
    #[error(transparent)]
    Network(#[from] nets::Error),
    /// There is nothing to check on.
    #[error("no recording to check the maps on")]
    NoRecordings,
    /// Somebody asked to stop.
    #[error("stopped")]
    Stopped,
}

impl Subject {
    /// A model with its three networks of drawn weights; `weights` is its file.
    ///
    /// # Errors
    /// Card and weights do not fit.
    pub fn new(card: &Card, file: &[u8], seed: u64) -> Result<Subject, CheckError> {
        // Warnings of an earlier check are no part of a map.
        let card = Card { explanations: Vec::new(), ..card.clone() };
        let own = Classifier::load(card.clone(), file, Backend::Plan)?;
        let (graph, tensors) = (card.graph()?, weights::decode(file)?);
        let load = |step| {
            let (card, bytes) = drawn(&card, &graph, &tensors, step, seed)?;
            Classifier::load(card, &bytes, Backend::Plan)
        };
        let drawn = (1..=STEPS).map(load).collect::<Result<_, _>>()?;
        Ok(Subject { card, own, drawn, methods: Method::ALL.to_vec() })
    }

    /// Recordings of a data set that was prepared as the card says, as the network sees them.
    pub fn recordings(&self, data: &Dataset, examples: &[&Example]) -> Vec<Whole> {
        let channels = self.card.input.channels();
        let whole = |example: &&Example| {
            let length = data.parts[example.part].length.max(self.card.input.samples);
            let mut values = Vec::with_capacity(channels * length);
            data.window(example, 0, length, &mut values);
            Whole::new(values, channels)
        };
        examples.iter().map(whole).collect()
    }

    fn maps(
        &self,
        classifier: &Classifier,
        prepared: &classify::Prepared,
        label: usize,
    ) -> Result<Vec<Explanation>, classify::Error> {
        let code = &self.card.labels[label].code;
        let mut all = Vec::new();
        for &method in &self.methods {
            match wait(classifier.maps(prepared, code, method, &Processor, async |_, _| true)) {
                Ok(maps) => all.extend(maps),
                // A network need not have every kind.
                Err(classify::Error::NoMap { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(all)
    }

    /// The label that passes its threshold by most.
    fn strongest(&self, probabilities: &[f32]) -> usize {
        let margin = |label: usize| probabilities[label] - self.card.labels[label].threshold;
        (0..self.card.labels.len()).max_by(|&a, &b| margin(a).total_cmp(&margin(b))).unwrap_or(0)
    }

    /// Figures of each kind of map of one recording. `tell` is called with the share of the work that was just done.
    fn one(
        &self,
        number: usize,
        whole: &Whole,
        settings: &Settings,
        step: &dyn Fn() -> Result<(), CheckError>,
        tell: &dyn Fn(f64),
    ) -> Result<Vec<Figures>, CheckError> {
        let rate = self.card.input.rate;
        let prepared = whole.prepared(&self.card);
        let length = prepared.length;
        let label = self.strongest(&wait(self.own.classify_windows(&prepared.values))?);
        let own = self.maps(&self.own, &prepared, label)?;
        let drawn = self.drawn.iter().map(|drawn| self.maps(drawn, &prepared, label)).collect::<Result<Vec<_>, _>>()?;
        let answer = |whole: &Whole| {
            step()?;
            let probabilities = wait(self.own.classify_windows(&whole.prepared(&self.card).values))?;
            Ok(f64::from(probabilities[label]))
        };
        let curves = Curves::new(&self.card, whole, settings.steps, &answer)?;
        let share = 1.0 / (own.len() * (1 + settings.random_maps)) as f64;
        let mut all = Vec::with_capacity(own.len());
        for (place, explanation) in own.iter().enumerate() {
            let map = Map::new(explanation, rate, length);
            let like = |step: usize| spearman(&explanation.values, &drawn[step][place].values);
            let mut random = generator(settings.seed, number, place);
            let areas = curves.areas(&map, &mut random)?;
            tell(share);
            let mut others = Vec::with_capacity(settings.random_maps);
            for _ in 0..settings.random_maps {
                let other = random_map(&map, rate, explanation.rate, &mut random);
                others.push(curves.areas(&other, &mut random)?);
                tell(share);
            }
            let of = |area: fn(&Areas) -> f64| mean(&others.iter().map(area).collect::<Vec<_>>());
            all.push(Figures {
                kind: explanation.kind,
                similarity: std::array::from_fn(like),
                own: areas,
                random: Areas { deletion: of(|areas| areas.deletion), insertion: of(|areas| areas.insertion) },
            });
        }
        Ok(all)
    }

    fn pointing(&self, recording: &Recording, waves: &[Delineated]) -> Result<Vec<[Tally; 3]>, CheckError> {
        let prepared = classify::prepare(recording, &self.card.input, &self.card.window)?;
        let probabilities = wait(self.own.classify_windows(&prepared.values))?;
        let maps = self.maps(&self.own, &prepared, self.strongest(&probabilities))?;
        Ok(maps.iter().map(|map| point(map, self.card.input.rate, prepared.length, waves)).collect())
    }
}

/// Checks every kind of map of a model on recordings and, where there are some, on delineated ones. `origin` says what
/// the recordings are, for the card; `seen` is called with how many recordings, of both sorts together, are done: a part
/// of one counts.
///
/// # Errors
/// There is no recording, a map could not be made, or `stop` was set.
pub fn check(
    subject: &Subject,
    (recordings, origin): (&[Whole], &str),
    delineated: &[(Recording, Vec<Delineated>)],
    settings: &Settings,
    stop: &AtomicBool,
    seen: &(dyn Fn(f64) + Sync),
) -> Result<Vec<CheckedMap>, CheckError> {
    let done = Mutex::new(0.0);
    let step = || if stop.load(Ordering::Relaxed) { Err(CheckError::Stopped) } else { Ok(()) };
    let tell = |share: f64| {
        let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
        *done += share;
        seen(*done);
    };
    let figures = recordings
        .par_iter()
        .enumerate()
        .map(|(number, whole)| {
            step()?;
            subject.one(number, whole, settings, &step, &tell)
        })
        .collect::<Result<Vec<_>, CheckError>>()?;
    let tallies = delineated
        .par_iter()
        .map(|(recording, waves)| {
            step()?;
            let tallies = subject.pointing(recording, waves)?;
            tell(1.0);
            Ok(tallies)
        })
        .collect::<Result<Vec<_>, CheckError>>()?;
    let kinds = figures.first().ok_or(CheckError::NoRecordings)?;
    let mut data = format!(
        "{} recordings ({origin}), {} random maps each, {} steps",
        recordings.len(),
        settings.random_maps,
        settings.steps
    );
    if !delineated.is_empty() {
        let _ = write!(data, "; pointing on {} recordings of LUDB", delineated.len());
    }
    let summary = |(place, first): (usize, &Figures)| {
        let of_kind: Vec<&Figures> = figures.iter().filter_map(|figures| figures.get(place)).collect();
        let own: Vec<[Tally; 3]> = tallies.iter().filter_map(|tallies| tallies.get(place).copied()).collect();
        summed(first.kind, &of_kind, &own, &data, settings.seed)
    };
    Ok(kinds.iter().enumerate().map(summary).collect())
}
