//! Formats 508, 516 and 524: one FLAC stream for all signals of a file.
//!
//! The stream has a channel a signal; a signal of several samples a frame has that many more samples. A few bytes of
//! FLAC can hold millions of equal samples, so the caller's number of samples bounds what is decoded, never the stream's.

use claxon::{FlacReader, FlacReaderOptions};
use ecg::Counts;

use super::storage::StorageFormat;
use crate::limits::reserve;
use crate::{Error, Place};

const OPTIONS: FlacReaderOptions = FlacReaderOptions { metadata_only: false, read_vorbis_comment: false };

/// Samples a channel that the stream says it has, where it says so.
pub(super) fn stated_samples(bytes: &[u8]) -> Option<u64> {
    FlacReader::new_ext(bytes, OPTIONS).ok()?.streaminfo().samples
}

/// Decodes at most `samples` samples of each of `channels` channels.
///
/// Returns the counts and what stopped the decoder early, where the stream is damaged after its start.
pub(super) fn decode(
    file: &str,
    bytes: &[u8],
    format: StorageFormat,
    samples: u64,
    channels: usize,
) -> Result<(Vec<Counts>, Option<String>), Error> {
    let wrong = |found: String| Error::invalid(file, Place::Whole, found, "a FLAC stream with a channel a signal");
    let mut reader = FlacReader::new_ext(bytes, OPTIONS).map_err(|error| wrong(error.to_string()))?;
    let info = reader.streaminfo();
    if u64::from(info.channels) != channels as u64 {
        return Err(wrong(format!("FLAC with {} channels for {channels} signals", info.channels)));
    }
    if info.bits_per_sample > format.bits() {
        return Err(wrong(format!("FLAC of {} bits in format {}", info.bits_per_sample, format.code())));
    }
    let samples = info.samples.unwrap_or(samples).min(samples);
    let mut counts = Vec::new();
    for _ in 0..channels {
        counts.push(if format.bits() <= 16 {
            Counts::Narrow(reserve(file, samples)?)
        } else {
            Counts::Wide(reserve(file, samples)?)
        });
    }
    let mut blocks = reader.blocks();
    let mut buffer = Vec::new();
    let mut left = samples;
    while left > 0 {
        let block = match blocks.read_next_or_eof(buffer) {
            Ok(Some(block)) => block,
            Ok(None) => break,
            Err(error) => return Ok((counts, Some(error.to_string()))),
        };
        let length = u64::from(block.duration());
        if length == 0 || block.channels() != info.channels {
            return Ok((counts, Some("a block that does not fit the stream".to_owned())));
        }
        let take = usize::try_from(length.min(left)).unwrap_or(usize::MAX);
        let part = |channel: u32| {
            let values = block.channel(channel);
            values.get(..take).unwrap_or(values)
        };
        let fits = |value: &i32| i16::try_from(*value).is_ok();
        if format.bits() <= 16 && !(0..block.channels()).all(|channel| part(channel).iter().all(fits)) {
            return Ok((counts, Some("a sample of more bits than the stream has".to_owned())));
        }
        for (channel, signal) in (0..block.channels()).zip(counts.iter_mut()) {
            match signal {
                Counts::Narrow(signal) => {
                    signal.extend(part(channel).iter().map(|value| i16::try_from(*value).unwrap_or_default()));
                }
                Counts::Wide(signal) => signal.extend_from_slice(part(channel)),
            }
        }
        left = left.saturating_sub(length);
        buffer = block.into_buffer();
    }
    Ok((counts, None))
}
