//! Published predictions with published metrics (PTB-XL benchmark, CODE test set and others; see the data's own page). The
//! data are not part of the project: where they are absent the test says so and passes.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{numbers, same};
use crate::metrics::bootstrap::quantile;
use crate::metrics::*;

fn folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/reference");
    if folder.join("expected.json").is_file() {
        return Some(folder);
    }
    eprintln!("skipped: {} is not there", folder.display());
    None
}

fn expected(folder: &Path) -> Value {
    let text = std::fs::read_to_string(folder.join("expected.json")).expect("readable");
    serde_json::from_str(&text).expect("JSON")
}

fn table(folder: &Path, file: &str, scores: &str) -> Table {
    let mut arrays = super::npz::read(&folder.join(format!("{file}.npz")));
    let truth = arrays.remove("y").expect("labels");
    let scores = arrays.remove(scores).expect("scores");
    let truth = truth.values.into_iter().map(|v| v > 0.5).collect();
    Table::new(scores.shape[1], scores.values, truth).expect("a table")
}

#[test]
fn public_predictions_have_the_metrics_that_scikit_learn_gives() {
    let Some(folder) = folder() else { return };
    let expected = expected(&folder);
    let mut compared = 0;
    for (name, golden) in expected.as_object().expect("an object") {
        let Some((file, scores)) = name.split_once('/').filter(|(_, scores)| !scores.contains(' ')) else {
            continue;
        };
        let table = table(&folder, file, scores);
        let areas = macro_auc(&table, Undefined::Skip).expect("defined");
        same(areas.value, &golden["macro_auc"]);
        same(micro_auc(&table).expect("defined"), &golden["micro_auc"]);
        same(table.macro_f1(&[0.5]), &golden["macro_f1_at_0_5"]);
        same(table.micro_f1(&[0.5]), &golden["micro_f1_at_0_5"]);
        let mut precisions = 0.0;
        for label in 0..table.classes() {
            assert_eq!(table.positives(label) as u64, golden["positives"][label]);
            same(areas.per_class[label].expect("defined"), &golden["per_class_auc"][label]);
            let (scores, truth) = table.class(label);
            let precision = average_precision(&scores, &truth).expect("defined");
            same(precision, &golden["per_class_ap"][label]);
            precisions += precision;
        }
        same(precisions / table.classes() as f64, &golden["macro_ap"]);
        compared += 1;
    }
    assert!(compared >= 9, "{compared} sets of predictions compared");
}

#[test]
fn the_benchmarks_own_draws_give_its_published_interval() {
    let Some(folder) = folder() else { return };
    let golden = &expected(&folder)["ptbxl_exp0_test/xresnet1d101"]["bootstrap_macro_auc"];
    let table = table(&folder, "ptbxl_exp0_test", "xresnet1d101");
    let draws = super::npz::read(&folder.join("ptbxl_exp0_test.npz")).remove("bootstrap_ids").expect("draws");
    let (scores, truth) = table.flat();
    let classes = table.classes();
    let mut areas: Vec<f64> = draws
        .values
        .chunks_exact(draws.shape[1])
        .map(|draw| {
            let rows = draw.iter().map(|&row| row as usize * classes..(row as usize + 1) * classes);
            let (mut drawn_scores, mut drawn_truth) = (Vec::new(), Vec::new());
            for row in rows {
                drawn_scores.extend_from_slice(&scores[row.clone()]);
                drawn_truth.extend_from_slice(&truth[row]);
            }
            let drawn = Table::new(classes, drawn_scores, drawn_truth).expect("a table");
            macro_auc(&drawn, Undefined::Skip).expect("defined").value
        })
        .collect();
    areas.sort_by(f64::total_cmp);
    same(areas.iter().sum::<f64>() / areas.len() as f64, &golden["mean"]);
    same(quantile(&areas, 0.05), &golden["p05"]);
    same(quantile(&areas, 0.95), &golden["p95"]);

    // Our own draws are other ones of the same kind: within a few thousandths of theirs.
    let ours = bootstrap_macro_auc(&table, &Bootstrap { draws: 200, coverage: 0.9, seed: 1 }).expect("defined");
    assert!((ours.low - 0.9185).abs() < 0.004 && (ours.high - 0.9315).abs() < 0.004, "{ours:?}");
}

#[test]
fn fmax_of_the_benchmarks_predictions_is_the_published_one() {
    let Some(folder) = folder() else { return };
    let fmax = fmax(&table(&folder, "ptbxl_exp0_val", "xresnet1d101"), 100).expect("defined");
    same(fmax.value, &Value::from(0.7644493782264965));
    assert_eq!(numbers(&Value::from(vec![fmax.threshold])), [0.45]);
}
