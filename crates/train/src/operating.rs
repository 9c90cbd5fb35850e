//! Operating points: the threshold that reaches a wanted sensitivity or specificity on the validation fold, and what it
//! gives on another.

use serde::{Deserialize, Serialize};

use crate::metrics::threshold::FEW_POSITIVES;
use crate::metrics::{Confusion, Proportion, Table, ThresholdRule, choose, wilson};

/// What a threshold is to reach, as a share of 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wanted {
    /// So much of the recordings with the label found: the largest such threshold.
    Sensitivity(f64),
    /// So much of the recordings without it left alone: the smallest such threshold.
    Specificity(f64),
}

/// What a threshold gives on some recordings.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Given {
    /// Recordings by decision and truth.
    pub confusion: Confusion,
    /// Sensitivity with Wilson's interval; absent without a recording with the label.
    pub sensitivity: Option<Proportion>,
    /// Specificity with Wilson's interval; absent without a recording without it.
    pub specificity: Option<Proportion>,
    /// Share of positive decisions that are right, with Wilson's interval; absent without one.
    pub precision: Option<Proportion>,
}

/// One label's operating point.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OperatingPoint {
    /// The label's code.
    pub code: String,
    /// Calibrated probability from which on it is found; absent where no score reaches what is wanted.
    pub threshold: Option<f64>,
    /// So few recordings carry it where the threshold was chosen that it may lie anywhere.
    pub few: bool,
    /// What it gives where it was chosen.
    pub chosen: Option<Given>,
    /// What it gives on the measured recordings.
    pub measured: Option<Given>,
}

impl Given {
    fn at(table: &Table, label: usize, threshold: f64) -> Given {
        let confusion = table.confusion(label, threshold);
        Given {
            confusion,
            sensitivity: confusion.sensitivity(),
            specificity: confusion.specificity(),
            precision: wilson(confusion.true_positive, confusion.true_positive + confusion.false_positive),
        }
    }
}

/// Thresholds chosen on one table (the validation fold's) and measured on another of the same labels.
pub fn operating_points(codes: &[String], chosen: &Table, measured: &Table, wanted: Wanted) -> Vec<OperatingPoint> {
    let rule = match wanted {
        Wanted::Sensitivity(least) => ThresholdRule::Sensitivity(least),
        Wanted::Specificity(least) => ThresholdRule::Specificity(least),
    };
    let point = |(label, code): (usize, &String)| {
        let (scores, truth) = chosen.class(label);
        let threshold = choose(&scores, &truth, rule);
        OperatingPoint {
            code: code.clone(),
            threshold,
            few: chosen.positives(label) <= FEW_POSITIVES,
            chosen: threshold.map(|threshold| Given::at(chosen, label, threshold)),
            measured: threshold.map(|threshold| Given::at(measured, label, threshold)),
        }
    };
    codes.iter().enumerate().map(point).collect()
}

/// The points as text: a head and one line a label.
pub fn as_text(points: &[OperatingPoint], wanted: Wanted, fold: u8) -> String {
    use core::fmt::Write as _;
    let (what, share) = match wanted {
        Wanted::Sensitivity(share) => ("sensitivity", share),
        Wanted::Specificity(share) => ("specificity", share),
    };
    let place = match fold {
        9 => "the same recordings, which flatters".to_owned(),
        other => format!("fold {other}"),
    };
    let mut text = format!("thresholds chosen on fold 9 for {what} {share}, measured on {place}:\n");
    let _ = writeln!(
        text,
        "{:10} {:>9}  {:>22} {:>22} {:>22} {:>16}",
        "label", "threshold", "sens. (95 %)", "spec. (95 %)", "precision (95 %)", "chosen s./s."
    );
    let interval = |value: Option<Proportion>| {
        value.map_or_else(|| "-".to_owned(), |p| format!("{:.3} ({:.3} to {:.3})", p.value, p.low, p.high))
    };
    let share = |value: Option<Proportion>| value.map_or_else(|| "-".to_owned(), |p| format!("{:.3}", p.value));
    for point in points {
        let threshold = point.threshold.map_or_else(|| "none".to_owned(), |threshold| format!("{threshold:.4}"));
        let mark = if point.few { '*' } else { ' ' };
        let _ = write!(text, "{:10} {threshold:>9}{mark}", point.code);
        if let (Some(chosen), Some(measured)) = (&point.chosen, &point.measured) {
            let _ = write!(
                text,
                " {:>22} {:>22} {:>22} {:>16}",
                interval(measured.sensitivity),
                interval(measured.specificity),
                interval(measured.precision),
                format!("{} / {}", share(chosen.sensitivity), share(chosen.specificity))
            );
        }
        text.push('\n');
    }
    if points.iter().any(|point| point.few) {
        let _ = writeln!(text, "* at most {FEW_POSITIVES} recordings of fold 9 carry it: its threshold means little");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(scores: &[f64], truth: &[u8]) -> Table {
        Table::new(1, scores.to_vec(), truth.iter().map(|&truth| truth == 1).collect()).unwrap()
    }

    /// Positives at 0.9, 0.7, 0.5, 0.3; negatives at 0.8, 0.6, 0.4, 0.2, 0.1.
    fn fold_nine() -> Table {
        table(&[0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1], &[1, 0, 1, 0, 1, 0, 1, 0, 0])
    }

    fn one(wanted: Wanted, measured: &Table) -> OperatingPoint {
        operating_points(&["A".into()], &fold_nine(), measured, wanted).remove(0)
    }

    #[test]
    fn a_wanted_sensitivity_is_reached_by_the_largest_threshold_that_does() {
        let measured = table(&[0.6, 0.4, 0.7, 0.2], &[1, 1, 0, 0]);
        let point = one(Wanted::Sensitivity(0.75), &measured);
        assert_eq!(point.threshold, Some(0.5), "three of four positives are at 0.5 or above");
        let chosen = point.chosen.unwrap();
        assert_eq!((chosen.confusion.true_positive, chosen.confusion.false_positive), (3, 2));
        let given = point.measured.unwrap();
        assert_eq!(given.sensitivity.unwrap().value, 0.5);
        assert_eq!(given.specificity.unwrap().value, 0.5);
        assert_eq!(given.precision.unwrap().value, 0.5);
        // Wilson's interval of 1 of 2.
        assert!((given.sensitivity.unwrap().low - 0.0945).abs() < 1e-3, "{given:?}");
        assert!(point.few, "four positives are few");
        assert_eq!(one(Wanted::Sensitivity(0.76), &measured).threshold, Some(0.3));
    }

    #[test]
    fn a_wanted_specificity_is_reached_by_the_smallest_threshold_that_does() {
        let point = one(Wanted::Specificity(0.6), &fold_nine());
        assert_eq!(point.threshold, Some(0.5), "three of five negatives are below 0.5, and 0.4 would take a third one");
        assert_eq!(point.chosen, point.measured);
        assert_eq!(one(Wanted::Specificity(0.61), &fold_nine()).threshold, Some(0.7));
        assert_eq!(one(Wanted::Specificity(0.0), &fold_nine()).threshold, Some(0.1));
        assert_eq!(one(Wanted::Specificity(1.0), &fold_nine()).threshold, Some(0.9));
    }

    #[test]
    fn what_cannot_be_reached_is_none_and_said_so() {
        let bad = table(&[0.9, 0.1], &[0, 1]);
        let points = operating_points(&["A".into()], &bad, &bad, Wanted::Specificity(0.9));
        assert_eq!((points[0].threshold, points[0].measured), (None, None));
        let text = as_text(&points, Wanted::Specificity(0.9), 10);
        assert!(text.contains("measured on fold 10") && text.contains("none"), "{text}");
        let empty = table(&[0.9, 0.1], &[0, 0]);
        assert_eq!(operating_points(&["A".into()], &empty, &bad, Wanted::Sensitivity(0.9))[0].threshold, None);
        assert!(as_text(&points, Wanted::Sensitivity(0.9), 9).contains("flatters"));
    }
}
