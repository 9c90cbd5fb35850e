//! One visit is enough: afterwards everything works without a network, and an update is whole or does not happen.

use super::Suite;
use super::fixtures::Recording;
use super::open::paths;
use crate::server::Site;
use crate::visitor::{self, Answering, by};
use crate::{Chromium, Gpu};
use anyhow::{Context, Result, ensure};
use std::path::Path;
use std::time::Duration;

pub(super) fn after_one_visit(suite: &Suite) -> Result<()> {
    without_network(suite, Gpu::Off, Answering::Cpu)
}

pub(super) fn gpu_after_one_visit(suite: &Suite) -> Result<()> {
    without_network(suite, Gpu::On, Answering::Gpu)
}

fn without_network(suite: &Suite, gpu: Gpu, engine: Answering) -> Result<()> {
    let site = Site::serve(&suite.site, 0)?;
    let mut browser = Chromium::start(gpu)?;
    let mut page = browser.page(&site.address())?;
    visitor::engine_ready(&mut page, engine)?;
    visitor::settled(&mut page)?;
    if engine == Answering::Gpu {
        let kept = "caches.keys().then((names) => Promise.all(names.map((name) => caches.open(name).then((cache) => cache.match('engines/engine_gpu_bg.wasm'))))).then((found) => found.some(Boolean))";
        page.wait("the GPU engine in the cache", kept, 60)?;
    }
    // Both: the network is cut, and the server is gone.
    page.set_offline(true)?;
    drop(site);
    page.reload().context("reloading without a network")?;
    visitor::engine_ready(&mut page, engine)?;
    visitor::drop_and_classify(&mut page, &paths(&Recording::of(suite).wfdb()), engine)?;
    page.wait("the paper", &format!("document.querySelector({:?})?.width > 100", by("paper-canvas")), 30)?;
    page.select(&by("overlay-select"), "off")?;
    let first = page.evaluate(&format!("document.querySelector({:?}).options[1].value", by("overlay-select")))?;
    page.select(&by("overlay-select"), first.as_str().unwrap_or_default())?;
    page.wait(
        "the overlay",
        &format!("document.querySelector({:?}).dataset.overlayKind !== 'none'", by("paper-canvas")),
        300,
    )?;
    Ok(())
}

pub(super) fn whole_or_nothing(suite: &Suite) -> Result<()> {
    let folder = tempfile::tempdir()?;
    copy(&suite.site, folder.path())?;
    let site = Site::serve(folder.path(), 0)?;
    let mut browser = Chromium::start(Gpu::Off)?;
    let mut page = browser.page(&site.address())?;
    visitor::engine_ready(&mut page, Answering::Cpu)?;
    visitor::settled(&mut page)?;

    // A deployment that broke off: the list is new, one file is not what it says.
    let worker = std::fs::read_to_string(folder.path().join("service-worker.js"))?;
    let version = worker
        .split("const VERSION = \"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .context("the service worker has no version")?
        .to_owned();
    let put = |to: &str, good: bool| -> Result<()> {
        let list = std::fs::read_to_string(folder.path().join("precache.json"))?;
        let mut list: serde_json::Value = serde_json::from_str(&list)?;
        list["version"] = to.into();
        let file = list["files"]
            .as_array_mut()
            .and_then(|files| files.iter_mut().find(|file| file["path"] == "web/style.css"))
            .context("web/style.css is not kept for offline use")?;
        let text = std::fs::read_to_string(suite.site.join("web/style.css"))? + "\n/* changed */\n";
        let digest = hex(text.as_bytes());
        std::fs::write(folder.path().join("web/style.css"), if good { text } else { "broken off".to_owned() })?;
        file["sha256"] = digest.into();
        std::fs::write(folder.path().join("precache.json"), list.to_string())?;
        std::fs::write(folder.path().join("service-worker.js"), worker.replace(&version, to))?;
        Ok(())
    };
    let caches = "caches.keys().then((names) => names.filter((name) => name.startsWith('einthoven-')).join(' '))";
    put("000000000000bad0", false)?;
    page.reload()?;
    page.evaluate(
        "navigator.serviceWorker.getRegistration().then((registration) => registration.update()).catch(() => {})",
    )?;
    page.listen(Duration::from_secs(3))?;
    // A slow machine needs longer to find the fault and to clear up; the reload and the call each make an attempt.
    let cleared = format!(
        "navigator.serviceWorker.getRegistration().then((registration) => registration.installing === null).then((over) => over && {caches}.then((names) => names === 'einthoven-{version}'))"
    );
    page.wait("the end of the broken update", &cleared, 60)?;
    ensure!(
        page.evaluate(caches)? == format!("einthoven-{version}"),
        "a broken update left {}",
        page.evaluate(caches)?
    );
    let style = "fetch('web/style.css').then((response) => response.text()).then((text) => text.includes('broken off') ? 'broken' : text.includes('changed') ? 'new' : 'old')";
    ensure!(page.evaluate(style)? == "old", "a broken update is served");

    put("00000000000000a1", true)?;
    page.evaluate("navigator.serviceWorker.getRegistration().then((registration) => registration.update())")?;
    page.wait("the whole update", &format!("{caches}.then((names) => names === 'einthoven-00000000000000a1')"), 60)?;
    page.wait("the new style", &format!("{style}.then((which) => which === 'new')"), 30)?;
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    use std::fmt::Write;
    Sha256::digest(bytes).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    for entry in std::fs::read_dir(from)?.flatten() {
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            std::fs::create_dir_all(&target)?;
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
