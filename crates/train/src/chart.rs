//! A learning curve drawn with characters.

use core::fmt::Write as _;

use crate::checkpoint::Epoch;

const EIGHTHS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const HEIGHT: usize = 8;
const WIDTH: usize = 60;

/// The curve of a run: training loss, and macro AUC on the validation fold where it was validated.
pub fn learning_curve(curve: &[Epoch]) -> String {
    let loss: Vec<(usize, f64)> = curve.iter().map(|epoch| (epoch.epoch, epoch.loss)).collect();
    let auc: Vec<(usize, f64)> = curve.iter().filter_map(|epoch| Some((epoch.epoch, epoch.validation_auc?))).collect();
    let mut text = chart("training loss", &loss);
    text.push_str(&chart("validation macro AUC", &auc));
    text
}

/// One series as columns of eighths over `HEIGHT` lines, at most `WIDTH` wide (means of neighbours beyond that).
fn chart(title: &str, points: &[(usize, f64)]) -> String {
    let points: Vec<_> = points.iter().filter(|point| point.1.is_finite()).collect();
    let (Some(first), Some(last)) = (points.first(), points.last()) else {
        return String::new();
    };
    let columns = points.len().min(WIDTH);
    let values: Vec<f64> = (0..columns)
        .map(|column| {
            let part = &points[column * points.len() / columns..(column + 1) * points.len() / columns];
            part.iter().map(|point| point.1).sum::<f64>() / part.len() as f64
        })
        .collect();
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let span = if high > low { high - low } else { 1.0 };
    // Few points are drawn wider, so that the curve can be seen.
    let wide = (WIDTH / columns).clamp(1, 4);
    let mut text = format!("{title}: {:.4} -> {:.4}\n", first.1, last.1);
    for line in (0..HEIGHT).rev() {
        let label = match line {
            0 => format!("{low:8.4}"),
            _ if line == HEIGHT - 1 => format!("{high:8.4}"),
            _ => " ".repeat(8),
        };
        let _ = write!(text, "{label} ┤");
        for value in &values {
            // The lowest value still shows one eighth.
            let eighths = 1 + ((value - low) / span * (HEIGHT * 8 - 1) as f64).round() as usize;
            let character = EIGHTHS[eighths.saturating_sub(line * 8).min(8)];
            text.extend(std::iter::repeat_n(character, wide));
        }
        text.push('\n');
    }
    let width = columns * wide;
    let _ = writeln!(text, "{} └{}", " ".repeat(8), "─".repeat(width));
    let end = format!("epoch {}", last.0);
    let _ =
        writeln!(text, "{}{}{end:>width$}", " ".repeat(10), first.0, width = width.saturating_sub(1).max(end.len()));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_falling_loss_is_drawn_high_at_first_and_low_at_last() {
        let points: Vec<(usize, f64)> = (1..=8).map(|epoch| (epoch, 8.0 - epoch as f64)).collect();
        let text = chart("loss", &points);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].contains("7.0000 -> 0.0000"));
        let top: Vec<char> = lines[1].chars().skip(10).collect();
        assert_eq!((top[0], top[31]), ('█', ' '), "{text}");
        assert!(text.contains("epoch 8"));
        assert!(chart("nothing", &[]).is_empty());
    }
}
