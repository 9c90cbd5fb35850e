//! The recordings that the tests drop.

use super::Suite;
use anyhow::{Context, Result};
use std::path::PathBuf;

/// One PTB-XL recording in three formats (see its ORIGIN.md).
pub(super) struct Recording(PathBuf);

impl Recording {
    pub(super) fn of(suite: &Suite) -> Self {
        Self(suite.root.join("tests/fixtures/one-recording"))
    }

    /// Header and samples, as WFDB.
    pub(super) fn wfdb(&self) -> Vec<PathBuf> {
        vec![self.0.join("00001_lr.hea"), self.0.join("00001_lr.dat")]
    }

    pub(super) fn edf(&self) -> Vec<PathBuf> {
        vec![self.0.join("00001_lr.edf")]
    }

    pub(super) fn csv(&self) -> Vec<PathBuf> {
        vec![self.0.join("00001_lr.csv")]
    }

    /// The CSV with nothing but time and one lead, in a folder of its own.
    pub(super) fn csv_of(&self, name: &str) -> Result<(tempfile::TempDir, PathBuf)> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("one-lead.csv");
        let values = self.lead(name)?;
        let lines =
            values.iter().enumerate().map(|(number, value)| format!("{:.2},{value:.3}\n", number as f64 / Self::RATE));
        std::fs::write(&file, format!("time (s),{name} (mV)\n") + &lines.collect::<String>())?;
        Ok((folder, file))
    }

    /// Samples a second.
    pub(super) const RATE: f64 = 100.0;

    /// A lead's millivolts, read by nothing of ours but a split at the commas.
    pub(super) fn lead(&self, name: &str) -> Result<Vec<f32>> {
        let text = std::fs::read_to_string(self.0.join("00001_lr.csv"))?;
        let mut lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        let header = lines.next().context("the CSV is empty")?;
        let matches = |cell: &str| {
            cell.trim()
                .trim_matches('"')
                .split([' ', '(', '['])
                .next()
                .is_some_and(|word| word.eq_ignore_ascii_case(name))
        };
        let column = header.split(',').position(matches).with_context(|| format!("no column {name} in: {header}"))?;
        Ok(lines.filter_map(|line| line.split(',').nth(column)?.trim().parse().ok()).collect())
    }
}
