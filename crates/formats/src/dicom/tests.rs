//! Small files built here, in every transfer syntax.

use std::io::Write as _;

use ecg::{Lead, Recording, Samples, Severity, Unit};

use super::element::Syntax;
use super::*;
use crate::{Format, probe};

enum Value {
    Bytes(Vec<u8>),
    Shorts(Vec<u16>),
    Longs(Vec<u32>),
    Items(Vec<Vec<Node>>),
}

struct Node {
    tag: Tag,
    representation: [u8; 2],
    value: Value,
}

fn node(tag: Tag, representation: &str, value: Value) -> Node {
    Node { tag, representation: representation.as_bytes().try_into().unwrap(), value }
}

fn text(tag: Tag, representation: &str, value: &str) -> Node {
    node(tag, representation, Value::Bytes(value.as_bytes().to_vec()))
}

fn short(tag: Tag, value: u16) -> Node {
    node(tag, "US", Value::Shorts(vec![value]))
}

fn items(tag: Tag, items: Vec<Vec<Node>>) -> Node {
    node(tag, "SQ", Value::Items(items))
}

fn code(tag: Tag, value: &str, scheme: &str, meaning: &str) -> Node {
    items(
        tag,
        vec![vec![text(0x0008_0100, "SH", value), text(0x0008_0102, "SH", scheme), text(0x0008_0104, "LO", meaning)]],
    )
}

/// Bytes of a data set; sequences and items have no stated length where `open`.
fn encode(nodes: &[Node], syntax: Syntax, open: bool) -> Vec<u8> {
    let two = |value: u16| if syntax.big_endian { value.to_be_bytes() } else { value.to_le_bytes() };
    let four = |value: u32| if syntax.big_endian { value.to_be_bytes() } else { value.to_le_bytes() };
    let tag = |tag: Tag| [two((tag >> 16) as u16), two(tag as u16)].concat();
    let mut bytes = Vec::new();
    for node in nodes {
        let mut value = match &node.value {
            Value::Bytes(value) => value.clone(),
            Value::Shorts(values) => values.iter().flat_map(|&value| two(value)).collect(),
            Value::Longs(values) => values.iter().flat_map(|&value| four(value)).collect(),
            Value::Items(items) => {
                let inner = if node.representation == *b"UN" { Syntax::IMPLICIT } else { syntax };
                let delimiter = |element: u8, length: u32| {
                    let [a, b, c, d] = length.to_le_bytes();
                    if inner.big_endian {
                        return [0xFF, 0xFE, 0xE0, element, d, c, b, a];
                    }
                    [0xFE, 0xFF, element, 0xE0, a, b, c, d]
                };
                let mut all = Vec::new();
                for item in items {
                    let content = encode(item, inner, open);
                    all.extend(delimiter(0x00, if open { u32::MAX } else { content.len() as u32 }));
                    all.extend(content);
                    if open {
                        all.extend(delimiter(0x0D, 0));
                    }
                }
                if open {
                    all.extend(delimiter(0xDD, 0));
                }
                all
            }
        };
        if value.len() % 2 == 1 {
            value.push(0);
        }
        let length = if open && matches!(node.value, Value::Items(_)) { u32::MAX } else { value.len() as u32 };
        bytes.extend(tag(node.tag));
        let long = matches!(&node.representation, b"OB" | b"OW" | b"SQ" | b"UN");
        if syntax.explicit {
            bytes.extend(node.representation);
        }
        match (syntax.explicit, long) {
            (true, false) => bytes.extend(two(length as u16)),
            (true, true) => bytes.extend([&[0, 0][..], &four(length)].concat()),
            (false, _) => bytes.extend(four(length)),
        }
        bytes.extend(value);
    }
    bytes
}

const EXPLICIT: &str = "1.2.840.10008.1.2.1";

/// A file with preamble and meta information around a data set.
fn wrapped(transfer_syntax: &str, class: &str, set: &[u8]) -> Vec<u8> {
    let meta =
        encode(&[text(0x0002_0002, "UI", class), text(0x0002_0010, "UI", transfer_syntax)], Syntax::EXPLICIT, false);
    let length = encode(&[node(0x0002_0000, "UL", Value::Longs(vec![meta.len() as u32]))], Syntax::EXPLICIT, false);
    [&[0; 128][..], b"DICM", &length, &meta, set].concat()
}

fn dicom(set: &[Node]) -> Vec<u8> {
    wrapped(EXPLICIT, class::GENERAL, &encode(set, Syntax::EXPLICIT, false))
}

fn channel(source: (&str, &str, &str), more: Vec<Node>) -> Vec<Node> {
    let mut nodes = vec![code(0x003A_0208, source.0, source.1, source.2)];
    nodes.extend(more);
    nodes
}

fn scaled(source: (&str, &str, &str)) -> Vec<Node> {
    channel(
        source,
        vec![
            text(0x003A_0210, "DS", "2.5"),
            code(0x003A_0211, "uV", "UCUM", "microvolt"),
            text(0x003A_0212, "DS", "2"),
            text(0x003A_0213, "DS", "-10"),
        ],
    )
}

const ONE: (&str, &str, &str) = ("2:1", "MDC", "Lead I");
const TWO: (&str, &str, &str) = ("5.6.3-9-2", "SCPECG", "Lead II (Einthoven)");

/// A group of 16-bit samples of as many channels as there are definitions.
fn group(originality: &str, label: &str, channels: Vec<Vec<Node>>, samples: &[i16], more: Vec<Node>) -> Vec<Node> {
    let leads = channels.len();
    let mut nodes = more;
    nodes.extend([
        text(0x003A_0004, "CS", originality),
        short(0x003A_0005, leads as u16),
        node(0x003A_0010, "UL", Value::Longs(vec![(samples.len() / leads.max(1)) as u32])),
        text(0x003A_001A, "DS", "500"),
        text(0x003A_0020, "SH", label),
        items(0x003A_0200, channels),
        short(0x5400_1004, 16),
        text(0x5400_1006, "CS", "SS"),
        node(0x5400_1010, "OW", Value::Shorts(samples.iter().map(|sample| sample.cast_unsigned()).collect())),
    ]);
    nodes
}

fn replace(mut nodes: Vec<Node>, new: Node) -> Vec<Node> {
    nodes.retain(|node| node.tag != new.tag);
    nodes.push(new);
    nodes.sort_by_key(|node| node.tag);
    nodes
}

fn without(mut nodes: Vec<Node>, tag: Tag) -> Vec<Node> {
    nodes.retain(|node| node.tag != tag);
    nodes
}

fn two_leads(samples: &[i16]) -> Vec<Node> {
    group("ORIGINAL", "RHYTHM", vec![scaled(ONE), scaled(TWO)], samples, vec![])
}

fn ecg_of(groups: Vec<Vec<Node>>, before: Vec<Node>) -> Vec<Node> {
    let mut set = vec![text(0x0008_0016, "UI", class::GENERAL), text(0x0008_002A, "DT", "20200102030405.25")];
    set.extend(before);
    set.push(items(0x5400_0100, groups));
    set.sort_by_key(|node| node.tag);
    set
}

fn read_bytes(bytes: &[u8]) -> Result<Vec<Recording>, Error> {
    read(&InputFile { name: "a/b.dcm", bytes }, &Hints::default(), &Limits::default())
}

fn read_set(set: &[Node]) -> Recording {
    let mut recordings = read_bytes(&dicom(set)).unwrap();
    assert_eq!(recordings.len(), 1);
    recordings.remove(0)
}

fn counts(signal: &Signal) -> Vec<i32> {
    let Samples::Digital { counts, .. } = &signal.samples else { panic!("counts") };
    counts.to_vec()
}

fn warned(recording: &Recording, severity: Severity, words: &str) -> bool {
    recording.warnings.iter().any(|warning| warning.severity == severity && warning.message.contains(words))
}

#[test]
fn every_transfer_syntax_gives_the_same_recording() {
    let set = || {
        let before = vec![
            text(0x0009_0010, "LO", "PRIVATE"),
            node(0x0009_1001, "UN", Value::Items(vec![vec![text(0x0009_1002, "LO", "inner")], vec![]])),
            items(0x0009_1003, vec![vec![items(0x0009_1004, vec![vec![], vec![short(0x0009_1005, 7)]])]]),
        ];
        ecg_of(vec![two_leads(&[1, 2, 3, 4, -5, 6])], before)
    };
    let expected = read_set(&set());
    assert!(expected.warnings.is_empty(), "{:?}", expected.warnings);
    assert_eq!(expected.start.as_deref(), Some("2020-01-02T03:04:05.25"));
    assert_eq!((expected.name.as_str(), expected.signals.len()), ("b", 2));
    assert_eq!((&expected.signals[0].lead, &expected.signals[1].lead), (&Lead::I, &Lead::II));
    assert_eq!((counts(&expected.signals[0]), counts(&expected.signals[1])), (vec![1, 3, -5], vec![2, 4, 6]));
    // 2.5 * 2 * count - 10, in microvolts.
    assert_eq!(expected.signals[0].values(), [-5.0, 5.0, -35.0]);
    assert_eq!((expected.signals[0].rate, expected.signals[0].unit()), (500.0, &Unit::Microvolt));

    let deflated = |set: &[u8]| {
        let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(set).unwrap();
        encoder.finish().unwrap()
    };
    for open in [false, true] {
        let explicit = encode(&set(), Syntax::EXPLICIT, open);
        let implicit = encode(&set(), Syntax::IMPLICIT, open);
        let big = encode(&set(), Syntax::BIG_ENDIAN, open);
        let files = [
            (wrapped(EXPLICIT, "", &explicit), 0),
            (wrapped("1.2.840.10008.1.2", "", &implicit), 0),
            (wrapped("1.2.840.10008.1.2.2", "", &big), 0),
            (wrapped("1.2.840.10008.1.2.1.99", "", &deflated(&explicit)), 1),
            // The syntax stated is not the one that is used, or none is stated.
            (wrapped(EXPLICIT, "", &implicit), 1),
            (wrapped("1.2.840.10008.1.2", "", &explicit), 1),
            (wrapped("", "", &explicit), 1),
            // No preamble; neither meta information.
            (wrapped(EXPLICIT, "", &explicit)[132..].to_vec(), 1),
            (explicit, 2),
            (implicit, 2),
            (big, 2),
        ];
        for (number, (bytes, warnings)) in files.iter().enumerate() {
            assert_eq!(probe("x", bytes), Some(Format::Dicom), "{open} {number}");
            let mut recordings = read_bytes(bytes).unwrap_or_else(|error| panic!("{open} {number}: {error}"));
            assert_eq!(recordings[0].warnings.len(), *warnings, "{open} {number}: {:?}", recordings[0].warnings);
            recordings[0].warnings.clear();
            assert_eq!(recordings, std::slice::from_ref(&expected), "{open} {number}");
        }
    }
}

#[test]
fn samples_of_every_size_and_sign_are_read() {
    let of = |bits: u16, form: &str, representation: &str, data: &[u8]| {
        let size = usize::from(bits / 8);
        let nodes = group("ORIGINAL", "", vec![scaled(ONE)], &[0], vec![]);
        let nodes = replace(nodes, short(0x5400_1004, bits));
        let nodes = replace(nodes, text(0x5400_1006, "CS", form));
        let nodes = replace(nodes, node(0x003A_0010, "UL", Value::Longs(vec![(data.len() / size) as u32])));
        let nodes = replace(nodes, node(0x5400_1010, representation, Value::Bytes(data.to_vec())));
        read_set(&ecg_of(vec![nodes], vec![]))
    };
    assert_eq!(counts(&of(8, "SB", "OB", &[255, 1]).signals[0]), [-1, 1]);
    assert_eq!(counts(&of(8, "UB", "OW", &[255, 1, 7]).signals[0]), [255, 1, 7]);
    assert_eq!(counts(&of(16, "US", "OW", &[255, 255]).signals[0]), [65535]);
    assert_eq!(counts(&of(32, "SL", "OW", &[0, 0, 1, 0, 255, 255, 255, 255]).signals[0]), [65536, -1]);
    let law = of(8, "MB", "OB", &[0x80, 0x00]);
    assert_eq!(counts(&law.signals[0]), [8031, -8031]);
    assert!(warned(&law, Severity::Data, "G.711"));
    // Lowered by 2^31 together with the baseline: the values are those of the stored numbers.
    let long = of(32, "UL", "OW", &[0, 0, 0, 128, 2, 0, 0, 0]);
    assert_eq!(long.signals[0].values(), [5.0 * 2_147_483_648.0 - 10.0, 0.0]);
    assert!(warned(&of(16, "SB", "OW", &[1, 0]), Severity::Data, "contradict"));
    assert!(warned(&of(16, "", "OW", &[1, 0]), Severity::Data, "not known"));
}

#[test]
fn a_form_that_is_not_read_is_refused_and_hides_no_other_group() {
    let wide = || replace(two_leads(&[1, 2, 3, 4]), short(0x5400_1004, 64));
    let error = read_bytes(&dicom(&ecg_of(vec![wide()], vec![]))).unwrap_err();
    assert!(error.to_string().contains("samples of 64 bits"), "{error}");
    let recording = read_set(&ecg_of(vec![wide(), two_leads(&[1, 2])], vec![]));
    assert!(warned(&recording, Severity::Data, "the group was left out"));
    assert_eq!(counts(&recording.signals[0]), [1]);
}

#[test]
fn samples_of_the_padding_value_are_missing() {
    let padding = node(0x5400_100A, "OW", Value::Shorts(vec![0x8000]));
    let recording = read_set(&ecg_of(vec![replace(two_leads(&[1, i16::MIN, 3, 4, i16::MIN, 6]), padding)], vec![]));
    assert_eq!(
        (recording.signals[0].missing.as_slice(), recording.signals[1].missing.as_slice()),
        (&[(2, 3)][..], &[(0, 1)][..])
    );
    // Zero lies between the samples of the first lead: it is a voltage.
    let padding = node(0x5400_100A, "OW", Value::Shorts(vec![0]));
    let recording = read_set(&ecg_of(vec![replace(two_leads(&[1, 7, 0, 0, -5, 6]), padding)], vec![]));
    assert!(recording.signals.iter().all(|signal| signal.missing.is_empty()));
    assert!(warned(&recording, Severity::Note, "lies amid"));
}

#[test]
fn a_channel_without_scale_has_no_unit_and_says_so() {
    let bare = channel(ONE, vec![]);
    let nameless = vec![text(0x003A_0203, "SH", "Resp"), text(0x003A_0210, "DS", "0.5")];
    let pressure =
        channel(("", "", "aorta"), vec![text(0x003A_0210, "DS", "1"), code(0x003A_0211, "mm[Hg]", "UCUM", "")]);
    let broken = channel(TWO, vec![text(0x003A_0210, "DS", "0")]);
    let set =
        ecg_of(vec![group("ORIGINAL", "", vec![bare, nameless, pressure, broken], &[4, 4, 4, 4], vec![])], vec![]);
    let recording = read_set(&set);
    let units: Vec<&Unit> = recording.signals.iter().map(Signal::unit).collect();
    assert_eq!(units, [&Unit::Unknown, &Unit::Unknown, &Unit::Other("mm[Hg]".into()), &Unit::Unknown]);
    let values: Vec<f64> = recording.signals.iter().map(|signal| signal.values()[0]).collect();
    assert_eq!(values, [4.0, 2.0, 4.0, 4.0]);
    assert_eq!(recording.signals[1].lead, Lead::Other("Resp".into()));
    for words in ["no sensitivity", "has no unit", "is no scale"] {
        assert!(warned(&recording, Severity::Data, words), "{words}: {:?}", recording.warnings);
    }
    let hints = Hints { unit: Some(Unit::Millivolt), ..Hints::default() };
    let bytes = dicom(&set);
    let given = read(&InputFile { name: "a", bytes: &bytes }, &hints, &Limits::default()).unwrap();
    assert_eq!((given[0].signals[0].unit(), given[0].signals[1].unit()), (&Unit::Unknown, &Unit::Millivolt));
}

#[test]
fn an_empty_correction_is_none_and_one_that_is_no_number_is_said() {
    let of = |correction: &str| {
        let mut channel = scaled(ONE);
        channel.retain(|node| node.tag != 0x003A_0212);
        channel.push(text(0x003A_0212, "DS", correction));
        let recording = read_set(&ecg_of(vec![group("ORIGINAL", "", vec![channel], &[4], vec![])], vec![]));
        (recording.signals[0].values()[0], warned(&recording, Severity::Data, "correction factor is no number"))
    };
    assert_eq!([of(" "), of("2.0 "), of("2,0"), of("nan")], [(0.0, false), (10.0, false), (0.0, true), (0.0, true)]);
}

#[test]
fn what_contradicts_itself_is_said() {
    let wrong = scaled(("2:1", "MDC", "Lead V3"));
    let recording = read_set(&ecg_of(vec![group("ORIGINAL", "", vec![wrong], &[1], vec![])], vec![]));
    assert_eq!((&recording.signals[0].lead, recording.signals[0].label.as_str()), (&Lead::I, "Lead V3"));
    assert!(warned(&recording, Severity::Data, "the code was followed"));
    // Four channels are stated, two are defined, and the samples are those of two.
    let more = replace(two_leads(&[1, 2, 3, 4]), short(0x003A_0005, 4));
    let recording = read_set(&ecg_of(vec![more], vec![]));
    assert_eq!(counts(&recording.signals[1]), [2, 4]);
    assert!(warned(&recording, Severity::Data, "2 defined, which fits"));
    // Two are stated and one is defined: the other is there without name.
    let fewer = replace(two_leads(&[1, 2, 3, 4]), items(0x003A_0200, vec![scaled(ONE)]));
    let recording = read_set(&ecg_of(vec![fewer], vec![]));
    assert_eq!((counts(&recording.signals[1]), recording.signals[1].unit()), (vec![2, 4], &Unit::Unknown));
    let unstated = without(without(two_leads(&[1, 2, 3, 4]), 0x003A_0005), 0x003A_0010);
    assert_eq!(counts(&read_set(&ecg_of(vec![unstated], vec![])).signals[0]), [1, 3]);
}

#[test]
fn a_rate_that_is_not_stated_is_asked_for() {
    let bytes = dicom(&ecg_of(vec![without(two_leads(&[1, 2]), 0x003A_001A)], vec![]));
    assert!(read_bytes(&bytes).unwrap_err().wants_rate());
    let hints = Hints { rate: Some(250.0), ..Hints::default() };
    let read = read(&InputFile { name: "a", bytes: &bytes }, &hints, &Limits::default()).unwrap();
    assert_eq!(read[0].signals[0].rate, 250.0);
    for rate in ["inf", "0x1F4", "-5", "1e9", "abc"] {
        let bytes = dicom(&ecg_of(vec![replace(two_leads(&[1, 2]), text(0x003A_001A, "DS", rate))], vec![]));
        assert!(read_bytes(&bytes).is_err(), "{rate}");
    }
}

#[test]
fn skews_shift_the_start_of_a_channel() {
    let skewed = |tag: Tag, skew: &str| {
        let mut channel = scaled(ONE);
        channel.push(text(tag, "DS", skew));
        let recording = read_set(&ecg_of(vec![group("ORIGINAL", "", vec![channel], &[1, 2], vec![])], vec![]));
        (recording.signals[0].start, recording.warnings.len())
    };
    assert_eq!(skewed(0x003A_0214, "0.001"), (0.001, 0));
    assert_eq!(skewed(0x003A_0215, "-1"), (-0.002, 0));
    assert_eq!(skewed(0x003A_0214, "1e300"), (0.0, 1));
}

#[test]
fn groups_join_a_recording_where_their_times_allow() {
    let at = |offset: &str| vec![text(0x0018_1068, "DS", offset)];
    let first = || group("ORIGINAL", "A", vec![scaled(ONE)], &[1; 1000], at("2000"));
    // Another lead a second later: a further signal.
    let other = group("ORIGINAL", "B", vec![scaled(TWO)], &[2; 10], at("3000"));
    let recording = read_set(&ecg_of(vec![other, first()], vec![]));
    let starts: Vec<(&Lead, f64)> = recording.signals.iter().map(|signal| (&signal.lead, signal.start)).collect();
    assert_eq!(starts, [(&Lead::I, 0.0), (&Lead::II, 1.0)]);
    // The same lead when the first is over: a further piece of it.
    let later = group("ORIGINAL", "B", vec![scaled(ONE)], &[2; 10], at("4000"));
    assert_eq!(read_set(&ecg_of(vec![first(), later], vec![])).signals[1].start, 2.0);
    // The same lead at the same time, and one of no stated time: recordings of their own.
    let over = group("ORIGINAL", "B", vec![scaled(ONE)], &[2; 10], at("3000"));
    let untimed = group("ORIGINAL", "", vec![scaled(TWO)], &[2; 10], vec![]);
    let several = read_bytes(&dicom(&ecg_of(vec![first(), over, untimed], vec![]))).unwrap();
    let names: Vec<&str> = several.iter().map(|recording| recording.name.as_str()).collect();
    assert_eq!(names, ["b", "b, B", "b, group 3"]);
    assert!(several.iter().all(|recording| recording.signals[0].start == 0.0));
}

#[test]
fn derived_groups_are_beats_unless_they_are_long() {
    let beat = |label: &str| group("DERIVED", label, vec![scaled(ONE)], &[5; 600], vec![]);
    let long = group("DERIVED", "filtered", vec![scaled(ONE)], &[6; 2000], vec![]);
    let slow = replace(beat("MEDIAN BEAT"), text(0x003A_001A, "DS", "100"));
    let set = ecg_of(vec![beat("x"), two_leads(&[1; 100]), slow, long], vec![]);
    let recordings = read_bytes(&dicom(&set)).unwrap();
    assert_eq!(recordings.len(), 2);
    assert_eq!(counts(&recordings[0].signals[0]), [1; 50]);
    let beats: Vec<(&str, usize)> =
        recordings[0].representative_beats.iter().map(|beat| (beat.label.as_str(), beat.len())).collect();
    assert_eq!(beats, [("Lead I (group 1)", 600), ("Lead I (group 3)", 600)]);
    assert_eq!(counts(&recordings[1].signals[0]), [6; 2000]);
    // Nothing but a beat is still a recording.
    let alone = read_set(&ecg_of(vec![beat("MEDIAN")], vec![]));
    assert_eq!((alone.signals.len(), alone.representative_beats.len()), (0, 1));
    let unsaid = without(two_leads(&[1, 2]), 0x003A_0004);
    assert!(warned(&read_set(&ecg_of(vec![unsaid], vec![])), Severity::Note, "taken as original"));
}

fn annotated(items_: Vec<Vec<Node>>) -> Recording {
    let beat = group("DERIVED", "MEDIAN", vec![scaled(ONE)], &[0; 500], vec![]);
    read_set(&ecg_of(vec![two_leads(&[7; 2000]), beat], vec![items(0x0040_B020, items_)]))
}

fn refers(group: u16, channel: u16) -> Node {
    node(0x0040_A0B0, "US", Value::Shorts(vec![group, channel]))
}

#[test]
fn annotations_become_marks_measurements_and_statements() {
    let range = |kind: &str| text(0x0040_A130, "CS", kind);
    let positions = |positions: &[u32]| node(0x0040_A132, "UL", Value::Longs(positions.to_vec()));
    let name = || code(0x0040_A043, "5.10.3-3", "SCPECG", "QRS Onset");
    let recording = annotated(vec![
        vec![],
        vec![refers(1, 0), text(0x0070_0006, "ST", "Sinus rhythm")],
        vec![name(), refers(1, 2), range("MULTIPOINT"), positions(&[1, 501])],
        vec![
            refers(1, 0),
            range("MULTISEGMENT"),
            text(0x0040_A138, "DS", "0.5\\1\\1.5\\1.25"),
            text(0x0070_0006, "ST", "noise"),
        ],
        vec![refers(1, 0), range("POINT"), text(0x0040_A13A, "DT", "20200102030407"), text(0x0070_0006, "ST", "call")],
        vec![code(0x0040_08EA, "ms", "UCUM", ""), name(), refers(1, 1), text(0x0040_A30A, "DS", "88")],
        vec![code(0x0040_A043, "8", "LN", "Rhythm"), code(0x0040_A168, "426783006", "SCT", "Sinus"), refers(1, 0)],
        vec![name(), refers(2, 1), range("POINT"), positions(&[251])],
        vec![refers(9, 9), text(0x0070_0006, "ST", "of no group")],
    ]);
    let marks: Vec<_> = recording
        .annotations
        .iter()
        .map(|mark| (mark.time, mark.duration, mark.text.as_str(), mark.lead.as_ref(), mark.sample))
        .collect();
    assert_eq!(
        marks,
        [
            (0.0, None, "QRS Onset", Some(&Lead::II), Some(0)),
            (1.0, None, "QRS Onset", Some(&Lead::II), Some(500)),
            (0.5, Some(0.5), "noise", None, None),
            (1.5, Some(0.0), "noise", None, None),
            (1.75, None, "call", None, None),
        ]
    );
    let said: Vec<(&str, &str, &str)> = recording
        .statements
        .iter()
        .map(|said| (said.system.as_str(), said.code.as_str(), said.text.as_str()))
        .collect();
    assert_eq!(
        said,
        [("text", "", "Sinus rhythm"), ("SNOMED CT", "426783006", "Rhythm: Sinus"), ("text", "", "of no group")]
    );
    let measured: Vec<(&str, f64, &str, Option<&Lead>)> = recording
        .measurements
        .iter()
        .map(|measured| (measured.name.as_str(), measured.value, measured.unit.as_str(), measured.lead.as_ref()))
        .collect();
    assert_eq!(
        measured,
        [
            ("QRS Onset", 88.0, "ms", Some(&Lead::I)),
            ("QRS Onset, time in the representative beat", 500.0, "ms", Some(&Lead::I)),
        ]
    );
}

#[test]
fn the_patient_is_read_in_the_files_character_set() {
    let of = |set: &str, name: &[u8]| {
        let before = vec![
            text(0x0008_0005, "CS", set),
            node(0x0010_0010, "PN", Value::Bytes(name.to_vec())),
            text(0x0010_0030, "DA", "19510203"),
            text(0x0010_0040, "CS", "M"),
            text(0x0010_1010, "AS", "069Y"),
        ];
        let recording = read_set(&ecg_of(vec![two_leads(&[1, 2])], before));
        assert_eq!((recording.patient.age, recording.patient.sex), (Some(69), Some(ecg::Sex::Male)));
        assert_eq!(recording.patient.born.as_deref(), Some("1951-02-03"));
        (recording.patient.name.unwrap(), recording.warnings.len())
    };
    let umlaut = "M\u{fc}ller, Eva".to_owned();
    assert_eq!(of("ISO_IR 100", b"M\xFCller^Eva"), (umlaut.clone(), 0));
    assert_eq!(of("\\ISO 2022 IR 100", b"M\x1B-A\xFCller^Eva"), (umlaut.clone(), 0));
    assert_eq!(of("ISO_IR 192", "M\u{fc}ller^Eva".as_bytes()), (umlaut.clone(), 0));
    // Nothing stated: as it is most likely, with a warning.
    assert_eq!(of("", b"M\xFCller^Eva"), (umlaut.clone(), 1));
    assert_eq!(of("ISO_IR 6", "M\u{fc}ller^Eva".as_bytes()), (umlaut, 1));
    assert_eq!(of("ISO_IR 999", b"M\xFCller^Eva"), ("M\u{FFFD}ller, Eva".to_owned(), 1));
    for (set, bytes, name) in [
        ("ISO_IR 101", b"Dvo\xf8\xe1k^A".as_slice(), "Dvořák, A"),
        ("ISO_IR 109", b"\xa6a^A", "Ĥa, A"),
        ("ISO_IR 110", b"J\xe0nis^A", "Jānis, A"),
        ("ISO_IR 144", b"\xbb\xee\xda\xd5^\xb8", "Люке, И"),
        ("ISO_IR 127", b"\xd9\xe4\xea", "علي"),
        ("ISO_IR 126", b"\xc4\xe9^A", "Δι, A"),
        ("ISO_IR 138", b"\xf9\xf8\xe5\xef^A", "שרון, A"),
        ("ISO_IR 148", b"I\xfe\xfdk^A", "Işık, A"),
        ("ISO_IR 166", b"\xa1\xd2^A", "กา, A"),
        ("ISO_IR 13", b"\xd4\xcf\xc0\xde^A", "ﾔﾏﾀﾞ, A"),
        ("GB18030", b"\xcd\xf5^\xd0\xa1\xb6\xab", "王, 小东"),
        // The second bytes of letters are those that divide names and values.
        ("GBK", b"\x81\x5c\x81\x5e^A", "乗乛, A"),
        ("\\ISO 2022 IR 87", b"\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B", "山田, 太郎"),
        ("\\ISO 2022 IR 149", b"\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf", "홍, 길동"),
        ("ISO 2022 IR 6\\ISO 2022 IR 159", b"\x1b$(D0!\x1b(B^A", "丂, A"),
    ] {
        assert_eq!(of(set, bytes), (name.to_owned(), 0), "{set}");
    }
    assert_eq!(of("\\ISO 2022 IR 149", b"\xc8\xab^A"), ("홍, A".to_owned(), 1));
    assert_eq!(of("\\ISO 2022 IR 87", b"\x1b$B;\x1b(B^A"), ("\u{FFFD}, A".to_owned(), 1));
    assert_eq!(of("GBK", b"\xff^A"), ("\u{FFFD}, A".to_owned(), 1));
    assert_eq!(of("ISO_IR 192", b"M\xFCller^Eva"), ("M\u{FFFD}ller, Eva".to_owned(), 1));
}

#[test]
fn what_is_no_waveform_is_refused_by_its_name() {
    let refused = |class: &str, more: Vec<Node>| {
        let mut set = vec![text(0x0008_0016, "UI", class), text(0x0008_0060, "CS", "CT")];
        set.extend(more);
        set.sort_by_key(|node| node.tag);
        read_bytes(&dicom(&set)).unwrap_err().to_string()
    };
    let image = refused("1.2.840.10008.5.1.4.1.1.2", vec![node(0x7FE0_0010, "OW", Value::Bytes(vec![0; 8]))]);
    assert!(image.contains("DICOM, but an image of modality CT"), "{image}");
    let document = refused("1.2.840.10008.5.1.4.1.1.104.1", vec![node(0x0042_0011, "OB", Value::Bytes(vec![0; 8]))]);
    assert!(document.contains("a document within DICOM"), "{document}");
    let directory = refused("1.2.840.10008.1.3.10", vec![]);
    assert!(directory.contains("a DICOMDIR"), "{directory}");
    assert!(refused("", vec![items(0x0004_1220, vec![])]).contains("a DICOMDIR"));
    assert!(refused("1.2.840.10008.5.1.4.1.1.88.33", vec![]).contains("a structured report"));
    assert!(
        refused("1.2.840.10008.5.1.4.1.1.9.4.1", vec![items(0x5400_0100, vec![two_leads(&[1, 2])])]).contains("sound")
    );
    assert!(refused(class::GENERAL, vec![]).contains("without its waveforms"));
    assert!(refused("1.2.3", vec![]).contains("an object without waveforms"));
}

#[test]
fn a_file_cut_anywhere_gives_its_whole_frames_or_an_error() {
    let set = || ecg_of(vec![two_leads(&[1, 2, 3, 4, 5, 6])], vec![text(0x0010_0020, "LO", "MRN-77")]);
    for (open, syntax, uid) in [
        (false, Syntax::EXPLICIT, EXPLICIT),
        (true, Syntax::EXPLICIT, EXPLICIT),
        (true, Syntax::IMPLICIT, "1.2.840.10008.1.2"),
        (false, Syntax::BIG_ENDIAN, "1.2.840.10008.1.2.2"),
    ] {
        let bytes = wrapped(uid, class::GENERAL, &encode(&set(), syntax, open));
        let whole = read_bytes(&bytes).unwrap();
        let mut best = 0;
        for length in 0..bytes.len() {
            match read_bytes(&bytes[..length]) {
                Ok(recordings) => {
                    let signal = &recordings[0].signals[0];
                    best = best.max(signal.len());
                    let stored = counts(&whole[0].signals[0]);
                    assert_eq!(counts(signal), stored[..signal.len()], "{length}");
                    assert!(warned(&recordings[0], Severity::Data, ""), "{length}");
                }
                Err(error) => assert!(!error.to_string().contains("MRN-77"), "{error}"),
            }
        }
        assert!(best >= 2, "{best}");
    }
}

#[test]
fn a_length_beyond_the_file_keeps_what_is_there() {
    let mut bytes = dicom(&ecg_of(vec![two_leads(&[1, 2, 3, 4])], vec![]));
    let place = bytes.len() - 8 - 4;
    assert_eq!(bytes[place..place + 4], 8_u32.to_le_bytes());
    bytes[place..place + 4].copy_from_slice(&0x7FFF_FFF0_u32.to_le_bytes());
    let recording = read_bytes(&bytes).unwrap().remove(0);
    assert_eq!(counts(&recording.signals[0]), [1, 3]);
    assert!(warned(&recording, Severity::Data, "states 2147483632 bytes, 8 are there"), "{:?}", recording.warnings);
    // More samples than there are bytes for.
    let lying = replace(two_leads(&[1, 2, 3, 4, 5]), node(0x003A_0010, "UL", Value::Longs(vec![u32::MAX])));
    let recording = read_set(&ecg_of(vec![lying], vec![]));
    assert_eq!(recording.signals[1].len(), 2);
    assert!(warned(&recording, Severity::Data, "4294967295 samples a channel stated, 2 are there"));
    let crowded = replace(two_leads(&[1, 2, 3, 4]), short(0x003A_0005, 65535));
    let crowded = replace(crowded, items(0x003A_0200, vec![]));
    assert!(matches!(read_bytes(&dicom(&ecg_of(vec![crowded], vec![]))), Err(Error::Limit { .. })));
}

#[test]
fn waveforms_behind_a_broken_element_are_found() {
    for (syntax, uid, width) in [
        (Syntax::EXPLICIT, EXPLICIT, 2),
        (Syntax::IMPLICIT, "1.2.840.10008.1.2", 4),
        (Syntax::BIG_ENDIAN, "1.2.840.10008.1.2.2", 2),
    ] {
        let set = ecg_of(vec![two_leads(&[1, 2, 3, 4])], vec![text(0x0010_0020, "LO", "MRN-77")]);
        let mut bytes = wrapped(uid, class::GENERAL, &encode(&set, syntax, false));
        let value = bytes.windows(6).position(|window| window == b"MRN-77").unwrap();
        bytes[value - width..value].fill(0x7F);
        let recording = read_bytes(&bytes).unwrap().remove(0);
        assert_eq!(counts(&recording.signals[1]), [2, 4]);
        assert!(warned(&recording, Severity::Data, "the elements before the waveforms are broken"));
        assert!(recording.warnings.iter().all(|warning| !warning.to_string().contains("MRN-77")));
    }
}

#[test]
fn a_bomb_and_a_tower_of_sequences_are_survived() {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    let block = vec![0_u8; 1 << 20];
    (0..100).for_each(|_| encoder.write_all(&block).unwrap());
    let bomb = wrapped("1.2.840.10008.1.2.1.99", class::GENERAL, &encoder.finish().unwrap());
    assert!(matches!(read_bytes(&bomb), Err(Error::Limit { .. })));
    let mut tower = wrapped("1.2.840.10008.1.2", class::GENERAL, &[]);
    for _ in 0..100_000 {
        tower.extend([0x00, 0x54, 0x00, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE, 0xFF, 0x00, 0xE0, 0xFF, 0xFF, 0xFF, 0xFF]);
    }
    assert!(read_bytes(&tower).is_err());
}

#[test]
fn other_files_are_not_claimed() {
    for bytes in
        [&b""[..], b"\x08\x00", b"<?xml version=\"1.0\"?>", &[0; 200], &[8, 0, 5, 0, 255, 255, 255, 127], &[0xFF; 300]]
    {
        assert_eq!(score(bytes), 0, "{bytes:?}");
    }
}
