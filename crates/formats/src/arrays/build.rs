//! Recordings from the arrays that were chosen.

use ecg::{Counts, Lead, Recording, Scale, Severity, Signal, Source, Unit, Warning};

use super::axes::{Axes, axes};
use super::facts::Facts;
use super::numbers::{Frames, Leads};
use super::room::{derived, fitting, named, overhead};
use super::{Array, Chosen, Content, Entry, Input, Numbers};
use crate::memory::Memory;
use crate::{Error, Hints, Limits, Needs, Place};

/// The array of an entry.
fn array<'e, 'a>(
    input: &Input,
    entries: &'e [Entry<'a>],
    entry: usize,
) -> Result<(&'e Entry<'a>, &'e Array<'a>), Error> {
    match entries.get(entry).map(|entry| (entry, &entry.content)) {
        Some((entry, Content::Numbers(array))) => Ok((entry, array)),
        _ => Err(Error::invalid(input.file, Place::Whole, "no array of numbers", "an array of samples")),
    }
}

/// The recordings of the chosen arrays, whose numbers were read. Of many recordings in one array as many as fit `limits`,
/// `memory` and the numbers that are there.
///
/// # Errors
/// Rate or unit are neither stated nor in `hints`; sizes beyond `limits`; no whole sample of every lead.
pub(crate) fn recordings(
    input: &Input,
    entries: &[Entry],
    chosen: &Chosen,
    hints: &Hints,
    limits: &Limits,
    memory: &mut Memory,
) -> Result<Vec<Recording>, Error> {
    let first = chosen.entries().first().copied().unwrap_or(usize::MAX);
    let (entry, first) = array(input, entries, first)?;
    let facts = Facts::new(entries, entry);
    let mut warnings = Vec::new();
    let mut warn = |severity: Severity, place: &str, message: String| {
        warnings.push(Warning { severity, file: input.file.to_owned(), place: place.to_owned(), message });
    };
    let nothing = || Error::invalid(input.file, Place::Whole, "no array of samples", "an array of leads and samples");

    let (mut axes, names) = match chosen {
        Chosen::Whole { .. } => {
            let (axes, names) = named(&facts, first);
            (axes.ok_or_else(nothing)?, names)
        }
        Chosen::Leads(leads) => {
            let one = axes(first, None).ok_or_else(nothing)?;
            let names = leads.iter().filter_map(|(entry, _)| entries.get(*entry)).map(|entry| entry.name.clone());
            (Axes { leads: leads.len() as u64, ..one }, Some(names.collect()))
        }
    };
    limits.size(input.file, Place::Whole, axes.leads, axes.samples)?;
    let shape = format!("an array of {} leads and {} samples", axes.leads, axes.samples);
    let needs = |needs, what: &str| {
        Error::missing(needs, input.file, format!("{shape} that states no {what}"), format!("the {what}"))
    };
    let rate = facts.rate().or(hints.rate).ok_or_else(|| needs(Needs::Rate, "sampling rate"))?;
    let rate = limits.rate(input.file, Place::Whole, rate)?;
    let scales = scales(&facts, axes.leads, hints).ok_or_else(|| needs(Needs::Unit, "unit"))?;
    let labels = labels(names, axes.leads, &mut warn);

    if let Chosen::Whole { others, .. } = chosen {
        let others: Vec<String> =
            others.iter().take(5).filter_map(|other| entries.get(*other)).map(Entry::path).collect();
        if !others.is_empty() {
            let message = format!("the file holds several arrays; this was taken and not {}", others.join(", "));
            warn(Severity::Note, &entry.path(), message);
        }
    }
    let stated = axes;
    let held = first.numbers.as_ref().map_or(0, Numbers::len);
    if matches!(chosen, Chosen::Whole { .. }) {
        axes = whole(input, axes, first, held)?;
    } else if let Chosen::Leads(leads) = chosen {
        axes.samples = shortest(input, entries, leads, axes.samples)?;
    }
    let changed = (axes.recordings, axes.leads, axes.samples) != (stated.recordings, stated.leads, stated.samples);
    if changed && !input.partial {
        let message = format!(
            "the file ends before its array does: {} of {} recordings, {} of {} leads, {} of {} samples are there",
            axes.recordings, stated.recordings, axes.leads, stated.leads, axes.samples, stated.samples
        );
        warn(Severity::Data, &entry.path(), message);
    } else if input.cut {
        let message = "the file is damaged or ends too early after these samples".to_owned();
        warn(Severity::Data, &entry.path(), message);
    }
    let several = stated.recordings > 1;
    // Stored numbers that were unpacked are gone when limb leads are derived.
    let unpacked = first.numbers.as_ref().map_or(0, Numbers::held).checked_div(axes.recordings).unwrap_or(0);
    let uneven = scales.iter().any(|scale| scales.first() != Some(scale));
    let derived = derived(&labels, &axes, first.kind, uneven);
    let beside = derived.saturating_sub(unpacked);
    let count = fitting(&axes, first, beside, limits, memory);
    if count == 0 {
        let found = format!("{shape} a recording");
        return Err(Error::limit(input.file, Place::Whole, found, "the memory for a file of this size"));
    }
    if count < axes.recordings || (changed && input.partial) {
        let message = format!("the array holds {} recordings; the first {count} were read", stated.recordings);
        warn(Severity::Data, &entry.path(), message);
    }

    let mut found = Vec::new();
    for number in 0..count {
        memory.take(input.file, overhead(axes.leads).saturating_add(beside))?;
        let mut recording = Recording {
            name: if several { format!("{}[{number}]", entry.name) } else { stem(input.file).to_owned() },
            source: Source { format: input.format.to_owned(), files: vec![input.file.to_owned()] },
            warnings: Vec::new(),
            ..Recording::default()
        };
        if !several {
            recording.patient = facts.patient();
        }
        let leads = match chosen {
            Chosen::Whole { .. } => {
                let frames = Frames {
                    first: number.saturating_mul(axes.recording_step),
                    leads: axes.leads,
                    lead_step: axes.lead_step,
                    samples: axes.samples,
                    sample_step: axes.sample_step,
                };
                let numbers = first.numbers.as_ref().ok_or_else(nothing)?;
                samples(numbers.leads(input.file, &frames, memory)?)
            }
            Chosen::Leads(leads) => each(input, entries, leads, axes.samples, memory)?,
        };
        for ((own, label), (scale, stated_gain)) in leads.into_iter().zip(&labels).zip(&scales) {
            recording.signals.push(signal(input, own, label, rate, scale, *stated_gain, memory)?);
        }
        found.push(recording);
    }
    // What holds of the array as a whole stands with its first recording; the order of the leads with every one.
    for recording in found.iter_mut().skip(1) {
        recording.warnings = warnings.iter().filter(|warning| warning.place.is_empty()).cloned().collect();
    }
    if let Some(recording) = found.first_mut() {
        recording.warnings = warnings;
    }
    Ok(found)
}

/// The axes of what is whole in an array of which only the first `held` numbers are there.
fn whole(input: &Input, mut axes: Axes, array: &Array, held: u64) -> Result<Axes, Error> {
    let last = |count: u64, step: u64| count.saturating_sub(1).saturating_mul(step);
    let needed = |axes: &Axes| {
        last(axes.recordings, axes.recording_step)
            .saturating_add(last(axes.leads, axes.lead_step))
            .saturating_add(last(axes.samples, axes.sample_step))
            .saturating_add(1)
    };
    if let Some((axis, most)) = array.held {
        let step = array.steps().get(axis).copied();
        let parts = [
            (axes.recording_step, &mut axes.recordings),
            (axes.lead_step, &mut axes.leads),
            (axes.sample_step, &mut axes.samples),
        ];
        // Extents of 1 share their step with another and are nothing to cut.
        if let Some((_, count)) = parts.into_iter().find(|(own, count)| Some(*own) == step && **count > 1) {
            *count = most.min(*count);
        } else if most == 0 {
            axes.samples = 0;
        }
    }
    if needed(&axes) > held && axes.recordings > 1 {
        axes.recordings = held.checked_div(axes.recording_step).unwrap_or(0).clamp(1, axes.recordings);
    }
    if needed(&axes) > held {
        if axes.sample_step > axes.lead_step {
            axes.samples = held.checked_div(axes.sample_step).unwrap_or(0);
        } else if axes.leads > 1 {
            axes.leads = held.checked_div(axes.lead_step).unwrap_or(0);
        } else {
            axes.samples = held;
        }
    }
    if needed(&axes) > held || axes.leads == 0 || axes.samples == 0 || axes.recordings == 0 {
        let expected = format!("{} leads and {} samples", axes.leads.max(1), axes.samples.max(1));
        return Err(Error::truncated(input.file, Place::Whole, format!("{held} numbers"), expected));
    }
    Ok(axes)
}

/// The samples that every one of leads in arrays of their own has.
fn shortest(input: &Input, entries: &[Entry], leads: &[(usize, Lead)], stated: u64) -> Result<u64, Error> {
    let mut samples = stated;
    for (entry, _) in leads {
        let (_, array) = array(input, entries, *entry)?;
        let most = array.held.map_or(u64::MAX, |(_, most)| most);
        samples = samples.min(most).min(array.numbers.as_ref().map_or(0, Numbers::len));
    }
    if samples == 0 {
        let expected = format!("{stated} samples of every lead");
        return Err(Error::truncated(input.file, Place::Whole, "a lead without samples", expected));
    }
    Ok(samples)
}

/// Gain, baseline and unit of each lead, and whether a gain was stated; none where no unit is known.
fn scales(facts: &Facts, leads: u64, hints: &Hints) -> Option<Vec<(Scale, bool)>> {
    let voltages = |units: &Vec<(f64, Unit)>| units.iter().any(|(_, unit)| unit.in_millivolts().is_some());
    let units = if let Some(units) = facts.units(leads).filter(voltages) {
        units
    } else {
        let unit = hints.unit.clone().filter(|unit| *unit != Unit::Unknown)?;
        vec![(1.0, unit); usize::try_from(leads).ok()?]
    };
    let gains = facts.gains(leads);
    let baselines = facts.baselines(leads);
    let of = |list: &Option<Vec<f64>>, lead: usize, absent: f64| {
        list.as_ref().and_then(|list| list.get(lead)).copied().unwrap_or(absent)
    };
    let scale = |(lead, (step, unit)): (usize, (f64, Unit))| {
        let gain = of(&gains, lead, 1.0) / step;
        // A step before the unit is a gain that is stated, too.
        let stated = gains.is_some() || baselines.is_some() || step != 1.0;
        (Scale { gain, baseline: of(&baselines, lead, 0.0), unit }, stated)
    };
    Some(units.into_iter().enumerate().map(scale).collect())
}

/// Names of the leads: the stated ones, else the standard order for twelve.
fn labels(names: Option<Vec<String>>, leads: u64, warn: &mut impl FnMut(Severity, &str, String)) -> Vec<String> {
    if let Some(names) = names {
        return names;
    }
    if leads == Lead::TWELVE.len() as u64 {
        let message = "the file names no leads; the order I, II, III, aVR, aVL, aVF, V1 to V6 is assumed";
        warn(Severity::Note, "", message.to_owned());
        return Lead::TWELVE.iter().map(|lead| lead.name().to_owned()).collect();
    }
    warn(Severity::Note, "", "the file names no leads, so that they are not known".to_owned());
    (0..leads).map(|lead| format!("signal {lead}")).collect()
}

/// The samples of one lead.
enum Samples {
    Counts(Counts),
    Real(Vec<f64>),
}

fn samples(leads: Leads) -> Vec<Samples> {
    match leads {
        Leads::Counts(leads) => leads.into_iter().map(Samples::Counts).collect(),
        Leads::Real(leads) => leads.into_iter().map(Samples::Real).collect(),
    }
}

/// The samples of leads that are arrays of their own.
fn each(
    input: &Input,
    entries: &[Entry],
    leads: &[(usize, Lead)],
    count: u64,
    memory: &mut Memory,
) -> Result<Vec<Samples>, Error> {
    let mut found = Vec::new();
    for (entry, _) in leads {
        let (_, array) = array(input, entries, *entry)?;
        let held = array.numbers.as_ref().map_or(0, Numbers::len);
        let own = axes(array, None).zip(array.numbers.as_ref());
        let Some((axes, numbers)) = own.filter(|(axes, _)| count <= axes.samples && count <= held) else {
            return Err(Error::truncated(input.file, Place::Whole, format!("{held} numbers"), "a whole lead"));
        };
        let frames = Frames { first: 0, leads: 1, lead_step: 0, samples: count, sample_step: axes.sample_step };
        found.extend(samples(numbers.leads(input.file, &frames, memory)?));
    }
    Ok(found)
}

fn signal(
    input: &Input,
    samples: Samples,
    label: &str,
    rate: f64,
    scale: &Scale,
    stated_gain: bool,
    memory: &mut Memory,
) -> Result<Signal, Error> {
    let lead = Lead::from_label(label);
    let mut signal = match samples {
        Samples::Counts(counts) => Signal::digital(lead, rate, counts, scale.clone()),
        Samples::Real(mut values) => {
            // MATLAB's usual number is a float: whole ones beside a gain are counts, fractions were scaled before.
            let counts = stated_gain && values.iter().all(|value| !value.is_finite() || value.fract() == 0.0);
            if counts {
                for value in &mut values {
                    *value = (*value - scale.baseline) / scale.gain;
                }
            }
            let ranges = missing(input, &values, memory)?;
            let mut signal = Signal::physical(lead, rate, values, scale.unit.clone());
            signal.missing = ranges;
            signal
        }
    };
    label.clone_into(&mut signal.label);
    Ok(signal)
}

/// Ranges of values that are not finite.
fn missing(input: &Input, values: &[f64], memory: &mut Memory) -> Result<Vec<(usize, usize)>, Error> {
    let starts = |before: f64, value: f64| before.is_finite() && !value.is_finite();
    let first = usize::from(values.first().is_some_and(|value| !value.is_finite()));
    let later = values.iter().zip(values.iter().skip(1)).filter(|(before, value)| starts(**before, **value)).count();
    let count = first.saturating_add(later) as u64;
    memory.take_values::<(usize, usize)>(input.file, count)?;
    let mut ranges: Vec<(usize, usize)> = crate::limits::reserve(input.file, count)?;
    if count == 0 {
        return Ok(ranges);
    }
    for (position, _) in values.iter().enumerate().filter(|(_, value)| !value.is_finite()) {
        let next = position.saturating_add(1);
        match ranges.last_mut() {
            Some((_, end)) if *end == position => *end = next,
            _ => ranges.push((position, next)),
        }
    }
    Ok(ranges)
}

/// A file's name without folder and extension.
fn stem(name: &str) -> &str {
    let base = name.rsplit('/').next().unwrap_or(name);
    base.rsplit_once('.').map_or(base, |(stem, _)| stem)
}
