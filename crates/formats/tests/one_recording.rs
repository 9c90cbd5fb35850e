//! One recording of PTB-XL in three formats: what a reader says must not depend on the format.

use std::fs;
use std::path::PathBuf;

use ecg::{Lead, Recording};
use formats::{Hints, InputFile, Limits};

fn read(names: &[&str]) -> Recording {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/one-recording");
    let bytes: Vec<Vec<u8>> = names.iter().map(|name| fs::read(folder.join(name)).unwrap()).collect();
    let files: Vec<InputFile> = names.iter().zip(&bytes).map(|(name, bytes)| InputFile { name, bytes }).collect();
    let mut outcome = formats::read(&files, &Hints::default(), &Limits::default());
    assert_eq!((outcome.failures.len(), outcome.recordings.len()), (0, 1), "{names:?}: {:?}", outcome.failures);
    let recording = outcome.recordings.remove(0);
    assert!(recording.warnings.is_empty(), "{names:?}: {:?}", recording.warnings);
    recording
}

#[test]
fn three_formats_of_one_recording_give_equal_samples() {
    let wfdb = read(&["00001_lr.hea", "00001_lr.dat"]);
    // One count is a microvolt in both; half of it is more than rounding can do.
    let step = 0.0005;
    for other in [read(&["00001_lr.edf"]), read(&["00001_lr.csv"])] {
        for lead in &Lead::TWELVE {
            let expected = wfdb.lead(lead).unwrap();
            let found = other.lead(lead).unwrap();
            assert_eq!((found.rate, found.len(), found.start), (100.0, 1000, 0.0), "{lead}");
            let pairs = found.millivolts().unwrap().into_iter().zip(expected.millivolts().unwrap());
            let worst = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(worst < step, "{} {lead}: {worst} mV", other.source.format);
        }
    }
    let first: Vec<f32> = Lead::TWELVE.iter().map(|lead| wfdb.lead(lead).unwrap().millivolts().unwrap()[0]).collect();
    assert_eq!(first[..4], [-0.119, -0.055, 0.064, 0.086]);
}

#[test]
fn a_table_written_from_any_of_them_reads_back_the_same() {
    for names in [&["00001_lr.hea", "00001_lr.dat"][..], &["00001_lr.edf"], &["00001_lr.csv"]] {
        let recording = read(names);
        let bytes = formats::csv::write(&recording).unwrap();
        let mut outcome =
            formats::read(&[InputFile { name: "a.csv", bytes: &bytes }], &Hints::default(), &Limits::default());
        let back = outcome.recordings.remove(0);
        for lead in &Lead::TWELVE {
            assert_eq!(
                back.lead(lead).unwrap().millivolts(),
                recording.lead(lead).unwrap().millivolts(),
                "{names:?} {lead}"
            );
        }
    }
}
