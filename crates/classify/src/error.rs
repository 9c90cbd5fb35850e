//! What can go wrong between a recording and its findings.

/// Why a model could not be loaded or a recording not be classified.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The card is no JSON of a card.
    #[error("model card: {0}; the file is damaged or of a newer version")]
    CardSyntax(#[from] serde_json::Error),
    /// A value of the card cannot be.
    #[error("model card {model}: {field} is {found}, expected {expected}")]
    CardValue {
        /// The model's name.
        model: String,
        /// Path of the field.
        field: &'static str,
        /// What stands there.
        found: String,
        /// What should.
        expected: String,
    },
    /// The weights file is no safetensors file, or its numbers cannot be used.
    #[error("weights{}: found {found}, expected {expected}", at(.tensor))]
    Weights {
        /// The tensor's name; empty for the whole file.
        tensor: String,
        /// What is there.
        found: String,
        /// What should be there.
        expected: String,
    },
    /// The recording lacks leads that the model needs and that cannot be derived.
    #[error(
        "missing lead{} {}: the model needs {needed}, found {found}; open a recording that has them",
        if .missing.len() == 1 { "" } else { "s" },
        .missing.join(", ")
    )]
    MissingLeads {
        /// Names of what is missing.
        missing: Vec<String>,
        /// Names of what the model needs.
        needed: String,
        /// Names of what the recording has.
        found: String,
    },
    /// A lead cannot be given in millivolts.
    #[error("{0}; state the unit when opening the file")]
    Unit(#[from] ecg::UnitError),
    /// A lead has no sample that could be used.
    #[error("lead {lead}: every sample is missing, expected a signal; the electrode may have been off")]
    Empty {
        /// The lead's name.
        lead: String,
    },
    /// The recording is shorter than the model's input.
    #[error("the recording holds {found:.2} s that all leads share, expected at least {expected:.2} s for this model")]
    TooShort {
        /// Seconds that all needed leads share.
        found: f64,
        /// Seconds that the model needs.
        expected: f64,
    },
    /// A filter of the card cannot be.
    #[error("model card: {0}")]
    Filter(#[from] signal::butterworth::FilterError),
    /// A sampling rate that no lead of an ECG has.
    #[error("lead {lead}: found a sampling rate of {rate} Hz, expected 1 Hz at least")]
    Rate {
        /// The lead's name.
        lead: String,
        /// The rate.
        rate: f64,
    },
    /// The model does not know the label.
    #[error("label {label}: not one of the model's labels ({known})")]
    UnknownLabel {
        /// What was asked for.
        label: String,
        /// What there is.
        known: String,
    },
    /// The network gives no map of the kind that was asked for.
    #[error("{architecture} gives no such map of a single label")]
    NoMap {
        /// The network's name.
        architecture: String,
    },
    /// The device failed, or its numbers cannot be used.
    #[error("the network's output could not be used: {0}")]
    Device(String),
    /// Whoever watches asked to stop.
    #[error("cancelled")]
    Cancelled,
}

fn at(tensor: &str) -> String {
    if tensor.is_empty() { String::new() } else { format!(", tensor {tensor}") }
}
