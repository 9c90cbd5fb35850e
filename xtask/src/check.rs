//! `cargo xtask check`: everything that needs no run of the program, the cheapest first; stops at the first that fails.

use crate::wasm_target::{self, Toolchain};
use crate::{deny, paths, run};
use anyhow::{Context, Result};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// Format, dependencies, clippy natively and for the web, documentation, and the types of the ways to a graphics card.
pub fn check() -> Result<()> {
    let start = Instant::now();
    // Checking makes other files than building: a folder of its own keeps both whole.
    let folder = paths::cache()?.join("check");
    step("format", "a second", || run::succeed(run::command("cargo").args(["fmt", "--all", "--check"])))?;
    step("licences, sources and advisories of the dependencies", "seconds", deny::check)?;
    // The engines' packages hold nothing but their start, and only in a browser has that a meaning.
    let native = ["--workspace", "--exclude", "engine-cpu", "--exclude", "engine-gpu"];
    step("clippy, every package and its tests", "5 minutes", || {
        run::succeed(cargo(&folder).args(["clippy", "--all-targets"]).args(native).args(["--", "-Dwarnings"]))
    })?;
    step("documentation", "2 minutes", || {
        run::succeed(cargo(&folder).args(["doc", "--no-deps"]).args(native).env("RUSTDOCFLAGS", "-Dwarnings"))
    })?;
    let toolchain = wasm_target::ensure()?;
    for (package, cold) in [("einthoven-page", "2 minutes"), ("engine-cpu", "2 minutes"), ("engine-gpu", "5 minutes")] {
        step(&format!("clippy for the web: {package}"), cold, || for_the_web(&toolchain, &folder, package))?;
    }
    step("the Vulkan way of train-native, by its types", "4 minutes", || {
        run::succeed(types_of_train(&mut cargo(&folder), "vulkan"))
    })?;
    step("the CUDA way of train-native, by its types", "4 minutes", || {
        // Burn's build scripts would fetch LLVM; told that only documentation is made, they do not.
        run::succeed(types_of_train(&mut cargo(&folder), "cuda").env("DOCS_RS", "1"))
    })?;
    eprintln!("check: all is well, after {:.0} s", start.elapsed().as_secs_f64());
    Ok(())
}

/// Says what is being checked, about how long that takes the first time, and how long it did take.
fn step(what: &str, cold: &str, check: impl FnOnce() -> Result<()>) -> Result<()> {
    eprintln!("check: {what} (cold: about {cold} on 2 cores)");
    let start = Instant::now();
    check().with_context(|| format!("check failed: {what}"))?;
    eprintln!("check: {what}: {:.0} s", start.elapsed().as_secs_f64());
    Ok(())
}

fn cargo(folder: &Path) -> Command {
    let mut cargo = run::command("cargo");
    cargo.env("CARGO_TARGET_DIR", folder);
    cargo
}

/// Lints one package as the page runs it; its features are its own, so each is a call of its own.
fn for_the_web(toolchain: &Toolchain, folder: &Path, package: &str) -> Result<()> {
    let mut cargo = toolchain.cargo()?;
    cargo.env("CARGO_TARGET_DIR", folder.join("web"));
    let what = ["--target", wasm_target::TARGET, "--package", package];
    if toolchain.lints() {
        run::succeed(cargo.arg("clippy").args(what).args(["--", "-Dwarnings"]))
    } else {
        eprintln!(
            "check: the toolchain made of Debian's packages has no clippy: {package} is checked by its types alone"
        );
        run::succeed(cargo.arg("check").args(what))
    }
}

/// Types alone: what clippy would add is the size of futures that hold a tensor of one more backend.
fn types_of_train<'a>(cargo: &'a mut Command, feature: &str) -> &'a mut Command {
    cargo.args(["check", "--package", "train", "--features", feature])
}
