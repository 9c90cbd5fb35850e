//! HDF5, and with it MATLAB 7.3.
//!
//! After the HDF5 File Format Specification, versions 0 to 3 of the superblock, which may stand at byte 0, 512, 1024 and so on
//! (MATLAB 7.3 puts a header of 512 bytes before it). Read are groups of all kinds (symbol tables, links in the header, links in a
//! heap), attributes in the header and in a heap, and datasets that are compact, contiguous or in chunks, by any of the six
//! indexes of chunks (B-trees of version 1 and 2, one chunk, implicit, fixed and extensible arrays), plain or packed with deflate,
//! shuffle, Fletcher-32 and LZF; data packed in other ways (szip, n-bit, scale-offset, plug-ins) is refused by the filter's name
//! or number. Numbers of 8 to 64 bits in either order of bytes, texts of fixed and of any length, arrays as elements and numbers
//! in compounds are read, and MATLAB's cells of texts, which are references; links to other files, virtual datasets and images
//! are passed over. What the arrays mean is told by [`crate::arrays`].
//!
//! A file that is cut or damaged gives what is whole, with a warning for each fault and its place: objects whose header is there,
//! and of a dataset the rows before the first chunk that is missing or whose checksum is wrong. Chunks that were never written have
//! the dataset's fill value, as in every reader of HDF5.
//!
//! Bounds: every look at a structure and every unpacked byte is taken from a meter, so that structures that share their bytes or
//! point to each other end early; 1024 objects are listed, groups eight deep; extents and chunks are compared with [`Limits`]
//! and with the memory of a file of this size before anything is unpacked.

use ecg::{Recording, Severity, Warning};

use crate::arrays::{self, Chosen, Content, Entry, Input};
use crate::memory::Memory;
use crate::{Error, Hints, InputFile, Limits, Place};

mod attributes;
mod checksum;
mod chunks;
mod content;
mod dataset;
mod extensible_array;
mod file;
mod filters;
mod fixed_array;
mod grid;
mod groups;
mod header;
mod heaps;
mod layout;
mod list;
mod lzf;
mod superblock;
#[cfg(test)]
mod tests;
mod trees;
mod trees2;
mod types;

use file::File;
use header::Header;
use list::{List, Origin};

/// How clearly the content is HDF5, 0 to 100: its signature at byte 0, or at 512, 1024, 2048 and so on.
pub(crate) fn score(bytes: &[u8]) -> u8 {
    // Further out, bytes of another format may look so; a header of MATLAB settles it.
    let matlab = bytes.starts_with(b"MATLAB 7.3");
    match superblock::places(bytes.len()).find(|place| superblock::is_at(bytes, *place)) {
        Some(0) => 100,
        Some(_) if matlab => 98,
        Some(_) => 30,
        None => 0,
    }
}

/// A file and what was found in it.
pub(crate) struct Opened<'n> {
    file: File<'n>,
    entries: Vec<Entry<'n>>,
    /// Where the numbers of each entry come from; none of attributes.
    origins: Vec<Option<Origin<'n>>>,
}

/// Opens a file and lists what is in it; small arrays and texts are read.
pub(crate) fn open<'n>(input: &InputFile<'n>, limits: &Limits, memory: &mut Memory) -> Result<Opened<'n>, Error> {
    limits.file(input.name, input.bytes)?;
    let (file, root) = superblock::open(input.name, input.bytes)?;
    let header = Header::read(&file, root)?;
    let mut list = List::new(&file, limits, memory);
    list.group(root, &header, "", 0)?;
    let (entries, origins) = list.into_parts();
    Ok(Opened { file, entries, origins })
}

impl<'n> Opened<'n> {
    /// Reads the numbers of an entry: all of them, or of the outermost extent that is not 1 the first `some`.
    fn load(&mut self, entry: usize, some: Option<u64>, memory: &mut Memory) -> Result<(), Error> {
        let slots = self.entries.get_mut(entry).zip(self.origins.get(entry));
        let Some((Entry { content: Content::Numbers(array), .. }, Some(origin))) = slots else { return Ok(()) };
        if array.numbers.is_some() {
            return Ok(());
        }
        let member = origin.member.as_ref().map(|(offset, own)| (*offset, own));
        let (numbers, held) = content::numbers(&self.file, &origin.dataset, member, some, memory)?;
        array.numbers = Some(numbers);
        array.held = held;
        Ok(())
    }

    /// Every dataset with its numbers; what cannot be read is said to be.
    ///
    /// # Errors
    /// The file is cut or damaged.
    pub(crate) fn all(mut self, memory: &mut Memory) -> Result<Vec<Entry<'n>>, Error> {
        self.file.allow_data();
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
        if let Some(fault) = self.file.faults().into_iter().next() {
            return Err(fault);
        }
        let with = self.entries.into_iter().zip(self.origins).filter(|(entry, origin)| {
            // What could not be opened has no origin either, but is no attribute.
            origin.is_some() || matches!(entry.content, Content::Unread(_))
        });
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
    let Some(chosen) = arrays::choose(&opened.entries) else {
        return Err(opened.without_samples());
    };
    opened.file.allow_data();
    let mut partial = false;
    for entry in chosen.entries() {
        let some = match (&chosen, opened.entries.get(entry).map(|entry| &entry.content)) {
            (Chosen::Whole { .. }, Some(Content::Numbers(array))) => {
                let (all, fitting) = arrays::recordings_of(&opened.entries, entry, limits, &memory);
                if fitting == 0 {
                    let found = format!("a dataset of extents {:?}", array.extents);
                    return Err(Error::limit(file.name, Place::Whole, found, "the memory for a file of this size"));
                }
                (fitting < all).then_some(fitting)
            }
            (Chosen::Leads(leads), Some(Content::Numbers(array))) => {
                let samples = array.count().unwrap_or(u64::MAX);
                limits.size(file.name, Place::Whole, leads.len() as u64, samples)?;
                None
            }
            _ => None,
        };
        partial |= some.is_some();
        opened.load(entry, some, &mut memory)?;
    }
    let format = if file.bytes.starts_with(b"MATLAB 7.3") { "MATLAB 7.3" } else { "HDF5" };
    let input = Input { file: file.name, format, cut: false, partial };
    let faults = opened.file.faults();
    let mut found =
        arrays::recordings(&input, &opened.entries, &chosen, hints, limits, &mut memory).map_err(|error| {
            faults.first().cloned().filter(|_| matches!(error, Error::Truncated { .. })).unwrap_or(error)
        })?;
    if let Some(recording) = found.first_mut() {
        recording.warnings.extend(faults.iter().map(|fault| warning(file.name, fault)));
    }
    Ok(found)
}

impl Opened<'_> {
    /// Why there are no samples: what is damaged, else what could not be read.
    fn without_samples(&self) -> Error {
        let unread = self.entries.iter().find_map(|entry| match &entry.content {
            Content::Unread(why) => Some(why.clone()),
            _ => None,
        });
        let found = match unread {
            Some(why) => format!("no array of samples (of others: {})", crate::notes::label(&why)),
            None => "no array of samples".to_owned(),
        };
        let none = Error::invalid(self.file.name, Place::Whole, found, "a dataset of leads and samples");
        self.file.faults().into_iter().next().unwrap_or(none)
    }
}

/// A fault of one part of the file as a warning.
fn warning(file: &str, fault: &Error) -> Warning {
    let (place, message) = match fault {
        Error::Truncated { place, found, expected, .. } => {
            (*place, format!("the file is cut or damaged: found {found}, expected {expected}"))
        }
        Error::Invalid { place, found, expected, .. } => {
            (*place, format!("the file is damaged: found {found}, expected {expected}"))
        }
        Error::Unsupported { place, found, expected, .. }
        | Error::Limit { place, found, expected, .. }
        | Error::Missing { place, found, expected, .. } => {
            (*place, format!("a part was not read: found {found}, expected {expected}"))
        }
    };
    let severity = if matches!(fault, Error::Unsupported { .. }) { Severity::Note } else { Severity::Data };
    Warning { severity, file: file.to_owned(), place: crate::notes::place(place), message }
}
