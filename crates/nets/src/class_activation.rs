//! What each position of the last map adds to a label's logit, in closed form.
//!
//! From the pooled features on, the head is linear but for one ReLU, so the gradient of a logit with respect to the
//! pooled vector is a product of a few small matrices. Each mean's share is spread over all positions as the map is,
//! each maximum's stands where the maximum was. Summed over positions the shares give gradient times pooled vector:
//! the logit less a constant of this input's linear piece.

use burn::nn::BatchNorm;
use burn::tensor::{Bool, Int, Tensor};

use crate::blocks::{PoolingHead, concat_pool};
use crate::label_decoupling::{Branches, SPACE};
use crate::{Network, Output};

impl Network {
    /// Shares of each position in the logit of label number `class`, `[batch, position]`; None for networks without a
    /// last map (IMLE-Net tells why by its attention) and for a class that does not exist. By running statistics, so
    /// meant for a network in inference.
    pub fn class_activation(&self, output: &Output, class: usize) -> Option<Tensor<2>> {
        let features = output.features.clone()?;
        if class >= self.classes() {
            return None;
        }
        let pooled = concat_pool(features.clone());
        let gradient = match self {
            Self::ImleNet(_) => return None,
            Self::Resnet1dWang(network) => head_gradient(&network.head, pooled, class),
            Self::Resnet1dWangLdm(network) => {
                let shared = head_gradient(&network.head, pooled, class);
                let own = branch_gradient(&network.branches, class);
                let weight = network.mergence.weights().narrow(0, class, 1).unsqueeze_dim::<2>(0);
                own.clone() + (shared - own) * weight
            }
        };
        Some(spread(features, gradient))
    }
}

/// Scale of a batch norm by its running statistics, `[channel]`.
fn scale(norm: &BatchNorm) -> Tensor<1> {
    let gamma = norm.gamma.val();
    let variance = norm.running_var.value().to_device(&gamma.device());
    gamma / (variance + norm.epsilon).sqrt()
}

/// Gradient of the shared head's logit to the pooled features, `[batch, pooled]`.
fn head_gradient(head: &PoolingHead, pooled: Tensor<2>, class: usize) -> Tensor<2> {
    let hidden = head.linear1.forward(head.norm1.forward(pooled));
    let open = hidden.greater_scalar(0.0).float();
    let hidden_width = head.linear1.weight.dims()[1];
    let outgoing = head.linear2.weight.val().narrow(1, class, 1).reshape([1, hidden_width]);
    let gradient = open * (outgoing * scale(&head.norm2).unsqueeze_dim(0));
    gradient.matmul(head.linear1.weight.val().transpose()) * scale(&head.norm1).unsqueeze_dim(0)
}

/// Gradient of the label's own logit to the pooled features, `[1, pooled]`: an affine map, so one for all inputs.
fn branch_gradient(branches: &Branches, class: usize) -> Tensor<2> {
    let (weight, _) = branches.folded();
    let [_, features, _] = weight.dims();
    let weight = weight.narrow(0, class, 1).reshape([features, SPACE]);
    let score = branches.score.val().narrow(0, class, 1).reshape([SPACE]);
    let score = score * scale(&branches.norm2).narrow(0, class * SPACE, SPACE);
    weight.matmul(score.reshape([SPACE, 1])).reshape([1, features])
}

/// Puts the shares of maxima and means back at their positions: map `[batch, feature, position]` and gradient
/// `[batch, 2 feature]` (maxima first) to `[batch, position]`.
fn spread(features: Tensor<3>, gradient: Tensor<2>) -> Tensor<2> {
    let [batch, channels, positions] = features.dims();
    let rows = gradient.dims()[0];
    let of_max = gradient.clone().narrow(1, 0, channels).reshape([rows, channels, 1]);
    let of_mean = gradient.narrow(1, channels, channels).reshape([rows, channels, 1]);
    let first = features.clone().argmax(2);
    let here: Tensor<3, Bool> = Tensor::<1, Int>::arange(0..positions as i64, &features.device())
        .reshape([1, 1, positions])
        .expand([batch, channels, positions])
        .equal(first.expand([batch, channels, positions]));
    let share = here.float() * of_max + of_mean / positions as f64;
    (features * share).sum_dim(1).reshape([batch, positions])
}
