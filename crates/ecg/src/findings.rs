//! What a network says of a recording.

use serde::{Deserialize, Serialize};

use crate::{Explanation, ExplanationMethod, Warning};

/// One label's probability beside the threshold that was chosen for it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Code, such as `MI` or `1AVB`.
    pub code: String,
    /// Full name.
    pub name: String,
    /// The group that it is listed under, such as `Conduction disturbance`.
    pub group: String,
    /// Calibrated probability, 0 to 1.
    pub probability: f32,
    /// The threshold that was chosen on the validation fold.
    pub threshold: f32,
}

impl Finding {
    /// True when the probability reaches the threshold.
    pub fn present(&self) -> bool {
        self.probability >= self.threshold
    }

    /// The place of the finding that passes its threshold by most, or misses it by least; none of none.
    pub fn strongest(findings: &[Finding]) -> Option<usize> {
        let margin = |finding: &Finding| finding.probability - finding.threshold;
        let order = findings.iter().enumerate().max_by(|(_, a), (_, b)| margin(a).total_cmp(&margin(b)));
        order.map(|(place, _)| place)
    }
}

/// A model's whole answer for one recording.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Findings {
    /// The model's name (its folder).
    pub model: String,
    /// One entry a label, in the model's order.
    pub findings: Vec<Finding>,
    /// Maps of what the network attended to, the one to show first in front.
    pub explanations: Vec<Explanation>,
    /// The ways in which a map of one label can be asked for.
    #[serde(default)]
    pub methods: Vec<ExplanationMethod>,
    /// What preparation had to assume (resampled, cut, a lead missing).
    pub warnings: Vec<Warning>,
}
