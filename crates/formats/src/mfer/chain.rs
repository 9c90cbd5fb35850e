//! Tags and lengths.

use crate::cursor::Cursor;
use crate::{Error, Place};

/// Numbers of the tags that are read.
pub(super) mod tag {
    pub(in super::super) const BYTE_ORDER: u8 = 0x01;
    pub(in super::super) const TEXT_CODE: u8 = 0x03;
    pub(in super::super) const BLOCK: u8 = 0x04;
    pub(in super::super) const LEADS: u8 = 0x05;
    pub(in super::super) const SEQUENCES: u8 = 0x06;
    pub(in super::super) const POINTER: u8 = 0x07;
    pub(in super::super) const WAVEFORM: u8 = 0x08;
    pub(in super::super) const LEAD: u8 = 0x09;
    pub(in super::super) const DATA_TYPE: u8 = 0x0A;
    pub(in super::super) const INTERVAL: u8 = 0x0B;
    pub(in super::super) const RESOLUTION: u8 = 0x0C;
    pub(in super::super) const OFFSET: u8 = 0x0D;
    pub(in super::super) const COMPRESSION: u8 = 0x0E;
    pub(in super::super) const FILTER: u8 = 0x11;
    pub(in super::super) const NO_SAMPLE: u8 = 0x12;
    pub(in super::super) const NOTE: u8 = 0x16;
    pub(in super::super) const MAKER: u8 = 0x17;
    pub(in super::super) const SAMPLES: u8 = 0x1E;
    pub(in super::super) const OF_LEAD: u8 = 0x3F;
    pub(in super::super) const PREAMBLE: u8 = 0x40;
    pub(in super::super) const EVENT: u8 = 0x41;
    pub(in super::super) const GROUP: u8 = 0x67;
    pub(in super::super) const END: u8 = 0x80;
    pub(in super::super) const PERSON: u8 = 0x81;
    pub(in super::super) const PERSON_NUMBER: u8 = 0x82;
    pub(in super::super) const AGE: u8 = 0x83;
    pub(in super::super) const SEX: u8 = 0x84;
    pub(in super::super) const TIME: u8 = 0x85;
    /// Tags that are known and say nothing that is kept: version, interpolation, information, values, skew, conditions, references,
    /// signature, messages, unique number, map.
    pub(in super::super) const WITHOUT_USE: [u8; 11] =
        [0x02, 0x0F, 0x15, 0x42, 0x43, 0x44, 0x45, 0x46, 0x86, 0x87, 0x88];
    /// Tags that a file of samples has, and few other files by chance.
    pub(super) const OF_SAMPLES: [u8; 9] =
        [BYTE_ORDER, BLOCK, LEADS, SEQUENCES, DATA_TYPE, INTERVAL, RESOLUTION, OF_LEAD, SAMPLES];
}

/// A tag with what stands before its value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    pub(super) tag: u8,
    /// The lead of tag 0x3F, from 0.
    pub(super) lead: Option<u32>,
    /// Bytes of the value; none where it goes on to two zeros.
    pub(super) length: Option<u32>,
    /// The tag's byte.
    pub(super) place: u64,
}

/// The next tag, zeros passed over; none at the end of the bytes or of the description (0x80).
pub(super) fn head(file: &str, cursor: &mut Cursor) -> Result<Option<Head>, Error> {
    loop {
        if cursor.at_end() {
            return Ok(None);
        }
        let place = cursor.position();
        let tag = cursor.u8()?;
        if tag == 0 {
            continue;
        }
        if tag == tag::END {
            return Ok(None);
        }
        let mut lead = None;
        if tag == tag::OF_LEAD {
            let mut number = 0_u32;
            loop {
                let byte = cursor.u8()?;
                number = number.checked_mul(128).ok_or_else(|| {
                    Error::invalid(
                        file,
                        Place::Byte(place),
                        "the number of a lead in more than 32 bits",
                        "a lead's number",
                    )
                })?;
                number |= u32::from(byte & 0x7F);
                if byte & 0x80 == 0 {
                    break;
                }
            }
            lead = Some(number);
        }
        let at = cursor.place();
        let length = match cursor.u8()? {
            0x80 => None,
            short @ ..0x80 => Some(u32::from(short)),
            long @ 0x81..=0x84 => {
                let bytes = cursor.take(usize::from(long & 0x7F))?;
                Some(bytes.iter().fold(0_u32, |length, &byte| (length << 8) | u32::from(byte)))
            }
            other => {
                let found = format!("a length of {} bytes", other & 0x7F);
                return Err(Error::invalid(file, at, found, "a length of at most 4 bytes"));
            }
        };
        return Ok(Some(Head { tag, lead, length, place }));
    }
}

/// True where the bytes begin with definitions, though without a preamble: a few that are known, with lengths that they can have.
pub(super) fn is_plausible(bytes: &[u8]) -> bool {
    if bytes.iter().take_while(|&&byte| byte == 0).count() > 4 {
        return false;
    }
    let mut cursor = Cursor::new("", bytes.get(..bytes.len().min(4096)).unwrap_or_default());
    let (mut known, mut of_samples) = (0_u32, 0_u32);
    while known < 64 {
        let Ok(Some(head)) = head("", &mut cursor) else { break };
        let length = head.length.unwrap_or(0);
        let fits = match head.tag {
            tag::BYTE_ORDER | tag::DATA_TYPE | tag::SEX => length == 1,
            0x02 => length == 3,
            tag::BLOCK | tag::LEADS | tag::SEQUENCES | tag::POINTER => (1..=4).contains(&length),
            tag::INTERVAL | tag::RESOLUTION => (3..=6).contains(&length),
            tag::WAVEFORM | tag::LEAD => (1..=64).contains(&length),
            tag::OFFSET | tag::NO_SAMPLE => matches!(length, 1 | 2 | 4 | 8),
            tag::OF_LEAD => head.lead.is_some_and(|lead| lead < 256),
            tag::SAMPLES => of_samples > 0 && (length > 0 || head.length.is_none()),
            tag::TEXT_CODE | tag::FILTER | tag::NOTE | tag::MAKER | tag::EVENT | tag::GROUP | tag::PREAMBLE => {
                length < 512
            }
            tag::PERSON..=tag::TIME => length < 512,
            other => tag::WITHOUT_USE.contains(&other),
        };
        if !fits {
            return false;
        }
        known = known.saturating_add(1);
        of_samples = of_samples.saturating_add(u32::from(tag::OF_SAMPLES.contains(&head.tag)));
        if head.tag == tag::SAMPLES {
            return known >= 3 && of_samples >= 3;
        }
        if head.tag != tag::GROUP && cursor.skip(usize::try_from(length).unwrap_or(usize::MAX)).is_err() {
            break;
        }
    }
    known >= 6 && of_samples >= 4
}
