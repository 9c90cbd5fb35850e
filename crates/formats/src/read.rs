//! From dropped files to recordings: which files belong together, and who reads them.

use ecg::{Recording, Unit};

use crate::{Error, Format, Limits, Place, archive, csv, edf, probe};

/// A file as it was dropped or picked: its name with folder (`/` between) and its bytes.
#[derive(Clone, Copy, Debug)]
pub struct InputFile<'a> {
    /// Name with folder.
    pub name: &'a str,
    /// Content.
    pub bytes: &'a [u8],
}

/// What the user states where a file does not.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hints {
    /// Samples a second.
    pub rate: Option<f64>,
    /// Unit of the values.
    pub unit: Option<Unit>,
}

/// Everything that came of a set of files.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// What could be read, in the order of the files.
    pub recordings: Vec<Recording>,
    /// What could not.
    pub failures: Vec<Failure>,
}

/// Files that could not be read, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// The files that belong together.
    pub files: Vec<String>,
    /// Why.
    pub error: Error,
}

/// Reads files: opens archives, groups what belongs together, reads each group.
pub fn read(files: &[InputFile], hints: &Hints, limits: &Limits) -> Outcome {
    let mut outcome = Outcome::default();
    for file in files {
        let result = match probe(file.name, file.bytes) {
            Some(Format::Edf) => edf::read(file, hints, limits),
            Some(Format::Csv) => csv::read(file, hints, limits),
            Some(Format::Zip) => {
                match archive::expand(file, limits) {
                    Ok(inner) => {
                        let inner: Vec<InputFile> =
                            inner.iter().map(|(name, bytes)| InputFile { name, bytes }).collect();
                        let mut inner = read(&inner, hints, limits);
                        outcome.recordings.append(&mut inner.recordings);
                        outcome.failures.append(&mut inner.failures);
                    }
                    Err(error) => outcome.failures.push(Failure { files: vec![file.name.to_owned()], error }),
                }
                continue;
            }
            _ => Err(Error::unsupported(file.name, Place::Whole, "an unknown format", "WFDB, EDF, BDF, CSV or ZIP")),
        };
        match result {
            Ok(recording) => outcome.recordings.push(recording),
            Err(error) => outcome.failures.push(Failure { files: vec![file.name.to_owned()], error }),
        }
    }
    outcome
}
