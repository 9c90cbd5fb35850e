//! `train-native train`, and the demo that runs without a command.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context as _, bail};
use burn::tensor::Device;
use classify::{Input, Precision, weights};
use ecg::Lead;
use nets::{Architecture, Purpose};
use train::chart::learning_curve;
use train::checkpoint::{Epoch, write_whole};
use train::dataset::Dataset;
use train::evaluate::{as_text, table};
use train::export::{Provenance, export};
use train::loss::{Distillation, LabelLoss};
use train::progress::{Terminal, counted};
use train::recipes::RecipeName;
use train::source::Wanted;
use train::tasks::Task;
use train::training::{Ending, Settings, Split, Teacher, checkpoint_path, train};
use train::{preparation, simulated, source};

use super::sources::{self, PRE_TRAINED, Sources};

/// Folds that are trained on.
const TRAINING: [u8; 8] = [1, 2, 3, 4, 5, 6, 7, 8];

/// Exit code of a run that was asked to stop (128 + SIGINT).
pub const STOPPED: u8 = 130;

#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// Folder of the task's data set: PTB-XL's packs or WFDB files with the metadata; for the tasks cpsc2018, chapman and
    /// cinc2021 that data set as published, in any folders below [default: simulated recordings]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Network: see `train-native models`
    #[arg(long, default_value = "resnet1d_wang")]
    pub model: Architecture,
    /// Labels to tell apart
    #[arg(long, value_enum, default_value = "superclass")]
    pub task: Task,
    /// The lead of networks that take one
    #[arg(long, default_value = "II", value_parser = lead)]
    pub lead: Lead,
    /// How to train [default: the one that the network was published with]
    #[arg(long, value_enum)]
    pub recipe: Option<RecipeName>,
    /// Seed of everything random
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Passes over the recordings [default: the recipe's]
    #[arg(long)]
    pub epochs: Option<usize>,
    /// Recordings a step [default: the recipe's]
    #[arg(long)]
    pub batch: Option<usize>,
    /// Epochs between validations on fold 9 [default: the recipe's]
    #[arg(long, value_name = "EPOCHS")]
    pub validate_every: Option<usize>,
    /// Start from the weights of a model folder or of a run in pre-training, where names and shapes are the same
    #[arg(long, value_name = "DIR")]
    pub start: Option<PathBuf>,
    /// Learn from a trained model of the same labels as well
    #[arg(long, value_name = "DIR")]
    pub teacher: Option<PathBuf>,
    /// What is learned from the teacher
    #[arg(long, value_enum, default_value = "labels")]
    pub distillation: Distilled,
    /// Weight of what is learned from the teacher [default: 0.05 for stages, 1 for labels, 0.8 for contrast]
    #[arg(long)]
    pub alpha: Option<f64>,
    /// Stages that count, from the last
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=4))]
    pub stages: u8,
    /// Mix recordings in pairs by a share of Beta(A, A) [default: the recipe's]
    #[arg(long, value_name = "A")]
    pub mixup: Option<f64>,
    /// Deviation of the noise that is added [default: the recipe's]
    #[arg(long)]
    pub noise: Option<f64>,
    /// Share of leads that are silenced
    #[arg(long, value_name = "SHARE")]
    pub silence: Option<f64>,
    /// Go on from the run's checkpoint
    #[arg(long)]
    pub resume: bool,
    /// Also train on records that are there only band-passed and standardised by lead
    #[arg(long)]
    pub include_zscored: bool,
    /// Simulated recordings of each condition, where no --data is given
    #[arg(long, default_value_t = 120, value_name = "NUMBER")]
    pub simulated: usize,
    /// Model folder to write [default: models/NAME]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Folder for checkpoint, learning curve and report [default: target/runs/NAME-SEED]
    #[arg(long, value_name = "DIR")]
    pub run: Option<PathBuf>,
    /// Where to compute
    #[arg(long, value_enum, default_value = "auto")]
    pub device: super::device::Choice,
}

/// What a student learns from its teacher.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Distilled {
    /// The teacher's probabilities of the labels
    Labels,
    /// The maps behind DSAIL's last stages
    Stages,
    /// The teacher's probabilities, and what it makes of each recording beside all others (MVKT-ECG)
    Contrast,
}

impl Options {
    /// What runs without a command.
    pub fn demo() -> Options {
        Options {
            data: None,
            model: Architecture::RESNET1D_WANG,
            task: Task::Simulated,
            lead: Lead::II,
            recipe: Some(RecipeName::Demo),
            seed: 1,
            epochs: None,
            batch: None,
            validate_every: None,
            start: None,
            teacher: None,
            distillation: Distilled::Labels,
            alpha: None,
            stages: 2,
            mixup: None,
            noise: None,
            silence: None,
            resume: false,
            include_zscored: false,
            simulated: 120,
            out: None,
            run: None,
            device: super::device::Choice::Auto,
        }
    }

    /// The model's name: its folder. A student's says so, since the same network may be trained without its teacher.
    pub fn name(&self) -> String {
        if self.task == Task::Simulated {
            return "demo".to_owned();
        }
        let mut name = self.model.name().replace('+', "-");
        if self.model.input().leads == 1 {
            let _ = write!(name, "-{}", self.lead.name().to_lowercase());
        }
        let _ = write!(name, "-{}", self.task.name());
        if self.teacher.is_some() {
            name.push_str("-distilled");
        }
        name
    }

    /// Folder of its checkpoint.
    pub fn run_folder(&self) -> PathBuf {
        let name = || Path::new("target/runs").join(format!("{}-{}", self.name(), self.seed));
        self.run.clone().unwrap_or_else(name)
    }

    /// Folder of its model.
    pub fn model_folder(&self) -> PathBuf {
        self.out.clone().unwrap_or_else(|| Path::new("models").join(self.name()))
    }

    /// The command that trains this again; where the data lies is the reader's own business.
    pub fn command(&self) -> String {
        if self.task == Task::Simulated && self.model == Architecture::RESNET1D_WANG && self.seed == 1 {
            return "train-native".to_owned();
        }
        let mut text = String::from("train-native train");
        if self.data.is_some() {
            text.push_str(" --data DIR");
        }
        let _ = write!(text, " --model {} --task {} --seed {}", self.model, self.task.name(), self.seed);
        let optional = |text: &mut String, name: &str, value: Option<usize>| {
            if let Some(value) = value {
                let _ = write!(text, " --{name} {value}");
            }
        };
        if self.model.input().leads == 1 {
            let _ = write!(text, " --lead {}", self.lead.name());
        }
        if let Some(recipe) = self.recipe {
            let _ = write!(text, " --recipe {}", recipe.name());
        }
        optional(&mut text, "epochs", self.epochs);
        optional(&mut text, "batch", self.batch);
        optional(&mut text, "validate-every", self.validate_every);
        let folder = |path: &PathBuf| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if let Some(start) = &self.start {
            let _ = write!(text, " --start {}", folder(start));
        }
        if let Some(teacher) = &self.teacher {
            let _ = write!(text, " --teacher {}", folder(teacher));
            match self.distillation {
                Distilled::Labels => {}
                Distilled::Stages => {
                    let _ = write!(text, " --distillation stages --stages {}", self.stages);
                }
                Distilled::Contrast => text.push_str(" --distillation contrast"),
            }
        }
        for (name, value) in
            [("alpha", self.alpha), ("mixup", self.mixup), ("noise", self.noise), ("silence", self.silence)]
        {
            if let Some(value) = value {
                let _ = write!(text, " --{name} {value}");
            }
        }
        if self.include_zscored {
            text.push_str(" --include-zscored");
        }
        text
    }

    fn settings(&self, input: Input, recordings: (usize, usize), sources: &Sources) -> Settings {
        let mut recipe = self.recipe.map_or_else(|| RecipeName::for_network(self.model), RecipeName::recipe);
        recipe.epochs = self.epochs.unwrap_or(recipe.epochs);
        recipe.schedule = recipe.schedule.over(recipe.epochs);
        if self.task.wants_softmax() {
            recipe.objective.labels = LabelLoss::CrossEntropy;
        }
        if self.teacher.is_some() {
            recipe.objective.distillation = Some(match self.distillation {
                Distilled::Labels => Distillation::Labels { weight: self.alpha.unwrap_or(1.0), temperature: 2.0 },
                Distilled::Stages => Distillation::Stages {
                    alpha: self.alpha.unwrap_or(0.05),
                    last: usize::from(self.stages),
                    weights: [1.0 / 64.0, 1.0 / 16.0, 0.25, 1.0],
                    // Half of the weight at the fifteenth of the recipe's 200 epochs.
                    ramp: Some(15.0 * recipe.epochs as f64 / 200.0),
                },
                Distilled::Contrast => Distillation::LabelsAndContrast {
                    labels: 1.0,
                    temperature: 1.0,
                    contrast: self.alpha.unwrap_or(0.8),
                    sharpness: 0.07,
                },
            });
        }
        let augmentation = &mut recipe.augmentation;
        augmentation.mixup = self.mixup.or(augmentation.mixup).filter(|share| *share > 0.0);
        augmentation.noise = self.noise.unwrap_or(augmentation.noise);
        augmentation.silenced_leads = self.silence.unwrap_or(augmentation.silenced_leads);
        recipe.batch = self.batch.unwrap_or(recipe.batch);
        recipe.validate_every = self.validate_every.unwrap_or(recipe.validate_every);
        Settings {
            architecture: self.model,
            task: self.task,
            input,
            start: sources.start_sum(),
            teacher: sources.teacher_sum(),
            recipe,
            seed: self.seed,
            recordings,
        }
    }
}

/// One of the twelve leads, by name.
fn lead(name: &str) -> Result<Lead, String> {
    let names = || Lead::TWELVE.iter().map(Lead::name).collect::<Vec<_>>().join(", ");
    let found = Lead::TWELVE.iter().find(|lead| lead.name().eq_ignore_ascii_case(name));
    found.cloned().ok_or_else(|| format!("expected one of {}", names()))
}

/// Loads or simulates the recordings, for a network of this rate.
pub(super) fn dataset(options: &Options, rate: f64) -> anyhow::Result<Dataset> {
    let Some(folder) = &options.data else {
        let all = options.simulated * signal::simulate::Condition::ALL.len();
        let bar = counted("simulating", all as u64);
        let data = simulated::simulated(options.simulated, options.seed, |done| bar.set_position(done as u64))?;
        bar.finish_and_clear();
        eprintln!("{all} simulated recordings of {} conditions", data.labels.len());
        return Ok(data);
    };
    if options.task == Task::Simulated {
        bail!("task simulated takes no --data: its recordings are made here");
    }
    let wanted = Wanted { include_zscored: options.include_zscored, rate };
    source::load(folder, options.task, wanted, &mut |line| eprintln!("{line}"))
        .with_context(|| format!("loading {}", folder.display()))
}

/// Runs `train-native train`.
pub fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let stop = stop_at_interrupt()?;
    Ok(match train_one(options, &stop)? {
        Outcome::Done => ExitCode::SUCCESS,
        Outcome::Stopped => ExitCode::from(STOPPED),
    })
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The model is written.
    Done,
    /// It was asked to stop.
    Stopped,
}

/// A flag that the first Ctrl-C sets. A second one ends at once; the checkpoint is written whole or not at all, so nothing
/// is lost.
pub fn stop_at_interrupt() -> anyhow::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(STOPPED));
        }
    })
    .context("setting up Ctrl-C")?;
    Ok(stop)
}

/// Trains one network and writes its model folder, until `stop` is set.
pub fn train_one(options: &Options, stop: &AtomicBool) -> anyhow::Result<Outcome> {
    let mut options = options.clone();
    if options.data.is_none() {
        options.task = Task::Simulated;
    }
    let name = options.name();
    let device: Device = options.device.open()?;
    let mut data = dataset(&options, options.model.input().rate)?;
    let mut input = preparation::input(options.model, data.scaler, &options.lead);
    data.prepare(&mut input)?;
    let sources = Sources::open(&options, &device)?;
    let teachers = sources.teacher.as_ref().map(|teacher| teacher.data(&options)).transpose()?;
    let training = data.examples_of(&TRAINING, false);
    let validation = data.examples_of(&[9], true);
    let settings = options.settings(input.clone(), (training.len(), validation.len()), &sources);
    let folder = options.run_folder();
    eprintln!(
        "{}: {} labels, {} parameters; {} recordings to train on (folds 1-8), {} to validate on (fold 9)",
        name,
        data.labels.len(),
        options.model.graph(data.labels.len())?.parameters(),
        training.len(),
        validation.len()
    );
    let commit = commit_of_run(&folder, options.resume)?;
    let taught = teachers.as_ref().map(|data| data.examples_of(&TRAINING, false));
    let taught = taught.map(|taught| sources::in_order(&training, &taught)).transpose()?;
    let teacher = match (&sources.teacher, &teachers, &taught) {
        (Some(teacher), Some(data), Some(training)) => Some(Teacher { model: &teacher.model, data, training }),
        _ => None,
    };
    if let (Some(teacher), Some(distillation)) = (&teacher, &settings.recipe.objective.distillation) {
        let student = options.model.graph(data.labels.len())?;
        if let Some((who, output)) = distillation.missing(&student, teacher.model.graph()) {
            bail!(
                "this way of distillation compares {output:?}, which the {who}'s network does not give: expected DSAIL's \
                 networks for stages, and for contrast an mvkt teacher with a student whose name ends in -contrast"
            );
        }
    }
    let start = sources.start.as_ref().map(|start| &start.tensors);
    let split = Split { data: &data, training: &training, validation: &validation, start, teacher };
    let mut view = Terminal::new();
    let trained = match train(&settings, split, &folder, options.resume, &device, stop, &mut view)? {
        Ending::Finished(trained) => trained,
        Ending::Stopped => {
            let checkpoint = checkpoint_path(&folder);
            if checkpoint.exists() {
                let place = checkpoint.display();
                eprintln!("stopped; {place} holds the last whole epoch: the same command with --resume goes on");
            } else {
                eprintln!("stopped before the first epoch ended: nothing is kept");
            }
            return Ok(Outcome::Stopped);
        }
    };
    println!("{}", learning_curve(&trained.curve));
    write_curve(&folder, &trained.curve)?;
    let out = options.model_folder();
    if options.model.purpose() == Purpose::PreTraining {
        let path = folder.join(PRE_TRAINED);
        write_whole(&path, &weights::encode(&trained.network, Precision::Single)?)
            .with_context(|| format!("writing {}", path.display()))?;
        println!("{}: `train-native train --start {}` begins with these weights", path.display(), folder.display());
        return Ok(Outcome::Done);
    }
    eprintln!("measuring on fold 9 and writing {}", out.display());
    let provenance = Provenance { name, command: options.command(), commit };
    let exported = export(&out, &settings, &trained, (&data, &input), &provenance, &device)?;
    println!("fold 9, calibration and thresholds chosen there:\n{}", as_text(&exported.figures));
    println!("{}", out.join("card.json").display());
    let (card, figures) = (&exported.card, &exported.figures);
    let table = table(card, &exported.answers, settings.recipe.aggregate)?;
    let path = folder.join("report.html");
    let run = train::report::Run { card, curve: &trained.curve, data: &data.name, fold: 9, table: &table, figures };
    super::report::write(&path, &run)?;
    println!("{}", path.display());
    Ok(Outcome::Done)
}

/// The learning curve as a table and as JSON, beside the checkpoint.
fn write_curve(folder: &Path, curve: &[Epoch]) -> anyhow::Result<()> {
    let path = folder.join("curve.csv");
    let mut table = csv::Writer::from_path(&path).with_context(|| format!("writing {}", path.display()))?;
    for epoch in curve {
        table.serialize(epoch)?;
    }
    table.flush()?;
    let path = folder.join("curve.json");
    std::fs::write(&path, serde_json::to_vec_pretty(curve)?).with_context(|| format!("writing {}", path.display()))
}

/// The commit that a run was started at, kept in its folder; a run that is resumed at another names both.
fn commit_of_run(folder: &Path, resume: bool) -> anyhow::Result<String> {
    let path = folder.join("commit");
    let mut all = commit();
    if resume && let Ok(before) = std::fs::read_to_string(&path) {
        all = if before.ends_with(&all) { before } else { format!("{before}, resumed at {all}") };
    }
    // Whole or not at all: a run that is killed here and resumed must not name a commit that it was not started at.
    write_whole(&path, all.as_bytes()).with_context(|| format!("writing {}", path.display()))?;
    Ok(all)
}

/// The commit of the folder that the program runs in, or nothing where there is none.
fn commit() -> String {
    std::process::Command::new("git")
        .args(["rev-parse", "HEAD"])
        .output()
        .ok()
        .filter(|output| output.status.success())
        .and_then(|output| String::from_utf8(output.stdout).ok())
        .map_or_else(String::new, |text| text.trim().to_owned())
}
