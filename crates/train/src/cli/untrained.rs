//! `train-native untrained`: models with drawn weights, to measure and test engines by. They know nothing of hearts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use classify::{Backend, Calibration, Card, Classifier, Input, Label, Precision, Window, weights};
use ecg::Lead;
use nets::tape::settled;
use nets::{Architecture, Purpose};
use signal::simulate::{Condition, simulate};
use train::batches::stride_of;
use train::checkpoint::write_whole;
use train::dataset::Scaler;
use train::export::WEIGHTS;
use train::machine::Processor;
use train::preparation;

/// Recordings whose statistics the norms have.
const SETTLING: usize = 4;

#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// Network [default: one of each family, the cheapest that explains itself]
    #[arg(long)]
    model: Option<Architecture>,
    /// Labels
    #[arg(long, default_value_t = 5)]
    labels: usize,
    /// Seed of the weights
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Look at one window of a recording, however short [default: at ten seconds]
    #[arg(long)]
    one_window: bool,
    /// Folder of model folders to write
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// Writes the models.
pub fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let chosen = match options.model {
        Some(model) => vec![model],
        None => one_of_each_family()?,
    };
    for architecture in chosen {
        let folder = options.out.join(architecture.name().replace('+', "-"));
        write(architecture, options, &folder)?;
        println!("{}", folder.display());
    }
    Ok(ExitCode::SUCCESS)
}

/// Of each family the network with an explanation that costs least, or the cheapest where none explains itself.
fn one_of_each_family() -> anyhow::Result<Vec<Architecture>> {
    let mut families: BTreeMap<&str, ((bool, u64), Architecture)> = BTreeMap::new();
    for architecture in Architecture::all().filter(|architecture| architecture.purpose() == Purpose::Labels) {
        let cost = (architecture.explanations().is_empty(), architecture.graph(5)?.multiply_adds());
        let best = families.entry(architecture.family()).or_insert((cost, architecture));
        if cost < best.0 {
            *best = (cost, architecture);
        }
    }
    Ok(families.into_values().map(|(_, architecture)| architecture).collect())
}

/// First windows of some simulated recordings, as the network sees them.
fn batch(input: &Input, window: &Window) -> anyhow::Result<Vec<f32>> {
    let mut x = Vec::new();
    for (seed, condition) in (1..).zip(Condition::ALL).take(SETTLING) {
        let recording = simulate(&condition.parameters(seed), seed).recording;
        let prepared = classify::prepare(&recording, input, window)?;
        x.extend_from_slice(&prepared.values[..input.channels() * input.samples]);
    }
    Ok(x)
}

fn write(architecture: Architecture, options: &Options, folder: &Path) -> anyhow::Result<()> {
    let graph = architecture.graph(options.labels)?;
    let input = preparation::input(architecture, Scaler { mean: 0.0, deviation: 0.23 }, &Lead::II);
    let seconds = input.samples as f64 / input.rate;
    let span = if options.one_window { seconds } else { seconds.max(10.0) };
    let window =
        Window { stride: if seconds < span { stride_of(input.samples) } else { 0 }, span, ..Window::default() };
    let tensors = settled(&graph, graph.drawn(options.seed), &batch(&input, &window)?, &Processor);
    let bytes = weights::encode(&tensors, Precision::Half)?;
    let label = |number: usize| Label {
        code: format!("L{number}"),
        name: format!("Label {number}"),
        group: "Drawn".into(),
        threshold: 0.5,
    };
    let mut card = Card {
        name: folder.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        title: format!("{}, not trained", architecture.title()),
        architecture,
        labels: (0..options.labels).map(label).collect(),
        window,
        input,
        calibration: Calibration::default(),
        weights: weights::describe(WEIGHTS, &bytes, Precision::Half),
        exclusive: false,
        task: "none".into(),
        recipe: "none: drawn".into(),
        command: format!("train-native untrained --model {architecture}"),
        seed: options.seed,
        commit: String::new(),
        data: serde_json::Value::Null,
        metrics: serde_json::Value::Null,
        parameters: graph.parameters() as u64,
        multiply_adds: graph.multiply_adds(),
        licence: "CC0".into(),
        known_answer: None,
        explanations: Vec::new(),
        other: serde_json::Map::new(),
    };
    let classifier = Classifier::load(card.clone(), &bytes, Backend::Plan)?;
    card.known_answer = Some(classify::wait(classifier.known_answer())?);
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        write_whole(&path, bytes).with_context(|| format!("writing {}", path.display()))
    };
    file(WEIGHTS, &bytes)?;
    file("card.json", card.to_json()?.as_bytes())
}
