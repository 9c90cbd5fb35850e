//! HDF5, and with it MATLAB 7.3.
//!
//! The container is read by the crate `hdf5-reader` (HDF5 File Format Specification, versions 0 to 3 of the superblock, which may
//! stand at byte 0, 512, 1024 and so on: MATLAB 7.3 puts a header of 512 bytes before it). What that crate is trusted
//! with is bounded here:
//!
//! - it reads the file through a counter, so that structures that point to each other end early;
//! - objects are listed one after the other, 1024 at most, groups eight deep, and links to other files are not
//!   followed;
//! - the extents of a dataset are compared with [`Limits`] and with the memory of a file of this size before anything of
//!   it is read; chunks that are larger than an eighth of that are refused.
//!
//! Numbers of 8 to 64 bits in either order of bytes and texts are read, from datasets and attributes; of packed data deflate,
//! shuffle, Fletcher-32, szip, n-bit and scale-offset (LZF and others are refused by their name in the file). Compound types,
//! references (with them MATLAB's cells) and images are passed over. What the arrays mean is told by [`crate::arrays`].

use ecg::Recording;
use hdf5_reader::{Dataset, Hdf5File, OpenOptions};

use crate::arrays::{self, Array, Chosen, Content, Entry, Input};
use crate::memory::Memory;
use crate::{Error, Hints, InputFile, Limits, Place};

mod content;
mod layout;
mod list;
mod storage;

use list::List;
use storage::Metered;

/// Datasets and groups of one file that are looked at.
const OBJECTS: usize = 1024;
/// Groups within groups.
const DEEPEST: usize = 8;
/// The first bytes of the superblock.
const SIGNATURE: &[u8] = b"\x89HDF\r\n\x1a\n";

/// How clearly the content is HDF5, 0 to 100: its signature at byte 0, or at 512, 1024, 2048 and so on.
pub(crate) fn score(bytes: &[u8]) -> u8 {
    let at = |place: usize| bytes.get(place..).is_some_and(|rest| rest.starts_with(SIGNATURE));
    if at(0) {
        return 100;
    }
    // Further out, bytes of another format may look so; a header of MATLAB settles it.
    let matlab = bytes.starts_with(b"MATLAB 7.3");
    let places = core::iter::successors(Some(512_usize), |place| place.checked_mul(2));
    let found = places.take_while(|place| *place < bytes.len()).any(at);
    match (found, matlab) {
        (true, true) => 98,
        (true, false) => 30,
        (false, _) => 0,
    }
}

/// A file and what was found in it.
pub(crate) struct Opened<'n> {
    name: &'n str,
    entries: Vec<Entry<'static>>,
    /// The dataset of each entry; none of attributes.
    datasets: Vec<Option<Dataset>>,
    storage: std::sync::Arc<Metered>,
}

/// Opens a file and lists what is in it; small arrays and texts are read.
pub(crate) fn open<'n>(file: &InputFile<'n>, limits: &Limits, memory: &mut Memory) -> Result<Opened<'n>, Error> {
    limits.file(file.name, file.bytes)?;
    // The library wants bytes of its own.
    memory.take(file.name, file.bytes.len() as u64)?;
    let before = memory.clone();
    let (opened, base) = listed(file.name, file.bytes.to_vec(), limits, memory)?;
    let headers = opened.datasets.iter().flatten().map(Dataset::address);
    let old: Vec<u64> = headers.filter_map(|header| layout::old_version(file.bytes, base, header)).collect();
    if old.is_empty() {
        return Ok(opened);
    }
    drop(opened);
    *memory = before;
    let mut bytes = file.bytes.to_vec();
    for place in old {
        if let Some(version) = usize::try_from(place).ok().and_then(|place| bytes.get_mut(place)) {
            *version = 1;
        }
    }
    Ok(listed(file.name, bytes, limits, memory)?.0)
}

/// What is in a file, and where its addresses count from.
fn listed<'n>(name: &'n str, bytes: Vec<u8>, limits: &Limits, memory: &mut Memory) -> Result<(Opened<'n>, u64), Error> {
    let options = OpenOptions {
        chunk_cache_bytes: 0,
        max_chunk_bytes: usize::try_from(memory.left() / 8).unwrap_or(usize::MAX),
        max_read_bytes: usize::try_from(memory.left()).unwrap_or(usize::MAX),
        max_object_header_bytes: 1 << 20,
        ..OpenOptions::default()
    };
    let storage = std::sync::Arc::new(Metered::new(bytes));
    let opened = Hdf5File::from_storage_with_options(storage.clone(), options).map_err(|error| refused(name, error))?;
    let base = opened.superblock().base_address;
    let root = opened.root_group().map_err(|error| refused(name, error))?;
    let mut list = List::new(name, limits, memory);
    list.group(&root, "", 0)?;
    let (entries, datasets) = list.into_parts();
    Ok((Opened { name, entries, datasets, storage }, base))
}

impl Opened<'_> {
    /// Reads the numbers of an entry: all of them, or of the outermost extent that is not 1 the first `some`.
    fn load(&mut self, entry: usize, some: Option<u64>, memory: &mut Memory) -> Result<(), Error> {
        let slots = self.entries.get_mut(entry).zip(self.datasets.get(entry));
        let Some((Entry { content: Content::Numbers(array), .. }, Some(dataset))) = slots else { return Ok(()) };
        if array.numbers.is_some() {
            return Ok(());
        }
        self.storage.allow_data();
        let numbers = match some {
            None => content::numbers(self.name, dataset, memory)?,
            Some(some) => content::first_numbers(self.name, dataset, some, memory)?,
        };
        array.numbers = Some(numbers);
        Ok(())
    }

    /// Every dataset with its numbers; what cannot be read is said to be.
    pub(crate) fn all(mut self, memory: &mut Memory) -> Result<Vec<Entry<'static>>, Error> {
        for entry in 0..self.entries.len() {
            match self.load(entry, None, memory) {
                Err(error @ Error::Unsupported { .. }) => {
                    if let Some(entry) = self.entries.get_mut(entry) {
                        entry.content = Content::Unread(error.to_string());
                    }
                }
                other => other?,
            }
        }
        let with = self.entries.into_iter().zip(self.datasets).filter(|(_, dataset)| dataset.is_some());
        Ok(with.map(|(entry, _)| entry).collect())
    }
}

/// Reads the samples of an HDF5 file; [`crate::arrays`] says which they are.
///
/// # Errors
/// The file is damaged, or holds no array of samples that can be read; no rate or no unit, in the file and in `hints`.
pub fn read(file: &InputFile, hints: &Hints, limits: &Limits) -> Result<Vec<Recording>, Error> {
    let mut memory = Memory::beside(file.bytes.len());
    let mut opened = open(file, limits, &mut memory)?;
    let chosen = arrays::choose(&opened.entries).ok_or_else(|| {
        Error::invalid(file.name, Place::Whole, "no array of samples", "a dataset of leads and samples")
    })?;
    let mut partial = false;
    for entry in chosen.entries() {
        let some = match (&chosen, opened.entries.get(entry).map(|entry| &entry.content)) {
            (Chosen::Whole { .. }, Some(Content::Numbers(array))) => first(file.name, array, limits, &memory)?,
            _ => None,
        };
        partial |= some.is_some();
        opened.load(entry, some, &mut memory)?;
    }
    let format = if file.bytes.starts_with(b"MATLAB 7.3") { "MATLAB 7.3" } else { "HDF5" };
    let input = Input { file: file.name, format, cut: false, partial };
    arrays::recordings(&input, &opened.entries, &chosen, hints, limits, &mut memory)
}

/// How many recordings to read of an array of many, where not all of them fit.
fn first(file: &str, array: &Array, limits: &Limits, memory: &Memory) -> Result<Option<u64>, Error> {
    let (all, fitting) = arrays::recordings_of(array, limits, memory);
    if fitting == 0 {
        let found = format!("a dataset of extents {:?}", array.extents);
        return Err(Error::limit(file, Place::Whole, found, "the memory for a file of this size"));
    }
    Ok((fitting < all).then_some(fitting))
}

/// The library's error in the words of this crate, without names that stand in the file.
fn refused(file: &str, error: hdf5_reader::error::Error) -> Error {
    use hdf5_reader::error::Error as Fault;
    match error {
        Fault::Context { source, .. } => refused(file, *source),
        Fault::UnexpectedEof { offset, needed, available } => {
            Error::truncated(file, Place::Byte(offset), format!("{available} bytes"), format!("{needed} bytes"))
        }
        Fault::ResourceLimit(_) => {
            Error::limit(file, Place::Whole, "a structure or a chunk of data", "the memory for a file of this size")
        }
        Fault::UnsupportedFilter(_) => {
            let expected = "data that is not packed, or packed with deflate, shuffle, szip, n-bit or scale-offset";
            Error::unsupported(file, Place::Whole, "data packed in another way", expected)
        }
        Fault::OffsetOutOfBounds(offset) => {
            Error::invalid(file, Place::Byte(offset), "a place beyond the file", "a place within the file")
        }
        other if other.to_string().starts_with("unsupported") => {
            Error::unsupported(file, Place::Whole, "an unusual structure", "HDF5 as common programs write it")
        }
        _ => Error::invalid(file, Place::Whole, "a damaged structure", "HDF5"),
    }
}

#[cfg(test)]
mod tests;
