//! One HL7 aECG file.
#![no_main]

use formats::InputFile;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let file = InputFile { name: "a.xml", bytes };
    if let Ok(recordings) = formats::aecg::read(&file, &formats_fuzz::hints(), &formats_fuzz::limits()) {
        formats_fuzz::check(&recordings);
        for recording in &recordings {
            let _ = formats::aecg::write(recording);
        }
    }
});
