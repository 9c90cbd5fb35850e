//! The commands one after another, as they are typed: train a little, then report, operating points, leaderboard.

use std::path::Path;
use std::process::Command;

/// Runs `train-native` and returns what it printed.
#[track_caller]
fn typed(arguments: &[&str], folder: &Path) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_train-native")).args(arguments).current_dir(folder).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_short_run_leaves_a_report_and_its_model_can_be_reported_and_ranked() {
    let folder = tempfile::tempdir().unwrap();
    let train = ["train", "--recipe", "demo", "--simulated", "10", "--epochs", "2", "--batch", "24", "--device", "cpu"];
    typed(&[&train[..], &["--run", "run", "--out", "models/small"]].concat(), folder.path());
    let own = std::fs::read_to_string(folder.path().join("run/report.html")).unwrap();
    assert!(own.contains("Loss by epoch") && own.contains("ROC curve of") && own.contains("Confusion matrix"));
    assert!(!own.contains("http:") && !own.contains("https:"));

    let report = ["report", "--model", "models/small", "--run", "run", "--out", "again.html", "--device", "cpu"];
    assert_eq!(typed(&report, folder.path()).trim(), "again.html");
    let again = std::fs::read_to_string(folder.path().join("again.html")).unwrap();
    assert!(again.contains("Loss by epoch") && again.contains("180 of fold 9"), "other recordings, the same curve");

    let evaluate = [
        "evaluate",
        "--model",
        "models/small",
        "--fold",
        "10",
        "--sensitivity",
        "0.9",
        "--draws",
        "20",
        "--device",
        "cpu",
    ];
    let text = typed(&evaluate, folder.path());
    assert!(text.contains("thresholds chosen on fold 9 for sensitivity 0.9, measured on fold 10"), "{text}");
    let json = typed(&[&evaluate[..], &["--specificity", "0.95", "--json"]].concat(), folder.path());
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    let points = value["operating_points"].as_array().unwrap();
    assert_eq!((points.len(), points[0]["chosen_on_fold"].as_u64()), (2, Some(9)));
    for label in points[0]["labels"].as_array().unwrap() {
        assert!(label["chosen"]["sensitivity"]["value"].as_f64().unwrap() >= 0.9, "{label}");
        assert!(label["measured"]["confusion"]["true_positive"].is_u64(), "{label}");
    }
    let refused = Command::new(env!("CARGO_BIN_EXE_train-native"))
        .args(["evaluate", "--model", "models/small", "--sensitivity", "90"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&refused.stderr).contains("such as 0.9"));

    let board = typed(&["leaderboard", "--draws", "20", "--device", "cpu"], folder.path());
    assert!(board.lines().any(|line| line.starts_with("small") && line.contains("simulated")), "{board}");
    let json = typed(&["leaderboard", "--draws", "20", "--json", "--device", "cpu"], folder.path());
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&value["models"][0]["model"], &value["models"][0]["records"]), (&"small".into(), &180.into()));
}
