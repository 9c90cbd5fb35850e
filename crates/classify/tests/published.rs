//! Whole models on whole recordings, held against the numbers of the authors' code and between engines.

#[path = "../../nets/tests/support/mod.rs"]
mod support;

use burn::tensor::Device;
use classify::{
    Aggregate, Backend, Calibration, Card, Classifier, Error, Input, KNOWN_RECORD, Label, Precision, Shorter, Window,
    wait, weights,
};
use ecg::ExplanationKind::{BeatAttention, LeadAttention, MultiLevelAttention, RhythmAttention};
use ecg::{ExplanationKind, Lead, Recording, Signal, Unit};
use nets::{Architecture, Tensors};
use support::fill::{in_order, keras, torch};
use support::{assert_close, assert_same, golden, numbers};

/// Makes a value of a card impossible.
type Spoil = fn(&mut Card);

fn backends() -> Vec<Backend> {
    vec![Backend::Plan, Backend::Burn(Device::flex())]
}

/// The weights that the fixtures were made with.
fn tensors(architecture: Architecture, classes: usize) -> Tensors {
    let graph = architecture.graph(classes).unwrap();
    let numbers = in_order(graph.weights(), 0);
    if architecture == Architecture::IMLE_NET { keras(&graph, &numbers) } else { torch(&graph, &numbers) }
}

/// A card for a network that takes millivolts as they are, and its weights.
fn model(architecture: Architecture, classes: usize) -> (Card, Vec<u8>) {
    let bytes = weights::encode(&tensors(architecture, classes), Precision::Single).unwrap();
    let samples = architecture.input().samples;
    let label = |number: usize| Label {
        code: format!("L{number}"),
        name: format!("Label {number}"),
        threshold: 0.5,
        ..Label::default()
    };
    let card = Card {
        name: "published".into(),
        title: "Published".into(),
        architecture,
        labels: (0..classes).map(label).collect(),
        input: Input {
            rate: 100.0,
            samples,
            leads: Lead::TWELVE.to_vec(),
            mean: 0.0,
            std: 1.0,
            shorter: Shorter::Refuse,
            ..Input::default()
        },
        window: Window { stride: if samples == 250 { 125 } else { 0 }, span: 10.0, aggregate: Aggregate::Mean },
        calibration: Calibration::default(),
        weights: weights::describe("weights.safetensors", &bytes, Precision::Single),
        exclusive: false,
        task: "superdiagnostic".into(),
        recipe: String::new(),
        command: String::new(),
        seed: 0,
        commit: String::new(),
        data: serde_json::Value::Null,
        metrics: serde_json::json!({"fold 10": {"macro AUC": 0.9216}}),
        explanations: Vec::new(),
        parameters: architecture.graph(classes).unwrap().parameters() as u64,
        multiply_adds: architecture.graph(classes).unwrap().multiply_adds(),
        licence: String::new(),
        known_answer: None,
        other: serde_json::Map::new(),
    };
    (card, bytes)
}

/// The fixtures' record as a recording in millivolts.
fn recording(seconds: usize) -> Recording {
    let values = support::input(1, seconds * 100);
    let signals = Lead::TWELVE.iter().zip(values.chunks_exact(seconds * 100)).map(|(lead, values)| {
        let values = values.iter().map(|&value| f64::from(value)).collect();
        Signal::physical(lead.clone(), 100.0, values, Unit::Millivolt)
    });
    Recording { signals: signals.collect(), ..Recording::default() }
}

#[test]
fn imle_net_gives_the_authors_probabilities_and_heat_from_a_recording() {
    let golden = golden("imle_net");
    let (card, bytes) = model(Architecture::IMLE_NET, 5);
    for backend in backends() {
        let classifier = Classifier::load(card.clone(), &bytes, backend).unwrap();
        let findings = wait(classifier.classify(&recording(10))).unwrap();
        let found: Vec<f32> = findings.findings.iter().map(|finding| finding.probability).collect();
        assert_close(&found, &numbers(&golden["probabilities"])[..5], 1e-5);

        let kinds: Vec<ExplanationKind> = findings.explanations.iter().map(|map| map.kind).collect();
        assert_eq!(kinds, [MultiLevelAttention, BeatAttention, RhythmAttention, LeadAttention]);
        let heats = &golden["heat_record0"];
        let points: Vec<usize> = numbers(&heats["points_lead_sample"])
            .chunks_exact(2)
            .map(|point| point[0] as usize * 1000 + point[1] as usize)
            .collect();
        for (map, name) in [(0, "beat_x_rhythm_x_channel_minmax"), (1, "beat_x_channel_minmax")] {
            let map = &findings.explanations[map];
            assert_eq!((map.columns(), map.rate, map.start), (1000, 100.0, 0.0));
            let found: Vec<f32> = points.iter().map(|&point| map.values[point]).collect();
            assert_close(&found, &numbers(&heats[name]), 1e-4);
            assert_close(&map.lead_scores, &numbers(&golden["channel_att"])[..12], 1e-5);
        }
        let rhythm = &findings.explanations[2];
        assert_eq!((rhythm.columns(), rhythm.rate), (20, 2.0));
        let (low, high) = rhythm.range;
        let raw: Vec<f32> = rhythm.values[..20].iter().map(|value| low + value * (high - low)).collect();
        assert_close(&raw, &numbers(&golden["rhythm_att_record0_lead0"]), 1e-5);
        assert_eq!(findings.explanations[3].columns(), 1);
    }
}

#[test]
fn the_mean_of_seven_windows_is_the_mean_of_the_network_on_each() {
    let (card, bytes) = model(Architecture::RESNET1D_WANG, 5);
    let whole = recording(10);
    for backend in backends() {
        let classifier = Classifier::load(card.clone(), &bytes, backend).unwrap();
        let found: Vec<f32> =
            wait(classifier.classify(&whole)).unwrap().findings.iter().map(|finding| finding.probability).collect();
        let prepared = classify::prepare(&whole, &card.input, &card.window).unwrap();
        let mut mean = vec![0.0; 5];
        for window in prepared.values.chunks_exact(12 * 250) {
            for (mean, value) in mean.iter_mut().zip(wait(classifier.classify_windows(window)).unwrap()) {
                *mean += value / 7.0;
            }
        }
        assert_same(&found, &mean, 1e-6);
    }
}

#[test]
fn each_label_has_its_own_map_and_the_first_is_the_strongest_labels() {
    for architecture in [Architecture::RESNET1D_WANG, Architecture::RESNET1D_WANG_LDM] {
        let (card, bytes) = model(architecture, 5);
        for backend in backends() {
            let classifier = Classifier::load(card.clone(), &bytes, backend).unwrap();
            let findings = wait(classifier.classify(&recording(10))).unwrap();
            let strongest = findings
                .findings
                .iter()
                .max_by(|a, b| (a.probability - a.threshold).total_cmp(&(b.probability - b.threshold)))
                .unwrap();
            let first = &findings.explanations[0];
            assert_eq!(first.kind, ExplanationKind::ClassActivation);
            assert_eq!(first.label.as_ref(), Some(&strongest.code));
            assert_eq!(wait(classifier.explain(&recording(10), &strongest.code)).unwrap(), *first);
            assert_eq!((first.leads.len(), first.columns()), (12, 1000));
            assert_eq!(first.values[..1000], first.values[11_000..]);
            let other = card.labels.iter().find(|label| label.code != strongest.code).unwrap();
            assert_ne!(wait(classifier.explain(&recording(10), &other.code)).unwrap().values, first.values);
            assert!(matches!(wait(classifier.explain(&recording(10), "X")), Err(Error::UnknownLabel { .. })));
        }
    }
}

#[test]
fn the_hand_written_engine_and_burn_say_the_same_of_a_recording() {
    for architecture in [Architecture::IMLE_NET, Architecture::RESNET1D_WANG, Architecture::RESNET1D_WANG_LDM] {
        let (card, bytes) = model(architecture, 5);
        let [plan, burn] = [Backend::Plan, Backend::Burn(Device::flex())]
            .map(|backend| Classifier::load(card.clone(), &bytes, backend).unwrap())
            .map(|classifier| wait(classifier.classify(&recording(10))).unwrap());
        for (plan, burn) in plan.findings.iter().zip(&burn.findings) {
            assert!((plan.probability - burn.probability).abs() < 1e-5, "{architecture}: {plan:?}, {burn:?}");
        }
        assert_eq!(plan.explanations.len(), burn.explanations.len());
        for (plan, burn) in plan.explanations.iter().zip(&burn.explanations) {
            assert_eq!((plan.kind, &plan.label), (burn.kind, &burn.label));
            assert_same(&plan.values, &burn.values, 1e-3);
        }
    }
}

#[test]
fn a_network_that_explains_by_attention_says_that_it_has_no_map_of_a_label() {
    let (card, bytes) = model(Architecture::IMLE_NET, 5);
    let classifier = Classifier::load(card, &bytes, backends().remove(0)).unwrap();
    assert!(matches!(wait(classifier.explain(&recording(10), "L0")), Err(Error::NoMap { .. })));
}

#[test]
fn weights_in_halves_move_probabilities_by_less_than_a_hundredth() {
    let (mut card, bytes) = model(Architecture::RESNET1D_WANG, 5);
    let whole = Classifier::load(card.clone(), &bytes, backends().remove(0)).unwrap();
    let halves = weights::encode(&weights::decode(&bytes).unwrap(), Precision::Half).unwrap();
    assert!(halves.len() < bytes.len() * 6 / 10);
    card.weights = weights::describe("weights.safetensors", &halves, Precision::Half);
    card.known_answer = Some(wait(whole.known_answer()).unwrap());
    let half = Classifier::load(card, &halves, backends().remove(0)).unwrap();
    let difference = wait(half.self_test()).unwrap().unwrap();
    assert!(difference > 0.0 && difference < 0.01, "{difference}");
}

#[test]
fn an_engine_reproduces_its_own_known_answer_and_a_card_without_one_checks_nothing() {
    let (mut card, bytes) = model(Architecture::RESNET1D_WANG_LDM, 3);
    let classifier = Classifier::load(card.clone(), &bytes, backends().remove(0)).unwrap();
    assert_eq!(wait(classifier.self_test()).unwrap(), None);
    let known = wait(classifier.known_answer()).unwrap();
    assert_eq!(known.record, KNOWN_RECORD);
    card.known_answer = Some(known);
    for backend in backends() {
        let classifier = Classifier::load(card.clone(), &bytes, backend).unwrap();
        assert!(wait(classifier.self_test()).unwrap().unwrap() < 1e-5);
    }
}

#[test]
fn watching_counts_windows_and_stops_the_work() {
    let (card, bytes) = model(Architecture::RESNET1D_WANG, 2);
    let classifier = Classifier::load(card, &bytes, backends().remove(0)).unwrap();
    let mut seen = Vec::new();
    wait(classifier.classify_watched(&recording(10), async |done, total| {
        seen.push((done, total));
        true
    }))
    .unwrap();
    assert_eq!((seen.first(), seen.last()), (Some(&(0, 7)), Some(&(7, 7))));
    let stopped = wait(classifier.classify_watched(&recording(10), async |_, _| false));
    assert!(matches!(stopped, Err(Error::Cancelled)));
}

#[test]
fn weights_of_another_network_or_label_set_are_refused_by_name() {
    let (card, _) = model(Architecture::RESNET1D_WANG, 5);
    let (_, other) = model(Architecture::RESNET1D_WANG, 4);
    let load = |mut card: Card, bytes: &[u8]| {
        card.weights = weights::describe("weights.safetensors", bytes, Precision::Single);
        Classifier::load(card, bytes, backends().remove(0)).unwrap_err().to_string()
    };
    let message = load(card.clone(), &other);
    assert!(message.contains("head.linear2") && message.contains("[128, 5]"), "{message}");
    let (_, imle) = model(Architecture::IMLE_NET, 5);
    assert!(load(card.clone(), &imle).contains("is missing"), "another network");
    let mut tensors =
        weights::decode(&weights::encode(&tensors(card.architecture, 5), Precision::Single).unwrap()).unwrap();
    tensors.insert("extra".into(), (vec![1], vec![0.0]));
    let more = weights::encode(&tensors, Precision::Single).unwrap();
    assert!(load(card, &more).contains("extra"));
}

#[test]
fn a_label_with_a_line_is_read_off_it_after_the_windows_are_put_together() {
    let (mut card, bytes) = model(Architecture::RESNET1D_WANG, 3);
    let classify = |card: &Card| -> Vec<f32> {
        let classifier = Classifier::load(card.clone(), &bytes, Backend::Plan).unwrap();
        let findings = wait(classifier.classify(&recording(10))).unwrap().findings;
        findings.iter().map(|finding| finding.probability).collect()
    };
    let before = classify(&card);
    card.calibration.isotonic.insert("L1".into(), vec![[0.0, 0.0], [1.0, 0.5]]);
    let after = classify(&card);
    assert_eq!((after[0], after[2]), (before[0], before[2]));
    assert!((after[1] - 0.5 * before[1]).abs() < 1e-6 && before[1] > 0.01, "{before:?} {after:?}");
}

#[test]
fn a_card_survives_its_file_with_fields_that_are_not_known() {
    let (mut card, _) = model(Architecture::RESNET1D_WANG_LDM, 3);
    card.other.insert("added_later".into(), serde_json::json!({"a": [1, 2.5]}));
    let text = card.to_json().unwrap();
    assert_eq!(Card::parse(text.as_bytes()).unwrap(), card);
    assert!(text.contains("\"resnet1d_wang+ldm\""), "{text}");
}

#[test]
fn a_card_may_leave_out_what_only_people_read() {
    let json = r#"{
        "name": "n", "title": "t", "architecture": "imle-net",
        "labels": [{"code": "NORM", "name": "Normal", "threshold": 0.4}],
        "input": {"rate": 100, "samples": 1000, "leads": ["I","II","III","AVR","AVL","AVF","V1","V2","V3","V4","V5","V6"],
                  "mean": -0.0008, "std": 0.232},
        "weights": {"file": "weights.safetensors", "sha256": "", "bytes": 0, "dtype": "f16"}
    }"#;
    let card = Card::parse(json.as_bytes()).unwrap();
    assert_eq!((card.window, card.calibration.temperature), (Window::default(), 1.0));
    assert_eq!(card.input.leads, Lead::TWELVE);
}

#[test]
fn a_value_that_cannot_be_is_named_with_what_is_expected() {
    let (good, _) = model(Architecture::RESNET1D_WANG, 2);
    let cases: [(&str, Spoil); 11] = [
        ("name", |card| card.name = "../x".into()),
        ("labels", |card| card.labels.clear()),
        ("labels.code", |card| card.labels[1].code = card.labels[0].code.clone()),
        ("labels.threshold", |card| card.labels[1].threshold = f32::NAN),
        ("input.leads", |card| card.input.leads.truncate(3)),
        ("input.samples", |card| card.input.samples = 1000),
        ("input.std", |card| card.input.std = 0.0),
        ("window.span", |card| card.window.span = 1.0),
        ("window.stride", |card| card.window.stride = 251),
        ("calibration.temperature", |card| card.calibration.temperature = 0.0),
        ("calibration.isotonic", |card| {
            card.calibration.isotonic.insert("L0".into(), vec![[0.5, 0.9], [0.6, 0.1]]);
        }),
    ];
    for (field, spoil) in cases {
        let mut card = good.clone();
        spoil(&mut card);
        let message = card.check().unwrap_err().to_string();
        assert!(message.starts_with(&format!("model card {}: {field} is ", card.name)), "{message}");
    }
}
