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
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("aECG, counts", aecg(&sequence(&digits)).into()),
        ("aECG, values", aecg(&sequence(&format!("{digits}0.5"))).into()),
        ("aECG, wide counts", aecg(&sequence(&format!("{digits}70000"))).into()),
        ("aECG, values in Latin-1", latin),
        ("aECG, missing samples", aecg(&sequence(&marked)).into()),
        ("aECG, digits in pieces", aecg(&sequence(&broken)).into()),
        ("aECG, annotations", with_marks(&annotations).into()),
        ("aECG, long codes", with_marks(&inherited).into()),
        ("aECG, recordings", format!("<AnnotatedECG>{}</AnnotatedECG>", series.repeat(4_000)).into()),
        ("aECG, empty elements", aecg(&"<a/>".repeat(250_000)).into()),
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
        let read = if name.starts_with("aECG") { formats::aecg::read } else { formats::fhir::read };
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
