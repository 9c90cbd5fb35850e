//! cargo-deny: what comes in with a dependency. The rules, with their reasons, are `deny.toml` in the root.

use crate::{paths, run};
use anyhow::Result;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

/// The version that is installed where there is none; newer ones read the same rules.
const VERSION: &str = "0.20.2";
/// Cloning the list of advisories takes seconds where its server can be reached.
const FETCH_LIMIT: Duration = Duration::from_mins(2);

/// Licences, bans and sources always; advisories by the newest list that can be had.
pub fn check() -> Result<()> {
    let program = program()?;
    let deny = |arguments: &[&str]| {
        let mut deny = run::command(&program);
        // The optional ways to a graphics card bring the most crates: they count as well.
        deny.args(["--workspace", "--all-features"]).args(arguments);
        deny
    };
    run::succeed(&mut deny(&["check", "--hide-inclusion-graph", "licenses", "bans", "sources"]))?;
    let fetched = run::within(run::command(&program).args(["fetch", "db"]).stderr(Stdio::null()), FETCH_LIMIT);
    if !fetched && !list_from_before() {
        eprintln!("check: advisories were NOT checked: their list (GitHub, RustSec/advisory-db) cannot be reached");
        return Ok(());
    }
    if !fetched {
        eprintln!("check: the list of advisories cannot be reached: the one fetched last is used");
    }
    run::succeed(&mut deny(&["--offline", "check", "--hide-inclusion-graph", "advisories"]))
}

/// cargo-deny in PATH, else our own in the cache, which is built first when it is missing.
fn program() -> Result<PathBuf> {
    if run::exists("cargo-deny") {
        return Ok("cargo-deny".into());
    }
    let tools = paths::cache()?.join("tools");
    let own = tools.join("bin").join(format!("cargo-deny{}", std::env::consts::EXE_SUFFIX));
    if !run::exists(&own.to_string_lossy()) {
        eprintln!("check: building cargo-deny {VERSION} (about 5 minutes on 2 cores, once)");
        let mut install = run::command("cargo");
        install.args(["install", "cargo-deny", "--version", VERSION, "--locked", "--quiet", "--root"]).arg(&tools);
        run::succeed(install.env("CARGO_TARGET_DIR", tools.join("target")))?;
        // Only the program is worth its place.
        let _ = std::fs::remove_dir_all(tools.join("target"));
    }
    Ok(own)
}

/// True when cargo's home holds a list of advisories.
fn list_from_before() -> bool {
    let home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    let Some(entries) = home.and_then(|home| std::fs::read_dir(home.join("advisory-dbs")).ok()) else { return false };
    entries.flatten().any(|entry| entry.path().is_dir())
}
