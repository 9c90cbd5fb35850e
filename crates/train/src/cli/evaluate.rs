//! `train-native evaluate`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use classify::weights;
use serde_json::json;
use train::evaluate::{answers, as_text, fit_to_card, report};
use train::metrics::Bootstrap;
use train::predict::Model;
use train::progress::counted;
use train::recipes::Aggregate;
use train::tasks::Task;
use train::{simulated, source};

#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// Model folder with card.json and weights
    #[arg(long, value_name = "DIR")]
    model: PathBuf,
    /// Folder of PTB-XL [default: newly simulated recordings, for a model of them]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Fold to measure on: 9 is for choices, 10 is the test fold
    #[arg(long, default_value_t = 9, value_parser = clap::value_parser!(u8).range(1..=10))]
    fold: u8,
    /// How windows become a record's probability [default: the card's]
    #[arg(long, value_enum)]
    aggregate: Option<Aggregate>,
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

/// Simulated recordings of each condition to measure a model of them on; another seed than any training's.
const SIMULATED: (usize, u64) = (100, 0xe1a1);

/// Runs `train-native evaluate`.
pub fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let (card, bytes) = super::sources::model(&options.model)?;
    let device = options.device.open()?;
    let model = Model::new(card.graph()?, &weights::decode(&bytes)?, &device)?;

    let mut data = if let Some(folder) = &options.data {
        let task = <Task as clap::ValueEnum>::from_str(&card.task, false)
            .map_err(|_| anyhow::anyhow!("model {}: task {:?} is not one of PTB-XL's", card.name, card.task))?;
        source::load(folder, task, false, &mut |line| eprintln!("{line}"))?
    } else {
        let bar = counted("simulating", (SIMULATED.0 * card.labels.len()) as u64);
        let data = simulated::simulated(SIMULATED.0, SIMULATED.1, |done| bar.set_position(done as u64))?;
        bar.finish_and_clear();
        data
    };
    fit_to_card(&mut data, &card)?;
    let bar = counted("classifying", data.examples_of(&[options.fold], true).len() as u64);
    let predictions = answers(&model, &data, options.fold, |done| bar.set_position(done as u64))?;
    bar.finish_and_clear();
    let own = match card.window.aggregate {
        classify::Aggregate::Mean => Aggregate::Mean,
        classify::Aggregate::Max => Aggregate::Max,
    };
    let aggregate = options.aggregate.unwrap_or(own);
    let how = Bootstrap { draws: options.draws, ..Bootstrap::default() };
    let figures = report(&card, &predictions, aggregate, &how)?;
    if let Some(path) = &options.predictions {
        let ids: Vec<u32> = data.examples_of(&[options.fold], true).iter().map(|example| example.id).collect();
        let probabilities = predictions.probabilities(f64::from(card.calibration.temperature), aggregate);
        let mut table = csv::Writer::from_path(path).with_context(|| format!("writing {}", path.display()))?;
        let codes = || card.labels.iter().map(|label| label.code.as_str());
        let head = codes().map(str::to_owned).chain(codes().map(|code| format!("true {code}")));
        table.write_record(std::iter::once("ecg_id".to_owned()).chain(head))?;
        let rows = probabilities.chunks(predictions.classes).zip(predictions.truth.chunks(predictions.classes));
        for (id, (own, truth)) in ids.iter().zip(rows) {
            let numbers = own.iter().chain(truth).map(ToString::to_string);
            table.write_record(std::iter::once(id.to_string()).chain(numbers))?;
        }
        table.flush()?;
    }
    if options.json {
        let value = json!({
            "model": card.name,
            "weights_sha256": card.weights.sha256,
            "data": data.name,
            "fold": options.fold,
            "aggregate": aggregate,
            "report": figures,
        });
        println!("{}", serde_json::to_string_pretty(&value)?);
    } else {
        println!("{} on fold {} of {}", card.name, options.fold, data.name);
        print!("{}", as_text(&figures));
    }
    Ok(ExitCode::SUCCESS)
}
