//! The networks of PTB-XL's benchmark, plain and with decoupled labels.
//!
//! Strodthoff et al., "Deep Learning for ECG Analysis: Benchmarks and Insights from PTB-XL", IEEE JBHI 2021 (arXiv
//! 2004.13701) with the code that it names; Zhang et al., "Label decoupling strategy for 12-lead ECG classification",
//! Knowledge-Based Systems 263 (2023) 110298. All take 2.5 s of 12 leads at 100 Hz.

use serde::{Deserialize, Serialize};

use crate::graph::{
    Activation, Axis, Builder, Conv, Drawing, Graph, GraphError, Place, Pool, PoolKind, Recurrent, ReduceKind, Shape,
};

/// Leads.
pub const LEADS: usize = 12;
/// Samples: 2.5 s at 100 Hz.
pub const SAMPLES: usize = 250;
/// Width between the two linear layers of the head (the benchmark's `lin_ftrs`).
pub const HIDDEN: usize = 128;
/// Numbers of a label's own space.
pub const SPACE: usize = 8;

/// The output that holds the labels' own spaces: a row a label, 8 channels of length 1.
pub const EMBEDDINGS: &str = "embeddings";
/// The output that holds the last map before pooling.
pub const FEATURES: &str = "features";
/// The output that holds how far each label trusts the shared branch.
pub const MERGENCE: &str = "mergence";

/// What the benchmark draws after building; LSTMs keep PyTorch's.
const DRAWING: Drawing = Drawing::KaimingNormal;

/// What makes features of the leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Backbone {
    /// Three convolutions (Wang et al. 2017).
    FcnWang,
    /// Three residual blocks (Wang et al. 2017).
    Resnet1dWang,
    /// Residual network with a stem of three convolutions, two layers a block, 18 in all.
    Xresnet1d18,
    /// The same with 34.
    Xresnet1d34,
    /// With three layers a block, 50 in all.
    Xresnet1d50,
    /// The same with 101.
    Xresnet1d101,
    /// Inception modules with wide kernels.
    Inception1d,
    /// Two LSTM layers.
    Lstm,
    /// Two LSTM layers in both directions.
    LstmBidir,
    /// A wide residual network whose widening is switched off.
    Wrn1d22,
}

impl Backbone {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::FcnWang,
        Self::Resnet1dWang,
        Self::Xresnet1d18,
        Self::Xresnet1d34,
        Self::Xresnet1d50,
        Self::Xresnet1d101,
        Self::Inception1d,
        Self::Lstm,
        Self::LstmBidir,
        Self::Wrn1d22,
    ];

    /// The benchmark's name for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::FcnWang => "fcn_wang",
            Self::Resnet1dWang => "resnet1d_wang",
            Self::Xresnet1d18 => "xresnet1d18",
            Self::Xresnet1d34 => "xresnet1d34",
            Self::Xresnet1d50 => "xresnet1d50",
            Self::Xresnet1d101 => "xresnet1d101",
            Self::Inception1d => "inception1d",
            Self::Lstm => "lstm",
            Self::LstmBidir => "lstm_bidir",
            Self::Wrn1d22 => "wrn1d_22",
        }
    }

    /// True for the networks that pool a map of positions, and so can tell where a label's evidence stands.
    pub const fn has_map(self) -> bool {
        !matches!(self, Self::Lstm | Self::LstmBidir)
    }
}

/// The network with the benchmark's plain head.
///
/// # Errors
/// `classes` is 0.
pub fn plain(backbone: Backbone, classes: usize) -> Result<Graph, GraphError> {
    let mut build = start(backbone);
    let x = build.input();
    let logits = classified(&mut build, backbone, x, classes);
    build.finish(logits)
}

/// Logits of any number of leads or rows of any length, one a channel, by the benchmark's network and plain head.
pub(super) fn classified(build: &mut Builder, backbone: Backbone, x: Place, classes: usize) -> Place {
    build.drawing = DRAWING;
    let pooled = pooled_features(build, backbone, x);
    build.within("head", |build| head(build, pooled, classes))
}

/// The network with decoupled labels: the benchmark's head shared by all labels, a small network of each label's own, and
/// a learned weight between the two.
///
/// # Errors
/// `classes` is 0.
pub fn decoupled(backbone: Backbone, classes: usize) -> Result<Graph, GraphError> {
    let mut build = start(backbone);
    let x = build.input();
    let pooled = pooled_features(&mut build, backbone, x);
    let (own, embeddings) = build.within("branches", |build| branches(build, pooled, classes));
    let shared = build.within("head", |build| head(build, pooled, classes));
    // sigmoid(A 1 + b): no input enters.
    let ones = build.constant(Shape::new(1, 1, classes), vec![1.0; classes]);
    let weight = build.linear("mergence", ones, classes);
    let weight = build.sigmoid(weight);
    let opposite = build.affine(own, -1.0, 0.0);
    let difference = build.sum(shared, opposite);
    let share = build.product(difference, weight);
    let logits = build.sum(own, share);
    build.output(EMBEDDINGS, embeddings);
    build.output(MERGENCE, weight);
    build.finish(logits)
}

fn start(backbone: Backbone) -> Builder {
    let mut build = Builder::new(backbone.name(), Shape::new(1, SAMPLES, LEADS));
    build.drawing = DRAWING;
    build
}

/// Leads to one vector.
fn pooled_features(build: &mut Builder, backbone: Backbone, x: Place) -> Place {
    let map = build.within("backbone", |build| match backbone {
        Backbone::FcnWang => fcn_wang(build, x),
        Backbone::Resnet1dWang => resnet1d_wang(build, x),
        Backbone::Xresnet1d18 => xresnet1d(build, x, 1, [2, 2, 2, 2], 5),
        Backbone::Xresnet1d34 => xresnet1d(build, x, 1, [3, 4, 6, 3], 5),
        Backbone::Xresnet1d50 => xresnet1d(build, x, 4, [3, 4, 6, 3], 5),
        Backbone::Xresnet1d101 => xresnet1d(build, x, 4, [3, 4, 23, 3], 5),
        Backbone::Inception1d => inception1d(build, x),
        Backbone::Lstm => lstm(build, x, &Recurrent::lstm(256)),
        Backbone::LstmBidir => lstm(build, x, &Recurrent::lstm(256).both_ways()),
        Backbone::Wrn1d22 => wrn1d_22(build, x),
    });
    let (largest, mean) = (build.max(map), build.mean(map));
    if backbone.has_map() {
        build.output(FEATURES, map);
        return build.concat(Axis::Channels, &[largest, mean]);
    }
    let steps = build.shape(map).length;
    let last = build.pick(Axis::Length, map, [steps - 1]);
    build.concat(Axis::Channels, &[mean, largest, last])
}

/// Batch norm, dropout 0.25, linear, ReLU, batch norm, dropout 0.5, linear.
fn head(build: &mut Builder, pooled: Place, classes: usize) -> Place {
    let x = build.batch_norm("norm1", pooled);
    let x = build.dropout(x, 0.25);
    let x = build.linear("linear1", x, HIDDEN);
    let x = build.relu(x);
    let x = build.batch_norm("norm2", x);
    let x = build.dropout(x, 0.5);
    build.linear("linear2", x, classes)
}

/// Every label's own network: batch norm, dropout 0.25, linear to eight, batch norm, dropout 0.5, linear to one; no
/// activation between. Gives the logits and the unit vectors of eight.
fn branches(build: &mut Builder, pooled: Place, classes: usize) -> (Place, Place) {
    let features = build.shape(pooled).channels;
    let x = build.pick(Axis::Channels, pooled, (0..classes * features).map(|place| place % features));
    let x = build.batch_norm("norm1", x);
    let x = build.dropout(x, 0.25);
    let x = build.rearrange(x, "1 1 (label feature) -> label 1 feature", &[("label", classes)]);
    let embeddings = build.row_linear("space", x, SPACE);
    let x = build.rearrange(embeddings, "label 1 space -> 1 1 (label space)", &[]);
    let x = build.batch_norm("norm2", x);
    let x = build.dropout(x, 0.5);
    let x = build.rearrange(x, "1 1 (label space) -> label 1 space", &[("label", classes)]);
    let x = build.row_linear("score", x, 1);
    let logits = build.rearrange(x, "label 1 1 -> 1 1 label", &[]);
    let squares = build.activation(Activation::Square, embeddings);
    let length = build.reduce(ReduceKind::Sum, Axis::Channels, squares);
    let inverse = build.activation(Activation::InverseRoot(1e-24), length);
    (logits, build.product(embeddings, inverse))
}

pub(super) fn conv_norm(build: &mut Builder, conv_name: &str, norm_name: &str, x: Place, conv: Conv) -> Place {
    let x = build.conv(conv_name, x, conv.no_bias());
    build.batch_norm(norm_name, x)
}

fn fcn_wang(build: &mut Builder, mut x: Place) -> Place {
    // Kernel 8 with padding 3 takes one position away.
    for (number, conv) in [Conv::new(128, 8).pad(3), Conv::new(256, 5), Conv::new(128, 3)].into_iter().enumerate() {
        x = build.within(format!("layers.{number}"), |build| conv_norm(build, "conv", "norm", x, conv));
        x = build.relu(x);
    }
    x
}

fn resnet1d_wang(build: &mut Builder, x: Place) -> Place {
    let x = conv_norm(build, "stem", "stem_norm", x, Conv::new(128, 7));
    let mut x = build.relu(x);
    for (stage, stride) in [1, 2, 2].into_iter().enumerate() {
        x = build.within(format!("stages.{stage}"), |build| {
            let y = conv_norm(build, "conv1", "norm1", x, Conv::new(128, 5).stride(stride));
            let y = build.relu(y);
            let y = conv_norm(build, "conv2", "norm2", y, Conv::new(128, 3));
            let past = match stride {
                1 => x,
                _ => build
                    .within("shortcut", |build| conv_norm(build, "conv", "norm", x, Conv::new(128, 1).stride(stride))),
            };
            let sum = build.sum(y, past);
            build.relu(sum)
        });
    }
    x
}

/// Residual stages of 64 channels inside a block, behind a stem of three convolutions; `kernel` is that of all but the
/// narrow ones.
pub(super) fn xresnet1d(
    build: &mut Builder,
    mut x: Place,
    expansion: usize,
    blocks: [usize; 4],
    kernel: usize,
) -> Place {
    const WIDTH: usize = 64;
    for (number, (to, stride)) in [(32, 2), (32, 1), (64, 1)].into_iter().enumerate() {
        x = build.within(format!("stem.{number}"), |build| {
            conv_norm(build, "conv", "norm", x, Conv::new(to, kernel).stride(stride))
        });
        x = build.relu(x);
    }
    x = build.pool(x, Pool::new(PoolKind::Max, 3).stride(2).pad(1));
    for (stage, count) in blocks.into_iter().enumerate() {
        for number in 0..count {
            let stride = if stage > 0 && number == 0 { 2 } else { 1 };
            let block = XresnetBlock { width: WIDTH, kernel, expansion, stride };
            x = build.within(format!("stages.{stage}.{number}"), |build| xresnet_block(build, x, block));
        }
    }
    x
}

/// Sizes of a block of an xresnet.
#[derive(Clone, Copy, Debug)]
pub(super) struct XresnetBlock {
    /// Channels inside.
    pub width: usize,
    /// Kernel of the wide convolutions.
    pub kernel: usize,
    /// 1 for two wide convolutions; else one between two narrow ones, and so many times as many channels at the end.
    pub expansion: usize,
    /// Step of the first wide convolution.
    pub stride: usize,
}

pub(super) fn xresnet_block(build: &mut Builder, x: Place, block: XresnetBlock) -> Place {
    let XresnetBlock { width, kernel, expansion, stride } = block;
    let wide = Conv::new(width, kernel).stride(stride);
    let mut y = if expansion == 1 {
        conv_norm(build, "conv1", "norm1", x, wide)
    } else {
        let y = conv_norm(build, "conv1", "norm1", x, Conv::new(width, 1));
        let y = build.relu(y);
        conv_norm(build, "conv2", "norm2", y, wide)
    };
    y = build.relu(y);
    y = if expansion == 1 {
        conv_norm(build, "conv2", "norm2", y, Conv::new(width, kernel))
    } else {
        conv_norm(build, "conv3", "norm3", y, Conv::new(width * expansion, 1))
    };
    let mut past = x;
    if stride > 1 {
        past = build.pool(past, Pool::new(PoolKind::Mean, 2).ceil());
    }
    if build.shape(past).channels != width * expansion {
        past =
            build.within("shortcut", |build| conv_norm(build, "conv", "norm", past, Conv::new(width * expansion, 1)));
    }
    let sum = build.sum(y, past);
    build.relu(sum)
}

/// Six modules, 128 channels.
pub(super) fn inception1d(build: &mut Builder, input: Place) -> Place {
    const BRANCH: usize = 32;
    let (mut x, mut past) = (input, input);
    let mut shortcuts = Vec::new();
    for module in 0..6 {
        x = build.within(format!("modules.{module}"), |build| {
            let narrow = build.conv("bottleneck", x, Conv::new(BRANCH, 1).no_bias());
            let mut branches = [39, 19, 9]
                .map(|kernel| build.conv(&format!("conv{kernel}"), narrow, Conv::new(BRANCH, kernel).no_bias()))
                .to_vec();
            let pooled = build.pool(x, Pool::new(PoolKind::Max, 3).stride(1).pad(1));
            branches.push(build.conv("pooled", pooled, Conv::new(BRANCH, 1).no_bias()));
            let y = build.concat(Axis::Channels, &branches);
            let y = build.batch_norm("norm", y);
            build.relu(y)
        });
        if module % 3 == 2 {
            let name = format!("shortcuts.{}", shortcuts.len());
            past = build.within(name, |build| conv_norm(build, "conv", "norm", past, Conv::new(4 * BRANCH, 1)));
            let sum = build.sum(x, past);
            x = build.relu(sum);
            past = x;
            shortcuts.push(x);
        }
    }
    x
}

fn lstm(build: &mut Builder, mut x: Place, layer: &Recurrent) -> Place {
    for number in 0..2 {
        x = build.recurrent(&format!("layers.{number}"), x, layer.clone());
    }
    x
}

fn wrn1d_22(build: &mut Builder, x: Place) -> Place {
    const WIDTH: usize = 16;
    let mut x = build.conv("stem", x, Conv::new(WIDTH, 3).no_bias());
    for group in 0..3 {
        for block in 0..3 {
            let stride = if group > 0 && block == 0 { 2 } else { 1 };
            x = build.within(format!("groups.{group}.{block}"), |build| {
                let a = build.batch_norm("norm1", x);
                let a = build.relu(a);
                let y = conv_norm(build, "conv1", "norm2", a, Conv::new(WIDTH, 5).stride(stride));
                let y = build.relu(y);
                let y = build.conv("conv2", y, Conv::new(WIDTH, 5).no_bias());
                let y = build.affine(y, 0.2, 0.0);
                let past = match stride {
                    1 => a,
                    _ => build.conv("shortcut", a, Conv::new(WIDTH, 3).stride(stride).no_bias()),
                };
                build.sum(y, past)
            });
        }
    }
    x
}
