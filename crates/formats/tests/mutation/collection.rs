//! The collection beside the workspace.

use std::path::Path;

use formats::{Hints, InputFile};

use crate::corpus::{Corpus, Group, alone, with_files};
use crate::{common, documents};

/// True for what a reader takes while it is whole.
fn is_read(group: &Group) -> bool {
    let files: Vec<InputFile> = group.files.iter().map(|(name, bytes)| InputFile { name, bytes }).collect();
    let hints = Hints { rate: Some(100.0), unit: None };
    !formats::read(&files, &hints, &crate::limits()).recordings.is_empty()
}

/// Adds its files by kind.
pub fn add(folder: &Path, corpus: &mut Corpus) {
    for (kind, place) in [
        ("edf", "edf"),
        ("scp", "scp"),
        ("dicom", "dicom"),
        ("aecg", "aecg"),
        ("fhir", "fhir"),
        ("ishne", "ishne"),
        ("mfer", "mfer"),
        ("contec", "contec"),
        ("atc", "atc"),
        ("npy", "npy"),
        ("hdf5", "hdf5"),
        ("csv", "csv"),
        ("archive", "archive"),
    ] {
        let files = common::read_folder(&folder.join(place));
        corpus.entry(kind).or_default().extend(files.into_iter().map(|(name, bytes)| alone(&name, bytes)));
    }
    for place in ["muse", "cardiosoft", "philips", "mortara", "schiller"] {
        let files = common::read_folder(&folder.join(place));
        let files = files.into_iter().map(|(name, bytes)| alone(&name, documents::from_samples(bytes)));
        // Those that are cut before their first lead ends would test nothing else.
        corpus.entry(place).or_default().extend(files.filter(is_read));
    }
    let records = folder.join("wfdb");
    for (header, others) in [
        ("100.hea", &["100.dat"][..]),
        ("100_3chan.hea", &["100_3chan.dat"]),
        ("3000003_0003.hea", &["3000003_0003.dat"]),
        ("310derive_3.hea", &["310derive_3.dat"]),
        ("311derive_3.hea", &["311derive_3.dat"]),
        ("a103l.hea", &["a103l.mat"]),
        ("flac_3_constant.hea", &["flac_3_constant.dat"]),
        ("flacformats.hea", &["flacformats.d0", "flacformats.d1", "flacformats.d2"]),
        ("mixedsignals.hea", &["mixedsignals_e.dat", "mixedsignals_p.dat", "mixedsignals_r.dat"]),
        (
            "binformats.hea",
            &[
                "binformats.d0",
                "binformats.d1",
                "binformats.d2",
                "binformats.d3",
                "binformats.d4",
                "binformats.d5",
                "binformats.d6",
                "binformats.d7",
                "binformats.d8",
                "binformats.d9",
            ],
        ),
    ] {
        corpus.entry("wfdb").or_default().extend(with_files(&records, header, others));
    }
    let segments = records.join("multi-segment/041s");
    corpus.entry("wfdb").or_default().extend(with_files(
        &segments,
        "041s.hea",
        &["041s01.hea", "041s01.dat", "041s02.hea", "041s02.dat"],
    ));
    for marks in ["100.atr", "1003.atr", "12726.anI", "huge.qrs"] {
        if let Some(mut group) = with_files(&records, "100.hea", &["100.dat", marks]) {
            group.targets = vec![2];
            "100.atr".clone_into(&mut group.files[2].0);
            corpus.entry("atr").or_default().push(group);
        }
    }
    if let Some(group) = with_files(&records, "E07500.hea", &["E07500.mat"]) {
        corpus.entry("mat").or_default().push(alone("E07500.mat", group.files[1].1.clone()));
        corpus.entry("mat").or_default().push(group);
    }
    for place in ["matlab", "matlab/scipy"] {
        let files = common::read_folder(&folder.join(place));
        for (name, bytes) in files {
            let hdf5 = formats::probe(&name, &bytes) == Some(formats::Format::Hdf5);
            // HDF5 is not cut: its structures lie anywhere.
            let group = Group { files: vec![(name, bytes)], targets: vec![0], packed: false };
            corpus.entry(if hdf5 { "hdf5" } else { "mat5" }).or_default().push(group);
        }
    }
}
