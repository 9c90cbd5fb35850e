//! ECGPACK1: many equal recordings of twelve leads in one file, lossless, about 7 kB a record at 100 Hz.
//!
//! The container is this project's own (little-endian; a head, one checksum a lead, zstd blocks of zigzag-coded
//! differences). Its checksums are those of the WFDB headers that the records came from, so a pack that reads here
//! holds the very samples that PTB-XL publishes.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use ruzstd::decoding::StreamingDecoder;

/// Leads of every record, in the order I, II, III, aVR, aVL, aVF, V1 to V6.
pub const LEADS: usize = 12;

/// Records of one pack: `samples` is `[record, lead, sample]` in counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Pack {
    /// Record numbers, in the file's order.
    pub ids: Vec<u32>,
    /// Samples of a lead.
    pub length: usize,
    /// Samples a second.
    pub rate: u32,
    /// Counts per unit: per millivolt, or per standard deviation for z-scored records.
    pub counts_per_unit: f32,
    /// Counts, `[record, lead, sample]`.
    pub samples: Vec<i16>,
}

/// Why a pack could not be read.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// The file could not be opened or read.
    #[error("{path}: {source}")]
    File {
        /// The pack.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A field is missing or has a value that cannot be.
    #[error("{path}, byte {byte}: expected {expected}, found {found}; fetch the pack again")]
    Field {
        /// The pack.
        path: PathBuf,
        /// Place of the field.
        byte: usize,
        /// What should stand there.
        expected: String,
        /// What stands there.
        found: String,
    },
    /// A block does not decompress to what it should.
    #[error("{path}, block {block}: {message}; fetch the pack again")]
    Block {
        /// The pack.
        path: PathBuf,
        /// Number of the block, from 0.
        block: usize,
        /// What is wrong.
        message: String,
    },
    /// A lead's sum of samples differs from the stored one.
    #[error("{path}, record {id}, lead {lead}: checksum {found}, expected {expected}; fetch the pack again")]
    Checksum {
        /// The pack.
        path: PathBuf,
        /// The record.
        id: u32,
        /// Number of the lead, from 0.
        lead: usize,
        /// Sum of the samples modulo 65536.
        found: u16,
        /// The stored sum.
        expected: u16,
    },
}

/// Reads a pack and verifies the checksum of every lead of every record.
///
/// # Errors
/// The file cannot be read, is cut short, or holds a sample that its checksum contradicts.
pub fn read(path: &Path) -> Result<Pack, PackError> {
    let bytes = std::fs::read(path).map_err(|source| PackError::File { path: path.to_owned(), source })?;
    decode(path, &bytes)
}

/// A cursor that says where it ran out.
struct Cursor<'a> {
    path: &'a Path,
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn wrong(&self, expected: impl Into<String>, found: impl Into<String>) -> PackError {
        PackError::Field { path: self.path.to_owned(), byte: self.at, expected: expected.into(), found: found.into() }
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], PackError> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let Some(taken) = rest.get(..count) else {
            return Err(self.wrong(format!("{count} bytes"), format!("{} before the end", rest.len())));
        };
        self.at += count;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], PackError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    fn u32(&mut self) -> Result<u32, PackError> {
        self.array().map(u32::from_le_bytes)
    }
}

/// Records that a file of this size may claim: a block of zstd holds at most this many samples a byte in practice.
const MOST_RECORDS: u32 = 1_000_000;

fn decode(path: &Path, bytes: &[u8]) -> Result<Pack, PackError> {
    let mut cursor = Cursor { path, bytes, at: 0 };
    let magic = cursor.take(8)?;
    if magic != b"ECGPACK1" {
        cursor.at = 0;
        return Err(cursor.wrong("ECGPACK1", String::from_utf8_lossy(magic)));
    }
    let (records, leads, length, rate) = (cursor.u32()?, cursor.u32()?, cursor.u32()?, cursor.u32()?);
    if records > MOST_RECORDS || leads as usize != LEADS || length == 0 || length > 1_000_000 || rate == 0 {
        return Err(cursor.wrong(
            "at most a million records of 12 leads with a length and a rate",
            format!("{records} records of {leads} leads, {length} samples at {rate} Hz"),
        ));
    }
    let counts_per_unit = f32::from_le_bytes(cursor.array()?);
    if !(counts_per_unit.is_finite() && counts_per_unit > 0.0) {
        return Err(cursor.wrong("counts per unit above 0", counts_per_unit.to_string()));
    }
    let (mode, per_block, blocks) = (cursor.u32()?, cursor.u32()?, cursor.u32()?);
    let (records, length) = (records as usize, length as usize);
    if mode > 1 || per_block == 0 || records.div_ceil(per_block as usize) != blocks as usize {
        return Err(cursor.wrong(
            "mode 0 or 1 and as many blocks as the records fill",
            format!("mode {mode}, {blocks} blocks of {per_block} for {records} records"),
        ));
    }
    let ids = (0..records).map(|_| cursor.u32()).collect::<Result<Vec<_>, _>>()?;
    let checksums =
        (0..records * LEADS).map(|_| cursor.array().map(u16::from_le_bytes)).collect::<Result<Vec<_>, _>>()?;
    let index = (0..blocks)
        .map(|_| Ok((u64::from_le_bytes(cursor.array()?), cursor.u32()?, cursor.u32()?)))
        .collect::<Result<Vec<_>, PackError>>()?;

    let mut samples = Vec::new();
    for (block, (offset, compressed, raw)) in index.into_iter().enumerate() {
        let count = (records - block * per_block as usize).min(per_block as usize);
        let expected = 2 * LEADS * count * length;
        let wrong = |message: String| PackError::Block { path: path.to_owned(), block, message };
        if raw as usize != expected {
            return Err(wrong(format!("expected {expected} bytes, the index says {raw}")));
        }
        let frame = usize::try_from(offset)
            .ok()
            .and_then(|from| bytes.get(from..from.checked_add(compressed as usize)?))
            .ok_or_else(|| wrong(format!("bytes {offset} + {compressed} lie outside the file")))?;
        let mut plain = Vec::with_capacity(expected);
        StreamingDecoder::new(frame)
            .map_err(|error| wrong(error.to_string()))?
            .take(expected as u64 + 1)
            .read_to_end(&mut plain)
            .map_err(|error| wrong(error.to_string()))?;
        if plain.len() != expected {
            return Err(wrong(format!("expected {expected} bytes, found {}", plain.len())));
        }
        unfold(&plain, mode, count, length, &mut samples);
    }

    for ((lead, stored), values) in checksums.iter().enumerate().zip(samples.chunks_exact(length)) {
        let sum = values.iter().fold(0_u16, |sum, &value| sum.wrapping_add(value as u16));
        if sum != *stored {
            return Err(PackError::Checksum {
                path: path.to_owned(),
                id: ids[lead / LEADS],
                lead: lead % LEADS,
                found: sum,
                expected: *stored,
            });
        }
    }
    Ok(Pack { ids, length, rate, counts_per_unit, samples })
}

/// Undoes the differences of one block (`[lead][record][time]`) and appends its records as `[record, lead, sample]`.
fn unfold(plain: &[u8], mode: u32, records: usize, length: usize, out: &mut Vec<i16>) {
    let (low, high) = plain.split_at(plain.len() / 2);
    let start = out.len();
    out.resize(start + records * LEADS * length, 0);
    let place = &mut out[start..];
    let derived = |lead: usize| mode == 1 && (2..6).contains(&lead);
    // I and II (0, 1) come before the four that are predicted from them.
    for lead in 0..LEADS {
        for record in 0..records {
            let from = (lead * records + record) * length;
            let to = (record * LEADS + lead) * length;
            let mut previous = 0_i16;
            for time in 0..length {
                let symbol = u16::from_le_bytes([low[from + time], high[from + time]]);
                let difference = ((symbol >> 1) as i16) ^ -((symbol & 1) as i16);
                let value = if derived(lead) {
                    let of = |other: usize| i32::from(place[(record * LEADS + other) * length + time]);
                    let predicted = match lead {
                        2 => of(1) - of(0),
                        3 => -((of(0) + of(1)) >> 1),
                        4 => (of(0) - of(2)) >> 1,
                        _ => (of(1) + of(2)) >> 1,
                    };
                    (predicted as i16).wrapping_add(difference)
                } else {
                    previous.wrapping_add(difference)
                };
                previous = value;
                place[to + time] = value;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::shared;

    #[test]
    fn the_first_record_of_ptb_xl_has_the_published_samples_and_checksums() {
        let Some(path) = shared("ptb-xl/ptbxl100_00001-01999.ecgpack") else {
            eprintln!("skipped: the 100 Hz pack of PTB-XL is not here");
            return;
        };
        let pack = read(&path).unwrap();
        assert_eq!((pack.ids.len(), pack.length, pack.rate, pack.counts_per_unit), (1869, 1000, 100, 1000.0));
        assert_eq!(pack.ids[0], 1);
        let lead = |lead: usize| &pack.samples[lead * 1000..lead * 1000 + 4];
        assert_eq!(lead(0), [-119, -116, -120, -117]);
        assert_eq!(lead(1), [-55, -51, -44, -38]);
        assert_eq!(lead(2), [64, 65, 76, 80]);
        assert_eq!(lead(3), [86, 83, 82, 77]);
        assert_eq!(lead(11), [-79, -74, -69, -64]);
    }

    #[test]
    fn the_other_packs_read_with_every_checksum_right() {
        for (name, records, rate, scale) in [
            ("ptb-xl-zscored/ptbxl_z100_1819.ecgpack", 1809, 100, 250.0),
            ("ptb-xl-500hz/ptbxl500_00001-00500.ecgpack", 467, 500, 1000.0),
        ] {
            let Some(path) = shared(name) else {
                eprintln!("skipped: {name} is not here");
                continue;
            };
            let pack = read(&path).unwrap();
            assert_eq!((pack.ids.len(), pack.rate, pack.counts_per_unit), (records, rate, scale), "{name}");
        }
    }

    #[test]
    fn a_file_that_is_no_pack_or_is_cut_is_an_error_with_its_place() {
        let path = Path::new("x.ecgpack");
        assert!(decode(path, b"RIFF....").unwrap_err().to_string().contains("expected ECGPACK1"));
        let mut head = b"ECGPACK1".to_vec();
        for value in [1_u32, 12, 10, 100, 1000.0_f32.to_bits(), 1, 8, 1] {
            head.extend(value.to_le_bytes());
        }
        let error = decode(path, &head).unwrap_err().to_string();
        assert!(error.contains("byte 40: expected 4 bytes, found 0 before the end"), "{error}");
    }
}
