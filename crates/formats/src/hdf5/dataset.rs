//! Datasets: what their header says, and their elements.

use std::borrow::Cow;

use super::chunks::{self, Stored};
use super::file::File;
use super::filters::{Buffers, Filters};
use super::grid::Grid;
use super::header::{self, Header};
use super::layout::{self, Chunked, Layout};
use super::types::{Space, Type};
use crate::limits::reserve;
use crate::memory::Memory;
use crate::{Error, Place};

/// A dataset.
#[derive(Clone, Debug)]
pub(super) struct Dataset<'a> {
    pub(super) datatype: Type,
    pub(super) space: Space,
    layout: Layout<'a>,
    filters: Filters,
    fill: Option<&'a [u8]>,
    place: Place,
}

/// The elements of a dataset.
pub(super) struct Elements<'a> {
    /// Fewer than asked for where the file is cut.
    pub(super) bytes: Cow<'a, [u8]>,
    /// Of this extent only so many are whole.
    pub(super) held: Option<(usize, u64)>,
}

/// What became of a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Unseen,
    Whole,
    Damaged,
}

/// True for the header of a dataset.
pub(super) fn is_dataset(header: &Header) -> bool {
    header.has(header::LAYOUT)
}

impl<'a> Dataset<'a> {
    /// Reads what a header says of a dataset.
    pub(super) fn read(file: &File<'a>, address: u64, header: &Header<'a>) -> Result<Dataset<'a>, Error> {
        let place = Place::Byte(file.place(address));
        let need = |kind: u16, what: &str| {
            header.first(kind).ok_or_else(|| file.invalid(place, "a dataset that is not whole", what))
        };
        let datatype = Type::read(file, &mut need(header::DATATYPE, "its datatype")?)?;
        let space = Space::read(file, &mut need(header::DATASPACE, "its dataspace")?)?;
        let layout = layout::read(file, need(header::LAYOUT, "its layout")?)?;
        if header.has(header::EXTERNAL) {
            return Err(file.unsupported(place, "a dataset that lies in another file", "one that lies in this file"));
        }
        let filters = match header.first(header::FILTERS) {
            Some(body) => Filters::read(file, body, datatype.size)?,
            None => Filters::default(),
        };
        let fill = layout::fill(header)?;
        Ok(Dataset { datatype, space, layout, filters, fill, place })
    }

    /// The elements of the outermost part of the dataset that `wanted` are the extents of.
    pub(super) fn elements(&self, file: &File<'a>, wanted: &[u64], memory: &mut Memory) -> Result<Elements<'a>, Error> {
        let size = self.datatype.size;
        let beyond = || Error::limit(file.name, self.place, "extents beyond counting", "64 bits");
        let length = wanted.iter().try_fold(size, |product, extent| product.checked_mul(*extent)).ok_or_else(beyond)?;
        self.filters.check(file)?;
        let bytes = match &self.layout {
            Layout::Compact(body) => {
                let all = body.clone().take(body.remaining())?;
                Cow::Borrowed(self.cut(file, all, length, body.place())?)
            }
            Layout::Contiguous(Some(address)) => {
                file.spend(length.min(file.some(*address, length).len() as u64))?;
                let place = Place::Byte(file.place(*address));
                Cow::Borrowed(self.cut(file, file.some(*address, length), length, place)?)
            }
            Layout::Contiguous(None) => Cow::Owned(self.filled(file, length, memory)?),
            Layout::Chunked(chunked) => return self.chunked(file, chunked, wanted, length, memory),
        };
        Ok(Elements { bytes, held: None })
    }

    /// What is there of so many bytes, in whole elements; that there is less is noted.
    fn cut<'b>(&self, file: &File, bytes: &'b [u8], length: u64, place: Place) -> Result<&'b [u8], Error> {
        if let Some(all) = usize::try_from(length).ok().and_then(|length| bytes.get(..length)) {
            return Ok(all);
        }
        let found = format!("{} bytes of a dataset", bytes.len());
        file.note(Error::truncated(file.name, place, found, format!("{length} bytes")))?;
        let size = usize::try_from(self.datatype.size).unwrap_or(usize::MAX);
        let over = bytes.len().checked_rem(size).unwrap_or(0);
        Ok(bytes.get(..bytes.len().saturating_sub(over)).unwrap_or_default())
    }

    /// So many bytes of elements that were never written.
    fn filled(&self, file: &File, length: u64, memory: &mut Memory) -> Result<Vec<u8>, Error> {
        memory.take(file.name, length)?;
        file.spend(length)?;
        let size = usize::try_from(length).unwrap_or(usize::MAX);
        let mut bytes = reserve(file.name, length)?;
        match self.fill.filter(|fill| fill.len() as u64 == self.datatype.size && fill.iter().any(|byte| *byte != 0)) {
            Some(fill) => bytes.extend(fill.iter().copied().cycle().take(size)),
            None => bytes.resize(size, 0),
        }
        Ok(bytes)
    }

    fn chunked(
        &self,
        file: &File<'a>,
        chunked: &Chunked,
        wanted: &[u64],
        length: u64,
        memory: &mut Memory,
    ) -> Result<Elements<'a>, Error> {
        let element = self.datatype.size;
        let wrong = || file.invalid(self.place, "chunks of other extents", "those of the dataset");
        let grid = Grid::new(wanted, &self.space.most, &chunked.extents, element).ok_or_else(wrong)?;
        let chunk = grid.bytes();
        // A chunk on its way through two filters, and what became of each.
        let chunks = grid.chunks().ok_or_else(wrong)?;
        let passing = chunk.saturating_mul(3).saturating_add(chunks);
        memory.take(file.name, passing)?;
        let mut bytes = self.filled(file, length, memory)?;
        let mut fates: Vec<Fate> = reserve(file.name, chunks)?;
        fates.resize(usize::try_from(chunks).unwrap_or(usize::MAX), Fate::Unseen);
        let mut buffers = Buffers::default();
        let packed = !self.filters.is_empty();
        let whole = chunks::walk(file, chunked, &grid, packed, &mut |place, stored| {
            let Some(number) = grid.number(place) else { return Ok(()) };
            let Some(fate) = fates.get_mut(number).filter(|fate| **fate == Fate::Unseen) else { return Ok(()) };
            *fate = Fate::Damaged;
            let plain = chunked.plain_edges && grid.is_edge(place, &self.space.extents);
            match self.unpack(file, stored, chunk, plain, &mut buffers) {
                Ok(own) => {
                    grid.copy(place, own, &mut bytes, element);
                    *fate = Fate::Whole;
                }
                Err(fault) => file.note(fault)?,
            }
            Ok(())
        })?;
        drop(buffers);
        // Where the index is damaged, what was not found may have been written.
        let missing = |fate: Fate| fate == Fate::Damaged || (fate == Fate::Unseen && !whole);
        let lost = (0_u64..).zip(&fates).filter(|(_, fate)| missing(**fate)).map(|(number, _)| grid.of_number(number));
        let held = grid.whole(lost);
        memory.give_back(passing);
        Ok(Elements { bytes: Cow::Owned(bytes), held })
    }

    /// The bytes of one chunk.
    fn unpack<'b>(
        &self,
        file: &File<'a>,
        stored: Stored,
        length: u64,
        plain: bool,
        buffers: &'b mut Buffers,
    ) -> Result<&'b [u8], Error>
    where
        'a: 'b,
    {
        let size = if plain { length } else { stored.size.unwrap_or(length) };
        let mut cursor = file.at(stored.address, size)?;
        let place = cursor.place();
        let packed = cursor.take(cursor.remaining())?;
        if plain || self.filters.is_empty() {
            let whole = usize::try_from(length).ok().and_then(|length| packed.get(..length));
            return whole.ok_or_else(|| {
                Error::truncated(file.name, place, format!("a chunk of {size} bytes"), format!("{length} bytes"))
            });
        }
        self.filters.unpack(file, place, packed, stored.mask, length, buffers)?;
        Ok(&buffers.now)
    }
}
