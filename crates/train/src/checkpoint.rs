//! The state of a run on disk, written whole or not at all.
//!
//! One safetensors file holds the network, the optimiser's moments and the best epoch's network; what is no tensor
//! (epoch, curve, settings) is JSON in the file's metadata. It is written beside its place, flushed to the disk and
//! renamed, so that a run that is killed at any moment leaves the last whole one.

use std::collections::HashMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use nets::Tensors;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};

use crate::optimiser::AdamState;

/// One epoch of the learning curve.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Epoch {
    /// Counted from 1.
    pub epoch: usize,
    /// Mean loss over the epoch's batches.
    pub loss: f64,
    /// Cross entropy on the validation fold, where it was validated.
    pub validation_loss: Option<f64>,
    /// Macro AUC on the validation fold, where it was validated.
    pub validation_auc: Option<f64>,
    /// Learning rate of its last step.
    pub rate: f64,
    /// Training records a second, validation not counted.
    pub records_per_second: f64,
}

/// A run at the end of an epoch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Checkpoint {
    /// What the run was started with, as JSON; another run's checkpoint is not taken up.
    pub settings: String,
    /// The learning curve so far: its length is the number of epochs done.
    pub curve: Vec<Epoch>,
    /// The network.
    pub network: Tensors,
    /// The optimiser.
    pub adam: AdamState,
    /// The best validated epoch (counted from 1), its macro AUC and its network.
    pub best: Option<(usize, f64, Tensors)>,
}

/// Why a checkpoint could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The file system refused.
    #[error("{path}: {source}")]
    File {
        /// The checkpoint.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file is no checkpoint.
    #[error("{path}: expected a checkpoint of train-native, found {found}; start without --resume")]
    Content {
        /// The checkpoint.
        path: PathBuf,
        /// What is wrong.
        found: String,
    },
}

#[derive(Serialize, Deserialize)]
struct Head {
    settings: String,
    curve: Vec<Epoch>,
    adam_steps: usize,
    best: Option<(usize, f64)>,
}

impl Checkpoint {
    /// Writes the checkpoint beside `path`, flushes it and renames it into place.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), CheckpointError> {
        let head = Head {
            settings: self.settings.clone(),
            curve: self.curve.clone(),
            adam_steps: self.adam.steps,
            best: self.best.as_ref().map(|(epoch, auc, _)| (*epoch, *auc)),
        };
        let content = |found: String| CheckpointError::Content { path: path.to_owned(), found };
        let head = serde_json::to_string(&head).map_err(|error| content(error.to_string()))?;

        let mut tensors: Vec<(String, Vec<usize>, Vec<u8>)> = Vec::new();
        let mut add = |name: String, shape: &[usize], values: &[f32]| {
            tensors.push((name, shape.to_vec(), values.iter().flat_map(|value| value.to_le_bytes()).collect()));
        };
        for (name, (shape, values)) in &self.network {
            add(format!("network.{name}"), shape, values);
        }
        if let Some((_, _, best)) = &self.best {
            for (name, (shape, values)) in best {
                add(format!("best.{name}"), shape, values);
            }
        }
        for (which, moments) in [("first", &self.adam.first), ("second", &self.adam.second)] {
            for (number, values) in moments.iter().enumerate() {
                add(format!("{which}.{number:05}"), &[values.len()], values);
            }
        }
        let views = tensors
            .iter()
            .map(|(name, shape, bytes)| Ok((name.as_str(), TensorView::new(Dtype::F32, shape.clone(), bytes)?)))
            .collect::<Result<Vec<_>, safetensors::SafeTensorError>>()
            .map_err(|error| content(error.to_string()))?;
        let metadata = HashMap::from([("run".to_owned(), head)]);
        let bytes = safetensors::serialize(views, Some(metadata)).map_err(|error| content(error.to_string()))?;
        write_whole(path, &bytes).map_err(|source| CheckpointError::File { path: path.to_owned(), source })
    }

    /// Reads a checkpoint.
    ///
    /// # Errors
    /// The file cannot be read or is none.
    pub fn read(path: &Path) -> Result<Checkpoint, CheckpointError> {
        let bytes = std::fs::read(path).map_err(|source| CheckpointError::File { path: path.to_owned(), source })?;
        let content = |found: String| CheckpointError::Content { path: path.to_owned(), found };
        let (_, metadata) = SafeTensors::read_metadata(&bytes).map_err(|error| content(error.to_string()))?;
        let head = metadata
            .metadata()
            .as_ref()
            .and_then(|pairs| pairs.get("run"))
            .ok_or_else(|| content("no description of a run".into()))?;
        let head: Head = serde_json::from_str(head).map_err(|error| content(error.to_string()))?;
        let file = SafeTensors::deserialize(&bytes).map_err(|error| content(error.to_string()))?;
        let mut checkpoint = Checkpoint { settings: head.settings, curve: head.curve, ..Checkpoint::default() };
        checkpoint.adam.steps = head.adam_steps;
        let mut best = Tensors::new();
        let mut names: Vec<String> = file.names().iter().map(ToString::to_string).collect();
        names.sort();
        for name in names {
            let view = file.tensor(&name).map_err(|error| content(error.to_string()))?;
            let values: Vec<f32> =
                view.data().as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
            match name.split_once('.') {
                Some(("network", path)) => {
                    checkpoint.network.insert(path.to_owned(), (view.shape().to_vec(), values));
                }
                Some(("best", path)) => {
                    best.insert(path.to_owned(), (view.shape().to_vec(), values));
                }
                Some(("first", _)) => checkpoint.adam.first.push(values),
                Some(("second", _)) => checkpoint.adam.second.push(values),
                _ => return Err(content(format!("a tensor named {name}"))),
            }
        }
        checkpoint.best = head.best.map(|(epoch, auc)| (epoch, auc, best));
        Ok(checkpoint)
    }
}

/// Writes a file whole or not at all.
///
/// # Errors
/// The file cannot be written, flushed or renamed.
pub fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    let partial = path.with_file_name(name);
    let mut file = std::fs::File::create(&partial)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&partial, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_comes_back_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/run.safetensors");
        let network = Tensors::from([("a.weight".to_owned(), (vec![2, 1], vec![1.0, -2.5]))]);
        let checkpoint = Checkpoint {
            settings: "{}".into(),
            curve: vec![Epoch {
                epoch: 1,
                loss: 0.1 + 0.2,
                validation_loss: None,
                validation_auc: Some(1.0 / 3.0),
                rate: 1e-9,
                records_per_second: 12.5,
            }],
            network: network.clone(),
            adam: AdamState { steps: 7, first: vec![vec![0.5; 3], vec![]], second: vec![vec![0.25; 3], vec![]] },
            best: Some((1, 1.0 / 3.0, network)),
        };
        checkpoint.write(&path).unwrap();
        assert_eq!(Checkpoint::read(&path).unwrap(), checkpoint);
        assert!(!folder.path().join("deep/run.safetensors.partial").exists());
    }

    #[test]
    fn another_file_is_refused_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        std::fs::write(&path, b"not a checkpoint").unwrap();
        let message = Checkpoint::read(&path).unwrap_err().to_string();
        assert!(message.contains("start without --resume"), "{message}");
    }
}
