//! The backbone of resnet1d_wang for training on a processor, forward and backward by hand.
//!
//! Burn's processor backend has no backward pass of its own for a convolution over time; it goes round by transposed
//! and generic ones and reaches a third of PyTorch's speed. Here every pass of a convolution is a few matrix products
//! over strided views, without any copy of windows. Everything after the last map (pooling, heads, losses) stays with Burn:
//! the map enters its graph as a leaf and its gradient comes back. The parity with Burn's own gradients is a test.

mod backbone;
mod conv;
mod norm;
mod product;

pub use backbone::{Gradients, Pass, forward};
