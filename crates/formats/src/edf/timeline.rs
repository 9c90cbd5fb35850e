//! Where the records lie in time.

use ecg::{Severity, Warning};

use super::header::{Continuity, Header};
use super::marks::Marks;
use crate::{Error, InputFile, Limits, Place};

/// Records that follow each other without a gap.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Segment {
    /// Number of the first record.
    pub(super) record: u64,
    /// Number of records.
    pub(super) records: u64,
    /// Seconds from the first record's start.
    pub(super) start: f64,
}

/// The records' times.
#[derive(Clone, Debug)]
pub(super) struct Timeline {
    /// Seconds from the header's date and time to the first record (a start within a second is written so).
    pub(super) first_onset: f64,
    /// One segment unless the file has gaps; in order, not overlapping.
    pub(super) segments: Vec<Segment>,
}

impl Timeline {
    pub(super) fn new(
        file: &InputFile,
        header: &Header,
        marks: &Marks,
        limits: &Limits,
        warnings: &mut Vec<Warning>,
    ) -> Result<Timeline, Error> {
        let first_onset = marks.onsets.first().copied().filter(|onset| !onset.is_nan()).unwrap_or(0.0);
        let duration = header.record_duration;
        // Half a sample of the fastest signal: what is nearer than that is no gap.
        let fastest = header.signals.iter().filter(|signal| !signal.is_annotations());
        let fastest = fastest.map(|signal| signal.samples_per_record).max().unwrap_or(0).max(1);
        let tolerance = (0.5 * duration / fastest as f64).max(1e-6);

        let mut segments: Vec<Segment> = Vec::new();
        let (mut untimed, mut backwards, mut shifted) = (0_u64, 0_u64, 0_u64);
        for (record, onset) in (0_u64..).zip(marks.onsets.iter().copied()) {
            let Some(segment) = segments.last_mut() else {
                segments.push(Segment { record, records: 1, start: 0.0 });
                continue;
            };
            let expected = segment.start + segment.records as f64 * duration;
            if onset.is_nan() {
                untimed = untimed.saturating_add(1);
            }
            let difference = if onset.is_nan() { 0.0 } else { onset - first_onset - expected };
            let gap = difference > tolerance;
            if gap && header.continuity == Continuity::Discontinuous {
                if segments.len() as u64 >= limits.segments {
                    return Err(Error::limit(file.name, Place::Whole, "more gaps", limits.segments));
                }
                segments.push(Segment { record, records: 1, start: expected + difference });
                continue;
            }
            if gap {
                shifted = shifted.saturating_add(1);
            }
            if difference < -tolerance {
                backwards = backwards.saturating_add(1);
            }
            segment.records = segment.records.saturating_add(1);
        }
        let mut warn = |count: u64, message: &str| {
            if count > 0 {
                warnings.push(Warning {
                    severity: Severity::Data,
                    file: file.name.to_owned(),
                    place: "record times".to_owned(),
                    message: format!("{count} records {message}"),
                });
            }
        };
        if header.continuity == Continuity::Discontinuous {
            warn(untimed, "state no time; they were put after the record before");
        }
        warn(backwards, "begin before the record before them ends; they were put after it");
        warn(
            shifted,
            "begin later than the record before them ends, though the file says that it has no gaps; they were joined",
        );
        if let Some(gaps) = segments.len().checked_sub(1).filter(|&gaps| gaps > 0) {
            warn(gaps as u64, "begin after a gap; the samples between are marked as missing");
        }
        if segments.is_empty() {
            segments.push(Segment { record: 0, records: u64::MAX, start: 0.0 });
        }
        Ok(Timeline { first_onset, segments })
    }
}
