//! What the page and an engine say to each other.
//!
//! A message is a plain object `{ body, buffers }`: `body` is the serde form of [`Request`] or [`Reply`],
//! `buffers` an array of `ArrayBuffer`s that are transferred, not copied. A body refers to a buffer by its number
//! in that array, so that samples and file bytes never pass through serde. Both engines speak this alike.

use ecg::{Explanation, ExplanationMethod, Findings, Lead, Recording, Scale};
use serde::{Deserialize, Serialize};

/// A number that the page gives to each piece of work; replies carry it back.
pub type Job = u32;

/// Which engine a worker runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum EngineKind {
    /// The CPU, by SIMD in WebAssembly.
    Cpu,
    /// The visitor's GPU, by WebGPU.
    Gpu,
}

/// A file that the visitor dropped; its bytes are `buffers[buffer]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRef {
    /// Name with its folder, `/` between, as far as the drop tells it.
    pub name: String,
    /// Number of the buffer with its bytes.
    pub buffer: usize,
}

/// What a visitor answered where a file did not say it (a CSV without rate or unit).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Hints {
    /// Samples a second (hertz).
    pub rate: Option<f64>,
    /// Unit of the values, such as `mV`.
    pub unit: Option<String>,
}

/// From the page to an engine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// Reads files that belong together; answered by [`Reply::Opened`].
    Open {
        /// The work's number.
        job: Job,
        /// The files.
        files: Vec<FileRef>,
        /// What the visitor answered.
        hints: Hints,
    },
    /// Takes a model's files; answered by [`Reply::ModelReady`]. `buffers[card]` is card.json, `buffers[weights]` the weights.
    LoadModel {
        /// The work's number.
        job: Job,
        /// The model's name (its folder).
        model: String,
        /// Number of the card's buffer.
        card: usize,
        /// Number of the weights' buffer.
        weights: usize,
    },
    /// Classifies; answered by [`Reply::Classified`]. Traces as in [`Reply::Opened`].
    Classify {
        /// The work's number.
        job: Job,
        /// A model that was loaded.
        model: String,
        /// The signals.
        traces: Vec<Trace>,
    },
    /// Asks for a map of one label; answered by [`Reply::Explained`].
    Explain {
        /// The work's number.
        job: Job,
        /// A model that was loaded.
        model: String,
        /// The signals.
        traces: Vec<Trace>,
        /// Code of the label.
        label: String,
        /// How the map is made.
        method: ExplanationMethod,
    },
    /// Stops a piece of work at the next possible place; the job is answered by [`Reply::Failed`] with `cancelled`.
    Cancel {
        /// The work's number.
        job: Job,
    },
}

impl Request {
    /// The number of the work that it asks for, or concerns.
    pub fn job(&self) -> Job {
        match self {
            Request::Open { job, .. }
            | Request::LoadModel { job, .. }
            | Request::Classify { job, .. }
            | Request::Explain { job, .. }
            | Request::Cancel { job } => *job,
        }
    }
}

/// One lead's samples, in `buffers[buffer]`: as [`Stored`] says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    /// What the buffer's numbers are.
    pub stored: Stored,
    /// Number of the buffer with the samples.
    pub buffer: usize,
}

/// What the numbers of a buffer are. A day of samples stays as narrow as its file had it: widened, it would be copied at twice the
/// size from the reader to the worker's reply and to the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Stored {
    /// Millivolts as little-endian f32, not a number where a sample is missing.
    Millivolts,
    /// Counts as little-endian i16.
    Counts {
        /// From counts to a voltage.
        scale: Scale,
        /// Stretches of missing samples, from and to (not with it), in order.
        missing: Vec<(usize, usize)>,
    },
}

/// Samples on their way to the page; each becomes an `ArrayBuffer`.
#[derive(Clone, Debug, PartialEq)]
pub enum Buffer {
    /// For [`Stored::Millivolts`].
    Millivolts(Vec<f32>),
    /// For [`Stored::Counts`].
    Counts(Vec<i16>),
}

#[cfg(all(test, feature = "worker"))]
impl Buffer {
    /// As it arrives on the other side.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        match self {
            Buffer::Millivolts(samples) => samples.iter().flat_map(|value| value.to_le_bytes()).collect(),
            Buffer::Counts(samples) => samples.iter().flat_map(|value| value.to_le_bytes()).collect(),
        }
    }
}

/// A recording as the page gets it: `meta` without samples, the voltages as traces.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Opened {
    /// Everything but samples: each signal of `meta` is empty.
    pub meta: Recording,
    /// The leads that are voltages.
    pub traces: Vec<Trace>,
    /// One for each trace.
    pub extents: Vec<Extent>,
}

/// Between what a lead's samples lie: told with them, since looking for it in a day of samples would halt the page.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Extent {
    /// The lowest and the highest in millivolts; none where all are missing.
    pub range: Option<(f32, f32)>,
    /// Samples that are missing.
    pub missing: usize,
}

/// A file or a set of files that could not be read, in words for the visitor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenFailure {
    /// The files that it concerns.
    pub files: Vec<String>,
    /// What, where, found, expected.
    pub message: String,
    /// The reader needs the sampling rate.
    pub wants_rate: bool,
    /// The reader needs the unit.
    pub wants_unit: bool,
}

/// From an engine to the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    /// The worker runs; sent once.
    Ready {
        /// Which engine it is.
        engine: EngineKind,
        /// The GPU adapter's name, or the kind of CPU arithmetic.
        device: String,
    },
    /// The worker cannot run here; sent instead of [`Reply::Ready`].
    Unavailable {
        /// Why, in one line for the visitor.
        reason: String,
    },
    /// How far a piece of work is.
    Progress {
        /// The work's number.
        job: Job,
        /// What is being done.
        stage: String,
        /// Units done.
        done: f64,
        /// Units in all; 0 when not known.
        total: f64,
    },
    /// Files were read: recordings that are whole, and what failed.
    Opened {
        /// The work's number.
        job: Job,
        /// The recordings.
        recordings: Vec<Opened>,
        /// What could not be read.
        failures: Vec<OpenFailure>,
    },
    /// A model is loaded and, on the GPU, its known answer was reproduced.
    ModelReady {
        /// The work's number.
        job: Job,
        /// The model's name.
        model: String,
        /// Largest difference to the card's known answer, in probability.
        difference: f32,
    },
    /// The answer of a model.
    Classified {
        /// The work's number.
        job: Job,
        /// The answer.
        findings: Findings,
        /// Milliseconds of preparation, network and map, without loading.
        milliseconds: f64,
        /// Milliseconds of the network alone; none on a GPU, whose work ends when its numbers are fetched.
        network: Option<f64>,
    },
    /// A map that was asked for.
    Explained {
        /// The work's number.
        job: Job,
        /// The map.
        explanation: Explanation,
    },
    /// A piece of work failed or was cancelled; the worker goes on.
    Failed {
        /// The work's number.
        job: Job,
        /// What happened, in words for the visitor.
        message: String,
        /// True when the page itself asked for it.
        cancelled: bool,
    },
}
