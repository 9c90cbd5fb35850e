//! From every format to every format that is written: what was written is read again with the same leads, units, times and values; and
//! texts that a damaged or careless file bears (control characters, separators, marks of other syntaxes) do not keep it from that.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod common;

use common::written::written;
use ecg::{Annotation, Lead, Measurement, Patient, Recording, Samples, Scale, Signal, Statement, Unit};
use formats::{Hints, InputFile, Limits, WriteError};

const TEXTS: [&str; 8] = [
    "\0\u{1}\u{1f}\u{7f}",
    "\u{80}\u{85}\u{93}\u{9f} \u{fc}",
    "one\r\ntwo\tthree",
    "a,b;c \"d\" 'e' =f",
    "<g> & </h> ]]> {i} [j]",
    "# Rate: 1 Hz",
    "\u{feff}\u{fffe}\u{ffff}\u{202e}",
    "\\ % / : @@ | !",
];

fn recording(text: &str) -> Recording {
    let signal = |lead: Lead, unit: Unit| {
        let scale = Scale { gain: 200.0, baseline: 0.0, unit };
        let counts: Vec<i16> = (0..50).map(|sample| sample * 7 - 100).collect();
        Signal::digital(lead, 250.0, counts, scale)
    };
    Recording {
        name: "a".to_owned(),
        start: Some("2001-02-03T04:05:06".to_owned()),
        patient: Patient {
            id: Some(text.to_owned()),
            name: Some(text.to_owned()),
            age: Some(61),
            ..Patient::default()
        },
        signals: vec![
            Signal { label: text.to_owned(), ..signal(Lead::II, Unit::Millivolt) },
            signal(Lead::Other(text.to_owned()), Unit::Millivolt),
            signal(Lead::Other("pressure".to_owned()), Unit::Other(text.to_owned())),
        ],
        annotations: vec![Annotation {
            time: 0.1,
            text: text.to_owned(),
            lead: Some(Lead::II),
            ..Annotation::default()
        }],
        statements: vec![Statement { text: text.to_owned(), code: text.to_owned(), ..Statement::default() }],
        measurements: vec![Measurement {
            name: text.to_owned(),
            value: 1.5,
            unit: text.to_owned(),
            ..Measurement::default()
        }],
        comments: vec![text.to_owned()],
        ..Recording::default()
    }
}

fn hints() -> Hints {
    Hints { rate: Some(500.0), unit: Some(Unit::Millivolt) }
}

/// Reads what was written and compares it with what it was written of.
fn compare(format: &str, what: &str, recording: &Recording, files: &[(String, Vec<u8>)]) {
    let files: Vec<InputFile> = files.iter().map(|(name, bytes)| InputFile { name, bytes }).collect();
    let again = formats::read(&files, &hints(), &Limits::default());
    assert!(again.failures.is_empty(), "{what}: {:?}", again.failures);
    let found: Vec<&Signal> =
        again.recordings.iter().flat_map(|again| &again.signals).filter(|signal| !signal.derived).collect();
    let own: Vec<&Signal> = recording.signals.iter().filter(|signal| !signal.is_empty()).collect();
    assert_eq!(found.len(), own.len(), "{what}");
    // A power of ten leaves some of the bits unused.
    let counts = if format == "WFDB 212" { 204.7 } else { 3276.7 };
    for signal in own {
        assert!(
            found.iter().any(|found| is_same(signal, found, counts)),
            "{what}: {} is not there as it was",
            signal.lead
        );
    }
}

/// Whether a lead came back: at the same places of time, to half a step of what was stored (or can be, in so many counts) and one part in a million.
fn is_same(own: &Signal, found: &Signal, counts: f64) -> bool {
    let is_standard = !matches!(own.lead, Lead::Other(_));
    if is_standard && own.lead != found.lead || (own.rate - found.rate).abs() > 1e-4 * own.rate {
        return false;
    }
    let (values, other) = (values(own), values(found));
    let most = values.iter().filter(|value| value.is_finite()).fold(0.0_f64, |most, value| most.max(value.abs()));
    let factor = own.unit().in_millivolts().unwrap_or(1.0);
    let step = match &own.samples {
        Samples::Digital { scale, .. } => (factor / scale.gain).abs(),
        Samples::Physical { .. } => most / counts,
    };
    // A format whose leads begin together puts missing samples before one that begins later.
    let before = ((own.start - found.start) * own.rate).round().max(0.0) as usize;
    let other = other.get(before.min(other.len())..).unwrap_or_default();
    (0..values.len().max(other.len())).all(|sample| {
        let one = values.get(sample).copied().filter(|value| value.is_finite());
        let other = other.get(sample).copied().filter(|value| value.is_finite());
        match (one, other) {
            (Some(one), Some(other)) => (one - other).abs() <= 0.501 * step + 1e-6 * one.abs(),
            (one, other) => one.is_none() && other.is_none(),
        }
    })
}

/// Millivolts where it is a voltage, not a number where a sample is missing.
fn values(signal: &Signal) -> Vec<f64> {
    let factor = signal.unit().in_millivolts().unwrap_or(1.0);
    let mut values: Vec<f64> = signal.values().iter().map(|value| value * factor).collect();
    for &(from, to) in &signal.missing {
        values[from..to].fill(f64::NAN);
    }
    values
}

#[test]
fn what_is_written_of_odd_texts_is_read() {
    for text in TEXTS {
        let recording = recording(text);
        for (format, files) in written(&recording) {
            let what = format!("{format} of {text:?}");
            let refused = |error: WriteError| assert!(error.to_string().contains("unit"), "{what}: {error}");
            files.map_or_else(refused, |files| compare(format, &what, &recording, &files));
        }
    }
}

#[test]
fn a_temperature_beside_an_ecg_is_kept() {
    let scale = |unit: &str| Scale { gain: 200.0, baseline: 0.0, unit: Unit::from_label(unit) };
    let counts = |count: i16| (0..count).map(|sample| sample % 200).collect::<Vec<_>>();
    let recording = Recording {
        signals: vec![
            Signal::digital(Lead::II, 100.0, counts(6000), scale("mV")),
            Signal::digital(Lead::Other("temperature".to_owned()), 0.1, counts(6), scale("Cel")),
        ],
        ..Recording::default()
    };
    for (format, files) in written(&recording) {
        match files {
            Ok(files) => compare(format, format, &recording, &files),
            Err(error) => assert!(error.to_string().contains("alike"), "{format}: {error}"),
        }
    }
}

#[test]
fn the_start_comes_back_with_its_time_of_day() {
    for start in ["2001-02-03T04:05:06", "2001-02-03T04:05:06.250", "2001-02-03T04:05:06+01:00", "2001-02-03T04:05:06Z"]
    {
        let recording = Recording { start: Some(start.to_owned()), ..recording("plain") };
        for (format, files) in written(&recording) {
            // A table has no place for it.
            if format == "CSV" {
                continue;
            }
            let files = files.unwrap();
            let files: Vec<InputFile> = files.iter().map(|(name, bytes)| InputFile { name, bytes }).collect();
            let again = formats::read(&files, &hints(), &Limits::default()).recordings.remove(0);
            let found = again.start.unwrap_or_else(|| panic!("{format} of {start}: none"));
            let (clock, known) = (&found[..19], &start[..19]);
            assert_eq!(clock, known, "{format}");
            if start.contains('.') {
                assert_eq!(found[19..].trim_end_matches('0'), ".25", "{format}");
            }
            let is_local = !start.ends_with('Z') && !start.contains('+');
            let said = format!("{found} {:?}", again.comments);
            // EDF's times are local and it has no comments.
            let keeps = is_local
                || format == "EDF+"
                || ["+01:00", "+0100", "Z", "+0000"].iter().any(|zone| said.contains(zone));
            assert!(keeps, "{format} of {start}: {said}");
        }
    }
}

/// Every file of a folder that is read, through every writer; how many came back and which could not be written.
fn convert(files: &[(String, Vec<u8>)]) -> (usize, Vec<String>) {
    let (mut converted, mut refused) = (0, Vec::new());
    for (name, bytes) in files {
        for recording in formats::read(&[InputFile { name, bytes }], &hints(), &Limits::default()).recordings {
            for (format, files) in written(&recording) {
                let what = format!("{name} as {format}");
                match files {
                    Ok(files) => {
                        compare(format, &what, &recording, &files);
                        converted += 1;
                    }
                    Err(error) => refused.push(format!("{what}: {error}")),
                }
            }
        }
    }
    (converted, refused)
}

#[test]
fn every_format_is_converted_to_every_format() {
    let (converted, refused) = convert(&common::read_folder(&common::fixture("each")));
    println!("{converted} conversions; refused:\n{}", refused.join("\n"));
    // Counts beyond 12 bits, leads of two rates in one table, gaps where a format has none.
    assert_eq!((converted, refused.len()), (186, 6));
}

#[test]
fn every_file_of_the_collection_is_converted() {
    let Some(collection) = common::shared("data/formats") else { return };
    let (mut converted, mut refused) = (0, Vec::new());
    for kind in std::fs::read_dir(collection).unwrap().flatten().map(|entry| entry.path()) {
        if !kind.is_dir() || kind.ends_with("golden") {
            continue;
        }
        let mut files = common::read_folder(&kind);
        files.retain(|(_, bytes)| bytes.len() < 600_000);
        let (more, not) = convert(&files);
        converted += more;
        refused.extend(not);
    }
    println!("{converted} conversions; refused:\n{}", refused.join("\n"));
    assert!(converted > 500, "{converted}");
}
