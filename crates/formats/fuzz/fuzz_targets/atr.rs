//! An annotation file beside a whole record.
#![no_main]

use formats::InputFile;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let samples = [7_u8; 200];
    formats_fuzz::read(&[
        InputFile { name: "a.hea", bytes: b"a 1 250 100\na.dat 16 200/mV 12 0 0 0 0 II\n" },
        InputFile { name: "a.dat", bytes: &samples },
        InputFile { name: "a.atr", bytes },
    ]);
});
