//! Waveform annotations (PS3.3 C.10.10): marks in time, measurements, statements.
//!
//! An item with a number is a measurement. An item with points in time in a group of the recording is a mark (with a
//! number, both). What lies in a representative beat has no place in the recording's time and becomes a measurement in
//! milliseconds from that beat's first sample. All else, text or code, is a statement. Items that say nothing are passed
//! over: real files are padded with them.

use ecg::{Annotation, Lead, Measurement, Recording, Statement};

use super::channel::Code;
use super::element::{Element, Fields, Set, Tag};
use super::value::{self, Texts};

const UNITS: Tag = 0x0040_08EA;
const NAME: Tag = 0x0040_A043;
const CHANNELS: Tag = 0x0040_A0B0;
const RANGE: Tag = 0x0040_A130;
const POSITIONS: Tag = 0x0040_A132;
const OFFSETS: Tag = 0x0040_A138;
const MOMENTS: Tag = 0x0040_A13A;
const VALUE: Tag = 0x0040_A168;
const NUMBER: Tag = 0x0040_A30A;
const TEXT: Tag = 0x0070_0006;

/// Where a group went.
pub(super) struct Place {
    pub(super) number: usize,
    /// None for a representative beat.
    pub(super) recording: Option<usize>,
    /// The main recording's or its own, which holds its measurements.
    pub(super) home: usize,
    /// Seconds from the recording's start to the group's first sample.
    pub(super) start: f64,
    pub(super) rate: f64,
    pub(super) leads: Vec<Lead>,
}

/// Puts what the sequence says into the recordings; at most `most` entries.
pub(super) fn read(
    sequence: &Element,
    places: &[Place],
    texts: &Texts,
    most: u64,
    notes: &super::notes::Notes,
    recordings: &mut [Recording],
) {
    let mut left = most;
    for item in sequence.items() {
        if left == 0 {
            let message = format!("only the first {most} annotations were read");
            notes.data(super::notes::byte(item.offset), message);
            return;
        }
        let said = Said::read(item, texts);
        let Some(target) = places.iter().find(|place| place.number == said.group).or_else(|| places.first()) else {
            return;
        };
        let Some(recording) = recordings.get_mut(target.home) else { continue };
        left = left.saturating_sub(said.put(target, left, recording));
    }
}

/// One item.
struct Said {
    /// From 1; the first where none is stated.
    group: usize,
    /// From 1, where one and no other channel is meant.
    channel: Option<usize>,
    name: Option<Code>,
    value: Option<Code>,
    text: Option<String>,
    number: Option<f64>,
    unit: String,
    range: String,
    /// Points in time: sample numbers from 1, seconds from the group's first sample, or moments.
    points: Points,
}

enum Points {
    None,
    Samples(Vec<u32>),
    Seconds(Vec<f64>),
    Moments(Vec<String>),
}

/// Points of one item.
const MOST_POINTS: usize = 100_000;

impl Said {
    fn read(item: Set, texts: &Texts) -> Said {
        let fields = item.collect(&[UNITS, NAME, CHANNELS, RANGE, POSITIONS, OFFSETS, MOMENTS, VALUE, NUMBER, TEXT]);
        let channels: Vec<usize> =
            fields.get(CHANNELS).into_iter().flat_map(Element::shorts).take(4).map(usize::from).collect();
        let (group, channel) = match *channels.as_slice() {
            [group, channel] => (group, Some(channel).filter(|channel| *channel > 0)),
            [group, ..] => (group, None),
            [] => (1, None),
        };
        let unit = Code::of(fields.get(UNITS), texts)
            .map(|unit| if unit.value.is_empty() { unit.meaning } else { unit.value });
        Said {
            group,
            channel,
            name: Code::of(fields.get(NAME), texts),
            value: Code::of(fields.get(VALUE), texts),
            text: texts.of(fields.get(TEXT)),
            number: fields.get(NUMBER).and_then(Element::decimal),
            // UCUM's 1 is no unit.
            unit: unit.filter(|unit| unit != "1").unwrap_or_default(),
            range: fields.get(RANGE).map(Element::first).unwrap_or_default(),
            points: points(&fields),
        }
    }

    /// Adds the item to a recording; the number of entries that it made.
    fn put(self, place: &Place, most: u64, recording: &mut Recording) -> u64 {
        let lead = self.channel.and_then(|channel| place.leads.get(channel.checked_sub(1)?).cloned());
        let code = self.name.clone().unwrap_or_default();
        let said = match (&self.name, &self.value, &self.text) {
            (Some(name), Some(value), _) => format!("{}: {}", name.said(), value.said()),
            (None, Some(value), _) => value.said().to_owned(),
            (_, None, Some(text)) => text.clone(),
            // A code whose meaning repeats it has no text.
            (Some(name), None, None) if name.meaning != name.value => name.said().to_owned(),
            _ => String::new(),
        };
        // Texts that are repeated at every point count by their length, so that few bytes cannot become many.
        let repeated = said.len().max(code.meaning.len()) as u64;
        let cost = repeated.checked_div(128).unwrap_or(0).saturating_add(1);
        let mut made = 0_u64;
        if let Some(value) = self.number {
            let name = if code == Code::default() { said.clone() } else { code.said().to_owned() };
            recording.measurements.push(Measurement { name, value, unit: self.unit.clone(), lead: lead.clone() });
            made = cost;
        }
        let silent = said.is_empty() && code == Code::default();
        if !matches!(self.points, Points::None) {
            for (from, duration, sample) in self.times(place, recording.start.as_deref()) {
                if made >= most {
                    break;
                }
                made = made.saturating_add(cost);
                if place.recording.is_some() {
                    recording.annotations.push(Annotation {
                        time: place.start + from,
                        duration,
                        code: code.value.clone(),
                        text: said.clone(),
                        lead: lead.clone(),
                        sample,
                    });
                } else {
                    let name = if code == Code::default() { &said } else { code.said() };
                    let mut add = |what: &str, seconds: f64| {
                        recording.measurements.push(Measurement {
                            name: format!("{name}, {what} in the representative beat"),
                            value: rounded(seconds * 1000.0),
                            unit: "ms".to_owned(),
                            lead: lead.clone(),
                        });
                    };
                    match duration {
                        None => add("time", from),
                        Some(duration) => {
                            add("start", from);
                            add("end", from + duration);
                            made = made.saturating_add(cost);
                        }
                    }
                }
            }
        } else if self.number.is_none() && !silent {
            let stands = self.value.or(self.name);
            recording.statements.push(match stands {
                Some(code) => Statement { system: system(&code.scheme).to_owned(), code: code.value, text: said },
                None => Statement { system: "text".to_owned(), code: String::new(), text: said },
            });
            made = cost;
        }
        made
    }

    /// Seconds from the group's first sample, duration, and sample number from 0.
    fn times(&self, place: &Place, start: Option<&str>) -> Vec<(f64, Option<f64>, Option<i64>)> {
        let points: Vec<(f64, Option<i64>)> = match &self.points {
            Points::None => Vec::new(),
            Points::Samples(samples) => {
                let from_zero = samples.iter().map(|&sample| i64::from(sample).saturating_sub(1));
                #[allow(clippy::cast_precision_loss, reason = "32 bits are exact")]
                from_zero.map(|sample| (sample as f64 / place.rate, Some(sample))).collect()
            }
            Points::Seconds(seconds) => seconds.iter().map(|&seconds| (seconds, None)).collect(),
            Points::Moments(moments) => {
                let Some(start) = start.and_then(seconds_of) else { return Vec::new() };
                let seconds = moments.iter().filter_map(|moment| seconds_of(moment));
                seconds.map(|moment| (moment - start - place.start, None)).collect()
            }
        };
        match self.range.as_str() {
            "SEGMENT" | "MULTISEGMENT" => {
                let (pairs, single) = points.as_chunks::<2>();
                let segments =
                    pairs.iter().map(|&[(from, sample), (to, _)]| (from, Some(rounded((to - from).max(0.0))), sample));
                segments.chain(single.iter().map(|&(at, sample)| (at, None, sample))).collect()
            }
            _ => points.into_iter().map(|(at, sample)| (at, None, sample)).collect(),
        }
    }
}

/// Without what arithmetic with times leaves behind their ninth decimal.
fn rounded(seconds: f64) -> f64 {
    if seconds < 1e6 { (seconds * 1e9).round() / 1e9 } else { seconds }
}

fn points(fields: &Fields) -> Points {
    if let Some(positions) = fields.get(POSITIONS) {
        return Points::Samples(positions.longs().take(MOST_POINTS).collect());
    }
    if let Some(offsets) = fields.get(OFFSETS) {
        return Points::Seconds(
            offsets.decimals().take(MOST_POINTS).flatten().filter(|seconds| value::is_time(*seconds)).collect(),
        );
    }
    match fields.get(MOMENTS).map(Element::first).and_then(|moment| value::date_time(&moment)) {
        Some((moment, _)) => Points::Moments(vec![moment]),
        None => Points::None,
    }
}

/// The code system as statements name it.
fn system(scheme: &str) -> &str {
    match scheme {
        "SCT" | "SRT" | "SNM3" => "SNOMED CT",
        "SCPECG" => "SCP-ECG",
        other => other,
    }
}

/// Seconds of a moment in ISO 8601 since a fixed day, by the days of the Gregorian calendar.
fn seconds_of(moment: &str) -> Option<f64> {
    let (date, time) = moment.split_once('T')?;
    let mut parts = date.split('-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    // March begins the year, so that the leap day ends it.
    let (year, month) =
        if month <= 2 { (year.checked_sub(1)?, month.checked_add(9)?) } else { (year, month.checked_sub(3)?) };
    let leaps = (year.checked_div(4)?).checked_sub(year.checked_div(100)?)?.checked_add(year.checked_div(400)?)?;
    let months = month.checked_mul(153)?.checked_add(2)?.checked_div(5)?;
    let days = year.checked_mul(365)?.checked_add(leaps)?.checked_add(months)?.checked_add(day)?;
    let mut clock = time.split(':').map(|part| part.parse::<f64>().ok());
    let hour = clock.next()??;
    let minute = clock.next().unwrap_or(Some(0.0))?;
    let second = clock.next().unwrap_or(Some(0.0))?;
    #[allow(clippy::cast_precision_loss, reason = "days of four-digit years are small")]
    let days = days as f64;
    Some(days * 86_400.0 + hour * 3600.0 + minute * 60.0 + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_apart_by_their_calendar() {
        let apart = |from: &str, to: &str| seconds_of(to).unwrap() - seconds_of(from).unwrap();
        assert_eq!(apart("2024-02-28T23:59:59", "2024-03-01T00:00:00.5"), 86_401.5);
        assert_eq!(apart("2023-12-31T00", "2024-01-01T00:01"), 86_460.0);
        assert_eq!(seconds_of("2024-02-28"), None);
    }
}
