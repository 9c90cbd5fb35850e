//! A network of each family, with drawn weights, at its full size.

use super::engines::{CPU_AGREES, GPU_AGREES};
use super::fixtures::Recording;
use super::open::{map_is_drawn, paths};
use super::{Span, Suite};
use crate::native::Probabilities;
use crate::server::Site;
use crate::visitor::{self, Answering, by};
use crate::{Chromium, Gpu, Page};
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::path::Path;
use std::time::Instant;

/// A network whose answers to two recordings are not this many times further apart than two engines' answers to one proves
/// nothing.
const MOVES: f64 = 100.0;
/// Engines differ by this at least: what is below is chance.
const ROUNDING: f64 = 1e-6;

pub(super) fn each_on_the_cpu(suite: &Suite) -> Result<()> {
    each_of_them(suite, Gpu::Off, Answering::Cpu, Span::Whole, CPU_AGREES)
}

/// Of one window: a software GPU takes seconds for 1000 million multiply-adds, and the shipped models show that several
/// windows at once are answered too.
pub(super) fn each_on_the_gpu(suite: &Suite) -> Result<()> {
    each_of_them(suite, Gpu::On, Answering::Gpu, Span::OneWindow, GPU_AGREES)
}

fn each_of_them(suite: &Suite, gpu: Gpu, engine: Answering, span: Span, allowed: f64) -> Result<()> {
    let (folder, models) = (suite.families.make)(&suite.families.folder, span)?;
    let native = suite.native.with_models(models);
    let site = Site::serve(&folder, 0)?;
    let mut browser = Chromium::start(gpu)?;
    let page = &mut browser.page(&site.address())?;
    page.look(1600, 1400, 1.0, false)?;
    visitor::hear_engines(page)?;
    let files = Recording::of(suite).wfdb();
    let files = paths(&files);
    let index: Value = serde_json::from_slice(&std::fs::read(folder.join("models/index.json"))?)?;
    let names = index["models"].as_array().into_iter().flatten().filter_map(|model| model["name"].as_str());
    let (mut seen, mut explained, mut faults) = (0, 0, Vec::new());
    for model in names {
        let (expected, maps) = native.explain(model, &files)?;
        let moves = moves(&folder.join("models").join(model), &expected)?;
        let start = Instant::now();
        let told = (|| -> Result<Told> {
            visitor::remember(page, &[("model", model)])?;
            visitor::engine_ready(page, engine)?;
            let ready = start.elapsed().as_secs_f64();
            let shown = visitor::drop_and_classify(page, &files, engine)?;
            let answered = start.elapsed().as_secs_f64();
            let apart = visitor::difference(&shown, &expected)?;
            ensure!(apart < allowed, "page and command line differ by {apart} in probability, allowed {allowed}");
            let least = MOVES * apart.max(ROUNDING);
            ensure!(
                moves > least,
                "two recordings' answers differ by {moves:.1e}, which proves nothing below {least:.1e}"
            );
            let found = visitor::maps(page)?;
            ensure!(found.len() == maps.len(), "{} maps, by the command line {}", found.len(), maps.len());
            let apart_in_map = found.iter().zip(&maps).map(|(one, other)| one.difference(other));
            let apart_in_map = apart_in_map.collect::<Result<Vec<f64>>>()?.into_iter().reduce(f64::max);
            if let Some(apart) = apart_in_map {
                ensure!(apart < allowed, "the maps of page and command line differ by {apart}, allowed {allowed}");
            }
            let draws = draws_a_map(page)?;
            Ok(Told { apart, apart_in_map, draws, ready, answered })
        })();
        match told.with_context(|| model.to_owned()) {
            Ok(told) => {
                explained += usize::from(told.draws);
                println!("    {model}: {told}");
            }
            // The others are looked at all the same: one run names all that is wrong.
            Err(reason) => {
                println!("    {reason:#}");
                faults.push(model);
            }
        }
        seen += 1;
    }
    ensure!(faults.is_empty(), "{} of {seen} fail: {}", faults.len(), faults.join(", "));
    ensure!(seen >= 23 && explained >= 14, "{seen} networks, {explained} with a map");
    ensure!(page.errors().is_empty(), "errors on the page: {:?}", page.errors());
    Ok(())
}

/// Largest difference in probability between the answer to a recording and the one to the input that the card knows.
fn moves(folder: &Path, answer: &Probabilities) -> Result<f64> {
    let card: Value = serde_json::from_slice(&std::fs::read(folder.join("card.json"))?)?;
    let known = card["known_answer"]["probabilities"].as_array().into_iter().flatten().filter_map(Value::as_f64);
    let codes = card["labels"].as_array().into_iter().flatten().filter_map(|label| label["code"].as_str());
    let apart = codes.zip(known).filter_map(|(code, known)| Some((answer.get(code)? - known).abs()));
    apart.reduce(f64::max).with_context(|| format!("{}: its card knows no answer", folder.display()))
}

/// How one network did.
struct Told {
    apart: f64,
    apart_in_map: Option<f64>,
    draws: bool,
    /// Seconds until the engine had loaded and checked the network.
    ready: f64,
    /// Seconds until its answer was there.
    answered: f64,
}

impl std::fmt::Display for Told {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { apart, apart_in_map, draws, ready, answered } = self;
        write!(formatter, "largest difference {apart:.1e}, ")?;
        match apart_in_map {
            Some(apart) => write!(formatter, "in its map {apart:.1e}")?,
            None => write!(formatter, "no map in its answer")?,
        }
        let drawn = if *draws { "drawn" } else { "nothing to draw" };
        write!(formatter, ", {drawn}; ready after {ready:.1} s, answered after {answered:.1} s")
    }
}

/// Whether the page offers a map of the answer; it must then be seen.
fn draws_a_map(page: &mut Page) -> Result<bool> {
    // The select offers "None" first.
    let options = page.evaluate(&format!(
        "[...document.querySelector({:?}).options].map((option) => option.value)",
        by("overlay-select")
    ))?;
    let draws = options.as_array().is_some_and(|options| options.len() > 1);
    if draws {
        map_is_drawn(page).with_context(|| format!("it offers {options}"))?;
    }
    Ok(draws)
}
