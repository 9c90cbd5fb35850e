//! DB-ECGNet: a branch of waveforms feeds a branch of rhythm.

use serde::{Deserialize, Serialize};

use super::attention::{attend, parts};
use super::blocks::mlp;
use super::sparse::look;
use super::{ATTENTION, FEATURES, LEADS, SAMPLES};
use crate::Tensors;
use crate::graph::{
    Activation, Axis, BatchNormRule, Builder, Conv, Graph, GraphError, Place, ReduceKind, Shape, Start,
};

/// The output that holds how much each token of rhythm, the class token first, looks at each position of waveforms in
/// the last block: a row a head.
pub const LOOK: &str = "look";

/// How the waveform branch holds its convolutions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Depthwise {
    /// As trained: kernels of 9, 3, 5 and 7 whose results are added, a batch norm behind each convolution.
    Branches,
    /// As applied: one kernel of 9 in place of four, batch norms taken into the convolutions before them.
    Fused,
}

/// DB-ECGNet (repository hhhey-lw/db_ecgnet): waveforms at every second sample by inverted residual blocks, rhythm by a
/// vision transformer on patches of `patch` samples (the author's: 100, 50, 20, 10) and a class token, which looks at
/// the waveforms in every block. 72, 144, 288 channels, 2, 4, 8 heads, 2, 3, 4 blocks. The head reads the class token.
///
/// [`ATTENTION`] holds the last block's weights among rhythm tokens, [`FEATURES`] the last map of waveforms.
///
/// # Errors
/// `classes` or `patch` is 0 or `patch` is longer than the record.
pub fn db_ecgnet(patch: usize, depthwise: Depthwise, classes: usize) -> Result<Graph, GraphError> {
    const STAGES: [(usize, usize, usize); 3] = [(72, 2, 2), (144, 4, 3), (288, 8, 4)];
    if patch == 0 || patch > SAMPLES {
        let problem = format!("expected patches of 1 to {SAMPLES} samples, found {patch}");
        return Err(GraphError { node: "patches".to_owned(), problem });
    }
    let mut build = Builder::new("db_ecgnet", Shape::new(1, SAMPLES, LEADS));
    let leads = build.input();
    let width = STAGES[0].0;
    let mut tokens = build.within("tokens", |build| rhythm_tokens(build, leads, patch, width));
    let mut map = convolution(&mut build, "stem", leads, Conv::new(width, 3).stride(2), depthwise, true);
    for (stage, (width, heads, blocks)) in STAGES.into_iter().enumerate() {
        if stage > 0 {
            map = build.conv(&format!("downs.{}", stage - 1), map, Conv::new(width, 3).stride(2));
            tokens = build.linear(&format!("widenings.{}", stage - 1), tokens, width);
        }
        for number in 0..blocks {
            (map, tokens) = build.within(format!("stages.{stage}.{number}"), |build| {
                let map = build.within("waveform", |build| waveform(build, map, depthwise));
                let (seen, weights) = build.within("look", |build| look(build, tokens, map, heads));
                build.output(LOOK, weights);
                let tokens = build.sum(tokens, seen);
                (map, build.within("rhythm", |build| rhythm(build, tokens, heads)))
            });
        }
    }
    build.output(FEATURES, map);
    let token = build.pick(Axis::Length, tokens, [0]);
    let logits = build.linear("head", token, classes);
    build.finish(logits)
}

/// Weights of the network as trained, turned into those of [`Depthwise::Fused`], which gives the same logits.
pub fn fuse(trained: &Tensors) -> Tensors {
    let mut fused = trained.clone();
    for name in trained.keys() {
        let Some(path) = name.strip_suffix(".norm.running_var") else { continue };
        // Smaller kernels lie in the middle of the largest.
        let kernels = [3, 5, 7].map(|kernel| fused.remove(&format!("{path}.conv{kernel}.weight")));
        let conv = if kernels[0].is_some() { format!("{path}.conv9") } else { format!("{path}.conv") };
        let [scale, shift, mean, variance] =
            ["gamma", "beta", "running_mean", "running_var"].map(|part| fused.remove(&format!("{path}.norm.{part}")));
        let (Some((_, scale)), Some((_, shift)), Some((_, mean)), Some((_, variance))) = (scale, shift, mean, variance)
        else {
            continue;
        };
        let channels = variance.len();
        let bias = fused.remove(&format!("{conv}.bias")).map_or_else(|| vec![0.0; channels], |(_, bias)| bias);
        let Some((shape, weight)) = fused.get_mut(&format!("{conv}.weight")) else { continue };
        let outer = shape.last().copied().unwrap_or(1);
        for (shape, kernel) in kernels.iter().flatten() {
            let inner = shape.last().copied().unwrap_or(1);
            for (wide, narrow) in weight.chunks_mut(outer).zip(kernel.chunks(inner)) {
                let middle = &mut wide[(outer - inner) / 2..][..inner];
                middle.iter_mut().zip(narrow).for_each(|(sum, tap)| *sum += tap);
            }
        }
        let mut biases = Vec::with_capacity(channels);
        let taps = weight.len() / channels;
        for (channel, taps) in weight.chunks_mut(taps).enumerate() {
            let epsilon = BatchNormRule::Torch.epsilon();
            let factor = f64::from(scale[channel]) / (f64::from(variance[channel]) + epsilon).sqrt();
            for tap in taps.iter_mut() {
                *tap = (f64::from(*tap) * factor) as f32;
            }
            let centred = f64::from(bias[channel]) - f64::from(mean[channel]);
            biases.push((f64::from(shift[channel]) + centred * factor) as f32);
        }
        fused.insert(format!("{conv}.bias"), (vec![channels], biases));
    }
    fused
}

/// The class token and a token a patch, with learned places; one norm for all.
fn rhythm_tokens(build: &mut Builder, leads: Place, patch: usize, width: usize) -> Place {
    let patches = build.conv("patches", leads, Conv::new(width, patch).stride(patch).pad(0));
    let places = build.table("places", build.shape(patches), Start::Constant(0.0));
    let patches = build.sum(patches, places);
    let token = build.table("class_token", Shape::new(1, 1, width), Start::Constant(0.0));
    let tokens = build.concat(Axis::Length, &[token, patches]);
    build.layer_norm("norm", tokens)
}

/// A convolution with its batch norm, or one that has taken it in. The stem's has a bias besides.
fn convolution(
    build: &mut Builder,
    name: &str,
    x: Place,
    conv: Conv,
    depthwise: Depthwise,
    bias_besides: bool,
) -> Place {
    let conv = if depthwise == Depthwise::Fused || bias_besides { conv } else { conv.no_bias() };
    let x = build.conv(&format!("{name}.conv"), x, conv);
    if depthwise == Depthwise::Fused { x } else { build.batch_norm(&format!("{name}.norm"), x) }
}

/// `x + narrow(depthwise(widen(norm(x))))`.
fn waveform(build: &mut Builder, x: Place, depthwise: Depthwise) -> Place {
    let width = build.shape(x).channels;
    let y = build.within("norm", |build| norm_along_time(build, x));
    let y = convolution(build, "widen", y, Conv::new(2 * width, 1), depthwise, false);
    let y = build.activation(Activation::Gelu, y);
    let single = |kernel| Conv::new(2 * width, kernel).groups(2 * width);
    let y = match depthwise {
        Depthwise::Fused => build.conv("depthwise.conv9", y, single(9)),
        Depthwise::Branches => {
            let [first, rest @ ..] =
                [9, 3, 5, 7].map(|kernel| build.conv(&format!("depthwise.conv{kernel}"), y, single(kernel).no_bias()));
            let sum = rest.into_iter().fold(first, |sum, other| build.sum(sum, other));
            build.batch_norm("depthwise.norm", sum)
        }
    };
    let y = build.activation(Activation::Gelu, y);
    let y = convolution(build, "narrow", y, Conv::new(width, 1), depthwise, false);
    build.sum(x, y)
}

/// Each channel brought to mean 0 and deviation 1 along time, scaled and shifted by learned numbers. The original calls
/// it a layer norm; it is written for images and here takes the mean over time, not over channels.
fn norm_along_time(build: &mut Builder, x: Place) -> Place {
    let one = Shape::new(1, 1, build.shape(x).channels);
    let mean = build.mean(x);
    let opposite = build.affine(mean, -1.0, 0.0);
    let centred = build.sum(x, opposite);
    let squares = build.activation(Activation::Square, centred);
    let variance = build.reduce(ReduceKind::Mean, Axis::Length, squares);
    let variance = build.affine(variance, 1.0, 1e-6);
    let inverse = build.activation(Activation::InverseRoot(1e-12), variance);
    let normal = build.product(centred, inverse);
    let scale = build.table("scale", one, Start::Constant(1.0));
    let shift = build.table("shift", one, Start::Constant(0.0));
    let scaled = build.product(normal, scale);
    build.sum(scaled, shift)
}

fn rhythm(build: &mut Builder, x: Place, heads: usize) -> Place {
    let width = build.shape(x).channels;
    let y = build.layer_norm("norm1", x);
    let y = build.within("attention", |build| {
        let projected = build.linear("qkv", y, 3 * width);
        let projected = parts(build, projected);
        let (mixed, weights) = attend(build, projected, heads, None);
        build.output(ATTENTION, weights);
        build.linear("out", mixed, width)
    });
    let x = build.sum(x, y);
    mlp(build, x)
}
