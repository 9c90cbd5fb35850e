//! `cargo xtask dist`: the folder to publish, small and fast, with a table of what each file weighs on the wire.

use crate::assemble::Mode;
use crate::build::{self, Profile};
use crate::{paths, run};
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use walkdir::WalkDir;

/// The features that the browsers of 2024 have, named one by one: told "all", wasm-opt writes what no browser reads yet.
const FEATURES: [&str; 8] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-simd",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// Builds `dist/` with link-time optimisation and wasm-opt.
pub fn dist(out: &Path) -> Result<()> {
    eprintln!("Building for publication: link-time optimisation takes half an hour on 2 cores");
    if wasm_opt().is_none() {
        eprintln!("wasm-opt is not installed (npm install -g binaryen): the files will be about a tenth larger");
    }
    let folder = build::site(Profile::Dist, true, &paths::root().join(out), Mode::Release)?;
    println!("{}", table(&folder)?);
    eprintln!("Made {}: serve it as it is; _headers says with which headers", folder.display());
    Ok(())
}

/// wasm-opt, from PATH or from npm's package `binaryen` in the cache.
fn wasm_opt() -> Option<PathBuf> {
    let cached = paths::cache().ok()?.join("npm/node_modules/.bin/wasm-opt");
    [PathBuf::from("wasm-opt"), cached].into_iter().find(|program| run::exists(&program.to_string_lossy()))
}

/// Shrinks a bound module in place; does nothing without wasm-opt.
pub fn shrink(wasm: &Path, page: bool) -> Result<()> {
    let Some(program) = wasm_opt() else { return Ok(()) };
    let small = wasm.with_extension("small");
    // The page is loaded first, so its size counts; an engine has to be fast.
    let level = if page { "-Oz" } else { "-O2" };
    run::succeed(run::command(program).arg(wasm).arg(level).args(FEATURES).arg("-o").arg(&small))?;
    std::fs::rename(&small, wasm).with_context(|| format!("cannot replace {}", wasm.display()))
}

/// What each file of the page weighs, raw and as Brotli sends it.
pub fn table(folder: &Path) -> Result<String> {
    let mut lines = vec![format!("{:>12} {:>12}  file", "bytes", "brotli")];
    let (mut raw_sum, mut small_sum) = (0, 0);
    for entry in WalkDir::new(folder).sort_by_file_name() {
        let entry = entry?;
        if !entry.file_type().is_file() {
            continue;
        }
        let raw = entry.metadata()?.len();
        let small = brotli(entry.path(), raw);
        raw_sum += raw;
        small_sum += small.unwrap_or(raw);
        let shown = small.map_or_else(|| "-".to_owned(), |small| small.to_string());
        lines.push(format!("{raw:>12} {shown:>12}  {}", entry.path().strip_prefix(folder)?.display()));
    }
    lines.push(format!("{raw_sum:>12} {small_sum:>12}  in all"));
    Ok(lines.join("\n"))
}

/// Bytes after Brotli, at the level that a server's build step would use; `None` where the program is not installed.
fn brotli(file: &Path, bytes: u64) -> Option<u64> {
    let quality = if bytes > 8_000_000 { "--quality=9" } else { "--quality=11" };
    let output = run::command("brotli")
        .args([quality, "--lgwin=24", "--stdout"])
        .arg(file)
        .stderr(Stdio::null())
        .output()
        .ok()?;
    output.status.success().then_some(output.stdout.len() as u64)
}
