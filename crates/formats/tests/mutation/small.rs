//! The small file of each format that lies with the tests, so that every kind is there on every machine.

use crate::corpus::{Corpus, Group, alone};
use crate::{common, documents};

/// Files by kind. Those of Philips and MUSE are not among them: cut to the length of a case, their first lead would not end.
const FILES: [(&str, &str); 21] = [
    ("ishne", "ECG_P28_first500.ecg"),
    ("scp", "Example.scp"),
    ("hdf5", "contiguous_be_latest_11.h5"),
    ("npy", "deflated_11.npz"),
    ("aecg", "fda_minimum_aecg.xml"),
    ("npy", "header_v2_11.npy"),
    ("fhir", "hl7_observation-example-sample-data.json"),
    ("archive", "mv_csv_11.csv.gz"),
    ("contec", "simulated.ECG"),
    ("atc", "simulated.atc"),
    ("edf", "simulated.bdf"),
    ("dicom", "simulated.dcm"),
    ("mat", "simulated_4.mat"),
    ("mat5", "simulated_5.mat"),
    ("cardiosoft", "simulated_cardiosoft.xml"),
    ("mortara", "simulated_mortara.xml"),
    ("schiller", "simulated_schiller.xml"),
    ("csv", "simulated_watch.csv"),
    ("edf", "synth_edf_plus_d_gaps_11.edf"),
    ("mfer", "synth_mfer_be_11.mwf"),
    ("archive", "wfdb_in_zip_11.zip"),
];

/// Adds them by kind.
pub fn add(corpus: &mut Corpus) {
    let folder = common::fixture("each");
    for (kind, name) in FILES {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let group = match kind {
            "cardiosoft" | "mortara" | "schiller" => alone(name, documents::from_samples(bytes)),
            // Not cut: the structures of both lie anywhere.
            "hdf5" | "mat5" => Group { files: vec![(name.to_owned(), bytes)], targets: vec![0], packed: false },
            _ => alone(name, bytes),
        };
        corpus.entry(kind).or_default().push(group);
    }
}
