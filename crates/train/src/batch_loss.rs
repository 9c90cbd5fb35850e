//! Loss of a batch, and its gradients.

use burn::tensor::{Device, Gradients, Tensor, TensorData};
use nets::Network;
use nets::blocks::concat_pool;
use nets::label_decoupling::unit;
use nets::resnet1d_wang::Backbone;
use nets::triplet::{OneSided, triplet_loss};

use crate::batches::Batch;
use crate::ecgpack::LEADS;
use crate::fast;
use crate::loss::cross_entropy;
use crate::optimiser::numbers;
use crate::recipes::Recipe;

/// The loss of one batch with what its gradients need.
pub struct BatchLoss {
    loss: Tensor<1>,
    /// A backbone that ran by hand, and its last map as a leaf of Burn's graph.
    by_hand: Option<(fast::Pass, Tensor<3>)>,
}

/// What the loss is computed from: logits `[record, label]`, and embeddings where the network has them.
type Answer = (Tensor<2>, Option<Tensor<3>>);

impl BatchLoss {
    /// Runs a batch of windows through a network in training. On the processor the backbone of resnet1d_wang runs by hand.
    pub fn new(
        network: &Network,
        batch: &Batch,
        window: usize,
        classes: usize,
        recipe: &Recipe,
        device: &Device,
    ) -> BatchLoss {
        let on_processor = device.clone().inner() == Device::flex();
        let ((logits, embeddings), by_hand) = match network {
            Network::Resnet1dWang(network) if on_processor => {
                by_hand(&network.backbone, batch, window, device, |map| (network.head.forward(concat_pool(map)), None))
            }
            Network::Resnet1dWangLdm(network) if on_processor => {
                by_hand(&network.backbone, batch, window, device, |map| {
                    // As the network's own forward pass has it.
                    let pooled = concat_pool(map);
                    let shared = network.head.forward(pooled.clone());
                    let (decoupled, embeddings) = network.branches.forward(pooled);
                    let weights = network.mergence.weights().unsqueeze_dim::<2>(0);
                    (decoupled.clone() + (shared - decoupled) * weights, Some(unit(embeddings)))
                })
            }
            _ => {
                let inputs = TensorData::new(batch.inputs.clone(), [batch.records, LEADS, window]);
                let output = network.forward(Tensor::<3>::from_data(inputs, device));
                ((output.logits, output.embeddings), None)
            }
        };
        let labels = TensorData::new(batch.labels.clone(), [batch.records, classes]);
        let labels = Tensor::<2>::from_data(labels, device);
        let mut loss = cross_entropy(logits, labels.clone());
        if let Some(embeddings) = embeddings.filter(|_| recipe.triplet.weight > 0.0) {
            let triplets = triplet_loss(embeddings, &labels, recipe.triplet.margin, OneSided::Pull);
            loss = loss.add(triplets.mean().mul_scalar(recipe.triplet.weight));
        }
        BatchLoss { loss, by_hand }
    }

    /// The loss itself; waits for the device.
    pub fn value(&self) -> f64 {
        f64::from(self.loss.clone().into_scalar::<f32>())
    }

    /// Burn's gradients, and those of a backbone that ran by hand.
    pub fn backward(self) -> (Gradients, fast::Gradients) {
        let mut gradients = self.loss.backward();
        let others = match self.by_hand {
            Some((pass, leaf)) => match leaf.grad_remove(&mut gradients) {
                Some(map) => pass.backward(numbers(map)),
                None => Vec::new(),
            },
            None => Vec::new(),
        };
        (gradients, others)
    }
}

fn by_hand(
    backbone: &Backbone,
    batch: &Batch,
    window: usize,
    device: &Device,
    heads: impl FnOnce(Tensor<3>) -> Answer,
) -> (Answer, Option<(fast::Pass, Tensor<3>)>) {
    let pass = fast::forward(backbone, &batch.inputs, window);
    let (values, shape) = pass.features();
    let leaf = Tensor::<3>::from_data(TensorData::new(values, shape), device).require_grad();
    (heads(leaf.clone()), Some((pass, leaf)))
}
