//! Annotation sets: what a device or a person marked, measured and stated.
//!
//! An annotation has a code, a value and regions of interest; annotations lie within annotations (the waves of a beat).
//! - A number without a time is a measurement; one of a beat is a mark at the beat's time with its value as text.
//! - A code with a time (of its own region, or for a beat of its waves) is a mark with its duration; without one, a statement.
//! - A text is a statement where it interprets, else a comment.

use ecg::{Annotation, Lead, Measurement, Recording, Statement};

use super::series::{Reading, code};
use super::time::{self, Moment};
use crate::decimals::number;
use crate::notes::label;
use crate::xml::Element;

/// How times of a series become seconds of its recording.
pub(super) struct Timeline {
    /// When the recording begins, where that is known.
    pub(super) origin: Option<Moment>,
    /// Seconds from there to the beginning of the series.
    pub(super) series: f64,
    /// True for representative beats, whose times are within the beat and no part of the recording's.
    pub(super) of_a_beat: bool,
}

/// A region of interest: its ends in seconds, either of which may be absent, and its lead.
#[derive(Clone, Debug, Default, PartialEq)]
struct Region {
    low: Option<f64>,
    high: Option<f64>,
    lead: Option<Lead>,
}

impl Region {
    fn time(&self) -> Option<f64> {
        self.low.or(self.high)
    }
}

/// What an annotation inherits from the one that it lies in.
#[derive(Clone, Default)]
struct Around {
    region: Region,
    /// The coded value, such as the wave of which this is the peak.
    value: String,
}

/// Reads all annotation sets of a series into its recording.
pub(super) fn read(series: Element, timeline: &Timeline, recording: &mut Recording, reading: &mut Reading) {
    let sets = series.all("subjectOf").flat_map(|subject| subject.all("annotationSet"));
    let mut reader = Reader { timeline, recording, reading, unplaced: 0, beyond: 0 };
    for set in sets {
        for annotation in annotations(set) {
            reader.annotation(annotation, &Around::default());
        }
    }
    if reader.beyond > 0 {
        let most = reader.reading.limits.annotations;
        let message = format!("{} annotations are more than the limit of {most}; they are left out", reader.beyond);
        reader.reading.notes.data("annotations", message);
    }
    if reader.unplaced > 0 {
        let message = format!("{} annotations have times that cannot be placed in the recording", reader.unplaced);
        reader.reading.notes.note("annotations", message);
    }
}

fn annotations<'d, 'a>(element: Element<'d, 'a>) -> impl Iterator<Item = Element<'d, 'a>> {
    element.all("component").flat_map(|component| component.all("annotation"))
}

struct Reader<'r, 'f> {
    timeline: &'r Timeline,
    recording: &'r mut Recording,
    reading: &'r mut Reading<'f>,
    /// Annotations whose times say nothing here.
    unplaced: u64,
    /// Annotations beyond the limit.
    beyond: u64,
}

impl Reader<'_, '_> {
    /// One annotation and those within it; the document's depth bounds the recursion.
    fn annotation(&mut self, annotation: Element, around: &Around) {
        let name = label(code(annotation));
        let mut region = self.region(annotation);
        let is_beat = name.ends_with("_BEAT");
        if region.time().is_none() && is_beat {
            region.low = self.beat_time(annotation);
            region.high = None;
        }
        let own_time = region.time();
        region.lead = region.lead.or_else(|| around.region.lead.clone());
        if own_time.is_none() {
            (region.low, region.high) = (around.region.low, around.region.high);
        }
        let value = annotation.child("value");
        let coded = value.and_then(|value| value.attribute("code")).map(label).unwrap_or_default();
        let amount = value.and_then(|value| number(value.attribute("value")?));
        let text = value.map(|value| value.text()).filter(|text| !text.is_empty());
        let shown = value.and_then(|value| value.attribute("displayName")).map(label).unwrap_or_default();
        if let (Some(value), Some(amount)) = (value, amount) {
            let unit = label(value.attribute("unit").unwrap_or_default());
            self.amount(name, amount, unit, &region);
        } else if !coded.is_empty() {
            let said = if shown.is_empty() { around.value.clone() } else { shown };
            match own_time {
                Some(_) if self.timeline.of_a_beat => self.within_a_beat(&coded, &region),
                Some(time) => self.mark(time, coded.clone(), said, &region),
                // The peak of a wave tells its time, the wave then has none of its own.
                None if annotations(annotation).next().is_some() => {}
                None => self.recording.statements.push(Statement {
                    system: "MDC".to_owned(),
                    code: coded.clone(),
                    text: said,
                }),
            }
        } else if let Some(text) = text {
            let interprets = name.contains("INTERPRETATION") && !name.ends_with("COMMENT");
            if interprets || name.is_empty() {
                let statement = Statement { system: "text".to_owned(), code: String::new(), text: text.to_owned() };
                self.recording.statements.push(statement);
            } else {
                self.recording.comments.push(format!("{name}: {text}"));
            }
        }
        let within = Around { region, value: if coded.is_empty() { around.value.clone() } else { coded } };
        for inner in annotations(annotation) {
            self.annotation(inner, &within);
        }
    }

    fn amount(&mut self, name: String, value: f64, unit: String, region: &Region) {
        match region.time() {
            Some(time) if !self.timeline.of_a_beat => {
                let text = format!("{value} {unit}");
                self.mark(time, name, text.trim().to_owned(), &Region { high: None, ..region.clone() });
            }
            _ => self.measurement(Measurement { name, value, unit, lead: region.lead.clone() }),
        }
    }

    /// Where a wave lies in a representative beat is a measurement of that beat.
    fn within_a_beat(&mut self, code: &str, region: &Region) {
        for (end, seconds) in [("onset", region.low), ("offset", region.high)] {
            if let Some(seconds) = seconds {
                let name = format!("{code} {end} in the representative beat");
                let (value, unit) = (seconds * 1e3, "ms".to_owned());
                self.measurement(Measurement { name, value, unit, lead: region.lead.clone() });
            }
        }
    }

    fn measurement(&mut self, measurement: Measurement) {
        if self.recording.measurements.len() as u64 >= self.reading.limits.annotations {
            self.beyond = self.beyond.saturating_add(1);
            return;
        }
        let same = |other: &Measurement| *other == measurement;
        // The same number often stands in the rhythm and in its representative beat.
        if !self.recording.measurements.iter().take(64).any(same) {
            self.recording.measurements.push(measurement);
        }
    }

    fn mark(&mut self, time: f64, code: String, text: String, region: &Region) {
        if self.recording.annotations.len() as u64 >= self.reading.limits.annotations {
            self.beyond = self.beyond.saturating_add(1);
            return;
        }
        let duration = region.low.and_then(|low| Some(region.high? - low)).filter(|duration| *duration >= 0.0);
        let text = if region.low.is_none() && text.is_empty() { "end".to_owned() } else { text };
        let lead = region.lead.clone();
        self.recording.annotations.push(Annotation { time, duration, code, text, lead, sample: None });
    }

    /// A beat's time: where its QRS complex begins, else its first wave.
    fn beat_time(&mut self, beat: Element) -> Option<f64> {
        let mut first: Option<f64> = None;
        for wave in annotations(beat) {
            let Some(time) = self.region(wave).time() else { continue };
            if wave.child("value").and_then(|value| value.attribute("code")).is_some_and(|code| code.contains("QRS")) {
                return Some(time);
            }
            first = Some(first.map_or(time, |first| first.min(time)));
        }
        first
    }

    fn region(&mut self, annotation: Element) -> Region {
        let mut region = Region::default();
        let boundaries = annotation
            .all("support")
            .flat_map(|support| support.all("supportingROI"))
            .flat_map(|roi| roi.all("component"))
            .flat_map(|component| component.all("boundary"));
        for boundary in boundaries {
            let name = code(boundary);
            if let Some(of_time) = name.strip_prefix("TIME_") {
                let Some(value) = boundary.child("value") else { continue };
                let absolute = of_time == "ABSOLUTE";
                let low = value.child("low").or_else(|| value.child("center"));
                let (low, high) = (low, value.child("high"));
                if low.is_none() && high.is_none() {
                    region.low = self.time(value, absolute);
                } else {
                    region.low = low.and_then(|low| self.time(low, absolute));
                    region.high = high.and_then(|high| self.time(high, absolute));
                }
            } else if !name.is_empty() {
                region.lead = Some(Lead::from_label(&label(name)));
            }
        }
        region
    }

    /// Seconds of the recording (of the beat, for representative beats).
    fn time(&mut self, element: Element, absolute: bool) -> Option<f64> {
        let value = element.attribute("value")?;
        let seconds = if absolute {
            let origin = self.timeline.origin.as_ref().filter(|_| !self.timeline.of_a_beat);
            Moment::parse(value).and_then(|moment| Some(moment.since(origin?)))
        } else {
            let after = if self.timeline.of_a_beat { 0.0 } else { self.timeline.series };
            time::seconds(element).map(|seconds| seconds + after)
        };
        let seconds = seconds.filter(|seconds| seconds.abs() < 1e9);
        if seconds.is_none() && !value.trim().is_empty() {
            self.unplaced = self.unplaced.saturating_add(1);
        }
        seconds
    }
}
