//! Heaps: local ones of names, fractal ones of links and attributes, global ones of texts.

use std::collections::BTreeMap;

use super::file::{File, bytes_for, uint};
use crate::cursor::Cursor;
use crate::{Error, Place};

/// Blocks within blocks of a fractal heap, and objects of a global one.
const DEEPEST: usize = 16;
const OBJECTS: usize = 1 << 16;
/// The longest name that is read whole.
const LONGEST_NAME: u64 = 1024;

/// The names of a group of the older kind.
pub(super) struct Names {
    start: u64,
    length: u64,
}

impl Names {
    pub(super) fn open(file: &File, address: u64) -> Result<Names, Error> {
        let length = file.length_size().saturating_mul(2).saturating_add(file.offset_size()).saturating_add(8);
        let mut cursor = file.at(address, length)?;
        let place = cursor.place();
        file.signature(&mut cursor, *b"HEAP")?;
        cursor.skip(4)?;
        let length = file.length(&mut cursor)?;
        file.length(&mut cursor)?;
        let start = file.offset(&mut cursor)?;
        let start =
            start.ok_or_else(|| file.invalid(place, "a heap without an address", "the address of its names"))?;
        Ok(Names { start, length })
    }

    /// The name at an offset.
    pub(super) fn get(&self, file: &File, offset: u64) -> Result<String, Error> {
        let length = self.length.saturating_sub(offset).min(LONGEST_NAME);
        let bytes = file.some(self.start.saturating_add(offset), length);
        let end = bytes.iter().position(|byte| *byte == 0);
        let name = end.and_then(|end| bytes.get(..end)).ok_or_else(|| {
            let place = Place::Byte(file.place(self.start.saturating_add(offset)));
            file.invalid(place, "a name without an end", "at most 1024 letters and a zero")
        })?;
        file.spend((name.len() as u64).saturating_add(16))?;
        Ok(String::from_utf8_lossy(name).into_owned())
    }
}

/// A heap of objects of many sizes, in blocks that double.
pub(super) struct Fractal {
    /// Bytes of an offset and of a length within an object's number.
    offset: u64,
    length: u64,
    /// Blocks of a row, bytes of a block of the first row, of the largest direct block.
    width: u64,
    first: u64,
    largest: u64,
    root: Option<u64>,
    rows: u64,
    sealed: bool,
}

impl Fractal {
    pub(super) fn open(file: &File, address: u64) -> Result<Fractal, Error> {
        let (o, l) = (file.offset_size(), file.length_size());
        let length = l.saturating_mul(12).saturating_add(o.saturating_mul(3)).saturating_add(26);
        let mut cursor = file.sealed(address, length, *b"FRHP")?;
        let place = cursor.place();
        cursor.skip(3)?;
        let filters = cursor.u16_le()?;
        let flags = cursor.u8()?;
        let managed = u64::from(cursor.u32_le()?);
        file.length(&mut cursor)?;
        file.offset(&mut cursor)?;
        file.length(&mut cursor)?;
        file.offset(&mut cursor)?;
        for _ in 0..8 {
            file.length(&mut cursor)?;
        }
        let width = u64::from(cursor.u16_le()?);
        let first = file.length(&mut cursor)?;
        let largest = file.length(&mut cursor)?;
        let bits = u64::from(cursor.u16_le()?);
        cursor.skip(2)?;
        let root = file.offset(&mut cursor)?;
        let rows = u64::from(cursor.u16_le()?);
        if filters > 0 {
            return Err(file.unsupported(place, "a heap that is packed", "one that is not"));
        }
        if width == 0 || !first.is_power_of_two() || !largest.is_power_of_two() || largest < first || bits > 64 {
            return Err(file.invalid(place, "a heap of odd blocks", "blocks whose sizes are powers of two"));
        }
        let whole = u64::from(largest.ilog2()).div_ceil(8);
        Ok(Fractal {
            offset: bits.div_ceil(8),
            length: whole.min(bytes_for(managed)),
            width,
            first,
            largest,
            root,
            rows,
            sealed: flags & 2 != 0,
        })
    }

    /// The object of a number, which is given as the heap wrote it.
    pub(super) fn get<'a>(&self, file: &File<'a>, mut number: Cursor<'a>) -> Result<Cursor<'a>, Error> {
        let place = number.place();
        let head = number.u8()?;
        match head >> 4 & 3 {
            0 => {
                let offset = uint(&mut number, self.offset)?;
                let length = uint(&mut number, self.length)?;
                let root = self.root.ok_or_else(|| file.invalid(place, "an object of an empty heap", "a block"))?;
                self.find(file, root, self.rows, (offset, length), 0)
            }
            2 => number.part(usize::from(head & 15).saturating_add(1)),
            _ => Err(file.unsupported(place, "an object that is too large for its heap", "one of some kilobytes")),
        }
    }

    /// Bytes of a block of a row.
    fn block(&self, row: u64) -> u64 {
        let doubled = u32::try_from(row.saturating_sub(1)).ok().and_then(|times| 1_u64.checked_shl(times));
        self.first.saturating_mul(doubled.unwrap_or(u64::MAX))
    }

    /// An object (its offset in the block at an address, and its length) of a block of so many rows; 0 for direct blocks.
    fn find<'a>(
        &self,
        file: &File<'a>,
        address: u64,
        rows: u64,
        (offset, length): (u64, u64),
        depth: usize,
    ) -> Result<Cursor<'a>, Error> {
        let wrong = || file.invalid(Place::Byte(file.place(address)), "an object outside of its heap", "one within");
        let before = file.offset_size().saturating_add(self.offset).saturating_add(5);
        if rows == 0 {
            let least = before.saturating_add(if self.sealed { 4 } else { 0 });
            file.signature(&mut file.at(address, 4)?, *b"FHDB")?;
            if offset < least {
                return Err(wrong());
            }
            return file.at(address.saturating_add(offset), length);
        }
        if depth > DEEPEST {
            return Err(wrong());
        }
        file.signature(&mut file.at(address, 4)?, *b"FHIB")?;
        let mut start = 0_u64;
        let mut child = address.saturating_add(before);
        for row in 0..rows {
            let size = self.block(row);
            let all = size.saturating_mul(self.width);
            let column = offset.saturating_sub(start).checked_div(size).unwrap_or(0);
            if column >= self.width {
                start = start.saturating_add(all);
                child = child.saturating_add(self.width.saturating_mul(file.offset_size()));
                continue;
            }
            child = child.saturating_add(column.saturating_mul(file.offset_size()));
            let inner = offset.saturating_sub(start).saturating_sub(column.saturating_mul(size));
            let next = file.offset(&mut file.at(child, file.offset_size())?)?.ok_or_else(wrong)?;
            let rows = if size <= self.largest {
                0
            } else {
                let smallest = self.first.saturating_mul(self.width);
                u64::from(size.ilog2()).saturating_sub(u64::from(smallest.max(1).ilog2())).saturating_add(1)
            };
            return self.find(file, next, rows, (inner, length), depth.saturating_add(1));
        }
        Err(wrong())
    }
}

/// A heap of texts of any length; the last one looked at stays open.
#[derive(Default)]
pub(super) struct Global<'a> {
    open: Option<(u64, BTreeMap<u16, Cursor<'a>>)>,
}

impl<'a> Global<'a> {
    /// The object of a number in the collection at an address.
    pub(super) fn get(&mut self, file: &File<'a>, address: u64, number: u32) -> Result<Cursor<'a>, Error> {
        if self.open.as_ref().is_none_or(|(own, _)| *own != address) {
            self.open = Some((address, objects(file, address)?));
        }
        let number = u16::try_from(number).unwrap_or(0);
        let found = self.open.as_ref().and_then(|(_, objects)| objects.get(&number)).cloned();
        file.spend(16)?;
        let place = Place::Byte(file.place(address));
        found.ok_or_else(|| file.invalid(place, "no such text in the heap", "the text that is named"))
    }
}

fn objects<'a>(file: &File<'a>, address: u64) -> Result<BTreeMap<u16, Cursor<'a>>, Error> {
    let mut cursor = file.at(address, file.length_size().saturating_add(8))?;
    let head = cursor.remaining() as u64;
    file.signature(&mut cursor, *b"GCOL")?;
    cursor.skip(4)?;
    let stated = file.length(&mut cursor)?;
    let length = file.some(address, stated).len() as u64;
    let mut cursor = file.at(address.saturating_add(head), length.saturating_sub(head))?;
    let mut objects = BTreeMap::new();
    while cursor.remaining() as u64 >= file.length_size().saturating_add(8) && objects.len() < OBJECTS {
        let number = cursor.u16_le()?;
        cursor.skip(6)?;
        let length = file.length(&mut cursor)?;
        if number == 0 {
            break;
        }
        let Ok(body) = cursor.part(usize::try_from(length).unwrap_or(usize::MAX)) else { break };
        file.spend(32)?;
        objects.entry(number).or_insert(body);
        let over = length.checked_next_multiple_of(8).unwrap_or(length).saturating_sub(length);
        if cursor.skip(usize::try_from(over).unwrap_or(usize::MAX)).is_err() {
            break;
        }
    }
    Ok(objects)
}
