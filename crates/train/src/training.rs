//! The training loop.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use burn::tensor::Device;
use classify::Input;
use nets::{Architecture, Tensors};
use serde::{Deserialize, Serialize};

use crate::batches::{self, Lessons, Shown};
use crate::checkpoint::{Checkpoint, CheckpointError, Epoch};
use crate::dataset::{Dataset, Example};
use crate::learner::{LearnError, Learner, Lesson};
use crate::loss::{Goal, Targets};
use crate::metrics::{Table, Undefined, macro_auc};
use crate::predict::{Model, predict};
use crate::recipes::{Choice, Recipe};
use crate::seeds::{Generator, Purpose};
use crate::tasks::Task;

/// What a run is: with the data, all that its result depends on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// The network.
    pub architecture: Architecture,
    /// The labels.
    pub task: Task,
    /// What is done with recordings before the network sees them.
    #[serde(default)]
    pub input: Input,
    /// How it is trained.
    pub recipe: Recipe,
    /// SHA-256 of the weights that it starts from; none where they are drawn.
    #[serde(default)]
    pub start: Option<String>,
    /// SHA-256 of its teacher's weights.
    #[serde(default)]
    pub teacher: Option<String>,
    /// The seed of everything random.
    pub seed: u64,
    /// Number of training and of validation recordings, so that a run is not resumed on other data.
    pub recordings: (usize, usize),
}

/// What a run tells while it goes on. Every method may do nothing.
pub trait Watch {
    /// The run starts or goes on: epochs done before, epochs in all, batches an epoch.
    fn start(&mut self, _done: usize, _epochs: usize, _steps: usize) {}
    /// A step was made: epoch from 0, step from 0, its loss, recordings in it.
    fn step(&mut self, _epoch: usize, _step: usize, _loss: f64, _records: usize) {}
    /// Validation has done so many recordings of so many.
    fn validating(&mut self, _done: usize, _all: usize) {}
    /// An epoch ended and its checkpoint is on the disk.
    fn epoch(&mut self, _epoch: &Epoch) {}
}

/// A watch that says nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;
impl Watch for Silent {}

/// A finished run.
#[derive(Clone, Debug)]
pub struct Trained {
    /// The kept network's numbers.
    pub network: Tensors,
    /// The epoch that they are from, counted from 1.
    pub chosen: usize,
    /// The learning curve.
    pub curve: Vec<Epoch>,
}

/// How a run ended.
#[derive(Clone, Debug)]
pub enum Ending {
    /// All epochs are done.
    Finished(Box<Trained>),
    /// It was asked to stop; the last epoch's checkpoint stands.
    Stopped,
}

/// Why a run failed.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// A checkpoint is at fault.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The checkpoint is of another run.
    #[error(
        "{path}: belongs to a run with other settings or data; start without --resume, or give another --run folder\n  it has {found}\n  this run has {expected}"
    )]
    OtherRun {
        /// The checkpoint.
        path: PathBuf,
        /// Its settings.
        found: String,
        /// The settings asked for.
        expected: String,
    },
    /// The checkpoint does not fit the network.
    #[error("{path}: {source}")]
    Weights {
        /// The checkpoint.
        path: PathBuf,
        /// What is wrong.
        source: LearnError,
    },
    /// The network cannot be described for these labels.
    #[error(transparent)]
    Graph(#[from] nets::graph::GraphError),
    /// The network cannot learn.
    #[error(transparent)]
    Learn(#[from] LearnError),
    /// The network's own numbers are not its own.
    #[error(transparent)]
    Network(#[from] nets::Error),
    /// There is too little to train on.
    #[error("expected training recordings of folds 1-8 that carry a label of the task, found none")]
    NoRecordings,
    /// The loss left the numbers.
    #[error("epoch {epoch}, step {step}: the loss is {loss}; a lower learning rate or another seed may help")]
    Diverged {
        /// Epoch, from 1.
        epoch: usize,
        /// Step, from 1.
        step: usize,
        /// The loss.
        loss: f64,
    },
    /// Settings cannot be written as JSON.
    #[error("settings: {0}")]
    Settings(#[from] serde_json::Error),
}

/// What a run is fed.
#[derive(Clone, Copy)]
pub struct Split<'a> {
    /// All recordings.
    pub data: &'a Dataset,
    /// Those that are trained on.
    pub training: &'a [&'a Example],
    /// Those that the choice is made on.
    pub validation: &'a [&'a Example],
    /// Weights to start from, by name; what is missing or of another shape is drawn.
    pub start: Option<&'a Tensors>,
    /// A teacher, with the training recordings in the same order as it sees them.
    pub teacher: Option<Teacher<'a>>,
}

/// A trained network that another learns from.
#[derive(Clone, Copy)]
pub struct Teacher<'a> {
    /// The network.
    pub model: &'a Model,
    /// The recordings as it sees them.
    pub data: &'a Dataset,
    /// Those that are trained on.
    pub training: &'a [&'a Example],
}

/// Where a run keeps its checkpoint.
pub fn checkpoint_path(folder: &Path) -> PathBuf {
    folder.join("checkpoint.safetensors")
}

/// Trains a network from its seed, or goes on from the checkpoint in `folder` if `resume` is set and one is there.
///
/// On one machine's CPU the same settings and data give the same numbers, whether the run was interrupted or not.
///
/// # Errors
/// The checkpoint is of another run or cannot be written, there is nothing to train on, or the loss left the numbers.
pub fn train(
    settings: &Settings,
    split: Split<'_>,
    folder: &Path,
    resume: bool,
    device: &Device,
    stop: &AtomicBool,
    watch: &mut dyn Watch,
) -> Result<Ending, TrainError> {
    if split.training.is_empty() {
        return Err(TrainError::NoRecordings);
    }
    let recipe = &settings.recipe;
    let path = checkpoint_path(folder);
    let as_text = serde_json::to_string(settings)?;
    let classes = split.data.labels.len();
    let graph = settings.architecture.graph(classes)?;
    let mut state = Checkpoint { settings: as_text.clone(), ..Checkpoint::default() };
    let mut learner = if resume && path.exists() {
        state = Checkpoint::read(&path)?;
        if !goes_on(&state.settings, settings) {
            return Err(TrainError::OtherRun { path, found: state.settings, expected: as_text });
        }
        state.settings.clone_from(&as_text);
        let adam = std::mem::take(&mut state.adam);
        Learner::new(graph.clone(), &state.network, recipe.adam, Some(adam), device)
            .map_err(|source| TrainError::Weights { path: path.clone(), source })?
    } else {
        let mut first = graph.drawn(Generator::new(settings.seed, Purpose::Weights, 0).next());
        for (name, own) in &mut first {
            if let Some(other) = split.start.and_then(|start| start.get(name)).filter(|other| other.0 == own.0) {
                own.clone_from(other);
            }
        }
        Learner::new(graph.clone(), &first, recipe.adam, None, device)?
    };

    learner.heed(recipe);
    let steps = batches::order(split.training.len(), recipe, settings.seed, 0).len();
    let lessons = Lessons {
        data: split.data,
        examples: split.training,
        teacher: split.teacher.map(|teacher| Shown {
            data: teacher.data,
            examples: teacher.training,
            samples: teacher.model.graph().input().length,
        }),
        recipe,
        crop: settings.input.samples,
        seed: settings.seed,
    };
    let asked = recipe.objective.reads(&graph);
    watch.start(state.curve.len(), recipe.epochs, steps);
    while state.curve.len() < recipe.epochs && !out_of_patience(&state, recipe) {
        let epoch = state.curve.len();
        let mut losses = 0.0;
        let mut records = 0;
        let mut rate = 0.0;
        let began = Instant::now();
        let finished = std::thread::scope(|scope| -> Result<bool, TrainError> {
            let receiver = batches::epoch(scope, lessons, epoch);
            for (step, batch) in receiver.into_iter().enumerate() {
                if stop.load(Ordering::Relaxed) {
                    return Ok(false);
                }
                let place = epoch * steps + step;
                let pace = recipe.schedule.at(place, steps * recipe.epochs, steps);
                rate = pace.rate;
                let taught = split.teacher.map(|teacher| teacher.model.outputs(&batch.teachers, &asked));
                let seed = Generator::new(settings.seed, Purpose::Dropout, place as u64).next();
                let targets = Targets {
                    records: batch.records,
                    labels: &batch.labels,
                    teacher: taught.as_ref(),
                    epoch,
                    seed,
                    persons: &batch.persons,
                };
                let value = learner.step(&Lesson { inputs: &batch.inputs, targets, seed }, &recipe.objective, pace);
                if !value.is_finite() {
                    return Err(TrainError::Diverged { epoch: epoch + 1, step: step + 1, loss: value });
                }
                losses += value;
                records += batch.records;
                watch.step(epoch, step, value, batch.records);
            }
            Ok(true)
        })?;
        if !finished {
            return Ok(Ending::Stopped);
        }
        let taken = began.elapsed().max(Duration::from_micros(1));
        let mut entry = Epoch {
            epoch: epoch + 1,
            loss: losses / steps as f64,
            validation_loss: None,
            validation_auc: None,
            rate,
            records_per_second: records as f64 / taken.as_secs_f64(),
        };
        let last = epoch + 1 == recipe.epochs;
        state.network = learner.tensors();
        let validates =
            !split.validation.is_empty() && (last || (epoch + 1).is_multiple_of(recipe.validate_every.max(1)));
        if validates && recipe.objective.goal != Goal::Labels {
            entry.validation_loss = Some(validation_loss(&learner, settings, split, watch));
        } else if validates {
            let all = split.validation.len();
            let model = Model::new(graph.clone(), &state.network, device)?;
            let predictions = predict(&model, split.data, split.validation, |done| watch.validating(done, all))
                .exclusive(recipe.objective.labels.is_exclusive());
            let probabilities = predictions.probabilities(1.0, recipe.aggregate);
            entry.validation_loss = Some(predictions.cross_entropy(1.0, recipe.aggregate));
            entry.validation_auc = Table::from_f32(classes, &probabilities, &predictions.truth)
                .ok()
                .and_then(|table| macro_auc(&table, Undefined::Skip))
                .map(|area| area.value);
            keep_best(&mut state, &entry, recipe.choice);
        }
        state.curve.push(entry);
        state.adam = learner.state();
        state.write(&path)?;
        if let Some(entry) = state.curve.last() {
            watch.epoch(entry);
        }
    }
    let (chosen, network) = match (recipe.choice, state.best) {
        (Choice::Best { .. }, Some((epoch, _, best))) => (epoch, best),
        _ => (state.curve.len(), state.network),
    };
    Ok(Ending::Finished(Box::new(Trained { network, chosen, curve: state.curve })))
}

/// Mean loss over the validation recordings' first windows, for networks that tell no labels.
fn validation_loss(learner: &Learner, settings: &Settings, split: Split<'_>, watch: &mut dyn Watch) -> f64 {
    let (recipe, window) = (&settings.recipe, settings.input.samples);
    let mut sum = 0.0;
    let mut done = 0;
    for examples in split.validation.chunks(recipe.batch.min(32)) {
        let mut inputs = Vec::new();
        for example in examples {
            split.data.window(example, 0, window, &mut inputs);
        }
        let targets = Targets::of(examples.len(), &[]);
        let lesson = Lesson { inputs: &inputs, targets, seed: done as u64 };
        sum += learner.loss(&lesson, &recipe.objective) * examples.len() as f64;
        done += examples.len();
        watch.validating(done, split.validation.len());
    }
    sum / done.max(1) as f64
}

/// True when a checkpoint's settings are this run's. The number of epochs may differ where the rate does not depend on
/// it: such a run can be ended early, or go on for longer.
fn goes_on(before: &str, settings: &Settings) -> bool {
    let Ok(mut before) = serde_json::from_str::<Settings>(before) else { return false };
    if settings.recipe.schedule.is_open_ended() {
        before.recipe.epochs = settings.recipe.epochs;
    }
    before == *settings
}

fn keep_best(state: &mut Checkpoint, entry: &Epoch, choice: Choice) {
    let Choice::Best { from } = choice else { return };
    let Some(auc) = entry.validation_auc else { return };
    if entry.epoch > from && state.best.as_ref().is_none_or(|(_, best, _)| auc > *best) {
        state.best = Some((entry.epoch, auc, state.network.clone()));
    }
}

/// True when no validated epoch of the last `patience` beat the best before by 1e-4 (Keras' rule for IMLE-Net).
fn out_of_patience(state: &Checkpoint, recipe: &Recipe) -> bool {
    let Some(patience) = recipe.patience else { return false };
    let mut best = f64::NEG_INFINITY;
    let mut since = 0;
    for epoch in &state.curve {
        match epoch.validation_auc {
            Some(auc) if auc > best + 1e-4 => (best, since) = (auc, 0),
            _ => since += 1,
        }
    }
    since >= patience
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipes::RecipeName;

    fn settings(name: RecipeName, epochs: usize) -> Settings {
        let recipe = Recipe { epochs, ..name.recipe() };
        Settings {
            architecture: Architecture::IMLE_NET,
            task: Task::Superclass,
            input: Input::default(),
            start: None,
            teacher: None,
            recipe,
            seed: 1,
            recordings: (9, 3),
        }
    }

    #[test]
    fn a_run_may_be_ended_early_or_go_on_only_where_the_rate_does_not_depend_on_its_length() {
        let text = |settings: &Settings| serde_json::to_string(settings).unwrap();
        let constant = settings(RecipeName::ImleNet, 60);
        assert!(goes_on(&text(&constant), &constant));
        assert!(goes_on(&text(&constant), &settings(RecipeName::ImleNet, 9)));
        assert!(!goes_on(&text(&constant), &Settings { seed: 2, ..constant.clone() }));
        let cycle = settings(RecipeName::Benchmark, 50);
        assert!(goes_on(&text(&cycle), &cycle));
        assert!(!goes_on(&text(&cycle), &settings(RecipeName::Benchmark, 30)));
        assert!(!goes_on("no settings", &cycle));
    }
}
