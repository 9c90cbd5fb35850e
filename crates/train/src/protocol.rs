//! Figures that a data set's own protocol asks for, beside the report that all models have.

use std::path::Path;

use serde::Serialize;

use crate::metrics::{FBeta, Table, challenge_metric, f_beta, g_beta_thresholds};
use crate::ptbxl::find;
use crate::table::{Table as Rows, TableError};
use crate::tasks::cinc2021;

/// Beta of CPSC2018 in PTB-XL's benchmark and of the challenge of 2020.
const BETA: f64 = 2.0;

/// One figure.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Figure {
    /// F-beta and G-beta at the thresholds that make each label's G-beta largest on the training recordings.
    FBeta(FBeta),
    /// The challenge's metric of decisions at the card's thresholds; none where it is not defined.
    Challenge(Option<f64>),
}

/// F-beta and G-beta of CPSC2018 (Strodthoff et al., IEEE JBHI 25(5), 2021).
pub fn cpsc2018(training: &Table, measured: &Table) -> Figure {
    Figure::FBeta(f_beta(measured, &g_beta_thresholds(training, BETA), BETA))
}

/// The challenge's metric, where its `weights.csv` lies in a folder or below; none where it does not.
///
/// # Errors
/// The weights cannot be understood.
pub fn cinc2021(folder: &Path, measured: &Table, thresholds: &[f64]) -> Result<Option<Figure>, TableError> {
    let Some(path) = find(folder, "weights.csv") else { return Ok(None) };
    let weights = weights(&path)?;
    let numbers = |carried: &mut dyn Iterator<Item = bool>| -> Vec<usize> {
        carried.enumerate().filter(|(_, carried)| *carried).map(|(label, _)| label).collect()
    };
    let truth: Vec<Vec<usize>> = measured.rows().map(|(_, truth)| numbers(&mut truth.iter().copied())).collect();
    let decided = |scores: &[f64]| numbers(&mut scores.iter().zip(thresholds).map(|(score, own)| score >= own));
    let decisions: Vec<Vec<usize>> = measured.rows().map(|(scores, _)| decided(scores)).collect();
    Ok(Some(Figure::Challenge(challenge_metric(&truth, &decisions, &weights, cinc2021::SINUS_RHYTHM))))
}

/// The challenge's matrix in the order of our columns, `[true label, decided label]`.
fn weights(path: &Path) -> Result<Vec<Vec<f64>>, TableError> {
    let table = Rows::read(path)?;
    let names = cinc2021::columns();
    // The two codes of a pair stand in either order.
    let other = |name: &str| name.split('|').rev().collect::<Vec<_>>().join("|");
    let column = |name: &String| table.column(name).or_else(|error| table.column(&other(name)).map_err(|_| error));
    let columns = names.iter().map(column).collect::<Result<Vec<_>, _>>()?;
    let mut weights = vec![Vec::new(); names.len()];
    for row in table.rows() {
        let name = row.get(0).unwrap_or_default();
        let Some(place) = names.iter().position(|own| own == name || other(own) == name) else {
            return Err(table.wrong_cell(row, 0, "the codes of a scored column"));
        };
        let number = |&column: &usize| {
            let value = row.get(column).and_then(|text| text.trim().parse::<f64>().ok());
            value.filter(|value| value.is_finite()).ok_or_else(|| table.wrong_cell(row, column, "a number"))
        };
        weights[place] = columns.iter().map(number).collect::<Result<_, _>>()?;
    }
    Ok(weights)
}

impl core::fmt::Display for Figure {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Figure::FBeta(own) => write!(
                f,
                "F-beta {:.4}, G-beta {:.4} (beta 2), thresholds chosen on the training recordings for G-beta",
                own.f, own.g
            ),
            Figure::Challenge(Some(value)) => write!(f, "challenge metric {value:.4} at the card's thresholds"),
            Figure::Challenge(None) => write!(f, "challenge metric not defined: nothing but sinus rhythm is true"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    /// The challenge's file with one on the diagonal and a half beside it; pairs the other way round.
    fn file(change: impl Fn(String) -> String) -> tempfile::TempDir {
        let names: Vec<String> = cinc2021::columns();
        let turned: Vec<String> =
            names.iter().map(|name| name.split('|').rev().collect::<Vec<_>>().join("|")).collect();
        let mut text = format!(",{}\n", turned.join(","));
        for (row, name) in names.iter().enumerate() {
            let cells: Vec<&str> = (0..26).map(|column| if row == column { "1.0" } else { "0.5" }).collect();
            let _ = writeln!(text, "{name},{}", cells.join(","));
        }
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("weights.csv"), change(text)).unwrap();
        folder
    }

    #[test]
    fn right_decisions_score_one_and_sinus_rhythm_for_all_nothing() {
        let folder = file(|text| text);
        let truth: Vec<bool> =
            (0..3 * 26).map(|at| [0, 26 + 3, 26 + 4, 52 + cinc2021::SINUS_RHYTHM].contains(&at)).collect();
        let score = |scores: Vec<f64>| {
            let table = Table::new(26, scores, truth.clone()).unwrap();
            cinc2021(folder.path(), &table, &[0.5; 26]).unwrap().unwrap()
        };
        let right = truth.iter().map(|&truth| f64::from(u8::from(truth))).collect();
        assert_eq!(score(right), Figure::Challenge(Some(1.0)));
        let sinus = (0..3 * 26).map(|at| f64::from(u8::from(at % 26 == cinc2021::SINUS_RHYTHM))).collect();
        assert_eq!(score(sinus), Figure::Challenge(Some(0.0)));
    }

    #[test]
    fn weights_that_are_no_matrix_are_named_and_none_are_none() {
        let table = Table::new(26, vec![0.0; 26], vec![true; 26]).unwrap();
        let folder = file(|text| text.replacen("1.0", "one", 1));
        let message = cinc2021(folder.path(), &table, &[0.5; 26]).unwrap_err().to_string();
        assert!(
            message.contains("weights.csv, line 2, column 164889003: expected a number, found \"one\""),
            "{message}"
        );
        let folder = file(|text| text.replacen("59931005", "1", 1));
        let message = cinc2021(folder.path(), &table, &[0.5; 26]).unwrap_err().to_string();
        assert!(message.contains("expected a column named \"59931005\""), "{message}");
        let empty = tempfile::tempdir().unwrap();
        assert_eq!(cinc2021(empty.path(), &table, &[0.5; 26]).unwrap(), None);
    }
}
