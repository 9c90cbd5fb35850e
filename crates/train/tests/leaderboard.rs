//! Model folders measured side by side: each as if it were alone, and what cannot be measured with the reason.

use std::path::Path;

use burn::tensor::Device;
use classify::{Card, Precision, weights};
use nets::Architecture;
use train::dataset::Dataset;
use train::leaderboard::{Leaderboard, Measure, Recordings, as_text, measure};
use train::metrics::Bootstrap;
use train::simulated::simulated;
use train::tasks::Task;
use train::{evaluate, folder, folds};

const FOLD: u8 = 9;

/// A network with drawn weights as a model folder.
fn write_model(folder: &Path, architecture: Architecture, data: &Dataset, (mean, std): (f64, f64), task: &str) {
    let labels: Vec<serde_json::Value> = data
        .labels
        .iter()
        .map(|label| serde_json::json!({"code": label.code, "name": label.name, "threshold": 0.5}))
        .collect();
    let graph = architecture.graph(labels.len()).unwrap();
    let bytes = weights::encode(&graph.drawn(7), Precision::Half).unwrap();
    let name = folder.file_name().unwrap().to_str().unwrap();
    let card = serde_json::json!({
        "name": name, "title": name, "architecture": architecture, "labels": labels, "task": task,
        "input": {"rate": 100.0, "samples": architecture.input().samples, "leads": ecg::Lead::TWELVE.to_vec(),
                  "mean": mean, "std": std},
        "weights": weights::describe("weights.safetensors", &bytes, Precision::Half),
    });
    let card = Card::parse(card.to_string().as_bytes()).unwrap();
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join("card.json"), card.to_json().unwrap()).unwrap();
    std::fs::write(folder.join("weights.safetensors"), bytes).unwrap();
}

/// The same simulated recordings for every model of them.
struct Simulated(Dataset);

impl Recordings for Simulated {
    fn of(&mut self, _: &Card, task: Task) -> Result<Dataset, String> {
        if task == Task::Simulated { Ok(self.0.clone()) } else { Err(format!("of other data: {}", task.name())) }
    }
}

fn board(models: &Path, data: &Dataset) -> Leaderboard {
    let interval = Bootstrap { draws: 20, ..Bootstrap::default() };
    let how = Measure { fold: FOLD, interval: &interval, device: &Device::flex() };
    measure(models, &how, &mut Simulated(data.clone()), &mut |_| ()).unwrap()
}

#[test]
fn two_models_are_measured_each_as_if_it_were_alone_and_others_listed_with_the_reason() {
    let data = folds::only(&simulated(10, 11, |_| ()).unwrap(), &[FOLD]);
    let models = tempfile::tempdir().unwrap();
    let folder_of = |name: &str| models.path().join(name);
    write_model(&folder_of("one"), Architecture::RESNET1D_WANG, &data, (0.0, 0.25), "simulated");
    // Other numbers of mean and deviation: recordings that the first model prepared would not do.
    write_model(&folder_of("two"), "fcn_wang".parse().unwrap(), &data, (0.1, 1.5), "simulated");
    write_model(&folder_of("others"), Architecture::RESNET1D_WANG, &data, (0.0, 0.25), "rhythm");
    write_model(&folder_of("unknown"), Architecture::RESNET1D_WANG, &data, (0.0, 0.25), "beats");
    let fewer = Dataset { labels: data.labels[1..].to_vec(), ..data.clone() };
    write_model(&folder_of("labels"), Architecture::RESNET1D_WANG, &fewer, (0.0, 0.25), "simulated");
    write_model(&folder_of("damaged"), Architecture::RESNET1D_WANG, &data, (0.0, 0.25), "simulated");
    std::fs::write(folder_of("damaged").join("weights.safetensors"), b"cut").unwrap();
    std::fs::create_dir(folder_of("empty")).unwrap();

    let board = board(models.path(), &data);
    let names: Vec<&str> = board.models.iter().map(|row| row.model.as_str()).collect();
    assert_eq!(names.len(), 2, "{board:?}");
    let area = |number: usize| board.models[number].macro_auc.unwrap().value;
    assert!(area(0) >= area(1), "the better one first");
    for row in &board.models {
        assert_eq!((row.records, row.labels.1), (data.examples.len(), data.labels.len()));
        let mut alone = data.clone();
        let card = folder::card(&folder_of(&row.model)).unwrap();
        evaluate::fit_to_card(&mut alone, &card).unwrap();
        let network = folder::network(&folder_of(&row.model), &card, &Device::flex()).unwrap();
        let answers = evaluate::answers(&network, &alone, FOLD, |_| ()).unwrap();
        let how = Bootstrap { draws: 20, ..Bootstrap::default() };
        let figures = evaluate::report(&card, &answers, train::recipes::Aggregate::of(&card), &how).unwrap();
        assert_eq!(row.macro_auc, figures.macro_auc, "{}", row.model);
        assert_eq!(row.calibration_error, figures.calibration.macro_error, "{}", row.model);
    }
    let reason = |name: &str| {
        let found = board.left_out.iter().find(|left| left.model == name);
        found.map(|left| left.reason.as_str()).unwrap_or_default()
    };
    assert_eq!(board.left_out.len(), 4, "a folder without a card is no model: {:?}", board.left_out);
    assert!(reason("others").contains("rhythm") && reason("unknown").contains("beats"), "{:?}", board.left_out);
    assert!(reason("labels").contains("expected") && reason("damaged").contains("weights"), "{:?}", board.left_out);
    let text = as_text(&board);
    assert!(text.contains("Not measured:\ndamaged: "), "{text}");
}

#[test]
fn a_folder_without_models_is_an_error() {
    let models = tempfile::tempdir().unwrap();
    let interval = Bootstrap::default();
    let how = Measure { fold: FOLD, interval: &interval, device: &Device::flex() };
    let data = simulated(1, 1, |_| ()).unwrap();
    let error = measure(models.path(), &how, &mut Simulated(data), &mut |_| ()).unwrap_err().to_string();
    assert!(error.contains("found no model"), "{error}");
}
