//! Scores of queries against keys, and values mixed by them.

use super::Kernel;
use super::map::Map;
use super::product::{Extents, Product};
use crate::graph::{Mix, Scores, Shape};
use crate::lanes::LANES;

/// A head's channels of some positions, one after the other.
fn head(x: &[f32], channels: usize, first: usize, width: usize) -> Vec<f32> {
    x.chunks_exact(channels).flat_map(|position| position[first..first + width].iter().copied()).collect()
}

impl Kernel for Scores {
    fn run(&self, inputs: &[&Map], out: &mut Map) {
        let [query, key] = [inputs[0], inputs[1]];
        let (channels, keys) = (query.shape.channels, key.shape.length);
        let width = channels / self.heads;
        let nothing = vec![0.0; keys.next_multiple_of(LANES)];
        for row in 0..query.shape.rows {
            for number in 0..self.heads {
                let first = number * width;
                let key = key.row(row);
                let weight = |to: usize, from: usize, _| key[to * channels + first + from];
                let product = Product::new(Extents::linear(width, keys), weight, &nothing[..keys]);
                let mut queries = head(query.row(row), channels, first, width);
                for value in &mut queries {
                    *value *= self.scale as f32;
                }
                let queries = Map::from_values(Shape::new(1, query.shape.length, width), queries);
                let mut scores = Map::zeros(Shape::new(1, query.shape.length, keys), 0);
                product.run(&queries, None, &mut scores);
                out.row_mut(row * self.heads + number).copy_from_slice(scores.row(0));
            }
        }
    }
}

impl Kernel for Mix {
    fn run(&self, inputs: &[&Map], out: &mut Map) {
        let [scores, value] = [inputs[0], inputs[1]];
        let (channels, keys, queries) = (value.shape.channels, value.shape.length, scores.shape.length);
        let width = channels / self.heads;
        let nothing = vec![0.0; width];
        for row in 0..value.shape.rows {
            for number in 0..self.heads {
                let first = number * width;
                let values = value.row(row);
                let weight = |to: usize, from: usize, _| values[from * channels + first + to];
                let product = Product::new(Extents::linear(keys, width), weight, &nothing);
                let own =
                    Map::from_values(Shape::new(1, queries, keys), scores.row(row * self.heads + number).to_vec());
                let mut mixed = Map::zeros(Shape::new(1, queries, width), 0);
                product.run(&own, None, &mut mixed);
                let positions = out.row_mut(row).chunks_exact_mut(channels).zip(mixed.row(0).chunks_exact(width));
                for (out, mixed) in positions {
                    out[first..first + width].copy_from_slice(mixed);
                }
            }
        }
    }
}
