//! The words of an electrocardiogram, which every other room speaks.
//!
//! A [`Recording`] holds what a file states: its [`Signal`]s (one a [`Lead`]) in digital counts with their [`Scale`],
//! [`Annotation`]s, [`Statement`]s, [`Measurement`]s, the [`Patient`] and the [`Warning`]s of the reader.
//! What a network says of it is a different kind and stands apart: [`Findings`] and [`Explanation`].
//! Nothing here reads files or computes more than a unit.
//!
//! ```
//! use ecg::{Lead, Recording, Scale, Signal, Unit};
//!
//! let scale = Scale { gain: 1000.0, baseline: 0.0, unit: Unit::Millivolt };
//! let signal = Signal::digital(Lead::II, 500.0, vec![0_i16, 120, -55], scale);
//! assert_eq!(signal.millivolts().unwrap(), vec![0.0, 0.12, -0.055]);
//! let recording = Recording { signals: vec![signal], ..Recording::default() };
//! assert_eq!(recording.lead(&Lead::II).unwrap().rate, 500.0);
//! ```
#![forbid(unsafe_code)]

mod annotation;
mod counts;
mod explanation;
mod findings;
mod lead;
mod measurement_words;
mod recording;
mod signal;
mod unit;

pub use annotation::{Annotation, Measurement, Statement};
pub use counts::Counts;
pub use explanation::{Explanation, ExplanationKind, ExplanationMethod, MapCheck, Part};
pub use findings::{Finding, Findings};
pub use lead::Lead;
pub use recording::{Patient, Recording, Severity, Sex, Source, Warning};
pub use signal::{Samples, Scale, Signal};
pub use unit::{Unit, UnitError};
