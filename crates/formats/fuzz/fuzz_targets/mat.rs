//! A MATLAB 4 file without its header.
#![no_main]

use formats::InputFile;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let file = InputFile { name: "a.mat", bytes };
    let read = formats::matlab4::read(&file, &formats_fuzz::hints(), &formats_fuzz::limits());
    formats_fuzz::check(&read.unwrap_or_default());
});
