//! MATLAB 5 files (to 7.2) as named variables: matrices of numbers, texts, structures, cells.
//!
//! A file is a header of 128 bytes and data elements, each a tag of 8 bytes (kind, size) with its content, padded to 8 bytes; a
//! small one holds up to four bytes within its tag. A variable is an element of kind matrix: flags, extents, name, then numbers or
//! further matrices; or one of kind compressed, which is such an element packed with zlib (MATLAB MAT-File Format, level 5).
//! Such a file says nothing of rate, unit or leads: what a variable means is its reader's to know.

use std::io::Read as _;

use crate::cursor::{self, Cursor};
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
/// Bytes of the header.
const HEADER: usize = 128;

/// What a variable holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Numbers of any kind; of complex ones the real parts.
    Numbers(Array),
    /// Letters, row after row.
    Text(String),
    /// A structure's elements, each with its fields in the file's order.
    Structs(Vec<Vec<(String, Value)>>),
    /// Cells, column by column.
    Cells(Vec<Value>),
    /// What is not read here: objects, sparse matrices, functions.
    Other,
}

/// A matrix of numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    /// Rows.
    pub rows: usize,
    /// Columns; of more than two extents the product of all but the first.
    pub columns: usize,
    /// The numbers, column by column.
    pub values: Vec<f64>,
}

impl Value {
    /// A field of a structure that has one element.
    pub fn field(&self, name: &str) -> Option<&Value> {
        match self {
            Value::Structs(elements) => match elements.as_slice() {
                [fields] => fields.iter().find(|(own, _)| own == name).map(|(_, value)| value),
                _ => None,
            },
            _ => None,
        }
    }
}

/// True for the header of a MATLAB 5 file.
pub fn is_matlab_5(bytes: &[u8]) -> bool {
    matches!(bytes.get(124..HEADER), Some([_, 1, b'I', b'M'] | [1, _, b'M', b'I']))
}

/// The variables of a file in its order, with their names.
///
/// # Errors
/// It is no MATLAB 5 file, is cut or damaged, or asks for more than `limits` allow.
pub fn variables(file: &InputFile, limits: &Limits) -> Result<Vec<(String, Value)>, Error> {
    limits.file(file.name, file.bytes)?;
    if !is_matlab_5(file.bytes) {
        let found = if file.bytes.starts_with(b"MATLAB 7.3") { "MATLAB 7.3 (HDF5)" } else { "no such header" };
        return Err(Error::invalid(file.name, Place::Whole, found, "a MATLAB 5 file"));
    }
    let big_endian = file.bytes.get(126..HEADER) == Some(b"MI");
    let mut reader = Reader { limits, big_endian, numbers: 0, matrices: 0, unpacked: 0 };
    let mut cursor = Cursor::new(file.name, file.bytes);
    cursor.skip(HEADER)?;
    let mut found = Vec::new();
    while !cursor.at_end() {
        let place = cursor.position();
        let element = reader.element(file.name, &mut cursor)?;
        match element.kind {
            kind::MATRIX => found.push(reader.matrix(file.name, element, 0)?),
            kind::COMPRESSED => {
                let label = format!("{}, unpacked from byte {place}", file.name);
                let unpacked = reader.unpack(file.name, Place::Byte(place), element.bytes)?;
                let mut inner = Cursor::new(&label, &unpacked);
                let element = reader.element(&label, &mut inner)?;
                if element.kind != kind::MATRIX {
                    let kind = format!("an element of kind {}", element.kind);
                    return Err(Error::invalid(&label, element.place, kind, "a matrix"));
                }
                found.push(reader.matrix(&label, element, 0)?);
            }
            other => {
                let kind = format!("an element of kind {other}");
                return Err(Error::invalid(file.name, element.place, kind, "a matrix, plain or compressed"));
            }
        }
    }
    Ok(found)
}

/// A data element.
#[derive(Clone, Copy)]
struct Element<'a> {
    kind: u32,
    bytes: &'a [u8],
    place: Place,
}

struct Reader<'a> {
    limits: &'a Limits,
    big_endian: bool,
    /// Numbers and letters read so far.
    numbers: u64,
    matrices: u64,
    unpacked: u64,
}

impl Reader<'_> {
    fn word(&self, bytes: [u8; 4]) -> u32 {
        if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
    }

    /// The next element with its padding.
    fn element<'a>(&self, file: &str, cursor: &mut Cursor<'a>) -> Result<Element<'a>, Error> {
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
        let bytes = cursor.take(size)?;
        // Compressed ones are not padded; the last one's padding may be absent.
        if tag != kind::COMPRESSED {
            let padding = size.wrapping_neg() & 7;
            cursor.skip(padding.min(cursor.remaining()))?;
        }
        Ok(Element { kind: tag, bytes, place })
    }

    fn unpack(&mut self, file: &str, place: Place, packed: &[u8]) -> Result<Vec<u8>, Error> {
        let room = self.limits.archive_bytes.saturating_sub(self.unpacked);
        let mut bytes = Vec::new();
        let damaged = |error: std::io::Error| Error::invalid(file, place, error.to_string(), "zlib data");
        flate2::read::ZlibDecoder::new(packed).take(room.saturating_add(1)).read_to_end(&mut bytes).map_err(damaged)?;
        let size = bytes.len() as u64;
        if size > room {
            return Err(Error::limit(file, place, "more unpacked bytes", self.limits.archive_bytes));
        }
        self.unpacked = self.unpacked.saturating_add(size);
        Ok(bytes)
    }

    /// A matrix with its name.
    fn matrix(&mut self, file: &str, element: Element<'_>, depth: u32) -> Result<(String, Value), Error> {
        let place = element.place;
        self.matrices = self.matrices.saturating_add(1);
        if self.matrices > MATRICES {
            return Err(Error::limit(file, place, "more matrices", MATRICES));
        }
        if depth > DEEPEST {
            return Err(Error::limit(file, place, format!("structures {depth} deep"), DEEPEST));
        }
        if element.bytes.is_empty() {
            return Ok((String::new(), Value::Numbers(Array { rows: 0, columns: 0, values: Vec::new() })));
        }
        let mut cursor = Cursor::new(file, element.bytes);
        let wrong = |found: String, expected: &str| Error::invalid(file, place, found, expected);
        let flags = self.element(file, &mut cursor)?;
        let class = match (flags.kind, flags.bytes) {
            (kind::UINT32 | kind::INT32, [a, b, c, d, ..]) => self.word([*a, *b, *c, *d]) & 0xff,
            _ => return Err(wrong(format!("flags of kind {}", flags.kind), "a matrix's flags")),
        };
        // MATLAB's opaque classes have no extents.
        if class == 17 {
            return Ok((String::new(), Value::Other));
        }
        let extents = self.element(file, &mut cursor)?;
        if !matches!(extents.kind, kind::INT32 | kind::UINT32) {
            return Err(wrong(format!("extents of kind {}", extents.kind), "a matrix's extents"));
        }
        let extents: Vec<u64> =
            extents.bytes.as_chunks::<4>().0.iter().map(|bytes| u64::from(self.word(*bytes))).collect();
        let rows = extents.first().copied().unwrap_or(0);
        let columns = extents.iter().skip(1).try_fold(1_u64, |product, extent| product.checked_mul(*extent));
        let count = columns.and_then(|columns| rows.checked_mul(columns));
        let Some((columns, count)) = columns.zip(count).filter(|_| extents.len() >= 2) else {
            return Err(wrong(format!("extents {extents:?}"), "two or more extents"));
        };
        let name = self.element(file, &mut cursor)?;
        let name = String::from_utf8_lossy(name.bytes).into_owned();
        let value = match class {
            1 => Value::Cells(self.matrices_in(file, &mut cursor, count, depth)?),
            2 => Value::Structs(self.structs(file, place, &mut cursor, count, depth)?),
            4 => {
                let data = self.element(file, &mut cursor)?;
                self.count(file, place, data.bytes.len() as u64)?;
                Value::Text(self.text(&data).ok_or_else(|| wrong(format!("letters of kind {}", data.kind), "letters"))?)
            }
            6..=15 => {
                self.count(file, place, count)?;
                let data = self.element(file, &mut cursor)?;
                let values = self.numbers(file, &data, count)?;
                let size = |extent: u64| usize::try_from(extent).unwrap_or(usize::MAX);
                Value::Numbers(Array { rows: size(rows), columns: size(columns), values })
            }
            3 | 5 | 16 => Value::Other,
            other => return Err(wrong(format!("class {other}"), "a class of MATLAB 5")),
        };
        Ok((name, value))
    }

    /// So many matrices one after the other, without their names.
    fn matrices_in(
        &mut self,
        file: &str,
        cursor: &mut Cursor<'_>,
        count: u64,
        depth: u32,
    ) -> Result<Vec<Value>, Error> {
        let mut found = Vec::new();
        for _ in 0..count {
            let element = self.element(file, cursor)?;
            if element.kind != kind::MATRIX {
                let kind = format!("an element of kind {}", element.kind);
                return Err(Error::invalid(file, element.place, kind, "a matrix"));
            }
            found.push(self.matrix(file, element, depth.saturating_add(1))?.1);
        }
        Ok(found)
    }

    fn structs(
        &mut self,
        file: &str,
        place: Place,
        cursor: &mut Cursor<'_>,
        count: u64,
        depth: u32,
    ) -> Result<Vec<Vec<(String, Value)>>, Error> {
        let length = self.element(file, cursor)?;
        let length = match length.bytes {
            [a, b, c, d] => usize::try_from(self.word([*a, *b, *c, *d])).unwrap_or(0),
            _ => 0,
        };
        if !(1..=256).contains(&length) {
            return Err(Error::invalid(file, place, format!("names of {length} bytes"), "names of 1 to 256 bytes"));
        }
        let names = self.element(file, cursor)?;
        let names: Vec<String> = names
            .bytes
            .chunks_exact(length)
            .map(|name| String::from_utf8_lossy(name.split(|byte| *byte == 0).next().unwrap_or_default()).into_owned())
            .collect();
        // Elements without a field take no bytes: none of them is worth keeping.
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let mut elements = Vec::new();
        for _ in 0..count {
            let values = self.matrices_in(file, cursor, names.len() as u64, depth)?;
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

    fn numbers(&self, file: &str, data: &Element<'_>, count: u64) -> Result<Vec<f64>, Error> {
        let size = match data.kind {
            kind::INT8 | kind::UINT8 => 1,
            kind::INT16 | kind::UINT16 => 2,
            kind::INT32 | kind::UINT32 | kind::SINGLE => 4,
            kind::DOUBLE | kind::INT64 | kind::UINT64 => 8,
            other => return Err(Error::invalid(file, data.place, format!("kind {other}"), "numbers")),
        };
        let items = data.bytes.chunks_exact(size);
        if items.len() as u64 != count || !items.remainder().is_empty() {
            let found = format!("{} bytes", data.bytes.len());
            return Err(Error::invalid(file, data.place, found, format!("{count} numbers of {size} bytes")));
        }
        let mut values = limits::reserve(file, count)?;
        values.extend(items.map(|item| match data.kind {
            kind::INT8 => f64::from(i8::from_le_bytes(self.little(item))),
            kind::UINT8 => f64::from(u8::from_le_bytes(self.little(item))),
            kind::INT16 => f64::from(i16::from_le_bytes(self.little(item))),
            kind::UINT16 => f64::from(u16::from_le_bytes(self.little(item))),
            kind::INT32 => f64::from(i32::from_le_bytes(self.little(item))),
            kind::UINT32 => f64::from(u32::from_le_bytes(self.little(item))),
            kind::SINGLE => f64::from(f32::from_le_bytes(self.little(item))),
            kind::INT64 => i64::from_le_bytes(self.little(item)) as f64,
            kind::UINT64 => u64::from_le_bytes(self.little(item)) as f64,
            _ => f64::from_le_bytes(self.little(item)),
        }));
        Ok(values)
    }

    /// Letters of any width; none where the element holds no letters.
    fn text(&self, data: &Element<'_>) -> Option<String> {
        let wide = || data.bytes.as_chunks::<2>().0.iter().map(|bytes| u16::from_le_bytes(self.little(bytes)));
        Some(match data.kind {
            kind::UTF8 | kind::UINT8 | kind::INT8 => String::from_utf8_lossy(data.bytes).into_owned(),
            kind::UTF16 | kind::UINT16 => {
                char::decode_utf16(wide()).map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
            }
            kind::UTF32 | kind::UINT32 => {
                let letters = data.bytes.as_chunks::<4>().0.iter().map(|bytes| self.word(*bytes));
                letters.map(|letter| char::from_u32(letter).unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
            }
            _ => return None,
        })
    }

    /// The bytes of an item in little-endian order.
    fn little<const N: usize>(&self, item: &[u8]) -> [u8; N] {
        cursor::little(item, self.big_endian)
    }
}
