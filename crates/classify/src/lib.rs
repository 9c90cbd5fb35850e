//! From a recording to findings and explanations.
//!
//! A model is a [`Card`] (what it is, what it takes, how good it is) and its [`weights`]. [`prepare()`] turns a recording
//! into what the network sees; training calls the same function. A [`Classifier`] runs the network, on the CPU by
//! the hand-written plan or on any device by Burn, and turns its output into calibrated [`ecg::Findings`] and
//! [`ecg::Explanation`]s. It knows nothing of where it runs.
//!
//! ```
//! use classify::{Input, Shorter, Window, prepare};
//! use ecg::{Lead, Recording, Signal, Unit};
//!
//! let input = Input {
//!     rate: 100.0,
//!     samples: 250,
//!     leads: vec![Lead::I, Lead::II, Lead::III],
//!     mean: 0.0,
//!     std: 0.5,
//!     shorter: Shorter::Refuse,
//!     ..Input::default()
//! };
//! let lead = |lead, value| Signal::physical(lead, 100.0, vec![value; 1000], Unit::Millivolt);
//! let recording = Recording { signals: vec![lead(Lead::II, 0.5), lead(Lead::I, 0.25)], ..Recording::default() };
//!
//! let prepared = prepare(&recording, &input, &Window { stride: 125, ..Window::default() }).unwrap();
//! assert_eq!(prepared.starts.len(), 7);
//! assert_eq!((prepared.values[0], prepared.values[250], prepared.values[500]), (0.5, 1.0, 0.5));
//! assert_eq!(prepared.warnings[0].to_string(), "lead III: not in the recording: computed from II and I");
//! ```
#![forbid(unsafe_code)]

mod calibration;
mod card;
mod checked;
mod classifier;
mod condition;
mod error;
mod explain;
mod gradients;
mod known;
mod outputs;
mod prepare;
#[cfg(not(target_family = "wasm"))]
mod wait;
pub mod weights;
pub mod windows;

pub use calibration::Calibration;
pub use card::{Card, Input, KnownAnswer, Label, Shorter, WeightsFile, Window};
pub use checked::{Area, CheckedMap, Pointed};
pub use classifier::{Backend, Classifier};
pub use condition::{Filter, LeadScale, RecordFeatures, Scaling, condition};
pub use ecg::ExplanationMethod as Method;
pub use error::Error;
pub use known::{KNOWN_RECORD, known_input};
pub use nets::tape::Plain as OneThread;
pub use prepare::{Aligned, Prepared, align, prepare};
#[cfg(not(target_family = "wasm"))]
pub use wait::wait;
pub use weights::Precision;
pub use windows::Aggregate;
