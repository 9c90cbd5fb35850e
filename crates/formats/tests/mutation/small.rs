//! The small file of each format that lies with the tests, so that every kind is there on every machine.

use crate::collection::is_read;
use crate::corpus::{Corpus, Group, alone, unpacked};
use crate::{common, documents};

/// Files by kind.
const FILES: [(&str, &str); 24] = [
    ("philips", "1_03_129DYPRG.XML.gz"),
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
    ("fhir", "simulated.json"),
    ("mat", "simulated_4.mat"),
    ("mat5", "simulated_5.mat"),
    ("cardiosoft", "simulated_cardiosoft.xml"),
    ("mortara", "simulated_mortara.xml"),
    ("schiller", "simulated_schiller.xml"),
    ("csv", "simulated_watch.csv"),
    ("edf", "synth_edf_plus_d_gaps_11.edf"),
    ("mfer", "synth_mfer_be_11.mwf"),
    ("muse", "synthetic_muse.xml.gz"),
    ("archive", "wfdb_in_zip_11.zip"),
];

/// Adds them by kind.
pub fn add(corpus: &mut Corpus) {
    let folder = common::fixture("each");
    for (kind, name) in FILES {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let group = match kind {
            "philips" | "muse" | "cardiosoft" | "mortara" | "schiller" => {
                let bytes = if name.ends_with(".gz") { unpacked(&bytes) } else { bytes };
                let group = alone(name.trim_end_matches(".gz"), documents::from_samples(bytes));
                // One that is cut before its first lead ends would test nothing else.
                if !is_read(&group) {
                    continue;
                }
                group
            }
            // Not cut: the structures of both lie anywhere.
            "hdf5" | "mat5" => Group { files: vec![(name.to_owned(), bytes)], targets: vec![0], packed: false },
            _ => alone(name, bytes),
        };
        corpus.entry(kind).or_default().push(group);
    }
}
