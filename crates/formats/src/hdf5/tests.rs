//! Small HDF5 files, which h5py made of counted numbers (packed here with zlib and base64).

use std::io::Read as _;

use base64::Engine as _;
use ecg::{Lead, Sex, Unit};

use super::superblock::SIGNATURE;
use super::*;

/// `study/ecg` of 6 x 2 numbers of 16 bits in two chunks, with attributes `sampling_rate`, `units`, `gain` and `leads` (texts
/// of any length); `age` beside it and an attribute `sex` at the top.
const STUDY: &str = "\
eNrtmL9P20AUx9/dOVZkDDWpKwQLqOpUFirxY0JqEitYAhHJQ0CqlNokjomURIiEKp2qbGWpCurUGfUf4A9AYmLmL8gMQ/cywF3uzjFpqRhQh+\
o+lnW6d777vntv8vfQdQrjxoxB0mmQ3Ap+2Hy+IOLzW8e5out4GLo4k/xQYmBAALoFdEi1OwfVj6diqz7BYiSIwp8ZHnmRAe33Eyy6lwjZrMxn\
mBnMfj75/pgUuFxYiZaR2FmAJ+Jqd80bpIAAoVcAGCOkizUsrzsyJyYgKy3nFqRolmRsjEbpZmCPxu5Jb0RXCCIYEyOH/1Yoc56eChNgssV20N\
xr1FvR+/2gEwIT0gZb5waCv+hrrrDPdbDZykGr3mnDNFW2BtmwWvE6Y5FzWWizOGtJWTTtSBaBnw+93XcLhazrALINeddt0b6Ts96XtXxxA4EQ\
iXWGdWmWRuokxqDk3ZvL9dKbe/JxnWthM2iEwx59fQYKhUKhUCgUCoVCoVAo/hHFvLtuvmb/8SluPURBvQWTc7OxQTGVhqlP8R++mze3pFFhAz\
TCoPqAUYEQwiPmQNK4IOKVczbcfmgexsaNxmPSmOEW01tuzBjMiCHo5jkINcHF/9OY65e989Vkk5ZYvTTepHbYfdAd0hNFZT38Fl3ibrni+1V/\
x6/5gc9cGA+sQtbJAZIeliM8ITuRwvEfYuXIO6KnVfyo7/er/Z1+japvwuIdrkadNw==";
/// A user block with MATLAB's header, `val` of 5 x 2, `leads` as MATLAB's letters, `Fs`.
const MATLAB: &str = "\
eNrzdQzxcXRSMNczVvB1DNFNy8xJVaA1YIABJk9fhlEwoKDTw8WNl0uKi5mDAxgfELH/UPCXFcI3gKpVXLvHzt/DJYiJoYJJCFkhDHAxMTAyML\
DxMQAp5rLEnM1QjWwCIBHWnNTElOLLjFAxXpAYk1vxSyaY8UQ4t0tU9DTYCYwMjIwqQBczMTKywlITlEbnM/MwMArAfSfAwAp0JTMXB9AHzIz7\
oa4RgaoVFWJgwfQXjzpQLQMvAwdI0hecY+KTcxKLixmEGSH2gczOzCsxNGNIp1vUZW6xWQwOQ6DbWICuYGNgB7qQkwFX+DCihQ8jcvgwYA+f+9\
BA5MIfPmr4wocFanZyRmIRQwb9knZg/XNhTwZPBh2GMAZTjFBhRAsFdJpZhIFRUMEe6CcQcGAw4WYw+c/MgBI6X5khajnwh44GvtBhg4ZOSn5p\
Uk4qQxytQ0VwziNXiJfqHQBk6Y/q";
/// `tracings` of 500,000 x 40 x 12 that were never written.
const EMPTY: &str = "\
eNrr9HBx4+WS4mLm4GCAgf9QsJ8RwjeAisdb/Pvi7+ESxMRQwSSErBAGuJgYgFrYhBmAFEdJUWJyZl568WaYsY4MlIO/et+egJ3AyMDIaMLAwM\
TMyKiwkB0spwFVwwOlcYkzizAwCirIM7BAVDGIczCI1wNZrEDXM3Nz8zAwMjECjQdCkAoOcbAMC9MLZg2gESwMzFww7zJUMwwkeFV9uAwA3fA3\
lA==";

const BOTH: Hints = Hints { rate: Some(500.0), unit: Some(Unit::Millivolt) };

fn bytes(packed: &str) -> Vec<u8> {
    let packed = base64::engine::general_purpose::STANDARD.decode(packed).unwrap();
    let mut bytes = Vec::new();
    flate2::read::ZlibDecoder::new(packed.as_slice()).read_to_end(&mut bytes).unwrap();
    bytes
}

fn read_bytes(bytes: &[u8], hints: &Hints) -> Result<Vec<Recording>, Error> {
    read(&InputFile { name: "a.h5", bytes }, hints, &Limits::default())
}

#[test]
fn attributes_and_neighbours_state_leads_rate_unit_gain_and_person() {
    let all = read_bytes(&bytes(STUDY), &Hints::default()).unwrap();
    let recording = &all[0];
    let leads: Vec<&Lead> = recording.signals.iter().map(|signal| &signal.lead).collect();
    assert_eq!((leads, recording.signals[0].rate), (vec![&Lead::V1, &Lead::AVR], 250.0));
    assert_eq!(recording.signals[1].unit(), &Unit::Millivolt);
    assert_eq!(recording.signals[1].values(), [0.005, 0.015, 0.025, 0.035, 0.045, 0.055]);
    assert_eq!((recording.patient.age, recording.patient.sex), (Some(61), Some(Sex::Female)));
    assert!(recording.warnings.is_empty(), "{:?}", recording.warnings);
}

#[test]
fn a_file_of_matlab_behind_its_header_names_its_leads() {
    let all = read_bytes(&bytes(MATLAB), &Hints { rate: None, unit: Some(Unit::Microvolt) }).unwrap();
    let leads: Vec<&str> = all[0].signals.iter().map(|signal| signal.lead.name()).collect();
    assert_eq!((leads, all[0].signals[0].rate), (vec!["II", "V5"], 500.0));
    assert_eq!(all[0].signals[1].values(), [1.0, 3.0, 5.0, 7.0, 9.0]);
    assert_eq!(all[0].source.format, "MATLAB 7.3");
}

#[test]
fn what_was_never_written_is_bounded_by_the_memory_of_the_file() {
    let empty = bytes(EMPTY);
    let all = read_bytes(&empty, &BOTH).unwrap();
    assert!((1..20_000).contains(&all.len()), "{}", all.len());
    assert!(all[0].warnings.iter().any(|warning| warning.message.contains("500000 recordings")));
}

#[test]
fn the_signature_is_found_at_zero_and_behind_a_block_of_the_user() {
    let mut matlab = b"MATLAB 7.3 MAT-file".to_vec();
    matlab.resize(512, 0);
    matlab.extend(SIGNATURE);
    assert_eq!((score(SIGNATURE), score(&matlab), score(&matlab[..500]), score(b"")), (100, 98, 0, 0));
}

#[test]
fn no_cut_and_no_changed_byte_does_more_than_an_error() {
    for whole in [bytes(STUDY), bytes(MATLAB)] {
        let mut read_well = 0;
        for end in 0..whole.len() {
            read_well += usize::from(read_bytes(&whole[..end], &BOTH).is_ok());
        }
        for at in 0..whole.len() {
            for value in [0, 1, 0x7f, 0xff] {
                let mut changed = whole.clone();
                changed[at] = value;
                let _ = read_bytes(&changed, &BOTH);
            }
        }
        assert!(read_well < whole.len());
    }
}

#[test]
fn a_signature_without_a_file_behind_it_is_an_error() {
    let mut bytes = SIGNATURE.to_vec();
    for length in 0..200 {
        bytes.resize(8 + length, 0xff);
        assert!(read_bytes(&bytes, &BOTH).is_err(), "{length}");
    }
}
