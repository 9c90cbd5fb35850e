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
pub fn simulated(each: usize, seed: u64, mut seen: impl FnMut(usize)) -> Result<Dataset, SimulationError> {
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
    let mut samples = Vec::with_capacity(each * labels.len() * 12_000);
    let mut examples = Vec::new();
    for number in 0..each {
        for (label, condition) in Condition::ALL.into_iter().enumerate() {
            let row = examples.len();
            let person = Generator::new(seed, Purpose::Simulation, row as u64).next();
            let recording = simulate(&condition.parameters(person), person).recording;
            let aligned = align(&recording, &input, 10.0)
                .map_err(|source| SimulationError { condition: condition.name(), source })?;
            samples.extend(aligned.values.iter().map(|value| (value * COUNTS_PER_MILLIVOLT).round() as i16));
            let mut truth = vec![0.0; labels.len()];
            truth[label] = 1.0;
            let (id, fold, patient) = (row as u32, (number % 10) as u8 + 1, Patient::default());
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
    Ok(Dataset { labels, parts, examples, scaler, name, origin, exclusive: false })
}
