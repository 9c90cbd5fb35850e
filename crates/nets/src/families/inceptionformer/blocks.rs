//! Blocks: convolution, convolutional modulation, attention, and attention between convolutions.

use super::attention::{Manner, self_attention};
use super::{FirstNorm, Mixer, Position};
use crate::graph::{Activation, Axis, Builder, Conv, Place};

/// Kernels of the multi-scale depthwise convolution, a quarter of the channels each.
const KERNELS: [usize; 4] = [3, 7, 11, 19];
/// Kernel of depthwise convolutions that tell attention about places.
pub(super) const PLACE_KERNEL: usize = 5;

/// `x + mixer(norm(x))`, then the MLP: 4 d^2 + 18 d weights for d channels with the plain mixer.
pub(super) fn convolution(build: &mut Builder, x: Place, mixer: Mixer, norm: FirstNorm) -> Place {
    let y = first_norm(build, x, norm);
    let y = build.within("mixer", |build| match mixer {
        Mixer::MultiScale => multi_scale(build, y),
        Mixer::SqueezeExcitation => {
            let y = multi_scale(build, y);
            squeeze_excitation(build, y, 16, Activation::Relu)
        }
        Mixer::CoordinateAttention => {
            let y = multi_scale(build, y);
            coordinate_attention(build, y).0
        }
        Mixer::InvertedResidual | Mixer::InvertedResidualWithMlp => inverted_residual(build, y),
    });
    let x = build.sum(x, y);
    if mixer == Mixer::InvertedResidual { x } else { mlp(build, x) }
}

/// As a convolution block, its mixer `linear(depthwise(gelu(linear x)) * linear x)`: the convolution weighs the values
/// (Conv2Former's; the inner form is reconstructed).
pub(super) fn modulation(build: &mut Builder, x: Place, norm: FirstNorm) -> Place {
    let y = first_norm(build, x, norm);
    let width = build.shape(x).channels;
    let y = build.within("mixer", |build| {
        let weight = build.linear("weight", y, width);
        let weight = build.activation(Activation::Gelu, weight);
        let weight = multi_scale(build, weight);
        let value = build.linear("value", y, width);
        let product = build.product(weight, value);
        build.linear("out", product, width)
    });
    let x = build.sum(x, y);
    mlp(build, x)
}

/// `x + attention(norm(x))`, then the MLP: 8 d^2 + 11 d weights for d channels with full attention.
pub(super) fn attention(build: &mut Builder, x: Place, manner: Manner) -> Place {
    let y = attention_alone(build, x, manner);
    let y = mlp(build, y);
    if manner.position != Position::Outside {
        return y;
    }
    let width = build.shape(x).channels;
    let past = build.conv("position", x, Conv::new(width, PLACE_KERNEL).groups(width));
    build.sum(past, y)
}

fn attention_alone(build: &mut Builder, x: Place, manner: Manner) -> Place {
    let y = build.layer_norm("norm1", x);
    let y = build.within("attention", |build| self_attention(build, y, manner));
    build.sum(x, y)
}

/// An attention without MLP between two convolution blocks: few attentions, for they are dear.
pub(super) fn sandwich(build: &mut Builder, x: Place, mixer: Mixer, norm: FirstNorm, manner: Manner) -> Place {
    let x = build.within("before", |build| convolution(build, x, mixer, norm));
    let x = build.within("between", |build| attention_alone(build, x, manner));
    build.within("after", |build| convolution(build, x, mixer, norm))
}

fn first_norm(build: &mut Builder, x: Place, norm: FirstNorm) -> Place {
    match norm {
        FirstNorm::Layer => build.layer_norm("norm1", x),
        FirstNorm::Batch => build.batch_norm("norm1", x),
    }
}

/// `x + linear(gelu(linear(norm(x))))`, twice as wide inside.
pub(super) fn mlp(build: &mut Builder, x: Place) -> Place {
    let width = build.shape(x).channels;
    let y = build.layer_norm("norm2", x);
    let y = build.linear("mlp.linear1", y, 2 * width);
    let y = build.activation(Activation::Gelu, y);
    let y = build.linear("mlp.linear2", y, width);
    build.sum(x, y)
}

/// A depthwise convolution whose channels stand in four groups, each with a kernel of its own (InceptionNeXt's idea).
pub(super) fn multi_scale(build: &mut Builder, x: Place) -> Place {
    let quarter = build.shape(x).channels / KERNELS.len();
    let mut parts = Vec::new();
    for (number, kernel) in KERNELS.into_iter().enumerate() {
        let part = build.pick(Axis::Channels, x, number * quarter..(number + 1) * quarter);
        parts.push(build.conv(&format!("depthwise{kernel}"), part, Conv::new(quarter, kernel).groups(quarter)));
    }
    build.concat(Axis::Channels, &parts)
}

/// Channels weighed by a small network of their means.
pub(in crate::families) fn squeeze_excitation(
    build: &mut Builder,
    x: Place,
    reduction: usize,
    activation: Activation,
) -> Place {
    let mean = build.mean(x);
    excitation(build, x, mean, reduction, activation).0
}

/// Channels weighed by a small network of a mean of them, and the weights.
pub(in crate::families) fn excitation(
    build: &mut Builder,
    x: Place,
    mean: Place,
    reduction: usize,
    activation: Activation,
) -> (Place, Place) {
    let width = build.shape(x).channels;
    let weight = build.linear("squeeze", mean, width / reduction);
    let weight = build.activation(activation, weight);
    let weight = build.linear("excite", weight, width);
    let weight = build.sigmoid(weight);
    (build.product(x, weight), weight)
}

/// Coordinate attention of a map with one axis: its positions and, as one more, their mean go through a narrow layer
/// together; the positions weigh place and channel, the mean weighs channels. Gives also the weights of the positions.
pub(in crate::families) fn coordinate_attention(build: &mut Builder, x: Place) -> (Place, Place) {
    let shape = build.shape(x);
    let narrow = (shape.channels / 16).max(8);
    let mean = build.mean(x);
    let y = build.concat(Axis::Length, &[x, mean]);
    let y = build.conv("squeeze", y, Conv::new(narrow, 1));
    let y = build.batch_norm("norm", y);
    let y = build.activation(Activation::HardSwish, y);
    let places = build.pick(Axis::Length, y, 0..shape.length);
    let places = build.conv("places", places, Conv::new(shape.channels, 1));
    let places = build.sigmoid(places);
    let whole = build.pick(Axis::Length, y, [shape.length]);
    let whole = build.conv("whole", whole, Conv::new(shape.channels, 1));
    let whole = build.sigmoid(whole);
    let x = build.product(x, places);
    (build.product(x, whole), places)
}

/// Widened, convolved depthwise at four scales, narrowed.
fn inverted_residual(build: &mut Builder, x: Place) -> Place {
    let width = build.shape(x).channels;
    let y = build.conv("widen", x, Conv::new(2 * width, 1));
    let y = build.activation(Activation::Gelu, y);
    let y = multi_scale(build, y);
    let y = build.activation(Activation::Gelu, y);
    build.conv("narrow", y, Conv::new(width, 1))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use burn::tensor::{Device, Tensor, TensorData};

    use super::super::{Attention, FirstNorm, Mixer, Position};
    use super::*;
    use crate::Tensors;
    use crate::graph::{Running, Shape, Weight};

    /// The specification's rule for weights: waves over output, input and tap.
    fn wave(weight: &Weight) -> Vec<f32> {
        let one = |o: usize, i: usize, k: usize, count: usize| {
            (1.0 + 0.7 * o as f64 + 1.3 * i as f64 + 2.1 * k as f64).sin() / (count as f64).sqrt()
        };
        let end = weight.name.rsplit('.').next().unwrap();
        let value = |place: usize| match (end, &weight.shape[..]) {
            ("gamma", _) => 1.0 + 0.1 * (place as f64).sin(),
            (_, [_]) => 0.05 * (place as f64).cos(),
            (_, &[from, to]) => one(place % to, place / to, 0, from),
            (_, &[_, from, taps]) => one(place / (from * taps), place / taps % from, place % taps, from * taps),
            _ => unreachable!("blocks have no other weights"),
        };
        (0..weight.size()).map(|place| value(place) as f32).collect()
    }

    /// Six tokens of eight channels.
    fn run(block: impl FnOnce(&mut Builder, Place) -> Place) -> Vec<f32> {
        let mut build = Builder::new("block", Shape::new(1, 6, 8));
        let x = build.input();
        let x = block(&mut build, x);
        let graph = build.finish(x).unwrap();
        let weights: Tensors =
            graph.weights().iter().map(|weight| (weight.name.clone(), (weight.shape.clone(), wave(weight)))).collect();
        let device = Device::flex();
        let network = Running::load(Arc::new(graph), &weights, &device).unwrap();
        let tokens: Vec<f32> = (0..48).map(|number| f64::from(number).sin() as f32).collect();
        let x = Tensor::<3>::from_data(TensorData::new(tokens, [1, 6, 8]), &device).swap_dims(1, 2);
        network.logits(x).into_data().try_into_vec_as::<f32>().unwrap()
    }

    #[track_caller]
    fn assert_tokens(found: &[f32], first: [f32; 8], last: [f32; 8], sum: f32) {
        for (found, expected) in found[..8].iter().chain(&found[40..]).zip(first.iter().chain(&last)) {
            assert!((found - expected).abs() < 3e-6, "found {found}, expected {expected}");
        }
        assert!((found.iter().sum::<f32>() - sum).abs() < 2e-5);
    }

    #[test]
    fn a_convolution_block_gives_the_specified_tokens() {
        assert_tokens(
            &run(|build, x| convolution(build, x, Mixer::MultiScale, FirstNorm::Layer)),
            [0.334344, 1.165594, 2.554482, 0.871533, -1.918163, -2.232605, -1.422121, 0.540473],
            [1.880590, 1.587460, -1.397948, -1.515700, -1.027748, -0.658984, 0.301480, -0.542505],
            0.955563,
        );
    }

    #[test]
    fn an_attention_block_gives_the_specified_tokens() {
        let manner = Manner { attention: Attention::Full, heads: 2, position: Position::None, moved: false };
        assert_tokens(
            &run(|build, x| attention(build, x, manner)),
            [0.855803, 1.010981, 0.288527, -0.959285, -1.774845, -1.386450, 0.071909, 1.578809],
            [1.157229, 0.138265, -0.898757, -1.082800, -0.339594, 0.584733, 0.839189, 0.250866],
            1.217547,
        );
    }
}
