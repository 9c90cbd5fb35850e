//! SE-ECGNet: two-dimensional convolutions over a picture of the leads, then one-dimensional ones, at three scales.
//!
//! Published with the authors' code (Amadeuszhao/SE-ECGNet) for 8 leads of 10 s at 500 Hz; [`Form::TWELVE_LEADS`], with
//! fewer channels for 12 leads at 100 Hz, is ours. The code's optional age and sex are left out.

use super::inceptionformer::blocks::excitation;
use crate::graph::{Activation, Axis, Builder, Conv, Graph, GraphError, Place, ReduceKind, Shape};

/// Where it is published.
pub const SOURCE: &str = "Zhang, Zhao, Liu, SE-ECGNet: A Multi-scale Deep Residual Network with Squeeze-and-Excitation \
                          Module for ECG Signal Classification, BIBM 2020, arXiv 2012.05510";

/// The outputs that hold each branch's last map before pooling (kernels of 3, 5 and 7 samples): one row.
pub const FEATURES: [&str; 3] = ["features 3", "features 5", "features 7"];
/// The outputs that hold how each branch's last block weighs its channels, between 0 and 1.
pub const SQUEEZE: [&str; 3] = ["squeeze 3", "squeeze 5", "squeeze 7"];

/// Kernels of the branches.
const KERNELS: [usize; 3] = [3, 5, 7];
/// Filters of the two-dimensional part.
const FILTERS: usize = 32;
/// What a squeeze divides the channels by.
const REDUCTION: usize = 16;

/// What the network is given, and how wide it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Form {
    /// Leads.
    pub leads: usize,
    /// Samples.
    pub samples: usize,
    /// Channels of the one-dimensional part. None: as published, each filter of each lead is one (filter after filter,
    /// leads inside); else a convolution of one tap makes so many of them.
    pub width: Option<usize>,
}

impl Form {
    /// Leads I, II, V1 to V6; 10 s at 500 Hz.
    pub const PUBLISHED: Self = Self { leads: 8, samples: 5000, width: None };
    /// All leads, 10 s at 100 Hz (ours).
    pub const TWELVE_LEADS: Self = Self { leads: 12, samples: 1000, width: Some(96) };
}

/// The network. Gives [`FEATURES`] and [`SQUEEZE`].
///
/// # Errors
/// `classes` or the leads are 0, or there are fewer than 50 samples.
pub fn se_ecgnet(form: Form, classes: usize) -> Result<Graph, GraphError> {
    let mut build = Builder::new("se_ecgnet", Shape::new(1, form.samples, form.leads));
    let x = build.input();
    let picture = build.rearrange(x, "1 time lead -> lead time 1", &[]);
    let x = build.conv("stem", picture, Conv::new(FILTERS, 50).stride(2).pad(0).no_bias());
    let mut x = build.norm_relu("stem_norm", x);
    for number in 0..3 {
        x = build.within("first", |build| halving(build, x, number));
    }
    let mut pooled = Vec::new();
    for (number, kernel) in KERNELS.into_iter().enumerate() {
        let (map, weights) = build.within(format!("branches.{number}"), |build| branch(build, x, kernel, form.width));
        build.output(FEATURES[number], map);
        build.output(SQUEEZE[number], weights);
        pooled.push(build.mean(map));
    }
    let pooled = build.concat(Axis::Channels, &pooled);
    let logits = build.linear("linear", pooled, classes);
    build.finish(logits)
}

/// The last map of a branch, and how its channels were weighed.
fn branch(build: &mut Builder, mut x: Place, kernel: usize, width: Option<usize>) -> (Place, Place) {
    for number in 0..4 {
        x = build.within(format!("leads.{number}"), |build| {
            let y = three(build, x, 1, kernel);
            let (y, _) = squeezed(build, y);
            let sum = build.sum(y, x);
            build.relu(sum)
        });
    }
    let mut x = build.rearrange(x, "lead time filter -> 1 time (filter lead)", &[]);
    if let Some(width) = width {
        x = build.conv("narrow", x, Conv::new(width, 1).no_bias());
    }
    let mut weights = x;
    for number in 0..4 {
        (x, weights) = build.within("time", |build| long(build, x, kernel, number));
    }
    (x, weights)
}

/// Half as many positions, each lead by itself.
fn halving(build: &mut Builder, x: Place, number: usize) -> Place {
    let y = build.within(number.to_string(), |build| {
        let y = build.norm_relu("norm1", x);
        let y = build.conv("conv1", y, Conv::new(FILTERS, 15).stride(2).no_bias());
        squeezed(build, y).0
    });
    let past = shortcut(build, x);
    let sum = build.sum(y, past);
    build.relu(sum)
}

/// Half as many positions, then three convolutions more.
fn long(build: &mut Builder, x: Place, kernel: usize, number: usize) -> (Place, Place) {
    let width = build.shape(x).channels;
    let name = number.to_string();
    let y = build.within(name.clone(), |build| {
        let y = build.norm_relu("norm1", x);
        let y = build.conv("conv1", y, Conv::new(width, kernel).stride(2).no_bias());
        build.within("squeeze1", |build| squeezed(build, y).0)
    });
    let past = shortcut(build, x);
    let x = build.sum(y, past);
    build.within(name, |build| {
        let y = three(build, x, 4, kernel);
        let (y, weights) = build.within("squeeze2", |build| squeezed(build, y));
        let sum = build.sum(y, x);
        (build.relu(sum), weights)
    })
}

/// Three times batch norm, ReLU, dropout, conv; numbered from `first`. The network's first convolutions of all are not
/// preceded by dropout.
fn three(build: &mut Builder, mut x: Place, first: usize, kernel: usize) -> Place {
    let width = build.shape(x).channels;
    for number in first..first + 3 {
        x = build.norm_relu(&format!("norm{number}"), x);
        if number > 1 {
            x = build.dropout(x, 0.2);
        }
        x = build.conv(&format!("conv{number}"), x, Conv::new(width, kernel).no_bias());
    }
    x
}

/// What goes past where positions are halved: the same weights for all blocks of a stage, as in the authors' code.
fn shortcut(build: &mut Builder, x: Place) -> Place {
    let width = build.shape(x).channels;
    build.again(|build| {
        let past = build.norm_relu("shortcut_norm", x);
        build.conv("shortcut", past, Conv::new(width, 1).stride(2))
    })
}

/// Channels weighed by a small network of their means over all leads and positions.
fn squeezed(build: &mut Builder, x: Place) -> (Place, Place) {
    let mean = build.mean(x);
    let mean = build.reduce(ReduceKind::Mean, Axis::Rows, mean);
    excitation(build, x, mean, REDUCTION, Activation::Relu)
}
