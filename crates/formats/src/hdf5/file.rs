//! The bytes of a file by address, and a meter of the work that they ask for.

use std::cell::{Cell, RefCell};

use super::checksum::lookup3;
use crate::cursor::Cursor;
use crate::{Error, Place};

/// What listing may look at in any file.
const FREE: u64 = 4 << 20;
/// Faults that are kept in words.
const FAULTS: usize = 32;

/// A file with the sizes of its fields.
///
/// Structures may share their bytes, point to each other and unpack to much, which makes a small file endless; whatever is looked
/// at or unpacked is taken from a meter: twice the file's bytes and a little for listing, more for data.
pub(super) struct File<'a> {
    pub(super) name: &'a str,
    bytes: &'a [u8],
    /// Where addresses count from.
    base: u64,
    /// Bytes of an address and of a length.
    sizes: (usize, usize),
    left: Cell<u64>,
    faults: RefCell<Vec<Error>>,
}

impl<'a> File<'a> {
    /// `sizes` are the bytes of an address and of a length.
    pub(super) fn new(name: &'a str, bytes: &'a [u8], base: u64, sizes: (usize, usize)) -> File<'a> {
        let left = (bytes.len() as u64).saturating_mul(2).saturating_add(FREE);
        File { name, bytes, base, sizes, left: Cell::new(left), faults: RefCell::default() }
    }

    /// Allows data to be read after the listing.
    pub(super) fn allow_data(&self) {
        self.left.set(crate::memory::bound(self.bytes.len() as u64).saturating_mul(4));
    }

    /// Takes work from the meter.
    pub(super) fn spend(&self, work: u64) -> Result<(), Error> {
        let left = self.left.get().checked_sub(work).ok_or_else(|| {
            Error::limit(self.name, Place::Whole, "structures that read the file too often", "a few times its bytes")
        })?;
        self.left.set(left);
        Ok(())
    }

    /// Keeps a fault of one part of the file, so that the others are still read.
    ///
    /// # Errors
    /// The fault itself, where it is that a limit was reached.
    pub(super) fn note(&self, fault: Error) -> Result<(), Error> {
        if matches!(fault, Error::Limit { .. }) {
            return Err(fault);
        }
        let mut faults = self.faults.borrow_mut();
        if faults.len() < FAULTS && !faults.contains(&fault) {
            faults.push(fault);
        }
        Ok(())
    }

    /// What was read of a part; false where it has a fault, which is noted.
    ///
    /// # Errors
    /// As [`File::note`].
    pub(super) fn or_note(&self, read: Result<bool, Error>) -> Result<bool, Error> {
        read.or_else(|fault| self.note(fault).map(|()| false))
    }

    /// What was noted.
    pub(super) fn faults(&self) -> Vec<Error> {
        self.faults.borrow().clone()
    }

    /// Bytes of an address.
    pub(super) fn offset_size(&self) -> u64 {
        self.sizes.0 as u64
    }

    /// Bytes of a length.
    pub(super) fn length_size(&self) -> u64 {
        self.sizes.1 as u64
    }

    /// Where an address lies among the file's bytes.
    pub(super) fn place(&self, address: u64) -> u64 {
        self.base.saturating_add(address)
    }

    /// `length` bytes from an address on.
    pub(super) fn at(&self, address: u64, length: u64) -> Result<Cursor<'a>, Error> {
        // A look is work even where it reads nothing.
        self.spend(length.saturating_add(16))?;
        let mut cursor = Cursor::new(self.name, self.bytes);
        cursor.go_to(self.place(address))?;
        cursor.part(usize::try_from(length).unwrap_or(usize::MAX))
    }

    /// As much of `length` bytes from an address on as the file has.
    pub(super) fn some(&self, address: u64, length: u64) -> &'a [u8] {
        let start = usize::try_from(self.place(address)).unwrap_or(usize::MAX);
        let rest = self.bytes.get(start..).unwrap_or_default();
        usize::try_from(length).ok().and_then(|length| rest.get(..length)).unwrap_or(rest)
    }

    /// A structure of `length` bytes that begins with a signature and ends with a checksum: what lies between. A wrong checksum is
    /// noted, and the structure read.
    pub(super) fn sealed(&self, address: u64, length: u64, signature: [u8; 4]) -> Result<Cursor<'a>, Error> {
        let mut cursor = self.at(address, length)?;
        let place = cursor.place();
        let whole = cursor.clone().take(cursor.remaining())?;
        let Some((sealed, sum)) = whole.split_last_chunk::<4>() else {
            return Err(Error::invalid(self.name, place, "a short structure", "one with a checksum"));
        };
        let mut inner = cursor.part(sealed.len())?;
        self.signature(&mut inner, signature)?;
        if lookup3(sealed) != u32::from_le_bytes(*sum) {
            self.note(self.invalid(place, "a structure with a wrong checksum", "the checksum of its bytes"))?;
        }
        Ok(inner)
    }

    /// Passes over a signature.
    pub(super) fn signature(&self, cursor: &mut Cursor, signature: [u8; 4]) -> Result<(), Error> {
        let place = cursor.place();
        if cursor.array()? == signature {
            return Ok(());
        }
        let expected = format!("the signature {}", String::from_utf8_lossy(&signature));
        Err(self.invalid(place, "other bytes", &expected))
    }

    /// An address; none where it is undefined.
    pub(super) fn offset(&self, cursor: &mut Cursor) -> Result<Option<u64>, Error> {
        let bytes = cursor.take(self.sizes.0)?;
        Ok(if bytes.iter().all(|byte| *byte == 0xff) { None } else { Some(number(bytes)) })
    }

    /// A length.
    pub(super) fn length(&self, cursor: &mut Cursor) -> Result<u64, Error> {
        cursor.take(self.sizes.1).map(number)
    }

    /// [`Error::Invalid`] of this file.
    pub(super) fn invalid(&self, place: Place, found: &str, expected: &str) -> Error {
        Error::invalid(self.name, place, found, expected)
    }

    /// [`Error::Unsupported`] of this file.
    pub(super) fn unsupported(&self, place: Place, found: &str, expected: &str) -> Error {
        Error::unsupported(self.name, place, found, expected)
    }
}

/// A number of up to eight bytes, little-endian.
fn number(bytes: &[u8]) -> u64 {
    u64::from_le_bytes(crate::cursor::little(bytes, false))
}

/// The same of the next `size` bytes.
pub(super) fn uint(cursor: &mut Cursor, size: u64) -> Result<u64, Error> {
    cursor.take(usize::try_from(size.min(8)).unwrap_or(8)).map(number)
}

/// How many bytes hold numbers up to `most`.
pub(super) fn bytes_for(most: u64) -> u64 {
    u64::from(most.max(1).ilog2() / 8).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_the_same_bytes_again_and_again_ends() {
        let bytes = vec![0; 100];
        let file = File::new("a", &bytes, 0, (8, 8));
        let reads = (0..1_000_000).take_while(|_| file.at(0, 100).is_ok()).count() as u64;
        assert_eq!(reads, (200 + FREE) / 116);
        file.allow_data();
        assert!(file.at(0, 100).is_ok());
        assert_eq!(file.some(90, 100).len(), 10);
        assert!(file.some(u64::MAX, 1).is_empty());
    }

    #[test]
    fn numbers_take_as_many_bytes_as_they_need() {
        assert_eq!([0, 255, 256, 65_535, 65_536, u64::MAX].map(bytes_for), [1, 1, 2, 2, 3, 8]);
    }
}
