//! A network's answer to a batch; on a processor its convolutional part runs by hand.

use burn::tensor::{Device, Gradients, Tensor, TensorData};
use nets::Network;
use nets::blocks::concat_pool;
use nets::label_decoupling::unit;
use nets::resnet1d_wang::Backbone;

use crate::ecgpack::LEADS;
use crate::fast::{self, Mode, resnet1d_wang, windows};
use crate::optimiser::numbers;

/// What a loss or a prediction is computed from.
pub struct Answer {
    /// `[record, label]`.
    pub logits: Tensor<2>,
    /// `[record, label, 8]`, where the network has them.
    pub embeddings: Option<Tensor<3>>,
    /// In training, what the way back needs if a part ran by hand.
    pub by_hand: Option<ByHand>,
}

/// A part that ran by hand, and its result as a leaf of Burn's graph.
pub enum ByHand {
    /// The backbone of resnet1d_wang with its last map.
    Resnet1dWang(Box<resnet1d_wang::Pass>, Tensor<3>),
    /// IMLE-Net's windows with their vectors.
    Windows(Box<windows::Pass>, Tensor<2>),
}

impl ByHand {
    /// From Burn's gradients to those of the part; its leaf's is taken out of Burn's.
    pub fn backward(&self, gradients: &mut Gradients) -> fast::Gradients {
        match self {
            ByHand::Resnet1dWang(pass, leaf) => {
                leaf.grad_remove(gradients).map_or_else(Vec::new, |map| pass.backward(&numbers(map)))
            }
            ByHand::Windows(pass, leaf) => {
                leaf.grad_remove(gradients).map_or_else(Vec::new, |vectors| pass.backward(&numbers(vectors)))
            }
        }
    }
}

/// Runs windows `[record, 12, window]` through a network; in training `device` is one with gradients.
pub fn answer(network: &Network, inputs: &[f32], records: usize, window: usize, mode: Mode, device: &Device) -> Answer {
    if device.clone().inner() != Device::flex() {
        let inputs = TensorData::new(inputs.to_vec(), [records, LEADS, window]);
        let output = network.forward(Tensor::<3>::from_data(inputs, device));
        return Answer { logits: output.logits, embeddings: output.embeddings, by_hand: None };
    }
    match network {
        Network::Resnet1dWang(network) => last_map(&network.backbone, inputs, window, mode, device, |map| {
            (network.head.forward(concat_pool(map)), None)
        }),
        Network::Resnet1dWangLdm(network) => last_map(&network.backbone, inputs, window, mode, device, |map| {
            // As the network's own forward pass has it.
            let pooled = concat_pool(map);
            let shared = network.head.forward(pooled.clone());
            let (decoupled, embeddings) = network.branches.forward(pooled);
            let weights = network.mergence.weights().unsqueeze_dim::<2>(0);
            (decoupled.clone() + (shared - decoupled) * weights, Some(unit(embeddings)))
        }),
        Network::ImleNet(network) => {
            let pass = windows::forward(network, inputs, mode);
            let (values, shape) = pass.beats();
            let leaf = Tensor::<2>::from_data(TensorData::new(values, shape), device);
            let leaf = if mode == Mode::Training { leaf.require_grad() } else { leaf };
            let logits = network.from_beats(leaf.clone(), records).0;
            let by_hand = (mode == Mode::Training).then(|| ByHand::Windows(Box::new(pass), leaf));
            Answer { logits, embeddings: None, by_hand }
        }
    }
}

fn last_map(
    backbone: &Backbone,
    inputs: &[f32],
    window: usize,
    mode: Mode,
    device: &Device,
    heads: impl FnOnce(Tensor<3>) -> (Tensor<2>, Option<Tensor<3>>),
) -> Answer {
    let pass = resnet1d_wang::forward(backbone, inputs, window, mode);
    let (values, shape) = pass.features();
    let leaf = Tensor::<3>::from_data(TensorData::new(values, shape), device);
    let leaf = if mode == Mode::Training { leaf.require_grad() } else { leaf };
    let (logits, embeddings) = heads(leaf.clone());
    let by_hand = (mode == Mode::Training).then(|| ByHand::Resnet1dWang(Box::new(pass), leaf));
    Answer { logits, embeddings, by_hand }
}
