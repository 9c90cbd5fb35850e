//! Recordings in memory with their labels, and the numbers that a network is fed.

use classify::{Input, Scaling};
use ecg::{Lead, Patient};
use rayon::prelude::*;
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

/// Recordings of one source.
#[derive(Clone, Debug)]
pub struct Part {
    /// Samples of a lead.
    pub length: usize,
    /// Samples a second.
    pub rate: f64,
    /// Counts per unit.
    pub counts_per_unit: f32,
    /// What they mean.
    pub meaning: Meaning,
    /// The signals.
    pub samples: Samples,
}

/// Signals of many recordings.
#[derive(Clone, Debug)]
pub enum Samples {
    /// Counts `[record, lead, sample]`, as 16-bit numbers so that all of PTB-XL fits in memory.
    Counts(Vec<i16>),
    /// What a network sees, `[example, channel, sample]`, of so many channels a recording, the last of which say
    /// something of the whole recording.
    Prepared {
        /// Channels.
        channels: usize,
        /// Those of them that say something of the whole recording.
        features: usize,
        /// The numbers.
        values: Vec<f32>,
    },
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
    /// Age and sex, where they are known.
    pub patient: Patient,
    /// Number of the person, where one is known to have several recordings; else the record's.
    pub person: u32,
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
    /// Whether a network's logits are a softmax's: exactly one label applies to a recording.
    pub exclusive: bool,
    /// Names of the records by [`Example::id`]; empty where the ids are the data set's own numbers.
    pub records: Vec<String>,
}

impl Part {
    /// Counts of one lead of one record; none where the signals are prepared.
    fn lead(&self, row: usize, lead: usize) -> &[i16] {
        let Samples::Counts(counts) = &self.samples else { return &[] };
        let from = (row * LEADS + lead) * self.length;
        &counts[from..from + self.length]
    }
}

impl Dataset {
    /// The name of a record as its data set gives it.
    pub fn record(&self, example: &Example) -> String {
        self.records.get(example.id as usize).cloned().unwrap_or_else(|| example.id.to_string())
    }

    /// Writes `[channel, sample]` numbers of a window of a recording, as the network sees them; samples past its end are 0.
    pub fn window(&self, example: &Example, start: usize, length: usize, out: &mut Vec<f32>) {
        let part = &self.parts[example.part];
        if let Samples::Prepared { channels, features, values } = &part.samples {
            let own = &values[example.row * channels * part.length..][..channels * part.length];
            for (number, channel) in own.chunks_exact(part.length).enumerate() {
                let channel = channel.get(start..).unwrap_or_default();
                let channel = &channel[..length.min(channel.len())];
                out.extend_from_slice(channel);
                let rest = if number >= channels - features { channel.last().copied().unwrap_or(0.0) } else { 0.0 };
                out.resize(out.len() + length - channel.len(), rest);
            }
            return;
        }
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

    /// Turns all signals into what a network of this input sees, by the function that the page calls. Where that is the
    /// signals themselves, standardised, nothing is done: [`Dataset::window`] standardises. Recordings whose amplitudes
    /// were lost are left out where the input wants amplitudes in other units than deviations. Where signals are filtered
    /// and then standardised, mean and deviation are those of the filtered training signals, and written into `input`.
    ///
    /// # Errors
    /// A filter of the input cannot be.
    pub fn prepare(&mut self, input: &mut Input) -> Result<(), classify::Error> {
        let fitted = input.scaling.is_standard() && !input.filters.is_empty() && (input.mean, input.std) != (0.0, 1.0);
        if !fitted {
            return self.prepare_as(input);
        }
        self.convert(&Input { mean: 0.0, std: 1.0, ..input.clone() }, false)?;
        self.standardise();
        (input.mean, input.std) = (self.scaler.mean, self.scaler.deviation);
        Ok(())
    }

    /// The same with the input's own mean and deviation, as a model's card states them.
    ///
    /// # Errors
    /// A filter of the input cannot be.
    pub fn prepare_as(&mut self, input: &Input) -> Result<(), classify::Error> {
        let amplitudes_matter = match input.scaling {
            Scaling::Standard => input.mean == 0.0 && input.std == 1.0,
            Scaling::Range | Scaling::Leads => false,
            Scaling::Recording => input.leads.len() > 1,
        };
        self.convert(input, amplitudes_matter)
    }

    fn convert(&mut self, input: &Input, amplitudes_matter: bool) -> Result<(), classify::Error> {
        let parts = &self.parts;
        let lost = |example: &Example| parts[example.part].meaning == Meaning::StandardDeviations && amplitudes_matter;
        self.examples.retain(|example| !lost(example));
        self.scaler = Scaler { mean: input.mean, deviation: input.std };
        let plain = input.filters.is_empty() && input.bands.is_empty() && input.record_features.is_none();
        let in_time = self.parts.iter().all(|part| (part.rate - input.rate).abs() < 1e-9);
        if plain && in_time && input.scaling.is_standard() && input.leads == Lead::TWELVE {
            return Ok(());
        }
        for number in 0..self.parts.len() {
            self.prepare_part(number, input)?;
        }
        let mut rows = vec![0; self.parts.len()];
        for example in &mut self.examples {
            example.row = rows[example.part];
            rows[example.part] += 1;
        }
        Ok(())
    }

    fn prepare_part(&mut self, number: usize, input: &Input) -> Result<(), classify::Error> {
        let part = &self.parts[number];
        let input = match part.meaning {
            Meaning::Millivolts => input.clone(),
            // What came as each lead's deviations is on the scale of every rule that divides by deviations.
            Meaning::StandardDeviations if input.scaling == Scaling::Leads => {
                Input { mean: 0.0, std: 1.0, scaling: Scaling::Standard, lead_scales: Vec::new(), ..input.clone() }
            }
            Meaning::StandardDeviations => Input { mean: 0.0, std: 1.0, ..input.clone() },
        };
        let in_time = (part.rate - input.rate).abs() < 1e-9;
        let prepared = self
            .examples
            .par_iter()
            .filter(|example| example.part == number)
            .map(|example| {
                let lead = |lead: &Lead| -> Vec<f32> {
                    let place = Lead::TWELVE.iter().position(|other| other == lead).unwrap_or(0);
                    let counts = part.lead(example.row, place).iter();
                    let values: Vec<f32> = counts.map(|&count| f32::from(count) / part.counts_per_unit).collect();
                    if in_time { values } else { signal::resample::resample(&values, part.rate, input.rate) }
                };
                let leads = input.leads.iter().map(lead).collect();
                Ok(classify::condition(leads, &input, &example.patient)?.concat())
            })
            .collect::<Result<Vec<Vec<f32>>, classify::Error>>()?;
        let channels = input.channels();
        let length = prepared.first().map_or(0, |values| values.len() / channels.max(1));
        let features = input.record_features.count();
        let samples = Samples::Prepared { channels, features, values: prepared.concat() };
        self.parts[number] = Part { length, rate: input.rate, samples, ..self.parts[number].clone() };
        Ok(())
    }

    /// Standardises prepared millivolts by the training recordings' mean and deviation. What came as deviations stays.
    fn standardise(&mut self) {
        let (mut count, mut sum, mut squares) = (0_u64, 0.0_f64, 0.0_f64);
        for example in self.examples.iter().filter(|example| example.fold <= 8) {
            let part = &self.parts[example.part];
            if let (Samples::Prepared { channels, values, .. }, Meaning::Millivolts) = (&part.samples, part.meaning) {
                let own = &values[example.row * channels * part.length..][..channels * part.length];
                count += own.len() as u64;
                sum += own.iter().map(|&value| f64::from(value)).sum::<f64>();
                squares += own.iter().map(|&value| f64::from(value).powi(2)).sum::<f64>();
            }
        }
        let mean = sum / count.max(1) as f64;
        let deviation = (squares / count.max(1) as f64 - mean * mean).max(1e-12).sqrt();
        self.scaler = Scaler { mean, deviation };
        for part in self.parts.iter_mut().filter(|part| part.meaning == Meaning::Millivolts) {
            if let Samples::Prepared { values, .. } = &mut part.samples {
                values.par_iter_mut().for_each(|value| *value = ((f64::from(*value) - mean) / deviation) as f32);
            }
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
            rate: 100.0,
            meaning: Meaning::Millivolts,
            samples: Samples::Counts((0..LEADS as i16 * 4).map(|value| value * 100).collect()),
        };
        let patient = Patient::default();
        let example = Example { part: 0, row: 0, id: 1, fold: 1, labels: vec![], patient, person: 1 };
        let scaler = Scaler { mean: 0.1, deviation: 0.5 };
        let set = Dataset {
            labels: vec![],
            parts: vec![part],
            examples: vec![],
            scaler,
            name: String::new(),
            origin: vec![],
            exclusive: false,
            records: vec![],
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
