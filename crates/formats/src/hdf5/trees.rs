//! B-trees of version 1, which find members of groups and chunks of data.

use super::file::File;
use crate::Error;
use crate::cursor::Cursor;

/// Levels of a tree.
const DEEPEST: u8 = 32;

/// What a tree finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Finds {
    /// Members of a group.
    Members,
    /// Chunks, whose keys have so many bytes.
    Chunks(u64),
}

/// Gives `visit` every leaf's key and address. False where a part of the tree is damaged, which is noted.
pub(super) fn walk<'a>(
    file: &File<'a>,
    address: u64,
    finds: Finds,
    visit: &mut dyn FnMut(Cursor<'a>, u64) -> Result<(), Error>,
) -> Result<bool, Error> {
    file.or_note(node(file, address, finds, DEEPEST, visit))
}

fn node<'a>(
    file: &File<'a>,
    address: u64,
    finds: Finds,
    above: u8,
    visit: &mut dyn FnMut(Cursor<'a>, u64) -> Result<(), Error>,
) -> Result<bool, Error> {
    let prefix = file.offset_size().saturating_mul(2).saturating_add(8);
    let mut cursor = file.at(address, prefix)?;
    let place = cursor.place();
    file.signature(&mut cursor, *b"TREE")?;
    let kind = cursor.u8()?;
    let level = cursor.u8()?;
    let count = cursor.u16_le()?;
    let (expected, key) = match finds {
        Finds::Members => (0, file.length_size()),
        Finds::Chunks(key) => (1, key),
    };
    if kind != expected || level >= above {
        return Err(file.invalid(place, "a node of another tree", "one of this tree, a level below"));
    }
    let each = key.saturating_add(file.offset_size());
    let stated = u64::from(count).saturating_mul(each);
    let start = address.saturating_add(prefix);
    // Of a node that is cut, the first of its children are there.
    let there = file.some(start, stated).len() as u64;
    let mut whole = there == stated;
    if !whole {
        let (found, expected) = (format!("{there} bytes"), format!("{stated} bytes"));
        file.note(Error::truncated(file.name, place, found, expected))?;
    }
    let mut cursor = file.at(start, there)?;
    for _ in 0..there.checked_div(each).unwrap_or(0) {
        let own = cursor.part(usize::try_from(key).unwrap_or(usize::MAX))?;
        let Some(child) = file.offset(&mut cursor)? else { continue };
        let result = if level == 0 { visit(own, child).map(|()| true) } else { node(file, child, finds, level, visit) };
        whole &= file.or_note(result)?;
    }
    Ok(whole)
}
