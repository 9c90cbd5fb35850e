//! A convolution over time as matrix products, one a tap of the kernel.

use rayon::prelude::*;

use super::product::product;

/// Zeros before and after every row of a [`Map`]: enough for the widest kernel (7).
pub(super) const MARGIN: usize = 3;

/// Activations `[record, channel, margin + position + margin]` with zeros in the margins.
#[derive(Clone, Debug, Default)]
pub(super) struct Map {
    pub channels: usize,
    pub length: usize,
    pub values: Vec<f32>,
}

impl Map {
    pub(super) fn zeros(records: usize, channels: usize, length: usize) -> Map {
        Map { channels, length, values: vec![0.0; records * channels * (length + 2 * MARGIN)] }
    }

    /// Numbers of a row with its margins.
    pub(super) fn row(&self) -> usize {
        self.length + 2 * MARGIN
    }

    /// Numbers of a record.
    pub(super) fn record(&self) -> usize {
        self.channels * self.row()
    }
}

/// A convolution's shape and weights, `[tap, to, from]`.
#[derive(Clone, Debug)]
pub(super) struct Conv {
    pub to: usize,
    pub from: usize,
    pub kernel: usize,
    pub stride: usize,
    pub taps: Vec<f32>,
}

/// Groups that a batch's weight gradients are summed in; fixed, so that the sums do not depend on the number of threads.
const GROUPS: usize = 4;

impl Conv {
    /// From weights `[to, from, tap]`; the padding is half the kernel.
    pub(super) fn new(weights: &[f32], (to, from, kernel): (usize, usize, usize), stride: usize) -> Conv {
        let mut taps = vec![0.0; weights.len()];
        for (pair, row) in weights.chunks_exact(kernel).enumerate() {
            for (tap, weight) in row.iter().enumerate() {
                taps[tap * to * from + pair] = *weight;
            }
        }
        Conv { to, from, kernel, stride, taps }
    }

    /// Positions after the convolution.
    pub(super) fn length(&self, length: usize) -> usize {
        (length + 2 * (self.kernel / 2) - self.kernel) / self.stride + 1
    }

    fn tap(&self, tap: usize) -> &[f32] {
        &self.taps[tap * self.to * self.from..(tap + 1) * self.to * self.from]
    }

    /// Where a tap's view of a row starts.
    fn start(&self, tap: usize) -> usize {
        MARGIN - self.kernel / 2 + tap
    }

    /// `[record, to, position]` without margins.
    pub(super) fn forward(&self, x: &Map) -> Vec<f32> {
        let length = self.length(x.length);
        let records = x.values.len() / x.record();
        let mut y = vec![0.0; records * self.to * length];
        y.par_chunks_exact_mut(self.to * length).zip(x.values.par_chunks_exact(x.record())).for_each(
            |(y, x_record)| {
                for tap in 0..self.kernel {
                    product(
                        (self.to, length, self.from),
                        (y, (length, 1), tap > 0),
                        (self.tap(tap), (self.from, 1)),
                        (&x_record[self.start(tap)..], (x.row(), self.stride)),
                    );
                }
            },
        );
        y
    }

    /// From the gradient of the output: adds the input's to `input` if wanted, and gives the weights' `[to, from, tap]`.
    pub(super) fn backward(&self, x: &Map, dy: &[f32], mut input: Option<&mut Map>) -> Vec<f32> {
        let length = self.length(x.length);
        let (x_size, y_size) = (x.record(), self.to * length);
        let records = dy.len() / y_size;
        let group = records.div_ceil(GROUPS);
        let (row, stride) = (x.row(), self.stride);
        let mut places: Vec<Option<&mut [f32]>> = match &mut input {
            Some(map) => map.values.chunks_mut(group * x_size).map(Some).collect(),
            None => (0..GROUPS).map(|_| None).collect(),
        };
        let sums: Vec<Vec<f32>> = places
            .par_iter_mut()
            .zip(dy.par_chunks(group * y_size).zip(x.values.par_chunks(group * x_size)))
            .map(|(place, (dy, x))| {
                let mut sum = vec![0.0; self.taps.len()];
                for (record, (dy, x)) in dy.chunks_exact(y_size).zip(x.chunks_exact(x_size)).enumerate() {
                    for tap in 0..self.kernel {
                        let start = self.start(tap);
                        let part = &mut sum[tap * self.to * self.from..(tap + 1) * self.to * self.from];
                        product(
                            (self.to, self.from, length),
                            (part, (self.from, 1), true),
                            (dy, (length, 1)),
                            (&x[start..], (stride, row)),
                        );
                        if let Some(place) = place {
                            product(
                                (self.from, length, self.to),
                                (&mut place[record * x_size + start..(record + 1) * x_size], (row, stride), true),
                                (self.tap(tap), (1, self.from)),
                                (dy, (length, 1)),
                            );
                        }
                    }
                }
                sum
            })
            .collect();
        if let Some(map) = input {
            clear_margins(map);
        }
        let pairs = self.to * self.from;
        let mut gradient = vec![0.0; self.taps.len()];
        for (pair, row) in gradient.chunks_exact_mut(self.kernel).enumerate() {
            for (tap, value) in row.iter_mut().enumerate() {
                *value = sums.iter().map(|sum| sum[tap * pairs + pair]).sum();
            }
        }
        gradient
    }
}

/// What a gradient left in the margins belongs to padding, which nothing depends on.
fn clear_margins(map: &mut Map) {
    let row = map.row();
    map.values.par_chunks_exact_mut(row).for_each(|row| {
        let end = row.len() - MARGIN;
        row[..MARGIN].fill(0.0);
        row[end..].fill(0.0);
    });
}
