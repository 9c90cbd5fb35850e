//! Prepared samples of a WFDB folder in one file, so that the 43,598 small files of PTB-XL are opened once.
//!
//! Layout, little-endian: `ECGCACHE`, stamp (u64), records (u32), samples a record (u32), record numbers (u32 each), counts (i16).
//! The stamp is drawn from the names, sizes and times of the files; another stamp, and the cache is made anew.

use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use crate::checkpoint::write_whole;

const MAGIC: &[u8; 8] = b"ECGCACHE";

/// A mark of a set of files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stamp(u64);

impl Stamp {
    /// Adds a file: name, size, time of its last change.
    pub fn add(&mut self, path: &Path) {
        let meta = std::fs::metadata(path).ok();
        let size = meta.as_ref().map_or(0, std::fs::Metadata::len);
        let changed = meta
            .and_then(|meta| meta.modified().ok()?.duration_since(UNIX_EPOCH).ok())
            .map_or(0, |since| since.as_nanos() as u64);
        let name = path.file_name().unwrap_or_default().as_encoded_bytes();
        // FNV-1a, 64 bits.
        for byte in name.iter().copied().chain(size.to_le_bytes()).chain(changed.to_le_bytes()) {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
        }
        self.0 = self.0.wrapping_add(0xcbf2_9ce4_8422_2325);
    }
}

/// Where the cache of a data folder lies: in the user's cache folder, named after the data folder; each rate has its own.
pub fn place(folder: &Path, hertz: u16) -> PathBuf {
    let base = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".cache")))
        .unwrap_or_else(std::env::temp_dir);
    let full = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let digest = classify::weights::sha256(full.as_os_str().as_encoded_bytes());
    let rate = if hertz == 100 { String::new() } else { format!("-{hertz}") };
    base.join("einthoven/data").join(format!("{}{rate}.ecgcache", &digest[..16]))
}

/// Record numbers and counts, if the cache is there and of this stamp.
pub fn read(path: &Path, stamp: Stamp) -> Option<(Vec<u32>, Vec<i16>)> {
    let bytes = std::fs::read(path).ok()?;
    let (head, rest) = bytes.split_at_checked(24)?;
    let number = |at: usize| Some(u32::from_le_bytes(head.get(at..at + 4)?.try_into().ok()?) as usize);
    let stored = u64::from_le_bytes(head.get(8..16)?.try_into().ok()?);
    if &head[..8] != MAGIC || stored != stamp.0 {
        return None;
    }
    let (records, each) = (number(16)?, number(20)?);
    let (ids, samples) = rest.split_at_checked(records.checked_mul(4)?)?;
    if samples.len() != records.checked_mul(each)?.checked_mul(2)? {
        return None;
    }
    Some((
        ids.as_chunks::<4>().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect(),
        samples.as_chunks::<2>().0.iter().map(|bytes| i16::from_le_bytes(*bytes)).collect(),
    ))
}

/// Writes the cache whole or not at all.
///
/// # Errors
/// The folder cannot be written to.
pub fn write(path: &Path, stamp: Stamp, ids: &[u32], samples: &[i16]) -> std::io::Result<()> {
    let mut bytes = Vec::with_capacity(24 + ids.len() * 4 + samples.len() * 2);
    bytes.extend(MAGIC);
    bytes.extend(stamp.0.to_le_bytes());
    bytes.extend((ids.len() as u32).to_le_bytes());
    bytes.extend(((samples.len() / ids.len().max(1)) as u32).to_le_bytes());
    bytes.extend(ids.iter().flat_map(|id| id.to_le_bytes()));
    bytes.extend(samples.iter().flat_map(|count| count.to_le_bytes()));
    write_whole(path, &bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cache_comes_back_and_is_refused_when_a_file_has_changed() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("00001_lr.hea");
        std::fs::write(&file, "x").unwrap();
        let mut stamp = Stamp::default();
        stamp.add(&file);
        let cache = folder.path().join("c.ecgcache");
        write(&cache, stamp, &[1, 7], &[1, -2, 3, -4]).unwrap();
        assert_eq!(read(&cache, stamp), Some((vec![1, 7], vec![1, -2, 3, -4])));
        std::fs::write(&file, "xy").unwrap();
        let mut changed = Stamp::default();
        changed.add(&file);
        assert_eq!(read(&cache, changed), None);
        let bytes = std::fs::read(&cache).unwrap();
        std::fs::write(&cache, &bytes[..bytes.len() - 1]).unwrap();
        assert_eq!(read(&cache, stamp), None);
    }
}
