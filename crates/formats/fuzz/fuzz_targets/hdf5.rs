//! One HDF5 file.
#![no_main]

use formats::InputFile;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let file = InputFile { name: "a.h5", bytes };
    let read = formats::hdf5::read(&file, &formats_fuzz::hints(), &formats_fuzz::limits());
    formats_fuzz::check(&read.unwrap_or_default());
});
