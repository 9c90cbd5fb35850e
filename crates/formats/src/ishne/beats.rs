//! The beats of an annotation file.

use ecg::{Annotation, Recording, Severity};

use super::header::Header;
use super::warning;
use crate::cursor::Cursor;
use crate::limits::reserve;
use crate::{Error, InputFile, Limits, Place};

/// Memory of one annotation, generously.
const ANNOTATION_BYTES: usize = 256;

/// Reads the beats of `file` into the recording of their Holter.
///
/// # Errors
/// The header is cut, there is no first mark, or there are more beats than `limits` allow. The recording stays as it was.
pub(crate) fn attach(file: &InputFile, recording: &mut Recording, limits: &Limits) -> Result<(), Error> {
    limits.file(file.name, file.bytes)?;
    let mut warnings = Vec::new();
    let header = Header::read(file, &mut warnings)?;
    header.check(file, &mut warnings);
    let mut cursor = Cursor::new(file.name, file.bytes);
    cursor.go_to(header.data as u64)?;
    let mut sample = u64::from(cursor.u32_le()?);
    let (records, rest) = cursor.take(cursor.remaining())?.as_chunks::<4>();

    // A beat takes four bytes and its annotation many more: a recording's own size says how many it can have.
    let samples: usize = recording.signals.iter().map(ecg::Signal::len).fold(0, usize::saturating_add);
    let memory = (64_usize << 20).saturating_add(samples.saturating_add(file.bytes.len()).saturating_mul(2));
    let most = limits.annotations.min(memory.checked_div(ANNOTATION_BYTES).unwrap_or(0) as u64);
    let beats = records.iter().filter(|record| is_beat(**record)).count() as u64;
    if beats > most {
        return Err(Error::limit(file.name, Place::Byte(header.data as u64), format!("{beats} beats"), most));
    }
    let of_holter = recording.signals.first().map_or(0.0, |signal| signal.rate);
    let rate = if header.rate > 0 { f64::from(header.rate) } else { of_holter };
    if rate <= 0.0 {
        return Err(Error::invalid(file.name, Place::Byte(272), "no sampling rate", "a rate above 0"));
    }
    if rate != of_holter {
        let message = format!("beats are counted at {rate} Hz, the Holter has {of_holter} Hz");
        warnings.push(warning(file, Severity::Note, "byte 272", message));
    }

    let duration = recording.duration();
    let mut annotations: Vec<Annotation> = reserve(file.name, beats)?;
    let mut after_end = 0_u64;
    for &record in records {
        let [label, own, low, high] = record;
        sample = sample.saturating_add(u64::from(u16::from_le_bytes([low, high])));
        if !is_beat(record) {
            continue;
        }
        let time = sample as f64 / rate;
        after_end = after_end.saturating_add(u64::from(time >= duration));
        let letter = char::from(label);
        let own = char::from(own);
        let text = match (meaning(letter), own) {
            (meaning, '!'..='~') if own != '#' => format!("{meaning} {own}").trim().to_owned(),
            (meaning, _) => meaning.to_owned(),
        };
        let sample = i64::try_from(sample).ok();
        annotations.push(Annotation { time, code: letter.to_string(), text, sample, ..Annotation::default() });
    }
    if !rest.is_empty() {
        let message = "the last mark is not whole; it was left out";
        warnings.push(warning(file, Severity::Data, format!("byte {}", file.bytes.len()), message));
    }
    if after_end > 0 {
        let message = format!("{after_end} beats lie after the Holter's last sample");
        warnings.push(warning(file, Severity::Note, "", message));
    }
    recording.annotations.extend(annotations);
    recording.source.files.push(file.name.to_owned());
    recording.warnings.extend(warnings);
    Ok(())
}

/// `!` steps over a time that 16 bits do not reach.
fn is_beat([label, ..]: [u8; 4]) -> bool {
    label != b'!' && label != 0
}

/// What a label says, where its letter alone does not.
fn meaning(label: char) -> &'static str {
    match label {
        'V' => "premature ventricular beat",
        'S' => "supraventricular premature or ectopic beat",
        'C' => "calibration pulse",
        'B' => "bundle branch block beat",
        'P' => "paced beat",
        'X' => "artefact",
        'U' => "unclassified beat",
        _ => "",
    }
}
