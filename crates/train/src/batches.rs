//! Batches, prepared on a thread of their own so that the device never waits for them.

use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::Scope;

use crate::augmentation::augment;
use crate::dataset::{Dataset, Example};
use crate::recipes::Recipe;
use crate::seeds::{Generator, Purpose};

/// Batches that may wait for the device.
const AHEAD: usize = 3;

/// Windows with their labels, as a network and its teacher see them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// Windows in it.
    pub records: usize,
    /// `[record, channel, sample]`.
    pub inputs: Vec<f32>,
    /// The same windows as the teacher sees them; empty without a teacher.
    pub teachers: Vec<f32>,
    /// `[record, label]`.
    pub labels: Vec<f32>,
    /// Number of each record's person.
    pub persons: Vec<u32>,
}

/// Where an epoch's batches come from.
#[derive(Clone, Copy, Debug)]
pub struct Lessons<'a> {
    /// The recordings as the network sees them.
    pub data: &'a Dataset,
    /// Those that are trained on.
    pub examples: &'a [&'a Example],
    /// The same recordings, in the same order, as a teacher sees them.
    pub teacher: Option<Shown<'a>>,
    /// How they are put together.
    pub recipe: &'a Recipe,
    /// Samples of a window.
    pub crop: usize,
    /// The run's seed.
    pub seed: u64,
}

/// Recordings as a teacher sees them.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// All of them.
    pub data: &'a Dataset,
    /// Those that are trained on.
    pub examples: &'a [&'a Example],
    /// Samples of the teacher's window.
    pub samples: usize,
}

impl Shown<'_> {
    /// Writes the teacher's window that begins when the student's does, or ends with the recording where it would not fit.
    fn window(&self, number: usize, (start, rate): (usize, f64), out: &mut Vec<f32>) {
        let example = self.examples[number];
        let part = &self.data.parts[example.part];
        let start = (start as f64 * part.rate / rate).round() as usize;
        let start = start.min(part.length.saturating_sub(self.samples));
        self.data.window(example, start, self.samples, out);
    }
}

/// Batches of an epoch: the last incomplete one is dropped, as the benchmark does, unless it is the only one.
pub fn steps_of(records: usize, batch: usize) -> usize {
    (records / batch).max(usize::from(records > 0))
}

/// The order of an epoch: record numbers, cut into batches.
pub fn order(records: usize, recipe: &Recipe, seed: u64, epoch: usize) -> Vec<Vec<usize>> {
    let mut numbers: Vec<usize> = (0..records).collect();
    let draw = |place: u64| Generator::new(seed, Purpose::Batches, place);
    let place = 1 + epoch as u64;
    if recipe.fixed_batches {
        draw(0).shuffle(&mut numbers);
    } else {
        draw(place).shuffle(&mut numbers);
    }
    let mut batches: Vec<Vec<usize>> = numbers
        .chunks(recipe.batch)
        .take(if recipe.fixed_batches { usize::MAX } else { steps_of(records, recipe.batch) })
        .map(<[usize]>::to_vec)
        .collect();
    if recipe.fixed_batches {
        draw(place).shuffle(&mut batches);
    }
    batches
}

/// Starts a thread that prepares one epoch's batches of random crops, in order.
pub fn epoch<'scope, 'env>(
    scope: &'scope Scope<'scope, 'env>,
    lessons: Lessons<'env>,
    number: usize,
) -> Receiver<Batch> {
    let (sender, receiver) = sync_channel(AHEAD);
    scope.spawn(move || {
        let Lessons { data, examples, teacher, recipe, crop, seed } = lessons;
        // Crops are drawn after the order from a generator of their own, so that both are fixed by seed and epoch.
        let mut generator = Generator::new(seed ^ 0x5ca1_ab1e, Purpose::Batches, number as u64);
        for (step, picked) in order(examples.len(), recipe, seed, number).into_iter().enumerate() {
            let mut batch = Batch { records: picked.len(), ..Batch::default() };
            for index in picked {
                let example = examples[index];
                let part = &data.parts[example.part];
                let spare = part.length.saturating_sub(crop);
                // As in the benchmark, the last possible start is never drawn.
                let start = generator.below(spare);
                data.window(example, start, crop, &mut batch.inputs);
                if let Some(teacher) = teacher {
                    teacher.window(index, (start, part.rate), &mut batch.teachers);
                }
                batch.labels.extend_from_slice(&example.labels);
                batch.persons.push(example.person);
            }
            let mut draws = Generator::new(seed, Purpose::Augmentation, ((number as u64) << 32) | step as u64);
            augment(&mut batch, recipe.augmentation, crop, &mut draws);
            if sender.send(batch).is_err() {
                // The run stopped.
                return;
            }
        }
    });
    receiver
}

/// Starts of the windows of a recording: full windows with half a window between starts; one, followed by zeros, where the
/// recording is shorter than a window.
pub fn window_starts(length: usize, window: usize) -> Vec<usize> {
    classify::windows::starts(length.max(window), window, stride_of(window))
}

/// Samples between the starts of windows: half a window, as in the benchmark.
pub fn stride_of(window: usize) -> usize {
    (window / 2).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipes::RecipeName;

    #[test]
    fn ten_seconds_hold_seven_windows_of_two_and_a_half() {
        assert_eq!(window_starts(1000, 250), [0, 125, 250, 375, 500, 625, 750]);
        assert_eq!(window_starts(1000, 1000), [0]);
        assert_eq!(window_starts(5000, 7500), [0], "a short recording is one padded window");
    }

    #[test]
    fn a_teacher_of_another_rate_is_shown_the_same_moment() {
        use crate::dataset::{Meaning, Part, Samples, Scaler};
        let ramp = |rate: usize| Dataset {
            labels: Vec::new(),
            parts: vec![Part {
                length: 10 * rate,
                rate: rate as f64,
                counts_per_unit: 1.0,
                meaning: Meaning::StandardDeviations,
                // Each number is its moment in milliseconds.
                samples: Samples::Prepared {
                    channels: 1,
                    features: 0,
                    values: (0..10 * rate).map(|sample| (sample * 1000 / rate) as f32).collect(),
                },
            }],
            examples: Vec::new(),
            scaler: Scaler { mean: 0.0, deviation: 1.0 },
            name: String::new(),
            origin: Vec::new(),
            records: Vec::new(),
            exclusive: false,
        };
        let example = Example {
            part: 0,
            row: 0,
            id: 1,
            fold: 1,
            labels: Vec::new(),
            patient: ecg::Patient::default(),
            person: 1,
        };
        let data = ramp(500);
        let shown = Shown { data: &data, examples: &[&example], samples: 1250 };
        let begins = |start: usize| {
            let mut out = Vec::new();
            shown.window(0, (start, 100.0), &mut out);
            assert_eq!(out.len(), 1250);
            out[0]
        };
        assert_eq!((begins(0), begins(300)), (0.0, 3000.0));
        assert_eq!(begins(900), 7500.0, "a window that would not fit ends with the recording");
    }

    #[test]
    fn an_epoch_of_the_benchmark_drops_the_incomplete_batch_and_draws_anew() {
        let recipe = RecipeName::Benchmark.recipe();
        let first = order(17_441, &recipe, 1, 0);
        assert_eq!(first.len(), 136);
        assert_ne!(first, order(17_441, &recipe, 1, 1));
        assert_eq!(first, order(17_441, &recipe, 1, 0));
    }

    #[test]
    fn imle_nets_batches_keep_their_records_and_change_only_their_order() {
        let recipe = RecipeName::ImleNet.recipe();
        let (mut first, mut second) = (order(100, &recipe, 1, 0), order(100, &recipe, 1, 1));
        assert_eq!(first.len(), 4);
        assert_eq!(first.iter().map(Vec::len).sum::<usize>(), 100);
        first.sort();
        second.sort();
        assert_eq!(first, second);
    }
}
