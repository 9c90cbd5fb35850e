//! The report as a whole.

use classify::{Calibration, Card, Label};
use serde_json::json;

use super::*;
use crate::metrics::Bootstrap;

fn card(codes: &[&str]) -> Card {
    let labels = codes.iter().map(|code| Label {
        code: (*code).into(),
        name: format!("{code} in full"),
        threshold: 0.5,
        ..Label::default()
    });
    let json = json!({
        "name": "mine", "title": "A <script>alert(1)</script> & \"title\"", "architecture": "resnet1d_wang",
        "labels": labels.collect::<Vec<_>>(),
        "input": {"rate": 100.0, "samples": 250, "leads": ecg::Lead::TWELVE.to_vec(), "mean": 0.0, "std": 1.0},
        "weights": {"file": "weights.safetensors", "sha256": "cafe", "bytes": 0, "dtype": "f16"},
        "task": "simulated", "recipe": "demo", "seed": 17, "commit": "0123abc", "command": "train-native <x>",
        "data": {"epochs": 3, "chosen_epoch": 2, "sources": [
            {"origin": "here & now", "training_recordings_folds_1_to_8": 812, "validation_recordings_fold_9": 60}]},
        "metrics": {"calibration": {"unseen": {"calibration": {"macro_error": 0.0625}, "brier": 0.0312},
                    "compared": [{"code": codes[0], "temperature": 0.421, "isotonic": 0.399}]}}
    });
    serde_json::from_value(json).unwrap()
}

fn curve() -> Vec<Epoch> {
    let epoch = |epoch: usize, loss: f64| Epoch {
        epoch,
        loss,
        validation_loss: Some(loss + 0.1),
        validation_auc: Some(0.9 - loss / 10.0),
        rate: 0.01,
        records_per_second: 1.0,
    };
    vec![epoch(1, 0.7), epoch(2, 0.4), epoch(3, 0.3)]
}

/// Sixty recordings of one of three labels each, the third carried by ten.
fn table() -> Table {
    let (mut scores, mut truth) = (Vec::new(), Vec::new());
    for number in 0..60_u32 {
        let label = if number < 25 {
            0
        } else if number < 50 {
            1
        } else {
            2
        };
        for other in 0..3 {
            let own = label == other;
            truth.push(own);
            let wobble = f64::from((number * 7 + other * 5) % 11) / 11.0;
            scores.push((if own { 0.45 } else { 0.15 }) + 0.5 * wobble);
        }
    }
    Table::new(3, scores, truth).unwrap()
}

fn made(card: &Card, curve: &[Epoch], fold: u8) -> String {
    let table = table();
    let codes: Vec<String> = card.labels.iter().map(|label| label.code.clone()).collect();
    let how = Bootstrap { draws: 50, ..Bootstrap::default() };
    let figures = Report::new(&table, &codes, &[0.5; 3], &how).unwrap();
    page(&Run { card, curve, data: "sixty <recordings>", fold, table: &table, figures: &figures })
}

#[test]
fn a_report_needs_no_byte_from_elsewhere_and_no_script() {
    let page = made(&card(&["CD", "MI", "NORM"]), &curve(), 9).to_lowercase();
    for outside in
        ["http:", "https:", "src=", "href=", "url(", "@import", "<script", "<link", "<img", "<iframe", "xmlns"]
    {
        assert!(!page.contains(outside), "{outside}");
    }
    assert!(page.contains("default-src 'none'"));
    assert!(page.contains("prefers-color-scheme: dark") && page.contains("@media print") && page.contains("viewport"));
}

#[test]
fn what_the_card_says_is_escaped() {
    let page = made(&card(&["<img src=x>", "\"quoted\"", "A&B"]), &curve(), 9);
    assert!(page.contains("A &lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;title&quot;"));
    assert!(
        page.contains("&lt;img src=x&gt;") && page.contains("A&amp;B") && page.contains("sixty &lt;recordings&gt;")
    );
    assert!(!page.contains("<script") && !page.contains("<img"));
    // Every element is closed where it should be.
    let mut open = Vec::new();
    let body = &page[page.find("<main>").unwrap()..page.find("</body>").unwrap()];
    for tag in body.split('<').skip(1).map(|rest| &rest[..rest.find('>').unwrap()]) {
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name.to_owned())),
            None => open.push(tag.split(' ').next().unwrap().to_owned()),
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn a_report_says_what_was_measured() {
    let mut card = card(&["CD", "MI", "NORM"]);
    card.calibration = Calibration { temperature: 1.25, ..Calibration::default() };
    card.calibration.isotonic.insert("CD".into(), vec![[0.0, 0.0], [1.0, 1.0]]);
    let page = made(&card, &curve(), 9);
    for expected in [
        "0123abc",
        "812 recordings of folds 1-8",
        "train-native &lt;x&gt;",
        "3, weights of epoch 2",
        "25 positives",
        "1.2500",
        "temperature, isotonic",
        "0.0625",
        "0.399",
        "chosen on these very recordings",
    ] {
        assert!(page.contains(expected), "{expected}");
    }
    // Three ROC and three precision-recall curves, two labels' reliability and one for the rare one, two of learning.
    assert_eq!(page.matches("<svg").count(), 3 + 3 + 2 + 1 + 2);
    assert!(page.contains("1 labels with fewer than 20 positives, 10 in all"));
    assert!(page.contains("Confusion matrix"), "each recording of the task has one label");
    let counts = table().confusion(0, 0.5);
    let cells = format!(
        "<td data-name=\"TP\">{}</td><td data-name=\"FP\">{}</td>",
        counts.true_positive, counts.false_positive
    );
    assert!(page.contains(&cells), "{cells}");
}

#[test]
fn what_is_not_at_hand_is_said_so() {
    let mut card = card(&["CD", "MI", "NORM"]);
    card.task = "superclass".into();
    let page = made(&card, &[], 10);
    assert!(page.contains("learning curve is not at hand"));
    assert!(page.contains("chosen on fold 9") && !page.contains("these very recordings"));
    assert!(!page.contains("Confusion matrix"), "labels of this task may stand together");
}
