//! What a visitor does on the page, in steps that wait for their effect.

use crate::native::{Map, Probabilities};
use crate::page::Page;
use anyhow::{Context, Result, bail};
use std::path::Path;

/// Which engine shall answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answering {
    /// The CPU engine.
    Cpu,
    /// The GPU engine.
    Gpu,
}

impl Answering {
    fn badge(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Gpu => "gpu",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Cpu => "CPU",
            Self::Gpu => "GPU",
        }
    }
}

/// Seconds for what the software GPU does: it is 50 times slower than the CPU.
const GPU_PATIENCE: u64 = 300;
const PATIENCE: u64 = 90;

/// Selector of an element by its test name.
pub fn by(name: &str) -> String {
    format!("[data-testid={name}]")
}

/// Sets what the page remembers, then loads it anew.
pub fn remember(page: &mut Page, settings: &[(&str, &str)]) -> Result<()> {
    for (key, value) in settings {
        page.evaluate(&format!("localStorage.setItem('einthoven.{key}', {value:?})"))?;
    }
    page.reload()
}

/// Waits until an engine is ready for the chosen model; a GPU that was given up is an error at once.
pub fn engine_ready(page: &mut Page, engine: Answering) -> Result<()> {
    let badge = by("engine-badge");
    let patience = if engine == Answering::Gpu { GPU_PATIENCE } else { PATIENCE };
    let what = format!("the {} engine", engine.name());
    let ready = format!("document.querySelector({badge:?})?.dataset.engine === {:?}", engine.badge());
    if engine == Answering::Cpu {
        return page.wait(&what, &ready, patience).map(drop);
    }
    let refused = format!("document.querySelector({:?})?.title", format!("{badge} summary"));
    let said = page.wait(&what, &format!("{ready} || {refused}"), patience)?;
    said.as_str().map_or(Ok(()), |reason| bail!("the GPU engine answers nothing: {reason}"))
}

/// From now on the page remembers what its engines answer, for [`maps`] and `window.opened`.
pub fn hear_engines(page: &mut Page) -> Result<()> {
    page.before_load(
        "(() => {
            const heard = (window.heard = []);
            const opened = (window.opened = []);
            // An engine sends counts of 16 bits with their scale, or millivolts.
            const factors = { Volt: 1e3, Millivolt: 1, Microvolt: 1e-3, Nanovolt: 1e-6 };
            const millivolts = (stored, buffer) => {
                if (stored === 'Millivolts') return new Float32Array(buffer);
                const { scale: { gain, baseline, unit }, missing } = stored.Counts;
                const all = Float32Array.from(new Int16Array(buffer), (count) => (count - baseline) * (factors[unit] / gain));
                for (const [from, to] of missing) all.fill(NaN, from, to);
                return all;
            };
            // Of each recording its format and of each lead what the command line's `inspect` tells too.
            const told = ({ body, buffers }) => body.Opened.recordings.map(({ meta, traces }) => ({
                format: meta.source.format,
                leads: traces.map(({ lead, rate, derived, stored, buffer }) => {
                    const all = millivolts(stored, buffers[buffer]);
                    const present = all.filter(Number.isFinite);
                    const [least, greatest] = present.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);
                    const mean = present.reduce((sum, value) => sum + value, 0) / present.length;
                    return { lead, hertz: rate, derived, samples: all.length, missing: all.length - present.length, least, greatest, mean };
                }),
            }));
            window.Worker = class extends Worker {
                constructor(...given) {
                    super(...given);
                    this.addEventListener('message', ({ data }) => data?.body?.Classified && heard.push(data.body.Classified));
                    this.addEventListener('message', ({ data }) => data?.body?.Opened && opened.push(...told(data)));
                }
            };
        })()",
    )
}

/// The maps of the last answer that an engine gave.
pub fn maps(page: &mut Page) -> Result<Vec<Map>> {
    let maps = page.evaluate("window.heard.at(-1)?.findings.explanations ?? null")?;
    if maps.is_null() {
        bail!("no engine's answer was heard");
    }
    Ok(Map::all(&maps))
}

/// Waits until nothing goes on any more and the service worker holds the page.
pub fn settled(page: &mut Page) -> Result<()> {
    page.wait("the service worker", "navigator.serviceWorker.controller !== null", PATIENCE)?;
    page.wait("the end of all tasks", "document.querySelectorAll('[data-testid=task]').length === 0", GPU_PATIENCE)?;
    page.listen(std::time::Duration::from_millis(1500))
}

/// Drops files and waits for the answer of the chosen model.
pub fn drop_and_classify(page: &mut Page, files: &[&Path], engine: Answering) -> Result<Probabilities> {
    page.drop_files(&by("drop-zone"), files)?;
    answer(page, engine)
}

/// The answer that the page shows, once it is there; cards about other files may stand beside it.
pub fn labels(page: &mut Page, engine: Answering) -> Result<Probabilities> {
    let patience = if engine == Answering::Gpu { GPU_PATIENCE } else { PATIENCE };
    let ran = format!("document.querySelector('[data-testid=ran]')?.dataset.engine === {:?}", engine.name());
    page.wait(&format!("labels from the {}", engine.name()), &ran, patience)?;
    rows(page)
}

/// The answer that the page shows, once it is there; an error card instead of it is an error.
pub fn answer(page: &mut Page, engine: Answering) -> Result<Probabilities> {
    let patience = if engine == Answering::Gpu { GPU_PATIENCE } else { PATIENCE };
    let settled = "document.querySelector('[data-testid=ran]')?.dataset.engine ?? (document.querySelector('[data-testid=error-card], [data-testid=classify-error], [data-testid=question]') ? 'an error' : null)";
    let ran = page.wait("an answer", settled, patience)?;
    if ran != engine.name() {
        let said = page.evaluate("document.querySelector('[data-testid=error-card], [data-testid=classify-error], [data-testid=question]')?.innerText ?? document.querySelector('[data-testid=gpu-reason]')?.textContent ?? ''")?;
        bail!("the answer came from {ran}, expected the {}: {said}", engine.name());
    }
    rows(page)
}

/// Waits until so many recordings are open.
pub fn recordings(page: &mut Page, count: usize) -> Result<()> {
    let open = format!("document.querySelectorAll('[data-testid=recording-select] option').length === {count}");
    page.wait(&format!("recording {count}"), &open, PATIENCE).map(drop)
}

fn rows(page: &mut Page) -> Result<Probabilities> {
    // While the page turns to another recording it has none for a moment.
    let some = "document.querySelector('[data-testid=finding-row]') && Object.fromEntries([...document.querySelectorAll('[data-testid=finding-row]')].map((row) => [row.dataset.code, Number(row.dataset.probability)]))";
    let rows = page.wait("findings", some, PATIENCE)?;
    let rows = rows.as_object().context("the findings are no table")?;
    let probabilities: Probabilities =
        rows.iter().filter_map(|(code, value)| Some((code.clone(), value.as_f64()?))).collect();
    if probabilities.is_empty() {
        bail!("the page shows no finding");
    }
    Ok(probabilities)
}

/// Largest difference between two answers; an error when they are not of the same labels.
pub fn difference(page: &Probabilities, native: &Probabilities) -> Result<f64> {
    if page.keys().ne(native.keys()) {
        bail!("the page has the labels {:?}, the command line {:?}", page.keys(), native.keys());
    }
    Ok(page.values().zip(native.values()).map(|(one, two)| (one - two).abs()).fold(0.0, f64::max))
}
