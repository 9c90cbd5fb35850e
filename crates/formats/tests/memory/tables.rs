//! Tables and arrays: the shortest cells, and what unpacks to much.

use std::fmt::Write as _;
use std::io::Write as _;

use ecg::Unit;
use formats::{Hints, InputFile, Limits};

use crate::counting::peak_of;
use crate::most;

const MEBI: usize = 1 << 20;

/// Reads a file; gives whether it became a recording.
fn read(what: &str, name: &str, bytes: &[u8]) -> bool {
    let hints = Hints { rate: Some(500.0), unit: Some(Unit::Millivolt) };
    let start = std::time::Instant::now();
    let (outcome, held) = peak_of(|| formats::read(&[InputFile { name, bytes }], &hints, &Limits::default()));
    let seconds = start.elapsed().as_secs_f64();
    let most = most(bytes.len());
    println!(
        "{what}: {} MB, {} MB held of {} MB, {:.0} MB/s, {} recordings, {:?}",
        bytes.len() / MEBI,
        held / MEBI,
        most / MEBI,
        bytes.len() as f64 / 1e6 / seconds,
        outcome.recordings.len(),
        outcome.failures.first().map(|failure| failure.error.to_string())
    );
    assert!(held <= most, "{what}: held {held} bytes, allowed are {most}");
    !outcome.recordings.is_empty()
}

fn wide(text: &str) -> Vec<u8> {
    [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
}

fn npy(kind: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let text = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}\n");
    [b"\x93NUMPY\x01\0".as_slice(), &(text.len() as u16).to_le_bytes(), text.as_bytes(), data].concat()
}

// One test, since the counter is one for the process.
#[test]
fn the_worst_tables_and_arrays_hold_no_more_than_they_may() {
    // Texts: the shortest cells, and what comes beside them.
    let short = "1\n".repeat(10 * MEBI);
    assert!(read("one digit a line", "a.csv", short.as_bytes()));
    assert!(read("one digit a line, UTF-16", "a.csv", &wide(&short)));
    let latin = [b"\xb5\n".as_slice(), short.as_bytes()].concat();
    read("one digit a line, Latin-1", "a.csv", &latin);
    read("two digits a line", "a.csv", "1,2\n".repeat(5 * MEBI).as_bytes());
    read("mostly blank cells", "a.csv", format!("{}\n", "1,,,,,,,,,,,,,,,,,,,").repeat(MEBI).as_bytes());
    let halves = format!("I (mV),II (mV)\n{}", "1,\n,1\n".repeat(3 * MEBI));
    read("every other cell blank", "a.csv", halves.as_bytes());
    let mut gaps = String::from("time (s),I (mV)\n");
    let mut time = 0_u64;
    for row in 0..1_500_000_u64 {
        time += if row % 2 == 0 { 1 } else { 20 };
        writeln!(gaps, "{time},1").unwrap();
    }
    read("gaps everywhere", "a.csv", gaps.as_bytes());
    read("empty lines", "a.csv", format!("{}{}", "1\n2\n3\n".repeat(99), "\n".repeat(20 * MEBI)).as_bytes());
    let plain: String =
        (0..300_000).map(|row| format!("{}.{:03},0.015,-0.25,1.125\n", row / 500, row % 500 * 2)).collect();
    assert!(read("times and three leads", "a.csv", format!("time (s),I (mV),II (mV),V1 (mV)\n{plain}").as_bytes()));

    // Arrays: the narrowest numbers, missing ones, many recordings.
    let bytes = vec![7_u8; 24 * MEBI];
    assert!(read("bytes", "a.npy", &npy("|u1", "(2097152, 12)", &bytes)));
    assert!(read("halves", "a.npy", &npy("<f2", "(1048576, 12)", &bytes)));
    read("numbers of 16 bits without a sign", "a.npy", &npy("<u2", "(1048576, 12)", &vec![0xff; 24 * MEBI]));
    let missing: Vec<u8> = [0, 0, 0xff, 0xff].repeat(6 * MEBI);
    read("every other half is missing", "a.npy", &npy("<f2", "(12582912,)", &missing));
    assert!(read("many tiny recordings", "a.npy", &npy("|i1", "(524288, 4, 12)", &bytes)));
    assert!(read("floats", "a.npy", &npy("<f4", "(524288, 12)", &vec![0; 24 * MEBI])));
    assert!(read("counts", "a.npy", &npy("<i2", "(1048576, 12)", &vec![1; 24 * MEBI])));

    // Packed: a matrix that packs a thousandfold.
    let size = 90 * MEBI;
    let mut matrix = Vec::new();
    for word in [14, size as u32 + 48, 6, 8, 10, 0, 5, 8, 12, (size / 24) as u32, 1, 0, 3, size as u32] {
        matrix.extend(u32::to_le_bytes(word));
    }
    matrix.resize(matrix.len() + size, 0);
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(&matrix).unwrap();
    let packed = encoder.finish().unwrap();
    drop(matrix);
    let mut bomb = vec![b' '; 124];
    bomb.extend([0, 1, b'I', b'M']);
    bomb.extend([15, packed.len() as u32].map(u32::to_le_bytes).concat());
    bomb.extend(packed);
    assert!(!read("a packed matrix", "a.mat", &bomb));
}
