//! MATLAB 5 files built here.

use std::io::Write as _;

use ecg::{Counts, Lead, Samples, Unit};

use super::*;

const BOTH: Hints = Hints { rate: Some(500.0), unit: Some(Unit::Millivolt) };

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

fn element(kind: u32, content: &[u8]) -> Vec<u8> {
    let mut bytes = words(&[kind, content.len() as u32]);
    bytes.extend(content);
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    bytes
}

fn matrix(name: &str, class: u32, extents: &[u32], content: &[u8]) -> Vec<u8> {
    let parts = [element(6, &words(&[class, 0])), element(5, &words(extents)), element(1, name.as_bytes())];
    element(14, &[parts.concat(), content.to_vec()].concat())
}

fn counts(name: &str, extents: &[u32], count: i16) -> Vec<u8> {
    let bytes: Vec<u8> = (0..count).flat_map(i16::to_le_bytes).collect();
    matrix(name, 10, extents, &element(3, &bytes))
}

fn text(name: &str, letters: &str) -> Vec<u8> {
    let wide: Vec<u8> = letters.encode_utf16().flat_map(u16::to_le_bytes).collect();
    matrix(name, 4, &[1, letters.len() as u32], &element(4, &wide))
}

fn packed(variable: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(variable).unwrap();
    let content = encoder.finish().unwrap();
    [words(&[15, content.len() as u32]), content].concat()
}

fn file(variables: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = b"MATLAB 5.0".to_vec();
    bytes.resize(124, b' ');
    bytes.extend([0, 1, b'I', b'M']);
    bytes.extend(variables.concat());
    bytes
}

fn read_bytes(bytes: &[u8], hints: &Hints) -> Result<Recording, Error> {
    read(&InputFile { name: "a.mat", bytes }, hints, &Limits::default()).map(|mut all| all.remove(0))
}

/// `ECG` of CPSC's form: a structure with samples, rate, names in cells, sex.
fn structure() -> Vec<u8> {
    let leads = matrix("", 1, &[1, 2], &[text("", "V1"), text("", "aVR")].concat());
    let names = element(1, b"data\0\0\0\0fs\0\0\0\0\0\0leads\0\0\0sex\0\0\0\0\0");
    let fields = [counts("", &[2, 5], 10), matrix("", 9, &[1, 1], &element(2, &[250])), leads, text("", "Male")];
    matrix("ECG", 2, &[1, 1], &[words(&[5 | 4 << 16, 8]), names, fields.concat()].concat())
}

#[test]
fn a_structure_with_samples_rate_and_names_in_cells_is_a_recording() {
    for whole in [structure(), packed(&structure())] {
        let unit = Hints { rate: None, unit: Some(Unit::Microvolt) };
        let recording = read_bytes(&file(&[whole]), &unit).unwrap();
        let leads: Vec<&Lead> = recording.signals.iter().map(|signal| &signal.lead).collect();
        assert_eq!((leads, recording.signals[0].rate), (vec![&Lead::V1, &Lead::AVR], 250.0));
        assert_eq!(recording.signals[1].values(), [1.0, 3.0, 5.0, 7.0, 9.0]);
        assert_eq!(recording.patient.sex, Some(ecg::Sex::Male));
        assert!(recording.warnings.is_empty(), "{:?}", recording.warnings);
    }
}

#[test]
fn whole_numbers_of_the_class_double_stay_the_counts_that_they_are_stored_as() {
    let bytes: Vec<u8> = (0..10_i16).flat_map(i16::to_le_bytes).collect();
    let recording = read_bytes(&file(&[matrix("val", 6, &[2, 5], &element(3, &bytes))]), &BOTH).unwrap();
    assert!(matches!(&recording.signals[0].samples, Samples::Digital { counts: Counts::Narrow(_), .. }));
}

#[test]
fn several_arrays_are_told_of_and_the_better_name_wins() {
    let bytes = file(&[counts("big", &[2, 100], 200), counts("val", &[2, 50], 100)]);
    let recording = read_bytes(&bytes, &BOTH).unwrap();
    assert_eq!(recording.signals[0].len(), 50);
    assert!(recording.warnings.iter().any(|warning| warning.message.contains("not big")), "{:?}", recording.warnings);
}

#[test]
fn three_extents_are_recordings_on_the_outside() {
    let all = read(
        &InputFile { name: "a.mat", bytes: &file(&[counts("ecg", &[12, 20, 3], 720)]) },
        &BOTH,
        &Limits::default(),
    );
    let all = all.unwrap();
    assert_eq!((all.len(), all[2].signals.len(), all[2].signals[0].len()), (3, 12, 20));
    assert_eq!((all[2].name.as_str(), all[2].signals[1].values()[1]), ("ecg[2]", f64::from(2 * 240 + 12 + 1)));
}

#[test]
fn every_cut_gives_what_is_whole_with_a_warning_or_an_error() {
    for variables in [vec![structure()], vec![packed(&counts("val", &[2, 500], 1000)), text("note", "x")]] {
        let whole = file(&variables);
        let length = read_bytes(&whole, &BOTH).unwrap().signals[0].len();
        let mut read_some = 0;
        for end in 0..whole.len() {
            if let Ok(recording) = read_bytes(&whole[..end], &BOTH) {
                read_some += 1;
                let lead = &recording.signals[0];
                assert!(lead.len() <= length, "{end}");
                assert!(lead.values().iter().enumerate().all(|(at, value)| *value == (2 * at) as f64), "{end}");
                let told = recording.warnings.iter().any(|warning| warning.message.contains("ends"));
                // Without its last padding a file is whole, and so is one without a variable after the samples.
                let is_whole = lead.len() == length && recording.signals.len() == 2;
                assert!(told || is_whole, "{end} of {}: {:?}", whole.len(), recording.warnings);
            }
        }
        assert!(read_some > 20, "{read_some}");
    }
}

#[test]
fn packed_bytes_with_a_wrong_sum_are_refused() {
    let mut bytes = file(&[packed(&counts("val", &[2, 500], 1000))]);
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    assert!(matches!(read_bytes(&bytes, &BOTH), Err(Error::Invalid { .. })));
}

#[test]
fn a_packed_matrix_that_states_more_than_there_is_or_that_is_allowed_is_refused() {
    let bomb = matrix("val", 6, &[12, 2_000_000], &element(9, &vec![0; 12 * 2_000_000 * 8]));
    let bytes = file(&[packed(&bomb)]);
    assert!(bytes.len() < 400_000, "{}", bytes.len());
    assert!(matches!(read_bytes(&bytes, &BOTH), Err(Error::Limit { .. })));
    let mut lying = counts("val", &[2, 5], 10);
    lying[4..8].copy_from_slice(&0x7fff_fff0_u32.to_le_bytes());
    assert!(read_bytes(&file(&[packed(&lying)]), &BOTH).is_err());
}

#[test]
fn structures_too_deep_or_of_too_many_names_are_refused() {
    let mut deep = counts("", &[2, 5], 10);
    for _ in 0..20 {
        deep = matrix("", 1, &[1, 1], &deep);
    }
    assert!(matches!(read_bytes(&file(&[deep]), &BOTH), Err(Error::Limit { .. })));
    let empty = words(&[14, 0]).repeat(100_000);
    let names = [words(&[5 | 4 << 16, 256]), element(1, &[b'a'; 256])].concat();
    let many = matrix("s", 2, &[1, 100_000], &[names, empty].concat());
    let mut memory = Memory::beside(0);
    let bytes = file(&[many]);
    let input = InputFile { name: "a.mat", bytes: &bytes };
    let unpacked = unpack(&input, &Limits::default(), &mut memory).unwrap();
    memory.take("a.mat", memory.left() - (8 << 20)).unwrap();
    assert!(matches!(entries(&input, &unpacked, &Limits::default(), &mut memory), Err(Error::Limit { .. })));
}
