//! ZIP archives.

use crate::{Error, InputFile, Limits, Place};

/// The files within an archive, with their folder; archives within it are opened too (to [`Limits::archive_depth`]).
pub fn expand(file: &InputFile, _limits: &Limits) -> Result<Vec<(String, Vec<u8>)>, Error> {
    Err(Error::unsupported(file.name, Place::Whole, "ZIP", "WFDB"))
}
