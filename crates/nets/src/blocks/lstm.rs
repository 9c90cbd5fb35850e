//! Long short-term memory with one bias vector, as Keras counts it.

use burn::module::{Module, Param};
use burn::nn::Initializer;
use burn::tensor::activation::sigmoid;
use burn::tensor::{Device, Tensor};

use super::conv::{drawn, fixed};

/// One direction. Gates stand in the order input, forget, cell, output.
#[derive(Module, Debug)]
pub struct Lstm {
    /// `[feature, 4 hidden]`.
    pub kernel: Param<Tensor<2>>,
    /// `[hidden, 4 hidden]`.
    pub recurrent: Param<Tensor<2>>,
    /// `[4 hidden]`.
    pub bias: Param<Tensor<1>>,
}

impl Lstm {
    /// Keras' defaults: Glorot uniform kernel, orthogonal recurrent kernel, bias 1 for the forget gate and 0 elsewhere.
    pub fn init(features: usize, hidden: usize, device: &Device) -> Self {
        let glorot = Initializer::XavierUniform { gain: 1.0 };
        let bias = Tensor::cat(
            vec![Tensor::zeros([hidden], device), Tensor::ones([hidden], device), Tensor::zeros([2 * hidden], device)],
            0,
        );
        Self {
            kernel: drawn([features, 4 * hidden], (features, 4 * hidden), &glorot, device),
            recurrent: Initializer::Orthogonal { gain: 1.0 }.init([hidden, 4 * hidden], device),
            bias: fixed(bias),
        }
    }

    /// `[batch, step, feature]` to the state after each step `[batch, step, hidden]`, in the order of time also when
    /// the steps are walked `backward`.
    pub fn forward(&self, x: Tensor<3>, backward: bool) -> Tensor<3> {
        let [batch, steps, features] = x.dims();
        let hidden = self.recurrent.dims()[0];
        let projected = x.reshape([batch * steps, features]).matmul(self.kernel.val()) + self.bias.val().unsqueeze();
        let projected = projected.reshape([batch, steps, 4 * hidden]);
        let recurrent = self.recurrent.val();
        let mut state: Option<(Tensor<2>, Tensor<2>)> = None;
        let mut states = Vec::with_capacity(steps);
        for step in 0..steps {
            let time = if backward { steps - 1 - step } else { step };
            let mut gates = projected.clone().narrow(1, time, 1).reshape([batch, 4 * hidden]);
            if let Some((output, _)) = &state {
                gates = gates + output.clone().matmul(recurrent.clone());
            }
            // Input and forget gates stand side by side: one sigmoid for both.
            let input_and_forget = sigmoid(gates.clone().narrow(1, 0, 2 * hidden));
            let candidate = gates.clone().narrow(1, 2 * hidden, hidden).tanh();
            let output_gate = sigmoid(gates.narrow(1, 3 * hidden, hidden));
            let mut cell = input_and_forget.clone().narrow(1, 0, hidden) * candidate;
            if let Some((_, old)) = state {
                cell = cell + input_and_forget.narrow(1, hidden, hidden) * old;
            }
            let output = output_gate * cell.clone().tanh();
            states.push(output.clone());
            state = Some((output, cell));
        }
        if backward {
            states.reverse();
        }
        Tensor::stack(states, 1)
    }
}

/// Both directions over a whole sequence, their states side by side.
#[derive(Module, Debug)]
pub struct BidirectionalLstm {
    /// In the order of time.
    pub forward: Lstm,
    /// Against it.
    pub backward: Lstm,
}

impl BidirectionalLstm {
    /// Two directions of `hidden` each.
    pub fn init(features: usize, hidden: usize, device: &Device) -> Self {
        Self { forward: Lstm::init(features, hidden, device), backward: Lstm::init(features, hidden, device) }
    }

    /// `[batch, step, feature]` to `[batch, step, 2 hidden]`, forward states first.
    pub fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        Tensor::cat(vec![self.forward.forward(x.clone(), false), self.backward.forward(x, true)], 2)
    }
}
