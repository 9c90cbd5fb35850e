//! Convolutions and products over channels.

use burn::tensor::Tensor;
use burn::tensor::module::{conv1d, conv2d, linear};
use burn::tensor::ops::ConvOptions;

use super::{Operation, Part, Step, one, only};
use crate::graph::value::Value;
use crate::graph::{Drawing, Shape};

/// A convolution along a row, or over rows and positions.
///
/// Weights `[to, from / groups, kernel]`, or `[to, from / groups, kernel rows, kernel]` where the kernel covers several
/// rows. Zeros stand around the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conv {
    /// Channels of the result.
    pub to: usize,
    /// Rows and positions that it covers.
    pub kernel: (usize, usize),
    /// Steps from one output to the next.
    pub stride: (usize, usize),
    /// Zeros before and after, of rows and of positions.
    pub padding: [(usize, usize); 2],
    /// Distance of its taps along a row.
    pub dilation: usize,
    /// Groups of channels that do not see one another.
    pub groups: usize,
    /// Whether a number is added to each channel.
    pub bias: bool,
}

impl Conv {
    /// Along a row, stride 1, as many positions as before (for an odd kernel), with bias.
    pub const fn new(to: usize, kernel: usize) -> Self {
        let half = kernel / 2;
        Self {
            to,
            kernel: (1, kernel),
            stride: (1, 1),
            padding: [(0, 0), (half, half)],
            dilation: 1,
            groups: 1,
            bias: true,
        }
    }

    /// Over rows and positions, stride 1, same size (for odd kernels), with bias.
    pub const fn over_rows(to: usize, kernel: (usize, usize)) -> Self {
        let (rows, positions) = (kernel.0 / 2, kernel.1 / 2);
        Self { kernel, padding: [(rows, rows), (positions, positions)], ..Self::new(to, 1) }
    }

    /// Another stride along a row.
    #[must_use]
    pub const fn stride(mut self, stride: usize) -> Self {
        self.stride.1 = stride;
        self
    }

    /// So many zeros on both ends of a row.
    #[must_use]
    pub const fn pad(self, zeros: usize) -> Self {
        self.pads(zeros, zeros)
    }

    /// So many zeros before and after a row.
    #[must_use]
    pub const fn pads(mut self, before: usize, after: usize) -> Self {
        self.padding[1] = (before, after);
        self
    }

    /// So many zeros above and below.
    #[must_use]
    pub const fn pad_rows(mut self, zeros: usize) -> Self {
        self.padding[0] = (zeros, zeros);
        self
    }

    /// Taps further apart; as many positions as before for an odd kernel.
    #[must_use]
    pub const fn dilation(mut self, dilation: usize) -> Self {
        self.dilation = dilation;
        let reach = self.kernel.1 / 2 * dilation;
        self.padding[1] = (reach, reach);
        self
    }

    /// Groups of channels that do not see one another.
    #[must_use]
    pub const fn groups(mut self, groups: usize) -> Self {
        self.groups = groups;
        self
    }

    /// Without a bias.
    #[must_use]
    pub const fn no_bias(mut self) -> Self {
        self.bias = false;
        self
    }

    /// Positions that come out of `extent`, or None where the kernel does not fit.
    fn outputs(
        extent: usize,
        kernel: usize,
        stride: usize,
        (before, after): (usize, usize),
        dilation: usize,
    ) -> Option<usize> {
        let reach = dilation * (kernel - 1) + 1;
        Some((extent + before + after).checked_sub(reach)? / stride + 1)
    }

    fn taps(&self) -> usize {
        self.kernel.0 * self.kernel.1
    }
}

impl Operation for Conv {
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        let [x] = one(inputs)?;
        if self.groups == 0 || !x.channels.is_multiple_of(self.groups) || !self.to.is_multiple_of(self.groups) {
            return Err(format!("{} channels to {} in {} groups", x.channels, self.to, self.groups));
        }
        let rows = Self::outputs(x.rows, self.kernel.0, self.stride.0, self.padding[0], 1);
        let length = Self::outputs(x.length, self.kernel.1, self.stride.1, self.padding[1], self.dilation);
        match (rows, length) {
            (Some(rows), Some(length)) => Ok(Shape::new(rows, length, self.to)),
            _ => Err(format!("a kernel of {:?} does not fit into {x}", self.kernel)),
        }
    }

    fn weights(&self, inputs: &[Shape], drawing: Drawing) -> Vec<Part> {
        let from = inputs[0].channels / self.groups;
        let (fan_in, fan_out) = (from * self.taps(), self.to / self.groups * self.taps());
        let shape = match self.kernel.0 {
            1 => vec![self.to, from, self.kernel.1],
            rows => vec![self.to, from, rows, self.kernel.1],
        };
        let mut parts = vec![Part::trained("weight", shape, drawing.weight(fan_in, fan_out))];
        if self.bias {
            parts.push(Part::trained("bias", [self.to], drawing.bias(fan_in)));
        }
        parts
    }

    fn multiply_adds(&self, inputs: &[Shape], output: Shape) -> u64 {
        (output.size() * inputs[0].channels / self.groups * self.taps()) as u64
    }

    fn run(&self, inputs: Vec<Value>, step: &Step<'_>) -> Value {
        let x = only(inputs).first();
        let [batch, rows, from, length] = x.dims();
        let bias = self.bias.then(|| step.weights[1].clone());
        if self.kernel.0 == 1 && self.stride.0 == 1 && self.padding[0] == (0, 0) {
            let weight = step.weight(0, [self.to, from / self.groups, self.kernel.1]);
            let options =
                ConvOptions::new_with_padding([self.stride.1], [self.padding[1]], [self.dilation], self.groups);
            let y: Tensor<3> = conv1d(x.reshape([batch * rows, from, length]), weight, bias, options);
            let out = y.dims()[2];
            return Value::ChannelsFirst(y.reshape([batch, rows, self.to, out]));
        }
        let weight = step.weight(0, [self.to, from / self.groups, self.kernel.0, self.kernel.1]);
        let options = ConvOptions::new_with_padding(
            [self.stride.0, self.stride.1],
            self.padding,
            [1, self.dilation],
            self.groups,
        );
        Value::ChannelsFirst(conv2d(x.swap_dims(1, 2), weight, bias, options).swap_dims(1, 2))
    }
}

/// A product over channels, at every position by itself. Weights `[from, to]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Linear {
    /// Channels of the result.
    pub to: usize,
    /// Whether a number is added to each channel.
    pub bias: bool,
}

impl Linear {
    /// With bias.
    pub const fn new(to: usize) -> Self {
        Self { to, bias: true }
    }

    /// Without a bias.
    #[must_use]
    pub const fn no_bias(mut self) -> Self {
        self.bias = false;
        self
    }
}

impl Operation for Linear {
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        let [x] = one(inputs)?;
        Ok(Shape { channels: self.to, ..x })
    }

    fn weights(&self, inputs: &[Shape], drawing: Drawing) -> Vec<Part> {
        let from = inputs[0].channels;
        let mut parts = vec![Part::trained("weight", [from, self.to], drawing.weight(from, self.to))];
        if self.bias {
            parts.push(Part::trained("bias", [self.to], drawing.bias(from)));
        }
        parts
    }

    fn multiply_adds(&self, inputs: &[Shape], _output: Shape) -> u64 {
        (inputs[0].size() * self.to) as u64
    }

    fn run(&self, inputs: Vec<Value>, step: &Step<'_>) -> Value {
        let x = only(inputs).last();
        let [batch, rows, length, from] = x.dims();
        let bias = self.bias.then(|| step.weights[1].clone());
        let y = linear(x.reshape([batch * rows * length, from]), step.weight(0, [from, self.to]), bias);
        Value::ChannelsLast(y.reshape([batch, rows, length, self.to]))
    }
}

/// A product over channels with weights of its own for every row: `[row, from, to]` and a bias `[row, to]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowLinear {
    /// Channels of the result.
    pub to: usize,
}

impl Operation for RowLinear {
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        let [x] = one(inputs)?;
        Ok(Shape { channels: self.to, ..x })
    }

    fn weights(&self, inputs: &[Shape], drawing: Drawing) -> Vec<Part> {
        let (rows, from) = (inputs[0].rows, inputs[0].channels);
        vec![
            Part::trained("weight", [rows, from, self.to], drawing.weight(from, self.to)),
            Part::trained("bias", [rows, self.to], drawing.bias(from)),
        ]
    }

    fn multiply_adds(&self, inputs: &[Shape], _output: Shape) -> u64 {
        (inputs[0].size() * self.to) as u64
    }

    fn run(&self, inputs: Vec<Value>, step: &Step<'_>) -> Value {
        let x = only(inputs).last();
        let [batch, rows, length, from] = x.dims();
        let x = x.swap_dims(0, 1).reshape([rows, batch * length, from]);
        let y = x.matmul(step.weight(0, [rows, from, self.to])) + step.weight(1, [rows, 1, self.to]);
        Value::ChannelsLast(y.reshape([rows, batch, length, self.to]).swap_dims(0, 1))
    }
}
