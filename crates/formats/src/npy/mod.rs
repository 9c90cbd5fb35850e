//! NumPy arrays: `.npy`, and `.npz` archives of them.
//!
//! After NumPy's format documents (versions 1.0, 2.0, 3.0): `\x93NUMPY`, two bytes of version, the length of the header (16
//! bits in version 1, 32 in 2 and 3), a Python dictionary as text with `descr` (kind of number and order of bytes),
//! `fortran_order` and `shape`, then the numbers without gaps. Read are integers and floats of 8 to 64 bits, truth values
//! and texts (`U`, `S`), in either order of bytes and of extents. Refused are object arrays (pickled programs), structures,
//! complex numbers and dates. A file that is cut gives its whole samples, with a warning.
//!
//! An archive `x.npz` is one file of named arrays: `fs` or `leads` beside `signal` speak of it. What the arrays mean is told by
//! [`crate::arrays`].

use std::borrow::Cow;

use ecg::Recording;

use crate::arrays::{self, Array, Content, Entry, Input, Numbers, Order, SMALL};
use crate::cursor::Cursor;
use crate::memory::Memory;
use crate::{Error, Hints, InputFile, Limits, Place};

mod header;
#[cfg(test)]
mod tests;

use header::{Element, Header};

/// How clearly the content is a NumPy array, 0 to 100.
pub(crate) fn score(bytes: &[u8]) -> u8 {
    if bytes.starts_with(b"\x93NUMPY") { 100 } else { 0 }
}

/// The folder that the arrays of an archive lie in once it is unpacked, which is the archive itself; none for other files.
pub(crate) fn archive_of(name: &str) -> Option<&str> {
    let (folder, _) = name.rsplit_once('/')?;
    is_archive(folder).then_some(folder)
}

/// True for the name of an archive of arrays.
pub(crate) fn is_archive(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("npz"))
}

/// An array with its name; its numbers may be fewer than it states where the file is cut.
fn array<'a>(file: &InputFile<'a>, limits: &Limits) -> Result<Entry<'a>, Error> {
    limits.file(file.name, file.bytes)?;
    let mut cursor = Cursor::new(file.name, file.bytes);
    let header = Header::read(file.name, &mut cursor, limits)?;
    let place = cursor.place();
    let bytes = cursor.take(cursor.remaining())?;
    let count = header.shape.iter().try_fold(1_u64, |product, extent| product.checked_mul(*extent));
    let wrong =
        || Error::invalid(file.name, place, format!("extents {:?}", header.shape), "extents that can be counted");
    let count = count.ok_or_else(wrong)?;
    let size = match header.element {
        Element::Number(kind) => kind.size(),
        Element::Wide(letters) => letters.checked_mul(4).ok_or_else(wrong)?,
        Element::Bytes(bytes) => bytes,
    };
    let stated = count.checked_mul(size).ok_or_else(wrong)?;
    let bytes = usize::try_from(stated).ok().and_then(|stated| bytes.get(..stated)).unwrap_or(bytes);
    let content = match header.element {
        Element::Number(kind) => Content::Numbers(Array {
            extents: header.shape,
            order: if header.fortran { Order::Columns } else { Order::Rows },
            last_is_outer: false,
            kind,
            numbers: Some(Numbers { kind, big_endian: header.big_endian, bytes: Cow::Borrowed(bytes) }),
            held: None,
        }),
        Element::Wide(_) | Element::Bytes(_) if count > SMALL || stated > limits.text_bytes => {
            Content::Unread("a long list of texts".to_owned())
        }
        Element::Wide(_) | Element::Bytes(_) => Content::Texts(texts(bytes, size, &header)),
    };
    let base = file.name.rsplit('/').next().unwrap_or(file.name);
    let name = base.rsplit_once('.').map_or(base, |(stem, _)| stem).to_owned();
    Ok(Entry { group: String::new(), name, content })
}

fn texts(bytes: &[u8], size: u64, header: &Header) -> Vec<String> {
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    if size == 0 {
        return Vec::new();
    }
    let text = |item: &[u8]| {
        let text = match header.element {
            Element::Wide(_) => {
                let order = if header.big_endian { u32::from_be_bytes } else { u32::from_le_bytes };
                let letters = item.as_chunks::<4>().0.iter().map(|letter| order(*letter));
                letters.map(|letter| char::from_u32(letter).unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
            }
            _ => String::from_utf8_lossy(item).into_owned(),
        };
        text.trim_end_matches('\0').to_owned()
    };
    bytes.chunks_exact(size).map(text).collect()
}

/// The array of a file that is whole.
pub(crate) fn entry<'a>(file: &InputFile<'a>, limits: &Limits) -> Result<Entry<'a>, Error> {
    array(file, limits)
}

/// Reads one `.npy` file; [`crate::arrays`] says what its extents are.
///
/// # Errors
/// The header is damaged, or of what is refused; no rate or no unit in `hints`.
pub fn read(file: &InputFile, hints: &Hints, limits: &Limits) -> Result<Vec<Recording>, Error> {
    let entries = [array(file, limits)?];
    recordings(file.name, &entries, file.bytes.len(), hints, limits)
}

/// Reads the arrays of one archive together. Arrays that are refused are passed over where another is samples.
///
/// # Errors
/// As for [`read`]; or no array is samples.
pub fn read_archive(
    archive: &str,
    files: &[InputFile],
    hints: &Hints,
    limits: &Limits,
) -> Result<Vec<Recording>, Error> {
    let mut entries = Vec::new();
    let mut first_error = None;
    let mut bytes = 0_usize;
    for file in files {
        bytes = bytes.saturating_add(file.bytes.len());
        match array(file, limits) {
            Ok(entry) => entries.push(entry),
            Err(error) => first_error = first_error.or(Some(error)),
        }
    }
    match first_error {
        Some(error) if arrays::choose(&entries).is_none() => Err(error),
        _ => recordings(archive, &entries, bytes, hints, limits),
    }
}

fn recordings(
    name: &str,
    entries: &[Entry],
    bytes: usize,
    hints: &Hints,
    limits: &Limits,
) -> Result<Vec<Recording>, Error> {
    let chosen = arrays::choose(entries)
        .ok_or_else(|| Error::invalid(name, Place::Whole, "no array of samples", "an array of leads and samples"))?;
    let input = Input { file: name, format: "NumPy", cut: false, partial: false };
    arrays::recordings(&input, entries, &chosen, hints, limits, &mut Memory::beside(bytes))
}
