//! A recording through every writer. The fuzz targets are built with this too.

use ecg::{Recording, Unit};
use formats::wfdb::StorageFormat;
use formats::{Hints, InputFile, Limits, WriteError};

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

/// What is written of a recording is read, with as many signals.
pub fn is_read_again(name: &str, recording: &Recording) {
    let filled = recording.signals.iter().filter(|signal| !signal.is_empty()).count();
    for (format, files) in written(recording) {
        let Ok(files) = files else { continue };
        let files: Vec<InputFile> = files.iter().map(|(name, bytes)| InputFile { name, bytes }).collect();
        let hints = Hints { rate: Some(250.0), unit: Some(Unit::Millivolt) };
        let again = formats::read(&files, &hints, &Limits::default());
        assert!(again.failures.is_empty(), "{name} as {format} is not read: {:?}", again.failures);
        let stored = again.recordings.iter().flat_map(|again| &again.signals).filter(|signal| !signal.derived).count();
        assert_eq!(stored, filled, "{name} as {format} has not the signals that were written");
    }
}
