//! Every network of the list that tells labels survives its weights file, and a batch is its rows.

use classify::{Precision, weights};
use half::f16;
use nets::cpu::Plan;
use nets::graph::{Draws, Graph, LOGITS, Start};
use nets::{Architecture, Purpose, Tensors};

/// Numbers of a weight that are drawn before they repeat: drawing all of the largest networks' would take most of the time.
const DRAWN: usize = 5003;

/// Weights of the network's own spread, norms unlike fresh ones: a branch that begins at nothing would hide what it
/// computes, and statistics that are all shifted one way would silence every ReLU.
fn tensors(graph: &Graph) -> Tensors {
    let mut draws = Draws::new(11);
    let mut tensors = Tensors::new();
    for weight in graph.weights() {
        // Given and orthogonal values are a whole.
        let whole = matches!(weight.start, Start::Given(_) | Start::Orthogonal { .. });
        let count = if whole { weight.size() } else { weight.size().min(DRAWN) };
        let mut values = weight.start.values(count, &mut draws);
        let (least, spread) = match weight.name.rsplit('.').next() {
            Some("gamma") => (0.5, 0.1),
            Some("beta" | "running_mean") => (f32::NEG_INFINITY, 0.05),
            Some("running_var") => (0.5, 0.3),
            _ => (f32::NEG_INFINITY, 0.0),
        };
        for value in &mut values {
            *value = value.max(least) + (spread * (2.0 * draws.uniform() - 1.0)) as f32;
        }
        let values = values.iter().copied().cycle().take(weight.size()).collect();
        tensors.insert(weight.name.clone(), (weight.shape.clone(), values));
    }
    tensors
}

/// What the file of these weights holds.
fn kept(tensors: &Tensors, precision: Precision) -> Tensors {
    weights::decode(&weights::encode(tensors, precision).unwrap()).unwrap()
}

/// Fails unless two outputs are the same bits; equal numbers alone would let 0 and -0 pass.
#[track_caller]
fn same(what: &str, found: &[f32], expected: &[f32]) {
    let bits = |values: &[f32]| -> Vec<u32> { values.iter().map(|value| value.to_bits()).collect() };
    assert!(expected.iter().all(|value| value.is_finite()), "{what}: {expected:?}");
    assert_eq!(bits(found), bits(expected), "{what}: found {found:?}, expected {expected:?}");
}

/// Multiply-adds of a network whose every row and rounded weights are run too; of a larger one, what tells most.
const SMALL: u64 = 500_000_000;

fn survives(architecture: Architecture) {
    let graph = architecture.graph(3).unwrap();
    let (size, small) = (graph.input().size(), graph.multiply_adds() <= SMALL);
    let rows = if small { 3 } else { 2 };
    let x: Vec<f32> =
        (0..rows * size).map(|place| (place as f32 * 0.37).sin() + 0.3 * (place as f32 * 0.0111).cos()).collect();
    let run = |plan: &Plan, x: &[f32]| plan.run(x, x.len() / size).unwrap()[LOGITS].values.clone();
    let plan = |tensors: &Tensors| Plan::new(graph.clone(), tensors).unwrap();

    let drawn = tensors(&graph);
    let single = kept(&drawn, Precision::Single);
    assert!(same_bits(&single, &drawn), "{architecture}: its weights are others after an f32 file");
    let together = run(&plan(&single), &x);
    drop(single);
    let own = plan(&drawn);
    // The last row: those before it must leave nothing behind.
    for row in (0..rows).rev().take(if small { rows } else { 1 }) {
        let alone = run(&own, &x[row * size..(row + 1) * size]);
        same(&format!("{architecture}, row {row} alone"), &together[3 * row..3 * row + 3], &alone);
    }
    assert_ne!(together[..3], together[3..6], "{architecture}: it does not look at its input");
    drop(own);

    let half = kept(&drawn, Precision::Half);
    let mut rounded = drawn;
    for (_, values) in rounded.values_mut() {
        for value in values.iter_mut() {
            *value = f16::from_f32(*value).to_f32();
        }
    }
    assert!(same_bits(&half, &rounded), "{architecture}: its weights are not the rounded ones after an f16 file");
    if small {
        let expected = run(&plan(&rounded), &x[..size]);
        same(&format!("{architecture}, by weights from an f16 file"), &run(&plan(&half), &x[..size]), &expected);
        assert_ne!(expected, together[..3], "{architecture}: rounding to f16 must be seen");
    }
}

/// Whether two sets of weights have the same names, shapes and bits.
fn same_bits(one: &Tensors, other: &Tensors) -> bool {
    let bits = |values: &[f32], others: &[f32]| values.iter().zip(others).all(|(a, b)| a.to_bits() == b.to_bits());
    one.keys().eq(other.keys())
        && one.values().zip(other.values()).all(|((shape, values), (others_shape, others))| {
            shape == others_shape && values.len() == others.len() && bits(values, others)
        })
}

/// Every so-manieth network of the list, so that all threads have work.
fn the_list_survives(first: usize) {
    let labelled = Architecture::all().filter(|architecture| architecture.purpose() == Purpose::Labels);
    for architecture in labelled.skip(first).step_by(2) {
        let start = std::time::Instant::now();
        survives(architecture);
        println!("{architecture}: {:.1} s", start.elapsed().as_secs_f64());
    }
}

#[test]
fn every_first_network_answers_alike_from_its_file_and_row_by_row() {
    the_list_survives(0);
}

#[test]
fn every_second_network_answers_alike_from_its_file_and_row_by_row() {
    the_list_survives(1);
}
