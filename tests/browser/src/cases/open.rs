//! A recording comes in, is drawn and labelled.

use super::Suite;
use super::fixtures::Recording;
use super::visit::Visit;
use crate::page::Page;
use crate::picture::Picture;
use crate::server::Site;
use crate::visitor::{self, Answering, by};
use crate::{Chromium, Gpu};
use anyhow::{Context, Result, bail, ensure};
use std::path::{Path, PathBuf};
use std::time::Duration;

pub(super) fn paths(files: &[PathBuf]) -> Vec<&Path> {
    files.iter().map(PathBuf::as_path).collect()
}

pub(super) fn on_the_cpu(suite: &Suite) -> Result<()> {
    every_format(suite, Gpu::Off, Answering::Cpu)
}

pub(super) fn on_the_gpu(suite: &Suite) -> Result<()> {
    every_format(suite, Gpu::On, Answering::Gpu)
}

fn every_format(suite: &Suite, gpu: Gpu, engine: Answering) -> Result<()> {
    let site = Site::serve(&suite.site, 0)?;
    let mut browser = Chromium::start(gpu)?;
    let mut page = browser.page(&site.address())?;
    page.look(1600, 1400, 1.0, false)?;
    if gpu == Gpu::On {
        let adapter = page.evaluate("navigator.gpu?.requestAdapter().then((adapter) => adapter !== null) ?? false")?;
        ensure!(adapter == true, "this browser gives no WebGPU adapter, so the GPU engine cannot be tested");
    }
    let recording = Recording::of(suite);
    let mut answers = Vec::new();
    for files in [recording.wfdb(), recording.edf(), recording.csv()] {
        page.reload()?;
        visitor::engine_ready(&mut page, engine)?;
        let answer = visitor::drop_and_classify(&mut page, &paths(&files), engine)
            .with_context(|| format!("{}", files[0].display()))?;
        map_is_drawn(&mut page)?;
        answers.push(answer);
    }
    for answer in &answers[1..] {
        let apart = visitor::difference(answer, &answers[0])?;
        ensure!(apart < 1e-3, "two formats of one recording differ by {apart} in probability");
    }
    ensure!(page.errors().is_empty(), "errors on the page: {:?}", page.errors());
    Ok(())
}

/// The model's map changes the picture, and only when it is on.
pub(super) fn map_is_drawn(page: &mut Page) -> Result<Picture> {
    let select = by("overlay-select");
    let own =
        page.evaluate(&format!("[...document.querySelector({select:?}).options].map((option) => option.value)"))?;
    let own = own
        .as_array()
        .and_then(|values| values.iter().filter_map(|value| value.as_str()).find(|value| *value != "off"))
        .context("the model offers no map")?
        .to_owned();
    page.select(&select, "off")?;
    page.wait(
        "the paper without a map",
        "document.querySelector('[data-testid=paper-canvas]').dataset.overlayKind === 'none'",
        30,
    )?;
    page.listen(Duration::from_millis(400))?;
    let plain = Picture::take(page)?;
    page.select(&select, &own)?;
    page.wait(
        "the paper with a map",
        "document.querySelector('[data-testid=paper-canvas]').dataset.overlayKind !== 'none'",
        300,
    )?;
    page.listen(Duration::from_millis(400))?;
    let changed = Picture::take(page)?.changed(&plain)?;
    ensure!(changed.len() > 500, "the map {own} changed {} pixels", changed.len());
    Ok(plain)
}

pub(super) fn pixels(suite: &Suite) -> Result<()> {
    let mut visit = Visit::begin(suite, Gpu::Off)?;
    let page = &mut visit.open()?.0;
    page.look(1800, 1600, 1.0, false)?;
    visitor::remember(page, &[("layout", "12x1"), ("theme", "light")])?;
    visitor::engine_ready(page, Answering::Cpu)?;
    let recording = Recording::of(suite);
    let mut answer = visitor::drop_and_classify(page, &paths(&recording.wfdb()), Answering::Cpu)?;
    let plain = map_is_drawn(page)?;
    let mut leads = Vec::new();
    for name in ["II", "V2", "aVR"] {
        let millivolts = recording.lead(name)?;
        let place = plain.find(&millivolts, Recording::RATE);
        ensure!(place.score > 0.93, "lead {name} is not in the picture: at best {:.2} of it is ink", place.score);
        // The same trace backwards is as smooth and as tall: it must not be found.
        let reversed: Vec<f32> = millivolts.iter().rev().copied().collect();
        let control = plain.find(&reversed, Recording::RATE);
        ensure!(
            control.score < place.score - 0.15,
            "the check is blind: lead {name} backwards is found as well ({:.2})",
            control.score
        );
        leads.push(place);
    }
    ensure!(leads[0].y < leads[2].y && leads[2].y < leads[1].y, "leads II, aVR, V2 are not in this order: {leads:?}");
    ensure!((leads[0].x - leads[1].x).abs() <= 2, "leads do not start at one time: {leads:?}");

    // Where the likeliest label was seen is laid over the traces, not beside them.
    let Some((code, _)) =
        answer.iter().max_by(|one, two| one.1.total_cmp(two.1)).map(|(code, value)| (code.clone(), *value))
    else {
        bail!("no label")
    };
    answer.clear();
    let select = by("overlay-select");
    let offered = page.evaluate(&format!(
        "[...document.querySelector({select:?}).options].some((option) => option.value === 'label:{code}')"
    ))?;
    if offered == true {
        page.select(&select, &format!("label:{code}"))?;
        page.wait(
            "the class activation",
            "document.querySelector('[data-testid=paper-canvas]').dataset.overlayKind !== 'none'",
            60,
        )?;
    }
    page.listen(Duration::from_millis(500))?;
    let changed = Picture::take(page)?.changed(&plain)?;
    ensure!(changed.len() > 500, "the map changed {} pixels", changed.len());
    let start = leads[0].x as f64;
    let end = start + 10.0 * 25.0 * plain.per_millimetre;
    let reach = 5.0 * plain.per_millimetre;
    let along = changed.iter().filter(|(x, _)| (start - reach..=end + reach).contains(&(*x as f64))).count();
    ensure!(
        along * 100 >= changed.len() * 98,
        "only {along} of {} coloured pixels lie along the recording",
        changed.len()
    );
    if offered == true {
        let near = changed.iter().filter(|&&(x, y)| plain.near_ink(x, y, reach)).count();
        ensure!(near * 100 >= changed.len() * 90, "only {near} of {} coloured pixels lie at a trace", changed.len());
    }
    Ok(())
}

pub(super) fn each_way(suite: &Suite) -> Result<()> {
    let mut visit = Visit::begin(suite, Gpu::Off)?;
    let page = &mut visit.open()?.0;
    let (method, canvas) = (by("method-select"), by("paper-canvas"));
    let kind = |name: &str| format!("document.querySelector({canvas:?}).dataset.overlayKind === {name:?}");
    // A network with class activation, and one whose attention no label changes.
    let shipped = [
        ("resnet1d_wang-ldm-superclass", "ClassActivation", "the network's own map"),
        ("imle-net-superclass", "MultiLevelAttention", ""),
    ];
    for (model, first, own) in shipped {
        visitor::remember(page, &[("model", model)])?;
        visitor::engine_ready(page, Answering::Cpu)?;
        visitor::drop_and_classify(page, &paths(&Recording::of(suite).wfdb()), Answering::Cpu)?;
        page.wait("the model's first map", &kind(first), 60)?;
        page.select(&method, "gradient × input")?;
        page.wait("the gradients of the strongest label", &kind("GradientTimesInput"), 120)
            .with_context(|| model.to_owned())?;
        page.select(&method, "Grad-CAM")?;
        page.wait("Grad-CAM", &kind("GradCam"), 120).with_context(|| model.to_owned())?;
        let test = page.evaluate(&format!("document.querySelector({:?})?.textContent ?? ''", by("map-check")))?;
        let test = test.as_str().unwrap_or_default();
        ensure!(test.contains("their test") && test.contains("random maps"), "{model}: {test:?}");
        if !own.is_empty() {
            page.select(&method, own)?;
            page.wait("the model's own map again", &kind(first), 60)?;
        }
    }
    ensure!(page.errors().is_empty(), "errors on the page: {:?}", page.errors());
    Ok(())
}

pub(super) fn one_lead(suite: &Suite) -> Result<()> {
    let mut visit = Visit::begin(suite, Gpu::Off)?;
    let page = &mut visit.open()?.0;
    let (_folder, file) = Recording::of(suite).csv_of("II")?;
    visitor::remember(page, &[("model", "imle-net-superclass")])?;
    visitor::engine_ready(page, Answering::Cpu)?;
    page.drop_files(&by("drop-zone"), &[&file])?;
    let said = format!("document.querySelector({:?})?.textContent", by("classify-error"));
    let said = page.wait("that twelve leads are missing", &said, 90)?;
    ensure!(said.as_str().is_some_and(|said| said.contains("V1")), "the page says no lead that is missing: {said}");
    let mina = format!(
        "[...document.querySelectorAll({:?})].find((button) => button.textContent.includes('MINA'))",
        by("other-model")
    );
    page.wait("the offer of MINA, which takes lead II", &format!("{mina} !== undefined"), 30)?;
    page.evaluate(&format!("{mina}.click()"))?;
    let answer = visitor::labels(page, Answering::Cpu)?;
    let apart = visitor::difference(&answer, &suite.native.classify("mina-ii-rhythm", &[&file])?)?;
    ensure!(apart < 1e-3, "the page is {apart} from the command line");
    map_is_drawn(page)?;
    let bands = page.evaluate("document.querySelectorAll('[data-testid=map-parts] li').length")?;
    ensure!(bands == 4, "MINA's four bands are not shown");
    page.look(1280, 800, 1.0, false)?;
    page.listen(Duration::from_millis(500))?;
    let below = "document.querySelector('.legend').getBoundingClientRect().top - document.querySelector('[data-testid=paper-canvas]').getBoundingClientRect().bottom";
    let below = page.evaluate(below)?;
    ensure!(below.as_f64().is_some_and(|gap| (0.0..60.0).contains(&gap)), "{below} pixels lie empty below the strip");
    ensure!(page.errors().is_empty(), "errors on the page: {:?}", page.errors());
    Ok(())
}

pub(super) fn picked_and_samples(suite: &Suite) -> Result<()> {
    let mut visit = Visit::begin(suite, Gpu::Off)?;
    let page = &mut visit.open()?.0;
    visitor::engine_ready(page, Answering::Cpu)?;
    page.choose_files(&by("file-input"), &paths(&Recording::of(suite).wfdb()))?;
    visitor::answer(page, Answering::Cpu)?;
    page.reload()?;
    page.wait("the samples", "document.querySelectorAll('[data-testid=sample-button]').length >= 3", 30)?;
    let count = page.evaluate("document.querySelectorAll('[data-testid=sample-button]').length")?.as_u64().unwrap_or(0);
    for number in 0..count {
        page.reload()?;
        page.wait("the samples", "document.querySelectorAll('[data-testid=sample-button]').length >= 3", 30)?;
        page.evaluate(&format!("document.querySelectorAll('[data-testid=sample-button]')[{number}].click()"))?;
        visitor::answer(page, Answering::Cpu).with_context(|| format!("sample {number}"))?;
    }
    ensure!(page.errors().is_empty(), "errors on the page: {:?}", page.errors());
    Ok(())
}

pub(super) fn narrow(suite: &Suite) -> Result<()> {
    let mut visit = Visit::begin(suite, Gpu::Off)?;
    let page = &mut visit.open()?.0;
    page.look(360, 740, 2.0, false)?;
    page.reload()?;
    let sticks_out = "Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) - innerWidth";
    ensure!(page.evaluate(sticks_out)?.as_f64().unwrap_or(1.0) <= 0.0, "the empty page is wider than 360 pixels");
    visitor::engine_ready(page, Answering::Cpu)?;
    visitor::drop_and_classify(page, &paths(&Recording::of(suite).wfdb()), Answering::Cpu)?;
    let by_pixels = page.evaluate(sticks_out)?;
    ensure!(by_pixels.as_f64().unwrap_or(1.0) <= 0.0, "with a recording the page sticks out by {by_pixels} pixels");
    let seen = page.evaluate("(() => { const box = document.querySelector('[data-testid=disclaimer]').getBoundingClientRect(); return box.bottom <= innerHeight + 1 && box.top >= 0 && box.width > 50; })()")?;
    ensure!(seen == true, "\"not a medical device\" is out of sight");
    Ok(())
}
