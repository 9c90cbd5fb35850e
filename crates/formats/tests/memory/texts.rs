//! Texts made to take much memory: each is read, or refused, within 64 MiB and four times its bytes, and in linear time.

use std::time::{Duration, Instant};

use formats::{Hints, InputFile, Limits};

use crate::counting::peak_of;
use crate::most;

const SAMPLES: usize = 8 << 20;

fn aecg(leads: &str) -> String {
    let clock = "<component><sequence><code code=\"TIME_RELATIVE\"/><value><increment value=\"2\" unit=\"ms\"/></value></sequence></component>";
    format!(
        "<AnnotatedECG><component><series><component><sequenceSet>{clock}{leads}</sequenceSet></component></series></component></AnnotatedECG>"
    )
}

fn sequence(digits: &str) -> String {
    format!(
        "<component><sequence><code code=\"I\"/><value><scale value=\"1\" unit=\"uV\"/><digits>{digits}</digits></value></sequence></component>"
    )
}

/// Times one by one, and a lead.
fn listed(times: &str) -> String {
    let clock = format!(
        "<component><sequence><code code=\"TIME_RELATIVE\"/><value><origin value=\"0\"/><scale value=\"1\" unit=\"ms\"/><digits>{times}\
         </digits></value></sequence></component>"
    );
    aecg("").replace("<sequenceSet>", &format!("<sequenceSet>{clock}{}", sequence("1 2")))
}

fn philips(numbers: &str) -> String {
    format!(
        "<restingecgdata><documentinfo><documenttype>SierraECG</documenttype><documentversion>1.03</documentversion></documentinfo>\
         <waveforms><parsedwaveforms dataencoding=\"Plain\" leadlabels=\"V1\" samplespersecond=\"500\" resolution=\"5\">{numbers}\
         </parsedwaveforms></waveforms></restingecgdata>"
    )
}

/// An SCP-ECG record of sections without checksums.
fn scp(parts: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let head = |number: u16, length: u32| {
        [&[0, 0][..], &number.to_le_bytes(), &length.to_le_bytes(), &[30; 2], b"SCPECG"].concat()
    };
    let (mut pointers, mut at) = (Vec::new(), 7_u32);
    let own = 16 + 10 * (parts.len() as u32 + 1);
    let lengths = parts.iter().map(|(number, content)| (*number, content.len() as u32 + 16));
    for (number, length) in [(0, own)].into_iter().chain(lengths) {
        pointers.extend([&number.to_le_bytes()[..], &length.to_le_bytes(), &at.to_le_bytes()].concat());
        at += length;
    }
    let mut bytes = [&[0, 0][..], &(at - 1).to_le_bytes(), &head(0, own), &pointers].concat();
    for (number, content) in parts {
        bytes.extend(head(*number, content.len() as u32 + 16));
        bytes.extend(content);
    }
    bytes
}

/// Section 12: so many samples of one lead, of one or three bytes each.
fn long_rhythm(samples: u32, width: u8) -> Vec<u8> {
    let mut bytes = [&500_u32.to_le_bytes()[..], &[1], &samples.to_le_bytes(), &[width]].concat();
    bytes.resize(70, 0);
    bytes.extend([1, 232, 3, 0]);
    bytes.resize(74 + samples as usize * usize::from(width), 1);
    bytes
}

fn fhir(components: &str) -> String {
    format!("{{\"resourceType\":\"Observation\",\"component\":[{components}]}}")
}

fn component(data: &str) -> String {
    format!("{{\"valueSampledData\":{{\"period\":2,\"data\":\"{data}\"}}}}")
}

#[test]
fn texts_made_to_take_much_memory_do_not() {
    let digits = "0 ".repeat(SAMPLES);
    let marked = "0 E ".repeat(SAMPLES / 2);
    let broken = "0<!---->1 ".repeat(SAMPLES / 5);
    let annotation = "<component><annotation><code code=\"A\"/><value code=\"B\"/></annotation></component>";
    let annotations = format!("<subjectOf><annotationSet>{}</annotationSet></subjectOf>", annotation.repeat(60_000));
    let long = "x".repeat(1 << 20);
    let inherited = "<component><annotation><value code=\"B\"/></annotation></component>".repeat(60_000);
    let inherited = format!(
        "<subjectOf><annotationSet><component><annotation><code code=\"{long}\"/><value code=\"{long}\"/>{inherited}</annotation></component></annotationSet></subjectOf>"
    );
    let with_marks = |marks: &str| aecg(&sequence("1 2")).replace("</series>", &format!("{marks}</series>"));
    let series = "<component><series><component><sequenceSet><component><sequence><code code=\"TIME_X\"/><value><increment value=\"2\" unit=\"ms\"/></value></sequence></component><component><sequence><value><digits>1</digits></value></sequence></component></sequenceSet></component></series></component>";
    let latin: Vec<u8> = aecg(&sequence(&format!("{digits}0.5")))
        .replace("</series>", "<x>\u{e9}</x></series>")
        .chars()
        .map(|letter| letter as u8)
        .collect();
    // Each of these bytes is a letter of three.
    let signs =
        aecg(&sequence("1 2")).replace("</series>", &format!("<x y=\"&amp;{}\"/></series>", "~".repeat(40 << 20)));
    let growing: Vec<u8> = signs.bytes().map(|byte| if byte == b'~' { 0x80 } else { byte }).collect();
    let in_xml = |data: &str| {
        format!(
            "<Observation xmlns=\"http://hl7.org/fhir\"><component><valueSampledData><period value=\"2\"/><data value=\"{data}\"/>\
             </valueSampledData></component></Observation>"
        )
    };
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("FHIR as XML, counts", in_xml(&digits).into()),
        ("FHIR as XML, values", in_xml(&format!("{digits}0.5")).into()),
        ("FHIR as XML, missing samples", in_xml(&marked).into()),
        ("FHIR as XML, references", in_xml(&"&#x31; ".repeat(SAMPLES / 4)).into()),
        ("FHIR as XML, depth", "<contained><Bundle>".repeat(500_000).into()),
        ("FHIR as XML, components", format!("<Observation>{}</Observation>", "<component/>".repeat(250_000)).into()),
        ("aECG, counts", aecg(&sequence(&digits)).into()),
        ("aECG, values", aecg(&sequence(&format!("{digits}0.5"))).into()),
        ("aECG, wide counts", aecg(&sequence(&format!("{digits}70000"))).into()),
        ("aECG, values in Latin-1", latin),
        ("aECG, letters that grow", growing),
        ("aECG, missing samples", aecg(&sequence(&marked)).into()),
        ("aECG, digits in pieces", aecg(&sequence(&broken)).into()),
        ("aECG, annotations", with_marks(&annotations).into()),
        ("aECG, long codes", with_marks(&inherited).into()),
        ("aECG, recordings", format!("<AnnotatedECG>{}</AnnotatedECG>", series.repeat(4_000)).into()),
        ("aECG, empty elements", aecg(&"<a/>".repeat(250_000)).into()),
        ("aECG, listed times", listed(&digits).into()),
        ("aECG, listed fractions", listed(&format!("{digits}0.5")).into()),
        ("aECG, listed marks", listed(&marked).into()),
        ("Philips, plain text", philips(&digits).into()),
        ("Philips, marks", philips(&marked).into()),
        ("Philips, fractions", philips(&format!("{digits}0.5")).into()),
        ("SCP-ECG, bytes", scp(&[(12, long_rhythm(24 << 20, 1))])),
        ("SCP-ECG, three bytes", scp(&[(12, long_rhythm(8 << 20, 3))])),
        ("SCP-ECG, words", scp(&[(12, long_rhythm(10, 1)), (9, b"Sinus rhythm\n".repeat(SAMPLES / 8))])),
        ("FHIR, counts", fhir(&component(&digits)).into()),
        ("FHIR, values", fhir(&component(&format!("{digits}0.5"))).into()),
        ("FHIR, missing samples", fhir(&component(&marked)).into()),
        ("FHIR, escapes", fhir(&component(&"\\u0031 ".repeat(SAMPLES / 4))).into()),
        ("FHIR, components", fhir(&format!("{}{{}}", "{\"valueQuantity\":{}},".repeat(300_000))).into()),
        ("FHIR, leads", fhir(&vec![component("1"); 100_000].join(",")).into()),
        ("FHIR, lines", fhir(&component("1")).repeat(100_000).into()),
        ("FHIR, nothing", fhir(&vec!["{}"; 2_000_000].join(",")).into()),
        ("FHIR, depth", "{\"contained\":[".repeat(500_000).into()),
    ];
    for (name, bytes) in cases {
        let start = Instant::now();
        let file = InputFile { name: "a.xml", bytes: &bytes };
        let read = match name.split(',').next() {
            Some("aECG") => formats::aecg::read,
            Some("FHIR") => formats::fhir::read,
            Some("SCP-ECG") => formats::scp::read,
            _ => |file: &InputFile, hints: &Hints, limits: &Limits| {
                formats::philips::read(file, hints, limits).map(|one| vec![one])
            },
        };
        let (outcome, peak) = peak_of(|| read(&file, &Hints::default(), &Limits::default()));
        let time = start.elapsed();
        let said = match &outcome {
            Ok(recordings) => format!("{} recordings", recordings.len()),
            Err(error) => error.to_string(),
        };
        println!("{name:24} {:6} kB in, {:6} kB held, {time:?}: {said}", bytes.len() >> 10, peak >> 10);
        assert!(peak <= most(bytes.len()), "{name}: {peak} bytes for {}", bytes.len());
        // A second each where the time grows with the text, minutes where it grows with its square.
        assert!(time < Duration::from_secs(20), "{name}: {time:?}");
    }
}
