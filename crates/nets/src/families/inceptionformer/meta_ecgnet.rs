//! MetaECGNet: three steps a block, local, global, channels.

use super::attention::{Near, dual};
use super::blocks::{mlp, multi_scale, squeeze_excitation};
use super::{LEADS, SAMPLES, mean_head};
use crate::graph::{Activation, Builder, Conv, Graph, GraphError, Place, Shape};

/// MetaECGNet (repository hhhey-lw/db_ecgnet): the author's later network in EfficientViT's manner, what became of
/// "SandwichProNet" of his notes. 144, 216, 288 channels at 500, 250, 125 positions in 2, 3, 4 blocks.
///
/// # Errors
/// `classes` is 0.
pub fn meta_ecgnet(classes: usize) -> Result<Graph, GraphError> {
    // Channels, blocks, tokens between those that the near heads see together and tokens that the far heads average.
    const STAGES: [(usize, usize, usize); 3] = [(144, 2, 5), (216, 3, 5), (288, 4, 1)];
    let mut build = Builder::new("meta_ecgnet", Shape::new(1, SAMPLES, LEADS));
    let x = build.input();
    let x = build.conv("stem.conv", x, Conv::new(STAGES[0].0, 3).stride(2));
    let mut x = build.batch_norm("stem.norm", x);
    for (stage, (width, blocks, step)) in STAGES.into_iter().enumerate() {
        if stage > 0 {
            x = build.conv(&format!("downs.{}", stage - 1), x, Conv::new(width, 3).stride(2));
        }
        for number in 0..blocks {
            x = build.within(format!("stages.{stage}.{number}"), |build| block(build, x, step));
        }
    }
    let logits = mean_head(&mut build, x, classes);
    build.finish(logits)
}

fn block(build: &mut Builder, x: Place, step: usize) -> Place {
    const HEADS_EACH: usize = 2;
    let width = build.shape(x).channels;
    let y = build.batch_norm("norm0", x);
    let y = build.within("local", |build| local(build, y));
    let x = build.sum(x, y);
    let y = build.layer_norm("norm1", x);
    let y = build.within("global", |build| {
        let y = dual(build, y, HEADS_EACH, Near::Grid(step), step);
        build.linear("out", y, width)
    });
    let x = build.sum(x, y);
    mlp(build, x)
}

/// Widened, convolved depthwise at four scales, channels weighed, narrowed, with a batch norm behind each convolution.
fn local(build: &mut Builder, x: Place) -> Place {
    let width = build.shape(x).channels;
    let y = build.conv("widen", x, Conv::new(2 * width, 1));
    let y = build.batch_norm("norm1", y);
    let y = build.activation(Activation::Gelu, y);
    let y = multi_scale(build, y);
    let y = build.batch_norm("norm2", y);
    let y = build.activation(Activation::Gelu, y);
    let y = squeeze_excitation(build, y, 4, Activation::Gelu);
    let y = build.conv("narrow", y, Conv::new(width, 1));
    build.batch_norm("norm3", y)
}
