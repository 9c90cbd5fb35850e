//! Convolutions in groups and over rows, and linear layers with weights of their own for every row.

use super::Kernel;
use super::map::Map;
use super::product::{Extents, Product};
use crate::graph::{Conv, Shape};

/// Each channel by its own kernel along a row.
#[derive(Debug)]
pub(super) struct Depthwise {
    conv: Conv,
    /// `[tap][channel]`.
    weights: Vec<f32>,
    bias: Vec<f32>,
}

impl Depthwise {
    /// True where a convolution is of this kind.
    pub fn fits(conv: &Conv, from: usize) -> bool {
        conv.groups == from && conv.to == from && conv.kernel.0 == 1 && conv.stride.0 == 1 && conv.padding[0] == (0, 0)
    }

    /// Weights `[channel, 1, tap]`.
    pub fn new(conv: &Conv, weights: &[f32], bias: Vec<f32>) -> Self {
        let (channels, kernel) = (conv.to, conv.kernel.1);
        let turned =
            (0..kernel).flat_map(|tap| (0..channels).map(move |channel| weights[channel * kernel + tap])).collect();
        Self { conv: conv.clone(), weights: turned, bias }
    }
}

impl Kernel for Depthwise {
    fn run(&self, inputs: &[&Map], out: &mut Map) {
        let (x, channels) = (inputs[0], self.conv.to);
        let length = x.shape.length as isize;
        for row in 0..out.shape.rows {
            let inner = x.row(row);
            for (position, out) in out.row_mut(row).chunks_exact_mut(channels).enumerate() {
                out.copy_from_slice(&self.bias);
                let first = (position * self.conv.stride.1) as isize - self.conv.padding[1].0 as isize;
                for (tap, weights) in self.weights.chunks_exact(channels).enumerate() {
                    let place = first + (tap * self.conv.dilation) as isize;
                    if (0..length).contains(&place) {
                        let x = &inner[place as usize * channels..][..channels];
                        for ((out, x), weight) in out.iter_mut().zip(x).zip(weights) {
                            *out += x * weight;
                        }
                    }
                }
            }
        }
    }
}

/// Any convolution: groups one after the other; rows under the kernel laid side by side as channels.
#[derive(Debug)]
pub(super) struct General {
    conv: Conv,
    from: usize,
    /// One for each group.
    products: Vec<Product>,
}

impl General {
    /// Weights `[to, from / groups, kernel rows, kernel]`.
    pub fn new(conv: &Conv, from: usize, weights: &[f32], bias: &[f32]) -> Self {
        let (rows, kernel) = conv.kernel;
        let (group_from, group_to) = (from / conv.groups, conv.to / conv.groups);
        let extents = Extents {
            from: rows * group_from,
            to: group_to,
            kernel,
            stride: conv.stride.1,
            dilation: conv.dilation,
            before: conv.padding[1].0,
        };
        let products = (0..conv.groups)
            .map(|group| {
                let weight = |to: usize, from: usize, tap: usize| {
                    let (row, channel) = (from / group_from, from % group_from);
                    weights[(((group * group_to + to) * group_from + channel) * rows + row) * kernel + tap]
                };
                Product::new(extents, weight, &bias[group * group_to..(group + 1) * group_to])
            })
            .collect();
        Self { conv: conv.clone(), from, products }
    }
}

impl Kernel for General {
    fn run(&self, inputs: &[&Map], out: &mut Map) {
        let x = inputs[0];
        let (kernel_rows, _) = self.conv.kernel;
        let (group_from, group_to) = (self.from / self.conv.groups, self.conv.to / self.conv.groups);
        let wide = kernel_rows * group_from;
        let (length, outputs) = (x.shape.length, out.shape.length);
        let pad = self.products.first().map_or(0, |product| product.pad(length, outputs));
        let mut input = Map::zeros(Shape::new(1, length, wide), pad);
        let mut result = Map::zeros(Shape::new(1, outputs, group_to), 0);
        for row in 0..out.shape.rows {
            for (group, product) in self.products.iter().enumerate() {
                for under in 0..kernel_rows {
                    let place = (row * self.conv.stride.0 + under).checked_sub(self.conv.padding[0].0);
                    let source = place.filter(|&place| place < x.shape.rows).map(|place| x.row(place));
                    for (position, input) in input.row_mut(0).chunks_exact_mut(wide).enumerate() {
                        let input = &mut input[under * group_from..(under + 1) * group_from];
                        match source {
                            Some(source) => input
                                .copy_from_slice(&source[position * self.from + group * group_from..][..group_from]),
                            None => input.fill(0.0),
                        }
                    }
                }
                product.run(&input, None, &mut result);
                let positions = out.row_mut(row).chunks_exact_mut(self.conv.to);
                for (out, result) in positions.zip(result.row(0).chunks_exact(group_to)) {
                    out[group * group_to..(group + 1) * group_to].copy_from_slice(result);
                }
            }
        }
    }
}

/// A linear layer for each row: weights `[row, from, to]`, bias `[row, to]`.
#[derive(Debug)]
pub(super) struct RowWise {
    pub weights: Vec<f32>,
    pub bias: Vec<f32>,
}

impl Kernel for RowWise {
    fn run(&self, inputs: &[&Map], out: &mut Map) {
        let (from, to) = (inputs[0].shape.channels, out.shape.channels);
        for row in 0..out.shape.rows {
            let weights = &self.weights[row * from * to..(row + 1) * from * to];
            let positions = out.row_mut(row).chunks_exact_mut(to).zip(inputs[0].row(row).chunks_exact(from));
            for (out, x) in positions {
                out.copy_from_slice(&self.bias[row * to..(row + 1) * to]);
                for (x, weights) in x.iter().zip(weights.chunks_exact(to)) {
                    for (out, weight) in out.iter_mut().zip(weights) {
                        *out += x * weight;
                    }
                }
            }
        }
    }
}
