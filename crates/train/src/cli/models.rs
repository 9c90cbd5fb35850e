//! `train-native models`.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use nets::{Architecture, Purpose, State};
use serde_json::json;

#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// Folder of model folders, to tell which networks are trained
    #[arg(long, value_name = "DIR", default_value = "models")]
    models: PathBuf,
    /// Labels that parameters and multiply-adds are counted for
    #[arg(long, default_value_t = 71)]
    labels: usize,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Lists the networks.
pub fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let trained = trained(&options.models);
    let models_of = |architecture: Architecture| -> Vec<&str> {
        trained.iter().filter(|(_, own)| *own == architecture).map(|(name, _)| name.as_str()).collect()
    };
    let mut text = String::new();
    let mut list = Vec::new();
    if !options.json {
        let (input, state) = ("leads x samples", "state");
        let _ = writeln!(
            text,
            "{:30} {input:>15} {:>6} {:>11} {:>13}  {state:13} {:24} trained",
            "network", "rate", "parameters", "multiply-adds", "explains by"
        );
    }
    for architecture in Architecture::all() {
        let (input, graph) = (architecture.input(), architecture.graph(options.labels.max(1))?);
        let models = models_of(architecture);
        if options.json {
            list.push(json!({
                "name": architecture.name(),
                "title": architecture.title(),
                "family": architecture.family(),
                "source": architecture.source(),
                "input": input,
                "state": architecture.state(),
                "purpose": architecture.purpose(),
                "explanations": architecture.explanations(),
                "parameters": graph.parameters(),
                "multiply_adds": graph.multiply_adds(),
                "trained": models,
            }));
            continue;
        }
        let state = match (architecture.purpose(), architecture.state()) {
            (Purpose::PreTraining, _) => "pre-training",
            (_, State::Parity) => "parity",
            (_, State::Independent) => "independent",
            (_, State::Reconstructed) => "reconstructed",
        };
        let explanations: Vec<String> = architecture
            .explanations()
            .iter()
            .filter_map(|explanation| Some(serde_json::to_value(explanation).ok()?.as_str()?.to_owned()))
            .collect();
        let _ = writeln!(
            text,
            "{:30} {:>15} {:>3} Hz {:>11} {:>11} M  {state:13} {:24} {}",
            architecture.name(),
            format!("{} x {}", input.leads, input.samples),
            input.rate,
            graph.parameters(),
            graph.multiply_adds() / 1_000_000,
            explanations.join(", "),
            models.join(", "),
        );
    }
    if options.json {
        text = serde_json::to_string_pretty(&list)?;
    } else {
        let _ = writeln!(
            text,
            "\nparity: gives the numbers of the authors' code. independent: described in full by publication and public code, \
             gives the numbers of another build. reconstructed: parts of it are ours, see its family's page; gives the numbers \
             of another build. Counts are for {} labels; sources: --json.",
            options.labels
        );
    }
    // A reader that has seen enough (`| head`) is no error.
    let _ = writeln!(std::io::stdout(), "{}", text.trim_end());
    Ok(ExitCode::SUCCESS)
}

/// Names and networks of the model folders in a folder.
fn trained(folder: &Path) -> Vec<(String, Architecture)> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut found: Vec<(String, Architecture)> = entries
        .filter_map(Result::ok)
        .filter_map(|entry| {
            let card = train::folder::card(&entry.path()).ok()?;
            Some((card.name, card.architecture))
        })
        .collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}
