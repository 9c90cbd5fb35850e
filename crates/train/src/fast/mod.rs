//! Networks' convolutional parts for training on a processor, forward and backward by hand.
//!
//! Burn's processor backend has no backward pass of its own for a convolution over time; it goes round by transposed
//! and generic ones and reaches a fraction of PyTorch's speed. Here activations lie channels-last
//! (`[record, position, channel]`), a few records are handled at a time so that what is computed stays in the second
//! cache, and every pass of a convolution is one large matrix product over unfolded rows. Batch norms are a line a
//! channel and ride on the loading and storing around the products. What comes after (pooling, heads, recurrent layers,
//! losses) stays with Burn: the last map enters its graph as a leaf and its gradient comes back. The parity with Burn's
//! own gradients is a test.

mod attention;
mod conv;
mod groups;
mod norm;
mod parameters;
mod passes;
mod product;
pub mod resnet1d_wang;
pub mod windows;

pub use parameters::Gradients;
pub(crate) use product::product;

/// Where batch norms take their statistics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// From the batch, which is taken into the running ones.
    Training,
    /// From the running ones.
    Inference,
}

#[cfg(test)]
mod tests {
    use crate::seeds::{Generator, Purpose};

    /// Numbers between -1 and 1.
    pub(super) fn drawn(count: usize, place: u64) -> Vec<f32> {
        let mut generator = Generator::new(3, Purpose::Weights, place);
        (0..count).map(|_| generator.below(20_001) as f32 / 10_000.0 - 1.0).collect()
    }

    /// Fails unless two lists agree within 2e-4 of the largest number.
    pub(super) fn close(found: &[f32], expected: &[f32], what: &str) {
        let largest = expected.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() <= 2e-4 * largest, "{what}: {found} for {expected}");
        }
        assert_eq!(found.len(), expected.len(), "{what}");
    }
}
