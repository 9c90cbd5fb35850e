//! Which annotation file belongs to which Holter, by name and folder.

use std::collections::BTreeMap;

use crate::{Format, InputFile};

/// Extensions that a name may hold one behind the other (`a.01.ann`).
const MOST_PARTS: usize = 8;

/// For each Holter the files of its beats, as positions. A file of beats that finds no Holter is in none.
pub(crate) fn pairs(files: &[InputFile], formats: &[Option<Format>]) -> BTreeMap<usize, Vec<usize>> {
    let of = |format: Format| {
        let all = files.iter().zip(formats).enumerate();
        all.filter(move |(_, (_, own))| **own == Some(format)).map(|(position, (file, _))| (position, file.name))
    };
    let mut by_name: BTreeMap<String, usize> = BTreeMap::new();
    // The position where there is one, and how many there are.
    let mut by_folder: BTreeMap<String, (usize, u32)> = BTreeMap::new();
    for (position, name) in of(Format::Ishne) {
        let (folder, base) = split(name);
        by_name
            .entry(format!("{folder}{}", base.rsplit_once('.').map_or(base, |(stem, _)| stem)).to_lowercase())
            .or_insert(position);
        let own = by_folder.entry(folder.to_lowercase()).or_insert((position, 0));
        own.1 = own.1.saturating_add(1);
    }
    let mut alone: BTreeMap<String, u32> = BTreeMap::new();
    for (_, name) in of(Format::IshneAnnotations) {
        let count = alone.entry(split(name).0.to_lowercase()).or_insert(0);
        *count = count.saturating_add(1);
    }
    let mut pairs: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (position, name) in of(Format::IshneAnnotations) {
        let lower = name.to_lowercase();
        let base = split(&lower).1.len();
        // `a.01.ann` is of `a.01.ecg` before it is of `a.ecg`.
        let ends = lower.rmatch_indices('.').map(|(at, _)| at).take(MOST_PARTS);
        let mut stems = ends.take_while(|at| *at >= lower.len().saturating_sub(base)).filter_map(|at| lower.get(..at));
        let named = stems.find_map(|stem| by_name.get(stem)).copied();
        let folder = split(&lower).0;
        let only = by_folder.get(folder).filter(|(_, holters)| *holters == 1 && alone.get(folder) == Some(&1));
        if let Some(holter) = named.or(only.map(|(position, _)| *position)) {
            pairs.entry(holter).or_default().push(position);
        }
    }
    pairs
}

/// Folder with its last slash, and name.
fn split(name: &str) -> (&str, &str) {
    name.split_at_checked(name.rfind('/').map_or(0, |slash| slash.saturating_add(1))).unwrap_or(("", name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paired(names: &[&str]) -> Vec<(usize, Vec<usize>)> {
        let files: Vec<InputFile> = names.iter().map(|name| InputFile { name, bytes: &[] }).collect();
        let format = |name: &&str| Some(if name.ends_with(".ann") { Format::IshneAnnotations } else { Format::Ishne });
        pairs(&files, &names.iter().map(format).collect::<Vec<_>>()).into_iter().collect()
    }

    #[test]
    fn beats_belong_to_the_holter_of_their_name() {
        assert_eq!(paired(&["x/a.ecg", "x/b.ecg", "x/A.ann", "x/b.01.ann"]), [(0, vec![2]), (1, vec![3])]);
        assert_eq!(paired(&["a.ecg", "a.01.ecg", "a.01.ann"]), [(1, vec![2])]);
        assert_eq!(paired(&["x/a.ecg", "y/a.ann"]), []);
    }

    #[test]
    fn one_of_each_in_a_folder_belong_together() {
        assert_eq!(paired(&["x/a.ecg", "x/b.ann", "y/c.ecg"]), [(0, vec![1])]);
        assert_eq!(paired(&["x/a.ecg", "x/b.ecg", "x/c.ann"]), []);
        assert_eq!(paired(&["x/a.ecg", "x/b.ann", "x/c.ann"]), []);
    }
}
