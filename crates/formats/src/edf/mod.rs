//! EDF, EDF+, BDF and BDF+.

use ecg::Recording;

use crate::{Error, Hints, InputFile, Limits, Place};

/// How clearly the content is EDF, 0 to 100.
pub(crate) fn score(_bytes: &[u8]) -> u8 {
    0
}

/// Reads one file.
pub fn read(file: &InputFile, _hints: &Hints, _limits: &Limits) -> Result<Recording, Error> {
    Err(Error::unsupported(file.name, Place::Whole, "EDF", "WFDB"))
}
