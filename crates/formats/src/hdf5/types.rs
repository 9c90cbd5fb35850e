//! Datatypes and dataspaces: what one element is, and how many there are.

use super::file::{File, uint};
use crate::Error;
use crate::arrays::Kind;
use crate::cursor::Cursor;

/// Types within types.
const DEEPEST: usize = 4;
/// Extents of a dataspace that are looked at, and members of a compound.
const EXTENTS: usize = 32;
const MEMBERS: usize = 256;

/// What an element is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum What {
    Number {
        kind: Kind,
        big_endian: bool,
    },
    /// A text of as many bytes as the type has.
    Text,
    /// A text of any length, in a heap.
    HeapText,
    /// The address of another object.
    Reference,
    /// Several of another type.
    Array(Vec<u64>, Box<Type>),
    /// Members: name, first byte, type.
    Compound(Vec<(String, u64, Type)>),
    /// What is not read here.
    Other,
}

/// A datatype.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Type {
    /// Bytes of an element, at least one.
    pub(super) size: u64,
    pub(super) what: What,
}

impl Type {
    /// Reads a datatype message.
    pub(super) fn read(file: &File, body: &mut Cursor) -> Result<Type, Error> {
        read(file, body, 0)
    }
}

fn read(file: &File, body: &mut Cursor, depth: usize) -> Result<Type, Error> {
    let place = body.place();
    let [class, low, high, _] = body.array()?;
    let (version, class) = (class >> 4, class & 15);
    let size = u64::from(body.u32_le()?);
    if size == 0 || depth > DEEPEST || !(1..=5).contains(&version) {
        return Err(file.invalid(place, "a type of no size, or within too many others", "a datatype"));
    }
    let count = usize::from(u16::from_le_bytes([low, high]));
    let what = match class {
        0 => {
            let bits = (body.u16_le()?, body.u16_le()?);
            let whole = bits.0 == 0 && u64::from(bits.1) == size.saturating_mul(8);
            whole_number(size, low & 8 != 0).filter(|_| whole).map_or(What::Other, |kind| number(kind, low))
        }
        1 => {
            let layout: [u8; 12] = body.array()?;
            real(size, layout).filter(|_| low & 0x40 == 0).map_or(What::Other, |kind| number(kind, low))
        }
        3 => What::Text,
        6 => compound(file, body, version, size, count.min(MEMBERS), depth)?,
        7 if low.trailing_zeros() >= 4 && size == file.offset_size() => What::Reference,
        8 => match read(file, body, depth.saturating_add(1))? {
            Type { what: what @ What::Number { .. }, size: own } if own == size => what,
            _ => What::Other,
        },
        9 if low & 15 == 1 => What::HeapText,
        10 => {
            let extents = usize::from(body.u8()?);
            body.skip(if version < 3 { 3 } else { 0 })?;
            let extents =
                (0..extents.min(EXTENTS)).map(|_| body.u32_le().map(u64::from)).collect::<Result<Vec<_>, _>>()?;
            body.skip(if version < 3 { extents.len().saturating_mul(4) } else { 0 })?;
            What::Array(extents, Box::new(read(file, body, depth.saturating_add(1))?))
        }
        _ => What::Other,
    };
    Ok(Type { size, what })
}

fn number(kind: Kind, bits: u8) -> What {
    What::Number { kind, big_endian: bits & 1 != 0 }
}

fn whole_number(size: u64, signed: bool) -> Option<Kind> {
    Some(match (size, signed) {
        (1, true) => Kind::I8,
        (1, false) => Kind::U8,
        (2, true) => Kind::I16,
        (2, false) => Kind::U16,
        (4, true) => Kind::I32,
        (4, false) => Kind::U32,
        (8, true) => Kind::I64,
        (8, false) => Kind::U64,
        _ => return None,
    })
}

/// A float of IEEE 754: where its exponent and its fraction stand, and how wide they are.
fn real(size: u64, layout: [u8; 12]) -> Option<Kind> {
    let [_, _, _, _, exponent, exponent_size, fraction, fraction_size, ..] = layout;
    Some(match (size, exponent, exponent_size, fraction, fraction_size) {
        (2, 10, 5, 0, 10) => Kind::F16,
        (4, 23, 8, 0, 23) => Kind::F32,
        (8, 52, 11, 0, 52) => Kind::F64,
        _ => return None,
    })
}

/// The members of a compound that come before the first whose type is damaged.
fn compound(file: &File, body: &mut Cursor, version: u8, size: u64, count: usize, depth: usize) -> Result<What, Error> {
    let mut members = Vec::new();
    for _ in 0..count {
        let name = name(body, version < 3)?;
        let offset = uint(body, if version < 3 { 4 } else { super::file::bytes_for(size) })?;
        let mut extents = 0;
        if version == 1 {
            extents = body.u8()?;
            body.skip(27)?;
        }
        let own = read(file, body, depth.saturating_add(1))?;
        let own = if extents == 0 { own } else { Type { size: own.size, what: What::Other } };
        if offset.saturating_add(own.size) <= size {
            members.push((name, offset, own));
        }
    }
    Ok(What::Compound(members))
}

/// A text that ends with a zero, padded to eight bytes where `padded` says so.
fn name(body: &mut Cursor, padded: bool) -> Result<String, Error> {
    let mut letters = Vec::new();
    loop {
        match body.u8()? {
            0 => break,
            letter => letters.push(letter),
        }
    }
    if padded {
        let over = letters.len().saturating_add(1) & 7;
        body.skip(if over == 0 { 0 } else { 8_usize.saturating_sub(over) })?;
    }
    Ok(String::from_utf8_lossy(&letters).into_owned())
}

/// The extents of a dataset, and how far they may grow; none where without end.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Space {
    pub(super) extents: Vec<u64>,
    pub(super) most: Vec<Option<u64>>,
}

impl Space {
    /// Reads a dataspace message. A space without elements has an extent of 0.
    pub(super) fn read(file: &File, body: &mut Cursor) -> Result<Space, Error> {
        let place = body.place();
        let version = body.u8()?;
        let rank = usize::from(body.u8()?);
        let flags = body.u8()?;
        let class = body.u8()?;
        if !matches!(version, 1 | 2) || rank > EXTENTS {
            return Err(file.invalid(place, "a dataspace of another version or too many extents", "version 1 or 2"));
        }
        body.skip(if version == 1 { 4 } else { 0 })?;
        if version == 2 && class == 2 {
            return Ok(Space { extents: vec![0], most: vec![Some(0)] });
        }
        let extents = (0..rank).map(|_| file.length(body)).collect::<Result<Vec<_>, _>>()?;
        let most = if flags & 1 == 0 {
            extents.iter().map(|extent| Some(*extent)).collect()
        } else {
            let bits = u32::try_from(file.length_size()).unwrap_or(8).saturating_mul(8);
            let endless = u64::MAX.checked_shr(64_u32.saturating_sub(bits)).unwrap_or(u64::MAX);
            (0..rank)
                .map(|_| file.length(body).map(|most| (most != endless).then_some(most)))
                .collect::<Result<Vec<_>, _>>()?
        };
        Ok(Space { extents, most })
    }

    /// How many elements there are; none where that is beyond counting.
    pub(super) fn count(&self) -> Option<u64> {
        self.extents.iter().try_fold(1_u64, |product, extent| product.checked_mul(*extent))
    }
}
