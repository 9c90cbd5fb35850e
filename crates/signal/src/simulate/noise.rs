//! What an electrode picks up beside the heart.
//!
//! Each of the nine electrodes has its own noise; a lead's noise follows from its electrodes, so that Einthoven's law
//! holds for noise as it does in a real recorder. Kinds as in Moody, Muldrow, Mark: A noise stress test for
//! arrhythmia detectors, Computers in Cardiology 11:381, 1984 (baseline wander, muscle, electrode motion), and mains.

use core::f64::consts::TAU;

use super::leads::INDEPENDENT;
use super::random::Random;

/// Sizes of the noise kinds at one electrode, in millivolts. Zero switches a kind off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Noise {
    /// Baseline wander, root mean square: breathing and skin potentials below 0.5 Hz (the band that IEC 60601-2-25
    /// lets a diagnostic recorder pass down to 0.05 Hz).
    pub baseline_wander: f64,
    /// Mains hum, amplitude at the worst electrode.
    pub mains: f64,
    /// The mains' frequency in hertz: 50 or 60. Absent from a recording whose rate does not reach twice of it, as it would
    /// be behind any recorder's anti-alias filter.
    pub mains_hertz: f64,
    /// Muscle activity, root mean square within bursts: 20 Hz up to the recording's limit (surface electromyogram, De Luca,
    /// J. Appl. Biomech. 13:135, 1997: usable energy between 20 and 500 Hz).
    pub muscle: f64,
    /// Electrode motion: size of the slow bumps of one electrode as its contact changes, 0.3 to 1.5 s each.
    pub electrode_motion: f64,
}

impl Noise {
    /// No noise at all.
    pub const NONE: Noise =
        Noise { baseline_wander: 0.0, mains: 0.0, mains_hertz: 50.0, muscle: 0.0, electrode_motion: 0.0 };
    /// A quiet resting recording.
    pub const RESTING: Noise =
        Noise { baseline_wander: 0.03, mains: 0.004, mains_hertz: 50.0, muscle: 0.008, electrode_motion: 0.0 };
}

impl Default for Noise {
    fn default() -> Self {
        Noise::RESTING
    }
}

/// Electrodes: right arm, left arm, left leg, V1 to V6.
const ELECTRODES: usize = 9;

/// Adds noise to the eight independent leads (millivolts) of a recording at `rate` hertz.
pub(super) fn add(leads: &mut [Vec<f64>], noise: &Noise, rate: f64, breaths_hertz: f64, random: &mut Random) {
    let length = leads.first().map_or(0, Vec::len);
    let mut potentials = vec![vec![0.0; length]; ELECTRODES];
    let breath = random.angle();
    let hum = random.angle();
    let burst = Burst::new(random, length as f64 / rate);
    for electrode in &mut potentials {
        wander(electrode, noise.baseline_wander, rate, (breaths_hertz, breath), random);
        if noise.mains > 0.0 && noise.mains_hertz < 0.45 * rate {
            let amplitude = noise.mains * random.unit();
            let phase = hum + random.near(0.0, 0.3);
            sinusoid(electrode, amplitude, TAU * noise.mains_hertz / rate, phase);
        }
        muscle(electrode, noise.muscle, rate, &burst, random);
    }
    if noise.electrode_motion > 0.0 && length > 0 {
        motion(&mut potentials, noise.electrode_motion, rate, random);
    }

    // The recorder's own sums: I = LA - RA, II = LL - RA, V = electrode - Wilson's central terminal.
    let [right, left, leg, chest @ ..] = potentials.as_slice() else { return };
    for k in 0..length {
        let centre = (right[k] + left[k] + leg[k]) / 3.0;
        leads[0][k] += left[k] - right[k];
        leads[1][k] += leg[k] - right[k];
        for (lead, electrode) in leads[2..INDEPENDENT].iter_mut().zip(chest) {
            lead[k] += electrode[k] - centre;
        }
    }
}

/// Breathing (phase shared by all electrodes, size not) and five slow sinusoids between 0.05 and 0.45 Hz.
fn wander(electrode: &mut [f64], size: f64, rate: f64, (hertz, phase): (f64, f64), random: &mut Random) {
    if size <= 0.0 {
        return;
    }
    let mut parts = vec![(0.8 * size * random.normal(), hertz, phase)];
    for _ in 0..5 {
        let hertz = random.between(0.05, 0.45);
        // Skin potentials are the slower the larger: amplitude falls with frequency.
        parts.push((size * random.normal() * (0.1 / hertz).min(1.0), hertz, random.angle()));
    }
    for (amplitude, hertz, phase) in parts {
        sinusoid(electrode, amplitude, TAU * hertz / rate, phase);
    }
}

/// Adds a sinusoid that turns by `turn` radians a sample, each value rotated from the one before.
fn sinusoid(values: &mut [f64], amplitude: f64, turn: f64, phase: f64) {
    let (turn_sin, turn_cos) = turn.sin_cos();
    let (mut sin, mut cos) = phase.sin_cos();
    for value in values {
        *value += amplitude * sin;
        (sin, cos) = (sin * turn_cos + cos * turn_sin, cos * turn_cos - sin * turn_sin);
    }
}

/// When muscles are tense: a slow envelope between 0.3 and 1.
struct Burst {
    hertz: f64,
    phase: f64,
}

impl Burst {
    fn new(random: &mut Random, duration: f64) -> Self {
        Self { hertz: random.between(0.5, 2.5) / duration.max(1.0), phase: random.angle() }
    }

    fn at(&self, seconds: f64) -> f64 {
        0.3 + 0.35 * (1.0 + (TAU * self.hertz * seconds + self.phase).sin())
    }
}

/// White noise less its own running mean (a one-pole high pass at 20 Hz).
fn muscle(electrode: &mut [f64], size: f64, rate: f64, burst: &Burst, random: &mut Random) {
    if size <= 0.0 {
        return;
    }
    let keep = (-TAU * 20.0 / rate).exp();
    let share = random.between(0.4, 1.0);
    let mut low = 0.0;
    // The envelope is slow: one value for a fiftieth of a second.
    let block = (rate / 50.0).ceil() as usize;
    for (number, values) in electrode.chunks_mut(block).enumerate() {
        let height = size * share * burst.at((number * block) as f64 / rate);
        for pair in values.chunks_mut(2) {
            let whites = random.normals();
            for (value, white) in pair.iter_mut().zip([whites.0, whites.1]) {
                low = keep * low + (1.0 - keep) * white;
                *value += height * (white - low);
            }
        }
    }
}

/// Up to three bumps a recording, each at one electrode: a quick rise and a slow return.
fn motion(potentials: &mut [Vec<f64>], size: f64, rate: f64, random: &mut Random) {
    let length = potentials[0].len();
    let bumps = 1 + (random.unit() * 3.0) as usize;
    for _ in 0..bumps {
        let electrode = (random.unit() * ELECTRODES as f64) as usize % ELECTRODES;
        let start = random.unit() * length as f64;
        let (rise, fall) = (random.between(0.03, 0.15) * rate, random.between(0.1, 0.5) * rate);
        let height = size * random.near(0.0, 1.0);
        for (k, value) in potentials[electrode].iter_mut().enumerate().skip(start as usize) {
            let t = k as f64 - start;
            *value += height * (1.0 - (-t / rise).exp()) * (-t / fall).exp();
        }
    }
}
