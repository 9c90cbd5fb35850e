//! Published ECG networks over shared blocks, one module a family.
//!
//! [`Architecture`] is the list: what each network takes, what it can explain, what it costs. [`Architecture::init`]
//! gives a [`Network`], a Burn module that turns standardised leads into an [`Output`]. The same weights run without
//! Burn by [`plan::Plan`], a small engine for the CPU. A network knows nothing of files, labels' names or the web.
//!
//! ```
//! use burn::tensor::{Device, Tensor};
//! use nets::Architecture;
//!
//! let device = Device::flex();
//! device.seed(7);
//! let network = Architecture::Resnet1dWang.init(5, &device);
//! let input = Architecture::Resnet1dWang.input();
//! let output = network.forward(Tensor::zeros([2, input.leads, input.samples], &device));
//! assert_eq!(output.logits.dims(), [2, 5]);
//! assert_eq!(network.parameters(), 473_349);
//! ```
#![forbid(unsafe_code)]

mod architecture;
pub mod blocks;
mod class_activation;
mod cost;
pub mod cpu;
mod error;
pub mod families;
pub mod graph;
pub mod heat;
pub mod imle_net;
pub mod label_decoupling;
mod lanes;
mod network;
pub mod plan;
pub mod resnet1d_wang;
pub mod tape;
mod tensors;
pub mod triplet;

pub use architecture::{Architecture, Explanation, Input};
pub use error::Error;
pub use network::{Attention, Network, Output};
pub use tensors::Tensors;
