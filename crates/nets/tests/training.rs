//! A step of training gives the numbers of the authors' code: losses, gradients, running statistics.

mod support;

use burn::module::Param;
use burn::optim::{AdamConfig, GradientsParams};
use burn::tensor::activation::{relu, sigmoid};
use burn::tensor::{Device, Gradients, Tensor, TensorData};
use nets::triplet::{OneSided, triplet_loss};
use nets::{Architecture, Network};
use serde_json::Value;
use support::{assert_close, golden, host, input_tensor, network, numbers, symmetric, uniform};

/// Mean binary cross entropy on logits.
fn cross_entropy(logits: Tensor<2>, labels: Tensor<2>) -> Tensor<1> {
    (relu(logits.clone()) - logits.clone() * labels + (-logits.abs()).exp().log1p()).mean()
}

fn tensor<const D: usize>(values: Vec<f64>, shape: [usize; D], device: &Device) -> Tensor<D> {
    let values: Vec<f32> = values.into_iter().map(|v| v as f32).collect();
    Tensor::from_data(TensorData::new(values, shape), device)
}

fn norm<const D: usize>(param: &Param<Tensor<D>>, gradients: &Gradients) -> f64 {
    let gradient = host(param.val().grad(gradients).expect("the parameter has a gradient"));
    gradient.iter().map(|&g| f64::from(g) * f64::from(g)).sum::<f64>().sqrt()
}

#[track_caller]
fn assert_norm(found: f64, golden: &Value, tolerance: f64) {
    let expected = golden.as_f64().unwrap();
    assert!((found - expected).abs() <= tolerance * expected.max(0.01), "found {found}, expected {expected}");
}

fn scalar(tensor: Tensor<1>) -> f64 {
    f64::from(host(tensor)[0])
}

/// Norm over all trainable tensors, found by the step that plain gradient descent of rate 1 makes.
fn global_norm(network: &Network, gradients: Gradients) -> f64 {
    let before = network.tensors();
    let gradients = GradientsParams::from_grads(gradients, network);
    let after = burn::optim::SgdConfig::new().init().step(1.0, network.clone(), gradients).tensors();
    let mut sum = 0.0;
    for (name, (_, old)) in &before {
        if !name.contains("running_") {
            sum += old.iter().zip(&after[name].1).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>();
        }
    }
    sum.sqrt()
}

#[test]
fn imle_net_trains_as_the_authors_does() {
    let golden = &golden("imle_net")["training"];
    let device = Device::flex().autodiff();
    let start = network(Architecture::ImleNet, 5, &device);
    let x = input_tensor(Architecture::ImleNet, 2, &device);
    let labels: Tensor<2> = tensor(numbers(&golden["labels"]), [2, 5], &device);

    let output = start.forward(x.clone());
    assert_close(&host(sigmoid(output.logits.clone())), &numbers(&golden["probabilities_train_mode"]), 1e-5);
    let loss = cross_entropy(output.logits, labels.clone());
    assert_close(&host(loss.clone()), &[golden["loss"].as_f64().unwrap()], 1e-5);
    let gradients = loss.backward();
    let Network::ImleNet(imle) = &start else { panic!("not IMLE-Net") };
    // Ill-conditioned in single precision: an input scaled by 1 +- 1e-7 moves this norm between 0.07238 and 0.07252.
    assert_norm(norm(&imle.stem.weight, &gradients), &golden["grad_norm_stem_kernel"], 3e-3);
    for (attention, name) in [
        (&imle.beat, "grad_norm_beat_W_b_V"),
        (&imle.rhythm, "grad_norm_rhythm_W_b_V"),
        (&imle.lead, "grad_norm_channel_W_b_V"),
    ] {
        assert_norm(norm(&attention.weight, &gradients), &golden[name][0], 1e-4);
        assert_norm(norm(&attention.bias, &gradients), &golden[name][1], 1e-4);
        assert_norm(norm(&attention.context, &gradients), &golden[name][2], 1e-4);
    }
    for (place, direction) in [&imle.lstm.forward, &imle.lstm.backward].into_iter().enumerate() {
        assert_norm(norm(&direction.kernel, &gradients), &golden["grad_norm_lstm"][3 * place], 1e-4);
        assert_norm(norm(&direction.recurrent, &gradients), &golden["grad_norm_lstm"][3 * place + 1], 1e-4);
        assert_norm(norm(&direction.bias, &gradients), &golden["grad_norm_lstm"][3 * place + 2], 1e-4);
    }
    assert_norm(norm(&imle.dense.weight, &gradients), &golden["grad_norm_dense"][0], 1e-4);
    assert_norm(global_norm(&start, gradients), &golden["global_grad_norm"], 1e-3);

    let running = &imle.blocks[0].norm1;
    assert_close(
        &host(running.running_mean.value_sync())[..4],
        &numbers(&golden["first_bn_moving_mean_after_first4"]),
        1e-5,
    );
    assert_close(
        &host(running.running_var.value_sync())[..4],
        &numbers(&golden["first_bn_moving_var_after_first4"]),
        1e-5,
    );

    let mut network = network(Architecture::ImleNet, 5, &device);
    let mut optimizer = AdamConfig::new().with_epsilon(1e-7).init();
    let mut losses = Vec::new();
    for _ in 0..5 {
        let loss = cross_entropy(network.forward(x.clone()).logits, labels.clone());
        losses.push(scalar(loss.clone()) as f32);
        let gradients = GradientsParams::from_grads(loss.backward(), &network);
        network = optimizer.step(0.001, network, gradients);
    }
    assert_close(&losses, &numbers(&golden["losses_5_adam_steps_lr_0.001"]), 2e-3);
}

#[test]
fn imle_net_leaves_training_by_valid_and_then_uses_running_statistics() {
    use burn::module::Module;
    let golden = &golden("imle_net")["training"];
    let device = Device::flex();
    let network = network(Architecture::ImleNet, 5, &device.clone().autodiff()).valid();
    let labels: Tensor<2> = tensor(numbers(&golden["labels"]), [2, 5], &device);
    let loss = cross_entropy(network.forward(input_tensor(Architecture::ImleNet, 2, &device)).logits, labels);
    assert_close(&host(loss), &[golden["loss_eval_mode"].as_f64().unwrap()], 1e-5);
}

#[test]
fn label_decoupling_trains_as_the_authors_does() {
    let golden = &golden("label_decoupling")["training"];
    let device = Device::flex().autodiff();
    let architecture = Architecture::Resnet1dWangLdm;
    let network = network(architecture, 71, &device).without_dropout();
    let labels: Vec<f64> = uniform(60, 8 * 71).into_iter().map(|u| f64::from(u8::from(u < 0.25))).collect();
    assert_eq!(labels.iter().sum::<f64>(), golden["positives"].as_f64().unwrap());
    let labels: Tensor<2> = tensor(labels, [8, 71], &device);

    let output = network.forward(input_tensor(architecture, 8, &device));
    let entropy = cross_entropy(output.logits, labels.clone());
    let triplets = triplet_loss(output.embeddings.unwrap(), &labels, 2.0, OneSided::Pull);
    assert_close(&host(entropy.clone()), &[golden["bce"].as_f64().unwrap()], 1e-5);
    assert_close(&host(triplets.clone())[..5], &numbers(&golden["triplet_first5"]), 1e-4);
    let triplet = triplets.mean();
    // Two distances of one label are so near each other that PyTorch's single precision takes the other one: it says
    // 2.1410325; the same program in double precision says 2.1407377, and so do we.
    assert_close(&host(triplet.clone()), &[2.1407377], 1e-5);
    assert_close(&host(triplet.clone()), &[golden["triplet_mean"].as_f64().unwrap()], 5e-4);
    let total = entropy + triplet * 0.1;
    assert_close(&host(total.clone()), &[golden["total"].as_f64().unwrap()], 5e-5);

    let gradients = total.backward();
    let Network::Resnet1dWangLdm(ldm) = &network else { panic!("not label decoupling") };
    assert_norm(norm(&ldm.backbone.stem.weight, &gradients), &golden["grad_norm_stem"], 1e-3);
    assert_norm(norm(&ldm.mergence.weight, &gradients), &golden["grad_norm_A"], 1e-3);
    assert_norm(norm(&ldm.mergence.bias, &gradients), &golden["grad_norm_A_bias"], 1e-3);
    assert_norm(norm(&ldm.head.linear2.weight, &gradients), &golden["grad_norm_trad_last"], 1e-3);
    let label0 = host(ldm.branches.space.val().grad(&gradients).unwrap().narrow(0, 0, 1));
    let label0 = label0.iter().map(|&g| f64::from(g).powi(2)).sum::<f64>().sqrt();
    assert_norm(label0, &golden["grad_norm_label0_linear1"], 1e-3);
    assert_norm(global_norm(&network, gradients), &golden["global_grad_norm"], 1e-3);
}

/// Rows of `symmetric(k)` of length 1, `[8, 8]`.
fn unit_rows(k: u64) -> Vec<f64> {
    symmetric(k, 64)
        .chunks_exact(8)
        .flat_map(|row| {
            let length = row.iter().map(|v| v * v).sum::<f64>().sqrt();
            row.iter().map(move |v| v / length).collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn the_triplet_loss_follows_the_mining_rules_in_all_cases() {
    let golden = &golden("triplet")["triplet"];
    let device = Device::flex();
    let embeddings: Tensor<3> = tensor(unit_rows(7), [8, 1, 8], &device);
    for case in golden["cases"].as_array().unwrap() {
        let labels: Tensor<2> = tensor(numbers(&case["labels"]), [8, 1], &device);
        let margin = case["margin"].as_f64().unwrap();
        let loss = triplet_loss(embeddings.clone(), &labels, margin, OneSided::Pull);
        assert_close(&host(loss), &[case["loss"].as_f64().unwrap()], 1e-5);
    }
}

#[test]
fn the_whole_loss_of_three_labels_is_the_published_sum() {
    let golden = &golden("triplet")["ldm_loss"];
    let device = Device::flex();
    let logits: Tensor<2> = tensor(symmetric(11, 24).into_iter().map(|s| 2.0 * s).collect(), [8, 3], &device);
    let spaces: Vec<Tensor<3>> = (20..23).map(|k| tensor(unit_rows(k), [8, 1, 8], &device)).collect();
    let labels: Tensor<2> = tensor(numbers(&golden["labels"]), [8, 3], &device);
    let triplets = triplet_loss(Tensor::cat(spaces, 1), &labels, 2.0, OneSided::Pull);
    assert_close(&host(triplets.clone()), &numbers(&golden["triplet_per_class_margin2"]), 1e-5);
    let entropy = cross_entropy(logits, labels);
    assert_close(&host(entropy.clone()), &[golden["bce"].as_f64().unwrap()], 1e-5);
    let total = entropy + triplets.mean() * 0.1;
    assert_close(&host(total), &[golden["total_alpha1_beta0_gamma0.1"].as_f64().unwrap()], 1e-5);
}

#[test]
fn a_label_that_no_record_bears_is_skipped_on_request_and_one_pair_of_strangers_costs_nothing() {
    let device = Device::flex();
    let embeddings: Tensor<3> = tensor(unit_rows(7), [8, 1, 8], &device);
    let none: Tensor<2> = Tensor::zeros([8, 1], &device);
    assert_eq!(host(triplet_loss(embeddings.clone(), &none, 2.0, OneSided::Skip)), [0.0]);
    let strangers: Tensor<2> = tensor(vec![1.0, 0.0], [2, 1], &device);
    assert_eq!(host(triplet_loss(embeddings.narrow(0, 0, 2), &strangers, 2.0, OneSided::Pull)), [0.0]);
}

#[test]
fn dropout_acts_in_training_only() {
    let device = Device::flex();
    let architecture = Architecture::Resnet1dWangLdm;
    let training = device.clone().autodiff();
    let network_in_training = network(architecture, 5, &training);
    let x = input_tensor(architecture, 4, &training);
    let draws = [host(network_in_training.forward(x.clone()).logits), host(network_in_training.forward(x).logits)];
    assert_ne!(draws[0], draws[1]);
    let resting = network(architecture, 5, &device);
    let x = input_tensor(architecture, 4, &device);
    assert_eq!(host(resting.forward(x.clone()).logits), host(resting.forward(x).logits));
}
