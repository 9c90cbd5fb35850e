//! The processor's way gives what Burn gives.

mod support;

use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};
use nets::cpu::Plan;
use nets::families::benchmark::{Backbone, decoupled, plain};
use nets::families::dsail;
use nets::graph::{Activation, Axis, Builder, Conv, Graph, Running};
use nets::tape::{Plain, settled};
use nets::{Architecture, Error, Purpose};
use support::host;
use support::operations::{convolutions, in_rows, others, small};

/// How far a whole network's outputs may lie apart, of their length: in up to a hundred layers that all hear, rounding
/// moves a few numbers over a rectifier's 0.
const DEEP: f32 = 5e-3;
/// Signals that norms take their statistics from.
const SETTLING: usize = 2;

/// Runs both ways on the same numbers and compares every output.
#[track_caller]
fn same_both_ways(graph: Graph, batch: usize, tolerance: f32) {
    let graph = Arc::new(graph);
    let input = graph.input();
    let waves = |records: usize, from: f32| -> Vec<f32> {
        (0..records * input.size())
            .map(|place| (place as f32 * 0.37 + from).sin() + 0.3 * (place as f32 * 0.011).cos())
            .collect()
    };
    // Norms with the statistics of other signals, so that folding is seen and deep networks hear.
    let tensors = settled(&graph, graph.drawn(3), &waves(SETTLING, 0.5), &Plain);
    let x = waves(batch, 0.0);
    let device = Device::flex();
    let network = Running::load(graph.clone(), &tensors, &device).unwrap();
    let data = TensorData::new(x.clone(), [batch, input.channels, input.length]);
    let expected = network.forward(Tensor::from_data(data, &device));
    let found = Plan::new(graph.clone(), &tensors).unwrap().run(&x, batch).unwrap();
    assert_eq!(found.len(), expected.len());
    for (name, expected) in expected {
        let expected = host(expected);
        let found = &found[name].values;
        assert_eq!(found.len(), expected.len(), "{name}");
        if graph.name() != "small" {
            let length = |values: &mut dyn Iterator<Item = f32>| values.map(|value| value * value).sum::<f32>().sqrt();
            let apart = length(&mut found.iter().zip(&expected).map(|(found, expected)| found - expected));
            let whole = length(&mut expected.iter().copied()).max(1e-3);
            assert!(apart <= tolerance * whole, "{} {name}: {apart} apart of {whole}", graph.name());
            continue;
        }
        let largest = expected.iter().fold(1e-3_f32, |largest, value| largest.max(value.abs()));
        for (place, (found, expected)) in found.iter().zip(&expected).enumerate() {
            assert!(
                (found - expected).abs() <= tolerance * largest,
                "{} {name} at {place}: {found}, by Burn {expected}, largest {largest}",
                graph.name()
            );
        }
    }
}

#[test]
fn every_network_of_the_benchmark_is_the_same_both_ways() {
    for backbone in Backbone::ALL {
        same_both_ways(plain(backbone, 5).unwrap(), 2, DEEP);
        same_both_ways(decoupled(backbone, 3).unwrap(), 1, DEEP);
    }
}

#[test]
fn every_kind_of_convolution_is_the_same_both_ways() {
    for graph in convolutions() {
        same_both_ways(graph, 2, 1e-5);
    }
}

#[test]
fn every_chain_that_one_store_does_is_the_same_both_ways() {
    // Norm before and after the ReLU, a residual that is computed later, one that is broadcast, a value that is read twice.
    same_both_ways(
        small(|build, x| {
            let y = build.conv("a", x, Conv::new(12, 3));
            let y = build.batch_norm("a_norm", y);
            let past = build.conv("b", x, Conv::new(12, 1));
            let past = build.batch_norm("b_norm", past);
            let y = build.sum(y, past);
            let y = build.relu(y);
            let y = build.dropout(y, 0.5);
            let y = build.batch_norm("after", y);
            let z = build.linear("c", y, 12);
            let z = build.affine(z, 0.2, 0.1);
            let mean = build.mean(y);
            let z = build.sum(z, mean);
            let z = build.relu(z);
            let w = build.linear("d", z, 12);
            let both = build.sum(w, w);
            build.product(both, z)
        }),
        2,
        1e-5,
    );
}

#[test]
fn every_other_operation_is_the_same_both_ways() {
    for activation in [
        Activation::LeakyRelu(0.1),
        Activation::Gelu,
        Activation::Silu,
        Activation::Mish,
        Activation::HardSwish,
        Activation::Relu6,
        Activation::Elu,
        Activation::Sigmoid,
        Activation::Tanh,
        Activation::Log(1e-3),
        Activation::Square,
        Activation::Root(1e-6),
        Activation::InverseRoot(0.1),
    ] {
        same_both_ways(small(|build, x| build.activation(activation, x)), 1, 1e-5);
    }
    for axis in [Axis::Rows, Axis::Length, Axis::Channels] {
        let hardmax = |build: &mut Builder, x| {
            let x = in_rows(build, x);
            build.hardmax(axis, x)
        };
        same_both_ways(small(hardmax), 2, 1e-5);
    }
    same_both_ways(small(|build, x| build.subset(x, 7, false)), 2, 1e-5);
    for (graph, _) in others() {
        same_both_ways(graph, 2, 1e-5);
    }
}

/// Every so-manieth network of the list, so that all threads have work.
fn the_list_is_the_same_both_ways(first: usize) {
    let labelled = Architecture::all().filter(|architecture| architecture.purpose() == Purpose::Labels);
    for architecture in labelled.skip(first).step_by(2) {
        println!("{architecture}");
        same_both_ways(Arc::unwrap_or_clone(architecture.graph(3).unwrap()), 1, DEEP);
    }
}

#[test]
fn every_first_network_of_the_list_is_the_same_both_ways() {
    the_list_is_the_same_both_ways(0);
}

#[test]
fn every_second_network_of_the_list_is_the_same_both_ways() {
    the_list_is_the_same_both_ways(1);
}

#[test]
fn a_recording_of_several_blocks_is_the_same_both_ways() {
    let recording = dsail::Recording { leads: 1, samples: 9000, step: 1500 };
    same_both_ways(dsail::dsail(recording, 3).unwrap(), 1, 5e-5);
}

#[test]
fn a_batch_gives_what_its_rows_give_alone() {
    let graph = Arc::new(plain(Backbone::Inception1d, 4).unwrap());
    let plan = Plan::new(graph.clone(), &graph.drawn(1)).unwrap();
    let x: Vec<f32> = (0..3 * 3000).map(|place| (place as f32 * 0.2).sin()).collect();
    let together = plan.run(&x, 3).unwrap();
    let alone: Vec<f32> = x.chunks_exact(3000).flat_map(|x| plan.run(x, 1).unwrap()["logits"].values.clone()).collect();
    assert_eq!(together["logits"].values, alone);
}

#[test]
fn wrong_tensors_and_wrong_inputs_are_errors_not_panics() {
    let graph = |classes| Arc::new(plain(Backbone::FcnWang, classes).unwrap());
    let good = graph(5).drawn(1);
    assert!(matches!(Plan::new(graph(4), &good), Err(Error::Shape { .. })));
    let mut fewer = good.clone();
    fewer.remove("head.linear2.bias");
    assert!(matches!(Plan::new(graph(5), &fewer), Err(Error::Missing { .. })));
    let mut short = good.clone();
    short.get_mut("head.linear2.bias").unwrap().1.pop();
    assert!(matches!(Plan::new(graph(5), &short), Err(Error::Length { .. })));
    let mut more = good.clone();
    more.insert("extra".to_owned(), (vec![1], vec![0.0]));
    assert!(matches!(Plan::new(graph(5), &more), Err(Error::Unknown { .. })));
    let plan = Plan::new(graph(5), &good).unwrap();
    assert!(matches!(plan.run(&[0.0; 7], 1), Err(Error::InputLength { .. })));
}
