//! What training minimises.

use burn::tensor::Tensor;
use burn::tensor::activation::relu;
use serde::{Deserialize, Serialize};

/// The triplet term of the label decoupling module.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Triplet {
    /// Its weight beside the cross entropy.
    pub weight: f64,
    /// Margin between squared distances.
    pub margin: f64,
}

/// Binary cross entropy of logits, mean over records and labels; `[record, label]` both.
pub fn cross_entropy(logits: Tensor<2>, labels: Tensor<2>) -> Tensor<1> {
    let soft = logits.clone().abs().neg().exp().add_scalar(1.0).log();
    relu(logits.clone()).sub(logits.mul(labels)).add(soft).mean()
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    #[test]
    fn cross_entropy_is_that_of_the_probabilities_and_stays_finite_for_sure_logits() {
        let device = Device::flex();
        let logits = Tensor::<2>::from_floats([[0.5, -2.0], [100.0, -100.0]], &device);
        let labels = Tensor::<2>::from_floats([[1.0, 0.0], [1.0, 1.0]], &device);
        let loss = cross_entropy(logits, labels).into_scalar::<f32>();
        let by_hand = (0.474_077 + 0.126_928 + 0.0 + 100.0) / 4.0;
        assert!((loss - by_hand).abs() < 1e-5, "{loss}");
    }
}
