//! Bytes to [`ecg::Recording`]s and back.
//!
//! [`read`] takes the files that a person dropped, picked or named, opens archives, finds which files belong
//! together (a WFDB header with its signal and annotation files), tells formats by content ([`probe`]) and reads each
//! group into recordings. What cannot be read becomes a [`Failure`] that says what, where, what was expected and what
//! to do; one bad file never hides the others. What is odd but readable becomes a warning on the recording.
//!
//! | format | module | samples | metadata | measurements, statements, marks | writes | a device's or vendor's file |
//! |---|---|---|---|---|---|---|
//! | WFDB (PhysioNet), with the challenges' `.mat` | [`wfdb`] | exact: wfdb-python | full | annotations, diagnoses | 16, 24, 32, 61, 80, 160, 212, 516 | seen |
//! | EDF, EDF+, BDF, BDF+ | [`edf`] | exact: pyedflib, edfio | full | annotations | EDF+ and BDF+, with gaps | seen |
//! | SCP-ECG (EN 1064 v1-v3, Sections 0-12) | [`scp`] | exact: ecgdatakit, parsescp; bimodal, Section 12: built | full | measurements of all leads and each, statements, complexes, reference beat | no | seen |
//! | SCP-ECG of Healforce | [`scp`] | exact: a public decoder | leads without names | none stored | no | seen |
//! | DICOM waveforms | [`dicom`] | exact: pydicom; A-law, mu-law, 32 bit, big endian: built | full | annotations, measurements, median beat | 12-lead, general, ambulatory | seen |
//! | HL7 annotated ECG (aECG) | [`aecg`] | exact: ecgdatakit; listed times: built | full | annotations, measurements, statements, representative beat | yes | seen |
//! | FHIR Observation, as JSON and XML | [`fhir`] | exact: by the rule; built ones: fhir.resources | full | interpretation, notes | JSON | not seen |
//! | GE MUSE XML | [`muse`] | exact: ecgdatakit | full | measurements, statements, median beat | no | seen |
//! | GE CardioSoft XML | [`cardiosoft`] | exact: ecg2dcm; full disclosure: by its leads' sums | full | measurements, statements, median beat | no | seen |
//! | Philips Sierra XML 1.03, 1.04, 1.04.01 | [`philips`] | exact: sierraecg; plain text: built | full | measurements, statements, representative beats | no | seen |
//! | Philips Sierra XML 1.04.02 | [`philips`] | built | full | as above | no | not seen |
//! | Mortara ELI XML | [`mortara`] | exact: ecgdatakit, on a simulated file | full | typical cycle | no | not seen |
//! | Schiller SEMA XML | [`schiller`] | exact: by the rule, on a simulated file | full | averages | no | not seen |
//! | ISHNE Holter, with its annotations | [`ishne`] | exact: ecgdatakit | full | beats | no | seen |
//! | MFER (ISO 22077) | [`mfer`] | exact: ecgdatakit; data types 1-8: built; 9 is refused | full | events, dominant beats | no | seen |
//! | Contec ECG90A | [`contec`] | exact: ecg_contec | full | none stored | no | seen |
//! | AliveCor ATC | [`atc`] | exact: ATCpy | date | annotations, average beats | no | seen |
//! | Apple Watch CSV, in any language | [`csv`] | exact: by the rule, on simulated files | full | classification | no | not seen |
//! | CSV, TSV | [`csv`] | exact: pandas | what a table says | none stored | yes | no vendor has it |
//! | MATLAB 4, MATLAB 5 to 7.2 | [`matlab4`], [`matlab5`] | exact: SciPy | what variables say | none stored | no | seen |
//! | HDF5, MATLAB 7.3 | [`hdf5`] | exact: h5py; szip, n-bit, scale-offset are refused | what variables and attributes say | none stored | no | seen |
//! | NumPy `.npy`, `.npz` | [`npy`] | exact: NumPy | what arrays say | none stored | no | no vendor has it |
//! | ZIP and gzip of these | [`archive`] | as packed | as packed | as packed | no | seen |
//!
//! Levels. Samples: *exact* means that the stored numbers and the millivolts equal, to the last bit of the count and 1e-9 of the
//! value, what the named reader (not ours) gives for every sample file; *built*: no sample file has it, and tests make some.
//! Metadata *full*: leads, units, rate, start and what the format has for the person are read. Stored measurements, statements and
//! marks are never mixed with what is computed here. *Not seen*: written after public specifications or readers, since no file of a
//! device was to be had.
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
mod filling;
pub mod hdf5;
pub mod ishne;
mod limbs;
mod limits;
pub mod matlab4;
pub mod matlab5;
mod mdc;
mod memory;
pub mod mfer;
mod moment;
pub mod mortara;
pub mod muse;
mod notes;
pub mod npy;
pub mod philips;
mod probe;
mod quantise;
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
