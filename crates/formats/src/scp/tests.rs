use ecg::{Lead, Samples, Severity, Signal, Unit};

use super::builder::*;
use super::*;

fn read_all(bytes: &[u8]) -> Result<Vec<Recording>, Error> {
    read(&InputFile { name: "x/a.scp", bytes }, &Hints::default(), &Limits::default())
}

fn read_bytes(bytes: &[u8]) -> Result<Recording, Error> {
    let mut recordings = read_all(bytes)?;
    assert_eq!(recordings.len(), 1);
    Ok(recordings.remove(0))
}

fn counts(signal: &Signal) -> Vec<i32> {
    let Samples::Digital { counts, .. } = &signal.samples else { panic!("SCP-ECG holds counts") };
    counts.to_vec()
}

/// Counts that go up and down, with steps of every size that the standard's table has a code for.
fn wave(samples: usize) -> Vec<i16> {
    let mut value = 0_i16;
    let mut random = 1_u32;
    let step = |random: u32| match random >> 29 {
        0..4 => 0,
        4..6 => (random >> 8 & 15) as i16 - 8,
        6 => (random >> 8 & 255) as i16 - 128,
        _ => (random >> 8) as i16,
    };
    let mut next = || {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        value = value.wrapping_add(step(random));
        value
    };
    (0..samples).map(|_| next()).collect()
}

fn sections(sections: &[(u16, &[u8])]) -> Vec<(u16, Vec<u8>)> {
    sections.iter().map(|(number, content)| (*number, content.to_vec())).collect()
}

/// Leads II and V1 of 9 and 7 samples, plain.
fn small() -> Vec<u8> {
    let rhythm =
        streams(2500, 2000, 0, 0, &[plain(&[1, 2, 3, 4, 5, 6, 7, 8, 9]), plain(&[-1, -2, -3, -4, -5, -6, -7])]);
    record(20, &sections(&[(3, &leads(4, &[(1, 9, 2), (11, 17, 3)])), (6, &rhythm)]))
}

#[test]
fn leads_without_codes_have_scale_span_and_order_of_the_file() {
    let recording = read_bytes(&small()).unwrap();
    assert_eq!((recording.name.as_str(), recording.source.format.as_str()), ("a", "SCP-ECG"));
    assert!(recording.warnings.is_empty(), "{:?}", recording.warnings);
    let [two, chest] = &recording.signals[..] else { panic!("two leads") };
    assert_eq!((&two.lead, two.rate, two.start), (&Lead::II, 500.0, 0.0));
    assert_eq!(two.values()[..2], [0.0025, 0.005]);
    assert_eq!((&chest.lead, chest.start, counts(chest)), (&Lead::V1, 0.02, vec![-1, -2, -3, -4, -5, -6, -7]));
}

#[test]
fn huffman_codes_and_differences_of_every_order_give_the_samples_again() {
    let values = wave(3000);
    for order in 0..3 {
        let coded = huffman(&differences(&values, order));
        let uncoded = plain(&differences(&values, order));
        for (table, stream) in [(&STANDARD[..], coded), (&[], uncoded)] {
            let mut parts =
                sections(&[(3, &leads(4, &[(1, 3000, 1)])), (6, &streams(5000, 1000, order, 0, &[stream]))]);
            if !table.is_empty() {
                parts.insert(0, (2, table.to_vec()));
            }
            let recording = read_bytes(&record(20, &parts)).unwrap();
            let expected: Vec<i32> = values.iter().copied().map(i32::from).collect();
            assert_eq!(counts(&recording.signals[0]), expected, "order {order}");
            assert!(recording.warnings.is_empty(), "{:?}", recording.warnings);
        }
    }
}

/// Two tables that switch to each other; codes of 1, 2, 3, 12 and 13 bits; numbers after the prefix; swapped lengths.
const CUSTOM: [Table; 2] = [
    &[
        (1, 1, 1, 0, 0b0),
        (2, 2, 0, 2, 0b10),
        (12, 3, 1, 100, 0b110),
        (12, 12, 1, 7, 0b1110_0000_0001),
        (13, 13, 1, -7, 0b1_1110_0000_0010),
        (13, 29, 1, 1000, 0b1_1111_0000_0000),
    ],
    &[(1, 1, 1, 5, 0b1), (2, 2, 0, 1, 0b01)],
];

#[test]
fn tables_of_the_file_switch_and_have_long_codes_and_numbers_after_them() {
    let mut bits = BitWriter::default();
    bits.put(0b0, 1); // 0
    bits.put(0b110, 3);
    bits.put(0x200 - 100, 9); // 100 - 100
    bits.put(0b110, 3);
    bits.put(255, 9); // 100 + 255
    bits.put(0b1110_0000_0001, 12); // 7
    bits.put(0b10, 2); // to the second
    bits.put(0b11, 2); // 5, 5
    bits.put(0b01, 2); // to the first
    bits.put(0b1_1110_0000_0010, 13); // -7
    bits.put(0b1_1111_0000_0000, 13);
    bits.put(0x8000, 16); // 1000 - 32768
    let rhythm = streams(1000, 4000, 0, 0, &[bits.bytes()]);
    let parts = sections(&[(2, &tables(&CUSTOM)), (3, &leads(0, &[(1, 8, 2)])), (6, &rhythm)]);
    let recording = read_bytes(&record(13, &parts)).unwrap();
    assert_eq!(counts(&recording.signals[0]), [0, 0, 355, 7, 5, 5, -7, -31_768]);
    assert!(recording.warnings.is_empty(), "{:?}", recording.warnings);
}

#[test]
fn bits_that_are_no_code_end_the_lead_with_a_warning() {
    let mut bits = BitWriter::default();
    bits.put(0b0, 1);
    bits.put(0b1110_1111_1111_1111, 16);
    bits.put(0, 32);
    bits.put(0, 32);
    let rhythm = streams(1000, 4000, 0, 0, &[bits.bytes()]);
    let parts = sections(&[(2, &tables(&CUSTOM)), (3, &leads(0, &[(1, 50, 2)])), (6, &rhythm)]);
    let recording = read_bytes(&record(13, &parts)).unwrap();
    assert_eq!(counts(&recording.signals[0]), [0]);
    assert!(recording.warnings.iter().any(|warning| warning.message.contains("no Huffman code after 1 samples")));
    // A switch to a table that is not there is no better.
    let lost: [Table; 1] = [&[(1, 1, 1, 0, 0), (2, 2, 0, 9, 0b10)]];
    let parts = sections(&[
        (2, &tables(&lost)),
        (3, &leads(0, &[(1, 50, 2)])),
        (6, &streams(1000, 4000, 0, 0, &[vec![0b0010_0000, 0]])),
    ]);
    assert_eq!(counts(&read_bytes(&record(13, &parts)).unwrap().signals[0]), [0, 0]);
}

#[test]
fn tables_that_cannot_be_are_refused() {
    let no_bits: [Table; 1] = [&[(0, 9, 1, 0, 0)]];
    let many_bits: [Table; 1] = [&[(1, 40, 1, 0, 0)]];
    let cut = tables(&CUSTOM)[..30].to_vec();
    for table in [tables(&no_bits), tables(&many_bits), cut, vec![0xFF, 0xFF], vec![9]] {
        let rhythm = streams(1000, 4000, 0, 0, &[vec![0; 8]]);
        let parts = sections(&[(2, &table), (3, &leads(0, &[(1, 8, 2)])), (6, &rhythm)]);
        assert!(read_bytes(&record(13, &parts)).is_err());
    }
}

#[test]
fn subtracted_beats_are_added_in_counts_of_a_common_size() {
    let beat = [100_i16, 200, 300, 200, 100];
    // Complexes at samples 8 and 20 of type 0, one of another type between; the second's zone is cut at its end.
    let complexes = [(0, 6, 8, 10), (1, 1, 14, 1), (0, 18, 20, 21)];
    let place = |rest: &[i16], beat_size: i32, rest_size: i32| {
        let mut sum: Vec<i32> = rest.iter().map(|count| i32::from(*count) * rest_size).collect();
        for first in [5, 17] {
            for (at, count) in beat.iter().enumerate().filter(|(at, _)| first + at < 21) {
                sum[first + at] += i32::from(*count) * beat_size;
            }
        }
        sum
    };
    let rest: Vec<i16> = (0..30).map(|sample| sample % 5 - 2).collect();
    for (of_beat, of_rest, gain, sizes) in
        [(5000, 5000, 200.0, (1, 1)), (5000, 20_000, 200.0, (1, 4)), (6000, 4000, 500.0, (3, 2))]
    {
        let parts = sections(&[
            (2, &STANDARD),
            (3, &leads(5, &[(1, 30, 2)])),
            (4, &beats(10, 3, &complexes, &[])),
            (5, &streams(of_beat, 2000, 2, 0, &[huffman(&differences(&beat, 2))])),
            (6, &streams(of_rest, 2000, 1, 0, &[huffman(&differences(&rest, 1))])),
        ]);
        let recording = read_bytes(&record(20, &parts)).unwrap();
        assert_eq!(counts(&recording.signals[0]), place(&rest, sizes.0, sizes.1), "{of_beat} {of_rest}");
        let Samples::Digital { scale, .. } = &recording.signals[0].samples else { unreachable!() };
        assert_eq!((scale.gain, &scale.unit), (gain, &Unit::Millivolt));
        assert_eq!(counts(&recording.representative_beats[0]), [100, 200, 300, 200, 100]);
        let marks: Vec<(f64, &str)> =
            recording.annotations.iter().map(|mark| (mark.time, mark.code.as_str())).collect();
        assert_eq!(marks, [(0.014, "0"), (0.026, "1"), (0.038, "0")]);
        assert!(recording.warnings.is_empty(), "{:?}", recording.warnings);
    }
}

#[test]
fn a_sum_of_rhythm_and_beat_beyond_16_bits_is_kept() {
    let parts = sections(&[
        (3, &leads(5, &[(1, 3, 2)])),
        (4, &beats(6, 1, &[(0, 1, 1, 3)], &[])),
        (5, &streams(1000, 2000, 0, 0, &[plain(&[30_000, 0, -30_000])])),
        (6, &streams(1000, 2000, 0, 0, &[plain(&[30_000, 5, -30_000])])),
    ]);
    assert_eq!(counts(&read_bytes(&record(20, &parts)).unwrap().signals[0]), [60_000, 5, -60_000]);
}

#[test]
fn subtraction_without_what_was_subtracted_is_refused() {
    let three = (3, leads(5, &[(1, 3, 2)]));
    let four = (4, beats(6, 1, &[(0, 1, 1, 3)], &[]));
    let five = |amplitude, interval| (5, streams(amplitude, interval, 0, 0, &[plain(&[1, 2, 3])]));
    let six = (6, streams(1000, 2000, 0, 0, &[plain(&[1, 2, 3])]));
    let cases = [
        vec![three.clone(), six.clone()],
        vec![three.clone(), four.clone(), six.clone()],
        vec![three.clone(), four.clone(), five(1000, 4000), six.clone()],
        vec![three.clone(), four.clone(), five(0, 2000), six.clone()],
    ];
    for parts in cases {
        assert!(read_bytes(&record(20, &parts)).is_err(), "{parts:?}");
    }
    assert!(read_bytes(&record(20, &[three, four, five(1000, 2000), six])).is_ok());
}

/// 40 samples with a protected zone from 13 to 20, as a bimodal stream: means of four elsewhere.
fn bimodal(version: u8, of_beat: u16, of_rest: u16, flag: u8) -> Vec<u8> {
    let steady: Vec<i16> = (0..40).map(|sample| if (12..20).contains(&sample) { sample * 10 } else { 8 }).collect();
    let mut stored: Vec<i16> = Vec::new();
    for (first, last) in [(0, 12), (20, 40)] {
        if first == 20 {
            stored.extend(&steady[12..20]);
        }
        stored.extend(steady[first..last].chunks(4).map(|four| four.iter().sum::<i16>() / 4));
    }
    let beat = [0_i16, 50, 0, 0, 0];
    let parts = sections(&[
        (2, &STANDARD),
        (3, &leads(5, &[(1, 40, 2)])),
        (4, &beats(10, 2, &[(0, 13, 14, 17)], &[(13, 20)])),
        (5, &streams(2000, of_beat, 1, 0, &[huffman(&differences(&beat, 1))])),
        (6, &streams(2000, of_rest, 1, flag, &[huffman(&differences(&stored, 1))])),
    ]);
    record(version, &parts)
}

#[test]
fn bimodal_compression_is_undone_before_beats_are_added() {
    let recording = read_bytes(&bimodal(20, 2000, 8000, 1)).unwrap();
    let signal = &recording.signals[0];
    let expected: Vec<i32> = (0..40)
        .map(|sample| match sample {
            13 => 130 + 50,
            12..20 => sample * 10,
            _ => 8,
        })
        .collect();
    assert_eq!((counts(signal), signal.rate), (expected, 500.0));
    let notes: Vec<&Warning> = recording.warnings.iter().collect();
    assert!(matches!(&notes[..], [note] if note.message.contains("one of 4 samples")), "{notes:?}");
}

#[test]
fn bimodal_compression_needs_a_ratio_that_it_can_have() {
    assert!(matches!(read_bytes(&bimodal(20, 3000, 8000, 1)), Err(Error::Unsupported { .. })));
    assert!(matches!(read_bytes(&bimodal(20, 2000, 40_000, 1)), Err(Error::Unsupported { .. })));
    // The same rate in both sections: all samples are there.
    let equal = read_bytes(&bimodal(20, 2000, 2000, 1)).unwrap();
    assert!(equal.warnings.iter().any(|warning| warning.message.contains("nothing was interpolated")));
    // Version 3 keeps the byte for later.
    let third = read_bytes(&bimodal(30, 2000, 2000, 1)).unwrap();
    assert!(third.warnings.iter().all(|warning| !warning.message.contains("bimodal")), "{:?}", third.warnings);
}

#[test]
fn bimodal_compression_without_a_beat_is_taken_for_the_usual_one() {
    let stored: Vec<i16> = vec![8; 4];
    let parts = sections(&[(3, &leads(4, &[(1, 16, 2)])), (6, &streams(2000, 8000, 0, 1, &[plain(&stored)]))]);
    let recording = read_bytes(&record(20, &parts)).unwrap();
    assert_eq!((counts(&recording.signals[0]), recording.signals[0].rate), (vec![8; 16], 500.0));
    assert!(recording.warnings.iter().any(|warning| warning.severity == Severity::Data));
}

#[test]
fn a_first_sample_of_zero_leaves_out_no_sample_and_takes_no_filling_for_one() {
    // 0 to 40: 40 samples, with or without Huffman codes; 41 where the stream has as many.
    for held in [40, 41] {
        let values: Vec<i16> = (0..held).map(|sample| sample * sample % 7).collect();
        for (table, stream) in
            [(Some(STANDARD), huffman(&differences(&values, 2))), (None, plain(&differences(&values, 2)))]
        {
            let mut parts = sections(&[(3, &leads(4, &[(0, 40, 2)])), (6, &streams(5000, 2000, 2, 0, &[stream]))]);
            parts.extend(table.map(|table| (2, table.to_vec())));
            let recording = read_bytes(&record(20, &parts)).unwrap();
            assert_eq!(recording.signals[0].len(), held as usize, "{table:?}");
            assert_eq!(recording.signals[0].start, 0.0);
            assert!(recording.warnings.is_empty(), "{:?}", recording.warnings);
        }
    }
}

#[test]
fn a_lead_that_begins_after_all_others_end_is_refused_and_a_late_piece_is_not() {
    let rhythm = streams(2500, 2000, 0, 0, &[plain(&[1, 2, 3]), plain(&[4, 5, 6])]);
    let with = |one: (u32, u32, u8), other| record(20, &sections(&[(3, &leads(4, &[one, other])), (6, &rhythm)]));
    let starts =
        |bytes: &[u8]| -> Vec<f64> { read_bytes(bytes).unwrap().signals.iter().map(|signal| signal.start).collect() };
    assert_eq!(starts(&with((1, 3, 2), (4, 6, 3))), [0.0, 0.006]);
    assert_eq!(starts(&with((1001, 1003, 2), (1004, 1006, 3))), [0.0, 0.006]);
    assert!(read_bytes(&with((1, 3, 2), (4_000_000_000, 4_000_000_002, 3))).is_err());
    // A span that ends before it begins is not believed.
    assert_eq!(starts(&with((1, 3, 2), (4_000_000_000, 6, 3))), [0.0, 0.0]);
}

#[test]
fn many_pointers_to_one_section_are_followed_once() {
    let mut bytes = small();
    // The pointer of Section 3 becomes one of Section 6, before its own.
    let (three, six) = (32, 42);
    let pointer = bytes[six..six + 10].to_vec();
    bytes[three..three + 10].copy_from_slice(&pointer);
    assert!(read_bytes(&bytes).unwrap_err().to_string().contains("no Section 3"));
}

#[test]
fn what_section_6_holds_counts_and_not_what_section_3_states() {
    let values: Vec<i16> = (1..=40).collect();
    for (table, stream) in [(Some(STANDARD), huffman(&values)), (None, plain(&values))] {
        let mut parts = sections(&[(3, &leads(4, &[(1, 80, 2)])), (6, &streams(5000, 2000, 0, 0, &[stream]))]);
        parts.extend(table.map(|table| (2, table.to_vec())));
        let recording = read_bytes(&record(20, &parts)).unwrap();
        assert_eq!(counts(&recording.signals[0]), (1..=40).collect::<Vec<i32>>(), "{table:?}");
        let warning = &recording.warnings[0];
        assert!(warning.severity == Severity::Data && warning.message.contains("80 stated, 40 held"), "{warning:?}");
    }
    // Fewer are stated than an uncoded stream holds, or nothing that makes sense.
    for last in [30, 0] {
        let parts = sections(&[(3, &leads(4, &[(1, last, 2)])), (6, &streams(5000, 2000, 0, 0, &[plain(&values)]))]);
        let recording = read_bytes(&record(20, &parts)).unwrap();
        assert_eq!((recording.signals[0].len(), recording.warnings.len()), (40, 1));
    }
}

#[test]
fn wrong_checksums_are_warnings_with_their_place() {
    let bytes = small();
    let at = bytes.len() - 1;
    let mut broken = bytes.clone();
    broken[at] ^= 1;
    let recording = read_bytes(&broken).unwrap();
    let found: Vec<(Severity, &str)> =
        recording.warnings.iter().map(|warning| (warning.severity, warning.place.as_str())).collect();
    assert_eq!(found, [(Severity::Note, "byte 0"), (Severity::Data, "byte 88")]);
    assert_eq!(recording.signals.len(), 2);
}

#[test]
fn an_old_device_without_mark_and_version_is_read() {
    let mut bytes = small();
    bytes[14..22].fill(0);
    assert_eq!(score(&bytes), 90);
    assert_eq!(read_bytes(&bytes).unwrap().signals.len(), 2);
    assert_eq!(crate::probe("a.dat", &bytes), Some(crate::Format::Scp));
    assert_eq!((score(&small()), score(b""), score(&[0; 64]), score(&[0xFF; 64])), (95, 0, 0, 0));
    assert_eq!(score(&super::healforce::tests::small()), 90);
}

#[test]
fn pointers_that_count_from_zero_are_followed() {
    let mut bytes = small();
    for pointer in 0..3 {
        let at = 22 + 10 * pointer + 6;
        let index = u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) - 1;
        bytes[at..at + 4].copy_from_slice(&index.to_le_bytes());
    }
    assert_eq!(read_bytes(&bytes).unwrap().signals.len(), 2);
}

#[test]
fn a_rate_of_nothing_is_asked_for_and_a_size_of_nothing_has_no_unit() {
    let parts = |amplitude, interval| {
        sections(&[(3, &leads(4, &[(1, 3, 2)])), (6, &streams(amplitude, interval, 0, 0, &[plain(&[1, 2, 3])]))])
    };
    let bytes = record(20, &parts(5000, 0));
    assert!(read_bytes(&bytes).unwrap_err().wants_rate());
    let hints = Hints { rate: Some(250.0), unit: None };
    let recordings = read(&InputFile { name: "a", bytes: &bytes }, &hints, &Limits::default()).unwrap();
    assert_eq!(recordings[0].signals[0].rate, 250.0);
    let recording = read_bytes(&record(20, &parts(0, 2000))).unwrap();
    assert_eq!((recording.signals[0].unit(), recording.signals[0].values()), (&Unit::Unknown, vec![1.0, 2.0, 3.0]));
    assert!(recording.warnings.iter().any(|warning| warning.message.contains("unit is unknown")));
}

#[test]
fn sections_that_are_missing_or_lie_in_each_other_are_refused() {
    let three = (3, leads(4, &[(1, 3, 2)]));
    let six = (6, streams(5000, 2000, 0, 0, &[plain(&[1, 2, 3])]));
    for parts in [vec![three.clone()], vec![six.clone()], vec![], vec![(3, vec![0, 0]), six.clone()]] {
        assert!(read_bytes(&record(20, &parts)).is_err());
    }
    let order = (6, streams(5000, 2000, 3, 0, &[plain(&[1, 2, 3])]));
    assert!(matches!(read_bytes(&record(20, &[three.clone(), order])), Err(Error::Unsupported { .. })));
    let mut bytes = record(20, &[three, six]);
    let length = bytes.len() as u32;
    // Section 3 to the end of the file.
    bytes[34..38].copy_from_slice(&(length - 52).to_le_bytes());
    bytes[56..60].copy_from_slice(&(length - 52).to_le_bytes());
    let error = read_bytes(&bytes).unwrap_err();
    assert!(error.to_string().contains("Sections 3 and 6 in the same bytes"), "{error}");
}

#[test]
fn a_file_cut_anywhere_gives_what_is_whole_or_an_error() {
    let person = [vec![0, 4, 0], b"Doe\0".to_vec(), vec![25, 4, 0, 0xd2, 7, 11, 22, 255, 0, 0]].concat();
    let values = wave(60);
    let statement = [vec![0; 8], vec![1, 1, 3, 0], b"ok\0".to_vec()].concat();
    let parts = sections(&[
        (1, &person),
        (2, &STANDARD),
        (3, &leads(4, &[(1, 60, 1), (1, 60, 2)])),
        (6, &streams(5000, 2000, 1, 0, &[huffman(&differences(&values, 1)), huffman(&differences(&values, 1))])),
        (8, &statement),
    ]);
    for bytes in [record(20, &parts), small()] {
        let whole = read_bytes(&bytes).unwrap();
        let mut read = 0;
        for length in 0..bytes.len() {
            let Ok(cut) = read_bytes(&bytes[..length]) else { continue };
            read += 1;
            assert!(!cut.warnings.is_empty(), "{length}");
            for signal in &cut.signals {
                let all = whole.signals.iter().find(|all| all.label == signal.label).unwrap();
                assert_eq!(counts(signal), counts(all)[..signal.len()], "{length}");
            }
        }
        assert!(read > 20, "{read}");
    }
}

#[test]
fn lengths_that_lie_are_bounded_by_the_file() {
    let bytes = small();
    // Every field of 32 bits in the frame, and all of Section 3.
    for at in (2..bytes.len().min(140)).step_by(2) {
        for value in [0, 1, 0x7FFF_FFFF, u32::MAX, 0xFFFF] {
            let mut broken = bytes.clone();
            broken[at..at + 4].copy_from_slice(&u32::to_le_bytes(value));
            if let Ok(recording) = read_bytes(&broken) {
                let samples: usize = recording.signals.iter().map(Signal::len).sum();
                assert!(samples <= bytes.len(), "{at} {value}");
            }
        }
    }
}

#[test]
fn streams_that_decode_to_far_more_than_the_file_are_refused() {
    let lead = (1, u32::MAX, 2);
    let all = vec![lead; 100];
    let parts =
        sections(&[(2, &STANDARD), (3, &leads(4, &all)), (6, &streams(5000, 2000, 2, 0, &vec![vec![0; 65_534]; 100]))]);
    let error = read_bytes(&record(20, &parts)).unwrap_err();
    assert!(matches!(error, Error::Limit { .. }), "{error}");
}

#[test]
fn no_error_or_warning_says_who_it_was() {
    let person = [vec![0, 9, 0], b"Secretly\0".to_vec(), vec![2, 200, 0], b"Secretly".to_vec()].concat();
    let rhythm = streams(0, 2000, 0, 0, &[plain(&[1])]);
    let parts = sections(&[(1, &person), (3, &leads(4, &[(1, 3, 2)])), (6, &rhythm), (8, &[0; 3]), (7, &[9])]);
    let recording = read_bytes(&record(20, &parts)).unwrap();
    assert_eq!(recording.patient.name.as_deref(), Some("Secretly"));
    assert!(recording.warnings.len() >= 4, "{:?}", recording.warnings);
    assert!(recording.warnings.iter().all(|warning| !warning.to_string().contains("Secret")));
}
