//! Frequencies as a second view of the record: a spectrogram computed in the network, alone or beside the time domain.

use super::baselines::{Plane, THIRTY_FOUR, residual_map};
use super::{FEATURES, LEADS, SAMPLES};
use crate::families::spectrum::{Window, bins, levels};
use crate::graph::{Activation, Axis, Builder, Graph, GraphError, Place, ReduceKind, Shape};

/// The output that holds the spectrogram: a row a frequency of 0, 1, ... 50 Hz, a position every 0.1 s, a channel a
/// lead.
pub const SPECTROGRAM: &str = "spectrogram";
/// The output that holds the last map of the frequency stream: rows of frequencies, positions of time.
pub const FREQUENCY_FEATURES: &str = "frequency features";
/// Frequencies of the spectrogram.
pub const BINS: usize = bins(WINDOW);
/// Moments of the spectrogram.
pub const FRAMES: usize = SAMPLES / HOP + 1;

/// Samples of the Hamming window: 1 s (the notes').
const WINDOW: usize = 100;
/// Samples from one window to the next (ours).
const HOP: usize = 10;

/// ResNet-34 over frequency and time of the leads' spectrograms.
///
/// # Errors
/// `classes` is 0.
pub fn frequency_stream(classes: usize) -> Result<Graph, GraphError> {
    let mut build = Builder::new("frequency_stream", Shape::new(1, SAMPLES, LEADS));
    let pooled = frequency_features(&mut build);
    let logits = build.linear("head", pooled, classes);
    build.finish(logits)
}

/// ResNet-34 along time and ResNet-34 over the spectrograms, trained together; one linear layer reads both (ours).
///
/// # Errors
/// `classes` is 0.
pub fn two_streams(classes: usize) -> Result<Graph, GraphError> {
    let mut build = Builder::new("two_streams", Shape::new(1, SAMPLES, LEADS));
    let x = build.input();
    let map = build.within("time", |build| residual_map(build, x, THIRTY_FOUR, Plane::Time));
    build.output(FEATURES, map);
    let time = build.mean(map);
    let frequency = build.within("frequency", frequency_features);
    let both = build.concat(Axis::Channels, &[time, frequency]);
    let logits = build.linear("head", both, classes);
    build.finish(logits)
}

fn frequency_features(build: &mut Builder) -> Place {
    let x = build.input();
    let spectrogram = spectrogram(build, x);
    build.output(SPECTROGRAM, spectrogram);
    let map = residual_map(build, spectrogram, THIRTY_FOUR, Plane::TimeAndFrequency);
    build.output(FREQUENCY_FEATURES, map);
    let columns = build.mean(map);
    build.reduce(ReduceKind::Mean, Axis::Rows, columns)
}

/// `ln(1 + |short-time Fourier transform|)` of each lead, its ends mirrored by half a window, brought to mean 0 and
/// deviation 1 over the record (logarithm, step and standardisation are ours).
fn spectrogram(build: &mut Builder, leads: Place) -> Place {
    let frames = (0..FRAMES * WINDOW).map(|number| mirrored(number / WINDOW * HOP + number % WINDOW));
    let frames = build.pick(Axis::Length, leads, frames);
    let frames = build.rearrange(frames, "1 (frame sample) lead -> 1 (lead frame) sample", &[("sample", WINDOW)]);
    let level = levels(build, frames, Window::HAMMING);
    let level = build.rearrange(level, "1 (lead frame) frequency -> 1 (frequency frame) lead", &[("lead", LEADS)]);
    let mean = build.mean(level);
    let opposite = build.affine(mean, -1.0, 0.0);
    let centred = build.sum(level, opposite);
    let squares = build.activation(Activation::Square, centred);
    let variance = build.mean(squares);
    // A lead of zeros stays one of zeros.
    let inverse = build.activation(Activation::InverseRoot(1e-10), variance);
    let normal = build.product(centred, inverse);
    build.rearrange(normal, "1 (frequency frame) lead -> frequency frame lead", &[("frequency", BINS)])
}

/// The sample that stands `place` samples behind half a window before the record's begin.
fn mirrored(place: usize) -> usize {
    let half = WINDOW / 2;
    let place = place.abs_diff(half);
    if place < SAMPLES { place } else { 2 * (SAMPLES - 1) - place }
}
