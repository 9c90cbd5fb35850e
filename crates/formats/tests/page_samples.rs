//! The page's sample recordings: what its list says of them is what their files say.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::fs;
use std::path::{Path, PathBuf};

use formats::{Hints, InputFile, Limits};
use serde_json::Value;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/samples")
}

#[test]
fn every_sample_reads_without_a_warning_and_states_what_the_list_says() {
    let list: Value = serde_json::from_slice(&fs::read(folder().join("index.json")).unwrap()).unwrap();
    let mut real = 0;
    for sample in list.as_array().unwrap() {
        let title = sample["title"].as_str().unwrap();
        let names: Vec<&str> = sample["files"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        let bytes: Vec<Vec<u8>> = names.iter().map(|name| fs::read(folder().join(name)).unwrap()).collect();
        let files: Vec<InputFile> = names.iter().zip(&bytes).map(|(name, bytes)| InputFile { name, bytes }).collect();
        let outcome = formats::read(&files, &Hints::default(), &Limits::default());
        assert!(outcome.failures.is_empty() && outcome.recordings.len() == 1, "{title}: {:?}", outcome.failures);
        let recording = &outcome.recordings[0];
        assert!(recording.warnings.is_empty(), "{title}: {:?}", recording.warnings);
        assert_eq!((recording.signals.len(), recording.duration()), (12, 10.0), "{title}");

        let origin = sample["origin"].as_str().unwrap();
        let Some((source, stated)) = origin.split_once("; its statement") else {
            assert!(origin.starts_with("Simulated") && title.ends_with("simulated"), "{title}: {origin}");
            continue;
        };
        real += 1;
        assert!(source.ends_with(&format!("{} Hz", recording.signals[0].rate)), "{title}: {origin}");
        let said = recording.comments.iter().any(|comment| comment.contains("fold 9") && comment.contains("CC BY 4.0"));
        assert!(said, "{title}: {:?}", recording.comments);
        let codes: Vec<&str> = stated.trim_start_matches(['s', ':', ' ']).split(", ").collect();
        let of_file: Vec<&str> = recording
            .statements
            .iter()
            .map(|statement| statement.text.split(['(', ';', ')']).nth(1).unwrap())
            .collect();
        assert_eq!(codes, of_file, "{title}");
    }
    assert_eq!(real, 3);
}
