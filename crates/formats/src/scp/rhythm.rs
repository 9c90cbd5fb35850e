//! Sections 5 and 6 to signals.

use ecg::{Counts, Lead, Samples, Scale, Severity, Signal, Unit, Warning};

use super::beats::Beats;
use super::huffman::Tables;
use super::leads::{Leads, label};
use super::restore::{Zones, add_beats};
use super::streams::Streams;
use super::warning;
use crate::limits::reserve;
use crate::memory::Memory;
use crate::{Error, Hints, InputFile, Limits, Needs, Place};

/// The factor that the standard gives for bimodal compression.
const USUAL_FACTOR: u64 = 4;

/// What both sections need.
pub(super) struct Context<'a> {
    pub(super) file: &'a InputFile<'a>,
    pub(super) hints: &'a Hints,
    pub(super) limits: &'a Limits,
    pub(super) leads: &'a Leads,
    pub(super) beats: &'a Beats,
    pub(super) tables: Option<&'a Tables>,
}

/// The reference beats as they are added to the rhythm.
pub(super) struct ReferenceBeats {
    /// Counts a lead.
    beats: Vec<Vec<i16>>,
    /// Nanovolts of a count.
    amplitude: u16,
    /// Microseconds from sample to sample.
    interval: u16,
}

/// Counts as narrow as they fit.
fn narrow(file: &InputFile, wide: Vec<i32>) -> Result<Counts, Error> {
    if wide.iter().any(|count| i16::try_from(*count).is_err()) {
        return Ok(Counts::Wide(wide));
    }
    let mut counts: Vec<i16> = reserve(file.name, wide.len() as u64)?;
    counts.extend(wide.iter().map(|count| i16::try_from(*count).unwrap_or_default()));
    Ok(Counts::Narrow(counts))
}

fn greatest_common_divisor(one: u16, other: u16) -> u16 {
    let (mut one, mut other) = (one, other);
    while let Some(rest) = one.checked_rem(other) {
        (one, other) = (other, rest);
    }
    one
}

impl Context<'_> {
    /// The reference beats of Section 5, one a lead, and what the rhythm needs of them.
    pub(super) fn reference_beats(
        &self,
        streams: &Streams,
        memory: &mut Memory,
        warnings: &mut Vec<Warning>,
    ) -> Result<(Vec<Signal>, ReferenceBeats), Error> {
        let samples = u64::from(self.beats.length).saturating_mul(1000).checked_div(u64::from(streams.interval));
        let expected = samples.filter(|samples| *samples > 0).map(|samples| (samples, samples));
        let mut beats = Vec::new();
        for lead in 0..self.leads.definitions.len() {
            let mut beat = streams.decode(self.file, lead, self.tables, expected, memory)?.counts;
            if let Some((_, most)) = expected {
                beat.truncate(usize::try_from(most).unwrap_or(usize::MAX));
            }
            beats.push(beat);
        }
        let reference = ReferenceBeats { beats, amplitude: streams.amplitude, interval: streams.interval };
        let Ok(rate) = self.rate(u64::from(streams.interval)) else {
            let message = "the reference beats have no usable sample interval; they were left out".to_owned();
            warnings.push(warning(self.file, Severity::Note, "Section 5", message));
            return Ok((Vec::new(), reference));
        };
        let mut signals = Vec::new();
        for (definition, beat) in self.leads.definitions.iter().zip(&reference.beats) {
            if !beat.is_empty() {
                memory.take_values::<i16>(self.file.name, beat.len() as u64)?;
                let scale = scale(u64::from(streams.amplitude), self.hints);
                signals.push(signal(definition.code, rate, Counts::Narrow(beat.clone()), scale));
            }
        }
        Ok((signals, reference))
    }

    /// The rhythm of Section 6, and its rate.
    pub(super) fn rhythm(
        &self,
        streams: &Streams,
        bimodal: bool,
        reference: Option<&ReferenceBeats>,
        memory: &mut Memory,
        warnings: &mut Vec<Warning>,
    ) -> Result<(Vec<Signal>, f64), Error> {
        let factor = if bimodal { self.factor(streams, reference, warnings)? } else { 1 };
        let interval = f64::from(streams.interval) / u32::try_from(factor).map_or(1.0, f64::from);
        let rate = if streams.interval == 0 { self.rate(0)? } else { self.checked(1e6 / interval)? };
        let added = self.leads.subtracted && self.beats.complexes.iter().any(|complex| complex.kind == 0);
        let added = if added { Some(self.subtracted(streams, factor, reference)?) } else { None };
        let common =
            added.map_or(streams.amplitude, |beats| greatest_common_divisor(streams.amplitude, beats.amplitude));
        if common == 0 {
            let message = "the size of a count is stated as 0: the unit is unknown".to_owned();
            warnings.push(warning(self.file, Severity::Data, "Section 6", message));
        }
        let times = |amplitude: u16| i32::from(amplitude.checked_div(common).unwrap_or(1));

        let mut signals = Vec::new();
        let mut differing: Vec<(usize, u64, u64)> = Vec::new();
        let mut overlapping = false;
        let mut total = 0_u64;
        let mut starts: Vec<u64> = Vec::new();
        for (lead, definition) in self.leads.definitions.iter().enumerate() {
            let stated = definition.samples();
            let zones = stated.map(|(_, most)| Zones::new(definition, most, self.beats, factor)).filter(|_| factor > 1);
            let expected = match &zones {
                Some(zones) => Some((zones.stored(), zones.stored())),
                None => stated,
            };
            let decoded = streams.decode(self.file, lead, self.tables, expected, memory)?;
            let name = label(u16::from(definition.code));
            if decoded.broken {
                let count = decoded.counts.len();
                let message = format!("the stream holds what is no Huffman code after {count} samples; it ends there");
                warnings.push(warning(self.file, Severity::Data, &format!("lead {name}"), message));
            }
            let counts = match &zones {
                Some(zones) => {
                    memory.take_values::<i16>(self.file.name, (decoded.counts.len() as u64).saturating_mul(factor))?;
                    zones.expand(self.file, &decoded.counts)?
                }
                None => decoded.counts,
            };
            let held = counts.len() as u64;
            if held == 0 {
                let message = "the lead holds no sample; it was left out".to_owned();
                warnings.push(warning(self.file, Severity::Data, &format!("lead {name}"), message));
                continue;
            }
            if stated.is_none_or(|(least, most)| held < least || held > most) {
                differing.push((lead, stated.map_or(0, |(_, most)| most), held));
            }
            self.limits.size(self.file.name, Place::Whole, 1, held)?;
            total = total.saturating_add(held);
            if total > self.limits.samples {
                return Err(Error::limit(self.file.name, Place::Whole, "more samples", self.limits.samples));
            }
            let beat = added.and_then(|added| Some((added, added.beats.get(lead)?)));
            let counts = match beat {
                Some((added, beat)) => {
                    memory.take_values::<i32>(self.file.name, held)?;
                    let size = times(streams.amplitude);
                    let mut wide: Vec<i32> = reserve(self.file.name, held)?;
                    wide.extend(counts.iter().map(|count| i32::from(*count).wrapping_mul(size)));
                    drop(counts);
                    overlapping |= !add_beats(&mut wide, beat, definition, self.beats, times(added.amplitude));
                    narrow(self.file, wide)?
                }
                None => Counts::Narrow(counts),
            };
            signals.push(signal(definition.code, rate, counts, scale(u64::from(common), self.hints)));
            // Of a span that makes no sense nothing is believed.
            starts.push(stated.map_or(0, |_| u64::from(definition.before())));
        }
        self.place(&mut signals, &starts, total, warnings)?;
        self.report(&differing, warnings);
        if overlapping {
            let message =
                "subtracted reference beats overlap many times over; the last of them were left out".to_owned();
            warnings.push(warning(self.file, Severity::Data, "Section 4", message));
        }
        Ok((signals, rate))
    }

    /// Gives each signal its start, from the samples before its first.
    ///
    /// At each moment of a sound recording some lead has a sample, so that none begins after more samples than all leads hold
    /// together. Where all do, they are a piece of a longer recording, and the first of them begins it.
    fn place(
        &self,
        signals: &mut [Signal],
        starts: &[u64],
        total: u64,
        warnings: &mut Vec<Warning>,
    ) -> Result<(), Error> {
        let first = starts.iter().copied().min().filter(|first| *first > total).unwrap_or(0);
        if first > 0 {
            let message = format!("the first lead begins after {first} samples that are not there; they were left out");
            warnings.push(warning(self.file, Severity::Note, "Section 3", message));
        }
        for (signal, start) in signals.iter_mut().zip(starts) {
            let start = start.saturating_sub(first);
            if start > total {
                let found = format!("lead {} after {start} samples", signal.label);
                let expected = format!("no more than the {total} of all leads");
                return Err(Error::invalid(self.file.name, Place::Whole, found, expected));
            }
            signal.start = u32::try_from(start).map_or(0.0, f64::from) / signal.rate;
        }
        Ok(())
    }

    /// One warning for all leads that hold another number of samples than Section 3 states.
    fn report(&self, differing: &[(usize, u64, u64)], warnings: &mut Vec<Warning>) {
        let Some((lead, stated, held)) = differing.first() else { return };
        let name = self.leads.definitions.get(*lead).map_or_else(String::new, |lead| label(u16::from(lead.code)));
        let all = self.leads.definitions.len();
        let message = format!(
            "Section 3 states another number of samples than Section 6 holds in {} of {all} leads (lead {name}: {stated} \
             stated, {held} held); what is held was read",
            differing.len()
        );
        warnings.push(warning(self.file, Severity::Data, "Section 6", message));
    }

    /// Samples for each stored one outside protected zones: what the intervals of Sections 5 and 6 say.
    fn factor(
        &self,
        streams: &Streams,
        reference: Option<&ReferenceBeats>,
        warnings: &mut Vec<Warning>,
    ) -> Result<u64, Error> {
        let low = u64::from(streams.interval);
        let Some(full) = reference.map(|reference| u64::from(reference.interval)).filter(|full| *full > 0) else {
            let message = format!(
                "bimodal compression without a reference beat that states the full rate; {USUAL_FACTOR} \
                 times the stated rate was assumed"
            );
            warnings.push(warning(self.file, Severity::Data, "Section 6", message));
            return Ok(USUAL_FACTOR);
        };
        if full == low {
            let message =
                "bimodal compression is flagged, but the rate is the full one; nothing was interpolated".to_owned();
            warnings.push(warning(self.file, Severity::Note, "Section 6", message));
            return Ok(1);
        }
        match low.checked_div(full) {
            Some(factor) if (2..=16).contains(&factor) && factor.checked_mul(full) == Some(low) => {
                let message = format!(
                    "bimodal compression: outside the QRS complexes one of {factor} samples is stored, those between are \
                     interpolated"
                );
                warnings.push(warning(self.file, Severity::Note, "Section 6", message));
                Ok(factor)
            }
            _ => {
                let found = format!("bimodal compression from {full} to {low} microseconds a sample");
                Err(Error::unsupported(self.file.name, Place::Whole, found, "a whole multiple, 2 to 16"))
            }
        }
    }

    /// The reference beats, where they can be added to the rhythm.
    fn subtracted<'r>(
        &self,
        streams: &Streams,
        factor: u64,
        reference: Option<&'r ReferenceBeats>,
    ) -> Result<&'r ReferenceBeats, Error> {
        let name = self.file.name;
        let Some(reference) = reference else {
            let found = "a rhythm from which reference beats were subtracted, without the beats";
            return Err(Error::invalid(name, Place::Whole, found, "Section 5"));
        };
        if u64::from(reference.interval).checked_mul(factor) != Some(u64::from(streams.interval)) {
            let found = format!("reference beats of another rate ({} microseconds a sample)", reference.interval);
            return Err(Error::unsupported(name, Place::Whole, found, "the rhythm's rate"));
        }
        if reference.amplitude == 0 || streams.amplitude == 0 {
            let found = "reference beats or a rhythm whose counts have size 0";
            return Err(Error::invalid(name, Place::Whole, found, "a size, since they are added to each other"));
        }
        Ok(reference)
    }

    /// Samples a second of an interval in microseconds, or of the hint.
    fn rate(&self, interval: u64) -> Result<f64, Error> {
        match (u32::try_from(interval), self.hints.rate) {
            (Ok(interval), _) if interval > 0 => self.checked(1e6 / f64::from(interval)),
            (_, Some(rate)) => self.checked(rate),
            _ => {
                Err(Error::missing(Needs::Rate, self.file.name, "a sample interval of 0", "the sampling rate in hertz"))
            }
        }
    }

    fn checked(&self, rate: f64) -> Result<f64, Error> {
        self.limits.rate(self.file.name, Place::Whole, rate)
    }
}

/// The scale of counts of so many nanovolts.
pub(super) fn scale(amplitude: u64, hints: &Hints) -> Scale {
    match u32::try_from(amplitude) {
        Ok(amplitude) if amplitude > 0 => {
            Scale { gain: 1e6 / f64::from(amplitude), baseline: 0.0, unit: Unit::Millivolt }
        }
        _ => Scale { gain: 1.0, baseline: 0.0, unit: hints.unit.clone().unwrap_or(Unit::Unknown) },
    }
}

/// The signal of a lead by its code.
pub(super) fn signal(code: u8, rate: f64, counts: Counts, scale: Scale) -> Signal {
    let label = label(u16::from(code));
    Signal {
        lead: Lead::from_label(&label),
        label,
        rate,
        start: 0.0,
        samples: Samples::Digital { counts, scale },
        missing: Vec::new(),
        derived: false,
    }
}
