//! The built program on real files: what it prints, writes and returns.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

fn einthoven(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_einthoven")).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn succeeded(output: &Output) -> String {
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../formats/tests/fixtures/wfdb")
}

fn fixture(name: &str) -> String {
    fixtures().join(name).to_str().unwrap().to_owned()
}

/// A model with weights from a seed: its numbers mean nothing, but they are always the same.
fn model(folder: &Path) -> String {
    let architecture = nets::Architecture::RESNET1D_WANG;
    let tensors = architecture.graph(2).unwrap().drawn(7);
    let weights = classify::weights::encode(&tensors, classify::Precision::Half).unwrap();
    let card = json!({
        "name": "seeded",
        "title": "Weights from a seed",
        "architecture": architecture.name(),
        "labels": [
            {"code": "LOW", "name": "Always shown", "threshold": 0.0},
            {"code": "HIGH", "name": "Never shown", "threshold": 1.0},
        ],
        "input": {"rate": 100.0, "samples": 250, "leads": ecg::Lead::TWELVE, "mean": 0.0, "std": 0.2},
        "window": {"stride": 125},
        "weights": {
            "file": "weights.safetensors",
            "sha256": classify::weights::sha256(&weights),
            "bytes": weights.len(),
            "dtype": "f16",
        },
    });
    let folder = folder.join("seeded");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("card.json"), card.to_string()).unwrap();
    fs::write(folder.join("weights.safetensors"), weights).unwrap();
    folder.to_str().unwrap().to_owned()
}

#[test]
fn help_shows_examples_of_every_command() {
    for command in ["inspect", "convert", "classify"] {
        let help = succeeded(&einthoven(&[command, "--help"]));
        assert!(help.contains("Examples:") && help.contains(&format!("einthoven {command}")), "{help}");
    }
    assert!(succeeded(&einthoven(&["--help"])).contains("Exit codes"));
}

#[test]
fn inspect_finds_the_signal_file_of_a_header_and_tells_of_every_lead() {
    let said = succeeded(&einthoven(&["inspect", &fixture("00008_lr.hea")]));
    assert!(said.contains("12 leads, 10.000 s") && said.contains("aVR       1000 samples at 100 Hz"), "{said}");
    // The signal file alone stands for the same record.
    assert_eq!(succeeded(&einthoven(&["inspect", &fixture("00008_lr.dat")])), said);
}

#[test]
fn inspect_searches_folders_and_gives_one_json_document() {
    let said = succeeded(&einthoven(&["inspect", "--json", fixtures().to_str().unwrap()]));
    let json: Value = serde_json::from_str(&said).unwrap();
    let recordings = json["recordings"].as_array().unwrap();
    assert_eq!((recordings.len(), json["failures"].as_array().unwrap().len()), (3, 0));
    assert_eq!(recordings[0]["leads"][3]["lead"], "aVR");
    assert_eq!(recordings[0]["leads"][3]["gain"], 1000.0);
    assert!(recordings[0]["patient"]["name"].is_null());
    let pattern = fixture("*.hea");
    let named: Value = serde_json::from_str(&succeeded(&einthoven(&["inspect", "--json", &pattern]))).unwrap();
    assert_eq!(named["recordings"], json["recordings"]);
    let passed_over = |json: &Value| json["passed_over"].as_array().unwrap().len();
    assert_eq!((passed_over(&named), passed_over(&json)), (0, 1), "the folder's ORIGIN.md");
}

#[test]
fn what_failed_is_named_and_makes_the_exit_code_1() {
    let folder = tempfile::tempdir().unwrap();
    let bad = folder.path().join("bad.hea");
    fs::write(&bad, "bad 1 100 3\nbad.dat 99\n").unwrap();
    let output = einthoven(&["inspect", bad.to_str().unwrap(), &fixture("00008_lr.hea")]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("00008_lr"));
    let errors = text(&output.stderr);
    assert!(
        errors.contains("bad.hea, line 2: found storage format 99") && errors.contains("1 read, 1 failed"),
        "{errors}"
    );
    assert_eq!(einthoven(&["inspect", "no-such-file.hea"]).status.code(), Some(1));
    assert_eq!(einthoven(&["inspect"]).status.code(), Some(2));
}

#[test]
fn a_searched_folder_passes_over_tables_that_are_no_recordings() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["00008_lr.hea", "00008_lr.dat"] {
        fs::copy(fixtures().join(name), folder.path().join(name)).unwrap();
    }
    let weights = folder.path().join("weights.csv");
    fs::write(&weights, format!("code,weight\n{}", "164889003,0.5\n".repeat(30))).unwrap();
    let output = einthoven(&["inspect", folder.path().to_str().unwrap()]);
    assert!(succeeded(&output).contains("00008_lr"));
    assert!(text(&output.stderr).contains("1 file of another kind passed over"), "{}", text(&output.stderr));
    // Who names it means it, and is told what it lacks.
    let named = einthoven(&["inspect", weights.to_str().unwrap()]);
    assert_eq!(named.status.code(), Some(1));
    assert!(text(&named.stderr).contains("--rate"), "{}", text(&named.stderr));
}

#[test]
fn what_lies_beside_records_is_told_as_companions_and_not_as_failures() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, content: &str| fs::write(folder.path().join(name), content).unwrap();
    for name in ["00008_lr.hea", "00008_lr.dat"] {
        fs::copy(fixtures().join(name), folder.path().join(name)).unwrap();
    }
    for name in ["00008_lr.des", "00008_lr.key", "RECORDS", "ANNOTATORS", "LICENSE", "README", "index.html"] {
        write(name, "#ECG/1.0 description\nRecord: 00008_lr\n");
    }
    write("SHA256SUMS.txt", &format!("{}  RECORDS\n", "0".repeat(64)));
    write("notes.doc", "words");
    let path = folder.path().to_str().unwrap();
    let output = einthoven(&["inspect", path]);
    succeeded(&output);
    let errors = text(&output.stderr);
    assert!(
        errors.contains("1 read, 0 failed, 8 companions of recordings passed over, 1 file of another kind passed over"),
        "{errors}"
    );
    let json: Value = serde_json::from_str(&succeeded(&einthoven(&["inspect", "--json", path]))).unwrap();
    let passed_over = json["passed_over"].as_array().unwrap();
    let others: Vec<_> = passed_over.iter().filter(|one| one["what"] == "no recording").collect();
    assert_eq!((passed_over.len(), others.len()), (9, 1), "{passed_over:?}");
    assert!(others[0]["file"].as_str().unwrap().ends_with("notes.doc"));
}

#[test]
fn the_beats_of_a_holter_are_put_together_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut header = b"ISHNE1.0".to_vec();
    header.resize(522, 0);
    for (at, value) in [(14, 4_u32), (18, 522), (22, 522)] {
        header[at..at + 4].copy_from_slice(&value.to_le_bytes());
    }
    for (at, value) in [(156, 1_u16), (158, 6), (206, 5000), (272, 200)] {
        header[at..at + 2].copy_from_slice(&value.to_le_bytes());
    }
    let mut beats = header.clone();
    beats[..8].copy_from_slice(b"ANN  1.0");
    beats.extend(b"\0\0\0\0N#\x02\0");
    header.extend([1, 0, 2, 0, 3, 0, 4, 0]);
    fs::write(folder.path().join("a.ecg"), &header).unwrap();
    fs::write(folder.path().join("a.ann"), &beats).unwrap();
    let said = succeeded(&einthoven(&["inspect", folder.path().to_str().unwrap()]));
    assert!(said.contains("II") && said.contains("annotations: N 1"), "{said}");
}

#[test]
fn a_table_that_states_no_rate_says_which_option_gives_it() {
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("table.csv");
    let rows: String = (0..200).map(|row| format!("{},{}\n", row % 17, row % 5)).collect();
    fs::write(&table, format!("I,II\n{rows}")).unwrap();
    let table = table.to_str().unwrap();
    let errors = text(&einthoven(&["inspect", table]).stderr);
    assert!(errors.contains("--rate"), "{errors}");
    let said = succeeded(&einthoven(&["inspect", table, "--rate", "50", "--unit", "uV"]));
    assert!(said.contains("2 leads, 4.000 s"), "{said}");
}

/// The numbers of a table, row after row.
fn numbers(path: &str) -> Vec<f64> {
    let text = fs::read_to_string(path).unwrap();
    text.lines().skip(1).flat_map(|line| line.split(',')).map(|cell| cell.parse().unwrap()).collect()
}

#[test]
fn a_record_survives_every_format_that_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    succeeded(&einthoven(&["convert", &fixture("00050_lr.hea"), &path("first.csv")]));
    let first = numbers(&path("first.csv"));
    assert_eq!(first.len(), 13 * 1000);
    for (name, options) in [
        ("a.edf", &[][..]),
        ("a.dcm", &[]),
        ("a.xml", &[]),
        ("a.json", &[]),
        ("flac.hea", &["--storage", "516"]),
        ("packed.hea", &["--storage", "212"]),
    ] {
        let written = path(name);
        succeeded(&einthoven(&[&["convert", &path("first.csv"), &written], options].concat()));
        succeeded(&einthoven(&["convert", "--force", &written, &path("back.csv")]));
        let back = numbers(&path("back.csv"));
        assert_eq!(back.len(), first.len(), "{name}");
        let worst = first.iter().zip(&back).map(|(one, other)| (one - other).abs()).fold(0.0, f64::max);
        // A count of the fixture is a microvolt.
        assert!(worst < 1e-7, "{name}: {worst} mV or s apart");
    }
}

#[test]
fn a_record_goes_to_csv_and_back_without_a_change() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    succeeded(&einthoven(&["convert", &fixture("00050_lr.hea"), &path("a.csv")]));
    succeeded(&einthoven(&["convert", &path("a.csv"), &path("b.hea")]));
    assert_eq!(fs::read(path("b.dat")).unwrap(), fs::read(fixture("00050_lr.dat")).unwrap());
    // What is there is not written over without being told.
    let again = einthoven(&["convert", &path("a.csv"), &path("b.hea")]);
    assert_eq!(again.status.code(), Some(1));
    assert!(text(&again.stderr).contains("--force"));
    succeeded(&einthoven(&["convert", "--force", "--storage", "212", &path("a.csv"), &path("b.hea")]));
    assert_eq!(fs::metadata(path("b.dat")).unwrap().len(), 12 * 1000 * 3 / 2);
}

#[test]
fn many_records_go_to_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let output = einthoven(&["convert", fixtures().to_str().unwrap(), out.to_str().unwrap(), "--to", "wfdb"]);
    succeeded(&output);
    assert_eq!(fs::read_dir(&out).unwrap().count(), 6);
    let one_file = folder.path().join("all.csv");
    let output = einthoven(&["convert", fixtures().to_str().unwrap(), one_file.to_str().unwrap()]);
    assert!(text(&output.stderr).contains("more than one recording for one file"));
}

#[test]
fn classify_gives_the_probabilities_of_the_library_with_both_engines() {
    let folder = tempfile::tempdir().unwrap();
    let model = model(folder.path());
    let said = succeeded(&einthoven(&["classify", "--json", fixtures().to_str().unwrap(), "--model", &model]));
    let json: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(json["model"]["name"], "seeded");
    assert_eq!(json["recordings"].as_array().unwrap().len(), 3);
    let burn =
        succeeded(&einthoven(&["classify", "--json", "--engine", "burn", &fixture("00008_lr.hea"), "--model", &model]));
    let burn: Value = serde_json::from_str(&burn).unwrap();
    for label in 0..2 {
        let probability = |json: &Value| json["recordings"][0]["findings"][label]["probability"].as_f64().unwrap();
        assert!((probability(&json) - probability(&burn)).abs() < 1e-4);
        assert!((0.0..=1.0).contains(&probability(&json)));
    }
    assert_eq!(json["recordings"][0]["findings"][0]["present"], true);
    let table = succeeded(&einthoven(&["classify", &fixture("00008_lr.hea"), "--model", &model]));
    assert!(table.contains("* LOW") && !table.contains("HIGH"), "{table}");
}

#[test]
fn a_label_is_explained_in_the_way_that_was_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let model = model(folder.path());
    let ask = |label: &str, by: &str| {
        let recording = fixture("00008_lr.hea");
        einthoven(&["classify", "--json", &recording, "--model", &model, "--explain", label, "--by", by])
    };
    for (by, kind) in [("gradient", "GradientTimesInput"), ("grad-cam", "GradCam")] {
        let json: Value = serde_json::from_str(&succeeded(&ask("HIGH", by))).unwrap();
        let maps = json["recordings"][0]["maps"].as_array().unwrap();
        assert_eq!((maps.len(), maps[0]["kind"].as_str(), maps[0]["label"].as_str()), (1, Some(kind), Some("HIGH")));
    }
    let unknown = ask("AFIB", "gradient");
    assert_eq!(unknown.status.code(), Some(1));
    let said: Value = serde_json::from_slice(&unknown.stdout).unwrap();
    assert!(said["failures"].to_string().contains("AFIB"), "{said}");
}

#[test]
fn a_recording_that_lacks_leads_is_a_failure_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let model = model(folder.path());
    let header = folder.path().join("one.hea");
    fs::write(&header, "one 1 100 1000\none.dat 16 1000/mV 16 0 0 0 0 II\n").unwrap();
    fs::write(folder.path().join("one.dat"), vec![0; 2000]).unwrap();
    let output = einthoven(&["classify", header.to_str().unwrap(), &fixture("00008_lr.hea"), "--model", &model]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("missing leads"), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("00008_lr"));
}
