//! `Waveform` and `LeadData`.

use ecg::{Recording, Signal, Unit};
use flate2::Crc;

use crate::Error;
use crate::vendor::fields::number;
use crate::vendor::{Reading, in_lead, waveform};
use crate::xml::Element;

/// Fields that are no amplitudes although their names might say so.
const OFFSETS: [&str; 3] = ["LeadOffsetFirstSample", "FirstSampleBaseline", "LeadTimeOffset"];

/// Reads every waveform by its type.
pub(super) fn read(root: Element, reading: &mut Reading, recording: &mut Recording) -> Result<(), Error> {
    let has = |kind: &str| root.all("Waveform").any(|waveform| is_of(waveform, kind));
    let has_rhythm = has("Rhythm");
    for waveform in root.all("Waveform") {
        if is_of(waveform, "Median") {
            match rate(root, waveform, reading) {
                Ok(rate) => recording.representative_beats.extend(leads(waveform, rate, reading)?),
                Err(_) => reading.data("median", "no sampling rate is stated; the median beats are left out"),
            }
        } else if has_rhythm && !is_of(waveform, "Rhythm") {
            reading.data("", "a waveform that is neither rhythm nor median is left out");
        } else {
            if !has_rhythm {
                reading.note("", "no waveform is called a rhythm; the one that is no median was taken as it");
            }
            if !recording.signals.is_empty() {
                reading.note("", "a further rhythm; its leads stand after those of the first");
            }
            let rate = rate(root, waveform, reading)?;
            recording.signals.extend(leads(waveform, rate, reading)?);
        }
    }
    Ok(())
}

fn is_of(waveform: Element, kind: &str) -> bool {
    waveform.child_text("WaveformType").is_some_and(|text| text.eq_ignore_ascii_case(kind))
}

fn rate(root: Element, waveform: Element, reading: &mut Reading) -> Result<f64, Error> {
    let of = |element: Element, base: &str, exponent: &str| {
        let exponent = element.child_text(exponent).and_then(number).unwrap_or(0.0);
        Some(element.child_text(base).and_then(number)? * 10_f64.powf(exponent))
    };
    let stated = of(waveform, "SampleBase", "SampleExponent")
        .or_else(|| of(root.child("RestingECGMeasurements")?, "ECGSampleBase", "ECGSampleExponent"));
    reading.rate(stated)
}

fn leads(waveform: Element, rate: f64, reading: &mut Reading) -> Result<Vec<Signal>, Error> {
    let mut signals = Vec::new();
    for data in waveform.all("LeadData") {
        signals.extend(lead(data, rate, reading)?);
    }
    Ok(signals)
}

fn lead(data: Element, rate: f64, reading: &mut Reading) -> Result<Option<Signal>, Error> {
    let label = data.child_text("LeadID").unwrap_or_default();
    let Some(text) = data.child("WaveFormData").filter(Element::is_whole) else {
        reading.data(in_lead(label), "no whole samples; the lead is left out");
        return Ok(None);
    };
    let size = data.child_text("LeadSampleSize").and_then(number);
    if size.is_some_and(|size| size != 2.0) {
        reading.data(in_lead(label), "samples that are not of 16 bits; the lead is left out");
        return Ok(None);
    }
    let bytes = waveform::bytes(reading, label, text.text())?;
    check(data, label, &bytes, reading);
    let stated = data.child_text("LeadSampleCountTotal").and_then(number);
    let counts = waveform::counts(reading, label, &bytes, stated)?;
    if counts.is_empty() {
        reading.data(in_lead(label), "no samples; the lead is left out");
        return Ok(None);
    }
    for name in OFFSETS {
        if data.child_text(name).and_then(number).is_some_and(|offset| offset != 0.0) {
            reading.note(in_lead(label), format!("a {name} that is not 0; it is not added to the samples"));
        }
    }
    for (name, message) in [
        ("LeadOff", "the device marked the lead as off"),
        ("BaselineSway", "the device marked the lead's baseline as swaying"),
    ] {
        if data.child_text(name).is_some_and(|text| text.eq_ignore_ascii_case("TRUE")) {
            reading.data(in_lead(label), message);
        }
    }
    let step = data.child_text("LeadAmplitudeUnitsPerBit").and_then(number);
    let unit = data.child_text("LeadAmplitudeUnits").map_or(Unit::Unknown, Unit::from_label);
    let scale = reading.scale(label, step, unit);
    Ok(Some(waveform::signal(reading, label, counts, rate, scale)))
}

/// Compares the decoded bytes with their check.
fn check(data: Element, label: &str, bytes: &[u8], reading: &mut Reading) {
    let stated = data.child_text("LeadDataCRC32").and_then(|text| text.parse::<u32>().ok()).filter(|&check| check != 0);
    if let Some(stated) = stated {
        let mut own = Crc::new();
        own.update(bytes);
        if own.sum() != stated {
            reading.data(in_lead(label), "the samples do not match their CRC-32; they are given as they are");
        }
    }
}
