//! The project's own commands: `cargo xtask serve`, `test`, `check`, `bench`, `dist` and the steps that they share.
//!
//! Nothing but Rust is needed: wasm-bindgen is linked in as a library, the wasm target is fetched when it is missing.
#![forbid(unsafe_code)]

mod assemble;
mod bench;
mod build;
mod check;
mod deny;
mod digest;
mod dist;
mod failures;
mod fuzz;
mod html;
mod paths;
mod python;
mod run;
mod screenshots;
mod serve;
mod test;
mod wasm_target;

use anyhow::Result;
use clap::{Parser, Subcommand};
use std::path::PathBuf;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Einthoven's own commands")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build the page and serve it; the GPU engine follows while the page already works.
    Serve(serve::Options),
    /// Build the folder that a web server can serve as it is.
    Build(build::Options),
    /// Run every test: native, and the page in a real browser.
    Test(test::Options),
    /// Format, licences, advisories, clippy (natively and for the web), documentation, types of the Vulkan and CUDA ways.
    Check,
    /// Measure our engines beside onnxruntime-web, what the page weighs, how long a visitor waits.
    Bench(bench::Options),
    /// Build the folder to publish, with all optimisation, and say what each file weighs.
    Dist {
        /// The folder that is made.
        #[arg(long, default_value = "dist")]
        out: PathBuf,
    },
    /// Fuzz every reader of files for so many minutes each.
    Fuzz(fuzz::Options),
    /// Make the pictures of docs/screenshots.
    Screenshots,
    /// Finish a folder that Trunk built: engines, models, precache list (called by Trunk's hooks).
    Finish {
        /// The folder that Trunk built the page into.
        #[arg(long)]
        dist: Option<PathBuf>,
    },
    /// Build the GPU engine and add it to a folder that is served already (called by `finish`, in the background).
    #[command(hide = true)]
    AddGpu {
        /// The served folder.
        #[arg(long)]
        dist: PathBuf,
    },
    /// Make sure that Rust can build for wasm32-unknown-unknown.
    Target,
}

fn main() -> Result<()> {
    match Arguments::parse().command {
        Command::Serve(options) => serve::serve(&options),
        Command::Build(options) => build::build(&options),
        Command::Test(options) => test::test(&options),
        Command::Check => check::check(),
        Command::Bench(options) => bench::bench(&options),
        Command::Dist { out } => dist::dist(&out),
        Command::Fuzz(options) => fuzz::fuzz(&options),
        Command::Screenshots => screenshots::screenshots(),
        Command::Finish { dist } => build::finish(dist.as_deref()),
        Command::AddGpu { dist } => build::add_gpu(&dist),
        Command::Target => wasm_target::for_trunk(),
    }
}
