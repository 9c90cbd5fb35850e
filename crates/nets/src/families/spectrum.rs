//! Magnitudes of short-time Fourier transforms, computed in the network by products with cosines and sines.

use core::f64::consts::TAU;

use crate::graph::{Activation, Axis, Builder, Place, Shape};

/// A (periodic) window `a - b cos`: its constants.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Window(f64, f64);

impl Window {
    pub(super) const HANN: Self = Self(0.5, 0.5);
    pub(super) const HAMMING: Self = Self(0.54, 0.46);
}

/// Frequencies of frames of so many samples.
pub(super) const fn bins(samples: usize) -> usize {
    samples / 2 + 1
}

/// `ln(1 + |transform|)` of frames that stand as positions with a channel a sample: a channel a frequency.
pub(super) fn levels(build: &mut Builder, frames: Place, window: Window) -> Place {
    let samples = build.shape(frames).channels;
    let bins = bins(samples);
    let waves = build.constant(Shape::new(1, 2 * bins, samples), waves(samples, window));
    let parts = build.scores(frames, waves, 1, 1.0);
    let [real, imaginary] = [0..bins, bins..2 * bins].map(|bins| {
        let part = build.pick(Axis::Channels, parts, bins);
        build.activation(Activation::Square, part)
    });
    let power = build.sum(real, imaginary);
    let size = build.activation(Activation::Root(1e-20), power);
    let above_one = build.affine(size, 1.0, 1.0);
    build.activation(Activation::Log(1.0), above_one)
}

/// Cosines of all frequencies, then their sines, under the window.
fn waves(samples: usize, Window(level, swing): Window) -> Vec<f32> {
    let wave = |number: usize| {
        let (frequency, sample) = (number / samples, number % samples);
        let window = level - swing * (TAU * sample as f64 / samples as f64).cos();
        // Whole turns are left out, for the sake of rounding.
        let angle = TAU * (frequency * sample % samples) as f64 / samples as f64;
        (window * angle.cos(), -window * angle.sin())
    };
    let pairs: Vec<(f64, f64)> = (0..bins(samples) * samples).map(wave).collect();
    pairs.iter().map(|pair| pair.0 as f32).chain(pairs.iter().map(|pair| pair.1 as f32)).collect()
}
