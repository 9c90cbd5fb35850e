//! Twelve leads from a MATLAB 5 file of a data set.

use std::path::Path;

use ecg::{Lead, Recording, Signal, Source, Unit};
use formats::InputFile;
use formats::Limits;
use formats::matlab5::{Array, Value, variables};

use super::SourceError;
use super::gather::{bytes, name};

/// The variables of a file by name.
///
/// # Errors
/// The file is absent or damaged: the error names it and the place.
pub(super) fn read(path: &Path) -> Result<Vec<(String, Value)>, SourceError> {
    let content = bytes(path)?;
    let file = name(path);
    let file = InputFile { name: &file, bytes: &content };
    variables(&file, &Limits::default()).map_err(|source| SourceError::Format { path: path.to_owned(), source })
}

/// A variable by name.
pub(super) fn find<'a>(variables: &'a [(String, Value)], name: &str) -> Option<&'a Value> {
    variables.iter().find(|(own, _)| own == name).map(|(_, value)| value)
}

/// A recording of a matrix `[12, sample]` of millivolts in the standard order; none where it has another shape.
pub(super) fn recording(path: &Path, matrix: &Array, rate: f64) -> Option<Recording> {
    if matrix.rows != Lead::TWELVE.len() || matrix.columns == 0 {
        return None;
    }
    let lead = |number: usize| matrix.values.iter().skip(number).step_by(matrix.rows).copied().collect();
    let signals = Lead::TWELVE.iter().enumerate();
    let signals = signals.map(|(number, own)| Signal::physical(own.clone(), rate, lead(number), Unit::Millivolt));
    let file = name(path);
    Some(Recording {
        name: file.clone(),
        source: Source { format: "MATLAB 5".to_owned(), files: vec![file] },
        signals: signals.collect(),
        ..Recording::default()
    })
}
