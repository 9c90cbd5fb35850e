//! Values put together.

use burn::tensor::Tensor;

use super::{Operation, Step, both, one};
use crate::graph::value::Value;
use crate::graph::{Axis, Shape};

/// `a + b`; an extent of 1 is repeated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sum;

/// `a b`, number by number; an extent of 1 is repeated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product;

fn broadcast(inputs: &[Shape]) -> Result<Shape, String> {
    let [a, b] = one(inputs)?;
    a.broadcast(b).ok_or_else(|| format!("{a} and {b} do not fit together"))
}

impl Operation for Sum {
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        broadcast(inputs)
    }

    fn run(&self, inputs: Vec<Value>, _step: &Step<'_>) -> Value {
        let (a, b) = both(inputs);
        a.with(b, |a, b| a + b)
    }
}

impl Operation for Product {
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        broadcast(inputs)
    }

    fn run(&self, inputs: Vec<Value>, _step: &Step<'_>) -> Value {
        let (a, b) = both(inputs);
        a.with(b, |a, b| a * b)
    }
}

/// Values side by side along an axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Concat {
    /// Along which.
    pub axis: Axis,
}

impl Operation for Concat {
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        let first = *inputs.first().ok_or("expected something to put together")?;
        let mut extent = 0;
        for input in inputs {
            if input.with(self.axis, 1) != first.with(self.axis, 1) {
                return Err(format!("{first} and {input} do not stand side by side along {:?}", self.axis));
            }
            extent += input.along(self.axis);
        }
        Ok(first.with(self.axis, extent))
    }

    fn run(&self, inputs: Vec<Value>, _step: &Step<'_>) -> Value {
        // In the order of the first.
        let first = matches!(inputs.first(), Some(Value::ChannelsFirst(_)));
        let dimension = inputs[0].dimension(self.axis);
        let join = |values: Vec<Tensor<4>>| Tensor::cat(values, dimension);
        if first {
            Value::ChannelsFirst(join(inputs.into_iter().map(Value::first).collect()))
        } else {
            Value::ChannelsLast(join(inputs.into_iter().map(Value::last).collect()))
        }
    }
}
