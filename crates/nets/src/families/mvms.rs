//! MVMS-Net: a teacher that looks at the leads by six views, and a student that sees all twelve at once.
//!
//! Everything is published, with the authors' code (ysxGitHub/MVMS-net); nothing here is reconstructed. Input: 10 s of 12
//! leads at 100 Hz in the order I, II, III, aVR, aVL, aVF, V1 to V6.

use super::inceptionformer::blocks::coordinate_attention;
use crate::graph::{Activation, Axis, Builder, Conv, Graph, GraphError, Place, Pool, PoolKind, ReduceKind, Shape};

/// Where it is published.
pub const SOURCE: &str = "Yang, Lian, Zeng et al., A Multi-View Multi-Scale Neural Network for Multi-Label ECG \
                          Classification, IEEE Transactions on Emerging Topics in Computational Intelligence, 2023";

/// Leads.
pub const LEADS: usize = 12;
/// Samples: 10 s at 100 Hz.
pub const SAMPLES: usize = 1000;
/// The leads of each view: aVR; I and aVL (high lateral); V1, V2; V3, V4; V5, V6; II, III and aVF (inferior).
pub const VIEWS: [&[usize]; 6] = [&[3], &[0, 4], &[6, 7], &[8, 9], &[10, 11], &[1, 2, 5]];

/// The output that holds how much each view speaks (the teacher's): six channels between 0 and 1.
pub const VIEW_WEIGHTS: &str = "view_weights";
/// The output that holds the last map before pooling: a row a view (one for the student), 244 positions, 128 channels.
pub const FEATURES: &str = "features";
/// The output that holds how the last block weighs places and channels, between 0 and 1: of the shape of [`FEATURES`].
pub const PROFILE: &str = "profile";

/// Channels of the first convolution.
const STEM: usize = 64;
/// Channels of a block.
const WIDTH: usize = 128;
/// Kernel of a block.
const KERNEL: usize = 15;
/// Parts of a block's channels.
const SCALES: usize = 4;
/// Channels of each: 26 of 64 of the block's.
const SCALE_WIDTH: usize = WIDTH * 26 / 64;

/// The teacher: a branch a view, whose vectors are added, each times a weight that it finds by itself. Gives
/// [`VIEW_WEIGHTS`], [`FEATURES`] and [`PROFILE`].
///
/// # Errors
/// `classes` is 0.
pub fn teacher(classes: usize) -> Result<Graph, GraphError> {
    let mut build = Builder::new("mvms_teacher", Shape::new(1, SAMPLES, LEADS));
    let input = build.input();
    let (mut maps, mut profiles) = (Vec::new(), Vec::new());
    for (number, leads) in VIEWS.into_iter().enumerate() {
        let view = build.pick(Axis::Channels, input, leads.iter().copied());
        let (map, profile) = build.within(format!("views.{number}"), |build| branch(build, view));
        maps.push(map);
        profiles.push(profile);
    }
    let mut weights = Vec::new();
    for (number, &map) in maps.iter().enumerate() {
        let mean = build.mean(map);
        let weight = build.linear(&format!("moderators.{number}"), mean, 1);
        weights.push(build.sigmoid(weight));
    }
    let [maps, profiles, weights] = [maps, profiles, weights].map(|views| build.concat(Axis::Rows, &views));
    let vectors = build.mean(maps);
    let weighed = build.product(vectors, weights);
    let whole = build.reduce(ReduceKind::Sum, Axis::Rows, weighed);
    let logits = build.linear("linear", whole, classes);
    let weights = build.rearrange(weights, "view 1 1 -> 1 1 view", &[]);
    build.output(VIEW_WEIGHTS, weights);
    build.output(FEATURES, maps);
    build.output(PROFILE, profiles);
    build.finish(logits)
}

/// The student: one branch for all leads. Gives [`FEATURES`] and [`PROFILE`].
///
/// # Errors
/// `classes` is 0.
pub fn student(classes: usize) -> Result<Graph, GraphError> {
    let mut build = Builder::new("mvms_student", Shape::new(1, SAMPLES, LEADS));
    let input = build.input();
    let (map, profile) = branch(&mut build, input);
    let mean = build.mean(map);
    let logits = build.linear("linear", mean, classes);
    build.output(FEATURES, map);
    build.output(PROFILE, profile);
    build.finish(logits)
}

/// The last map of some leads, and its profile.
fn branch(build: &mut Builder, leads: Place) -> (Place, Place) {
    let x = build.conv("stem", leads, Conv::new(STEM, 25).pad(0).no_bias());
    let x = build.batch_norm("stem_norm", x);
    let x = build.activation(Activation::Mish, x);
    let (x, _) = build.within("blocks.0", |build| block(build, x));
    build.within("blocks.1", |build| block(build, x))
}

/// A Res2 block, half as many positions. Its parts do not see one another: the published code takes each block for the
/// first of a stage, and so leaves out Res2Net's sums. Mish stands before the first norm.
fn block(build: &mut Builder, x: Place) -> (Place, Place) {
    let y = build.conv("widen", x, Conv::new(SCALES * SCALE_WIDTH, 1).no_bias());
    let y = build.activation(Activation::Mish, y);
    let y = build.batch_norm("widen_norm", y);
    let mut scales = Vec::new();
    for scale in 0..SCALES {
        let part = build.pick(Axis::Channels, y, scale * SCALE_WIDTH..(scale + 1) * SCALE_WIDTH);
        scales.push(if scale + 1 < SCALES {
            let conv = Conv::new(SCALE_WIDTH, KERNEL).stride(2).no_bias();
            let part = build.conv(&format!("scales.{scale}.conv"), part, conv);
            let part = build.batch_norm(&format!("scales.{scale}.norm"), part);
            build.activation(Activation::Mish, part)
        } else {
            build.pool(part, Pool::new(PoolKind::MeanWithPadding, 3).stride(2).pad(1))
        });
    }
    let y = build.concat(Axis::Channels, &scales);
    let y = build.conv("narrow", y, Conv::new(WIDTH, 1).no_bias());
    let y = build.batch_norm("narrow_norm", y);
    let (y, profile) = build.within("attention", |build| coordinate_attention(build, y));
    let past = build.conv("shortcut", x, Conv::new(WIDTH, 1).stride(2));
    let past = build.batch_norm("shortcut_norm", past);
    let sum = build.sum(y, past);
    (build.activation(Activation::Mish, sum), profile)
}
