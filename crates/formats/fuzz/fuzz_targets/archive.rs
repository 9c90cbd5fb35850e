//! One archive: what comes out stays within the limits and keeps no way out of its folder.
#![no_main]

use formats::InputFile;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let limits = formats_fuzz::limits();
    let Ok(expanded) = formats::archive::expand(&InputFile { name: "a.zip", bytes }, &limits) else { return };
    assert!(expanded.files.len() as u64 <= limits.archive_entries);
    assert!(expanded.files.iter().map(|(_, bytes)| bytes.len() as u64).sum::<u64>() <= limits.archive_bytes);
    for (name, _) in &expanded.files {
        assert!(!name.starts_with('/') && !name.contains('\\') && !name.split('/').any(|part| part == ".."));
    }
});
