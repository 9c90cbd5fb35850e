//! A place in bytes that cannot run over.

use crate::{Error, Place};

/// Takes bytes of a file from front to back; every read checks what is left.
#[derive(Clone, Debug)]
pub(crate) struct Cursor<'a> {
    file: &'a str,
    bytes: &'a [u8],
    position: usize,
}

impl<'a> Cursor<'a> {
    /// A cursor at the first byte of `file`.
    pub(crate) fn new(file: &'a str, bytes: &'a [u8]) -> Cursor<'a> {
        Cursor { file, bytes, position: 0 }
    }

    /// The byte that is next, counted from the file's first.
    pub(crate) fn position(&self) -> u64 {
        self.position as u64
    }

    /// The same as a place for an error.
    pub(crate) fn place(&self) -> Place {
        Place::Byte(self.position())
    }

    /// Bytes that are left.
    pub(crate) fn remaining(&self) -> usize {
        self.bytes.len().saturating_sub(self.position)
    }

    /// True when no byte is left.
    pub(crate) fn at_end(&self) -> bool {
        self.remaining() == 0
    }

    /// The next `count` bytes.
    pub(crate) fn take(&mut self, count: usize) -> Result<&'a [u8], Error> {
        let taken = self.position.checked_add(count).and_then(|end| Some((end, self.bytes.get(self.position..end)?)));
        let Some((end, bytes)) = taken else {
            let found = format!("{} bytes", self.remaining());
            return Err(Error::truncated(self.file, self.place(), found, format!("{count} bytes")));
        };
        self.position = end;
        Ok(bytes)
    }

    /// Passes over `count` bytes.
    pub(crate) fn skip(&mut self, count: usize) -> Result<(), Error> {
        self.take(count).map(|_| ())
    }

    /// The next `N` bytes as an array.
    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    /// 16 bits, unsigned, little-endian.
    pub(crate) fn u16_le(&mut self) -> Result<u16, Error> {
        self.array().map(u16::from_le_bytes)
    }

    /// 16 bits, signed, little-endian.
    pub(crate) fn i16_le(&mut self) -> Result<i16, Error> {
        self.array().map(i16::from_le_bytes)
    }
}

impl<'a> Cursor<'a> {
    /// The next byte.
    pub(crate) fn u8(&mut self) -> Result<u8, Error> {
        self.array().map(|[byte]| byte)
    }

    /// 32 bits, unsigned, little-endian.
    pub(crate) fn u32_le(&mut self) -> Result<u32, Error> {
        self.array().map(u32::from_le_bytes)
    }

    /// 32 bits, signed, little-endian.
    pub(crate) fn i32_le(&mut self) -> Result<i32, Error> {
        self.array().map(i32::from_le_bytes)
    }

    /// Goes to a byte of the file, counted from its first.
    pub(crate) fn go_to(&mut self, position: u64) -> Result<(), Error> {
        let Some(within) = usize::try_from(position).ok().filter(|position| *position <= self.bytes.len()) else {
            let found = format!("{} bytes", self.bytes.len());
            let expected = format!("more than {position} bytes");
            return Err(Error::truncated(self.file, Place::Byte(position), found, expected));
        };
        self.position = within;
        Ok(())
    }

    /// The next `count` bytes as a cursor of their own, whose places are still those of the file.
    pub(crate) fn part(&mut self, count: usize) -> Result<Cursor<'a>, Error> {
        let from = self.position;
        self.skip(count)?;
        let bytes = self.bytes.get(..self.position).unwrap_or_default();
        Ok(Cursor { file: self.file, bytes, position: from })
    }
}

/// An item's bytes in little-endian order; zeros follow what is shorter.
pub(crate) fn little<const N: usize>(item: &[u8], big_endian: bool) -> [u8; N] {
    let mut bytes = [0; N];
    bytes.iter_mut().zip(item).for_each(|(to, from)| *to = *from);
    if big_endian {
        bytes.reverse();
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_never_passes_the_end() {
        let mut cursor = Cursor::new("a", &[1, 2, 3]);
        assert_eq!(cursor.u16_le().unwrap(), 0x0201);
        let error = cursor.u16_le().unwrap_err();
        assert!(error.to_string().starts_with("a, byte 2: the file ends too early"), "{error}");
        assert!(cursor.take(usize::MAX).is_err());
        assert_eq!(cursor.take(1).unwrap(), [3]);
        assert!(cursor.at_end());
    }
}
