//! A recording whose paper is longer than a browser lets any element be.

use super::Suite;
use super::visit::Visit;
use crate::Gpu;
use crate::page::Page;
use crate::visitor::{self, Answering, by};
use anyhow::{Context, Result, ensure};
use std::path::Path;

/// Samples a second; few, so that a week of them is a small file.
const RATE: usize = 4;
/// A week (s).
const WEEK: usize = 7 * 24 * 3600;

pub(super) fn week(suite: &Suite) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (header, samples) = (folder.path().join("week.hea"), folder.path().join("week.dat"));
    std::fs::write(&header, format!("week 1 {RATE} {}\nweek.dat 16 200 16 0 0 0 0 II\n", RATE * WEEK))?;
    // Its last two seconds are at 1 mV, all else at 0.
    let mut counts = vec![0_i16; RATE * WEEK];
    let last = counts.len() - 2 * RATE;
    counts.iter_mut().skip(last).for_each(|count| *count = 200);
    std::fs::write(&samples, counts.iter().flat_map(|count| count.to_le_bytes()).collect::<Vec<u8>>())?;

    let mut visit = Visit::begin(suite, Gpu::Off)?;
    let page = &mut visit.open()?.0;
    visitor::engine_ready(page, Answering::Cpu)?;
    let files: [&Path; 2] = [&header, &samples];
    page.drop_files(&by("drop-zone"), &files)?;
    visitor::recordings(page, 1)?;
    page.wait("the readout at the beginning", &format!("({READOUT})(200)"), 20)?;

    // By pulling the bar: the end, where the last samples are, and the middle.
    let pulled = scroll(page, "paper.scrollWidth")?;
    ensure!(pulled > 1e6, "the bar has a way of {pulled} px");
    let width = page.evaluate(&format!("document.querySelector({:?}).clientWidth", by("paper")))?;
    let width = width.as_f64().context("a width")?;
    let (time, millivolts) = last_readout(page, width)?;
    ensure!((time - WEEK as f64).abs() < 1.0, "the paper ends at {time} s of {WEEK} s");
    ensure!((millivolts - 1.0).abs() < 0.01, "the last sample is shown as {millivolts} mV");
    scroll(page, "(paper.scrollWidth - paper.clientWidth) / 2")?;
    let middle = readout(page, width / 2.0)?.0;
    ensure!((middle - WEEK as f64 / 2.0).abs() < 5.0, "the middle of the bar is {middle} s");

    // By steps: as many pixels as were asked for.
    let scale = page.evaluate(&format!("document.querySelector({:?}).dataset.pxPerMm", by("paper-canvas")))?;
    let a_second = 25.0 * scale.as_str().and_then(|scale| scale.parse::<f64>().ok()).context("a scale")?;
    let before = readout(page, 300.0)?.0;
    for _ in 0..5 {
        scroll(page, "paper.scrollLeft + 120")?;
    }
    let moved = (readout(page, 300.0)?.0 - before) * a_second;
    ensure!((moved - 600.0).abs() < 3.0, "600 px of steps moved the paper by {moved} px");

    // Enlarged, the middle of the view stays where it was.
    let before = readout(page, width / 2.0)?.0;
    for _ in 0..4 {
        page.press("+", false)?;
    }
    settle(page)?;
    let after = readout(page, width / 2.0)?.0;
    ensure!((after - before).abs() < 0.1, "enlarging went from {before} s to {after} s");
    scroll(page, "paper.scrollWidth")?;
    let time = last_readout(page, width)?.0;
    ensure!((time - WEEK as f64).abs() < 1.0, "enlarged, the paper ends at {time} s of {WEEK} s");
    scroll(page, "0")?;
    let start = readout(page, 200.0)?.0;
    ensure!(start < 5.0, "the beginning of the bar is {start} s");
    Ok(())
}

/// A function of a place (px from the paper's left edge) that points there and gives what the page says of it, once it has.
const READOUT: &str = "async (x) => {
    const canvas = document.querySelector('[data-testid=paper-canvas]');
    const box = canvas.getBoundingClientRect();
    const place = { clientX: box.left + x, clientY: box.top + box.height / 2, bubbles: true };
    canvas.dispatchEvent(new PointerEvent('pointermove', place));
    await new Promise(requestAnimationFrame);
    return document.querySelector('[data-testid=readout]').textContent;
}";

/// Puts the bar somewhere, waits until the paper has followed, and gives the bar's place.
fn scroll(page: &mut Page, place: &str) -> Result<f64> {
    page.evaluate(&format!(
        "(() => {{ const paper = document.querySelector({:?}); paper.scrollLeft = {place}; }})()",
        by("paper")
    ))?;
    settle(page)?;
    let place = page.evaluate(&format!("document.querySelector({:?}).scrollLeft", by("paper")))?;
    place.as_f64().context("the bar's place")
}

/// Three frames: one for the event, one for what follows from it, one to draw.
fn settle(page: &mut Page) -> Result<()> {
    let frames = "new Promise((done) => { let left = 3; const next = () => --left ? requestAnimationFrame(next) : done(true); requestAnimationFrame(next); })";
    page.evaluate(frames).map(|_| ())
}

/// Time (s) and voltage (mV) at a place of the view (px).
fn readout(page: &mut Page, x: f64) -> Result<(f64, f64)> {
    let text = page.evaluate(&format!("({READOUT})({x})"))?;
    let text = text.as_str().context("a readout")?.to_owned();
    parse(&text).with_context(|| format!("found the readout {text:?} at {x} px"))
}

/// The readout furthest to the right.
fn last_readout(page: &mut Page, width: f64) -> Result<(f64, f64)> {
    let script = format!(
        "(async () => {{ for (let x = {width} - 1; x > 0; x -= 2) {{ const text = await ({READOUT})(x); if (text) return text; }} return ''; }})()"
    );
    let text = page.evaluate(&script)?;
    let text = text.as_str().unwrap_or_default().to_owned();
    parse(&text).with_context(|| format!("found the last readout {text:?}"))
}

/// `II  167:59:59.50  +1.000 mV`.
fn parse(text: &str) -> Option<(f64, f64)> {
    let mut words = text.split_whitespace().skip(1);
    let [hours, minutes, seconds] = words.next()?.split(':').collect::<Vec<_>>().try_into().ok()?;
    let number = |word: &str| word.replace('−', "-").parse::<f64>().ok();
    let time = number(hours)? * 3600.0 + number(minutes)? * 60.0 + number(seconds)?;
    Some((time, number(words.next()?)?))
}
