//! What training on a processor computes with: one matrix product, and all threads.

use nets::tape::{Machine, Steps};
use rayon::prelude::*;

use crate::product::product;

/// Products by `gemm`, jobs on rayon's threads.
#[derive(Clone, Copy, Debug, Default)]
pub struct Processor;

impl Machine for Processor {
    fn product(
        &self,
        extents: (usize, usize, usize),
        to: (&mut [f32], Steps, bool),
        left: (&[f32], Steps),
        right: (&[f32], Steps),
    ) {
        product(extents, to, left, right);
    }

    fn run<'a>(&self, jobs: Vec<Box<dyn FnOnce() + Send + 'a>>) {
        jobs.into_par_iter().for_each(|job| job());
    }
}
