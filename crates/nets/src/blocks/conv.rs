//! Convolutions over time and the padding that Keras calls "same".

use burn::module::Param;
use burn::nn::conv::{Conv1d, Conv1dConfig};
use burn::nn::{Initializer, PaddingConfig1d};
use burn::tensor::{Device, Tensor};

/// Zeros before and after a lead so that `ceil(length / stride)` positions come out. With an even kernel the odd zero
/// stands at the end: 3 before and 4 after for a kernel of 8.
pub const fn keras_same(length: usize, kernel: usize, stride: usize) -> (usize, usize) {
    let total = ((length.div_ceil(stride) - 1) * stride + kernel).saturating_sub(length);
    (total / 2, total - total / 2)
}

/// A convolution `[batch, from, length] -> [batch, to, length']` with weights by `initializer` and, if wanted, a bias of 0.
pub fn conv(
    (from, to): (usize, usize),
    kernel: usize,
    stride: usize,
    (before, after): (usize, usize),
    bias: bool,
    initializer: &Initializer,
    device: &Device,
) -> Conv1d {
    let mut conv = Conv1dConfig::new(from, to, kernel)
        .with_stride(stride)
        .with_padding(PaddingConfig1d::Explicit(before, after))
        .with_bias(false)
        .with_initializer(initializer.clone())
        .init(device);
    conv.bias = bias.then(|| Initializer::Zeros.init([to], device));
    conv
}

/// A parameter of `shape` drawn by `initializer` with the fans given.
pub(crate) fn drawn<const D: usize>(
    shape: [usize; D],
    (fan_in, fan_out): (usize, usize),
    initializer: &Initializer,
    device: &Device,
) -> Param<Tensor<D>> {
    initializer.init_with(shape, Some(fan_in), Some(fan_out), device)
}

/// A trainable parameter with the values given.
pub(crate) fn fixed<const D: usize>(value: Tensor<D>) -> Param<Tensor<D>> {
    Param::from_tensor(value)
}
