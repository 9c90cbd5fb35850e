//! `cargo xtask bench`: our engines beside onnxruntime-web with the same network in the same browser, what the page
//! weighs, how long a visitor waits, training beside PyTorch, reading beside Python's readers. Ratios of one run are worth more than milliseconds of two.

mod beside;
mod formats;
mod holter;
mod onnx;
mod runtime;
mod training;
mod weights;

use crate::assemble::Mode;
use crate::build::{self, Profile};
use crate::{dist, paths, test};
use anyhow::{Context, Result};
use browser::server::Site;
use browser::visitor::{self, Answering, by};
use browser::{Chromium, Gpu, Page};
use clap::{Args, ValueEnum};
use serde_json::Value;
use std::path::{Path, PathBuf};

#[derive(Args)]
pub struct Options {
    /// A model whose network is resnet1d_wang, with or without label decoupling; else the first of those.
    #[arg(long)]
    model: Option<String>,
    /// What to build; `dist` is what visitors get.
    #[arg(long, value_enum, default_value_t = Profile::Web)]
    profile: Profile,
    /// Measure a folder that `cargo xtask build` made, instead of building one.
    #[arg(long)]
    site: Option<PathBuf>,
    /// Leave out everything on the GPU, which on a machine without one is software and slow.
    #[arg(long)]
    no_gpu: bool,
    /// Only one part.
    #[arg(long, value_enum)]
    only: Option<Part>,
    /// A Python with torch, numpy and zstandard, to measure PyTorch's training beside ours; else `python3` if it has them. With
    /// `--only formats`, one with the packages of tests/reference/formats/speed-requirements.txt; else an environment is made.
    #[arg(long)]
    python: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The engines, the page's weight and a visitor's waiting.
    Page,
    /// Training.
    Training,
    /// Reading files.
    Formats,
}

/// How often the CPU answers: least and median are told, since others use the machine too.
const CPU_RUNS: usize = 40;
const GPU_RUNS: usize = 3;

/// Measures and prints.
pub fn bench(options: &Options) -> Result<()> {
    let wanted = |part| options.only.is_none_or(|only| only == part);
    if wanted(Part::Page) {
        page(options)?;
    }
    if wanted(Part::Training) {
        training::compare(options.python.as_deref())?;
    }
    if wanted(Part::Formats) {
        // A Python named for training has other packages.
        formats::compare(options.python.as_deref().filter(|_| options.only.is_some()), &site(options, false)?)?;
    }
    Ok(())
}

/// The built page that is measured.
fn site(options: &Options, gpu: bool) -> Result<PathBuf> {
    test::install_browser()?;
    match &options.site {
        Some(site) => Ok(site.clone()),
        None => build::site(options.profile, gpu, &paths::cache()?.join("measured-page"), Mode::Release),
    }
}

fn page(options: &Options) -> Result<()> {
    let folder = site(options, !options.no_gpu)?;
    let model = Model::choose(options.model.as_deref())?;
    println!("Model {}: {} windows of {} samples a recording\n", model.name, model.windows(), model.samples);

    let recording = paths::root().join("tests/fixtures/one-recording/00001_lr.csv");
    let site = Site::serve(&folder, 0)?;
    let runtime = runtime::Runtime::get(&model)?;
    println!("Milliseconds a recording of 10 s, in Chromium, {CPU_RUNS} runs turn and turn about (least; median)");
    let cpu = beside::run(&folder, &model, &recording, runtime.as_ref(), CPU_RUNS)?;
    row("our CPU engine, network alone", &cpu.network);
    row("our CPU engine, preparation, network and map", &cpu.engine);
    row("our CPU engine, whole: from the page's question to its answer", &cpu.whole);
    if runtime.is_some() {
        row("onnxruntime-web, wasm, 1 thread, network alone", &cpu.runtime);
        println!("\nOurs : onnxruntime-web's one thread (by least; by median)");
        ratio("network alone : network alone", &cpu.network, &cpu.runtime);
        ratio("whole : network alone", &cpu.whole, &cpu.runtime);
    }
    if !options.no_gpu {
        println!("\nMilliseconds a recording on the GPU, {GPU_RUNS} runs each (least; median)");
        let gpu = on_gpu(&site, &model.name, &recording, GPU_RUNS)?;
        row("our GPU engine, preparation, network and map", &gpu);
        if let Some(runtime) = &runtime {
            let times = runtime.on_gpu(GPU_RUNS, &cpu.probabilities)?;
            row("onnxruntime-web, WebGPU, network alone", &times);
            ratio("ours : onnxruntime-web", &gpu, &times);
        }
    }

    println!("\nMilliseconds from the drop");
    let (cold, warm) = waiting(&site, &recording)?;
    println!("{:>10} {:>12}", "drawn", "first label");
    println!("{:>10.0} {:>12.0}  cold: dropped as soon as the page is seen, nothing cached", cold.0, cold.1);
    println!("{:>10.0} {:>12.0}  warm: a second visit", warm.0, warm.1);

    println!("\nBytes of every file\n{}", dist::table(&folder)?);
    Ok(())
}

/// A model that can be written as ONNX.
pub struct Model {
    name: String,
    folder: PathBuf,
    samples: usize,
    card: Value,
}

impl Model {
    fn choose(name: Option<&str>) -> Result<Self> {
        let mut found: Vec<PathBuf> = std::fs::read_dir(paths::models())?.flatten().map(|entry| entry.path()).collect();
        found.sort();
        for folder in found {
            let own = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let Ok(card) = std::fs::read(folder.join("card.json")) else { continue };
            let card: Value = serde_json::from_slice(&card)?;
            let fits = card["architecture"].as_str().is_some_and(|network| network.starts_with("resnet1d_wang"));
            if fits && name.is_none_or(|name| name == own) {
                let samples = usize::try_from(card["input"]["samples"].as_u64().unwrap_or(250))?;
                return Ok(Self { name: own, folder, samples, card });
            }
        }
        anyhow::bail!("{}: no model there whose network is resnet1d_wang", paths::models().display())
    }

    fn stride(&self) -> usize {
        self.card["window"]["stride"]
            .as_u64()
            .and_then(|stride| usize::try_from(stride).ok())
            .filter(|&s| s > 0)
            .unwrap_or(1000)
    }

    /// Windows of a recording of 1000 samples.
    fn windows(&self) -> usize {
        1 + 1000usize.saturating_sub(self.samples) / self.stride()
    }
}

/// Drops the same recording again and again; the GPU engine's own times, the first one left out.
fn on_gpu(site: &Site, model: &str, recording: &Path, runs: usize) -> Result<Vec<f64>> {
    let mut browser = Chromium::start(Gpu::On)?;
    let mut page = browser.page(&site.address())?;
    visitor::remember(&mut page, &[("model", model)])?;
    visitor::engine_ready(&mut page, Answering::Gpu)?;
    let mut times = Vec::new();
    for run in 0..=runs {
        page.drop_files(&by("drop-zone"), &[recording])?;
        let opened =
            format!("document.querySelectorAll('[data-testid=recording-select] option').length === {}", run + 1);
        page.wait("the recording", &opened, 60)?;
        visitor::answer(&mut page, Answering::Gpu)?;
        let milliseconds = page.evaluate("Number(document.querySelector('[data-testid=ran]').dataset.milliseconds)")?;
        if run > 0 {
            times.push(milliseconds.as_f64().context("the page tells no time")?);
        }
    }
    Ok(times)
}

/// From the drop to the drawn paper and to the first label: on a first visit, and on a second one.
fn waiting(site: &Site, recording: &Path) -> Result<((f64, f64), (f64, f64))> {
    let mut browser = Chromium::start(Gpu::Off)?;
    let mut page = browser.page(&site.address())?;
    let cold = wait_once(&mut page, recording)?;
    visitor::settled(&mut page)?;
    page.reload()?;
    visitor::engine_ready(&mut page, Answering::Cpu)?;
    visitor::settled(&mut page)?;
    let warm = wait_once(&mut page, recording)?;
    Ok((cold, warm))
}

fn wait_once(page: &mut Page, recording: &Path) -> Result<(f64, f64)> {
    page.wait("the page", "document.querySelector('[data-testid=drop-zone]') !== null", 60)?;
    page.evaluate(
        "(() => {
            window.seen = {};
            addEventListener('drop', () => {
                const start = performance.now();
                const look = () => {
                    const now = performance.now() - start;
                    if (!seen.drawn && document.querySelector('[data-testid=paper-canvas]')?.width > 100) seen.drawn = now;
                    if (document.querySelector('[data-testid=finding-row]')) seen.label = now;
                    else requestAnimationFrame(look);
                };
                look();
            }, { capture: true, once: true });
        })()",
    )?;
    page.drop_files(&by("drop-zone"), &[recording])?;
    page.wait("the first label", "window.seen.label", 120)?;
    let seen = page.evaluate("window.seen")?;
    Ok((seen["drawn"].as_f64().unwrap_or(f64::NAN), seen["label"].as_f64().unwrap_or(f64::NAN)))
}

fn least(times: &[f64]) -> f64 {
    times.iter().copied().fold(f64::INFINITY, f64::min)
}

fn median(times: &[f64]) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

fn row(what: &str, times: &[f64]) {
    println!("{:>10.1} {:>10.1}  {what}", least(times), median(times));
}

fn ratio(what: &str, ours: &[f64], other: &[f64]) {
    println!("{:>10.2} {:>10.2}  {what}", least(ours) / least(other), median(ours) / median(other));
}
