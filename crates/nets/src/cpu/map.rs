//! Values as `[row][position][channel]`, with positions of zeros around each row.

use crate::graph::Shape;

/// A value of one recording. Rows have `pad` positions of zeros on both sides, so that a convolution need not look where
/// its input ends.
#[derive(Debug, Clone)]
pub(super) struct Map {
    pub shape: Shape,
    pad: usize,
    data: Vec<f32>,
}

impl Map {
    /// All zeros.
    pub fn zeros(shape: Shape, pad: usize) -> Self {
        Self { shape, pad, data: vec![0.0; shape.rows * (shape.length + 2 * pad) * shape.channels] }
    }

    /// Numbers without padding, in their order.
    pub fn from_values(shape: Shape, values: Vec<f32>) -> Self {
        Self { shape, pad: 0, data: values }
    }

    /// From leads that lie one after the other: `[channel][position]`, one row.
    pub fn from_leads(x: &[f32], shape: Shape, pad: usize) -> Self {
        let mut map = Self::zeros(shape, pad);
        let (length, channels) = (shape.length, shape.channels);
        let inner = map.row_mut(0);
        for (channel, lead) in x.chunks_exact(length).enumerate() {
            for (position, value) in lead.iter().enumerate() {
                inner[position * channels + channel] = *value;
            }
        }
        map
    }

    fn row_size(&self) -> usize {
        (self.shape.length + 2 * self.pad) * self.shape.channels
    }

    /// Positions of zeros on each side.
    pub fn pad(&self) -> usize {
        self.pad
    }

    /// One row with its zeros.
    pub fn padded(&self, row: usize) -> &[f32] {
        let size = self.row_size();
        &self.data[row * size..(row + 1) * size]
    }

    /// One row's positions.
    pub fn row(&self, row: usize) -> &[f32] {
        let channels = self.shape.channels;
        &self.padded(row)[self.pad * channels..(self.pad + self.shape.length) * channels]
    }

    /// One row's positions, to be written.
    pub fn row_mut(&mut self, row: usize) -> &mut [f32] {
        let (size, channels) = (self.row_size(), self.shape.channels);
        let (from, to) = (self.pad * channels, (self.pad + self.shape.length) * channels);
        &mut self.data[row * size + from..row * size + to]
    }

    /// All rows' positions.
    pub fn rows(&self) -> impl Iterator<Item = &[f32]> {
        (0..self.shape.rows).map(|row| self.row(row))
    }

    /// All numbers without the zeros around them, in their order.
    pub fn values(&self) -> Vec<f32> {
        if self.pad == 0 {
            return self.data.clone();
        }
        self.rows().flatten().copied().collect()
    }

    /// Puts all numbers in, in their order.
    pub fn fill(&mut self, values: impl IntoIterator<Item = f32>) {
        let mut values = values.into_iter();
        for row in 0..self.shape.rows {
            for (place, value) in self.row_mut(row).iter_mut().zip(&mut values) {
                *place = value;
            }
        }
    }
}
