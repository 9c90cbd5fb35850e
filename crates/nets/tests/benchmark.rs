//! The benchmark's networks give the numbers of its authors' code.

mod support;

use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};
use nets::Tensors;
use nets::families::benchmark::{Backbone, EMBEDDINGS, decoupled, plain};
use nets::graph::{Graph, Running, Weight};
use support::fill::{Numbers, decoupled_labels, in_order, torch};
use support::{assert_near, golden, host, input};

/// Numbers of the backbone's weights, and the next one.
fn backbone(graph: &Graph, backbone: Backbone) -> (Numbers, u64) {
    let part = |name: &'static str| graph.weights().iter().filter(move |weight| weight.name.starts_with(name));
    match backbone {
        Backbone::Inception1d => {
            // The original lists the ways past after all modules.
            let order: Vec<&Weight> = part("backbone.modules").chain(part("backbone.shortcuts")).collect();
            (in_order(order.iter().copied(), 0), order.len() as u64)
        }
        Backbone::Xresnet1d18 | Backbone::Xresnet1d34 | Backbone::Xresnet1d50 | Backbone::Xresnet1d101 => {
            // The original lists a block's convolutions twice; the second list counts.
            let mut found = Numbers::new();
            let mut next = 0;
            let mut blocks: Vec<(String, Vec<&Weight>)> = Vec::new();
            for weight in part("backbone.") {
                let name = weight.name.split('.').take(4).collect::<Vec<_>>().join(".");
                match blocks.last_mut() {
                    Some((last, weights)) if *last == name => weights.push(weight),
                    _ => blocks.push((name, vec![weight])),
                }
            }
            for (name, weights) in blocks {
                if name.contains("stages") {
                    next += weights.iter().filter(|weight| !weight.name.contains("shortcut")).count() as u64;
                }
                found.extend(in_order(weights.iter().copied(), next));
                next += weights.len() as u64;
            }
            (found, next)
        }
        _ => (in_order(part("backbone."), 0), part("backbone.").count() as u64),
    }
}

fn run(graph: Graph, tensors: &Tensors) -> (Arc<Graph>, std::collections::BTreeMap<&'static str, Tensor<4>>) {
    let device = Device::flex();
    let graph = Arc::new(graph);
    let network = Running::load(graph.clone(), tensors, &device).unwrap();
    let x = Tensor::from_data(TensorData::new(input(2, 250), [2, 12, 250]), &device);
    (graph, network.forward(x))
}

#[test]
fn parameter_counts_are_the_published_ones() {
    use Backbone::*;
    let counts = [
        (FcnWang, 318_279, 507_494),
        (Resnet1dWang, 481_863, 671_078),
        (Xresnet1d18, 373_447, 471_782),
        (Xresnet1d34, 703_175, 801_510),
        (Xresnet1d50, 962_503, 1_333_478),
        (Xresnet1d101, 1_880_775, 2_251_750),
        (Inception1d, 516_167, 705_382),
        (Lstm, 912_199, 1_464_934),
        (LstmBidir, 2_339_143, 3_437_158),
        (Wrn1d22, 39_431, 69_606),
    ];
    for (backbone, alone, with_decoupling) in counts {
        assert_eq!(plain(backbone, 71).unwrap().parameters(), alone, "{}", backbone.name());
        assert_eq!(decoupled(backbone, 71).unwrap().parameters(), with_decoupling, "{} decoupled", backbone.name());
    }
    for (classes, alone, with_decoupling) in [
        (44, 1_877_292, 2_106_004),
        (23, 1_874_583, 1_993_654),
        (19, 1_874_067, 1_972_354),
        (12, 1_873_164, 1_935_156),
        (5, 1_872_261, 1_898_056),
    ] {
        assert_eq!(plain(Xresnet1d101, classes).unwrap().parameters(), alone);
        assert_eq!(decoupled(Xresnet1d101, classes).unwrap().parameters(), with_decoupling);
    }
}

#[test]
fn multiply_adds_are_the_published_ones() {
    use Backbone::*;
    for (backbone, millions) in [
        (FcnWang, 68.38),
        (Resnet1dWang, 63.22),
        (Xresnet1d18, 11.93),
        (Xresnet1d34, 20.08),
        (Xresnet1d50, 26.66),
        (Xresnet1d101, 41.15),
        (Inception1d, 117.87),
        (Lstm, 199.79),
        (LstmBidir, 530.64),
        (Wrn1d22, 3.67),
    ] {
        let found = plain(backbone, 71).unwrap().multiply_adds() as f64 / 1e6;
        assert!((found - millions).abs() < 0.006, "{}: {found}", backbone.name());
    }
}

#[test]
fn plain_networks_give_the_authors_logits() {
    let golden = golden("benchmark");
    for name in Backbone::ALL {
        let graph = plain(name, 71).unwrap();
        let (mut order, next) = backbone(&graph, name);
        order.extend(in_order(graph.weights().iter().filter(|weight| weight.name.starts_with("head.")), next));
        let tensors = torch(&graph, &order);
        let (_, outputs) = run(graph, &tensors);
        assert_near(name.name(), &host(outputs["logits"].clone()), &golden["plain"][name.name()]);
    }
}

#[test]
fn decoupled_networks_give_the_authors_logits_and_embeddings() {
    let golden = golden("benchmark");
    for name in Backbone::ALL {
        let expected = &golden["decoupled"][name.name()];
        if expected.is_null() {
            continue;
        }
        let graph = decoupled(name, 71).unwrap();
        let (order, labels_from) = backbone(&graph, name);
        let tensors = decoupled_labels(&graph, order, labels_from);
        let (_, outputs) = run(graph, &tensors);
        assert_near(name.name(), &host(outputs["logits"].clone()), &expected["logits"]);
        let embeddings = outputs[EMBEDDINGS].clone();
        for (label, key) in [(0, "embedding_class0"), (70, "embedding_class70")] {
            assert_near(name.name(), &host(embeddings.clone().narrow(1, label, 1)), &expected[key]);
        }
    }
}
