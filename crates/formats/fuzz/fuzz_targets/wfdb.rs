//! A header and its signal file: the first zero byte parts the two.
#![no_main]

use formats::InputFile;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    let (header, data) = bytes.split_at(end);
    let data = data.get(1..).unwrap_or_default();
    // The names that the fixtures' headers use, so that the signal file is found.
    let files = ["a.dat", "b.dat", "seg.dat"].map(|name| InputFile { name, bytes: data });
    let header = InputFile { name: "a.hea", bytes: header };
    formats_fuzz::read(&[&[header], files.as_slice()].concat());
});
