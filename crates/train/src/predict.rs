//! A network's answers for many recordings.

use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};
use classify::Card;
use nets::cpu::Plan;
use nets::graph::{Graph, LOGITS, Running};
use nets::{Error, Tensors};
use rayon::prelude::*;

use crate::batches::window_starts;
use crate::dataset::{Dataset, Example};
use crate::learner::is_processor;
use crate::loss::Outputs;
use crate::optimiser::numbers;
use crate::recipes::Aggregate;

/// A network that answers: on a processor by the page's own engine, window by window on all threads; else by Burn.
pub enum Model {
    /// The engine for processors.
    Processor(Box<Plan>),
    /// Burn on a device.
    Device(Box<Running>, Device),
}

impl Model {
    /// A network with its weights.
    ///
    /// # Errors
    /// The weights are not the network's.
    pub fn new(graph: Arc<Graph>, tensors: &Tensors, device: &Device) -> Result<Model, Error> {
        let device = device.clone().inner();
        Ok(if is_processor(&device) {
            Model::Processor(Box::new(Plan::new(graph, tensors)?))
        } else {
            Model::Device(Box::new(Running::load(graph, tensors, &device)?), device)
        })
    }

    /// What it computes.
    pub fn graph(&self) -> &Arc<Graph> {
        match self {
            Model::Processor(plan) => plan.graph(),
            Model::Device(network, _) => network.graph(),
        }
    }

    /// Logits `[window, label]` of windows `[window, lead, sample]`.
    pub fn logits(&self, windows: &[f32]) -> Vec<f32> {
        self.outputs(windows, &[LOGITS]).remove(LOGITS).unwrap_or_default()
    }

    /// Outputs by name, `[window, row, position, channel]`, of windows `[window, lead, sample]`.
    pub fn outputs(&self, windows: &[f32], names: &[&'static str]) -> Outputs {
        let input = self.graph().input();
        let mut outputs = Outputs::new();
        match self {
            Model::Processor(plan) => {
                let each: Vec<_> = windows
                    .par_chunks_exact(input.size())
                    .map(|window| plan.run(window, 1).unwrap_or_default())
                    .collect();
                for &name in names {
                    let values = each.iter().filter_map(|outputs| outputs.get(name));
                    outputs.insert(name, values.flat_map(|output| output.values.iter().copied()).collect());
                }
            }
            Model::Device(network, device) => {
                let extents = [windows.len() / input.size().max(1), input.channels, input.length];
                let windows = TensorData::new(windows.to_vec(), extents);
                let mut all = network.forward(Tensor::<3>::from_data(windows, device));
                for &name in names {
                    outputs.extend(all.remove(name).map(|tensor| (name, numbers(tensor))));
                }
            }
        }
        outputs
    }
}

/// Logits of every window of some recordings.
#[derive(Clone, Debug, PartialEq)]
pub struct Predictions {
    /// Labels.
    pub classes: usize,
    /// Whether exactly one of them applies to a recording.
    pub exclusive: bool,
    /// Logits of each recording's windows: `[window, label]` a recording.
    pub logits: Vec<Vec<f32>>,
    /// What is true: `[recording, label]`, 0 or 1.
    pub truth: Vec<f32>,
}

/// Windows that are run at once, by their length: about 16 of 2.5 s to one of 10 s costs the same memory.
const SAMPLES_AT_ONCE: usize = 32_000;

/// Runs a network over every window of some recordings; `seen` is called with the number of recordings done.
pub fn predict(model: &Model, data: &Dataset, examples: &[&Example], mut seen: impl FnMut(usize)) -> Predictions {
    let classes = data.labels.len();
    let input = model.graph().input();
    let at_once = (SAMPLES_AT_ONCE / input.length).max(1);
    let mut predictions = Predictions {
        classes,
        exclusive: data.exclusive,
        logits: Vec::with_capacity(examples.len()),
        truth: examples.iter().flat_map(|example| example.labels.iter().copied()).collect(),
    };
    // Windows in order, each with its recording.
    let jobs: Vec<(usize, usize)> = examples
        .iter()
        .enumerate()
        .flat_map(|(number, example)| {
            window_starts(data.parts[example.part].length, input.length).into_iter().map(move |start| (number, start))
        })
        .collect();
    predictions.logits.resize(examples.len(), Vec::new());
    for chunk in jobs.chunks(at_once) {
        let mut inputs = Vec::with_capacity(chunk.len() * input.size());
        for &(number, start) in chunk {
            data.window(examples[number], start, input.length, &mut inputs);
        }
        let logits = model.logits(&inputs);
        for (&(number, _), logits) in chunk.iter().zip(logits.chunks_exact(classes)) {
            predictions.logits[number].extend_from_slice(logits);
        }
        seen(chunk.last().map_or(0, |job| job.0));
    }
    predictions
}

impl Predictions {
    /// The same answers of a network whose labels exclude each other, or do not.
    #[must_use]
    pub fn exclusive(self, exclusive: bool) -> Predictions {
        Predictions { exclusive, ..self }
    }

    /// The answers for some of the recordings, by their numbers.
    #[must_use]
    pub fn only(&self, wanted: impl Fn(usize) -> bool) -> Predictions {
        let numbers = || (0..self.logits.len()).filter(|&number| wanted(number));
        Predictions {
            logits: numbers().map(|number| self.logits[number].clone()).collect(),
            truth: numbers().flat_map(|number| &self.truth[number * self.classes..][..self.classes]).copied().collect(),
            classes: self.classes,
            exclusive: self.exclusive,
        }
    }

    /// Probabilities `[recording, label]` as a model's card says, with all of its calibration.
    pub fn calibrated(&self, card: &Card, aggregate: Aggregate) -> Vec<f32> {
        self.logits.iter().flat_map(|logits| card.probabilities(logits, aggregate.into())).collect()
    }

    /// Probabilities `[recording, label]`: logits over the temperature, the logistic function (or the softmax), then mean
    /// or maximum over the recording's windows.
    pub fn probabilities(&self, temperature: f64, aggregate: Aggregate) -> Vec<f32> {
        self.logits
            .iter()
            .flat_map(|logits| {
                let temperature = temperature as f32;
                classify::windows::probabilities(logits, self.classes, temperature, self.exclusive, aggregate.into())
            })
            .collect()
    }

    /// Mean binary cross entropy of the aggregated probabilities.
    pub fn cross_entropy(&self, temperature: f64, aggregate: Aggregate) -> f64 {
        let probabilities = self.probabilities(temperature, aggregate);
        let sum: f64 = probabilities
            .iter()
            .zip(&self.truth)
            .map(|(&probability, &truth)| {
                let p = f64::from(probability).clamp(1e-7, 1.0 - 1e-7);
                -if truth > 0.5 { p.ln() } else { (1.0 - p).ln() }
            })
            .sum();
        sum / probabilities.len().max(1) as f64
    }

    /// The temperature between 0.25 and 4 with the least cross entropy (golden section over its logarithm).
    pub fn best_temperature(&self, aggregate: Aggregate) -> f64 {
        let (mut low, mut high) = (0.25_f64.ln(), 4.0_f64.ln());
        let ratio = (5.0_f64.sqrt() - 1.0) / 2.0;
        let cost = |point: f64| self.cross_entropy(point.exp(), aggregate);
        let (mut left, mut right) = (high - ratio * (high - low), low + ratio * (high - low));
        let (mut left_cost, mut right_cost) = (cost(left), cost(right));
        for _ in 0..30 {
            if left_cost <= right_cost {
                (high, right, right_cost) = (right, left, left_cost);
                left = high - ratio * (high - low);
                left_cost = cost(left);
            } else {
                (low, left, left_cost) = (left, right, right_cost);
                right = low + ratio * (high - low);
                right_cost = cost(right);
            }
        }
        f64::midpoint(low, high).exp()
    }
}
