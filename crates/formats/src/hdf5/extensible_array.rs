//! The extensible array: an index of chunks of datasets that grow along one extent.
//!
//! Its elements stand first in the index block, then in data blocks, which double in size after every second doubling of their
//! number; the first data blocks are found from the index block, the others from super blocks.

use super::chunks::Stored;
use super::file::File;
use super::fixed_array::{Elements, is_marked};
use crate::Error;
use crate::cursor::Cursor;

/// The measures of an array.
struct Array {
    size: u64,
    /// Bytes of an element's position.
    position: u64,
    /// Elements of the smallest data block, of the index block, of a page.
    least: u64,
    in_index: u64,
    page: u64,
    /// Super blocks, and how many of them have no block of their own but stand in the index block.
    blocks: u64,
    direct: u64,
    /// Elements that were ever set.
    set: u64,
}

/// Gives `visit` the position and the place of every chunk that was written. False where a part is damaged, which is noted.
pub(super) fn walk(
    file: &File,
    address: u64,
    visit: &mut dyn FnMut(u64, Stored) -> Result<(), Error>,
) -> Result<bool, Error> {
    file.or_note(array(file, address, visit))
}

fn array(file: &File, address: u64, visit: &mut dyn FnMut(u64, Stored) -> Result<(), Error>) -> Result<bool, Error> {
    let length = file.length_size().saturating_mul(6).saturating_add(file.offset_size()).saturating_add(16);
    let mut cursor = file.sealed(address, length, *b"EAHD")?;
    let place = cursor.place();
    cursor.skip(1)?;
    let [packed, size, bits, in_index, least, pointers, page_bits] = cursor.array()?.map(u64::from);
    for _ in 0..4 {
        file.length(&mut cursor)?;
    }
    let set = file.length(&mut cursor)?;
    file.length(&mut cursor)?;
    let Some(index) = file.offset(&mut cursor)? else { return Ok(true) };
    let odd = bits > 64 || page_bits > 63 || !least.is_power_of_two() || !pointers.is_power_of_two();
    if odd || bits < u64::from(least.ilog2()) {
        return Err(file.invalid(place, "an index of odd measures", "powers of two"));
    }
    let array = Array {
        size,
        position: bits.div_ceil(8),
        least,
        in_index,
        page: 1_u64 << page_bits,
        blocks: bits.saturating_sub(u64::from(least.ilog2())).saturating_add(1),
        direct: u64::from(pointers.ilog2()).saturating_mul(2),
        set,
    };
    let mut elements = Elements { file, size, packed: packed == 1, visit };
    array.index(index, &mut elements)
}

impl Array {
    /// Of a super block: its data blocks, the elements of each.
    fn measures(&self, block: u64) -> (u64, u64) {
        let shifted = |one: u64, by: u64| {
            u32::try_from(by).ok().and_then(|by| one.checked_shl(by)).filter(|shifted| *shifted > 0).unwrap_or(u64::MAX)
        };
        (shifted(1, block / 2), shifted(1, block.saturating_add(1) / 2).saturating_mul(self.least))
    }

    fn index(&self, address: u64, elements: &mut Elements) -> Result<bool, Error> {
        let file = elements.file;
        let direct = self.direct.min(self.blocks);
        let data = (0..direct).fold(0_u64, |sum, block| sum.saturating_add(self.measures(block).0));
        let pointers = data.saturating_add(self.blocks.saturating_sub(direct));
        let prefix = file.offset_size().saturating_add(6);
        let inner = self.in_index.saturating_mul(self.size).saturating_add(pointers.saturating_mul(file.offset_size()));
        let mut cursor = file.sealed(address, prefix.saturating_add(inner).saturating_add(4), *b"EAIB")?;
        skip(&mut cursor, prefix.saturating_sub(4))?;
        elements.read(&mut cursor, 0, self.in_index)?;
        let mut first = self.in_index;
        let mut whole = true;
        for block in 0..self.blocks {
            let (count, each) = self.measures(block);
            if block < direct {
                for _ in 0..count {
                    if let Some(data) = file.offset(&mut cursor)? {
                        whole &= file.or_note(self.data(data, first, each, None, elements))?;
                    }
                    first = first.saturating_add(each);
                }
            } else {
                if let Some(block) = file.offset(&mut cursor)? {
                    whole &= file.or_note(self.block(block, first, count, each, elements))?;
                }
                first = first.saturating_add(count.saturating_mul(each));
            }
            if first >= self.set {
                break;
            }
        }
        Ok(whole)
    }

    /// A super block.
    fn block(&self, address: u64, first: u64, count: u64, each: u64, elements: &mut Elements) -> Result<bool, Error> {
        let file = elements.file;
        let prefix = file.offset_size().saturating_add(6).saturating_add(self.position);
        let pages = if each > self.page { each.checked_div(self.page).unwrap_or(0) } else { 0 };
        let marks = pages.div_ceil(8);
        let inner = count.saturating_mul(marks.saturating_add(file.offset_size()));
        let mut cursor = file.sealed(address, prefix.saturating_add(inner).saturating_add(4), *b"EASB")?;
        skip(&mut cursor, prefix.saturating_sub(4))?;
        let all = cursor.take(usize::try_from(count.saturating_mul(marks)).unwrap_or(usize::MAX))?;
        let mut whole = true;
        for number in 0..count {
            let first = first.saturating_add(number.saturating_mul(each));
            let Some(data) = file.offset(&mut cursor)? else { continue };
            let from = usize::try_from(number.saturating_mul(marks)).unwrap_or(usize::MAX);
            let own = Some(all.get(from..).unwrap_or_default()).filter(|_| marks > 0);
            whole &= file.or_note(self.data(data, first, each, own, elements))?;
        }
        Ok(whole)
    }

    /// A data block, in pages where `marks` says which of them were written.
    fn data(
        &self,
        address: u64,
        first: u64,
        count: u64,
        marks: Option<&[u8]>,
        elements: &mut Elements,
    ) -> Result<bool, Error> {
        let file = elements.file;
        let prefix = file.offset_size().saturating_add(6).saturating_add(self.position);
        let Some(marks) = marks else {
            let length = prefix.saturating_add(count.saturating_mul(self.size)).saturating_add(4);
            let mut cursor = file.sealed(address, length, *b"EADB")?;
            skip(&mut cursor, prefix.saturating_sub(4))?;
            return elements.read(&mut cursor, first, count).map(|()| true);
        };
        file.sealed(address, prefix.saturating_add(4), *b"EADB")?;
        let mut at = address.saturating_add(prefix).saturating_add(4);
        let mut whole = true;
        for number in 0..count.checked_div(self.page).unwrap_or(0) {
            if is_marked(marks, number) {
                let first = first.saturating_add(number.saturating_mul(self.page));
                whole &= elements.page(at, first, self.page)?;
            }
            at = at.saturating_add(self.page.saturating_mul(self.size)).saturating_add(4);
        }
        Ok(whole)
    }
}

fn skip(cursor: &mut Cursor, bytes: u64) -> Result<(), Error> {
    cursor.skip(usize::try_from(bytes).unwrap_or(usize::MAX))
}
