//! One FHIR file.
#![no_main]

use formats::InputFile;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let file = InputFile { name: "a.json", bytes };
    if let Ok(recordings) = formats::fhir::read(&file, &formats_fuzz::hints(), &formats_fuzz::limits()) {
        formats_fuzz::check(&recordings);
        for recording in &recordings {
            let _ = formats::fhir::write(recording);
        }
    }
});
