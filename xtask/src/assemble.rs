//! The served folder: page, engines, models, static files, and the list by which the service worker keeps them.

use crate::digest::{self, Stamp};
use crate::{html, paths};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::path::Path;
use walkdir::WalkDir;

/// Folders of built modules.
pub struct Parts<'a> {
    /// The page; `None` where Trunk has put it in place.
    pub page: Option<&'a Path>,
    /// The CPU engine.
    pub cpu: &'a Path,
    /// The GPU engine, once it is built.
    pub gpu: Option<&'a Path>,
    /// The GPU engine will be added later: an open page shall look again.
    pub gpu_pending: bool,
}

/// How the service worker treats the folder.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Cache first; a new version replaces the old one as a whole.
    Release,
    /// Network first, so that every change is seen at once.
    Development,
}

/// Files of `web/` that belong to the root: their place decides what they may do.
const AT_ROOT: [&str; 4] = ["service-worker.js", "start.js", "manifest.webmanifest", "_headers"];

/// Makes the folder. What was there before goes, but for a page that Trunk has just put there.
pub fn assemble(parts: &Parts, out: &Path, mode: Mode) -> Result<()> {
    let root = paths::root();
    if let Some(page) = parts.page {
        let _ = std::fs::remove_dir_all(out);
        std::fs::create_dir_all(out).with_context(|| format!("cannot make {}", out.display()))?;
        copy_folder(page, out)?;
    } else if !out.join("einthoven-page.js").exists() {
        bail!(
            "{}: no einthoven-page.js there; Trunk has to build the page first, with `filehash = false`",
            out.display()
        );
    }
    let source = std::fs::read_to_string(root.join("index.html")).context("cannot read index.html in the root")?;
    std::fs::write(out.join("index.html"), html::served(&source))?;
    copy_folder(&root.join("web"), &out.join("web"))?;
    for name in AT_ROOT {
        let copy = out.join("web").join(name);
        if copy.exists() {
            std::fs::rename(copy, out.join(name))?;
        }
    }
    models(&paths::models(), &out.join("models"))?;
    copy_folder(parts.cpu, &out.join("engines"))?;
    if let Some(gpu) = parts.gpu {
        copy_folder(gpu, &out.join("engines"))?;
    }
    engines(out, parts.gpu_pending)?;
    precache(out, mode)
}

/// Adds the GPU engine to a folder that is being served; without one, says that none will come.
pub fn add_gpu(out: &Path, gpu: Option<&Path>, mode: Mode) -> Result<()> {
    if let Some(gpu) = gpu {
        copy_folder(gpu, &out.join("engines"))?;
    }
    engines(out, false)?;
    precache(out, mode)
}

/// A copy of a served folder with other models.
pub fn with_models(site: &Path, models_folder: &Path, out: &Path, mode: Mode) -> Result<()> {
    let _ = std::fs::remove_dir_all(out);
    copy_folder(site, out)?;
    std::fs::remove_dir_all(out.join("models"))?;
    models(models_folder, &out.join("models"))?;
    precache(out, mode)
}

/// Writes `engines/manifest.json` of the engines that are there.
fn engines(out: &Path, gpu_pending: bool) -> Result<()> {
    let folder = out.join("engines");
    let mut manifest = serde_json::Map::new();
    for kind in ["cpu", "gpu"] {
        let (js, wasm) = (format!("engine_{kind}.js"), format!("engine_{kind}_bg.wasm"));
        if folder.join(&js).exists() {
            let Stamp { bytes, sha256 } = digest::stamp(&folder.join(&wasm))?;
            manifest.insert(kind.to_owned(), json!({ "js": js, "wasm": wasm, "bytes": bytes, "sha256": sha256 }));
        }
    }
    if gpu_pending {
        manifest.insert("gpu_pending".to_owned(), Value::Bool(true));
    }
    write_json(&folder.join("manifest.json"), &Value::Object(manifest))
}

/// Copies the models that are whole and writes `models/index.json`.
///
/// The file `models/default` names the one that the page starts with; without it that is the first by name.
fn models(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    let wished = std::fs::read_to_string(from.join("default")).unwrap_or_default();
    let mut models = Vec::new();
    for entry in WalkDir::new(from).min_depth(1).max_depth(1).sort_by_file_name().into_iter().flatten() {
        let (card_file, weights_file) = (entry.path().join("card.json"), entry.path().join("weights.safetensors"));
        if !card_file.exists() || !weights_file.exists() {
            continue;
        }
        let name = entry.file_name().to_string_lossy().into_owned();
        let card: Value = serde_json::from_slice(&std::fs::read(&card_file)?)
            .with_context(|| format!("{} is not JSON", card_file.display()))?;
        let (card_stamp, weights_stamp) = (digest::stamp(&card_file)?, digest::stamp(&weights_file)?);
        if let Some(stated) = card["weights"]["sha256"].as_str()
            && stated != weights_stamp.sha256
        {
            bail!(
                "{}: SHA-256 {}, but its card states {stated}; train or evaluate the model again",
                weights_file.display(),
                weights_stamp.sha256
            );
        }
        copy_folder(entry.path(), &to.join(&name))?;
        models.push(json!({
            "title": card["title"].as_str().unwrap_or(&name),
            "leads": card["input"]["leads"],
            "task": card["task"].as_str().unwrap_or_default(),
            "card_bytes": card_stamp.bytes,
            "card_sha256": card_stamp.sha256,
            "weights_bytes": weights_stamp.bytes,
            "weights_sha256": weights_stamp.sha256,
            "default": wished.trim() == name,
            "name": name,
        }));
    }
    if !models.iter().any(|model| model["default"] == true)
        && let Some(first) = models.first_mut()
    {
        first["default"] = Value::Bool(true);
    }
    write_json(&to.join("index.json"), &json!({ "models": models }))
}

/// Writes `precache.json` and tells the service worker its version, the digest of that list.
fn precache(out: &Path, mode: Mode) -> Result<()> {
    let index: Value = serde_json::from_slice(&std::fs::read(out.join("models/index.json"))?)?;
    let default = index["models"].as_array().into_iter().flatten().find(|model| model["default"] == true);
    let default =
        default.and_then(|model| model["name"].as_str()).map(|name| format!("models/{name}/weights.safetensors"));
    let mut files = Vec::new();
    for entry in WalkDir::new(out).sort_by_file_name() {
        let entry = entry?;
        let path = entry.path().strip_prefix(out)?.to_string_lossy().replace('\\', "/");
        if !entry.file_type().is_file()
            || matches!(path.as_str(), "service-worker.js" | "precache.json" | "_headers")
            || path.ends_with("README.md")
        {
            continue;
        }
        let late = path.starts_with("engines/engine_gpu")
            || (path.ends_with(".safetensors") && default.as_deref() != Some(&path));
        let Stamp { bytes, sha256 } = digest::stamp(entry.path())?;
        files.push(
            json!({ "path": path, "bytes": bytes, "sha256": sha256, "when": if late { "use" } else { "install" } }),
        );
    }
    let worker_file = paths::root().join("web/service-worker.js");
    let worker =
        std::fs::read_to_string(&worker_file).with_context(|| format!("cannot read {}", worker_file.display()))?;
    let version = digest::sha256(format!("{worker}{}", serde_json::to_string(&files)?).as_bytes())[..16].to_owned();
    let mode = if mode == Mode::Development { "development" } else { "release" };
    std::fs::write(out.join("service-worker.js"), worker.replace("@VERSION@", &version).replace("@MODE@", mode))?;
    write_json(&out.join("precache.json"), &json!({ "version": version, "files": files }))
}

fn write_json(path: &Path, value: &Value) -> Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, serde_json::to_vec_pretty(value)?).with_context(|| format!("cannot write {}", path.display()))
}

/// Copies a folder's files, hidden ones left out; a folder that is absent copies nothing.
fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    if !from.exists() {
        return Ok(());
    }
    let walk = WalkDir::new(from)
        .min_depth(1)
        .into_iter()
        .filter_entry(|entry| !entry.file_name().to_string_lossy().starts_with('.'));
    for entry in walk {
        let entry = entry?;
        let target = to.join(entry.path().strip_prefix(from)?);
        if entry.file_type().is_dir() {
            std::fs::create_dir_all(&target)?;
            continue;
        }
        if let Some(folder) = target.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::copy(entry.path(), &target)
            .with_context(|| format!("cannot copy {} to {}", entry.path().display(), target.display()))?;
    }
    Ok(())
}
