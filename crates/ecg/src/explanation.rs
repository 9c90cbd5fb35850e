//! Maps of what a network attended to.

use serde::{Deserialize, Serialize};

use crate::Lead;

/// The way an explanation was obtained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ExplanationKind {
    /// IMLE-Net: beat score x rhythm score x lead score (the paper's three levels together).
    MultiLevelAttention,
    /// IMLE-Net: attention over the positions within each half-second window.
    BeatAttention,
    /// IMLE-Net: attention over the half-second windows of a lead.
    RhythmAttention,
    /// IMLE-Net: attention over the leads.
    LeadAttention,
    /// Class activation: the chosen label's evidence by position.
    ClassActivation,
    /// What the network attends to, whatever the label.
    Attention,
    /// How far one view of the network is let into another.
    Gate,
    /// What the chosen label attends to.
    ClassAttention,
    /// The gradient of the label's logit by each sample, times the sample: a line a lead.
    GradientTimesInput,
    /// Grad-CAM: the last map over time, its channels weighed by their mean gradient; 0 and above.
    GradCam,
}

/// How a map of one label is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExplanationMethod {
    /// As the network itself tells: class activation of the label, or attention, which no label changes.
    #[default]
    Own,
    /// The gradient of the label's logit by each sample, times the sample: a line a lead.
    GradientTimesInput,
    /// The last map over time, its channels weighed by their mean gradient, what is above 0.
    GradCam,
}

impl ExplanationMethod {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Own, Self::GradientTimesInput, Self::GradCam];
}

/// What a test of a model's maps of one kind found (`train-native explain-check`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MapCheck {
    /// Whether maps of this kind change with the weights and beat random maps.
    pub passes: bool,
    /// The figures, in words.
    pub figures: String,
}

/// A map of scores over leads and time, laid over the trace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// How it was obtained.
    pub kind: ExplanationKind,
    /// The label that it explains; absent where the map does not depend on a label.
    pub label: Option<String>,
    /// Title for the picker.
    pub title: String,
    /// What the numbers mean, in one or two sentences, for the legend.
    pub meaning: String,
    /// What was found when maps of this kind were tested; none where they were not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked: Option<MapCheck>,
    /// The leads of the rows.
    pub leads: Vec<Lead>,
    /// Columns a second.
    pub rate: f64,
    /// Seconds from the recording's start to the first column.
    pub start: f64,
    /// Scores in `[lead, column]` order, scaled to 0..1 over the recording for drawing.
    pub values: Vec<f32>,
    /// Smallest and largest score before scaling.
    pub range: (f32, f32),
    /// The score of an indifferent network (1 / number of positions), for attention; absent otherwise.
    pub uniform: Option<f32>,
    /// One raw score a lead, where the network gives one (sums to 1 for attention); empty otherwise.
    pub lead_scores: Vec<f32>,
    /// What else the same attention was shared among, which has no place in time: bands of frequency, other labels. The
    /// shares sum to 1; empty where there is nothing of the kind.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
}

/// A share of an attention that has no place in time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// What it belongs to.
    pub name: String,
    /// From 0 to 1.
    pub share: f32,
}

impl Explanation {
    /// Number of columns of each row.
    pub fn columns(&self) -> usize {
        self.values.len().checked_div(self.leads.len()).unwrap_or(0)
    }
}
