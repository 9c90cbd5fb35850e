//! The shares of positions in a logit are what the logit itself says when the map is changed.

use std::sync::Arc;

use nets::cpu::Plan;
use nets::evidence::Evidence;
use nets::graph::{FEATURES, Graph, LOGITS};
use nets::tape::{Mode, Pass, Plain};
use nets::{Architecture, Explanation, Tensors};

const NETWORKS: [Architecture; 2] = [Architecture::RESNET1D_WANG, Architecture::RESNET1D_WANG_LDM];

/// A network, its weights and its last maps of two recordings.
fn maps(architecture: Architecture) -> (Arc<Graph>, Tensors, Vec<f32>) {
    let graph = architecture.graph(5).unwrap();
    let tensors = graph.drawn(3);
    let plan = Plan::new(graph.clone(), &tensors).unwrap();
    let x: Vec<f32> = (0..2 * graph.input().size()).map(|place| (place as f32 * 0.11).sin()).collect();
    let maps = plan.run(&x, 2).unwrap()[FEATURES].values.clone();
    (graph, tensors, maps)
}

/// Logits `[map, label]`.
fn logits(graph: &Graph, tensors: &Tensors, maps: Vec<f32>) -> Vec<f32> {
    let tail = Arc::new(graph.tail(FEATURES).unwrap());
    let weights: Vec<Vec<f32>> = tail.weights().iter().map(|weight| tensors[&weight.name].1.clone()).collect();
    let pass = Pass::forward_from(&tail, &weights, maps, Mode::Inference, &Plain);
    pass.value(tail.outputs()[LOGITS].number()).to_vec()
}

#[test]
fn a_position_made_a_little_stronger_raises_the_logit_by_its_share() {
    for architecture in NETWORKS {
        let (graph, tensors, maps) = maps(architecture);
        let [(FEATURES, evidence)] = &Evidence::all(&graph, &tensors)[..] else { panic!("one last map") };
        let shape = evidence.map();
        for class in [0, 4] {
            let shares = evidence.of(&maps, class);
            assert_eq!(shares.len(), 2 * shape.length);
            for position in [0, 17, 40, shape.length - 1] {
                let step = 2e-3;
                let at = |factor: f32| {
                    let mut changed = maps.clone();
                    for map in changed.chunks_exact_mut(shape.size()) {
                        for value in &mut map[position * shape.channels..(position + 1) * shape.channels] {
                            *value *= factor;
                        }
                    }
                    logits(&graph, &tensors, changed)
                };
                // Downwards and upwards another position may become the highest: both sides are near, not equal.
                let (up, down) = (at(1.0 + step), at(1.0 - step));
                for record in 0..2 {
                    let slope = (up[record * 5 + class] - down[record * 5 + class]) / (2.0 * step);
                    let share = shares[record * shape.length + position];
                    assert!((slope - share).abs() < 5e-3, "{architecture} {class} {position}: {slope}, {share}");
                }
            }
        }
    }
}

#[test]
fn shares_add_up_to_the_slope_of_the_logit_along_the_whole_map() {
    for architecture in NETWORKS {
        let (graph, tensors, maps) = maps(architecture);
        let [(FEATURES, evidence)] = &Evidence::all(&graph, &tensors)[..] else { panic!("one last map") };
        let step = 1e-3;
        let at = |factor: f32| logits(&graph, &tensors, maps.iter().map(|value| value * factor).collect());
        let (up, down) = (at(1.0 + step), at(1.0 - step));
        for class in 0..5 {
            for (record, shares) in evidence.of(&maps, class).chunks_exact(evidence.map().length).enumerate() {
                let slope = (up[record * 5 + class] - down[record * 5 + class]) / (2.0 * step);
                let sum: f32 = shares.iter().sum();
                assert!((slope - sum).abs() < 3e-3, "{architecture} {class}: {slope}, {sum}");
            }
        }
    }
}

#[test]
fn every_network_that_promises_class_activation_has_it_and_no_class_beyond_its_labels_does() {
    for architecture in Architecture::all() {
        let graph = architecture.graph(2).unwrap();
        let all = Evidence::all(&graph, &graph.drawn(1));
        assert!(!all.is_empty() || !architecture.explains_by(Explanation::ClassActivation), "{architecture}");
        for (_, evidence) in all {
            assert!(evidence.of(&vec![0.5; evidence.map().size()], 2).is_empty());
        }
    }
}
