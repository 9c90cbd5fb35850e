//! Activations as `[item][position][channel]` with rows of zeros around each item.

/// Rows of zeros before and after the positions of an item: as many as the widest kernel (8) can reach.
pub(super) const PAD: usize = 4;

/// Activations of a few items of one length: windows of IMLE-Net, or one record.
#[derive(Debug, Clone)]
pub(super) struct Map {
    pub items: usize,
    pub length: usize,
    pub channels: usize,
    data: Vec<f32>,
}

impl Map {
    /// All zeros.
    pub fn zeros(items: usize, length: usize, channels: usize) -> Self {
        Self { items, length, channels, data: vec![0.0; items * (length + 2 * PAD) * channels] }
    }

    /// From leads or windows that lie one after the other: item `i`, channel `c`, position `p` is
    /// `x[(i channels + c) length + p]`.
    pub fn from_rows(x: &[f32], items: usize, length: usize, channels: usize) -> Self {
        let mut map = Self::zeros(items, length, channels);
        for (item, rows) in x.chunks_exact(channels * length).enumerate() {
            let inner = map.inner_mut(item);
            for (channel, row) in rows.chunks_exact(length).enumerate() {
                for (position, value) in row.iter().enumerate() {
                    inner[position * channels + channel] = *value;
                }
            }
        }
        map
    }

    fn item_size(&self) -> usize {
        (self.length + 2 * PAD) * self.channels
    }

    /// One item with its rows of zeros.
    pub fn padded(&self, item: usize) -> &[f32] {
        let size = self.item_size();
        &self.data[item * size..(item + 1) * size]
    }

    /// One item's positions.
    pub fn inner(&self, item: usize) -> &[f32] {
        &self.padded(item)[PAD * self.channels..(PAD + self.length) * self.channels]
    }

    /// One item's positions, to be written.
    pub fn inner_mut(&mut self, item: usize) -> &mut [f32] {
        let (size, from, to) = (self.item_size(), PAD * self.channels, (PAD + self.length) * self.channels);
        &mut self.data[item * size + from..item * size + to]
    }
}
