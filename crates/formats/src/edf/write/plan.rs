//! How samples fall into records.
//!
//! A frame is the shortest time in which every signal has a whole number of samples; a record is a number of frames.

use super::{Column, unfit};
use crate::WriteError;

/// Bytes of samples in a record at most, as EDF asks for.
const MOST_BYTES: u64 = 61_440;
/// A number of records that does not hold the samples exactly is taken where the others are so much farther from a second.
const FILLING: f64 = 3.0;

/// Seconds of a record at most.
const LONGEST: f64 = 100.0;

/// The records.
pub(super) struct Plan {
    /// Frames of a record.
    pub(super) frames: u64,
    /// A record's duration as the header has it.
    pub(super) duration: String,
    /// The same in units of 1e-7 seconds.
    pub(super) ticks: u64,
    /// Frames a second as a reader finds them.
    pub(super) frame_rate: f64,
    /// The first frame of each record.
    pub(super) starts: Vec<u64>,
    /// Frames of the recording.
    pub(super) length: u64,
}

/// Ticks of a second: EDF+ readers resolve 100 ns.
pub(super) const TICKS: f64 = 1e7;

/// Frames a second, and each rate's samples in a frame.
pub(super) fn frames(rates: &[f64]) -> Option<(f64, Vec<u64>)> {
    let slowest = rates.iter().copied().fold(f64::INFINITY, f64::min);
    if !(slowest.is_finite() && slowest > 0.0) {
        return None;
    }
    (1..=1000u32).find_map(|part| {
        let frame_rate = slowest / f64::from(part);
        let each = rates.iter().map(|rate| {
            let samples = rate / frame_rate;
            let is_whole = (samples - samples.round()).abs() <= 1e-9 * samples && samples < 1e6;
            is_whole.then(|| whole(samples))
        });
        each.collect::<Option<Vec<u64>>>().map(|each| (frame_rate, each))
    })
}

/// The nearest whole number that is not negative.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates, as is wanted")]
pub(super) fn whole(value: f64) -> u64 {
    value.round() as u64
}

/// A number in at most eight characters, as near as they hold.
pub(super) fn field(value: f64) -> Option<String> {
    let value = if value == 0.0 { 0.0 } else { value };
    let shortest = value.to_string();
    if shortest.len() <= 8 {
        return Some(shortest);
    }
    // What stands before the decimals leaves room for so many; rounding may make it one longer.
    let before = value.abs().max(1.0).log10().floor() + 2.0 + f64::from(u8::from(value < 0.0));
    let most = usize::try_from(whole(8.0 - before.min(8.0))).unwrap_or(0).min(6);
    (0..=most).rev().map(|decimals| format!("{value:.decimals$}")).find(|text| text.len() <= 8)
}

impl Plan {
    pub(super) fn new(frame_rate: f64, columns: &[Column], width: u64) -> Result<Plan, WriteError> {
        let end = |column: &Column| {
            let samples = column.before.saturating_add(column.counts.len() as u64);
            samples.div_ceil(column.each.max(1))
        };
        let length = columns.iter().map(end).max().unwrap_or(0);
        let parts = parts(frame_rate, columns, length);
        let common = parts.iter().fold(0, |common, (from, to)| divisor(common, to.saturating_sub(*from)));
        let frame = columns.iter().fold(0u64, |sum, column| sum.saturating_add(column.each)).saturating_mul(width);
        let most = MOST_BYTES.checked_div(frame.max(1)).unwrap_or(1).min(whole(LONGEST * frame_rate)).max(1);

        let candidate = |frames: u64| {
            let duration = frames as f64 / frame_rate;
            let text = field(duration)?;
            let printed: f64 = text.parse().ok().filter(|printed| *printed > 0.0)?;
            let wrong = (printed / duration - 1.0).abs();
            let grade = match wrong {
                wrong if wrong <= 1e-13 => 0u8,
                wrong if wrong <= 1e-9 => 1,
                wrong if wrong <= 1e-6 => 2,
                _ => return None,
            };
            let fills = common.checked_rem(frames) == Some(0);
            // A short recording may be one short record.
            let distance = if frames == length { 0.5 } else { duration.ln().abs() };
            let distance = distance + if fills { 0.0 } else { FILLING };
            Some((grade, distance, frames, text))
        };
        let best = (1..=most)
            .filter_map(candidate)
            .min_by(|one, other| (one.0, one.1).partial_cmp(&(other.0, other.1)).unwrap_or(core::cmp::Ordering::Equal));
        let Some((_, _, frames, duration)) = best else {
            let found = format!("frames of {} s", 1.0 / frame_rate);
            return Err(unfit("the sampling rates", found, "durations of records in eight characters"));
        };
        let printed: f64 = duration.parse().unwrap_or(1.0);
        let mut starts = Vec::new();
        let mut next = 0u64;
        for (from, to) in parts {
            next = next.max(from);
            while next < to {
                starts.push(next);
                next = next.saturating_add(frames);
            }
        }
        if starts.len() > 99_999_999 {
            return Err(unfit("the recording", format!("{} records", starts.len()), "up to 99999999 records"));
        }
        let ticks = whole(printed * TICKS);
        Ok(Plan { frames, duration, ticks, frame_rate: frames as f64 / printed, starts, length })
    }

    /// True when some time lies between records.
    pub(super) fn has_gaps(&self) -> bool {
        self.starts.windows(2).any(|pair| matches!(pair, [one, next] if next.saturating_sub(*one) != self.frames))
    }

    /// Where each record begins, in ticks.
    pub(super) fn onsets(&self) -> Vec<u64> {
        let mut onsets: Vec<u64> = Vec::with_capacity(self.starts.len());
        let mut before = None;
        for start in &self.starts {
            let onset = match (before, onsets.last()) {
                (Some(before), Some(onset)) if *start == self.frames.saturating_add(before) => {
                    onset.saturating_add(self.ticks)
                }
                _ => whole(*start as f64 / self.frame_rate * TICKS),
            };
            onsets.push(onset);
            before = Some(*start);
        }
        onsets
    }

    /// Runs of frames that records hold.
    pub(super) fn covered(&self) -> Vec<(u64, u64)> {
        let mut runs: Vec<(u64, u64)> = Vec::new();
        for start in &self.starts {
            let end = start.saturating_add(self.frames);
            match runs.last_mut() {
                Some((_, last)) if *last == *start => *last = end,
                _ => runs.push((*start, end)),
            }
        }
        runs
    }
}

/// Runs of frames between which every signal lacks its samples for a second or more.
fn parts(frame_rate: f64, columns: &[Column], length: u64) -> Vec<(u64, u64)> {
    let mut present: Vec<(u64, u64)> = Vec::new();
    for column in columns {
        let each = column.each.max(1);
        let frames = |(from, to): &(u64, u64)| (from.checked_div(each).unwrap_or(0), to.div_ceil(each));
        present.extend(column.present.iter().map(frames));
    }
    present.sort_unstable();
    let mut parts: Vec<(u64, u64)> = Vec::new();
    for (from, to) in present {
        match parts.last_mut() {
            Some((_, end)) if from.saturating_sub(*end) < whole(frame_rate).max(1) => *end = (*end).max(to),
            _ => parts.push((from, to)),
        }
    }
    // The recording begins and ends where it says, with samples or without.
    match parts.first_mut() {
        Some((from, _)) => *from = 0,
        None => parts.push((0, length)),
    }
    if let Some((_, to)) = parts.last_mut() {
        *to = length;
    }
    parts
}

/// The greatest common divisor; of 0 and a number that number.
fn divisor(one: u64, other: u64) -> u64 {
    let (mut one, mut other) = (one, other);
    while other != 0 {
        (one, other) = (other, one.checked_rem(other).unwrap_or(0));
    }
    one
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_share_a_frame() {
        assert_eq!(frames(&[500.0, 250.0]), Some((250.0, vec![2, 1])));
        assert_eq!(frames(&[250.0, 360.0]), Some((10.0, vec![25, 36])));
        assert_eq!(frames(&[1.0, core::f64::consts::PI]), None);
        assert_eq!(frames(&[f64::NAN]), None);
    }

    #[test]
    fn a_number_takes_eight_characters() {
        assert_eq!(field(-168.96).as_deref(), Some("-168.96"));
        assert_eq!(field(-159.995_117).as_deref(), Some("-159.995"));
        assert_eq!(field(-0.0).as_deref(), Some("0"));
        assert_eq!(field(1e-9).as_deref(), Some("0.000000"));
        assert_eq!(field(-123_456_789.0), None);
    }

    #[test]
    fn a_number_has_as_many_decimals_as_its_eight_characters_hold() {
        for power in -9..10 {
            for digits in [1.0, 1.234_567_891_2, 3.333_333_333_333, 9.999_999_999_9, 9.5] {
                for sign in [1.0, -1.0] {
                    let value: f64 = sign * digits * 10.0_f64.powi(power);
                    let longest = (0..=6).rev().map(|decimals| format!("{value:.decimals$}"));
                    let shortest = Some(value.to_string()).into_iter();
                    assert_eq!(field(value), shortest.chain(longest).find(|text| text.len() <= 8), "{value}");
                }
            }
        }
    }
}
