//! Builds the three WebAssembly files and, with [`crate::assemble`], the folder that is served.

use crate::assemble::{self, Mode, Parts};
use crate::wasm_target::{self, Toolchain};
use crate::{digest, dist, paths, run};
use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Instant;
use wasm_bindgen_cli_support::Bindgen;

#[derive(Args)]
pub struct Options {
    /// `web` is built soon; `dist` is small and fast and takes minutes of linking.
    #[arg(long, value_enum, default_value_t = Profile::Web)]
    pub profile: Profile,
    /// The folder that is made.
    #[arg(long, default_value = "dist")]
    pub out: PathBuf,
    /// Leave the GPU engine out, whose build is by far the longest.
    #[arg(long)]
    pub no_gpu: bool,
}

/// A profile of the root manifest.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Profile {
    Web,
    Dist,
}

impl Profile {
    pub fn name(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Dist => "dist",
        }
    }
}

/// One WebAssembly file: a package of its own, since Cargo unifies features within one.
#[derive(Clone, Copy)]
pub struct Module {
    package: &'static str,
    /// What cargo calls the file.
    artefact: &'static str,
    /// What the page calls it.
    name: &'static str,
    says: &'static str,
}

pub const PAGE: Module = Module {
    package: "einthoven-page",
    artefact: "einthoven-page.wasm",
    name: "einthoven-page",
    says: "the page (cold: about 2 minutes on 2 cores)",
};
pub const CPU: Module = Module {
    package: "engine-cpu",
    artefact: "engine_cpu.wasm",
    name: "engine_cpu",
    says: "the CPU engine (cold: about 2 minutes on 2 cores)",
};
pub const GPU: Module = Module {
    package: "engine-gpu",
    artefact: "engine_gpu.wasm",
    name: "engine_gpu",
    says: "the GPU engine (cold: about 8 minutes on 2 cores)",
};

/// Compiles a module and binds it; the folder with its `.js` and `_bg.wasm`.
pub fn module(toolchain: &Toolchain, module: Module, profile: Profile) -> Result<PathBuf> {
    let start = Instant::now();
    eprintln!("Building {}", module.says);
    let mut cargo = toolchain.cargo()?;
    cargo.args([
        "build",
        "--target",
        "wasm32-unknown-unknown",
        "--profile",
        profile.name(),
        "--package",
        module.package,
    ]);
    run::succeed(cargo.stdout(Stdio::null()))?;
    let target = paths::wasm_target()?;
    let wasm = target.join("wasm32-unknown-unknown").join(profile.name()).join(module.artefact);
    let folder = target.join("bound").join(profile.name()).join(module.name);
    bind(&wasm, module.name, &folder, profile)?;
    eprintln!("Built {} in {:.0} s", module.name, start.elapsed().as_secs_f64());
    Ok(folder)
}

/// Runs wasm-bindgen, unless the folder holds its work on these very bytes.
fn bind(wasm: &Path, name: &str, folder: &Path, profile: Profile) -> Result<()> {
    let shrinks = profile == Profile::Dist && dist::wasm_opt()?.is_some();
    let stamp = format!("{}{}", digest::stamp(wasm)?.sha256, if shrinks { " shrunk" } else { "" });
    let mark = folder.join(".made-from");
    if std::fs::read_to_string(&mark).is_ok_and(|made_from| made_from == stamp) {
        return Ok(());
    }
    let _ = std::fs::remove_dir_all(folder);
    std::fs::create_dir_all(folder)?;
    let mut bindgen = Bindgen::new();
    bindgen.input_path(wasm).web(true)?.typescript(false).out_name(name);
    bindgen.generate(folder).with_context(|| format!("wasm-bindgen on {}", wasm.display()))?;
    if shrinks {
        dist::shrink(&folder.join(format!("{name}_bg.wasm")), name == PAGE.name)?;
    }
    std::fs::write(mark, stamp)?;
    Ok(())
}

/// `cargo xtask build`.
pub fn build(options: &Options) -> Result<()> {
    let site = site(options.profile, !options.no_gpu, &paths::root().join(&options.out), Mode::Release)?;
    eprintln!("Made {}", site.display());
    Ok(())
}

/// Builds everything and makes the served folder at `out`.
pub fn site(profile: Profile, gpu: bool, out: &Path, mode: Mode) -> Result<PathBuf> {
    let toolchain = wasm_target::ensure()?;
    let page = module(&toolchain, PAGE, profile)?;
    let cpu = module(&toolchain, CPU, profile)?;
    let gpu = if gpu { Some(module(&toolchain, GPU, profile)?) } else { None };
    assemble::assemble(&Parts { page: Some(&page), cpu: &cpu, gpu: gpu.as_deref(), gpu_pending: false }, out, mode)?;
    Ok(out.to_path_buf())
}

/// `cargo xtask finish`: Trunk has built the page, this adds everything else.
///
/// A release build waits for the GPU engine; while serving it is built in the background and added when it is ready.
pub fn finish(dist: Option<&Path>) -> Result<()> {
    let staging = std::env::var_os("TRUNK_STAGING_DIR").map(PathBuf::from);
    let dist =
        dist.or(staging.as_deref()).context("which folder? Trunk names it in TRUNK_STAGING_DIR, else use --dist")?;
    let release = std::env::var("TRUNK_PROFILE").is_ok_and(|profile| profile == "release");
    let toolchain = wasm_target::ensure()?;
    let cpu = module(&toolchain, CPU, Profile::Web)?;
    if release {
        let gpu = module(&toolchain, GPU, Profile::Web)?;
        return assemble::assemble(
            &Parts { page: None, cpu: &cpu, gpu: Some(&gpu), gpu_pending: false },
            dist,
            Mode::Release,
        );
    }
    assemble::assemble(&Parts { page: None, cpu: &cpu, gpu: None, gpu_pending: true }, dist, Mode::Development)?;
    // Trunk moves the staging folder to its place when this hook has ended; the engine is added there.
    let place = std::env::var_os("TRUNK_DIST_DIR").map_or_else(|| paths::root().join("dist"), PathBuf::from);
    let log = std::fs::File::create(paths::cache()?.join("gpu-engine.log"))?;
    run::command(std::env::current_exe()?)
        .args(["add-gpu", "--dist"])
        .arg(place)
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .context("cannot start the build of the GPU engine in the background")?;
    Ok(())
}

/// `cargo xtask add-gpu`: see [`finish`].
pub fn add_gpu(dist: &Path) -> Result<()> {
    let gpu = wasm_target::ensure().and_then(|toolchain| module(&toolchain, GPU, Profile::Web));
    // Trunk may still be moving its staging folder.
    std::thread::sleep(std::time::Duration::from_secs(2));
    assemble::add_gpu(dist, gpu.as_deref().ok(), Mode::Development)?;
    gpu.map(drop)
}
