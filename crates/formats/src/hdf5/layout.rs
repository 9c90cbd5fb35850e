//! Data layout messages of version 2, which HDF5 1.6 wrote and with it MATLAB 7.3 until about 2008.
//!
//! By the specification their fields stand where those of version 1 do (version, number of extents, class, five bytes of nothing,
//! address); the library takes them to stand two bytes earlier. Called version 1 they are read as they should be.

use crate::cursor::Cursor;

/// Messages of one header that are looked at, and blocks that continue it.
const MESSAGES: usize = 256;
const BLOCKS: usize = 8;
/// Kinds of messages.
const LAYOUT: u16 = 8;
const CONTINUATION: u16 = 16;

/// Where the version of a dataset's layout message stands, if it is 2; none for headers of other versions than 1, which have no
/// such messages. Addresses count from `base`.
pub(super) fn old_version(bytes: &[u8], base: u64, header: u64) -> Option<u64> {
    let mut cursor = Cursor::new("", bytes);
    cursor.go_to(base.checked_add(header)?).ok()?;
    let prefix: [u8; 16] = cursor.array().ok()?;
    let [1, _, _, _, _, _, _, _, a, b, c, d, ..] = prefix else { return None };
    let mut blocks = vec![(cursor.position(), u64::from(u32::from_le_bytes([a, b, c, d])))];
    let mut left = MESSAGES;
    let mut next = 0_usize;
    while let Some((start, length)) = blocks.get(next).copied().filter(|_| next < BLOCKS) {
        next = next.saturating_add(1);
        cursor.go_to(start).ok()?;
        while cursor.position() < start.saturating_add(length) && left > 0 {
            left = left.saturating_sub(1);
            let kind = cursor.u16_le().ok()?;
            let size = cursor.u16_le().ok()?;
            cursor.skip(4).ok()?;
            let at = cursor.position();
            let mut body = cursor.part(usize::from(size)).ok()?;
            match kind {
                LAYOUT => return (body.u8().ok()? == 2).then_some(at),
                CONTINUATION => {
                    let place = u64::from_le_bytes(body.array().ok()?);
                    blocks.push((base.checked_add(place)?, u64::from_le_bytes(body.array().ok()?)));
                }
                _ => {}
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: u16, body: &[u8]) -> Vec<u8> {
        [&kind.to_le_bytes()[..], &(body.len() as u16).to_le_bytes(), &[0; 4], body].concat()
    }

    fn header(messages: &[u8]) -> Vec<u8> {
        let mut bytes = vec![9; 8];
        bytes.extend([1, 0, 1, 0, 1, 0, 0, 0]);
        bytes.extend((messages.len() as u32).to_le_bytes());
        bytes.extend([0; 4]);
        bytes.extend(messages);
        bytes
    }

    #[test]
    fn the_version_is_found_in_the_header_and_in_what_continues_it() {
        let plain = header(&[message(1, &[0; 8]), message(8, &[2; 24])].concat());
        assert_eq!(old_version(&plain, 3, 5), Some(8 + 16 + 16 + 8));
        let newer = header(&message(8, &[3; 24]));
        assert_eq!(old_version(&newer, 0, 8), None);
        let continued = [40_u64.to_le_bytes(), 32_u64.to_le_bytes()].concat();
        let mut bytes = header(&message(16, &continued));
        bytes.resize(48, 0);
        bytes.extend(message(8, &[2; 24]));
        assert_eq!(old_version(&bytes, 8, 0), Some(56));
        for length in 0..bytes.len() {
            let _ = old_version(&bytes[..length], 8, 0);
        }
        let endless = header(&message(16, &[0_u64.to_le_bytes(), u64::MAX.to_le_bytes()].concat()));
        assert_eq!(old_version(&endless, 8, 0), None);
    }
}
