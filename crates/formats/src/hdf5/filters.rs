//! How chunks are packed.

use flate2::{Decompress, FlushDecompress, Status};

use super::checksum::fletcher32;
use super::file::File;
use super::lzf;
use crate::cursor::Cursor;
use crate::{Error, Place};

/// Filters of one dataset.
const MOST: usize = 32;
/// What a chunk may be longer than its elements between filters: checksums.
const SLACK: u64 = 64;

/// One step of packing.
#[derive(Clone, Debug, PartialEq)]
enum Filter {
    Deflate,
    /// Bytes of one place in all elements stand together; elements have so many bytes.
    Shuffle(usize),
    /// A checksum of four bytes stands behind.
    Fletcher,
    Lzf,
    /// One that is not read here, by its registered number.
    Other(u16),
}

/// The steps of packing in the order in which they were done.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Filters(Vec<Filter>);

impl Filters {
    /// Reads the filter pipeline message, of a dataset with elements of so many bytes.
    pub(super) fn read(file: &File, mut body: Cursor, element: u64) -> Result<Filters, Error> {
        let place = body.place();
        let version = body.u8()?;
        let count = usize::from(body.u8()?);
        if !matches!(version, 1 | 2) || count > MOST {
            return Err(file.invalid(place, "filters of another version, or more than 32", "version 1 or 2"));
        }
        body.skip(if version == 1 { 6 } else { 0 })?;
        let mut filters = Vec::new();
        for _ in 0..count {
            let number = body.u16_le()?;
            let name = if version == 1 || number >= 256 { usize::from(body.u16_le()?) } else { 0 };
            body.skip(2)?;
            let values = usize::from(body.u16_le()?);
            let padded = if version == 1 { name.next_multiple_of(8) } else { name };
            body.skip(padded)?;
            let mut own = body.part(values.saturating_mul(4))?;
            body.skip(if version == 1 && values & 1 == 1 { 4 } else { 0 })?;
            filters.push(match number {
                1 => Filter::Deflate,
                2 => {
                    let stated = if own.at_end() { 0 } else { u64::from(own.u32_le()?) };
                    let size = if stated == 0 { element } else { stated };
                    Filter::Shuffle(usize::try_from(size).unwrap_or(usize::MAX))
                }
                3 => Filter::Fletcher,
                32_000 => Filter::Lzf,
                other => Filter::Other(other),
            });
        }
        Ok(Filters(filters))
    }

    /// True where nothing is packed.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Refuses what cannot be unpacked here, by its number.
    pub(super) fn check(&self, file: &File) -> Result<(), Error> {
        let other = self.0.iter().find_map(|filter| match filter {
            Filter::Other(number) => Some(*number),
            _ => None,
        });
        let Some(number) = other else { return Ok(()) };
        let name = match number {
            4 => "szip".to_owned(),
            5 => "n-bit".to_owned(),
            6 => "scale-offset".to_owned(),
            other => format!("filter {other}"),
        };
        let expected = "data that is not packed, or packed with deflate, shuffle, Fletcher-32 or LZF";
        Err(Error::unsupported(file.name, Place::Whole, format!("data packed with {name}"), expected))
    }

    /// Unpacks a chunk of `length` bytes, without the filters of the mask.
    pub(super) fn unpack(
        &self,
        file: &File,
        place: Place,
        packed: &[u8],
        mask: u32,
        length: u64,
        buffers: &mut Buffers,
    ) -> Result<(), Error> {
        let most = length.saturating_add(SLACK);
        let fault = |found: &str, expected: &str| file.invalid(place, found, expected);
        let Buffers { now, next } = buffers;
        now.clear();
        let mut rest = packed;
        // The first step may read the file's bytes where they lie.
        let mut moved = false;
        for (position, filter) in self.0.iter().enumerate().rev() {
            if u32::try_from(position).is_ok_and(|bit| mask.checked_shr(bit).is_some_and(|mask| mask & 1 == 1)) {
                continue;
            }
            let from = if moved { now.as_slice() } else { rest };
            match filter {
                Filter::Fletcher => {
                    let Some((data, sum)) = from.split_last_chunk::<4>() else {
                        return Err(fault("a chunk without its checksum", "a Fletcher-32 checksum"));
                    };
                    let [a, b, c, d] = *sum;
                    let own = fletcher32(data);
                    // Versions before 1.6.3 wrote its pairs of bytes turned.
                    if own != u32::from_le_bytes(*sum) && own != u32::from_le_bytes([b, a, d, c]) {
                        return Err(fault("a chunk with a wrong checksum", "the Fletcher-32 checksum of its bytes"));
                    }
                    let left = data.len();
                    if moved {
                        now.truncate(left);
                    } else {
                        rest = rest.get(..left).unwrap_or_default();
                    }
                    continue;
                }
                Filter::Shuffle(size) => {
                    room(file, next, from.len() as u64)?;
                    unshuffle(from, *size, next);
                }
                Filter::Deflate => {
                    room(file, next, most)?;
                    inflate(from, next).ok_or_else(|| fault("damaged deflated data", "a whole chunk"))?;
                }
                Filter::Lzf => {
                    room(file, next, most)?;
                    lzf::unpack(from, next).ok_or_else(|| fault("damaged LZF data", "a whole chunk"))?;
                }
                Filter::Other(_) => return self.check(file),
            }
            file.spend(next.len() as u64)?;
            core::mem::swap(now, next);
            moved = true;
        }
        if !moved {
            now.extend_from_slice(rest.get(..usize::try_from(length).unwrap_or(usize::MAX)).unwrap_or(rest));
        }
        if (now.len() as u64) < length {
            let (found, expected) = (format!("a chunk of {} bytes", now.len()), format!("{length} bytes"));
            return Err(Error::truncated(file.name, place, found, expected));
        }
        Ok(())
    }
}

/// Two buffers that chunks are unpacked through: the unpacked bytes are in the first.
#[derive(Default)]
pub(super) struct Buffers {
    pub(super) now: Vec<u8>,
    next: Vec<u8>,
}

/// Empties a buffer and makes room for so many bytes, which were taken from the memory before.
fn room(file: &File, buffer: &mut Vec<u8>, bytes: u64) -> Result<(), Error> {
    buffer.clear();
    let fits = usize::try_from(bytes).ok().and_then(|bytes| buffer.try_reserve_exact(bytes).ok());
    fits.ok_or_else(|| Error::limit(file.name, Place::Whole, format!("{bytes} bytes"), "the memory that is free"))
}

fn unshuffle(from: &[u8], size: usize, to: &mut Vec<u8>) {
    let count = from.len().checked_div(size).unwrap_or(0);
    if size < 2 || count < 2 {
        to.extend_from_slice(from);
        return;
    }
    let whole = count.saturating_mul(size);
    to.resize(whole, 0);
    for (place, plane) in from.chunks_exact(count).take(size).enumerate() {
        to.iter_mut().skip(place).step_by(size).zip(plane).for_each(|(to, from)| *to = *from);
    }
    to.extend_from_slice(from.get(whole..).unwrap_or_default());
}

/// Unpacks as much as `to` has room for.
fn inflate(from: &[u8], to: &mut Vec<u8>) -> Option<()> {
    let mut inflater = Decompress::new(true);
    match inflater.decompress_vec(from, to, FlushDecompress::Finish) {
        Ok(Status::StreamEnd) => Some(()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shuffled_bytes_go_back_to_their_elements() {
        let mut to = Vec::new();
        unshuffle(&[1, 3, 5, 2, 4, 6, 9], 2, &mut to);
        assert_eq!(to, [1, 2, 3, 4, 5, 6, 9]);
    }
}
