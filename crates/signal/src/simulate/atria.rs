//! Atria that do not beat: fibrillation's and flutter's waves.

use core::f64::consts::{PI, TAU};

use super::Rhythm;
use super::random::Random;
use super::waves::Dipole;

/// Direction of the fibrillation's dipole: largest in V1, then II (Chou's Electrocardiography, atrial fibrillation).
const FIBRILLATION: Dipole = [0.15, 0.45, -0.80];
/// Direction of common (counterclockwise) flutter: waves negative in II, III, aVF and positive in V1 (same source).
const FLUTTER: Dipole = [-0.10, -0.85, -0.45];

/// Adds the atria's continuous activity of a rhythm to the dipole's course (millivolts at `rate` hertz).
pub(super) fn add(dipole: &mut [Vec<f64>; 3], rhythm: Rhythm, rate: f64, random: &mut Random) {
    let wave: Box<dyn Fn(f64) -> f64> = match rhythm {
        Rhythm::AtrialFibrillation => fibrillation(random, rate),
        Rhythm::AtrialFlutter { atrial_rate, .. } => flutter(random, atrial_rate),
        _ => return,
    };
    let direction = if matches!(rhythm, Rhythm::AtrialFlutter { .. }) { FLUTTER } else { FIBRILLATION };
    for (axis, course) in dipole.iter_mut().enumerate() {
        for (k, value) in course.iter_mut().enumerate() {
            *value += direction[axis] * wave(k as f64 / rate);
        }
    }
}

/// The sawtooth of five harmonics, slowly modulated in size and frequency, of Stridh and Sornmo, IEEE Trans.
/// Biomed. Eng. 48:105, 2001, section III (fundamental 4 to 9 Hz, deviation 0.2 Hz at 0.1 to 0.3 Hz, size modulated by a third).
fn fibrillation(random: &mut Random, rate: f64) -> Box<dyn Fn(f64) -> f64> {
    let size = random.between(0.035, 0.11);
    let fundamental = random.between(4.5, 8.0);
    let (depth, sweep, phase) = (random.between(0.1, 0.35), random.between(0.1, 0.3), random.angle());
    let (swell_hertz, swell_phase) = (random.between(0.15, 0.5), random.angle());
    // Two trains side by side, as wavelets come and go.
    let second = (fundamental * random.between(0.78, 0.94), random.angle(), random.between(0.3, 0.7));
    let harmonics = (5.0f64).min((0.4 * rate / fundamental).floor()).max(1.0) as i32;
    Box::new(move |time| {
        let swell = 1.0 + 0.33 * (TAU * swell_hertz * time + swell_phase).sin();
        let train = |hertz: f64, phase: f64| {
            let angle = TAU * hertz * time + phase + depth / sweep * (TAU * sweep * time + phase).sin();
            (1..=harmonics).map(|i| 2.0 / (f64::from(i) * PI) * (f64::from(i) * angle).sin()).sum::<f64>()
        };
        size * swell * (train(fundamental, phase) + second.2 * train(second.0, second.1))
    })
}

/// A regular sawtooth: slow descent, quicker return, without an isoelectric line.
fn flutter(random: &mut Random, atrial_rate: f64) -> Box<dyn Fn(f64) -> f64> {
    let size = random.between(0.12, 0.24);
    let hertz = atrial_rate.clamp(150.0, 450.0) / 60.0;
    let phase = random.angle();
    Box::new(move |time| {
        let angle = TAU * hertz * time + phase;
        size * (1..=4).map(|i| (f64::from(i) * angle).sin() / f64::from(i)).sum::<f64>() * 0.55
    })
}
