//! The file around the data set (PS3.10): preamble, meta information, transfer syntax.

use std::borrow::Cow;
use std::io::Read as _;

use super::element::{Set, Syntax, Tag, plausible};
use super::notes::{Notes, byte};
use crate::limits::reserve;
use crate::{Error, InputFile, Place};

const MEDIA_CLASS: Tag = 0x0002_0002;
const TRANSFER_SYNTAX: Tag = 0x0002_0010;

/// What the file holds beside its wrapping.
pub(super) struct Content<'a> {
    /// The data set: the file's own bytes, or what they inflate to.
    pub(super) bytes: Cow<'a, [u8]>,
    /// Of its first byte; 0 in what was inflated.
    pub(super) offset: usize,
    pub(super) syntax: Syntax,
    /// The SOP class of the meta information; empty where there is none.
    pub(super) class: String,
}

/// Where meta information or a data set begins: after `DICM`, or at once in files without a preamble.
fn beginning(bytes: &[u8]) -> Option<usize> {
    match bytes {
        _ if bytes.get(128..132) == Some(b"DICM") => Some(132),
        _ if bytes.starts_with(b"DICM") => Some(4),
        _ => None,
    }
}

/// The syntax of a data set that states none, by its first elements.
fn guess(bytes: &[u8]) -> Option<Syntax> {
    let syntaxes = [Syntax::EXPLICIT, Syntax::IMPLICIT, Syntax::BIG_ENDIAN];
    let sound = syntaxes.into_iter().map(|syntax| (plausible(bytes, syntax), syntax));
    sound
        .filter(|(count, _)| *count > 0)
        .max_by_key(|(count, syntax)| (*count, syntax.explicit))
        .map(|(_, found)| found)
}

/// How clearly the content is DICOM, 0 to 100.
pub(crate) fn score(bytes: &[u8]) -> u8 {
    if beginning(bytes).is_some() {
        return 95;
    }
    // Without a preamble a file begins with meta information (group 2) or with the data set's first groups.
    let begins = matches!(bytes.first_chunk::<4>(), Some([2 | 8, 0, _, 0] | [0, 8, 0, _]));
    let four = |syntax: Syntax| plausible(bytes, syntax) >= 4;
    let sound = begins && [Syntax::EXPLICIT, Syntax::IMPLICIT, Syntax::BIG_ENDIAN].into_iter().any(four);
    if sound { 80 } else { 0 }
}

/// Opens a file: finds the data set and how it is written, and inflates it where it is deflated.
pub(super) fn open<'a>(file: &InputFile<'a>, notes: &Notes) -> Result<Content<'a>, Error> {
    let start = beginning(file.bytes);
    if start != Some(132) {
        notes.odd(byte(0), "the file has no preamble; its content says that it is DICOM".to_owned());
    }
    let start = start.unwrap_or(0);
    let rest = file.bytes.get(start..).unwrap_or_default();
    let meta = meta(file.name, rest, start, notes);
    let offset = start.saturating_add(meta.length);
    let bytes = file.bytes.get(offset..).unwrap_or_default();
    if bytes.is_empty() {
        let place = Place::Byte(file.bytes.len() as u64);
        return Err(Error::truncated(file.name, place, "no data set", "a data set after the meta information"));
    }
    let content = |bytes: Cow<'a, [u8]>, offset: usize, syntax: Syntax| Content {
        bytes,
        offset,
        syntax,
        class: meta.class.clone(),
    };
    let stated = match meta.syntax.as_str() {
        "1.2.840.10008.1.2" => Some(Syntax::IMPLICIT),
        "1.2.840.10008.1.2.2" => Some(Syntax::BIG_ENDIAN),
        "1.2.840.10008.1.2.1.99" => {
            let inflated = inflate(file, bytes, offset, notes)?;
            return Ok(content(Cow::Owned(inflated), 0, Syntax::EXPLICIT));
        }
        "1.2.840.113619.5.2" => {
            let found = "the transfer syntax 1.2.840.113619.5.2 (big endian without value representations)";
            return Err(Error::unsupported(file.name, Place::Byte(start as u64), found, "little endian"));
        }
        // Compressed images keep their data set in explicit little endian.
        uid if uid.starts_with("1.2.840.10008.1.2.") => Some(Syntax::EXPLICIT),
        _ => None,
    };
    let guessed = guess(bytes);
    let syntax = match (stated, guessed) {
        (Some(stated), _) if plausible(bytes, stated) > 0 => stated,
        (Some(stated), Some(guessed)) => {
            let message = format!("the transfer syntax {} does not fit the bytes", crate::error::shown(&meta.syntax));
            notes.odd(byte(offset), format!("{message}; read as {} (stated: {})", name(guessed), name(stated)));
            guessed
        }
        (Some(stated), None) => stated,
        (None, Some(guessed)) => {
            notes.odd(byte(offset), format!("no known transfer syntax is stated; read as {}", name(guessed)));
            guessed
        }
        (None, None) => {
            let found = "neither a known transfer syntax nor bytes of one";
            let expected = "implicit or explicit little endian, deflated, or explicit big endian";
            return Err(Error::invalid(file.name, Place::Byte(offset as u64), found, expected));
        }
    };
    Ok(content(Cow::Borrowed(bytes), offset, syntax))
}

fn name(syntax: Syntax) -> &'static str {
    match (syntax.explicit, syntax.big_endian) {
        (true, false) => "explicit little endian",
        (true, true) => "explicit big endian",
        (false, _) => "implicit little endian",
    }
}

struct Meta {
    class: String,
    syntax: String,
    /// Bytes of it.
    length: usize,
}

/// The meta information, always explicit little endian. Its elements say where it ends: its stated length is wrong in
/// files that were edited.
fn meta(file: &str, bytes: &[u8], offset: usize, notes: &Notes) -> Meta {
    // Its own notes, since what follows it is no part of it and is judged by another syntax.
    let apart = Notes::new(file);
    let implicit = plausible(bytes, Syntax::EXPLICIT) == 0 && plausible(bytes, Syntax::IMPLICIT) > 0;
    let syntax = if implicit { Syntax::IMPLICIT } else { Syntax::EXPLICIT };
    let mut meta = Meta { class: String::new(), syntax: String::new(), length: 0 };
    let set = Set { bytes, offset, syntax, notes: &apart };
    for element in set.elements().take_while(|element| element.tag >> 16 == 2) {
        match element.tag {
            MEDIA_CLASS => meta.class = element.first(),
            TRANSFER_SYNTAX => meta.syntax = element.first(),
            _ => {}
        }
        let end = element.offset.saturating_sub(offset).saturating_add(element.value.len());
        meta.length = end.min(bytes.len());
    }
    if implicit && meta.length > 0 {
        notes.odd(byte(offset), "the meta information states no value representations".to_owned());
    }
    meta
}

/// The deflated data set. What it may hold is bounded by the input, so that with the counts that are made of it the
/// whole stays below 64 MiB and 4 times the input; a ratio above that is no signal's.
fn inflate(file: &InputFile, bytes: &[u8], offset: usize, notes: &Notes) -> Result<Vec<u8>, Error> {
    let most = crate::memory::bound(file.bytes.len() as u64) / 2;
    // Twice: what is counted first needs no room to grow.
    let mut block = vec![0_u8; 64 << 10];
    let mut length = 0_u64;
    let mut decoder = flate2::read::DeflateDecoder::new(bytes);
    while let Ok(count) = decoder.read(&mut block)
        && count > 0
    {
        length = length.saturating_add(count as u64);
        if length > most {
            let found = "a data set that inflates without measure";
            return Err(Error::limit(file.name, Place::Byte(offset as u64), found, format!("{most} bytes")));
        }
    }
    let mut inflated: Vec<u8> = reserve(file.name, length)?;
    let mut decoder = flate2::read::DeflateDecoder::new(bytes);
    loop {
        match decoder.read(&mut block) {
            Ok(0) => break,
            Ok(count) => inflated.extend(block.iter().take(count)),
            Err(_) => {
                let message = "the deflated data set is damaged or cut; what came before was read".to_owned();
                notes.data(byte(offset), message);
                break;
            }
        }
    }
    if inflated.is_empty() {
        let place = Place::Byte(offset as u64);
        return Err(Error::invalid(file.name, place, "a data set that cannot be inflated", "raw deflate (RFC 1951)"));
    }
    notes.odd(byte(offset), "the data set is deflated; places are those in the inflated bytes".to_owned());
    Ok(inflated)
}
