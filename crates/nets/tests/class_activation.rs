//! The shares of positions in a logit are what the logit itself says when the map is changed.

mod support;

use burn::tensor::{Device, Tensor};
use nets::blocks::concat_pool;
use nets::{Architecture, Network};
use support::{assert_same, host, input_tensor, network};

const NETWORKS: [Architecture; 2] = [Architecture::Resnet1dWang, Architecture::Resnet1dWangLdm];

/// Logits `[batch, label]` from a last map.
fn logits(network: &Network, features: Tensor<3>) -> Tensor<2> {
    let pooled = concat_pool(features);
    match network {
        Network::Resnet1dWang(network) => network.head.forward(pooled),
        Network::Resnet1dWangLdm(network) => {
            let shared = network.head.forward(pooled.clone());
            let (own, _) = network.branches.forward(pooled);
            own.clone() + (shared - own) * network.mergence.weights().unsqueeze_dim(0)
        }
        Network::ImleNet(_) => panic!("has no last map"),
    }
}

#[test]
fn a_position_made_a_little_stronger_raises_the_logit_by_its_share() {
    let device = Device::flex();
    for architecture in NETWORKS {
        let network = network(architecture, 5, &device);
        let output = network.forward(input_tensor(architecture, 2, &device));
        let features = output.features.clone().unwrap();
        let [_, _, positions] = features.dims();
        for class in [0, 4] {
            let shares = host(network.class_activation(&output, class).unwrap());
            for position in [0, 17, 40, positions - 1] {
                let step = 2e-3;
                let at = |factor: f64| {
                    let mut scale = vec![1.0_f32; positions];
                    scale[position] = factor as f32;
                    let scale = Tensor::<1>::from_floats(scale.as_slice(), &device).reshape([1, 1, positions]);
                    host(logits(&network, features.clone() * scale).narrow(1, class, 1))
                };
                // Downwards and upwards another position may become the highest: both sides are near, not equal.
                let (up, down) = (at(1.0 + step), at(1.0 - step));
                for record in 0..2 {
                    let slope = (up[record] - down[record]) / (2.0 * step as f32);
                    let share = shares[record * positions + position];
                    assert!((slope - share).abs() < 5e-3, "{architecture} {class} {position}: {slope}, {share}");
                }
            }
        }
    }
}

#[test]
fn shares_add_up_to_the_slope_of_the_logit_along_the_whole_map() {
    let device = Device::flex();
    for architecture in NETWORKS {
        let network = network(architecture, 5, &device);
        let output = network.forward(input_tensor(architecture, 2, &device));
        let features = output.features.clone().unwrap();
        let step = 1e-3;
        let up = logits(&network, features.clone() * (1.0 + step));
        let down = logits(&network, features * (1.0 - step));
        let slopes = (up - down) / (2.0 * step);
        for class in 0..5 {
            let sums = network.class_activation(&output, class).unwrap().sum_dim(1);
            assert_same(&host(sums), &host(slopes.clone().narrow(1, class, 1)), 2e-3);
        }
    }
}

#[test]
fn networks_without_a_last_map_and_classes_that_do_not_exist_have_no_class_activation() {
    let device = Device::flex();
    let imle = network(Architecture::ImleNet, 5, &device);
    let output = imle.forward(input_tensor(Architecture::ImleNet, 1, &device));
    assert!(imle.class_activation(&output, 0).is_none());
    let wang = network(Architecture::Resnet1dWang, 5, &device);
    let output = wang.forward(input_tensor(Architecture::Resnet1dWang, 1, &device));
    assert!(wang.class_activation(&output, 5).is_none());
}
