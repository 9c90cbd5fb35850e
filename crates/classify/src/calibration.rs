//! How a network's logits become probabilities that mean what they say.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Label;

/// How logits become probabilities.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// Logits are divided by this before the sigmoid (Guo et al. 2017, "On calibration of modern neural networks").
    pub temperature: f32,
    /// By label code: points `[probability, calibrated probability]` of a rising line that the recording's aggregated
    /// probability is read off (isotonic regression, Zadrozny and Elkan 2002). A label without points keeps its own.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub isotonic: BTreeMap<String, Vec<[f32; 2]>>,
}

impl Default for Calibration {
    fn default() -> Calibration {
        Calibration { temperature: 1.0, isotonic: BTreeMap::new() }
    }
}

impl Calibration {
    /// Reads each label's aggregated probability off its line, where it has one.
    pub fn map(&self, labels: &[Label], probabilities: &mut [f32]) {
        if self.isotonic.is_empty() {
            return;
        }
        for (label, probability) in labels.iter().zip(probabilities) {
            if let Some(points) = self.isotonic.get(&label.code) {
                *probability = Calibration::read_off(points, *probability);
            }
        }
    }

    /// A line's height at `at`; before the first and after the last point it is level. `at` itself where there is no point.
    pub fn read_off(points: &[[f32; 2]], at: f32) -> f32 {
        let right = points.partition_point(|point| point[0] < at);
        match (right.checked_sub(1).and_then(|left| points.get(left)), points.get(right)) {
            (None, None) => at,
            (None, Some(end)) | (Some(end), None) => end[1],
            (Some(left), Some(right)) => {
                let share = f64::from(at - left[0]) / f64::from(right[0] - left[0]);
                (f64::from(left[1]) + share * f64::from(right[1] - left[1])) as f32
            }
        }
    }

    /// The first value that cannot be: its field, what was found, what is expected.
    pub(crate) fn check(&self, labels: &[Label], exclusive: bool) -> Result<(), (&'static str, String, &'static str)> {
        if !(self.temperature.is_finite() && self.temperature > 0.0) {
            return Err(("calibration.temperature", self.temperature.to_string(), "a positive number"));
        }
        // Mapped one by one, they would no longer sum to 1.
        if exclusive && !self.isotonic.is_empty() {
            let found = format!("{} lines", self.isotonic.len());
            return Err(("calibration.isotonic", found, "none where labels exclude each other"));
        }
        for (code, points) in &self.isotonic {
            if !labels.iter().any(|label| label.code == *code) {
                return Err(("calibration.isotonic", format!("a line of {code:?}"), "codes of the card's labels"));
            }
            let inside = points.iter().flatten().all(|value| (0.0..=1.0).contains(value));
            let rises = points.windows(2).all(|pair| pair[0][0] < pair[1][0] && pair[0][1] <= pair[1][1]);
            if points.len() < 2 || !inside || !rises {
                let expected =
                    "at least two points within 0 and 1, of which each lies right of the one before and not below it";
                return Err(("calibration.isotonic", format!("{points:?} of {code}"), expected));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels() -> Vec<Label> {
        ["A", "B"].map(|code| Label { code: code.into(), ..Label::default() }).to_vec()
    }

    fn calibration(code: &str, points: &[[f32; 2]]) -> Calibration {
        Calibration { temperature: 1.0, isotonic: BTreeMap::from([(code.to_owned(), points.to_vec())]) }
    }

    #[test]
    fn a_probability_is_read_off_between_points_and_level_beyond_them() {
        let own = calibration("B", &[[0.2, 0.1], [0.4, 0.1], [0.8, 0.9]]);
        for (probability, expected) in
            [(0.0, 0.1), (0.2, 0.1), (0.3, 0.1), (0.4, 0.1), (0.6, 0.5), (0.8, 0.9), (1.0, 0.9)]
        {
            let mut values = [probability; 2];
            own.map(&labels(), &mut values);
            assert_eq!(values[0], probability, "a label without a line keeps its probability");
            assert!((values[1] - expected).abs() < 1e-6, "{probability}: {values:?}");
        }
    }

    #[test]
    fn a_line_that_cannot_be_is_refused() {
        let good = [[0.0, 0.0], [0.5, 0.25], [1.0, 1.0]];
        assert_eq!(calibration("A", &good).check(&labels(), false), Ok(()));
        assert!(
            calibration("C", &good).check(&labels(), false).unwrap_err().1.contains("\"C\""),
            "a label that is not there"
        );
        assert!(calibration("A", &good).check(&labels(), true).is_err(), "labels that exclude each other");
        for bad in [
            &[][..],
            &[[0.5, 0.5]],
            &[[0.5, 0.2], [0.5, 0.3]],
            &[[0.1, 0.5], [0.9, 0.4]],
            &[[0.1, 0.5], [0.9, 1.5]],
            &[[0.1, f32::NAN], [0.9, 0.5]],
        ] {
            assert!(calibration("A", bad).check(&labels(), false).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_card_without_lines_is_written_and_read_as_before() {
        let text = serde_json::to_string(&Calibration { temperature: 1.5, ..Calibration::default() }).unwrap();
        assert_eq!(text, r#"{"temperature":1.5}"#);
        assert_eq!(serde_json::from_str::<Calibration>(&text).unwrap().temperature, 1.5);
        let lines = calibration("A", &[[0.0, 0.0], [1.0, 1.0]]);
        let text = serde_json::to_string(&lines).unwrap();
        assert_eq!(text, r#"{"temperature":1.0,"isotonic":{"A":[[0.0,0.0],[1.0,1.0]]}}"#);
        assert_eq!(serde_json::from_str::<Calibration>(&text).unwrap(), lines);
    }
}
