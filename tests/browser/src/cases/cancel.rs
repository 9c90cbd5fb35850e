//! A cancel is heard at once, whatever the engine is doing.

use super::Suite;
use super::fixtures::Recording;
use super::open::paths;
use super::visit::Visit;
use crate::Gpu;
use crate::visitor::{self, Answering, by};
use anyhow::{Result, ensure};
use std::io::Write;
use std::time::{Duration, Instant};

/// Bytes of the table: seconds of work for the reader, in one piece that it cannot interrupt.
const LARGE: usize = 240_000_000;
/// A visitor takes this for at once (ms).
const AT_ONCE: f64 = 500.0;

pub(super) fn while_reading(suite: &Suite) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let large = folder.path().join("large.csv");
    let line = "0.123,-0.456,0.789,-0.012,0.345,-0.678,0.901,-0.234,0.567,-0.890,0.123,-0.456\n";
    let mut file = std::io::BufWriter::new(std::fs::File::create(&large)?);
    file.write_all(b"# rate: 500 Hz\nI,II,III,aVR,aVL,aVF,V1,V2,V3,V4,V5,V6\n")?;
    for _ in 0..LARGE / line.len() {
        file.write_all(line.as_bytes())?;
    }
    file.flush()?;
    drop(file);

    let mut visit = Visit::begin(suite, Gpu::Off)?;
    let page = &mut visit.open()?.0;
    visitor::engine_ready(page, Answering::Cpu)?;
    let small = Recording::of(suite).wfdb();
    let before = visitor::drop_and_classify(page, &paths(&small), Answering::Cpu)?;

    page.drop_files(&by("drop-zone"), &[&large])?;
    let button = format!(
        "[...document.querySelectorAll({:?})].find((button) => button.textContent === 'Cancel')",
        format!("{} button", by("task"))
    );
    page.wait("a task with a cancel", &format!("Boolean({button})"), 20)?;
    // Long enough to be in the middle of the reading, and it must not be over.
    page.listen(Duration::from_millis(400))?;
    ensure!(
        page.evaluate(&format!("Boolean({button})"))? == true,
        "240 MB were read within half a second: the file is too small for this test"
    );
    // Measured in the page, as the visitor sees it: how fast this program is told does not count.
    let click = format!(
        "new Promise((done) => {{ const start = performance.now(); const look = () => {button} ? setTimeout(look, 5) : done(performance.now() - start); {button}.click(); look(); }})"
    );
    let took = page.evaluate(&click)?.as_f64().unwrap_or(f64::INFINITY);
    println!("    the task was gone {took:.0} ms after the click");
    ensure!(took < AT_ONCE, "the cancel took {took:.0} ms");
    let status = page.evaluate(&format!("document.querySelector({:?}).textContent", by("status")))?;
    ensure!(status == "Cancelled", "the status says {status}");

    // The next file is read by a new worker, soon, and the recording from before is still there.
    let start = Instant::now();
    page.drop_files(&by("drop-zone"), &paths(&Recording::of(suite).edf()))?;
    visitor::recordings(page, 2)?;
    let after = visitor::labels(page, Answering::Cpu)?;
    println!("    the next recording was labelled {} ms after its drop", start.elapsed().as_millis());
    let apart = visitor::difference(&after, &before)?;
    ensure!(apart < 1e-3, "after the cancel the answers differ by {apart}");
    page.listen(Duration::from_secs(4))?;
    let titles = page.evaluate("document.querySelectorAll('[data-testid=recording-select] option').length")?;
    ensure!(titles == 2, "the cancelled file came after all: {titles} recordings");
    let cards = page.evaluate(&format!("document.querySelectorAll({:?}).length", by("error-card")))?;
    ensure!(cards == 0, "a cancel is no error, but {cards} error cards are shown");
    Ok(())
}
