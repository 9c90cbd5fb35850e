//! Files to recordings as the page gets them: a description without samples, and the voltages in millivolts.

use ecg::{Recording, Samples, Severity, Signal, Unit, UnitError, Warning};
use formats::{InputFile, Limits, Outcome};

use crate::protocol::{Extent, FileRef, Hints, OpenFailure, Opened, Trace};

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
    (recordings, failures)
}

/// Samples of the representative beats of a recording at most: 24 leads of two seconds at 2000 Hz. They go to the page number by number.
const MOST_OF_BEATS: usize = 96_000;

/// Splits a recording into its description and its voltages, which are added to `buffers`.
///
/// A signal that is no voltage stays in the description alone; one without a stated unit gets a warning as well.
pub fn split(mut recording: Recording, buffers: &mut Vec<Vec<f32>>) -> Opened {
    let (mut traces, mut extents) = (Vec::new(), Vec::new());
    let mut warnings = Vec::new();
    for signal in &mut recording.signals {
        match signal.millivolts() {
            Ok(samples) => {
                traces.push(Trace {
                    lead: signal.lead.clone(),
                    label: signal.label.clone(),
                    rate: signal.rate,
                    start: signal.start,
                    derived: signal.derived,
                    buffer: buffers.len(),
                });
                extents.push(extent(&samples));
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

/// The recording that traces stand for; `buffers` hold their samples as little-endian f32.
///
/// # Errors
/// In words, when a buffer is not there or holds no whole number of samples.
pub fn join(traces: &[Trace], buffers: &[Vec<u8>]) -> Result<Recording, String> {
    let mut signals = Vec::with_capacity(traces.len());
    for trace in traces {
        let bytes = buffers
            .get(trace.buffer)
            .ok_or_else(|| format!("lead {}: its samples did not arrive; open the recording again", trace.lead))?;
        let (samples, rest) = bytes.as_chunks::<4>();
        if !rest.is_empty() {
            return Err(format!("lead {}: found {} bytes, expected four a sample", trace.lead, bytes.len()));
        }
        let values = samples.iter().map(|&bytes| f64::from(f32::from_le_bytes(bytes))).collect();
        signals.push(Signal {
            lead: trace.lead.clone(),
            label: trace.label.clone(),
            rate: trace.rate,
            start: trace.start,
            samples: Samples::Physical { values, unit: Unit::Millivolt },
            missing: Vec::new(),
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
        let mut buffers = vec![vec![9.0]];
        let opened = split(recording(), &mut buffers);
        assert_eq!(opened.traces.len(), 1);
        assert_eq!((opened.traces[0].buffer, opened.traces[0].rate), (1, 500.0));
        assert_eq!((buffers[1][0], buffers[1][2]), (0.0, -1.0));
        assert!(buffers[1][1].is_nan(), "a missing sample must not look like a voltage");
        assert_eq!(opened.extents, [Extent { range: Some((-1.0, 0.0)), missing: 1 }]);
        assert_eq!(opened.meta.signals.len(), 3);
        assert!(opened.meta.signals.iter().all(Signal::is_empty));
        assert_eq!(opened.meta.warnings.len(), 1);
        assert!(opened.meta.warnings[0].message.contains("V2"), "{}", opened.meta.warnings[0]);
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
        let before = recording().signals[0].millivolts().unwrap();
        let mut buffers = Vec::new();
        let opened = split(recording(), &mut buffers);
        let bytes: Vec<Vec<u8>> =
            buffers.iter().map(|samples| samples.iter().flat_map(|value| value.to_le_bytes()).collect()).collect();
        let after = join(&opened.traces, &bytes).unwrap().signals[0].millivolts().unwrap();
        assert_eq!(before.len(), after.len());
        assert!(before.iter().zip(&after).all(|(before, after)| before.to_bits() == after.to_bits()));
    }

    #[test]
    fn a_trace_without_its_buffer_is_an_error_that_names_the_lead() {
        let opened = split(recording(), &mut Vec::new());
        assert!(join(&opened.traces, &[]).unwrap_err().starts_with("lead V1: "));
        assert!(join(&opened.traces, &[vec![0; 6]]).unwrap_err().contains("6 bytes"));
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
