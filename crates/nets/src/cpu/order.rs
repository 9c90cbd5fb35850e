//! Values put side by side, picked from, repeated, or put in another order.

use super::Kernel;
use super::map::Map;
use crate::graph::{Axis, Concat, Draws, Pick, Rearrange, Subset, Upsample};

impl Kernel for Concat {
    fn run(&self, inputs: &[&Map], out: &mut Map) {
        let channels = out.shape.channels;
        match self.axis {
            Axis::Rows => {
                let mut row = 0;
                for x in inputs {
                    for inner in x.rows() {
                        out.row_mut(row).copy_from_slice(inner);
                        row += 1;
                    }
                }
            }
            Axis::Length => {
                for row in 0..out.shape.rows {
                    let mut rest = out.row_mut(row);
                    for x in inputs {
                        let (here, after) = rest.split_at_mut(x.row(row).len());
                        here.copy_from_slice(x.row(row));
                        rest = after;
                    }
                }
            }
            Axis::Channels => {
                let mut first = 0;
                for x in inputs {
                    let own = x.shape.channels;
                    for row in 0..out.shape.rows {
                        let positions = out.row_mut(row).chunks_exact_mut(channels).zip(x.row(row).chunks_exact(own));
                        for (out, x) in positions {
                            out[first..first + own].copy_from_slice(x);
                        }
                    }
                    first += own;
                }
            }
        }
    }
}

impl Kernel for Pick {
    fn run(&self, inputs: &[&Map], out: &mut Map) {
        let x = inputs[0];
        let channels = x.shape.channels;
        match self.axis {
            Axis::Rows => {
                for (row, &place) in self.places.iter().enumerate() {
                    out.row_mut(row).copy_from_slice(x.row(place));
                }
            }
            Axis::Length => {
                for row in 0..out.shape.rows {
                    for (out, &place) in out.row_mut(row).chunks_exact_mut(channels).zip(&self.places) {
                        out.copy_from_slice(&x.row(row)[place * channels..(place + 1) * channels]);
                    }
                }
            }
            Axis::Channels => {
                for row in 0..out.shape.rows {
                    let positions = out.row_mut(row).chunks_exact_mut(self.places.len());
                    for (out, x) in positions.zip(x.row(row).chunks_exact(channels)) {
                        for (out, &place) in out.iter_mut().zip(&self.places) {
                            *out = x[place];
                        }
                    }
                }
            }
        }
    }
}

impl Kernel for Upsample {
    fn run(&self, inputs: &[&Map], out: &mut Map) {
        let channels = out.shape.channels;
        for row in 0..out.shape.rows {
            for (position, out) in out.row_mut(row).chunks_exact_mut(channels).enumerate() {
                let place = position / self.times * channels;
                out.copy_from_slice(&inputs[0].row(row)[place..place + channels]);
            }
        }
    }
}

/// Always the same positions: an engine gives the same answer to the same question.
impl Kernel for Subset {
    fn run(&self, inputs: &[&Map], out: &mut Map) {
        let channels = out.shape.channels;
        let mut draws = Draws::new(0);
        for row in 0..out.shape.rows {
            let x = inputs[0].row(row);
            let places = self.places(inputs[0].shape.length, &mut draws);
            for (out, place) in out.row_mut(row).chunks_exact_mut(channels).zip(places) {
                out.copy_from_slice(&x[place * channels..(place + 1) * channels]);
            }
        }
    }
}

/// Numbers in another order; where each comes from is known before.
#[derive(Debug)]
pub(super) struct Reorder {
    /// None where the order stays and only the grouping changes.
    sources: Option<Vec<u32>>,
}

impl Reorder {
    pub fn new(rearrange: &Rearrange) -> Self {
        let sources = rearrange.sources();
        let stays = sources.iter().enumerate().all(|(place, &source)| place == source);
        Self { sources: (!stays).then(|| sources.into_iter().map(|source| source as u32).collect()) }
    }
}

impl Kernel for Reorder {
    fn run(&self, inputs: &[&Map], out: &mut Map) {
        let values = inputs[0].values();
        match &self.sources {
            None => out.fill(values),
            Some(sources) => out.fill(sources.iter().map(|&source| values[source as usize])),
        }
    }
}
