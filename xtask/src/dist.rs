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

/// What npm brings as `binaryen`; another version gives other bytes.
const BINARYEN: &str = "132.0.0";

/// Brotli by node's own library: arguments are the quality and the file.
const NODE_BROTLI: &str = "const z = require('zlib'), c = z.constants, [q, file] = process.argv.slice(1); \
    process.stdout.write(z.brotliCompressSync(require('fs').readFileSync(file), \
    { params: { [c.BROTLI_PARAM_QUALITY]: +q, [c.BROTLI_PARAM_LGWIN]: 24 } }))";

/// Builds `dist/` with link-time optimisation and wasm-opt.
pub fn dist(out: &Path) -> Result<()> {
    // Before half an hour of building: nobody should learn at its end that the files stay large.
    let shrinks = wasm_opt()?.is_some();
    eprintln!("Building for publication: link-time optimisation takes half an hour on 2 cores");
    let folder = build::site(Profile::Dist, true, &paths::root().join(out), Mode::Release)?;
    println!("{}", table(&folder)?);
    if !shrinks {
        eprintln!("The files are about a tenth larger than they need to be, for want of wasm-opt");
    }
    eprintln!("Made {}: serve it as it is; _headers says with which headers", folder.display());
    Ok(())
}

/// wasm-opt of npm's package `binaryen`, which is fetched into the cache; without npm the one in PATH, if there is one.
pub fn wasm_opt() -> Result<Option<PathBuf>> {
    let folder = paths::cache()?.join(format!("binaryen-{BINARYEN}"));
    let own = folder.join("node_modules/.bin/wasm-opt");
    if own.exists() {
        return Ok(Some(own));
    }
    if run::exists("npm") {
        eprintln!("Fetching wasm-opt (npm's binaryen {BINARYEN})");
        std::fs::create_dir_all(&folder)?;
        let mut install = run::command("npm");
        install.args(["install", "--no-audit", "--no-fund", "--prefix"]).arg(&folder);
        if run::succeed(install.arg(format!("binaryen@{BINARYEN}")).stdout(Stdio::null())).is_ok() && own.exists() {
            return Ok(Some(own));
        }
    }
    if run::exists("wasm-opt") {
        eprintln!("npm cannot bring wasm-opt here: the one in PATH is used (binaryen {BINARYEN} is what was tried)");
        return Ok(Some("wasm-opt".into()));
    }
    eprintln!("No wasm-opt: install npm, or binaryen {BINARYEN} or newer, for smaller files");
    Ok(None)
}

/// Shrinks a bound module in place; does nothing without wasm-opt.
pub fn shrink(wasm: &Path, page: bool) -> Result<()> {
    let Some(program) = wasm_opt()? else { return Ok(()) };
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

/// Bytes after Brotli, at the level that a server's build step would use; `None` where neither the program nor node is.
fn brotli(file: &Path, bytes: u64) -> Option<u64> {
    let quality = if bytes > 8_000_000 { "9" } else { "11" };
    let mut program = run::command("brotli");
    program.args([&format!("--quality={quality}"), "--lgwin=24", "--stdout"]).arg(file);
    let mut node = run::command("node");
    node.args(["--eval", NODE_BROTLI, quality]).arg(file);
    [program, node].iter_mut().find_map(|command| {
        let output = command.stderr(Stdio::null()).output().ok()?;
        output.status.success().then_some(output.stdout.len() as u64)
    })
}
