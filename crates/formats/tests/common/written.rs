//! A recording through every writer.

use ecg::Recording;
use formats::WriteError;
use formats::wfdb::StorageFormat;

/// Names with contents.
type Written = Result<Vec<(String, Vec<u8>)>, WriteError>;

/// Every format that is written, with its files.
pub fn written(recording: &Recording) -> [(&'static str, Written); 8] {
    let one = |name: &str, bytes: Result<Vec<u8>, WriteError>| bytes.map(|bytes| vec![(name.to_owned(), bytes)]);
    [
        ("CSV", one("a.csv", formats::csv::write(recording))),
        ("EDF+", one("a.edf", formats::edf::write(recording))),
        ("DICOM", one("a.dcm", formats::dicom::write(recording))),
        ("aECG", one("a.xml", formats::aecg::write(recording))),
        ("FHIR", one("a.json", formats::fhir::write(recording))),
        ("WFDB 16", formats::wfdb::write(recording, "a", StorageFormat::F16)),
        ("WFDB 212", formats::wfdb::write(recording, "a", StorageFormat::F212)),
        ("WFDB 516", formats::wfdb::write(recording, "a", StorageFormat::F516)),
    ]
}
