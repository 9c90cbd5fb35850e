//! The record's frame: its checksum and length, the pointers of Section 0, and each section's header.

use ecg::{Severity, Warning};

use super::crc::crc;
use super::warning;
use crate::cursor::Cursor;
use crate::{Error, InputFile, Place};

/// Bytes of a section's header: checksum, number, length, two versions, six reserved.
pub(super) const SECTION_HEADER: usize = 16;
/// Bytes before Section 0.
pub(super) const RECORD_HEADER: usize = 6;
/// Bytes of a pointer of Section 0.
const POINTER: usize = 10;
/// The sections that the standard names: 0 to 11, and 12 to 18 since version 3.
const KNOWN: usize = 19;

/// One section's place and content.
#[derive(Clone, Copy, Debug)]
pub(super) struct Section<'a> {
    /// Number of the first byte of its content in the file.
    pub(super) at: u64,
    /// Its content, without the header, as far as the file has it.
    pub(super) body: &'a [u8],
    /// Bytes of content that it states.
    pub(super) stated: u64,
    /// Protocol version, tenfold, as its header states it.
    pub(super) protocol: u8,
}

impl<'a> Section<'a> {
    /// A cursor over the content, whose places are those of the file.
    pub(super) fn cursor(&self, file: &InputFile<'a>) -> Result<Cursor<'a>, Error> {
        let mut cursor = Cursor::new(file.name, file.bytes);
        cursor.go_to(self.at)?;
        cursor.part(self.body.len())
    }
}

/// The sections of a record by number.
#[derive(Clone, Debug, Default)]
pub(super) struct Sections<'a> {
    known: [Option<Section<'a>>; KNOWN],
}

impl<'a> Sections<'a> {
    /// A section, where the record has it.
    pub(super) fn get(&self, number: usize) -> Option<&Section<'a>> {
        self.known.get(number)?.as_ref()
    }

    /// Reads Section 0, finds the sections and checks their checksums.
    pub(super) fn read(file: &InputFile<'a>, warnings: &mut Vec<Warning>) -> Result<Sections<'a>, Error> {
        let mut cursor = Cursor::new(file.name, file.bytes);
        let stated_sum = cursor.u16_le()?;
        let stated_length = u64::from(cursor.u32_le()?);
        let length = file.bytes.len() as u64;
        if stated_length > length {
            let message = format!("the record states {stated_length} bytes, the file has {length}: it may be cut");
            warnings.push(warning(file, Severity::Data, "byte 2", message));
        }
        let record = usize::try_from(stated_length).ok().and_then(|end| file.bytes.get(..end)).unwrap_or(file.bytes);
        if crc(record.get(2..).unwrap_or_default()) != stated_sum {
            let message = "the record's checksum is wrong: some of its bytes may be".to_owned();
            warnings.push(warning(file, Severity::Note, "byte 0", message));
        }

        let mut sections = Sections::default();
        let own = header(file, RECORD_HEADER as u64)?;
        let place = Place::Byte(10);
        if own.number != 0 || own.length < (SECTION_HEADER as u64) {
            let found = format!("section {} of {} bytes", own.number, own.length);
            return Err(Error::invalid(file.name, place, found, "Section 0 with pointers to the others"));
        }
        let pointers = own.length.saturating_sub(SECTION_HEADER as u64).min(cursor_rest(file));
        let mut cursor = Cursor::new(file.name, file.bytes);
        cursor.skip(RECORD_HEADER.saturating_add(SECTION_HEADER))?;
        let pointers = cursor.take(usize::try_from(pointers).unwrap_or_default())?;
        sections.put(file, 0, RECORD_HEADER as u64, own.length, warnings);

        // The first pointer is that of Section 0 itself, which begins at byte 7 counted from 1. Some count from 0.
        let (pointers, _) = pointers.as_chunks::<POINTER>();
        let base = match pointers.first().map(|pointer| Pointer::new(*pointer)) {
            Some(Pointer { number: 0, index: 6, .. }) => 0,
            _ => 1,
        };
        let mut others: Vec<u16> = Vec::new();
        let (mut seen, mut twice) = ([false; KNOWN], 0_u64);
        for pointer in pointers.iter().map(|pointer| Pointer::new(*pointer)) {
            if pointer.number == 0 || pointer.length == 0 || pointer.index == 0 {
                continue;
            }
            let number = usize::from(pointer.number);
            if number >= KNOWN {
                if others.len() < 8 {
                    others.push(pointer.number);
                }
                continue;
            }
            // One look a section, whatever the number of pointers: each sums up to the whole file.
            match seen.get_mut(number) {
                Some(seen) if !*seen => *seen = true,
                _ => {
                    twice = twice.saturating_add(1);
                    continue;
                }
            }
            let at = u64::from(pointer.index).saturating_sub(base);
            sections.put(file, pointer.number, at, u64::from(pointer.length), warnings);
        }
        if twice > 0 {
            let message = format!("{twice} pointers are to sections that had one; the first of each was followed");
            warnings.push(warning(file, Severity::Note, "Section 0", message));
        }
        if !others.is_empty() {
            let message = format!("sections {others:?} are not of the standard; they were passed over");
            warnings.push(warning(file, Severity::Note, "Section 0", message));
        }
        if let (Some(leads), Some(rhythm)) = (sections.get(3), sections.get(6)) {
            let end = |section: &Section| section.at.saturating_add(section.body.len() as u64);
            if leads.at < end(rhythm) && rhythm.at < end(leads) {
                let found = "Sections 3 and 6 in the same bytes";
                return Err(Error::invalid(file.name, Place::Byte(leads.at), found, "sections side by side"));
            }
        }
        Ok(sections)
    }

    /// Enters a section as far as the file has it; warns of all that is odd about it.
    fn put(&mut self, file: &InputFile<'a>, number: u16, at: u64, length: u64, warnings: &mut Vec<Warning>) {
        let place = format!("byte {at}");
        let mut warn = |severity, message| warnings.push(warning(file, severity, &place, message));
        let Ok(header) = header(file, at) else {
            warn(Severity::Data, format!("Section {number} should begin here, but the file ends before"));
            return;
        };
        if header.number != number {
            warn(Severity::Data, format!("Section {number} should begin here, but it does not: it was passed over"));
            return;
        }
        let mut length = length;
        if header.length != length {
            let message = format!("Section {number} states {} bytes, its pointer {length}", header.length);
            warn(Severity::Note, format!("{message}; the lesser was read"));
            length = length.min(header.length);
        }
        let all = bytes_at(file, at, length);
        let whole = all.len() as u64 == length;
        let Some(body) = all.get(SECTION_HEADER..) else {
            warn(Severity::Data, format!("Section {number} of {length} bytes has no content"));
            return;
        };
        if !whole {
            warn(Severity::Data, format!("Section {number} has {length} bytes, the file ends after {}", all.len()));
        } else if crc(all.get(2..).unwrap_or_default()) != header.sum {
            let severity = if matches!(number, 2..=6 | 12) { Severity::Data } else { Severity::Note };
            warn(severity, format!("the checksum of Section {number} is wrong: some of its bytes may be"));
        }
        let Some(slot) = self.known.get_mut(usize::from(number)) else { return };
        let at = at.saturating_add(SECTION_HEADER as u64);
        let stated = length.saturating_sub(SECTION_HEADER as u64);
        *slot = Some(Section { at, body, stated, protocol: header.protocol });
    }
}

/// A pointer of Section 0.
struct Pointer {
    number: u16,
    length: u32,
    index: u32,
}

impl Pointer {
    fn new(bytes: [u8; POINTER]) -> Pointer {
        let [n0, n1, l0, l1, l2, l3, i0, i1, i2, i3] = bytes;
        Pointer {
            number: u16::from_le_bytes([n0, n1]),
            length: u32::from_le_bytes([l0, l1, l2, l3]),
            index: u32::from_le_bytes([i0, i1, i2, i3]),
        }
    }
}

/// What a section's header states.
struct Header {
    sum: u16,
    number: u16,
    length: u64,
    protocol: u8,
}

fn header(file: &InputFile, at: u64) -> Result<Header, Error> {
    let mut cursor = Cursor::new(file.name, file.bytes);
    cursor.go_to(at)?;
    let mut header = cursor.part(SECTION_HEADER)?;
    let sum = header.u16_le()?;
    let number = header.u16_le()?;
    let length = u64::from(header.u32_le()?);
    header.skip(1)?;
    Ok(Header { sum, number, length, protocol: header.u8()? })
}

/// Bytes after the header of Section 0.
fn cursor_rest(file: &InputFile) -> u64 {
    file.bytes.len().saturating_sub(RECORD_HEADER).saturating_sub(SECTION_HEADER) as u64
}

/// The bytes of the file from `at`, `length` of them or as many as there are.
fn bytes_at<'a>(file: &InputFile<'a>, at: u64, length: u64) -> &'a [u8] {
    let whole = file.bytes.len() as u64;
    let place = |position: u64| usize::try_from(position.min(whole)).unwrap_or_default();
    file.bytes.get(place(at)..place(at.saturating_add(length))).unwrap_or_default()
}
