//! The other ways in: a folder that is dropped or picked, a file that is pasted.

use super::Suite;
use super::fixtures::Recording;
use super::visit::Visit;
use crate::Gpu;
use crate::page::Page;
use crate::visitor::{self, Answering, by};
use anyhow::{Result, ensure};
use base64::Engine;
use std::path::Path;
use tempfile::TempDir;

const TITLES: &str =
    "[...document.querySelectorAll('[data-testid=recording-select] option')].map((option) => option.textContent)";

/// A folder as people keep it: one recording's two files in a folder of their own, another deeper, and what systems
/// and people leave beside them.
fn folder(suite: &Suite) -> Result<TempDir> {
    let folder = tempfile::tempdir()?;
    let recording = Recording::of(suite);
    let (near, deep) = (folder.path().join("study/first"), folder.path().join("study/second/deep/deeper"));
    std::fs::create_dir_all(&near)?;
    std::fs::create_dir_all(&deep)?;
    for file in recording.wfdb() {
        std::fs::copy(&file, near.join(file.file_name().unwrap_or_default()))?;
    }
    for file in recording.edf() {
        std::fs::copy(&file, deep.join("other.edf"))?;
    }
    std::fs::write(folder.path().join("study/.DS_Store"), b"\0\0\0\x01Bud1")?;
    std::fs::create_dir_all(folder.path().join("study/.git"))?;
    std::fs::write(folder.path().join("study/.git/HEAD"), b"ref: refs/heads/main\n")?;
    for number in 0..6 {
        std::fs::write(folder.path().join(format!("study/letter {number}.txt")), b"Dear colleague,\nthank you.\n")?;
    }
    Ok(folder)
}

/// Both recordings are open and labelled, and the letters share one card.
fn both_are_there(page: &mut Page) -> Result<()> {
    page.wait("both recordings", &format!("{TITLES}.length === 2"), 60)?;
    let titles = page.evaluate(TITLES)?.to_string();
    ensure!(titles.contains("00001_lr") && titles.contains("other"), "the folder gave {titles}");
    visitor::labels(page, Answering::Cpu)?;
    let cards = page
        .evaluate(&format!("[...document.querySelectorAll({:?})].map((card) => card.innerText)", by("error-card")))?;
    let cards: Vec<&str> = cards.as_array().into_iter().flatten().filter_map(|card| card.as_str()).collect();
    ensure!(cards.len() == 1, "six letters gave {} cards: {cards:?}", cards.len());
    ensure!(cards[0].starts_with("6 files were not read"), "the card says {:?}", cards[0]);
    ensure!(!cards[0].contains("DS_Store") && !cards[0].contains("HEAD"), "hidden files are told of: {:?}", cards[0]);
    Ok(())
}

pub(super) fn dropped_folder(suite: &Suite) -> Result<()> {
    let mut visit = Visit::begin(suite, Gpu::Off)?;
    let page = &mut visit.open()?.0;
    visitor::engine_ready(page, Answering::Cpu)?;
    let folder = folder(suite)?;
    page.drop_files(&by("drop-zone"), &[&folder.path().join("study")])?;
    both_are_there(page)?;

    // A folder without files says so instead of nothing.
    let empty = tempfile::tempdir()?;
    std::fs::create_dir(empty.path().join("hollow"))?;
    page.reload()?;
    visitor::engine_ready(page, Answering::Cpu)?;
    page.drop_files(&by("drop-zone"), &[&empty.path().join("hollow")])?;
    let told = format!("document.querySelector({:?})?.innerText", by("error-card"));
    let said = page.wait("a word on the empty folder", &told, 20)?;
    ensure!(said.as_str().is_some_and(|said| said.contains("hollow")), "the page says {said}");
    Ok(())
}

pub(super) fn picked_folder(suite: &Suite) -> Result<()> {
    let mut visit = Visit::begin(suite, Gpu::Off)?;
    let page = &mut visit.open()?.0;
    visitor::engine_ready(page, Answering::Cpu)?;
    let folder = folder(suite)?;
    page.choose_files(&by("folder-input"), &[&folder.path().join("study")])?;
    both_are_there(page)
}

/// Pastes files into the page: a clipboard event with the bytes as a real one carries them.
fn paste(page: &mut Page, files: &[&Path], on: &str) -> Result<()> {
    let mut parts = Vec::new();
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let bytes = base64::engine::general_purpose::STANDARD.encode(std::fs::read(file)?);
        parts.push(format!("[{name:?}, {bytes:?}]"));
    }
    page.evaluate(&format!(
        "(() => {{ const transfer = new DataTransfer(); for (const [name, bytes] of [{}]) transfer.items.add(new File([Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0))], name)); {on}.dispatchEvent(new ClipboardEvent('paste', {{ clipboardData: transfer, bubbles: true, cancelable: true }})); }})()",
        parts.join(", ")
    ))
    .map(drop)
}

pub(super) fn pasted(suite: &Suite) -> Result<()> {
    let mut visit = Visit::begin(suite, Gpu::Off)?;
    let page = &mut visit.open()?.0;
    visitor::engine_ready(page, Answering::Cpu)?;
    let recording = Recording::of(suite);
    let files = recording.wfdb();
    paste(page, &super::open::paths(&files), "document.body")?;
    let by_file = visitor::answer(page, Answering::Cpu)?;

    // A table as a spreadsheet puts it on the clipboard: text.
    page.reload()?;
    visitor::engine_ready(page, Answering::Cpu)?;
    let table = std::fs::read_to_string(&recording.csv()[0])?;
    page.evaluate(&format!(
        "(() => {{ const transfer = new DataTransfer(); transfer.setData('text/plain', {}); document.body.dispatchEvent(new ClipboardEvent('paste', {{ clipboardData: transfer, bubbles: true, cancelable: true }})); }})()",
        serde_json::Value::from(table)
    ))?;
    let by_text = visitor::answer(page, Answering::Cpu)?;
    let apart = visitor::difference(&by_text, &by_file)?;
    ensure!(apart < 1e-3, "the pasted table and the pasted files differ by {apart}");
    ensure!(page.errors().is_empty(), "errors on the page: {:?}", page.errors());

    // What is pasted into a field stays in the field.
    let folder = tempfile::tempdir()?;
    let bare = folder.path().join("bare.csv");
    std::fs::write(&bare, "0.1,0.2\n0.2,0.1\n0.1,0.3\n".repeat(300))?;
    page.drop_files(&by("drop-zone"), &[&bare])?;
    let field = format!("document.querySelector({:?})", by("hint-rate"));
    page.wait("the question", &format!("{field} !== null"), 30)?;
    paste(page, &super::open::paths(&files), &field)?;
    page.listen(std::time::Duration::from_secs(1))?;
    ensure!(page.evaluate(&format!("{TITLES}.length"))? == 1, "a paste into a field opened a recording");
    Ok(())
}
