//! What a file may ask for at most.

use crate::{Error, Place};

/// Upper bounds that every reader enforces strictly, before it allocates.
///
/// The defaults hold a three-day Holter of twelve leads at 250 Hz and keep a 32-bit address space safe.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// Bytes of one file.
    pub file_bytes: u64,
    /// Signals of one recording.
    pub leads: u64,
    /// Samples of one signal.
    pub samples_per_lead: u64,
    /// Samples of all signals of one recording together.
    pub samples: u64,
    /// Lowest sampling rate, in hertz; a signal beside the leads of an ECG may be slower, down to one value a day.
    pub lowest_rate: f64,
    /// Highest sampling rate, in hertz.
    pub highest_rate: f64,
    /// Annotations of one recording.
    pub annotations: u64,
    /// Bytes of one text (a comment, a line of a header).
    pub text_bytes: u64,
    /// Segments of one recording.
    pub segments: u64,
    /// Entries of one archive.
    pub archive_entries: u64,
    /// Unpacked bytes of one archive, archives within it included; never more than [`Limits::memory`] of the packed bytes.
    pub archive_bytes: u64,
    /// Archives within archives.
    pub archive_depth: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        const MEBI: u64 = 1 << 20;
        Limits {
            file_bytes: 256 * MEBI,
            leads: 512,
            samples_per_lead: 64 * MEBI,
            samples: 128 * MEBI,
            lowest_rate: 1.0,
            highest_rate: 100_000.0,
            annotations: 4 * MEBI,
            text_bytes: 64 << 10,
            segments: 100_000,
            archive_entries: 10_000,
            archive_bytes: 512 * MEBI,
            archive_depth: 2,
        }
    }
}

/// One value a day, in hertz.
const SLOWEST: f64 = 1.0 / 86_400.0;

impl Limits {
    /// `rate` where it is a number of hertz within the limits.
    pub(crate) fn rate(&self, file: &str, place: Place, rate: f64) -> Result<f64, Error> {
        self.rate_from(self.lowest_rate, file, place, rate)
    }

    /// The same for a signal that may lie beside an ECG and be slower: a temperature every 30 seconds, down to one value a day.
    pub(crate) fn rate_beside(&self, file: &str, place: Place, rate: f64) -> Result<f64, Error> {
        self.rate_from(self.lowest_rate.min(SLOWEST), file, place, rate)
    }

    fn rate_from(&self, lowest: f64, file: &str, place: Place, rate: f64) -> Result<f64, Error> {
        if !rate.is_finite() || rate <= 0.0 {
            return Err(Error::invalid(
                file,
                place,
                format!("a sampling rate of {rate}"),
                "a positive number of hertz",
            ));
        }
        if rate < lowest || rate > self.highest_rate {
            let limit = format!("{lowest} to {} Hz", self.highest_rate);
            return Err(Error::limit(file, place, format!("a sampling rate of {rate} Hz"), limit));
        }
        Ok(rate)
    }

    /// Checks the number of signals and of samples of each; returns the number of all samples.
    pub(crate) fn size(&self, file: &str, place: Place, leads: u64, samples: u64) -> Result<u64, Error> {
        if leads > self.leads {
            return Err(Error::limit(file, place, format!("{leads} signals"), self.leads));
        }
        if samples > self.samples_per_lead {
            return Err(Error::limit(file, place, format!("{samples} samples a signal"), self.samples_per_lead));
        }
        match leads.checked_mul(samples) {
            Some(total) if total <= self.samples => Ok(total),
            _ => Err(Error::limit(file, place, format!("{leads} signals of {samples} samples"), self.samples)),
        }
    }

    /// The most memory, in bytes, that reading so many bytes may take: 64 MiB and four times the input. A format that can say much in
    /// few bytes (FLAC, Huffman codes, packed data) is held to it before it is unpacked.
    pub fn memory(&self, input: u64) -> u64 {
        crate::memory::bound(input)
    }

    /// Checks the size of a file.
    pub(crate) fn file(&self, file: &str, bytes: &[u8]) -> Result<(), Error> {
        let length = bytes.len() as u64;
        if length > self.file_bytes {
            return Err(Error::limit(file, Place::Whole, format!("{length} bytes"), self.file_bytes));
        }
        Ok(())
    }
}

/// Room for `count` elements that were checked before, or an error instead of an abort when memory is short.
pub(crate) fn reserve<T>(file: &str, count: u64) -> Result<Vec<T>, Error> {
    let mut values = Vec::new();
    let fits = usize::try_from(count).ok().and_then(|count| values.try_reserve_exact(count).ok());
    match fits {
        Some(()) => Ok(values),
        None => Err(Error::limit(file, Place::Whole, format!("{count} values"), "the memory that is free")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_that_overflows_is_refused() {
        let limits = Limits { leads: u64::MAX, samples_per_lead: u64::MAX, ..Limits::default() };
        assert!(limits.size("a", Place::Whole, u64::MAX, 2).is_err());
        assert_eq!(limits.size("a", Place::Whole, 12, 1000).unwrap(), 12_000);
    }

    #[test]
    fn a_rate_that_is_no_number_is_refused() {
        for rate in [f64::NAN, f64::INFINITY, 0.0, -5.0, 1e9] {
            assert!(Limits::default().rate("a", Place::Whole, rate).is_err(), "{rate}");
        }
    }
}
