//! Formats 508, 516 and 524: one FLAC stream for all signals of a file.
//!
//! The stream has a channel a signal; a signal of several samples a frame has that many more samples. A few bytes of
//! FLAC can hold millions of equal samples, so the caller's number of samples bounds what is decoded, never the stream's.

use claxon::{FlacReader, FlacReaderOptions};

use super::storage::StorageFormat;
use crate::{Error, Place};

/// Decodes at most `samples` samples a channel into `out` (one vector a channel).
///
/// Returns what stopped the decoder early, where the stream is damaged after its start.
pub(super) fn decode(
    file: &str,
    bytes: &[u8],
    format: StorageFormat,
    samples: u64,
    out: &mut [Vec<i32>],
) -> Result<Option<String>, Error> {
    let wrong = |found: String| Error::invalid(file, Place::Whole, found, "a FLAC stream with a channel a signal");
    let options = FlacReaderOptions { metadata_only: false, read_vorbis_comment: false };
    let mut reader = FlacReader::new_ext(bytes, options).map_err(|error| wrong(error.to_string()))?;
    let info = reader.streaminfo();
    if u64::from(info.channels) != out.len() as u64 {
        return Err(wrong(format!("FLAC with {} channels for {} signals", info.channels, out.len())));
    }
    if info.bits_per_sample > format.bits() {
        return Err(wrong(format!("FLAC of {} bits in format {}", info.bits_per_sample, format.code())));
    }
    let mut blocks = reader.blocks();
    let mut buffer = Vec::new();
    let mut left = samples;
    while left > 0 {
        let block = match blocks.read_next_or_eof(buffer) {
            Ok(Some(block)) => block,
            Ok(None) => break,
            Err(error) => return Ok(Some(error.to_string())),
        };
        let length = u64::from(block.duration());
        if length == 0 || block.channels() != info.channels {
            return Ok(Some("a block that does not fit the stream".to_owned()));
        }
        let take = usize::try_from(length.min(left)).unwrap_or(usize::MAX);
        for (channel, signal) in (0..block.channels()).zip(out.iter_mut()) {
            let values = block.channel(channel);
            let values = values.get(..take).unwrap_or(values);
            if signal.try_reserve(values.len()).is_err() {
                return Err(Error::limit(file, Place::Whole, format!("{samples} samples"), "the memory that is free"));
            }
            signal.extend_from_slice(values);
        }
        left = left.saturating_sub(length);
        buffer = block.into_buffer();
    }
    Ok(None)
}
