//! SCP-ECG files for tests, built section by section so that each test can break one.

use super::crc::crc;

/// Codes of one Huffman table: bits of the prefix, bits in all, mode, value, prefix (first bit highest of its length).
pub(super) type Table<'a> = &'a [(u8, u8, u8, i16, u32)];

/// A stream of bits, the first one highest.
#[derive(Default)]
pub(super) struct BitWriter {
    bytes: Vec<u8>,
    bits: usize,
}

impl BitWriter {
    pub(super) fn put(&mut self, value: u32, count: usize) {
        for bit in (0..count).rev() {
            if self.bits.is_multiple_of(8) {
                self.bytes.push(0);
            }
            *self.bytes.last_mut().unwrap() |= ((value >> bit & 1) as u8) << (7 - self.bits % 8);
            self.bits += 1;
        }
    }

    /// The bytes, of an even number as writers make it.
    pub(super) fn bytes(mut self) -> Vec<u8> {
        if self.bytes.len() % 2 == 1 {
            self.bytes.push(0);
        }
        self.bytes
    }
}

/// Values in the standard's table.
pub(super) fn huffman(values: &[i16]) -> Vec<u8> {
    let mut bits = BitWriter::default();
    for value in values {
        match value.unsigned_abs() {
            0 => bits.put(0, 1),
            size @ 1..=8 => {
                bits.put((1 << size) - 1, size.into());
                bits.put(u32::from(*value < 0), 2);
            }
            _ if i8::try_from(*value).is_ok() => {
                bits.put(0b11_1111_1110, 10);
                bits.put(u32::from(*value as u8), 8);
            }
            _ => {
                bits.put(0b11_1111_1111, 10);
                bits.put(u32::from(*value as u16), 16);
            }
        }
    }
    bits.bytes()
}

/// Values as 16 bits each.
pub(super) fn plain(values: &[i16]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// Differences of an order.
pub(super) fn differences(values: &[i16], order: u8) -> Vec<i16> {
    let back = |place: usize, by: usize| values[place - by];
    let difference = |place: usize| match (order, place) {
        (0, _) | (_, 0) | (2, 1) => values[place],
        (1, _) => values[place].wrapping_sub(back(place, 1)),
        _ => values[place].wrapping_sub(back(place, 1).wrapping_mul(2)).wrapping_add(back(place, 2)),
    };
    (0..values.len()).map(difference).collect()
}

/// The content of Section 2.
pub(super) fn tables(tables: &[Table]) -> Vec<u8> {
    let mut bytes = (tables.len() as u16).to_le_bytes().to_vec();
    for table in tables {
        bytes.extend((table.len() as u16).to_le_bytes());
        for (prefix, total, mode, value, code) in *table {
            bytes.extend([*prefix, *total, *mode]);
            bytes.extend(value.to_le_bytes());
            let highest = code.checked_shl(32 - u32::from(*prefix.min(total)));
            bytes.extend(highest.unwrap_or(0).reverse_bits().to_le_bytes());
        }
    }
    bytes
}

/// The content of Section 3.
pub(super) fn leads(flags: u8, leads: &[(u32, u32, u8)]) -> Vec<u8> {
    let mut bytes = vec![leads.len() as u8, flags];
    for (first, last, code) in leads {
        bytes.extend(first.to_le_bytes());
        bytes.extend(last.to_le_bytes());
        bytes.push(*code);
    }
    bytes
}

/// The content of Section 4: length of the beat in milliseconds, its fiducial sample, complexes, protected zones.
pub(super) fn beats(length: u16, fiducial: u16, complexes: &[(u16, u32, u32, u32)], zones: &[(u32, u32)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for word in [length, fiducial, complexes.len() as u16] {
        bytes.extend(word.to_le_bytes());
    }
    for (kind, first, fiducial, last) in complexes {
        bytes.extend(kind.to_le_bytes());
        for sample in [first, fiducial, last] {
            bytes.extend(sample.to_le_bytes());
        }
    }
    for (first, last) in zones {
        bytes.extend(first.to_le_bytes());
        bytes.extend(last.to_le_bytes());
    }
    bytes
}

/// The content of Section 5 or 6.
pub(super) fn streams(amplitude: u16, interval: u16, order: u8, bimodal: u8, streams: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = amplitude.to_le_bytes().to_vec();
    bytes.extend(interval.to_le_bytes());
    bytes.extend([order, bimodal]);
    for stream in streams {
        bytes.extend((stream.len() as u16).to_le_bytes());
    }
    bytes.extend(streams.concat());
    bytes
}

/// A record with these sections, in this order behind Section 0.
pub(super) fn record(version: u8, sections: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let section = |number: u16, content: &[u8]| {
        let mut bytes = number.to_le_bytes().to_vec();
        bytes.extend((content.len() as u32 + 16).to_le_bytes());
        bytes.extend([version, version]);
        bytes.extend(if number == 0 { *b"SCPECG" } else { [0; 6] });
        bytes.extend(content);
        [crc(&bytes).to_le_bytes().to_vec(), bytes].concat()
    };
    let own = 16 + 10 * (sections.len() as u32 + 1);
    let mut pointers = Vec::new();
    let mut at = 7;
    let lengths = sections.iter().map(|(number, content)| (*number, content.len() as u32 + 16));
    for (number, length) in [(0, own)].into_iter().chain(lengths) {
        pointers.extend(number.to_le_bytes());
        pointers.extend(length.to_le_bytes());
        pointers.extend(u32::to_le_bytes(at));
        at += length;
    }
    let mut bytes = (at - 1).to_le_bytes().to_vec();
    bytes.extend(section(0, &pointers));
    for (number, content) in sections {
        bytes.extend(section(*number, content));
    }
    [crc(&bytes).to_le_bytes().to_vec(), bytes].concat()
}

/// Section 2 of the standard's table.
pub(super) const STANDARD: [u8; 2] = 19_999_u16.to_le_bytes();

/// The content of Section 12: 70 fixed bytes, the two blocks, leads of a code and nanovolts, and frames of `width` bytes a sample.
pub(super) fn long(rate: u32, width: u8, blocks: [&[u8]; 2], leads: &[(u8, u16)], frames: &[Vec<i32>]) -> Vec<u8> {
    let mut bytes = rate.to_le_bytes().to_vec();
    bytes.push(leads.len() as u8);
    bytes.extend((frames.len() as u32).to_le_bytes());
    bytes.push(width);
    bytes.extend([0xe7, 7, 2, 28, 23, 59, 58]);
    bytes.resize(62, 0);
    for block in blocks {
        bytes.extend((block.len() as u32).to_le_bytes());
    }
    bytes.extend(blocks.concat());
    for (code, nanovolts) in leads {
        bytes.push(*code);
        bytes.extend(nanovolts.to_le_bytes());
        bytes.push(0);
    }
    for count in frames.concat() {
        bytes.extend(&count.to_le_bytes()[..usize::from(width)]);
    }
    bytes
}
