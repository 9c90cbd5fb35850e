//! Networks of state spaces give the numbers of the published form of their kernels, which is complex and Fourier's.

mod support;

use std::collections::BTreeMap;
use std::sync::Arc;

use burn::module::Module;
use burn::optim::{GradientsParams, SgdConfig};
use burn::tensor::{Device, Tensor, TensorData};
use nets::Tensors;
use nets::families::state_space::{
    ATTENTION, CPC_SAMPLES, ENCODED, Form, Head, LEADS, Projection, WIDTH, diagonal, ecg_cpc, ecg_cpc_contrast,
    supervised,
};
use nets::graph::{Builder, Eigenvalues, Graph, Role, Running, Shape, StateSpace};
use serde_json::Value;
use support::fill::{in_order, torch};
use support::{assert_close, golden, host, input, numbers, symmetric, uniform};

/// Numbers of chance, tensor after tensor.
fn drawn(graph: &Graph) -> Tensors {
    let order = in_order(graph.weights(), 0);
    let mut tensors = torch(graph, &order);
    for weight in graph.weights() {
        let number = order[&weight.name];
        let scaled = |size: f64| symmetric(number, weight.size()).into_iter().map(|s| (size * s) as f32).collect();
        let values: Vec<f32> = match weight.name.rsplit('.').next().unwrap() {
            "kernel" | "table" => scaled(3.0_f64.sqrt()),
            "direct" => scaled(1.0),
            "log_step" => scaled(std::f64::consts::LN_10),
            "log_decay" => {
                symmetric(number, weight.size()).into_iter().map(|s| (0.5_f64.ln() + 0.3 * s) as f32).collect()
            }
            "frequency" => {
                let values = symmetric(number, weight.size()).into_iter().enumerate();
                values.map(|(place, s)| (std::f64::consts::PI * (place % 4) as f64 + 0.5 * s) as f32).collect()
            }
            "step" => uniform(number, weight.size()).into_iter().map(|u| (0.001 * 100_f64.powf(u)) as f32).collect(),
            _ => continue,
        };
        tensors.insert(weight.name.clone(), (weight.shape.clone(), values));
    }
    tensors
}

fn run(graph: Graph, samples: usize) -> BTreeMap<&'static str, Tensor<4>> {
    let device = Device::flex();
    let tensors = drawn(&graph);
    let network = Running::load(Arc::new(graph), &tensors, &device).unwrap();
    network.forward(Tensor::from_data(TensorData::new(input(1, samples), [1, LEADS, samples]), &device))
}

/// Within 2e-5 of the largest.
#[track_caller]
fn assert_near(found: &[f32], expected: &Value) {
    let expected = numbers(expected);
    let largest = expected.iter().fold(1.0_f64, |largest, value| largest.max(value.abs()));
    assert_close(found, &expected, 2e-5 * largest);
}

#[test]
fn parameter_counts_are_the_published_ones() {
    assert_eq!(supervised(Form::PUBLISHED, 71).unwrap().parameters(), 2_183_239);
    assert_eq!(supervised(Form::PUBLISHED, 5).unwrap().parameters(), 2_149_381);
    for (width, millions) in [(256, 0.567), (128, 0.153), (64, 0.0436)] {
        let found = supervised(Form { width, ..Form::PUBLISHED }, 71).unwrap().parameters() as f64 / 1e6;
        assert!((found - millions).abs() < 6e-4, "{width}: {found}");
    }
    let linear = ecg_cpc(WIDTH, CPC_SAMPLES, Head::Linear, 71).unwrap();
    assert_eq!(linear.parameters(), 2_932_736 + 71 * (WIDTH + 1));
    let encoder = linear.weights().iter().filter(|weight| weight.name.starts_with("encoder"));
    let encoder: usize = encoder.filter(|weight| weight.role == Role::Trained).map(nets::graph::Weight::size).sum();
    assert_eq!(encoder, 808_960);
    assert_eq!(ecg_cpc(WIDTH, CPC_SAMPLES, Head::Attention, 71).unwrap().parameters(), 3_756_032);
    // Beside the body, pre-training has one matrix.
    assert_eq!(ecg_cpc_contrast(WIDTH, 2400, Projection::Linear).unwrap().parameters(), 2_932_736 + WIDTH * WIDTH);
    let two = ecg_cpc_contrast(WIDTH, 2400, Projection::TwoLayers).unwrap().parameters();
    assert_eq!(two, 2_932_736 + 2 * WIDTH * WIDTH + WIDTH);
}

#[test]
fn multiply_adds_are_the_published_ones() {
    // Published apart from the convolutions with long kernels, which are 64 million a layer both ways.
    let long = |tokens: u64, directions: u64| 4 * directions * 512 * tokens * tokens;
    let found = supervised(Form::PUBLISHED, 71).unwrap().multiply_adds();
    assert_eq!(long(250, 2), 4 * 64_000_000);
    assert!(((found - long(250, 2)) as f64 / 1e9 - 0.53).abs() < 0.005, "{found}");
    // Tokens come at half the rate of samples.
    let found = ecg_cpc(WIDTH, CPC_SAMPLES, Head::Linear, 71).unwrap().multiply_adds();
    assert!(((found - long(300, 1)) as f64 / 1e9 - 0.87).abs() < 0.005, "{found}");
}

#[test]
fn kernels_are_those_of_the_published_form() {
    let golden = &golden("state_space")["kernels"];
    let mut build = Builder::new("kernels", Shape::new(1, 1000, 3));
    let x = build.input();
    let y = build.state_space("space", x, StateSpace { both_ways: false });
    let graph = Arc::new(build.finish(y).unwrap());
    let mixture = symmetric(0, 24).into_iter().map(|s| (3.0_f64.sqrt() * s) as f32).collect();
    let tensors = Tensors::from([
        ("space.kernel".to_owned(), (vec![1, 3, 8], mixture)),
        ("space.direct".to_owned(), (vec![3], vec![0.0; 3])),
        ("space.step".to_owned(), (vec![3], vec![0.001, 0.0237, 0.1])),
    ]);
    let device = Device::flex();
    let network = Running::load(graph, &tensors, &device).unwrap();
    // The answer to one impulse is the kernel.
    let mut x = vec![0.0; 3 * 1000];
    (0..3).for_each(|channel| x[channel * 1000] = 1.0);
    let x = Tensor::<3>::from_data(TensorData::new(x, [1, 3, 1000]), &device);
    let found = host(network.forward(x)["logits"].clone());
    let places = numbers(&golden["places"]);
    for channel in 0..3 {
        let kernel: Vec<f32> = places.iter().map(|&place| found[place as usize * 3 + channel]).collect();
        assert_close(&kernel, &numbers(&golden["values"][channel]), 2e-7);
    }
}

#[test]
fn supervised_s4_gives_the_published_forms_logits_for_windows_and_for_whole_recordings() {
    let golden = &golden("state_space")["supervised"];
    for samples in [250, 1000] {
        let outputs = run(supervised(Form { samples, ..Form::PUBLISHED }, 5).unwrap(), samples);
        assert_near(&host(outputs["logits"].clone()), &golden[samples.to_string()]);
    }
}

#[test]
fn ecg_cpc_gives_the_published_forms_numbers_with_both_heads_and_in_pre_training() {
    let golden = &golden("state_space")["ecg_cpc_600"];
    let outputs = run(ecg_cpc(WIDTH, 600, Head::Linear, 5).unwrap(), 600);
    assert_near(&host(outputs["logits"].clone()), &golden["linear"]);

    let outputs = run(ecg_cpc(WIDTH, 600, Head::Attention, 5).unwrap(), 600);
    assert_near(&host(outputs["logits"].clone()), &golden["attention"]);
    assert_eq!(outputs[ATTENTION].dims(), [1, 16, 1, 300]);
    let shares: Vec<f32> = host(outputs[ATTENTION].clone())[5 * 300..][..8].iter().map(|share| share * 300.0).collect();
    assert_near(&shares, &golden["attention_head_5_times_tokens"]);

    let outputs = run(ecg_cpc_contrast(WIDTH, 600, Projection::Linear).unwrap(), 600);
    let token = |name: &str| host(outputs[name].clone().narrow(2, 200, 1).narrow(3, 0, 8));
    assert_near(&token(ENCODED), &golden["encoded_token_200"]);
    assert_near(&token("logits"), &golden["expected_after_token_200"]);

    let outputs = run(ecg_cpc_contrast(WIDTH, 600, Projection::TwoLayers).unwrap(), 600);
    let token = host(outputs["logits"].clone().narrow(2, 200, 1).narrow(3, 0, 8));
    assert_near(&token, &golden["expected_by_two_layers_after_token_200"]);
}

#[test]
fn the_diagonal_form_gives_the_logits_of_kernels_of_complex_exponentials() {
    let golden = &golden("state_space")["diagonal"];
    for (both_ways, samples, key) in [(true, 250, "both ways, 250"), (false, 600, "forward, 600")] {
        let form = Form { width: 64, samples, both_ways };
        let outputs = run(diagonal(form, Eigenvalues::Linear, 5).unwrap(), samples);
        assert_near(&host(outputs["logits"].clone()), &golden[key]);
    }
}

#[test]
fn the_diagonal_form_trains_nine_numbers_a_channel_more() {
    // Steps, decays and frequencies, and of a kernel as many numbers as before.
    for both_ways in [false, true] {
        let form = Form { both_ways, ..Form::PUBLISHED };
        let legs = diagonal(form, Eigenvalues::Legs, 71).unwrap().parameters();
        assert_eq!(legs, supervised(form, 71).unwrap().parameters() + 4 * 9 * WIDTH);
    }
}

#[test]
fn what_a_layer_predicts_from_does_not_see_later_samples() {
    let graph = Arc::new(ecg_cpc_contrast(WIDTH, 240, Projection::Linear).unwrap());
    let device = Device::flex();
    let network = Running::load(graph.clone(), &drawn(&graph), &device).unwrap();
    let expected = |x: Vec<f32>| {
        let x = Tensor::<3>::from_data(TensorData::new(x, [1, LEADS, 240]), &device);
        network.forward(x)["logits"].clone()
    };
    let mut x = input(1, 240);
    let before = host(expected(x.clone()).narrow(2, 0, 60));
    // Token 59 covers samples 117 to 119.
    x.chunks_mut(240).for_each(|lead| lead[120..].fill(3.0));
    let after = expected(x);
    assert_close(
        &host(after.clone().narrow(2, 0, 60)),
        &before.iter().map(|&v| f64::from(v)).collect::<Vec<_>>(),
        1e-5,
    );
    assert!(host(after).iter().all(|value| value.is_finite()));
}

#[test]
fn training_moves_every_weight_but_the_steps() {
    let graph = Arc::new(supervised(Form { width: 16, samples: 60, both_ways: true }, 3).unwrap());
    let device = Device::flex().autodiff();
    let network = Running::load(graph.clone(), &drawn(&graph), &device).unwrap();
    let x = Tensor::<3>::from_data(TensorData::new(input(4, 60), [4, LEADS, 60]), &device);
    let loss = network.logits(x).powi_scalar(2).sum();
    let gradients = GradientsParams::from_grads(loss.backward(), &network);
    let before = network.tensors();
    let after = SgdConfig::new().init().step(1e-2, network, gradients).valid();
    let tensors = after.tensors();
    for weight in graph.weights() {
        let moved = before[&weight.name].1 != tensors[&weight.name].1;
        assert_eq!(moved, weight.role == Role::Trained, "{}", weight.name);
    }
    // The trained network answers off the training device.
    let x = Tensor::<3>::from_data(TensorData::new(input(1, 60), [1, LEADS, 60]), &Device::flex());
    assert!(host(after.logits(x)).iter().all(|logit| logit.is_finite()));
}
