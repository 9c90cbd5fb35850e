//! Loss of a batch, and its gradients.

use burn::tensor::{Device, Gradients, Tensor, TensorData};
use nets::Network;
use nets::triplet::{OneSided, triplet_loss};

use crate::answer::{Answer, ByHand, answer};
use crate::batches::Batch;
use crate::fast::{self, Mode};
use crate::loss::cross_entropy;
use crate::recipes::Recipe;

/// The loss of one batch with what its gradients need.
pub struct BatchLoss {
    loss: Tensor<1>,
    by_hand: Option<ByHand>,
}

impl BatchLoss {
    /// Runs a batch of windows through a network in training.
    pub fn new(
        network: &Network,
        batch: &Batch,
        window: usize,
        classes: usize,
        recipe: &Recipe,
        device: &Device,
    ) -> BatchLoss {
        let Answer { logits, embeddings, by_hand } =
            answer(network, &batch.inputs, batch.records, window, Mode::Training, device);
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

    /// Burn's gradients, and those of the part that ran by hand.
    pub fn backward(self) -> (Gradients, fast::Gradients) {
        let mut gradients = self.loss.backward();
        let others = self.by_hand.map_or_else(Vec::new, |by_hand| by_hand.backward(&mut gradients));
        (gradients, others)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ecgpack::LEADS;
    use crate::optimiser::numbers;
    use crate::recipes::RecipeName;
    use crate::seeds::{Generator, Purpose};
    use nets::Architecture;

    #[test]
    fn a_backbone_by_hand_gives_the_loss_and_the_heads_gradients_of_burns_whole_graph() {
        let device = Device::flex().autodiff();
        let recipe = RecipeName::Benchmark.recipe();
        let mut generator = Generator::new(1, Purpose::Batches, 0);
        let mut draw =
            |count: usize| -> Vec<f32> { (0..count).map(|_| generator.below(2001) as f32 / 1000.0 - 1.0).collect() };
        let inputs = draw(6 * LEADS * 50);
        let labels: Vec<f32> = (0..18).map(|number| f32::from(u8::from(number % 4 == 0))).collect();
        let batch = Batch { records: 6, inputs, labels };
        for architecture in [Architecture::Resnet1dWang, Architecture::Resnet1dWangLdm] {
            device.seed(3);
            let network = architecture.init(3, &device).without_dropout();
            let ours = BatchLoss::new(&network, &batch, 50, 3, &recipe, &device);

            let inputs = TensorData::new(batch.inputs.clone(), [6, LEADS, 50]);
            let output = network.forward(Tensor::<3>::from_data(inputs, &device));
            let labels = Tensor::<2>::from_data(TensorData::new(batch.labels.clone(), [6, 3]), &device);
            let mut burns = cross_entropy(output.logits, labels.clone());
            if let Some(embeddings) = output.embeddings {
                burns = burns.add(triplet_loss(embeddings, &labels, 2.0, OneSided::Pull).mean().mul_scalar(0.1));
            }
            let expected = f64::from(burns.clone().into_scalar::<f32>());
            assert!((ours.value() - expected).abs() < 1e-4 * expected, "{}: {}", architecture.name(), ours.value());

            let (own, by_hand) = ours.backward();
            let burns = burns.backward();
            let (head, stem) = match &network {
                Network::Resnet1dWang(network) => (&network.head, &network.backbone.stem),
                Network::Resnet1dWangLdm(network) => (&network.head, &network.backbone.stem),
                Network::ImleNet(_) => continue,
            };
            let close = |found: Vec<f32>, expected: Vec<f32>| {
                let largest = expected.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
                assert!(largest > 0.0);
                for (found, expected) in found.iter().zip(&expected) {
                    assert!((found - expected).abs() <= 1e-3 * largest, "{found} for {expected}");
                }
            };
            let weight = head.linear2.weight.val();
            close(numbers(weight.grad(&own).unwrap()), numbers(weight.grad(&burns).unwrap()));
            let stem_by_hand = by_hand.iter().find(|(id, _)| *id == stem.weight.id).unwrap().1.clone();
            close(stem_by_hand, numbers(stem.weight.val().grad(&burns).unwrap()));
        }
    }
}
