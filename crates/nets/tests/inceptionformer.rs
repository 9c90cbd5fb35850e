//! InceptionFormer's family has the printed counts and gives the specified and PyTorch's numbers.

mod support;

use std::collections::BTreeMap;
use std::f64::consts::TAU;
use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};
use nets::Tensors;
use nets::families::inceptionformer::{
    ATTENTION, Attention, BINS, Configuration, DOWNS, Depthwise, FRAMES, FirstNorm, GATHERING, LEADS, LOOK, Mixer,
    Position, Reading, SAMPLES, SPECTROGRAM, STAGES, STEM, Scales, Stacking, db_ecgnet, frequency_stream, fuse,
    inceptionformer, meta_ecgnet, mobilenetv2, resnet18, resnet34, two_streams,
};
use nets::graph::{Axis, Graph, Op, PoolKind, ReduceKind, Running, Weight};
use support::fill::{in_order, torch};
use support::{assert_close, golden, host, input, numbers};

const CLASSES: usize = 9;

fn network(configuration: Configuration) -> Graph {
    inceptionformer(configuration, CLASSES).unwrap()
}

fn attends(attention: Attention) -> Graph {
    network(Configuration { attention, ..Configuration::default() })
}

fn mixes(mixer: Mixer) -> Graph {
    network(Configuration { mixer, ..Configuration::default() })
}

fn knows(position: Position) -> Graph {
    network(Configuration { position, ..Configuration::default() })
}

fn stacks(stacking: Stacking, reading: Reading) -> Graph {
    network(Configuration { stacking, reading, ..Configuration::default() })
}

/// Operations of a node as the notes' counter (thop) takes them: products without biases, four a number that passes a
/// norm, a mean's numbers and one more, one a moving mean; attention's products and single learned vectors nothing.
fn counted(graph: &Graph, part: &str) -> u64 {
    let count = |node: &nets::graph::Node| -> usize {
        let from = node.inputs.first().map(|&input| graph.node(input).shape);
        match (&node.op, from) {
            (Op::Conv(conv), Some(from)) => {
                node.shape.size() * from.channels / conv.groups * conv.kernel.0 * conv.kernel.1
            }
            (Op::Linear(_), Some(from)) => from.size() * node.shape.channels,
            (Op::LayerNorm(_) | Op::BatchNorm(_), _) => 4 * node.shape.size(),
            (Op::Pool(pool), _) if pool.kind == PoolKind::Mean => node.shape.size(),
            // DB-ECGNet's norm along time is written by hand, and routes are no module.
            (Op::Reduce(reduce), Some(from))
                if reduce.kind == ReduceKind::Mean
                    && reduce.axis == Axis::Length
                    && !node.name.ends_with(".norm")
                    && !node.name.ends_with("attention") =>
            {
                (from.length + 1) * node.shape.size()
            }
            _ => 0,
        }
    };
    graph.nodes().iter().filter(|node| node.name.starts_with(part)).map(|node| count(node) as u64).sum()
}

/// Operations of norms by the same counter.
fn norms(graph: &Graph, part: &str) -> u64 {
    let norm = |op: &Op| matches!(op, Op::LayerNorm(_) | Op::BatchNorm(_));
    let nodes = graph.nodes().iter().filter(|node| node.name.starts_with(part) && norm(&node.op));
    nodes.map(|node| 4 * node.shape.size() as u64).sum()
}

fn parameters(graph: &Graph, part: &str) -> usize {
    graph.weights().iter().filter(|weight| weight.name.starts_with(part) && trained(weight)).map(Weight::size).sum()
}

fn trained(weight: &Weight) -> bool {
    weight.role == nets::graph::Role::Trained
}

fn run(graph: Graph, tensors: &Tensors, x: Vec<f32>) -> BTreeMap<&'static str, Tensor<4>> {
    let device = Device::flex();
    let network = Running::load(Arc::new(graph), tensors, &device).unwrap();
    network.forward(Tensor::from_data(TensorData::new(x, [1, LEADS, SAMPLES]), &device))
}

/// The specification's weights: waves over output `o`, input `i` and tap `k`.
fn waves(graph: &Graph) -> Tensors {
    let value = |weight: &Weight, place: usize| {
        let wave = |o: usize, i: usize, k: usize, count: usize| {
            (1.0 + 0.7 * o as f64 + 1.3 * i as f64 + 2.1 * k as f64).sin() / (count as f64).sqrt()
        };
        match (weight.name.rsplit('.').next().unwrap(), &weight.shape[..]) {
            ("gamma", _) => 1.0 + 0.1 * (place as f64).sin(),
            ("running_mean", _) => 0.0,
            ("running_var", _) => 1.0,
            (_, [_]) => 0.05 * (place as f64).cos(),
            (_, &[from, to]) => wave(place % to, place / to, 0, from),
            (_, &[_, from, taps]) => wave(place / (from * taps), place / taps % from, place % taps, from * taps),
            (name, shape) => panic!("no rule for {name} of {shape:?}"),
        }
    };
    let values = |weight: &Weight| (0..weight.size()).map(|place| value(weight, place) as f32).collect();
    graph.weights().iter().map(|weight| (weight.name.clone(), (weight.shape.clone(), values(weight)))).collect()
}

/// The specification's record.
fn wave_record() -> Vec<f32> {
    let value = |lead: usize, sample: usize| {
        let (lead, t) = (lead as f64, sample as f64);
        (TAU * t * (lead + 1.0) / 100.0).sin() + 0.3 * (0.05 * t + lead).cos()
    };
    (0..LEADS * SAMPLES).map(|place| value(place / SAMPLES, place % SAMPLES) as f32).collect()
}

#[test]
fn parameter_counts_are_the_printed_ones() {
    for (name, graph, count) in [
        ("base", network(Configuration::default()), 12_451_321),
        ("2 4 8 2", network(Configuration::shallow()), 8_245_753),
        ("front 3", network(Configuration::front_three()), 3_644_153),
        ("Tiny", network(Configuration::tiny()), 3_130_689),
        ("sparse", network(Configuration::sparse()), 17_193_465 + 12_800),
        ("linear", stacks(Stacking::Linear, Reading::Mean), 12_451_321),
        ("reduced by kernel 2", attends(Attention::Reduced { kernel: 2 }), 15_081_977),
        ("reduced by kernel 3", attends(Attention::Reduced { kernel: 3 }), 16_392_697),
        ("bi-routing", attends(Attention::BiRouting), 12_469_753),
        ("windows", attends(Attention::Window), 12_451_321),
        ("shifted windows", attends(Attention::ShiftedWindow), 12_451_321),
        ("modulation", stacks(Stacking::Modulation, Reading::Mean), 13_339_897),
        ("class token", stacks(Stacking::Alternating, Reading::ClassToken), 12_451_321 + 512),
        ("shunted", attends(Attention::Shunted(Scales::Three)), 20_334_073),
        ("squeeze and excitation", mixes(Mixer::SqueezeExcitation), 12_495_073),
        ("coordinate attention", mixes(Mixer::CoordinateAttention), 12_519_497),
        ("inverted residual", mixes(Mixer::InvertedResidual), 12_466_297),
        ("inverted residual with MLP", mixes(Mixer::InvertedResidualWithMlp), 13_818_105),
        ("high and low", attends(Attention::HighLow), 13_771_257),
        ("resnet18", resnet18(CLASSES).unwrap(), 3_853_449),
        ("resnet34", resnet34(CLASSES).unwrap(), 7_227_785),
        ("mobilenetv2", mobilenetv2(CLASSES).unwrap(), 2_192_873),
        ("frequency stream", frequency_stream(CLASSES).unwrap(), 21_317_513),
        ("MetaECGNet", meta_ecgnet(CLASSES).unwrap(), 7_763_373),
        ("DB-ECGNet", db_ecgnet(100, Depthwise::Branches, CLASSES).unwrap(), 6_907_185),
        ("DB-ECGNet fused", db_ecgnet(100, Depthwise::Fused, CLASSES).unwrap(), 6_846_561),
        ("DB-ECGNet 50", db_ecgnet(50, Depthwise::Branches, CLASSES).unwrap(), 6_864_705),
        ("DB-ECGNet 20", db_ecgnet(20, Depthwise::Branches, CLASSES).unwrap(), 6_840_945),
        ("DB-ECGNet 10", db_ecgnet(10, Depthwise::Branches, CLASSES).unwrap(), 6_835_905),
    ] {
        assert_eq!(graph.parameters(), count, "{name}");
    }
    let base = |classes| inceptionformer(Configuration::default(), classes).unwrap().parameters();
    assert_eq!((base(12), base(4)), (12_452_860, 12_448_756));
    let meta = meta_ecgnet(CLASSES).unwrap();
    let stages = ["stem", "stages.0", "downs.0", "stages.1", "downs.1", "stages.2", "head"];
    let [stem, first, down1, second, down2, third, head] = stages.map(|part| parameters(&meta, part));
    // The original's stages hold the convolution behind them.
    assert_eq!([stem, first + down1, second + down2, third, head], [5_616, 731_016, 2_321_100, 4_703_040, 2_601]);
    let block =
        ["norm0", "local", "norm1", "global", "norm2", "mlp"].map(|p| parameters(&meta, &format!("stages.0.0.{p}")));
    assert_eq!([block[0] + block[1], block[2] + block[3], block[4] + block[5]], [130_104, 104_976, 83_664]);
}

#[test]
fn each_part_of_the_base_network_has_the_printed_counts() {
    let base = network(Configuration::default());
    for (part, count, operations) in [
        ("stem", 36_720, 36_736_000),
        ("stages.0", 35_072, 35_072_000),
        ("downs.0", 24_704, 12_288_000),
        ("stages.1", 271_360, 135_680_000),
        ("downs.1", 98_560, 24_576_000),
        ("stages.2", 3_175_424, 793_088_000),
        ("downs.2", 393_728, 49_152_000),
        ("stages.3", 8_411_136, 1_050_624_000),
        ("head", 4_617, 4_608),
    ] {
        assert_eq!((parameters(&base, part), counted(&base, part)), (count, operations), "{part}");
    }
    for (part, count) in
        [("stages.0.0", 17_536), ("stages.1.0", 67_840), ("stages.2.0", 266_752), ("stages.2.1", 527_104)]
    {
        assert_eq!(parameters(&base, part), count, "{part}");
    }
    assert_eq!(parameters(&base, "stages.3.0"), 2_102_784);
}

#[test]
fn operations_are_the_printed_ones() {
    for (name, graph, operations) in [
        ("base", network(Configuration::default()), 2_137_285_120),
        ("2 4 8 2", network(Configuration::shallow()), 1_611_973_120),
        ("front 3", network(Configuration::front_three()), 1_037_506_560),
        ("Tiny", network(Configuration::tiny()), 538_786_560),
        ("sparse", network(Configuration::sparse()), 1_533_688_320),
        ("resnet18", resnet18(CLASSES).unwrap(), 176_570_880),
        ("resnet34", resnet34(CLASSES).unwrap(), 357_744_128),
        // The author's was counted without the mean.
        ("mobilenetv2", mobilenetv2(CLASSES).unwrap(), 96_646_032),
    ] {
        assert_eq!(counted(&graph, ""), operations, "{name}");
    }
    // Tiny's printed 536.07 M come out where the norms of stem and convolution blocks and the mean are left out.
    let tiny = network(Configuration::tiny());
    let left_out = ["stem", "stages.0", "stages.1", "stages.2.0", "stages.2.2", "stages.2.4", "stages.2.6"];
    let norms: u64 = left_out.iter().map(|part| norms(&tiny, part)).sum();
    assert_eq!(counted(&tiny, "") - norms - 256 * 126, 536_066_304);
    let sparse = network(Configuration::sparse());
    assert_eq!((parameters(&sparse, "semantic"), counted(&sparse, "semantic")), (4_742_144 + 12_800, 236_953_600));
    for (name, graph, millions, within) in [
        ("reduced by kernel 2", attends(Attention::Reduced { kernel: 2 }), 2136.0, 0.5),
        ("reduced by kernel 3", attends(Attention::Reduced { kernel: 3 }), 2239.0, 0.5),
        ("bi-routing", attends(Attention::BiRouting), 2140.0, 0.5),
        ("modulation", stacks(Stacking::Modulation, Reading::Mean), 2383.0, 0.5),
        ("shunted", attends(Attention::Shunted(Scales::Three)), 2406.0, 0.5),
        ("squeeze and excitation", mixes(Mixer::SqueezeExcitation), 2137.0, 1.0),
        ("coordinate attention", mixes(Mixer::CoordinateAttention), 2152.0, 0.5),
        ("inverted residual", mixes(Mixer::InvertedResidual), 2141.0, 0.5),
        ("inverted residual with MLP", mixes(Mixer::InvertedResidualWithMlp), 2570.0, 0.5),
        ("high and low", attends(Attention::HighLow), 2020.0, 0.5),
        ("MetaECGNet", meta_ecgnet(CLASSES).unwrap(), 1208.17, 0.005),
        ("DB-ECGNet", db_ecgnet(100, Depthwise::Branches, CLASSES).unwrap(), 467.49, 0.005),
    ] {
        let found = counted(&graph, "") as f64 / 1e6;
        assert!((found - millions).abs() <= within, "{name}: {found}");
    }
}

#[test]
fn multiply_adds_hold_attentions_products_besides() {
    let base = network(Configuration::default());
    let products = 4 * 2 * 250 * 250 * 256 + 4 * 2 * 125 * 125 * 512;
    assert_eq!(base.multiply_adds(), 2_137_285_120 - 64_512 - norms(&base, "") + products);
}

#[test]
fn networks_give_the_specified_logits() {
    for (name, graph, logits) in [
        (
            "2 4 8 2",
            network(Configuration::shallow()),
            [0.083821, 0.039170, -0.036035, -0.084949, -0.071680, -0.010022, 0.049980, 0.064916, 0.032393],
        ),
        (
            "front 3",
            network(Configuration::front_three()),
            [0.167254, 0.117084, -0.000284, -0.108175, -0.142960, -0.095831, -0.010002, 0.058972, 0.083283],
        ),
        (
            "Tiny",
            network(Configuration::tiny()),
            [0.121882, 0.080692, -0.010581, -0.087533, -0.101088, -0.052423, 0.014528, 0.053087, 0.049750],
        ),
        (
            "resnet18",
            resnet18(CLASSES).unwrap(),
            [0.064127, 0.031397, -0.028232, -0.065239, -0.049334, 0.004451, 0.049773, 0.050126, 0.009976],
        ),
        (
            "resnet34",
            resnet34(CLASSES).unwrap(),
            [0.076014, 0.038719, -0.028919, -0.073611, -0.061454, -0.005717, 0.046340, 0.055042, 0.020929],
        ),
        (
            "mobilenetv2",
            mobilenetv2(CLASSES).unwrap(),
            [0.052700, 0.027907, -0.022144, -0.052436, -0.035837, 0.012293, 0.048273, 0.039989, -0.004030],
        ),
        (
            "MetaECGNet",
            meta_ecgnet(CLASSES).unwrap(),
            [0.071126, -0.030602, -0.130069, -0.159018, -0.090950, 0.034571, 0.137463, 0.154144, 0.081401],
        ),
    ] {
        let weights = waves(&graph);
        let outputs = run(graph, &weights, wave_record());
        println!("{name}");
        assert_close(&host(outputs["logits"].clone()), &logits, 3e-6);
    }
}

#[test]
fn the_base_network_gives_the_specified_logits_and_maps() {
    let graph = network(Configuration::default());
    let weights = waves(&graph);
    let outputs = run(graph, &weights, wave_record());
    let logits = [0.111006, 0.049005, -0.048176, -0.113354, -0.102991, -0.029513, 0.051476, 0.086696, 0.064213];
    assert_close(&host(outputs["logits"].clone()), &logits, 3e-6);
    let first = &[0, 1, 2, 3][..];
    for (name, position, channels, values, mean, deviation) in [
        (
            STEM,
            500,
            &[0, 15, 16, 31, 32, 47, 48, 63][..],
            &[0.099299, 0.0, 0.0, 0.010846, 0.095588, 0.0, 0.305835, 0.120793][..],
            0.062060,
            0.170386,
        ),
        (STAGES[0], 10, first, &[0.634566, 0.399331, -0.277793, -0.493946], 0.059149, 1.044230),
        (DOWNS[0], 10, first, &[0.338084, 0.128102, -0.154260, -0.354727], 0.000632, 0.699424),
        (STAGES[1], 10, first, &[3.101679, 0.897006, -0.089517, -1.193848], -0.011572, 4.785542),
        (DOWNS[1], 10, first, &[1.328741, -0.126058, -1.533703, -2.210678], -0.000543, 1.464617),
        (STAGES[2], 10, first, &[3.875315, 1.264969, -0.882597, -1.997960], -0.001601, 4.832934),
        (DOWNS[2], 10, first, &[1.408490, 0.730256, -0.303561, -1.185264], 0.000110, 1.085612),
        (STAGES[3], 10, first, &[1.835397, 0.948265, -0.494038, -1.619890], 0.000970, 1.132073),
    ] {
        let map = &outputs[name];
        let width = map.dims()[3];
        let all = host(map.clone());
        println!("{name}");
        let found: Vec<f32> = channels.iter().map(|channel| all[position * width + channel]).collect();
        assert_close(&found, values, 2e-5);
        let count = all.len() as f64;
        let found_mean = all.iter().map(|&value| f64::from(value)).sum::<f64>() / count;
        let variance = all.iter().map(|&value| (f64::from(value) - found_mean).powi(2)).sum::<f64>() / count;
        assert_close(&[found_mean as f32, variance.sqrt() as f32], &[mean, deviation], 3e-5);
    }
}

/// A network's count and logits as PyTorch gives them.
#[track_caller]
fn assert_as_pytorch(name: &str, graph: Graph) -> BTreeMap<&'static str, Tensor<4>> {
    let golden = &golden("inceptionformer")[name];
    assert_eq!(graph.parameters() as u64, golden["parameters"].as_u64().unwrap(), "{name}");
    let tensors = torch(&graph, &in_order(graph.weights(), 0));
    let outputs = run(graph, &tensors, input(1, SAMPLES));
    let expected = numbers(&golden["logits"]);
    let largest = expected.iter().fold(1.0_f64, |largest, value| largest.max(value.abs()));
    println!("{name}");
    assert_close(&host(outputs["logits"].clone()), &expected, 2e-5 * largest);
    outputs
}

#[test]
fn every_attention_gives_pytorchs_logits() {
    for (name, attention) in [
        ("reduced2", Attention::Reduced { kernel: 2 }),
        ("reduced3", Attention::Reduced { kernel: 3 }),
        ("window", Attention::Window),
        ("shifted_window", Attention::ShiftedWindow),
        ("shunted", Attention::Shunted(Scales::Three)),
        ("high_low", Attention::HighLow),
    ] {
        assert_as_pytorch(name, attends(attention));
    }
    assert_as_pytorch("cross_stack", network(Configuration::cross_stack()));
}

#[test]
fn bi_routing_gives_pytorchs_logits_and_looks_at_ten_windows_only() {
    let outputs = assert_as_pytorch("bi_routing", attends(Attention::BiRouting));
    let weights = outputs[ATTENTION].clone();
    assert_eq!(weights.dims(), [1, 8, 125, 125]);
    for query in host(weights).chunks(125) {
        assert_eq!(query.iter().filter(|&&weight| weight > 0.0).count(), 50);
        let windows = query.chunks(5).filter(|window| window.iter().any(|&weight| weight > 0.0)).count();
        assert_eq!(windows, 10);
        assert!((query.iter().sum::<f32>() - 1.0).abs() < 1e-5);
    }
}

#[test]
fn every_mixer_and_norm_gives_pytorchs_logits() {
    for (name, mixer) in [
        ("squeeze_excitation", Mixer::SqueezeExcitation),
        ("coordinate_attention", Mixer::CoordinateAttention),
        ("inverted_residual", Mixer::InvertedResidual),
        ("inverted_residual_mlp", Mixer::InvertedResidualWithMlp),
    ] {
        assert_as_pytorch(name, mixes(mixer));
    }
    assert_as_pytorch(
        "batch_norm",
        network(Configuration { first_norm: FirstNorm::Batch, ..Configuration::default() }),
    );
}

#[test]
fn every_stacking_and_reading_gives_pytorchs_logits() {
    assert_as_pytorch("linear", stacks(Stacking::Linear, Reading::Mean));
    assert_as_pytorch("modulation", stacks(Stacking::Modulation, Reading::Mean));
    assert_as_pytorch("modulation_class_token", stacks(Stacking::Modulation, Reading::ClassToken));
    assert_as_pytorch("sandwich", network(Configuration::sandwich()));
    let outputs = assert_as_pytorch("sparse", network(Configuration::sparse()));
    assert_eq!(outputs[GATHERING].dims(), [1, 8, 25, 150]);
}

#[test]
fn every_position_code_gives_pytorchs_logits() {
    for (name, position) in [
        ("position_learned", Position::Learned),
        ("position_relative", Position::Relative),
        ("position_outside", Position::Outside),
        ("position_inside", Position::Inside),
    ] {
        assert_as_pytorch(name, knows(position));
    }
    let (position, attention) = (Position::Relative, Attention::ShiftedWindow);
    let configuration = Configuration { position, attention, ..Configuration::default() };
    assert_as_pytorch("position_relative_shifted", network(configuration));
}

#[test]
fn streams_give_pytorchs_logits_and_spectrogram() {
    let outputs = assert_as_pytorch("frequency_stream", frequency_stream(CLASSES).unwrap());
    let spectrogram = outputs[SPECTROGRAM].clone();
    assert_eq!(spectrogram.dims(), [1, BINS, FRAMES, LEADS]);
    let spectrogram = host(spectrogram);
    let golden = &golden("inceptionformer")["spectrogram"];
    for (name, lead, hertz, frame) in [
        ("lead 0, 0 Hz, frame 0", 0, 0, 0),
        ("lead 0, 1 Hz, frame 50", 0, 1, 50),
        ("lead 11, 3 Hz, frame 0", 11, 3, 0),
        ("lead 5, 2 Hz, frame 100", 5, 2, 100),
        ("lead 7, 50 Hz, frame 33", 7, 50, 33),
    ] {
        let found = spectrogram[(hertz * FRAMES + frame) * LEADS + lead];
        assert_close(&[found], &[golden[name].as_f64().unwrap()], 2e-5);
    }
    assert_as_pytorch("two_streams", two_streams(CLASSES).unwrap());
}

#[test]
fn db_ecgnet_gives_pytorchs_logits() {
    for (name, patch, depthwise) in [
        ("db_ecgnet_100", 100, Depthwise::Branches),
        ("db_ecgnet_100_fused", 100, Depthwise::Fused),
        ("db_ecgnet_20", 20, Depthwise::Branches),
    ] {
        let outputs = assert_as_pytorch(name, db_ecgnet(patch, depthwise, CLASSES).unwrap());
        assert_eq!(outputs[LOOK].dims(), [1, 8, SAMPLES / patch + 1, 125]);
    }
}

#[test]
fn fused_convolutions_give_the_trained_networks_logits() {
    let trained = db_ecgnet(50, Depthwise::Branches, 3).unwrap();
    let tensors = torch(&trained, &in_order(trained.weights(), 7));
    let fused = db_ecgnet(50, Depthwise::Fused, 3).unwrap();
    let found = run(fused, &fuse(&tensors), input(1, SAMPLES));
    let expected = run(trained, &tensors, input(1, SAMPLES));
    let expected: Vec<f64> = host(expected["logits"].clone()).into_iter().map(f64::from).collect();
    assert_close(&host(found["logits"].clone()), &expected, 2e-5);
}

#[test]
fn a_records_logits_do_not_depend_on_its_neighbour_in_the_batch() {
    let (position, attention) = (Position::Relative, Attention::ShiftedWindow);
    let device = Device::flex();
    for graph in [
        network(Configuration { position, attention, ..Configuration::tiny() }),
        network(Configuration { attention: Attention::BiRouting, ..Configuration::tiny() }),
        network(Configuration { attention: Attention::HighLow, ..Configuration::tiny() }),
        frequency_stream(CLASSES).unwrap(),
        db_ecgnet(100, Depthwise::Branches, CLASSES).unwrap(),
    ] {
        let network = Running::drawn(Arc::new(graph), 11, &device);
        let both: Tensor<3> = Tensor::from_data(TensorData::new(input(2, SAMPLES), [2, LEADS, SAMPLES]), &device);
        let together = host(network.logits(both.clone()));
        let alone: Vec<f32> =
            (0..2).flat_map(|record| host(network.logits(both.clone().narrow(0, record, 1)))).collect();
        assert_ne!(alone[..CLASSES], alone[CLASSES..]);
        support::assert_same(&together, &alone, 1e-5);
    }
}

#[test]
fn parts_that_do_not_fit_together_are_refused() {
    let refused = |configuration| inceptionformer(configuration, CLASSES).unwrap_err().node;
    let front = Configuration::front_three();
    assert_eq!(refused(Configuration { reading: Reading::ClassToken, ..front }), "class_token");
    assert_eq!(refused(Configuration { semantic_tokens: true, ..front }), "semantic");
    assert_eq!(refused(Configuration { position: Position::Relative, ..Configuration::cross_stack() }), "position");
    // A class token more than 25 windows can share.
    let (attention, reading) = (Attention::Window, Reading::ClassToken);
    assert!(refused(Configuration { attention, reading, ..Configuration::default() }).contains("stages.3.0"));
    assert!(db_ecgnet(0, Depthwise::Branches, CLASSES).is_err());
    assert!(db_ecgnet(1001, Depthwise::Branches, CLASSES).is_err());
}

#[test]
fn a_loss_reaches_every_weight_that_the_logits_depend_on() {
    let configuration = Configuration {
        attention: Attention::BiRouting,
        position: Position::Learned,
        depths: [1, 1, 2, 1],
        ..Configuration::tiny()
    };
    let device = Device::flex().autodiff();
    let network = Running::drawn(Arc::new(inceptionformer(configuration, 2).unwrap()), 3, &device);
    let x = Tensor::from_data(TensorData::new(input(2, SAMPLES), [2, LEADS, SAMPLES]), &device);
    let gradients = network.logits(x).powi_scalar(2).sum().backward();
    let gradients = burn::optim::GradientsParams::from_grads(gradients, &network);
    let trained = network.graph().weights().iter().filter(|weight| trained(weight)).count();
    assert_eq!(gradients.len(), trained);
}
