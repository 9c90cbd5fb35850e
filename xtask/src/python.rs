//! A Python with the readers that ours are held against: wfdb, pyedflib, pydicom, fhir.resources and what they need, in an environment of its
//! own beside the other caches.

use crate::{paths, run};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// What the tests compare with.
pub const TESTED: &str = "requirements.txt";
/// What is timed beside ours, a reader for each format that has one.
pub const TIMED: &str = "speed-requirements.txt";

/// The Python of an environment with a list of packages in `tests/reference/formats`, made where it is not there or the list
/// has changed.
pub fn with_readers(list: &str) -> Result<PathBuf> {
    let name = format!("python-{}", list.trim_end_matches(".txt"));
    let list = paths::root().join("tests/reference/formats").join(list);
    let wanted = std::fs::read(&list).with_context(|| format!("cannot read {}", list.display()))?;
    let folder = paths::cache()?.join(name);
    let python = executable(&folder);
    let mark = folder.join("installed");
    if std::fs::read(&mark).is_ok_and(|installed| installed == wanted) && run::exists(&python.to_string_lossy()) {
        return Ok(python);
    }
    let _ = std::fs::remove_dir_all(&folder);
    eprintln!("Making a Python with the readers to compare with (wfdb, pyedflib, pydicom and others)");
    make(&folder)?;
    run::succeed(
        run::command(&python)
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"])
            .arg(&list),
    )?;
    std::fs::write(&mark, wanted)?;
    Ok(python)
}

fn executable(folder: &Path) -> PathBuf {
    if cfg!(windows) { folder.join("Scripts/python.exe") } else { folder.join("bin/python") }
}

fn make(folder: &Path) -> Result<()> {
    let make = || run::succeed(run::command("python3").args(["-m", "venv"]).arg(folder));
    if make().is_ok() {
        return Ok(());
    }
    // Debian ships Python without the module.
    let root = run::output(run::command("id").arg("-u")).as_deref() == Some("0");
    if !(root && run::exists("apt-get")) {
        bail!("no Python that can make environments: install python3 and its venv module (Debian: python3-venv)");
    }
    run::succeed(run::command("apt-get").arg("update").stdout(Stdio::null()))?;
    run::succeed(
        run::command("apt-get")
            .env("DEBIAN_FRONTEND", "noninteractive")
            .args(["install", "-y", "--no-install-recommends", "python3-venv"])
            .stdout(Stdio::null()),
    )?;
    make()
}
