//! What entries beside the samples state of them: rate, names of leads, unit, scale, person.

use ecg::{Lead, Patient, Sex, Unit};

use super::choose::normal;
use super::{Content, Entry};

const RATES: [&str; 26] = [
    "fs",
    "samplingrate",
    "samplerate",
    "samplingfrequency",
    "samplefrequency",
    "samplingfreq",
    "samplefreq",
    "samprate",
    "sampfreq",
    "sampfrequency",
    "sfreq",
    "srate",
    "sf",
    "currsamplerate",
    "fsample",
    "fsamp",
    "fsecg",
    "ecgfs",
    "fshz",
    "samplingratehz",
    "sampleratehz",
    "frequency",
    "freq",
    "rate",
    "hz",
    "frequencyhz",
];
const LEADS: [&str; 18] = [
    "leads",
    "lead",
    "leadnames",
    "leadname",
    "leadorder",
    "leadsorder",
    "leadlabels",
    "signame",
    "signames",
    "signalnames",
    "siglabels",
    "channels",
    "channelnames",
    "chnames",
    "chname",
    "labels",
    "columns",
    "names",
];
const UNITS: [&str; 9] =
    ["units", "unit", "ecgunit", "ecgunits", "signalunit", "signalunits", "amplitudeunit", "physicalunit", "sigunits"];
const GAINS: [&str; 5] = ["gain", "gains", "adcgain", "adcgains", "adugain"];
const BASELINES: [&str; 4] = ["baseline", "baselines", "adczero", "adczeros"];

/// True for the name, as [`normal`] makes it, of what speaks of samples and is none.
pub(super) fn is_fact(name: &str) -> bool {
    [&RATES[..], &LEADS, &UNITS, &GAINS, &BASELINES].iter().any(|names| names.contains(&name))
}

/// The entries of a file, seen from the array of samples.
pub(super) struct Facts<'e, 'a> {
    entries: &'e [Entry<'a>],
    chosen: &'e Entry<'a>,
    path: String,
}

impl<'e, 'a> Facts<'e, 'a> {
    pub(super) fn new(entries: &'e [Entry<'a>], chosen: &'e Entry<'a>) -> Facts<'e, 'a> {
        Facts { entries, chosen, path: chosen.path() }
    }

    /// How near an entry is: an attribute of the array, beside it, above it, elsewhere.
    fn distance(&self, entry: &Entry) -> usize {
        let above = |group: &str| {
            group.is_empty() || self.chosen.group.strip_prefix(group).is_some_and(|rest| rest.starts_with('/'))
        };
        match entry.group.as_str() {
            group if group == self.path => 0,
            group if group == self.chosen.group => 1,
            group if above(group) => 2,
            _ => 3,
        }
    }

    /// What the nearest entries of these names give; from elsewhere only where there is one.
    fn find<T>(&self, names: &[&str], value: impl Fn(&'e Content<'a>) -> Option<T>) -> Option<T> {
        let mut best: Option<((usize, usize), T)> = None;
        let mut elsewhere = 0_usize;
        for entry in self.entries {
            let name = normal(&entry.name);
            let Some(rank) = names.iter().position(|known| *known == name) else { continue };
            let Some(found) = value(&entry.content) else { continue };
            let place = (self.distance(entry), rank);
            elsewhere = elsewhere.saturating_add(usize::from(place.0 == 3));
            if best.as_ref().is_none_or(|(own, _)| place < *own) {
                best = Some((place, found));
            }
        }
        best.filter(|((distance, _), _)| *distance < 3 || elsewhere == 1).map(|(_, found)| found)
    }

    /// Samples a second.
    pub(super) fn rate(&self) -> Option<f64> {
        let text = |texts: &[String]| match texts {
            [one] => {
                let text = one.trim().to_ascii_lowercase();
                text.trim_end_matches("hertz").trim_end_matches("hz").trim().parse::<f64>().ok()
            }
            _ => None,
        };
        self.find(&RATES, |content| match content {
            Content::Numbers(array) => {
                // One a recording is one rate where all are alike.
                let values = array.small()?;
                let first = *values.first()?;
                values.iter().all(|value| *value == first).then_some(first)
            }
            Content::Texts(texts) => text(texts),
            Content::Unread(_) => None,
        })
        .filter(|rate| rate.is_finite() && *rate > 0.0)
    }

    /// Names of as many leads as `fits` says an array can have.
    pub(super) fn leads(&self, fits: impl Fn(u64) -> bool) -> Option<Vec<String>> {
        self.find(&LEADS, |content| {
            let Content::Texts(texts) = content else { return None };
            let names = match texts.as_slice() {
                [one] => split(one),
                many => many.iter().map(|name| name.trim().to_owned()).collect(),
            };
            let known = names.iter().filter(|name| !matches!(Lead::from_label(name), Lead::Other(_))).count();
            // Lists of channels may name anything; what names no lead at all may be labels of another kind.
            let named = known > 0 || names.len() == 1 && texts.len() == 1;
            let short = names.iter().all(|name| name.chars().count() <= 64);
            (named && short && !names.is_empty() && fits(names.len() as u64)).then_some(names)
        })
    }

    /// The unit of every lead, each with how many of it one number is: `5uV` is 5 of microvolts.
    pub(super) fn units(&self, leads: u64) -> Option<Vec<(f64, Unit)>> {
        self.find(&UNITS, |content| {
            let Content::Texts(texts) = content else { return None };
            let units: Vec<(f64, Unit)> = texts.iter().map(|text| unit(text)).collect();
            spread(units, leads)
        })
    }

    /// Counts a unit of every lead.
    pub(super) fn gains(&self, leads: u64) -> Option<Vec<f64>> {
        let usable = |gain: &f64| gain.is_finite() && (1e-9..1e12).contains(&gain.abs());
        self.find(&GAINS, |content| numbers(content, leads)).filter(|gains| gains.iter().all(usable))
    }

    /// The count of zero of every lead.
    pub(super) fn baselines(&self, leads: u64) -> Option<Vec<f64>> {
        self.find(&BASELINES, |content| numbers(content, leads)).filter(|all| all.iter().all(|value| value.is_finite()))
    }

    /// Sex and age, where one of each is stated.
    pub(super) fn patient(&self) -> Patient {
        let sex = self.find(&["sex", "gender"], |content| match content {
            Content::Texts(texts) => match texts.as_slice() {
                [one] => match one.trim().to_ascii_lowercase().as_str() {
                    "male" | "m" => Some(Sex::Male),
                    "female" | "f" => Some(Sex::Female),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        });
        let age = self.find(&["age"], |content| numbers(content, 1)).and_then(|age| age.first().copied());
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 130")]
        let age = age.filter(|age| (0.0..=130.0).contains(age)).map(|age| age as u16);
        Patient { sex, age, ..Patient::default() }
    }
}

/// One number for all leads, or one a lead.
fn numbers(content: &Content, leads: u64) -> Option<Vec<f64>> {
    match content {
        Content::Numbers(array) => spread(array.small()?, leads),
        _ => None,
    }
}

fn spread<T: Clone>(values: Vec<T>, leads: u64) -> Option<Vec<T>> {
    match values.as_slice() {
        [one] => Some(vec![one.clone(); usize::try_from(leads).ok()?]),
        many if many.len() as u64 == leads => Some(values),
        _ => None,
    }
}

/// `5uV`, `mV`, `0.005 mV`.
fn unit(text: &str) -> (f64, Unit) {
    let text = text.trim();
    let end = text.find(|letter: char| !(letter.is_ascii_digit() || letter == '.')).unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    let step = number.parse::<f64>().ok().filter(|step| step.is_finite() && (1e-9..1e9).contains(step));
    let label = rest.trim().trim_start_matches(['*', '/']);
    match (step, Unit::from_label(label)) {
        (Some(step), unit) if unit.in_millivolts().is_some() => (step, unit),
        _ => (1.0, Unit::from_label(text)),
    }
}

/// Names in one text: `I, II, III` or `I II III`.
fn split(text: &str) -> Vec<String> {
    let text = text.trim().trim_start_matches(['[', '(']).trim_end_matches([']', ')']);
    let bare = |name: &str| name.trim().trim_matches(['\'', '"']).trim().to_owned();
    for separator in [',', ';', '|', '\n'] {
        if text.contains(separator) {
            return text.split(separator).map(bare).filter(|name| !name.is_empty()).collect();
        }
    }
    text.split_whitespace().map(bare).collect()
}

#[cfg(test)]
mod unit_tests {
    use super::*;

    #[test]
    fn a_unit_may_have_a_step_before_it() {
        assert_eq!(unit("5uV"), (5.0, Unit::Microvolt));
        assert_eq!(unit(" 0.005 mV "), (0.005, Unit::Millivolt));
        assert_eq!(unit("mV"), (1.0, Unit::Millivolt));
        assert_eq!(unit("10mmHg"), (1.0, Unit::Other("10mmHg".into())));
        assert_eq!(unit(""), (1.0, Unit::Unknown));
    }

    #[test]
    fn names_in_one_text_are_taken_apart() {
        for text in ["I,II, V1", "['I' 'II' 'V1']", "I;II;V1", "I II V1"] {
            assert_eq!(split(text), ["I", "II", "V1"], "{text}");
        }
    }
}
