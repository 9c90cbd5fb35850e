//! A file's bytes behind a counter.

use core::sync::atomic::{AtomicU64, Ordering};

use hdf5_reader::error::{Error, Result};
use hdf5_reader::{BytesStorage, Storage, StorageBuffer};

/// What listing may read in any file.
const FREE: u64 = 4 << 20;

/// Bytes that may be read so often: structures twice and a little for listing, data four times. Structures that share their
/// bytes make a small file endless; those of an honest one do not.
pub(super) struct Metered {
    bytes: BytesStorage,
    left: AtomicU64,
}

impl Metered {
    pub(super) fn new(bytes: Vec<u8>) -> Metered {
        let left = (bytes.len() as u64).saturating_mul(2).saturating_add(FREE);
        Metered { bytes: BytesStorage::new(bytes), left: AtomicU64::new(left) }
    }

    /// Allows data to be read after the listing.
    pub(super) fn allow_data(&self) {
        self.left.store(self.bytes.len().saturating_mul(4).saturating_add(FREE), Ordering::Relaxed);
    }
}

impl Storage for Metered {
    fn len(&self) -> u64 {
        self.bytes.len()
    }

    fn read_range(&self, offset: u64, len: usize) -> Result<StorageBuffer> {
        // A call is work even where it reads nothing.
        let cost = (len as u64).saturating_add(16);
        let less = |left: u64| left.checked_sub(cost);
        match self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less) {
            Ok(_) => self.bytes.read_range(offset, len),
            Err(_) => Err(Error::ResourceLimit("the file is read too often".to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_the_same_bytes_again_and_again_ends() {
        let storage = Metered::new(vec![0; 100]);
        let reads = (0..1_000_000).take_while(|_| storage.read_range(0, 100).is_ok()).count() as u64;
        assert_eq!(reads, (200 + FREE) / 116);
        storage.allow_data();
        assert!(storage.read_range(0, 100).is_ok());
    }
}
