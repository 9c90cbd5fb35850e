//! Where the elements of a dataset lie: data layout, fill value and filters.

use super::file::{File, uint};
use super::header::{self, Header};
use crate::cursor::Cursor;
use crate::{Error, Place};

/// Where elements lie.
#[derive(Clone, Debug)]
pub(super) enum Layout<'a> {
    /// In the header itself.
    Compact(Cursor<'a>),
    /// One after the other from an address on; none where nothing was written.
    Contiguous(Option<u64>),
    Chunked(Chunked),
}

/// Elements in chunks of equal extents.
#[derive(Clone, Debug)]
pub(super) struct Chunked {
    /// The extents of a chunk, each at least 1.
    pub(super) extents: Vec<u64>,
    pub(super) index: Index,
    /// Where it stands; none where nothing was written.
    pub(super) address: Option<u64>,
    /// True where chunks that reach beyond the dataset are not packed.
    pub(super) plain_edges: bool,
}

/// How chunks are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Index {
    /// A B-tree of version 1.
    OldTree,
    /// There is one chunk, of so many bytes where it is packed, without the filters of the mask.
    Single(Option<(u64, u32)>),
    /// They lie one after the other.
    Implicit,
    FixedArray,
    ExtensibleArray,
    /// A B-tree of version 2.
    Tree,
}

/// Reads the layout message.
pub(super) fn read<'a>(file: &File<'a>, mut body: Cursor<'a>) -> Result<Layout<'a>, Error> {
    let place = body.place();
    let unread = |found: String| Error::unsupported(file.name, place, found, "versions 1 to 5 of layouts in one file");
    let version = body.u8()?;
    match version {
        1 | 2 => {
            let rank = usize::from(body.u8()?);
            let class = body.u8()?;
            body.skip(5)?;
            let address = if class == 0 { None } else { file.offset(&mut body)? };
            match class {
                0 => {
                    body.skip(rank.saturating_mul(4))?;
                    let length = uint(&mut body, 4)?;
                    compact(body, length)
                }
                1 => Ok(Layout::Contiguous(address)),
                _ => chunked(file, &mut body, rank, 4, place).map(|extents| {
                    Layout::Chunked(Chunked { extents, index: Index::OldTree, address, plain_edges: false })
                }),
            }
        }
        3..=5 => match body.u8()? {
            0 => {
                let length = uint(&mut body, 2)?;
                compact(body, length)
            }
            1 => Ok(Layout::Contiguous(file.offset(&mut body)?)),
            2 if version == 3 => {
                let rank = usize::from(body.u8()?);
                let address = file.offset(&mut body)?;
                let extents = chunked(file, &mut body, rank, 4, place)?;
                Ok(Layout::Chunked(Chunked { extents, index: Index::OldTree, address, plain_edges: false }))
            }
            2 => newer(file, &mut body, place),
            class => Err(unread(format!("a layout of class {class}"))),
        },
        version => Err(unread(format!("version {version} of a layout"))),
    }
}

fn compact(mut body: Cursor<'_>, length: u64) -> Result<Layout<'_>, Error> {
    body.part(usize::try_from(length).unwrap_or(usize::MAX)).map(Layout::Compact)
}

/// The extents of a chunk; the last is the size of an element, which the datatype says too.
fn chunked(file: &File, body: &mut Cursor, rank: usize, size: u64, place: Place) -> Result<Vec<u64>, Error> {
    let wrong = || file.invalid(place, "a chunk of no extents", "an extent for each of the dataset's");
    let rank = rank.checked_sub(1).filter(|rank| (1..=32).contains(rank)).ok_or_else(wrong)?;
    let extents = (0..rank).map(|_| uint(body, size)).collect::<Result<Vec<_>, _>>()?;
    uint(body, size)?;
    if extents.contains(&0) { Err(wrong()) } else { Ok(extents) }
}

/// Chunks as version 4 says it.
fn newer<'a>(file: &File, body: &mut Cursor, place: Place) -> Result<Layout<'a>, Error> {
    let flags = body.u8()?;
    let rank = usize::from(body.u8()?);
    let size = u64::from(body.u8()?);
    if !(1..=8).contains(&size) {
        return Err(file.invalid(place, "extents of no size or more than 8 bytes", "1 to 8 bytes"));
    }
    let extents = chunked(file, body, rank, size, place)?;
    let index = match body.u8()? {
        1 if flags & 2 != 0 => Index::Single(Some((file.length(body)?, body.u32_le()?))),
        1 => Index::Single(None),
        2 => Index::Implicit,
        3 => {
            body.skip(1)?;
            Index::FixedArray
        }
        4 => {
            body.skip(5)?;
            Index::ExtensibleArray
        }
        5 => {
            body.skip(6)?;
            Index::Tree
        }
        other => {
            let found = format!("chunks found by an index of kind {other}");
            return Err(Error::unsupported(file.name, place, found, "kinds 1 to 5"));
        }
    };
    let address = file.offset(body)?;
    Ok(Layout::Chunked(Chunked { extents, index, address, plain_edges: flags & 1 != 0 }))
}

/// The value of elements that were never written; none for zeros.
pub(super) fn fill<'a>(header: &Header<'a>) -> Result<Option<&'a [u8]>, Error> {
    let Some(mut body) = header.first(header::FILL) else {
        let Some(mut body) = header.first(header::OLD_FILL) else { return Ok(None) };
        return value(&mut body).map(Some);
    };
    let version = body.u8()?;
    let defined = if version == 3 {
        body.u8()? & 0x20 != 0
    } else {
        body.skip(2)?;
        body.u8()? != 0
    };
    if defined { value(&mut body).map(Some) } else { Ok(None) }
}

fn value<'a>(body: &mut Cursor<'a>) -> Result<&'a [u8], Error> {
    let length = uint(body, 4)?;
    body.take(usize::try_from(length).unwrap_or(usize::MAX))
}
