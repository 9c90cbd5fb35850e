//! The probe and whatever reader it chooses.
#![no_main]

use formats::InputFile;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = formats::probe("a", bytes);
    formats_fuzz::read(&[InputFile { name: "a", bytes }]);
});
