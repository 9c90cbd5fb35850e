//! One channel's definition (PS3.3 C.10.9.1.4): which lead it is, how counts become values, when it was sampled.

use ecg::{Lead, Scale, Unit};

use super::codes;
use super::element::{Element, Set, Tag};
use super::notes::{Notes, byte};
use super::value::Texts;
use crate::Hints;

const CODE_VALUE: Tag = 0x0008_0100;
const CODING_SCHEME: Tag = 0x0008_0102;
const CODE_MEANING: Tag = 0x0008_0104;
const CHANNEL_LABEL: Tag = 0x003A_0203;
const CHANNEL_SOURCE: Tag = 0x003A_0208;
const SENSITIVITY: Tag = 0x003A_0210;
const SENSITIVITY_UNITS: Tag = 0x003A_0211;
const CORRECTION: Tag = 0x003A_0212;
const BASELINE: Tag = 0x003A_0213;
const TIME_SKEW: Tag = 0x003A_0214;
const SAMPLE_SKEW: Tag = 0x003A_0215;
const FILTER_LOW: Tag = 0x003A_0220;
const FILTER_HIGH: Tag = 0x003A_0221;
const NOTCH: Tag = 0x003A_0222;

/// A longer skew than an hour is no skew.
const LONGEST_SKEW: f64 = 3600.0;

/// A code with its meaning.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Code {
    pub(super) value: String,
    pub(super) scheme: String,
    pub(super) meaning: String,
}

impl Code {
    /// The first code of a code sequence.
    pub(super) fn of(sequence: Option<&Element>, texts: &Texts) -> Option<Code> {
        let item = sequence?.items().next()?;
        let fields = item.collect(&[CODE_VALUE, CODING_SCHEME, CODE_MEANING]);
        let code = Code {
            value: fields.get(CODE_VALUE).map(Element::first).unwrap_or_default(),
            scheme: fields.get(CODING_SCHEME).map(Element::first).unwrap_or_default(),
            meaning: texts.of(fields.get(CODE_MEANING)).unwrap_or_default(),
        };
        (code != Code::default()).then_some(code)
    }

    /// The meaning, or the value where there is none.
    pub(super) fn said(&self) -> &str {
        if self.meaning.is_empty() { &self.value } else { &self.meaning }
    }
}

/// One channel.
#[derive(Clone, Debug)]
pub(super) struct Channel {
    pub(super) lead: Lead,
    pub(super) label: String,
    pub(super) scale: Scale,
    /// Seconds from the group's first sample to the channel's.
    pub(super) skew: f64,
    /// Filters in words, where the file states any.
    pub(super) filters: String,
}

/// A count is a value of no known unit.
fn unscaled() -> Scale {
    Scale { gain: 1.0, baseline: 0.0, unit: Unit::Unknown }
}

impl Channel {
    /// A channel that the file does not define, by its number from 1.
    pub(super) fn undefined(number: usize) -> Channel {
        let label = format!("channel {number}");
        let lead = Lead::Other(label.clone());
        Channel { lead, label, scale: unscaled(), skew: 0.0, filters: String::new() }
    }

    /// Reads a definition; `rate` turns a skew in samples into seconds.
    pub(super) fn read(set: Set, number: usize, rate: f64, texts: &Texts, hints: &Hints) -> Channel {
        let fields = set.collect(&[
            CHANNEL_LABEL,
            CHANNEL_SOURCE,
            SENSITIVITY,
            SENSITIVITY_UNITS,
            CORRECTION,
            BASELINE,
            TIME_SKEW,
            SAMPLE_SKEW,
            FILTER_LOW,
            FILTER_HIGH,
            NOTCH,
        ]);
        let mut channel = Channel::undefined(number);
        let source = Code::of(fields.get(CHANNEL_SOURCE), texts).unwrap_or_default();
        let label = texts.of(fields.get(CHANNEL_LABEL));
        let words = if source.meaning.is_empty() { label.clone() } else { Some(source.meaning.clone()) };
        let named = codes::lead(&source.scheme, &source.value);
        let meant = words.as_deref().filter(|words| words.len() <= 256).map(codes::lead_of_meaning);
        let place = byte(set.offset);
        if let (Some(named), Some(meant)) = (&named, &meant)
            && named != meant
            && !matches!(meant, Lead::Other(_))
        {
            let message =
                format!("a channel's code names lead {named}, its meaning lead {meant}; the code was followed");
            set.notes.data(place.clone(), message);
        }
        if let Some(words) = words.or_else(|| (!source.value.is_empty()).then(|| source.value.clone())) {
            // The standard has 64 letters at most; annotations repeat the name of their lead.
            channel.label = words.chars().take(64).collect();
        }
        channel.lead = named.or(meant).unwrap_or_else(|| Lead::Other(channel.label.clone()));

        let number = |tag: Tag| fields.get(tag).and_then(Element::decimal);
        let or_absent = |tag: Tag, absent: f64, what: &str| {
            let element = fields.get(tag).filter(|element| !element.first().is_empty());
            element.map_or(Some(absent), Element::decimal).unwrap_or_else(|| {
                let message = format!("channel {}: the {what} is no number; taken as {absent}", channel.label);
                set.notes.data(place.clone(), message);
                absent
            })
        };
        let unit = Code::of(fields.get(SENSITIVITY_UNITS), texts);
        let unit = unit.filter(|unit| !unit.value.is_empty() || !unit.meaning.is_empty());
        let stated = Stated {
            sensitivity: number(SENSITIVITY),
            correction: or_absent(CORRECTION, 1.0, "correction factor"),
            baseline: or_absent(BASELINE, 0.0, "baseline"),
            unit: unit.map(|unit| if unit.value.is_empty() { unit.meaning } else { unit.value }),
        };
        channel.scale = stated.scale(&place, &channel.label, set.notes, hints);
        let skew = number(TIME_SKEW).or_else(|| number(SAMPLE_SKEW).map(|samples| samples / rate)).unwrap_or(0.0);
        if skew.abs() <= LONGEST_SKEW {
            channel.skew = skew;
        } else {
            set.notes.data(place, format!("channel {}: a skew of {skew} s was left out", channel.label));
        }
        let part =
            |tag: Tag, what: &str| number(tag).filter(|hertz| *hertz > 0.0).map(|hertz| format!("{what} {hertz} Hz"));
        let parts = [part(FILTER_LOW, "high-pass"), part(FILTER_HIGH, "low-pass"), part(NOTCH, "notch")];
        channel.filters = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
        channel
    }
}

/// What a file says of a channel's scale.
struct Stated {
    sensitivity: Option<f64>,
    correction: f64,
    baseline: f64,
    unit: Option<String>,
}

impl Stated {
    /// value = count * sensitivity * correction + baseline, in the sensitivity's units.
    fn scale(self, place: &str, label: &str, notes: &Notes, hints: &Hints) -> Scale {
        let data = |message: String| notes.data(place.to_owned(), format!("channel {label}: {message}"));
        let Some(sensitivity) = self.sensitivity else {
            data("no sensitivity is stated; the samples are without scale and unit".to_owned());
            return unscaled();
        };
        let (correction, offset) = (self.correction, self.baseline);
        let step = sensitivity * correction;
        let gain = whole(1.0 / step);
        let baseline = whole(-offset / step);
        if !gain.is_finite() || gain == 0.0 || !baseline.is_finite() {
            data(format!(
                "a sensitivity of {sensitivity} times {correction} is no scale; the samples are without scale and unit"
            ));
            return unscaled();
        }
        let unit = match (self.unit, &hints.unit) {
            (Some(unit), _) => Unit::from_label(&unit),
            (None, Some(unit)) => unit.clone(),
            (None, None) => {
                data("the sensitivity has no unit".to_owned());
                Unit::Unknown
            }
        };
        Scale { gain, baseline, unit }
    }
}

/// The whole number where a fraction of sixteen digits stands for it.
fn whole(value: f64) -> f64 {
    let nearest = value.round();
    let near = (value - nearest).abs() <= 1e-11 * nearest.abs().max(1e-300);
    // Minus zero is of no use to anybody.
    if near { nearest + 0.0 } else { value }
}
