//! What a network can compute; one file an operation, each with its shapes, weights, cost and its way on Burn.

mod activation;
mod affine;
mod attention;
mod conv;
mod diagonal_state_space;
mod index;
mod join;
mod norm;
mod pool;
mod recurrent;
mod source;
mod state_space;
mod subset;

use burn::tensor::{Device, Tensor};

pub(crate) use activation::for_one_function;
pub use activation::{Activation, Softmax};
pub use affine::{Affine, Dropout, Hardmax};
pub use attention::{Mix, Scores};
pub use conv::{Conv, Linear, RowLinear};
pub use diagonal_state_space::{DiagonalStateSpace, Eigenvalues};
pub(crate) use diagonal_state_space::{PAIRS, step_of};
pub use index::{Pick, Upsample};
pub use join::{Concat, Product, Sum};
pub use norm::{BatchNorm, BatchNormRule, LayerNorm};
pub use pool::{Pool, PoolKind, Reduce, ReduceKind};
pub use recurrent::{Cell, Recurrent};
pub use source::{Constant, Input, Table};
pub use state_space::StateSpace;
pub(crate) use state_space::{STATE, discrete};
pub use subset::Subset;

use super::rearrange::Rearrange;
use super::value::Value;
use super::{Drawing, Role, Shape, Start};

/// A weight that an operation needs: its own name, extents and start.
pub(crate) struct Part {
    pub name: &'static str,
    pub shape: Vec<usize>,
    pub start: Start,
    pub role: Role,
}

impl Part {
    fn trained(name: &'static str, shape: impl Into<Vec<usize>>, start: Start) -> Self {
        Self { name, shape: shape.into(), start, role: Role::Trained }
    }

    fn running(name: &'static str, channels: usize, start: f64) -> Self {
        Self { name, shape: vec![channels], start: Start::Constant(start), role: Role::Running }
    }
}

/// What an operation sees of the run it is part of.
pub(crate) struct Step<'a> {
    /// Where it runs.
    pub device: &'a Device,
    /// Recordings in the batch.
    pub batch: usize,
    /// Shapes of the inputs.
    pub inputs: &'a [Shape],
    /// The result's shape.
    pub output: Shape,
    /// Its weights, flat, in the order of [`Operation::weights`], and behind them what [`Operation::derived`] gave.
    pub weights: &'a [Tensor<1>],
    /// Set in training: where new running statistics go, by the weight's number.
    pub renew: Option<&'a dyn Fn(usize, Tensor<1>)>,
}

impl Step<'_> {
    /// True while the network is trained: dropout drops, batch norms go by the batch.
    pub fn trains(&self) -> bool {
        self.renew.is_some()
    }

    /// Weight number `part` with its extents.
    fn weight<const D: usize>(&self, part: usize, shape: [usize; D]) -> Tensor<D> {
        self.weights[part].clone().reshape(shape)
    }
}

/// One kind of computation.
pub(crate) trait Operation {
    /// The result's shape; an error says what was expected of the inputs.
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String>;

    /// Its weights.
    fn weights(&self, _inputs: &[Shape], _drawing: Drawing) -> Vec<Part> {
        Vec::new()
    }

    /// Numbers that follow from its weights that stay fixed, computed once when the network gets its weights' values.
    fn derived(&self, _inputs: &[Shape], _weights: &[Vec<f32>]) -> Vec<Vec<f32>> {
        Vec::new()
    }

    /// Multiply-adds of products for one recording; additions, activations, norms and pooling are not counted.
    fn multiply_adds(&self, _inputs: &[Shape], _output: Shape) -> u64 {
        0
    }

    /// The result for a batch.
    fn run(&self, inputs: Vec<Value>, step: &Step<'_>) -> Value;
}

macro_rules! operations {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        /// An operation of a network.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Op { $($(#[$doc])* $name($name),)* }

        $(impl From<$name> for Op {
            fn from(operation: $name) -> Self {
                Self::$name(operation)
            }
        })*

        impl Op {
            pub(crate) fn operation(&self) -> &dyn Operation {
                match self { $(Self::$name(operation) => operation,)* }
            }

            /// Its kind, for messages.
            pub fn kind(&self) -> &'static str {
                match self { $(Self::$name(_) => stringify!($name),)* }
            }
        }
    };
}

operations! {
    /// The recording.
    Input,
    /// A learned value, the same for all recordings.
    Table,
    /// A value that is known.
    Constant,
    /// A convolution.
    Conv,
    /// A product over channels.
    Linear,
    /// A product over channels, by other weights in every row.
    RowLinear,
    /// A batch norm.
    BatchNorm,
    /// A layer norm.
    LayerNorm,
    /// A function of each number.
    Activation,
    /// A softmax along an axis.
    Softmax,
    /// 1 at the largest along an axis, 0 elsewhere.
    Hardmax,
    /// Scaled and shifted by constants.
    Affine,
    /// Numbers left out by chance in training.
    Dropout,
    /// A moving maximum or mean.
    Pool,
    /// A maximum, mean or sum over a whole axis.
    Reduce,
    /// A sum.
    Sum,
    /// A product, number by number.
    Product,
    /// Side by side.
    Concat,
    /// Some of an axis' places.
    Pick,
    /// Stretched along a row.
    Upsample,
    /// Another order.
    Rearrange,
    /// How well queries and keys agree.
    Scores,
    /// Values mixed by scores.
    Mix,
    /// A recurrent layer.
    Recurrent,
    /// A linear state space.
    StateSpace,
    /// A linear state space whose eigenvalues are trained.
    DiagonalStateSpace,
    /// Some positions by chance.
    Subset,
}

fn one<const N: usize>(inputs: &[Shape]) -> Result<[Shape; N], String> {
    inputs.try_into().map_err(|_| format!("expected {N} inputs, found {}", inputs.len()))
}

/// The only input's value.
fn only(inputs: Vec<Value>) -> Value {
    let Ok([value]) = <[Value; 1]>::try_from(inputs) else { unreachable!("the graph checked the number of inputs") };
    value
}

/// Both inputs' values.
fn both(inputs: Vec<Value>) -> (Value, Value) {
    let Ok([a, b]) = <[Value; 2]>::try_from(inputs) else { unreachable!("the graph checked the number of inputs") };
    (a, b)
}
