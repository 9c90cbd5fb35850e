//! Object headers: the messages that say what a group or a dataset is.

use super::file::{File, uint};
use crate::cursor::Cursor;
use crate::{Error, Place};

/// Messages of one header that are looked at, and blocks that continue it.
const MESSAGES: usize = 4096;
const BLOCKS: usize = 256;

/// Kinds of messages.
pub(super) const DATASPACE: u16 = 1;
pub(super) const LINK_INFO: u16 = 2;
pub(super) const DATATYPE: u16 = 3;
pub(super) const OLD_FILL: u16 = 4;
pub(super) const FILL: u16 = 5;
pub(super) const LINK: u16 = 6;
pub(super) const EXTERNAL: u16 = 7;
pub(super) const LAYOUT: u16 = 8;
pub(super) const FILTERS: u16 = 11;
pub(super) const ATTRIBUTE: u16 = 12;
const CONTINUATION: u16 = 16;
pub(super) const SYMBOL_TABLE: u16 = 17;
pub(super) const ATTRIBUTE_INFO: u16 = 21;

/// One message.
#[derive(Clone, Debug)]
pub(super) struct Message<'a> {
    pub(super) kind: u16,
    pub(super) body: Cursor<'a>,
}

/// The messages of an object.
#[derive(Clone, Debug)]
pub(super) struct Header<'a> {
    pub(super) messages: Vec<Message<'a>>,
}

impl<'a> Header<'a> {
    /// The body of the first message of a kind.
    pub(super) fn first(&self, kind: u16) -> Option<Cursor<'a>> {
        self.messages.iter().find(|message| message.kind == kind).map(|message| message.body.clone())
    }

    /// True where there is such a message.
    pub(super) fn has(&self, kind: u16) -> bool {
        self.messages.iter().any(|message| message.kind == kind)
    }

    /// Reads the header at an address, of version 1 or 2. Of one whose continuation is damaged, what comes before it.
    pub(super) fn read(file: &File<'a>, address: u64) -> Result<Header<'a>, Error> {
        read(file, address, true)
    }
}

fn read<'a>(file: &File<'a>, address: u64, shared: bool) -> Result<Header<'a>, Error> {
    let mut start = file.at(address, 4)?;
    let mut reading = if start.array()? == *b"OHDR" { second(file, address)? } else { first(file, address)? };
    let mut messages = Vec::new();
    let mut done = 0_usize;
    while let Some(block) = reading.blocks.get(done).copied().filter(|_| done < BLOCKS) {
        done = done.saturating_add(1);
        if let Err(fault) = reading.block(file, block, shared, &mut messages) {
            file.note(fault)?;
        }
    }
    Ok(Header { messages })
}

/// Bytes that hold messages.
#[derive(Clone, Copy)]
enum Block {
    /// From an address on, so many bytes.
    Plain(u64, u64),
    /// The same with a signature before and a checksum behind, which the length covers.
    Sealed(u64, u64, [u8; 4], u64),
}

struct Reading {
    /// True for headers of version 2.
    second: bool,
    /// True where messages carry the order in which they were made.
    ordered: bool,
    blocks: Vec<Block>,
}

fn first(file: &File, address: u64) -> Result<Reading, Error> {
    let mut cursor = file.at(address, 16)?;
    let place = cursor.place();
    if cursor.u8()? != 1 {
        return Err(file.invalid(place, "no header of an object", "one of version 1 or 2"));
    }
    cursor.skip(7)?;
    let length = u64::from(cursor.u32_le()?);
    let block = Block::Plain(address.saturating_add(16), length);
    Ok(Reading { second: false, ordered: false, blocks: vec![block] })
}

fn second(file: &File, address: u64) -> Result<Reading, Error> {
    let mut cursor = file.at(address, 34.min(file.some(address, 34).len() as u64))?;
    let start = cursor.position();
    cursor.skip(4)?;
    let place = cursor.place();
    let version = cursor.u8()?;
    if version != 2 {
        let found = format!("version {version} of an object's header");
        return Err(Error::unsupported(file.name, place, found, "versions 1 and 2"));
    }
    let flags = cursor.u8()?;
    cursor.skip(if flags & 0x20 == 0 { 0 } else { 16 })?;
    cursor.skip(if flags & 0x10 == 0 { 0 } else { 4 })?;
    let length = uint(&mut cursor, 1_u64 << (flags & 3))?;
    let before = cursor.position().saturating_sub(start);
    let whole = before.saturating_add(length).saturating_add(4);
    let block = Block::Sealed(address, whole, *b"OHDR", before);
    Ok(Reading { second: true, ordered: flags & 4 != 0, blocks: vec![block] })
}

impl Reading {
    fn block<'a>(
        &mut self,
        file: &File<'a>,
        block: Block,
        shared: bool,
        messages: &mut Vec<Message<'a>>,
    ) -> Result<(), Error> {
        let mut cursor = match block {
            Block::Plain(address, length) => {
                // A header that is cut has its first messages still.
                let there = file.some(address, length).len() as u64;
                if there < length {
                    let place = Place::Byte(file.place(address));
                    let (found, expected) = (format!("{there} bytes"), format!("{length} bytes"));
                    file.note(Error::truncated(file.name, place, found, expected))?;
                }
                file.at(address, there)?
            }
            Block::Sealed(address, length, signature, before) => {
                let mut cursor = file.sealed(address, length, signature)?;
                cursor.skip(usize::try_from(before.saturating_sub(4)).unwrap_or(usize::MAX))?;
                cursor
            }
        };
        // What is shorter than a message's own header is a gap.
        let least = if self.second { if self.ordered { 6 } else { 4 } } else { 8 };
        while cursor.remaining() >= least && messages.len() < MESSAGES {
            let kind = if self.second { u16::from(cursor.u8()?) } else { cursor.u16_le()? };
            let size = cursor.u16_le()?;
            let flags = cursor.u8()?;
            cursor.skip(if self.second { if self.ordered { 2 } else { 0 } } else { 3 })?;
            let mut body = cursor.part(usize::from(size))?;
            match kind {
                0 => {}
                CONTINUATION => {
                    let address = file.offset(&mut body)?;
                    let length = file.length(&mut body)?;
                    let Some(address) = address else { continue };
                    self.blocks.push(if self.second {
                        Block::Sealed(address, length, *b"OCHK", 4)
                    } else {
                        Block::Plain(address, length)
                    });
                }
                _ if flags & 2 != 0 => match resolve(file, kind, body, shared) {
                    Ok(body) => messages.push(Message { kind, body }),
                    Err(fault) => file.note(fault)?,
                },
                _ => messages.push(Message { kind, body }),
            }
        }
        Ok(())
    }
}

/// A message that stands in the header of another object, such as a type that has a name of its own.
fn resolve<'a>(file: &File<'a>, kind: u16, mut body: Cursor<'a>, shared: bool) -> Result<Cursor<'a>, Error> {
    let place = body.place();
    let unread = || file.unsupported(place, "a message that is shared in a heap", "one of its own object");
    let version = body.u8()?;
    let way = body.u8()?;
    if version == 1 {
        body.skip(6)?;
    }
    if !shared || (version == 3 && way == 1) {
        return Err(unread());
    }
    let address = file.offset(&mut body)?.ok_or_else(unread)?;
    let other = read(file, address, false)?;
    other.first(kind).ok_or_else(unread)
}

/// The body of a message of which `body` says that it stands elsewhere.
pub(super) fn elsewhere<'a>(file: &File<'a>, kind: u16, body: Cursor<'a>) -> Result<Cursor<'a>, Error> {
    resolve(file, kind, body, true)
}
