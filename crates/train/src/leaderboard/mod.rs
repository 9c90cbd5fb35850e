//! Every model folder measured on one fold, each beside what was published of its network.

mod text;

use std::path::{Path, PathBuf};

use burn::tensor::Device;
use classify::Card;
use serde::Serialize;

pub use text::as_text;

use crate::dataset::Dataset;
use crate::evaluate::{EvaluateError, answers, fit_to_card, report};
use crate::folder::{self, FolderError};
use crate::metrics::{Bootstrap, Interval};
use crate::published::{self, Row};
use crate::recipes::Aggregate;
use crate::tasks::Task;

/// One model's figures.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measured {
    /// The model: its folder.
    pub model: String,
    /// Its network.
    pub network: String,
    /// Its labels.
    pub task: Task,
    /// The recordings.
    pub data: String,
    /// How many of them.
    pub records: usize,
    /// Labels that have an AUC there, of how many.
    pub labels: (usize, usize),
    /// Macro AUC with its interval; absent when no label has one.
    pub macro_auc: Option<Interval>,
    /// Sample-centric Fmax.
    pub fmax: Option<f64>,
    /// Mean expected calibration error of the labels.
    pub calibration_error: f64,
    /// What was published of the network for these labels.
    pub published: Vec<Row>,
}

/// A model that could not be measured on these recordings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// The model: its folder.
    pub model: String,
    /// Why.
    pub reason: String,
}

/// The table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Leaderboard {
    /// The fold that all were measured on.
    pub fold: u8,
    /// By task, then by falling macro AUC.
    pub models: Vec<Measured>,
    /// By name.
    pub left_out: Vec<LeftOut>,
}

/// Why there is no table.
#[derive(Debug, thiserror::Error)]
pub enum LeaderboardError {
    /// The folder of models could not be read.
    #[error("reading {path}: {source}")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// No model is in it.
    #[error("{path}: found no model in it, expected folders with a card.json")]
    NoModels {
        /// The folder.
        path: PathBuf,
    },
}

/// Where a model's recordings are from.
pub trait Recordings {
    /// Recordings of the fold for a model, with signals that are not prepared yet, or why there are none.
    ///
    /// # Errors
    /// The model is of other data, or the data cannot be loaded.
    fn of(&mut self, card: &Card, task: Task) -> Result<Dataset, String>;
}

/// How all are measured.
#[derive(Clone, Copy, Debug)]
pub struct Measure<'a> {
    /// The fold.
    pub fold: u8,
    /// The macro AUC's interval.
    pub interval: &'a Bootstrap,
    /// Where networks run.
    pub device: &'a Device,
}

/// Measures every model folder below `models`. `seen` gets each model's name before it is measured.
///
/// # Errors
/// There is no model. A model that cannot be measured is no error: it is listed with the reason.
pub fn measure(
    models: &Path,
    how: &Measure<'_>,
    recordings: &mut dyn Recordings,
    seen: &mut dyn FnMut(&str),
) -> Result<Leaderboard, LeaderboardError> {
    let unreadable = |source| LeaderboardError::Folder { path: models.to_owned(), source };
    let mut folders: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(models).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.join("card.json").is_file() {
            folders.push(path);
        }
    }
    if folders.is_empty() {
        return Err(LeaderboardError::NoModels { path: models.to_owned() });
    }
    let mut board = Leaderboard { fold: how.fold, models: Vec::new(), left_out: Vec::new() };
    // A folder's name, not the card's: one model may have been trained twice.
    let name = |folder: &Path| folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let leave = |board: &mut Leaderboard, folder: &Path, reason: String| {
        board.left_out.push(LeftOut { model: name(folder), reason });
    };
    // By task, so that recordings of one are loaded once.
    let mut found = Vec::new();
    for folder in folders {
        let card = match folder::card(&folder) {
            Ok(card) => card,
            Err(error) => {
                leave(&mut board, &folder, error.to_string());
                continue;
            }
        };
        match <Task as clap::ValueEnum>::from_str(&card.task, false) {
            Ok(task) => found.push((task, folder, card)),
            Err(_) => leave(&mut board, &folder, format!("its task {:?} is not one of this program's", card.task)),
        }
    }
    found.sort_by(|one, other| (one.0.name(), &one.1).cmp(&(other.0.name(), &other.1)));
    for (task, folder, card) in found {
        seen(&name(&folder));
        match one(&folder, &card, task, how, recordings) {
            Ok(measured) => board.models.push(Measured { model: name(&folder), ..measured }),
            Err(reason) => leave(&mut board, &folder, reason),
        }
    }
    let area = |row: &Measured| row.macro_auc.map_or(f64::NEG_INFINITY, |area| area.value);
    board.models.sort_by(|one, other| {
        (one.task.name().cmp(other.task.name()))
            .then(area(other).total_cmp(&area(one)))
            .then(one.model.cmp(&other.model))
    });
    board.left_out.sort_by(|one, other| one.model.cmp(&other.model));
    Ok(board)
}

fn one(
    folder: &Path,
    card: &Card,
    task: Task,
    how: &Measure<'_>,
    recordings: &mut dyn Recordings,
) -> Result<Measured, String> {
    let mut data = recordings.of(card, task)?;
    fit_to_card(&mut data, card).map_err(|error: EvaluateError| error.to_string())?;
    let network = folder::network(folder, card, how.device).map_err(|error: FolderError| error.to_string())?;
    let answers = answers(&network, &data, how.fold, |_| ()).map_err(|error| error.to_string())?;
    let figures = report(card, &answers, Aggregate::of(card), how.interval).map_err(|error| error.to_string())?;
    let labels = figures.classes.len();
    Ok(Measured {
        model: card.name.clone(),
        network: card.architecture.name().to_owned(),
        task,
        data: data.name,
        records: figures.records,
        labels: (labels - figures.undefined.len(), labels),
        macro_auc: figures.macro_auc,
        fmax: figures.fmax.map(|fmax| fmax.value),
        calibration_error: figures.calibration.macro_error,
        published: published::of(card.architecture.name(), task),
    })
}
