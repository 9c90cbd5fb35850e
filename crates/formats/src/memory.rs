//! How much memory a file may take beside its own bytes.

use crate::{Error, Place};

/// What every file may take, whatever its size.
pub(crate) const FREE: u64 = 64 << 20;
/// What each byte of a file may become: a packed number becomes one of 64 bits.
pub(crate) const EACH: u64 = 4;

/// The most memory, in bytes, that reading so many bytes may take.
pub(crate) fn bound(input: u64) -> u64 {
    input.saturating_mul(EACH).saturating_add(FREE)
}

/// A count of the bytes that a reader still may hold for one file: 64 MiB and four times the file. Readers of formats that
/// unpack or widen take from it before they allocate.
#[derive(Clone, Debug)]
pub(crate) struct Memory {
    all: u64,
    left: u64,
}

impl Memory {
    /// So many bytes.
    pub(crate) fn of(all: u64) -> Memory {
        Memory { all, left: all }
    }

    /// For a file of so many bytes.
    pub(crate) fn beside(file: usize) -> Memory {
        Memory::of(bound(file as u64))
    }

    /// Half of that, where as much again is made of what is read.
    pub(crate) fn half_beside(file: usize) -> Memory {
        Memory::of(bound(file as u64) / 2)
    }

    /// Allows so many bytes more.
    pub(crate) fn allow(&mut self, bytes: u64) {
        self.all = self.all.saturating_add(bytes);
        self.left = self.left.saturating_add(bytes);
    }

    /// Bytes that are left.
    pub(crate) fn left(&self) -> u64 {
        self.left
    }

    /// Takes so many bytes.
    ///
    /// # Errors
    /// [`Error::Limit`] where they are not left.
    pub(crate) fn take(&mut self, file: &str, bytes: u64) -> Result<(), Error> {
        self.take_for(file, bytes, || format!("{bytes} bytes to unpack beside what is held"))
    }

    /// Takes so many bytes for what the error then names.
    ///
    /// # Errors
    /// [`Error::Limit`] where they are not left.
    pub(crate) fn take_for(&mut self, file: &str, bytes: u64, what: impl FnOnce() -> String) -> Result<(), Error> {
        let left = self.left.checked_sub(bytes).ok_or_else(|| self.exceeded(file, what()))?;
        self.left = left;
        Ok(())
    }

    /// The error of a file that asks for too much.
    pub(crate) fn exceeded(&self, file: &str, what: String) -> Error {
        Error::limit(file, Place::Whole, what, format!("{} bytes of memory for a file of this size", self.all))
    }

    /// Takes room for so many values of one type.
    pub(crate) fn take_values<T>(&mut self, file: &str, count: u64) -> Result<(), Error> {
        self.take(file, count.saturating_mul(size_of::<T>() as u64))
    }

    /// Gives back what was taken and is held no more.
    pub(crate) fn give_back(&mut self, bytes: u64) {
        self.left = self.left.saturating_add(bytes).min(self.all);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_is_counted_and_more_than_there_is_refused() {
        let mut memory = Memory::beside(1000);
        let all = memory.left();
        memory.take_values::<f64>("a", 100).unwrap();
        assert_eq!(memory.left(), all - 800);
        memory.give_back(u64::MAX);
        assert_eq!(memory.left(), all);
        let error = memory.take_for("a", all + 1, || "41 samples".into()).unwrap_err();
        assert!(error.to_string().contains("found 41 samples, more than the limit"), "{error}");
        memory.allow(1);
        memory.take("a", all + 1).unwrap();
    }
}
