//! A data set without a download: labelled recordings of the simulator.

use classify::{Input, Shorter, align};
use ecg::{Lead, Patient};
use signal::simulate::{Condition, simulate};

use crate::dataset::{Dataset, Example, Meaning, Part, Samples};
use crate::seeds::{Generator, Purpose};
use crate::tasks::Label;

/// Counts per millivolt of the prepared samples, as PTB-XL's.
const COUNTS_PER_MILLIVOLT: f32 = 1000.0;

/// Why recordings could not be simulated.
#[derive(Debug, thiserror::Error)]
#[error("simulated {condition}: {source}")]
pub struct SimulationError {
    condition: &'static str,
    source: classify::Error,
}

/// `each` recordings of ten seconds of every condition, prepared as the page prepares a file: 100 Hz, twelve leads.
///
/// Folds are dealt in turn, so a tenth of each condition is fold 9 and another tenth fold 10; every recording is another
/// simulated person. `seen` is called with the number of recordings done.
///
/// # Errors
/// A simulated recording cannot be prepared.
pub fn simulated(each: usize, seed: u64, seen: impl FnMut(usize)) -> Result<Dataset, SimulationError> {
    simulated_folds(each, seed, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], seen)
}

/// The recordings of some folds alone, each the very one that it is among all.
///
/// # Errors
/// A simulated recording cannot be prepared.
pub fn simulated_folds(
    each: usize,
    seed: u64,
    folds: &[u8],
    mut seen: impl FnMut(usize),
) -> Result<Dataset, SimulationError> {
    let input = Input {
        rate: 100.0,
        samples: 1000,
        leads: Lead::TWELVE.to_vec(),
        mean: 0.0,
        std: 1.0,
        shorter: Shorter::Refuse,
        ..Input::default()
    };
    let labels: Vec<Label> = Condition::ALL
        .iter()
        .map(|condition| Label {
            code: condition.code().to_owned(),
            name: condition.name().to_owned(),
            group: condition.group().to_owned(),
        })
        .collect();
    let mut samples = Vec::new();
    let mut examples = Vec::new();
    let fold_of = |number: usize| (number % 10) as u8 + 1;
    for number in (0..each).filter(|&number| folds.contains(&fold_of(number))) {
        for (label, condition) in Condition::ALL.into_iter().enumerate() {
            let place = number * labels.len() + label;
            let person = Generator::new(seed, Purpose::Simulation, place as u64).next();
            let recording = simulate(&condition.parameters(person), person).recording;
            let aligned = align(&recording, &input, 10.0)
                .map_err(|source| SimulationError { condition: condition.name(), source })?;
            samples.extend(aligned.values.iter().map(|value| (value * COUNTS_PER_MILLIVOLT).round() as i16));
            let mut truth = vec![0.0; labels.len()];
            truth[label] = 1.0;
            let (row, id, fold, patient) = (examples.len(), place as u32, fold_of(number), Patient::default());
            examples.push(Example { part: 0, row, id, fold, labels: truth, patient, person: id });
            seen(examples.len());
        }
    }
    let (counts_per_unit, samples) = (COUNTS_PER_MILLIVOLT, Samples::Counts(samples));
    let parts = vec![Part { length: 1000, rate: 100.0, counts_per_unit, meaning: Meaning::Millivolts, samples }];
    let training: Vec<&Example> = examples.iter().filter(|example| example.fold <= 8).collect();
    let scaler = Dataset::fit_scaler(&parts, &training);
    let name = format!("{} simulated recordings of seed {seed}", examples.len());
    let origin = vec!["the simulator of this project, 500 Hz, prepared as a dropped file is".to_owned()];
    Ok(Dataset { labels, parts, examples, scaler, name, origin, exclusive: false, records: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folds_recordings_are_the_same_without_the_others() {
        let all = simulated(10, 3, |_| ()).unwrap();
        let some = simulated_folds(10, 3, &[4, 9], |_| ()).unwrap();
        assert_eq!(some.examples.len(), 2 * all.labels.len());
        for (one, other) in all.examples_of(&[4, 9], true).into_iter().zip(&some.examples) {
            assert_eq!((one.id, one.fold, &one.labels), (other.id, other.fold, &other.labels));
            let window = |data: &Dataset, example: &Example| {
                let mut out = Vec::new();
                Dataset { scaler: all.scaler, ..data.clone() }.window(example, 0, 1000, &mut out);
                out
            };
            assert_eq!(window(&all, one), window(&some, other));
        }
    }
}
