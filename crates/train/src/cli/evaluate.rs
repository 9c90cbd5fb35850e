//! `train-native evaluate`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use classify::Card;
use serde_json::{Value, json};
use train::dataset::Dataset;
use train::evaluate::{answers, as_text, fit_to_card, report, table};
use train::folder;
use train::metrics::Bootstrap;
use train::operating::{self, Wanted, operating_points};
use train::predict::{Model, Predictions, predict};
use train::progress::counted;
use train::protocol;
use train::recipes::Aggregate;
use train::tasks::Task;
use train::unseen::{self, Source};

use super::recordings;

#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// Model folder with card.json and weights
    #[arg(long, value_name = "DIR")]
    model: PathBuf,
    /// Folder of the model's data set, or of --unseen [default: newly simulated recordings, for a model of them]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Measure a model of PTB-XL on all recordings of another source in --data, as far as its labels can be told there
    #[arg(
        long,
        value_enum,
        value_name = "SOURCE",
        requires = "data",
        conflicts_with_all = ["fold", "sensitivity", "specificity", "draws", "predictions"]
    )]
    unseen: Option<Source>,
    /// Fold to measure on: 9 is for choices, 10 is the test fold
    #[arg(long, default_value_t = 9, value_parser = clap::value_parser!(u8).range(1..=10))]
    fold: u8,
    /// How windows become a record's probability [default: the card's]
    #[arg(long, value_enum)]
    aggregate: Option<Aggregate>,
    /// Also say each label's threshold that reaches this sensitivity on fold 9, and what it gives on the fold
    #[arg(long, value_name = "SHARE", value_parser = share)]
    sensitivity: Option<f64>,
    /// The same for a specificity
    #[arg(long, value_name = "SHARE", value_parser = share)]
    specificity: Option<f64>,
    /// Bootstrap draws
    #[arg(long, default_value_t = 1000)]
    draws: usize,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
    /// Also write each recording's probabilities and truth, as CSV
    #[arg(long, value_name = "FILE")]
    predictions: Option<PathBuf>,
    /// Where to compute
    #[arg(long, value_enum, default_value = "auto")]
    device: super::device::Choice,
}

/// A share above 0, up to 1.
fn share(text: &str) -> Result<f64, String> {
    let wrong = || format!("expected a number above 0, up to 1, such as 0.9, found {text:?}");
    text.parse().ok().filter(|share| *share > 0.0 && *share <= 1.0).ok_or_else(wrong)
}

/// The fold that every choice is made on.
const CHOICES: u8 = 9;
/// The folds that are trained on.
const TRAINING: [u8; 8] = [1, 2, 3, 4, 5, 6, 7, 8];

/// Runs `train-native evaluate`.
pub fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let card = folder::card(&options.model)?;
    let network = folder::network(&options.model, &card, &options.device.open()?)?;
    if let (Some(source), Some(data)) = (options.unseen, &options.data) {
        return on_unseen(options, (&card, &network), data, source);
    }
    let wanted: Vec<Wanted> = (options.sensitivity.map(Wanted::Sensitivity).into_iter())
        .chain(options.specificity.map(Wanted::Specificity))
        .collect();
    let task = recordings::task_of(&card)?;
    let mut folds = vec![options.fold];
    folds.extend((!wanted.is_empty()).then_some(CHOICES));
    if task == Task::Cpsc2018 {
        folds.extend(TRAINING);
    }
    let mut data = recordings::load(options.data.as_deref(), task, card.input.rate, &folds)?;
    fit_to_card(&mut data, &card)?;
    let answers_on = |fold: u8| -> anyhow::Result<Predictions> {
        let bar = counted("classifying", data.examples_of(&[fold], true).len() as u64);
        let found = answers(&network, &data, fold, |done| bar.set_position(done as u64))?;
        bar.finish_and_clear();
        Ok(found)
    };
    let predictions = answers_on(options.fold)?;
    let aggregate = options.aggregate.unwrap_or(Aggregate::of(&card));
    let how = Bootstrap { draws: options.draws, ..Bootstrap::default() };
    let figures = report(&card, &predictions, aggregate, &how)?;
    if let Some(path) = &options.predictions {
        write_predictions(path, (&card, aggregate), &data, options.fold, &predictions)?;
    }
    let mut points = Vec::new();
    if !wanted.is_empty() {
        let codes: Vec<String> = card.labels.iter().map(|label| label.code.clone()).collect();
        let measured = table(&card, &predictions, aggregate)?;
        // Never on the test fold, whatever fold is asked for.
        let chosen =
            if options.fold == CHOICES { measured.clone() } else { table(&card, &answers_on(CHOICES)?, aggregate)? };
        points.extend(wanted.into_iter().map(|wanted| (wanted, operating_points(&codes, &chosen, &measured, wanted))));
    }
    let own = match (task, &options.data) {
        (Task::Cpsc2018, _) => {
            let training = predict(&network, &data, &data.examples_of(&TRAINING, true), |_| ());
            let training = table(&card, &training.exclusive(card.exclusive), aggregate)?;
            Some(protocol::cpsc2018(&training, &table(&card, &predictions, aggregate)?))
        }
        (Task::Cinc2021, Some(folder)) => {
            let thresholds: Vec<f64> = card.labels.iter().map(|label| f64::from(label.threshold)).collect();
            protocol::cinc2021(folder, &table(&card, &predictions, aggregate)?, &thresholds)?
        }
        _ => None,
    };
    if options.json {
        let points: Vec<Value> = points
            .iter()
            .map(|(wanted, points)| json!({"wanted": wanted, "chosen_on_fold": CHOICES, "labels": points}))
            .collect();
        let value = json!({
            "model": card.name,
            "weights_sha256": card.weights.sha256,
            "data": data.name,
            "fold": options.fold,
            "aggregate": aggregate,
            "report": figures,
            "protocol": own,
            "operating_points": points,
        });
        println!("{}", serde_json::to_string_pretty(&value)?);
    } else {
        println!("{} on fold {} of {}", card.name, options.fold, data.name);
        print!("{}", as_text(&figures));
        match (own, task) {
            (Some(own), _) => println!("{own}"),
            (None, Task::Cinc2021) => {
                println!("challenge metric: not computed, since the challenge's weights.csv is not in --data or below");
            }
            _ => {}
        }
        for (wanted, points) in &points {
            print!("\n{}", operating::as_text(points, *wanted, options.fold));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Measures a model on another source than its own.
fn on_unseen(options: &Options, own: (&Card, &Model), data: &Path, source: Source) -> anyhow::Result<ExitCode> {
    let card = own.0;
    let aggregate = options.aggregate.unwrap_or(Aggregate::of(card));
    let bar = counted("classifying", 0);
    let tell = &mut |line: &str| eprintln!("{line}");
    let figures = unseen::measure(own, data, source, aggregate, tell, |done| bar.set_position(done as u64))
        .with_context(|| format!("measuring on {}", data.display()))?;
    bar.finish_and_clear();
    if options.json {
        let value = json!({
            "model": card.name,
            "weights_sha256": card.weights.sha256,
            "aggregate": aggregate,
            "unseen": figures,
        });
        println!("{}", serde_json::to_string_pretty(&value)?);
    } else {
        print!("{}: {}", card.name, unseen::as_text(&figures));
    }
    Ok(ExitCode::SUCCESS)
}

/// Each recording's calibrated probabilities and truth.
fn write_predictions(
    path: &Path,
    (card, aggregate): (&Card, Aggregate),
    data: &Dataset,
    fold: u8,
    predictions: &Predictions,
) -> anyhow::Result<()> {
    let records = data.examples_of(&[fold], true).into_iter().map(|example| data.record(example));
    let records: Vec<String> = records.collect();
    let probabilities = predictions.calibrated(card, aggregate);
    let mut table = csv::Writer::from_path(path).with_context(|| format!("writing {}", path.display()))?;
    let codes = || card.labels.iter().map(|label| label.code.as_str());
    let head = codes().map(str::to_owned).chain(codes().map(|code| format!("true {code}")));
    table.write_record(
        std::iter::once(if data.records.is_empty() { "ecg_id" } else { "record" }.to_owned()).chain(head),
    )?;
    let rows = probabilities.chunks(predictions.classes).zip(predictions.truth.chunks(predictions.classes));
    for (record, (own, truth)) in records.into_iter().zip(rows) {
        let numbers = own.iter().chain(truth).map(ToString::to_string);
        table.write_record(std::iter::once(record).chain(numbers))?;
    }
    table.flush()?;
    Ok(())
}
