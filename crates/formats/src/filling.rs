//! Samples that stand for none, in formats whose leads all begin and end together: before a lead that begins later, after one that ends
//! sooner, between two that lie apart. A file of a few bytes may state leads a year apart, and what is written of it must not
//! take the memory of that year.

use ecg::{Recording, Signal};

use crate::WriteError;

/// Samples that are filled in whatever the recording has: three leads of 45 minutes at 500 Hz.
const FREE: u64 = 1 << 22;
/// Samples of the file for each that the recording has.
const FOR_EACH: u64 = 8;

/// Checks the samples that a file would hold.
///
/// # Errors
/// Nearly all of them would stand for none.
pub(crate) fn check(recording: &Recording, samples: f64) -> Result<(), WriteError> {
    let there = recording.signals.iter().map(|signal| Signal::len(signal) as u64).fold(0, u64::saturating_add);
    let most = there.saturating_mul(FOR_EACH).saturating_add(FREE);
    if samples <= most as f64 {
        return Ok(());
    }
    Err(WriteError::Unfit {
        what: "the leads".to_owned(),
        found: format!("{there} samples so far apart, in time or rate, that the file would have {samples:.0}"),
        expected: format!("leads that begin and end together, with up to {most} samples here"),
    })
}

#[cfg(test)]
mod tests {
    use ecg::{Lead, Unit};

    use super::*;

    #[test]
    fn gaps_are_filled_unless_they_are_nearly_all() {
        let signal = Signal::physical(Lead::II, 500.0, vec![0.0; 1 << 20], Unit::Millivolt);
        let recording = Recording { signals: vec![signal], ..Recording::default() };
        assert!(check(&recording, 12e6).is_ok());
        let said = check(&recording, 13e6).unwrap_err().to_string();
        assert!(said.contains("1048576 samples so far apart") && said.contains("would have 13000000"), "{said}");
        assert!(check(&recording, f64::INFINITY).is_err() && check(&recording, f64::NAN).is_err());
    }
}
