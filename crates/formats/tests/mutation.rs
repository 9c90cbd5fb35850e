//! Damaged files: at least 20,000 mutations of sample files of every format, from one seed.
//!
//! For each: no panic, memory that stays within a small multiple of the limits (counted by the allocator), an end in
//! finite time, and, where something was read, a recording that keeps its own rules (sorted missing ranges within the
//! samples, finite rates and scales, no more samples than the limits allow) and can be written.
#![allow(clippy::unwrap_used)]

#[path = "common/counting.rs"]
mod counting;

mod common;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

use ecg::{Annotation, Lead, Recording, Samples, Scale, Signal, Unit};
use formats::wfdb::StorageFormat;
use formats::{Hints, InputFile, Limits, Outcome};

/// Cases of each kind of input; together more than 20,000.
const CASES: u64 = 3_500;
/// `MUTATION_SEED=7 cargo test -p formats --test mutation` looks elsewhere.
const SEED: u64 = 20_261_121;
/// What one case may hold at once. The limits below allow 2^18 samples: 1 MB of counts, 2 MB of values, and copies.
const MOST_MEMORY: usize = 64 << 20;
/// One case takes about a millisecond; a machine that does much else at once is given its due.
const LONGEST_CASE: Duration = Duration::from_secs(20);
/// Sample files are cut to this, so that a case stays quick.
const LONGEST_FILE: usize = 24 << 10;

fn limits() -> Limits {
    Limits {
        file_bytes: 1 << 20,
        leads: 64,
        samples_per_lead: 1 << 17,
        samples: 1 << 18,
        annotations: 1 << 14,
        segments: 1_000,
        archive_entries: 100,
        archive_bytes: 4 << 20,
        ..Limits::default()
    }
}

/// splitmix64 (Steele et al., OOPSLA 2014): enough for choosing places to break.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `end`; 0 where there is none.
    fn below(&mut self, end: usize) -> usize {
        if end == 0 { 0 } else { (self.next() % end as u64) as usize }
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// Files that are read together.
#[derive(Clone)]
struct Group {
    files: Vec<(String, Vec<u8>)>,
    /// The files that are damaged; the others stay whole.
    targets: Vec<usize>,
    /// True where the files are packed into one archive after they were damaged.
    packed: bool,
}

type Corpus = BTreeMap<&'static str, Vec<Group>>;

fn cut(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(LONGEST_FILE);
    bytes
}

fn alone(name: &str, bytes: Vec<u8>) -> Group {
    Group { files: vec![(name.to_owned(), cut(bytes))], targets: vec![0], packed: false }
}

fn zip(files: &[(String, Vec<u8>)]) -> Vec<u8> {
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

/// An SCP-ECG of one lead, with codes of the standard's table, first differences and one complex whose beat was subtracted.
fn scp() -> Vec<u8> {
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
    let parts: [(u16, Vec<u8>); 8] = [
        (1, person),
        (2, words(&[19_999])),
        (3, [vec![1, 5], numbers(&[1, 60]), vec![2]].concat()),
        (4, complex),
        (5, beat),
        (6, rhythm),
        (7, measured),
        (8, statement),
    ];
    let section = |number: u16, content: &[u8]| {
        [words(&[0, number]), numbers(&[content.len() as u32 + 16]), vec![20; 2], b"SCPECG".to_vec(), content.to_vec()]
            .concat()
    };
    let (mut pointers, mut at) = (Vec::new(), 7);
    let lengths = parts.iter().map(|(number, content)| (*number, content.len() as u32 + 16));
    for (number, length) in [(0, 16 + 90)].into_iter().chain(lengths) {
        pointers.extend([words(&[number]), numbers(&[length, at])].concat());
        at += length;
    }
    let sections: Vec<u8> = parts.iter().flat_map(|(number, content)| section(*number, content)).collect();
    [words(&[0]), numbers(&[at - 1]), section(0, &pointers), sections].concat()
/// One small document of each vendor; Philips's with three leads packed by XLI (I of zeros, II of ones, III of zeros left over).
fn vendor_documents() -> Vec<Group> {
    let base64 = |bytes: &[u8]| base64::engine::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes);
    let counts = base64(&(0..40_i16).flat_map(|count| (count * 9).to_le_bytes()).collect::<Vec<u8>>());
    let muse = format!(
        "<!DOCTYPE RestingECG SYSTEM \"restecg.dtd\"><RestingECG><Waveform><WaveformType>Rhythm</WaveformType><SampleBase>500</SampleBase>\
         <SampleExponent>0</SampleExponent><LeadData><LeadSampleCountTotal>40</LeadSampleCountTotal><LeadAmplitudeUnitsPerBit>4.88\
         </LeadAmplitudeUnitsPerBit><LeadAmplitudeUnits>MICROVOLTS</LeadAmplitudeUnits><LeadID>II</LeadID><LeadDataCRC32>77</LeadDataCRC32>\
         <WaveFormData>{counts}</WaveFormData></LeadData></Waveform><QRSTimesTypes><QRS><Time>614</Time></QRS></QRSTimesTypes></RestingECG>"
    );
    let numbers = "1,-2,300,40000,".repeat(20);
    let cardiosoft = format!(
        "<CardiologyXML><StripData><SampleRate units=\"Hz\">10</SampleRate><ChannelSampleCountTotal>80</ChannelSampleCountTotal>\
         <Resolution units=\"uVperLsb\">5</Resolution><WaveformData lead=\"I\">{numbers}</WaveformData></StripData><FullDisclosure>\
         <SampleRate units=\"Hz\">10</SampleRate><Resolution units=\"uVperLsb\">5</Resolution><LeadOrder>I,II</LeadOrder>\
         <FullDisclosureData>{numbers}</FullDisclosureData></FullDisclosure></CardiologyXML>"
    );
    // Codes 0 and 256 to 262 are 36 zeros: 18 samples.
    let bits: Vec<u8> = [0_u16, 256, 257, 258, 259, 260, 261, 262]
        .iter()
        .flat_map(|code| (0..10).rev().map(move |bit| (code >> bit & 1) as u8))
        .collect();
    let codes = bits.chunks(8).map(|byte| byte.iter().fold(0, |all, bit| all << 1 | bit));
    let chunk: Vec<u8> = [10_u8, 0, 0, 0, 1, 0, 0, 0].into_iter().chain(codes).collect();
    let philips = format!(
        "<restingecgdata><documentinfo><documenttype>SierraECG</documenttype><documentversion>1.03</documentversion></documentinfo>\
         <waveforms><parsedwaveforms dataencoding=\"Base64\" compression=\"XLI\" leadlabels=\"I II III\" durationperchannel=\"36\" \
         samplespersecond=\"500\" resolution=\"5\">{}</parsedwaveforms><repbeats samplespersec=\"1000\" resolution=\"1\">\
         <repbeat leadname=\"I\">{counts}</repbeat></repbeats></waveforms></restingecgdata>",
        base64(&chunk.repeat(3))
    );
    let mortara = format!(
        "<ECG ACQUISITION_TIME=\"20260101120000\"><CHANNEL NAME=\"I\" OFFSET=\"3\" BITS=\"16\" UNITS_PER_MV=\"200\" DURATION=\"40\" \
         SAMPLE_FREQ=\"500\" DATA=\"{counts}\"/><TYPICAL_CYCLE UNITS_PER_MV=\"200\" SAMPLE_FREQ=\"500\"><TYPICAL_CYCLE_CHANNEL NAME=\"I\" \
         DATA=\"{counts}\"/></TYPICAL_CYCLE></ECG>"
    );
    let schiller = format!(
        "<SchillerEDI><wavedata><type>ECG_RHYTHMS</type><resolution><samplerate><units>HZ</units><value>500</value><exponent>1</exponent>\
         </samplerate><yres><units>UV</units><unitperbit>5</unitperbit></yres></resolution><channel><name>I</name><data>{numbers}</data>\
         </channel></wavedata></SchillerEDI>"
    );
    [muse, cardiosoft, philips, mortara, schiller].into_iter().map(|text| alone("a.xml", text.into_bytes())).collect()
}

/// A document from a little before its samples on, behind its first kilobyte: the report before them may be longer than a case.
fn from_samples(bytes: Vec<u8>) -> Vec<u8> {
    let find = |what: &[u8]| bytes.windows(what.len()).position(|window| window == what);
    match find(b"<waveforms>").or_else(|| find(&in_utf_16("<waveforms>"))) {
        Some(at) if at > LONGEST_FILE / 2 => {
            let close =
                if bytes.starts_with(b"\xff\xfe") { in_utf_16("</documentinfo>") } else { b"</documentinfo>".to_vec() };
            let end = bytes
                .windows(close.len())
                .position(|window| window == close.as_slice())
                .map_or(0, |from| from + close.len());
            [&bytes[..end], &bytes[at..]].concat()
        }
        _ => bytes,
    }
}

fn in_utf_16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
/// The same DICOM file with its data set deflated.
fn deflated(dicom: &[u8]) -> Vec<u8> {
    let meta = 144 + u32::from_le_bytes(dicom[140..144].try_into().unwrap()) as usize;
    let mut bytes = dicom[..132].to_vec();
    bytes.extend(b"\x02\x00\x10\x00UI\x16\x001.2.840.10008.1.2.1.99");
    let mut encoder = flate2::write::DeflateEncoder::new(bytes, flate2::Compression::default());
    encoder.write_all(&dicom[meta..]).unwrap();
    encoder.finish().unwrap()
}

fn with_files(folder: &Path, header: &str, others: &[&str]) -> Option<Group> {
    let mut files = Vec::new();
    for name in std::iter::once(&header).chain(others) {
        files.push(((*name).to_owned(), cut(std::fs::read(folder.join(name)).ok()?)));
    }
    Some(Group { targets: (0..files.len()).collect(), files, packed: false })
}

/// Sample files by kind: the fixtures, files made here, and the collection where it is there.
fn corpus() -> Corpus {
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

    let mut beats = recording.clone();
    beats.representative_beats = recording.signals.clone();
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
    corpus.entry("scp").or_default().push(alone("a.scp", scp()));
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
    corpus.entry("vendor xml").or_default().extend(vendor_documents());
    add_devices(&mut corpus);
    if let Some(folder) = common::shared("data/formats") {
        add_collection(&folder, &mut corpus);
    }
    corpus
}

/// Small files of the formats that one kind of device writes.
fn add_devices(corpus: &mut Corpus) {
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

fn add_collection(folder: &Path, corpus: &mut Corpus) {
    for (kind, place) in [("edf", "edf"), ("scp", "scp"), ("csv", "csv"), ("archive", "archive")] {
    for (kind, place) in [("edf", "edf"), ("csv", "csv"), ("archive", "archive"), ("aecg", "aecg"), ("fhir", "fhir")] {
    for (kind, place) in [("edf", "edf"), ("dicom", "dicom"), ("csv", "csv"), ("archive", "archive")] {
    for (kind, place) in [
        ("edf", "edf"),
        ("csv", "csv"),
        ("archive", "archive"),
        ("ishne", "ishne"),
        ("mfer", "mfer"),
        ("contec", "contec"),
        ("atc", "atc"),
    ] {
    for (kind, place) in [("edf", "edf"), ("csv", "csv"), ("archive", "archive"), ("npy", "npy"), ("hdf5", "hdf5")] {
        let files = common::read_folder(&folder.join(place));
        corpus.entry(kind).or_default().extend(files.into_iter().map(|(name, bytes)| alone(&name, bytes)));
    }
    for place in ["muse", "cardiosoft", "philips", "mortara", "schiller"] {
        let files = common::read_folder(&folder.join(place));
        corpus
            .entry("vendor xml")
            .or_default()
            .extend(files.into_iter().map(|(name, bytes)| alone(&name, from_samples(bytes))));
    }
    let records = folder.join("wfdb");
    for (header, others) in [
        ("100.hea", &["100.dat"][..]),
        ("100_3chan.hea", &["100_3chan.dat"]),
        ("3000003_0003.hea", &["3000003_0003.dat"]),
        ("310derive_3.hea", &["310derive_3.dat"]),
        ("311derive_3.hea", &["311derive_3.dat"]),
        ("a103l.hea", &["a103l.mat"]),
        ("flac_3_constant.hea", &["flac_3_constant.dat"]),
        ("flacformats.hea", &["flacformats.d0", "flacformats.d1", "flacformats.d2"]),
        ("mixedsignals.hea", &["mixedsignals_e.dat", "mixedsignals_p.dat", "mixedsignals_r.dat"]),
        (
            "binformats.hea",
            &[
                "binformats.d0",
                "binformats.d1",
                "binformats.d2",
                "binformats.d3",
                "binformats.d4",
                "binformats.d5",
                "binformats.d6",
                "binformats.d7",
                "binformats.d8",
                "binformats.d9",
            ],
        ),
    ] {
        corpus.entry("wfdb").or_default().extend(with_files(&records, header, others));
    }
    let segments = records.join("multi-segment/041s");
    corpus.entry("wfdb").or_default().extend(with_files(
        &segments,
        "041s.hea",
        &["041s01.hea", "041s01.dat", "041s02.hea", "041s02.dat"],
    ));
    for marks in ["100.atr", "1003.atr", "12726.anI", "huge.qrs"] {
        if let Some(mut group) = with_files(&records, "100.hea", &["100.dat", marks]) {
            group.targets = vec![2];
            "100.atr".clone_into(&mut group.files[2].0);
            corpus.entry("atr").or_default().push(group);
        }
    }
    if let Some(group) = with_files(&records, "E07500.hea", &["E07500.mat"]) {
        corpus.entry("mat").or_default().push(alone("E07500.mat", group.files[1].1.clone()));
        corpus.entry("mat").or_default().push(group);
    }
    for place in ["matlab", "matlab/scipy"] {
        let files = common::read_folder(&folder.join(place));
        for (name, bytes) in files {
            let hdf5 = formats::probe(&name, &bytes) == Some(formats::Format::Hdf5);
            // HDF5 is not cut: its structures lie anywhere.
            let group = Group { files: vec![(name, bytes)], targets: vec![0], packed: false };
            corpus.entry(if hdf5 { "hdf5" } else { "mat5" }).or_default().push(group);
        }
    }
}

/// Numbers at which sizes, counts and rates break programs.
const EXTREMES: [&str; 22] = [
    "0",
    "-1",
    "1",
    "255",
    "256",
    "65535",
    "65536",
    "99999999",
    "2147483647",
    "2147483648",
    "4294967295",
    "4294967296",
    "9223372036854775807",
    "18446744073709551615",
    "99999999999999999999",
    "1e308",
    "1e-308",
    "nan",
    "inf",
    "-0",
    "0.0000001",
    "",
];

/// Damages bytes in one way.
fn mutate(bytes: &mut Vec<u8>, random: &mut Random) -> &'static str {
    let length = bytes.len();
    // Half of all places lie in the first kilobyte, where headers are.
    let within = if random.below(2) == 0 { length.min(1024) } else { length };
    let at = random.below(within);
    match random.below(9) {
        0 => {
            for _ in 0..=random.below(8) {
                let place = random.below(within);
                if let Some(byte) = bytes.get_mut(place) {
                    *byte ^= 1 << random.below(8);
                }
            }
            "bits"
        }
        1 => {
            bytes.truncate(at);
            "truncation"
        }
        2 => {
            let end = length.min(at + 1 + random.below(64));
            bytes[at..end].fill(*random.pick(&[0x00, 0xFF, 0x7F, 0x80, b' ', b'9', b'\n']));
            "fill"
        }
        3 => {
            let end = length.min(at + random.below(200));
            bytes.drain(at..end);
            "removal"
        }
        4 => {
            let end = length.min(at + random.below(200));
            let piece = bytes[at..end].to_vec();
            let to = random.below(length + 1);
            bytes.splice(to..to, piece);
            "repetition"
        }
        5 => {
            let end = length.min(at + random.below(500));
            let piece = bytes[at..end].to_vec();
            let to = random.below(length.saturating_sub(piece.len()) + 1);
            bytes[to..to + piece.len()].copy_from_slice(&piece);
            "splice"
        }
        6 | 7 => {
            // A number of a text: found from a random place on, replaced within its width or beyond.
            let Some(from) = bytes[at..].iter().position(u8::is_ascii_digit).map(|offset| at + offset) else {
                return "nothing";
            };
            let digits = bytes[from..].iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'.').count();
            let mut value = random.pick(&EXTREMES).as_bytes().to_vec();
            if random.below(2) == 0 {
                value.resize(digits, b' ');
            }
            bytes.splice(from..from + digits, value);
            "number"
        }
        _ => {
            let value = *random.pick(&[
                0_u64,
                1,
                0x7F,
                0xFF,
                0x7FFF,
                0x8000,
                0xFFFF,
                0x7FFF_FFFF,
                0x8000_0000,
                0xFFFF_FFFF,
                u64::MAX / 2,
                u64::MAX,
            ]);
            let width = *random.pick(&[1, 2, 4, 8]);
            let mut field = value.to_le_bytes()[..width].to_vec();
            if random.below(3) == 0 {
                field.reverse();
            }
            for (place, byte) in bytes.iter_mut().skip(at).zip(field) {
                *place = byte;
            }
            "field"
        }
    }
}

/// What must hold of anything that a reader gives.
fn check(outcome: &Outcome, limits: &Limits) {
    for recording in &outcome.recordings {
        let mut samples = 0;
        for signal in &recording.signals {
            samples += signal.len() as u64;
            assert!(signal.len() as u64 <= limits.samples_per_lead, "{} samples", signal.len());
            assert!(signal.rate.is_finite() && signal.rate > 0.0 && signal.start.is_finite(), "rate {}", signal.rate);
            if let Samples::Digital { scale, .. } = &signal.samples {
                assert!(scale.gain.is_finite() && scale.gain != 0.0 && scale.baseline.is_finite(), "{scale:?}");
            }
            let mut end = 0;
            for &(from, to) in &signal.missing {
                assert!(end <= from && from < to && to <= signal.len(), "{:?} of {}", signal.missing, signal.len());
                end = to;
            }
        }
        assert!(samples <= limits.samples, "{samples} samples");
        assert!(recording.annotations.len() as u64 <= limits.annotations);
        assert!(recording.annotations.iter().all(|annotation| annotation.time.is_finite()));
    }
    for failure in &outcome.failures {
        assert!(failure.error.to_string().len() < 2_000, "{}", failure.error);
    }
}

#[derive(Default)]
struct Tally {
    cases: u64,
    read: u64,
    warned: u64,
    refused: u64,
    slowest: Duration,
    most_memory: usize,
}

#[test]
fn twenty_thousand_damaged_files_neither_panic_nor_take_more_than_they_may() {
    let corpus = corpus();
    let limits = limits();
    let hints = [Hints::default(), Hints { rate: Some(100.0), unit: Some(Unit::Millivolt) }];
    let seed = std::env::var("MUTATION_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(SEED);
    let mut report = String::new();
    let mut all = 0;
    for (kind, groups) in &corpus {
        let mut tally = Tally::default();
        let mut random = Random(seed);
        let whole = groups.iter().filter(|group| {
            let files: Vec<InputFile> = group.files.iter().map(|(name, bytes)| InputFile { name, bytes }).collect();
            !formats::read(&files, &hints[1], &limits).recordings.is_empty()
        });
        let whole = whole.count();
        assert!(whole > 0, "{kind}: no sample file is read while it is whole");
        for case in 0..CASES {
            let mut group = groups[case as usize % groups.len()].clone();
            let mut how = Vec::new();
            for _ in 0..=random.below(3) {
                let target = *random.pick(&group.targets);
                how.push((target, mutate(&mut group.files[target].1, &mut random)));
            }
            if group.packed {
                group.files = vec![("a.zip".to_owned(), zip(&group.files))];
            }
            let what = format!(
                "{kind} case {case} of {:?}, {how:?}",
                group.files.iter().map(|(name, _)| name).collect::<Vec<_>>()
            );
            let files: Vec<InputFile> = group.files.iter().map(|(name, bytes)| InputFile { name, bytes }).collect();
            let hints = &hints[usize::from(case % 4 != 0)];

            let start = Instant::now();
            let (outcome, memory) = counting::peak_of(|| {
                catch_unwind(AssertUnwindSafe(|| {
                    let outcome = formats::read(&files, hints, &limits);
                    check(&outcome, &limits);
                    if case % 8 == 0 {
                        for recording in &outcome.recordings {
                            let _ = formats::csv::write(recording);
                            let _ = formats::wfdb::write(recording, "again", StorageFormat::F16);
                        }
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                let outcome = formats::read(&files, hints, &limits);
                check(&outcome, &limits);
                if case % 8 == 0 {
                    for recording in &outcome.recordings {
                        let _ = formats::csv::write(recording);
                        let _ = formats::aecg::write(recording);
                        let _ = formats::fhir::write(recording);
                        let _ = formats::dicom::write(recording);
                        let _ = formats::wfdb::write(recording, "again", StorageFormat::F16);
                    }
                    outcome
                }))
            });
            let time = start.elapsed();
            let outcome = outcome.unwrap_or_else(|_| panic!("{what}: panicked"));
            assert!(memory < MOST_MEMORY, "{what}: held {memory} bytes");
            assert!(time < LONGEST_CASE, "{what}: took {time:?}");

            tally.cases += 1;
            tally.read += u64::from(!outcome.recordings.is_empty());
            tally.warned += u64::from(outcome.recordings.iter().any(|recording| !recording.warnings.is_empty()));
            tally.refused += u64::from(!outcome.failures.is_empty());
            tally.slowest = tally.slowest.max(time);
            tally.most_memory = tally.most_memory.max(memory);
        }
        all += tally.cases;
        writeln!(
            report,
            "{kind:8} {:3} sample sets ({whole} are read whole) {:6} cases: {:6} read, {:6} of them with warnings, {:6} refused; slowest {:?}, most memory {} kB",
            groups.len(), tally.cases, tally.read, tally.warned, tally.refused, tally.slowest, tally.most_memory >> 10,
        )
        .unwrap();
    }
    println!("{report}{all} cases");
    assert!(all >= 20_000);
}
