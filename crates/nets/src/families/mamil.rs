//! MAMIL: a recording as a bag of windows, seen as signals and, if wanted, as Gramian pictures; the window that a mode
//! finds most telling asks all others.
//!
//! Of the paper only the abstract and a description of the idea are public: modes, the top instance as query, attention
//! over the instances of both modes. All sizes, the windows (the paper cuts beats) and the pictures' patches are
//! reconstructed. Input: 10 s of 12 leads at 100 Hz.

use serde::{Deserialize, Serialize};

use super::benchmark::conv_norm;
use super::inceptionformer::attention::attend;
use crate::graph::{Activation, Axis, Builder, Conv, Graph, GraphError, Place, Pool, PoolKind, ReduceKind, Shape};

/// Where it is published.
pub const SOURCE: &str = "Han, Lian, Zeng, Xu, Zang, Xue, Multimodal multi-instance learning for long-term ECG \
                          classification, Knowledge-Based Systems, 2023, doi 10.1016/j.knosys.2023.110555";

/// Leads.
pub const LEADS: usize = 12;
/// Samples: 10 s at 100 Hz.
pub const SAMPLES: usize = 1000;
/// Samples of a window: 1.28 s, so that every window holds a beat of most rhythms.
pub const WINDOW: usize = 128;
/// Samples from one window to the next; the last one ends with the recording.
pub const STEP: usize = 64;
/// Windows.
pub const WINDOWS: usize = (SAMPLES - WINDOW).div_ceil(STEP) + 1;

/// The outputs that hold how much each instance counts for a mode's bag, channels that sum to 1: the windows as signals,
/// then (with pictures) the windows as pictures.
pub const ATTENTION: [&str; 2] = ["signal attention", "picture attention"];
/// The outputs that hold each label's largest logit among a mode's single instances: what the auxiliary loss is taken of.
pub const INSTANCES: [&str; 2] = ["signal instances", "picture instances"];
/// The output that holds the pictures: rows are windows of [`SIDE`] lines each, a channel a lead.
pub const GRAMIAN: &str = "gramian";

/// Lines and columns of a picture: samples of a window, two averaged into one.
pub const SIDE: usize = WINDOW / 2;

/// Numbers of an instance.
const FEATURE: usize = 128;

/// What an instance is seen as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Modes {
    /// A signal.
    Signal,
    /// A signal and a picture: for samples `a` and `b` the cosine of the sum of their angles, where an angle's cosine is
    /// the sample, scaled to the window's range.
    SignalAndPicture,
}

/// The network. Gives [`ATTENTION`] and [`INSTANCES`] of the modes it has, and [`GRAMIAN`] with pictures.
///
/// # Errors
/// `classes` is 0.
pub fn mamil(modes: Modes, classes: usize) -> Result<Graph, GraphError> {
    let mut build = Builder::new("mamil", Shape::new(1, SAMPLES, LEADS));
    let input = build.input();
    let places = (0..WINDOWS).flat_map(|window| {
        let start = (window * STEP).min(SAMPLES - WINDOW);
        start..start + WINDOW
    });
    let windows = build.pick(Axis::Length, input, places);
    let windows = build.rearrange(windows, "1 (window sample) lead -> window sample lead", &[("sample", WINDOW)]);
    let mut instances = vec![build.within("signal", |build| signal(build, windows))];
    if modes == Modes::SignalAndPicture {
        let pictures = gramian(&mut build, windows);
        build.output(GRAMIAN, pictures);
        instances.push(build.within("picture", |build| picture(build, pictures)));
    }
    let everything = build.concat(Axis::Length, &instances);
    let mut bags = Vec::new();
    for (mode, &own) in instances.iter().enumerate() {
        let found = build.within(format!("modes.{mode}"), |build| bag(build, own, everything, classes));
        build.output(ATTENTION[mode], found.weights);
        build.output(INSTANCES[mode], found.instances);
        bags.push(found.whole);
    }
    let both = build.concat(Axis::Channels, &bags);
    let logits = build.linear("linear", both, classes);
    build.finish(logits)
}

/// A vector a window: three convolutions, each with batch norm, ReLU and a maximum of two.
fn signal(build: &mut Builder, mut x: Place) -> Place {
    for (number, (to, kernel)) in [(32, 7), (64, 5), (FEATURE, 3)].into_iter().enumerate() {
        x = build.within(number.to_string(), |build| conv_norm(build, "conv", "norm", x, Conv::new(to, kernel)));
        x = build.relu(x);
        x = build.pool(x, Pool::new(PoolKind::Max, 2));
    }
    let mean = build.mean(x);
    build.rearrange(mean, "window 1 feature -> 1 window feature", &[])
}

/// The windows' Gramian pictures of sums of angles: `cos(a + b) = cos a cos b - sin a sin b`, which is one product of
/// each sample's cosine and sine with another's.
fn gramian(build: &mut Builder, windows: Place) -> Place {
    let x = build.pool(windows, Pool::new(PoolKind::Mean, 2));
    let opposite = build.affine(x, -1.0, 0.0);
    let (high, low) = (build.max(x), build.max(opposite));
    let middle = build.affine(high, -1.0, 0.0);
    let middle = build.sum(middle, low);
    let range = build.sum(high, low);
    // A lead that is the same all through has no range, and becomes 0.
    let squared = build.activation(Activation::Square, range);
    let inverse = build.activation(Activation::InverseRoot(1e-12), squared);
    let twice = build.affine(x, 2.0, 0.0);
    let centred = build.sum(twice, middle);
    let cosine = build.product(centred, inverse);
    let squared = build.activation(Activation::Square, cosine);
    let rest = build.affine(squared, -1.0, 1.0);
    // The root has no slope at 0, where a sample is the largest of its window.
    let sine = build.activation(Activation::Root(1e-10), rest);
    let [cosine, sine] =
        [cosine, sine].map(|x| build.rearrange(x, "window sample lead -> (window lead) sample 1", &[]));
    let opposite = build.affine(sine, -1.0, 0.0);
    let line = build.concat(Axis::Channels, &[cosine, sine]);
    let column = build.concat(Axis::Channels, &[cosine, opposite]);
    let pictures = build.scores(line, column, 1, 1.0);
    build.rearrange(pictures, "(window lead) line column -> (window line) column lead", &[("lead", LEADS)])
}

/// A vector a picture: convolutions of patches side by side (4 x 4, again 4 x 4, single), so that no patch crosses from
/// one window's picture into the next one's below it.
fn picture(build: &mut Builder, mut x: Place) -> Place {
    for (number, (to, side)) in [(32, 4), (64, 4), (FEATURE, 1)].into_iter().enumerate() {
        let patches = Conv { stride: (side, side), padding: [(0, 0); 2], ..Conv::over_rows(to, (side, side)) };
        x = build.within(number.to_string(), |build| conv_norm(build, "conv", "norm", x, patches));
        x = build.relu(x);
    }
    let x = build.rearrange(x, "(window line) column feature -> window (line column) feature", &[("window", WINDOWS)]);
    let mean = build.mean(x);
    build.rearrange(mean, "window 1 feature -> 1 window feature", &[])
}

/// What comes of a mode's instances.
#[derive(Clone, Copy, Debug)]
struct Bag {
    whole: Place,
    weights: Place,
    instances: Place,
}

/// The instance with the largest logit of any label is the query; what it finds among all instances is added to it. No
/// gradient passes through the choice.
fn bag(build: &mut Builder, own: Place, everything: Place, classes: usize) -> Bag {
    let scores = build.linear("score", own, classes);
    let instances = build.max(scores);
    let best = build.reduce(ReduceKind::Max, Axis::Channels, scores);
    let best = build.rearrange(best, "1 window 1 -> 1 1 window", &[]);
    let top = build.hardmax(Axis::Channels, best);
    let top = build.mix(top, own, 1);
    let query = build.linear("query", top, FEATURE);
    let key = build.linear("key", everything, FEATURE);
    let value = build.linear("value", everything, FEATURE);
    let (found, weights) = attend(build, [query, key, value], 1, None);
    Bag { whole: build.sum(top, found), weights, instances }
}
