//! A fixed input, whose answer stands in the card: by it an engine checks itself on every machine.

use ecg::Patient;

use crate::{Error, Input, condition};

/// The name of [`known_input`] in a card.
pub const KNOWN_RECORD: &str = "drawn beats";

/// One input `[channel, sample]`, prepared as the card says: a drawn rhythm of 75 beats a minute, P, QRS and T as bells
/// whose sizes differ by lead, of a person of whom nothing is known. It is a formula, not a recording, so that it stays
/// the same whatever the simulator learns.
///
/// # Errors
/// A filter of the card cannot be.
pub fn known_input(input: &Input) -> Result<Vec<f32>, Error> {
    const BEAT: f64 = 0.8;
    // Centre and width in seconds, height in millivolts.
    const WAVES: [(f64, f64, f64); 5] =
        [(0.18, 0.025, 0.12), (0.335, 0.010, -0.12), (0.36, 0.012, 1.1), (0.39, 0.011, -0.25), (0.62, 0.045, 0.28)];
    let mut leads = Vec::with_capacity(input.leads.len());
    for lead in 0..input.leads.len() {
        let angle = lead as f64 * 0.9;
        let value = |sample: usize| {
            let second = sample as f64 / input.rate;
            let phase = second % BEAT;
            let beats: f64 = WAVES
                .iter()
                .enumerate()
                .map(|(wave, (centre, width, height))| {
                    let distance = (phase - centre) / width;
                    height * (angle + 0.4 * wave as f64).cos() * (-0.5 * distance * distance).exp()
                })
                .sum();
            let drift = 0.03 * (core::f64::consts::TAU * 0.3 * second + angle).sin();
            (beats + drift) as f32
        };
        leads.push((0..input.samples).map(value).collect());
    }
    Ok(condition(leads, input, &Patient::default())?.concat())
}
