use std::cell::{Cell, RefCell};

use burn::tensor::Device;
use classify::{
    Aggregate, Calibration, Input, KNOWN_RECORD, KnownAnswer, Label, Precision, Shorter, WeightsFile, Window, wait,
    weights,
};
use ecg::{ExplanationKind, Lead};
use nets::Architecture;
use signal::simulate::{Condition, simulate};

use super::*;
use crate::protocol::{FileRef, Hints};

/// A port that keeps what was said and cancels when a stage is reached.
#[derive(Default)]
struct Heard {
    replies: RefCell<Vec<(Reply, Vec<Buffer>)>>,
    cancel_at: Option<(&'static str, f64)>,
    cancelled: Cell<bool>,
    broken: Option<String>,
    /// Each look at the clock takes 20 ms.
    looks: Cell<u32>,
}

impl Port for Heard {
    fn send(&self, reply: Reply, buffers: Vec<Buffer>) {
        if let (Reply::Progress { stage, done, .. }, Some((at, number))) = (&reply, self.cancel_at)
            && stage.contains(at)
            && *done >= number
        {
            self.cancelled.set(true);
        }
        self.replies.borrow_mut().push((reply, buffers));
    }

    async fn breathe(&self) {}

    fn cancelled(&self) -> bool {
        self.cancelled.get()
    }

    fn now(&self) -> f64 {
        self.looks.set(self.looks.get() + 1);
        20.0 * f64::from(self.looks.get())
    }

    fn broken(&self) -> Option<String> {
        self.broken.clone()
    }
}

impl Heard {
    fn cancelling(stage: &'static str, done: f64) -> Heard {
        Heard { cancel_at: Some((stage, done)), ..Heard::default() }
    }

    /// The one reply that is no progress.
    fn answer(&self) -> (Reply, Vec<Buffer>) {
        let replies = self.replies.borrow();
        let answers: Vec<_> = replies.iter().filter(|(reply, _)| !matches!(reply, Reply::Progress { .. })).collect();
        assert_eq!(answers.len(), 1, "each request is answered once: {answers:?}");
        answers[0].clone()
    }

    fn failure(&self) -> (String, bool) {
        match self.answer().0 {
            Reply::Failed { message, cancelled, .. } => (message, cancelled),
            other => panic!("expected a failure, found {other:?}"),
        }
    }
}

/// A model with drawn weights, as its two files; the known answer is off by `error`.
fn model(error: f32) -> Vec<Vec<u8>> {
    let labels: Vec<Label> = ["NORM", "MI"]
        .iter()
        .map(|code| Label { code: (*code).into(), name: format!("{code} in full"), threshold: 0.5, ..Label::default() })
        .collect();
    let tensors = Architecture::RESNET1D_WANG.graph(labels.len()).unwrap().drawn(3);
    let bytes = weights::encode(&tensors, Precision::Half).unwrap();
    let mut card = Card {
        name: "small".into(),
        title: "Small".into(),
        architecture: Architecture::RESNET1D_WANG,
        labels,
        input: Input {
            rate: 100.0,
            samples: 250,
            leads: Lead::TWELVE.to_vec(),
            mean: 0.0,
            std: 0.23,
            shorter: Shorter::Refuse,
            ..Input::default()
        },
        window: Window { stride: 125, span: 10.0, aggregate: Aggregate::Mean },
        calibration: Calibration::default(),
        weights: weights::describe("weights.safetensors", &bytes, Precision::Half),
        exclusive: false,
        task: String::new(),
        recipe: String::new(),
        command: String::new(),
        seed: 3,
        commit: String::new(),
        data: serde_json::Value::Null,
        metrics: serde_json::Value::Null,
        explanations: Vec::new(),
        parameters: 0,
        multiply_adds: 0,
        licence: String::new(),
        known_answer: None,
        other: serde_json::Map::new(),
    };
    let classifier = Classifier::load(card.clone(), &bytes, Backend::Burn(device)).unwrap();
    let mut probabilities = wait(classifier.known_answer()).unwrap().probabilities;
    probabilities[1] += error;
    card.known_answer = Some(KnownAnswer { record: KNOWN_RECORD.into(), probabilities });
    vec![card.to_json().unwrap().into_bytes(), bytes]
}

fn session(kind: EngineKind) -> Session {
    // Natively the GPU's part is played by Burn on the CPU.
    let backend = match kind {
        EngineKind::Cpu => Backend::Plan,
        EngineKind::Gpu => Backend::Burn(Device::flex()),
    };
    Session::new(kind, backend)
}

fn load(session: &mut Session, files: Vec<Vec<u8>>, port: &Heard) {
    let request = Request::LoadModel { job: 1, model: "small".into(), card: 0, weights: 1 };
    wait(session.handle(request, files, port));
}

fn loaded() -> Session {
    let mut session = session(EngineKind::Cpu);
    let port = Heard::default();
    load(&mut session, model(0.0), &port);
    assert!(matches!(port.answer().0, Reply::ModelReady { difference, .. } if difference <= AGREEMENT));
    session
}

/// A simulated recording as the page would send it back.
fn traces() -> (Vec<Trace>, Vec<Vec<u8>>) {
    let recording = simulate(&Condition::ALL[0].parameters(1), 1).recording;
    let mut buffers = Vec::new();
    let opened = open::split(recording, &mut buffers);
    (opened.traces, buffers.iter().map(Buffer::bytes).collect())
}

fn classify(session: &mut Session, port: &Heard) {
    let (traces, buffers) = traces();
    wait(session.handle(Request::Classify { job: 7, model: "small".into(), traces }, buffers, port));
}

#[test]
fn files_come_back_as_descriptions_and_buffers_of_samples() {
    let csv = b"time,I,II\n0,0.1,0.3\n0.01,0.2,0.4\n0.02,0.1,0.5\n".to_vec();
    let request = Request::Open {
        job: 4,
        files: vec![FileRef { name: "a.csv".into(), buffer: 0 }],
        hints: Hints { rate: None, unit: Some("mV".into()) },
    };
    let port = Heard::default();
    wait(session(EngineKind::Cpu).handle(request, vec![csv], &port));
    let (reply, buffers) = port.answer();
    let Reply::Opened { job: 4, recordings, failures } = reply else { panic!("found {reply:?}") };
    assert!(failures.is_empty(), "{failures:?}");
    assert_eq!(recordings[0].traces.len(), 2);
    assert_eq!(buffers[recordings[0].traces[1].buffer], Buffer::Millivolts(vec![0.3, 0.4, 0.5]));
}

#[test]
fn a_simulated_recording_is_classified_with_a_map_of_the_strongest_label() {
    let mut session = loaded();
    let port = Heard::default();
    classify(&mut session, &port);
    let Reply::Classified { job: 7, findings, milliseconds, network: Some(network) } = port.answer().0 else {
        panic!("{:?}", port.answer())
    };
    assert_eq!(findings.findings.iter().map(|finding| finding.code.as_str()).collect::<Vec<_>>(), ["NORM", "MI"]);
    assert!(findings.findings.iter().all(|finding| (0.0..=1.0).contains(&finding.probability)));
    assert_eq!(findings.explanations[0].kind, ExplanationKind::ClassActivation);
    assert_eq!(findings.explanations[0].columns(), 1000);
    assert!(0.0 < network && network < milliseconds, "{network} of {milliseconds} ms");
}

#[test]
fn the_map_of_a_label_that_was_asked_for_is_that_labels() {
    let mut session = loaded();
    let ask = |label: &str| {
        let (traces, buffers) = traces();
        (
            Request::Explain {
                job: 9,
                model: "small".into(),
                traces,
                label: label.into(),
                method: ExplanationMethod::Own,
            },
            buffers,
        )
    };
    let port = Heard::default();
    let (request, buffers) = ask("MI");
    wait(session.handle(request, buffers, &port));
    let Reply::Explained { explanation, .. } = port.answer().0 else { panic!("{:?}", port.answer()) };
    assert_eq!(explanation.label.as_deref(), Some("MI"));
    for (method, kind) in [
        (ExplanationMethod::GradientTimesInput, ExplanationKind::GradientTimesInput),
        (ExplanationMethod::GradCam, ExplanationKind::GradCam),
    ] {
        let port = Heard::default();
        let (traces, buffers) = traces();
        let request = Request::Explain { job: 10, model: "small".into(), traces, label: "NORM".into(), method };
        wait(session.handle(request, buffers, &port));
        let Reply::Explained { explanation, .. } = port.answer().0 else { panic!("{:?}", port.answer()) };
        assert_eq!((explanation.kind, explanation.label.as_deref()), (kind, Some("NORM")));
    }
    let port = Heard::default();
    let (request, buffers) = ask("AFIB");
    wait(session.handle(request, buffers, &port));
    assert!(port.failure().0.contains("AFIB"), "{:?}", port.failure());
}

#[test]
fn work_that_is_cancelled_is_answered_as_cancelled_and_the_session_goes_on() {
    let mut session = loaded();
    let port = Heard::cancelling("classifying", 0.0);
    classify(&mut session, &port);
    assert_eq!(port.failure(), ("cancelled".to_owned(), true));
    let port = Heard::cancelling("reading", 0.0);
    let request = Request::Open { job: 2, files: Vec::new(), hints: Hints::default() };
    wait(session.handle(request, Vec::new(), &port));
    assert!(port.failure().1);
    let port = Heard::default();
    classify(&mut session, &port);
    assert!(matches!(port.answer().0, Reply::Classified { .. }));
}

#[test]
fn a_gpu_whose_answer_differs_from_the_known_one_is_not_used() {
    let mut session = session(EngineKind::Gpu);
    let port = Heard::default();
    load(&mut session, model(0.01), &port);
    assert!(port.failure().0.starts_with("this GPU computes small wrongly: its answer differs by 0.0100"));
    let port = Heard::default();
    classify(&mut session, &port);
    assert!(port.failure().0.contains("is not loaded"));
}

#[test]
fn a_gpu_is_not_used_on_trust() {
    let mut files = model(0.0);
    let mut card = Card::parse(&files[0]).unwrap();
    card.known_answer = None;
    files[0] = card.to_json().unwrap().into_bytes();
    let port = Heard::default();
    load(&mut session(EngineKind::Gpu), files, &port);
    assert!(port.failure().0.contains("no known answer"));
}

#[test]
fn an_error_that_the_gpu_only_logged_takes_its_answer_away() {
    let mut session = loaded();
    let port = Heard { broken: Some("shader did not compile".into()), ..Heard::default() };
    classify(&mut session, &port);
    assert_eq!(port.failure(), ("the GPU engine is broken: shader did not compile".to_owned(), false));
}

#[test]
fn damaged_files_of_a_model_are_refused_in_words() {
    let mut session = session(EngineKind::Cpu);
    let mut files = model(0.0);
    let end = files[1].len() - 1;
    files[1][end] ^= 1;
    let port = Heard::default();
    load(&mut session, files, &port);
    assert!(port.failure().0.contains("SHA-256"), "{:?}", port.failure());
    let port = Heard::default();
    load(&mut session, vec![b"{}".to_vec(), Vec::new()], &port);
    assert!(port.failure().0.starts_with("model card: "), "{:?}", port.failure());
    let port = Heard::default();
    load(&mut session, Vec::new(), &port);
    assert!(port.failure().0.contains("did not arrive"));
}

#[test]
fn every_message_survives_serde() {
    let (traces, _) = traces();
    let requests = [
        Request::Classify { job: 1, model: "m".into(), traces },
        Request::Cancel { job: 2 },
        Request::LoadModel { job: 3, model: "m".into(), card: 0, weights: 1 },
    ];
    for request in requests {
        let json = serde_json::to_string(&request).unwrap();
        assert_eq!(serde_json::from_str::<Request>(&json).unwrap(), request);
    }
}

#[test]
fn weights_of_an_entry_without_a_digest_are_taken() {
    let mut files = model(0.0);
    let mut card = Card::parse(&files[0]).unwrap();
    card.weights = WeightsFile::default();
    files[0] = card.to_json().unwrap().into_bytes();
    let port = Heard::default();
    load(&mut session(EngineKind::Cpu), files, &port);
    assert!(matches!(port.answer().0, Reply::ModelReady { .. }));
}
