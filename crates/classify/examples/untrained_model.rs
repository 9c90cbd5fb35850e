//! Writes a model with drawn weights, to measure and test engines by; it knows nothing of hearts.
//!
//! `cargo run -p classify --example untrained_model -- resnet1d_wang 5 FOLDER`

use std::{env, error, fs, path::Path};

use burn::tensor::Device;
use classify::{Backend, Calibration, Card, Classifier, Input, Label, Precision, Shorter, Window, wait, weights};
use ecg::Lead;
use nets::Architecture;

fn main() -> Result<(), Box<dyn error::Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [architecture, classes, folder] = &arguments[..] else {
        return Err("expected an architecture, a number of labels and a folder".into());
    };
    let (architecture, classes): (Architecture, usize) = (architecture.parse()?, classes.parse()?);
    let folder = Path::new(folder);
    let graph = architecture.graph(classes)?;
    let bytes = weights::encode(&graph.drawn(1), Precision::Half)?;
    let samples = architecture.input().samples;
    let label = |number: usize| Label {
        code: format!("L{number}"),
        name: format!("Label {number}"),
        group: "Drawn".into(),
        threshold: 0.5,
    };
    let mut card = Card {
        name: folder.file_name().and_then(|name| name.to_str()).unwrap_or("untrained").to_owned(),
        title: format!("{architecture}, not trained"),
        architecture,
        labels: (0..classes).map(label).collect(),
        input: Input {
            rate: architecture.input().rate,
            samples,
            leads: Lead::TWELVE.to_vec(),
            mean: 0.0,
            std: 0.23,
            shorter: Shorter::Refuse,
            ..Input::default()
        },
        window: Window { stride: if samples < 1000 { samples / 2 } else { 0 }, ..Window::default() },
        calibration: Calibration::default(),
        weights: weights::describe("weights.safetensors", &bytes, Precision::Half),
        exclusive: false,
        task: "none".into(),
        recipe: "none: drawn".into(),
        command: String::new(),
        seed: 1,
        commit: String::new(),
        data: serde_json::Value::Null,
        metrics: serde_json::Value::Null,
        parameters: graph.parameters() as u64,
        multiply_adds: graph.multiply_adds(),
        licence: "CC0".into(),
        known_answer: None,
        other: serde_json::Map::new(),
    };
    let classifier = Classifier::load(card.clone(), &bytes, Backend::Burn(Device::flex()))?;
    card.known_answer = Some(wait(classifier.known_answer())?);
    fs::create_dir_all(folder)?;
    fs::write(folder.join("weights.safetensors"), &bytes)?;
    fs::write(folder.join("card.json"), card.to_json()?)?;
    Ok(())
}
