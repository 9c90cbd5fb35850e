//! `einthoven classify`: what a trained model says of recordings.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use ::classify::{Backend, Card, Classifier, Method, wait};
use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use ecg::{Explanation, Finding, Warning};
use serde::Serialize;

use crate::report::{Failed, PassedOver, Summary, print_json};
use crate::{Stated, each, files};

pub(crate) const EXAMPLES: &str = "Examples:
  einthoven classify recording.hea --model models/demo
  einthoven classify --json records/ --model models/demo > findings.json
  einthoven classify --all recording.edf --model models/demo
  einthoven classify --json recording.hea --model models/demo --explain NORM --by gradient

What a model says is no diagnosis. Its card (card.json) says what it was trained on and how good it is.";

/// Arguments of the command.
#[derive(Args)]
pub(crate) struct Classify {
    /// Files, folders or patterns
    #[arg(required = true, value_name = "FILES")]
    files: Vec<String>,
    /// The model's folder, with card.json and its weights
    #[arg(long, value_name = "DIR")]
    model: PathBuf,
    /// Print one JSON document with `model`, `recordings` and `failures`
    #[arg(long)]
    json: bool,
    /// List the labels below their threshold too
    #[arg(long)]
    all: bool,
    /// With --json: add the maps of what the network attended to
    #[arg(long, requires = "json")]
    maps: bool,
    /// With --json: add the map of one label, by its code, whatever its probability
    #[arg(long, requires = "json", value_name = "CODE")]
    explain: Option<String>,
    /// How the map of --explain is made
    #[arg(long, value_enum, default_value_t = By::Own, requires = "explain")]
    by: By,
    /// What runs the network
    #[arg(long, value_enum, default_value_t = Engine::Plan)]
    engine: Engine,
    #[command(flatten)]
    stated: Stated,
}

/// What runs the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Engine {
    /// The hand-written engine for the CPU
    Plan,
    /// Burn on the CPU
    Burn,
}

/// How a label's map is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum By {
    /// As the network itself tells: class activation, or what the label attends to
    Own,
    /// The gradient of the label's score by each sample, times the sample
    Gradient,
    /// Grad-CAM
    GradCam,
}

impl From<By> for Method {
    fn from(by: By) -> Method {
        match by {
            By::Own => Method::Own,
            By::Gradient => Method::GradientTimesInput,
            By::GradCam => Method::GradCam,
        }
    }
}

#[derive(Serialize)]
struct Report<'s> {
    model: Model<'s>,
    recordings: Vec<Classified>,
    failures: &'s [Failed],
    passed_over: &'s [PassedOver],
}

#[derive(Serialize)]
struct Model<'s> {
    name: &'s str,
    title: &'s str,
    architecture: String,
    task: &'s str,
    weights_sha256: &'s str,
}

#[derive(Serialize)]
struct Classified {
    name: String,
    files: Vec<String>,
    milliseconds: f64,
    findings: Vec<Stand>,
    warnings: Vec<Warning>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    maps: Vec<Explanation>,
}

/// A finding beside its verdict.
#[derive(Serialize)]
struct Stand {
    #[serde(flatten)]
    finding: Finding,
    present: bool,
}

/// Loads the model, reads everything and tells what the network says.
pub(crate) fn run(arguments: &Classify) -> Result<Summary> {
    let classifier = load(arguments)?;
    let inputs = files::collect(&arguments.files)?;
    let mut summary = Summary::new("classified", arguments.json);
    let mut all = Vec::new();
    each::recording(&inputs, &arguments.stated, &mut summary, |recording| {
        let begun = Instant::now();
        let findings = wait(classifier.classify(&recording))?;
        let explained = arguments
            .explain
            .as_deref()
            .map(|label| wait(classifier.explain_by(&recording, label, arguments.by.into())))
            .transpose()?;
        let own = if arguments.maps { findings.explanations } else { Vec::new() };
        let stand = |finding: Finding| Stand { present: finding.present(), finding };
        let classified = Classified {
            name: recording.name,
            files: recording.source.files,
            milliseconds: begun.elapsed().as_secs_f64() * 1e3,
            findings: findings.findings.into_iter().map(stand).collect(),
            warnings: recording.warnings.into_iter().chain(findings.warnings).collect(),
            maps: explained.into_iter().chain(own).collect(),
        };
        if arguments.json {
            all.push(classified);
            return Ok(None);
        }
        Ok(Some(classified.text(arguments.all)))
    })?;
    if arguments.json {
        let card = classifier.card();
        let model = Model {
            name: &card.name,
            title: &card.title,
            architecture: card.architecture.name().to_owned(),
            task: &card.task,
            weights_sha256: &card.weights.sha256,
        };
        print_json(&Report { model, recordings: all, failures: &summary.failed, passed_over: &summary.passed_over })?;
    }
    Ok(summary)
}

fn load(arguments: &Classify) -> Result<Classifier> {
    let path = arguments.model.join("card.json");
    let card = fs::read(&path).with_context(|| format!("cannot read the model's card {}", path.display()))?;
    let card = Card::parse(&card)?;
    let path = arguments.model.join(&card.weights.file);
    let weights = fs::read(&path).with_context(|| format!("cannot read the model's weights {}", path.display()))?;
    let backend = match arguments.engine {
        Engine::Plan => Backend::Plan,
        Engine::Burn => Backend::Burn(burn::tensor::Device::flex()),
    };
    Classifier::load(card, &weights, backend).with_context(|| format!("model {}", arguments.model.display()))
}

impl Classified {
    fn text(&self, all: bool) -> String {
        let mut text = format!("{} ({:.0} ms)\n", self.name, self.milliseconds);
        let mut shown: Vec<&Stand> = self.findings.iter().filter(|stand| all || stand.present).collect();
        shown.sort_by(|one, other| other.finding.probability.total_cmp(&one.finding.probability));
        for Stand { finding, present } in &shown {
            let mark = if *present { "*" } else { " " };
            let (probability, threshold) = (100.0 * finding.probability, 100.0 * finding.threshold);
            let _ = writeln!(
                text,
                "  {mark} {:<8} {probability:5.1} % (from {threshold:.1} %)  {}",
                finding.code, finding.name
            );
        }
        if shown.is_empty() {
            text.push_str("    no label reaches its threshold\n");
        }
        for warning in &self.warnings {
            let _ = writeln!(text, "  warning: {warning}");
        }
        text
    }
}
