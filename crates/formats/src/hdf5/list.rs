//! What is in a file: datasets, groups and their attributes.

use std::collections::BTreeSet;

use super::attributes::{self, Attribute};
use super::content;
use super::dataset::{Dataset, is_dataset};
use super::file::File;
use super::groups;
use super::header::Header;
use super::types::{Type, What};
use crate::arrays::{Content, Entry};
use crate::memory::Memory;
use crate::{Error, Limits, Place};

/// Datasets and groups of one file that are looked at.
const OBJECTS: usize = 1024;
/// Groups within groups.
const DEEPEST: usize = 8;
/// What an object takes beside its content, at most.
const OBJECT_BYTES: u64 = 2048;

/// Where an entry's numbers come from: a dataset, and the member of its compounds.
#[derive(Clone, Debug)]
pub(super) struct Origin<'a> {
    pub(super) dataset: Dataset<'a>,
    pub(super) member: Option<(u64, Type)>,
}

/// The list while it is made.
pub(super) struct List<'a, 'm> {
    file: &'m File<'a>,
    limits: &'m Limits,
    memory: &'m mut Memory,
    entries: Vec<Entry<'a>>,
    origins: Vec<Option<Origin<'a>>>,
    objects: usize,
    /// Addresses of groups that were listed, since a group may lie within itself.
    seen: BTreeSet<u64>,
}

impl<'a, 'm> List<'a, 'm> {
    pub(super) fn new(file: &'m File<'a>, limits: &'m Limits, memory: &'m mut Memory) -> List<'a, 'm> {
        List { file, limits, memory, entries: Vec::new(), origins: Vec::new(), objects: 0, seen: BTreeSet::new() }
    }

    /// The entries, each with its origin; none of attributes.
    pub(super) fn into_parts(self) -> (Vec<Entry<'a>>, Vec<Option<Origin<'a>>>) {
        (self.entries, self.origins)
    }

    /// Adds what is in a group: its datasets, then its groups. Objects that cannot be opened are noted, so that one does not hide the
    /// others.
    pub(super) fn group(&mut self, address: u64, header: &Header<'a>, path: &str, depth: usize) -> Result<(), Error> {
        if !self.seen.insert(address) {
            return Ok(());
        }
        let own = attributes::all(self.file, header)?;
        self.attributes(&own, path)?;
        let mut inner = Vec::new();
        for (name, address) in groups::members(self.file, header)? {
            self.count(path, &name)?;
            let result = Header::read(self.file, address).and_then(|header| {
                if is_dataset(&header) {
                    self.dataset(address, &header, path, &name)
                } else {
                    // MATLAB's store of cells and of its own objects is not listed.
                    if groups::is_group(&header) && depth < DEEPEST && !name.starts_with('#') {
                        inner.push((name.clone(), address, header));
                    }
                    Ok(())
                }
            });
            if let Err(fault) = result {
                self.push(path, name, Content::Unread(fault.to_string()), None);
                // Large structures of one object hide no other.
                if !matches!(fault, Error::Limit { .. } | Error::Unsupported { .. }) {
                    self.file.note(fault)?;
                }
            }
        }
        for (name, address, header) in inner {
            self.group(address, &header, &join(path, &name), depth.saturating_add(1))?;
        }
        Ok(())
    }

    fn dataset(&mut self, address: u64, header: &Header<'a>, path: &str, name: &str) -> Result<(), Error> {
        let attributes = attributes::all(self.file, header)?;
        let own = join(path, name);
        self.attributes(&attributes, &own)?;
        let dataset = Dataset::read(self.file, address, header)?;
        if let What::Compound(members) = &dataset.datatype.what {
            return self.members(&dataset, members, &own);
        }
        let class = content::class_of(self.file, &attributes);
        let content = content::of_dataset(self.file, &dataset, class.as_deref(), self.limits, self.memory)?;
        self.push(path, name.to_owned(), content, Some(Origin { dataset, member: None }));
        Ok(())
    }

    /// The members of compounds: each that is a number is an array of its own. Of complex numbers the real parts.
    fn members(&mut self, dataset: &Dataset<'a>, members: &[(String, u64, Type)], path: &str) -> Result<(), Error> {
        let is_complex = match members {
            // As MATLAB names them, and as h5py.
            [(real, ..), (imaginary, ..)] => {
                matches!((real.as_str(), imaginary.as_str()), ("real", "imag") | ("r", "i"))
            }
            _ => false,
        };
        for (name, offset, datatype) in members.iter().take(if is_complex { 1 } else { members.len() }) {
            let Some((extents, kind, _)) = content::numbers_of(datatype, &dataset.space.extents) else { continue };
            self.count(path, name)?;
            let (group, name) = match path.rsplit_once('/').unwrap_or(("", path)) {
                (group, own) if is_complex => (group, own),
                _ => (path, name.as_str()),
            };
            let origin = Origin { dataset: dataset.clone(), member: Some((*offset, datatype.clone())) };
            self.push(group, name.to_owned(), content::array(extents, kind, None, None), Some(origin));
        }
        Ok(())
    }

    fn count(&mut self, path: &str, name: &str) -> Result<(), Error> {
        self.objects = self.objects.saturating_add(1);
        if self.objects > OBJECTS {
            return Err(Error::limit(self.file.name, Place::Whole, "more groups and datasets", OBJECTS));
        }
        let names = path.len().saturating_add(name.len()).saturating_mul(4) as u64;
        self.memory.take(self.file.name, names.saturating_add(OBJECT_BYTES))
    }

    fn push(&mut self, group: &str, name: String, content: Content<'a>, origin: Option<Origin<'a>>) {
        self.entries.push(Entry { group: group.to_owned(), name, content });
        self.origins.push(origin);
    }

    fn attributes(&mut self, attributes: &[Attribute<'a>], path: &str) -> Result<(), Error> {
        for attribute in attributes {
            match content::of_attribute(self.file, attribute, self.limits.text_bytes) {
                Ok(Some(content)) => {
                    // No room for an attribute is no reason to refuse the file.
                    let size = attribute.data.len().saturating_add(path.len()).saturating_mul(4) as u64;
                    if self.memory.take(self.file.name, size.saturating_add(OBJECT_BYTES)).is_ok() {
                        self.push(path, attribute.name.clone(), content, None);
                    }
                }
                Ok(None) => {}
                Err(fault) => self.file.note(fault)?,
            }
        }
        Ok(())
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") }
}
