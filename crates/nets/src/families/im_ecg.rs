//! IM-ECG: convolutions over a picture of twelve leads whose last map still has a lead axis.
//!
//! The paper's code is not public; this is LongWei's unofficial version of it (repository hhhey-lw/db_ecgnet), and
//! [`Form::QUARTER`], small enough for a browser, is ours. Input: 10 s of 12 leads at 100 Hz.

use super::inceptionformer::blocks::excitation;
use crate::graph::{Activation, Axis, Builder, Conv, Graph, GraphError, Place, ReduceKind, Shape};

/// Where it is published.
pub const SOURCE: &str = "IM-ECG: An interpretable framework for arrhythmia detection using multi-lead ECG, Expert \
                          Systems with Applications, 2023";

/// Leads.
pub const LEADS: usize = 12;
/// Samples: 10 s at 100 Hz.
pub const SAMPLES: usize = 1000;

/// The output that holds the fused map: a row a lead, 63 positions of 16 samples, a channel a filter. A label's logit
/// is its mean over rows and positions times the label's column of `linear.weight`, plus a bias: so that column times
/// each place's channels is the label's class activation, exactly and without a gradient.
pub const FEATURES: &str = "features";

/// Kernels of the three branches.
const KERNELS: [usize; 3] = [5, 7, 15];
/// Kernel along time before them.
const KERNEL: usize = 15;

/// How wide and deep it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Form {
    /// Channels of the first convolution; the blocks have two, four and eight times as many.
    pub width: usize,
    /// Dual-kernel blocks after the first, in the second block and in each branch.
    pub repeats: [usize; 2],
}

impl Form {
    /// LongWei's.
    pub const FULL: Self = Self { width: 32, repeats: [3, 5] };
    /// A quarter of the channels and fewer blocks (ours).
    pub const QUARTER: Self = Self { width: 8, repeats: [2, 3] };
}

/// The network. Gives [`FEATURES`].
///
/// # Errors
/// `classes` is 0, or the width below 2.
pub fn im_ecg(form: Form, classes: usize) -> Result<Graph, GraphError> {
    let Form { width, repeats } = form;
    let mut build = Builder::new("im_ecg", Shape::new(1, SAMPLES, LEADS));
    let x = build.input();
    let picture = build.rearrange(x, "1 time lead -> lead time 1", &[]);
    let x = build.conv("stem", picture, Conv::new(width, 50).stride(2).pad(24));
    let x = build.norm_relu("stem_norm", x);
    let x = build.within("first", |build| first(build, x, 2 * width));
    let dropout = Dropouts { opening: 0.0, after: 0.5 };
    let x = build.within("second", |build| dual(build, x, 4 * width, KERNEL, repeats[0], dropout));
    let dropout = Dropouts { opening: 0.5, after: 0.0 };
    let mut branches = Vec::new();
    for (number, kernel) in KERNELS.into_iter().enumerate() {
        branches.push(
            build.within(format!("branches.{number}"), |build| dual(build, x, 8 * width, kernel, repeats[1], dropout)),
        );
    }
    let x = build.concat(Axis::Channels, &branches);
    let x = build.conv("fuse", x, Conv::new(3 * 8 * width, 1));
    build.output(FEATURES, x);
    let mean = mean_of_picture(&mut build, x);
    let logits = build.linear("linear", mean, classes);
    build.finish(logits)
}

/// The first block: leads and time at once, then time alone twice.
fn first(build: &mut Builder, x: Place, to: usize) -> Place {
    let past = shortcut(build, "shortcut1", x, to, 2);
    let y = build.within("conv1", |build| convolved(build, x, Conv::over_rows(to, (3, KERNEL)).stride(2), 0.0));
    let y = squeezed(build, "squeeze1", y);
    let x = build.sum(y, past);
    let past = shortcut(build, "shortcut2", x, to, 1);
    let y = build.within("conv2", |build| convolved(build, x, Conv::new(to, KERNEL), 0.0));
    let y = build.within("conv3", |build| convolved(build, y, Conv::new(to, KERNEL), 0.0));
    let y = squeezed(build, "squeeze2", y);
    build.sum(y, past)
}

/// Where a block drops: how likely in its opening pair of convolutions, and in the pairs after. LongWei's code has it in
/// the second block's later pairs, but in the branches' opening ones.
#[derive(Clone, Copy, Debug)]
struct Dropouts {
    opening: f64,
    after: f64,
}

/// A pair of kernels, one over leads and time, one along time; squeeze and excitation behind the sum. Then `repeats`
/// pairs along time, squeeze and excitation before the sum.
fn dual(build: &mut Builder, x: Place, to: usize, kernel: usize, repeats: usize, dropout: Dropouts) -> Place {
    let past = shortcut(build, "shortcut1", x, to, 2);
    let area = Conv::over_rows(to, (3, kernel)).stride(2);
    let y = build.within("pairs.0", |build| pair(build, x, [area, Conv::new(to, kernel)], dropout.opening));
    let sum = build.sum(y, past);
    let x = squeezed(build, "squeeze1", sum);
    let past = shortcut(build, "shortcut2", x, to, 1);
    let mut y = x;
    for number in 1..=repeats {
        let along = [Conv::new(to, kernel), Conv::new(to, kernel)];
        y = build.within(format!("pairs.{number}"), |build| pair(build, y, along, dropout.after));
    }
    let y = squeezed(build, "squeeze2", y);
    build.sum(y, past)
}

/// Two convolutions, dropout before the second.
fn pair(build: &mut Builder, x: Place, [a, b]: [Conv; 2], dropout: f64) -> Place {
    let x = build.within("conv1", |build| convolved(build, x, a, 0.0));
    build.within("conv2", |build| convolved(build, x, b, dropout))
}

/// Batch norm, ReLU, dropout, conv.
fn convolved(build: &mut Builder, x: Place, conv: Conv, dropout: f64) -> Place {
    let x = build.norm_relu("norm", x);
    let x = if dropout > 0.0 { build.dropout(x, dropout) } else { x };
    build.conv("conv", x, conv)
}

fn shortcut(build: &mut Builder, name: &str, x: Place, to: usize, stride: usize) -> Place {
    build.within(name, |build| {
        let past = build.conv("conv", x, Conv::new(to, 1).stride(stride));
        build.batch_norm("norm", past)
    })
}

fn squeezed(build: &mut Builder, name: &str, x: Place) -> Place {
    let mean = mean_of_picture(build, x);
    build.within(name, |build| excitation(build, x, mean, 4, Activation::Relu).0)
}

/// Of leads and positions.
fn mean_of_picture(build: &mut Builder, x: Place) -> Place {
    let mean = build.mean(x);
    build.reduce(ReduceKind::Mean, Axis::Rows, mean)
}
