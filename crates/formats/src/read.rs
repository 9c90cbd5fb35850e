//! From dropped files to recordings: which files belong together, and who reads them.

use std::collections::{BTreeMap, BTreeSet};

use ecg::{Recording, Unit};

use crate::companions::{Folder, Index};
use crate::error::shown;
use crate::probe::has_extension;
use crate::{Error, Format, Limits, Needs, Place, archive, csv, ishne, limbs, npy, probe, reader, wfdb, xml};

/// A file as it was dropped or picked: its name with folder (`/` between) and its bytes.
#[derive(Clone, Copy, Debug)]
pub struct InputFile<'a> {
    /// Name with folder.
    pub name: &'a str,
    /// Content.
    pub bytes: &'a [u8],
}

/// What the user states where a file does not.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hints {
    /// Samples a second.
    pub rate: Option<f64>,
    /// Unit of the values.
    pub unit: Option<Unit>,
}

/// Everything that came of a set of files.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// What could be read, in the order of the files.
    pub recordings: Vec<Recording>,
    /// What could not.
    pub failures: Vec<Failure>,
}

/// Files that could not be read, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// The files that belong together.
    pub files: Vec<String>,
    /// Why.
    pub error: Error,
}

/// Reads files: opens archives, groups what belongs together, reads each group.
///
/// A file that belongs to another (a signal file to its header, a description of the header's name) gives no recording of its own. Texts and lists that
/// databases ship beside their records are passed over when something else could be read; so are tables that show no sign
/// of a recording (see [`csv`]), which are read as one where they come without WFDB or EDF files.
pub fn read(files: &[InputFile], hints: &Hints, limits: &Limits) -> Outcome {
    let mut outcome = Outcome::default();
    let mut unpacked: Vec<(String, Vec<u8>)> = Vec::new();
    let mut plain: Vec<InputFile> = Vec::new();
    for file in files {
        if let Err(error) = limits.file(file.name, file.bytes) {
            outcome.failures.push(Failure { files: vec![file.name.to_owned()], error });
        } else if matches!(probe(file.name, file.bytes), Some(Format::Zip | Format::Gzip)) {
            match archive::expand(file, limits) {
                Ok(inner) => {
                    unpacked.extend(inner.files);
                    outcome.failures.extend(inner.failures);
                }
                Err(error) => outcome.failures.push(Failure { files: vec![file.name.to_owned()], error }),
            }
        } else {
            plain.push(*file);
        }
    }
    plain.extend(unpacked.iter().map(|(name, bytes)| InputFile { name, bytes }));
    read_plain(&plain, hints, limits, &mut outcome);
    outcome
}

/// Reads files that are no archives.
fn read_plain(files: &[InputFile], hints: &Hints, limits: &Limits, outcome: &mut Outcome) {
    let index = Index::new(files);
    let formats: Vec<Option<Format>> = files.iter().map(|file| probe(file.name, file.bytes)).collect();
    let mut used: BTreeSet<usize> = BTreeSet::new();
    let mut results: BTreeMap<usize, Result<Vec<Recording>, Failure>> = BTreeMap::new();

    // Headers first, since they take the files that they name; those of segments belong to their record.
    let mut headers: BTreeMap<usize, Result<wfdb::Header, Error>> = BTreeMap::new();
    let mut segments: BTreeSet<String> = BTreeSet::new();
    for (position, (file, format)) in files.iter().zip(&formats).enumerate() {
        if *format != Some(Format::WfdbHeader) {
            continue;
        }
        let header = wfdb::Header::parse(file.name, file.bytes, limits);
        if let Ok(header) = &header
            && header.segments.is_some()
        {
            let folder = file.name.rfind('/').and_then(|slash| file.name.get(..=slash)).unwrap_or_default();
            segments.extend(header.companions().iter().map(|name| format!("{folder}{name}").to_lowercase()));
        }
        headers.insert(position, header);
    }
    // Those with the extension of headers come first: what they take as samples is no header, whatever it looks like.
    let is_named = |position: &usize| files.get(*position).is_some_and(|file| has_extension(file.name, &["hea"]));
    let (named, others): (Vec<_>, Vec<_>) = headers.into_iter().partition(|(position, _)| is_named(position));
    for (position, header) in named.into_iter().chain(others) {
        let Some(file) = files.get(position) else { continue };
        if used.contains(&position) && !is_named(&position) {
            continue;
        }
        let of_a_record = segments.contains(&file.name.to_lowercase());
        if of_a_record && header.as_ref().is_ok_and(|header| header.segments.is_none()) {
            continue;
        }
        used.insert(position);
        let folder = Folder::of(file.name, files, &index);
        let result = header.and_then(|header| wfdb::read(file, &header, &folder, limits));
        // What else lies there under the record's name (a description, a key) is its companion and no recording.
        wfdb::take_annotations(file, &folder, limits);
        let taken = folder.used();
        let result = result.map(|recording| vec![recording]).map_err(|error| {
            let others = taken.iter().filter_map(|position| files.get(*position)).map(|file| file.name.to_owned());
            let names: BTreeSet<String> = others.filter(|name| name != file.name).collect();
            Failure { files: std::iter::once(file.name.to_owned()).chain(names).collect(), error }
        });
        used.extend(taken);
        results.insert(position, result);
    }

    // Beats of a Holter are a file beside it.
    let beats = ishne::pairs(files, &formats);
    used.extend(beats.values().flatten());
    // The arrays of one archive speak of each other.
    for (archive, members) in archives_of_arrays(files, &formats) {
        let Some(first) = members.first().copied() else { continue };
        let arrays: Vec<InputFile> = members.iter().filter_map(|position| files.get(*position)).copied().collect();
        let result = npy::read_archive(archive, &arrays, hints, limits);
        results.insert(first, result.map_err(|error| Failure { files: vec![archive.to_owned()], error }));
        used.extend(members);
    }

    // Tables of numbers and arrays may be anything; every other format holds recordings and nothing else.
    let is_record = |format: &Option<Format>| {
        format.is_some_and(|format| {
            !matches!(format, Format::Csv | Format::MatlabV4 | Format::MatlabV5 | Format::Hdf5 | Format::Npy)
        })
    };
    let beside_records = formats.iter().any(is_record);
    for (position, (file, format)) in files.iter().zip(&formats).enumerate() {
        if used.contains(&position) || (*format == Some(Format::WfdbHeader)) {
            continue;
        }
        let result = match format {
            Some(format) => match reader::of(*format) {
                Some(reader) => limits.file(file.name, file.bytes).and_then(|()| (reader.read)(file, hints, limits)),
                None => Err(unknown(file)),
            },
            // A table that shows no sign of a recording is a list that came with the records, unless it came alone.
            None if beside_records && (csv::is_table(file.bytes) || is_list(file.name)) => continue,
            None if csv::is_table(file.bytes) => csv::read(file, hints, limits).map(|recording| vec![recording]),
            None => Err(unknown(file)),
        };
        let mut result = result.map_err(|error| Failure { files: vec![file.name.to_owned()], error });
        for own in beats.get(&position).into_iter().flatten() {
            let Some(beats) = files.get(*own) else { continue };
            match &mut result {
                Ok(recordings) => {
                    let attached = recordings.iter_mut().try_for_each(|holter| ishne::attach(beats, holter, limits));
                    if let Err(error) = attached {
                        results.insert(*own, Err(Failure { files: vec![beats.name.to_owned()], error }));
                    }
                }
                Err(failure) => failure.files.push(beats.name.to_owned()),
            }
        }
        results.insert(position, result);
    }

    let anything = results.values().any(Result::is_ok);
    for (position, result) in results {
        match result {
            Ok(recordings) => {
                for mut recording in recordings {
                    let file = recording.source.files.first().cloned().unwrap_or_default();
                    match limbs::complete(&file, &mut recording) {
                        Ok(()) => outcome.recordings.push(recording),
                        Err(error) => outcome.failures.push(Failure { files: vec![file], error }),
                    }
                }
            }
            Err(failure) => {
                let name = files.get(position).map_or("", |file| file.name);
                if !(anything && accompanies(name)) {
                    outcome.failures.push(failure);
                }
            }
        }
    }
}

/// The archives of NumPy arrays among unpacked files, with the positions of their arrays.
fn archives_of_arrays<'a>(files: &[InputFile<'a>], formats: &[Option<Format>]) -> BTreeMap<&'a str, Vec<usize>> {
    let mut archives: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (position, (file, format)) in files.iter().zip(formats).enumerate() {
        if *format == Some(Format::Npy)
            && let Some(archive) = npy::archive_of(file.name)
        {
            archives.entry(archive).or_default().push(position);
        }
    }
    archives
}

/// True for what databases and file systems put beside recordings, by name: lists, licences, pages, hidden files.
pub fn accompanies(name: &str) -> bool {
    const NAMES: [&str; 10] = [
        "records",
        "annotators",
        "readme",
        "origin",
        "license",
        "licence",
        "sha256sums",
        "checksums",
        "desktop",
        "thumbs",
    ];
    const EXTENSIONS: [&str; 5] = ["md", "pdf", "ini", "db", "txt"];
    const PAGES: [&str; 2] = ["html", "htm"];
    let name = name.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    let (stem, extension) = name.split_once('.').unwrap_or((&name, ""));
    let plain = extension.is_empty() || EXTENSIONS.contains(&extension);
    let page = name.rsplit_once('.').is_some_and(|(_, extension)| PAGES.contains(&extension));
    stem.is_empty() || page || (plain && NAMES.iter().any(|known| stem.starts_with(known)))
}

/// True for the name of a table, which is a list of words where the probe does not claim it.
fn is_list(name: &str) -> bool {
    has_extension(name, &["csv", "tsv"])
}

/// What a file is that nobody reads here, as far as its first bytes tell.
fn unknown(file: &InputFile) -> Error {
    const READ_HERE: &str = "an ECG format that is read here (WFDB, EDF, DICOM, SCP-ECG, aECG, ...), or a ZIP of these";
    if file.bytes.is_empty() {
        return Error::invalid(file.name, Place::Whole, "an empty file", READ_HERE);
    }
    if file.bytes.starts_with(b"%PDF") {
        // Kardia's and other makers' reports: lines on a page, whose scale and leads would have to be guessed.
        let found = "PDF, a page that shows the curves but holds no samples";
        let expected = "the recording itself: from KardiaMobile the .atc file, from an Apple Watch the CSV of the health data's export";
        return Error::unsupported(file.name, Place::Whole, found, expected);
    }
    if let Some(root) = xml::root_name(file.bytes) {
        let found = format!("XML of the kind {}", shown(&root));
        return Error::unsupported(file.name, Place::Whole, found, READ_HERE);
    }
    let base = file.name.rsplit('/').next().unwrap_or_default();
    let (stem, extension) = base.rsplit_once('.').unwrap_or((base, ""));
    if ["dat", "atr", "qrs", "mat", "hea"].iter().any(|known| extension.eq_ignore_ascii_case(known)) {
        let header = format!("the WFDB header \"{stem}.hea\" too");
        if extension.eq_ignore_ascii_case("hea") {
            return Error::invalid(
                file.name,
                Place::Whole,
                "text that is no WFDB header",
                "a record line and signal lines",
            );
        }
        return Error::missing(Needs::File, file.name, format!("a .{extension} file without its header"), header);
    }
    Error::unsupported(file.name, Place::Whole, "an unknown format", READ_HERE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(files: &[(&str, &[u8])]) -> Outcome {
        let files: Vec<InputFile> = files.iter().map(|(name, bytes)| InputFile { name, bytes }).collect();
        read(&files, &Hints::default(), &Limits::default())
    }

    const HEADER: &[u8] = b"a 1 100 2\na.dat 16 1000/mV 16 0 1 3 0 II\n";
    const SAMPLES: &[u8] = &[1, 0, 2, 0];

    #[test]
    fn a_signal_file_belongs_to_the_header_in_its_own_folder() {
        let outcome = read_all(&[("x/a.dat", SAMPLES), ("x/a.hea", HEADER), ("y/a.dat", SAMPLES)]);
        assert_eq!(outcome.recordings.len(), 1);
        assert_eq!(outcome.recordings[0].source.files, ["x/a.hea", "x/a.dat"]);
        assert_eq!(outcome.failures.len(), 1);
        assert!(outcome.failures[0].error.wants_file(), "{:?}", outcome.failures);
    }

    #[test]
    fn a_header_alone_asks_for_its_signal_file() {
        let outcome = read_all(&[("a.hea", HEADER)]);
        let message = outcome.failures[0].error.to_string();
        assert!(message.contains("please give \"a.dat\" too"), "{message}");
    }

    #[test]
    fn samples_that_look_like_a_header_are_samples() {
        let header = b"a 1 100 14\na.dat 16 1000/mV 16 0 0 0 0 II\n".as_slice();
        let samples = b"b 1 100 9\nb_1.dat 16 200/mV 1".as_slice();
        assert_eq!(probe("a.dat", samples), Some(Format::WfdbHeader), "else this asks nothing");
        for files in [[("a.dat", samples), ("a.hea", header)], [("a.hea", header), ("a.dat", samples)]] {
            let outcome = read_all(&files);
            assert_eq!((outcome.recordings.len(), outcome.failures.len()), (1, 0), "{:?}", outcome.failures);
            assert_eq!(outcome.recordings[0].signals[0].len(), 14);
        }
    }

    #[test]
    fn one_bad_file_does_not_hide_the_others() {
        let outcome = read_all(&[("bad.hea", b"bad 1 100 2\nbad.dat 99\n"), ("a.hea", HEADER), ("a.dat", SAMPLES)]);
        assert_eq!((outcome.recordings.len(), outcome.failures.len()), (1, 1));
    }

    #[test]
    fn a_readme_beside_a_record_is_no_failure() {
        let outcome = read_all(&[("README", b"words"), (".DS_Store", b"x"), ("a.hea", HEADER), ("a.dat", SAMPLES)]);
        assert!(outcome.failures.is_empty(), "{:?}", outcome.failures);
        assert_eq!(read_all(&[("README", b"words")]).failures.len(), 1);
    }

    #[test]
    fn what_lies_beside_a_record_under_its_name_is_no_failure() {
        let description = b"#ECG/1.0 description\nRecord: a\n".as_slice();
        let others = [("x/a.des", description), ("x/a.key", description), ("x/index.html", b"<html>")];
        let record = [("x/a.hea", HEADER), ("x/a.dat", SAMPLES)];
        let outcome = read_all(&[others.as_slice(), &record].concat());
        assert_eq!((outcome.recordings.len(), outcome.failures.len()), (1, 0), "{:?}", outcome.failures);
        // That of no record here is a file like others.
        assert_eq!(read_all(&[[("y/a.des", description)].as_slice(), &record].concat()).failures.len(), 1);
        assert_eq!(read_all(&[("a.html", b"<html>")]).failures.len(), 1);
    }

    #[test]
    fn a_table_of_other_things_is_passed_over_beside_records_and_read_alone() {
        let weights = format!("code,weight\n{}", "164889003,0.5\n".repeat(20));
        let names = ("people.csv", b"name,sex\nAnna,female\n".as_slice());
        let outcome = read_all(&[("weights.csv", weights.as_bytes()), names, ("a.hea", HEADER), ("a.dat", SAMPLES)]);
        assert_eq!((outcome.recordings.len(), outcome.failures.len()), (1, 0), "{:?}", outcome.failures);
        // Who gives it alone means it, and is told what it lacks.
        let alone = read_all(&[("weights.csv", weights.as_bytes())]);
        assert!(alone.failures[0].error.wants_rate(), "{:?}", alone.failures);
    }

    #[test]
    fn a_report_on_paper_is_told_what_to_give_instead() {
        let message = read_all(&[("ECG.pdf", b"%PDF-1.4\n%...")]).failures[0].error.to_string();
        assert!(message.contains("holds no samples") && message.contains(".atc"), "{message}");
    }

    #[test]
    fn a_format_that_is_not_read_here_is_named() {
        let message = read_all(&[("a.xml", b"<?xml version='1.0'?><letter>")]).failures[0].error.to_string();
        assert!(message.contains("found XML of the kind \"letter\", which is not read here"), "{message}");
    }
}
