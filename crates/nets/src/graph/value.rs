//! Values of a running network on a Burn device.

use burn::tensor::Tensor;

/// A batch of values, in the order that the last operation left and the next one may change.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// `[batch, row, channel, position]`: what convolutions, pooling and batch norms take.
    ChannelsFirst(Tensor<4>),
    /// `[batch, row, position, channel]`: what products and layer norms take.
    ChannelsLast(Tensor<4>),
}

impl Value {
    /// `[batch, row, channel, position]`.
    pub fn first(self) -> Tensor<4> {
        match self {
            Self::ChannelsFirst(x) => x,
            Self::ChannelsLast(x) => x.swap_dims(2, 3),
        }
    }

    /// `[batch, row, position, channel]`.
    pub fn last(self) -> Tensor<4> {
        match self {
            Self::ChannelsFirst(x) => x.swap_dims(2, 3),
            Self::ChannelsLast(x) => x,
        }
    }

    /// The same operation on each number, whatever the order.
    pub fn map(self, operation: impl FnOnce(Tensor<4>) -> Tensor<4>) -> Self {
        match self {
            Self::ChannelsFirst(x) => Self::ChannelsFirst(operation(x)),
            Self::ChannelsLast(x) => Self::ChannelsLast(operation(x)),
        }
    }

    /// An operation on the numbers of two values, in the first one's order.
    pub fn with(self, other: Self, operation: impl FnOnce(Tensor<4>, Tensor<4>) -> Tensor<4>) -> Self {
        match self {
            Self::ChannelsFirst(x) => Self::ChannelsFirst(operation(x, other.first())),
            Self::ChannelsLast(x) => Self::ChannelsLast(operation(x, other.last())),
        }
    }

    /// The dimension of its tensor that an axis is.
    pub fn dimension(&self, axis: super::Axis) -> usize {
        use super::Axis::{Channels, Length, Rows};
        match (self, axis) {
            (_, Rows) => 1,
            (Self::ChannelsFirst(_), Channels) | (Self::ChannelsLast(_), Length) => 2,
            (Self::ChannelsFirst(_), Length) | (Self::ChannelsLast(_), Channels) => 3,
        }
    }
}
