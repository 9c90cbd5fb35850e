//! Small changes of each number: constants, chance, a hard choice.

use burn::tensor::{Distribution, Tensor};

use super::{Operation, Step, one, only};
use crate::graph::value::Value;
use crate::graph::{Axis, Shape};

/// `scale x + shift`.
#[derive(Clone, Debug, PartialEq)]
pub struct Affine {
    /// Times this.
    pub scale: f64,
    /// Plus this.
    pub shift: f64,
}

impl Operation for Affine {
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        one(inputs).map(|[x]| x)
    }

    fn run(&self, inputs: Vec<Value>, _step: &Step<'_>) -> Value {
        only(inputs).map(|x| x * self.scale + self.shift)
    }
}

/// In training, numbers become 0 with a probability, and the others grow so that the mean stays.
#[derive(Clone, Debug, PartialEq)]
pub struct Dropout {
    /// How likely a number is left out.
    pub probability: f64,
    /// Axes along which numbers stand or fall together: all of length for whole channels, all three for whole paths
    /// (stochastic depth).
    pub together: Vec<Axis>,
}

impl Operation for Dropout {
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        if (0.0..1.0).contains(&self.probability) {
            one(inputs).map(|[x]| x)
        } else {
            Err(format!("expected a probability below 1, found {}", self.probability))
        }
    }

    fn run(&self, inputs: Vec<Value>, step: &Step<'_>) -> Value {
        let x = only(inputs);
        if !step.trains() || self.probability == 0.0 {
            return x;
        }
        let keep = 1.0 - self.probability;
        let dimensions: Vec<usize> = self.together.iter().map(|&axis| x.dimension(axis)).collect();
        x.map(|x| {
            let mut shape = x.dims();
            for dimension in dimensions {
                shape[dimension] = 1;
            }
            let mask = Tensor::<4>::random(shape, Distribution::Bernoulli(keep), &x.device());
            x * (mask / keep)
        })
    }
}

/// 1 where a value is the largest along an axis (the first of equals), 0 elsewhere. No gradient passes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hardmax {
    /// Along which.
    pub axis: Axis,
}

impl Operation for Hardmax {
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        one(inputs).map(|[x]| x)
    }

    fn run(&self, inputs: Vec<Value>, _step: &Step<'_>) -> Value {
        let x = only(inputs);
        let dimension = x.dimension(self.axis);
        x.map(|x| {
            let shape = x.dims();
            let device = x.device();
            let largest = x.detach().argmax(dimension);
            let mut line = [1; 4];
            line[dimension] = shape[dimension];
            let places = Tensor::<1, burn::tensor::Int>::arange(0..shape[dimension] as i64, &device).reshape(line);
            places.expand(shape).equal(largest.expand(shape)).float()
        })
    }
}
