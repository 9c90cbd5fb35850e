//! What the command line says of the same recording with the same model: the page has to say the same.

use anyhow::{Context, Result, bail};
use serde_json::Value;
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
        let program = (self.build)()?;
        let output = Command::new(&program)
            .arg("classify")
            .args(files)
            .arg("--model")
            .arg(self.models.join(model))
            .arg("--json")
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
        Ok(probabilities)
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
