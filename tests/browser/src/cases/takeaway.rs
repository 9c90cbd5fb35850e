//! What a visitor does with an answer: keys, undo, copy, save, print.

use super::Suite;
use super::fixtures::Recording;
use super::open::paths;
use super::visit::Visit;
use crate::page::Page;
use crate::picture::Picture;
use crate::server::Site;
use crate::visitor::{self, Answering, by};
use crate::{Chromium, Gpu};
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

fn layout(page: &mut Page) -> Result<String> {
    let name = page.evaluate("document.querySelector('[data-testid=paper-canvas]').dataset.layout")?;
    Ok(name.as_str().unwrap_or_default().to_owned())
}

pub(super) fn keys_and_undo(suite: &Suite) -> Result<()> {
    let site = Site::serve(&suite.site, 0)?;
    let mut browser = Chromium::start(Gpu::Off)?;
    let mut page = browser.page(&site.address())?;
    visitor::engine_ready(&mut page, Answering::Cpu)?;
    let before = visitor::drop_and_classify(&mut page, &paths(&Recording::of(suite).wfdb()), Answering::Cpu)?;

    let first = layout(&mut page)?;
    page.press("l", false)?;
    page.listen(Duration::from_millis(300))?;
    let second = layout(&mut page)?;
    ensure!(first != second, "L left the layout at {first}");
    let help = "document.querySelector('[data-testid=help]').open";
    page.press("?", false)?;
    page.wait("the list of keys", help, 5)?;
    page.press("l", false)?;
    page.listen(Duration::from_millis(300))?;
    ensure!(layout(&mut page)? == second, "a key worked on the page behind the dialog");
    page.press("Escape", false)?;
    page.wait("the end of the dialog", &format!("!{help}"), 5)?;

    let menu = "document.querySelector('[data-testid=samples-menu]').open";
    page.evaluate("document.querySelector('[data-testid=samples-menu] summary').click()")?;
    page.wait("the menu", menu, 5)?;
    page.press("Escape", false)?;
    page.wait("the end of the menu", &format!("!{menu}"), 5)?;

    // Closed and had back, by keys and by the button; the answer comes with it, without a new run.
    let ran = "document.querySelector('[data-testid=ran]')?.dataset.milliseconds ?? ''";
    let time = page.evaluate(ran)?;
    let open = "document.querySelectorAll('[data-testid=recording-select] option').length";
    for undo in ["key", "control", "button"] {
        page.press("x", false)?;
        page.wait("the empty page", "document.querySelector('[data-testid=paper-canvas]') === null", 5)?;
        match undo {
            "key" => page.press("z", false)?,
            "control" => page.press("z", true)?,
            _ => page.click(&by("undo"))?,
        }
        page.wait(&format!("the recording, by the {undo}"), &format!("{open} === 1"), 5)?;
        let after = visitor::labels(&mut page, Answering::Cpu)?;
        ensure!(after == before && page.evaluate(ran)? == time, "the answer is another one after undo by the {undo}");
    }
    ensure!(
        page.evaluate(&format!("document.querySelector({:?}) === null", by("closed")))? == true,
        "the offer to undo stays after it was taken"
    );
    ensure!(page.errors().is_empty(), "errors on the page: {:?}", page.errors());
    Ok(())
}

/// Waits for a file that the browser saves.
fn saved(page: &mut Page, folder: &Path, ending: &str) -> Result<PathBuf> {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(20) {
        let files = std::fs::read_dir(folder)?.flatten().map(|entry| entry.path());
        if let Some(file) = files.into_iter().find(|file| file.to_string_lossy().ends_with(ending)) {
            return Ok(file);
        }
        page.listen(Duration::from_millis(100))?;
    }
    anyhow::bail!("no file *{ending} was saved within 20 s")
}

pub(super) fn findings(suite: &Suite) -> Result<()> {
    let mut visit = Visit::begin(suite, Gpu::Off)?;
    let page = &mut visit.open()?.0;
    let folder = tempfile::tempdir()?;
    page.save_into(folder.path())?;
    page.allow_clipboard()?;
    visitor::engine_ready(page, Answering::Cpu)?;
    let shown = visitor::drop_and_classify(page, &paths(&Recording::of(suite).wfdb()), Answering::Cpu)?;

    page.click(&by("save-json"))?;
    let file = saved(page, folder.path(), ".json")?;
    ensure!(file.ends_with("00001_lr-findings.json"), "the file is called {}", file.display());
    let report: Value = serde_json::from_slice(&std::fs::read(file)?)?;
    let list = report["findings"].as_array().context("the JSON has no findings")?;
    ensure!(list.len() == shown.len(), "the JSON has {} labels, the page {}", list.len(), shown.len());
    for one in list {
        let code = one["code"].as_str().unwrap_or_default();
        let apart = shown.get(code).zip(one["probability"].as_f64()).map(|(shown, saved)| (shown - saved).abs());
        ensure!(apart.is_some_and(|apart| apart < 1e-6), "{code}: the JSON says {}", one["probability"]);
        ensure!(one["threshold"].is_f64() && one["reaches_threshold"].is_boolean(), "{code} lacks its threshold");
    }
    ensure!(report["note"].as_str().is_some_and(|note| note.contains("not a medical device")), "no word of warning");

    page.click(&by("save-csv"))?;
    let table = std::fs::read_to_string(saved(page, folder.path(), ".csv")?)?;
    ensure!(table.lines().count() == shown.len() + 1, "the table has {} lines", table.lines().count());
    ensure!(table.starts_with("recording,model,code,name,group,probability,threshold,"), "{table}");

    page.click(&by("copy"))?;
    page.wait("the copy", "document.querySelector('[data-testid=status]').textContent === 'Findings copied'", 10)?;
    let text = page.evaluate("navigator.clipboard.readText()")?;
    let text = text.as_str().unwrap_or_default();
    ensure!(text.starts_with("00001_lr") && text.contains("not a medical device"), "the clipboard holds {text:?}");
    ensure!(page.errors().is_empty(), "errors on the page: {:?}", page.errors());
    Ok(())
}

pub(super) fn printed(suite: &Suite) -> Result<()> {
    let mut visit = Visit::begin(suite, Gpu::Off)?;
    let page = &mut visit.open()?.0;
    page.look(1280, 900, 1.0, true)?;
    visitor::remember(page, &[("theme", "dark"), ("layout", "6x2")])?;
    visitor::engine_ready(page, Answering::Cpu)?;
    let recording = Recording::of(suite);
    visitor::drop_and_classify(page, &paths(&recording.wfdb()), Answering::Cpu)?;
    page.select(&by("overlay-select"), "off")?;
    for layout in ["6x2", "12x1", "3x4"] {
        page.select(&by("layout-select"), layout)?;
        page.listen(Duration::from_millis(300))?;
        let pdf = page.pdf()?;
        let text = String::from_utf8_lossy(&pdf);
        let pages = text.matches("/Type /Page\n").count();
        ensure!(pages == 1, "{layout}: the print has {pages} pages");
        let size = text.split("/MediaBox [").nth(1).and_then(|rest| rest.split(']').next()).context("no page size")?;
        let numbers: Vec<f64> = size.split_whitespace().filter_map(|number| number.parse().ok()).collect();
        let a4 = matches!(numbers.as_slice(), [_, _, w, h] if (w - 841.9).abs() < 1.0 && (h - 595.3).abs() < 1.0);
        ensure!(a4, "{layout}: the sheet is {size} points, A4 on its side is 842 x 595");
    }

    // A millimetre is a millimetre, and dark screens print on white.
    page.select(&by("layout-select"), "12x1")?;
    page.listen(Duration::from_millis(300))?;
    page.evaluate("dispatchEvent(new Event('beforeprint'))")?;
    page.as_print(true)?;
    let on_paper = page.evaluate("(() => { const box = document.querySelector('[data-testid=print-canvas]').getBoundingClientRect(); return [box.width, box.height]; })()")?;
    let hidden = page.evaluate("[...document.body.children].filter((element) => getComputedStyle(element).display !== 'none').map((element) => element.className)")?;
    page.as_print(false)?;
    ensure!(hidden == serde_json::json!(["print-page"]), "printed beside the page: {hidden}");
    let picture = Picture::of(page, "print-canvas")?;
    let css_millimetre = 96.0 / 25.4;
    let width = on_paper[0].as_f64().unwrap_or(0.0) / css_millimetre;
    let drawn = picture.width() as f64 / picture.per_millimetre;
    ensure!((width - drawn).abs() < 0.1, "{drawn} mm are drawn, {width} mm are printed");
    let height = on_paper[1].as_f64().unwrap_or(0.0) / css_millimetre;
    ensure!((width, height) <= (277.0, 190.0), "{width} x {height} mm do not fit on A4 with margins of 10 mm");
    let lead = recording.lead("V2")?;
    let place = picture.find(&lead, Recording::RATE);
    ensure!(place.score > 0.9, "V2 at 25 mm/s and 10 mm/mV is not on the printed page: {:.2}", place.score);
    ensure!(page.errors().is_empty(), "errors on the page: {:?}", page.errors());
    Ok(())
}
