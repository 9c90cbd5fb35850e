//! What IMLE-Net does with each half-second window of each lead: residual network and attention, forth and back.
//!
//! Windows are the records here: 240 of them for a recording of 12 leads.

use std::ops::Range;

use burn::nn::BatchNorm;
use nets::blocks::keras_same;
use nets::imle_net::{BLOCKS, FEATURES, ImleNet, KERNEL, LEADS, ResidualBlock, WINDOW, WINDOWS};

use super::Mode;
use super::attention::{Attention, Room, Sums};
use super::conv::{Conv, Scratch};
use super::groups::{Map, each_group, of_piece, pieces};
use super::norm::{BackSums, Line, Norm};
use super::parameters::Gradients;
use super::passes::{Source, convolve, convolve_back};

/// A convolution, its rectified output, and the batch norm that comes after.
struct Layer {
    conv: Conv,
    rectified: Map,
    norm: Norm,
    line: Line,
}

struct Block {
    first: Layer,
    second: Layer,
    shortcut: Option<Conv>,
}

/// A forward pass that remembers what the way back needs.
pub struct Pass {
    input: Map,
    stem: Conv,
    /// Rectified; no norm follows.
    stem_out: Map,
    blocks: Vec<Block>,
    attention: Attention,
    beats: Vec<f32>,
}

fn add_bias(conv: &Conv, y: &mut [f32]) {
    if let Some(bias) = &conv.bias {
        for row in y.chunks_exact_mut(bias.len()) {
            for (value, bias) in row.iter_mut().zip(bias) {
                *value += bias;
            }
        }
    }
}

fn rectify(y: &mut [f32]) {
    for value in &mut *y {
        *value = value.max(0.0);
    }
}

impl Layer {
    fn run(
        conv: Conv,
        norm: &BatchNorm,
        source: Source<'_>,
        past: impl Fn(&Range<usize>, &mut [f32], &mut Vec<f32>, &mut Scratch) + Sync,
        mode: Mode,
    ) -> Layer {
        let (rectified, moments) = convolve(source, &conv, |piece, y, place, scratch| {
            add_bias(&conv, y);
            past(piece, y, place, scratch);
            rectify(y);
        });
        let mut own = Norm::new(norm);
        own.settle(&moments, mode, norm);
        let line = own.line();
        Layer { conv, rectified, norm: own, line }
    }

    fn out(&self) -> Source<'_> {
        Source::Normed(&self.rectified, &self.line)
    }

    fn positions(&self) -> usize {
        self.rectified.records * self.rectified.length
    }
}

fn block(block: &ResidualBlock, length: usize, stride: usize, x: Source<'_>, mode: Mode) -> Block {
    let conv1 = Conv::new(&block.conv1, length, keras_same(length, KERNEL, stride), stride);
    let first = Layer::run(conv1, &block.norm1, x, |_, _, _, _| (), mode);
    let after = first.rectified.length;
    let conv2 = Conv::new(&block.conv2, after, keras_same(after, KERNEL, 1), 1);
    let shortcut = block.shortcut.as_ref().map(|conv| Conv::new(conv, length, (0, 0), stride));
    let second = Layer::run(
        conv2,
        &block.norm2,
        first.out(),
        |piece, y, place, scratch| {
            let x = x.load(piece, place);
            match &shortcut {
                None => {
                    for (y, x) in y.iter_mut().zip(x) {
                        *y += x;
                    }
                }
                Some(shortcut) => {
                    let mut past = vec![0.0; y.len()];
                    shortcut.forward(x, &mut past, scratch);
                    add_bias(shortcut, &mut past);
                    for (y, past) in y.iter_mut().zip(past) {
                        *y += past;
                    }
                }
            }
        },
        mode,
    );
    Block { first, second, shortcut }
}

/// Runs records `[record, 12, 1000]` as far as the windows' vectors.
pub fn forward(network: &ImleNet, inputs: &[f32], mode: Mode) -> Pass {
    let windows = inputs.len() / WINDOW;
    let input = Map { records: windows, length: WINDOW, channels: 1, values: inputs.to_vec() };
    let stem = Conv::new(&network.stem, WINDOW, keras_same(WINDOW, KERNEL, 1), 1);
    let (stem_out, _) = convolve(Source::Plain(&input), &stem, |_, y, _, _| {
        add_bias(&stem, y);
        rectify(y);
    });
    let mut blocks: Vec<Block> = Vec::with_capacity(BLOCKS.len());
    for (own, (_, _, length, stride)) in network.blocks.iter().zip(BLOCKS) {
        let x = out_of(&stem_out, &blocks, blocks.len());
        let next = block(own, length, stride, x, mode);
        blocks.push(next);
    }
    let attention = Attention::new(&network.beat);
    let mut beats = Map::zeros(windows, 1, FEATURES);
    let last = out_of(&stem_out, &blocks, blocks.len());
    let length = blocks.last().map_or(WINDOW, |block| block.second.rectified.length);
    each_group(windows, [&mut beats], |group, [beats]| {
        let (mut room, mut place) = (Room::default(), Vec::new());
        for piece in pieces(group.clone(), length) {
            let sums = of_piece(beats, &group, &piece, FEATURES);
            attention.forward(last.load(&piece, &mut place), sums, &mut room);
        }
    });
    Pass { input, stem, stem_out, blocks, attention, beats: beats.values }
}

/// What the stem (0) or a block (from 1) gives.
fn out_of<'a>(stem_out: &'a Map, blocks: &'a [Block], place: usize) -> Source<'a> {
    match place.checked_sub(1) {
        None => Source::Plain(stem_out),
        Some(block) => blocks[block].second.out(),
    }
}

impl Pass {
    /// The windows' vectors, `[record x lead x window, feature]`, and their shape.
    pub fn beats(&self) -> (Vec<f32>, [usize; 2]) {
        (self.beats.clone(), [self.input.records, FEATURES])
    }

    /// Recordings of the batch.
    pub fn records(&self) -> usize {
        self.input.records / (LEADS * WINDOWS)
    }

    /// From the gradient of the windows' vectors to those of all parameters up to them.
    pub fn backward(&self, gradient: &[f32]) -> Gradients {
        let mut gradients = Gradients::new();
        let (mut dout, mut sums) = self.attention_back(gradient, &mut gradients);
        for (number, block) in self.blocks.iter().enumerate().rev() {
            let (first, second) = (&block.first, &block.second);
            let x = out_of(&self.stem_out, &self.blocks, number);
            let line = second.norm.back(sums, second.positions(), &mut gradients);
            let mut inner = Map::zeros(first.rectified.records, first.rectified.length, first.rectified.channels);
            let back = convolve_back(
                &second.conv,
                first.out(),
                &mut dout,
                |piece, dy| line.apply_past_rectifier(dy, second.rectified.part(piece)),
                &mut inner,
                |_, _| (),
                &[(&first.norm, &first.rectified)],
            );
            second.conv.hand_over(&back.weights, Some(back.bias), &mut gradients);
            let line =
                first.norm.back(back.sums.into_iter().next().unwrap_or_default(), first.positions(), &mut gradients);
            // `dout` now holds the gradient of the sum: it goes past the block too.
            let mut dx = match &block.shortcut {
                None => dout,
                Some(shortcut) => {
                    let mut dx = Map::zeros(self.input.records, shortcut.length, shortcut.from);
                    let back = convolve_back(shortcut, x, &mut dout, |_, _| (), &mut dx, |_, _| (), &[]);
                    shortcut.hand_over(&back.weights, Some(back.bias), &mut gradients);
                    dx
                }
            };
            let norms: Vec<(&Norm, &Map)> = match number.checked_sub(1) {
                None => Vec::new(),
                Some(before) => {
                    let layer = &self.blocks[before].second;
                    vec![(&layer.norm, &layer.rectified)]
                }
            };
            let back = convolve_back(
                &first.conv,
                x,
                &mut inner,
                |piece, dy| line.apply_past_rectifier(dy, first.rectified.part(piece)),
                &mut dx,
                |_, _| (),
                &norms,
            );
            first.conv.hand_over(&back.weights, Some(back.bias), &mut gradients);
            (dout, sums) = (dx, back.sums.into_iter().next().unwrap_or_default());
        }
        let turn = |piece: &Range<usize>, dy: &mut [f32]| {
            for (dy, y) in dy.iter_mut().zip(self.stem_out.part(piece)) {
                *dy = if *y > 0.0 { *dy } else { 0.0 };
            }
        };
        let nothing = &mut Map::default();
        let back = convolve_back(&self.stem, Source::Plain(&self.input), &mut dout, turn, nothing, |_, _| (), &[]);
        self.stem.hand_over(&back.weights, Some(back.bias), &mut gradients);
        gradients
    }

    /// The gradient of the last block's output, and the sums of its norm by group.
    fn attention_back(&self, gradient: &[f32], gradients: &mut Gradients) -> (Map, Vec<BackSums>) {
        let layer = &self.blocks[self.blocks.len() - 1].second;
        let mut dout = Map::zeros(layer.rectified.records, layer.rectified.length, layer.rectified.channels);
        let record = dout.record();
        let source = layer.out();
        let groups = each_group(dout.records, [&mut dout], |group, [dout]| {
            let (mut room, mut place) = (Room::default(), Vec::new());
            let (mut sums, mut back): (Sums, BackSums) = (self.attention.empty_sums(), layer.norm.empty_sums());
            for piece in pieces(group.clone(), layer.rectified.length) {
                let dsums = &gradient[piece.start * FEATURES..piece.end * FEATURES];
                let dx = of_piece(dout, &group, &piece, record);
                self.attention.backward(source.load(&piece, &mut place), dsums, dx, &mut sums, &mut room);
                layer.norm.add_to(&mut back, dx, layer.rectified.part(&piece));
            }
            (sums, back)
        });
        let (sums, back): (Vec<Sums>, Vec<BackSums>) = groups.into_iter().unzip();
        self.attention.hand_over(sums, gradients);
        (dout, back)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fast::tests::{close, drawn};
    use crate::optimiser::numbers;
    use burn::module::{Module as _, ModuleVisitor, Param, ParamId};
    use burn::tensor::{Device, Gradients as BurnsGradients, Tensor, TensorData};

    /// Gradients of all parameters that have one, by identity and name.
    struct Gather<'a> {
        gradients: &'a BurnsGradients,
        found: Vec<(ParamId, Vec<f32>)>,
    }

    impl ModuleVisitor for Gather<'_> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            if let Some(gradient) = param.val().grad(self.gradients) {
                self.found.push((param.id, numbers(gradient)));
            }
        }
    }

    #[test]
    fn vectors_gradients_and_running_statistics_are_those_of_burn() {
        let device = Device::flex().autodiff();
        device.seed(7);
        let network = ImleNet::init(5, &device);
        let again = ImleNet::clone(&network);
        let inputs = drawn(2 * LEADS * WINDOWS * WINDOW, 1);
        let x = Tensor::<3>::from_data(TensorData::new(inputs.clone(), [2, LEADS, WINDOWS * WINDOW]), &device);
        let direction = Tensor::<2>::from_data(TensorData::new(drawn(10, 2), [2, 5]), &device);
        let burns = network.forward(x).logits;
        let variances = numbers(again.blocks[4].norm2.running_var.value_sync().inner());

        let pass = forward(&again, &inputs, Mode::Training);
        let (beats, shape) = pass.beats();
        let leaf = Tensor::<2>::from_data(TensorData::new(beats, shape), &device).require_grad();
        let ours = again.from_beats(leaf.clone(), pass.records()).0;
        close(&numbers(ours.clone().inner()), &numbers(burns.clone().inner()), "logits");

        let burns = (burns * direction.clone()).sum().backward();
        let mut gather = Gather { gradients: &burns, found: Vec::new() };
        network.visit(&mut gather);
        let tail = (ours * direction).sum().backward();
        let by_hand = pass.backward(&numbers(leaf.grad(&tail).unwrap()));
        let mut own = Gather { gradients: &tail, found: by_hand };
        again.visit(&mut own);
        assert_eq!(own.found.len(), gather.found.len());
        for (id, expected) in &gather.found {
            let found = own.found.iter().find(|(own, _)| own == id).map(|(_, values)| values).unwrap();
            assert_eq!(found.len(), expected.len());
            let length = |values: &mut dyn Iterator<Item = f32>| values.map(|value| value * value).sum::<f32>().sqrt();
            let gap = length(&mut found.iter().zip(expected).map(|(found, expected)| found - expected));
            let size = length(&mut expected.iter().copied());
            // A value that rounding moves over a rectifier's 0 changes the gradient by a step: one in a million of them
            // is a thousandth of a gradient that is a sum of a million.
            assert!(gap <= 1e-2 * size, "{} numbers differ by {gap} of {size}", expected.len());
        }
        // Burn's pass and ours were over the same batch: 0.01 of it after one, 0.0199 after both.
        let after = numbers(again.blocks[4].norm2.running_var.value_sync().inner());
        let expected: Vec<f32> = variances.iter().map(|one| 1.0 + (one - 1.0) * 1.99).collect();
        close(&after, &expected, "running variance");

        let settled = again.valid();
        let device = device.inner();
        let x = Tensor::<3>::from_data(TensorData::new(inputs.clone(), [2, LEADS, WINDOWS * WINDOW]), &device);
        let (beats, shape) = forward(&settled, &inputs, Mode::Inference).beats();
        let ours = settled.from_beats(Tensor::from_data(TensorData::new(beats, shape), &device), 2).0;
        close(&numbers(ours), &numbers(settled.forward(x).logits), "logits with running statistics");
    }
}
