//! Files that are not what they say.

use super::Suite;
use super::fixtures::Recording;
use super::open::paths;
use super::visit::Visit;
use crate::Gpu;
use crate::visitor::{self, Answering, by};
use anyhow::{Context, Result, ensure};

pub(super) fn error_cards(suite: &Suite) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let whole = std::fs::read(&Recording::of(suite).edf()[0])?;
    // Sizes that a header states and the file lacks; a header alone; nothing at all; noise; a table of words.
    let mut liar = whole.clone();
    liar.get_mut(236..244).context("the EDF has no header")?.copy_from_slice(b"99999999");
    let hostile: [(&str, Vec<u8>); 6] = [
        ("huge.hea", b"huge 12 500 4000000000\nhuge.dat 16 1000 16 0 0 0 0 I\n".to_vec()),
        ("cut.edf", whole.iter().take(700).copied().collect()),
        ("liar.edf", liar),
        ("empty.csv", Vec::new()),
        (
            "noise.zip",
            b"PK\x03\x04"
                .iter()
                .copied()
                .chain((0u32..5000).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8))
                .collect(),
        ),
        ("words.csv", b"I,II,<img src=x onerror=alert(1)>\nthis,is,not\nan,electrocardiogram,\n".to_vec()),
    ];
    let mut visit = Visit::begin(suite, Gpu::Off)?;
    let page = &mut visit.open()?.0;
    for (name, bytes) in &hostile {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes)?;
        page.reload()?;
        visitor::engine_ready(page, Answering::Cpu)?;
        page.drop_files(&by("drop-zone"), &[&path])?;
        let told = "document.querySelector('[data-testid=error-card], [data-testid=question], [data-testid=warning]')?.innerText";
        let said = page.wait(&format!("an error card for {name}"), told, 60)?;
        ensure!(said.as_str().is_some_and(|said| said.len() > 20), "{name}: the page only says {said}");
    }
    ensure!(page.evaluate("document.querySelector('img[src=x]') === null")? == true, "a file's text became markup");
    // The page lives: the same visit opens a good file.
    page.reload()?;
    visitor::engine_ready(page, Answering::Cpu)?;
    visitor::drop_and_classify(page, &paths(&Recording::of(suite).wfdb()), Answering::Cpu)?;
    let uncaught: Vec<String> = page
        .errors()
        .into_iter()
        .filter(|error| error.contains("panicked") || error.contains("RuntimeError"))
        .collect();
    ensure!(uncaught.is_empty(), "something panicked: {uncaught:?}");
    Ok(())
}
