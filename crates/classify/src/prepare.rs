//! From a recording to what a network sees. Training and every engine call this one function.
//!
//! Leads in the card's order, limb leads derived where they are absent (Einthoven's and Goldberger's equations),
//! missing samples bridged, resampled to the card's rate, the first [`Window::span`] seconds, filtered and scaled as the
//! card says ([`condition`]), windows.

use ecg::{Lead, Recording, Severity, Signal, Warning};

use crate::card::{Input, Shorter, Window};
use crate::{Error, condition, windows};

/// A recording as a network sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Prepared {
    /// Standardised samples, `[window, lead, sample]`.
    pub values: Vec<f32>,
    /// First sample of each window, counted at the card's rate from [`Prepared::start`].
    pub starts: Vec<usize>,
    /// Seconds from the recording's start to the first sample.
    pub start: f64,
    /// Samples from the first window's first to the last window's last.
    pub length: usize,
    /// What had to be assumed.
    pub warnings: Vec<Warning>,
}

/// A recording's leads on one time base, before it is cut into windows.
#[derive(Clone, Debug, PartialEq)]
pub struct Aligned {
    /// Standardised samples, `[lead, sample]`.
    pub values: Vec<f32>,
    /// Samples of each lead.
    pub length: usize,
    /// Seconds from the recording's start to the first sample.
    pub start: f64,
    /// What had to be assumed.
    pub warnings: Vec<Warning>,
}

/// A lead may end this part of an input early and is then held at its last value: files of 9.99 s are common.
const TOLERATED_SHORTFALL: f64 = 0.01;

/// Seconds that are kept beyond the span while resampling, so that its end is no edge of the filter.
const MARGIN: f64 = 1.0;

/// Prepares a recording for a network: standardised windows in `[window, lead, sample]` order.
///
/// # Errors
/// A lead is missing and cannot be derived, has no voltage unit or no sample, or the recording is too short.
pub fn prepare(recording: &Recording, input: &Input, window: &Window) -> Result<Prepared, Error> {
    let aligned = align(recording, input, window.span)?;
    let starts = windows::starts(aligned.length, input.samples, window.stride);
    let mut values = Vec::with_capacity(starts.len() * input.channels() * input.samples);
    for &start in &starts {
        for lead in aligned.values.chunks_exact(aligned.length) {
            values.extend_from_slice(&lead[start..start + input.samples]);
        }
    }
    let length = starts.last().map_or(0, |start| start + input.samples);
    Ok(Prepared { values, starts, start: aligned.start, length, warnings: aligned.warnings })
}

/// The leads of `input` on one time base at its rate, standardised, at most `span` seconds, at least one input long.
///
/// # Errors
/// As [`prepare`].
pub fn align(recording: &Recording, input: &Input, span: f64) -> Result<Aligned, Error> {
    let mut warnings = Vec::new();
    let sources = sources(recording, input)?;
    let (start, seconds) = shared_time(&sources)?;
    let needed = input.samples as f64 / input.rate;
    let shortfall = needed - seconds;
    if shortfall > needed * TOLERATED_SHORTFALL && input.shorter == Shorter::Refuse || seconds <= 0.0 {
        return Err(Error::TooShort { found: seconds.max(0.0), expected: needed });
    }
    let length = (((seconds.min(span) * input.rate) + 1e-6) as usize).max(input.samples);

    let mut leads: Vec<(Lead, Vec<f32>)> = Vec::with_capacity(sources.len());
    for signal in &sources {
        let samples = resampled(signal, start, span, input.rate, &mut warnings)?;
        leads.push((signal.lead.clone(), samples));
    }
    if let Some(signal) = sources.iter().find(|signal| (signal.rate - input.rate).abs() > 1e-9) {
        let message = format!("resampled from {} Hz to the model's {} Hz", signal.rate, input.rate);
        warnings.push(Warning { message, ..Warning::default() });
    }
    if seconds > span + 1.0 / input.rate {
        let message = format!("{seconds:.1} s long: the first {span} s were classified");
        warnings.push(Warning { message, ..Warning::default() });
    }

    let mut own: Vec<Vec<f32>> = Vec::with_capacity(input.leads.len());
    for lead in &input.leads {
        let mut samples = match leads.iter().find(|(name, _)| name == lead) {
            Some((_, samples)) => samples.clone(),
            None => derived(lead, &leads, &mut warnings).ok_or_else(|| missing(recording, input))?,
        };
        samples.truncate(length);
        own.push(samples);
    }
    // What all leads share: they may differ by a sample.
    let present = own.iter().map(Vec::len).min().unwrap_or(0);
    for samples in &mut own {
        samples.truncate(present);
    }
    let held = (length - present) as f64 <= length as f64 * TOLERATED_SHORTFALL;
    let features = input.record_features.count();
    let channels = condition(own, input, &recording.patient)?;
    let leads = channels.len() - features;
    let mut values = Vec::with_capacity(channels.len() * length);
    for (number, mut samples) in channels.into_iter().enumerate() {
        let last = samples.last().copied().unwrap_or(0.0);
        samples.resize(length, if held || number >= leads { last } else { 0.0 });
        values.extend_from_slice(&samples);
    }
    if shortfall > needed * TOLERATED_SHORTFALL {
        let message = format!("{seconds:.2} s long, shorter than the model's {needed:.2} s: followed by zeros");
        warnings.push(Warning { severity: Severity::Data, message, ..Warning::default() });
    }
    Ok(Aligned { values, length, start, warnings })
}

/// A lead and what it is multiplied by.
type Share = (Lead, f32);

/// Which two limb leads give a third, with their factors (Einthoven 1912; Goldberger 1942).
const DERIVATIONS: [(Lead, Share, Share); 8] = [
    (Lead::III, (Lead::II, 1.0), (Lead::I, -1.0)),
    (Lead::AVR, (Lead::I, -0.5), (Lead::II, -0.5)),
    (Lead::AVL, (Lead::I, 1.0), (Lead::II, -0.5)),
    (Lead::AVF, (Lead::II, 1.0), (Lead::I, -0.5)),
    (Lead::I, (Lead::II, 1.0), (Lead::III, -1.0)),
    (Lead::II, (Lead::I, 1.0), (Lead::III, 1.0)),
    // From III where only one of I and II is there with it.
    (Lead::AVF, (Lead::III, 1.0), (Lead::I, 0.5)),
    (Lead::AVL, (Lead::II, 0.5), (Lead::III, -1.0)),
];

/// The recording's own signals that the input needs, directly or to derive a lead from.
fn sources<'a>(recording: &'a Recording, input: &Input) -> Result<Vec<&'a Signal>, Error> {
    let mut found: Vec<&Signal> = Vec::new();
    let take = |lead: &Lead, found: &mut Vec<&'a Signal>| -> bool {
        if found.iter().any(|signal| signal.lead == *lead) {
            return true;
        }
        let signal = recording.lead(lead);
        found.extend(signal);
        signal.is_some()
    };
    for lead in &input.leads {
        if take(lead, &mut found) {
            continue;
        }
        if !lead.is_given_by(|own| recording.lead(own).is_some()) {
            return Err(missing(recording, input));
        }
        for lead in [Lead::I, Lead::II, Lead::III] {
            take(&lead, &mut found);
        }
    }
    Ok(found)
}

fn missing(recording: &Recording, input: &Input) -> Error {
    let names = |leads: &mut dyn Iterator<Item = &Lead>| leads.map(Lead::name).collect::<Vec<_>>().join(", ");
    Error::MissingLeads {
        missing: input
            .leads
            .iter()
            .filter(|lead| !lead.is_given_by(|own| recording.lead(own).is_some()))
            .map(|lead| lead.name().to_owned())
            .collect(),
        needed: names(&mut input.leads.iter()),
        found: if recording.signals.is_empty() {
            "no lead".into()
        } else {
            names(&mut recording.signals.iter().map(|signal| &signal.lead))
        },
    }
}

/// No lead of an ECG is slower, in hertz; one value a day would become millions at a network's rate.
const LOWEST_RATE: f64 = 1.0;

/// Start and length, in seconds, of what all signals share.
fn shared_time(signals: &[&Signal]) -> Result<(f64, f64), Error> {
    let mut from = 0.0f64;
    let mut to = f64::INFINITY;
    for signal in signals {
        if !(signal.rate.is_finite() && signal.rate >= LOWEST_RATE) {
            return Err(Error::Rate { lead: signal.lead.name().to_owned(), rate: signal.rate });
        }
        from = from.max(signal.start);
        to = to.min(signal.start + signal.duration());
    }
    Ok((from, to - from))
}

/// Millivolts of one signal from `start` on, at most `span` seconds, gaps bridged, at `rate`.
fn resampled(
    signal: &Signal,
    start: f64,
    span: f64,
    rate: f64,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<f32>, Error> {
    let first = (((start - signal.start) * signal.rate).round() as usize).min(signal.len());
    let last = first.saturating_add(((span + MARGIN) * signal.rate).ceil() as usize).min(signal.len());
    let mut samples = signal.millivolts()?;
    samples.truncate(last);
    samples.drain(..first);
    let within = ((span * signal.rate).ceil() as usize).min(samples.len());
    let absent = samples[..within].iter().filter(|sample| !sample.is_finite()).count();
    if absent == within {
        return Err(Error::Empty { lead: signal.lead.name().to_owned() });
    }
    if absent > 0 {
        let share = 100.0 * absent as f64 / within as f64;
        warnings.push(Warning {
            severity: Severity::Data,
            place: format!("lead {}", signal.lead),
            message: format!("{absent} samples ({share:.1} %) are missing and were bridged by straight lines"),
            ..Warning::default()
        });
    }
    bridge(&mut samples);
    if (signal.rate - rate).abs() > 1e-9 {
        samples = signal::resample::resample(&samples, signal.rate, rate);
    }
    Ok(samples)
}

/// Replaces what is not finite by straight lines between the neighbours; the ends are held.
fn bridge(samples: &mut [f32]) {
    let mut before: Option<usize> = None;
    let mut at = 0;
    while at < samples.len() {
        if samples[at].is_finite() {
            before = Some(at);
            at += 1;
            continue;
        }
        let after = (at..samples.len()).find(|&next| samples[next].is_finite());
        let end = after.unwrap_or(samples.len());
        for gap in at..end {
            samples[gap] = match (before, after) {
                (Some(from), Some(to)) => {
                    let part = (gap - from) as f32 / (to - from) as f32;
                    samples[from] + (samples[to] - samples[from]) * part
                }
                (Some(from), None) => samples[from],
                (None, Some(to)) => samples[to],
                (None, None) => 0.0,
            };
        }
        at = end;
    }
}

/// A limb lead from two others, with a warning that says so.
fn derived(lead: &Lead, leads: &[(Lead, Vec<f32>)], warnings: &mut Vec<Warning>) -> Option<Vec<f32>> {
    let find = |name: &Lead| leads.iter().find(|(lead, _)| lead == name).map(|(_, samples)| samples);
    let sum = |(a, x): (&Vec<f32>, f32), (b, y): (&Vec<f32>, f32)| -> Vec<f32> {
        a.iter().zip(b).map(|(a, b)| x * a + y * b).collect()
    };
    let direct = DERIVATIONS
        .iter()
        .filter(|(name, ..)| name == lead)
        .find_map(|(_, (a, x), (b, y))| Some((sum((find(a)?, *x), (find(b)?, *y)), format!("{a} and {b}"))));
    // aVR from I and III, or from II and III: by way of the third of Einthoven's triangle.
    let (samples, from) = direct.or_else(|| match (lead, find(&Lead::I), find(&Lead::II), find(&Lead::III)) {
        (Lead::AVR, Some(one), None, Some(three)) => Some((sum((one, -1.0), (three, -0.5)), "I and III".into())),
        (Lead::AVR, None, Some(two), Some(three)) => Some((sum((two, -1.0), (three, 0.5)), "II and III".into())),
        (Lead::AVL, Some(one), None, Some(three)) => Some((sum((one, 0.5), (three, -0.5)), "I and III".into())),
        (Lead::AVF, None, Some(two), Some(three)) => Some((sum((two, 0.5), (three, 0.5)), "II and III".into())),
        _ => None,
    })?;
    warnings.push(Warning {
        place: format!("lead {lead}"),
        message: format!("not in the recording: computed from {from}"),
        ..Warning::default()
    });
    Some(samples)
}

#[cfg(test)]
mod tests;
