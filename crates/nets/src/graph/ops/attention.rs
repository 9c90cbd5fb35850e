//! Attention in two halves, so that scores can be looked at, shifted and thinned out between them.

use super::{Operation, Step, both, one};
use crate::graph::Shape;
use crate::graph::value::Value;

/// How well each query agrees with each key: scaled products over the channels of a head.
///
/// Queries `[row, query, channel]` and keys `[row, key, channel]` give `[row head, query, key]`; heads are consecutive
/// runs of channels.
#[derive(Clone, Debug, PartialEq)]
pub struct Scores {
    /// Heads.
    pub heads: usize,
    /// Factor of the products, commonly one over the root of a head's channels.
    pub scale: f64,
}

/// Values mixed by scores: `[row head, query, key]` and `[row, key, channel]` give `[row, query, channel]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mix {
    /// Heads.
    pub heads: usize,
}

impl Operation for Scores {
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        let [query, key] = one(inputs)?;
        if query.rows != key.rows || query.channels != key.channels || !query.channels.is_multiple_of(self.heads) {
            return Err(format!("queries of {query} and keys of {key} in {} heads", self.heads));
        }
        Ok(Shape::new(query.rows * self.heads, query.length, key.length))
    }

    fn multiply_adds(&self, inputs: &[Shape], _output: Shape) -> u64 {
        (inputs[0].size() * inputs[1].length) as u64
    }

    fn run(&self, inputs: Vec<Value>, step: &Step<'_>) -> Value {
        let (query, key) = both(inputs);
        let (query, key) = (query.last(), key.last());
        // Lengths are the values' own: in training a subset may have left fewer.
        let Shape { rows, channels, .. } = step.inputs[0];
        let (queries, keys, head) = (query.dims()[2], key.dims()[2], channels / self.heads);
        let batch = step.batch * rows;
        let query = (query * self.scale).reshape([batch, queries, self.heads, head]).swap_dims(1, 2);
        let key = key.reshape([batch, keys, self.heads, head]).permute([0, 2, 3, 1]);
        Value::ChannelsLast(query.matmul(key).reshape([step.batch, rows * self.heads, queries, keys]))
    }
}

impl Operation for Mix {
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        let [scores, value] = one(inputs)?;
        if scores.rows != value.rows * self.heads
            || scores.channels != value.length
            || !value.channels.is_multiple_of(self.heads)
        {
            return Err(format!("scores of {scores} for values of {value} in {} heads", self.heads));
        }
        Ok(Shape::new(value.rows, scores.length, value.channels))
    }

    fn multiply_adds(&self, inputs: &[Shape], output: Shape) -> u64 {
        (output.size() * inputs[1].length) as u64
    }

    fn run(&self, inputs: Vec<Value>, step: &Step<'_>) -> Value {
        let (scores, value) = both(inputs);
        let (scores, value) = (scores.last(), value.last());
        let Shape { rows, channels, .. } = step.inputs[1];
        let (queries, keys, head) = (scores.dims()[2], value.dims()[2], channels / self.heads);
        let batch = step.batch * rows;
        let scores = scores.reshape([batch, self.heads, queries, keys]);
        let value = value.reshape([batch, keys, self.heads, head]).swap_dims(1, 2);
        let mixed = scores.matmul(value).swap_dims(1, 2);
        Value::ChannelsLast(mixed.reshape([step.batch, rows, queries, channels]))
    }
}
