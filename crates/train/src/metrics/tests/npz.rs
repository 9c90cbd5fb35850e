//! NumPy's `.npz`: a ZIP of `.npy` arrays (NEP 1, version 1.0), as far as the reference predictions need it.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

/// An array of numbers in C order.
pub(super) struct Array {
    pub shape: Vec<usize>,
    pub values: Vec<f64>,
}

pub(super) fn read(path: &Path) -> BTreeMap<String, Array> {
    let file = std::fs::File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut archive = zip::ZipArchive::new(file).expect("a ZIP");
    (0..archive.len())
        .map(|index| {
            let mut entry = archive.by_index(index).expect("an entry");
            let name = entry.name().expect("a name").trim_end_matches(".npy").to_owned();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).expect("whole");
            (name, array(&bytes))
        })
        .collect()
}

fn array(bytes: &[u8]) -> Array {
    assert_eq!(&bytes[..8], b"\x93NUMPY\x01\x00");
    let length = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let header = std::str::from_utf8(&bytes[10..10 + length]).expect("ASCII");
    let after = |key: &str| header.split(key).nth(1).expect("a key");
    let kind = after("'descr': '").split('\'').next().expect("a kind");
    let fortran = after("'fortran_order': ").starts_with("True");
    let shape = after("'shape': (").split(')').next().expect("a shape");
    let shape: Vec<usize> = shape.split(',').filter_map(|n| n.trim().parse().ok()).collect();
    let (size, number): (usize, fn(&[u8]) -> f64) = match kind {
        "|u1" => (1, |b| f64::from(b[0])),
        "<u2" => (2, |b| f64::from(u16::from_le_bytes([b[0], b[1]]))),
        "<i4" => (4, |b| f64::from(i32::from_le_bytes(b.try_into().expect("4 bytes")))),
        "<f4" => (4, |b| f64::from(f32::from_le_bytes(b.try_into().expect("4 bytes")))),
        "<f8" => (8, |b| f64::from_le_bytes(b.try_into().expect("8 bytes"))),
        "<i8" => (8, |b| i64::from_le_bytes(b.try_into().expect("8 bytes")) as f64),
        other => panic!("an array of {other}"),
    };
    let mut values: Vec<f64> = bytes[10 + length..].chunks_exact(size).map(number).collect();
    if let (true, [rows, columns]) = (fortran, shape.as_slice()) {
        values = (0..rows * columns).map(|k| values[(k % columns) * rows + k / columns]).collect();
    }
    Array { shape, values }
}
