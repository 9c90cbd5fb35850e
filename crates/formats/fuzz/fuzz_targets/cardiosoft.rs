//! One GE CardioSoft document.
#![no_main]

use formats::InputFile;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let file = InputFile { name: "a.xml", bytes };
    if let Ok(recordings) = formats::cardiosoft::read(&file, &formats_fuzz::hints(), &formats_fuzz::limits()) {
        formats_fuzz::check(&recordings);
    }
});
