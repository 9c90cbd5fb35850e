//! What is in a file: datasets, groups and their attributes.

use hdf5_reader::group::Group;
use hdf5_reader::{Dataset, RawAttribute};

use super::{DEEPEST, OBJECTS, content, refused};
use crate::arrays::{Content, Entry};
use crate::memory::Memory;
use crate::{Error, Limits};

/// Attributes of one object that are looked at.
const ATTRIBUTES: usize = 64;
/// What an object takes beside its content, at most.
const OBJECT_BYTES: u64 = 2048;

/// The list while it is made.
pub(super) struct List<'m> {
    file: &'m str,
    limits: &'m Limits,
    memory: &'m mut Memory,
    entries: Vec<Entry<'static>>,
    datasets: Vec<Option<Dataset>>,
    objects: usize,
}

impl<'m> List<'m> {
    pub(super) fn new(file: &'m str, limits: &'m Limits, memory: &'m mut Memory) -> List<'m> {
        List { file, limits, memory, entries: Vec::new(), datasets: Vec::new(), objects: 0 }
    }

    pub(super) fn into_parts(self) -> (Vec<Entry<'static>>, Vec<Option<Dataset>>) {
        (self.entries, self.datasets)
    }

    /// Adds what is in a group. Objects that cannot be opened are passed over, so that one does not hide the others.
    pub(super) fn group(&mut self, group: &Group, path: &str, depth: usize) -> Result<(), Error> {
        self.attributes(group.raw_attributes(), path, |reference| group.resolve_vlen_reference_bytes(reference, 1));
        let (groups, datasets) = group.member_names().map_err(|error| refused(self.file, error))?;
        for name in datasets {
            self.count(path, &name)?;
            let dataset = match group.dataset(&name) {
                Ok(dataset) => dataset,
                Err(error) => {
                    let unread = Content::Unread(refused(self.file, error).to_string());
                    self.push(path, name, unread, None);
                    continue;
                }
            };
            let own = join(path, &name);
            self.attributes(dataset.raw_attributes(), &own, |reference| {
                dataset.resolve_vlen_reference_bytes(reference, 1)
            });
            let content = content::of_dataset(self.file, &dataset, self.limits, self.memory);
            self.push(path, name, content, Some(dataset));
        }
        for name in groups {
            self.count(path, &name)?;
            // MATLAB's store of cells and of its own objects.
            if depth >= DEEPEST || name.starts_with('#') {
                continue;
            }
            if let Ok(inner) = group.group(&name) {
                let own = join(path, &name);
                match self.group(&inner, &own, depth.saturating_add(1)) {
                    Err(error @ Error::Limit { .. }) => return Err(error),
                    _damaged_groups_are_passed_over => {}
                }
            }
        }
        Ok(())
    }

    fn count(&mut self, path: &str, name: &str) -> Result<(), Error> {
        self.objects = self.objects.saturating_add(1);
        if self.objects > OBJECTS {
            let found = "more groups and datasets";
            return Err(Error::limit(self.file, crate::Place::Whole, found, OBJECTS));
        }
        let names = path.len().saturating_add(name.len()).saturating_mul(4) as u64;
        self.memory.take(self.file, names.saturating_add(OBJECT_BYTES))
    }

    fn push(&mut self, group: &str, name: String, content: Content<'static>, dataset: Option<Dataset>) {
        self.entries.push(Entry { group: group.to_owned(), name, content });
        self.datasets.push(dataset);
    }

    fn attributes(
        &mut self,
        attributes: hdf5_reader::error::Result<Vec<RawAttribute>>,
        path: &str,
        resolve: impl Fn(&[u8]) -> hdf5_reader::error::Result<Vec<u8>>,
    ) {
        for attribute in attributes.unwrap_or_default().into_iter().take(ATTRIBUTES) {
            let (message, _) = attribute.into_parts();
            let text = self.limits.text_bytes;
            if let Some(content) = content::of_attribute(&message, text, &resolve) {
                // No room for an attribute is no reason to refuse the file.
                let size = message.raw_data.len().saturating_add(path.len()).saturating_mul(4) as u64;
                if self.memory.take(self.file, size.saturating_add(OBJECT_BYTES)).is_ok() {
                    self.push(path, message.name, content, None);
                }
            }
        }
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") }
}
