//! `train-native models`.

use std::process::ExitCode;

use nets::Architecture;

/// Lists the networks.
#[allow(clippy::unnecessary_wraps)]
pub fn run() -> anyhow::Result<ExitCode> {
    println!("{:18} {:>14} {:>12} {:>13} {:>21}", "network", "input", "5 labels", "71 labels", "multiply-adds (71)");
    for architecture in Architecture::ALL {
        let input = architecture.input();
        println!(
            "{:18} {:>14} {:>12} {:>13} {:>19} M   {}",
            architecture.name(),
            format!("{} x {}", input.leads, input.samples),
            architecture.parameters(5),
            architecture.parameters(71),
            architecture.multiply_adds(71) / 1_000_000,
            architecture.source()
        );
    }
    println!("Under \"5 labels\" and \"71 labels\": trainable parameters. Input: leads x samples, at 100 Hz.");
    Ok(ExitCode::SUCCESS)
}
