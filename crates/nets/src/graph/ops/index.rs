//! Places picked, put in another order, or filled in between.

use burn::tensor::{Int, Tensor, TensorData};

use super::{Operation, Step, one, only};
use crate::graph::rearrange::Rearrange;
use crate::graph::value::Value;
use crate::graph::{Axis, Shape};

/// Some places of an axis, in the order given; a place may come several times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pick {
    /// Of which.
    pub axis: Axis,
    /// Which.
    pub places: Vec<usize>,
}

impl Pick {
    /// A run of places.
    pub fn range(axis: Axis, places: std::ops::Range<usize>) -> Self {
        Self { axis, places: places.collect() }
    }

    /// First place and number, where the places follow one another.
    pub(crate) fn run_of(&self) -> Option<(usize, usize)> {
        let first = *self.places.first()?;
        let follows = self.places.iter().enumerate().all(|(number, &place)| place == first + number);
        follows.then_some((first, self.places.len()))
    }
}

impl Operation for Pick {
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        let [x] = one(inputs)?;
        match self.places.iter().find(|&&place| place >= x.along(self.axis)) {
            Some(place) => Err(format!("no place {place} along {:?} of {x}", self.axis)),
            None if self.places.is_empty() => Err("expected at least one place".to_owned()),
            None => Ok(x.with(self.axis, self.places.len())),
        }
    }

    fn run(&self, inputs: Vec<Value>, step: &Step<'_>) -> Value {
        let x = only(inputs);
        let dimension = x.dimension(self.axis);
        if let Some((first, count)) = self.run_of() {
            return x.map(|x| x.narrow(dimension, first, count));
        }
        let places: Vec<i32> = self.places.iter().map(|&place| place as i32).collect();
        let places = Tensor::<1, Int>::from_data(TensorData::new(places, [self.places.len()]), step.device);
        x.map(|x| x.select(dimension, places))
    }
}

/// Each position repeated, or lines drawn between positions (both ends kept).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upsample {
    /// Times that each position stands.
    pub times: usize,
}

impl Operation for Upsample {
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        let [x] = one(inputs)?;
        Ok(Shape { length: x.length * self.times, ..x })
    }

    fn run(&self, inputs: Vec<Value>, _step: &Step<'_>) -> Value {
        let x = only(inputs).last();
        let [batch, rows, length, channels] = x.dims();
        let x = x.reshape([batch * rows * length, 1, channels]).expand([batch * rows * length, self.times, channels]);
        Value::ChannelsLast(x.reshape([batch, rows, length * self.times, channels]))
    }
}

impl Operation for Rearrange {
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        let [x] = one(inputs)?;
        if x.size() == self.extents.iter().product::<usize>() {
            Ok(self.result)
        } else {
            Err(format!("{x} is not made of {:?}", self.extents))
        }
    }

    fn run(&self, inputs: Vec<Value>, step: &Step<'_>) -> Value {
        let x = only(inputs).last();
        let [rows, length, channels] = self.result.axes();
        let out = [step.batch, rows, length, channels];
        macro_rules! permuted {
            ($($count:literal => $dimensions:literal),*) => {
                match self.extents.len() {
                    0 | 1 => x.reshape(out),
                    $($count => {
                        let mut shape = [step.batch; $dimensions];
                        shape[1..].copy_from_slice(&self.extents);
                        let mut order = [0_isize; $dimensions];
                        for (to, from) in order[1..].iter_mut().zip(&self.order) {
                            *to = *from as isize + 1;
                        }
                        x.reshape(shape).permute(order).reshape(out)
                    })*
                    _ => unreachable!("the builder allows six factors"),
                }
            };
        }
        Value::ChannelsLast(permuted!(2 => 3, 3 => 4, 4 => 5, 5 => 6, 6 => 7))
    }
}
