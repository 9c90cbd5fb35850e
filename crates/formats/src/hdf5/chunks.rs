//! Where the chunks of a dataset lie: the six kinds of index.

use super::file::{File, uint};
use super::grid::Grid;
use super::layout::{Chunked, Index};
use super::trees::{self, Finds};
use super::{extensible_array, fixed_array, trees2};
use crate::Error;
use crate::cursor::Cursor;

/// A chunk in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stored {
    pub(super) address: u64,
    /// Bytes as packed; none for as many as the chunk has.
    pub(super) size: Option<u64>,
    /// Filters that were not applied.
    pub(super) mask: u32,
}

/// Takes a chunk: its place in the grid, and where it is stored.
pub(super) type Visit<'v> = dyn FnMut(&[u64], Stored) -> Result<(), Error> + 'v;

/// Gives `visit` every chunk that was written. False where a part of the index is damaged, which is noted.
pub(super) fn walk(
    file: &File,
    chunked: &Chunked,
    grid: &Grid,
    packed: bool,
    visit: &mut Visit,
) -> Result<bool, Error> {
    let Some(address) = chunked.address else { return Ok(true) };
    match chunked.index {
        Index::OldTree => old_tree(file, address, grid, visit),
        Index::Single(size) => {
            let (size, mask) = size.map_or((None, 0), |(size, mask)| (Some(size), mask));
            let first = vec![0; grid.rank()];
            visit(&first, Stored { address, size, mask }).map(|()| true)
        }
        Index::Implicit => {
            let mut next = address;
            for position in 0..grid.most_chunks().unwrap_or(0) {
                file.spend(16)?;
                visit(&grid.place(position, None), Stored { address: next, size: None, mask: 0 })?;
                next = next.saturating_add(grid.bytes());
            }
            Ok(true)
        }
        Index::FixedArray => {
            fixed_array::walk(file, address, &mut |position, stored| visit(&grid.place(position, None), stored))
        }
        Index::ExtensibleArray => {
            let endless = grid.endless();
            extensible_array::walk(file, address, &mut |position, stored| visit(&grid.place(position, endless), stored))
        }
        Index::Tree => tree(file, address, grid, packed, visit),
    }
}

fn old_tree(file: &File, address: u64, grid: &Grid, visit: &mut Visit) -> Result<bool, Error> {
    let key = (grid.rank() as u64).saturating_add(2).saturating_mul(8);
    trees::walk(file, address, Finds::Chunks(key), &mut |mut key, address| {
        let size = Some(u64::from(key.u32_le()?));
        let mask = key.u32_le()?;
        let offsets = (0..grid.rank()).map(|_| uint(&mut key, 8)).collect::<Result<Vec<_>, _>>()?;
        visit(&grid.scaled(&offsets), Stored { address, size, mask })
    })
}

fn tree(file: &File, address: u64, grid: &Grid, packed: bool, visit: &mut Visit) -> Result<bool, Error> {
    trees2::walk(file, address, &mut |_, mut record| {
        let address = file.offset(&mut record)?;
        let (size, mask) = if packed {
            // What the record has beside the rest.
            let rest = (grid.rank() as u64).saturating_mul(8).saturating_add(4);
            let own = (record.remaining() as u64).saturating_sub(rest);
            (Some(uint(&mut record, own)?), record.u32_le()?)
        } else {
            (None, 0)
        };
        let scaled = (0..grid.rank()).map(|_| uint(&mut record, 8)).collect::<Result<Vec<_>, _>>()?;
        match address {
            Some(address) => visit(&scaled, Stored { address, size, mask }),
            None => Ok(()),
        }
    })
}

/// The element of an array of chunks; none where the chunk was never written.
pub(super) fn element(file: &File, cursor: &mut Cursor, size: u64, packed: bool) -> Result<Option<Stored>, Error> {
    let address = file.offset(cursor)?;
    let (length, mask) = if packed {
        let bytes = size.saturating_sub(file.offset_size()).saturating_sub(4);
        (Some(uint(cursor, bytes)?), cursor.u32_le()?)
    } else {
        (None, 0)
    };
    Ok(address.map(|address| Stored { address, size: length, mask }))
}
