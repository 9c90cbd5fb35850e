//! What a record may hold at once: 64 MiB and four times its files.
//!
//! FLAC, gaps between segments and every second sample marked as missing take more memory than bytes of the file. Each
//! is taken off a budget before it is allocated, and a record that asks for more is refused.

use std::collections::BTreeSet;

use crate::memory::{EACH, FREE, Memory};
use crate::{Error, InputFile};

/// What is left for one record.
#[derive(Debug)]
pub(super) struct Budget {
    memory: Memory,
    /// What part of the whole may be used here, as a fraction; the rest is for leads that are derived afterwards.
    part: (u64, u64),
    admitted: BTreeSet<String>,
}

impl Budget {
    /// The budget of a record; `derives` is the number of its leads where four limb leads will be derived from two of
    /// them, which may take twice the bits.
    pub(super) fn new(derives: Option<u64>) -> Budget {
        let part = derives.filter(|leads| *leads > 0).map_or((1, 1), |leads| (leads, leads.saturating_add(8)));
        let mut budget = Budget { memory: Memory::of(0), part, admitted: BTreeSet::new() };
        budget.memory.allow(budget.share(FREE));
        budget
    }

    fn share(&self, bytes: u64) -> u64 {
        bytes.saturating_mul(self.part.0).checked_div(self.part.1).unwrap_or(bytes)
    }

    /// Adds what a file allows, once.
    pub(super) fn admit(&mut self, file: &InputFile) {
        if self.admitted.insert(file.name.to_owned()) {
            let more = self.share((file.bytes.len() as u64).saturating_mul(EACH));
            self.memory.allow(more);
        }
    }

    /// Bytes that are left.
    pub(super) fn left(&self) -> u64 {
        self.memory.left()
    }

    /// Takes `bytes` for `what`, or says that they are too many.
    pub(super) fn take(&mut self, file: &str, bytes: u64, what: impl FnOnce() -> String) -> Result<(), Error> {
        self.memory.take_for(file, bytes, what)
    }

    /// The error of a record that asks for too much.
    pub(super) fn exceeded(&self, file: &str, what: String) -> Error {
        self.memory.exceeded(file, what)
    }

    /// Gives back what was taken for a while.
    pub(super) fn give_back(&mut self, bytes: u64) {
        self.memory.give_back(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_counts_once_and_what_is_taken_is_gone() {
        let mut budget = Budget::new(None);
        let file = InputFile { name: "a.dat", bytes: &[0; 10] };
        budget.admit(&file);
        budget.admit(&file);
        assert_eq!(budget.left(), FREE + 40);
        budget.take("a", FREE, || "x".into()).unwrap();
        let error = budget.take("a.hea", 41, || "41 samples".into()).unwrap_err();
        assert!(error.to_string().contains("found 41 samples, more than the limit"), "{error}");
        budget.give_back(1);
        assert!(budget.take("a", 41, || "x".into()).is_ok());
    }
}
