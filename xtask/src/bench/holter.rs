//! A day of three leads in the page: how long from the drop to the drawn paper.

use super::{least, median};
use anyhow::{Context, Result};
use browser::server::Site;
use browser::visitor::{self, Answering, by};
use browser::{Chromium, Gpu};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Runs of each format, each in a new page.
const RUNS: usize = 3;

/// Drops the long recordings of `folder` one by one and prints the milliseconds.
pub fn measure(site: &Path, folder: &Path) -> Result<()> {
    println!(
        "\nMilliseconds in the page from the drop to the drawn paper (least; median), and the longest that the page did not answer"
    );
    for names in [&["day_16.hea", "day_16.dat"][..], &["day_212.hea", "day_212.dat"], &["day.ecg"], &["day.mwf"]] {
        let files: Vec<PathBuf> = names.iter().map(|name| folder.join(name)).collect();
        let bytes: u64 = files.iter().filter_map(|file| file.metadata().ok()).map(|data| data.len()).sum();
        let (mut times, mut pauses) = (Vec::new(), Vec::new());
        for _ in 0..RUNS {
            let (time, pause) = once(site, &files)?;
            times.push(time);
            pauses.push(pause);
        }
        let (quickest, middle) = (least(&times), median(&times));
        println!(
            "{quickest:>10.0} {middle:>10.0} {:>10.0}  {}, {:.0} MB",
            median(&pauses),
            names[0],
            bytes as f64 / 1e6
        );
    }
    Ok(())
}

fn once(site: &Path, files: &[PathBuf]) -> Result<(f64, f64)> {
    let site = Site::serve(site, 0)?;
    let mut browser = Chromium::start(Gpu::Off)?;
    let mut page = browser.page(&site.address())?;
    visitor::engine_ready(&mut page, Answering::Cpu)?;
    visitor::settled(&mut page)?;
    page.evaluate(
        "(() => {
            window.seen = { pause: 0 };
            addEventListener('drop', () => {
                const start = performance.now();
                let before = start;
                const look = () => {
                    const now = performance.now();
                    seen.pause = Math.max(seen.pause, now - before);
                    before = now;
                    if (document.querySelector('[data-testid=paper-canvas]')?.width > 100) seen.drawn = now - start;
                    else requestAnimationFrame(look);
                };
                look();
            }, { capture: true, once: true });
        })()",
    )?;
    let files: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
    page.drop_files(&by("drop-zone"), &files)?;
    let failed = format!("document.querySelector({:?})?.innerText", by("error-card"));
    let said = page.wait("the paper", &format!("window.seen.drawn ?? {failed}"), 120)?;
    anyhow::ensure!(said.is_number(), "the page says: {said}");
    let seen: Value = page.evaluate("window.seen")?;
    Ok((seen["drawn"].as_f64().context("no time")?, seen["pause"].as_f64().unwrap_or(f64::NAN)))
}
