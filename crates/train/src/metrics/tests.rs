//! The metrics against values that other programs made.

use serde_json::Value;

use super::bootstrap::{Lacking, quantile};
use super::threshold::ThresholdRule;
use super::*;

mod npz;
mod reference;

const GOLDEN: &str = include_str!("../../../../tests/fixtures/metrics/golden.json");

fn golden() -> Value {
    serde_json::from_str(GOLDEN).expect("the fixture is JSON")
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(|v| v.as_f64().expect("a number")).collect()
}

fn rows(value: &Value) -> Vec<Vec<usize>> {
    let row = |row: &Value| numbers(row).into_iter().map(|v| v as usize).collect();
    value.as_array().expect("a list").iter().map(row).collect()
}

fn table() -> Table {
    let golden = golden();
    let flat = |name: &str| golden[name].as_array().expect("rows").iter().flat_map(numbers).collect::<Vec<f64>>();
    Table::new(5, flat("scores"), flat("labels").into_iter().map(|v| v > 0.5).collect()).expect("a table")
}

/// The table with a label that no recording carries.
fn emptied() -> Table {
    let table = table();
    let truth = table.rows().flat_map(|(_, truth)| [truth[0], truth[1], truth[2], truth[3], false]).collect();
    Table::new(5, table.flat().0.to_vec(), truth).expect("a table")
}

#[track_caller]
fn same(ours: f64, theirs: &Value) {
    let theirs = theirs.as_f64().expect("a number");
    assert!((ours - theirs).abs() < 1e-9, "ours {ours}, theirs {theirs}");
}

#[test]
fn areas_and_average_precision_are_the_golden_ones() {
    let (table, golden) = (table(), golden());
    let areas = macro_auc(&table, Undefined::Skip).expect("defined");
    same(areas.value, &golden["macro_auc"]);
    same(micro_auc(&table).expect("defined"), &golden["micro_auc"]);
    for label in 0..5 {
        same(areas.per_class[label].expect("defined"), &golden["auc"][label]);
        let (scores, truth) = table.class(label);
        same(average_precision(&scores, &truth).expect("defined"), &golden["average_precision"][label]);
    }
}

#[test]
fn a_label_without_a_positive_is_skipped_and_listed_or_counts_half() {
    let golden = &golden()["class4_emptied"];
    let skipped = macro_auc(&emptied(), Undefined::Skip).expect("defined");
    same(skipped.value, &golden["macro_auc_skip_undefined"]);
    assert_eq!(skipped.undefined, [4]);
    same(macro_auc(&emptied(), Undefined::Half).expect("defined").value, &golden["macro_auc_undefined_as_half"]);
}

#[test]
fn fmax_is_the_golden_one() {
    let (fmax, golden) = (fmax(&table(), 100).expect("defined"), golden());
    let golden = &golden["sample_centric_fmax_101_thresholds"];
    same(fmax.value, &golden["fmax"]);
    same(fmax.threshold, &golden["threshold"]);
    same(fmax.precision, &golden["precision"]);
    same(fmax.recall, &golden["recall"]);
    same(fmax.coverage, &golden["coverage"]);
}

#[test]
fn thresholds_are_the_golden_ones_by_each_rule() {
    let (table, golden) = (table(), golden());
    for label in 0..5 {
        let golden = &golden["thresholds"][label];
        let (scores, truth) = table.class(label);
        let choose = |rule| choose(&scores, &truth, rule).expect("a threshold");
        same(choose(ThresholdRule::Youden), &golden["youden"]);
        same(choose(ThresholdRule::F1), &golden["f1"]);
        same(Confusion::at(&scores, &truth, choose(ThresholdRule::F1)).f1(), &golden["f1_value"]);
        let sensitive = choose(ThresholdRule::Sensitivity(0.9));
        same(sensitive, &golden["sens90"]);
        let specificity = Confusion::at(&scores, &truth, sensitive).specificity().expect("negatives").value;
        same(specificity, &golden["spec_at_sens90"]);
    }
}

#[test]
fn a_label_with_few_positives_gets_the_threshold_of_fmax() {
    let table = emptied();
    let thresholds = choose_all(&table, ThresholdRule::F1);
    assert_eq!(thresholds[4], fmax(&table, 100).expect("defined").threshold);
    let (scores, truth) = table.class(0);
    assert_eq!(Some(thresholds[0]), choose(&scores, &truth, ThresholdRule::F1));
}

#[test]
fn decisions_at_one_half_are_the_golden_ones() {
    let (table, golden) = (table(), golden());
    let golden = &golden["at_0_5"];
    same(table.macro_f1(&[0.5]), &golden["macro_f1"]);
    same(table.micro_f1(&[0.5]), &golden["micro_f1"]);
    same(table.exact_match(0.5), &golden["exact_match"]);
    same(table.label_accuracy(0.5), &golden["mean_label_accuracy"]);
    for label in 0..5 {
        same(table.confusion(label, 0.5).f1(), &golden["f1"][label]);
    }
}

#[test]
fn f_beta_and_g_beta_are_the_golden_ones() {
    let (ours, golden) = (f_beta(&table(), &[0.5], 2.0), golden());
    let golden = &golden["icbeb_beta2_strict_greater_than_0_5_with_argmax_fallback"];
    same(ours.f, &golden["F_beta"]);
    same(ours.g, &golden["G_beta"]);
}

#[test]
fn calibration_and_brier_are_the_golden_ones() {
    let (ours, golden) = (calibration(&table(), 15), golden());
    for label in 0..5 {
        same(ours.per_class[label], &golden["ece15_per_class"][label]);
        same(ours.largest_gap[label], &golden["mce15_per_class"][label]);
    }
    same(ours.pooled_error, &golden["ece15_pooled"]);
    same(brier(&table()), &golden["brier"]);
}

#[test]
fn the_challenge_metric_is_the_golden_one() {
    let golden = &golden()["cinc2021"];
    let weights: Vec<Vec<f64>> = golden["weights"].as_array().expect("rows").iter().map(numbers).collect();
    let (truth, decisions) = (rows(&golden["labels_rows"]), rows(&golden["output_rows"]));
    let normal = golden["normal_index"].as_u64().expect("a number") as usize;
    same(challenge_metric(&truth, &decisions, &weights, normal).expect("defined"), &golden["challenge_metric"]);
    assert!((challenge_metric(&truth, &truth, &weights, normal).expect("defined") - 1.0).abs() < 1e-12);
    assert_eq!(challenge_metric(&truth, &[vec![99]], &weights, normal), None);
}

#[test]
fn wilson_intervals_are_the_published_ones() {
    // Newcombe, Stat. Med. 17:857, 1998, table I, method 3.
    for (part, whole, low, high) in
        [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
    {
        let ours = wilson(part, whole).expect("defined");
        assert!((ours.low - low).abs() < 5e-5 && (ours.high - high).abs() < 5e-5, "{part} of {whole}: {ours:?}");
    }
    assert_eq!(wilson(0, 0), None);
}

#[test]
fn a_bootstrap_interval_holds_its_value_and_depends_on_the_seed_alone() {
    let how = Bootstrap { draws: 200, coverage: 0.9, seed: 7 };
    let interval = bootstrap_macro_auc(&table(), &how).expect("defined");
    assert!(interval.low < interval.value && interval.value < interval.high);
    assert_eq!((interval.draws, interval.lacking), (200, Lacking::Redrawn));
    assert_eq!(bootstrap_macro_auc(&table(), &how), Some(interval));
    assert_ne!(bootstrap_macro_auc(&table(), &Bootstrap { seed: 8, ..how }), Some(interval));
}

#[test]
fn labels_too_rare_to_wait_for_are_skipped_in_the_draws_and_the_interval_says_so() {
    // Twelve labels with one positive each in twelve recordings: one draw in ten thousand has all of them.
    let truth = (0..144).map(|k| k % 12 == k / 12).collect();
    let scores = (0..144).map(|k| f64::from((k * 37) % 101) / 101.0).collect();
    let table = Table::new(12, scores, truth).expect("a table");
    let interval = bootstrap_macro_auc(&table, &Bootstrap { draws: 50, ..Bootstrap::default() }).expect("defined");
    assert_eq!((interval.draws, interval.lacking), (50, Lacking::Skipped));
}

#[test]
fn a_model_differs_from_itself_by_nothing() {
    let difference = bootstrap_difference(&table(), &table(), &Bootstrap::default()).expect("defined");
    assert_eq!((difference.value, difference.low, difference.high), (0.0, 0.0, 0.0));
    assert_eq!(bootstrap_difference(&table(), &emptied(), &Bootstrap::default()), None);
}

#[test]
fn quantiles_lie_between_neighbours_in_proportion() {
    assert_eq!(quantile(&[1.0, 2.0, 4.0], 0.75), 3.0);
    assert_eq!(quantile(&[5.0], 0.95), 5.0);
}

#[test]
fn a_report_says_what_its_parts_say() {
    let table = emptied();
    let codes: Vec<String> = ["A", "B", "C", "D", "E"].map(str::to_owned).to_vec();
    let report =
        Report::new(&table, &codes, &[0.5; 5], &Bootstrap { draws: 20, ..Bootstrap::default() }).expect("a report");
    assert_eq!(report.undefined, ["E"]);
    assert_eq!(report.classes[4].sensitivity, None);
    assert_eq!(Some(report.macro_auc.expect("defined").value), macro_auc(&table, Undefined::Skip).map(|a| a.value));
    let text = serde_json::to_string(&report).expect("JSON");
    let read: Report = serde_json::from_str(&text).expect("JSON");
    assert_eq!(
        (read.records, read.undefined, read.classes[0].confusion),
        (40, report.undefined, report.classes[0].confusion)
    );
    assert!(Report::new(&table, &codes[..2], &[0.5; 5], &Bootstrap::default()).is_err());
}

#[test]
fn a_table_of_wrong_shape_or_with_a_score_that_is_no_number_is_an_error() {
    assert!(Table::new(2, vec![0.1; 3], vec![true; 3]).is_err());
    assert!(Table::new(0, Vec::new(), Vec::new()).is_err());
    let broken = Table::new(2, vec![0.1, 0.2, 0.3, f64::NAN], vec![true; 4]).unwrap_err();
    assert_eq!(broken.to_string(), "recording 1, label 1: the score is not a number");
}

#[test]
fn a_labels_threshold_for_g_beta_is_the_least_of_the_best() {
    // The first label is told apart by any threshold from 0.3 to below 0.6, the second never.
    let scores = vec![0.6, 0.5, 0.7, 0.5, 0.3, 0.5, 0.1, 0.5];
    let truth = vec![true, false, true, false, false, false, false, true];
    let table = Table::new(2, scores, truth).unwrap();
    let thresholds = g_beta_thresholds(&table, 2.0);
    assert!((0.3..0.32).contains(&thresholds[0]), "{thresholds:?}");
    assert_eq!(thresholds[1], 0.0, "everything found is better than nothing");
    let own = f_beta(&table, &thresholds, 2.0);
    // TP 1, FP 0, FN 0 for the first label's weights; the second finds its one of four.
    assert!((own.g - f64::midpoint(1.0, 1.0 / 4.0)).abs() < 1e-12, "{own:?}");
}
