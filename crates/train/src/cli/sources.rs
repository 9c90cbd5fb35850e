//! What a run takes over from others: weights to start from, and a teacher.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, ensure};
use burn::tensor::Device;
use classify::{Card, weights};
use nets::Tensors;
use train::dataset::{Dataset, Example};
use train::evaluate::fit_to_card;
use train::folder;
use train::predict::Model;

use super::train::{Options, dataset};

/// Name of the weights that a run in pre-training leaves in its folder.
pub const PRE_TRAINED: &str = "pre-trained.safetensors";

/// Weights, and the SHA-256 of their file.
pub struct Start {
    pub tensors: Tensors,
    sum: String,
}

/// A trained model that another learns from.
pub struct TeacherModel {
    pub model: Model,
    card: Card,
}

/// What a run takes over.
pub struct Sources {
    pub start: Option<Start>,
    pub teacher: Option<TeacherModel>,
}

impl Sources {
    /// Reads what the options name.
    pub fn open(options: &Options, device: &Device) -> anyhow::Result<Sources> {
        let start = options.start.as_deref().map(start).transpose()?;
        let teacher = options.teacher.as_deref().map(|folder| teacher(folder, device)).transpose()?;
        Ok(Sources { start, teacher })
    }

    /// SHA-256 of the weights to start from.
    pub fn start_sum(&self) -> Option<String> {
        self.start.as_ref().map(|start| start.sum.clone())
    }

    /// SHA-256 of the teacher's weights.
    pub fn teacher_sum(&self) -> Option<String> {
        self.teacher.as_ref().map(|teacher| teacher.card.weights.sha256.clone())
    }
}

impl TeacherModel {
    /// The run's recordings as the teacher sees them.
    pub fn data(&self, options: &Options) -> anyhow::Result<Dataset> {
        let mut data = dataset(options, self.card.input.rate)?;
        fit_to_card(&mut data, &self.card)?;
        Ok(data)
    }
}

/// The weights of a model folder, or of a run in pre-training.
fn start(path: &Path) -> anyhow::Result<Start> {
    let pre_trained = path.join(PRE_TRAINED);
    if pre_trained.exists() {
        let bytes = std::fs::read(&pre_trained).with_context(|| format!("reading {}", pre_trained.display()))?;
        return Ok(Start { tensors: weights::decode(&bytes)?, sum: weights::sha256(&bytes) });
    }
    let card = folder::card(path)?;
    Ok(Start { tensors: folder::tensors(path, &card)?, sum: card.weights.sha256 })
}

fn teacher(path: &Path, device: &Device) -> anyhow::Result<TeacherModel> {
    let card = folder::card(path)?;
    let model = folder::network(path, &card, device)?;
    Ok(TeacherModel { model, card })
}

/// The teacher's examples in the student's order.
///
/// # Errors
/// The teacher is not shown all of them.
pub fn in_order<'a>(own: &[&Example], teachers: &[&'a Example]) -> anyhow::Result<Vec<&'a Example>> {
    let by_id: BTreeMap<u32, &Example> = teachers.iter().map(|example| (example.id, *example)).collect();
    let found: Vec<&Example> = own.iter().filter_map(|example| by_id.get(&example.id).copied()).collect();
    ensure!(
        found.len() == own.len(),
        "the teacher takes {} of the {} recordings: expected all; one of the two needs amplitudes that some records lack \
         (leave out --include-zscored)",
        found.len(),
        own.len()
    );
    Ok(found)
}
