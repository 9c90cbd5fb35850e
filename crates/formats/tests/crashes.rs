//! What once made a reader or a writer fail: every input that fuzzing found is kept in `crashes/TARGET/`, read for ever after, and
//! written in every format that is written.

mod common;

use common::written::is_read_again;
use formats::{Hints, InputFile, Limits};

#[test]
fn inputs_that_once_broke_a_reader_are_read_or_refused() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/crashes");
    let mut count = 0;
    for target in std::fs::read_dir(folder).unwrap().flatten().filter(|entry| entry.path().is_dir()) {
        for (name, bytes) in common::read_folder(&target.path()) {
            // Some targets part one input into a header and its samples at the first zero.
            let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
            let (header, samples) = bytes.split_at(end);
            let hints = Hints { rate: Some(250.0), unit: Some(ecg::Unit::Millivolt) };
            let alone = [InputFile { name: &name, bytes: &bytes }];
            let parted = [
                InputFile { name: "a.hea", bytes: header },
                InputFile { name: "a.dat", bytes: samples.get(1..).unwrap_or_default() },
            ];
            for files in [alone.as_slice(), &parted] {
                let outcome = formats::read(files, &hints, &Limits::default());
                assert!(outcome.recordings.len() + outcome.failures.len() > 0, "{name}");
                outcome.recordings.iter().for_each(|recording| is_read_again(&name, recording));
            }
            count += 1;
        }
    }
    println!("{count} kept inputs");
}
