//! Numbers out of Burn's parameters.

use burn::module::{Param, ParamId};
use burn::tensor::Tensor;

use crate::optimiser::numbers;

/// Gradients of parameters by their identity, in each parameter's own order.
pub type Gradients = Vec<(ParamId, Vec<f32>)>;

/// A parameter's numbers, row by row.
pub(super) fn host<const D: usize>(param: &Param<Tensor<D>>) -> Vec<f32> {
    numbers(param.val().inner())
}
