//! IMLE-Net's attention as heat over the samples of each lead.

use crate::families::imle_net::{LEADS, POSITIONS, WINDOW, WINDOWS};

/// Which levels of attention are multiplied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeatRule {
    /// Window and lead, as the released code draws; its rhythm scores are computed and not used.
    Released,
    /// Window, rhythm and lead: the three levels that the paper's title names.
    MultiLevel,
}

/// Heat `[12, 1000]`, row-major, from one record's scores: `beat` `[12, 20, 13]`, `rhythm` `[12, 20]`, `lead` `[12]`.
/// Each window's 13 scores are interpolated to its 50 samples, both ends exact. Not normalised: see [`normalise`].
/// None when a slice has another length.
pub fn heat(beat: &[f32], rhythm: &[f32], lead: &[f32], rule: HeatRule) -> Option<Vec<f32>> {
    if beat.len() != LEADS * WINDOWS * POSITIONS || rhythm.len() != LEADS * WINDOWS || lead.len() != LEADS {
        return None;
    }
    let step = (POSITIONS - 1) as f32 / (WINDOW - 1) as f32;
    let mut heat = Vec::with_capacity(LEADS * WINDOWS * WINDOW);
    for ((window, scores), rhythm) in beat.chunks_exact(POSITIONS).enumerate().zip(rhythm) {
        let weight = lead[window / WINDOWS] * if rule == HeatRule::MultiLevel { *rhythm } else { 1.0 };
        for sample in 0..WINDOW {
            let place = sample as f32 * step;
            let left = (place as usize).min(POSITIONS - 2);
            let part = place - left as f32;
            heat.push((scores[left] * (1.0 - part) + scores[left + 1] * part) * weight);
        }
    }
    Some(heat)
}

/// Maps the smallest value to 0 and the largest to 1; all 0 when they are equal.
pub fn normalise(values: &mut [f32]) {
    let (low, high) =
        values.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), &v| (low.min(v), high.max(v)));
    let range = high - low;
    for value in values {
        *value = if range > 0.0 { (*value - low) / range } else { 0.0 };
    }
}
