//! Files to recordings as the page gets them: a description without samples, and the voltages in millivolts.

use ecg::{Counts, Recording, Samples, Severity, Signal, Unit, UnitError, Warning};
use formats::{InputFile, Limits, Outcome};

use crate::protocol::{Buffer, Extent, FileRef, Hints, OpenFailure, Opened, Stored, Trace};

/// Reads files whose bytes stand in `buffers`. A reference to a buffer that is not there is a failure of that file.
pub fn read(files: &[FileRef], buffers: &[Vec<u8>], hints: &Hints) -> (Vec<Recording>, Vec<OpenFailure>) {
    let mut failures = Vec::new();
    let mut inputs = Vec::with_capacity(files.len());
    for file in files {
        match buffers.get(file.buffer) {
            Some(bytes) => inputs.push(InputFile { name: &file.name, bytes }),
            None => failures.push(OpenFailure {
                files: vec![file.name.clone()],
                message: format!("{}: its bytes did not arrive; drop it again", file.name),
                wants_rate: false,
                wants_unit: false,
            }),
        }
    }
    let hints = formats::Hints { rate: hints.rate, unit: hints.unit.as_deref().map(Unit::from_label) };
    let Outcome { recordings, failures: failed } = formats::read(&inputs, &hints, &Limits::default());
    failures.extend(failed.into_iter().map(|failure| OpenFailure {
        message: failure.error.to_string(),
        wants_rate: failure.error.wants_rate(),
        wants_unit: failure.error.wants_unit(),
        files: failure.files,
    }));
    if hints.unit.is_some() {
        return (recordings, failures);
    }
    // Without one unit nothing of a recording could be drawn: better to ask than to show an empty sheet.
    let (unstated, recordings): (Vec<Recording>, Vec<Recording>) = recordings.into_iter().partition(states_no_unit);
    for Recording { source, .. } in unstated {
        if !failures.iter().any(|failure| failure.files == source.files) {
            let message =
                format!("{}: no signal states a unit, expected the unit of the values", source.files.join(", "));
            failures.push(OpenFailure { files: source.files, message, wants_rate: false, wants_unit: true });
        }
    }
    (recordings, failures)
}

fn states_no_unit(recording: &Recording) -> bool {
    !recording.signals.is_empty() && recording.signals.iter().all(|signal| *signal.unit() == Unit::Unknown)
}

/// Samples of the representative beats of a recording at most: 24 leads of two seconds at 2000 Hz. They go to the page number by number.
const MOST_OF_BEATS: usize = 96_000;

/// Splits a recording into its description and its voltages, which are added to `buffers`.
///
/// A signal that is no voltage stays in the description alone; one without a stated unit gets a warning as well.
pub fn split(mut recording: Recording, buffers: &mut Vec<Buffer>) -> Opened {
    let (mut traces, mut extents) = (Vec::new(), Vec::new());
    let mut warnings = Vec::new();
    for signal in &mut recording.signals {
        match samples(signal) {
            Ok((stored, samples, extent)) => {
                traces.push(Trace {
                    lead: signal.lead.clone(),
                    label: signal.label.clone(),
                    rate: signal.rate,
                    start: signal.start,
                    derived: signal.derived,
                    stored,
                    buffer: buffers.len(),
                });
                extents.push(extent);
                buffers.push(samples);
            }
            Err(error @ UnitError::Unknown { .. }) => warnings.push(Warning {
                severity: Severity::Data,
                message: format!("{error}; it is not drawn"),
                ..Warning::default()
            }),
            Err(UnitError::NotAVoltage { .. }) => {}
        }
        match &mut signal.samples {
            Samples::Digital { counts, .. } => *counts = ecg::Counts::default(),
            Samples::Physical { values, .. } => *values = Vec::new(),
        }
    }
    let beats: usize = recording.representative_beats.iter().map(Signal::len).sum();
    if beats > MOST_OF_BEATS {
        recording.representative_beats.clear();
        warnings.push(Warning {
            severity: Severity::Note,
            message: format!(
                "the representative beats of {beats} samples are too long to be beats; they are not shown"
            ),
            ..Warning::default()
        });
    }
    recording.warnings.extend(warnings);
    Opened { meta: recording, traces, extents }
}

/// A signal's samples as they go to the page, narrow where they are.
fn samples(signal: &mut Signal) -> Result<(Stored, Buffer, Extent), UnitError> {
    if signal.unit().in_millivolts().is_some()
        && let Samples::Digital { counts: Counts::Narrow(counts), scale } = &mut signal.samples
    {
        let counts = std::mem::take(counts);
        let stored = Stored::Counts { scale: scale.clone(), missing: signal.missing.clone() };
        let extent = extent_of_counts(&counts, signal)?;
        return Ok((stored, Buffer::Counts(counts), extent));
    }
    let samples = signal.millivolts()?;
    let extent = extent(&samples);
    Ok((Stored::Millivolts, Buffer::Millivolts(samples), extent))
}

/// The extent without a voltage for each sample: only the least and the greatest count need one.
fn extent_of_counts(counts: &[i16], signal: &Signal) -> Result<Extent, UnitError> {
    let mut ends: Option<(i16, i16)> = None;
    let mut present = 0;
    let mut from = 0;
    let missing = signal.missing.iter().map(|&(begin, end)| (begin, end.max(begin)));
    for (begin, end) in missing.chain([(counts.len(), counts.len())]) {
        let stretch = counts.get(from..begin.min(counts.len())).unwrap_or_default();
        if let Some(&first) = stretch.first() {
            // Two folds, not one: each is as wide as the processor's vectors.
            let low = stretch.iter().fold(first, |low, &count| low.min(count));
            let high = stretch.iter().fold(first, |high, &count| high.max(count));
            ends = Some(ends.map_or((low, high), |(lowest, highest)| (lowest.min(low), highest.max(high))));
            present += stretch.len();
        }
        from = from.max(end);
    }
    let Some((low, high)) = ends else { return Ok(Extent { range: None, missing: counts.len() }) };
    let Samples::Digital { scale, .. } = &signal.samples else { return Ok(Extent { range: None, missing: 0 }) };
    let voltages = Signal::digital(signal.lead.clone(), signal.rate, vec![low, high], scale.clone()).millivolts()?;
    // A gain may be negative.
    let range = extent(&voltages).range;
    Ok(Extent { range, missing: counts.len() - present })
}

fn extent(samples: &[f32]) -> Extent {
    let (mut low, mut high, mut present) = (f32::INFINITY, f32::NEG_INFINITY, 0);
    for &value in samples {
        // A comparison with what is no number is false.
        low = if value < low { value } else { low };
        high = if value > high { value } else { high };
        present += usize::from(value.is_finite());
    }
    Extent { range: (present > 0).then_some((low, high)), missing: samples.len() - present }
}

/// The recording that traces stand for; `buffers` hold their samples as [`Stored`] says.
///
/// # Errors
/// In words, when a buffer is not there or holds no whole number of samples.
pub fn join(traces: &[Trace], buffers: &[Vec<u8>]) -> Result<Recording, String> {
    let mut signals = Vec::with_capacity(traces.len());
    for trace in traces {
        let bytes = buffers
            .get(trace.buffer)
            .ok_or_else(|| format!("lead {}: its samples did not arrive; open the recording again", trace.lead))?;
        let uneven =
            |each: &str| Err(format!("lead {}: found {} bytes, expected {each} a sample", trace.lead, bytes.len()));
        let (samples, missing) = match &trace.stored {
            Stored::Millivolts => {
                let (samples, []) = bytes.as_chunks::<4>() else { return uneven("four") };
                let values = samples.iter().map(|&bytes| f64::from(f32::from_le_bytes(bytes))).collect();
                (Samples::Physical { values, unit: Unit::Millivolt }, Vec::new())
            }
            Stored::Counts { scale, missing } => {
                let (counts, []) = bytes.as_chunks::<2>() else { return uneven("two") };
                let counts: Vec<i16> = counts.iter().map(|&bytes| i16::from_le_bytes(bytes)).collect();
                (Samples::Digital { counts: counts.into(), scale: scale.clone() }, missing.clone())
            }
        };
        signals.push(Signal {
            lead: trace.lead.clone(),
            label: trace.label.clone(),
            rate: trace.rate,
            start: trace.start,
            samples,
            missing,
            derived: trace.derived,
        });
    }
    Ok(Recording { signals, ..Recording::default() })
}

#[cfg(test)]
mod tests {
    use ecg::{Lead, Scale};

    use super::*;

    fn recording() -> Recording {
        let scale = |unit| Scale { gain: 200.0, baseline: 3.0, unit };
        let mut second = Signal::digital(Lead::V1, 500.0, vec![3, 203, -197], scale(Unit::Millivolt));
        second.missing = vec![(1, 2)];
        let pressure = Signal::digital(Lead::Other("ABP".into()), 125.0, vec![1], scale(Unit::Other("mmHg".into())));
        let unstated = Signal::digital(Lead::V2, 125.0, vec![1], scale(Unit::Unknown));
        Recording { name: "r".into(), signals: vec![second, pressure, unstated], ..Recording::default() }
    }

    #[test]
    fn samples_leave_the_description_and_voltages_alone_become_traces() {
        let mut buffers = vec![Buffer::Millivolts(vec![9.0])];
        let opened = split(recording(), &mut buffers);
        assert_eq!(opened.traces.len(), 1);
        assert_eq!((opened.traces[0].buffer, opened.traces[0].rate), (1, 500.0));
        assert_eq!(buffers[1], Buffer::Counts(vec![3, 203, -197]));
        let Stored::Counts { missing, .. } = &opened.traces[0].stored else { panic!("{:?}", opened.traces[0]) };
        assert_eq!(missing, &[(1, 2)], "a missing sample must not look like a voltage");
        assert_eq!(opened.extents, [Extent { range: Some((-1.0, 0.0)), missing: 1 }]);
        assert_eq!(opened.meta.signals.len(), 3);
        assert!(opened.meta.signals.iter().all(Signal::is_empty));
        assert_eq!(opened.meta.warnings.len(), 1);
        assert!(opened.meta.warnings[0].message.contains("V2"), "{}", opened.meta.warnings[0]);
    }

    #[test]
    fn the_extent_of_counts_is_that_of_their_voltages() {
        let counts: Vec<i16> = (0..200).map(|place| (place * 7919 % 4001 - 2000) as i16).collect();
        for missing in
            [vec![], vec![(0, 10)], vec![(3, 4), (100, 150)], vec![(190, 400)], vec![(0, 200)], vec![(250, 260)]]
        {
            for gain in [200.0, -1000.0, 0.1] {
                let scale = Scale { gain, baseline: 12.5, unit: Unit::Microvolt };
                let mut signal = Signal::digital(Lead::V1, 500.0, counts.clone(), scale);
                signal.missing = missing.clone();
                let plain = extent(&signal.millivolts().unwrap());
                assert_eq!(samples(&mut signal).unwrap().2, plain, "{missing:?}, gain {gain}");
            }
        }
    }

    #[test]
    fn beats_go_with_the_description_unless_they_are_too_long_for_beats() {
        let scale = Scale { gain: 200.0, baseline: 0.0, unit: Unit::Millivolt };
        let beat = |samples: usize| Signal::digital(Lead::II, 500.0, vec![0_i16; samples], scale.clone());
        let with = |samples| Recording { representative_beats: vec![beat(samples)], ..recording() };
        assert_eq!(split(with(600), &mut Vec::new()).meta.representative_beats.len(), 1);
        let without = split(with(MOST_OF_BEATS + 1), &mut Vec::new()).meta;
        assert!(
            without.representative_beats.is_empty() && without.warnings.iter().any(|one| one.message.contains("beats"))
        );
    }

    #[test]
    fn a_recording_that_goes_to_the_page_and_back_has_the_same_millivolts() {
        let narrow = recording().signals[0].clone();
        let wide = Signal::digital(Lead::V2, 500.0, vec![70_000, -4], narrow.scale().unwrap().clone());
        for signal in [narrow, wide] {
            let before = signal.millivolts().unwrap();
            let mut buffers = Vec::new();
            let opened = split(Recording { signals: vec![signal], ..recording() }, &mut buffers);
            let bytes: Vec<Vec<u8>> = buffers.iter().map(Buffer::bytes).collect();
            let after = join(&opened.traces, &bytes).unwrap().signals[0].millivolts().unwrap();
            assert_eq!(before.len(), after.len());
            assert!(before.iter().zip(&after).all(|(before, after)| before.to_bits() == after.to_bits()));
        }
    }

    #[test]
    fn a_trace_without_its_buffer_is_an_error_that_names_the_lead() {
        let mut opened = split(recording(), &mut Vec::new());
        assert!(join(&opened.traces, &[]).unwrap_err().starts_with("lead V1: "));
        assert!(join(&opened.traces, &[vec![0; 7]]).unwrap_err().contains("7 bytes, expected two"));
        opened.traces[0].stored = Stored::Millivolts;
        assert!(join(&opened.traces, &[vec![0; 6]]).unwrap_err().contains("6 bytes, expected four"));
    }

    #[test]
    fn a_recording_without_any_unit_is_asked_about_once() {
        let fhir = br#"{"resourceType": "Observation", "valueSampledData":
            {"origin": {"value": 2048}, "period": 10, "factor": 1.6, "dimensions": 1, "data": "2041 2043 2037"}}"#;
        let files = [FileRef { name: "a.json".into(), buffer: 0 }];
        let (recordings, failures) = read(&files, &[fhir.to_vec()], &Hints::default());
        assert!(recordings.is_empty() && failures.len() == 1, "{failures:?}");
        assert!(failures[0].wants_unit && failures[0].files == ["a.json"] && failures[0].message.contains("a.json"));
        let hints = Hints { unit: Some("uV".into()), ..Hints::default() };
        let (recordings, failures) = read(&files, &[fhir.to_vec()], &hints);
        assert!(recordings.len() == 1 && failures.is_empty(), "{failures:?}");
        assert_eq!(*recordings[0].signals[0].unit(), Unit::Microvolt);
    }

    #[test]
    fn a_file_that_cannot_be_read_says_so_and_does_not_hide_another() {
        let csv = b"time,I\n0,0.1\n0.01,0.2\n0.02,0.1\n".to_vec();
        let files = [
            FileRef { name: "odd.bin".into(), buffer: 0 },
            FileRef { name: "lost.edf".into(), buffer: 9 },
            FileRef { name: "good.csv".into(), buffer: 1 },
        ];
        let hints = Hints { rate: None, unit: Some("mV".into()) };
        let (recordings, failures) = read(&files, &[vec![1, 2, 3], csv], &hints);
        assert_eq!(recordings.len(), 1, "{failures:?}");
        let names: Vec<&str> = failures.iter().map(|failure| failure.files[0].as_str()).collect();
        assert!(names.contains(&"odd.bin") && names.contains(&"lost.edf"), "{names:?}");
    }
}
