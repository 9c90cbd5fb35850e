//! Two engines that answer alike, and what happens when one is not there or dies.

use super::Suite;
use super::fixtures::Recording;
use super::open::paths;
use super::visit::Visit;
use crate::visitor::{self, Answering, by};
use crate::{Gpu, Page};
use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// Largest difference to the command line in probability, as the project promises.
pub(super) const CPU_AGREES: f64 = 1e-4;
pub(super) const GPU_AGREES: f64 = 1e-3;

/// Names of the models that the built folder offers.
fn models(suite: &Suite) -> Result<Vec<String>> {
    let index: Value = serde_json::from_slice(&std::fs::read(suite.site.join("models/index.json"))?)?;
    let names: Vec<String> = index["models"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|model| model["name"].as_str().map(str::to_owned))
        .collect();
    ensure!(!names.is_empty(), "the page offers no model");
    Ok(names)
}

pub(super) fn cpu_agrees(suite: &Suite) -> Result<()> {
    agrees(suite, Gpu::Off, Answering::Cpu, CPU_AGREES)
}

pub(super) fn gpu_agrees(suite: &Suite) -> Result<()> {
    agrees(suite, Gpu::On, Answering::Gpu, GPU_AGREES)
}

fn agrees(suite: &Suite, gpu: Gpu, engine: Answering, allowed: f64) -> Result<()> {
    let mut visit = Visit::begin(suite, gpu)?;
    let page = &mut visit.open()?.0;
    let files = Recording::of(suite).wfdb();
    for model in models(suite)? {
        let native = suite.native.classify(&model, &paths(&files))?;
        visitor::remember(page, &[("model", &model)])?;
        visitor::engine_ready(page, engine)?;
        let shown = visitor::drop_and_classify(page, &paths(&files), engine).with_context(|| model.clone())?;
        let apart = visitor::difference(&shown, &native).with_context(|| model.clone())?;
        println!("    {model}: {} labels, largest difference {apart:.1e}", shown.len());
        ensure!(apart < allowed, "{model}: page and command line differ by {apart}, allowed {allowed}");
    }
    Ok(())
}

pub(super) fn no_adapter(suite: &Suite) -> Result<()> {
    let mut visit = Visit::begin(suite, Gpu::Off)?;
    let (page, site) = &mut visit.open()?;
    visitor::engine_ready(page, Answering::Cpu)?;
    let reason = page.wait("the reason", "document.querySelector('[data-testid=gpu-reason]')?.textContent", 30)?;
    ensure!(
        reason.as_str().is_some_and(|reason| reason.contains("GPU") || reason.contains("adapter")),
        "the page says {reason}"
    );
    visitor::drop_and_classify(page, &paths(&Recording::of(suite).wfdb()), Answering::Cpu)?;
    let fetched: Vec<String> = site.requests().into_iter().filter(|request| request.contains("engine_gpu")).collect();
    ensure!(fetched.is_empty(), "the GPU engine was fetched in vain: {fetched:?}");
    Ok(())
}

pub(super) fn replaced(suite: &Suite) -> Result<()> {
    let mut visit = Visit::begin(suite, Gpu::Off)?;
    let page = &mut visit.open()?.0;
    visitor::engine_ready(page, Answering::Cpu)?;
    let files = Recording::of(suite).wfdb();
    let before = visitor::drop_and_classify(page, &paths(&files), Answering::Cpu)?;
    ensure!(page.kill_workers()? > 0, "no worker runs");
    page.listen(std::time::Duration::from_millis(300))?;
    visitor::engine_ready(page, Answering::Cpu)?;
    let kept = page.evaluate(&format!("document.querySelector({:?}) !== null", by("paper-canvas")))?;
    ensure!(kept == true, "the recording went with the worker");
    // A new piece of work goes to the new worker.
    visitor::drop_and_classify(page, &paths(&Recording::of(suite).edf()), Answering::Cpu)?;
    visitor::recordings(page, 2)?;
    let after = visitor::answer(page, Answering::Cpu)?;
    let apart = visitor::difference(&after, &before)?;
    ensure!(apart < 1e-3, "the new worker answers differently, by {apart}");
    Ok(())
}

/// A worker that carries this mark is the one that was there when the test did it harm.
const MARK: &str = "void (self.harmed = true)";
const MARKED: &str = "self.harmed === true";

/// Fails if a worker that was marked still runs: what answered after it has to be another one.
fn harmed_is_gone(page: &mut Page) -> Result<()> {
    let workers = page.in_workers(MARKED)?;
    ensure!(!workers.is_empty(), "no worker runs");
    ensure!(workers.iter().all(|marked| marked == false), "the harmed worker was not replaced: {workers:?}");
    Ok(())
}

/// What the engine computes in is filled with garbage: its next step traps, as after a fault of its own.
const SPOIL: &str = "import(new URL('../engines/engine_cpu.js', location.href)).then((engine) => engine.default()).then((module) => { new Uint8Array(module.memory.buffer).fill(0x5a); return module.memory.buffer.byteLength; })";

pub(super) fn trapped(suite: &Suite) -> Result<()> {
    let mut visit = Visit::begin(suite, Gpu::Off)?;
    let page = &mut visit.open()?.0;
    visitor::engine_ready(page, Answering::Cpu)?;
    let files = Recording::of(suite).wfdb();
    let before = visitor::drop_and_classify(page, &paths(&files), Answering::Cpu)?;
    let spoilt = page.in_workers(SPOIL)?;
    ensure!(
        spoilt.iter().any(|bytes| bytes.as_u64().is_some_and(|bytes| bytes > 1_000_000)),
        "no engine's memory was reached: {spoilt:?}"
    );
    page.in_workers(MARK)?;
    ensure!(page.in_workers(MARKED)?.contains(&Value::Bool(true)), "no worker took the mark");
    // The page does not know yet; it hears of it when it asks, and asks again.
    page.drop_files(&by("drop-zone"), &paths(&Recording::of(suite).edf()))?;
    visitor::recordings(page, 2)?;
    let after = visitor::labels(page, Answering::Cpu)?;
    let apart = visitor::difference(&after, &before)?;
    ensure!(apart < 1e-3, "the new engine answers differently, by {apart}");
    harmed_is_gone(page)?;
    Ok(())
}

pub(super) fn hung(suite: &Suite) -> Result<()> {
    let mut visit = Visit::begin(suite, Gpu::Off)?;
    let page = &mut visit.open()?.0;
    visitor::engine_ready(page, Answering::Cpu)?;
    let files = Recording::of(suite).wfdb();
    let before = visitor::drop_and_classify(page, &paths(&files), Answering::Cpu)?;
    // The worker is there but hears nothing any more, as one that the system has put to sleep for good.
    page.in_workers("void (self.onmessage = null)")?;
    page.in_workers(MARK)?;
    page.drop_files(&by("drop-zone"), &paths(&Recording::of(suite).edf()))?;
    let button = format!("document.querySelector({:?})", format!("{} button", by("task")));
    page.wait("a task that can be cancelled", &format!("{button} !== null"), 20)?;
    page.click(&format!("{} button", by("task")))?;
    page.wait("the end of the task", &format!("{button} === null"), 5)?;
    page.drop_files(&by("drop-zone"), &paths(&Recording::of(suite).edf()))?;
    visitor::recordings(page, 2)?;
    let after = visitor::labels(page, Answering::Cpu)?;
    let apart = visitor::difference(&after, &before)?;
    ensure!(apart < 1e-3, "the new engine answers differently, by {apart}");
    harmed_is_gone(page)?;
    Ok(())
}

pub(super) fn gpu_lost(suite: &Suite) -> Result<()> {
    let mut visit = Visit::begin(suite, Gpu::On)?;
    let page = &mut visit.open()?.0;
    visitor::engine_ready(page, Answering::Gpu)?;
    let files = Recording::of(suite).wfdb();
    let before = visitor::drop_and_classify(page, &paths(&files), Answering::Gpu)?;
    page.crash_gpu()?;
    // Until the GPU has proved itself again the CPU answers, or the status says what happened.
    let badge = by("engine-badge");
    page.wait(
        "the page to notice that the GPU is lost",
        &format!("document.querySelector({badge:?}).dataset.engine !== 'gpu'"),
        60,
    )?;
    let told = page.evaluate("document.querySelector('[data-testid=status]').textContent")?;
    println!("    the page says: {}", told.as_str().unwrap_or_default());
    let kept = page.evaluate(&format!("document.querySelector({:?}) !== null", by("paper-canvas")))?;
    ensure!(kept == true, "the recording went with the GPU");
    page.drop_files(&by("drop-zone"), &paths(&Recording::of(suite).edf()))?;
    visitor::recordings(page, 2)?;
    page.wait("labels after the loss", "document.querySelector('[data-testid=ran]')?.dataset.engine", 300)?;
    visitor::engine_ready(page, Answering::Gpu).context("the GPU did not come back")?;
    page.drop_files(&by("drop-zone"), &paths(&files))?;
    visitor::recordings(page, 3)?;
    let after = visitor::labels(page, Answering::Gpu)?;
    let apart = visitor::difference(&after, &before)?;
    ensure!(apart < 1e-3, "after the loss the GPU answers differently, by {apart}");
    Ok(())
}
