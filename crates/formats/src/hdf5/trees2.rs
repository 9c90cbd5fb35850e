//! B-trees of version 2, which find links, attributes and chunks.

use super::file::{File, bytes_for, uint};
use crate::Error;
use crate::cursor::Cursor;

/// Levels of a tree.
const DEEPEST: u16 = 16;
/// Bytes of a node beside its records and pointers: signature, version, type, checksum.
const AROUND: u64 = 10;

/// A tree's measures.
struct Tree {
    node: u64,
    record: u64,
    /// Of each level, from the leaves up: how many bytes say the records of a node, and those of all below it.
    pointers: Vec<(u64, u64)>,
}

/// Gives `visit` the records of a tree, in order, after `kind` was told the tree's type and its records' size. False where a part
/// is damaged, which is noted.
pub(super) fn walk<'a>(
    file: &File<'a>,
    address: u64,
    visit: &mut dyn FnMut(u8, Cursor<'a>) -> Result<(), Error>,
) -> Result<bool, Error> {
    file.or_note(root(file, address, visit))
}

fn root<'a>(
    file: &File<'a>,
    address: u64,
    visit: &mut dyn FnMut(u8, Cursor<'a>) -> Result<(), Error>,
) -> Result<bool, Error> {
    let length = file.offset_size().saturating_add(file.length_size()).saturating_add(22);
    let mut cursor = file.sealed(address, length, *b"BTHD")?;
    let place = cursor.place();
    cursor.skip(1)?;
    let kind = cursor.u8()?;
    let node = u64::from(cursor.u32_le()?);
    let record = u64::from(cursor.u16_le()?);
    let depth = cursor.u16_le()?;
    cursor.skip(2)?;
    let root = file.offset(&mut cursor)?;
    let records = u64::from(cursor.u16_le()?);
    let leaf = node.saturating_sub(AROUND).checked_div(record).unwrap_or(0);
    if leaf == 0 || depth > DEEPEST {
        return Err(file.invalid(place, "a tree of no records, or too deep", "nodes that hold a record"));
    }
    let Some(root) = root.filter(|_| records > 0) else { return Ok(true) };

    // How many records a node and all below it can hold, level by level.
    let each = bytes_for(leaf);
    let mut pointers = vec![(each, 0)];
    let mut below = leaf;
    let mut below_bytes = 0;
    for _ in 0..depth {
        let pointer = file.offset_size().saturating_add(each).saturating_add(below_bytes);
        pointers.push((each, below_bytes));
        let room = node.saturating_sub(AROUND).saturating_sub(pointer);
        let own = room.checked_div(record.saturating_add(pointer)).unwrap_or(0);
        below = own.saturating_add(1).saturating_mul(below).saturating_add(own);
        below_bytes = bytes_for(below);
    }
    let tree = Tree { node, record, pointers };
    tree.walk(file, root, records, usize::from(depth), &mut |record| visit(kind, record))
}

impl Tree {
    fn walk<'a>(
        &self,
        file: &File<'a>,
        address: u64,
        records: u64,
        level: usize,
        visit: &mut dyn FnMut(Cursor<'a>) -> Result<(), Error>,
    ) -> Result<bool, Error> {
        let (each, below) = self.pointers.get(level).copied().unwrap_or_default();
        let pointer = file.offset_size().saturating_add(each).saturating_add(below);
        let own = records.saturating_mul(self.record);
        let children = if level == 0 { 0 } else { records.saturating_add(1).saturating_mul(pointer) };
        let length = own.saturating_add(children).saturating_add(AROUND);
        if length > self.node {
            let place = crate::Place::Byte(file.place(address));
            return Err(file.invalid(place, "more records than a node holds", "those that fit its size"));
        }
        let mut cursor = file.sealed(address, length, if level == 0 { *b"BTLF" } else { *b"BTIN" })?;
        cursor.skip(2)?;
        let mut own = cursor.part(usize::try_from(own).unwrap_or(usize::MAX))?;
        let mut whole = true;
        let mut give = |file: &File<'a>, visit: &mut dyn FnMut(Cursor<'a>) -> Result<(), Error>| {
            let record = own.part(usize::try_from(self.record).unwrap_or(usize::MAX))?;
            visit(record).or_else(|fault| file.note(fault))
        };
        if level == 0 {
            for _ in 0..records {
                give(file, visit)?;
            }
            return Ok(true);
        }
        for child in 0..=records {
            let address = file.offset(&mut cursor)?;
            let inner = uint(&mut cursor, each)?;
            uint(&mut cursor, below)?;
            if let Some(address) = address {
                whole &= file.or_note(self.walk(file, address, inner, level.saturating_sub(1), visit))?;
            }
            if child < records {
                give(file, visit)?;
            }
        }
        Ok(whole)
    }
}
