//! Networks trained, measured and ranked by the tasks beside PTB-XL's, as it is typed; a model of PTB-XL on another source.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod roots;

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use classify::{Card, Precision, weights};
use nets::Architecture;
use signal::simulate::Condition;

fn run(arguments: &[&str], folder: &Path) -> Result<String, String> {
    let output = Command::new(env!("CARGO_BIN_EXE_train-native")).args(arguments).current_dir(folder).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
}

#[track_caller]
fn typed(arguments: &[&str], folder: &Path) -> String {
    run(arguments, folder).unwrap_or_else(|errors| panic!("{arguments:?}: {errors}"))
}

/// Two conditions in turn, sixty recordings.
fn recordings() -> impl Iterator<Item = (usize, bool, ecg::Recording)> {
    (0..60).map(|number| {
        let fast = number % 2 == 0;
        let condition = if fast { Condition::AtrialFibrillation } else { Condition::SinusBradycardia };
        (number, fast, roots::recording(condition, number as u64))
    })
}

fn cpsc2018(root: &Path) {
    let mut table = "Recording,First_label,Second_label,Third_label\n".to_owned();
    for (number, fast, recording) in recordings() {
        let sex = if number % 3 == 0 { "Male" } else { "Female" };
        let name = format!("A{:04}", number + 1);
        std::fs::write(root.join(format!("{name}.mat")), roots::cpsc2018(&roots::twelve(&recording), sex, 60.0))
            .unwrap();
        let _ = writeln!(table, "{name},{},,", if fast { 2 } else { 1 });
    }
    std::fs::write(root.join("REFERENCE.csv"), table).unwrap();
}

fn chapman(root: &Path) {
    let mut table = "FileName,Rhythm,Beat,PatientAge,Gender\n".to_owned();
    std::fs::create_dir(root.join("ECGData")).unwrap();
    for (number, fast, recording) in recordings() {
        let text = roots::chapman(&roots::twelve(&recording), true);
        std::fs::write(root.join(format!("ECGData/MUSE_{number}.csv")), text).unwrap();
        let sex = if number % 3 == 0 { "MALE" } else { "FEMALE" };
        let _ = writeln!(table, "MUSE_{number},{},NONE,60,{sex}", if fast { "AF" } else { "SB" });
    }
    std::fs::write(root.join("Diagnostics.csv"), table).unwrap();
}

fn cinc2021(root: &Path) {
    for (number, fast, recording) in recordings() {
        let codes = if fast { "164889003" } else { "426177001" };
        roots::write_challenge(&root.join("g1"), &format!("E{number:05}"), &recording, codes, "Male");
    }
}

#[test]
fn a_network_is_trained_measured_and_ranked_by_each_new_task() {
    for (task, labels, fill, softmax) in [
        ("cpsc2018", 9, cpsc2018 as fn(&Path), false),
        ("chapman", 4, chapman, true),
        ("cinc2021", 26, cinc2021, false),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("data");
        std::fs::create_dir(&root).unwrap();
        fill(&root);
        let line =
            format!("--task {task} --model fcn_wang --recipe demo --epochs 2 --batch 12 --device cpu --run run\n");
        std::fs::write(folder.path().join("queue.txt"), line).unwrap();
        let queue = ["queue", "queue.txt", "--data", "data"];
        let text = typed(&queue, folder.path());
        assert!(text.contains("fold 9"), "{text}");
        let again = typed(&[&queue[..], &["--dry-run"]].concat(), folder.path());
        assert!(again.starts_with("done"), "{again}");
        let name = format!("models/fcn_wang-{task}");
        let card = std::fs::read(folder.path().join(&name).join("card.json")).unwrap();
        let card = Card::parse(&card).unwrap();
        assert_eq!((card.labels.len(), card.task.as_str(), card.exclusive), (labels, task, softmax));
        assert!(
            card.licence.starts_with("CC BY 4.0; trained on") && !card.licence.contains("PTB-XL"),
            "{}",
            card.licence
        );
        let evaluate =
            ["evaluate", "--model", &name, "--data", "data", "--fold", "10", "--draws", "20", "--device", "cpu"];
        let json = typed(&[&evaluate[..], &["--json", "--predictions", "answers.csv"]].concat(), folder.path());
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        let records = value["report"]["records"].as_u64().unwrap();
        assert!((5..=7).contains(&records), "{records}");
        let answers = std::fs::read_to_string(folder.path().join("answers.csv")).unwrap();
        assert!(answers.starts_with("record,") && answers.lines().count() as u64 == records + 1, "{answers}");
        let board = typed(
            &["leaderboard", "--task", task, "--data", "data", "--draws", "20", "--device", "cpu"],
            folder.path(),
        );
        assert!(board.lines().any(|line| line.starts_with(&format!("fcn_wang-{task}"))), "{board}");
        let other = typed(&["leaderboard", "--task", "all", "--data", "data", "--device", "cpu"], folder.path());
        assert!(other.contains(&format!("of task {task}, not of all")), "{other}");
        let unseen = ["evaluate", "--model", &name, "--data", "data", "--unseen", "cinc2021", "--device", "cpu"];
        let errors = run(&unseen, folder.path()).unwrap_err();
        assert!(errors.contains("is not one of PTB-XL's"), "{errors}");
    }
}

/// A model of superclasses with drawn weights.
fn superclasses(folder: &Path) {
    let codes = ["CD", "HYP", "MI", "NORM", "STTC"];
    let labels: Vec<serde_json::Value> =
        codes.iter().map(|code| serde_json::json!({"code": code, "name": code, "threshold": 0.5})).collect();
    let architecture = Architecture::RESNET1D_WANG;
    let graph = architecture.graph(labels.len()).unwrap();
    let bytes = weights::encode(&graph.drawn(7), Precision::Half).unwrap();
    let card = serde_json::json!({
        "name": "drawn", "title": "drawn", "architecture": architecture, "labels": labels, "task": "superclass",
        "input": {"rate": 100.0, "samples": architecture.input().samples, "leads": ecg::Lead::TWELVE.to_vec(),
                  "mean": 0.0, "std": 0.25},
        "weights": weights::describe("weights.safetensors", &bytes, Precision::Half),
    });
    let card = Card::parse(card.to_string().as_bytes()).unwrap();
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join("card.json"), card.to_json().unwrap()).unwrap();
    std::fs::write(folder.join("weights.safetensors"), bytes).unwrap();
}

#[test]
fn a_model_of_ptb_xl_is_measured_on_another_source_where_the_labels_map() {
    let folder = tempfile::tempdir().unwrap();
    superclasses(&folder.path().join("drawn"));
    let root = folder.path().join("data/any/where");
    for (name, codes) in [
        ("E00001", "426783006"),
        ("E00002", "426783006,270492004"),
        ("E00003", "713426002,164873001"),
        ("JS00001", "164889003"),
        // PTB-XL's own record: the model may have been trained on it.
        ("HR00001", "164865005"),
    ] {
        roots::write_challenge(&root, name, &roots::recording(Condition::Normal, 1), codes, "Male");
    }
    let evaluate = ["evaluate", "--model", "drawn", "--data", "data", "--unseen", "cinc2021", "--device", "cpu"];
    let value: serde_json::Value =
        serde_json::from_str(&typed(&[&evaluate[..], &["--json"]].concat(), folder.path())).unwrap();
    let unseen = &value["unseen"];
    assert_eq!((unseen["recordings"].as_u64(), unseen["entries_in_means"].as_u64()), (Some(4), Some(3)));
    let positives: Vec<u64> =
        unseen["entries"].as_array().unwrap().iter().map(|entry| entry["positives"].as_u64().unwrap()).collect();
    // CD of two, HYP of one, no MI without HR00001, NORM where sinus rhythm is all that is stated, no STTC.
    assert_eq!(positives, [2, 1, 0, 1, 0]);
    assert_eq!(unseen["entries"][3]["codes"][0], "426783006 alone");
    let text = typed(&evaluate, folder.path());
    assert!(text.contains("left out of the means: MI, STTC") && text.contains("4 recordings are few"), "{text}");
    let both = run(&[&evaluate[..], &["--fold", "9"]].concat(), folder.path()).unwrap_err();
    assert!(both.contains("cannot be used with"), "{both}");

    // CODE-15's form.
    let code = folder.path().join("code");
    std::fs::create_dir(&code).unwrap();
    let labels = "idx,is_male,1dAVb,RBBB,LBBB,SB,ST,AF,normal_ecg\n0,True,True,False,False,False,False,False,False\n1,False,False,False,False,False,False,False,True\n";
    std::fs::write(code.join("labels.csv"), labels).unwrap();
    std::fs::write(code.join("meta.csv"), "idx,save_file,age,is_male\n0,a.mat,46,True\n1,b.mat,50,False\n").unwrap();
    let twelve = roots::twelve(&roots::recording(Condition::Normal, 1));
    let rate = roots::doubles("curr_sample_rate", &[vec![500.0]]);
    for name in ["a.mat", "b.mat"] {
        std::fs::write(code.join(name), roots::matlab_5(&[rate.clone(), roots::doubles("feats", &twelve)])).unwrap();
    }
    let evaluate = ["evaluate", "--model", "drawn", "--data", "code", "--unseen", "code15", "--device", "cpu"];
    let text = typed(&evaluate, folder.path());
    assert!(
        text.contains("2 recordings of CODE-15%")
            && text.contains("not mapped, since the source has no code for them: HYP MI STTC"),
        "{text}"
    );
    std::fs::write(code.join("b.mat"), roots::matlab_5(&[roots::doubles("feats", &twelve)])).unwrap();
    let errors = run(&evaluate, folder.path()).unwrap_err();
    assert!(errors.contains("b.mat") && errors.contains("no number curr_sample_rate"), "{errors}");
    std::fs::write(code.join("labels.csv"), labels.replace("False\n1", "perhaps\n1")).unwrap();
    let errors = run(&evaluate, folder.path()).unwrap_err();
    assert!(errors.contains("labels.csv, line 2, column normal_ecg: expected True or False"), "{errors}");
}
