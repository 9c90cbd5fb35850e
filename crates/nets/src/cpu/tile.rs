//! What both ways of convolving share: the inner loop, and what happens to a sum on its way out.

use crate::lanes::{LANES, Lanes, Row};

/// Numbers by eights, the last ones filled up with zeros.
pub(super) fn rows(values: impl IntoIterator<Item = f32>) -> Vec<Row> {
    let mut values = values.into_iter().peekable();
    let mut rows = Vec::new();
    while values.peek().is_some() {
        rows.push(std::array::from_fn(|_| values.next().unwrap_or(0.0)));
    }
    rows
}

/// The inner loop, eight output channels at a few places: sums of `inputs x weights`. Each of `inputs` is as long as
/// `weights`, one input for a row of eight weights.
///
/// Plain loops, here and around it: LLVM leaves `array::from_fn` and `array::map` as calls in WebAssembly, which took half
/// of the time.
#[inline(always)]
pub(crate) fn products<const TILE: usize>(inputs: [&[f32]; TILE], weights: &[Row]) -> [Lanes; TILE] {
    let mut sums = [Lanes::splat(0.0); TILE];
    let mut inputs = inputs;
    for input in &mut inputs {
        *input = &input[..weights.len()];
    }
    for (tap, weight) in weights.iter().enumerate() {
        let weight = Lanes::load(weight);
        for tile in 0..TILE {
            sums[tile] = sums[tile] + weight * inputs[tile][tap];
        }
    }
    sums
}

/// A scale and a shift for every channel.
#[derive(Debug, Clone)]
pub(super) struct Affine {
    pub scale: Vec<f32>,
    pub shift: Vec<f32>,
}

impl Affine {
    /// A batch norm by its running statistics.
    pub fn of_norm(gamma: &[f32], beta: &[f32], mean: &[f32], variance: &[f32], epsilon: f64) -> Self {
        let epsilon = epsilon as f32;
        let scale: Vec<f32> = gamma.iter().zip(variance).map(|(g, v)| g / (v + epsilon).sqrt()).collect();
        let shift = beta.iter().zip(mean).zip(&scale).map(|((b, m), s)| b - m * s).collect();
        Self { scale, shift }
    }
}

/// What happens to a sum on its way out.
#[derive(Debug, Clone)]
pub(super) struct Finish {
    /// `[to / 8][8]`.
    bias: Vec<Row>,
    /// Channels; the last eight may be filled up.
    to: usize,
    /// Negative outputs become 0.
    pub relu: bool,
    /// Scale and shift after the ReLU.
    after: Option<(Vec<Row>, Vec<Row>)>,
}

impl Finish {
    /// Adds a bias.
    pub fn new(bias: &[f32]) -> Self {
        Self { bias: rows(bias.iter().copied()), to: bias.len(), relu: false, after: None }
    }

    /// Scales and shifts at the very end.
    pub fn set_after(&mut self, norm: &Affine) {
        self.after = Some((rows(norm.scale.iter().copied()), rows(norm.shift.iter().copied())));
    }

    /// A sum becomes the eight outputs (or the fewer that are left of the channels) that `out` begins with; `residual`,
    /// if given, is as `out`.
    #[inline(always)]
    pub fn store(&self, block: usize, sum: Lanes, residual: Option<&[f32]>, out: &mut [f32]) {
        let left = self.to - block * LANES;
        if left >= LANES {
            let past = residual.and_then(|past| past.first_chunk::<LANES>());
            if let Some(out) = out.first_chunk_mut::<LANES>() {
                *out = self.finished(block, sum, past).store();
            }
        } else {
            self.store_part(block, sum, residual, &mut out[..left]);
        }
    }

    #[cold]
    fn store_part(&self, block: usize, sum: Lanes, residual: Option<&[f32]>, out: &mut [f32]) {
        let past = residual.map(|past| {
            let mut whole = [0.0; LANES];
            whole[..out.len()].copy_from_slice(&past[..out.len()]);
            whole
        });
        out.copy_from_slice(&self.finished(block, sum, past.as_ref()).store()[..out.len()]);
    }

    #[inline(always)]
    fn finished(&self, block: usize, sum: Lanes, residual: Option<&Row>) -> Lanes {
        let mut sum = sum + Lanes::load(&self.bias[block]);
        if let Some(past) = residual {
            sum = sum + Lanes::load(past);
        }
        if self.relu {
            sum = sum.max(Lanes::splat(0.0));
        }
        if let Some((scale, shift)) = &self.after {
            sum = sum * Lanes::load(&scale[block]) + Lanes::load(&shift[block]);
        }
        sum
    }
}
