//! Some positions of a row, by chance: what masked training lets an encoder see.

use burn::tensor::{Distribution, Tensor};

use super::{Operation, Step, one, only};
use crate::graph::value::Value;
use crate::graph::{Draws, Shape};

/// So many positions of every row, drawn anew for each recording and row, without putting any back; the others are
/// gone, and those that stay come in the order in which they were drawn.
///
/// Where it is for training only, the result's shape is that of inference: all positions. In training fewer come, so
/// that only operations may follow that take any number of positions: linear layers, norms, attention, functions of
/// single numbers, and values put side by side along a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subset {
    /// Positions that stay.
    pub kept: usize,
    /// Whether positions are left out in inference too.
    pub always: bool,
}

impl Subset {
    /// Positions of a row that stay, drawn one after the other (Fisher and Yates' shuffle, cut short).
    pub(crate) fn places(&self, length: usize, draws: &mut Draws) -> Vec<usize> {
        let mut places: Vec<usize> = (0..length).collect();
        for place in 0..self.kept.min(length) {
            let other = place + (draws.uniform() * (length - place) as f64) as usize;
            places.swap(place, other);
        }
        places.truncate(self.kept);
        places
    }
}

impl Operation for Subset {
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        let [x] = one(inputs)?;
        if self.kept == 0 || self.kept > x.length {
            return Err(format!("{} positions kept of {x}", self.kept));
        }
        Ok(if self.always { Shape { length: self.kept, ..x } } else { x })
    }

    fn run(&self, inputs: Vec<Value>, step: &Step<'_>) -> Value {
        let x = only(inputs);
        if !self.always && !step.trains() {
            return x;
        }
        let x = x.last();
        let [batch, rows, length, channels] = x.dims();
        // Chance needs no gradient: drawn on the device without it.
        let noise = Tensor::<3>::random([batch, rows, length], Distribution::Uniform(0.0, 1.0), &x.device().inner());
        let places = noise.argsort(2).narrow(2, 0, self.kept);
        let places = places.reshape([batch, rows, self.kept, 1]).expand([batch, rows, self.kept, channels]);
        Value::ChannelsLast(x.gather(2, places))
    }
}

#[cfg(all(test, feature = "cpu"))]
mod tests {
    use std::sync::Arc;

    use burn::tensor::{Device, Tensor, TensorData};

    use crate::graph::{Builder, Running, Shape};

    /// Twenty positions whose two channels are their number and its double, of which seven stay; two recordings.
    fn kept(always: bool, device: &Device) -> Vec<f32> {
        let mut build = Builder::new("subset", Shape::new(1, 20, 2));
        let x = build.input();
        let x = build.subset(x, 7, always);
        let network = Running::drawn(Arc::new(build.finish(x).unwrap()), 1, device);
        let recording: Vec<f32> = (0..20).map(|n| n as f32).chain((0..20).map(|n| 2.0 * n as f32)).collect();
        let x = Tensor::<3>::from_data(TensorData::new(recording.repeat(2), [2, 2, 20]), device);
        network.forward(x)["logits"].clone().into_data().try_into_vec_as::<f32>().unwrap()
    }

    #[test]
    fn seven_different_positions_stay_whole() {
        let found = kept(true, &Device::flex());
        assert_eq!(found.len(), 2 * 7 * 2);
        for recording in found.chunks(14) {
            let mut numbers: Vec<i32> = recording.chunks(2).map(|position| position[0] as i32).collect();
            assert!(recording.chunks(2).all(|position| position[1] == 2.0 * position[0]));
            numbers.sort_unstable();
            numbers.dedup();
            assert_eq!(numbers.len(), 7);
        }
    }

    #[test]
    fn recordings_of_a_batch_keep_different_positions() {
        let found = kept(true, &Device::flex());
        assert_ne!(found[..14], found[14..]);
    }

    #[test]
    fn all_positions_stay_in_inference_where_only_training_leaves_some_out() {
        assert_eq!(kept(false, &Device::flex()).len(), 2 * 20 * 2);
        assert_eq!(kept(false, &Device::flex().autodiff()).len(), 2 * 7 * 2);
    }
}
