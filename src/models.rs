//! The models that are served: their list, their cards, their files.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use ecg::Lead;
use engine::protocol::Job;
use serde::Deserialize;
use serde_json::Value;

use crate::download::{self, Error, Expected};
use crate::tasks::Tasks;

/// One line of `models/index.json`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Entry {
    /// The model's name: its folder.
    pub name: String,
    /// Title for the picker.
    pub title: String,
    /// Size of the card (bytes).
    pub card_bytes: f64,
    /// SHA-256 of the card.
    pub card_sha256: String,
    /// Size of the weights (bytes).
    pub weights_bytes: f64,
    /// SHA-256 of the weights.
    pub weights_sha256: String,
    /// The weights' file in the model's folder.
    #[serde(default = "weights_file")]
    pub weights: String,
    /// The task, such as `superdiagnostic`.
    #[serde(default)]
    pub task: String,
    /// The leads that it takes.
    #[serde(default)]
    pub leads: Vec<Lead>,
    /// True for the one to begin with.
    #[serde(default)]
    pub default: bool,
}

fn weights_file() -> String {
    "weights.safetensors".to_owned()
}

impl Entry {
    /// Whether a recording with these leads has all that the model takes; of two limb leads the other four are computed.
    pub fn fits(&self, leads: &[Lead]) -> bool {
        !self.leads.is_empty() && self.leads.iter().all(|lead| lead.is_given_by(|own| leads.contains(own)))
    }
}

/// The list.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Index {
    /// The models, in the picker's order.
    pub models: Vec<Entry>,
}

impl Index {
    /// Fetches it.
    pub async fn fetch() -> Result<Index, String> {
        download::json("models/index.json").await
    }
}

/// What the page shows of a card; the engine reads the whole of it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Card {
    /// Title.
    pub title: String,
    /// The network's name.
    pub architecture: String,
    /// The labels.
    pub labels: Vec<Value>,
    /// The task.
    pub task: String,
    /// What it was trained on.
    pub data: Value,
    /// Metrics by fold, with their intervals.
    pub metrics: Value,
    /// Trainable parameters.
    pub parameters: f64,
    /// Multiply-adds of one forward pass.
    pub multiply_adds: f64,
    /// The weights' licence.
    pub licence: String,
    /// The training recipe.
    pub recipe: String,
    /// The command that made it.
    pub command: String,
    /// The commit of the program that made it.
    pub commit: String,
    /// The seed.
    pub seed: Value,
}

/// A model's files.
pub struct Files {
    /// `card.json`.
    pub card_json: Vec<u8>,
    /// The weights.
    pub weights: Vec<u8>,
    /// The card.
    pub card: Arc<Card>,
}

thread_local! {
    static FETCHED: RefCell<HashMap<String, Rc<Files>>> = RefCell::default();
}

/// A model's files, from memory or from the server.
pub async fn files(entry: &Entry, tasks: Tasks, job: Job) -> Result<Rc<Files>, Error> {
    if let Some(files) = FETCHED.with_borrow(|fetched| fetched.get(&entry.name).cloned()) {
        return Ok(files);
    }
    let signal = tasks.abort_signal(job);
    let folder = format!("models/{}", entry.name);
    let all = entry.card_bytes + entry.weights_bytes;
    let expected = Expected { bytes: entry.card_bytes, sha256: entry.card_sha256.clone() };
    let card_json = download::bytes(&format!("{folder}/card.json"), &expected, signal.as_ref(), |done, _| {
        tasks.progress(job, "fetching the model's card", done, all);
    })
    .await?;
    let card: Card = serde_json::from_slice(&card_json)
        .map_err(|error| Error::Failed(format!("{folder}/card.json is not what the page expects: {error}")))?;
    let expected = Expected { bytes: entry.weights_bytes, sha256: entry.weights_sha256.clone() };
    let weights = download::bytes(&format!("{folder}/{}", entry.weights), &expected, signal.as_ref(), |done, _| {
        tasks.progress(job, "fetching the model's weights", entry.card_bytes + done, all);
    })
    .await?;
    let files = Rc::new(Files { card_json, weights, card: Arc::new(card) });
    FETCHED.with_borrow_mut(|fetched| fetched.insert(entry.name.clone(), files.clone()));
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_fits_where_its_leads_are_there_or_follow_from_two_limb_leads() {
        let model = |leads: &[Lead]| Entry { leads: leads.to_vec(), ..Entry::default() };
        assert!(model(&[Lead::II]).fits(&[Lead::II]));
        assert!(model(&[Lead::AVR, Lead::III, Lead::V1]).fits(&[Lead::I, Lead::II, Lead::V1]));
        assert!(!model(&[Lead::II]).fits(&[Lead::I]));
        assert!(!model(&Lead::TWELVE).fits(&[Lead::I, Lead::II, Lead::III]));
        assert!(!model(&[]).fits(&[Lead::I]), "a list that does not say what the model takes promises nothing");
    }
}
