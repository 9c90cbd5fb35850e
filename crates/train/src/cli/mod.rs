//! Commands and their arguments.

mod device;
mod train;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

const EXAMPLES: &str = "Examples:
  train-native
      trains the demo network on simulated recordings in a few minutes and writes models/demo/
  train-native train --data ~/ptb-xl --model resnet1d_wang+ldm --task superclass --seed 1
      trains on PTB-XL, as published or packed, and writes models/resnet1d_wang-ldm-superclass/
  train-native train --data ~/ptb-xl --model resnet1d_wang+ldm --task superclass --seed 1 --resume
      goes on where a run stopped or was killed";

/// Trains, measures and exports the networks of this project. Without a command: trains the demo network.
#[derive(Debug, Parser)]
#[command(name = "train-native", version, after_help = EXAMPLES)]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Train a network on PTB-XL or on simulated recordings
    Train(train::Options),
}

/// Runs the command.
pub fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    match arguments.command {
        None => train::run(&train::Options::demo()),
        Some(Command::Train(options)) => train::run(&options),
    }
}
