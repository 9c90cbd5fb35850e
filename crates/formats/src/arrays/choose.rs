//! Which of a file's arrays are the samples.

use ecg::Lead;

use super::axes::{Axes, axes};
use super::facts::is_fact;
use super::{Array, Content, Entry};

/// Names of arrays of samples, the most telling first, as [`normal`] makes them.
const SAMPLES: [&str; 22] = [
    "val",
    "ecg",
    "ecgs",
    "ecgdata",
    "ecgsignal",
    "ecgsignals",
    "tracings",
    "tracing",
    "signals",
    "signal",
    "psignal",
    "dsignal",
    "sig",
    "data",
    "waveform",
    "waveforms",
    "samples",
    "recording",
    "recordings",
    "feats",
    "x",
    "values",
];

/// The arrays that are the samples.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Chosen {
    /// One array of leads and samples.
    Whole {
        /// Which entry.
        entry: usize,
        /// Entries that could have been meant too.
        others: Vec<usize>,
    },
    /// One array a lead: entry and lead.
    Leads(Vec<(usize, Lead)>),
}

impl Chosen {
    /// The entries whose numbers are needed.
    pub(crate) fn entries(&self) -> Vec<usize> {
        match self {
            Chosen::Whole { entry, .. } => vec![*entry],
            Chosen::Leads(leads) => leads.iter().map(|(entry, _)| *entry).collect(),
        }
    }
}

/// A name in small letters and digits alone, so that `Sampling_Rate` and `samplingRate` are one.
pub(super) fn normal(name: &str) -> String {
    name.chars().take(64).filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether an array can be samples.
fn candidate<'a>(entry: &'a Entry) -> Option<(&'a Array<'a>, Axes)> {
    match &entry.content {
        Content::Numbers(array) if !is_fact(&normal(&entry.name)) => axes(array, None).map(|axes| (array, axes)),
        _ => None,
    }
}

/// The samples among the entries; none where no array can be.
pub(crate) fn choose(entries: &[Entry]) -> Option<Chosen> {
    let rank = |entry: &Entry| {
        let name = normal(&entry.name);
        SAMPLES.iter().position(|known| *known == name)
    };
    let size = |position: &usize| entries.get(*position).and_then(candidate).and_then(|(array, _)| array.count());
    let all: Vec<usize> = (0..entries.len()).filter(|position| size(position).is_some()).collect();
    let named = all.iter().filter_map(|position| Some((rank(entries.get(*position)?)?, *position)));
    // Of one name the largest, of equal ones the first.
    let best = named.min_by_key(|(rank, position)| (*rank, core::cmp::Reverse(size(position)), *position));
    let entry = if let Some((_, position)) = best {
        position
    } else if let Some(leads) = by_lead(entries, &all) {
        return Some(Chosen::Leads(leads));
    } else {
        *all.iter().min_by_key(|position| (core::cmp::Reverse(size(position)), **position))?
    };
    let own = size(&entry)?;
    let others = all.into_iter().filter(|other| *other != entry);
    // What is much smaller is no second recording.
    let others = others.filter(|other| size(other).is_some_and(|size| size.saturating_mul(10) >= own)).collect();
    Some(Chosen::Whole { entry, others })
}

/// Arrays of one extent that are named after standard leads, of one group and one length: those of the first such group.
fn by_lead(entries: &[Entry], all: &[usize]) -> Option<Vec<(usize, Lead)>> {
    let lead = |position: usize| {
        let entry = entries.get(position)?;
        let (_, axes) = candidate(entry).filter(|(_, axes)| axes.leads == 1 && axes.recordings == 1)?;
        match Lead::from_label(&entry.name) {
            Lead::Other(_) => None,
            lead => Some((position, lead, entry.group.as_str(), axes.samples)),
        }
    };
    let mut leads = all.iter().filter_map(|position| lead(*position));
    let (first, first_lead, group, samples) = leads.next()?;
    let same = leads.filter(|(_, _, own, count)| *own == group && *count == samples);
    let found: Vec<_> =
        std::iter::once((first, first_lead)).chain(same.map(|(position, lead, ..)| (position, lead))).collect();
    (found.len() > 1).then_some(found)
}
