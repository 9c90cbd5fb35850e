//! One NumPy array, and the same bytes as one of an archive.
#![no_main]

use formats::InputFile;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let (hints, limits) = (formats_fuzz::hints(), formats_fuzz::limits());
    let file = InputFile { name: "a.npy", bytes };
    formats_fuzz::check(&formats::npy::read(&file, &hints, &limits).unwrap_or_default());
    let (first, second) = bytes.split_at(bytes.len() / 2);
    let files = [InputFile { name: "a.npz/fs.npy", bytes: first }, InputFile { name: "a.npz/ecg.npy", bytes: second }];
    formats_fuzz::check(&formats::npy::read_archive("a.npz", &files, &hints, &limits).unwrap_or_default());
});
