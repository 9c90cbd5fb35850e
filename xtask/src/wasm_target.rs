//! Finds or gets the standard library for wasm32-unknown-unknown, the nearest way first:
//! present; rustup (with a time limit); Debian's packages, of which a toolchain is linked; else one clear line.

use crate::{paths, run};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Name of the toolchain that the Debian way links.
const LINKED: &str = "einthoven-wasm";
/// Equal to the version in the root manifest.
const BINDGEN: &str = "0.2.130";
pub const TARGET: &str = "wasm32-unknown-unknown";
/// rustup needs a few seconds where its server can be reached; where it cannot, its own retries take minutes.
const RUSTUP_LIMIT: Duration = Duration::from_mins(3);

/// Which toolchain builds for the web.
pub struct Toolchain(Option<&'static str>);

impl Toolchain {
    /// Cargo for packages that run in a browser, in the cached target folder.
    pub fn cargo(&self) -> Result<std::process::Command> {
        let mut cargo = run::command("cargo");
        cargo.env("CARGO_TARGET_DIR", paths::wasm_target()?);
        if let Some(name) = self.0 {
            cargo.env("RUSTUP_TOOLCHAIN", name);
        }
        Ok(cargo)
    }

    /// True when it has clippy: the one linked of Debian's packages has none.
    pub fn lints(&self) -> bool {
        self.0.is_none()
    }
}

/// Finds the target or gets it; instant when it is there.
pub fn ensure() -> Result<Toolchain> {
    if present(None) {
        return Ok(Toolchain(None));
    }
    if present(Some(LINKED)) {
        return Ok(Toolchain(Some(LINKED)));
    }
    eprintln!("Rust's standard library for {TARGET} is missing: asking rustup for it");
    if run::within(run::command("rustup").args(["target", "add", TARGET]), RUSTUP_LIMIT) && present(None) {
        return Ok(Toolchain(None));
    }
    if debian_packages() {
        eprintln!("rustup could not bring it: building it from Debian's packages (about two minutes, once)");
        link_toolchain()?;
        if present(Some(LINKED)) {
            return Ok(Toolchain(Some(LINKED)));
        }
    }
    bail!(
        "Rust cannot build for {TARGET} here: run `rustup target add {TARGET}` (or, on Debian, as root: apt-get install rustc-web cargo-web rust-web-src) and try again"
    )
}

/// For Trunk's hook: Trunk starts cargo itself, so a linked toolchain has to be named in its environment.
pub fn for_trunk() -> Result<()> {
    if run::output(run::command("wasm-bindgen").arg("--version")).is_none() {
        // Trunk cannot link it in as we do; it takes the one in PATH or downloads it from GitHub.
        eprintln!(
            "Trunk needs wasm-bindgen {BINDGEN}: where it cannot download it, run `cargo install wasm-bindgen-cli --version {BINDGEN}`, or use `cargo xtask serve`, which needs neither"
        );
    }
    if let Toolchain(Some(name)) = ensure()?
        && std::env::var("RUSTUP_TOOLCHAIN").as_deref() != Ok(name)
    {
        bail!(
            "the wasm target is in the toolchain `{name}` on this machine: start Trunk as `RUSTUP_TOOLCHAIN={name} trunk serve`"
        );
    }
    Ok(())
}

fn present(toolchain: Option<&str>) -> bool {
    let mut rustc = run::command("rustc");
    if let Some(name) = toolchain {
        rustc.env("RUSTUP_TOOLCHAIN", name);
    }
    let Some(folder) = run::output(rustc.args(["--print", "target-libdir", "--target", TARGET])) else { return false };
    // The folder can exist empty: only a libcore in it says that the target is there.
    let Ok(entries) = std::fs::read_dir(folder) else { return false };
    entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("libcore-"))
}

/// True when rustc-web and the library's source are installed, after trying to install them as root.
fn debian_packages() -> bool {
    let installed = || Path::new("/usr/bin/rustc").exists() && Path::new("/usr/lib/rustlib/src").exists();
    if !installed() && run::exists("apt-get") {
        let limit = Duration::from_mins(15);
        let mut update = run::command("apt-get");
        update.arg("update");
        let mut install = run::command("apt-get");
        install.env("DEBIAN_FRONTEND", "noninteractive").args([
            "install",
            "-y",
            "--no-install-recommends",
            "rustc-web",
            "cargo-web",
            "rust-web-src",
        ]);
        return run::within(&mut update, limit) && run::within(&mut install, limit) && installed();
    }
    installed()
}

/// Builds the standard library with Debian's compiler and links a toolchain of both.
///
/// Debian ships the library's source but no build of it for this target; `-Cembed-bitcode` keeps fat LTO possible.
fn link_toolchain() -> Result<()> {
    let host = run::output(run::command("/usr/bin/rustc").arg("-vV"))
        .and_then(|text| text.lines().find_map(|line| line.strip_prefix("host: ").map(str::to_owned)))
        .context("Debian's rustc does not say for which machine it is")?;
    let own =
        run::output(run::command("rustc").args(["--print", "sysroot"])).context("rustc does not say where it lives")?;
    let work = tempfile::tempdir()?;
    std::fs::create_dir_all(work.path().join("src"))?;
    std::fs::write(work.path().join("src/lib.rs"), "")?;
    std::fs::write(
        work.path().join("Cargo.toml"),
        "[package]\nname = \"stdbuild\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[profile.release]\nopt-level = 3\ncodegen-units = 1\n[workspace]\n",
    )?;
    run::succeed(
        run::command("cargo")
            .current_dir(work.path())
            .envs([("RUSTC", "/usr/bin/rustc"), ("RUSTC_BOOTSTRAP", "1"), ("RUSTFLAGS", "-Cembed-bitcode=yes")])
            .args(["build", "--release", "--target", TARGET, "-Zbuild-std=std,panic_abort,test", "--target-dir"])
            .arg(work.path().join("t")),
    )?;
    let folder = paths::cache()?.join("wasm-toolchain");
    let _ = std::fs::remove_dir_all(&folder);
    let rustlib = folder.join("lib/rustlib");
    let libraries = rustlib.join(TARGET).join("lib");
    let host_bin = rustlib.join(&host).join("bin");
    for made in [&libraries, &host_bin, &folder.join("bin")] {
        std::fs::create_dir_all(made)?;
    }
    for entry in std::fs::read_dir(work.path().join("t").join(TARGET).join("release/deps"))?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().extension().is_some_and(|extension| extension == "rlib") && !name.starts_with("libstdbuild-") {
            std::fs::copy(entry.path(), libraries.join(name))?;
        }
    }
    let own_bin = PathBuf::from(own).join("lib/rustlib").join(&host).join("bin");
    link(&PathBuf::from("/usr/lib/rustlib").join(&host).join("lib"), &rustlib.join(&host).join("lib"))?;
    link(&own_bin.join("rust-lld"), &host_bin.join("rust-lld"))?;
    link(&own_bin.join("gcc-ld"), &host_bin.join("gcc-ld"))?;
    link(Path::new("/usr/lib/rustlib/src"), &rustlib.join("src"))?;
    link(Path::new("/usr/bin/cargo"), &folder.join("bin/cargo"))?;
    for program in ["rustc", "rustdoc"] {
        let path = folder.join("bin").join(program);
        std::fs::write(
            &path,
            format!("#!/bin/sh\nexec /usr/bin/{program} --sysroot \"{}\" \"$@\"\n", folder.display()),
        )?;
        run::succeed(run::command("chmod").arg("+x").arg(&path))?;
    }
    // What an earlier sysroot compiled does not fit this one, and cargo cannot see that.
    let _ = std::fs::remove_dir_all(paths::wasm_target()?);
    run::succeed(run::command("rustup").args(["toolchain", "link", LINKED]).arg(&folder))
}

#[cfg(unix)]
fn link(from: &Path, to: &Path) -> Result<()> {
    std::os::unix::fs::symlink(from, to).with_context(|| format!("cannot link {}", to.display()))
}

#[cfg(not(unix))]
fn link(_: &Path, to: &Path) -> Result<()> {
    bail!("{}: Debian's packages only help on Debian", to.display())
}

#[cfg(test)]
mod tests {
    #[test]
    fn trunk_is_told_the_version_that_the_manifest_pins() {
        let manifest = std::fs::read_to_string(crate::paths::root().join("Cargo.toml")).unwrap();
        assert!(manifest.contains(&format!("wasm-bindgen = \"={}\"", super::BINDGEN)));
    }
}
