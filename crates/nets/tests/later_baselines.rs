//! The networks that InceptionFormer's author later set beside his own have the printed counts and give the numbers of
//! ones that were built independently.

mod support;

use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};
use nets::families::inceptionformer::{
    LEADS, SAMPLES, bi_lstm, ecg_transform, inception_time, mobile_vit, mobilenet_v3, resnet1d_wang,
    vision_transformer, xresnet1d101,
};
use nets::graph::{Axis, Graph, GraphError, Node, Op, Running, Shape};
use support::fill::{in_order, torch};
use support::{assert_near, golden, host, input};

type Network = fn(usize) -> Result<Graph, GraphError>;

/// Printed numbers of weights, and millions of operations.
const NETWORKS: [(&str, Network, usize, f64); 8] = [
    ("bi_lstm", bi_lstm, 2_134_537, 2138.6),
    ("inception_time", inception_time, 474_505, 475.5),
    ("xresnet1d101", xresnet1d101, 1_529_737, 140.6),
    ("resnet1d_wang", resnet1d_wang, 287_753, 33.4),
    ("mobilenet_v3", mobilenet_v3, 4_145_257, 69.8),
    ("vision_transformer", vision_transformer, 4_364_729, 215.0),
    ("mobile_vit", mobile_vit, 4_010_809, 250.0),
    // Printed with a layer that nothing calls.
    ("ecg_transform", ecg_transform, 2_590_409 - 593_024, 441.0),
];

#[test]
fn parameter_counts_are_the_printed_ones() {
    for (name, network, count, _) in NETWORKS {
        assert_eq!(network(9).unwrap().parameters(), count, "{name}");
    }
}

/// Operations as the author's counter (thop) takes them: products of convolutions and linear layers without biases, four
/// a number that passes a norm, and a mean's numbers and one more; here those of recurrent layers besides.
fn counted(graph: &Graph) -> u64 {
    let count = |node: &Node| {
        let inputs: Vec<Shape> = node.inputs.iter().map(|&input| graph.node(input).shape).collect();
        match &node.op {
            Op::Conv(conv) => node.shape.size() * inputs[0].channels / conv.groups * conv.kernel.1,
            Op::Linear(_) => inputs[0].size() * node.shape.channels,
            Op::LayerNorm(_) | Op::BatchNorm(_) => 4 * node.shape.size(),
            Op::Reduce(reduce) if reduce.axis == Axis::Length => (inputs[0].length + 1) * node.shape.size(),
            Op::Recurrent(layer) => 2 * 4 * layer.hidden * (inputs[0].channels + layer.hidden) * inputs[0].length,
            _ => 0,
        }
    };
    graph.nodes().iter().map(|node| count(node) as u64).sum()
}

#[test]
fn operations_are_the_printed_ones() {
    for (name, network, _, millions) in NETWORKS {
        let found = counted(&network(9).unwrap()) as f64 / 1e6;
        // The counter takes more than products in a recurrent layer, and ECGTransForm's attention in part only.
        let within = match name {
            "bi_lstm" => 0.01 * millions,
            "ecg_transform" => continue,
            _ => 0.002 * millions,
        };
        assert!((found - millions).abs() < within, "{name}: {found}, printed {millions}");
    }
}

#[test]
fn networks_give_the_numbers_of_independent_ones() {
    let golden = golden("later_baselines");
    let device = Device::flex();
    for (name, network, _, _) in NETWORKS {
        let graph = network(9).unwrap();
        let tensors = torch(&graph, &in_order(graph.weights(), 0));
        let network = Running::load(Arc::new(graph), &tensors, &device).unwrap();
        let x = Tensor::from_data(TensorData::new(input(1, SAMPLES), [1, LEADS, SAMPLES]), &device);
        assert_near(name, &host(network.forward(x)["logits"].clone()), &golden[name]);
    }
}
