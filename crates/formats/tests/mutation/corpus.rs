//! Sample files by kind: fixtures, files made here, and the collection where it is there.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;

use ecg::{Annotation, Lead, Recording, Scale, Signal, Unit};
use formats::wfdb::StorageFormat;

use crate::{collection, common, devices, documents, small};

/// Sample files are cut to this, so that a case stays quick.
pub const LONGEST_FILE: usize = 24 << 10;

/// Files that are read together.
#[derive(Clone)]
pub struct Group {
    pub files: Vec<(String, Vec<u8>)>,
    /// The files that are damaged; the others stay whole.
    pub targets: Vec<usize>,
    /// True where the files are packed into one archive after they were damaged.
    pub packed: bool,
}

/// Groups by kind.
pub type Corpus = BTreeMap<&'static str, Vec<Group>>;

fn cut(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(LONGEST_FILE);
    bytes
}

pub fn alone(name: &str, bytes: Vec<u8>) -> Group {
    Group { files: vec![(name.to_owned(), cut(bytes))], targets: vec![0], packed: false }
}

pub fn zip(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer.start_file(format!("study/{name}"), zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A two-lead recording with annotations, whose files hold every kind of mark.
fn annotated() -> Recording {
    let scale = Scale { gain: 200.0, baseline: 1024.0, unit: Unit::Millivolt };
    let counts = |step: i32| (0..700).map(|sample| 1024 + sample * step % 300).collect::<Vec<i32>>();
    let signals = vec![
        Signal::digital(Lead::II, 250.0, counts(7), scale.clone()),
        Signal::digital(Lead::V5, 250.0, counts(11), scale),
    ];
    let mark = |time: f64, code: &str, text: &str| Annotation {
        time,
        code: code.into(),
        text: text.into(),
        sample: Some((time * 250.0) as i64),
        ..Annotation::default()
    };
    let annotations = vec![
        mark(0.1, "+", "(N"),
        mark(0.5, "N", ""),
        mark(1.2, "V", ""),
        mark(900.0, "N", ""),
        mark(901.0, "\"", "note"),
    ];
    Recording { signals, annotations, ..Recording::default() }
}

/// The challenges' container: a MATLAB 4 matrix `val` of 16-bit integers, two leads by sixty samples.
fn matlab() -> Vec<u8> {
    let mut bytes: Vec<u8> = [30_i32, 2, 60, 0, 4].iter().flat_map(|field| field.to_le_bytes()).collect();
    bytes.extend(b"val\0");
    bytes.extend((0..120_i16).flat_map(|count| (count * 9).to_le_bytes()));
    bytes
}

/// The same DICOM file with its data set deflated.
fn deflated(dicom: &[u8]) -> Vec<u8> {
    let meta = 144 + u32::from_le_bytes(dicom[140..144].try_into().unwrap()) as usize;
    let mut bytes = dicom[..132].to_vec();
    bytes.extend(b"\x02\x00\x10\x00UI\x16\x001.2.840.10008.1.2.1.99");
    let mut encoder = flate2::write::DeflateEncoder::new(bytes, flate2::Compression::default());
    encoder.write_all(&dicom[meta..]).unwrap();
    encoder.finish().unwrap()
}

pub fn with_files(folder: &Path, header: &str, others: &[&str]) -> Option<Group> {
    let mut files = Vec::new();
    for name in std::iter::once(&header).chain(others) {
        files.push(((*name).to_owned(), cut(std::fs::read(folder.join(name)).ok()?)));
    }
    Some(Group { targets: (0..files.len()).collect(), files, packed: false })
}

/// Sample files by kind: the fixtures, files made here, and the collection where it is there.
pub fn corpus() -> Corpus {
    let mut corpus = Corpus::new();
    let one = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/one-recording");
    let pair = with_files(&one, "00001_lr.hea", &["00001_lr.dat"]).unwrap();
    let edf = std::fs::read(one.join("00001_lr.edf")).unwrap();
    let csv = cut(std::fs::read(one.join("00001_lr.csv")).unwrap());

    let recording = annotated();
    let wfdb = corpus.entry("wfdb").or_default();
    wfdb.push(pair.clone());
    for storage in [
        StorageFormat::F16,
        StorageFormat::F24,
        StorageFormat::F32,
        StorageFormat::F61,
        StorageFormat::F160,
        StorageFormat::F212,
        StorageFormat::F516,
    ] {
        let files = formats::wfdb::write(&recording, "one", storage).unwrap();
        wfdb.push(Group { targets: (0..files.len()).collect(), files, packed: false });
    }
    let segments = b"multi/2 1 250 30\nmulti_layout 0\nseg 20\n~ 10\n".to_vec();
    let layout = b"multi_layout 1 250 0\n~ 0 200(0)/mV 12 0 0 0 0 II\n".to_vec();
    let segment = b"seg 1 250 20\nseg.dat 16 200(0)/mV 12 0 0 0 0 II\n".to_vec();
    let samples = (0..20_i16).flat_map(i16::to_le_bytes).collect();
    let files = [("multi.hea", segments), ("multi_layout.hea", layout), ("seg.hea", segment), ("seg.dat", samples)];
    wfdb.push(Group {
        files: files.map(|(name, bytes)| (name.to_owned(), bytes)).to_vec(),
        targets: vec![0, 1, 2, 3],
        packed: false,
    });

    let files = formats::wfdb::write(&recording, "one", StorageFormat::F212).unwrap();
    let marks = files.iter().position(|(name, _)| name == "one.atr").unwrap();
    corpus.entry("atr").or_default().push(Group { files, targets: vec![marks], packed: false });
    corpus.entry("mat").or_default().push(alone("a.mat", matlab()));
    let header =
        b"a 2 500 60\na.mat 16+24 1000/mV 16 0 0 0 0 I\na.mat 16+24 1000/mV 16 0 9 0 0 II\n#Age: 60\n#Dx: 426783006\n"
            .to_vec();
    let files = vec![("a.hea".to_owned(), header), ("a.mat".to_owned(), matlab())];
    corpus.entry("mat").or_default().push(Group { files, targets: vec![0, 1], packed: false });

    let beats = Recording { representative_beats: recording.signals.clone(), ..recording.clone() };
    let dicom = formats::dicom::write(&beats).unwrap();
    corpus.entry("dicom").or_default().push(alone("a.dcm", deflated(&dicom)));
    corpus.entry("dicom").or_default().push(alone("a.dcm", dicom));
    let text = "{'descr': '<i2', 'fortran_order': False, 'shape': (60, 12), }\n";
    let counts: Vec<u8> = (0..720_i16).flat_map(i16::to_le_bytes).collect();
    let npy = [b"\x93NUMPY\x01\0".as_slice(), &(text.len() as u16).to_le_bytes(), text.as_bytes(), &counts].concat();
    let text = "{'descr': '<f8', 'fortran_order': False, 'shape': (), }\n";
    let rate =
        [b"\x93NUMPY\x01\0".as_slice(), &(text.len() as u16).to_le_bytes(), text.as_bytes(), &500_f64.to_le_bytes()];
    let archive = zip(&[("ecg.npy".to_owned(), npy.clone()), ("fs.npy".to_owned(), rate.concat())]);
    corpus.entry("npy").or_default().extend([alone("a.npy", npy), alone("a.npz", archive)]);

    corpus.entry("edf").or_default().push(alone("a.edf", edf.clone()));
    corpus.entry("scp").or_default().extend([false, true].map(|is_third| alone("a.scp", devices::scp(is_third))));
    corpus.entry("aecg").or_default().push(alone("a.xml", formats::aecg::write(&recording).unwrap()));
    corpus.entry("fhir").or_default().push(alone("a.json", formats::fhir::write(&recording).unwrap()));
    for text in [
        "Zeit;I (mV);II (mV)\n0,000;0,5;-0,25\n0,002;0,5;-0,25\n0,004;0,5;\n0,006;0,5;1,25\n",
        "Sample Rate,512 hertz\nLead,Lead I\nUnit,µV\n\n\n14,648\n10,234\n-3,945\n1,100\n",
        "'Elapsed time','MLII','V5'\n'mm:ss.mmm','mV','mV'\n'0:00.000',1.5,2\n'0:00.004',1,2.5\n'0:00.008',1,2.5\n",
        "I\tII\tIII\n1\t2\t3\n4\t5\t6\n7\t8\t9\n",
    ] {
        let wide: Vec<u8> = [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        corpus.entry("csv").or_default().extend([alone("a.csv", text.into()), alone("a.csv", wide)]);
    }
    corpus.entry("csv").or_default().push(alone("a.csv", csv.clone()));
    let archives = corpus.entry("archive").or_default();
    let small: Vec<(String, Vec<u8>)> =
        pair.files.iter().map(|(name, bytes)| (name.clone(), bytes[..bytes.len().min(2000)].to_vec())).collect();
    archives.push(alone("a.zip", zip(&small)));
    archives.push(alone(
        "a.zip",
        zip(&[("inner.zip".to_owned(), zip(&small)), ("a.csv.gz".to_owned(), gzip(&csv[..4000]))]),
    ));
    archives.push(alone("a.csv.gz", gzip(&csv[..4000])));
    archives.push(Group { targets: vec![0, 1], files: small, packed: true });
    let files = vec![("a.edf".to_owned(), cut(edf)), ("a.csv".to_owned(), csv[..4000].to_vec())];
    archives.push(Group { files, targets: vec![0, 1], packed: true });
    // HDF5 is not cut: its structures lie anywhere.
    for (name, packed) in common::read_folder(&common::fixture("hdf5")) {
        if let Some(name) = name.strip_suffix(".gz") {
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(packed.as_slice()), &mut bytes).unwrap();
            let group = Group { files: vec![(name.to_owned(), bytes)], targets: vec![0], packed: false };
            corpus.entry("hdf5").or_default().push(group);
        }
    }
    documents::add(&mut corpus);
    devices::add(&mut corpus);
    small::add(&mut corpus);
    if let Some(folder) = common::shared("data/formats") {
        collection::add(&folder, &mut corpus);
    }
    corpus
}
