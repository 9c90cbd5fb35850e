//! One CSV file.
#![no_main]

use formats::InputFile;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let file = InputFile { name: "a.csv", bytes };
    if let Ok(recording) = formats::csv::read(&file, &formats_fuzz::hints(), &formats_fuzz::limits()) {
        formats_fuzz::check(std::slice::from_ref(&recording));
    }
});
