//! What is done with a recording's millivolts before a network sees them, besides resampling: filters, scaling, bands,
//! and what is known of the whole recording. Each network was published with its own.

use ecg::{Patient, Sex};
use serde::{Deserialize, Serialize};
use signal::butterworth::{Band, Butterworth};

use crate::{Error, Input};

/// A Butterworth filter; with both edges a band-pass.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Filter {
    /// Its order (of each edge).
    pub order: usize,
    /// Hertz above which it passes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high_pass: Option<f64>,
    /// Hertz below which it passes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low_pass: Option<f64>,
}

impl Filter {
    /// Everything above a frequency in hertz.
    pub const fn above(order: usize, frequency: f64) -> Filter {
        Filter { order, high_pass: Some(frequency), low_pass: None }
    }

    /// Everything below a frequency in hertz.
    pub const fn below(order: usize, frequency: f64) -> Filter {
        Filter { order, high_pass: None, low_pass: Some(frequency) }
    }

    /// Everything between two frequencies in hertz.
    pub const fn between(order: usize, low: f64, high: f64) -> Filter {
        Filter { order, high_pass: Some(low), low_pass: Some(high) }
    }

    /// The filter for a rate; None where it lets everything pass.
    fn design(&self, rate: f64) -> Result<Option<Butterworth>, Error> {
        let band = match (self.high_pass, self.low_pass) {
            (None, None) => return Ok(None),
            (Some(edge), None) => Band::High(edge),
            (None, Some(edge)) => Band::Low(edge),
            (Some(low), Some(high)) => Band::Between(low, high),
        };
        Ok(Some(Butterworth::new(self.order, band, rate)?))
    }
}

/// How millivolts become a network's numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scaling {
    /// Less the card's mean, by the card's deviation: one number each for all leads and recordings.
    #[default]
    Standard,
    /// Each lead less its own mean, by its own deviation, the same for all recordings.
    Leads,
    /// Each lead of each recording from its least to its largest value onto -1 to 1: amplitudes are lost.
    Range,
    /// Less the recording's own mean, by its own deviation, over all its leads.
    Recording,
}

/// A lead's mean and deviation over many recordings, in millivolts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LeadScale {
    /// Millivolts that become 0.
    pub mean: f64,
    /// Millivolts more that become 1.
    pub std: f64,
}

impl Scaling {
    /// True for the rule of cards that name none.
    pub fn is_standard(&self) -> bool {
        *self == Scaling::Standard
    }
}

/// What the network is told of the whole recording beside its leads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RecordFeatures {
    /// Nothing.
    #[default]
    None,
    /// Age / 100, female, male, age missing, sex missing (Han et al., Computing in Cardiology 2021).
    AgeAndSex,
}

impl RecordFeatures {
    /// True for nothing.
    pub fn is_none(&self) -> bool {
        *self == RecordFeatures::None
    }

    /// How many numbers they are.
    pub fn count(self) -> usize {
        match self {
            RecordFeatures::None => 0,
            RecordFeatures::AgeAndSex => 5,
        }
    }

    /// The numbers for a person; what is not known is what the authors put in its place.
    pub fn of(self, patient: &Patient) -> Vec<f32> {
        match self {
            RecordFeatures::None => Vec::new(),
            RecordFeatures::AgeAndSex => {
                let (age, no_age) = patient.age.map_or((0.603_661_9, 1.0), |age| (f32::from(age) / 100.0, 0.0));
                let (female, male, no_sex) = match patient.sex {
                    Some(Sex::Female) => (1.0, 0.0, 0.0),
                    Some(Sex::Male) => (0.0, 1.0, 0.0),
                    None => (0.471_383_88, 0.528_616_1, 1.0),
                };
                vec![age, female, male, no_age, no_sex]
            }
        }
    }
}

/// Filters, scales and splits leads of one recording, millivolts at the input's rate, into what the network sees at each
/// sample: the leads (each as its bands, where there are several), then the recording's features.
///
/// # Errors
/// A filter cannot be at this rate, or a number is not finite.
pub fn condition(mut leads: Vec<Vec<f32>>, input: &Input, patient: &Patient) -> Result<Vec<Vec<f32>>, Error> {
    for filter in &input.filters {
        if let Some(filter) = filter.design(input.rate)? {
            for lead in &mut leads {
                *lead = filter.forth_and_back(lead);
            }
        }
    }
    match input.scaling {
        Scaling::Standard => {
            let scale = |value: f32| ((f64::from(value) - input.mean) / input.std) as f32;
            for value in leads.iter_mut().flatten() {
                *value = scale(*value);
            }
        }
        Scaling::Leads => {
            for (lead, scale) in leads.iter_mut().zip(&input.lead_scales) {
                for value in lead {
                    *value = ((f64::from(*value) - scale.mean) / scale.std) as f32;
                }
            }
        }
        Scaling::Range => {
            for lead in &mut leads {
                to_range(lead);
            }
        }
        Scaling::Recording => to_own_deviation(&mut leads),
    }
    if !input.bands.is_empty() {
        let filters = input.bands.iter().map(|band| band.design(input.rate)).collect::<Result<Vec<_>, _>>()?;
        let split = |lead: &Vec<f32>| -> Vec<Vec<f32>> {
            filters
                .iter()
                .map(|filter| filter.as_ref().map_or_else(|| lead.clone(), |filter| filter.once(lead)))
                .collect()
        };
        leads = leads.iter().flat_map(split).collect();
    }
    if leads.iter().flatten().any(|value| !value.is_finite()) {
        return Err(Error::Device("the prepared signal holds values that are not finite".into()));
    }
    let length = leads.first().map_or(0, Vec::len);
    leads.extend(input.record_features.of(patient).into_iter().map(|value| vec![value; length]));
    Ok(leads)
}

fn to_range(lead: &mut [f32]) {
    let (low, high) =
        lead.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), &value| (low.min(value), high.max(value)));
    let range = high - low;
    for value in lead {
        *value = if range > 0.0 { 2.0 * (*value - low) / range - 1.0 } else { 0.0 };
    }
}

fn to_own_deviation(leads: &mut [Vec<f32>]) {
    let count = leads.iter().map(Vec::len).sum::<usize>().max(1) as f64;
    let mean = leads.iter().flatten().map(|&value| f64::from(value)).sum::<f64>() / count;
    let variance = leads.iter().flatten().map(|&value| (f64::from(value) - mean).powi(2)).sum::<f64>() / count;
    let deviation = variance.sqrt();
    for value in leads.iter_mut().flatten() {
        *value = if deviation > 0.0 { ((f64::from(*value) - mean) / deviation) as f32 } else { 0.0 };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ecg::Lead;

    fn input() -> Input {
        Input { rate: 500.0, samples: 3, leads: vec![Lead::I], mean: 0.0, std: 1.0, ..Input::default() }
    }

    #[test]
    fn each_scaling_gives_its_own_numbers() {
        let leads = || vec![vec![1.0, 2.0, 5.0]];
        let of = |scaling| condition(leads(), &Input { scaling, mean: 1.0, std: 2.0, ..input() }, &Patient::default());
        assert_eq!(of(Scaling::Standard).unwrap(), [[0.0, 0.5, 2.0]]);
        assert_eq!(of(Scaling::Range).unwrap(), [[-1.0, -0.5, 1.0]]);
        let lead_scales = vec![LeadScale { mean: 1.0, std: 2.0 }];
        let input = Input { scaling: Scaling::Leads, lead_scales, ..input() };
        assert_eq!(condition(leads(), &input, &Patient::default()).unwrap(), [[0.0, 0.5, 2.0]]);
        let own = of(Scaling::Recording).unwrap();
        let expected = [-0.980_581, -0.392_232, 1.372_813];
        assert!(own[0].iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-5), "{own:?}");
    }

    #[test]
    fn the_distillation_networks_preparation_is_that_of_its_fixture() {
        // dsail-kd.md, section 9, number 7: filtered, then from least to largest onto -1 to 1.
        let signal: Vec<f32> = (0..5000)
            .map(|n| {
                let t = f64::from(n) / 500.0;
                let wave = |hertz: f64| (2.0 * core::f64::consts::PI * hertz * t).sin();
                (wave(1.0) + 0.5 * wave(10.0) + 0.2 * wave(60.0) + 0.3) as f32
            })
            .collect();
        let filters = vec![Filter::above(2, 3.0), Filter::below(2, 45.0)];
        let input = Input { filters, scaling: Scaling::Range, ..input() };
        let found = condition(vec![signal], &input, &Patient::default()).unwrap();
        for (place, expected) in [(0, 0.072_115_109), (10, 0.897_282_54), (123, 0.052_401_3), (4999, -0.573_942_87)] {
            assert!((found[0][place] - expected).abs() < 1e-5, "{place}: {}", found[0][place]);
        }
    }

    #[test]
    fn bands_stand_side_by_side_and_features_come_last() {
        let bands = vec![Filter { order: 1, high_pass: None, low_pass: None }, Filter::below(1, 0.5)];
        let input = Input { bands, record_features: RecordFeatures::AgeAndSex, ..input() };
        let patient = Patient { age: Some(55), sex: Some(Sex::Female), ..Patient::default() };
        let found = condition(vec![vec![1.0; 40]], &input, &patient).unwrap();
        assert_eq!(found.len(), 7);
        assert_eq!(found[0], vec![1.0; 40]);
        assert!(found[1][0] < 0.01 && found[1][39] > found[1][0], "{:?}", found[1]);
        let features: Vec<f32> = found[2..].iter().map(|channel| channel[0]).collect();
        assert_eq!(features, [0.55, 1.0, 0.0, 0.0, 0.0]);
        let unknown = RecordFeatures::AgeAndSex.of(&Patient::default());
        assert_eq!(unknown, [0.603_661_9, 0.471_383_88, 0.528_616_1, 1.0, 1.0]);
    }

    #[test]
    fn a_filter_that_cannot_be_is_an_error() {
        let input = Input { filters: vec![Filter::above(2, 400.0)], ..input() };
        let message = condition(vec![vec![0.0; 10]], &input, &Patient::default()).unwrap_err().to_string();
        assert!(message.contains("order 2") && message.contains("500 Hz"), "{message}");
    }
}
