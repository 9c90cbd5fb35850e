//! A model folder as a card and a network that answers.

use std::path::{Path, PathBuf};

use burn::tensor::Device;
use classify::{Card, weights};
use nets::Tensors;

use crate::predict::Model;

/// Why a model folder could not be read.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// A file could not be read.
    #[error("reading {path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The card or the weights are at fault.
    #[error("reading {path}: {source}")]
    Model {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: classify::Error,
    },
    /// The weights are not the network's.
    #[error("{path}: {source}")]
    Network {
        /// The folder.
        path: PathBuf,
        /// What is wrong.
        source: nets::Error,
    },
}

/// Reads `card.json`.
///
/// # Errors
/// It is not there or no card.
pub fn card(folder: &Path) -> Result<Card, FolderError> {
    let path = folder.join("card.json");
    Card::parse(&bytes(&path)?).map_err(|source| FolderError::Model { path, source })
}

/// Reads the weights that a card names, and checks them by their digest.
///
/// # Errors
/// They are not there or damaged.
pub fn tensors(folder: &Path, card: &Card) -> Result<Tensors, FolderError> {
    let path = folder.join(&card.weights.file);
    let bytes = bytes(&path)?;
    let read = weights::check(&card.weights, &bytes).and_then(|()| weights::decode(&bytes));
    read.map_err(|source| FolderError::Model { path, source })
}

/// The network that a card names, with its weights.
///
/// # Errors
/// The weights are not there, damaged, or another network's.
pub fn network(folder: &Path, card: &Card, device: &Device) -> Result<Model, FolderError> {
    let tensors = tensors(folder, card)?;
    let graph = card.graph().map_err(|source| FolderError::Model { path: folder.to_owned(), source })?;
    Model::new(graph, &tensors, device).map_err(|source| FolderError::Network { path: folder.to_owned(), source })
}

fn bytes(path: &Path) -> Result<Vec<u8>, FolderError> {
    std::fs::read(path).map_err(|source| FolderError::File { path: path.to_owned(), source })
}
