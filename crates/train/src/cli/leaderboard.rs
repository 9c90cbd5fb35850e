//! `train-native leaderboard`.

use std::path::PathBuf;
use std::process::ExitCode;

use classify::Card;
use train::dataset::Dataset;
use train::leaderboard::{Measure, Recordings, as_text, measure};
use train::metrics::Bootstrap;
use train::tasks::{DataSet, Task};

use super::recordings;

#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// Folder of model folders
    #[arg(long, value_name = "DIR", default_value = "models")]
    models: PathBuf,
    /// Folder of PTB-XL, or of the data set of --task [default: newly simulated recordings, for models of them]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Only models of this task
    #[arg(long, value_enum)]
    task: Option<Task>,
    /// Fold to measure on: 9 is for choices, 10 is the test fold
    #[arg(long, default_value_t = 9, value_parser = clap::value_parser!(u8).range(1..=10))]
    fold: u8,
    /// Bootstrap draws
    #[arg(long, default_value_t = 1000)]
    draws: usize,
    /// Print the table as JSON
    #[arg(long)]
    json: bool,
    /// Where to compute
    #[arg(long, value_enum, default_value = "auto")]
    device: super::device::Choice,
}

/// Recordings of one task at a time, loaded once and copied for each of its models.
struct Loaded<'a> {
    options: &'a Options,
    last: Option<((Task, f64), Dataset)>,
}

impl Recordings for Loaded<'_> {
    fn of(&mut self, card: &Card, task: Task) -> Result<Dataset, String> {
        if let Some(wanted) = self.options.task.filter(|wanted| *wanted != task) {
            return Err(format!("of task {}, not of {}", task.name(), wanted.name()));
        }
        match (&self.options.data, task) {
            (Some(_), Task::Simulated) => {
                return Err("of simulated recordings: without --data it is measured on new ones".into());
            }
            (None, task) if task != Task::Simulated => {
                let set = task.data_set().name();
                return Err(format!("of task {} of {set}: --data says where that is", task.name()));
            }
            _ => {}
        }
        // PTB-XL's files are of one rate; others are brought to that of the network.
        let rate = if task.data_set() == DataSet::PtbXl { 100.0 } else { card.input.rate };
        if self.last.as_ref().is_none_or(|last| last.0 != (task, rate)) {
            self.last = None;
            let data = recordings::load(self.options.data.as_deref(), task, rate, &[self.options.fold]);
            self.last = Some(((task, rate), data.map_err(|error| format!("{error:#}"))?));
        }
        self.last.as_ref().map(|last| last.1.clone()).ok_or_else(|| "no recordings".into())
    }
}

/// Runs `train-native leaderboard`.
pub fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let device = options.device.open()?;
    let interval = Bootstrap { draws: options.draws, ..Bootstrap::default() };
    let how = Measure { fold: options.fold, interval: &interval, device: &device };
    let mut recordings = Loaded { options, last: None };
    let board = measure(&options.models, &how, &mut recordings, &mut |model| eprintln!("measuring {model}"))?;
    if options.json {
        println!("{}", serde_json::to_string_pretty(&board)?);
    } else {
        print!("{}", as_text(&board));
    }
    Ok(ExitCode::SUCCESS)
}
