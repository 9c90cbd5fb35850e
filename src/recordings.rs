//! Recordings as the page keeps them.

use std::sync::Arc;

use ecg::{Lead, Recording};
use engine::protocol::Extent;

use crate::paper::curve::Samples;

/// Number of a recording in this visit.
pub type Id = u32;

/// One lead's voltages.
#[derive(Clone, Debug)]
pub struct Trace {
    /// The lead.
    pub lead: Lead,
    /// The label as the file writes it.
    pub label: String,
    /// Samples a second (hertz).
    pub rate: f64,
    /// Seconds from the recording's start to the first sample.
    pub start: f64,
    /// True when the lead was computed from others.
    pub derived: bool,
    /// Millivolts; not a number where a sample is missing. A vector, since turning one into a slice would copy a day of samples.
    pub values: Arc<Vec<f32>>,
    /// Between what they lie.
    pub extent: Extent,
}

impl Trace {
    /// The samples, to draw.
    pub fn samples(&self) -> Samples<'_> {
        Samples { values: &self.values, rate: self.rate, start: self.start }
    }

    /// Seconds from the recording's start to the end of the last sample.
    pub fn end(&self) -> f64 {
        self.start + self.values.len() as f64 / self.rate
    }
}

/// A recording that was opened.
#[derive(Clone, Debug)]
pub struct Opened {
    /// Its number.
    pub id: Id,
    /// What the file states; the signals are without samples.
    pub meta: Arc<Recording>,
    /// The voltages.
    pub traces: Arc<Vec<Trace>>,
}

impl Opened {
    /// Duration in seconds.
    pub fn duration(&self) -> f64 {
        self.traces.iter().map(Trace::end).fold(0.0, f64::max)
    }

    /// The leads, in the order of the traces.
    pub fn leads(&self) -> Vec<Lead> {
        self.traces.iter().map(|trace| trace.lead.clone()).collect()
    }

    /// The name to show.
    pub fn title(&self) -> String {
        if !self.meta.name.is_empty() {
            return self.meta.name.clone();
        }
        self.meta.source.files.first().cloned().unwrap_or_else(|| format!("Recording {}", self.id))
    }
}
