//! ZIP archives and gzip files: unpacked in memory, with every byte counted.
//!
//! What archives were used for against other programs is answered here: sizes that they state are not believed, bytes
//! are counted while they come out (total, entries, nesting: [`Limits`]; never more than 64 MiB and four times the packed
//! bytes); entries may not share their packed bytes; names are labels only, without `..`, drive letters or backslashes; the companion files that macOS adds and
//! folders are passed over. Encrypted entries and unknown methods are failures of that entry alone.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};

use flate2::bufread::MultiGzDecoder;
use zip::ZipArchive;
use zip::result::ZipError;

use crate::limits::reserve;
use crate::{Error, Failure, InputFile, Limits, Place, npy};

/// What came out of an archive.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expanded {
    /// Name (the archive's folder, then the name within it) and content of each file.
    pub files: Vec<(String, Vec<u8>)>,
    /// Entries that could not be unpacked.
    pub failures: Vec<Failure>,
}

/// How clearly the content is a ZIP archive, 0 to 100.
pub(crate) fn score_zip(bytes: &[u8]) -> u8 {
    if is_zip(bytes) { 100 } else { 0 }
}

/// How clearly the content is a gzip file, 0 to 100.
pub(crate) fn score_gzip(bytes: &[u8]) -> u8 {
    if is_gzip(bytes) { 100 } else { 0 }
}

fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

/// A gzip member that is deflated, the only method that there is.
fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x1f\x8b\x08")
}

/// The files within a ZIP archive or a gzip file; archives within it are opened too (to [`Limits::archive_depth`]).
///
/// # Errors
/// The archive itself is damaged, or what it holds goes beyond the limits.
pub fn expand(file: &InputFile, limits: &Limits) -> Result<Expanded, Error> {
    limits.file(file.name, file.bytes)?;
    let room = limits.archive_bytes.min(limits.memory(file.bytes.len() as u64));
    let mut unpacking = Unpacking { archive: file.name, limits, room, entries: 0, expanded: Expanded::default() };
    // Files of an archive lie in its folder, so that what belongs together stays together.
    unpacking.open(folder_of(file.name), file.name, file.bytes, 1)?;
    Ok(unpacking.expanded)
}

struct Unpacking<'a> {
    archive: &'a str,
    limits: &'a Limits,
    /// Bytes that may still come out, at every depth together.
    room: u64,
    entries: u64,
    expanded: Expanded,
}

impl Unpacking<'_> {
    /// Opens what is an archive, keeps what is none.
    fn open(&mut self, folder: &str, name: &str, bytes: &[u8], depth: u64) -> Result<(), Error> {
        if depth > self.limits.archive_depth {
            let found = format!("archives within archives, {depth} deep");
            return Err(Error::limit(self.archive, Place::Whole, found, self.limits.archive_depth));
        }
        if is_gzip(bytes) {
            self.open_gzip(folder, name, bytes, depth)
        } else {
            self.open_zip(folder, name, bytes, depth)
        }
    }

    fn open_gzip(&mut self, folder: &str, name: &str, bytes: &[u8], depth: u64) -> Result<(), Error> {
        self.count_entry()?;
        // The last member's length; where there are more, or it lies, the content grows as it comes.
        let stated = bytes.last_chunk::<4>().map_or(0, |last| u64::from(u32::from_le_bytes(*last)));
        let content = self.unpack(name, MultiGzDecoder::new(bytes), stated)?;
        let base = name.rsplit('/').next().unwrap_or(name);
        let stem = match base.rsplit_once('.') {
            Some((stem, extension)) if extension.eq_ignore_ascii_case("gz") && !stem.is_empty() => stem.to_owned(),
            Some((stem, extension)) if extension.eq_ignore_ascii_case("tgz") => format!("{stem}.tar"),
            _ => base.to_owned(),
        };
        self.keep(join(folder, &stem), content, depth)
    }

    fn open_zip(&mut self, folder: &str, name: &str, bytes: &[u8], depth: u64) -> Result<(), Error> {
        let damaged = |error: &ZipError| Error::invalid(name, Place::Whole, describe(error), "a whole ZIP archive");
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged(&error))?;
        let limits = self.limits;
        if archive.len() as u64 > limits.archive_entries {
            return Err(Error::limit(name, Place::Whole, format!("{} entries", archive.len()), limits.archive_entries));
        }
        // Entries that share packed bytes make an archive of 40 KB unpack to gigabytes; those of an honest one do not.
        let mut taken: BTreeMap<u64, u64> = BTreeMap::new();
        for index in 0..archive.len() {
            self.count_entry()?;
            let path = archive.name_for_index(index).and_then(Result::ok).map(Cow::into_owned);
            let path = path.unwrap_or_else(|| format!("entry {index}"));
            if is_passed_over(&path) {
                continue;
            }
            let mut entry = match archive.by_index(index) {
                Ok(entry) => entry,
                Err(error) => {
                    self.fail(&join(folder, &clean(&path)), describe(&error));
                    continue;
                }
            };
            if entry.is_dir() || entry.is_symlink() {
                continue;
            }
            let packed = entry.compressed_size();
            let start = entry.data_start().unwrap_or_else(|| entry.header_start());
            let end = start.saturating_add(packed);
            let before = taken.range(..end).next_back().map_or(0, |(_, &end)| end);
            if packed > 0 && (before > start || taken.insert(start, end).is_some()) {
                let place = Place::Byte(start);
                return Err(Error::invalid(name, place, "entries that overlap", "entries of their own bytes"));
            }
            let inner = join(folder, &clean(&path));
            let stated = entry.size();
            match self.unpack(&inner, &mut entry, stated) {
                Ok(content) => self.keep(inner, content, depth)?,
                Err(error @ Error::Limit { .. }) => return Err(error),
                Err(error) => self.expanded.failures.push(Failure { files: vec![inner], error }),
            }
        }
        Ok(())
    }

    /// Keeps a file, or opens it where it is an archive itself.
    fn keep(&mut self, name: String, content: Vec<u8>, depth: u64) -> Result<(), Error> {
        if is_zip(&content) || is_gzip(&content) {
            let folder = folder_of(&name).to_owned();
            return match self.open(&folder, &name, &content, depth.saturating_add(1)) {
                Ok(()) => Ok(()),
                Err(error @ Error::Limit { .. }) => Err(error),
                Err(error) => {
                    self.expanded.failures.push(Failure { files: vec![name], error });
                    Ok(())
                }
            };
        }
        self.expanded.files.push((name, content));
        Ok(())
    }

    fn count_entry(&mut self) -> Result<(), Error> {
        self.entries = self.entries.saturating_add(1);
        if self.entries > self.limits.archive_entries {
            return Err(Error::limit(self.archive, Place::Whole, "more entries", self.limits.archive_entries));
        }
        Ok(())
    }

    /// Reads to the end, counting what comes out; `stated` is a length that the archive states, which may be anything.
    fn unpack(&mut self, name: &str, mut reader: impl Read, stated: u64) -> Result<Vec<u8>, Error> {
        let mut content: Vec<u8> = reserve(name, stated.min(self.room).min(self.limits.file_bytes))?;
        let mut block = [0_u8; 16 << 10];
        loop {
            let count = match reader.read(&mut block) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                    let found = format!("{} bytes unpacked", content.len());
                    return Err(Error::truncated(name, Place::Whole, found, "the end of the packed file"));
                }
                // The message is of the library (a wrong checksum, a bad code), not of the file.
                Err(error) => {
                    return Err(Error::invalid(name, Place::Whole, error.to_string(), "packed bytes without damage"));
                }
            };
            let length = (content.len() as u64).saturating_add(count as u64);
            if length > self.limits.file_bytes {
                return Err(Error::limit(name, Place::Whole, "more unpacked bytes", self.limits.file_bytes));
            }
            let Some(room) = self.room.checked_sub(count as u64) else {
                let most = "64 MiB and four times the packed bytes; unpack it and drop its folder";
                return Err(Error::limit(self.archive, Place::Whole, "more unpacked bytes", most));
            };
            self.room = room;
            content.extend_from_slice(block.get(..count).unwrap_or_default());
        }
        if content.capacity() / 2 > content.len() {
            content.shrink_to_fit();
        }
        Ok(content)
    }

    fn fail(&mut self, name: &str, found: String) {
        let error = Error::unsupported(name, Place::Whole, found, "stored or deflated entries without a password");
        self.expanded.failures.push(Failure { files: vec![name.to_owned()], error });
    }
}

fn describe(error: &ZipError) -> String {
    match error {
        ZipError::UnsupportedArchive(text) => format!("an archive with: {text}"),
        ZipError::InvalidPassword => "an encrypted entry".to_owned(),
        ZipError::Io(_) => "an archive that ends too early".to_owned(),
        _ => "a damaged archive".to_owned(),
    }
}

/// Folders and the companion files of macOS and Windows, which no one dropped on purpose.
fn is_passed_over(path: &str) -> bool {
    let base = path.rsplit(['/', '\\']).next().unwrap_or(path);
    base.is_empty()
        || base.starts_with("._")
        || base == ".DS_Store"
        || base == "Thumbs.db"
        || path.starts_with("__MACOSX/")
}

/// A name with only its real folders: no root, drive, `.`, `..` or control character.
fn clean(path: &str) -> String {
    let real = |part: &&str| !part.is_empty() && *part != "." && *part != ".." && !part.ends_with(':');
    let parts: Vec<&str> = path.split(['/', '\\']).filter(real).collect();
    let name: String = parts.join("/").chars().map(|letter| if letter.is_control() { '_' } else { letter }).collect();
    if name.is_empty() { "unnamed".to_owned() } else { name }
}

/// The folder of an archive's files: that which the archive lies in, but arrays of NumPy stay together in their own.
fn folder_of(archive: &str) -> &str {
    match archive.rsplit_once('/') {
        _ if npy::is_archive(archive) => archive,
        Some((folder, _)) => folder,
        None => "",
    }
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in entries {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(content).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn gzip(content: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    }

    fn open(bytes: &[u8], limits: &Limits) -> Result<Expanded, Error> {
        expand(&InputFile { name: "drop/a.zip", bytes }, limits)
    }

    fn names(bytes: &[u8]) -> Vec<String> {
        open(bytes, &Limits::default()).unwrap().files.into_iter().map(|(name, _)| name).collect()
    }

    /// A reader that gives as many bytes as the list says, again and again, and is interrupted between.
    struct Pieces<'a> {
        rest: &'a [u8],
        sizes: std::iter::Cycle<std::vec::IntoIter<usize>>,
        interrupted: bool,
    }

    impl Read for Pieces<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            self.interrupted = !self.interrupted;
            if self.interrupted {
                return Err(io::ErrorKind::Interrupted.into());
            }
            let size = self.sizes.next().unwrap().min(into.len()).min(self.rest.len());
            let (piece, rest) = self.rest.split_at(size);
            into[..size].copy_from_slice(piece);
            self.rest = rest;
            Ok(size)
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_unpacked_is_the_same_in_whatever_pieces_it_comes(
            sizes in proptest::collection::vec(1_usize..40_000, 1..20),
            length in 0_usize..100_000,
            stated in 0_u64..200_000,
        ) {
            let content: Vec<u8> = (0..length).map(|at| (at * at / 7) as u8).collect();
            let limits = Limits::default();
            let mut unpacking =
                Unpacking { archive: "a", limits: &limits, room: length as u64, entries: 0, expanded: Expanded::default() };
            let pieces = Pieces { rest: &content, sizes: sizes.clone().into_iter().cycle(), interrupted: false };
            proptest::prop_assert_eq!(unpacking.unpack("a", pieces, stated).unwrap(), content.clone());
            proptest::prop_assert_eq!(unpacking.room, 0);
            // The room is used up, however few bytes come at once.
            let pieces = Pieces { rest: &content, sizes: sizes.into_iter().cycle(), interrupted: false };
            proptest::prop_assert_eq!(unpacking.unpack("a", pieces, stated).is_err(), length > 0);
        }
    }

    #[test]
    fn names_are_labels_without_ways_out() {
        let bytes = zip(&[
            ("a/b.dat", b"1"),
            ("../../etc/passwd", b"2"),
            ("C:\\x\\y.dat", b"3"),
            ("/root.dat", b"4"),
            ("__MACOSX/a/._b.dat", b"5"),
            ("a/.DS_Store", b"6"),
        ]);
        assert_eq!(names(&bytes), ["drop/a/b.dat", "drop/etc/passwd", "drop/x/y.dat", "drop/root.dat"]);
    }

    #[test]
    fn archives_within_archives_are_opened_to_the_limit() {
        let inner = zip(&[("x.hea", b"x"), ("y.csv.gz", b"no archive by content")]);
        let outer = zip(&[("study/inner.zip", &inner), ("z.hea.gz", &gzip(b"z"))]);
        assert_eq!(names(&outer), ["drop/study/x.hea", "drop/study/y.csv.gz", "drop/z.hea"]);
        let third = zip(&[("third.zip", &outer)]);
        assert!(matches!(open(&third, &Limits::default()), Err(Error::Limit { .. })));
    }

    #[test]
    fn a_bomb_is_stopped_while_it_unpacks() {
        let bomb = gzip(&vec![0; 80 << 20]);
        assert!(bomb.len() < 800 << 10);
        let error = open(&bomb, &Limits::default()).unwrap_err();
        assert!(error.to_string().contains("four times the packed bytes"), "{error}");
        // What an honest file packs to is not taken for one.
        assert_eq!(open(&gzip(&vec![0; 40 << 20]), &Limits::default()).unwrap().files[0].1.len(), 40 << 20);
        let total = Limits { archive_bytes: 1 << 20, ..Limits::default() };
        assert!(matches!(open(&bomb, &total), Err(Error::Limit { .. })));
        let many: Vec<(String, &[u8])> = (0..20).map(|number| (format!("{number}"), b"x".as_slice())).collect();
        let many: Vec<(&str, &[u8])> = many.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
        let few = Limits { archive_entries: 10, ..Limits::default() };
        assert!(matches!(open(&zip(&many), &few), Err(Error::Limit { .. })));
    }

    #[test]
    fn one_damaged_entry_does_not_hide_the_others() {
        let mut bytes = zip(&[("a.txt", b"first content"), ("b.txt", b"second content")]);
        let at = bytes.windows(5).position(|window| window == b"a.txt").unwrap() + 5;
        bytes[at] ^= 0xFF;
        let expanded = open(&bytes, &Limits::default()).unwrap();
        assert_eq!((expanded.files.len(), expanded.failures.len()), (1, 1));
        assert_eq!(expanded.files[0].0, "drop/b.txt");
    }

    /// Every place of `needle`, to patch records of an archive.
    fn places(bytes: &[u8], needle: &[u8]) -> Vec<usize> {
        (0..bytes.len()).filter(|&at| bytes[at..].starts_with(needle)).collect()
    }

    #[test]
    fn entries_that_share_their_packed_bytes_are_refused() {
        let content: Vec<u8> = (0..200_u8).collect();
        let mut bytes = zip(&[("a", &content), ("b", &content)]);
        let second = places(&bytes, b"PK\x01\x02")[1];
        // The second entry of the directory points to the first one's bytes.
        bytes[second + 42..second + 46].fill(0);
        let error = open(&bytes, &Limits::default()).unwrap_err();
        assert!(error.to_string().contains("overlap"), "{error}");
    }

    #[test]
    fn an_encrypted_entry_is_a_failure_of_its_own() {
        let mut bytes = zip(&[("a.txt", b"first"), ("b.txt", b"second")]);
        let (local, listed) = (places(&bytes, b"PK\x03\x04")[0], places(&bytes, b"PK\x01\x02")[0]);
        bytes[local + 6] |= 1;
        bytes[listed + 8] |= 1;
        let expanded = open(&bytes, &Limits::default()).unwrap();
        assert_eq!(expanded.files.len(), 1);
        assert!(expanded.failures[0].error.to_string().starts_with("drop/a.txt"), "{:?}", expanded.failures);
    }

    #[test]
    fn stated_sizes_are_not_believed() {
        let mut bytes = zip(&[("a.txt", &[b'x'; 5000])]);
        for (signature, offset) in [(b"PK\x03\x04", 22), (b"PK\x01\x02", 24)] {
            let at = places(&bytes, signature)[0] + offset;
            bytes[at..at + 4].copy_from_slice(&0xFFFF_FFF0_u32.to_le_bytes());
        }
        let content = open(&bytes, &Limits::default()).unwrap().files.pop().map(|(_, bytes)| bytes.len());
        assert!(content.is_none_or(|length| length == 5000), "{content:?}");
    }

    #[test]
    fn every_cut_of_an_archive_is_an_error_or_fewer_files() {
        let (zipped, gzipped) = (zip(&[("a", b"content")]), gzip(b"content"));
        for length in 0..zipped.len() {
            assert!(open(&zipped[..length], &Limits::default()).is_err(), "{length}");
        }
        for length in 3..gzipped.len() {
            assert!(open(&gzipped[..length], &Limits::default()).is_err(), "{length}");
        }
    }
}
