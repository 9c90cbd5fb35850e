//! Every recipe runs from the command to a model folder (or to pre-trained weights) on some 200 recordings.

use std::path::Path;
use std::process::{Command, Output};

/// Simulated recordings of each of 18 conditions.
const EACH: &str = "12";

fn run(folder: &Path, model: &str, more: &[&str]) {
    let output = command(folder, model, more);
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{model}: {message}");
}

fn command(folder: &Path, model: &str, more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_train-native"))
        .args(["train", "--simulated", EACH, "--epochs", "1", "--batch", "32", "--device", "cpu", "--model", model])
        .args(more)
        .arg("--run")
        .arg(folder.join("runs").join(model))
        .arg("--out")
        .arg(folder.join(model))
        .output()
        .unwrap()
}

/// Trains each network for an epoch; what comes out is a whole model.
fn models(names: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    for model in names {
        run(folder.path(), model, &[]);
        let card = std::fs::read(folder.path().join(model).join("card.json")).unwrap();
        let card = classify::Card::parse(&card).unwrap();
        let weights = std::fs::read(folder.path().join(model).join(&card.weights.file)).unwrap();
        let backend = classify::Backend::Plan;
        let classifier = classify::Classifier::load(card, &weights, backend).unwrap();
        let apart = classify::wait(classifier.self_test()).unwrap().unwrap();
        assert!(apart < 1e-3, "{model}: its answer to the known input is off by {apart}");
    }
}

#[test]
fn the_benchmarks_recipes_run() {
    models(&["fcn_wang", "fcn_wang+ldm", "lstm", "wrn1d_22"]);
}

#[test]
fn recipes_of_imle_net_and_its_compared_networks_run() {
    models(&["mousavi", "resnet101-narrow"]);
}

#[test]
fn the_inceptionformers_and_eknets_recipes_run() {
    models(&["inceptionformer-tiny", "page-fcn_wang"]);
}

#[test]
fn recipes_of_the_surveyed_papers_run() {
    models(&[
        "mvms-student",
        "mvkt-18-student",
        "se-ecgnet-12",
        "mina",
        "s4-64",
        "clocs",
        "mamil-signal",
        "fusing-transformer",
        "multi-module",
        "dual-path-10s",
        "token-selection-reduced",
    ]);
}

#[test]
fn the_recipe_of_eknets_first_stage_runs_at_full_size() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), "eknet-r-stage1", &[]);
    assert!(folder.path().join("runs/eknet-r-stage1/pre-trained.safetensors").exists());
}

#[test]
fn a_network_begins_with_the_weights_that_its_pre_training_left() {
    let folder = tempfile::tempdir().unwrap();
    for (pre_training, network) in [
        ("clocs-time", "clocs"),
        ("st-mem-narrow-masked", "st-mem-narrow"),
        ("cpc-contrast-128", "cpc-128"),
        ("ecg-cpc-contrast-128", "ecg-cpc-128"),
    ] {
        run(folder.path(), pre_training, &[]);
        assert!(!folder.path().join(pre_training).exists(), "pre-training gives no model");
        let start = folder.path().join("runs").join(pre_training);
        assert!(start.join("pre-trained.safetensors").exists());
        run(folder.path(), network, &["--start", start.to_str().unwrap()]);
        assert!(folder.path().join(network).join("card.json").exists());
    }
}

#[test]
fn a_student_of_one_lead_learns_from_a_teacher_of_twelve_by_each_way() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), "dsail-teacher", &[]);
    let teacher = folder.path().join("dsail-teacher");
    let teacher = teacher.to_str().unwrap();
    run(folder.path(), "dsail-student", &["--teacher", teacher, "--distillation", "stages", "--lead", "I"]);
    let card = std::fs::read_to_string(folder.path().join("dsail-student/card.json")).unwrap();
    assert!(card.contains("--teacher dsail-teacher --distillation stages"), "{card}");
    run(folder.path(), "mvms-student", &["--teacher", teacher]);
    let refused = command(folder.path(), "mvkt-18-student", &["--teacher", teacher, "--distillation", "stages"]);
    let message = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success() && message.contains("which the student's network does not give"), "{message}");
    run(folder.path(), "mvkt-18-teacher", &[]);
    let teacher = folder.path().join("mvkt-18-teacher");
    let teacher = ["--teacher", teacher.to_str().unwrap(), "--distillation", "contrast", "--lead", "I"];
    run(folder.path(), "mvkt-18-student-contrast", &teacher);
}
