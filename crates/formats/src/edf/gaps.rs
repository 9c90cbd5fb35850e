//! What EDF+ cannot say of samples and annotations can: where a signal has none, and where the recording ends within its
//! last record. The writer writes both (see [`super::write`]); here they take effect.
//!
//! `No samples@@<label>` with a duration says that a signal lacks its samples there (EDF+ puts a signal's label behind `@@`;
//! `#2` follows for the second signal of a label). `Recording ends` in the last record says that what follows fills the
//! record up; it is cut off where every signal keeps one value from there on, so that no other file's samples are lost.

use std::collections::BTreeMap;

use ecg::{Counts, Samples, Signal};

use super::marks::Mark;

/// The text before `@@`.
pub(super) const NO_SAMPLES: &str = "No samples";
/// The text at the end of a recording.
pub(super) const END: &str = "Recording ends";

/// What stands behind `@@` for each label in order.
pub(super) fn names<'l>(labels: impl Iterator<Item = &'l str>) -> Vec<String> {
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    let name = |label: &'l str| {
        let count = seen.entry(label).or_default();
        *count = count.saturating_add(1);
        if *count == 1 { label.to_owned() } else { format!("{label}#{count}") }
    };
    labels.map(name).collect()
}

/// Takes the marks of both kinds and does what they say.
pub(super) fn apply(signals: &mut [Signal], marks: &mut Vec<Mark>, first_onset: f64, record_duration: f64) {
    // Pieces between long gaps have starts of their own.
    if signals.is_empty() || signals.iter().any(|signal| signal.start != 0.0) {
        return;
    }
    let names = names(signals.iter().map(|signal| signal.label.as_str()));
    let by_name: BTreeMap<&str, usize> = names.iter().enumerate().map(|(at, name)| (name.as_str(), at)).collect();
    let mut absent: BTreeMap<usize, Vec<(usize, usize)>> = BTreeMap::new();
    marks.retain(|mark| {
        let named = mark.text.split_once("@@").filter(|(text, _)| *text == NO_SAMPLES);
        let position = named.and_then(|(_, name)| by_name.get(name).copied());
        let (Some(position), Some(duration)) = (position, mark.duration) else { return true };
        let Some(signal) = signals.get(position) else { return true };
        let from = nearest((mark.onset - first_onset) * signal.rate);
        let to = nearest((mark.onset - first_onset + duration) * signal.rate).min(signal.len());
        if from < to {
            absent.entry(position).or_default().push((from, to));
        }
        false
    });
    for (position, ranges) in absent {
        if let Some(signal) = signals.get_mut(position) {
            signal.missing.extend(ranges);
            signal.missing = joined(core::mem::take(&mut signal.missing));
        }
    }
    end(signals, marks, first_onset, record_duration);
}

/// Sorts ranges and joins those that touch.
pub(super) fn joined(mut ranges: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
    ranges.sort_unstable();
    ranges.dedup_by(|next, range| {
        let touches = next.0 <= range.1;
        if touches {
            range.1 = range.1.max(next.1);
        }
        touches
    });
    ranges
}

/// Cuts off what fills up the last record.
fn end(signals: &mut [Signal], marks: &mut Vec<Mark>, first_onset: f64, record_duration: f64) {
    let Some(position) = marks.iter().rposition(|mark| mark.text == END) else { return };
    let Some(mark) = marks.get(position) else { return };
    let time = mark.onset - first_onset;
    let length = |signal: &Signal| nearest(time * signal.rate);
    let whole = signals.iter().map(Signal::duration).fold(0.0, f64::max);
    let in_last = time > 0.0 && time < whole && whole - time < record_duration;
    if !in_last || !signals.iter().all(|signal| is_constant(&signal.samples, length(signal))) {
        return;
    }
    for signal in signals {
        let length = length(signal);
        if let Samples::Digital { counts, .. } = &mut signal.samples {
            match counts {
                Counts::Narrow(counts) => counts.truncate(length),
                Counts::Wide(counts) => counts.truncate(length),
            }
        }
        signal.missing.retain(|(from, _)| *from < length);
        if let Some((_, to)) = signal.missing.last_mut() {
            *to = (*to).min(length);
        }
    }
    marks.remove(position);
}

/// True when the samples keep one value from the one before `from` on.
fn is_constant(samples: &Samples, from: usize) -> bool {
    let Samples::Digital { counts, .. } = samples else { return false };
    let Some(last) = from.checked_sub(1).and_then(|last| counts.get(last)) else { return false };
    (from..counts.len()).all(|sample| counts.get(sample) == Some(last))
}

/// The nearest whole number that is not negative.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates, as is wanted")]
fn nearest(value: f64) -> usize {
    value.round() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_that_touch_or_overlap_become_one() {
        assert_eq!(joined(vec![(5, 7), (0, 2), (2, 3), (6, 9)]), [(0, 3), (5, 9)]);
    }

    #[test]
    fn the_second_signal_of_a_label_has_a_number() {
        assert_eq!(names(["II", "V1", "II"].into_iter()), ["II", "V1", "II#2"]);
    }
}
