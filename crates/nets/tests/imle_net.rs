//! IMLE-Net and its compared networks as graphs give the numbers of the authors' code.

mod support;

use std::collections::BTreeMap;
use std::sync::Arc;

use burn::optim::{AdamConfig, GradientsParams};
use burn::tensor::activation::{relu, sigmoid};
use burn::tensor::{Device, Tensor, TensorData};
use nets::Tensors;
use nets::families::imle_net::{
    BEAT, FEATURES, LEAD, NARROW_WIDTH, NATIVE_WIDTH, RHYTHM, Windows, ecgnet, ecgnet_by_channels, imle_net, mousavi,
    rajpurkar, resnet101,
};
use nets::graph::{Graph, LOGITS, Running, Shape, Start};
use nets::heat::{HeatRule, heat, normalise};
use support::fill::{in_order, keras, torch};
use support::{assert_close, assert_near, golden, host, input, numbers};

fn records(device: &Device) -> Tensor<3> {
    Tensor::from_data(TensorData::new(input(2, 1000), [2, 12, 1000]), device)
}

fn run(graph: Graph, tensors: &Tensors) -> BTreeMap<&'static str, Tensor<4>> {
    let device = Device::flex();
    Running::load(Arc::new(graph), tensors, &device).unwrap().forward(records(&device))
}

fn from_keras(graph: &Graph) -> Tensors {
    keras(graph, &in_order(graph.weights(), 0))
}

fn from_torch(graph: &Graph) -> Tensors {
    torch(graph, &in_order(graph.weights(), 0))
}

#[test]
fn parameter_counts_are_the_published_ones() {
    let golden = golden("imle_repo");
    let expected = |name: &str| numbers(&golden[name]["params"])[0] as usize;
    assert_eq!(imle_net(5).unwrap().parameters(), 746_725);
    assert_eq!(imle_net(3).unwrap().parameters(), 746_467);
    for windows in [Windows::Released, Windows::OfTime] {
        assert_eq!(mousavi(windows, 5).unwrap().parameters(), expected("mousavi"));
    }
    assert_eq!(rajpurkar(5).unwrap().parameters(), expected("rajpurkar"));
    assert_eq!(ecgnet(5).unwrap().parameters(), expected("ecgnet"));
    assert_eq!(resnet101(NATIVE_WIDTH, 5).unwrap().parameters(), expected("resnet101"));
}

#[test]
fn statistics_of_the_keras_networks_are_as_many_as_the_published_ones() {
    let statistics = |graph: Graph| {
        let running = graph.weights().iter().filter(|weight| weight.name.contains(".running_"));
        running.map(nets::graph::Weight::size).sum::<usize>()
    };
    assert_eq!(statistics(imle_net(5).unwrap()), 1792);
    assert_eq!(statistics(rajpurkar(5).unwrap()), 7744);
    assert_eq!(statistics(mousavi(Windows::Released, 5).unwrap()), 0);
}

#[test]
fn the_narrow_resnet101_is_as_deep_and_less_than_a_fiftieth_as_large() {
    let [native, narrow] = [NATIVE_WIDTH, NARROW_WIDTH].map(|width| resnet101(width, 5).unwrap());
    assert_eq!(native.nodes().len(), narrow.nodes().len());
    assert_eq!(narrow.parameters(), 2_465_301);
    assert!(native.parameters() > 50 * narrow.parameters());
}

#[test]
fn multiply_adds_are_the_published_ones() {
    let golden = golden("imle_repo");
    for graph in [
        imle_net(5).unwrap(),
        mousavi(Windows::Released, 5).unwrap(),
        rajpurkar(5).unwrap(),
        ecgnet(5).unwrap(),
        resnet101(NATIVE_WIDTH, 5).unwrap(),
    ] {
        let expected = golden["million_multiply_adds"][graph.name()].as_f64().unwrap();
        let found = graph.multiply_adds() as f64 / 1e6;
        // The sources' numbers have four digits.
        assert!((found / expected - 1.0).abs() < 5e-4, "{}: {found}, expected {expected}", graph.name());
    }
}

#[test]
fn imle_net_gives_the_authors_probabilities_and_attention() {
    let golden = golden("imle_net");
    let graph = imle_net(5).unwrap();
    let tensors = from_keras(&graph);
    let outputs = run(graph, &tensors);
    assert_near("probabilities", &host(sigmoid(outputs[LOGITS].clone())), &golden["probabilities"]);
    let beat = &outputs[BEAT];
    assert_eq!(beat.dims(), [2, 12, 20, 13]);
    for (lead, window, key) in [(0, 0, "beat_att_record0_lead0_seg0"), (11, 19, "beat_att_record0_lead11_seg19")] {
        let scores = beat.clone().slice([0..1, lead..lead + 1, window..window + 1]);
        assert_near(key, &host(scores), &golden[key]);
    }
    let rhythm = &outputs[RHYTHM];
    assert_eq!(rhythm.dims(), [2, 1, 12, 20]);
    let key = "rhythm_att_record0_lead0";
    assert_near(key, &host(rhythm.clone().slice([0..1, 0..1, 0..1])), &golden[key]);
    assert_eq!(outputs[LEAD].dims(), [2, 1, 1, 12]);
    assert_near("lead", &host(outputs[LEAD].clone()), &golden["channel_att"]);
    for name in [BEAT, RHYTHM, LEAD] {
        for sum in host(outputs[name].clone().sum_dim(3)) {
            assert!((sum - 1.0).abs() < 1e-6, "{name}: {sum}");
        }
    }
}

#[test]
fn attention_becomes_the_authors_heat() {
    let golden = golden("imle_net");
    let graph = imle_net(5).unwrap();
    let tensors = from_keras(&graph);
    let outputs = run(graph, &tensors);
    let [beat, rhythm, lead] = [BEAT, RHYTHM, LEAD].map(|name| host(outputs[name].clone()));
    let heats = &golden["heat_record0"];
    let points: Vec<usize> = numbers(&heats["points_lead_sample"])
        .chunks_exact(2)
        .map(|point| point[0] as usize * 1000 + point[1] as usize)
        .collect();
    for (rule, name) in
        [(HeatRule::Released, "beat_x_channel_minmax"), (HeatRule::MultiLevel, "beat_x_rhythm_x_channel_minmax")]
    {
        let mut heat = heat(&beat[..240 * 13], &rhythm[..240], &lead[..12], rule).unwrap();
        normalise(&mut heat);
        let found: Vec<f32> = points.iter().map(|&point| heat[point]).collect();
        assert_close(&found, &numbers(&heats[name]), 1e-4);
    }
}

#[test]
fn imle_net_trains_as_the_authors_does() {
    let golden = &golden("imle_net")["training"];
    let device = Device::flex().autodiff();
    let graph = imle_net(5).unwrap();
    let tensors = from_keras(&graph);
    let mut network = Running::load(Arc::new(graph), &tensors, &device).unwrap();
    let labels: Vec<f32> = numbers(&golden["labels"]).into_iter().map(|label| label as f32).collect();
    let labels = Tensor::<2>::from_data(TensorData::new(labels, [2, 5]), &device);
    let x = records(&device);
    let mut optimizer = AdamConfig::new().with_epsilon(1e-7).init();
    let mut losses = Vec::new();
    for step in 0..5 {
        let logits = network.logits(x.clone());
        if step == 0 {
            let trained = &golden["probabilities_train_mode"];
            assert_close(&host(sigmoid(logits.clone())), &numbers(trained), 1e-5);
            let moved = network.tensors();
            for (statistic, key) in [
                ("running_mean", "first_bn_moving_mean_after_first4"),
                ("running_var", "first_bn_moving_var_after_first4"),
            ] {
                let (_, values) = &moved[&format!("blocks.0.norm1.{statistic}")];
                assert_close(&values[..4], &numbers(&golden[key]), 1e-5);
            }
        }
        let loss = (relu(logits.clone()) - logits.clone() * labels.clone() + (-logits.abs()).exp().log1p()).mean();
        losses.push(host(loss.clone())[0]);
        let gradients = GradientsParams::from_grads(loss.backward(), &network);
        network = optimizer.step(0.001, network, gradients);
    }
    assert_close(&losses[..1], &numbers(&golden["loss"]), 1e-5);
    assert_close(&losses, &numbers(&golden["losses_5_adam_steps_lr_0.001"]), 2e-3);
}

#[test]
fn mousavis_network_gives_the_authors_probabilities_only_with_the_released_windows() {
    let golden = golden("imle_repo");
    let probabilities = |windows| {
        let graph = mousavi(windows, 5).unwrap();
        let tensors = from_keras(&graph);
        host(sigmoid(run(graph, &tensors)[LOGITS].clone()))
    };
    let released = probabilities(Windows::Released);
    assert_near("mousavi", &released, &golden["mousavi"]["probabilities"]);
    let of_time = probabilities(Windows::OfTime);
    assert!(released.iter().zip(&of_time).any(|(a, b)| (a - b).abs() > 1e-3), "{of_time:?}");
}

#[test]
fn rajpurkars_network_gives_the_authors_probabilities() {
    let graph = rajpurkar(5).unwrap();
    let tensors = from_keras(&graph);
    let outputs = run(graph, &tensors);
    let expected = &golden("imle_repo")["rajpurkar"]["probabilities"];
    assert_near("rajpurkar", &host(sigmoid(outputs[LOGITS].clone())), expected);
    assert_eq!(outputs[FEATURES].dims(), [2, 1, 4, 256]);
}

#[test]
fn ecgnet_gives_the_authors_logits() {
    let graph = ecgnet(5).unwrap();
    let tensors = from_torch(&graph);
    let outputs = run(graph, &tensors);
    assert_near("ecgnet", &host(outputs[LOGITS].clone()), &golden("imle_repo")["ecgnet"]["logits"]);
    assert_eq!(outputs[FEATURES].dims(), [2, 1, 15, 64]);
}

#[test]
fn resnet101_gives_the_authors_logits() {
    let graph = resnet101(NATIVE_WIDTH, 5).unwrap();
    let tensors = from_torch(&graph);
    let outputs = run(graph, &tensors);
    assert_near("resnet101", &host(outputs[LOGITS].clone()), &golden("imle_repo")["resnet101"]["logits"]);
    assert_eq!(outputs[FEATURES].dims(), [2, 1, 32, 2048]);
}

#[test]
fn first_weights_are_drawn_as_the_authors_draw_theirs() {
    let start =
        |graph: Graph, name: &str| graph.weights().iter().find(|weight| weight.name == name).unwrap().start.clone();
    let near = |found: Start, expected: Start| match (&found, &expected) {
        (Start::Uniform(a), Start::Uniform(b))
        | (Start::Normal(a), Start::Normal(b))
        | (Start::CutNormal(a), Start::CutNormal(b)) => assert!((a / b - 1.0).abs() < 1e-9, "{found:?}, {expected:?}"),
        _ => assert_eq!(found, expected),
    };
    let imle = |name: &str| start(imle_net(5).unwrap(), name);
    near(imle("stem.weight"), Start::Uniform((6.0_f64 / (8.0 + 8.0 * 32.0)).sqrt()));
    near(imle("dense.weight"), Start::Uniform((6.0_f64 / 133.0).sqrt()));
    for name in ["beat", "rhythm", "lead"] {
        near(imle(&format!("{name}.weight")), Start::Normal(0.05));
        near(imle(&format!("{name}.context.weight")), Start::Normal(0.05));
        near(imle(&format!("{name}.bias.table")), Start::Constant(0.0));
    }
    near(imle("lstm.recurrent"), Start::Orthogonal { rows: 64, columns: 256 });
    let forget_open: Vec<f32> = (0..256).map(|place| if (64..128).contains(&place) { 1.0 } else { 0.0 }).collect();
    near(imle("lstm.backward.bias"), Start::Given(forget_open));

    let he = (2.0_f64 / (16.0 * 64.0)).sqrt() / 0.879_625_661_034_239_8;
    near(start(rajpurkar(5).unwrap(), "blocks.7.conv2.weight"), Start::CutNormal(he));
    near(start(rajpurkar(5).unwrap(), "dense.weight"), Start::Uniform((6.0_f64 / 1029.0).sqrt()));
    let square = (2.0_f64 / (11.0 * 11.0 * 64.0)).sqrt();
    near(start(resnet101(NATIVE_WIDTH, 5).unwrap(), "stages.0.0.conv2.weight"), Start::Normal(square));
    near(start(ecgnet(5).unwrap(), "conv.weight"), Start::Uniform((1.0_f64 / (16.0 * 17.0)).sqrt()));
}

#[test]
fn networks_without_labels_are_refused() {
    let networks = [
        imle_net(0),
        mousavi(Windows::OfTime, 0),
        rajpurkar(0),
        ecgnet(0),
        resnet101(NARROW_WIDTH, 0),
        resnet101(0, 5),
    ];
    for network in networks {
        assert!(network.is_err());
    }
}

#[test]
fn the_input_is_ten_seconds_of_twelve_leads() {
    for graph in [imle_net(5), mousavi(Windows::OfTime, 5), rajpurkar(5), ecgnet(5), resnet101(NARROW_WIDTH, 5)] {
        assert_eq!(graph.unwrap().input(), Shape::new(1, 1000, 12));
    }
}

#[test]
fn ecgnet_by_channels_has_the_counts_and_gives_the_logits_of_its_authors_code() {
    let golden = golden("ecgnet_channels");
    let graph = ecgnet_by_channels(9).unwrap();
    assert_eq!(graph.parameters(), 7_419_953);
    assert!((graph.multiply_adds() as f64 / 1e9 - 1.23).abs() < 0.005);
    let graph = ecgnet_by_channels(5).unwrap();
    assert_eq!(graph.multiply_adds(), golden["multiply_adds"].as_u64().unwrap());
    assert_eq!(graph.parameters() as u64, golden["parameters"].as_u64().unwrap());
    let tensors = from_torch(&graph);
    let outputs = run(graph, &tensors);
    assert_near("logits", &host(outputs[LOGITS].clone().narrow(0, 0, 1)), &golden["logits"]);
    assert_eq!(outputs[FEATURES].dims(), [2, 1, 62, 160]);
    assert!(ecgnet_by_channels(0).is_err());
}
