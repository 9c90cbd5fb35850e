//! MFER, the Medical waveform description Format Encoding Rules (ISO 22077-1; MFER part 1 version 1.05, mfer.org).
//!
//! **Layout.** A chain of definitions: a tag of one byte, a length, a value. A length below 128 is one byte; 0x81 to 0x84 say that so many
//! bytes hold it, most significant first; 0x80 that the value goes on to two zeros. Tag 0x3F holds definitions of one lead, whose number (7
//! bits a byte, the upper bit says that more follow) stands before the length; tag 0x67 groups definitions. Zeros between definitions are
//! nothing. Numbers are big-endian until tag 0x01 says otherwise.
//!
//! **Samples** (0x1E) are frames: so many sequences (0x06), in each for every lead (0x05 says how many) a block (0x04) of samples in its data
//! type (0x0A): 16, 8 or 32 bits with or without sign, floating point of 32 or 64 bits, a status word. `physical = (sample + offset) *
//! resolution`: 0x0D and 0x0C (unit, power of ten, number); 0x0B is the interval of samples or their rate, in the same form; 0x12 the
//! value that stands for no sample. All of these may be defined for every lead alone. Frames of one layout follow each other in one recording;
//! where definitions change between frames, a further recording begins. Frames of dominant beats (waveform type 9) become
//! representative beats.
//!
//! **Beside the samples** are read: preamble (0x40), maker (0x17, without the serial number), filters (0x11), notes (0x16), person (0x81 to 0x84),
//! time (0x85), events (0x41: code, first sample, duration in samples, text). The names of leads are those of 0x09: a code, and a text that
//! is preferred as a label.
//!
//! **Tolerated, with a warning.** A file that is cut: whole samples are kept. More or fewer sequences than stated; a frame that does not
//! begin where the one before ended (0x07); no rate (the format's own default is 1000 Hz, `hints` come first); no resolution (counts in no
//! unit); values of a wrong length (passed over); a character code (0x03) that is not known, and texts that it does not hold.
//!
//! **Refused.** More leads than `limits`, and two kinds of compression for which no layout was found that is public. Of data type 9 the
//! public readers that were looked at have the name, "8 bit AHA compression", and make different samples of the same bytes: one sums
//! them up as differences with a sign, which begin at 0 in each frame; two (BioSig is one) take each for a sample without a sign; a fourth
//! (ecgdatakit) refuses, as is done here. None of them tells where a frame begins that does not begin at 0, nor how a step of more than
//! 127 counts is written, so that either reading may be wrong by any offset. Compressed values (0x0E with a code that is not 0) have codes
//! that they number differently: 1 is AHA's differences to one, 2 and 3 are a packed header and packed samples to another, by a method that
//! neither unpacks.

use ecg::{Recording, Severity, Source, Warning};

use crate::cursor::Cursor;
use crate::{Error, Hints, InputFile, Limits, Place};

mod chain;
mod definitions;
mod describe;
mod frames;
mod leads;
mod signals;
#[cfg(test)]
mod tests;

/// Warnings of one file at most: every definition can be odd.
const MOST_WARNINGS: usize = 100;

/// How clearly the content is MFER, 0 to 100.
pub(crate) fn score(bytes: &[u8]) -> u8 {
    if bytes.first() == Some(&chain::tag::PREAMBLE) && bytes.get(2..6) == Some(b"MFR ") {
        return 95;
    }
    if chain::is_plausible(bytes) { 70 } else { 0 }
}

/// Reads one file: a recording for each layout of frames.
///
/// # Errors
/// There are no samples, they are compressed, sizes are beyond `limits`, or a definition cannot be followed before the first frame.
pub fn read(file: &InputFile, hints: &Hints, limits: &Limits) -> Result<Vec<Recording>, Error> {
    limits.file(file.name, file.bytes)?;
    let mut reading = definitions::Reading::new(file, limits);
    let mut cursor = Cursor::new(file.name, file.bytes);
    if let Err(error) = reading.chain(&mut cursor, None, 0, false) {
        let cut = matches!(error, Error::Truncated { .. } | Error::Invalid { .. });
        if !cut || reading.frames.is_empty() {
            return Err(error);
        }
        let place = format!("byte {}", cursor.position());
        reading.warn(Severity::Data, place, "what follows the frames before cannot be read; they were kept");
    }
    if reading.frames.is_empty() {
        let place = Place::Byte(file.bytes.len() as u64);
        return Err(Error::truncated(file.name, place, "no waveform data", "a frame of samples (tag 0x1E)"));
    }
    let (mut recordings, interval) = signals::recordings(&mut reading, hints)?;
    let base = file.name.rsplit('/').next().unwrap_or(file.name);
    let stem = base.rsplit_once('.').map_or(base, |(stem, _)| stem);
    let several = recordings.len() > 1;
    for (number, recording) in (1_usize..).zip(&mut recordings) {
        recording.name = if several { format!("{stem} ({number})") } else { stem.to_owned() };
        recording.source = Source { format: "MFER".to_owned(), files: vec![file.name.to_owned()] };
    }
    if several {
        let message = "definitions change between frames; each layout gave a recording of its own";
        reading.warn(Severity::Note, "", message);
    }
    if let Some(first) = recordings.first_mut() {
        describe::finish(reading, interval, first);
    }
    Ok(recordings)
}

fn warning(file: &InputFile, severity: Severity, place: impl Into<String>, message: impl Into<String>) -> Warning {
    Warning { severity, file: file.name.to_owned(), place: place.into(), message: message.into() }
}
