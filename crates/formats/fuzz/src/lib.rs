//! What the fuzz targets share: small limits, so that a finding is a fault and not a big file, and the rules that every
//! recording keeps.

#![forbid(unsafe_code)]

use std::alloc::System;

use cap::Cap;
use ecg::{Recording, Samples, Unit};
use formats::{Hints, InputFile, Limits, Outcome};

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
    outcome.recordings.iter().for_each(check);
    outcome
}

/// The rules of a recording, and that it can be written.
pub fn check(recording: &Recording) {
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
    let _ = formats::csv::write(recording);
    let _ = formats::edf::write(recording);
    let _ = formats::wfdb::write(recording, "again", formats::wfdb::StorageFormat::F516);
}
