//! The dialect of Healforce's portable recorders (Prince 180 and kin), which the standard's readers refuse.
//!
//! What differs: the file's size has 16 bits and stands where the upper half of the standard's field is; no checksum is right; the
//! pointers of Section 0 count from 0; dates have their year's high byte first; Section 3 holds the number of leads but neither codes
//! nor spans; Section 6 has one stream for all leads, whose length has 16 bits, and its field of the sample interval holds the rate.
//!
//! The stream: four samples in three words of 16 bits, lead by lead within a moment. Bits 0 to 9 of each word are a sample plus 512;
//! bits 10 to 13 of the three words together are the fourth sample, high bits first, plus 512 too; bit 15 marks a beat that the recorder
//! detected, bit 14 one that it held for irregular. A count is 0.01 mV.
//!
//! Established from a file of the maker's and from the public description of its decoder by K. Bao; which electrodes the leads
//! come from is not known.

use ecg::{Annotation, Lead, Recording, Scale, Severity, Signal, Source, Unit};

use super::crc::crc;
use super::person::{calendar, clock};
use super::texts::TextCode;
use super::{stem, warning};
use crate::cursor::Cursor;
use crate::limits::reserve;
use crate::{Error, InputFile, Limits, Place};

/// Bytes of a section's header.
const HEADER: usize = 16;
/// Most leads that such a recorder has; the number decides how the one stream is dealt out.
const MOST_LEADS: u8 = 12;

/// True for this dialect: pointers from 0, a size field that is absurd as 32 bits, and a wrong checksum.
pub(super) fn is(bytes: &[u8]) -> bool {
    let word =
        |at: usize| bytes.get(at..).and_then(|rest| rest.first_chunk::<4>()).map(|word| u32::from_le_bytes(*word));
    let absurd = word(2).is_some_and(|size| size as usize > bytes.len() && size.trailing_zeros() >= 16);
    let from_zero = word(28) == Some(6) && word(24) == word(10);
    let stated = bytes.first_chunk::<2>().map(|sum| u16::from_le_bytes(*sum));
    absurd && from_zero && stated != Some(crc(bytes.get(2..).unwrap_or_default()))
}

/// Reads the file.
pub(super) fn read(file: &InputFile, limits: &Limits) -> Result<Recording, Error> {
    let mut recording = Recording {
        name: stem(file.name).to_owned(),
        source: Source { format: "SCP-ECG (Healforce)".to_owned(), files: vec![file.name.to_owned()] },
        ..Recording::default()
    };
    let message = "a dialect of Healforce's: no checksum to check, no names of leads, and a count is taken for 0.01 mV as its \
                   public description says";
    recording.warnings.push(warning(file, Severity::Note, "", message.to_owned()));
    if let Ok(section) = section(file, 1) {
        person(section, &mut recording);
    }
    let leads_at = section(file, 3)?;
    let place = leads_at.place();
    let leads = leads_at.clone().u8()?;
    if !(1..=MOST_LEADS).contains(&leads) {
        return Err(Error::invalid(file.name, place, format!("{leads} leads"), format!("1 to {MOST_LEADS}")));
    }
    signals(file, section(file, 6)?, usize::from(leads), limits, &mut recording)?;
    Ok(recording)
}

/// The content of a section.
fn section<'a>(file: &InputFile<'a>, number: u16) -> Result<Cursor<'a>, Error> {
    let mut cursor = Cursor::new(file.name, file.bytes);
    cursor.go_to(10)?;
    let length = cursor.u32_le()?;
    cursor.skip(8)?;
    let pointers = usize::try_from(length).unwrap_or(usize::MAX).saturating_sub(HEADER).min(cursor.remaining());
    let mut pointers = cursor.part(pointers)?;
    while pointers.remaining() >= 10 {
        let (own, length, at) = (pointers.u16_le()?, pointers.u32_le()?, pointers.u32_le()?);
        if own == number {
            let mut section = Cursor::new(file.name, file.bytes);
            section.go_to(u64::from(at))?;
            let there = usize::try_from(length).unwrap_or(usize::MAX).min(section.remaining());
            let mut section = section.part(there)?;
            section.skip(HEADER)?;
            return Ok(section);
        }
    }
    Err(Error::invalid(file.name, Place::Byte(10), format!("no Section {number}"), "a pointer to it"))
}

/// Section 1: id, date and time.
fn person(mut cursor: Cursor, recording: &mut Recording) {
    let (mut date, mut time) = (None, None);
    while let (Ok(tag), Ok(length)) = (cursor.u8(), cursor.u16_le()) {
        let Ok(value) = cursor.take(usize::from(length)) else { break };
        match (tag, value) {
            (_, []) => break,
            (2, id) => recording.patient.id = Some(TextCode::Latin.text(id)).filter(|id| !id.is_empty()),
            (25, [high, low, month, day]) => date = calendar(u16::from_be_bytes([*high, *low]), *month, *day),
            (26, [hour, minute, second]) => time = clock(*hour, *minute, *second),
            _ => {}
        }
    }
    recording.start = match (date, time) {
        (Some(date), Some(time)) => Some(format!("{date}T{time}")),
        (date, _) => date,
    };
}

/// Section 6: the leads and the marks of beats.
fn signals(
    file: &InputFile,
    mut cursor: Cursor,
    leads: usize,
    limits: &Limits,
    recording: &mut Recording,
) -> Result<(), Error> {
    cursor.skip(2)?;
    let rate = limits.rate(file.name, cursor.place(), f64::from(cursor.u16_le()?))?;
    cursor.skip(2)?;
    let stated = usize::from(cursor.u16_le()?);
    let there = stated.min(cursor.remaining());
    if there < stated {
        let message = format!("the samples state {stated} bytes, {there} are there: the file may be cut");
        recording.warnings.push(warning(file, Severity::Data, "Section 6", message));
    }
    let (groups, _) = cursor.take(there)?.as_chunks::<6>();
    let all = groups.len().saturating_mul(4);
    let moments = all.checked_div(leads).unwrap_or_default();
    limits.size(file.name, Place::Whole, leads as u64, moments as u64)?;
    if moments == 0 {
        return Err(Error::truncated(file.name, cursor.place(), "no samples", "samples of each lead"));
    }
    let mut samples: Vec<i16> = reserve(file.name, all as u64)?;
    let mut marks: Vec<(usize, bool)> = Vec::new();
    for group in groups {
        let [a, b, c, d, e, f] = *group;
        let words = [u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d]), u16::from_le_bytes([e, f])];
        for word in words {
            if word & 0xC000 != 0 {
                let moment = samples.len().checked_div(leads).unwrap_or_default();
                let irregular = word & 0x4000 != 0;
                // Each lead of a moment repeats its mark.
                match marks.last_mut() {
                    Some((last, known)) if *last == moment => *known |= irregular,
                    _ => marks.push((moment, irregular)),
                }
            }
            samples.push(ten_bits(word));
        }
        let [first, second, third] = words.map(|word| word & 0x3C00);
        samples.push(ten_bits((first >> 2) | (second >> 6) | (third >> 10)));
    }
    for lead in 0..leads {
        let mut counts: Vec<i16> = reserve(file.name, moments as u64)?;
        counts.extend(samples.iter().skip(lead).step_by(leads).take(moments));
        let label = format!("channel {}", lead.saturating_add(1));
        let scale = Scale { gain: 100.0, baseline: 0.0, unit: Unit::Millivolt };
        recording.signals.push(Signal::digital(Lead::from_label(&label), rate, counts, scale));
    }
    let marks = marks.into_iter().filter(|(moment, _)| *moment < moments).take(limits_of(limits));
    recording.annotations.extend(marks.map(|(moment, irregular)| {
        let sample = i64::try_from(moment).unwrap_or(i64::MAX);
        Annotation {
            time: u32::try_from(moment).map_or(0.0, f64::from) / rate,
            text: if irregular { "irregular beat" } else { "beat" }.to_owned(),
            sample: Some(sample),
            ..Annotation::default()
        }
    }));
    Ok(())
}

fn limits_of(limits: &Limits) -> usize {
    usize::try_from(limits.annotations).unwrap_or(usize::MAX)
}

/// A sample of 10 bits that lies 512 too high.
fn ten_bits(word: u16) -> i16 {
    (word & 0x3FF).cast_signed().wrapping_sub(512)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A file of this dialect with three leads, four moments at 150 Hz and a beat in the second.
    pub(in super::super) fn small() -> Vec<u8> {
        let head = |number: u16, content: &[u8]| {
            let mut section = vec![0x12, 0x34];
            section.extend(number.to_le_bytes());
            section.extend((content.len() as u32 + 16).to_le_bytes());
            section.extend([13, 13, 0, 0, 0, 0, 0, 0]);
            section.extend(content);
            section
        };
        let samples: Vec<i16> = vec![1, 2, 3, -1, -2, -3, 100, -100, 0, 511, -512, 7];
        let mut stream = Vec::new();
        for four in samples.chunks(4) {
            let raw: Vec<u16> = four.iter().map(|sample| (sample + 512) as u16).collect();
            for (place, shift) in [(0, 8), (1, 4), (2, 0)] {
                stream.extend((raw[place] | ((raw[3] >> shift) & 0xF) << 10).to_le_bytes());
            }
        }
        // The fifth sample is a lead of the second moment.
        stream[7] |= 0x80;
        let mut rhythm = vec![0x34, 0x25, 150, 0, 0, 0];
        rhythm.extend((stream.len() as u16).to_le_bytes());
        rhythm.extend(stream);
        let person = [2, 3, 0, b'4', b'2', 0, 25, 4, 0, 7, 0xe3, 8, 9, 26, 3, 0, 1, 4, 10, 0, 0, 0];
        let sections = [head(1, &person), head(3, &[3, 4]), head(6, &rhythm)];
        let mut pointers = Vec::new();
        let mut at = 6 + 16 + 40;
        let mut point = |number: u16, length: u32, at: u32| {
            pointers.extend(number.to_le_bytes());
            pointers.extend(length.to_le_bytes());
            pointers.extend(at.to_le_bytes());
        };
        point(0, 56, 6);
        for (number, section) in [1, 3, 6].into_iter().zip(&sections) {
            point(number, section.len() as u32, at);
            at += section.len() as u32;
        }
        let mut file = vec![0x30, 0x9d, 0, 0];
        file.extend((at as u16).to_le_bytes());
        file.extend(head(0, &pointers));
        file.extend(sections.concat());
        file
    }

    fn read_bytes(bytes: &[u8]) -> Result<Recording, Error> {
        read(&InputFile { name: "a.SCP", bytes }, &Limits::default())
    }

    #[test]
    fn four_samples_are_taken_from_three_words() {
        let bytes = small();
        assert!(is(&bytes));
        let recording = read_bytes(&bytes).unwrap();
        let counts: Vec<Vec<f64>> = recording.signals.iter().map(Signal::values).collect();
        assert_eq!(counts[0], [0.01, -0.01, 1.0, 5.11]);
        assert_eq!(counts[1], [0.02, -0.02, -1.0, -5.12]);
        assert_eq!(counts[2], [0.03, -0.03, 0.0, 0.07]);
        assert_eq!(recording.start.as_deref(), Some("2019-08-09T01:04:10"));
        assert_eq!(recording.patient.id.as_deref(), Some("42"));
        assert_eq!(recording.annotations.len(), 1);
        assert_eq!((recording.annotations[0].sample, recording.annotations[0].text.as_str()), (Some(1), "beat"));
    }

    #[test]
    fn a_file_cut_anywhere_gives_whole_moments_or_an_error() {
        let bytes = small();
        let whole = read_bytes(&bytes).unwrap();
        for length in 0..bytes.len() {
            if let Ok(cut) = read_bytes(&bytes[..length]) {
                for (signal, all) in cut.signals.iter().zip(&whole.signals) {
                    assert_eq!(signal.values(), all.values()[..signal.len()], "{length}");
                }
                assert!(cut.warnings.len() > whole.warnings.len(), "{length}");
            }
        }
    }

    #[test]
    fn a_number_of_leads_that_no_such_recorder_has_is_refused() {
        let mut bytes = small();
        let at = bytes.len() - 44;
        assert_eq!(bytes[at..at + 2], [3, 4]);
        for leads in [0, 13, 255] {
            bytes[at] = leads;
            assert!(read_bytes(&bytes).is_err(), "{leads}");
        }
    }
}
