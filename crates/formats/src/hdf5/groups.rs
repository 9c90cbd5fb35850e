//! Members of groups: symbol tables, links in the header, links in a heap.

use super::file::{File, uint};
use super::header::{self, Header};
use super::heaps::{Fractal, Names};
use super::trees::{self, Finds};
use super::trees2;
use crate::cursor::Cursor;
use crate::{Error, Place};

/// Members of one group that are looked at.
const MEMBERS: usize = 4096;

/// True for the header of a group.
pub(super) fn is_group(header: &Header) -> bool {
    [header::SYMBOL_TABLE, header::LINK_INFO, header::LINK].iter().any(|kind| header.has(*kind))
}

/// The members of a group by name, each with the address of its header. Links to names and to other files are passed over; what
/// is damaged is noted.
pub(super) fn members<'a>(file: &File<'a>, header: &Header<'a>) -> Result<Vec<(String, u64)>, Error> {
    let mut found = Vec::new();
    if let Some(body) = header.first(header::SYMBOL_TABLE)
        && let Err(fault) = symbols(file, body, &mut found)
    {
        file.note(fault)?;
    }
    for message in header.messages.iter().filter(|message| message.kind == header::LINK) {
        match link(file, message.body.clone()) {
            Ok(member) => add(file, &mut found, member)?,
            Err(fault) => file.note(fault)?,
        }
    }
    if let Some(body) = header.first(header::LINK_INFO)
        && let Err(fault) = dense(file, body, &mut found)
    {
        file.note(fault)?;
    }
    found.sort();
    Ok(found)
}

fn add(file: &File, found: &mut Vec<(String, u64)>, member: Option<(String, u64)>) -> Result<(), Error> {
    if found.len() >= MEMBERS {
        return Err(Error::limit(file.name, Place::Whole, "more members of a group", MEMBERS));
    }
    found.extend(member);
    Ok(())
}

fn symbols<'a>(file: &File<'a>, mut body: Cursor<'a>, found: &mut Vec<(String, u64)>) -> Result<(), Error> {
    let place = body.place();
    let (tree, heap) = (file.offset(&mut body)?, file.offset(&mut body)?);
    let missing = || file.invalid(place, "a group without an address", "those of its tree and its names");
    let (tree, heap) = tree.zip(heap).ok_or_else(missing)?;
    let names = Names::open(file, heap)?;
    trees::walk(file, tree, Finds::Members, &mut |_, node| table(file, &names, node, found))?;
    Ok(())
}

/// One table of symbols.
fn table(file: &File, names: &Names, address: u64, found: &mut Vec<(String, u64)>) -> Result<(), Error> {
    let mut cursor = file.at(address, 8)?;
    file.signature(&mut cursor, *b"SNOD")?;
    cursor.skip(2)?;
    let count = u64::from(cursor.u16_le()?);
    let each = file.offset_size().saturating_mul(2).saturating_add(24);
    let start = address.saturating_add(8);
    for position in 0..count {
        let mut entry = file.at(start.saturating_add(position.saturating_mul(each)), each)?;
        let name = file.offset(&mut entry)?;
        let object = file.offset(&mut entry)?;
        // Of kind 2 are links to names.
        let is_soft = entry.u32_le()? == 2;
        let Some((name, object)) = name.zip(object).filter(|_| !is_soft) else { continue };
        match names.get(file, name) {
            Ok(name) => add(file, found, Some((name, object)))?,
            Err(fault) => file.note(fault)?,
        }
    }
    Ok(())
}

/// A link message; none where it leads to a name or another file.
fn link(file: &File, mut body: Cursor) -> Result<Option<(String, u64)>, Error> {
    body.skip(1)?;
    let flags = body.u8()?;
    let kind = if flags & 8 == 0 { 0 } else { body.u8()? };
    body.skip(if flags & 4 == 0 { 0 } else { 8 })?;
    body.skip(usize::from(flags & 0x10 != 0))?;
    let length = uint(&mut body, 1_u64 << (flags & 3))?;
    let name = body.take(usize::try_from(length).unwrap_or(usize::MAX))?;
    if kind != 0 {
        return Ok(None);
    }
    let name = String::from_utf8_lossy(name.get(..1024).unwrap_or(name)).into_owned();
    Ok(file.offset(&mut body)?.map(|object| (name, object)))
}

/// Links in a heap, found by a tree.
fn dense<'a>(file: &File<'a>, mut body: Cursor<'a>, found: &mut Vec<(String, u64)>) -> Result<(), Error> {
    body.skip(1)?;
    let flags = body.u8()?;
    body.skip(if flags & 1 == 0 { 0 } else { 8 })?;
    let (heap, tree) = (file.offset(&mut body)?, file.offset(&mut body)?);
    let Some((heap, tree)) = heap.zip(tree) else { return Ok(()) };
    let heap = Fractal::open(file, heap)?;
    trees2::walk(file, tree, &mut |kind, mut record| {
        record.skip(if kind == 5 { 4 } else { 8 })?;
        let body = heap.get(file, record)?;
        add(file, found, link(file, body)?)
    })?;
    Ok(())
}
