//! Section 12 (version 3): a long rhythm, as a Holter or a monitor records it.
//!
//! The standard is sold; this is the layout by which BioSig (`sopen_scp_read.c`), whose author worked on version 3, reads the
//! section: the rate (hertz, 32 bits), the number of leads (8 bits), of samples a lead (32 bits) and of the bytes of a sample (8 bits,
//! 1 to 4), the date and the time of day (7 bytes, at byte 10), filters (not read), at byte 62 the lengths of two blocks (32 bits
//! each) that follow at byte 70 and are passed over; four bytes a lead (its code, the size of a count in nanovolts, one more); and the
//! samples, signed, one of each lead in turn, without compression.
//!
//! No file of a device was seen. The section is read only where these numbers ask for exactly the bytes that it has (and one more
//! that makes them even): another layout does not pass for this one.

use ecg::{Counts, Severity, Signal, Unit, Warning};

use super::rhythm::{scale, signal};
use super::sections::Section;
use super::{person, warning};
use crate::memory::Memory;
use crate::{Error, Hints, InputFile, Limits, Needs, Place, samples};

/// Byte of the date, of the two lengths, and the first that is not of a fixed place.
const DATE: usize = 10;
const LENGTHS: u64 = 62;
const FIXED: u64 = 70;
/// Bytes of one lead before the samples.
const OF_LEAD: u64 = 4;

/// What the section holds.
pub(super) struct LongRhythm {
    pub(super) signals: Vec<Signal>,
    /// Its beginning, where it states one: date and time of day in ISO 8601.
    pub(super) start: Option<String>,
}

/// What stands before the samples.
struct Head {
    rate: u32,
    samples: u32,
    width: u8,
    start: Option<String>,
    /// Code and nanovolts of a count, a lead.
    leads: Vec<(u8, u16)>,
}

impl Head {
    fn frame(&self) -> u64 {
        (self.leads.len() as u64).saturating_mul(u64::from(self.width))
    }
}

/// Reads the section.
///
/// # Errors
/// Another layout than the known one, no whole sample, no rate ([`Error::wants_rate`]), or more than the limits.
pub(super) fn read(
    file: &InputFile,
    section: &Section,
    hints: &Hints,
    limits: &Limits,
    memory: &mut Memory,
    warnings: &mut Vec<Warning>,
) -> Result<LongRhythm, Error> {
    let (head, data) = head(file, section)?;
    let rate = match (head.rate, hints.rate) {
        (0, None) => {
            let found = "a rate of 0 in Section 12";
            return Err(Error::missing(Needs::Rate, file.name, found, "the sampling rate in hertz"));
        }
        (0, Some(rate)) => rate,
        (rate, _) => f64::from(rate),
    };
    let place = Place::Byte(section.at);
    let rate = limits.rate(file.name, place, rate)?;
    let held = (data.len() as u64).checked_div(head.frame()).unwrap_or(0).min(u64::from(head.samples));
    let all = limits.size(file.name, place, head.leads.len() as u64, held)?;
    if held == 0 {
        let expected = format!("{} samples of each lead", head.samples);
        return Err(Error::truncated(file.name, place, "no whole sample in Section 12", expected));
    }
    if held < u64::from(head.samples) {
        let message = format!("Section 12 states {} samples of each lead, {held} are there", head.samples);
        warnings.push(warning(file, Severity::Data, "Section 12", message));
    }
    let message = "the long rhythm was read by the layout that one public reader has; no device's file was seen so far, so that \
         it should be compared with the device's own print";
    warnings.push(warning(file, Severity::Note, "Section 12", message.to_owned()));

    let whole = usize::try_from(held.saturating_mul(head.frame())).unwrap_or(usize::MAX);
    let data = data.get(..whole).unwrap_or(data);
    let leads = head.leads.len();
    memory.take(file.name, all.saturating_mul(if head.width <= 2 { 2 } else { 4 }))?;
    let narrow = |counts: Vec<Vec<i16>>| counts.into_iter().map(Counts::Narrow).collect();
    let wide = |counts: Vec<Vec<i32>>| counts.into_iter().map(Counts::Wide).collect();
    let counts: Vec<Counts> = match head.width {
        1 => narrow(samples::interleaved(file.name, data, leads, |[byte]| i16::from(i8::from_le_bytes([byte])))?),
        2 => narrow(samples::interleaved(file.name, data, leads, i16::from_le_bytes)?),
        // The sign comes down from the upper byte.
        3 => wide(samples::interleaved(file.name, data, leads, |[a, b, c]| i32::from_le_bytes([0, a, b, c]) >> 8)?),
        _ => wide(samples::interleaved(file.name, data, leads, i32::from_le_bytes)?),
    };
    let mut signals = Vec::new();
    for ((code, nanovolts), counts) in head.leads.iter().zip(counts) {
        let signal = signal(*code, rate, counts, scale(u64::from(*nanovolts), hints));
        if *signal.unit() == Unit::Unknown {
            let message = "the size of a count is stated as 0: the unit is unknown".to_owned();
            warnings.push(warning(file, Severity::Data, &format!("Section 12, lead {}", signal.label), message));
        }
        signals.push(signal);
    }
    Ok(LongRhythm { signals, start: head.start })
}

/// What stands before the samples, and the bytes of these.
fn head<'a>(file: &InputFile<'a>, section: &Section<'a>) -> Result<(Head, &'a [u8]), Error> {
    let mut cursor = section.cursor(file)?;
    let rate = cursor.u32_le()?;
    let count = cursor.u8()?;
    let samples = cursor.u32_le()?;
    let width = cursor.u8()?;
    let start = start(section.body.get(DATE..).unwrap_or_default());
    cursor.go_to(section.at.saturating_add(LENGTHS))?;
    let blocks = u64::from(cursor.u32_le()?).saturating_add(u64::from(cursor.u32_le()?));

    let frame = u64::from(count).saturating_mul(u64::from(width));
    let parts = [FIXED, blocks, OF_LEAD.saturating_mul(u64::from(count)), frame.saturating_mul(u64::from(samples))];
    let needed = parts.into_iter().fold(0, u64::saturating_add);
    let is_known = section.stated == needed || section.stated == needed.saturating_add(needed.rem_euclid(2));
    if !is_known || !(1..=4).contains(&width) || count == 0 {
        let found = format!(
            "a Section 12 of {} bytes whose fields ask for {needed} ({count} leads, {samples} samples of {width} bytes)",
            section.stated
        );
        let expected = "a long rhythm without compression, whose fields ask for the bytes that it has";
        return Err(Error::unsupported(file.name, Place::Byte(section.at), found, expected));
    }
    cursor.go_to(section.at.saturating_add(FIXED).saturating_add(blocks))?;
    let mut leads = Vec::new();
    for _ in 0..count {
        leads.push((cursor.u8()?, cursor.u16_le()?));
        cursor.skip(1)?;
    }
    let data = cursor.take(cursor.remaining())?;
    Ok((Head { rate, samples, width, start, leads }, data))
}

/// Date (year, month, day) and time of day, as in Section 1.
fn start(bytes: &[u8]) -> Option<String> {
    let date = person::date(bytes)?;
    let [hour, minute, second] = *bytes.get(4..)?.first_chunk()?;
    let time = person::clock(hour, minute, second)?;
    Some(format!("{date}T{time}"))
}
