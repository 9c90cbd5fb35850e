//! LZF, the quick packing of h5py (filter 32000): runs of bytes as they are, and copies of what came up to 8192 bytes before.

/// Unpacks as much as `to` has room for; none where the packed bytes are damaged.
pub(super) fn unpack(from: &[u8], to: &mut Vec<u8>) -> Option<()> {
    let mut rest = from;
    let most = to.capacity();
    let next = |rest: &mut &[u8]| {
        let (first, after) = rest.split_first()?;
        *rest = after;
        Some(usize::from(*first))
    };
    while let Some(control) = next(&mut rest) {
        if control < 32 {
            let length = control.checked_add(1)?;
            let (run, after) = rest.split_at_checked(length)?;
            if to.len().checked_add(length)? > most {
                return None;
            }
            to.extend_from_slice(run);
            rest = after;
        } else {
            let mut length = control >> 5;
            if length == 7 {
                length = length.checked_add(next(&mut rest)?)?;
            }
            length = length.checked_add(2)?;
            let back = ((control & 31) << 8 | next(&mut rest)?).checked_add(1)?;
            let start = to.len().checked_sub(back)?;
            if to.len().checked_add(length)? > most {
                return None;
            }
            // A copy may reach into itself: then it repeats.
            for place in (start..).take(length) {
                to.push(*to.get(place)?);
            }
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_and_copies_that_repeat_themselves_are_unpacked() {
        let mut to = Vec::with_capacity(64);
        unpack(&[2, b'a', b'b', b'c', 0x20, 2, 0xe0, 1, 0, 0, b'!'], &mut to).unwrap();
        assert_eq!(to, b"abcabccccccccccc!");
    }

    #[test]
    fn what_reaches_before_the_start_or_beyond_the_room_is_damaged() {
        for (damaged, room) in [(&[0x20, 0][..], 64), (&[5, 1, 2], 64), (&[0, 1, 0xe0], 64), (&[1, 7, 7, 0x20, 0], 4)] {
            assert_eq!(unpack(damaged, &mut Vec::with_capacity(room)), None, "{damaged:?}");
        }
    }
}
