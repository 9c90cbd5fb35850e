//! Gradients by hand are Burn's.

mod support;

use std::collections::BTreeMap;
use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};
use nets::families::benchmark::{Backbone, decoupled, plain};
use nets::families::{mamil, mrtnet, mvkt, mvms, se_ecgnet, token_selection};
use nets::graph::{Activation, Builder, Graph, LOGITS, Role, Running, Shape};
use nets::tape::{Mode, Pass, Plain};
use support::host;
use support::operations::{convolutions, others, small};

fn waves(count: usize, rate: f32) -> Vec<f32> {
    (0..count).map(|place| (place as f32 * rate).sin() + 0.3 * (place as f32 * 0.011).cos()).collect()
}

/// The loss is the sum of the logits, each times a number; compares its gradients and the new running statistics.
#[track_caller]
fn same_gradients(graph: Graph, batch: usize, tolerance: f32) {
    let graph = Arc::new(graph.without_dropout());
    let tensors = graph.drawn(3);
    let input = graph.input();
    let x = waves(batch * input.size(), 0.37);
    let logits = graph.outputs()[LOGITS];
    let factors = waves(batch * graph.node(logits).shape.size(), 1.7);

    let device = Device::flex().autodiff();
    let network = Running::load(graph.clone(), &tensors, &device).unwrap();
    let data = TensorData::new(x.clone(), [batch, input.channels, input.length]);
    let x_tensor = Tensor::<3>::from_data(data, &device).require_grad();
    let output = network.forward(x_tensor.clone()).remove(LOGITS).unwrap();
    let shape = output.dims();
    let factor = Tensor::<4>::from_data(TensorData::new(factors.clone(), shape), &device);
    let mut burns = (output.clone() * factor).sum().backward();
    let mut expected: BTreeMap<usize, Vec<f32>> = network
        .trained()
        .into_iter()
        .filter_map(|(number, weight)| Some((number, host(weight.grad_remove(&mut burns)?))))
        .collect();
    let expected_x = host(x_tensor.grad(&burns).unwrap());

    let weights: Vec<Vec<f32>> = graph.weights().iter().map(|weight| tensors[&weight.name].1.clone()).collect();
    let pass = Pass::forward(&graph, &weights, &x, Mode::Training(1), &Plain);
    close(graph.name(), "value", pass.value(logits.number()), &host(output.inner()), tolerance);
    let found = pass.backward(&weights, BTreeMap::from([(logits.number(), factors)]), &[0]);
    for (number, (weight, found)) in graph.weights().iter().zip(&found.weights).enumerate() {
        if weight.role != Role::Trained {
            continue;
        }
        let zeros = vec![0.0; weight.size()];
        let expected = expected.remove(&number).unwrap_or_else(|| zeros.clone());
        close(graph.name(), &weight.name, found.as_ref().unwrap_or(&zeros), &expected, tolerance);
    }
    let by_lead: Vec<f32> = found.values[&0]
        .chunks_exact(input.size())
        .flat_map(|record| {
            (0..input.channels).flat_map(move |lead| record.iter().skip(lead).step_by(input.channels).copied())
        })
        .collect();
    close(graph.name(), "input", &by_lead, &expected_x, tolerance);
    let statistics = network.tensors();
    for (number, found) in pass.statistics() {
        let name = &graph.weights()[*number].name;
        close(graph.name(), name, found, &statistics[name].1, 1e-4);
    }
}

#[track_caller]
fn close(network: &str, what: &str, found: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(found.len(), expected.len(), "{network} {what}");
    // A gradient that cancels (a bias before a norm) is rounding alone: hence the floor.
    let largest = expected.iter().fold(0.03_f32, |largest, value| largest.max(value.abs()));
    if network != "small" {
        // In a deep network rounding moves a few numbers over a rectifier's 0, and single gradients by a step.
        let length = |values: &mut dyn Iterator<Item = f32>| values.map(|value| value * value).sum::<f32>().sqrt();
        let apart = length(&mut found.iter().zip(expected).map(|(found, expected)| found - expected));
        let whole = length(&mut expected.iter().copied()).max(0.03);
        assert!(apart <= tolerance * whole, "{network} {what}: {apart} apart of {whole}");
        return;
    }
    for (place, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!(
            (found - expected).abs() <= tolerance * largest,
            "{network} {what} at {place}: {found}, by Burn {expected}, largest {largest}"
        );
    }
}

#[test]
fn every_kind_of_convolution_has_burns_gradients() {
    for graph in convolutions() {
        same_gradients(graph, 3, 1e-4);
    }
}

#[test]
fn every_other_operation_has_burns_gradients() {
    for activation in [
        Activation::Relu,
        Activation::LeakyRelu(0.1),
        Activation::Gelu,
        Activation::Silu,
        Activation::Mish,
        Activation::HardSwish,
        Activation::Relu6,
        Activation::Elu,
        Activation::Sigmoid,
        Activation::Tanh,
        Activation::Square,
    ] {
        same_gradients(small(|build, x| build.activation(activation, x)), 2, 2e-4);
    }
    same_gradients(
        small(|build, x| {
            let x = build.activation(Activation::Square, x);
            let x = build.affine(x, 1.0, 0.5);
            let a = build.activation(Activation::Log(1e-3), x);
            let b = build.activation(Activation::Root(1e-6), x);
            let c = build.activation(Activation::InverseRoot(1e-6), x);
            let ab = build.sum(a, b);
            build.sum(ab, c)
        }),
        2,
        2e-4,
    );
    for (graph, tolerance) in others() {
        same_gradients(graph, 3, tolerance);
    }
    same_gradients(small(|build, x| build.batch_norm("norm", x)), 3, 5e-4);
    // Broadcasting both ways, and a value that is read three times.
    same_gradients(
        small(|build, x| {
            let mean = build.mean(x);
            let gate = build.sigmoid(mean);
            let gated = build.product(x, gate);
            let both = build.sum(gated, mean);
            build.product(both, x)
        }),
        2,
        2e-4,
    );
    // A norm that is used twice, the second time on other numbers.
    same_gradients(
        small(|build, x| {
            let a = build.again(|build| build.batch_norm("shared", x));
            let b = build.activation(Activation::Square, a);
            build.again(|build| build.batch_norm("shared", b))
        }),
        3,
        1e-3,
    );
    // Weights that are used twice.
    same_gradients(
        small(|build, x| {
            let a = build.again(|build| build.linear("shared", x, 12));
            let b = build.activation(Activation::Tanh, a);
            build.again(|build| build.linear("shared", b, 12))
        }),
        2,
        2e-4,
    );
}

#[test]
fn whole_networks_have_burns_gradients() {
    for backbone in [Backbone::Resnet1dWang, Backbone::Xresnet1d18, Backbone::Inception1d, Backbone::Wrn1d22] {
        same_gradients(plain(backbone, 3).unwrap(), 5, 1e-2);
    }
    same_gradients(decoupled(Backbone::FcnWang, 3).unwrap(), 5, 1e-2);
    let networks = [
        (mvms::student(3), 2, 1e-2),
        (mvkt::mvkt(mvkt::Form { depth: mvkt::Depth::Eighteen, leads: 1, projects: false }, 3), 2, 1e-2),
        (mrtnet::mrtnet(3), 1, 1e-2),
        (mamil::mamil(mamil::Modes::SignalAndPicture, 3), 2, 1e-2),
        (token_selection::token_selection(token_selection::Form::REDUCED, 3), 1, 1e-2),
        // Forty rectifiers in a row, the last ones over norms of eight numbers: from the end to the beginning a fraction
        // of 1e-5 grows to some hundredths.
        (se_ecgnet::se_ecgnet(se_ecgnet::Form::TWELVE_LEADS, 3), 2, 5e-2),
    ];
    for (network, batch, tolerance) in networks {
        same_gradients(network.unwrap(), batch, tolerance);
    }
}

#[test]
fn a_norm_that_is_used_twice_keeps_both_uses_in_its_statistics() {
    let mut build = Builder::new("twice", Shape::new(1, 4, 1));
    let x = build.input();
    let a = build.again(|build| build.batch_norm("shared", x));
    let b = build.affine(x, 1.0, 10.0);
    let b = build.again(|build| build.batch_norm("shared", b));
    let sum = build.sum(a, b);
    let graph = Arc::new(build.finish(sum).unwrap());
    let weights: Vec<Vec<f32>> = [1.0, 0.0, 0.0, 1.0].map(|value| vec![value]).to_vec();
    assert_eq!(graph.weights()[2].name, "shared.running_mean");
    let pass = Pass::forward(&graph, &weights, &[1.0, 2.0, 3.0, 6.0], Mode::Training(1), &Plain);
    let mean = &pass.statistics().iter().find(|(number, _)| *number == 2).unwrap().1;
    // 0.9 (0.9 0 + 0.1 3) + 0.1 13.
    assert!((mean[0] - 1.57).abs() < 1e-5, "{}", mean[0]);
    assert_eq!(pass.statistics().len(), 2);
}

#[test]
fn networks_for_one_lead_for_strips_and_of_masked_patches_have_burns_gradients() {
    use nets::families::{clocs, dual_path, fusing_transformer, mina, mpgt, multi_module, st_mem};
    let narrow = st_mem::Form { width: 24, depth: 1, heads: 3 };
    let networks = [
        mina::mina(2),
        clocs::embeddings(clocs::Views::TIME, 32),
        st_mem::classifier(narrow, 3),
        // With nothing hidden chance plays no part.
        st_mem::reconstruction(narrow, st_mem::PATCHES),
        dual_path::dual_path(700, dual_path::Pooling::Attention, 4),
        mpgt::mpgt(mpgt::Form { leads: 2, samples: 128, layers: 2 }, 3),
        fusing_transformer::fusing_transformer(fusing_transformer::Form { beats: 5, window: 40, layers: 2 }, 3),
        multi_module::multi_module(true, 3),
    ];
    for network in networks {
        same_gradients(network.unwrap(), 2, 1e-2);
    }
}

#[test]
fn dropout_drops_as_often_as_it_says_and_the_same_again_for_a_seed() {
    let mut build = Builder::new("dropout", Shape::new(1, 400, 8));
    let x = build.input();
    let y = build.dropout(x, 0.3);
    let graph = Arc::new(build.finish(y).unwrap());
    let x = vec![1.0; 4 * 3200];
    let run = |seed| {
        let pass = Pass::forward(&graph, &[], &x, Mode::Training(seed), &Plain);
        let back = pass.backward(&[], BTreeMap::from([(1, vec![1.0; x.len()])]), &[0]);
        (pass.value(1).to_vec(), back.values[&0].clone())
    };
    let (value, back) = run(1);
    let dropped = value.iter().filter(|&&value| value == 0.0).count() as f64 / value.len() as f64;
    assert!((dropped - 0.3).abs() < 0.02, "{dropped}");
    assert_eq!(value, back);
    assert_eq!(value, run(1).0);
    assert_ne!(value, run(2).0);
    let pass = Pass::forward(&graph, &[], &x, Mode::Inference, &Plain);
    assert_eq!(pass.value(1), x);
}
