//! From arguments to sets of files that belong together, each small enough to be held in memory alone.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use formats::{Hints, InputFile, Limits, Outcome};
use indicatif::{ProgressBar, ProgressStyle};
use walkdir::WalkDir;

use crate::report::PassedOver;

/// Files that are read together: a header with what it names, or one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    files: Vec<PathBuf>,
    /// Found in a folder, not named: what is no recording is then passed over.
    found: bool,
}

/// What the arguments name, in groups.
#[derive(Debug, Default)]
pub(crate) struct Inputs {
    /// The groups, in order.
    pub(crate) groups: Vec<Group>,
}

/// Collects the files of `arguments`: files, folders (searched) and patterns.
pub(crate) fn collect(arguments: &[String]) -> Result<Inputs> {
    // Path -> whether it was found in a folder.
    let mut paths: BTreeMap<PathBuf, bool> = BTreeMap::new();
    for argument in arguments {
        let path = PathBuf::from(argument);
        if path.is_dir() {
            for entry in WalkDir::new(&path).sort_by_file_name() {
                let entry = entry.with_context(|| format!("cannot search {argument}"))?;
                let hidden = entry.file_name().to_string_lossy().starts_with('.');
                if entry.file_type().is_file() && !hidden {
                    paths.entry(entry.into_path()).or_insert(true);
                }
            }
        } else if path.is_file() {
            paths.insert(path, false);
        } else if argument.contains(['*', '?']) {
            let matched = matching(&path)?;
            if matched.is_empty() {
                bail!("no file matches {argument}");
            }
            paths.extend(matched.into_iter().map(|path| (path, false)));
        } else {
            bail!("{argument}: no such file or folder");
        }
    }
    Ok(group(&paths))
}

/// Files whose name matches the last part of a pattern.
fn matching(pattern: &Path) -> Result<Vec<PathBuf>> {
    let folder = pattern.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = pattern.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut matched = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read the folder {}", folder.display()))? {
        let path = entry?.path();
        if path.is_file() && matches(&name, &path.file_name().unwrap_or_default().to_string_lossy()) {
            matched.push(path);
        }
    }
    matched.sort();
    Ok(matched)
}

/// True when `name` fits `pattern`, where `*` is any text and `?` any letter.
fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    // Row of "the first p letters of the pattern fit the first n of the name".
    let mut row = vec![false; name.len() + 1];
    row[0] = true;
    for &letter in &pattern {
        let mut next = vec![false; name.len() + 1];
        next[0] = row[0] && letter == '*';
        for n in 0..name.len() {
            next[n + 1] = match letter {
                '*' => next[n] || row[n + 1],
                '?' => row[n],
                letter => row[n] && name[n] == letter,
            };
        }
        row = next;
    }
    row[name.len()]
}

/// Puts headers together with the files beside them that they name, whether those were named or not.
fn group(paths: &BTreeMap<PathBuf, bool>) -> Inputs {
    let mut headers: BTreeMap<PathBuf, bool> = BTreeMap::new();
    let mut singles: BTreeMap<PathBuf, bool> = BTreeMap::new();
    for (path, found) in paths {
        let header = path.with_extension("hea");
        if is_header(path) {
            *headers.entry(path.clone()).or_insert(true) &= *found;
        } else if !found && stands_in_no_format_of_its_own(path) && header.is_file() {
            // A signal or annotation file that was named stands for its record.
            headers.insert(header, false);
        } else {
            singles.insert(path.clone(), *found);
        }
    }
    let mut beside = Beside::default();
    let mut groups = Vec::new();
    let mut of_others: BTreeSet<PathBuf> = BTreeSet::new();
    for (header, found) in headers {
        let mut files = vec![header.clone()];
        let mut next = 0;
        while let Some(file) = files.get(next).cloned() {
            for companion in beside.companions(&file) {
                if !files.contains(&companion) {
                    files.push(companion);
                }
            }
            next += 1;
        }
        of_others.extend(files.iter().skip(1).cloned());
        groups.push(Group { files, found });
    }
    // A header that is a segment of another, and a file that a header took, are no groups of their own.
    groups.retain(|group| !of_others.contains(&group.files[0]));
    let rest: Vec<(PathBuf, bool)> = singles.into_iter().filter(|(path, _)| !of_others.contains(path)).collect();
    groups.extend(with_beats(&rest));
    groups.sort_by(|one, other| one.files[0].cmp(&other.files[0]));
    Inputs { groups }
}

/// Single files, the beats of an ISHNE Holter put together with it.
fn with_beats(singles: &[(PathBuf, bool)]) -> Vec<Group> {
    let starts: Vec<(String, Vec<u8>)> =
        singles.iter().map(|(path, _)| (path.to_string_lossy().replace('\\', "/"), start(path))).collect();
    let files: Vec<InputFile> = starts.iter().map(|(name, bytes)| InputFile { name, bytes }).collect();
    let mut pairs = formats::ishne::companions(&files);
    let taken: BTreeSet<usize> = pairs.values().flatten().copied().collect();
    let mut groups = Vec::new();
    for (position, (path, found)) in singles.iter().enumerate() {
        if !taken.contains(&position) {
            let beats = pairs.remove(&position).unwrap_or_default();
            let beats = beats.into_iter().filter_map(|beats| Some(singles.get(beats)?.0.clone()));
            groups.push(Group { files: std::iter::once(path.clone()).chain(beats).collect(), found: *found });
        }
    }
    groups
}

/// The first bytes of a file, which tell an ISHNE Holter and its beats; nothing of what cannot be read, which is told later.
fn start(path: &Path) -> Vec<u8> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    if let Ok(file) = fs::File::open(path) {
        let _ = file.take(formats::ishne::START_BYTES).read_to_end(&mut bytes);
    }
    bytes
}

fn is_header(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("hea"))
}

/// False for files that are recordings, texts or pictures by themselves even where a header has the same stem.
fn stands_in_no_format_of_its_own(path: &Path) -> bool {
    const OWN: [&str; 24] = [
        "hea", "edf", "bdf", "csv", "tsv", "txt", "zip", "gz", "xml", "json", "ndjson", "dcm", "scp", "mwf", "atc",
        "npy", "npz", "h5", "pdf", "png", "jpg", "svg", "md", "html",
    ];
    path.extension().is_some_and(|extension| !OWN.iter().any(|own| extension.eq_ignore_ascii_case(own)))
}

/// What lies in the folders that were looked into, by stem.
#[derive(Default)]
struct Beside(BTreeMap<PathBuf, BTreeMap<OsString, Vec<PathBuf>>>);

impl Beside {
    /// Files beside a header that belong to it: those that it names, and signal and annotation files of its stem.
    fn companions(&mut self, header: &Path) -> Vec<PathBuf> {
        let Some(stem) = header.file_stem().filter(|_| is_header(header)) else { return Vec::new() };
        let folder = header.parent().unwrap_or(Path::new(""));
        let mut all = BTreeSet::new();
        if let Ok(bytes) = fs::read(header) {
            let file = InputFile { name: &header.to_string_lossy(), bytes: &bytes };
            let named = formats::wfdb::companions(&file, &Limits::default()).unwrap_or_default();
            all.extend(named.iter().map(|name| folder.join(name)).filter(|path| path.is_file()));
        }
        let here = self.0.entry(folder.to_owned()).or_insert_with(|| by_stem(folder));
        all.extend(here.get(stem).into_iter().flatten().cloned());
        all.into_iter().collect()
    }
}

fn by_stem(folder: &Path) -> BTreeMap<OsString, Vec<PathBuf>> {
    let mut stems: BTreeMap<OsString, Vec<PathBuf>> = BTreeMap::new();
    let listed = fs::read_dir(if folder.as_os_str().is_empty() { Path::new(".") } else { folder });
    for entry in listed.into_iter().flatten().flatten() {
        let path = folder.join(entry.file_name());
        if stands_in_no_format_of_its_own(&path)
            && path.is_file()
            && let Some(stem) = path.file_stem()
        {
            stems.entry(stem.to_owned()).or_default().push(path);
        }
    }
    stems
}

impl Group {
    /// The name of the leading file.
    pub(crate) fn name(&self) -> String {
        self.files.first().map(|file| file.display().to_string()).unwrap_or_default()
    }

    /// Reads the group; no outcome where files that were only found hold no recording.
    pub(crate) fn read(&self, hints: &Hints, limits: &Limits) -> Result<Read> {
        let mut loaded = Vec::new();
        for path in &self.files {
            let size = fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?.len();
            if size > limits.file_bytes {
                bail!("{}: found {size} bytes, more than the limit of {}", path.display(), limits.file_bytes);
            }
            let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
            let name = path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/");
            loaded.push((name.replace("//", "/"), bytes));
        }
        let files: Vec<InputFile> = loaded.iter().map(|(name, bytes)| InputFile { name, bytes }).collect();
        let is_one =
            |file: &InputFile| formats::probe(file.name, file.bytes).is_some() && !formats::accompanies(file.name);
        if self.found && !files.iter().any(is_one) {
            let passed_over = files.iter().map(|file| PassedOver::of(file.name, formats::accompanies(file.name)));
            return Ok(Read { outcome: Outcome::default(), passed_over: passed_over.collect() });
        }
        let outcome = formats::read(&files, hints, limits);
        // A single file may be an archive, whose files have other names.
        let told: BTreeSet<&str> = outcome
            .recordings
            .iter()
            .flat_map(|recording| &recording.source.files)
            .chain(outcome.failures.iter().flat_map(|failure| &failure.files))
            .map(String::as_str)
            .collect();
        let beside = files.iter().skip(1).filter(|file| !told.contains(file.name));
        let passed_over = beside.map(|file| PassedOver::of(file.name, true)).collect();
        Ok(Read { outcome, passed_over })
    }
}

/// What came of a group.
pub(crate) struct Read {
    pub(crate) outcome: Outcome,
    /// Files that hold no recording and are no failure.
    pub(crate) passed_over: Vec<PassedOver>,
}

/// A bar for many groups on standard error, which hides itself where that is no terminal.
pub(crate) fn progress(inputs: &Inputs) -> ProgressBar {
    if inputs.groups.len() < 3 {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(inputs.groups.len() as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {eta} left  {wide_msg}") {
        bar.set_style(style);
    }
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_fits_what_it_says() {
        assert!(
            matches("*.hea", "100.hea") && matches("1?0.*", "100.hea") && matches("*", "") && matches("a*b*c", "axxbc")
        );
        assert!(!matches("*.hea", "100.dat") && !matches("?", "") && !matches("a", "ab"));
    }
}
