//! The table as text.

use core::fmt::Write as _;
use std::collections::BTreeSet;

use super::{Leaderboard, Measured};
use crate::published::{Protocol, Row};

/// A line a model, the published figures beside it, and below what each publication measured on.
pub fn as_text(board: &Leaderboard) -> String {
    let mut text = String::new();
    let width = board.models.iter().map(|row| row.model.len()).max().unwrap_or(0).max(5);
    let _ = writeln!(
        text,
        "{:width$}  {:13} {:>10}  {:24} {:>6} {:>6}  published macro AUC",
        "model",
        "task",
        "recordings",
        format!("fold {}, macro AUC (95 %)", board.fold),
        "Fmax",
        "ECE"
    );
    let protocols: Vec<Protocol> = board
        .models
        .iter()
        .flat_map(|row| row.published.iter().map(|row| row.protocol))
        .collect::<BTreeSet<Protocol>>()
        .into_iter()
        .collect();
    for row in &board.models {
        let area = row
            .macro_auc
            .map_or_else(|| "-".to_owned(), |area| format!("{:.4} ({:.3} to {:.3})", area.value, area.low, area.high));
        let fmax = row.fmax.map_or_else(|| "-".to_owned(), |fmax| format!("{fmax:.3}"));
        let _ = writeln!(
            text,
            "{:width$}  {:13} {:>10}  {area:24} {fmax:>6} {:>6.3}  {}",
            row.model,
            row.task.name(),
            row.records,
            row.calibration_error,
            beside(&row.published, &protocols)
        );
    }
    for row in board.models.iter().filter(|row| row.labels.0 < row.labels.1) {
        let _ = writeln!(text, "{}: mean over the {} labels that occur, of {}", row.model, row.labels.0, row.labels.1);
    }
    if !protocols.is_empty() {
        let _ = writeln!(
            text,
            "\nPublished figures are of other recordings than ours, and stand beside them, not against them:"
        );
    }
    for (number, protocol) in protocols.iter().enumerate() {
        let _ = writeln!(text, "[{}] {}: {}", number + 1, protocol.source(), protocol.terms());
    }
    let sets: BTreeSet<&str> = board.models.iter().map(|row: &Measured| row.data.as_str()).collect();
    for data in sets {
        let _ = writeln!(text, "ours: {data}");
    }
    if board.fold == 9 {
        let _ = writeln!(text, "Our calibration and thresholds were chosen on fold 9 itself; AUC depends on neither.");
    }
    if !board.left_out.is_empty() {
        let _ = writeln!(text, "\nNot measured:");
    }
    for left in &board.left_out {
        let _ = writeln!(text, "{}: {}", left.model, left.reason);
    }
    text
}

/// Figures with the numbers of their protocols.
fn beside(published: &[Row], protocols: &[Protocol]) -> String {
    if published.is_empty() {
        return "none".to_owned();
    }
    let one = |row: &Row| {
        let number = protocols.iter().position(|protocol| *protocol == row.protocol).map_or(0, |place| place + 1);
        let half = row.half_width.map_or_else(String::new, |half| format!(" ± {half:.3}"));
        let digits = if (row.macro_auc * 1e3).fract().abs() < 1e-6 || (row.macro_auc * 1e3).fract() > 1.0 - 1e-6 {
            3
        } else {
            4
        };
        format!("{:.digits$}{half} [{number}]", row.macro_auc)
    };
    published.iter().map(one).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::leaderboard::LeftOut;
    use crate::metrics::Interval;
    use crate::metrics::bootstrap::Lacking;
    use crate::published;
    use crate::tasks::Task;

    #[test]
    fn a_model_stands_beside_its_networks_published_rows_and_their_protocols() {
        let interval = Interval {
            value: 0.93844,
            low: 0.918,
            high: 0.955,
            coverage: 0.95,
            draws: 1000,
            lacking: Lacking::Redrawn,
        };
        let row = Measured {
            model: "mine".into(),
            network: "resnet1d_wang".into(),
            task: Task::Superclass,
            data: "PTB-XL".into(),
            records: 232,
            labels: (4, 5),
            macro_auc: Some(interval),
            fmax: Some(0.81),
            calibration_error: 0.05,
            published: published::of("resnet1d_wang", Task::Superclass),
        };
        let left = LeftOut { model: "demo".into(), reason: "of simulated recordings".into() };
        let text = as_text(&Leaderboard { fold: 9, models: vec![row], left_out: vec![left] });
        let line = text.lines().find(|line| line.starts_with("mine ")).unwrap();
        assert!(line.contains("0.9384 (0.918 to 0.955)") && line.contains("0.930 ± 0.005 [1], 0.926 [2]"), "{text}");
        assert!(text.contains("[1] Strodthoff") && text.contains("[2] Zhang"), "{text}");
        assert!(text.contains("mine: mean over the 4 labels that occur, of 5"), "{text}");
        assert!(text.contains("demo: of simulated recordings"), "{text}");
    }
}
