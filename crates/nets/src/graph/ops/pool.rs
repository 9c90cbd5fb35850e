//! Maxima and means, moving or over a whole axis.

use burn::tensor::Tensor;
use burn::tensor::module::{avg_pool1d, max_pool1d};
use burn::tensor::ops::{AvgPoolOptions, MaxPoolOptions};

use super::{Operation, Step, one, only};
use crate::graph::value::Value;
use crate::graph::{Axis, Shape};

/// What a moving window gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PoolKind {
    /// The largest.
    Max,
    /// The mean; padding does not count.
    Mean,
    /// The mean; padding counts as zeros.
    MeanWithPadding,
}

/// A moving window along each row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pool {
    /// What it gives.
    pub kind: PoolKind,
    /// Positions that it covers.
    pub kernel: usize,
    /// Step from one output to the next.
    pub stride: usize,
    /// Places before and after that count as nothing.
    pub padding: (usize, usize),
    /// Whether a window that hangs over the end gives an output too.
    pub ceil: bool,
}

impl Pool {
    /// Windows side by side.
    pub const fn new(kind: PoolKind, kernel: usize) -> Self {
        Self { kind, kernel, stride: kernel, padding: (0, 0), ceil: false }
    }

    /// Another step.
    #[must_use]
    pub const fn stride(mut self, stride: usize) -> Self {
        self.stride = stride;
        self
    }

    /// Places on both ends that count as nothing.
    #[must_use]
    pub const fn pad(self, places: usize) -> Self {
        self.pads(places, places)
    }

    /// Places before and after that count as nothing.
    #[must_use]
    pub const fn pads(mut self, before: usize, after: usize) -> Self {
        self.padding = (before, after);
        self
    }

    /// A window that hangs over the end gives an output too.
    #[must_use]
    pub const fn ceil(mut self) -> Self {
        self.ceil = true;
        self
    }

    /// Outputs of so many positions (as PyTorch: the last window has to begin within input or padding before it).
    pub(crate) fn outputs(&self, length: usize) -> Option<usize> {
        let (before, after) = self.padding;
        let room = (length + before + after).checked_sub(self.kernel)?;
        let outputs = if self.ceil { room.div_ceil(self.stride) } else { room / self.stride } + 1;
        Some(if self.ceil && (outputs - 1) * self.stride >= length + before { outputs - 1 } else { outputs })
    }
}

impl Operation for Pool {
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        let [x] = one(inputs)?;
        if self.kernel == 0 || self.stride == 0 || self.padding.0 >= self.kernel || self.padding.1 >= self.kernel {
            return Err(format!("a window of {}, step {}, padding {:?}", self.kernel, self.stride, self.padding));
        }
        let length =
            self.outputs(x.length).ok_or_else(|| format!("a window of {} does not fit into {x}", self.kernel))?;
        Ok(Shape { length, ..x })
    }

    fn run(&self, inputs: Vec<Value>, step: &Step<'_>) -> Value {
        let x = only(inputs).first();
        let [batch, rows, channels, length] = x.dims();
        let x = x.reshape([batch * rows, channels, length]);
        // What hangs over the end is made of padding, so that every backend sees the plain case.
        let outputs = step.output.length;
        let over = ((outputs - 1) * self.stride + self.kernel).saturating_sub(length + self.padding.0);
        let padding = [(self.padding.0, self.padding.1.max(over))];
        let y: Tensor<3> = match self.kind {
            PoolKind::Max => {
                max_pool1d(x, MaxPoolOptions::new([self.kernel]).with_stride([self.stride]).with_padding_pairs(padding))
            }
            PoolKind::Mean | PoolKind::MeanWithPadding => avg_pool1d(
                x,
                AvgPoolOptions::new([self.kernel])
                    .with_stride([self.stride])
                    .with_padding_pairs(padding)
                    .with_count_include_pad(self.kind == PoolKind::MeanWithPadding),
            ),
        };
        let y = y.narrow(2, 0, outputs);
        Value::ChannelsFirst(y.reshape([batch, rows, channels, outputs]))
    }
}

/// What is made of all numbers along an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReduceKind {
    /// The largest.
    Max,
    /// The mean.
    Mean,
    /// The sum.
    Sum,
}

/// All numbers along an axis as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reduce {
    /// What is made of them.
    pub kind: ReduceKind,
    /// Along which.
    pub axis: Axis,
}

impl Operation for Reduce {
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        let [x] = one(inputs)?;
        Ok(x.with(self.axis, 1))
    }

    fn run(&self, inputs: Vec<Value>, _step: &Step<'_>) -> Value {
        let x = only(inputs);
        let dimension = x.dimension(self.axis);
        x.map(|x| match self.kind {
            ReduceKind::Max => x.max_dim(dimension),
            ReduceKind::Mean => x.mean_dim(dimension),
            ReduceKind::Sum => x.sum_dim(dimension),
        })
    }
}
