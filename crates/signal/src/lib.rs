//! Signals in time: resampling and the 12-lead simulator.
//!
//! Samples are millivolts, times are seconds, rates are hertz; several leads stand in `[lead, sample]` order.
//! Nothing here knows of networks or files, and nothing panics on what it is given.
//!
//! ```
//! use signal::simulate::{Condition, simulate};
//!
//! let parameters = Condition::FirstDegreeBlock.parameters(7);
//! let simulated = simulate(&parameters, 7);
//! assert_eq!(simulated.recording.signals.len(), 12);
//! let beat = &simulated.truth.beats[0];
//! assert!(beat.qrs_onset - beat.p_onset.unwrap() > 0.2);
//!
//! let lead_two = simulated.recording.lead(&ecg::Lead::II).unwrap().millivolts().unwrap();
//! assert_eq!(signal::resample::resample(&lead_two, 500.0, 100.0).len(), 1000);
//! ```
#![forbid(unsafe_code)]

pub mod butterworth;
pub mod resample;
pub mod simulate;
