//! A network of each family learns sixteen recordings by heart: what its gradients are for.

use std::sync::Arc;
use std::time::Instant;

use burn::tensor::Device;
use ecg::Lead;
use nets::Architecture;
use nets::families::inceptionformer::{self, Configuration};
use nets::families::state_space::{self, Head};
use nets::families::{cpc, dsail, dual_path, im_ecg, mpgt, se_ecgnet, st_mem, token_selection};
use nets::graph::{Graph, GraphError, LOGITS};
use nets::tape::{Mode, Pass};
use train::learner::{Learner, Lesson};
use train::loss::Targets;
use train::machine::Processor;
use train::optimiser::Pace;
use train::preparation;
use train::recipes::RecipeName;
use train::simulated::simulated;

const RECORDINGS: usize = 16;
/// Those of a recording are the last binary digits of its number: nothing but the recording itself tells them.
const LABELS: usize = 2;
/// What is left of the first loss at the end.
const LEFT: f64 = 0.35;

/// A network and how it is taught.
#[derive(Clone, Copy)]
struct Trial {
    /// The line of the list whose preparation its recordings get.
    line: &'static str,
    /// The network, where the line itself would take too long: the same family's, narrower or of a shorter recording.
    small: Option<fn(usize) -> Result<Graph, GraphError>>,
    rate: f64,
    /// Steps that it may take.
    steps: usize,
}

const fn line(line: &'static str, rate: f64, steps: usize) -> Trial {
    Trial { line, small: None, rate, steps }
}

const fn small(line: &'static str, graph: fn(usize) -> Result<Graph, GraphError>, rate: f64, steps: usize) -> Trial {
    Trial { line, small: Some(graph), rate, steps }
}

/// `[record, channel, sample]` of simulated recordings as the network's line prepares them, cut to what it takes.
fn recordings(line: Architecture, graph: &Graph) -> Vec<f32> {
    let mut data = simulated(1, 5, |_| ()).unwrap();
    let mut input = preparation::input(line, data.scaler, &Lead::II);
    data.prepare(&mut input).unwrap();
    let mut x = Vec::new();
    for example in &data.examples[..RECORDINGS] {
        data.window(example, 0, graph.input().length, &mut x);
    }
    assert_eq!(x.len(), RECORDINGS * graph.input().size(), "{line}");
    x
}

fn learns(trial: &Trial) {
    let begun = Instant::now();
    let architecture: Architecture = trial.line.parse().unwrap();
    let graph = match trial.small {
        Some(graph) => graph(LABELS).unwrap(),
        None => Arc::unwrap_or_clone(architecture.graph(LABELS).unwrap()),
    };
    let graph = Arc::new(graph.without_dropout());
    let x = recordings(architecture, &graph);
    let labels: Vec<f32> =
        (0..RECORDINGS).flat_map(|record| (0..LABELS).map(move |label| (record >> label & 1) as f32)).collect();
    // Decay and slow parts of a recipe are against learning by heart.
    let plain = RecipeName::Plain.recipe();
    let mut learner = Learner::new(graph.clone(), &graph.drawn(2), plain.adam, None, &Device::flex()).unwrap();
    let lesson = Lesson { inputs: &x, targets: Targets::of(RECORDINGS, &labels), seed: 1 };
    let pace = Pace { rate: trial.rate, beta1: 0.9 };
    let mut losses = Vec::new();
    let mut wrong = labels.len();
    while wrong > 0 && losses.len() < trial.steps {
        losses.push(learner.step(&lesson, &plain.objective, pace));
        if losses[losses.len() - 1] <= LEFT * losses[0] {
            wrong = wrong_labels(&learner, &lesson);
        }
    }
    let (first, last) = (losses[0], losses[losses.len() - 1]);
    println!(
        "{}: {} M multiply-adds, loss from {first:.3} to {last:.3} in {} steps, {wrong} labels wrong, {:.1} s",
        trial.line,
        graph.multiply_adds() / 1_000_000,
        losses.len(),
        begun.elapsed().as_secs_f64()
    );
    assert!(wrong == 0, "{}: {wrong} labels are wrong; the loss went {losses:.3?}", trial.line);
}

/// How many labels of a lesson the network gets wrong, with its norms as they are in training.
fn wrong_labels(learner: &Learner, lesson: &Lesson<'_>) -> usize {
    let graph = Arc::new(learner.graph().as_trained().unwrap());
    let tensors = learner.tensors();
    let weights: Vec<Vec<f32>> = graph.weights().iter().map(|weight| tensors[&weight.name].1.clone()).collect();
    let pass = Pass::forward(&graph, &weights, lesson.inputs, Mode::Training(lesson.seed), &Processor);
    let logits = pass.value(graph.outputs()[LOGITS].number());
    assert_eq!(logits.len(), lesson.targets.labels.len());
    logits.iter().zip(lesson.targets.labels).filter(|(logit, label)| (**logit > 0.0) != (**label > 0.5)).count()
}

const CONVOLUTIONAL: &[Trial] = &[
    line("wrn1d_22", 0.01, 20),
    line("wrn1d_22+ldm", 0.01, 30),
    small(
        "dsail-student",
        |classes| dsail::dsail(dsail::Recording { leads: 1, samples: 1500, step: 1500 }, classes),
        0.003,
        20,
    ),
    line("resnet1d_wang-small", 0.005, 25),
    small("im-ecg-quarter", |classes| im_ecg::im_ecg(im_ecg::Form { width: 4, repeats: [1, 1] }, classes), 0.01, 40),
    small(
        "se-ecgnet-12",
        |classes| se_ecgnet::se_ecgnet(se_ecgnet::Form { leads: 12, samples: 500, width: Some(32) }, classes),
        0.006,
        40,
    ),
    line("mvkt-18-student", 0.002, 20),
    line("clocs", 0.003, 20),
];

#[test]
fn convolutional_networks_learn_by_heart() {
    CONVOLUTIONAL.iter().for_each(learns);
}

const RECURRENT: &[Trial] = &[
    line("mousavi", 0.006, 40),
    small("cpc-128", |classes| cpc::classifier(128, 100, classes), 0.002, 30),
    line("s4-64", 0.015, 50),
    small("ecg-cpc-128", |classes| state_space::ecg_cpc(128, 240, Head::Linear, classes), 0.005, 40),
    line("mina", 0.02, 60),
    small("dual-path-10s", |classes| dual_path::dual_path(480, dual_path::Pooling::Attention, classes), 0.001, 60),
    line("multi-module", 0.005, 120),
];

#[test]
fn recurrent_networks_and_state_spaces_learn_by_heart() {
    RECURRENT.iter().for_each(learns);
}

const ATTENDING: &[Trial] = &[
    small("mpgt", |classes| mpgt::mpgt(mpgt::Form { leads: 1, samples: 256, layers: 1 }, classes), 0.003, 120),
    line("fusing-transformer", 0.003, 40),
    small(
        "inceptionformer",
        |classes| {
            let narrow = Configuration { width: 16, depths: [1, 1, 1, 1], ..Configuration::default() };
            inceptionformer::inceptionformer(narrow, classes)
        },
        0.004,
        40,
    ),
    line("page-mlbf-net", 0.01, 40),
    line("mvms-student", 0.008, 40),
    line("mamil-signal", 0.003, 30),
    line("mrtnet", 0.001, 30),
    small(
        "token-selection-reduced",
        |classes| {
            let narrow = token_selection::Form { channels: 16, width: 32, heads: 4, layers: [1, 1], selects: true };
            token_selection::token_selection(narrow, classes)
        },
        0.003,
        60,
    ),
    small(
        "st-mem-narrow",
        |classes| st_mem::classifier(st_mem::Form { width: 48, depth: 1, heads: 3 }, classes),
        0.006,
        60,
    ),
];

#[test]
fn networks_that_attend_learn_by_heart() {
    ATTENDING.iter().for_each(learns);
}

#[test]
fn every_family_is_among_them() {
    let taught = [CONVOLUTIONAL, RECURRENT, ATTENDING].concat();
    let taught: Vec<&str> = taught.iter().map(|trial| trial.line.parse::<Architecture>().unwrap().family()).collect();
    for architecture in Architecture::all() {
        assert!(taught.contains(&architecture.family()), "no network of {} learns here", architecture.family());
    }
}
