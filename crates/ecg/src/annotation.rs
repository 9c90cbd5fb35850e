//! What a file states beside its samples.

use serde::{Deserialize, Serialize};

use crate::Lead;

/// A mark in time that a file carries: a beat, a rhythm change, a note.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Annotation {
    /// Seconds from the recording's start.
    pub time: f64,
    /// Duration in seconds, where the file states one.
    pub duration: Option<f64>,
    /// The mark's own code in its format (WFDB mnemonic such as `N`, `V`, `+`); empty where there is none.
    pub code: String,
    /// Free text.
    pub text: String,
    /// The lead that it belongs to, where the file says so.
    pub lead: Option<Lead>,
    /// Sample number at the annotation file's own rate, where the format counts in samples.
    pub sample: Option<i64>,
}

/// A diagnosis that a file states (not one that a network found).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// Code system: `SNOMED CT`, `SCP-ECG`, `text`.
    pub system: String,
    /// The code in that system; empty for free text.
    pub code: String,
    /// The text, where there is one.
    pub text: String,
}

/// A number that a file states of the recording, such as a QT interval.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Measurement {
    /// Name in the file's words.
    pub name: String,
    /// Its value.
    pub value: f64,
    /// Its unit, as the file writes it, or as its format defines it where files write none; empty where neither does.
    pub unit: String,
    /// The lead that it was taken in, where the file says so.
    pub lead: Option<Lead>,
}
