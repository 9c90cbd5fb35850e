//! Networks that the author later set beside his own (repository hhhey-lw/db_ecgnet, with their sizes), as he adapted
//! them to 10 s of 12 leads at 100 Hz.
//!
//! Three more of them have modules of their own, being systems by themselves: MVMS-net, IM-ECG and ECGNet.

mod ecg_transform;
mod mobile_vit;
mod mobilenet_v3;
mod residual;
mod vision;

pub use ecg_transform::ecg_transform;
pub use mobile_vit::mobile_vit;
pub use mobilenet_v3::mobilenet_v3;
pub use residual::{bi_lstm, inception_time, resnet1d_wang, xresnet1d101};
pub use vision::vision_transformer;

use super::attention::attend;
use super::{ATTENTION, FEATURES, LEADS, SAMPLES, conv_norm, mean_head};
use crate::graph::{Builder, Place, Shape};

fn start(name: &'static str) -> Builder {
    Builder::new(name, Shape::new(1, SAMPLES, LEADS))
}

/// Attention of tokens among themselves; its weights go out under [`ATTENTION`].
fn self_attention(build: &mut Builder, x: Place, heads: usize) -> Place {
    let width = build.shape(x).channels;
    let projected = ["query", "key", "value"].map(|name| build.linear(name, x, width));
    let (mixed, weights) = attend(build, projected, heads, None);
    build.output(ATTENTION, weights);
    build.linear("out", mixed, width)
}
