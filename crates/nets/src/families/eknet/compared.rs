//! The nine networks that EKnet's paper sets beside it, on the page it takes.
//!
//! The paper does not say how they were given the page or with which settings. Ours is that each takes the page's 15
//! rows of 2.5 s at 500 Hz as it would take so many leads, kernels unchanged.

use super::{LEADS, PAGE, SAMPLES, branches, non_local, page};
use crate::families::benchmark::{Backbone, classified};
use crate::families::inceptionformer::resnet34_on;
use crate::graph::{Builder, Graph, GraphError, Shape};

/// One of the nine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Compared {
    /// A network of PTB-XL's benchmark. The paper has six: `fcn_wang`, `resnet1d_wang`, `inception1d`
    /// ("InceptionTime"), `xresnet1d101` ("xresnets101"), `lstm`, `lstm_bidir`.
    Benchmark(Backbone),
    /// "Resnet34": He et al. 2016 along time (which one is meant is reconstructed).
    Resnet34,
    /// "Resnet33+NCBAM": Wang et al., Computer Methods and Programs in Biomedicine 203 (2021) 106006,
    /// doi 10.1016/j.cmpb.2021.106006. Published in reachable form are the 33 convolutions, attention along positions
    /// and along channels by products of all pairs, and that the three kinds are joined by a learned matrix; all else
    /// is reconstructed.
    Resnet33Ncbam,
    /// "MLBF-Net": Zhang et al., "MLBF-Net: A Multi-Lead-Branch Fusion Network for Multi-Class Arrhythmia
    /// Classification Using 12-Lead ECG", IEEE JTEHM 9 (2021), arXiv 2008.07263. Published in reachable form are a
    /// branch a lead, the fusion of their maps, and a loss for every branch and for the whole; layers are reconstructed
    /// from memory.
    MlbfNet,
}

impl Compared {
    /// All nine, in the order of the paper's table.
    pub const ALL: [Self; 9] = [
        Self::Benchmark(Backbone::FcnWang),
        Self::Benchmark(Backbone::Resnet1dWang),
        Self::Benchmark(Backbone::Inception1d),
        Self::Benchmark(Backbone::Xresnet1d101),
        Self::Benchmark(Backbone::Lstm),
        Self::Benchmark(Backbone::LstmBidir),
        Self::Resnet34,
        Self::Resnet33Ncbam,
        Self::MlbfNet,
    ];

    /// The network's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Benchmark(backbone) => backbone.name(),
            Self::Resnet34 => "resnet34",
            Self::Resnet33Ncbam => "resnet33_ncbam",
            Self::MlbfNet => "mlbf_net",
        }
    }
}

/// The network with logits of `classes` (published: 70 and 111). Takes what EKnet takes, 12 leads of 10 s at 500 Hz in
/// mV, and cuts the page out of it; gives [`PAGE`] as 1250 positions with a channel a row.
///
/// # Errors
/// `classes` is 0.
pub fn compared(network: Compared, classes: usize) -> Result<Graph, GraphError> {
    let mut build = Builder::new(network.name(), Shape::new(1, SAMPLES, LEADS));
    let x = page::rows(&mut build);
    build.output(PAGE, x);
    let logits = match network {
        Compared::Benchmark(backbone) => classified(&mut build, backbone, x, classes),
        Compared::Resnet34 => resnet34_on(&mut build, x, classes),
        Compared::Resnet33Ncbam => non_local::classified(&mut build, x, classes),
        Compared::MlbfNet => branches::classified(&mut build, x, classes),
    };
    build.finish(logits)
}
