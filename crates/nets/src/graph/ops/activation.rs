//! Functions of each number, and softmax.

use burn::tensor::activation;
use serde::{Deserialize, Serialize};

use super::{Operation, Step, one, only};
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

impl Activation {
    /// The function of one number: what every engine computes.
    pub fn of(self, x: f32) -> f32 {
        let sigmoid = |x: f32| 1.0 / (1.0 + (-x).exp());
        match self {
            Self::Relu => x.max(0.0),
            Self::LeakyRelu(slope) => {
                if x > 0.0 {
                    x
                } else {
                    x * slope as f32
                }
            }
            Self::Gelu => 0.5 * x * (1.0 + erf(x * std::f32::consts::FRAC_1_SQRT_2)),
            Self::Silu => x * sigmoid(x),
            Self::Mish => x * if x > 20.0 { x } else { x.exp().ln_1p() }.tanh(),
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
            Self::Tanh => x.tanh(),
            Self::Log(floor) => x.abs().max(floor as f32).ln(),
            Self::Square => x * x,
            Self::Root(floor) => x.max(floor as f32).sqrt(),
            Self::InverseRoot(floor) => 1.0 / x.max(floor as f32).sqrt(),
        }
    }
}

/// The error function, to 1e-7: its all-positive series `2/sqrt(pi) e^(-x^2) sum of 2^n x^(2n+1) / (2n+1)!!`
/// (Abramowitz and Stegun, 7.1.6).
fn erf(x: f32) -> f32 {
    let x64 = f64::from(x);
    let size = x64.abs();
    if size > 4.0 {
        return x.signum();
    }
    let mut term = size;
    let mut sum = size;
    let mut odd = 1.0;
    while term > sum * 1e-9 {
        odd += 2.0;
        term *= 2.0 * size * size / odd;
        sum += term;
    }
    let value = std::f64::consts::FRAC_2_SQRT_PI * (-size * size).exp() * sum;
    (value * x64.signum()) as f32
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
            Self::Mish => activation::mish(x),
            Self::HardSwish => x.clone() * (x + 3.0).clamp(0.0, 6.0) / 6.0,
            Self::Relu6 => x.clamp(0.0, 6.0),
            Self::Elu => activation::elu(x, 1.0),
            Self::Sigmoid => activation::sigmoid(x),
            Self::Tanh => x.tanh(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_function_is_the_tabled_one() {
        for (x, expected) in
            [(0.0, 0.0), (0.5, 0.520_499_88), (1.0, 0.842_700_8), (2.0, 0.995_322_3), (3.5, 0.999_999_26)]
        {
            assert!((erf(x) - expected).abs() < 1e-7 && (erf(-x) + expected).abs() < 1e-7, "erf({x}) = {}", erf(x));
        }
    }
}
