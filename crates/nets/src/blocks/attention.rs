//! Additive attention with a bias for every position.

use burn::module::{Module, Param};
use burn::nn::Initializer;
use burn::tensor::activation::softmax;
use burn::tensor::{Device, Tensor};

/// IMLE-Net's attention: `e = tanh(x W + b) V`, `a = softmax(e)` over positions, result `sum of a x`. The bias has a row
/// for each position, which ties the layer to one length.
#[derive(Module, Debug)]
pub struct PositionAttention {
    /// `[feature, width]`.
    pub weight: Param<Tensor<2>>,
    /// `[position, width]`.
    pub bias: Param<Tensor<2>>,
    /// `[width, 1]`.
    pub context: Param<Tensor<2>>,
}

impl PositionAttention {
    /// Weights from a normal distribution of standard deviation 0.05 (Keras' "normal"), bias 0.
    pub fn init(positions: usize, features: usize, width: usize, device: &Device) -> Self {
        let normal = Initializer::Normal { mean: 0.0, std: 0.05 };
        Self {
            weight: normal.init([features, width], device),
            bias: Initializer::Zeros.init([positions, width], device),
            context: normal.init([width, 1], device),
        }
    }

    /// `[batch, position, feature]` to the weighted sum `[batch, feature]` and the scores `[batch, position]`.
    pub fn forward(&self, x: Tensor<3>) -> (Tensor<2>, Tensor<2>) {
        let [batch, positions, features] = x.dims();
        let width = self.weight.dims()[1];
        let hidden = x.clone().reshape([batch * positions, features]).matmul(self.weight.val());
        let hidden = (hidden.reshape([batch, positions, width]) + self.bias.val().unsqueeze_dim(0)).tanh();
        let energies = hidden.reshape([batch * positions, width]).matmul(self.context.val());
        let scores = softmax(energies.reshape([batch, positions]), 1);
        let weighted = x * scores.clone().unsqueeze_dim::<3>(2);
        (weighted.sum_dim(1).squeeze_dim(1), scores)
    }
}
