//! One lead's samples out of text.

use ecg::{Counts, Scale, Signal};

use super::{Reading, base64, in_lead, integers};
use crate::{Error, samples};

/// Bytes of one lead out of base64, with a warning where the text breaks off.
///
/// # Errors
/// More than the limits allow.
pub(crate) fn bytes(reading: &mut Reading, label: &str, text: &str) -> Result<Vec<u8>, Error> {
    reading.room(base64::most(text).div_euclid(2))?;
    let decoded = base64::decode(reading.file, text)?;
    if decoded.odd.is_some() {
        let found = decoded.bytes.len();
        reading.data(in_lead(label), format!("the text is no base64 after {found} bytes; the samples end there"));
    }
    if decoded.bytes.len().rem_euclid(2) != 0 {
        reading.data(in_lead(label), "half a sample at the end is left out");
    }
    Ok(decoded.bytes)
}

/// Little-endian counts of 16 bits, no more than the file states.
///
/// # Errors
/// Not enough memory.
pub(crate) fn counts(reading: &mut Reading, label: &str, bytes: &[u8], stated: Option<f64>) -> Result<Vec<i16>, Error> {
    let mut counts = samples::i16_le(reading.file, bytes)?;
    let found = counts.len();
    if let Some(kept) = length(reading, label, found, stated) {
        counts.truncate(kept);
    }
    Ok(counts)
}

/// Compares the samples that are there with those that are stated; how many to keep where there are more.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float becomes the nearest number of its kind"
)]
pub(crate) fn length(reading: &mut Reading, label: &str, found: usize, stated: Option<f64>) -> Option<usize> {
    let stated = stated.map(|stated| stated as usize)?;
    if stated == found {
        return None;
    }
    if stated == 0 || stated > found {
        reading.data(in_lead(label), format!("{stated} samples stated, {found} are there"));
        return None;
    }
    let message = format!("{stated} samples stated, {found} are there; those beyond the stated are left out");
    reading.data(in_lead(label), message);
    Some(stated)
}

/// One lead out of numbers between commas; none where there is no number.
///
/// # Errors
/// More than the limits allow.
pub(crate) fn of_numbers(
    reading: &mut Reading,
    label: &str,
    text: &str,
    rate: f64,
    scale: Scale,
) -> Result<Option<Signal>, Error> {
    reading.room(integers::most(text))?;
    let parsed = integers::parse(reading.file, text)?;
    let found = parsed.counts.len();
    if parsed.odd.is_some() {
        let message = format!("no whole number between commas after {found} samples; the samples end there");
        reading.data(in_lead(label), message);
    }
    if found == 0 {
        reading.data(in_lead(label), "no samples; the lead is left out");
        return Ok(None);
    }
    Ok(Some(signal(reading, label, parsed.counts, rate, scale)))
}

/// A signal of counts under the label that the file writes.
pub(crate) fn signal(reading: &Reading, label: &str, counts: impl Into<Counts>, rate: f64, scale: Scale) -> Signal {
    let (lead, label) = reading.label(label);
    Signal { label, ..Signal::digital(lead, rate, counts, scale) }
}
