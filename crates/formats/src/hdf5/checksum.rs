//! The two checksums of HDF5: lookup3 (Jenkins 2006) of structures, Fletcher's of chunks.

/// Jenkins' lookup3 with 0 to begin with.
pub(super) fn lookup3(bytes: &[u8]) -> u32 {
    #[allow(clippy::cast_possible_truncation, reason = "the length counts modulo 2^32 by definition")]
    let start = 0xdead_beef_u32.wrapping_add(bytes.len() as u32);
    let mut state = [start; 3];
    let mut rest = bytes;
    while rest.len() > 12 {
        let Some((block, after)) = rest.split_first_chunk::<12>() else { break };
        state = mix(add(state, block));
        rest = after;
    }
    if rest.is_empty() {
        return start;
    }
    let mut last = [0; 12];
    last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
    finish(add(state, &last))
}

fn add(state: [u32; 3], block: &[u8; 12]) -> [u32; 3] {
    let [a, b, c] = state;
    let [k0, k1, k2, k3, k4, k5, k6, k7, k8, k9, ka, kb] = *block;
    [
        a.wrapping_add(u32::from_le_bytes([k0, k1, k2, k3])),
        b.wrapping_add(u32::from_le_bytes([k4, k5, k6, k7])),
        c.wrapping_add(u32::from_le_bytes([k8, k9, ka, kb])),
    ]
}

fn mix(state: [u32; 3]) -> [u32; 3] {
    let [mut a, mut b, mut c] = state;
    for (first, second, third) in [(4, 6, 8), (16, 19, 4)] {
        a = a.wrapping_sub(c) ^ c.rotate_left(first);
        c = c.wrapping_add(b);
        b = b.wrapping_sub(a) ^ a.rotate_left(second);
        a = a.wrapping_add(c);
        c = c.wrapping_sub(b) ^ b.rotate_left(third);
        b = b.wrapping_add(a);
    }
    [a, b, c]
}

fn finish(state: [u32; 3]) -> u32 {
    let [mut a, mut b, mut c] = state;
    c = (c ^ b).wrapping_sub(b.rotate_left(14));
    a = (a ^ c).wrapping_sub(c.rotate_left(11));
    b = (b ^ a).wrapping_sub(a.rotate_left(25));
    c = (c ^ b).wrapping_sub(b.rotate_left(16));
    a = (a ^ c).wrapping_sub(c.rotate_left(4));
    b = (b ^ a).wrapping_sub(a.rotate_left(14));
    (c ^ b).wrapping_sub(b.rotate_left(24))
}

/// Fletcher's checksum of 32 bits over pairs of bytes.
pub(super) fn fletcher32(bytes: &[u8]) -> u32 {
    let fold = |sum: u32| (sum & 0xffff).wrapping_add(sum >> 16);
    let (mut one, mut two) = (0_u32, 0_u32);
    // So many pairs cannot overflow.
    for block in bytes.chunks(720) {
        for pair in block.chunks(2) {
            let high = u32::from(pair.first().copied().unwrap_or(0)) << 8;
            one = one.wrapping_add(high | u32::from(pair.get(1).copied().unwrap_or(0)));
            two = two.wrapping_add(one);
        }
        one = fold(one);
        two = fold(two);
    }
    fold(two) << 16 | fold(one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lookup3_is_that_of_its_author() {
        assert_eq!(lookup3(b""), 0xdead_beef);
        assert_eq!(lookup3(b"Four score and seven years ago"), 0x1777_0551);
    }

    #[test]
    fn fletchers_sums_are_those_of_his_article() {
        // Pairs taken with the first byte high: 0x6162, 0x6364, 0x65.
        assert_eq!(
            fletcher32(b"abcde"),
            (((0x6162_u32 * 3 + 0x6364 * 2 + 0x6500) % 65_535) << 16) | ((0x6162 + 0x6364 + 0x6500) % 65_535)
        );
        assert_eq!(fletcher32(&[0; 10]), 0);
    }
}
