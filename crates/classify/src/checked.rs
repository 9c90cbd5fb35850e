//! What the check of a model's maps found, as its card states it (`train-native explain-check`).

use core::fmt::Write as _;

use ecg::{Explanation, ExplanationKind, MapCheck};
use serde::{Deserialize, Serialize};

use crate::Card;

/// The figures of one kind of map. All three tests are of the map as the page shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckedMap {
    /// The kind of map.
    pub kind: ExplanationKind,
    /// Spearman's correlation of the map with that of the same network whose last third, last two thirds, and all of its
    /// layers' weights were drawn anew, mean over recordings (Adebayo et al. 2018, arXiv 1810.03292).
    pub randomisation: Vec<f64>,
    /// The label's probability while samples are taken away, the map's highest first (Petsiuk et al. 2018, arXiv
    /// 1806.07421): low is good.
    pub deletion: Area,
    /// The same while they are put back: high is good.
    pub insertion: Area,
    /// Where the map's maximum stands among delineated waves (Zhang et al. 2016, arXiv 1608.00507): told, not judged,
    /// since no wave is the right one for every label. Empty where no delineated recordings were at hand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pointing: Vec<Pointed>,
    /// True when the map changes with the weights and beats random maps at deletion and insertion.
    pub passes: bool,
    /// Where it fails; empty where it passes.
    #[serde(default)]
    pub note: String,
    /// How many recordings of what, and the number of random maps.
    #[serde(default)]
    pub data: String,
}

/// The mean area under the probability of a label, relative to that of the whole recording, and how far the map is
/// better than random maps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Area {
    /// By the map.
    pub map: f64,
    /// By random maps of the same autocorrelation.
    pub random: f64,
    /// How much better the map is, positive where it is.
    pub better: f64,
    /// Lower end of the 95 % bootstrap interval of `better`, over recordings.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// How often a map's maximum stands in one kind of wave.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Pointed {
    /// `P`, `QRS` or `T`.
    pub wave: String,
    /// Maxima in such a wave.
    pub hits: usize,
    /// Maxima looked at: one a lead of each recording where leads have lines of their own, else one a recording.
    pub of: usize,
    /// Their share.
    pub rate: f64,
    /// Lower end of Wilson's 95 % interval, which takes maxima as independent; leads of one recording are not quite.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// The share of time that such waves take: what chance would hit.
    pub chance: f64,
}

impl Card {
    /// What the check found of a kind of map, where it was checked.
    pub fn checked(&self, kind: ExplanationKind) -> Option<&CheckedMap> {
        self.explanations.iter().find(|checked| checked.kind == kind)
    }

    /// A map with what the check of this model found of its kind; one that failed says so in its meaning as well.
    pub(crate) fn with_check(&self, mut map: Explanation) -> Explanation {
        let checked = self.checked(map.kind);
        if let Some(checked) = checked.filter(|checked| !checked.passes) {
            let _ = write!(map.meaning, " This map failed the check: {}.", checked.note);
        }
        map.checked = checked.map(|checked| MapCheck { passes: checked.passes, figures: checked.figures() });
        map
    }
}

impl CheckedMap {
    /// The figures in words, as they stand beside the map.
    pub fn figures(&self) -> String {
        let mut text = String::new();
        // With a true minus, and none before what rounds to 0.
        let number = |value: f64| format!("{:.2}", (value * 100.0).round() / 100.0 + 0.0).replace('-', "−");
        let percent = |share: f64| format!("{:.0}\u{a0}%", 100.0 * share);
        for (while_so, area) in [("taken away", &self.deletion), ("put back", &self.insertion)] {
            let Area { map, random, better, low, high } = area;
            let _ = write!(
                text,
                "While samples are {while_so}, the map's highest first, the label has {} of its probability on average, \
                 by random maps {} (better by {}, 95\u{a0}% interval {} to {}). ",
                percent(*map),
                percent(*random),
                number(*better),
                number(*low),
                number(*high)
            );
        }
        if let Some(drawn) = self.randomisation.last() {
            let _ =
                write!(text, "With all weights drawn anew the map correlates with this one by {}. ", number(*drawn));
        }
        for (place, pointed) in self.pointing.iter().enumerate() {
            let begin = if place == 0 { "Its highest place lies in a " } else { ", in a " };
            let wave = if pointed.wave == "QRS" { "QRS complex".to_owned() } else { format!("{} wave", pointed.wave) };
            let _ = write!(text, "{begin}{wave} in {} (by chance {})", percent(pointed.rate), percent(pointed.chance));
        }
        if !self.pointing.is_empty() {
            text.push_str(". ");
        }
        if !self.data.is_empty() {
            let _ = write!(text, "Measured on {}.", self.data);
        }
        text.trim_end().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_that_failed_says_so_and_one_that_passed_does_not() {
        let json = r#"{
            "name": "m", "title": "", "architecture": "resnet1d_wang",
            "labels": [{"code": "A", "name": "A", "threshold": 0.5}],
            "input": {"rate": 100.0, "samples": 250, "mean": 0.0, "std": 1.0,
                "leads": ["I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"]},
            "weights": {"file": "w", "sha256": "", "bytes": 0, "dtype": "f16"},
            "explanations": [
                {"kind": "GradCam", "randomisation": [0.9, 0.8, 0.7], "passes": false, "note": "it hardly changes",
                 "deletion": {"map": 0.5, "random": 0.6, "better": 0.1, "low": 0.05, "high": 0.2},
                 "insertion": {"map": 0.7, "random": 0.6, "better": 0.1, "low": 0.05, "high": 0.2}},
                {"kind": "ClassActivation", "randomisation": [0.5, 0.2, 0.1], "passes": true,
                 "deletion": {"map": 0.5, "random": 0.6, "better": 0.1, "low": 0.05, "high": 0.2},
                 "insertion": {"map": 0.7, "random": 0.6, "better": 0.1, "low": 0.05, "high": 0.2}}
            ]
        }"#;
        let card = Card::parse(json.as_bytes()).unwrap();
        assert_eq!(Card::parse(card.to_json().unwrap().as_bytes()).unwrap(), card);
        let map = |kind| Explanation {
            kind,
            label: None,
            title: String::new(),
            meaning: "What it is.".into(),
            checked: None,
            leads: Vec::new(),
            rate: 100.0,
            start: 0.0,
            values: Vec::new(),
            range: (0.0, 1.0),
            uniform: None,
            lead_scores: Vec::new(),
            parts: Vec::new(),
        };
        let meaning = |kind| card.with_check(map(kind)).meaning;
        assert_eq!(meaning(ExplanationKind::GradCam), "What it is. This map failed the check: it hardly changes.");
        assert_eq!(meaning(ExplanationKind::ClassActivation), "What it is.");
        assert_eq!(meaning(ExplanationKind::GradientTimesInput), "What it is.", "not checked");
        let check = |kind| card.with_check(map(kind)).checked;
        assert_eq!(check(ExplanationKind::GradientTimesInput), None);
        assert!(!check(ExplanationKind::GradCam).unwrap().passes);
        let figures = check(ExplanationKind::ClassActivation).unwrap().figures;
        let expected = "While samples are taken away, the map's highest first, the label has 50\u{a0}% of its probability on \
                        average, by random maps 60\u{a0}% (better by 0.10, 95\u{a0}% interval 0.05 to 0.20).";
        assert!(figures.starts_with(expected), "{figures}");
    }
}
