//! The files beside a file: how a header finds what it names, and nothing else.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::InputFile;

/// Where each name stands, letters of either case alike.
pub(crate) struct Index(BTreeMap<String, Vec<usize>>);

impl Index {
    /// The index of a set of files.
    pub(crate) fn new(files: &[InputFile]) -> Index {
        let mut index: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (position, file) in files.iter().enumerate() {
            index.entry(file.name.to_lowercase()).or_default().push(position);
        }
        Index(index)
    }
}

/// The folder of one file, with a memory of which files were taken from it.
pub(crate) struct Folder<'f, 'a> {
    files: &'f [InputFile<'a>],
    index: &'f Index,
    path: &'f str,
    used: RefCell<BTreeSet<usize>>,
}

impl<'f, 'a> Folder<'f, 'a> {
    /// The folder that `file` lies in.
    pub(crate) fn of(file: &'f str, files: &'f [InputFile<'a>], index: &'f Index) -> Folder<'f, 'a> {
        let path = file.rfind('/').and_then(|slash| file.get(..=slash)).unwrap_or_default();
        Folder { files, index, path, used: RefCell::default() }
    }

    /// The file of a name: as it is written, else with letters of the other case.
    pub(crate) fn find(&self, name: &str) -> Option<InputFile<'a>> {
        let full = format!("{}{name}", self.path);
        let positions = self.index.0.get(&full.to_lowercase())?;
        let exact = positions.iter().find(|position| self.files.get(**position).is_some_and(|file| file.name == full));
        self.take(*exact.or_else(|| positions.first())?)
    }

    /// The files `stem.*`, without taking them.
    pub(crate) fn with_stem(&self, stem: &str) -> Vec<(usize, InputFile<'a>)> {
        let start = format!("{}{stem}.", self.path).to_lowercase();
        let same = self.index.0.range(start.clone()..).take_while(|(name, _)| name.starts_with(&start));
        same.flat_map(|(_, positions)| positions)
            .filter_map(|position| Some((*position, *self.files.get(*position)?)))
            .filter(|(_, file)| file.name.get(start.len()..).is_some_and(|rest| !rest.contains(['.', '/'])))
            .collect()
    }

    /// Marks a file as used and gives it.
    pub(crate) fn take(&self, position: usize) -> Option<InputFile<'a>> {
        let file = self.files.get(position)?;
        self.used.borrow_mut().insert(position);
        Some(*file)
    }

    /// Positions of the files that were taken.
    pub(crate) fn used(&self) -> BTreeSet<usize> {
        self.used.borrow().clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_in_its_own_folder_only() {
        let files = ["a/x.hea", "a/X.DAT", "b/x.dat", "b/y.dat"].map(|name| InputFile { name, bytes: &[] });
        let index = Index::new(&files);
        let folder = Folder::of("a/x.hea", &files, &index);
        assert_eq!(folder.find("x.dat").unwrap().name, "a/X.DAT");
        assert!(folder.find("y.dat").is_none());
        assert_eq!(folder.with_stem("x").len(), 2);
        assert_eq!(folder.used().into_iter().collect::<Vec<_>>(), [1]);
    }
}
