//! Figures written into a card's text, and nothing else of it touched: read and written again, some of its metrics would
//! end in another digit.

use classify::{Card, CheckedMap, Error};

/// How an entry of the card begins in the text that [`Card::to_json`] gives.
const ENTRY: &str = "\n  \"";

/// The text of a card with these figures in place of those that it had.
///
/// # Errors
/// The text is no card.
pub fn with_figures(text: &str, checked: &[CheckedMap]) -> Result<String, Error> {
    let mut card = Card::parse(text.as_bytes())?;
    let without = match text.find("\n  \"explanations\": ") {
        Some(from) => {
            let after = text[from + 1..].find(ENTRY).map(|length| from + 1 + length);
            let to = after.or_else(|| text.rfind("\n}")).unwrap_or(text.len());
            format!("{}{}", &text[..from], &text[to..])
        }
        None => text.to_owned(),
    };
    card.explanations = checked.to_vec();
    // Where the card's own text has it: behind the metrics.
    let spliced = without.find("\n  \"parameters\": ").map(|place| {
        let figures = serde_json::to_string_pretty(checked).map(|figures| figures.replace('\n', "\n  "));
        figures.map(|figures| format!("{}\n  \"explanations\": {figures},{}", &without[..place], &without[place..]))
    });
    match spliced.transpose()? {
        Some(spliced) if Card::parse(spliced.as_bytes()).is_ok_and(|found| found == card) => Ok(spliced),
        // A text that somebody wrote in another way.
        _ => card.to_json(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use classify::Area;
    use ecg::ExplanationKind;

    const CARD: &str = r#"{
  "name": "m",
  "title": "",
  "architecture": "resnet1d_wang",
  "labels": [
    {
      "code": "A",
      "name": "A",
      "group": "",
      "threshold": 0.5
    }
  ],
  "input": {
    "rate": 100.0,
    "samples": 250,
    "leads": ["I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"],
    "mean": 0.0,
    "std": 1.0
  },
  "weights": {
    "file": "w",
    "sha256": "",
    "bytes": 0,
    "dtype": "f16"
  },
  "metrics": {
    "pooled_error": 0.020280044782428626
  },
  "parameters": 7
}
"#;

    fn checked(note: &str) -> CheckedMap {
        CheckedMap {
            kind: ExplanationKind::GradCam,
            randomisation: vec![0.25; 3],
            deletion: Area::default(),
            insertion: Area::default(),
            pointing: Vec::new(),
            passes: false,
            note: note.to_owned(),
            data: String::new(),
        }
    }

    #[test]
    fn figures_come_and_go_and_every_other_byte_stays() {
        let once = with_figures(CARD, &[checked("first")]).unwrap();
        assert_eq!(Card::parse(once.as_bytes()).unwrap().explanations, [checked("first")]);
        let twice = with_figures(&once, &[checked("second"), checked("third")]).unwrap();
        assert_eq!(Card::parse(twice.as_bytes()).unwrap().explanations.len(), 2);
        assert_eq!(with_figures(&twice, &[checked("first")]).unwrap(), once);
        let (before, after) = CARD.split_at(CARD.find("\n  \"parameters\"").unwrap());
        assert!(once.starts_with(before) && once.ends_with(after), "{once}");
        assert!(once.contains("0.020280044782428626"));
    }

    #[test]
    fn a_card_in_another_form_is_written_anew() {
        let flat = CARD.replace('\n', " ");
        let found = with_figures(&flat, &[checked("first")]).unwrap();
        assert_eq!(Card::parse(found.as_bytes()).unwrap().explanations, [checked("first")]);
    }
}
