//! onnxruntime-web with the same network on the same samples, in the same browser.

use super::{Model, onnx, weights};
use crate::{paths, run};
use anyhow::{Context, Result, ensure};
use browser::native::Probabilities;
use browser::server::Site;
use browser::{Chromium, Gpu};
use serde_json::json;
use std::path::Path;
use std::process::Stdio;
use tempfile::TempDir;

/// The version that was measured against first; a change of it changes the yardstick.
const VERSION: &str = "1.30.0";

/// A folder that holds the runtime, the network and its input.
pub struct Runtime {
    folder: TempDir,
    labels: Vec<String>,
    temperature: f64,
}

impl Runtime {
    /// Gets the runtime by npm into the cache; `None`, said aloud, where there is no npm.
    pub fn get(model: &Model) -> Result<Option<Self>> {
        let npm = paths::cache()?.join("npm");
        let package = npm.join("node_modules/onnxruntime-web");
        if !package.exists() {
            std::fs::create_dir_all(&npm)?;
            let name = format!("onnxruntime-web@{VERSION}");
            let mut install = run::command("npm");
            install.args(["install", "--no-audit", "--no-fund", "--prefix"]).arg(&npm).arg(name).stdout(Stdio::null());
            if run::succeed(&mut install).is_err() {
                println!("{:>21}  onnxruntime-web: left out, npm cannot bring it here", "-");
                return Ok(None);
            }
        }
        let folder = tempfile::tempdir()?;
        for entry in std::fs::read_dir(package.join("dist"))?.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let wanted = name.starts_with("ort-wasm") || name == "ort.wasm.min.mjs" || name == "ort.webgpu.min.mjs";
            if wanted {
                std::fs::copy(entry.path(), folder.path().join(name))?;
            }
        }
        let network = onnx::resnet1d_wang(&weights::read(&model.folder.join("weights.safetensors"))?, model.samples)?;
        std::fs::write(folder.path().join("network.onnx"), network)?;
        let page = "<!doctype html><meta charset=\"utf-8\"><title>onnxruntime-web</title>";
        std::fs::write(folder.path().join("index.html"), page)?;
        std::fs::write(folder.path().join("input.json"), json!(input(model)?).to_string())?;
        let labels = model.card["labels"].as_array().into_iter().flatten();
        let labels = labels.filter_map(|label| label["code"].as_str().map(str::to_owned)).collect();
        let temperature = model.card["calibration"]["temperature"].as_f64().unwrap_or(1.0);
        Ok(Some(Self { folder, labels, temperature }))
    }

    /// Its files, the network and the input, for another folder that is served.
    pub fn copy_to(&self, folder: &Path) -> Result<()> {
        for entry in std::fs::read_dir(self.folder.path())?.flatten().filter(|entry| entry.file_name() != "index.html")
        {
            std::fs::copy(entry.path(), folder.join(entry.file_name()))?;
        }
        Ok(())
    }

    /// Milliseconds of each run on the GPU, after one that does not count; an error when the answers are not ours.
    pub fn on_gpu(&self, runs: usize, ours: &Probabilities) -> Result<Vec<f64>> {
        let site = Site::serve(self.folder.path(), 0)?;
        let mut browser = Chromium::start(Gpu::On)?;
        let mut page = browser.page(&site.address())?;
        page.evaluate(&format!(
            "window.work = (async () => {{
                const ort = await import('./ort.webgpu.min.mjs');
                ort.env.wasm.numThreads = 1;
                ort.env.wasm.wasmPaths = new URL('./', location.href).href;
                const session = await ort.InferenceSession.create('network.onnx', {{ executionProviders: ['webgpu'] }});
                const {{ shape, values }} = await (await fetch('input.json')).json();
                const x = new ort.Tensor('float32', new Float32Array(values), shape);
                const times = [];
                let logits;
                for (let run = 0; run < {runs} + 1; run += 1) {{
                    const start = performance.now();
                    logits = (await session.run({{ x }})).logits.data;
                    if (run >= 1) times.push(performance.now() - start);
                }}
                window.done = {{ times, logits: Array.from(logits) }};
            }})().catch((reason) => {{ window.done = {{ failed: String(reason) }}; }}), 0"
        ))?;
        page.wait("onnxruntime-web", "window.done !== undefined", 600)?;
        let done = page.evaluate("window.done")?;
        ensure!(done["failed"].is_null(), "onnxruntime-web on WebGPU: {}", done["failed"]);
        let numbers = |name: &str| -> Vec<f64> {
            done[name].as_array().into_iter().flatten().filter_map(serde_json::Value::as_f64).collect()
        };
        self.agrees(&numbers("logits"), ours)?;
        Ok(numbers("times"))
    }

    /// An error when its logits `[window, label]` do not give our answer.
    pub fn agrees(&self, logits: &[f64], ours: &Probabilities) -> Result<()> {
        let classes = self.labels.len();
        for (class, code) in self.labels.iter().enumerate() {
            let windows =
                logits.iter().skip(class).step_by(classes).map(|logit| 1.0 / (1.0 + (-logit / self.temperature).exp()));
            let (sum, count) = windows.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
            let own = ours.get(code).with_context(|| format!("the page does not name {code}"))?;
            ensure!(
                (sum / count - own).abs() < 2e-3,
                "{code}: onnxruntime-web says {:.4}, the page {own:.4}: not the same network",
                sum / count
            );
        }
        Ok(())
    }
}

/// The fixture's windows, standardised as the card says: what the page's engine makes of the same file.
fn input(model: &Model) -> Result<serde_json::Value> {
    let file = Path::new("tests/fixtures/one-recording/00001_lr.csv");
    let text = std::fs::read_to_string(paths::root().join(file))?;
    let mut lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let header: Vec<&str> =
        lines.next().context("the CSV is empty")?.split(',').map(|cell| cell.trim().trim_matches('"')).collect();
    let rows: Vec<Vec<f64>> =
        lines.map(|line| line.split(',').map(|cell| cell.trim().parse().unwrap_or(f64::NAN)).collect()).collect();
    let number =
        |name: &str| model.card["input"][name].as_f64().with_context(|| format!("the card lacks input.{name}"));
    let (mean, deviation) = (number("mean")?, number("std")?);
    let mut values = Vec::new();
    for window in 0..model.windows() {
        for lead in model.card["input"]["leads"].as_array().into_iter().flatten().filter_map(serde_json::Value::as_str)
        {
            let is_lead =
                |cell: &&str| cell.split([' ', '(', '[']).next().is_some_and(|word| word.eq_ignore_ascii_case(lead));
            let column =
                header.iter().position(is_lead).with_context(|| format!("no column {lead} in {}", file.display()))?;
            let start = window * model.stride();
            for row in rows.get(start..start + model.samples).context("the recording is too short")? {
                values.push((row.get(column).copied().unwrap_or(f64::NAN) - mean) / deviation);
            }
        }
    }
    Ok(json!({ "shape": [model.windows(), 12, model.samples], "values": values }))
}
