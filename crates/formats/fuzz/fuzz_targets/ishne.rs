//! One ISHNE Holter, and the same bytes as the beats of a small one.
#![no_main]

use formats::InputFile;
use libfuzzer_sys::fuzz_target;

/// A Holter of one lead, 200 Hz, ten samples.
fn holter() -> Vec<u8> {
    let mut bytes = b"ISHNE1.0".to_vec();
    bytes.resize(14, 0);
    bytes.extend([10_i32, 522, 522].iter().flat_map(|field| field.to_le_bytes()));
    bytes.resize(542, 0);
    for (at, value) in [(156, 1_i16), (158, 6), (206, 5000), (272, 200)] {
        bytes[at..at + 2].copy_from_slice(&value.to_le_bytes());
    }
    bytes
}

fuzz_target!(|bytes: &[u8]| {
    let file = InputFile { name: "a.ecg", bytes };
    if let Ok(recording) = formats::ishne::read(&file, &formats_fuzz::hints(), &formats_fuzz::limits()) {
        formats_fuzz::check(std::slice::from_ref(&recording));
    }
    let holter = holter();
    let beats = InputFile { name: "a.ann", bytes };
    formats_fuzz::read(&[InputFile { name: "a.ecg", bytes: &holter }, beats]);
});
