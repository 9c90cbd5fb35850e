//! MVKT-ECG: xresnets of all leads (teacher) and of one lead (student) for knowledge transfer.
//!
//! Everything is published, with the authors' code (QINYZz/MVKT-ECG), whose widths these are; nothing here is
//! reconstructed but the length, 10 s at 100 Hz, which the code leaves open. The student's lead is I. The teacher's
//! knowledge comes over by a loss on the labels' logits and a contrastive one on [`PROJECTION`].

use serde::{Deserialize, Serialize};

use super::benchmark::{XresnetBlock, conv_norm, xresnet_block};
use crate::graph::{
    Activation, Axis, Builder, Conv, Drawing, Graph, GraphError, Place, Pool, PoolKind, ReduceKind, Shape,
};

/// Where it is published.
pub const SOURCE: &str = "Qin, Sun, Chen, Zhang, Yang, Fei, Wang, MVKT-ECG: Efficient single-lead ECG classification for \
                          multi-label arrhythmia by multi-view knowledge transferring, Computers in Biology and \
                          Medicine 168 (2023) 107503, arXiv 2301.12178";

/// Samples: 10 s at 100 Hz.
pub const SAMPLES: usize = 1000;
/// Numbers of a projection.
pub const PROJECTED: usize = 128;

/// The outputs that hold the four stages' maps.
pub const STAGES: [&str; 4] = ["stage 0", "stage 1", "stage 2", "stage 3"];
/// The output that holds what the last layer reads: means of the last map's channels, then their maxima.
pub const EMBEDDING: &str = "embedding";
/// The output that holds the embedding's projection for the contrastive loss: 128 channels, a vector of length 1.
pub const PROJECTION: &str = "projection";

/// Layers of the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Depth {
    /// 18, in blocks of two.
    Eighteen,
    /// 34, in blocks of two.
    ThirtyFour,
    /// 101, in blocks of three.
    HundredAndOne,
}

/// What the network is given, and whether it is trained by contrast.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Form {
    /// Layers.
    pub depth: Depth,
    /// Leads: 12 for a teacher, 1 for a student.
    pub leads: usize,
    /// Whether a [`PROJECTION`] is made: for training only.
    pub projects: bool,
}

/// The network. Gives [`STAGES`], [`EMBEDDING`] and, where it projects, [`PROJECTION`].
///
/// # Errors
/// `classes` or the leads are 0.
pub fn mvkt(form: Form, classes: usize) -> Result<Graph, GraphError> {
    let (expansion, blocks) = match form.depth {
        Depth::Eighteen => (1, [2, 2, 2, 2]),
        Depth::ThirtyFour => (1, [3, 4, 6, 3]),
        Depth::HundredAndOne => (4, [3, 4, 23, 3]),
    };
    let mut build = Builder::new("mvkt", Shape::new(1, SAMPLES, form.leads));
    // He's rule; the code takes the outputs' number where ours takes the inputs'.
    build.drawing = Drawing::KaimingNormal;
    let mut x = build.input();
    for (number, (to, stride)) in [(32, 2), (64, 1), (64, 1)].into_iter().enumerate() {
        x = build.within(format!("stem.{number}"), |build| {
            conv_norm(build, "conv", "norm", x, Conv::new(to, 3).stride(stride))
        });
        x = build.relu(x);
    }
    x = build.pool(x, Pool::new(PoolKind::Max, 3).stride(2).pad(1));
    for (stage, count) in blocks.into_iter().enumerate() {
        for number in 0..count {
            let stride = if stage > 0 && number == 0 { 2 } else { 1 };
            let block = XresnetBlock { width: 64 << stage, kernel: 3, expansion, stride };
            x = build.within(format!("stages.{stage}.{number}"), |build| xresnet_block(build, x, block));
        }
        build.output(STAGES[stage], x);
    }
    let (mean, largest) = (build.mean(x), build.max(x));
    let embedding = build.concat(Axis::Channels, &[mean, largest]);
    build.output(EMBEDDING, embedding);
    build.drawing = Drawing::Torch;
    let logits = build.linear("linear", embedding, classes);
    if form.projects {
        let projected = build.linear("projection", embedding, PROJECTED);
        let projected = unit(&mut build, projected);
        build.output(PROJECTION, projected);
    }
    build.finish(logits)
}

/// A vector brought to length 1.
fn unit(build: &mut Builder, x: Place) -> Place {
    let squares = build.activation(Activation::Square, x);
    let length = build.reduce(ReduceKind::Sum, Axis::Channels, squares);
    let inverse = build.activation(Activation::InverseRoot(1e-24), length);
    build.product(x, inverse)
}
