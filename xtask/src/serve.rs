//! `cargo xtask serve`: a page that classifies as soon as the CPU engine is built; the GPU engine follows.

use crate::assemble::{self, Mode, Parts};
use crate::build::{self, CPU, GPU, PAGE, Profile};
use crate::{paths, run, wasm_target};
use anyhow::Result;
use browser::server::Site;
use clap::Args;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};
use walkdir::WalkDir;

#[derive(Args)]
pub struct Options {
    /// Where to listen, on this machine only.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Open the page in the default browser.
    #[arg(long)]
    open: bool,
    /// Do not build the GPU engine.
    #[arg(long)]
    no_gpu: bool,
}

/// What a change is looked for in.
const SOURCES: [&str; 6] = ["index.html", "src", "crates", "web", "models", "Cargo.toml"];

/// Builds, serves, watches; ends with Ctrl-C.
pub fn serve(options: &Options) -> Result<()> {
    let start = Instant::now();
    // The port first: nobody should wait minutes to learn that it is taken.
    let out = paths::cache()?.join("serve").join(options.port.to_string());
    std::fs::create_dir_all(&out)?;
    let site = Site::serve(&out, options.port)?;
    let mut gpu = None;
    let mut seen = SystemTime::UNIX_EPOCH;
    let mut first = true;
    loop {
        let newest = newest_change();
        if newest <= seen {
            std::thread::sleep(Duration::from_millis(700));
            continue;
        }
        seen = newest;
        match page_and_cpu(&out, gpu.as_deref(), !options.no_gpu) {
            Ok(()) if first => {
                eprintln!("\nReady after {:.0} s: {}  (Ctrl-C ends)\n", start.elapsed().as_secs_f64(), site.address());
                if options.open {
                    open(&site.address());
                }
            }
            Ok(()) => eprintln!("Rebuilt: reload {}", site.address()),
            Err(reason) if first => return Err(reason),
            Err(reason) => eprintln!("{reason:#}\nThe page from before is still served."),
        }
        first = false;
        if !options.no_gpu {
            // On this thread: cargo would make a rebuild of the page wait for it anyway.
            match wasm_target::ensure().and_then(|toolchain| build::module(&toolchain, GPU, Profile::Web)) {
                Ok(folder) => {
                    assemble::add_gpu(&out, Some(&folder), Mode::Development)?;
                    eprintln!("The GPU engine is there; an open page takes it up.");
                    gpu = Some(folder);
                }
                Err(reason) => {
                    eprintln!("{reason:#}\nThe page works on, with the CPU engine.");
                    assemble::add_gpu(&out, None, Mode::Development)?;
                }
            }
        }
    }
}

fn page_and_cpu(out: &Path, gpu: Option<&Path>, gpu_wanted: bool) -> Result<()> {
    let toolchain = wasm_target::ensure()?;
    let page = build::module(&toolchain, PAGE, Profile::Web)?;
    let cpu = build::module(&toolchain, CPU, Profile::Web)?;
    assemble::assemble(
        &Parts { page: Some(&page), cpu: &cpu, gpu, gpu_pending: gpu_wanted && gpu.is_none() },
        out,
        Mode::Development,
    )
}

fn newest_change() -> SystemTime {
    let files = SOURCES.iter().flat_map(|source| WalkDir::new(paths::root().join(source)).into_iter().flatten());
    files
        .filter(|entry| entry.file_type().is_file())
        .filter_map(|entry| entry.metadata().ok()?.modified().ok())
        .max()
        .unwrap_or(SystemTime::UNIX_EPOCH)
}

fn open(address: &str) {
    let (program, arguments): (&str, &[&str]) = match std::env::consts::OS {
        "macos" => ("open", &[]),
        "windows" => ("cmd", &["/C", "start"]),
        _ => ("xdg-open", &[]),
    };
    if run::command(program).args(arguments).arg(address).spawn().is_err() {
        eprintln!("No browser could be opened here: open {address}");
    }
}
