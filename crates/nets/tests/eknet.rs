//! EKnet gives the numbers of its released code; the paper's form those of an independent reconstruction.

mod support;

use std::collections::BTreeMap;
use std::f64::consts::TAU;
use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};
use nets::Tensors;
use nets::families::eknet::{
    CLASS_ATTENTION, CLASS_CLASS_ATTENTION, Form, LEADS, PAGE, PAIRS, PATCH, ROWS, SAMPLES, TOKEN_LEADS, TOKEN_PLACES,
    TOKEN_SLOTS, Tokens, classifier, reconstruction, tokens,
};
use nets::graph::{Graph, GraphError, Running, Weight};
use serde_json::Value;
use support::fill::{in_order, torch};
use support::{assert_close, golden, host, numbers, symmetric};

/// Numbers of a layer norm that the released code holds and never calls.
const UNUSED_NORM: usize = 512;

const fn all(form: Form) -> Form {
    Form { tokens: Tokens::All, ..form }
}

/// The released model's deterministic weights: sines of output and input.
fn waves(graph: &Graph) -> Tensors {
    graph.weights().iter().map(|weight| (weight.name.clone(), (weight.shape.clone(), wave(weight)))).collect()
}

fn wave(weight: &Weight) -> Vec<f32> {
    let end = weight.name.rsplit('.').next().unwrap();
    let value = |place: usize| -> f64 {
        let last = *weight.shape.last().unwrap();
        let (row, column) = (place / last, place % last);
        match (end, weight.name.as_str()) {
            // A patch's taps are a convolution's.
            ("weight", "patch.weight") => (1.0 + 0.7 * column as f64 + 2.1 * row as f64).sin() / 5.0,
            ("weight", _) => {
                let from = weight.shape[weight.shape.len() - 2];
                (1.0 + 0.7 * column as f64 + 1.3 * (row % from) as f64).sin() / (from as f64).sqrt()
            }
            ("gamma", _) => 1.0 + 0.1 * (place as f64).sin(),
            ("beta", _) => 0.05 * (place as f64).cos(),
            ("bias", _) | ("table", "patch_bias.table") => 0.05 * (column as f64).cos(),
            ("table", _) => (0.3 * row as f64 + 0.11 * column as f64).sin(),
            other => panic!("no rule for {other:?}"),
        }
    };
    (0..weight.size()).map(|place| value(place) as f32).collect()
}

/// A recording whose page has the rows of the released model's check: `[lead, sample]`.
fn recording() -> Vec<f32> {
    let mut x = vec![0.0; LEADS * SAMPLES];
    for (row, (lead, slot)) in ROWS.into_iter().enumerate() {
        for sample in 0..1250 {
            let (r, t) = (row as f64, sample as f64);
            let value = 0.5 * (TAU * t * (r + 1.0) / 500.0).sin() + 0.15 * (0.05 * t + r).cos();
            x[lead * SAMPLES + slot * PATCH + sample] = value as f32;
        }
    }
    x
}

/// The reconstruction's: numbers of chance, tensor after tensor.
fn drawn(graph: &Graph) -> Tensors {
    let order = in_order(graph.weights(), 0);
    let mut tensors = torch(graph, &order);
    for weight in graph.weights() {
        let size = match weight.name.as_str() {
            "patch_bias.table" | "heads.bias" => 0.1,
            "heads.weight" => (3.0 / 256.0_f64).sqrt(),
            name if name.ends_with(".table") => 3.0_f64.sqrt(),
            _ => continue,
        };
        let values = symmetric(order[&weight.name], weight.size()).into_iter().map(|s| (size * s) as f32).collect();
        tensors.insert(weight.name.clone(), (weight.shape.clone(), values));
    }
    tensors
}

fn run(graph: Result<Graph, GraphError>, x: Vec<f32>, device: &Device) -> BTreeMap<&'static str, Tensor<4>> {
    let graph = graph.unwrap();
    let tensors = waves(&graph);
    run_with(graph, &tensors, x, device)
}

fn run_with(graph: Graph, tensors: &Tensors, x: Vec<f32>, device: &Device) -> BTreeMap<&'static str, Tensor<4>> {
    let network = Running::load(Arc::new(graph), tensors, device).unwrap();
    network.forward(Tensor::from_data(TensorData::new(x, [1, LEADS, SAMPLES]), device))
}

fn mean_and_deviation(values: &[f32]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().map(|&v| f64::from(v)).sum::<f64>() / count;
    let squares = values.iter().map(|&v| (f64::from(v) - mean).powi(2)).sum::<f64>();
    (mean, (squares / count).sqrt())
}

#[test]
fn parameter_counts_are_the_released_ones_without_the_norm_that_nothing_calls() {
    let first = reconstruction(Form::RELEASED_FIRST).unwrap();
    let second = classifier(Form::RELEASED_SECOND, 70).unwrap();
    assert_eq!(first.parameters() + UNUSED_NORM, 28_131_640);
    assert_eq!(second.parameters() + UNUSED_NORM, 11_907_468);
    let part = |graph: &Graph, name: &str| -> usize {
        graph.weights().iter().filter(|weight| weight.name.starts_with(name)).map(Weight::size).sum()
    };
    for graph in [&first, &second] {
        assert_eq!(part(graph, "patch"), 6_656);
        assert_eq!(part(graph, "encoder.0."), 789_760);
        assert_eq!(part(graph, "encoder."), 7_107_840);
        assert_eq!((0..3).map(|round| part(graph, &format!("knowledge.{round}.own."))).sum::<usize>(), 2_369_280);
        assert_eq!((0..3).map(|round| part(graph, &format!("knowledge.{round}.signal."))).sum::<usize>(), 2_369_280);
    }
    assert_eq!(part(&first, "leads"), 3_072);
    assert_eq!(part(&first, "signals."), 16_275_000);
    assert_eq!(part(&second, "classes"), 17_920);
    assert_eq!(part(&second, "heads."), 35_980);
}

#[test]
fn parameter_counts_of_the_papers_form_are_the_reconstructed_ones() {
    assert_eq!(classifier(Form::PAPER_SECOND, 70).unwrap().parameters(), 12_223_884);
    // Beside the released first stage: slots' vectors, the two merging layers, and the heads of lead and slot.
    let more = 51_200 + 262_656 + (256 + 1) * 12 + (256 + 1) * 200;
    assert_eq!(reconstruction(Form::PAPER_FIRST).unwrap().parameters() + UNUSED_NORM, 28_131_640 + more);
}

#[test]
fn multiply_adds_are_the_published_ones() {
    let dropped = Tokens::Dropped { percent: 65, always: true };
    for (graph, billions) in [
        (reconstruction(Form::RELEASED_FIRST), 0.973),
        (classifier(Form::RELEASED_SECOND, 70), 6.93),
        (classifier(Form { lead_split: false, ..Form::RELEASED_SECOND }, 70), 8.59),
        (classifier(Form { tokens: dropped, ..Form::RELEASED_SECOND }, 70), 2.41),
    ] {
        let found = graph.unwrap().multiply_adds() as f64 / 1e9;
        assert!((found - billions).abs() < 0.006, "{found}, expected {billions}");
    }
}

#[test]
fn the_page_is_cut_out_of_the_recording() {
    let outputs = run(reconstruction(Form::RELEASED_FIRST), recording(), &Device::flex());
    assert_eq!(outputs[PAGE].dims(), [1, 15, 1250, 1]);
    assert_eq!(outputs["logits"].dims(), [1, 15, 1250, 1]);
    let page = host(outputs[PAGE].clone());
    for (row, line) in page.chunks(1250).enumerate() {
        for t in [0, 1, 24, 25, 700, 1249] {
            let (r, at) = (row as f64, t as f64);
            let expected = 0.5 * (TAU * at * (r + 1.0) / 500.0).sin() + 0.15 * (0.05 * at + r).cos();
            assert!((f64::from(line[t]) - expected).abs() < 1e-6);
        }
    }
}

#[test]
fn the_second_stage_gives_the_released_models_logits() {
    for (split, known, mean, deviation) in [
        (
            true,
            [
                (0, [2.216203, 1.355009]),
                (1, [2.228274, 1.359118]),
                (35, [2.198177, 1.357477]),
                (69, [2.267875, 1.378374]),
            ],
            1.796922,
            0.433029,
        ),
        (
            false,
            [
                (0, [2.216192, 1.354991]),
                (1, [2.228262, 1.359100]),
                (35, [2.198166, 1.357459]),
                (69, [2.267864, 1.378355]),
            ],
            1.796907,
            0.433032,
        ),
    ] {
        let form = Form { lead_split: split, ..Form::RELEASED_SECOND };
        let outputs = run(classifier(form, 70), recording(), &Device::flex());
        let pairs = host(outputs[PAIRS].clone());
        let logits = host(outputs["logits"].clone());
        for (class, expected) in known {
            assert_close(&pairs[2 * class..2 * class + 2], &expected, 1e-5);
            assert_close(&logits[class..=class], &[expected[1] - expected[0]], 2e-5);
        }
        let found = mean_and_deviation(&pairs);
        assert!((found.0 - mean).abs() < 1e-5 && (found.1 - deviation).abs() < 1e-5, "{found:?}");
        for round in 0..3 {
            let attention = outputs[CLASS_ATTENTION[round]].clone();
            assert_eq!(attention.dims(), [1, 8, 70, 750]);
            assert_eq!(outputs[CLASS_CLASS_ATTENTION[round]].dims(), [1, 8, 70, 70]);
            assert!(host(attention.sum_dim(3)).iter().all(|sum| (sum - 1.0).abs() < 1e-5));
        }
    }
}

#[test]
fn the_first_stage_gives_the_released_models_signals() {
    let outputs = run(reconstruction(all(Form::RELEASED_FIRST)), recording(), &Device::flex());
    let signals = host(outputs["logits"].clone());
    for (row, expected) in [
        (0, [2.231350, 1.357901, -0.166322, -1.602978]),
        (1, [0.052153, 0.027950, -0.021529, -0.051539]),
        (4, [0.025881, 0.052277, 0.031675, -0.017096]),
        (5, [2.243091, 1.362320, -0.171302, -1.615015]),
        (14, [2.236355, 1.370385, -0.152230, -1.593905]),
    ] {
        assert_close(&signals[row * 1250..row * 1250 + 4], &expected, 1e-5);
    }
    let (mean, deviation) = mean_and_deviation(&signals);
    assert!((mean - 0.002149).abs() < 1e-5 && (deviation - 1.374020).abs() < 1e-4, "{mean}, {deviation}");
}

#[test]
fn the_papers_form_gives_the_numbers_of_an_independent_reconstruction() {
    let golden = &golden("eknet");
    let expect = |found: &[f32], expected: &Value| assert_close(found, &numbers(expected), 2e-5);
    let second = &golden["paper_second"];
    let graph = classifier(Form::PAPER_SECOND, 5).unwrap();
    let tensors = drawn(&graph);
    let outputs = run_with(graph, &tensors, recording(), &Device::flex());
    expect(&host(outputs[PAIRS].clone()), &second["pairs"]);
    // Head 3, class 2, and the tokens of two rows, which stand in the order of the groups.
    let attention = host(outputs[CLASS_ATTENTION[2]].clone());
    let attention = &attention[(3 * 5 + 2) * 750..(3 * 5 + 3) * 750];
    let places = tokens(true);
    for (name, row) in [("row_9", 9), ("row_4", 4)] {
        let first = places.iter().position(|&token| token == row * 50).unwrap();
        let found: Vec<f32> = attention[first..first + 6].iter().map(|share| 750.0 * share).collect();
        expect(&found, &second["attention_times_750"][name]);
    }
    expect(&host(outputs[CLASS_CLASS_ATTENTION[0]].clone().narrow(1, 0, 1)), &second["class_class_attention_head_0"]);

    let first = &golden["paper_first"];
    let graph = reconstruction(all(Form::PAPER_FIRST)).unwrap();
    let tensors = drawn(&graph);
    let outputs = run_with(graph, &tensors, recording(), &Device::flex());
    let signals = host(outputs["logits"].clone());
    for (row, expected) in first["signals"].as_array().unwrap().iter().enumerate() {
        expect(&signals[row * 1250..row * 1250 + 3], expected);
    }
    expect(&host(outputs[TOKEN_LEADS].clone())[400 * 12..401 * 12], &first["token_400_leads"]);
    expect(&host(outputs[TOKEN_SLOTS].clone())[400 * 200..][..20], &first["token_400_slots"]);
}

#[test]
fn places_of_visible_tokens_come_with_their_guesses() {
    let outputs = run(reconstruction(Form::PAPER_FIRST), recording(), &Device::flex());
    assert_eq!(outputs[TOKEN_LEADS].dims(), [1, 1, 112, 12]);
    assert_eq!(outputs[TOKEN_SLOTS].dims(), [1, 1, 112, 200]);
    let places = host(outputs[TOKEN_PLACES].clone());
    assert_eq!(places.len(), 2 * 112);
    let mut different = std::collections::BTreeSet::new();
    for place in places.chunks(2) {
        let (lead, slot) = (place[0] as usize, place[1] as usize);
        assert!(ROWS.iter().any(|&(of, first)| of == lead && (first..first + 50).contains(&slot)));
        different.insert((lead, slot));
    }
    assert_eq!(different.len(), 112);
}

#[test]
fn chance_leaves_tokens_out_in_the_second_stages_training_only() {
    let graph = || classifier(Form::RELEASED_SECOND, 3);
    let plain = Device::flex();
    let one = host(run(graph(), recording(), &plain)["logits"].clone());
    assert_eq!(one, host(run(graph(), recording(), &plain)["logits"].clone()));
    let training = Device::flex().autodiff();
    let outputs = run(graph(), recording(), &training);
    assert_eq!(outputs[CLASS_ATTENTION[0]].dims(), [1, 8, 3, 105 + 105 + 52]);
    // Gradients flow back through the choice.
    let _gradients = outputs["logits"].clone().sum().backward();
    assert_ne!(host(outputs["logits"].clone()), one);
}

#[test]
fn classes_do_not_know_their_numbers() {
    // Vectors and heads put in another order put the logits in that order.
    let order = [2, 0, 3, 1];
    let graph = Arc::new(classifier(Form::RELEASED_SECOND, 4).unwrap());
    let device = Device::flex();
    let network = Running::drawn(graph.clone(), 7, &device);
    let mut tensors = network.tensors();
    for name in ["classes.table", "heads.weight", "heads.bias"] {
        let (_, values) = tensors.get_mut(name).unwrap();
        let size = values.len() / 4;
        *values = order.iter().flat_map(|class| values[class * size..(class + 1) * size].to_vec()).collect();
    }
    let moved = Running::load(graph, &tensors, &device).unwrap();
    let x = Tensor::<3>::from_data(TensorData::new(recording(), [1, LEADS, SAMPLES]), &device);
    let (before, after) = (host(network.logits(x.clone())), host(moved.logits(x)));
    for (place, class) in order.into_iter().enumerate() {
        assert!((after[place] - before[class]).abs() < 1e-4, "{before:?} {after:?}");
    }
}
