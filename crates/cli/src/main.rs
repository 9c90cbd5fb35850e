//! `einthoven`: read, convert and classify electrocardiograms from the command line.
#![forbid(unsafe_code)]

mod classify;
mod convert;
mod each;
mod files;
mod inspect;
mod report;

use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use ecg::Unit;
use formats::Hints;

use crate::report::Summary;

/// Reads, converts and classifies electrocardiograms. Research software, not a medical device.
///
/// Files may be of any format that the README lists (a WFDB header's signal files are found beside it), ZIP or gzip of these,
/// folders, which are searched, or patterns with * and ?.
#[derive(Parser)]
#[command(name = "einthoven", version, after_help = EXIT_CODES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str =
    "Exit codes: 0 everything was done, 1 something failed (the summary says what), 2 wrong arguments.";

#[derive(Subcommand)]
enum Command {
    /// Say what recordings hold: leads, rates, annotations, what the file states of person and diagnosis, warnings
    #[command(after_help = inspect::EXAMPLES)]
    Inspect(inspect::Inspect),
    /// Write recordings in another format: CSV, WFDB, EDF+, DICOM, aECG, FHIR
    #[command(after_help = convert::EXAMPLES)]
    Convert(convert::Convert),
    /// Classify recordings by a trained model
    #[command(after_help = classify::EXAMPLES)]
    Classify(classify::Classify),
}

/// What the user states where a file does not.
#[derive(Args, Clone, Debug)]
struct Stated {
    /// Samples a second, for files that state none (a table without times, a bare .mat)
    #[arg(long, value_name = "HERTZ", value_parser = hertz)]
    rate: Option<f64>,
    /// Unit of the values, for files that state none: nV, uV, mV or V
    #[arg(long, value_name = "UNIT", value_parser = voltage)]
    unit: Option<Unit>,
}

impl From<&Stated> for Hints {
    fn from(stated: &Stated) -> Hints {
        Hints { rate: stated.rate, unit: stated.unit.clone() }
    }
}

fn hertz(text: &str) -> Result<f64, String> {
    let rate: f64 = text.parse().map_err(|_| "expected a number of hertz".to_owned())?;
    if rate.is_finite() && rate > 0.0 { Ok(rate) } else { Err("expected a positive number of hertz".to_owned()) }
}

fn voltage(text: &str) -> Result<Unit, String> {
    let unit = Unit::from_label(text);
    if unit.in_millivolts().is_some() { Ok(unit) } else { Err("expected nV, uV, mV or V".to_owned()) }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done: anyhow::Result<Summary> = match arguments.command {
        Command::Inspect(command) => inspect::run(&command),
        Command::Convert(command) => convert::run(&command),
        Command::Classify(command) => classify::run(&command),
    };
    match done {
        Ok(summary) => summary.finish(),
        Err(error) if report::is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_without_contradiction() {
        use clap::CommandFactory as _;
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_unit_that_is_no_voltage_is_refused() {
        assert_eq!(voltage("uV"), Ok(Unit::Microvolt));
        assert!(voltage("mmHg").is_err() && hertz("-1").is_err() && hertz("inf").is_err());
    }
}
