//! `repbeats`: one representative beat a lead.

use ecg::{Signal, Unit};

use super::plain_text;
use crate::Error;
use crate::error::shown;
use crate::vendor::fields::number;
use crate::vendor::{Reading, in_lead, waveform};
use crate::xml::Element;

/// Reads them; without a rate of their own they are left out.
pub(super) fn read(root: Element, reading: &mut Reading) -> Result<Vec<Signal>, Error> {
    let Some(element) = root.path(&["waveforms", "repbeats"]) else { return Ok(Vec::new()) };
    let attribute = |name: &str| element.attribute(name).and_then(number);
    let stated = attribute("samplespersec").or_else(|| attribute("samplespersecond"));
    let Some(Ok(rate)) = stated.map(|rate| reading.limits.rate(reading.file, crate::Place::Whole, rate)) else {
        reading.data("repbeats", "no sampling rate is stated; the representative beats are left out");
        return Ok(Vec::new());
    };
    let encoding = element.attribute("dataencoding").unwrap_or("Base64").trim();
    let is_text = encoding.eq_ignore_ascii_case("Plain");
    if !is_text && !encoding.eq_ignore_ascii_case("Base64") {
        reading.data("repbeats", "they are neither in base64 nor in plain text; the representative beats are left out");
        return Ok(Vec::new());
    }
    if let Some(kind) = element.attribute("compression").map(str::trim).filter(|kind| !kind.is_empty()) {
        let message = format!("their compression {} is not known; the representative beats are left out", shown(kind));
        reading.data("repbeats", message);
        return Ok(Vec::new());
    }
    let mut signals = Vec::new();
    for beat in element.all("repbeat") {
        let label = beat.attribute("leadname").unwrap_or_default();
        // 1.04 has the samples in an element of their own.
        let data = beat.child("waveform").unwrap_or(beat);
        if !data.is_whole() || data.text().is_empty() {
            reading.data(in_lead(label), "no whole representative beat; it is left out");
            continue;
        }
        let duration = data.attribute("duration").and_then(number);
        let stated = duration.map(|duration| (duration * rate / 1000.0).round());
        let counts = if is_text {
            of_text(reading, label, data.text(), stated)?
        } else {
            let bytes = waveform::bytes(reading, label, data.text())?;
            waveform::counts(reading, label, &bytes, stated)?
        };
        let scale = reading.scale(label, attribute("resolution"), Unit::Microvolt);
        signals.push(waveform::signal(reading, label, counts, rate, scale));
    }
    Ok(signals)
}

/// One beat out of numbers in text.
fn of_text(reading: &mut Reading, label: &str, text: &str, stated: Option<f64>) -> Result<Vec<i16>, Error> {
    let (mut counts, is_odd) = plain_text::counts(reading, text)?;
    reading.room(counts.len() as u64)?;
    if is_odd {
        let message = format!("the text is no whole number after {} samples; the samples end there", counts.len());
        reading.data(in_lead(label), message);
    }
    if let Some(kept) = waveform::length(reading, label, counts.len(), stated) {
        counts.truncate(kept);
    }
    Ok(counts)
}
