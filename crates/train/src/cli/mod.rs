//! Commands and their arguments.

mod bench;
mod device;
mod evaluate;
mod explain_check;
mod fetch;
mod leaderboard;
mod models;
mod queue;
mod recordings;
mod report;
mod sources;
mod train;
mod untrained;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

const EXAMPLES: &str = "Examples:
  train-native
      trains the demo network on simulated recordings in a few minutes and writes models/demo/
  train-native train --data ~/ptb-xl --model resnet1d_wang+ldm --task superclass --seed 1
      trains on PTB-XL, as published or packed, and writes models/resnet1d_wang-ldm-superclass/
  train-native train --data ~/ptb-xl --model resnet1d_wang+ldm --task superclass --seed 1 --resume
      goes on where a run stopped or was killed
  train-native evaluate --model models/resnet1d_wang-ldm-superclass --data ~/ptb-xl --fold 10 --json
      macro AUC with its interval, Fmax, calibration, and each label's figures
  train-native train --data ~/ptb-xl --model dsail-student --lead I --task tiers --teacher models/dsail-teacher-tiers --distillation stages
      a network of one lead that also learns from one of twelve
  train-native queue models/queue.txt --data ~/ptb-xl --minutes 120
      trains the shipped models in turn, for two hours; the same command goes on later
  train-native explain-check --model models/resnet1d_wang-ldm-superclass --data ~/ptb-xl --ludb ~/ludb --write
      tests what the model's maps are worth and writes the figures into its card
  train-native evaluate --model models/resnet1d_wang-ldm-superclass --data ~/ptb-xl --sensitivity 0.9
      also each label's threshold that reaches this on fold 9, and what it gives
  train-native train --data ~/cpsc2018 --model xresnet1d101 --task cpsc2018
      trains on CPSC2018 as published; likewise chapman and cinc2021, each from its own folder
  train-native evaluate --model models/resnet1d_wang-ldm-all --data ~/cinc2021 --unseen cinc2021
      a model of PTB-XL on recordings of other sources, where their labels say the same
  train-native report --model models/resnet1d_wang-ldm-superclass --data ~/ptb-xl --out report.html
      curves, reliability and decisions as one HTML file (a run writes its own, with its learning curves)
  train-native leaderboard --data ~/ptb-xl
      every model of models/ on one fold, beside what was published of its network
  train-native fetch ptb-xl --out ~/ptb-xl
      gets PTB-XL's tables and 100 Hz signals from PhysioNet (0.6 GB); also cinc2021 and cpsc2018";

/// Trains, measures and exports the networks of this project. Without a command: trains the demo network.
#[derive(Debug, Parser)]
#[command(name = "train-native", version, after_help = EXAMPLES)]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Train a network on PTB-XL, CPSC2018, Chapman-Shaoxing, the challenge of 2021, or simulated recordings
    Train(train::Options),
    /// Measure a model on a fold of its data set, or on another source
    Evaluate(evaluate::Options),
    /// Test a model's maps: drawn weights, deletion and insertion, pointing at delineated waves
    ExplainCheck(explain_check::Options),
    /// Write a model's report on a fold as one HTML file: curves, reliability, decisions
    Report(report::Options),
    /// Measure every model folder on one fold, beside what was published
    Leaderboard(leaderboard::Options),
    /// Get a data set: goes on where it was cut, checks every file
    Fetch(fetch::Options),
    /// Train several networks one after the other, from a list; goes on where it was stopped
    Queue(queue::Options),
    /// List the networks
    Models(models::Options),
    /// Write models with drawn weights, to measure and test engines by
    Untrained(untrained::Options),
    /// Measure how fast a step of training is here, on simulated recordings (`RAYON_NUM_THREADS=1` for one thread)
    Bench(bench::Options),
}

/// Runs the command.
pub fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    match arguments.command {
        None => train::run(&train::Options::demo()),
        Some(Command::Train(options)) => train::run(&options),
        Some(Command::Evaluate(options)) => evaluate::run(&options),
        Some(Command::ExplainCheck(options)) => explain_check::run(&options),
        Some(Command::Report(options)) => report::run(&options),
        Some(Command::Leaderboard(options)) => leaderboard::run(&options),
        Some(Command::Fetch(options)) => fetch::run(&options),
        Some(Command::Queue(options)) => queue::run(&options),
        Some(Command::Models(options)) => models::run(&options),
        Some(Command::Untrained(options)) => untrained::run(&options),
        Some(Command::Bench(options)) => bench::run(&options),
    }
}
