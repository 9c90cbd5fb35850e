//! `cargo xtask check`: everything that needs no run of the program, the cheapest first; stops at the first that fails.

use crate::{paths, run};
use anyhow::Result;

/// Format, licences, clippy, documentation, and the type check of the CUDA path.
pub fn check() -> Result<()> {
    say("format");
    run::succeed(run::command("cargo").args(["fmt", "--all", "--check"]))?;
    if run::exists("cargo-deny") {
        say("licences and sources of the dependencies");
        run::succeed(run::command("cargo").args(["deny", "--offline", "check", "licenses", "bans", "sources"]))?;
    } else {
        say("licences: skipped, cargo-deny is not installed (cargo install cargo-deny --locked)");
    }
    say("clippy");
    // Checking makes other files than building: a folder of its own keeps both whole.
    let folder = paths::cache()?.join("check");
    let cargo = |arguments: &[&str]| {
        let mut cargo = run::command("cargo");
        cargo.env("CARGO_TARGET_DIR", &folder).args(arguments);
        cargo
    };
    // The engines' packages hold nothing but their start; they are linted as the page runs them, for wasm, by the build.
    let all = ["--workspace", "--exclude", "engine-cpu", "--exclude", "engine-gpu"];
    run::succeed(cargo(&["clippy", "--all-targets"]).args(all).args(["--", "-Dwarnings"]))?;
    say("documentation");
    run::succeed(cargo(&["doc", "--no-deps"]).args(all).env("RUSTDOCFLAGS", "-Dwarnings"))?;
    say("the CUDA path, by its types");
    // Burn's build scripts would fetch LLVM; told that only documentation is made, they do not.
    run::succeed(cargo(&["check", "--package", "train", "--features", "cuda"]).env("DOCS_RS", "1"))?;
    say("all is well");
    Ok(())
}

fn say(what: &str) {
    eprintln!("check: {what}");
}
