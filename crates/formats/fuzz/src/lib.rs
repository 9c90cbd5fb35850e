//! What the fuzz targets share: small limits, so that a finding is a fault and not a big file, and the rules that every
//! recording keeps.

#![forbid(unsafe_code)]

use std::alloc::System;

use cap::Cap;
use ecg::{Counts, Recording, Samples, Signal, Unit};
use formats::{Hints, InputFile, Limits, Outcome};

#[path = "../../tests/common/written.rs"]
mod written;

/// More than the rule's memory is refused, which ends the process unless the reader asked with care.
#[global_allocator]
static MEMORY: Cap<System> = Cap::new(System, usize::MAX);

/// Does some work with no more memory than a reader may take for so many bytes of input: 64 MiB and four times the input.
pub fn within_memory<T>(input: usize, work: impl FnOnce() -> T) -> T {
    let most = MEMORY.allocated() + (64 << 20) + 4 * input;
    MEMORY.set_limit(most).expect("less is held than that");
    let done = work();
    MEMORY.set_limit(usize::MAX).expect("there is no higher number");
    done
}

/// Limits under which a run stays within libFuzzer's default memory.
pub fn limits() -> Limits {
    Limits {
        file_bytes: 1 << 20,
        leads: 64,
        samples_per_lead: 1 << 18,
        samples: 1 << 20,
        annotations: 1 << 16,
        segments: 1_000,
        archive_entries: 100,
        archive_bytes: 8 << 20,
        ..Limits::default()
    }
}

/// A rate and a unit, so that a file that states none is read on.
pub fn hints() -> Hints {
    Hints { rate: Some(250.0), unit: Some(Unit::Millivolt) }
}

/// Reads the files together and checks what comes out.
pub fn read(files: &[InputFile]) -> Outcome {
    let bytes = files.iter().map(|file| file.bytes.len()).sum();
    let outcome = within_memory(bytes, || formats::read(files, &hints(), &limits()));
    check(&outcome.recordings);
    outcome
}

/// Recordings of one file that are written: an array of a hundred would take nearly all of the time.
const RECORDINGS: usize = 4;

/// Bytes that a file may have whose leads are filled up to lie together; it is read again within the rule.
const FILLED: usize = 16 << 20;

/// The rules of each recording of a file, and that the first ones can be written.
pub fn check(recordings: &[Recording]) {
    recordings.iter().for_each(rules);
    recordings.iter().take(RECORDINGS).map(beginning).for_each(|first| within_memory(FILLED, || written::is_read_again("what was found", &first)));
}

/// The rules of a recording.
fn rules(recording: &Recording) {
    let limits = limits();
    for signal in &recording.signals {
        assert!(signal.len() as u64 <= limits.samples_per_lead);
        assert!(signal.rate.is_finite() && signal.rate > 0.0 && signal.start.is_finite());
        if let Samples::Digital { scale, .. } = &signal.samples {
            assert!(scale.gain.is_finite() && scale.gain != 0.0 && scale.baseline.is_finite());
        }
        let mut end = 0;
        for &(from, to) in &signal.missing {
            assert!(end <= from && from < to && to <= signal.len());
            end = to;
        }
    }
    assert!(recording.annotations.iter().all(|annotation| annotation.time.is_finite()));
}

/// Samples a signal and signals that are written: a writer's faults lie in kinds of values, not in how many there are, and a long
/// recording would take nearly all of the time.
const SAMPLES: usize = 96;
const SIGNALS: usize = 13;

/// The recording's first samples.
fn beginning(recording: &Recording) -> Recording {
    let first = |signal: &Signal| Signal {
        lead: signal.lead.clone(),
        label: signal.label.clone(),
        rate: signal.rate,
        start: signal.start,
        samples: match &signal.samples {
            Samples::Digital { counts, scale } => {
                let counts = match counts {
                    Counts::Narrow(counts) => counts.iter().copied().take(SAMPLES).collect::<Vec<_>>().into(),
                    Counts::Wide(counts) => counts.iter().copied().take(SAMPLES).collect::<Vec<_>>().into(),
                };
                Samples::Digital { counts, scale: scale.clone() }
            }
            Samples::Physical { values, unit } => {
                Samples::Physical { values: values.iter().copied().take(SAMPLES).collect(), unit: unit.clone() }
            }
        },
        missing: signal
            .missing
            .iter()
            .map(|&(from, to)| (from, to.min(SAMPLES)))
            .filter(|(from, to)| from < to)
            .collect(),
        derived: signal.derived,
    };
    Recording {
        name: recording.name.clone(),
        signals: recording.signals.iter().take(SIGNALS).map(first).collect(),
        start: recording.start.clone(),
        patient: recording.patient.clone(),
        representative_beats: recording.representative_beats.iter().take(SIGNALS).map(first).collect(),
        annotations: recording.annotations.iter().take(SAMPLES).cloned().collect(),
        statements: recording.statements.iter().take(SAMPLES).cloned().collect(),
        measurements: recording.measurements.iter().take(SAMPLES).cloned().collect(),
        comments: recording.comments.iter().take(SAMPLES).cloned().collect(),
        ..Recording::default()
    }
}
