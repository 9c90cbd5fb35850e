//! MATLAB 5 files (to 7.2): matrices of numbers, texts, structures, cells.
//!
//! A file is a header of 128 bytes and data elements, each a tag of 8 bytes (kind, size) with its content, padded to 8 bytes; a
//! small one holds up to four bytes within its tag. A variable is an element of kind matrix: flags, extents, name, then numbers or
//! further matrices; or one of kind compressed, which is such an element packed with zlib (MATLAB MAT-File Format, level 5).
//! Numbers may be stored in fewer bytes than their class has.
//!
//! [`variables`] gives a file's variables. [`read`] makes recordings of them, after the rules of [`crate::arrays`]: such a file
//! says nothing of rate, unit or leads but by the names of its variables. Packed bytes that are wrong (by their sum) are refused;
//! a file that is cut gives what is whole, with a warning. Objects, sparse matrices and functions are passed over.

use std::borrow::Cow;

use ecg::Recording;

use crate::arrays::{self, Content, Entry, Input, Numbers, Order};
use crate::limits::reserve;
use crate::memory::Memory;
use crate::{Error, Hints, InputFile, Limits, Place};

mod elements;
#[cfg(test)]
mod tests;

pub use elements::is_matlab_5;
use elements::{Node, Reader};
pub(crate) use elements::{Unpacked, unpack};

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

/// How clearly the content is a MATLAB 5 file, 0 to 100.
pub(crate) fn score(bytes: &[u8]) -> u8 {
    if is_matlab_5(bytes) { 97 } else { 0 }
}

/// The variables of a file in its order, with their names.
///
/// # Errors
/// It is no MATLAB 5 file, is cut or damaged, or asks for more than `limits` allow.
pub fn variables(file: &InputFile, limits: &Limits) -> Result<Vec<(String, Value)>, Error> {
    let mut memory = Memory::beside(file.bytes.len());
    let unpacked = unpack(file, limits, &mut memory)?;
    if let Some(fault) = unpacked.fault {
        return Err(fault);
    }
    let mut nodes = Vec::new();
    let mut reader = Reader::new(unpacked.big_endian, false, limits, &mut memory);
    for part in &unpacked.parts {
        nodes.push(reader.variable(file.name, part)?);
    }
    let mut found = Vec::new();
    for (name, node) in nodes {
        found.push((name, value(file.name, node, unpacked.big_endian, &mut memory)?));
    }
    Ok(found)
}

fn value(file: &str, node: Node, big_endian: bool, memory: &mut Memory) -> Result<Value, Error> {
    Ok(match node {
        Node::Numbers { extents, kind, bytes } => {
            let numbers = Numbers { kind, big_endian, bytes: Cow::Borrowed(bytes) };
            memory.take_values::<f64>(file, numbers.len())?;
            let mut values = reserve(file, numbers.len())?;
            values.extend(numbers.values());
            let size = |extent: u64| usize::try_from(extent).unwrap_or(usize::MAX);
            let columns = extents.iter().skip(1).fold(1_u64, |product, extent| product.saturating_mul(*extent));
            Value::Numbers(Array { rows: size(extents.first().copied().unwrap_or(0)), columns: size(columns), values })
        }
        Node::Text { letters, .. } => Value::Text(letters),
        Node::Structs(elements) => {
            let mut all = Vec::new();
            for fields in elements {
                let mut own = Vec::new();
                for (name, node) in fields {
                    own.push((name, value(file, node, big_endian, memory)?));
                }
                all.push(own);
            }
            Value::Structs(all)
        }
        Node::Cells(cells) => {
            let mut all = Vec::new();
            for node in cells {
                all.push(value(file, node, big_endian, memory)?);
            }
            Value::Cells(all)
        }
        Node::Other => Value::Other,
    })
}

/// The variables of a file that is whole, those in structures and cells too.
pub(crate) fn entries<'a>(
    file: &InputFile<'a>,
    unpacked: &'a Unpacked,
    limits: &Limits,
    memory: &mut Memory,
) -> Result<Vec<Entry<'a>>, Error> {
    if let Some(fault) = &unpacked.fault {
        return Err(fault.clone());
    }
    let (entries, fault, _) = all(file, unpacked, false, limits, memory);
    fault.map_or(Ok(entries), Err)
}

/// The variables before the first that is damaged, what is wrong with that, and whether one was cut.
fn all<'a>(
    file: &InputFile<'a>,
    unpacked: &'a Unpacked,
    lenient: bool,
    limits: &Limits,
    memory: &mut Memory,
) -> (Vec<Entry<'a>>, Option<Error>, bool) {
    let mut flat = Flat { file: file.name, big_endian: unpacked.big_endian, entries: Vec::new() };
    let mut cut = false;
    for part in &unpacked.parts {
        let mut reader = Reader::new(unpacked.big_endian, lenient, limits, memory);
        let read = reader.variable(file.name, part);
        cut |= reader.cut();
        if let Err(fault) = read.and_then(|(name, node)| flat.add("", &name, node, memory)) {
            return (flat.entries, Some(fault), cut);
        }
    }
    (flat.entries, None, cut)
}

/// Variables in structures and cells, each by its path.
struct Flat<'a, 'f> {
    file: &'f str,
    big_endian: bool,
    entries: Vec<Entry<'a>>,
}

impl<'a> Flat<'a, '_> {
    // The depth of structures was limited when they were read.
    fn add(&mut self, group: &str, name: &str, node: Node<'a>, memory: &mut Memory) -> Result<(), Error> {
        let size = group.len().saturating_add(name.len()).saturating_mul(2).saturating_add(256);
        memory.take(self.file, size as u64)?;
        let path = |name: &str| if group.is_empty() { name.to_owned() } else { format!("{group}/{name}") };
        let content = match node {
            Node::Numbers { extents, kind, bytes } => Content::Numbers(arrays::Array {
                extents,
                order: Order::Columns,
                last_is_outer: true,
                kind,
                numbers: Some(Numbers { kind, big_endian: self.big_endian, bytes: Cow::Borrowed(bytes) }),
                held: None,
            }),
            Node::Text { rows, letters } => Content::Texts(texts(rows, letters)),
            Node::Cells(cells) if cells.iter().all(|cell| matches!(cell, Node::Text { .. })) && !cells.is_empty() => {
                let text = |cell| match cell {
                    Node::Text { rows: 0..=1, letters } => letters,
                    Node::Text { rows, letters } => texts(rows, letters).join("\n"),
                    _ => String::new(),
                };
                Content::Texts(cells.into_iter().map(text).collect())
            }
            Node::Cells(cells) => {
                for (number, cell) in (1_u64..).zip(cells) {
                    self.add(&path(name), &format!("{{{number}}}"), cell, memory)?;
                }
                return Ok(());
            }
            Node::Structs(elements) => {
                let one = elements.len() == 1;
                for (number, fields) in (1_u64..).zip(elements) {
                    let inner = if one { path(name) } else { format!("{}({number})", path(name)) };
                    for (field, value) in fields {
                        self.add(&inner, &field, value, memory)?;
                    }
                }
                return Ok(());
            }
            Node::Other => Content::Unread("an object, a sparse matrix or a function".to_owned()),
        };
        self.entries.push(Entry { group: group.to_owned(), name: name.to_owned(), content });
        Ok(())
    }
}

/// The rows of a matrix of letters.
fn texts(rows: u64, letters: String) -> Vec<String> {
    if rows <= 1 {
        return vec![letters];
    }
    let letters: Vec<char> = letters.chars().take(65_536).collect();
    let rows = usize::try_from(rows).unwrap_or(usize::MAX).min(letters.len());
    let row = |row: usize| letters.iter().skip(row).step_by(rows.max(1)).collect::<String>().trim_end().to_owned();
    (0..rows).map(row).collect()
}

/// Reads the samples of a MATLAB 5 file; [`crate::arrays`] says which they are.
///
/// # Errors
/// The file is damaged before its samples, or none of its variables can be; no rate or no unit, in the file and in `hints`.
pub fn read(file: &InputFile, hints: &Hints, limits: &Limits) -> Result<Vec<Recording>, Error> {
    let mut memory = Memory::beside(file.bytes.len());
    let unpacked = unpack(file, limits, &mut memory)?;
    let (entries, fault, cut) = all(file, &unpacked, true, limits, &mut memory);
    let fault = unpacked.fault.clone().or(fault);
    let Some(chosen) = arrays::choose(&entries) else {
        let none = || Error::invalid(file.name, Place::Whole, "no matrix of samples", "leads and samples");
        return Err(fault.unwrap_or_else(none));
    };
    let input = Input { file: file.name, format: "MATLAB 5", cut: cut || fault.is_some(), partial: false };
    arrays::recordings(&input, &entries, &chosen, hints, limits, &mut memory)
}
