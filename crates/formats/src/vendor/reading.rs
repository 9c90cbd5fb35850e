//! One reading of a file: its limits, its hints and its warnings.

use ecg::{Lead, Scale, Severity, Unit, Warning};

use crate::limits::reserve;
use crate::xml::Document;
use crate::{Error, Hints, Limits, Needs, Place, notes};

/// Warnings of one file; what comes after would say the same again.
const MOST_WARNINGS: usize = 500;

/// What the parts of a reader share while they read one file.
pub(crate) struct Reading<'a> {
    pub(crate) file: &'a str,
    pub(crate) hints: &'a Hints,
    pub(crate) limits: &'a Limits,
    pub(crate) warnings: Vec<Warning>,
    leads: u64,
    samples: u64,
}

impl<'a> Reading<'a> {
    pub(crate) fn new(file: &'a str, hints: &'a Hints, limits: &'a Limits) -> Reading<'a> {
        Reading { file, hints, limits, warnings: Vec::new(), leads: 0, samples: 0 }
    }

    fn warn(&mut self, severity: Severity, place: String, message: String) {
        if self.warnings.len() < MOST_WARNINGS {
            self.warnings.push(Warning { severity, file: self.file.to_owned(), place, message });
        }
    }

    /// Something that touches the samples.
    pub(crate) fn data(&mut self, place: impl Into<String>, message: impl Into<String>) {
        self.warn(Severity::Data, place.into(), message.into());
    }

    /// Something that leaves the samples as they are stored.
    pub(crate) fn note(&mut self, place: impl Into<String>, message: impl Into<String>) {
        self.warn(Severity::Note, place.into(), message.into());
    }

    /// Says that a document ends too early, where it does, and that its letters may be wrong, where they may.
    pub(crate) fn question_end(&mut self, document: &Document) {
        if let Some(doubt) = &document.doubt {
            self.note(notes::place(doubt.place), doubt.message.as_str());
        }
        if let Some(place) = document.cut_place() {
            let place = match place {
                Place::Line(line) => format!("line {line}"),
                _ => String::new(),
            };
            self.data(place, "the document ends too early or is no XML from here on; what is whole before it is kept");
        }
    }

    /// Counts one lead more with so many samples at most.
    ///
    /// # Errors
    /// More than the limits allow.
    pub(crate) fn room(&mut self, samples: u64) -> Result<(), Error> {
        self.leads = self.leads.saturating_add(1);
        self.samples = self.samples.saturating_add(samples);
        self.limits.size(self.file, Place::Whole, self.leads, 0)?;
        self.limits.size(self.file, Place::Whole, 1, samples)?;
        if self.samples > self.limits.samples {
            let found = format!("{} samples", self.samples);
            return Err(Error::limit(self.file, Place::Whole, found, self.limits.samples));
        }
        Ok(())
    }

    /// The rate that a file states, or else the one that the user gives.
    ///
    /// # Errors
    /// Neither, or one that is none.
    pub(crate) fn rate(&mut self, stated: Option<f64>) -> Result<f64, Error> {
        match (stated.map(|rate| self.limits.rate(self.file, Place::Whole, rate)), self.hints.rate) {
            (Some(Ok(rate)), _) => Ok(rate),
            (Some(Err(_)), Some(rate)) => {
                self.data("", "the sampling rate of the file is none; the given one was taken");
                self.limits.rate(self.file, Place::Whole, rate)
            }
            (Some(Err(error)), None) => Err(error),
            (None, Some(rate)) => self.limits.rate(self.file, Place::Whole, rate),
            (None, None) => {
                Err(Error::missing(Needs::Rate, self.file, "no sampling rate", "the sampling rate in hertz"))
            }
        }
    }

    /// The scale of counts of which each stands for `step` of a unit. Without a step that is one, counts stay without a
    /// unit, or with the one that the user gives.
    pub(crate) fn scale(&mut self, lead: &str, step: Option<f64>, unit: Unit) -> Scale {
        let given = self.hints.unit.clone();
        let step = step.filter(|step| (1e-12..1e9).contains(&step.abs()));
        let (gain, unit) = match (step, unit, given) {
            (Some(step), Unit::Unknown, Some(given)) => (1.0 / step, given),
            (Some(step), unit, _) => (1.0 / step, unit),
            (None, _, Some(given)) => (1.0, given),
            (None, _, None) => (1.0, Unit::Unknown),
        };
        if unit == Unit::Unknown {
            self.data(in_lead(lead), "no scale with a unit is stated; the counts are given in no unit");
        }
        Scale { gain, baseline: 0.0, unit }
    }

    /// A mark's time where it can be one of a recording: from its start on and within a hundred days; said otherwise.
    pub(crate) fn time_of_mark(&mut self, seconds: f64) -> Option<f64> {
        let time = Some(seconds).filter(|seconds| (0.0..=100.0 * 86_400.0).contains(seconds));
        if time.is_none() {
            self.note("", "a mark whose time lies in no recording is left out");
        }
        time
    }

    /// A lead's name as the file writes it, no longer than a name is.
    pub(crate) fn label(&self, text: &str) -> (Lead, String) {
        let label: String = text.trim().chars().take(64).collect();
        (Lead::from_label(&label), label)
    }

    /// Room for `count` elements that were counted before.
    pub(crate) fn reserve<T>(&self, count: u64) -> Result<Vec<T>, Error> {
        reserve(self.file, count)
    }
}

/// The place of a lead in a warning.
pub(crate) fn in_lead(label: &str) -> String {
    let label: String = label.chars().take(40).map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    format!("lead {label}")
}
