//! A recording as one FHIR Observation (R4) in JSON.

use std::fmt::Write as _;

use ecg::{Lead, Recording, Samples, Signal, Unit};

use super::leads;
use super::resource::MDC;
use crate::encoding::printable;
use crate::{WriteError, filling};

/// What a note of the start without a time zone begins with.
pub(super) const LOCAL_START: &str = "Start in local time: ";
/// Values without counts lie below this, or there is something else than a voltage in them.
const GREATEST: f64 = 1e12;
/// Below this, in whatever unit, a value is written as 0.
const LEAST: f64 = 1e-24;

/// Writes a recording as one Observation: a component a lead, with counts as tokens and their scale as origin and factor.
///
/// The unit stays the lead's own (UCUM for voltages; none where it is not known). Missing samples are `E`, and so is the time
/// before a lead that begins late, since SampledData has no start of its own. Values without counts are written in full, with
/// factor 1. Measurements become components with a quantity, statements interpretations, comments notes. A start without a time
/// zone is written as its date, with the time in a note, since FHIR demands a zone. Not written: the person, marks in
/// time and representative beats.
///
/// # Errors
/// No lead; values of 1e12 and more; a lead that begins before the recording or between two of its samples; leads
/// so far apart that nearly all samples would be missing ones.
pub fn write(recording: &Recording) -> Result<Vec<u8>, WriteError> {
    if recording.signals.is_empty() {
        return Err(WriteError::Empty);
    }
    let samples = |signal: &Signal| (signal.start * signal.rate).max(0.0) + signal.len() as f64;
    filling::check(recording, recording.signals.iter().map(samples).sum())?;
    let system = MDC.first().copied().unwrap_or_default();
    let mut text = String::from("{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"coding\":[");
    let _ = write!(
        text,
        "{{\"system\":\"{system}\",\"code\":\"{}\",\"display\":\"MDC_ECG_ELEC_POTL\"}}]}}",
        leads::POTENTIAL
    );
    let mut notes: Vec<String> = recording.comments.clone();
    if let Some(start) = &recording.start {
        let (date, clock) = start.split_once('T').unwrap_or((start, ""));
        let zoned = clock.ends_with('Z') || clock.contains(['+', '-']);
        if zoned || clock.is_empty() {
            let _ = write!(text, ",\"effectiveDateTime\":{}", quoted(start));
        } else {
            let _ = write!(text, ",\"effectiveDateTime\":{}", quoted(date));
            notes.push(format!("{LOCAL_START}{start}"));
        }
    }
    let statements = recording.statements.iter().map(|statement| {
        let said = quoted(&statement.text);
        if statement.code.is_empty() {
            return format!("{{\"text\":{said}}}");
        }
        let (system, code) = (quoted(&statement.system), quoted(&statement.code));
        format!("{{\"coding\":[{{\"system\":{system},\"code\":{code}}}],\"text\":{said}}}")
    });
    list(&mut text, "interpretation", statements);
    list(&mut text, "note", notes.iter().map(|note| format!("{{\"text\":{}}}", quoted(note))));
    text.push_str(",\"component\":[\n");
    for (position, signal) in recording.signals.iter().enumerate() {
        if position > 0 {
            text.push_str(",\n");
        }
        component(&mut text, system, signal)?;
    }
    for measurement in &recording.measurements {
        let (name, unit) = (quoted(&measurement.name), quoted(&measurement.unit));
        let _ = write!(text, ",\n{{\"code\":{{\"text\":{name}}},\"valueQuantity\":{{\"value\":{}", measurement.value);
        let _ = write!(text, ",\"unit\":{unit}}}}}");
    }
    text.push_str("]}\n");
    Ok(text.into_bytes())
}

fn list(text: &mut String, key: &str, items: impl Iterator<Item = String>) {
    let items: Vec<String> = items.collect();
    if !items.is_empty() {
        let _ = write!(text, ",\"{key}\":[{}]", items.join(","));
    }
}

/// A JSON text. FHIR has no control characters in its texts but line ends and tabulators (R4, datatypes, string).
fn quoted(text: &str) -> String {
    let lines: Vec<_> = text.split_inclusive(['\n', '\r', '\t']).map(line).collect();
    serde_json::Value::from(lines.concat()).to_string()
}

fn line(text: &str) -> String {
    let end = text.len().saturating_sub(usize::from(text.ends_with(['\n', '\r', '\t'])));
    let (plain, end) = text.split_at_checked(end).unwrap_or((text, ""));
    format!("{}{end}", printable(plain))
}

fn unfit(signal: &Signal, found: String, expected: &str) -> WriteError {
    WriteError::Unfit { what: format!("lead {}", signal.label), found, expected: expected.to_owned() }
}

fn component(text: &mut String, system: &str, signal: &Signal) -> Result<(), WriteError> {
    let before = signal.start * signal.rate;
    if !(before.is_finite() && before > -1e-6 && (before - before.round()).abs() <= 1e-6) {
        let expected = "leads that begin with the recording, or a whole number of samples after it";
        return Err(unfit(signal, format!("a start of {} s", signal.start), expected));
    }
    text.push_str("{\"code\":");
    match (&signal.lead, leads::number(&signal.lead)) {
        (lead, Some(number)) => {
            let name = lead.name().to_ascii_uppercase();
            let _ = write!(text, "{{\"coding\":[{{\"system\":\"{system}\",\"code\":\"{number}\"");
            let _ = write!(text, ",\"display\":\"MDC_ECG_ELEC_POTL_{name}\"}}]}}");
        }
        (Lead::Other(name), _) => {
            let _ = write!(text, "{{\"text\":{}}}", quoted(name));
        }
        (lead, None) => {
            let _ = write!(text, "{{\"text\":{}}}", quoted(lead.name()));
        }
    }
    let (factor, origin) = match &signal.samples {
        Samples::Digital { scale, .. } => {
            (1.0 / scale.gain, if scale.baseline == 0.0 { 0.0 } else { -scale.baseline / scale.gain })
        }
        Samples::Physical { .. } => (1.0, 0.0),
    };
    if let Samples::Physical { values, .. } = &signal.samples
        && let Some(value) = values.iter().find(|value| value.is_finite() && value.abs() >= GREATEST)
    {
        return Err(unfit(signal, format!("a value of {value:e}"), &format!("values below {GREATEST:e}")));
    }
    if !(1e-12..1e12).contains(&f64::abs(factor)) || f64::abs(origin) >= 1e12 {
        return Err(unfit(signal, format!("a factor of {factor} from {origin}"), "a factor from 1e-12 to 1e12"));
    }
    let _ = write!(text, ",\"valueSampledData\":{{\"origin\":{{\"value\":{origin}");
    let code = match signal.unit() {
        Unit::Nanovolt => "nV",
        Unit::Microvolt => "uV",
        Unit::Millivolt => "mV",
        Unit::Volt => "V",
        Unit::Unknown | Unit::Other(_) => "",
    };
    if code.is_empty() {
        let unit = signal.unit().symbol();
        if !unit.is_empty() {
            let _ = write!(text, ",\"unit\":{}", quoted(unit));
        }
    } else {
        let _ = write!(text, ",\"unit\":\"{code}\",\"system\":\"http://unitsofmeasure.org\",\"code\":\"{code}\"");
    }
    let _ = write!(text, "}},\"period\":{},\"factor\":{factor},\"dimensions\":1,\"data\":\"", 1e3 / signal.rate);
    tokens(text, signal, before.round());
    text.push_str("\"}}");
    Ok(())
}

fn tokens(text: &mut String, signal: &Signal, before: f64) {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked with all samples that are filled in"
    )]
    let before = before as usize;
    let mut separator = "";
    let mut one = |text: &mut String, token: std::fmt::Arguments| {
        let _ = write!(text, "{separator}{token}");
        separator = " ";
    };
    (0..before).for_each(|_| one(text, format_args!("E")));
    let mut ranges = signal.missing.iter().copied().peekable();
    let mut is_missing = |position: usize| {
        while ranges.next_if(|(_, to)| *to <= position).is_some() {}
        ranges.peek().is_some_and(|(from, _)| *from <= position)
    };
    match &signal.samples {
        Samples::Digital { counts, .. } => {
            for (position, count) in counts.iter().enumerate() {
                if is_missing(position) { one(text, format_args!("E")) } else { one(text, format_args!("{count}")) }
            }
        }
        Samples::Physical { values, .. } => {
            for (position, value) in values.iter().enumerate() {
                let absent = is_missing(position) || !value.is_finite();
                // SampledData has no exponents: what is far below any voltage would be hundreds of digits.
                let value = if value.abs() < LEAST { 0.0 } else { *value };
                if absent { one(text, format_args!("E")) } else { one(text, format_args!("{value}")) }
            }
        }
    }
}
