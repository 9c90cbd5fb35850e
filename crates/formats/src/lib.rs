//! Bytes to [`ecg::Recording`]s and back.
//!
//! [`read`] takes the files that a person dropped, picked or named, opens archives, finds which files belong
//! together (a WFDB header with its signal and annotation files), tells formats by content ([`probe`]) and reads each
//! group into recordings. What cannot be read becomes a [`Failure`] that says what, where, what was expected and what
//! to do; one bad file never hides the others. What is odd but readable becomes a warning on the recording.
//!
//! | format | module | reads | writes |
//! |---|---|---|---|
//! | WFDB (PhysioNet), with the challenges' `.mat` | [`wfdb`] | yes | yes |
//! | EDF, EDF+, BDF, BDF+ | [`edf`] | yes | no |
//! | SCP-ECG (EN 1064), and a Healforce dialect | [`scp`] | yes | no |
//! | DICOM waveforms (12-lead, general, ambulatory, hemodynamic) | [`dicom`] | yes | yes |
//! | HL7 annotated ECG (aECG) | [`aecg`] | yes | yes |
//! | FHIR Observation, as JSON | [`fhir`] | yes | yes |
//! | GE MUSE XML | [`muse`] | yes | no |
//! | GE CardioSoft XML | [`cardiosoft`] | yes | no |
//! | Philips Sierra XML (PageWriter, TraceMaster) | [`philips`] | yes | no |
//! | Mortara ELI XML, after public readers | [`mortara`] | yes | no |
//! | Schiller SEMA XML, after public readers | [`schiller`] | yes | no |
//! | ISHNE Holter, with its annotations | [`ishne`] | yes | no |
//! | MFER (ISO 22077) | [`mfer`] | yes | no |
//! | Contec ECG90A | [`contec`] | yes | no |
//! | AliveCor ATC | [`atc`] | yes | no |
//! | CSV, TSV, with Apple Watch exports | [`csv`] | yes | yes |
//! | MATLAB 4 | [`matlab4`] | yes | no |
//! | MATLAB 5 to 7.2 | [`matlab5`] | yes | no |
//! | HDF5, MATLAB 7.3 | [`hdf5`] | yes | no |
//! | NumPy `.npy`, `.npz` | [`npy`] | yes | no |
//! | WFDB (PhysioNet), with the challenges' `.mat` | [`wfdb`] | yes | formats 16, 24, 32, 61, 80, 160, 212, 516 |
//! | EDF, EDF+, BDF, BDF+ | [`edf`] | yes | EDF+, BDF+ |
//! | CSV, TSV | [`csv`] | yes | yes |
//! | MATLAB 5 to 7.2, as variables and not yet as recordings | [`matlab5`] | yes | no |
//! | ZIP and gzip of these | [`archive`] | yes | no |
//!
//! Rules that every reader here keeps (they are the answer to the known holes of other readers): no length of a file
//! is trusted, sizes are computed in 64 bits with checks and compared with the bytes that exist and with [`Limits`];
//! bytes are taken by a cursor that cannot run over; nothing panics; nothing absent is made up: a rate or a unit that
//! a file does not state is asked for by an error ([`Error::wants_rate`], [`Error::wants_unit`]) and given in [`Hints`].
//!
//! ```
//! use formats::{Hints, InputFile, Limits};
//!
//! let header = b"demo 1 100 3\ndemo.dat 16 1000/mV 16 0 5 12 0 II\n# Age: 61\n";
//! let samples: Vec<u8> = [5i16, 10, -3].iter().flat_map(|count| count.to_le_bytes()).collect();
//! let files = [InputFile { name: "demo.dat", bytes: &samples }, InputFile { name: "demo.hea", bytes: header }];
//! let outcome = formats::read(&files, &Hints::default(), &Limits::default());
//!
//! assert!(outcome.failures.is_empty());
//! let recording = &outcome.recordings[0];
//! assert_eq!(recording.lead(&ecg::Lead::II).unwrap().millivolts().unwrap(), [0.005, 0.01, -0.003]);
//! assert_eq!(recording.patient.age, Some(61));
//! ```
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        clippy::cast_sign_loss
    )
)]

pub mod aecg;
pub mod archive;
pub mod arrays;
pub mod atc;
pub mod cardiosoft;
mod companions;
pub mod contec;
pub mod csv;
mod cursor;
mod decimals;
pub mod dicom;
pub mod edf;
mod encoding;
mod error;
pub mod fhir;
pub mod hdf5;
pub mod ishne;
mod limbs;
mod limits;
pub mod matlab4;
pub mod matlab5;
mod memory;
pub mod mfer;
mod moment;
pub mod mortara;
pub mod muse;
mod notes;
pub mod npy;
pub mod philips;
mod probe;
mod read;
mod reader;
mod samples;
pub mod schiller;
pub mod scp;
mod vendor;
pub mod wfdb;
mod xml;

pub use error::{Error, Needs, Place, WriteError};
pub use limits::Limits;
pub use probe::{Format, probe};
pub use read::{Failure, Hints, InputFile, Outcome, accompanies, read};
