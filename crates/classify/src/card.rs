//! The model card: everything that a model's user must know, beside its weights.

use std::sync::Arc;

use ecg::Lead;
use nets::graph::Graph;
use nets::{Architecture, Purpose};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::calibration::Calibration;
use crate::condition::{Filter, LeadScale, RecordFeatures, Scaling};
use crate::{Aggregate, CheckedMap, Error, windows};

/// `models/NAME/card.json`. Fields that this version does not know are kept in [`Card::other`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// The model's name: its folder.
    pub name: String,
    /// Title for the picker.
    pub title: String,
    /// The network.
    pub architecture: Architecture,
    /// The labels, in the order of the network's outputs.
    pub labels: Vec<Label>,
    /// What the network takes.
    pub input: Input,
    /// How a recording that is longer than the input is gone through.
    #[serde(default)]
    pub window: Window,
    /// How the network's logits become probabilities.
    #[serde(default)]
    pub calibration: Calibration,
    /// The weights file.
    pub weights: WeightsFile,
    /// Labels exclude each other (softmax) or not (a sigmoid each).
    #[serde(default)]
    pub exclusive: bool,
    /// The task, such as `superdiagnostic`.
    #[serde(default)]
    pub task: String,
    /// The training recipe's name.
    #[serde(default)]
    pub recipe: String,
    /// The command that made this model.
    #[serde(default)]
    pub command: String,
    /// The seed of its training.
    #[serde(default)]
    pub seed: u64,
    /// The commit of the program that trained it.
    #[serde(default)]
    pub commit: String,
    /// What it was trained on: counts by fold and source, origin, licence.
    #[serde(default)]
    pub data: Value,
    /// Metrics with their intervals, by fold.
    #[serde(default)]
    pub metrics: Value,
    /// What the check of its maps found, a kind of map each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub explanations: Vec<CheckedMap>,
    /// Trainable parameters.
    #[serde(default)]
    pub parameters: u64,
    /// Multiply-adds of one forward pass of one input.
    #[serde(default)]
    pub multiply_adds: u64,
    /// The weights' licence.
    #[serde(default)]
    pub licence: String,
    /// A fixed input's answer, by which an engine checks itself.
    #[serde(default)]
    pub known_answer: Option<KnownAnswer>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// One output of the network.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Label {
    /// Code, such as `MI` or `1AVB`.
    pub code: String,
    /// Full name.
    pub name: String,
    /// The group that it is listed under.
    #[serde(default)]
    pub group: String,
    /// Calibrated probability from which on it is shown as present; chosen on the validation fold.
    pub threshold: f32,
}

/// What the network takes: `[lead, sample]`, standardised by one mean and one deviation unless it says otherwise
/// (protocols.md, section 3).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Input {
    /// Samples a second (hertz).
    pub rate: f64,
    /// Samples of one input.
    pub samples: usize,
    /// The leads, in the network's order.
    pub leads: Vec<Lead>,
    /// Millivolts that become 0.
    pub mean: f64,
    /// Millivolts that become 1.
    pub std: f64,
    /// What is done when a recording is shorter than one input.
    #[serde(default)]
    pub shorter: Shorter,
    /// Filters, one after the other, each forth and back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<Filter>,
    /// How millivolts become the network's numbers.
    #[serde(default, skip_serializing_if = "Scaling::is_standard")]
    pub scaling: Scaling,
    /// Mean and deviation of each lead, where the scaling is by lead.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lead_scales: Vec<LeadScale>,
    /// Bands that each lead is split into, each filtered once from rest; none where the lead comes as it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bands: Vec<Filter>,
    /// What the network is told of the whole recording.
    #[serde(default, skip_serializing_if = "RecordFeatures::is_none")]
    pub record_features: RecordFeatures,
}

impl Default for Input {
    fn default() -> Input {
        Input {
            rate: 100.0,
            samples: 1000,
            leads: Lead::TWELVE.to_vec(),
            mean: 0.0,
            std: 1.0,
            shorter: Shorter::default(),
            filters: Vec::new(),
            scaling: Scaling::default(),
            lead_scales: Vec::new(),
            bands: Vec::new(),
            record_features: RecordFeatures::default(),
        }
    }
}

impl Input {
    /// What stands side by side at each sample: leads, each as its bands, and the recording's features.
    pub fn channels(&self) -> usize {
        self.leads.len() * self.bands.len().max(1) + self.record_features.count()
    }
}

/// What is done with a recording that is shorter than one input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shorter {
    /// It is an error: the network is tied to its length (IMLE-Net's attention has a bias for each position).
    #[default]
    Refuse,
    /// Zeros (in standardised units) follow its end, with a warning.
    Pad,
}

/// How a recording that is longer than the input is gone through.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Window {
    /// Samples from one window's start to the next; 0 means that only the first window is used.
    pub stride: usize,
    /// Seconds of the recording that are looked at, from its start.
    pub span: f64,
    /// How the windows' probabilities become one.
    pub aggregate: Aggregate,
}

impl Default for Window {
    fn default() -> Window {
        Window { stride: 0, span: 10.0, aggregate: Aggregate::Mean }
    }
}

/// The weights file beside the card.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeightsFile {
    /// Its name in the model's folder.
    pub file: String,
    /// SHA-256, lower-case hexadecimal; empty when it is not to be checked.
    pub sha256: String,
    /// Its length.
    pub bytes: u64,
    /// `f16` or `f32`.
    pub dtype: String,
}

/// The answer to [`crate::known_input`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct KnownAnswer {
    /// Name of the input.
    pub record: String,
    /// Calibrated probability of each label.
    pub probabilities: Vec<f32>,
}

impl Card {
    /// Reads and checks a card.
    ///
    /// # Errors
    /// The bytes are no card, or a value in it cannot be.
    pub fn parse(json: &[u8]) -> Result<Card, Error> {
        let card: Card = serde_json::from_slice(json)?;
        card.check()?;
        Ok(card)
    }

    /// The card as the text of `card.json`.
    ///
    /// # Errors
    /// A number in it is not finite.
    pub fn to_json(&self) -> Result<String, Error> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        Ok(text)
    }

    /// Checks that every value can be, and that they fit together.
    ///
    /// # Errors
    /// [`Error::CardValue`] with the first field that cannot be.
    pub fn check(&self) -> Result<(), Error> {
        let wrong = |field, found: String, expected: &str| {
            Err(Error::CardValue { model: self.name.clone(), field, found, expected: expected.to_owned() })
        };
        if self.name.is_empty() || self.name.contains(['/', '\\']) {
            return wrong("name", format!("{:?}", self.name), "a folder's name");
        }
        if self.labels.is_empty() {
            return wrong("labels", "empty".into(), "at least one label");
        }
        for (number, label) in self.labels.iter().enumerate() {
            if label.code.is_empty() || self.labels[..number].iter().any(|other| other.code == label.code) {
                return wrong("labels.code", format!("{:?}", label.code), "a code that is not empty and stands once");
            }
            if !(0.0..=1.0).contains(&label.threshold) {
                return wrong("labels.threshold", format!("{} of {}", label.threshold, label.code), "0 to 1");
            }
        }
        let network = self.architecture.input();
        let input = &self.input;
        if input.leads.len() != network.leads {
            return wrong("input.leads", format!("{} leads", input.leads.len()), &format!("{}", network.leads));
        }
        if input.channels() != network.channels() {
            let expected = format!("{} for {}", network.channels(), self.architecture);
            return wrong("input.bands and input.record_features", format!("{} channels", input.channels()), &expected);
        }
        if input.leads.iter().enumerate().any(|(number, lead)| input.leads[..number].contains(lead)) {
            return wrong("input.leads", "a lead twice".into(), "each lead once");
        }
        if !(input.rate.is_finite() && input.rate > 0.0) {
            return wrong("input.rate", input.rate.to_string(), "a positive number of hertz");
        }
        if input.samples != network.samples {
            return wrong("input.samples", input.samples.to_string(), &network.samples.to_string());
        }
        if !input.mean.is_finite() {
            return wrong("input.mean", input.mean.to_string(), "a number of millivolts");
        }
        if !(input.std.is_finite() && input.std > 0.0) {
            return wrong("input.std", input.std.to_string(), "a positive number of millivolts");
        }
        let scales = if input.scaling == Scaling::Leads { input.leads.len() } else { 0 };
        if input.lead_scales.len() != scales {
            return wrong("input.lead_scales", format!("{} of them", input.lead_scales.len()), &scales.to_string());
        }
        let usable = |scale: &LeadScale| scale.mean.is_finite() && scale.std.is_finite() && scale.std > 0.0;
        if let Some(scale) = input.lead_scales.iter().find(|scale| !usable(scale)) {
            return wrong("input.lead_scales", format!("{scale:?}"), "numbers of millivolts, the deviation above 0");
        }
        if !(self.window.span.is_finite() && self.window.span * input.rate >= input.samples as f64) {
            return wrong("window.span", self.window.span.to_string(), "seconds that hold one input at least");
        }
        if self.window.stride > input.samples {
            let expected = format!("0 to {}, so that windows leave no gap", input.samples);
            return wrong("window.stride", self.window.stride.to_string(), &expected);
        }
        if let Err((field, found, expected)) = self.calibration.check(&self.labels, self.exclusive) {
            return wrong(field, found, expected);
        }
        if let Some(known) = &self.known_answer
            && (known.probabilities.len() != self.labels.len()
                || known.probabilities.iter().any(|value| !(0.0..=1.0).contains(value)))
        {
            let found = format!("{:?}", known.probabilities);
            return wrong("known_answer.probabilities", found, "one probability a label");
        }
        Ok(())
    }

    /// Calibrated probabilities of a recording, one a label, from its windows' logits `[window, label]`: temperature,
    /// sigmoid or softmax, aggregation over windows, then each label's own map. Empty when there is no window.
    pub fn probabilities(&self, logits: &[f32], aggregate: Aggregate) -> Vec<f32> {
        let temperature = self.calibration.temperature;
        let mut all = windows::probabilities(logits, self.labels.len(), temperature, self.exclusive, aggregate);
        self.calibration.map(&self.labels, &mut all);
        all
    }

    /// The card's network for its labels.
    ///
    /// # Errors
    /// There is no label, or the network is one for pre-training, which tells none.
    pub fn graph(&self) -> Result<Arc<Graph>, Error> {
        let wrong = |found: String, expected: &str| Error::CardValue {
            model: self.name.clone(),
            field: "architecture",
            found,
            expected: expected.to_owned(),
        };
        if self.architecture.purpose() != Purpose::Labels {
            return Err(wrong(self.architecture.name().to_owned(), "a network that tells labels"));
        }
        let graph = self.architecture.graph(self.labels.len());
        graph.map_err(|error| wrong(error.to_string(), "a network of this many labels"))
    }

    /// The number of a label among the outputs.
    ///
    /// # Errors
    /// [`Error::UnknownLabel`].
    pub fn label(&self, code: &str) -> Result<usize, Error> {
        self.labels.iter().position(|label| label.code == code).ok_or_else(|| Error::UnknownLabel {
            label: code.to_owned(),
            known: self.labels.iter().map(|label| label.code.as_str()).collect::<Vec<_>>().join(", "),
        })
    }
}
