//! Our CPU engine and onnxruntime-web with the same network on the same recording, turn and turn about in one page.

use super::Model;
use super::runtime::Runtime;
use anyhow::{Context, Result, ensure};
use browser::native::Probabilities;
use browser::server::Site;
use browser::{Chromium, Gpu};
use serde_json::{Value, json};
use std::path::Path;

/// What the page runs.
const SCRIPT: &str = include_str!("beside.js");
/// Answers of each before those that count: a browser compiles what runs often anew.
const WARM_UP: usize = 5;

/// Milliseconds of each run.
pub struct Beside {
    /// Our network alone.
    pub network: Vec<f64>,
    /// Preparation, network and map in our engine.
    pub engine: Vec<f64>,
    /// From the page's question to our engine's answer: the messages too.
    pub whole: Vec<f64>,
    /// onnxruntime-web's network alone; empty where it is not there.
    pub runtime: Vec<f64>,
    /// Our answer.
    pub probabilities: Probabilities,
}

/// Runs both; an error when their answers differ.
pub fn run(site: &Path, model: &Model, recording: &Path, runtime: Option<&Runtime>, runs: usize) -> Result<Beside> {
    let folder = tempfile::tempdir()?;
    let copy = |from: &Path, name: &str| -> Result<()> {
        let to = folder.path().join(name);
        std::fs::create_dir_all(to.parent().context("a file without a folder")?)?;
        std::fs::copy(from, to).with_context(|| format!("cannot copy {}", from.display())).map(drop)
    };
    for name in ["engines/manifest.json", "engines/engine_cpu.js", "engines/engine_cpu_bg.wasm", "web/engine-worker.js"]
    {
        copy(&site.join(name), name)?;
    }
    for name in ["card.json", "weights.safetensors"] {
        copy(&model.folder.join(name), name)?;
    }
    copy(recording, "recording.csv")?;
    std::fs::write(folder.path().join("beside.js"), SCRIPT)?;
    std::fs::write(
        folder.path().join("index.html"),
        "<!doctype html><meta charset=\"utf-8\"><title>side by side</title>",
    )?;
    if let Some(runtime) = runtime {
        runtime.copy_to(folder.path())?;
    }

    let served = Site::serve(folder.path(), 0)?;
    let mut browser = Chromium::start(Gpu::Off)?;
    let mut page = browser.page(&served.address())?;
    let options = json!({ "runs": runs, "warmUp": WARM_UP, "runtime": runtime.is_some() });
    page.evaluate(&format!(
        "import('./beside.js').then(({{ run }}) => run({options})).then((done) => {{ window.done = done; }}, (reason) => {{ window.done = {{ failed: String(reason) }}; }}), 0"
    ))?;
    page.wait("the engines side by side", "window.done !== undefined", 600)?;
    let done = page.evaluate("window.done")?;
    ensure!(done["failed"].is_null(), "side by side: {}", done["failed"]);
    let probabilities: Probabilities = done["probabilities"]
        .as_object()
        .context("our engine gave no answer")?
        .iter()
        .filter_map(|(code, value)| Some((code.clone(), value.as_f64()?)))
        .collect();
    if let Some(runtime) = runtime {
        runtime.agrees(&numbers(&done["logits"]), &probabilities)?;
    }
    let times = |name: &str| numbers(&done["times"][name]);
    Ok(Beside {
        network: times("network"),
        engine: times("engine"),
        whole: times("whole"),
        runtime: times("runtime"),
        probabilities,
    })
}

fn numbers(list: &Value) -> Vec<f64> {
    list.as_array().into_iter().flatten().filter_map(Value::as_f64).collect()
}
