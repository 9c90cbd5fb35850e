//! Where recordings come from: each data set in the layout that it was published in.

use std::path::{Path, PathBuf};

use crate::dataset::Dataset;
use crate::ecgpack::PackError;
use crate::ptbxl::MetadataError;
use crate::table::TableError;
use crate::tasks::{DataSet, Task};

mod chapman;
mod cinc2021;
pub mod code15;
mod cpsc2018;
mod gather;
mod matlab5;
mod ptb_xl;
pub mod stratify;
mod wfdb;

pub use cinc2021::snomed_records;
pub use cpsc2018::numbered_records;
pub use gather::{Form, Gathered, Taken};

/// What of a data set is wanted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wanted {
    /// PTB-XL's records that are there only band-passed and standardised by lead, too.
    pub include_zscored: bool,
    /// Samples a second that the network takes.
    pub rate: f64,
}

impl Wanted {
    /// True signals for a network of this rate.
    pub fn at(rate: f64) -> Wanted {
        Wanted { include_zscored: false, rate }
    }
}

/// Why a data set could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The metadata is at fault.
    #[error(transparent)]
    Metadata(#[from] MetadataError),
    /// A table is at fault.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A pack is at fault.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// There is no signal.
    #[error(
        "{folder}: found neither a pack (ptbxl100*.ecgpack) nor WFDB files (*_lr.hea) in it or below; `train-native fetch ptb-xl` gets them"
    )]
    NoSignals {
        /// The folder that was searched.
        folder: PathBuf,
    },
    /// A data set's files are not there.
    #[error("{folder}: found {found} in it or below, expected {expected}")]
    Absent {
        /// The folder that was searched.
        folder: PathBuf,
        /// What is there.
        found: String,
        /// What the data set consists of.
        expected: &'static str,
    },
    /// A recording is not what its data set holds.
    #[error("{path}: expected {expected}, found {found}")]
    Recording {
        /// Its file.
        path: PathBuf,
        /// What it is.
        found: String,
        /// What the data set holds.
        expected: &'static str,
    },
    /// A recording cannot be read.
    #[error("{folder}/{source}", folder = .path.parent().unwrap_or(.path).display())]
    Format {
        /// Its file; the error names it without its folder.
        path: PathBuf,
        /// What is wrong, and where.
        source: formats::Error,
    },
    /// A recording cannot be brought into a network's form.
    #[error("{path}: {source}")]
    Prepare {
        /// Its file.
        path: PathBuf,
        /// What is wrong.
        source: classify::Error,
    },
    /// A file could not be read.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Simulated recordings are in no folder.
    #[error("task simulated takes no folder: its recordings are made by the program")]
    Simulated,
}

/// Loads every record of a task's data set below `folder` that has a signal and a label of the task. `tell` gets a line for
/// each step.
///
/// # Errors
/// Metadata or signals are absent or damaged.
pub fn load(folder: &Path, task: Task, wanted: Wanted, tell: &mut dyn FnMut(&str)) -> Result<Dataset, SourceError> {
    match task.data_set() {
        DataSet::PtbXl => ptb_xl::load(folder, task, wanted, tell),
        DataSet::Cpsc2018 => cpsc2018::load(folder, wanted.rate, tell),
        DataSet::Chapman => chapman::load(folder, wanted.rate, tell),
        DataSet::Cinc2021 => cinc2021::load(folder, wanted.rate, tell),
        DataSet::Simulated => Err(SourceError::Simulated),
    }
}
