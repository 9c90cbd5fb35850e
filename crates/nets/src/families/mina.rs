//! MINA: attention that knows where a beat, a rhythm and a band of frequencies are likely to tell something.
//!
//! Takes one lead of 10 s at 300 Hz, split into four bands of frequencies by a preparation outside the network: shape
//! `1 x 3000 x 4`, z-scored per recording. Layers, counts and constants are the published ones (paper and the code that
//! it names); the order of the bands is ours, and one softmax is left out that the original applies before a loss
//! that applies it again.
//!
//! Three numbers guide three attentions, and are computed here from the bands themselves: absolute differences of
//! successive samples find waves in a segment of 50 samples, standard deviations of segments find those that stand out
//! in the rhythm, and the power of a band tells how much it says. No gradient is needed to show what was looked at.

use crate::graph::{Activation, Axis, Builder, Conv, Drawing, Graph, GraphError, Place, Recurrent, ReduceKind, Shape};

/// Where it is published.
pub const SOURCE: &str = "Hong, Xiao, Ma, Li, Sun: MINA: Multilevel Knowledge-Guided Attention for Modeling \
                          Electrocardiography Signals, IJCAI 2019, pp. 5888-5894, arXiv 1905.11333";

/// Samples a second.
pub const RATE: usize = 300;
/// Samples: 10 s.
pub const SAMPLES: usize = 3000;
/// Bands of the lead, the network's input channels: name, and edges in Hz of the causal Butterworth filter of order 1
/// that cuts it out (none: as it is; an upper edge that is missing: high-pass).
pub const BANDS: [(&str, Option<f64>, Option<f64>); 4] = [
    ("unfiltered", None, None),
    ("wander", Some(0.001), Some(0.5)),
    ("ecg", Some(0.5), Some(50.0)),
    ("noise", Some(50.0), None),
];
/// Samples of a segment.
pub const SEGMENT: usize = 50;
/// Segments of a recording.
pub const SEGMENTS: usize = SAMPLES / SEGMENT;
/// Positions of a segment that attention weighs: fields of 32 samples, 2 apart.
pub const FIELDS: usize = (SEGMENT - KERNEL) / STRIDE + 1;

/// The output that holds how much each position of a segment counts in it: 60 rows (segments), 10 positions (fields of
/// 32 samples), a channel a band. Sums to 1 along positions.
pub const BEAT_ATTENTION: &str = "beat_attention";
/// The output that holds how much each segment counts: 60 positions, a channel a band. Sums to 1 along positions.
pub const RHYTHM_ATTENTION: &str = "rhythm_attention";
/// The output that holds how much each band counts: 4 positions. Sums to 1.
pub const BAND_ATTENTION: &str = "band_attention";
/// The output that holds the absolute difference of each sample from the one before: 3000 positions, a channel a band,
/// in the recording's unit.
pub const DIFFERENCES: &str = "differences";
/// The output that holds the standard deviation of each segment: 60 positions, a channel a band, in the recording's
/// unit.
pub const DEVIATIONS: &str = "deviations";
/// The output that holds the sum of each band's periodogram: 4 positions, in the unit's square times seconds.
pub const POWERS: &str = "powers";

const KERNEL: usize = 32;
const STRIDE: usize = 2;
/// Channels of a segment's map and of its vector.
const WIDTH: usize = 64;
/// Numbers of a direction's state in the recurrent layer.
const HIDDEN: usize = 32;
/// Numbers between the two products of an attention in a band.
const WAY: usize = 8;
/// Numbers that are left of a band.
const BAND: usize = 8;

/// MINA with logits of `classes` (published: 2, atrial fibrillation against the rest).
///
/// # Errors
/// `classes` is 0.
pub fn mina(classes: usize) -> Result<Graph, GraphError> {
    let mut build = Builder::new("mina", Shape::new(1, SAMPLES, BANDS.len()));
    let x = build.input();
    let differences = differences(&mut build, x);
    build.output(DIFFERENCES, differences);
    let deviations = deviations(&mut build, x);
    build.output(DEVIATIONS, deviations);
    let powers = powers(&mut build, x);
    build.output(POWERS, powers);

    let bands: Vec<[Place; 3]> = (0..BANDS.len())
        .map(|band| {
            let own = [x, differences, deviations].map(|value| build.pick(Axis::Channels, value, [band]));
            build.within(format!("bands.{band}"), |build| one_band(build, own))
        })
        .collect();
    for (name, part) in [(BEAT_ATTENTION, 1), (RHYTHM_ATTENTION, 2)] {
        let parts: Vec<Place> = bands.iter().map(|band| band[part]).collect();
        let together = build.concat(Axis::Channels, &parts);
        build.output(name, together);
    }
    let vectors: Vec<Place> = bands.iter().map(|band| band[0]).collect();
    let vectors = build.concat(Axis::Length, &vectors);
    let (x, attention) = guided(&mut build, "attention", vectors, powers, 2);
    build.output(BAND_ATTENTION, attention);
    let logits = build.linear("head", x, classes);
    build.finish(logits)
}

/// One band's samples, differences and deviations to its vector, and how much positions and segments counted.
fn one_band(build: &mut Builder, [x, differences, deviations]: [Place; 3]) -> [Place; 3] {
    let [x, differences] = [("conv", x, WIDTH), ("knowledge", differences, 1)].map(|(name, value, to)| {
        let segments = build.rearrange(value, "1 (segment sample) 1 -> segment sample 1", &[("segment", SEGMENTS)]);
        let map = build.conv(name, segments, Conv::new(to, KERNEL).stride(STRIDE).pad(0));
        build.relu(map)
    });
    let (segments, beat) = guided(build, "beat", x, differences, WAY);
    let segments = build.rearrange(segments, "segment 1 channel -> 1 segment channel", &[]);
    let states = build.recurrent("lstm", segments, Recurrent::lstm(HIDDEN).both_ways());
    let (x, rhythm) = guided(build, "rhythm", states, deviations, WAY);
    let x = build.linear("dense", x, BAND);
    let x = build.relu(x);
    [build.dropout(x, 0.5), beat, rhythm]
}

/// Positions mixed by the softmax of `v tanh(W [x, knowledge])`, and how much each counted.
fn guided(build: &mut Builder, name: &str, x: Place, knowledge: Place, way: usize) -> (Place, Place) {
    let both = build.concat(Axis::Channels, &[x, knowledge]);
    let drawing = std::mem::replace(&mut build.drawing, Drawing::Normal(1.0));
    let scores = build.within(name, |build| {
        let y = build.linear_no_bias("mixed", both, way);
        let y = build.activation(Activation::Tanh, y);
        build.linear_no_bias("score", y, 1)
    });
    build.drawing = drawing;
    let attention = build.softmax(Axis::Length, scores);
    let parts = build.product(x, attention);
    (build.reduce(ReduceKind::Sum, Axis::Length, parts), attention)
}

/// |x[t] - x[t-1]|; 0 for the first.
fn differences(build: &mut Builder, x: Place) -> Place {
    let before = build.pick(Axis::Length, x, (0..SAMPLES).map(|place| place.saturating_sub(1)));
    let opposite = build.affine(before, -1.0, 0.0);
    let rise = build.sum(x, opposite);
    let fall = build.affine(rise, -1.0, 0.0);
    let (rise, fall) = (build.relu(rise), build.relu(fall));
    build.sum(rise, fall)
}

/// Mean squared distance from the mean along each row.
fn variance(build: &mut Builder, x: Place) -> Place {
    let mean = build.mean(x);
    let opposite = build.affine(mean, -1.0, 0.0);
    let centred = build.sum(x, opposite);
    let squares = build.activation(Activation::Square, centred);
    build.mean(squares)
}

/// Standard deviation of each segment.
fn deviations(build: &mut Builder, x: Place) -> Place {
    let segments = build.rearrange(x, "1 (segment sample) band -> segment sample band", &[("segment", SEGMENTS)]);
    let variance = variance(build, segments);
    let deviation = build.activation(Activation::Root(1e-20), variance);
    build.rearrange(deviation, "segment 1 band -> 1 segment band", &[])
}

/// The sum of each band's periodogram: one-sided, a density, of the samples less their mean.
///
/// With the transform X of N samples that is `1 / (rate N)` times `|X[N/2]|^2 + 2 sum of |X[k]|^2 for 0 < k < N/2`, as
/// X\[0\] is 0. The pairs k and N - k being alike, it is `1 / (rate N)` times the sum over all k, and by Parseval's
/// theorem that is N times the sum of squares: N / rate times the variance, here 10 s times it.
fn powers(build: &mut Builder, x: Place) -> Place {
    let variance = variance(build, x);
    let sum = build.affine(variance, SAMPLES as f64 / RATE as f64, 0.0);
    build.rearrange(sum, "1 1 band -> 1 band 1", &[])
}
