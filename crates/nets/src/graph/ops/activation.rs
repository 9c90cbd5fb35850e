//! Functions of each number, and softmax.

use burn::tensor::{Tensor, activation};
use serde::{Deserialize, Serialize};

use super::{Operation, Step, one, only};
use crate::elementary::{exponential, hyperbolic_tangent, normal, sigmoid};
use crate::graph::value::Value;
use crate::graph::{Axis, Shape};

/// A function of each number.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Activation {
    /// max(x, 0).
    Relu,
    /// x for positive x, else a small part of it.
    LeakyRelu(f64),
    /// x Phi(x), exact.
    Gelu,
    /// x sigmoid(x).
    Silu,
    /// x tanh(ln(1 + e^x)).
    Mish,
    /// x clamp(x + 3, 0, 6) / 6.
    HardSwish,
    /// min(max(x, 0), 6).
    Relu6,
    /// x for positive x, else e^x - 1.
    Elu,
    /// 1 / (1 + e^-x).
    Sigmoid,
    /// Hyperbolic tangent.
    Tanh,
    /// ln |x| above this floor.
    Log(f64),
    /// x squared.
    Square,
    /// Root of x, from this floor on.
    Root(f64),
    /// One over the root of x, from this floor on.
    InverseRoot(f64),
}

/// The expression once for each function, each time with the function's name known, so that a loop in it is compiled for
/// that function alone instead of choosing it number by number.
macro_rules! for_one_function {
    ($chosen:expr, $name:ident => $expression:expr) => {
        match $chosen {
            Activation::Relu => for_one_function!(@ Activation::Relu, $name => $expression),
            Activation::LeakyRelu(slope) => for_one_function!(@ Activation::LeakyRelu(slope), $name => $expression),
            Activation::Gelu => for_one_function!(@ Activation::Gelu, $name => $expression),
            Activation::Silu => for_one_function!(@ Activation::Silu, $name => $expression),
            Activation::Mish => for_one_function!(@ Activation::Mish, $name => $expression),
            Activation::HardSwish => for_one_function!(@ Activation::HardSwish, $name => $expression),
            Activation::Relu6 => for_one_function!(@ Activation::Relu6, $name => $expression),
            Activation::Elu => for_one_function!(@ Activation::Elu, $name => $expression),
            Activation::Sigmoid => for_one_function!(@ Activation::Sigmoid, $name => $expression),
            Activation::Tanh => for_one_function!(@ Activation::Tanh, $name => $expression),
            Activation::Log(floor) => for_one_function!(@ Activation::Log(floor), $name => $expression),
            Activation::Square => for_one_function!(@ Activation::Square, $name => $expression),
            Activation::Root(floor) => for_one_function!(@ Activation::Root(floor), $name => $expression),
            Activation::InverseRoot(floor) => for_one_function!(@ Activation::InverseRoot(floor), $name => $expression),
        }
    };
    (@ $function:expr, $name:ident => $expression:expr) => {{
        let $name = $function;
        $expression
    }};
}
pub(crate) use for_one_function;

impl Activation {
    /// The function of each number: what every engine of ours computes.
    pub fn apply(self, x: &[f32], out: &mut [f32]) {
        for_one_function!(self, function => out.iter_mut().zip(x).for_each(|(out, x)| *out = function.of(*x)));
    }

    /// The function of one number.
    #[inline(always)]
    pub fn of(self, x: f32) -> f32 {
        match self {
            Self::Relu => x.max(0.0),
            Self::LeakyRelu(slope) => {
                if x > 0.0 {
                    x
                } else {
                    x * slope as f32
                }
            }
            Self::Gelu => x * normal(x).0,
            Self::Silu => x * sigmoid(x),
            Self::Mish => x * hyperbolic_tangent(if x > 20.0 { x } else { exponential(x).ln_1p() }),
            Self::HardSwish => x * (x + 3.0).clamp(0.0, 6.0) / 6.0,
            Self::Relu6 => x.clamp(0.0, 6.0),
            Self::Elu => {
                if x > 0.0 {
                    x
                } else {
                    x.exp_m1()
                }
            }
            Self::Sigmoid => sigmoid(x),
            Self::Tanh => hyperbolic_tangent(x),
            Self::Log(floor) => x.abs().max(floor as f32).ln(),
            Self::Square => x * x,
            Self::Root(floor) => x.max(floor as f32).sqrt(),
            Self::InverseRoot(floor) => 1.0 / x.max(floor as f32).sqrt(),
        }
    }
}

/// Hyperbolic tangent, of which graphics processors make NaN far out: some divide two exponentials there.
pub(super) fn tanh<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    x.clamp(-9.0, 9.0).tanh()
}

impl Operation for Activation {
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        one(inputs).map(|[x]| x)
    }

    fn run(&self, inputs: Vec<Value>, _step: &Step<'_>) -> Value {
        only(inputs).map(|x| match *self {
            Self::Relu => activation::relu(x),
            Self::LeakyRelu(slope) => activation::leaky_relu(x, slope),
            Self::Gelu => activation::gelu(x),
            Self::Silu => activation::silu(x),
            // Softplus of more than 20 has a tangent of 1, and further out overflows.
            Self::Mish => x.clone() * tanh(activation::softplus(x.clamp_max(20.0), 1.0)),
            Self::HardSwish => x.clone() * (x + 3.0).clamp(0.0, 6.0) / 6.0,
            Self::Relu6 => x.clamp(0.0, 6.0),
            Self::Elu => activation::elu(x, 1.0),
            Self::Sigmoid => activation::sigmoid(x),
            Self::Tanh => tanh(x),
            Self::Log(floor) => x.abs().clamp_min(floor).log(),
            Self::Square => x.powi_scalar(2),
            Self::Root(floor) => x.clamp_min(floor).sqrt(),
            Self::InverseRoot(floor) => x.clamp_min(floor).sqrt().recip(),
        })
    }
}

/// Positive numbers that sum to 1 along an axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Softmax {
    /// Along which.
    pub axis: Axis,
}

impl Operation for Softmax {
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        one(inputs).map(|[x]| x)
    }

    fn run(&self, inputs: Vec<Value>, _step: &Step<'_>) -> Value {
        let x = only(inputs);
        let dimension = x.dimension(self.axis);
        x.map(|x| activation::softmax(x, dimension))
    }
}
