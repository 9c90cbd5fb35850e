//! Stem and three residual blocks: `[record, 12, sample]` to the last map, and back.

use burn::module::{Param, ParamId};
use burn::nn::BatchNorm;
use burn::nn::conv::Conv1d;
use burn::tensor::{Tensor, TensorData};
use nets::resnet1d_wang::Backbone;
use rayon::prelude::*;

use super::conv::{Conv, MARGIN, Map};
use super::norm::{Norm, Statistics};
use crate::ecgpack::LEADS;
use crate::optimiser::numbers;

/// Gradients of parameters by their identity, in each parameter's own order.
pub type Gradients = Vec<(ParamId, Vec<f32>)>;

/// Burn's batch norm takes this share of the new batch into its running statistics.
const MOMENTUM: f64 = 0.1;

/// A convolution with its batch norm, and what its backward pass needs.
struct Layer {
    conv: Conv,
    weight: ParamId,
    norm: Norm,
    scale: ParamId,
    shift: ParamId,
    /// Before the norm, `[record, channel, position]`.
    y: Vec<f32>,
    length: usize,
    statistics: Statistics,
}

/// One residual block with its maps.
struct Block {
    first: Layer,
    between: Map,
    second: Layer,
    shortcut: Option<Layer>,
    out: Map,
}

/// A forward pass that remembers what the way back needs.
pub struct Pass {
    records: usize,
    input: Map,
    stem: Layer,
    stem_out: Map,
    blocks: Vec<Block>,
}

/// Runs a batch through the backbone in training: batch statistics are used, and taken into the running ones.
pub fn forward(backbone: &Backbone, inputs: &[f32], samples: usize) -> Pass {
    let records = inputs.len() / (LEADS * samples);
    let mut input = Map::zeros(records, LEADS, samples);
    let row = input.row();
    input.values.chunks_exact_mut(row).zip(inputs.chunks_exact(samples)).for_each(|(to, from)| {
        to[MARGIN..MARGIN + samples].copy_from_slice(from);
    });
    let stem = layer(&backbone.stem, &backbone.stem_norm, &input, 1);
    let stem_out = rectified(&stem, None, records);
    let mut blocks: Vec<Block> = Vec::with_capacity(backbone.stages.len());
    for (stage, stride) in backbone.stages.iter().zip(nets::resnet1d_wang::STRIDES) {
        let x = blocks.last().map_or(&stem_out, |block| &block.out);
        let first = layer(&stage.conv1, &stage.norm1, x, stride);
        let between = rectified(&first, None, records);
        let second = layer(&stage.conv2, &stage.norm2, &between, 1);
        let shortcut = stage.shortcut.as_ref().map(|shortcut| layer(&shortcut.conv, &shortcut.norm, x, stride));
        let past = match &shortcut {
            Some(shortcut) => Past::Layer(shortcut),
            None => Past::Map(x),
        };
        let out = rectified(&second, Some(past), records);
        blocks.push(Block { first, between, second, shortcut, out });
    }
    Pass { records, input, stem, stem_out, blocks }
}

fn layer(conv: &Conv1d, norm: &BatchNorm, x: &Map, stride: usize) -> Layer {
    let [to, from, kernel] = conv.weight.dims();
    let weight = conv.weight.id;
    let conv = Conv::new(&host(&conv.weight), (to, from, kernel), stride);
    let own = Norm { gamma: host(&norm.gamma), beta: host(&norm.beta), epsilon: norm.epsilon };
    let y = conv.forward(x);
    let length = conv.length(x.length);
    let statistics = own.statistics(&y, length);
    for (running, batch) in [(&norm.running_mean, &statistics.mean), (&norm.running_var, &statistics.variance)] {
        let old = running.value_sync();
        let new = Tensor::from_data(TensorData::new(batch.clone(), [batch.len()]), &old.device());
        running.update(old.mul_scalar(1.0 - MOMENTUM).add(new.mul_scalar(MOMENTUM)).detach());
    }
    Layer { conv, weight, norm: own, scale: norm.gamma.id, shift: norm.beta.id, y, length, statistics }
}

fn host<const D: usize>(param: &Param<Tensor<D>>) -> Vec<f32> {
    numbers(param.val().inner())
}

/// What goes past a block.
#[derive(Clone, Copy)]
enum Past<'a> {
    Layer(&'a Layer),
    Map(&'a Map),
}

/// The norm's output, plus what goes past, rectified.
fn rectified(layer: &Layer, past: Option<Past<'_>>, records: usize) -> Map {
    let channels = layer.conv.to;
    let length = layer.length;
    let mut map = Map::zeros(records, channels, length);
    let row = map.row();
    map.values.par_chunks_exact_mut(row).zip(layer.y.par_chunks_exact(length)).enumerate().for_each(
        |(number, (to, y))| {
            let to = &mut to[MARGIN..MARGIN + length];
            let (factor, summand) = layer.norm.line(&layer.statistics, number % channels);
            match past {
                None => to.iter_mut().zip(y).for_each(|(to, y)| *to = (y * factor + summand).max(0.0)),
                Some(Past::Map(map)) => {
                    let past = &map.values[number * map.row() + MARGIN..];
                    to.iter_mut().zip(y).zip(past).for_each(|((to, y), past)| {
                        *to = (y * factor + summand + past).max(0.0);
                    });
                }
                Some(Past::Layer(other)) => {
                    let past = &other.y[number * length..(number + 1) * length];
                    let (other_factor, other_summand) = other.norm.line(&other.statistics, number % channels);
                    to.iter_mut().zip(y).zip(past).for_each(|((to, y), past)| {
                        *to = (y * factor + summand + past * other_factor + other_summand).max(0.0);
                    });
                }
            }
        },
    );
    map
}

impl Pass {
    /// The last map `[record, channel, position]` and its shape.
    pub fn features(&self) -> (Vec<f32>, [usize; 3]) {
        let map = self.last();
        let values =
            map.values.chunks_exact(map.row()).flat_map(|row| row[MARGIN..MARGIN + map.length].iter().copied());
        (values.collect(), [self.records, map.channels, map.length])
    }

    fn last(&self) -> &Map {
        self.blocks.last().map_or(&self.stem_out, |block| &block.out)
    }

    /// From the gradient of the last map to those of all parameters of the backbone.
    pub fn backward(&self, mut gradient: Vec<f32>) -> Gradients {
        let mut gradients = Gradients::new();
        for (number, block) in self.blocks.iter().enumerate().rev() {
            let x = if number == 0 { &self.stem_out } else { &self.blocks[number - 1].out };
            let mut input = Map::zeros(self.records, x.channels, x.length);
            mask(&mut gradient, &block.out);
            match &block.shortcut {
                Some(shortcut) => shortcut.backward(gradient.clone(), x, Some(&mut input), &mut gradients),
                None => add_to(&mut input, &gradient),
            }
            let mut between = Map::zeros(self.records, block.between.channels, block.between.length);
            block.second.backward(gradient, &block.between, Some(&mut between), &mut gradients);
            let mut inner = interior(&between);
            mask(&mut inner, &block.between);
            block.first.backward(inner, x, Some(&mut input), &mut gradients);
            gradient = interior(&input);
        }
        mask(&mut gradient, &self.stem_out);
        self.stem.backward(gradient, &self.input, None, &mut gradients);
        gradients
    }
}

impl Layer {
    /// From the gradient of the norm's output.
    fn backward(&self, mut gradient: Vec<f32>, x: &Map, input: Option<&mut Map>, gradients: &mut Gradients) {
        let (scale, shift) = self.norm.backward(&self.y, &self.statistics, &mut gradient, self.length);
        let weight = self.conv.backward(x, &gradient, input);
        gradients.extend([(self.weight, weight), (self.scale, scale), (self.shift, shift)]);
    }
}

/// Where the rectified map is 0 nothing comes back.
fn mask(gradient: &mut [f32], map: &Map) {
    gradient.par_chunks_exact_mut(map.length).zip(map.values.par_chunks_exact(map.row())).for_each(|(to, row)| {
        for (to, value) in to.iter_mut().zip(&row[MARGIN..]) {
            *to = if *value > 0.0 { *to } else { 0.0 };
        }
    });
}

fn add_to(map: &mut Map, gradient: &[f32]) {
    let (row, length) = (map.row(), map.length);
    map.values.par_chunks_exact_mut(row).zip(gradient.par_chunks_exact(length)).for_each(|(row, from)| {
        for (to, from) in row[MARGIN..].iter_mut().zip(from) {
            *to += from;
        }
    });
}

fn interior(map: &Map) -> Vec<f32> {
    map.values.chunks_exact(map.row()).flat_map(|row| row[MARGIN..MARGIN + map.length].iter().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seeds::{Generator, Purpose};
    use burn::tensor::Device;

    /// Numbers between -1 and 1.
    fn drawn(count: usize, place: u64) -> Vec<f32> {
        let mut generator = Generator::new(3, Purpose::Weights, place);
        (0..count).map(|_| generator.below(20_001) as f32 / 10_000.0 - 1.0).collect()
    }

    #[test]
    fn map_gradients_and_running_statistics_are_those_of_burn() {
        let device = Device::flex().autodiff();
        device.seed(5);
        let backbone = Backbone::init(&device);
        let again = Backbone::clone(&backbone);
        let inputs = drawn(3 * LEADS * 61, 1);
        let burns = backbone.forward(Tensor::from_data(TensorData::new(inputs.clone(), [3, LEADS, 61]), &device));
        let means = numbers(again.stages[2].norm2.running_mean.value_sync().inner());

        let pass = forward(&again, &inputs, 61);
        let (features, shape) = pass.features();
        assert_eq!(shape, burns.dims());
        let close = |found: &[f32], expected: &[f32], what: &str| {
            let largest = expected.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
            for (found, expected) in found.iter().zip(expected) {
                assert!((found - expected).abs() <= 2e-4 * largest, "{what}: {found} for {expected}");
            }
            assert_eq!(found.len(), expected.len(), "{what}");
        };
        close(&features, &numbers(burns.clone().inner()), "last map");
        assert!(means.iter().any(|mean| *mean != 0.0), "Burn updates the running mean");

        let weights = drawn(features.len(), 2);
        let direction = Tensor::<3>::from_data(TensorData::new(weights.clone(), shape), &device);
        let burns = (burns * direction).sum().backward();
        let ours = pass.backward(weights);
        assert_eq!(ours.len(), 3 * 9, "stem, three blocks of two, two shortcuts");
        let of = |id: ParamId| ours.iter().find(|(own, _)| *own == id).map(|(_, values)| values.clone()).unwrap();
        let stem = numbers(backbone.stem.weight.val().grad(&burns).unwrap());
        close(&of(backbone.stem.weight.id), &stem, "stem");
        for (number, stage) in backbone.stages.iter().enumerate() {
            for conv in [&stage.conv1, &stage.conv2] {
                close(
                    &of(conv.weight.id),
                    &numbers(conv.weight.val().grad(&burns).unwrap()),
                    &format!("stage {number}"),
                );
            }
            for norm in [&stage.norm1, &stage.norm2] {
                close(&of(norm.gamma.id), &numbers(norm.gamma.val().grad(&burns).unwrap()), &format!("scale {number}"));
                close(&of(norm.beta.id), &numbers(norm.beta.val().grad(&burns).unwrap()), &format!("shift {number}"));
            }
            if let Some(shortcut) = &stage.shortcut {
                let burns = numbers(shortcut.conv.weight.val().grad(&burns).unwrap());
                close(&of(shortcut.conv.weight.id), &burns, &format!("shortcut {number}"));
            }
        }
        // Two equal batches: 0.1 of the batch's mean after one, 0.19 after the other.
        let after = numbers(again.stages[2].norm2.running_mean.value_sync().inner());
        let expected: Vec<f32> = means.iter().map(|mean| mean * 1.9).collect();
        close(&after, &expected, "running mean");
    }
}
