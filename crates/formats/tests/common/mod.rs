//! Files that the tests read: fixtures of this crate and, where it is there, the collection beside the workspace.
#![allow(dead_code, clippy::unwrap_used)]

use std::path::{Path, PathBuf};

/// A folder of the collection beside the workspace, or nothing with a line that says what is skipped.
pub fn shared(path: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(path);
    if folder.exists() {
        return Some(folder);
    }
    eprintln!("skipped: the collection {path} is not here");
    None
}

/// A fixture of this crate.
pub fn fixture(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(path)
}

/// All files of a folder, without those of its folders, by name.
pub fn read_folder(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(&path).unwrap()))
        .collect();
    files.sort();
    files
}
