//! Where values come from: the recording, learned tables, known numbers.

use burn::tensor::{Tensor, TensorData};

use super::{Operation, Part, Step, one};
use crate::graph::value::Value;
use crate::graph::{Drawing, Shape, Start};

/// The recording: 1 row of samples, a channel a lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Its shape.
    pub shape: Shape,
}

impl Operation for Input {
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        one::<0>(inputs).map(|_| self.shape)
    }

    fn run(&self, _inputs: Vec<Value>, _step: &Step<'_>) -> Value {
        unreachable!("the run begins with the input's value")
    }
}

/// A learned value, the same for every recording: position codes, class tokens, queries, biases of scores.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Its shape.
    pub shape: Shape,
    /// Its first values.
    pub start: Start,
}

impl Operation for Table {
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        one::<0>(inputs).map(|_| self.shape)
    }

    fn weights(&self, _inputs: &[Shape], _drawing: Drawing) -> Vec<Part> {
        vec![Part::trained("table", self.shape.axes(), self.start.clone())]
    }

    fn run(&self, _inputs: Vec<Value>, step: &Step<'_>) -> Value {
        let [rows, length, channels] = self.shape.axes();
        let table = step.weight(0, [1, rows, length, channels]);
        Value::ChannelsLast(table.expand([step.batch, rows, length, channels]))
    }
}

/// Numbers that nothing changes: sine codes, filters' answers, the axis of a Fourier transform.
#[derive(Clone, Debug, PartialEq)]
pub struct Constant {
    /// Its shape.
    pub shape: Shape,
    /// Row, position, channel.
    pub values: Vec<f32>,
}

impl Operation for Constant {
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        one::<0>(inputs)?;
        if self.values.len() == self.shape.size() {
            Ok(self.shape)
        } else {
            Err(format!("expected {} numbers for {}, found {}", self.shape.size(), self.shape, self.values.len()))
        }
    }

    fn run(&self, _inputs: Vec<Value>, step: &Step<'_>) -> Value {
        let [rows, length, channels] = self.shape.axes();
        let data = TensorData::new(self.values.clone(), [1, rows, length, channels]);
        let table = Tensor::<4>::from_data(data, step.device);
        Value::ChannelsLast(table.expand([step.batch, rows, length, channels]))
    }
}
