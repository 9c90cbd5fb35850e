//! `repbeats`: one representative beat a lead.

use ecg::{Signal, Unit};

use crate::Error;
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
    if !encoding.eq_ignore_ascii_case("Base64") {
        reading.data("repbeats", "they are not in base64; the representative beats are left out");
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
        let bytes = waveform::bytes(reading, label, data.text())?;
        let duration = data.attribute("duration").and_then(number);
        let counts =
            waveform::counts(reading, label, &bytes, duration.map(|duration| (duration * rate / 1000.0).round()))?;
        let scale = reading.scale(label, attribute("resolution"), Unit::Microvolt);
        signals.push(waveform::signal(reading, label, counts, rate, scale));
    }
    Ok(signals)
}
