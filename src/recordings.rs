//! Recordings as the page keeps them.

use std::sync::Arc;

use ecg::{Lead, Recording, Signal};
use engine::protocol::{Extent, Stored};
use js_sys::{ArrayBuffer, Float32Array, Int16Array};

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
    /// What the stored numbers are.
    pub stored: Stored,
    /// The stored numbers. They stay in the buffer that the engine sent: a day of samples is never copied whole, only what is seen.
    pub buffer: ArrayBuffer,
    /// Between what the samples lie.
    pub extent: Extent,
}

impl Trace {
    /// Number of samples.
    pub fn len(&self) -> usize {
        let each = match self.stored {
            Stored::Millivolts => size_of::<f32>(),
            Stored::Counts { .. } => size_of::<i16>(),
        };
        self.buffer.byte_length() as usize / each
    }

    /// The samples between two times (s), to draw.
    pub fn samples(&self, from: f64, to: f64) -> Samples {
        let last = self.len();
        let index = |time: f64| ((time - self.start) * self.rate).max(0.0);
        let first = (index(from).floor() as usize).min(last);
        let end = (index(to).ceil() as usize + 1).clamp(first, last);
        Samples { values: self.millivolts(first, end), first, rate: self.rate, start: self.start }
    }

    /// The sample nearest to a time (s); none before the first, from the end on, and where it is missing.
    pub fn at(&self, time: f64) -> Option<f32> {
        let index = (time < self.end()).then(|| ((time - self.start) * self.rate).round())?;
        // The last sample is the nearest to its end.
        let index = (index >= 0.0).then_some(index as usize)?.min(self.len().checked_sub(1)?);
        self.millivolts(index, index + 1).first().copied().filter(|value| value.is_finite())
    }

    /// Millivolts of the samples `from..to`, not a number where one is missing.
    fn millivolts(&self, from: usize, to: usize) -> Vec<f32> {
        match &self.stored {
            Stored::Millivolts => Float32Array::new(&self.buffer).subarray(from as u32, to as u32).to_vec(),
            Stored::Counts { scale, missing } => {
                let counts = Int16Array::new(&self.buffer).subarray(from as u32, to as u32).to_vec();
                // By the same rule as everywhere, so that the page shows what the engine computes with.
                let mut signal = Signal::digital(self.lead.clone(), self.rate, counts, scale.clone());
                let begin = missing.partition_point(|&(_, end)| end <= from);
                let near = missing.get(begin..).unwrap_or_default().iter().take_while(|&&(begin, _)| begin < to);
                signal.missing = near.map(|&(begin, end)| (begin.max(from) - from, end.min(to) - from)).collect();
                signal.millivolts().unwrap_or_default()
            }
        }
    }

    /// Seconds from the recording's start to the end of the last sample.
    pub fn end(&self) -> f64 {
        self.start + self.len() as f64 / self.rate
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
