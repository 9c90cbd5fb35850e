//! The superblock: how wide addresses and lengths are, and where the root group stands.

use super::checksum::lookup3;
use super::file::File;
use crate::cursor::Cursor;
use crate::{Error, Place};

/// The first bytes of the superblock.
pub(super) const SIGNATURE: &[u8; 8] = b"\x89HDF\r\n\x1a\n";

/// Where a superblock can stand in so many bytes: at 0, 512, 1024, 2048 and so on.
pub(super) fn places(length: usize) -> impl Iterator<Item = usize> {
    let further = core::iter::successors(Some(512_usize), |place| place.checked_mul(2));
    core::iter::once(0).chain(further).take_while(move |place| *place < length)
}

/// True where bytes have the signature at a place.
pub(super) fn is_at(bytes: &[u8], place: usize) -> bool {
    bytes.get(place..).is_some_and(|rest| rest.starts_with(SIGNATURE))
}

/// Reads the superblock; gives the file and the address of the root group's header. That the file is shorter than it should be is
/// noted.
pub(super) fn open<'a>(name: &'a str, bytes: &'a [u8]) -> Result<(File<'a>, u64), Error> {
    let none = || Error::invalid(name, Place::Whole, "no signature of HDF5", "one at byte 0, 512, 1024 and so on");
    let start = places(bytes.len()).find(|place| is_at(bytes, *place)).ok_or_else(none)?;
    let mut cursor = Cursor::new(name, bytes);
    cursor.go_to(start as u64)?;
    cursor.skip(SIGNATURE.len())?;
    let place = cursor.place();
    let version = cursor.u8()?;
    let sizes = match version {
        0 | 1 => {
            cursor.skip(4)?;
            let sizes = (cursor.u8()?, cursor.u8()?);
            // The sizes of nodes are not needed: each tells its own.
            cursor.skip(if version == 0 { 9 } else { 13 })?;
            sizes
        }
        2 | 3 => {
            let sizes = (cursor.u8()?, cursor.u8()?);
            cursor.skip(1)?;
            sizes
        }
        other => {
            let found = format!("version {other} of the superblock");
            return Err(Error::unsupported(name, place, found, "versions 0 to 3"));
        }
    };
    if !matches!(sizes, (2 | 4 | 8, 2 | 4 | 8)) {
        let found = format!("addresses of {} and lengths of {} bytes", sizes.0, sizes.1);
        return Err(Error::invalid(name, place, found, "2, 4 or 8 bytes"));
    }
    // Addresses count from the signature: what stands before it may have been added to the file or taken away.
    let file = File::new(name, bytes, start as u64, (usize::from(sizes.0), usize::from(sizes.1)));
    let base = file.offset(&mut cursor)?.unwrap_or(0);
    file.offset(&mut cursor)?;
    let end = file.offset(&mut cursor)?;
    let root = if version < 2 {
        file.offset(&mut cursor)?;
        file.offset(&mut cursor)?;
        file.offset(&mut cursor)?
    } else {
        let root = file.offset(&mut cursor)?;
        let length = usize::try_from(cursor.position()).unwrap_or(0);
        let sum = cursor.u32_le()?;
        if bytes.get(start..length).is_some_and(|sealed| lookup3(sealed) != sum) {
            file.note(Error::invalid(name, place, "a superblock with a wrong checksum", "the checksum of its bytes"))?;
        }
        root
    };
    let root = root.ok_or_else(|| Error::invalid(name, place, "no root group", "its address"))?;
    let end = end.unwrap_or(0).saturating_sub(base).saturating_add(start as u64);
    let length = bytes.len() as u64;
    if length < end {
        let (found, expected) = (format!("{length} bytes"), format!("{end} bytes"));
        file.note(Error::truncated(name, Place::Byte(length), found, expected))?;
    }
    Ok((file, root))
}
