//! Data elements and the matrices in them.

use std::borrow::Cow;
use std::io::Read as _;

use crate::arrays::Kind;
use crate::cursor::Cursor;
use crate::memory::Memory;
use crate::{Error, InputFile, Limits, Place, limits};

/// Kinds of data elements.
mod kind {
    pub(super) const INT8: u32 = 1;
    pub(super) const UINT8: u32 = 2;
    pub(super) const INT16: u32 = 3;
    pub(super) const UINT16: u32 = 4;
    pub(super) const INT32: u32 = 5;
    pub(super) const UINT32: u32 = 6;
    pub(super) const SINGLE: u32 = 7;
    pub(super) const DOUBLE: u32 = 9;
    pub(super) const INT64: u32 = 12;
    pub(super) const UINT64: u32 = 13;
    pub(super) const MATRIX: u32 = 14;
    pub(super) const COMPRESSED: u32 = 15;
    pub(super) const UTF8: u32 = 16;
    pub(super) const UTF16: u32 = 17;
    pub(super) const UTF32: u32 = 18;
}

/// Structures within structures.
const DEEPEST: u32 = 16;
/// Matrices of one file, those within others included.
const MATRICES: u64 = 1 << 20;
/// Bytes that a matrix takes in memory beside its content, at most: its name and its place in a list.
const MATRIX_BYTES: u64 = 128;
/// Bytes of the header.
pub(super) const HEADER: usize = 128;
/// The most that zlib makes of one byte.
const HIGHEST_RATIO: u64 = 1032;

/// What a matrix holds, numbers still as the file stores them.
pub(super) enum Node<'a> {
    Numbers {
        extents: Vec<u64>,
        kind: Kind,
        /// Fewer numbers than the extents state where the file is cut.
        bytes: &'a [u8],
    },
    Text {
        rows: u64,
        /// Column by column.
        letters: String,
    },
    Structs(Vec<Vec<(String, Node<'a>)>>),
    Cells(Vec<Node<'a>>),
    Other,
}

/// The elements of a file, compressed ones unpacked.
pub(crate) struct Unpacked<'a> {
    pub(super) big_endian: bool,
    pub(super) parts: Vec<Part<'a>>,
    /// What ended the reading before the file's end.
    pub(super) fault: Option<Error>,
}

/// One element with its tag.
pub(super) struct Part<'a> {
    pub(super) place: u64,
    pub(super) packed: bool,
    pub(super) bytes: Cow<'a, [u8]>,
}

/// True for the header of a MATLAB 5 file.
pub fn is_matlab_5(bytes: &[u8]) -> bool {
    matches!(bytes.get(124..HEADER), Some([_, 1, b'I', b'M'] | [1, _, b'M', b'I']))
}

/// The elements of a file; what is damaged or cut ends them. Of a compressed element that is cut the beginning is kept.
pub(crate) fn unpack<'a>(file: &InputFile<'a>, limits: &Limits, memory: &mut Memory) -> Result<Unpacked<'a>, Error> {
    limits.file(file.name, file.bytes)?;
    if !is_matlab_5(file.bytes) {
        let found = if file.bytes.starts_with(b"MATLAB 7.3") { "MATLAB 7.3 (HDF5)" } else { "no such header" };
        return Err(Error::invalid(file.name, Place::Whole, found, "a MATLAB 5 file"));
    }
    let big_endian = file.bytes.get(126..HEADER) == Some(b"MI");
    let mut all = Unpacked { big_endian, parts: Vec::new(), fault: None };
    let mut cursor = Cursor::new(file.name, file.bytes);
    cursor.skip(HEADER)?;
    let mut unpacked = 0_u64;
    while !cursor.at_end() && all.fault.is_none() {
        if all.parts.len() as u64 >= MATRICES {
            return Err(Error::limit(file.name, cursor.place(), "more matrices", MATRICES));
        }
        let from = cursor.position();
        let mut tags = Tags { big_endian, lenient: true, cut: false };
        let element = match tags.element(file.name, &mut cursor) {
            Ok(element) => element,
            Err(error) => {
                all.fault = Some(error);
                break;
            }
        };
        if tags.cut {
            let found = format!("{} bytes", element.bytes.len());
            all.fault = Some(Error::truncated(file.name, element.place, found, "a whole element"));
        }
        match element.kind {
            kind::MATRIX => {
                let range = usize::try_from(from).ok().zip(usize::try_from(cursor.position()).ok());
                let bytes = range.and_then(|(from, to)| file.bytes.get(from..to)).unwrap_or_default();
                all.parts.push(Part { place: from, packed: false, bytes: Cow::Borrowed(bytes) });
            }
            kind::COMPRESSED => {
                let room = limits.archive_bytes.saturating_sub(unpacked);
                let (bytes, fault) = inflate(file.name, &element, big_endian, room, limits, memory)?;
                unpacked = unpacked.saturating_add(bytes.len() as u64);
                all.parts.push(Part { place: from, packed: true, bytes: Cow::Owned(bytes) });
                all.fault = all.fault.or(fault);
            }
            other => {
                let found = format!("an element of kind {other}");
                all.fault = Some(Error::invalid(file.name, element.place, found, "a matrix, plain or compressed"));
            }
        }
    }
    Ok(all)
}

/// Unpacks one element: as many bytes as its tag states and no more, so that what is stated is what is held. Beside the bytes
/// that came out, what is wrong with them.
fn inflate(
    file: &str,
    element: &Element,
    big_endian: bool,
    room: u64,
    limits: &Limits,
    memory: &mut Memory,
) -> Result<(Vec<u8>, Option<Error>), Error> {
    let place = element.place;
    let damaged = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::UnexpectedEof => Error::truncated(file, place, "a part of zlib data", "all of it"),
        _ => Error::invalid(file, place, error.to_string(), "zlib data"),
    };
    let mut decoder = flate2::read::ZlibDecoder::new(element.bytes);
    let mut tag = [0; 8];
    if let Err(error) = decoder.read_exact(&mut tag) {
        return Ok((Vec::new(), Some(damaged(error))));
    }
    let [a, b, c, d, e, f, g, h] = tag;
    let tags = Tags { big_endian, lenient: false, cut: false };
    let content = if tags.word([a, b, c, d]) >> 16 == 0 { u64::from(tags.word([e, f, g, h])) } else { 0 };
    let size = content.saturating_add(8);
    if size > room {
        return Err(Error::limit(file, place, format!("{size} unpacked bytes"), limits.archive_bytes));
    }
    let most = (element.bytes.len() as u64).saturating_mul(HIGHEST_RATIO);
    let held = size.min(most.max(8));
    memory.take(file, held)?;
    let mut bytes = limits::reserve(file, held)?;
    bytes.extend_from_slice(&tag);
    if let Err(error) = decoder.by_ref().take(held.saturating_sub(8)).read_to_end(&mut bytes) {
        return Ok((bytes, Some(damaged(error))));
    }
    if (bytes.len() as u64) < size {
        let found = format!("{} unpacked bytes", bytes.len());
        return Ok((bytes, Some(Error::truncated(file, place, found, format!("{size} bytes")))));
    }
    // The sum stands after the last byte, so that it is checked by reading on.
    let fault = match decoder.read(&mut tag) {
        Ok(0) => None,
        Ok(_) => Some(Error::invalid(file, place, "more packed bytes", format!("one matrix of {size} bytes"))),
        Err(error) => Some(damaged(error)),
    };
    // A wrong sum means that any of the bytes may be wrong.
    let wrong = fault.as_ref().is_some_and(|fault| matches!(fault, Error::Invalid { .. }));
    Ok((if wrong { Vec::new() } else { bytes }, fault))
}

/// A data element.
#[derive(Clone, Copy)]
pub(super) struct Element<'a> {
    pub(super) kind: u32,
    pub(super) bytes: &'a [u8],
    pub(super) place: Place,
}

/// How tags are read.
struct Tags {
    big_endian: bool,
    /// True where an element that is cut gives what is there.
    lenient: bool,
    /// True once one was.
    cut: bool,
}

impl Tags {
    fn word(&self, bytes: [u8; 4]) -> u32 {
        if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
    }

    /// The next element with its padding.
    fn element<'a>(&mut self, file: &str, cursor: &mut Cursor<'a>) -> Result<Element<'a>, Error> {
        let place = cursor.place();
        let tag = self.word(cursor.array()?);
        let small = tag >> 16;
        if small != 0 {
            let content: &'a [u8] = cursor.take(4)?;
            let bytes = usize::try_from(small).ok().and_then(|size| content.get(..size)).ok_or_else(|| {
                Error::invalid(file, place, format!("a small element of {small} bytes"), "at most 4 bytes")
            })?;
            return Ok(Element { kind: tag & 0xffff, bytes, place });
        }
        let size = usize::try_from(self.word(cursor.array()?)).unwrap_or(usize::MAX);
        if self.lenient && size > cursor.remaining() {
            self.cut = true;
            return Ok(Element { kind: tag, bytes: cursor.take(cursor.remaining())?, place });
        }
        let bytes = cursor.take(size)?;
        // Compressed ones are not padded; the last one's padding may be absent.
        if tag != kind::COMPRESSED {
            let padding = size.wrapping_neg() & 7;
            cursor.skip(padding.min(cursor.remaining()))?;
        }
        Ok(Element { kind: tag, bytes, place })
    }
}

/// Reads matrices, counting what they take.
pub(super) struct Reader<'m> {
    limits: &'m Limits,
    memory: &'m mut Memory,
    tags: Tags,
    /// Numbers and letters read so far.
    numbers: u64,
    matrices: u64,
}

impl<'m> Reader<'m> {
    /// `lenient` keeps what is whole of a matrix that is cut.
    pub(super) fn new(big_endian: bool, lenient: bool, limits: &'m Limits, memory: &'m mut Memory) -> Reader<'m> {
        Reader { limits, memory, tags: Tags { big_endian, lenient, cut: false }, numbers: 0, matrices: 0 }
    }

    /// True once something was cut.
    pub(super) fn cut(&self) -> bool {
        self.tags.cut
    }

    /// The variable that a part of the file holds.
    pub(super) fn variable<'a>(&mut self, file: &'a str, part: &'a Part) -> Result<(String, Node<'a>), Error> {
        let mut cursor = Cursor::new(file, &part.bytes);
        let read = self.tags.element(file, &mut cursor).and_then(|element| {
            if element.kind != kind::MATRIX {
                let kind = format!("an element of kind {}", element.kind);
                return Err(Error::invalid(file, element.place, kind, "a matrix"));
            }
            self.matrix(file, element, 0)
        });
        read.map_err(|error| moved(error, part))
    }

    /// A matrix with its name.
    fn matrix<'a>(&mut self, file: &'a str, element: Element<'a>, depth: u32) -> Result<(String, Node<'a>), Error> {
        let place = element.place;
        self.matrices = self.matrices.saturating_add(1);
        if self.matrices > MATRICES {
            return Err(Error::limit(file, place, "more matrices", MATRICES));
        }
        if depth > DEEPEST {
            return Err(Error::limit(file, place, format!("structures {depth} deep"), DEEPEST));
        }
        self.memory.take(file, MATRIX_BYTES)?;
        if element.bytes.is_empty() {
            return Ok((String::new(), Node::Numbers { extents: vec![0, 0], kind: Kind::F64, bytes: &[] }));
        }
        let mut cursor = Cursor::new(file, element.bytes);
        let wrong = |found: String, expected: &str| Error::invalid(file, place, found, expected);
        let flags = self.tags.element(file, &mut cursor)?;
        let class = match (flags.kind, flags.bytes) {
            (kind::UINT32 | kind::INT32, [a, b, c, d, ..]) => self.tags.word([*a, *b, *c, *d]) & 0xff,
            _ => return Err(wrong(format!("flags of kind {}", flags.kind), "a matrix's flags")),
        };
        // MATLAB's opaque classes have no extents.
        if class == 17 {
            return Ok((String::new(), Node::Other));
        }
        let extents = self.tags.element(file, &mut cursor)?;
        if !matches!(extents.kind, kind::INT32 | kind::UINT32) {
            return Err(wrong(format!("extents of kind {}", extents.kind), "a matrix's extents"));
        }
        let extents: Vec<u64> =
            extents.bytes.as_chunks::<4>().0.iter().take(64).map(|bytes| u64::from(self.tags.word(*bytes))).collect();
        let rows = extents.first().copied().unwrap_or(0);
        let count = extents.iter().try_fold(1_u64, |product, extent| product.checked_mul(*extent));
        let Some(count) = count.filter(|_| extents.len() >= 2) else {
            return Err(wrong(format!("extents {extents:?}"), "two or more extents"));
        };
        let name = self.tags.element(file, &mut cursor)?;
        if !name.bytes.is_ascii() {
            return Err(wrong("a name of other letters".to_owned(), "a name in ASCII"));
        }
        self.memory.take(file, (name.bytes.len() as u64).saturating_mul(3))?;
        let name = String::from_utf8_lossy(name.bytes).into_owned();
        let node = match class {
            1 => Node::Cells(self.matrices_in(file, &mut cursor, count, depth)?),
            2 => Node::Structs(self.structs(file, place, &mut cursor, count, depth)?),
            4 => {
                let data = self.tags.element(file, &mut cursor)?;
                self.count(file, place, data.bytes.len() as u64)?;
                self.memory.take(file, (data.bytes.len() as u64).saturating_mul(4))?;
                let letters =
                    self.text(&data).ok_or_else(|| wrong(format!("letters of kind {}", data.kind), "letters"))?;
                Node::Text { rows, letters }
            }
            6..=15 => {
                self.count(file, place, count)?;
                let data = self.tags.element(file, &mut cursor)?;
                let (kind, bytes) = self.numbers(file, &data, count)?;
                Node::Numbers { extents, kind, bytes }
            }
            3 | 5 | 16 => Node::Other,
            other => return Err(wrong(format!("class {other}"), "a class of MATLAB 5")),
        };
        Ok((name, node))
    }

    /// So many matrices one after the other, without their names; where the file is cut, as many as are whole.
    fn matrices_in<'a>(
        &mut self,
        file: &'a str,
        cursor: &mut Cursor<'a>,
        count: u64,
        depth: u32,
    ) -> Result<Vec<Node<'a>>, Error> {
        let mut found = Vec::new();
        for _ in 0..count {
            if self.tags.lenient && cursor.at_end() {
                self.tags.cut = true;
                break;
            }
            let element = self.tags.element(file, cursor)?;
            if element.kind != kind::MATRIX {
                let kind = format!("an element of kind {}", element.kind);
                return Err(Error::invalid(file, element.place, kind, "a matrix"));
            }
            match self.matrix(file, element, depth.saturating_add(1)) {
                Ok((_, node)) => found.push(node),
                // The rest of a matrix that was cut is not there, which is no fault of what came before.
                Err(Error::Truncated { .. }) if self.tags.cut => break,
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    fn structs<'a>(
        &mut self,
        file: &'a str,
        place: Place,
        cursor: &mut Cursor<'a>,
        count: u64,
        depth: u32,
    ) -> Result<Vec<Vec<(String, Node<'a>)>>, Error> {
        let length = self.tags.element(file, cursor)?;
        let length = match length.bytes {
            [a, b, c, d] => usize::try_from(self.tags.word([*a, *b, *c, *d])).unwrap_or(0),
            _ => 0,
        };
        if !(1..=256).contains(&length) {
            return Err(Error::invalid(file, place, format!("names of {length} bytes"), "names of 1 to 256 bytes"));
        }
        let names = self.tags.element(file, cursor)?;
        self.memory.take(file, (names.bytes.len() as u64).saturating_mul(32))?;
        let names: Vec<String> = names
            .bytes
            .chunks_exact(length)
            .map(|name| String::from_utf8_lossy(name.split(|byte| *byte == 0).next().unwrap_or_default()).into_owned())
            .collect();
        // Elements without a field take no bytes: none of them is worth keeping.
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let all_names = names.iter().map(|name| name.len() as u64).sum::<u64>();
        let mut elements = Vec::new();
        for _ in 0..count {
            if self.tags.cut && cursor.at_end() {
                break;
            }
            let values = self.matrices_in(file, cursor, names.len() as u64, depth)?;
            self.memory.take(file, all_names.saturating_add(MATRIX_BYTES))?;
            elements.push(names.iter().cloned().zip(values).collect());
        }
        Ok(elements)
    }

    /// Counts numbers against the limit.
    fn count(&mut self, file: &str, place: Place, count: u64) -> Result<(), Error> {
        self.numbers = self.numbers.saturating_add(count);
        if self.numbers > self.limits.samples {
            return Err(Error::limit(file, place, format!("{} numbers", self.numbers), self.limits.samples));
        }
        Ok(())
    }

    /// The bytes of so many numbers, or of those that are there where the file is cut.
    fn numbers<'a>(&self, file: &str, data: &Element<'a>, count: u64) -> Result<(Kind, &'a [u8]), Error> {
        let kind = match data.kind {
            kind::INT8 => Kind::I8,
            kind::UINT8 => Kind::U8,
            kind::INT16 => Kind::I16,
            kind::UINT16 => Kind::U16,
            kind::INT32 => Kind::I32,
            kind::UINT32 => Kind::U32,
            kind::SINGLE => Kind::F32,
            kind::DOUBLE => Kind::F64,
            kind::INT64 => Kind::I64,
            kind::UINT64 => Kind::U64,
            other => return Err(Error::invalid(file, data.place, format!("kind {other}"), "numbers")),
        };
        let (there, stated) = (data.bytes.len() as u64, count.checked_mul(kind.size()));
        if stated != Some(there) && !(self.tags.cut && stated.is_some_and(|stated| stated > there)) {
            let found = format!("{there} bytes");
            return Err(Error::invalid(file, data.place, found, format!("{count} numbers of {} bytes", kind.size())));
        }
        Ok((kind, data.bytes))
    }

    /// Letters of any width; none where the element holds no letters.
    fn text(&self, data: &Element<'_>) -> Option<String> {
        let little = |bytes: &[u8; 2]| {
            if self.tags.big_endian { u16::from_be_bytes(*bytes) } else { u16::from_le_bytes(*bytes) }
        };
        let wide = || data.bytes.as_chunks::<2>().0.iter().map(little);
        Some(match data.kind {
            kind::UTF8 | kind::UINT8 | kind::INT8 => String::from_utf8_lossy(data.bytes).into_owned(),
            kind::UTF16 | kind::UINT16 => {
                char::decode_utf16(wide()).map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
            }
            kind::UTF32 | kind::UINT32 => {
                let letters = data.bytes.as_chunks::<4>().0.iter().map(|bytes| self.tags.word(*bytes));
                letters.map(|letter| char::from_u32(letter).unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
            }
            _ => return None,
        })
    }
}

/// The error with its byte counted from the file's first, or with the element that it was unpacked from.
fn moved(mut error: Error, part: &Part) -> Error {
    let (Error::Truncated { file, place, .. }
    | Error::Invalid { file, place, .. }
    | Error::Unsupported { file, place, .. }
    | Error::Limit { file, place, .. }
    | Error::Missing { file, place, .. }) = &mut error;
    match place {
        Place::Byte(_) if part.packed => *file = format!("{file}, unpacked from byte {}", part.place),
        Place::Byte(byte) => *byte = byte.saturating_add(part.place),
        _ => {}
    }
    error
}
