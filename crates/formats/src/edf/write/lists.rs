//! Time-stamped annotation lists, spread over the records.

use ecg::{Annotation, Recording};

use super::super::gaps::{self, END, NO_SAMPLES};
use super::Column;
use super::plan::{Plan, TICKS};

/// The annotation signal.
pub(super) struct Lists {
    /// Its bytes in each record, without the zeros behind them.
    pub(super) records: Vec<Vec<u8>>,
    /// Its bytes in a record.
    pub(super) bytes: u64,
}

impl Lists {
    /// `fraction` is the part of a second, in ticks, that the first sample lies behind the header's time.
    pub(super) fn new(recording: &Recording, columns: &[Column], plan: &Plan, fraction: u64, width: u64) -> Lists {
        let mut lists: Vec<(f64, Vec<u8>)> = Vec::new();
        let shift = fraction as f64 / TICKS;
        for annotation in recording.annotations.iter().filter(|annotation| annotation.time.is_finite()) {
            let text = text(annotation, recording, columns);
            lists.push((annotation.time, list(annotation.time + shift, annotation.duration, &text)));
        }
        let covered = plan.covered();
        let names = gaps::names(columns.iter().map(|column| column.label.as_str()));
        for (column, name) in columns.iter().zip(names) {
            let rate = plan.frame_rate * column.each as f64;
            for (from, to) in absent(column, plan, &covered) {
                let (time, duration) = (from as f64 / rate, to.saturating_sub(from) as f64 / rate);
                lists.push((time, list(time + shift, Some(duration), &format!("{NO_SAMPLES}@@{name}"))));
            }
        }
        if covered.last().is_some_and(|(_, end)| *end > plan.length) {
            let time = plan.length as f64 / plan.frame_rate;
            lists.push((time, list(time + shift, None, END)));
        }
        lists.sort_by(|(one, _), (other, _)| one.total_cmp(other));

        let onsets: Vec<Vec<u8>> = plan.onsets().into_iter().map(|onset| own(onset.saturating_add(fraction))).collect();
        let longest_own = onsets.iter().map(Vec::len).max().unwrap_or(0);
        let longest = lists.iter().map(|(_, list)| list.len()).max().unwrap_or(0);
        let total = lists.iter().fold(0usize, |sum, (_, list)| sum.saturating_add(list.len()));
        // Each record wastes less than the longest list, so that all lists find room.
        let room = if total == 0 { 0 } else { total.div_ceil(onsets.len().max(1)).saturating_add(longest) };
        let width = usize::try_from(width).unwrap_or(2);
        let bytes = longest_own.saturating_add(room).div_ceil(width).saturating_mul(width);
        let mut left = total;
        let mut lists = lists.into_iter().peekable();
        let mut records = onsets;
        let count = records.len();
        for (number, (record, start)) in records.iter_mut().zip(&plan.starts).enumerate() {
            let end = start.saturating_add(plan.frames) as f64 / plan.frame_rate;
            let later = count.saturating_sub(number).saturating_sub(1);
            let later = later.saturating_mul(room.saturating_sub(longest));
            let limit = longest_own.saturating_add(room);
            while let Some((_, list)) = lists.next_if(|(time, list)| {
                let fits = record.len().saturating_add(list.len()) <= limit;
                fits && (*time < end || left > later)
            }) {
                left = left.saturating_sub(list.len());
                record.extend(list);
            }
        }
        Lists { records, bytes: bytes as u64 }
    }
}

/// A record's own time.
fn own(onset: u64) -> Vec<u8> {
    let (seconds, fraction) = (onset / 10_000_000, onset % 10_000_000);
    let fraction = format!(".{fraction:07}");
    let fraction = fraction.trim_end_matches('0').trim_end_matches('.');
    format!("+{seconds}{fraction}\u{14}\u{14}\0").into_bytes()
}

/// One list: a time, perhaps a duration, a text.
fn list(onset: f64, duration: Option<f64>, text: &str) -> Vec<u8> {
    let short = |number: String| number.trim_end_matches('0').trim_end_matches('.').to_owned();
    let onset = short(format!("{onset:+.7}"));
    let duration = duration.filter(|duration| duration.is_finite() && *duration >= 0.0);
    let duration = duration.map_or_else(String::new, |duration| format!("\u{15}{}", short(format!("{duration:.7}"))));
    format!("{onset}{duration}\u{14}{text}\u{14}\0").into_bytes()
}

/// Code and text, and the label of its lead.
fn text(annotation: &Annotation, recording: &Recording, columns: &[Column]) -> String {
    let both = [annotation.code.trim(), annotation.text.trim()].join(" ");
    let plain: String = both.trim().chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    let plain = if plain.is_empty() { "mark".to_owned() } else { plain };
    let of_lead = annotation.lead.as_ref().and_then(|lead| {
        let position = recording.signals.iter().position(|signal| signal.lead == *lead)?;
        columns.get(position)
    });
    of_lead.map_or(plain.clone(), |column| format!("{plain}@@{}", column.label))
}

/// Samples of the recording that a lead lacks though records hold them.
fn absent(column: &Column, plan: &Plan, covered: &[(u64, u64)]) -> Vec<(u64, u64)> {
    let end = plan.length.saturating_mul(column.each);
    let mut absent = Vec::new();
    let mut present = column.present.iter().copied().peekable();
    for (from, to) in covered {
        let mut at = from.saturating_mul(column.each);
        let to = to.saturating_mul(column.each).min(end);
        while at < to {
            while present.next_if(|(_, last)| *last <= at).is_some() {}
            let (first, last) = present.peek().copied().unwrap_or((to, to));
            if at < first {
                absent.push((at, first.min(to)));
            }
            at = last.max(first);
        }
    }
    absent
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_printed_to_the_tick_and_no_further() {
        assert_eq!(own(12_500_000), b"+1.25\x14\x14\0");
        assert_eq!(own(0), b"+0\x14\x14\0");
        assert_eq!(list(-0.5, Some(2.0), "a"), b"-0.5\x152\x14a\x14\0");
        assert_eq!(list(10.0, None, "a"), b"+10\x14a\x14\0");
    }
}
