//! SCP-ECG against values of ecgdatakit 2.0.3, of the WFDB tool parsescp and of the public decoder of Healforce's dialect
//! (`golden/scp.json`), and against the arithmetic of uncompressed files (`golden/scp_plain.json`).

mod common;

use common::{compare_lead, golden, one_shared};
use ecg::{Lead, Recording, Samples, Severity, Signal};
use serde_json::Value;

fn leads(file: &Value) -> &[Value] {
    file["leads"].as_array().map_or(&[], Vec::as_slice)
}

fn counts(signal: &Signal) -> Vec<i32> {
    let Samples::Digital { counts, .. } = &signal.samples else { panic!("SCP-ECG holds counts") };
    counts.to_vec()
}

fn stored(recording: &Recording) -> Vec<&Signal> {
    recording.signals.iter().filter(|signal| !signal.derived).collect()
}

#[test]
fn a_file_with_huffman_codes_gives_the_values_of_another_reader() {
    let Some(golden) = golden("scp.json") else { return };
    let file = &golden["files"]["scp/Example.scp"]["ecgdatakit"];
    let recording = one_shared("scp/Example.scp").unwrap();
    assert_eq!(recording.signals.len(), 12);
    for (signal, lead) in recording.signals.iter().zip(leads(file)) {
        assert_eq!(signal.label, lead["name"].as_str().unwrap());
        compare_lead(&format!("Example.scp {}", signal.label), signal, lead);
    }
    let beats = file["median_beats"].as_array().unwrap();
    assert_eq!((recording.representative_beats.len(), beats.len()), (12, 12));
    for (signal, beat) in recording.representative_beats.iter().zip(beats) {
        assert_eq!(signal.label, beat["name"].as_str().unwrap());
        compare_lead(&format!("Example.scp, beat of {}", signal.label), signal, beat);
    }
    // Another open reader (biosig) agrees on the rhythm, in microvolts.
    let other = &golden["files"]["scp/Example.scp"]["biosig"];
    for (signal, lead) in recording.signals.iter().zip(leads(other)) {
        let first: Vec<f64> = lead["first8"].as_array().unwrap().iter().filter_map(Value::as_f64).collect();
        let own: Vec<f64> = signal.values().iter().take(8).map(|value| value * 1000.0).collect();
        assert!(own.iter().zip(&first).all(|(own, other)| (own - other).abs() < 1e-6), "{own:?} {first:?}");
    }
    assert!(recording.warnings.is_empty(), "{:?}", recording.warnings);
    assert_eq!(recording.start.as_deref(), Some("2002-11-22T09:10:00"));
    assert_eq!(recording.patient.born.as_deref(), Some("1953-05-08"));
    let qtc = recording.measurements.iter().find(|measurement| measurement.name == "QTc").unwrap();
    assert_eq!((qtc.value, qtc.unit.as_str()), (443.0, "ms"));
}

#[test]
fn a_file_whose_section_6_is_shorter_than_section_3_gives_what_is_held() {
    let Some(golden) = golden("scp_plain.json") else { return };
    let mut compared = 0;
    for (path, file) in golden["files"].as_object().unwrap() {
        let recording = one_shared(path).unwrap();
        assert_eq!(recording.signals.len(), leads(file).len(), "{path}");
        for (signal, lead) in recording.signals.iter().zip(leads(file)) {
            compare_lead(&format!("{path} {}", signal.label), signal, lead);
            compared += 1;
        }
    }
    assert_eq!(compared, 12);
    let recording = one_shared("scp/0000050.ECG.scp").unwrap();
    let data: Vec<&ecg::Warning> =
        recording.warnings.iter().filter(|warning| warning.severity == Severity::Data).collect();
    assert!(matches!(&data[..], [warning] if warning.message.contains("37855 stated, 32767 held")), "{data:?}");
}

/// The samples in which the four complexes of type 0 of wfdb_test.scp were subtracted, counted from 1 (its Section 4).
const SUBTRACTED: [(usize, usize); 4] = [(109, 457), (973, 1321), (2295, 2643), (3707, 4055)];

/// Takes the reference beat from the samples of each complex, or adds it again.
fn with_beats(counts: &[i32], beat: &[i32], times: i32) -> Vec<i32> {
    let mut counts = counts.to_vec();
    for (first, last) in SUBTRACTED {
        counts[first - 1..last].iter_mut().zip(beat).for_each(|(count, beat)| *count += times * beat);
    }
    counts
}

/// What parsescp does to the samples that are left, outside of complexes and their neighbours: the mean of three, rounded away from 0.
fn smoothed(counts: &[i32]) -> Vec<i32> {
    let kept = |place: usize| SUBTRACTED.iter().any(|&(first, last)| (first - 1..=last + 1).contains(&place));
    let mean = |place: usize| {
        let sum: i32 = counts[place - 1..=place + 1].iter().sum();
        (sum + 2 * sum.signum()) / 3
    };
    let ends = |place: usize| place == 0 || place + 1 == counts.len();
    (0..counts.len()).map(|place| if kept(place) || ends(place) { counts[place] } else { mean(place) }).collect()
}

#[test]
fn subtracted_reference_beats_of_another_count_size_are_added_again() {
    let Some(golden) = golden("scp.json") else { return };
    let file = &golden["files"]["scp/wfdb_test.scp"];
    let recording = one_shared("scp/wfdb_test.scp").unwrap();
    let stored = stored(&recording);
    assert_eq!(stored.len(), 8);
    assert_eq!(recording.representative_beats.iter().filter(|beat| !beat.derived).count(), 8);
    for signal in stored {
        let what = &signal.label;
        let lead = leads(file).iter().find(|lead| lead["name"] == signal.label.as_str()).unwrap();
        let own = counts(signal);
        // Smoothed as that reader smooths, all 5000 samples are its.
        let mut as_there = signal.clone();
        let Samples::Digital { counts, .. } = &mut as_there.samples else { unreachable!() };
        let beat = recording.representative_beats.iter().find(|beat| beat.label == signal.label).unwrap();
        let beat = self::counts(beat);
        assert_eq!(beat.len(), 349);
        let left = with_beats(&own, &beat, -1);
        *counts = with_beats(&smoothed(&left), &beat, 1).into();
        compare_lead(&format!("wfdb_test.scp {what}"), &as_there, lead);
        // What is left has no finer counts than 20 microvolts: four of these.
        assert!(left.iter().all(|count| count % 4 == 0), "{what}");
    }
    let bad = recording.warnings.iter().find(|warning| warning.severity == Severity::Data);
    assert_eq!(bad, None);
}

#[test]
fn an_old_device_states_person_measurements_and_interpretation() {
    let Some(recording) = one_shared("scp/wfdb_test.scp") else { return };
    assert_eq!(recording.start.as_deref(), Some("2004-01-01T02:13:18"));
    assert_eq!((recording.patient.age, recording.patient.sex), (Some(49), Some(ecg::Sex::Male)));
    let expected =
        std::fs::read_to_string(common::shared("data/formats").unwrap().join("scp/wfdb_test_expected/test.des"))
            .unwrap();
    // parsescp's report: `Report 0: Ectopic atrial rhythm`, `QRS onset: 210`, and a table of measurements by lead.
    let reported: Vec<&str> = expected
        .lines()
        .filter(|line| line.starts_with("Report"))
        .filter_map(|line| line.split_once(": ").map(|(_, text)| text.trim()))
        .filter(|text| !text.is_empty())
        .collect();
    let own: Vec<&str> = recording.statements.iter().map(|statement| statement.text.as_str()).collect();
    assert_eq!(own, reported);
    // Its Section 9 holds numbers in the maker's layout, a version and the name of a language: no interpretation.
    let maker: Vec<&ecg::Warning> = recording.warnings.iter().filter(|one| one.place == "Section 9").collect();
    assert!(matches!(&maker[..], [one] if one.message.contains("of its 84 bytes 0 texts were kept")), "{maker:?}");
    let value = |name: &str, lead: Option<&Lead>| {
        let mut all = recording.measurements.iter();
        all.find(|measurement| measurement.name == name && measurement.lead.as_ref() == lead).map(|found| found.value)
    };
    let ends = |name: &str| name.replace(" end", " offset");
    for (name, number) in expected.lines().filter_map(|line| line.split_once(": ")) {
        if let Some((wave, "onset" | "end" | "axis" | "interval")) = name.split_once(' ') {
            assert_eq!(value(&ends(name), None), number.parse().ok(), "{wave} {name}");
        }
    }
    let mut table = expected.lines().skip_while(|line| !line.starts_with("Parameter"));
    let header: Vec<Lead> = table.next().unwrap().split_whitespace().skip(2).map(Lead::from_label).collect();
    let mut compared = 0;
    for line in table {
        let (name, _unit) = line[..16].rsplit_once(' ').unwrap();
        let name = name.trim();
        let values: Vec<&str> = line[16..].split_whitespace().collect();
        assert_eq!(values.len(), header.len(), "{line}");
        for (lead, number) in header.iter().zip(values) {
            let name = match name {
                "ST (J+20ms)" => "ST amplitude at J + 20 ms",
                "ST (J+60ms)" => "ST amplitude at J + 60 ms",
                "ST (J+80ms)" => "ST amplitude at J + 80 ms",
                "ST (J+RRm/16)" => "ST amplitude at J + RR/16",
                "ST (J+RRm/8)" => "ST amplitude at J + RR/8",
                "Isoelec (I)" => "isoelectric segment at QRS onset",
                "Isoelec (K)" => "isoelectric segment at QRS end",
                "Intrins defl" => "intrinsicoid deflection",
                "Quality" => "quality",
                name => name,
            };
            assert_eq!(value(name, Some(lead)), number.parse().ok(), "{name} {lead}");
            compared += 1;
        }
    }
    // The report leaves the amplitudes of R' and S' out.
    assert_eq!(compared, 29 * 12);
    let marks: Vec<(&str, Option<i64>)> =
        recording.annotations.iter().map(|mark| (mark.code.as_str(), mark.sample)).collect();
    assert_eq!((marks.len(), marks[0], marks[10]), (11, ("0", Some(253)), ("4", Some(4605))));
}

#[test]
fn the_dialect_of_healforce_gives_the_values_of_its_decoder() {
    let Some(golden) = golden("scp.json") else { return };
    let file = &golden["files"]["scp/healforce_62.SCP"];
    let recording = one_shared("scp/healforce_62.SCP").unwrap();
    assert_eq!(recording.signals.len() as u64, file["num_leads"].as_u64().unwrap());
    for (signal, lead) in recording.signals.iter().zip(leads(file)) {
        compare_lead(&format!("healforce_62.SCP {}", signal.label), signal, lead);
    }
    assert_eq!(recording.start.as_deref(), Some("2019-08-08T00:04:10"));
    assert!(recording.warnings.iter().any(|warning| warning.message.contains("dialect")));
    // Thirty seconds at some sixty beats a minute.
    assert!((25..35).contains(&recording.annotations.len()), "{}", recording.annotations.len());
}
