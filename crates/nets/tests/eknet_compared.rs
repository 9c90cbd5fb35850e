//! The networks that EKnet is set beside have the published counts on the page of 15 rows, and give the numbers of ones
//! that were built independently.

mod support;

use std::collections::BTreeMap;
use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};
use nets::families::benchmark::Backbone;
use nets::families::eknet::{BRANCHES, Compared, LEADS, PAGE, POOLING, POSITIONS, ROWS, SAMPLES, TIME, compared};
use nets::graph::{Graph, Op, Running};
use support::fill::{in_order, torch};
use support::{assert_near, golden, host, input_at};

fn run(graph: Graph) -> BTreeMap<&'static str, Tensor<4>> {
    let device = Device::flex();
    let tensors = torch(&graph, &in_order(graph.weights(), 0));
    let network = Running::load(Arc::new(graph), &tensors, &device).unwrap();
    let x = input_at(500.0, 1, SAMPLES);
    network.forward(Tensor::from_data(TensorData::new(x, [1, LEADS, SAMPLES]), &device))
}

#[test]
fn parameter_counts_on_fifteen_rows_are_the_published_ones() {
    use Backbone::*;
    for (network, count) in [
        (Compared::Benchmark(FcnWang), 321_222),
        (Compared::Benchmark(Resnet1dWang), 484_422),
        (Compared::Benchmark(Inception1d), 516_614),
        (Compared::Benchmark(Xresnet1d101), 1_881_126),
        (Compared::Benchmark(Lstm), 915_142),
        (Compared::Benchmark(LstmBidir), 2_345_158),
        // The baseline of 12 leads and 9 classes, three more rows in the stem, and 61 more classes.
        (Compared::Resnet34, 7_227_785 + 3 * 64 * 7 + 61 * 513),
    ] {
        assert_eq!(compared(network, 70).unwrap().parameters(), count, "{}", network.name());
    }
}

#[test]
fn all_nine_are_networks_for_seventy_classes() {
    for network in Compared::ALL {
        assert_eq!(compared(network, 70).unwrap().classes(), 70, "{}", network.name());
    }
}

#[test]
fn the_residual_network_with_attention_has_33_convolutions_before_it() {
    let graph = compared(Compared::Resnet33Ncbam, 70).unwrap();
    let convolution = |op: &Op| matches!(op, Op::Conv(_));
    let before = graph.nodes().iter().filter(|node| convolution(&node.op) && !node.name.starts_with("module"));
    assert_eq!(before.count(), 33);
}

#[test]
fn the_page_is_what_the_networks_see() {
    let page = run(compared(Compared::MlbfNet, 5).unwrap())[PAGE].clone();
    assert_eq!(page.dims(), [1, 1, 1250, 15]);
    let (page, leads) = (host(page), input_at(500.0, 1, SAMPLES));
    for (row, &(lead, slot)) in ROWS.iter().enumerate() {
        for sample in 0..1250 {
            assert_eq!(page[sample * 15 + row], leads[lead * SAMPLES + slot * 25 + sample], "row {row}");
        }
    }
}

#[test]
fn attention_behind_33_convolutions_gives_the_numbers_of_an_independent_network() {
    let golden = &golden("eknet_compared")["resnet33_ncbam"];
    let outputs = run(compared(Compared::Resnet33Ncbam, 5).unwrap());
    assert_near("time", &host(outputs[TIME].clone()), &golden["time"]);
    assert_near("positions", &host(outputs[POSITIONS].clone()), &golden["positions"]);
    assert_near("logits", &host(outputs["logits"].clone()), &golden["logits"]);
}

#[test]
fn branches_of_rows_give_the_numbers_of_an_independent_network() {
    let golden = &golden("eknet_compared")["mlbf_net"];
    let outputs = run(compared(Compared::MlbfNet, 5).unwrap());
    assert_near("branch", &host(outputs[BRANCHES].clone().narrow(1, 11, 1)), &golden["branch_11"]);
    assert_near("pooling", &host(outputs[POOLING].clone()), &golden["pooling"]);
    assert_near("logits", &host(outputs["logits"].clone()), &golden["logits"]);
}
