//! HDF5: narrow numbers, limb leads that are derived from them, chunks that unpack to much, structures that share their bytes.

use std::io::Write as _;

use ecg::Unit;
use formats::{Hints, InputFile, Limits};

use crate::counting::peak_of;
use crate::most;

const MEBI: usize = 1 << 20;

/// Reads a file; gives how many leads came of it.
fn read(what: &str, bytes: &[u8]) -> usize {
    let hints = Hints { rate: Some(500.0), unit: Some(Unit::Millivolt) };
    let start = std::time::Instant::now();
    let file = [InputFile { name: "a.h5", bytes }];
    let (outcome, held) = peak_of(|| formats::read(&file, &hints, &Limits::default()));
    let most = most(bytes.len());
    println!(
        "{what}: {} kB, {} MB held of {} MB, {:?}, {:?}",
        bytes.len() >> 10,
        held / MEBI,
        most / MEBI,
        start.elapsed(),
        outcome.failures.first().map(|failure| failure.error.to_string())
    );
    assert!(held <= most, "{what}: held {held} bytes, allowed are {most}");
    outcome.recordings.iter().map(|recording| recording.signals.len()).sum()
}

fn message(kind: u16, body: &[u8]) -> Vec<u8> {
    [&kind.to_le_bytes()[..], &(body.len() as u16).to_le_bytes(), &[0; 4], body].concat()
}

fn header(messages: &[Vec<u8>]) -> Vec<u8> {
    let messages = messages.concat();
    [&[1, 0, 9, 0, 1, 0, 0, 0][..], &(messages.len() as u32).to_le_bytes(), &[0; 4], &messages].concat()
}

/// Where the data of [`file`] begin.
const DATA: u64 = 1024;
const HALF: &[u8] = &[0x11, 0x20, 15, 0, 2, 0, 0, 0, 0, 0, 16, 0, 10, 5, 0, 10, 15, 0, 0, 0];
const BYTE: &[u8] = &[0x10, 8, 0, 0, 1, 0, 0, 0, 0, 0, 8, 0];
const SHORT: &[u8] = &[0x10, 8, 0, 0, 2, 0, 0, 0, 0, 0, 16, 0];

/// A dataset `ecg` whose leads are named, with its numbers at the end of the file.
fn file(datatype: &[u8], extents: &[u64], leads: &str, layout: &[u8], packed: bool, data: &[u8]) -> Vec<u8> {
    let mut space = vec![1, extents.len() as u8, 0, 0, 0, 0, 0, 0];
    space.extend(extents.iter().flat_map(|extent| extent.to_le_bytes()));
    let mut names = vec![3, 0, 6, 0, 8, 0, 4, 0, 0];
    names.extend(b"leads\0\x13\0\0\0");
    names.extend((leads.len() as u32).to_le_bytes());
    names.extend([2, 0, 0, 0]);
    names.extend(leads.as_bytes());
    let mut messages = vec![message(1, &space), message(3, datatype), message(8, layout), message(12, &names)];
    if packed {
        messages.push(message(11, &[2, 1, 1, 0, 0, 0, 0, 0]));
    }
    let dataset = header(&messages);
    let root = header(&[message(6, &[&[1, 0, 3][..], b"ecg", &256_u64.to_le_bytes()].concat())]);
    let mut bytes = b"\x89HDF\r\n\x1a\n\0\0\0\0\0\x08\x08\0\x04\0\x10\0\0\0\0\0".to_vec();
    let end = DATA + data.len() as u64;
    bytes.extend([0, u64::MAX, end, u64::MAX, 0, 96, 0, 0].iter().flat_map(|field: &u64| field.to_le_bytes()));
    for (at, part) in [(96, root), (256, dataset), (DATA as usize, data.to_vec())] {
        assert!(bytes.len() <= at);
        bytes.resize(at, 0);
        bytes.extend(part);
    }
    bytes
}

fn contiguous(length: usize) -> Vec<u8> {
    [&[3, 1][..], &DATA.to_le_bytes(), &(length as u64).to_le_bytes()].concat()
}

/// One chunk, packed with deflate.
fn single(chunk: [u64; 2], element: u64, length: usize) -> Vec<u8> {
    let mut layout = vec![4, 2, 2, 3, 8];
    layout.extend([chunk[0], chunk[1], element].iter().flat_map(|extent| extent.to_le_bytes()));
    layout.push(1);
    layout.extend((length as u64).to_le_bytes());
    layout.extend([0; 4]);
    layout.extend(DATA.to_le_bytes());
    layout
}

fn deflated(length: usize) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(&vec![0; length]).unwrap();
    encoder.finish().unwrap()
}

const EIGHT: &str = "I,II,V1,V2,V3,V4,V5,V6";

#[test]
fn the_worst_hdf5_files_hold_no_more_than_they_may() {
    let zeros = vec![0; 24 * MEBI];
    let layout = contiguous(zeros.len());
    let of = |datatype, extents: &[u64], leads| file(datatype, extents, leads, &layout, false, &zeros);
    assert_eq!(read("twelve leads of bytes", &of(BYTE, &[2 << 20, 12], "I,II,III,aVR,aVL,aVF,V1,V2,V3,V4,V5,V6")), 12);
    assert_eq!(read("eight leads of bytes", &of(BYTE, &[3 << 20, 8], EIGHT)), 12);
    assert_eq!(read("eight leads of 16 bits", &of(SHORT, &[3 << 19, 8], EIGHT)), 12);
    // Values of 64 bits and four derived leads.
    assert_eq!(read("eight leads of halves", &of(HALF, &[3 << 19, 8], EIGHT)), 12);
    // Recordings of many samples: as many as fit.
    let zeros = vec![0; 40 * MEBI];
    let many = file(HALF, &[40, 1 << 16, 8], EIGHT, &contiguous(zeros.len()), false, &zeros);
    let many = read("recordings of eight leads of halves", &many);
    assert!((12..40 * 12).contains(&many) && many.is_multiple_of(12), "{many}");

    for (samples, leads) in [(1_u64 << 20, 12), (9 << 18, 0), (1 << 23, 0)] {
        let data = deflated(samples as usize * 8);
        let layout = single([samples, 8], 1, data.len());
        let bytes = file(BYTE, &[samples, 8], EIGHT, &layout, true, &data);
        assert_eq!(read("a packed chunk", &bytes), leads, "{samples}");
    }
    let data = deflated(16 << 20);
    let layout = single([1 << 21, 8], 1, data.len());
    read("a chunk larger than its dataset", &file(BYTE, &[1000, 8], EIGHT, &layout, true, &data));
    let layout = single([1 << 40, 1 << 40], 1, data.len());
    assert_eq!(read("a chunk beyond counting", &file(BYTE, &[1000, 8], EIGHT, &layout, true, &data)), 0);
    // Never written: nothing is at an undefined address.
    let layout = [&[3, 1][..], &[0xff; 8], &[0; 8]].concat();
    read("never written", &file(BYTE, &[1 << 22, 8], EIGHT, &layout, false, &[]));
    assert_eq!(read("never written, far too much", &file(BYTE, &[1 << 60, 8], EIGHT, &layout, false, &[])), 0);
}
