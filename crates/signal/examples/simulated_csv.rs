//! Writes simulated recordings as CSV (millivolts, one column a lead) for a picture:
//! `cargo run -p signal --example simulated_csv -- FOLDER`.

use std::fmt::Write as _;

use signal::simulate::{Condition, simulate};

fn main() -> std::io::Result<()> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    for condition in Condition::ALL {
        let simulated = simulate(&condition.parameters(1), 1);
        let leads: Vec<Vec<f64>> = simulated.recording.signals.iter().map(ecg::Signal::values).collect();
        let mut text = simulated.recording.signals.iter().map(|s| s.label.as_str()).collect::<Vec<_>>().join(",");
        text.push('\n');
        for k in 0..leads[0].len() {
            let row: Vec<String> = leads.iter().map(|lead| format!("{:.4}", lead[k])).collect();
            let _ = writeln!(text, "{}", row.join(","));
        }
        std::fs::write(format!("{folder}/{}.csv", condition.code()), text)?;
    }
    Ok(())
}
