//! `train-native models`.

use std::process::ExitCode;

use nets::Architecture;

/// Lists the networks.
pub fn run() -> anyhow::Result<ExitCode> {
    println!(
        "{:34} {:>11} {:>7} {:>12} {:>13}  {}",
        "network", "input", "rate", "parameters", "multiply-adds", "state"
    );
    for architecture in Architecture::all() {
        let input = architecture.input();
        let graph = architecture.graph(71)?;
        println!(
            "{:34} {:>11} {:>4} Hz {:>12} {:>11} M  {:?}",
            architecture.name(),
            format!("{} x {}", input.leads, input.samples),
            input.rate,
            graph.parameters(),
            graph.multiply_adds() / 1_000_000,
            architecture.state(),
        );
    }
    Ok(ExitCode::SUCCESS)
}
