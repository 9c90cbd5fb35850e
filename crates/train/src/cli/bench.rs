//! `train-native bench`: how fast a step of training is on this machine.

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use anyhow::{Context as _, ensure};
use ecg::Lead;
use nets::Architecture;
use serde_json::json;
use train::recipes::RecipeName;
use train::tasks::Task;
use train::training::{Settings, Split, Watch, train};
use train::{preparation, simulated};

/// Steps before those that count: memory is touched for the first time, and threads start.
const WARM_UP: usize = 2;
/// Simulated recordings of each condition: some batches of 128.
const EACH: usize = 40;

#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// Network: see `train-native models`
    #[arg(long, default_value = "resnet1d_wang")]
    pub model: Architecture,
    /// Steps that count
    #[arg(long, default_value_t = 10)]
    pub steps: usize,
    /// Where to compute
    #[arg(long, value_enum, default_value = "cpu")]
    pub device: super::device::Choice,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Seconds of each step, from the end of the one before; stops the run when there are enough.
struct Clock<'a> {
    stop: &'a AtomicBool,
    steps: usize,
    seen: usize,
    /// Epoch and end of the last step: between epochs other work is done.
    last: Option<(usize, Instant)>,
    seconds: Vec<f64>,
}

impl Watch for Clock<'_> {
    fn step(&mut self, epoch: usize, _: usize, _: f64, _: usize) {
        let now = Instant::now();
        self.seen += 1;
        if let Some((before, ended)) = self.last
            && before == epoch
            && self.seen > WARM_UP
        {
            self.seconds.push((now - ended).as_secs_f64());
        }
        self.last = Some((epoch, now));
        if self.seconds.len() >= self.steps {
            self.stop.store(true, Ordering::Relaxed);
        }
    }
}

/// Trains for a few steps on simulated recordings, by the benchmark's recipe, and tells how long they took.
pub fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let device = options.device.open()?;
    let mut data = simulated::simulated(EACH, 1, |_| ())?;
    let mut input = preparation::input(options.model, data.scaler, &Lead::II);
    data.prepare(&mut input)?;
    let training = data.examples_of(&[1, 2, 3, 4, 5, 6, 7, 8], false);
    let mut recipe = RecipeName::for_network(options.model);
    // As many as the steps need: an epoch of simulated recordings is short.
    recipe.epochs = options.steps + WARM_UP;
    ensure!(training.len() > 2 * recipe.batch, "too few simulated recordings for batches of {}", recipe.batch);
    let settings = Settings {
        architecture: options.model,
        task: Task::Simulated,
        input,
        start: None,
        teacher: None,
        recipe,
        seed: 1,
        recordings: (training.len(), 0),
    };
    let folder = std::env::temp_dir().join(format!("train-native-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    let stop = AtomicBool::new(false);
    let mut clock = Clock { stop: &stop, steps: options.steps, seen: 0, last: None, seconds: Vec::new() };
    let split = Split { data: &data, training: &training, validation: &[], start: None, teacher: None };
    let ending = train(&settings, split, &folder, false, &device, &stop, &mut clock);
    let _ = std::fs::remove_dir_all(&folder);
    ending?;
    let mut seconds = clock.seconds;
    seconds.sort_by(f64::total_cmp);
    let (least, median) = (seconds.first().copied(), seconds.get(seconds.len() / 2).copied());
    let (least, median) = least.zip(median).context("no step was measured; ask for more of them with --steps")?;
    let (batch, threads) = (settings.recipe.batch, rayon::current_num_threads());
    if options.json {
        println!(
            "{}",
            json!({
                "network": options.model.name(),
                "labels": data.labels.len(),
                "batch": batch,
                "threads": threads,
                "least_seconds": least,
                "median_seconds": median,
            })
        );
    } else {
        let per_second = |seconds: f64| batch as f64 / seconds;
        println!(
            "{}, batches of {batch}, {threads} threads, {} steps: {:.0} records/s by the median, {:.0} by the fastest",
            options.model,
            seconds.len(),
            per_second(median),
            per_second(least),
        );
    }
    Ok(ExitCode::SUCCESS)
}
