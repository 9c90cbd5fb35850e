//! One recording, as a file states it.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::{Annotation, Lead, Measurement, Signal, Statement};

/// One recording: everything that a file, or a set of files that belong together, states.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Recording {
    /// The recording's name.
    pub name: String,
    /// Where it came from.
    pub source: Source,
    /// Date and time of the first sample, ISO 8601 as far as the file states it (`2001-02-03T04:05:06.7`).
    pub start: Option<String>,
    /// What the file says of the person.
    pub patient: Patient,
    /// One signal a lead, in the file's order.
    pub signals: Vec<Signal>,
    /// Representative beats that the file holds beside the rhythm (median or average beats), one a lead. They are a device's
    /// computation and no part of the recording's time: each starts at its own 0.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub representative_beats: Vec<Signal>,
    /// Marks in time.
    pub annotations: Vec<Annotation>,
    /// Diagnoses that the file states.
    pub statements: Vec<Statement>,
    /// Measurements that the file states.
    pub measurements: Vec<Measurement>,
    /// Comment lines that were not understood as anything above.
    pub comments: Vec<String>,
    /// What the reader had to assume or repair.
    pub warnings: Vec<Warning>,
}

/// The files and the format that a recording was read from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The format's name, such as `WFDB` or `EDF+`.
    pub format: String,
    /// Names of the files, the leading one first.
    pub files: Vec<String>,
}

/// What a file says of the person; every field may be absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patient {
    /// Identifier.
    pub id: Option<String>,
    /// Name.
    pub name: Option<String>,
    /// Age in whole years.
    pub age: Option<u16>,
    /// Sex.
    pub sex: Option<Sex>,
    /// Date of birth, ISO 8601.
    pub born: Option<String>,
}

/// Sex as ECG files state it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Sex {
    Female,
    Male,
}

/// How far a warning touches the samples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Severity {
    /// Something was assumed or is odd; the samples are as stored.
    #[default]
    Note,
    /// Samples are missing, cut or may be wrong.
    Data,
}

/// Something that a reader had to assume, skip or repair, with its place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// How much it matters.
    pub severity: Severity,
    /// The file.
    pub file: String,
    /// Where in it: `line 3`, `byte 512`, `lead V1`.
    pub place: String,
    /// What was found and what was done about it.
    pub message: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.file.is_empty(), self.place.is_empty()) {
            (false, false) => write!(f, "{}, {}: {}", self.file, self.place, self.message),
            (false, true) => write!(f, "{}: {}", self.file, self.message),
            (true, false) => write!(f, "{}: {}", self.place, self.message),
            (true, true) => f.write_str(&self.message),
        }
    }
}

impl Recording {
    /// The first signal of a lead.
    pub fn lead(&self, lead: &Lead) -> Option<&Signal> {
        self.signals.iter().find(|signal| signal.lead == *lead)
    }

    /// Seconds from the recording's start to the end of its last signal.
    pub fn duration(&self) -> f64 {
        self.signals.iter().map(|signal| signal.start + signal.duration()).fold(0.0, f64::max)
    }
}
