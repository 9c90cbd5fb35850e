//! Any bytes as a MATLAB 5 file, behind a whole header and without one.
#![no_main]

use formats::matlab5::{Value, variables};
use formats::{Error, InputFile};
use libfuzzer_sys::fuzz_target;

fn check(read: Result<Vec<(String, Value)>, Error>) {
    for (_, value) in read.unwrap_or_default() {
        if let Value::Numbers(array) = value {
            assert_eq!(array.rows.checked_mul(array.columns), Some(array.values.len()));
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    let limits = formats_fuzz::limits();
    check(variables(&InputFile { name: "a.mat", bytes }, &limits));
    let mut whole = vec![b' '; 124];
    whole.extend([0, 1, b'I', b'M']);
    whole.extend(bytes);
    check(variables(&InputFile { name: "a.mat", bytes: &whole }, &limits));
});
