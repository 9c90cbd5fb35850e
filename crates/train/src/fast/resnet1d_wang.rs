//! Stem and three residual blocks of resnet1d_wang: `[record, 12, sample]` to the last map, and back.

use std::ops::Range;

use burn::nn::BatchNorm;
use burn::nn::conv::Conv1d;
use nets::resnet1d_wang::{Backbone, STRIDES};

use super::Mode;
use super::conv::Conv;
use super::groups::{Map, each_group};
use super::norm::{BackLine, BackSums, Norm};
use super::parameters::Gradients;
use super::passes::{Source, convolve, convolve_back};
use crate::ecgpack::LEADS;

/// A convolution with its batch norm, and its output before the norm.
struct Layer {
    conv: Conv,
    norm: Norm,
    y: Map,
}

impl Layer {
    fn run(conv: &Conv1d, norm: &BatchNorm, source: Source<'_>, length: usize, stride: usize, mode: Mode) -> Layer {
        let half = conv.weight.dims()[2] / 2;
        let own = Conv::new(conv, length, (half, half), stride);
        let (y, moments) = convolve(source, &own, |_, _, _, _| ());
        let mut layer = Layer { conv: own, norm: Norm::new(norm), y };
        layer.norm.settle(&moments, mode, norm);
        layer
    }

    /// How a gradient goes back through the norm.
    fn back(&self, sums: Vec<BackSums>, gradients: &mut Gradients) -> BackLine {
        self.norm.back(sums, self.y.records * self.y.length, gradients)
    }
}

/// One residual block with its last map.
struct Block {
    first: Layer,
    second: Layer,
    shortcut: Option<Layer>,
    out: Map,
}

/// A forward pass that remembers what the way back needs.
pub struct Pass {
    input: Map,
    stem: Layer,
    stem_out: Map,
    blocks: Vec<Block>,
}

/// Runs a batch through the backbone.
pub fn forward(backbone: &Backbone, inputs: &[f32], samples: usize, mode: Mode) -> Pass {
    let records = inputs.len() / (LEADS * samples);
    let input = Map { records, length: samples, channels: LEADS, values: swapped(inputs, LEADS, samples) };
    let stem = Layer::run(&backbone.stem, &backbone.stem_norm, Source::Plain(&input), samples, 1, mode);
    let mut stem_out = Map::zeros(records, samples, stem.conv.to);
    let line = stem.norm.line();
    each_group(records, [&mut stem_out], |group, [out]| line.apply_rectified(stem.y.part(&group), out));
    let mut blocks: Vec<Block> = Vec::with_capacity(backbone.stages.len());
    for (stage, stride) in backbone.stages.iter().zip(STRIDES) {
        let x = blocks.last().map_or(&stem_out, |block| &block.out);
        let source = Source::Plain(x);
        let first = Layer::run(&stage.conv1, &stage.norm1, source, x.length, stride, mode);
        let line = first.norm.line();
        let between = Source::Rectified(&first.y, &line);
        let second = Layer::run(&stage.conv2, &stage.norm2, between, first.y.length, 1, mode);
        let shortcut = stage
            .shortcut
            .as_ref()
            .map(|shortcut| Layer::run(&shortcut.conv, &shortcut.norm, source, x.length, stride, mode));
        let out = sum(&second, shortcut.as_ref(), x);
        blocks.push(Block { first, second, shortcut, out });
    }
    Pass { input, stem, stem_out, blocks }
}

/// The second norm's output and what goes past the block, rectified.
fn sum(second: &Layer, shortcut: Option<&Layer>, x: &Map) -> Map {
    let mut out = Map::zeros(second.y.records, second.y.length, second.y.channels);
    let line = second.norm.line();
    let past = shortcut.map(|shortcut| (shortcut.norm.line(), &shortcut.y));
    each_group(out.records, [&mut out], |group, [out]| {
        line.apply(second.y.part(&group), out);
        match &past {
            Some((line, y)) => line.add(y.part(&group), out),
            None => {
                for (out, past) in out.iter_mut().zip(x.part(&group)) {
                    *out += past;
                }
            }
        }
        for out in &mut *out {
            *out = out.max(0.0);
        }
    });
    out
}

/// `[record, a, b]` as `[record, b, a]`.
fn swapped(values: &[f32], a: usize, b: usize) -> Vec<f32> {
    let mut swapped = vec![0.0; values.len()];
    for (from, to) in values.chunks_exact(a * b).zip(swapped.chunks_exact_mut(a * b)) {
        for (row, values) in from.chunks_exact(b).enumerate() {
            for (column, value) in values.iter().enumerate() {
                to[column * a + row] = *value;
            }
        }
    }
    swapped
}

/// Where a rectified map is 0 nothing comes back.
fn mask(gradient: &mut [f32], rectified: &[f32]) {
    for (gradient, value) in gradient.iter_mut().zip(rectified) {
        *gradient = if *value > 0.0 { *gradient } else { 0.0 };
    }
}

impl Pass {
    /// The last map `[record, channel, position]` and its shape.
    pub fn features(&self) -> (Vec<f32>, [usize; 3]) {
        let map = self.last();
        (swapped(&map.values, map.length, map.channels), [map.records, map.channels, map.length])
    }

    fn last(&self) -> &Map {
        self.blocks.last().map_or(&self.stem_out, |block| &block.out)
    }

    /// From the gradient of the last map `[record, channel, position]` to those of all parameters of the backbone.
    pub fn backward(&self, gradient: &[f32]) -> Gradients {
        let mut gradients = Gradients::new();
        let last = self.last();
        let mut dout = Map {
            records: last.records,
            length: last.length,
            channels: last.channels,
            values: swapped(gradient, last.channels, last.length),
        };
        let norms = self.norms_of(self.blocks.len());
        let groups = each_group(dout.records, [&mut dout], |group, [dout]| {
            mask(dout, last.part(&group));
            let mut sums: Vec<BackSums> = norms.iter().map(|(norm, _)| norm.empty_sums()).collect();
            for (sums, (norm, y)) in sums.iter_mut().zip(&norms) {
                // In pieces: sums are kept narrow within one.
                for (dout, y) in dout.chunks(last.record()).zip(y.part(&group).chunks(last.record())) {
                    norm.add_to(sums, dout, y);
                }
            }
            sums
        });
        let mut sums: Vec<Vec<BackSums>> = norms.iter().map(|_| Vec::new()).collect();
        for group in groups {
            for (sums, own) in sums.iter_mut().zip(group) {
                sums.push(own);
            }
        }
        for (number, block) in self.blocks.iter().enumerate().rev() {
            let x = if number == 0 { &self.stem_out } else { &self.blocks[number - 1].out };
            let mut sums_of = sums.into_iter();
            let second_line = block.second.back(sums_of.next().unwrap_or_default(), &mut gradients);
            // What goes past: the gradient itself, or what the shortcut makes of it.
            let mut dx = match &block.shortcut {
                None => dout.clone(),
                Some(shortcut) => {
                    let line = shortcut.back(sums_of.next().unwrap_or_default(), &mut gradients);
                    let mut dx = Map::zeros(x.records, x.length, x.channels);
                    let turn = |piece: &Range<usize>, dy: &mut [f32]| line.apply(dy, shortcut.y.part(piece));
                    let mut dy = dout.clone();
                    let back = convolve_back(&shortcut.conv, Source::Plain(x), &mut dy, turn, &mut dx, |_, _| (), &[]);
                    shortcut.conv.hand_over(&back.weights, None, &mut gradients);
                    dx
                }
            };
            let first = &block.first;
            let line = first.norm.line();
            let mut inner = Map::zeros(first.y.records, first.y.length, first.y.channels);
            let back = convolve_back(
                &block.second.conv,
                Source::Rectified(&first.y, &line),
                &mut dout,
                |piece, dy| second_line.apply(dy, block.second.y.part(piece)),
                &mut inner,
                |piece, dx| line.mask(dx, first.y.part(piece)),
                &[(&first.norm, &first.y)],
            );
            block.second.conv.hand_over(&back.weights, None, &mut gradients);
            let first_line = first.back(back.sums.into_iter().next().unwrap_or_default(), &mut gradients);
            let back = convolve_back(
                &first.conv,
                Source::Plain(x),
                &mut inner,
                |piece, dy| first_line.apply(dy, first.y.part(piece)),
                &mut dx,
                |piece, dx| mask(dx, x.part(piece)),
                &self.norms_of(number),
            );
            first.conv.hand_over(&back.weights, None, &mut gradients);
            (dout, sums) = (dx, back.sums);
        }
        let line = self.stem.back(sums.into_iter().next().unwrap_or_default(), &mut gradients);
        let turn = |piece: &Range<usize>, dy: &mut [f32]| line.apply(dy, self.stem.y.part(piece));
        let nothing = &mut Map::default();
        let back = convolve_back(&self.stem.conv, Source::Plain(&self.input), &mut dout, turn, nothing, |_, _| (), &[]);
        self.stem.conv.hand_over(&back.weights, None, &mut gradients);
        gradients
    }

    /// The norms that the output of the stem (0) or of a block (from 1) is a sum of, with their inputs.
    fn norms_of(&self, place: usize) -> Vec<(&Norm, &Map)> {
        match place.checked_sub(1) {
            None => vec![(&self.stem.norm, &self.stem.y)],
            Some(block) => {
                let block = &self.blocks[block];
                let layers = std::iter::once(&block.second).chain(block.shortcut.as_ref());
                layers.map(|layer| (&layer.norm, &layer.y)).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fast::tests::{close, drawn};
    use crate::optimiser::numbers;
    use burn::module::ParamId;
    use burn::tensor::{Device, Tensor, TensorData};

    #[test]
    fn map_gradients_and_running_statistics_are_those_of_burn() {
        let device = Device::flex().autodiff();
        device.seed(5);
        let backbone = Backbone::init(&device);
        let again = Backbone::clone(&backbone);
        let inputs = drawn(3 * LEADS * 61, 1);
        let burns = backbone.forward(Tensor::from_data(TensorData::new(inputs.clone(), [3, LEADS, 61]), &device));
        let means = numbers(again.stages[2].norm2.running_mean.value_sync().inner());

        let pass = forward(&again, &inputs, 61, Mode::Training);
        let (features, shape) = pass.features();
        assert_eq!(shape, burns.dims());
        close(&features, &numbers(burns.clone().inner()), "last map");
        assert!(means.iter().any(|mean| *mean != 0.0), "Burn updates the running mean");

        let weights = drawn(features.len(), 2);
        let direction = Tensor::<3>::from_data(TensorData::new(weights.clone(), shape), &device);
        let burns = (burns * direction).sum().backward();
        let ours = pass.backward(&weights);
        assert_eq!(ours.len(), 3 * 9, "stem, three blocks of two, two shortcuts");
        let of = |id: ParamId| ours.iter().find(|(own, _)| *own == id).map(|(_, values)| values.clone()).unwrap();
        let stem = numbers(backbone.stem.weight.val().grad(&burns).unwrap());
        close(&of(backbone.stem.weight.id), &stem, "stem");
        for (number, stage) in backbone.stages.iter().enumerate() {
            for conv in [&stage.conv1, &stage.conv2] {
                let burns = numbers(conv.weight.val().grad(&burns).unwrap());
                close(&of(conv.weight.id), &burns, &format!("stage {number}"));
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

    #[test]
    fn with_running_statistics_the_map_is_that_of_burn_without_gradients() {
        use burn::module::Module as _;
        let device = Device::flex().autodiff();
        device.seed(6);
        let backbone = Backbone::init(&device);
        let inputs = drawn(2 * LEADS * 50, 4);
        forward(&backbone, &inputs, 50, Mode::Training);
        let settled = backbone.valid();
        let (features, shape) = forward(&settled, &inputs, 50, Mode::Inference).features();
        let x = Tensor::from_data(TensorData::new(inputs, [2, LEADS, 50]), &device.inner());
        let burns = settled.forward(x);
        assert_eq!(shape, burns.dims());
        close(&features, &numbers(burns), "last map");
    }
}
