//! Recordings in memory with their labels, and the numbers that a network is fed.

use serde::{Deserialize, Serialize};

use crate::ecgpack::LEADS;
use crate::tasks::Label;

/// What a part's counts mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Meaning {
    /// Millivolts: standardised by the set's mean and deviation before a network sees them.
    Millivolts,
    /// Standard deviations of each lead: fed as they are.
    StandardDeviations,
}

/// Recordings of one source: counts `[record, lead, sample]`, as 16-bit numbers so that all of PTB-XL fits in memory.
#[derive(Clone, Debug)]
pub struct Part {
    /// Samples of a lead.
    pub length: usize,
    /// Counts per unit.
    pub counts_per_unit: f32,
    /// What they mean.
    pub meaning: Meaning,
    /// The counts.
    pub samples: Vec<i16>,
}

/// One labelled recording.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// Which part it is in.
    pub part: usize,
    /// Its row there.
    pub row: usize,
    /// Record number.
    pub id: u32,
    /// Fold, 1 to 10.
    pub fold: u8,
    /// One number a label: 1 where it applies, else 0.
    pub labels: Vec<f32>,
}

/// Mean and deviation of the training samples in millivolts, one number each for all leads.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scaler {
    /// Mean.
    pub mean: f64,
    /// Population standard deviation.
    pub deviation: f64,
}

/// Everything that a run is fed from.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// The task's labels in output order.
    pub labels: Vec<Label>,
    /// Sources.
    pub parts: Vec<Part>,
    /// Labelled recordings, by part and number.
    pub examples: Vec<Example>,
    /// Standardisation.
    pub scaler: Scaler,
    /// The data set and its version.
    pub name: String,
    /// What each part is, one phrase a part, for the model's card.
    pub origin: Vec<String>,
}

impl Part {
    /// Counts of one lead of one record.
    fn lead(&self, row: usize, lead: usize) -> &[i16] {
        let from = (row * LEADS + lead) * self.length;
        &self.samples[from..from + self.length]
    }
}

impl Dataset {
    /// Writes `[lead, sample]` standardised numbers of a window of a recording; samples past its end are 0.
    pub fn window(&self, example: &Example, start: usize, length: usize, out: &mut Vec<f32>) {
        let part = &self.parts[example.part];
        let (mean, deviation) = match part.meaning {
            Meaning::Millivolts => (self.scaler.mean, self.scaler.deviation),
            Meaning::StandardDeviations => (0.0, 1.0),
        };
        let scale = (1.0 / (f64::from(part.counts_per_unit) * deviation)) as f32;
        let shift = (mean / deviation) as f32;
        for lead in 0..LEADS {
            let counts = part.lead(example.row, lead);
            let counts = counts.get(start..).unwrap_or_default();
            let counts = &counts[..length.min(counts.len())];
            out.extend(counts.iter().map(|&count| f32::from(count) * scale - shift));
            out.resize(out.len() + length - counts.len(), 0.0);
        }
    }

    /// Examples of some folds; only true signals where `true_signals` is set.
    pub fn examples_of(&self, folds: &[u8], true_signals: bool) -> Vec<&Example> {
        self.examples
            .iter()
            .filter(|example| folds.contains(&example.fold))
            .filter(|example| !true_signals || self.parts[example.part].meaning == Meaning::Millivolts)
            .collect()
    }

    /// Mean and population deviation over every sample of some recordings in millivolts; z-scored ones do not count.
    pub fn fit_scaler(parts: &[Part], examples: &[&Example]) -> Scaler {
        let (mut count, mut sum, mut squares) = (0_u64, 0.0_f64, 0.0_f64);
        for example in examples {
            let part = &parts[example.part];
            if part.meaning != Meaning::Millivolts {
                continue;
            }
            // Sums of one record in whole counts, so that nothing is lost.
            let (mut own, mut own_squares) = (0_i64, 0_i64);
            for lead in 0..LEADS {
                for &value in part.lead(example.row, lead) {
                    own += i64::from(value);
                    own_squares += i64::from(value) * i64::from(value);
                }
            }
            let unit = f64::from(part.counts_per_unit);
            count += (part.length * LEADS) as u64;
            sum += own as f64 / unit;
            squares += own_squares as f64 / (unit * unit);
        }
        if count == 0 {
            // Nothing to fit: the published values of the benchmark's own scaler.
            return Scaler { mean: -0.000_777_17, deviation: 0.238_956_42 };
        }
        let mean = sum / count as f64;
        Scaler { mean, deviation: (squares / count as f64 - mean * mean).max(1e-12).sqrt() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_standardised_lead_by_lead_and_zero_past_the_end() {
        let part = Part {
            length: 4,
            counts_per_unit: 1000.0,
            meaning: Meaning::Millivolts,
            samples: (0..LEADS as i16 * 4).map(|value| value * 100).collect(),
        };
        let example = Example { part: 0, row: 0, id: 1, fold: 1, labels: vec![] };
        let scaler = Scaler { mean: 0.1, deviation: 0.5 };
        let set = Dataset {
            labels: vec![],
            parts: vec![part],
            examples: vec![],
            scaler,
            name: String::new(),
            origin: vec![],
        };
        let mut out = Vec::new();
        set.window(&example, 2, 3, &mut out);
        assert_eq!(out.len(), 36);
        let expected = [(0.2 - 0.1) / 0.5, (0.3 - 0.1) / 0.5, 0.0, (0.6 - 0.1) / 0.5];
        for (found, expected) in out.iter().zip(expected) {
            assert!((f64::from(*found) - expected).abs() < 1e-6, "{out:?}");
        }
        let fitted = Dataset::fit_scaler(&set.parts, &[&example]);
        let all: Vec<f64> = (0..48).map(|value| f64::from(value) * 0.1).collect();
        let mean = all.iter().sum::<f64>() / 48.0;
        let variance = all.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / 48.0;
        assert!((fitted.mean - mean).abs() < 1e-9 && (fitted.deviation - variance.sqrt()).abs() < 1e-9);
    }
}
