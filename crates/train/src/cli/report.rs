//! `train-native report`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use train::checkpoint::{Epoch, write_whole};
use train::evaluate::{answers, fit_to_card, report, table};
use train::folder;
use train::metrics::Bootstrap;
use train::progress::counted;
use train::recipes::Aggregate;
use train::report::{Run, page};

use super::recordings;

#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// Model folder with card.json and weights
    #[arg(long, value_name = "DIR")]
    model: PathBuf,
    /// Folder of the model's data set [default: newly simulated recordings, for a model of them]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Fold to measure on: 9 is for choices, 10 is the test fold
    #[arg(long, default_value_t = 9, value_parser = clap::value_parser!(u8).range(1..=10))]
    fold: u8,
    /// The run's folder with its learning curve
    #[arg(long, value_name = "DIR")]
    run: Option<PathBuf>,
    /// HTML file to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Where to compute
    #[arg(long, value_enum, default_value = "auto")]
    device: super::device::Choice,
}

/// Runs `train-native report`.
pub fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let card = folder::card(&options.model)?;
    let network = folder::network(&options.model, &card, &options.device.open()?)?;
    let curve = options.run.as_deref().map_or_else(|| Ok(Vec::new()), read_curve)?;
    let task = recordings::task_of(&card)?;
    let mut data = recordings::load(options.data.as_deref(), task, card.input.rate, &[options.fold])?;
    fit_to_card(&mut data, &card)?;
    let bar = counted("classifying", data.examples_of(&[options.fold], true).len() as u64);
    let predictions = answers(&network, &data, options.fold, |done| bar.set_position(done as u64))?;
    bar.finish_and_clear();
    let aggregate = Aggregate::of(&card);
    let figures = report(&card, &predictions, aggregate, &Bootstrap::default())?;
    let table = table(&card, &predictions, aggregate)?;
    let (curve, data) = (curve.as_slice(), data.name.as_str());
    let run = Run { card: &card, curve, data, fold: options.fold, table: &table, figures: &figures };
    write(&options.out, &run)?;
    println!("{}", options.out.display());
    Ok(ExitCode::SUCCESS)
}

/// Writes a report.
pub fn write(path: &Path, run: &Run<'_>) -> anyhow::Result<()> {
    write_whole(path, page(run).as_bytes()).with_context(|| format!("writing {}", path.display()))
}

fn read_curve(folder: &Path) -> anyhow::Result<Vec<Epoch>> {
    let path = folder.join("curve.json");
    let bytes = std::fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
    serde_json::from_slice(&bytes).with_context(|| format!("reading {}", path.display()))
}
