//! The header of 522 bytes, which Holter and annotation file share.

use ecg::{Lead, Recording, Severity, Warning};

use super::{lead_of, warning};
use crate::cursor::Cursor;
use crate::{Error, InputFile, Limits, Place, encoding, moment, notes};

/// Bytes of letters, checksum and fixed header.
pub(super) const LENGTH: usize = 522;
/// Leads that the header has room for.
const MOST_LEADS: i16 = 12;

/// What the header says.
#[derive(Clone, Debug, Default)]
pub(super) struct Header {
    pub(super) checksum: u16,
    /// Samples a lead, or of all leads together.
    pub(super) samples: i32,
    /// Where samples, or marks, begin. At most the file's length.
    pub(super) data: usize,
    /// Where the text of any length lies, and its length.
    pub(super) text: (i32, i32),
    pub(super) first_name: String,
    pub(super) last_name: String,
    pub(super) id: String,
    pub(super) sex: i16,
    pub(super) born: Option<String>,
    pub(super) recorded: Option<String>,
    pub(super) time: Option<String>,
    pub(super) leads: Vec<LeadHeader>,
    pub(super) pacemaker: i16,
    pub(super) recorder: String,
    pub(super) rate: i16,
    pub(super) proprietary: String,
    pub(super) copyright: String,
}

/// What it says of one lead.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct LeadHeader {
    code: i16,
    quality: i16,
    /// Nanovolts a count; none where it is zero or less.
    pub(super) resolution: i16,
}

impl LeadHeader {
    pub(super) fn name(self, number: u32) -> (Lead, String) {
        lead_of(self.code, number)
    }

    /// What the recorder found wrong with the lead.
    pub(super) fn quality(self) -> Option<&'static str> {
        match self.quality {
            2 => Some("intermittent noise (less than a tenth)"),
            3 => Some("frequent noise (more than a tenth)"),
            4 => Some("intermittent disconnection (less than a tenth)"),
            5 => Some("frequent disconnection (more than a tenth)"),
            _ => None,
        }
    }
}

impl Header {
    pub(super) fn read(file: &InputFile, warnings: &mut Vec<Warning>) -> Result<Header, Error> {
        if file.bytes.len() < LENGTH {
            let found = format!("{} bytes", file.bytes.len());
            return Err(Error::truncated(file.name, Place::Whole, found, format!("a header of {LENGTH} bytes")));
        }
        let mut doubt = None;
        let mut text_of = |cursor: &mut Cursor, length| -> Result<String, Error> {
            let from = cursor.position();
            let bytes = cursor.take(length)?;
            doubt = doubt.take().or_else(|| encoding::doubt_of(from, encoding::upto_zero(bytes)));
            Ok(encoding::field(bytes))
        };
        let mut cursor = Cursor::new(file.name, file.bytes);
        cursor.skip(8)?;
        let checksum = cursor.u16_le()?;
        let text_length = cursor.i32_le()?;
        let samples = cursor.i32_le()?;
        let text = (cursor.i32_le()?, text_length);
        let place = cursor.place();
        let data = data(file, place, cursor.i32_le()?, text, warnings)?;
        cursor.skip(2)?;
        let first_name = text_of(&mut cursor, 40)?;
        let last_name = text_of(&mut cursor, 40)?;
        let id = text_of(&mut cursor, 20)?;
        let sex = cursor.i16_le()?;
        cursor.skip(2)?;
        let born = date(&mut cursor)?;
        let recorded = date(&mut cursor)?;
        cursor.skip(6)?;
        let [hour, minute, second] = three(&mut cursor)?;
        let time = moment::time(hour, minute, second);
        let place = cursor.place();
        let leads = cursor.i16_le()?;
        if !(1..=MOST_LEADS).contains(&leads) {
            return Err(Error::invalid(file.name, place, format!("{leads} leads"), "1 to 12 leads"));
        }
        let mut of_leads = [LeadHeader::default(); 12];
        for lead in &mut of_leads {
            lead.code = cursor.i16_le()?;
        }
        for lead in &mut of_leads {
            lead.quality = cursor.i16_le()?;
        }
        for lead in &mut of_leads {
            lead.resolution = cursor.i16_le()?;
        }
        let pacemaker = cursor.i16_le()?;
        let recorder = text_of(&mut cursor, 40)?;
        let rate = cursor.i16_le()?;
        let proprietary = text_of(&mut cursor, 80)?;
        let copyright = text_of(&mut cursor, 80)?;
        if let Some(doubt) = doubt {
            warnings.push(warning(file, Severity::Note, notes::place(doubt.place), doubt.message));
        }
        Ok(Header {
            checksum,
            samples,
            data,
            text,
            first_name,
            last_name,
            id,
            sex,
            born,
            recorded,
            time,
            leads: of_leads.into_iter().take(usize::try_from(leads).unwrap_or_default()).collect(),
            pacemaker,
            recorder,
            rate,
            proprietary,
            copyright,
        })
    }

    /// Warns of a checksum that is not that of the bytes. Writers that compute none leave a zero.
    pub(super) fn check(&self, file: &InputFile, warnings: &mut Vec<Warning>) {
        let own = checksum(file.bytes.get(10..self.data).unwrap_or_default());
        if self.checksum != 0 && self.checksum != own {
            let message = format!("the checksum is {:04x}, that of the header's bytes {own:04x}", self.checksum);
            warnings.push(warning(file, Severity::Note, "byte 8", message));
        }
    }

    /// Takes the lines of the text before the samples as comments.
    pub(super) fn texts(&self, file: &InputFile, limits: &Limits, recording: &mut Recording) {
        let (from, length) = self.text;
        if length == 0 {
            return;
        }
        let bytes = usize::try_from(from).ok().zip(usize::try_from(length).ok()).and_then(|(from, length)| {
            let end = from.checked_add(length).filter(|end| *end <= self.data)?;
            file.bytes.get(from..end)
        });
        let bytes = bytes.map(|bytes| bytes.split(|&byte| byte == 0).next().unwrap_or_default());
        let text = match bytes {
            Some([]) => return,
            Some(bytes) if bytes.len() as u64 <= limits.text_bytes => encoding::sample(bytes),
            _ => None,
        };
        if let Some(text) = text {
            let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
            recording.comments.extend(lines.map(str::to_owned));
        } else {
            let message = "the text before the samples lies elsewhere, is too long or is no text; it was left out";
            recording.warnings.push(warning(file, Severity::Note, "byte 10", message));
        }
    }
}

/// Where the samples begin: as stated, where that lies behind the header.
fn data(
    file: &InputFile,
    place: Place,
    stated: i32,
    text: (i32, i32),
    warnings: &mut Vec<Warning>,
) -> Result<usize, Error> {
    let found = match usize::try_from(stated) {
        Ok(stated) if stated >= LENGTH => stated,
        _ => {
            let after_text = text.0.checked_add(text.1).and_then(|end| usize::try_from(end).ok());
            let data = after_text.filter(|end| (LENGTH..=file.bytes.len()).contains(end)).unwrap_or(LENGTH);
            let message = format!("samples would begin within the header; they were read from byte {data}");
            warnings.push(warning(file, Severity::Data, "byte 22", message));
            data
        }
    };
    if found > file.bytes.len() {
        let bytes = format!("{} bytes", file.bytes.len());
        return Err(Error::truncated(file.name, place, bytes, format!("samples from byte {found} on")));
    }
    Ok(found)
}

fn three(cursor: &mut Cursor) -> Result<[i64; 3], Error> {
    Ok([cursor.i16_le()?.into(), cursor.i16_le()?.into(), cursor.i16_le()?.into()])
}

/// Day, month, year; -9 stands for none.
fn date(cursor: &mut Cursor) -> Result<Option<String>, Error> {
    let [day, month, year] = three(cursor)?;
    Ok(moment::date(year, month, day))
}

/// CRC-16 with the polynomial 0x1021 and the initial value 0xFFFF, a byte at a time (the polynomial has few terms, so that no table
/// is needed).
pub(super) fn checksum(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xFFFF, |sum: u16, &byte| {
        let mut mixed = (sum >> 8) ^ u16::from(byte);
        mixed ^= mixed >> 4;
        (sum << 8) ^ (mixed << 12) ^ (mixed << 5) ^ mixed
    })
}
