//! `train-native`: trains, measures and exports the networks of this project. The commands are in `cli`.
#![forbid(unsafe_code)]

mod cli;

use clap::Parser as _;

fn main() -> std::process::ExitCode {
    match cli::run(cli::Arguments::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("train-native: {error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}
