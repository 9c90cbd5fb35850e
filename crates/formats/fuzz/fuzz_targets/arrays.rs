//! Arrays through the whole way: a MATLAB 5 file as recordings (packed or not), and what the list of arrays says of any file.
#![no_main]

use formats::InputFile;
use formats::arrays::{Value, variables};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let limits = formats_fuzz::limits();
    let mut whole = vec![b' '; 124];
    whole.extend([0, 1, b'I', b'M']);
    whole.extend(bytes);
    for bytes in [bytes, whole.as_slice()] {
        let file = InputFile { name: "a.mat", bytes };
        formats_fuzz::read(&[file]);
        for variable in variables(&file, &limits).unwrap_or_default() {
            if let Value::Numbers(values) = variable.value {
                assert_eq!(variable.shape.iter().product::<u64>(), values.len() as u64);
            }
        }
    }
});
