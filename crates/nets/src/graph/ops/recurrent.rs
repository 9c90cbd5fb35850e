//! Recurrent layers along each row.

use burn::tensor::Tensor;
use burn::tensor::activation::sigmoid;

use super::activation::tanh;
use super::{Operation, Part, Step, one, only};
use crate::graph::value::Value;
use crate::graph::{Drawing, Role, Shape, Start};

/// The cell of a recurrent layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Long short-term memory; gates in the order input, forget, candidate, output.
    Lstm,
    /// Gated recurrent unit; gates in the order reset, update, new; the reset gate acts on the recurrent product with its
    /// bias (PyTorch's, and Keras' `reset_after`).
    Gru,
}

/// A recurrent layer along each row, in one direction or both (states side by side, forward first).
///
/// Weights of a direction: `kernel` `[from, gates hidden]`, `recurrent` `[hidden, gates hidden]`, `bias`, and for two
/// biases (PyTorch, and Keras' GRU) `recurrent_bias`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recurrent {
    /// The cell.
    pub cell: Cell,
    /// Numbers of a direction's state.
    pub hidden: usize,
    /// Whether it also runs against time.
    pub both_ways: bool,
    /// Whether the recurrent product has a bias of its own.
    pub two_biases: bool,
}

impl Cell {
    pub(crate) const fn gates(self) -> usize {
        match self {
            Self::Lstm => 4,
            Self::Gru => 3,
        }
    }
}

const FORWARD: [&str; 4] = ["kernel", "recurrent", "bias", "recurrent_bias"];
const BACKWARD: [&str; 4] = ["backward.kernel", "backward.recurrent", "backward.bias", "backward.recurrent_bias"];

impl Recurrent {
    /// PyTorch's LSTM.
    pub const fn lstm(hidden: usize) -> Self {
        Self { cell: Cell::Lstm, hidden, both_ways: false, two_biases: true }
    }

    /// PyTorch's GRU.
    pub const fn gru(hidden: usize) -> Self {
        Self { cell: Cell::Gru, hidden, both_ways: false, two_biases: true }
    }

    /// Also against time.
    #[must_use]
    pub const fn both_ways(mut self) -> Self {
        self.both_ways = true;
        self
    }

    /// One bias a gate, as Keras' LSTM.
    #[must_use]
    pub const fn one_bias(mut self) -> Self {
        self.two_biases = false;
        self
    }

    /// Weights of a direction.
    pub(crate) const fn parts(&self) -> usize {
        if self.two_biases { 4 } else { 3 }
    }

    fn direction(&self, x: Tensor<4>, weights: &[Tensor<1>], backward: bool) -> Tensor<4> {
        let [batch, rows, steps, from] = x.dims();
        let (hidden, gates) = (self.hidden, self.cell.gates());
        let width = gates * hidden;
        let kernel = weights[0].clone().reshape([from, width]);
        let recurrent = weights[1].clone().reshape([hidden, width]);
        let mut bias = weights[2].clone();
        let own_bias = match (self.cell, weights.get(3)) {
            // The candidate's own bias stays inside the reset gate.
            (Cell::Gru, Some(own)) => Some(own.clone().reshape([1, width])),
            (Cell::Lstm, Some(own)) => {
                bias = bias + own.clone();
                None
            }
            (_, None) => None,
        };
        let projected = x.reshape([batch * rows * steps, from]).matmul(kernel) + bias.reshape([1, width]);
        let projected = projected.reshape([batch * rows, steps, width]);
        let mut output = Tensor::<2>::zeros([batch * rows, hidden], &projected.device());
        let mut cell = output.clone();
        let mut states = Vec::with_capacity(steps);
        for number in 0..steps {
            let time = if backward { steps - 1 - number } else { number };
            let given = projected.clone().narrow(1, time, 1).reshape([batch * rows, width]);
            let part =
                |gates: &Tensor<2>, first: usize, count: usize| gates.clone().narrow(1, first * hidden, count * hidden);
            let own = output.clone().matmul(recurrent.clone());
            match self.cell {
                Cell::Lstm => {
                    let gates = given + own;
                    // Input and forget gates stand side by side: one sigmoid for both.
                    let open = sigmoid(part(&gates, 0, 2));
                    let candidate = tanh(part(&gates, 2, 1));
                    cell = part(&open, 1, 1) * cell + part(&open, 0, 1) * candidate;
                    output = sigmoid(part(&gates, 3, 1)) * tanh(cell.clone());
                }
                Cell::Gru => {
                    let own = match &own_bias {
                        Some(bias) => own + bias.clone(),
                        None => own,
                    };
                    let open = sigmoid(part(&given, 0, 2) + part(&own, 0, 2));
                    let new = tanh(part(&given, 2, 1) + part(&open, 0, 1) * part(&own, 2, 1));
                    let stays = part(&open, 1, 1);
                    output = new.clone() + stays * (output - new);
                }
            }
            states.push(output.clone());
        }
        if backward {
            states.reverse();
        }
        Tensor::stack::<3>(states, 1).reshape([batch, rows, steps, hidden])
    }
}

impl Operation for Recurrent {
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        let [x] = one(inputs)?;
        Ok(Shape { channels: if self.both_ways { 2 * self.hidden } else { self.hidden }, ..x })
    }

    fn weights(&self, inputs: &[Shape], drawing: Drawing) -> Vec<Part> {
        let (from, hidden) = (inputs[0].channels, self.hidden);
        let width = self.cell.gates() * hidden;
        let torch = || Start::Uniform((1.0 / hidden as f64).sqrt());
        let (kernel, recurrent) = match drawing {
            // The PTB-XL benchmark redraws convolutions and linear layers only.
            Drawing::Torch | Drawing::KaimingNormal => (torch(), torch()),
            Drawing::GlorotUniform | Drawing::CutNormal(_) | Drawing::Normal(_) => {
                (drawing.weight(from, width), Start::Orthogonal { rows: hidden, columns: width })
            }
        };
        let mut bias = vec![0.0; width];
        if drawing == Drawing::GlorotUniform && self.cell == Cell::Lstm {
            // Keras lets the forget gate begin open.
            bias[hidden..2 * hidden].fill(1.0);
        }
        let bias =
            if matches!(drawing, Drawing::Torch | Drawing::KaimingNormal) { torch() } else { Start::Given(bias) };
        let second = match &bias {
            Start::Given(_) => Start::Constant(0.0),
            drawn => drawn.clone(),
        };
        let directions: &[[&'static str; 4]] = if self.both_ways { &[FORWARD, BACKWARD] } else { &[FORWARD] };
        let mut parts = Vec::new();
        for names in directions {
            let starts = [kernel.clone(), recurrent.clone(), bias.clone(), second.clone()];
            let shapes = [vec![from, width], vec![hidden, width], vec![width], vec![width]];
            for ((name, shape), start) in names.iter().copied().zip(shapes).zip(starts).take(self.parts()) {
                parts.push(Part { name, shape, start, role: Role::Trained });
            }
        }
        parts
    }

    fn multiply_adds(&self, inputs: &[Shape], _output: Shape) -> u64 {
        let x = inputs[0];
        let directions = if self.both_ways { 2 } else { 1 };
        (directions * x.rows * x.length * self.cell.gates() * self.hidden * (x.channels + self.hidden)) as u64
    }

    fn run(&self, inputs: Vec<Value>, step: &Step<'_>) -> Value {
        let x = only(inputs).last();
        let (forward, backward) = step.weights.split_at(self.parts());
        let ahead = self.direction(x.clone(), forward, false);
        Value::ChannelsLast(if self.both_ways {
            Tensor::cat(vec![ahead, self.direction(x, backward, true)], 3)
        } else {
            ahead
        })
    }
}
