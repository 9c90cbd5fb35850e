//! Recordings at hand for a page without files.

use super::{Condition, Simulated, simulate};

/// The four sample recordings of the page, 10 s at 500 Hz, each named after what it shows.
pub fn samples() -> Vec<(Condition, Simulated)> {
    [
        (Condition::Normal, 19),
        (Condition::AtrialFibrillation, 15),
        (Condition::LeftBundleBranchBlock, 13),
        (Condition::PrematureVentricular, 14),
    ]
    .into_iter()
    .map(|(condition, seed)| {
        let mut simulated = simulate(&condition.parameters(seed), seed);
        simulated.recording.name = format!("Simulated: {}", condition.name());
        (condition, simulated)
    })
    .collect()
}
