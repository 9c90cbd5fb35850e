//! Blocks of samples.

use ecg::{Counts, Signal, Unit};

use crate::Error;
use crate::vendor::fields::number;
use crate::vendor::{Reading, in_lead, integers, waveform};
use crate::xml::Element;

/// The leads of a block with one `WaveformData` a lead.
pub(super) fn of_leads(block: Element, what: &str, reading: &mut Reading) -> Result<Vec<Signal>, Error> {
    let mut leads = block.all("WaveformData").peekable();
    if leads.peek().is_none() {
        return Ok(Vec::new());
    }
    let rate = rate(block, reading)?;
    let (step, unit) = resolution(block);
    let stated = block.child_text("ChannelSampleCountTotal").and_then(number);
    let mut signals = Vec::new();
    for data in leads {
        let label = data.attribute("lead").unwrap_or_default();
        if !data.is_whole() {
            reading.data(in_lead(label), format!("the {what} has no whole samples; the lead is left out"));
            continue;
        }
        let scale = reading.scale(label, step, unit.clone());
        if let Some(signal) = waveform::of_numbers(reading, label, data.text(), rate, scale)? {
            // The numbers decide: an exporter that counts otherwise has not hidden any.
            if stated.is_some_and(|stated| stated != signal.len() as f64) {
                let message =
                    format!("the {what} states another number of samples than the {} that are there", signal.len());
                reading.data(in_lead(label), message);
            }
            signals.push(signal);
        }
    }
    Ok(signals)
}

/// The leads of the full disclosure, which take turns of one second.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "rates are within the limits")]
pub(super) fn full_disclosure(block: Element, reading: &mut Reading) -> Result<Vec<Signal>, Error> {
    let place = "full disclosure";
    let Some(data) = block.child("FullDisclosureData").filter(|data| !data.text().is_empty()) else {
        return Ok(Vec::new());
    };
    let order = block.child_text("LeadOrder").unwrap_or_default();
    // One more than may be, so that more are refused below.
    let most = usize::try_from(reading.limits.leads).unwrap_or(usize::MAX).saturating_add(1);
    let labels: Vec<&str> = order.split(',').map(str::trim).filter(|label| !label.is_empty()).take(most).collect();
    if labels.is_empty() {
        reading.data(place, "no order of leads is stated, so that its samples cannot be told apart; it is left out");
        return Ok(Vec::new());
    }
    let rate = rate(block, reading)?;
    let each = integers::most(data.text()).checked_div(labels.len() as u64).unwrap_or(0);
    for _ in &labels {
        reading.room(each)?;
    }
    let parsed = integers::parse(reading.file, data.text())?;
    if !data.is_whole() || parsed.odd.is_some() {
        reading.data(place, format!("it breaks off after {} samples", parsed.counts.len()));
    }
    let second = rate.round().max(1.0) as usize;
    let turn = second.saturating_mul(labels.len());
    let turns = parsed.counts.len().checked_div(turn).unwrap_or(0);
    let left = parsed.counts.len().saturating_sub(turns.saturating_mul(turn));
    if left > 0 {
        reading.data(place, format!("{left} samples after the last whole second of all leads are left out"));
    }
    if turns == 0 {
        return Ok(Vec::new());
    }
    let (step, unit) = resolution(block);
    let mut signals = Vec::new();
    for (lead, label) in labels.iter().enumerate() {
        let counts: Counts = match &parsed.counts {
            Counts::Narrow(all) => dealt(reading, all, lead, second, turn, turns)?.into(),
            Counts::Wide(all) => dealt(reading, all, lead, second, turn, turns)?.into(),
        };
        let scale = reading.scale(label, step, unit.clone());
        signals.push(waveform::signal(reading, label, counts, rate, scale));
    }
    Ok(signals)
}

/// One lead's seconds out of the turns of all.
fn dealt<T: Copy>(
    reading: &Reading,
    all: &[T],
    lead: usize,
    second: usize,
    turn: usize,
    turns: usize,
) -> Result<Vec<T>, Error> {
    let mut own = reading.reserve(second.saturating_mul(turns) as u64)?;
    let from = second.saturating_mul(lead);
    for turn in all.chunks_exact(turn) {
        own.extend_from_slice(turn.get(from..from.saturating_add(second)).unwrap_or_default());
    }
    Ok(own)
}

fn rate(block: Element, reading: &mut Reading) -> Result<f64, Error> {
    let stated = block.child("SampleRate");
    let unit = stated.and_then(|rate| rate.attribute("units")).unwrap_or("Hz").trim();
    if !unit.eq_ignore_ascii_case("Hz") {
        let found = format!("a sampling rate in {}", crate::error::shown(unit));
        return Err(Error::unsupported(reading.file, crate::Place::Whole, found, "a sampling rate in Hz"));
    }
    reading.rate(stated.and_then(|rate| number(rate.text())))
}

/// The value of one count and its unit: `uVperLsb` is microvolts.
fn resolution(block: Element) -> (Option<f64>, Unit) {
    let Some(resolution) = block.child("Resolution") else { return (None, Unit::Unknown) };
    let units = resolution.attribute("units").unwrap_or_default().trim();
    let unit = units.to_ascii_lowercase().strip_suffix("perlsb").and_then(|unit| units.get(..unit.len()));
    (number(resolution.text()), unit.map_or(Unit::Unknown, Unit::from_label))
}
