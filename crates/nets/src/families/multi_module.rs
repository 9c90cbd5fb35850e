//! Multi-module recurrent convolutional network: time, spectrogram and the person, joined by a transformer encoder.
//!
//! Takes one lead of 10 s at 100 Hz, and behind its samples, where asked for, three more numbers of the person.
//! Published in reachable form are the four modules and what each takes; all sizes, the Hann window, means over the
//! recurrent layers' states, and the rate and length of the recording are reconstructed.

use super::spectrum::{Window, bins, levels};
use crate::graph::{
    Activation, Axis, Builder, Conv, Graph, GraphError, Place, Pool, PoolKind, Recurrent, Shape, Start,
};

/// Where it is published.
pub const SOURCE: &str = "Le, Rathour, Truong, Mai, Brijesh, Le: Multi-module Recurrent Convolutional Neural Network \
                          with Transformer Encoder for ECG Arrhythmia Classification, IEEE BHI 2021, \
                          doi 10.1109/BHI50953.2021.9508527";

/// Samples: 10 s at 100 Hz.
pub const SAMPLES: usize = 1000;
/// Numbers of the person behind the samples: age in centuries, 1 for a man, 1 for a woman; 0 where not known.
pub const PERSON: usize = 3;
/// Numbers of a token.
pub const WIDTH: usize = 128;
/// Frequencies of the spectrogram.
pub const BINS: usize = bins(WINDOW);
/// Moments of the spectrogram.
pub const FRAMES: usize = (SAMPLES - WINDOW) / HOP + 1;

/// The output that holds the spectrogram: a row a frequency, a position every 16 samples.
pub const SPECTROGRAM: &str = "spectrogram";
/// The output that holds how much each token counts for each in the last layer: 4 rows (heads), positions and channels
/// the class token, time, spectrogram and, where given, the person.
pub const ATTENTION: &str = "attention";

const WINDOW: usize = 64;
const HOP: usize = 16;
const LAYERS: usize = 2;
const HEADS: usize = 4;

/// The network, with the person's numbers behind the samples or without.
///
/// # Errors
/// `classes` is 0.
pub fn multi_module(person: bool, classes: usize) -> Result<Graph, GraphError> {
    let length = if person { SAMPLES + PERSON } else { SAMPLES };
    let mut build = Builder::new("multi_module", Shape::new(1, length, 1));
    let all = build.input();
    let x = if person { build.pick(Axis::Length, all, 0..SAMPLES) } else { all };
    let class = build.table("class", Shape::new(1, 1, WIDTH), Start::CutNormal(0.02));
    let mut tokens = vec![class];
    tokens.push(build.within("time", |build| time(build, x)));
    tokens.push(build.within("frequency", |build| frequency(build, x)));
    if person {
        let person = build.pick(Axis::Length, all, SAMPLES..SAMPLES + PERSON);
        let person = build.rearrange(person, "1 number 1 -> 1 1 number", &[]);
        tokens.push(build.linear("person", person, WIDTH));
    }
    let mut x = build.concat(Axis::Length, &tokens);
    for number in 0..LAYERS {
        x = build.within(format!("fusion.{number}"), |build| layer(build, x));
    }
    let x = build.pick(Axis::Length, x, [0]);
    let logits = build.linear("head", x, classes);
    build.finish(logits)
}

/// Three convolutions and a recurrent layer along time; the mean of its states.
fn time(build: &mut Builder, mut x: Place) -> Place {
    for (number, (to, kernel)) in [(32, 7), (64, 5), (128, 3)].into_iter().enumerate() {
        x = build.within(format!("{number}"), |build| {
            let x = build.conv("conv", x, Conv::new(to, kernel));
            let x = build.norm_relu("norm", x);
            build.pool(x, Pool::new(PoolKind::Max, 2))
        });
    }
    recurrent(build, x)
}

/// Three convolutions over frequency and time, each of which halves the frequencies, and a recurrent layer along time;
/// the mean of its states.
fn frequency(build: &mut Builder, x: Place) -> Place {
    let mut x = spectrogram(build, x);
    build.output(SPECTROGRAM, x);
    for (number, to) in [16, 32, 64].into_iter().enumerate() {
        x = build.within(format!("{number}"), |build| {
            let x = build.conv("conv", x, Conv { stride: (2, 1), ..Conv::over_rows(to, (3, 3)) });
            build.norm_relu("norm", x)
        });
    }
    let x = build.rearrange(x, "frequency frame channel -> 1 frame (channel frequency)", &[]);
    recurrent(build, x)
}

fn recurrent(build: &mut Builder, x: Place) -> Place {
    let x = build.recurrent("lstm", x, Recurrent::lstm(WIDTH / 2).both_ways());
    build.mean(x)
}

/// `ln(1 + |short-time Fourier transform|)`.
fn spectrogram(build: &mut Builder, x: Place) -> Place {
    let frames = build.pick(Axis::Length, x, (0..FRAMES * WINDOW).map(|n| n / WINDOW * HOP + n % WINDOW));
    let frames = build.rearrange(frames, "1 (frame sample) 1 -> 1 frame sample", &[("sample", WINDOW)]);
    let level = levels(build, frames, Window::HANN);
    build.rearrange(level, "1 frame frequency -> frequency frame 1", &[])
}

/// `x + attention(norm(x))`, then `x + linear(gelu(linear(norm(x))))`, twice as wide between.
fn layer(build: &mut Builder, x: Place) -> Place {
    let y = build.layer_norm("norm1", x);
    let [query, key, value] = ["query", "key", "value"].map(|name| build.linear(name, y, WIDTH));
    let scores = build.scores(query, key, HEADS, (HEADS as f64 / WIDTH as f64).sqrt());
    let attention = build.softmax(Axis::Channels, scores);
    build.output(ATTENTION, attention);
    let y = build.mix(attention, value, HEADS);
    let y = build.linear("out", y, WIDTH);
    let x = build.sum(x, y);
    let y = build.layer_norm("norm2", x);
    let y = build.linear("linear1", y, 2 * WIDTH);
    let y = build.activation(Activation::Gelu, y);
    let y = build.linear("linear2", y, WIDTH);
    build.sum(x, y)
}
