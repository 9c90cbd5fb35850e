//! Maps by gradients are laid over the recording as the network's own are, and follow the label.

use classify::{
    Aggregate, Backend, Card, CheckedMap, Classifier, Error, Input, Label, Method, Precision, Window, wait, weights,
};
use ecg::{ExplanationKind, Lead, Recording, Signal, Unit};
use nets::Architecture;
use nets::tape::Plain;

/// A card and a weights file that were drawn.
fn model(architecture: Architecture) -> (Card, Vec<u8>) {
    let tensors = architecture.graph(3).unwrap().drawn(11);
    let bytes = weights::encode(&tensors, Precision::Single).unwrap();
    let samples = architecture.input().samples;
    let label = |number: usize| Label {
        code: format!("L{number}"),
        name: format!("Label {number}"),
        threshold: 0.5,
        ..Label::default()
    };
    let text = serde_json::json!({
        "name": "drawn", "title": "Drawn", "architecture": architecture,
        "labels": (0..3).map(label).collect::<Vec<_>>(),
        "input": Input { samples, leads: Lead::TWELVE.to_vec(), ..Input::default() },
        "window": Window { stride: if samples == 250 { 125 } else { 0 }, span: 10.0, aggregate: Aggregate::Mean },
        "weights": weights::describe("weights.safetensors", &bytes, Precision::Single),
    });
    (Card::parse(text.to_string().as_bytes()).unwrap(), bytes)
}

/// Ten seconds; lead V2 holds nothing.
fn recording() -> Recording {
    let signal = |lead: &Lead, number: usize| {
        let scale = if *lead == Lead::V2 { 0.0 } else { 1.0 };
        let value =
            |at: i32| scale * ((f64::from(at) * 0.07).sin() + (f64::from(at) * 0.4 + number as f64).cos() * 0.5);
        Signal::physical(lead.clone(), 100.0, (0..1000).map(value).collect(), Unit::Millivolt)
    };
    let signals = Lead::TWELVE.iter().enumerate().map(|(number, lead)| signal(lead, number)).collect();
    Recording { signals, ..Recording::default() }
}

#[test]
fn gradient_times_input_has_a_line_a_lead_and_none_where_a_lead_holds_nothing() {
    let (card, bytes) = model(Architecture::RESNET1D_WANG);
    let classifier = Classifier::load(card, &bytes, Backend::Plan).unwrap();
    let map = |label: &str| wait(classifier.explain_by(&recording(), label, Method::GradientTimesInput));
    let found = map("L1").unwrap();
    assert_eq!((found.kind, found.label.as_deref()), (ExplanationKind::GradientTimesInput, Some("L1")));
    assert_eq!((found.leads.len(), found.columns(), found.rate), (12, 1000, 100.0));
    assert!(found.range.0 < 0.0 && found.range.1 > 0.0, "{:?}", found.range);
    let (low, high) = found.range;
    let raw = |value: f32| low + value * (high - low);
    assert!(found.values[7000..8000].iter().all(|value| raw(*value).abs() < 1e-4 * high), "lead V2");
    assert!(found.values[..1000].iter().any(|value| raw(*value) > 0.01 * high), "lead I");
    assert_ne!(map("L2").unwrap().values, found.values);
    assert!(matches!(map("X"), Err(Error::UnknownLabel { .. })));
}

#[test]
fn grad_cam_has_leads_of_their_own_where_the_network_keeps_them_apart() {
    for (architecture, apart) in [(Architecture::RESNET1D_WANG_LDM, false), (Architecture::IMLE_NET, true)] {
        let (card, bytes) = model(architecture);
        let classifier = Classifier::load(card, &bytes, Backend::Plan).unwrap();
        let found = wait(classifier.explain_by(&recording(), "L0", Method::GradCam)).unwrap();
        assert_eq!((found.kind, found.columns()), (ExplanationKind::GradCam, 1000));
        assert!(found.range.0 >= 0.0);
        assert_eq!(found.values[..1000] != found.values[5000..6000], apart, "{architecture}");
        assert_eq!(found.meaning.contains("the same for every lead"), !apart, "{architecture}");
    }
}

#[test]
fn the_networks_own_way_is_the_one_that_it_had() {
    let (card, bytes) = model(Architecture::RESNET1D_WANG);
    let classifier = Classifier::load(card, &bytes, Backend::Plan).unwrap();
    let own = wait(classifier.explain_by(&recording(), "L0", Method::Own)).unwrap();
    assert_eq!(own, wait(classifier.explain(&recording(), "L0")).unwrap());
    let (card, bytes) = model(Architecture::IMLE_NET);
    let classifier = Classifier::load(card, &bytes, Backend::Plan).unwrap();
    let own = wait(classifier.explain_by(&recording(), "L0", Method::Own)).unwrap();
    assert_eq!(own, wait(classifier.classify(&recording())).unwrap().explanations[0]);
}

#[test]
fn a_map_can_be_stopped_between_windows_and_says_that_its_kind_failed() {
    let (mut card, bytes) = model(Architecture::RESNET1D_WANG);
    card.explanations = vec![CheckedMap {
        kind: ExplanationKind::GradCam,
        randomisation: vec![0.9; 3],
        deletion: classify::Area::default(),
        insertion: classify::Area::default(),
        pointing: Vec::new(),
        passes: false,
        note: "it hardly changes".into(),
        data: String::new(),
    }];
    let classifier = Classifier::load(card, &bytes, Backend::Plan).unwrap();
    let mut seen = Vec::new();
    let stopping = async |done, total| {
        seen.push((done, total));
        done < 2
    };
    let recording = recording();
    let map = classifier.explain_by_watched(&recording, "L0", Method::GradCam, &Plain, stopping);
    assert!(matches!(wait(map), Err(Error::Cancelled)));
    assert_eq!(seen, [(0, 7), (1, 7), (2, 7)]);
    let meaning = |method| wait(classifier.explain_by(&recording, "L0", method)).unwrap().meaning;
    assert!(meaning(Method::GradCam).ends_with("This map failed the check: it hardly changes."));
    assert!(!meaning(Method::Own).contains("failed"));
}
