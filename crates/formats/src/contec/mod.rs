//! Contec ECG90A, the `.ECG` files of that handheld recorder.
//!
//! There is no specification; the layout is that of the public converter RigacciOrg/ecg-contec, checked on its sample files.
//!
//! **Layout.** 43 bytes: the case's number (8 bytes of text), two zeros, date and time as `2020-11-15 12:59:50` (20), two zeros, name (8), sex
//! (0 female, 1 male, 255 not given), age, weight. Then rows of eight counts of 16 bits, little-endian: II, III, V1 to V6, 800 rows a second,
//! 5 µV a count, 2048 for zero. Then 37 bytes that begin with a row of zeros. The format has no mark of its own: a file is known by
//! the date's form in its place.
//!
//! **Texts** are in GBK, the code page of the recorder's country; the format does not say so, and a warning does.
//!
//! **Missing samples.** 0x6800 stands where an electrode is off. A lead that has nothing else is left out, with a warning.
//!
//! **Derived.** I = II - III, aVR, aVL and aVF follow from the stored leads and are marked as derived. The converter halves whole counts and
//! cuts, so that its augmented leads may differ from these, which are exact, by half a count.
//!
//! **Tolerated, with a warning.** A file that is cut: all whole rows are read. A count that the recorder's 12 bits cannot give is kept.

use ecg::{Lead, Recording, Scale, Severity, Sex, Signal, Source, Unit, Warning};

use encoding_rs::GBK;

use crate::cursor::Cursor;
use crate::{Error, Hints, InputFile, Limits, Place, encoding, limbs, moment, samples};

#[cfg(test)]
mod tests;

const HEADER: usize = 43;
const FOOTER: usize = 37;
const LEADS: [Lead; 8] = [Lead::II, Lead::III, Lead::V1, Lead::V2, Lead::V3, Lead::V4, Lead::V5, Lead::V6];
/// Bytes of a row.
const ROW: usize = 16;
const RATE: f64 = 800.0;
/// Stands for a sample while an electrode is off.
const OFF: i16 = 0x6800;
/// Greatest count of 12 bits.
const GREATEST: u16 = 4095;

/// How clearly the content is of such a recorder, 0 to 100.
pub(crate) fn score(bytes: &[u8]) -> u8 {
    let Some(header) = bytes.get(..HEADER) else { return 0 };
    let zero = |from: usize, to: usize| header.get(from..to).is_some_and(|bytes| bytes.iter().all(|&byte| byte == 0));
    let date = header.get(10..29).and_then(|date| core::str::from_utf8(date).ok());
    let dated = date.and_then(moment::written).is_some_and(|(_, rest)| rest.is_empty());
    let sex = header.get(40).is_some_and(|sex| matches!(sex, 0 | 1 | 255));
    match dated && zero(8, 10) && zero(29, 32) && sex {
        true if has_footer(bytes) => 90,
        true => 60,
        false => 0,
    }
}

/// True where the bytes end as a whole file does.
fn has_footer(bytes: &[u8]) -> bool {
    let rows = bytes.len().checked_sub(HEADER + FOOTER).and_then(|bytes| bytes.checked_rem(ROW));
    let footer = bytes.len().checked_sub(FOOTER).and_then(|from| bytes.get(from..));
    rows == Some(0) && footer.and_then(|footer| footer.first_chunk::<ROW>()) == Some(&[0; ROW])
}

/// Reads one file. Stored leads keep their counts, in the file's order; the other limb leads are derived.
///
/// # Errors
/// The header is cut, or there is no whole row, or sizes are beyond `limits`.
pub fn read(file: &InputFile, _hints: &Hints, limits: &Limits) -> Result<Recording, Error> {
    limits.file(file.name, file.bytes)?;
    let mut cursor = Cursor::new(file.name, file.bytes);
    let case = encoding::field(cursor.take(8)?);
    cursor.skip(2)?;
    let place = cursor.place();
    let date = encoding::field(cursor.take(20)?);
    let Some((start, _)) = moment::written(&date) else {
        return Err(Error::invalid(file.name, place, "no date", "a date and time such as 2020-11-15 12:59:50"));
    };
    cursor.skip(2)?;
    let name = cursor.take(8)?;
    let sex = cursor.u8()?;
    let age = cursor.u8()?;
    cursor.skip(1)?;

    let mut warnings = Vec::new();
    let (name, is_broken) = encoding::field_in(name, GBK);
    if !name.is_ascii() {
        let message = if is_broken {
            "the name is no GBK, the recorder's encoding; marks stand for what is lost"
        } else {
            "the name's encoding is not stated; it was read as GBK"
        };
        warnings.push(warning(file, Severity::Note, "byte 32", message));
    }
    let after = if has_footer(file.bytes) { FOOTER } else { 0 };
    let data = cursor.take(cursor.remaining().saturating_sub(after))?;
    let (mut rows, rest) = data.as_chunks::<ROW>();
    if after == 0 {
        // What is left of the end is a row of zeros, which no recorder gives.
        while let [before @ .., [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]] = rows {
            rows = before;
        }
        let message =
            format!("the file does not end as it should (it may be cut); its {} whole rows were read", rows.len());
        let place = format!("byte {}", file.bytes.len().saturating_sub(rest.len()));
        warnings.push(warning(file, Severity::Data, place, message));
    }
    limits.size(file.name, Place::Byte(HEADER as u64), LEADS.len() as u64, rows.len() as u64)?;
    if rows.is_empty() {
        let found = format!("{} bytes", file.bytes.len());
        return Err(Error::truncated(file.name, Place::Byte(HEADER as u64), found, "rows of 16 bytes"));
    }

    let mut gaps = samples::MOST_GAPS;
    let mut signals = Vec::new();
    let mut left_out = Vec::new();
    let columns = samples::interleaved_i16_le(file.name, rows.as_flattened(), LEADS.len())?;
    for (lead, counts) in LEADS.into_iter().zip(columns) {
        let missing = samples::marked(file.name, counts.iter().map(|&count| count == OFF), &mut gaps)?;
        if missing == [(0, rows.len())] {
            left_out.push(lead.name().to_owned());
            continue;
        }
        // A look at every count, without an end at the first, is four times as fast: nearly every file is right.
        let beyond = |&count: &i16| (count != OFF) & (count.cast_unsigned() > GREATEST);
        if counts.iter().fold(false, |any, count| any | beyond(count)) {
            let message = "holds counts beyond the recorder's 12 bits";
            warnings.push(warning(file, Severity::Data, format!("lead {lead}"), message));
        }
        let scale = Scale { gain: 0.2, baseline: 2048.0, unit: Unit::Microvolt };
        signals.push(Signal { missing, ..Signal::digital(lead, RATE, counts, scale) });
    }
    if !left_out.is_empty() {
        let message = format!("no electrode was on for {}; what has no sample was left out", left_out.join(", "));
        warnings.push(warning(file, Severity::Data, "", message));
    }
    if signals.is_empty() {
        let found = "not one sample with its electrode on";
        return Err(Error::invalid(file.name, Place::Byte(HEADER as u64), found, "samples of at least one lead"));
    }
    limbs::complete_limbs(file.name, &mut signals)?;

    let base = file.name.rsplit('/').next().unwrap_or(file.name);
    let mut recording = Recording {
        name: base.rsplit_once('.').map_or(base, |(stem, _)| stem).to_owned(),
        source: Source { format: "Contec".to_owned(), files: vec![file.name.to_owned()] },
        start: Some(start),
        signals,
        warnings,
        ..Recording::default()
    };
    recording.patient.id = Some(case).filter(|case| !case.is_empty());
    recording.patient.name = Some(name).filter(|name| !name.is_empty());
    recording.patient.sex = match sex {
        0 => Some(Sex::Female),
        1 => Some(Sex::Male),
        _ => None,
    };
    // A person who was not described has the age 0.
    recording.patient.age = Some(u16::from(age)).filter(|age| *age > 0);
    Ok(recording)
}

fn warning(file: &InputFile, severity: Severity, place: impl Into<String>, message: impl Into<String>) -> Warning {
    Warning { severity, file: file.name.to_owned(), place: place.into(), message: message.into() }
}
