//! What the command line says of the same recording with the same model: the page has to say the same.

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Probabilities by label code.
pub type Probabilities = BTreeMap<String, f64>;

/// The built command line and the models that it shall run.
pub struct Native {
    build: fn() -> Result<PathBuf>,
    models: PathBuf,
}

impl Native {
    /// `build` makes `einthoven` and says where it is; `models` is the folder of model folders.
    pub fn new(build: fn() -> Result<PathBuf>, models: PathBuf) -> Self {
        Self { build, models }
    }

    /// The same command line with other models.
    #[must_use]
    pub fn with_models(&self, models: PathBuf) -> Self {
        Self { build: self.build, models }
    }

    /// Classifies a recording.
    pub fn classify(&self, model: &str, files: &[&Path]) -> Result<Probabilities> {
        self.explain(model, files).map(|(probabilities, _)| probabilities)
    }

    /// What recordings hold; files that cannot be read are failures within the answer.
    pub fn inspect(&self, files: &[&Path]) -> Result<Value> {
        let program = (self.build)()?;
        let output = Command::new(&program)
            // What the page offers where a file states none.
            .args(["inspect", "--json", "--rate", "500", "--unit", "mV"])
            .args(files)
            .output()
            .with_context(|| format!("cannot start {}", program.display()))?;
        serde_json::from_slice(&output.stdout).context("einthoven inspect --json printed no JSON")
    }

    /// Classifies a recording; the maps that the network gives by itself stand beside the probabilities.
    pub fn explain(&self, model: &str, files: &[&Path]) -> Result<(Probabilities, Vec<Map>)> {
        let program = (self.build)()?;
        let output = Command::new(&program)
            .arg("classify")
            .args(files)
            .arg("--model")
            .arg(self.models.join(model))
            .args(["--json", "--maps"])
            .output()
            .with_context(|| format!("cannot start {}", program.display()))?;
        if !output.status.success() {
            bail!("einthoven classify --model {model}: {}", String::from_utf8_lossy(&output.stderr));
        }
        let answer: Value =
            serde_json::from_slice(&output.stdout).context("einthoven classify --json printed no JSON")?;
        let mut probabilities = Probabilities::new();
        collect(&answer, &mut probabilities);
        if probabilities.is_empty() {
            bail!("einthoven classify --json named no probability: {answer}");
        }
        let maps =
            answer["recordings"].as_array().into_iter().flatten().flat_map(|recording| Map::all(&recording["maps"]));
        Ok((probabilities, maps.collect()))
    }
}

/// A map over leads and time, as an engine or the command line tells it.
#[derive(Clone, Debug, PartialEq)]
pub struct Map {
    /// The kind of map, the label that it explains and the leads of its rows.
    pub of: Value,
    /// Scores from 0 to 1, `[lead, column]`.
    pub values: Vec<f64>,
}

impl Map {
    /// Those of a list in JSON; of what is no list, none.
    pub fn all(list: &Value) -> Vec<Map> {
        let map = |map: &Value| {
            let values = map["values"].as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
            Map { of: json!([map["kind"], map["label"], map["leads"]]), values }
        };
        list.as_array().into_iter().flatten().map(map).collect()
    }

    /// Largest difference between two maps; an error when they are not of the same thing.
    pub fn difference(&self, other: &Map) -> Result<f64> {
        ensure!(self.of == other.of, "one map is of {}, the other of {}", self.of, other.of);
        let (own, others) = (self.values.len(), other.values.len());
        ensure!(own == others && own > 0, "one map has {own} scores, the other {others}");
        Ok(self.values.iter().zip(&other.values).map(|(one, two)| (one - two).abs()).fold(0.0, f64::max))
    }
}

/// Finds everything that has a code and a probability, however deep.
fn collect(value: &Value, into: &mut Probabilities) {
    match value {
        Value::Object(map) => {
            if let (Some(code), Some(probability)) =
                (map.get("code").and_then(Value::as_str), map.get("probability").and_then(Value::as_f64))
            {
                into.insert(code.to_owned(), probability);
            }
            map.values().for_each(|inner| collect(inner, into));
        }
        Value::Array(list) => list.iter().for_each(|inner| collect(inner, into)),
        _ => {}
    }
}
