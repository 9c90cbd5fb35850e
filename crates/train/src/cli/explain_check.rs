//! `train-native explain-check`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use classify::{Card, weights};
use serde_json::json;
use train::dataset::{Dataset, Example};
use train::explain_check::{CheckError, Settings, Subject, as_text, check, ludb, with_figures};
use train::progress::InParts;
use train::source::Wanted;
use train::{simulated, source};

/// The fold that maps are checked on: no weight is learned from it (thresholds are), and the test fold stays untouched.
const FOLD: u8 = 9;

/// Seed of simulated recordings: another than any training's.
const SEED: u64 = 0xe1a2;

/// Exit code of a run that was asked to stop (128 + SIGINT).
const STOPPED: u8 = 130;

use super::recordings::task_of;
use super::train::stop_at_interrupt;

#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// Model folder with card.json and weights
    #[arg(long, value_name = "DIR")]
    model: PathBuf,
    /// Folder of the model's data set, of which fold 9 is taken [default: newly simulated recordings]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Folder of LUDB (headers, signals, one annotation file a lead), for the pointing game
    #[arg(long, value_name = "DIR")]
    ludb: Option<PathBuf>,
    /// Recordings to check on, spread over those that are there
    #[arg(long, default_value_t = 50)]
    recordings: usize,
    /// Random maps that each map is held against
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..))]
    random_maps: u16,
    /// Steps in which a recording is taken away and put back
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(2..))]
    steps: u16,
    /// Recordings of LUDB to look at, spread over those that are there [default: all]
    #[arg(long, value_name = "NUMBER")]
    delineated: Option<usize>,
    /// Print the figures as JSON
    #[arg(long)]
    json: bool,
    /// Write the figures into the model's card, from which the page takes its warnings
    #[arg(long)]
    write: bool,
}

/// Runs `train-native explain-check`.
pub fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let card_path = options.model.join("card.json");
    let reading = |path: &PathBuf| std::fs::read(path).with_context(|| format!("reading {}", path.display()));
    let text = std::fs::read_to_string(&card_path).with_context(|| format!("reading {}", card_path.display()))?;
    let card = Card::parse(text.as_bytes()).with_context(|| format!("reading {}", card_path.display()))?;
    let path = options.model.join(&card.weights.file);
    let file = reading(&path)?;
    weights::check(&card.weights, &file).with_context(|| format!("reading {}", path.display()))?;
    let (random_maps, steps) = (usize::from(options.random_maps), usize::from(options.steps));
    let settings = Settings { random_maps, steps, ..Settings::default() };
    let subject = Subject::new(&card, &file, settings.seed)?;

    let (mut data, origin) = recordings(options, &card)?;
    data.prepare_as(&card.input)?;
    let all: Vec<&Example> = match options.data {
        Some(_) => data.examples_of(&[FOLD], true),
        None => data.examples.iter().collect(),
    };
    let whole = subject.recordings(&data, &spread(&all, options.recordings));
    let mut delineated = options.ludb.as_deref().map(ludb::read).transpose()?.unwrap_or_default();
    if let Some(count) = options.delineated {
        delineated = spread(&delineated, count);
    }

    // The card is written last, so a second Ctrl-C loses nothing either.
    let stop = stop_at_interrupt()?;
    let bar = InParts::new("checking maps: recording", whole.len() + delineated.len());
    let seen = |done: f64| bar.set(done);
    let checked = match check(&subject, (&whole, &origin), &delineated, &settings, &stop, &seen) {
        Err(CheckError::Stopped) => {
            eprintln!("stopped; the card is as it was");
            return Ok(ExitCode::from(STOPPED));
        }
        other => other?,
    };
    bar.finish();
    if options.json {
        let value = json!({ "model": card.name, "weights_sha256": card.weights.sha256, "explanations": checked });
        println!("{}", serde_json::to_string_pretty(&value)?);
    } else {
        let of = checked.first().map_or("", |map| map.data.as_str());
        print!("{}: {of}\n{}", card.name, as_text(&checked));
    }
    if options.write {
        let writing = || format!("writing {}", card_path.display());
        std::fs::write(&card_path, with_figures(&text, &checked)?).with_context(writing)?;
        eprintln!("{} holds the figures", card_path.display());
    }
    Ok(ExitCode::SUCCESS)
}

/// The data set, and what its recordings are in words.
fn recordings(options: &Options, card: &Card) -> anyhow::Result<(Dataset, String)> {
    if let Some(folder) = &options.data {
        let task = task_of(card)?;
        let data = source::load(folder, task, Wanted::at(card.input.rate), &mut |line| eprintln!("{line}"))?;
        let origin = format!("{}, fold {FOLD}", data.name);
        return Ok((data, origin));
    }
    let conditions = signal::simulate::Condition::ALL.len();
    let data = simulated::simulated(options.recordings.div_ceil(conditions).max(1), SEED, |_| ())?;
    Ok((data, "simulated".to_owned()))
}

/// So many items, the same distance apart.
fn spread<T: Clone>(items: &[T], count: usize) -> Vec<T> {
    let count = count.min(items.len());
    (0..count).map(|number| items[number * items.len() / count].clone()).collect()
}
