//! A network of each family, with drawn weights, at its full size.

use super::Suite;
use super::fixtures::Recording;
use super::open::{map_is_drawn, paths};
use crate::server::Site;
use crate::visitor::{self, Answering, by};
use crate::{Chromium, Gpu};
use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// Largest difference to the command line in probability.
const AGREES: f64 = 1e-4;

pub(super) fn each_of_them(suite: &Suite) -> Result<()> {
    let (folder, models) = (suite.families.make)(&suite.families.folder)?;
    let native = suite.native.with_models(models);
    let site = Site::serve(&folder, 0)?;
    let mut browser = Chromium::start(Gpu::Off)?;
    let page = &mut browser.page(&site.address())?;
    page.look(1600, 1400, 1.0, false)?;
    let files = Recording::of(suite).wfdb();
    let index: Value = serde_json::from_slice(&std::fs::read(folder.join("models/index.json"))?)?;
    let names = index["models"].as_array().into_iter().flatten().filter_map(|model| model["name"].as_str());
    let (mut seen, mut explained) = (0, 0);
    for model in names {
        let expected = native.classify(model, &paths(&files))?;
        visitor::remember(page, &[("model", model)])?;
        visitor::engine_ready(page, Answering::Cpu).with_context(|| model.to_owned())?;
        let shown =
            visitor::drop_and_classify(page, &paths(&files), Answering::Cpu).with_context(|| model.to_owned())?;
        let apart = visitor::difference(&shown, &expected).with_context(|| model.to_owned())?;
        ensure!(apart < AGREES, "{model}: page and command line differ by {apart}, allowed {AGREES}");
        // The select offers "None" first.
        let options = page.evaluate(&format!(
            "[...document.querySelector({:?}).options].map((option) => option.value)",
            by("overlay-select")
        ))?;
        let draws = options.as_array().is_some_and(|options| options.len() > 1);
        if draws {
            map_is_drawn(page).with_context(|| format!("{model}, which offers {options}"))?;
            explained += 1;
        }
        println!("    {model}: largest difference {apart:.1e}{}", if draws { ", map drawn" } else { ", gives no map" });
        seen += 1;
    }
    ensure!(seen >= 20 && explained >= 14, "{seen} networks, {explained} with a map");
    ensure!(page.errors().is_empty(), "errors on the page: {:?}", page.errors());
    Ok(())
}
