//! DSAIL_SNU's teacher and student as graphs give the numbers of the authors' code.

mod support;

use std::collections::BTreeMap;
use std::sync::Arc;

use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Tensor, TensorData};
use nets::families::dsail::{BLOCK, FEATURES, RECORD_FEATURES, Recording, STAGES, dsail};
use nets::graph::{LOGITS, Running, Shape};
use support::dsail::{records, weights};
use support::{assert_close, assert_near, golden, host, numbers};

fn run(recording: Recording, batch: usize, x: Vec<f32>) -> BTreeMap<&'static str, Tensor<4>> {
    let device = Device::flex();
    let graph = dsail(recording, 3).unwrap();
    let tensors = weights(&graph);
    let network = Running::load(Arc::new(graph), &tensors, &device).unwrap();
    let shape = [batch, recording.leads + RECORD_FEATURES, recording.samples];
    network.forward(Tensor::from_data(TensorData::new(x, shape), &device))
}

#[test]
fn parameter_counts_are_the_published_ones() {
    let count = |leads, classes| dsail(Recording::block(leads), classes).unwrap().parameters();
    for (leads, expected) in
        [(12, 1_811_474), (1, 1_808_834), (2, 1_809_074), (3, 1_809_314), (4, 1_809_554), (6, 1_810_034)]
    {
        assert_eq!(count(leads, 3), expected, "{leads} leads");
    }
    assert_eq!(count(12, 26), 1_814_556);
    assert_eq!(count(1, 26), 1_811_916);
}

#[test]
fn multiply_adds_are_the_published_ones() {
    let expected = numbers(&golden("dsail")["million_multiply_adds"]);
    for (leads, expected) in [12, 1].into_iter().zip(expected) {
        let found = dsail(Recording::block(leads), 3).unwrap().multiply_adds() as f64 / 1e6;
        assert!((found - expected).abs() < 0.06, "{leads} leads: {found}");
    }
}

#[test]
fn teacher_and_student_give_the_authors_logits_and_stages_and_their_divergences() {
    let golden = golden("dsail");
    let mut maps = Vec::new();
    for (leads, key) in [(12, "dsail_12lead"), (1, "dsail_1lead")] {
        let expected = &golden[key];
        let outputs = run(Recording::block(leads), 2, records(leads, &expected["features"]));
        assert_near(key, &host(outputs[LOGITS].clone()), &expected["logits"]);
        assert_eq!(outputs[FEATURES].dims(), [2, 1, 117, 128]);
        for (stage, name) in STAGES.into_iter().enumerate() {
            let map = outputs[name].clone();
            let shape: Vec<usize> =
                numbers(&expected["stage_shapes"][stage]).iter().map(|&size| size as usize).collect();
            let [records, channels, positions] = shape[..] else { panic!("three axes") };
            assert_eq!(map.dims(), [records, 1, positions, channels]);
            assert_close(&host(map.clone().mean()), &numbers(&expected["stage_means"][stage]), 2e-6);
            let first = map.clone().slice([0..1, 0..1, 0..4, 0..1]);
            assert_near(name, &host(first), &expected["stage_first"][stage]);
            let last = map.slice([1..2, 0..1, positions - 4..positions, channels - 1..channels]);
            assert_near(name, &host(last), &expected["stage_last"][stage]);
        }
        maps.push(outputs);
    }
    // Kullback and Leibler's divergence of the student's softmax over channels from the teacher's, mean of the batch.
    let found = STAGES.map(|name| {
        let [teacher, student] = [0, 1].map(|which: usize| log_softmax(maps[which][name].clone(), 3));
        host((teacher.clone().exp() * (teacher - student)).sum())[0] / 2.0
    });
    for (found, expected) in found.into_iter().zip(numbers(&golden["stage_kl"])) {
        assert!((f64::from(found) / expected - 1.0).abs() < 1e-5, "{found}, expected {expected}");
    }
}

#[test]
fn two_blocks_of_one_recording_share_their_maxima() {
    let expected = &golden("dsail")["dsail_12lead"];
    let two = records(12, &expected["features"]);
    let lines: Vec<&[f32]> = two.chunks(BLOCK).collect();
    // Leads: the second record after the first; features: the first record's.
    let leads = 12 + RECORD_FEATURES;
    let x: Vec<f32> = (0..leads)
        .flat_map(|line| [lines[line], lines[if line < 12 { leads + line } else { line }]])
        .flatten()
        .copied()
        .collect();
    let outputs = run(Recording { leads: 12, samples: 2 * BLOCK, step: BLOCK }, 1, x);
    assert_near("two blocks", &host(outputs[LOGITS].clone()), &expected["two_chunks_one_record_logits"]);
}

#[test]
fn blocks_of_a_long_recording_overlap_and_the_last_ends_with_it() {
    for (samples, rows, length) in
        [(5000, 1, 5000), (7500, 1, 7500), (7501, 2, 7500), (12_500, 2, 7500), (12_501, 3, 7500)]
    {
        let graph = dsail(Recording { samples, ..Recording::block(1) }, 3).unwrap();
        assert_eq!(graph.input(), Shape::new(1, samples, 6));
        let stage = graph.node(graph.outputs()[STAGES[0]]).shape;
        assert_eq!(stage, Shape::new(rows, length, 16), "{samples} samples");
    }
}

#[test]
fn a_network_without_leads_or_labels_is_refused() {
    assert!(dsail(Recording::block(0), 3).is_err());
    assert!(dsail(Recording::block(1), 0).is_err());
}
