//! One SCP-ECG file.
#![no_main]

use formats::InputFile;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let file = InputFile { name: "a.scp", bytes };
    if let Ok(recordings) = formats::scp::read(&file, &formats_fuzz::hints(), &formats_fuzz::limits()) {
        formats_fuzz::check(&recordings);
    }
});
