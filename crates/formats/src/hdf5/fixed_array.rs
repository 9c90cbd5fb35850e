//! The fixed array: an index of chunks of datasets that do not grow.

use super::chunks::{Stored, element};
use super::file::File;
use crate::{Error, Place};

/// Gives `visit` the position and the place of every chunk that was written. False where a part is damaged, which is noted.
pub(super) fn walk(
    file: &File,
    address: u64,
    visit: &mut dyn FnMut(u64, Stored) -> Result<(), Error>,
) -> Result<bool, Error> {
    file.or_note(array(file, address, visit))
}

fn array(file: &File, address: u64, visit: &mut dyn FnMut(u64, Stored) -> Result<(), Error>) -> Result<bool, Error> {
    let length = file.length_size().saturating_add(file.offset_size()).saturating_add(12);
    let mut cursor = file.sealed(address, length, *b"FAHD")?;
    cursor.skip(1)?;
    let packed = cursor.u8()? == 1;
    let size = u64::from(cursor.u8()?);
    let page_bits = u32::from(cursor.u8()?);
    let count = file.length(&mut cursor)?;
    let Some(block) = file.offset(&mut cursor)? else { return Ok(true) };
    let page = 1_u64.checked_shl(page_bits).unwrap_or(u64::MAX);
    let prefix = file.offset_size().saturating_add(6);
    let mut elements = Elements { file, size, packed, visit };
    if count <= page {
        let length = prefix.saturating_add(count.saturating_mul(size)).saturating_add(4);
        let mut cursor = file.sealed(block, length, *b"FADB")?;
        cursor.skip(usize::try_from(prefix.saturating_sub(4)).unwrap_or(usize::MAX))?;
        elements.read(&mut cursor, 0, count)?;
        return Ok(true);
    }
    let pages = count.div_ceil(page.max(1));
    let marks = pages.div_ceil(8);
    let head = prefix.saturating_add(marks).saturating_add(4);
    let mut cursor = file.sealed(block, head, *b"FADB")?;
    cursor.skip(usize::try_from(prefix.saturating_sub(4)).unwrap_or(usize::MAX))?;
    let marks = cursor.take(cursor.remaining())?;
    let mut at = block.saturating_add(head);
    let mut whole = true;
    for number in 0..pages {
        let first = number.saturating_mul(page);
        let own = count.saturating_sub(first).min(page);
        let length = own.saturating_mul(size);
        if is_marked(marks, number) {
            whole &= elements.page(at, first, own)?;
        }
        at = at.saturating_add(length).saturating_add(4);
    }
    Ok(whole)
}

/// True where the bit of a page is set, which says that it was written.
pub(super) fn is_marked(marks: &[u8], number: u64) -> bool {
    let byte = usize::try_from(number >> 3).ok().and_then(|place| marks.get(place));
    byte.is_some_and(|byte| byte & (0x80 >> (number & 7)) != 0)
}

/// What reads the elements of an array of chunks.
pub(super) struct Elements<'f, 'a, 'v> {
    pub(super) file: &'f File<'a>,
    pub(super) size: u64,
    pub(super) packed: bool,
    pub(super) visit: &'v mut dyn FnMut(u64, Stored) -> Result<(), Error>,
}

impl Elements<'_, '_, '_> {
    /// Reads so many elements, the first of which is that of position `first`.
    pub(super) fn read(&mut self, cursor: &mut crate::cursor::Cursor, first: u64, count: u64) -> Result<(), Error> {
        for position in first..first.saturating_add(count) {
            if let Some(stored) = element(self.file, cursor, self.size, self.packed)? {
                (self.visit)(position, stored)?;
            }
        }
        Ok(())
    }

    /// Reads a page, which ends with a checksum. False where it is damaged, which is noted.
    pub(super) fn page(&mut self, address: u64, first: u64, count: u64) -> Result<bool, Error> {
        let length = count.saturating_mul(self.size);
        let there = self.file.some(address, length).len() as u64;
        if there < length {
            let place = Place::Byte(self.file.place(address));
            let (found, expected) = (format!("{there} bytes"), format!("{length} bytes"));
            self.file.note(Error::truncated(self.file.name, place, found, expected))?;
        }
        let count = there.checked_div(self.size).unwrap_or(0);
        let mut cursor = self.file.at(address, there)?;
        self.read(&mut cursor, first, count)?;
        Ok(there == length)
    }
}
