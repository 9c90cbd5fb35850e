//! Samples as whole numbers in plain text: `dataencoding="Plain"`.

use ecg::Counts;

use crate::decimals::{self, Numbers, Room};
use crate::vendor::Reading;
use crate::{Error, Place};

/// The counts of a text, and whether it ended before something that is none.
///
/// # Errors
/// Numbers with fractions or beyond 16 bits, which no lead here is stored in, or more than the limits allow.
pub(super) fn counts(reading: &Reading, text: &str) -> Result<(Vec<i16>, bool), Error> {
    let mut room = Room::new(text.len(), reading.limits);
    let read = decimals::read(reading.file, text, &mut room, reading.limits)?;
    let unsupported =
        |found: &str| Err(Error::unsupported(reading.file, Place::Whole, found, "whole numbers of 16 bits, as text"));
    match read.numbers {
        Numbers::Counts(Counts::Narrow(mut counts)) => {
            let odd = read.missing.first().map(|(first, _)| *first);
            counts.truncate(odd.unwrap_or(counts.len()));
            Ok((counts, odd.is_some()))
        }
        Numbers::Counts(Counts::Wide(_)) => unsupported("samples in plain text that are beyond 16 bits"),
        Numbers::Values(_) => unsupported("samples in plain text that have fractions"),
    }
}
