//! Small files of the formats that one kind of device writes.

use crate::corpus::{Corpus, Group, alone};

/// An SCP-ECG of one lead, with codes of the standard's table, first differences and one complex whose beat was subtracted; where
/// `is_third`, with the maker's words and a long rhythm of 24 bits as well.
pub fn scp(is_third: bool) -> Vec<u8> {
    let words = |words: &[u16]| words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>();
    let numbers = |numbers: &[u32]| numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>();
    // +1 is 100, -1 is 101, 0 is 0: 64 samples or more in 16 bytes.
    let stream = [0b1000_1010, 0b0000_1000, 0b0101_0000, 0].repeat(4);
    let person = [&b"\x02\x03\0A1\0\x19\x04\0"[..], &[0xD2, 7, 11, 22], b"\xff\0\0"].concat();
    let complex = [words(&[16, 2, 1, 0]), numbers(&[5, 6, 12, 5, 8])].concat();
    let beat = [words(&[5000, 2000, 1, 2]), vec![0b1001_0100, 0]].concat();
    let rhythm = [words(&[20_000, 2000, 1, 16]), stream].concat();
    let measured =
        [vec![1, 1], words(&[800, 0, 1, 2, 3, 4, 5, 6, 7, 8, 100, 200, 1, 0, 0, 0, 70, 70, 400]), vec![1]].concat();
    let statement = [&[0; 8][..], &[1, 1, 3, 0], b"ok\0"].concat();
    let mut long = [numbers(&[500]), vec![2], numbers(&[20]), vec![3, 0xEA, 7, 1, 2, 3, 4, 5]].concat();
    long.resize(62, 0);
    long.extend([numbers(&[2, 4]), b"ab\0\0cd".to_vec(), vec![1, 0xE8, 3, 0, 2, 0xE8, 3, 0]].concat());
    long.extend((0..120_u8).map(|byte| byte.wrapping_mul(37)));
    let mut parts: Vec<(u16, Vec<u8>)> = vec![
        (1, person),
        (2, words(&[19_999])),
        (3, [vec![1, 5], numbers(&[1, 60]), vec![2]].concat()),
        (4, complex),
        (5, beat),
        (6, rhythm),
        (7, measured),
        (8, statement),
    ];
    if is_third {
        parts.extend([(9, b"\x01\x02Sinus rhythm\0SR\0\xff".to_vec()), (12, long), (13, vec![0; 4])]);
    }
    let section = |number: u16, content: &[u8]| {
        [words(&[0, number]), numbers(&[content.len() as u32 + 16]), vec![20; 2], b"SCPECG".to_vec(), content.to_vec()]
            .concat()
    };
    let (mut pointers, mut at) = (Vec::new(), 7);
    let lengths = parts.iter().map(|(number, content)| (*number, content.len() as u32 + 16));
    let own = 16 + 10 * (parts.len() as u32 + 1);
    for (number, length) in [(0, own)].into_iter().chain(lengths) {
        pointers.extend([words(&[number]), numbers(&[length, at])].concat());
        at += length;
    }
    let sections: Vec<u8> = parts.iter().flat_map(|(number, content)| section(*number, content)).collect();
    [words(&[0]), numbers(&[at - 1]), section(0, &pointers), sections].concat()
}

/// Small files of the formats that one kind of device writes.
pub fn add(corpus: &mut Corpus) {
    let ramp = |count: i16| (0..count).flat_map(|sample| (sample * 37 % 400).to_le_bytes()).collect::<Vec<u8>>();
    let numbers = |of: &[i16]| of.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>();

    let mut holter = b"ISHNE1.0\0\0".to_vec();
    holter.extend([8_i32, 200, 522, 530].iter().flat_map(|field| field.to_le_bytes()));
    holter.resize(128, 0);
    holter.extend(numbers(&[1, 0, 1, 2, 1960, 3, 4, 2009, 3, 4, 2009, 7, 30, 0, 2, 6, 11]));
    holter.resize(206, 0);
    holter.extend(numbers(&[5000, 2500]));
    holter.resize(272, 0);
    holter.extend(numbers(&[200]));
    holter.resize(522, 0);
    holter.extend(b"a text\0\0");
    let mut beats = holter.clone();
    beats[..8].copy_from_slice(b"ANN  1.0");
    beats.extend([0, 0, 0, 0]);
    beats.extend(b"N#\x50\0V#\x50\0!#\xff\xffN#\x09\0".repeat(5));
    holter.extend(ramp(400));
    corpus.entry("ishne").or_default().push(alone("a.ecg", holter.clone()));
    let files = vec![("a.ecg".to_owned(), holter), ("a.ann".to_owned(), beats)];
    corpus.entry("ishne").or_default().push(Group { files, targets: vec![0, 1, 1], packed: false });

    let mut mfer = b"\x40\x08MFR test\x01\x01\x01\x0b\x04\x01\xfd\x02\0\x0c\x04\0\xfa\x05\0\x05\x01\x03\x04\x02\x0a\0\x06\x02\x05\0\x12\x02\x25\0".to_vec();
    mfer.extend(b"\x3f\x00\x03\x09\x01\x01\x3f\x01\x80\x09\x01\x02\x06\x01\x03\0\0\x3f\x02\x07\x09\x01\x40\x0d\x02\x09\0\x67\x05\x16\x03abc");
    mfer.extend(b"\x81\x04A^^B\x83\x07\x40\0\0\x60\x07\x01\x02\x85\x07\xe8\x07\x01\x02\x03\x04\x05\x41\x0e\x01\0\x0a\0\0\0\x05\0\0\0mark");
    for data_type in [0_u8, 1, 2, 3, 4, 5, 6, 7, 8] {
        let mut bytes = mfer.clone();
        bytes.extend([0x0A, 1, data_type, 0x07, 1, 0, 0x1E, 0x82, 0x02, 0x58]);
        bytes.extend(ramp(300));
        bytes.extend([0x1E, 0x80]);
        bytes.extend(ramp(300));
        bytes.extend([0x80, 0]);
        corpus.entry("mfer").or_default().push(alone("a.mwf", bytes));
    }

    let mut contec = b"0000037\0\0\x002020-11-15 12:59:50\0\0\0TESTSUB\0\x00\x36\x49".to_vec();
    for row in 0..60_u16 {
        let first = if row % 7 == 0 { 0x6800 } else { 2048 + row };
        let counts = [2048 + row, 2058, first, 0x6800, 2051, 2052, 2053, 2054];
        contec.extend(counts.iter().flat_map(|count| count.to_le_bytes()));
    }
    contec.resize(contec.len() + 37, 0);
    corpus.entry("contec").or_default().push(alone("a.ECG", contec));

    let mut atc = b"ALIVE\0\0\0\x03\0\0\0".to_vec();
    let mut date = b"2016-06-01T18:15:25.777-04:00".to_vec();
    date.resize(264, 0);
    for (letters, data) in [
        (b"info", date),
        (b"fmt ", vec![1, 0x2C, 0x01, 0xF4, 0x01, 2, 0, 0]),
        (b"ecg ", ramp(100)),
        (b"ecg2", ramp(100)),
        (b"avg ", ramp(30)),
        (b"ann ", b"\x2c\x01\0\0\x03\0\0\0\x01\0\x30\0\0\0\x01\0".to_vec()),
    ] {
        let from = atc.len();
        atc.extend(letters);
        atc.extend((data.len() as u32).to_le_bytes());
        atc.extend(data);
        let sum: u32 = atc[from..].iter().map(|&byte| u32::from(byte)).sum();
        atc.extend(sum.to_le_bytes());
    }
    corpus.entry("atc").or_default().push(alone("a.atc", atc));
}
