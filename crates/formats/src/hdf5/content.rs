//! The content of datasets and attributes.

use std::borrow::Cow;

use hdf5_reader::error::{ByteOrder, Result as Read};
use hdf5_reader::messages::attribute::AttributeMessage;
use hdf5_reader::{Dataset, Datatype, SliceInfo, SliceInfoElem, StringSize, VarLenKind};

use super::refused;
use crate::arrays::{Array, Content, Kind, Numbers, Order, SMALL};
use crate::memory::Memory;
use crate::{Error, Limits, Place};

/// How numbers of a type are stored, and whether big-endian; none for other types.
fn kind(datatype: &Datatype) -> Option<(Kind, bool)> {
    let big = |order: &ByteOrder| matches!(order, ByteOrder::BigEndian);
    Some(match datatype {
        Datatype::FixedPoint { size, signed, byte_order } => {
            let kind = match (size, signed) {
                (1, true) => Kind::I8,
                (1, false) => Kind::U8,
                (2, true) => Kind::I16,
                (2, false) => Kind::U16,
                (4, true) => Kind::I32,
                (4, false) => Kind::U32,
                (8, true) => Kind::I64,
                (8, false) => Kind::U64,
                _ => return None,
            };
            (kind, big(byte_order))
        }
        Datatype::FloatingPoint { size, byte_order } => {
            let kind = match size {
                2 => Kind::F16,
                4 => Kind::F32,
                8 => Kind::F64,
                _ => return None,
            };
            (kind, big(byte_order))
        }
        Datatype::Enum { base, .. } => match base.as_ref() {
            base @ Datatype::FixedPoint { .. } => kind(base)?,
            _ => return None,
        },
        _ => return None,
    })
}

fn array(extents: Vec<u64>, kind: Kind, numbers: Option<Numbers<'static>>) -> Content<'static> {
    Content::Numbers(Array { extents, order: Order::Rows, last_is_outer: false, kind, numbers })
}

/// What a dataset is; its numbers or texts too where they are few.
pub(super) fn of_dataset(file: &str, dataset: &Dataset, limits: &Limits, memory: &mut Memory) -> Content<'static> {
    let unread = |error: Error| Content::Unread(error.to_string());
    let extents = dataset.shape().to_vec();
    let count = extents.iter().try_fold(1_u64, |product, extent| product.checked_mul(*extent));
    let Some(count) = count.filter(|_| extents.len() <= 32) else {
        return Content::Unread("extents beyond counting".to_owned());
    };
    let Some((kind, big_endian)) = kind(dataset.dtype()) else {
        return match texts(file, dataset, count, limits, memory) {
            Ok(Some(texts)) => Content::Texts(texts),
            Ok(None) => Content::Unread("a type that is neither a number nor a text".to_owned()),
            Err(error) => unread(error),
        };
    };
    if count > SMALL {
        return array(extents, kind, None);
    }
    match numbers(file, dataset, memory) {
        Ok(numbers) if is_matlab_text(dataset) => Content::Texts(matlab_texts(&extents, &numbers)),
        Ok(Numbers { bytes, .. }) => array(extents, kind, Some(Numbers { kind, big_endian, bytes })),
        Err(error) => unread(error),
    }
}

/// MATLAB marks its texts, which are numbers of 16 bits.
fn is_matlab_text(dataset: &Dataset) -> bool {
    let class = dataset.attribute("MATLAB_class").ok();
    class.is_some_and(|class| class.raw_data.len() <= 64 && class.raw_data.starts_with(b"char"))
}

/// The rows of a matrix of letters, which is stored column by column: its extents are (columns, rows).
fn matlab_texts(extents: &[u64], numbers: &Numbers) -> Vec<String> {
    let rows = extents.last().and_then(|rows| usize::try_from(*rows).ok()).filter(|_| extents.len() == 2);
    let rows = rows.unwrap_or(1).max(1);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
    let letter = |code: f64| char::from_u32(code as u32).unwrap_or(char::REPLACEMENT_CHARACTER);
    let letters: Vec<char> = numbers.values().map(letter).collect();
    let row = |row: usize| letters.iter().skip(row).step_by(rows).collect::<String>().trim_end().to_owned();
    (0..rows.min(letters.len())).map(row).collect()
}

/// Checks a dataset's size against the memory, taking what its bytes and a chunk of it need while they are unpacked.
fn take(file: &str, dataset: &Dataset, count: u64, size: u64, memory: &mut Memory) -> Result<(), Error> {
    let chunk = dataset.chunks().unwrap_or_default();
    let chunk = chunk.iter().fold(size, |product, extent| product.saturating_mul(u64::from(*extent)));
    let passing = if dataset.chunks().is_some() { chunk.saturating_mul(3) } else { 0 };
    let held = count.saturating_mul(size);
    memory.take(file, held.saturating_add(passing))?;
    memory.give_back(passing);
    Ok(())
}

/// All numbers of a dataset.
pub(super) fn numbers(file: &str, dataset: &Dataset, memory: &mut Memory) -> Result<Numbers<'static>, Error> {
    let wrong =
        || Error::invalid(file, Place::Whole, "a dataset of another size", "as many numbers as its extents state");
    let (kind, big_endian) = kind(dataset.dtype()).ok_or_else(wrong)?;
    let count = dataset.num_elements().map_err(|error| refused(file, error))?;
    take(file, dataset, count, kind.size(), memory)?;
    let bytes = dataset.read_raw_bytes().map_err(|error| refused(file, error))?;
    if count.checked_mul(kind.size()) != Some(bytes.len() as u64) {
        return Err(wrong());
    }
    Ok(Numbers { kind, big_endian, bytes: Cow::Owned(bytes) })
}

/// The numbers of a dataset of which the outermost extent that is not 1 is taken up to `some`.
pub(super) fn first_numbers(
    file: &str,
    dataset: &Dataset,
    some: u64,
    memory: &mut Memory,
) -> Result<Numbers<'static>, Error> {
    let unread = || Error::unsupported(file, Place::Whole, "a large dataset of such numbers", "a smaller one");
    let (kind, _) = kind(dataset.dtype()).ok_or_else(unread)?;
    let mut count = 1_u64;
    let mut outermost = true;
    let mut selections = Vec::new();
    for extent in dataset.shape() {
        let end = if outermost && *extent > 1 { some.min(*extent) } else { *extent };
        outermost &= *extent <= 1;
        count = count.saturating_mul(end);
        selections.push(SliceInfoElem::Slice { start: 0, end, step: 1 });
    }
    // Once as the library gives them and once as bytes.
    let held = count.saturating_mul(kind.size());
    take(file, dataset, count.saturating_mul(2), kind.size(), memory)?;
    let some = SliceInfo { selections };
    let bytes = match kind {
        Kind::I8 => dataset.read_slice::<i8>(&some).map(|all| bytes(held, all, i8::to_le_bytes)),
        Kind::U8 => dataset.read_slice::<u8>(&some).map(|all| bytes(held, all, u8::to_le_bytes)),
        Kind::I16 => dataset.read_slice::<i16>(&some).map(|all| bytes(held, all, i16::to_le_bytes)),
        Kind::U16 => dataset.read_slice::<u16>(&some).map(|all| bytes(held, all, u16::to_le_bytes)),
        Kind::I32 => dataset.read_slice::<i32>(&some).map(|all| bytes(held, all, i32::to_le_bytes)),
        Kind::U32 => dataset.read_slice::<u32>(&some).map(|all| bytes(held, all, u32::to_le_bytes)),
        Kind::I64 => dataset.read_slice::<i64>(&some).map(|all| bytes(held, all, i64::to_le_bytes)),
        Kind::U64 => dataset.read_slice::<u64>(&some).map(|all| bytes(held, all, u64::to_le_bytes)),
        Kind::F16 => return Err(unread()),
        Kind::F32 => dataset.read_slice::<f32>(&some).map(|all| bytes(held, all, f32::to_le_bytes)),
        Kind::F64 => dataset.read_slice::<f64>(&some).map(|all| bytes(held, all, f64::to_le_bytes)),
    };
    memory.give_back(held);
    let bytes = bytes.map_err(|error| refused(file, error))?;
    Ok(Numbers { kind, big_endian: false, bytes: Cow::Owned(bytes) })
}

fn bytes<T, const N: usize>(held: u64, all: impl IntoIterator<Item = T>, to: fn(T) -> [u8; N]) -> Vec<u8> {
    let mut bytes = Vec::new();
    if usize::try_from(held).is_ok_and(|held| bytes.try_reserve_exact(held).is_ok()) {
        all.into_iter().for_each(|number| bytes.extend_from_slice(&to(number)));
    }
    bytes
}

/// What a type of text is.
enum Text {
    /// So many bytes each.
    Fixed(u64),
    /// References to a heap.
    Variable,
}

fn text(datatype: &Datatype) -> Option<Text> {
    match datatype {
        Datatype::String { size: StringSize::Fixed(size), .. } => Some(Text::Fixed(u64::from(*size))),
        Datatype::String { size: StringSize::Variable, .. } | Datatype::VarLen { kind: VarLenKind::String, .. } => {
            Some(Text::Variable)
        }
        _ => None,
    }
}

/// The texts of a dataset where they are few and short; none where it holds no texts.
fn texts(
    file: &str,
    dataset: &Dataset,
    count: u64,
    limits: &Limits,
    memory: &mut Memory,
) -> Result<Option<Vec<String>>, Error> {
    let Some(text) = text(dataset.dtype()) else { return Ok(None) };
    let size = match text {
        Text::Fixed(size) => size,
        Text::Variable => dataset.vlen_reference_size() as u64,
    };
    if count > SMALL || count.saturating_mul(size) > limits.text_bytes {
        return Ok(None);
    }
    take(file, dataset, count, size, memory)?;
    let bytes = dataset.read_raw_bytes().map_err(|error| refused(file, error))?;
    let resolve = |reference: &[u8]| dataset.resolve_vlen_reference_bytes(reference, 1);
    Ok(decode(&text, &bytes, size, limits.text_bytes, &resolve))
}

/// An attribute of numbers or texts where they are few and short.
pub(super) fn of_attribute(
    message: &AttributeMessage,
    most: u64,
    resolve: &impl Fn(&[u8]) -> Read<Vec<u8>>,
) -> Option<Content<'static>> {
    let count = message.dataspace.num_elements().ok().filter(|count| *count <= SMALL)?;
    if message.raw_data.len() as u64 > most {
        return None;
    }
    if let Some((kind, big_endian)) = kind(&message.datatype) {
        let size = usize::try_from(count.checked_mul(kind.size())?).ok()?;
        let bytes = Cow::Owned(message.raw_data.get(..size)?.to_vec());
        return Some(array(vec![count], kind, Some(Numbers { kind, big_endian, bytes })));
    }
    let text = text(&message.datatype)?;
    let size = match text {
        Text::Fixed(size) => size,
        Text::Variable => (message.raw_data.len() as u64).checked_div(count)?,
    };
    decode(&text, &message.raw_data, size, most, resolve).map(Content::Texts)
}

/// Texts from items of so many bytes; none where together they are longer than `most`.
fn decode(
    text: &Text,
    bytes: &[u8],
    size: u64,
    most: u64,
    resolve: &impl Fn(&[u8]) -> Read<Vec<u8>>,
) -> Option<Vec<String>> {
    let size = usize::try_from(size).ok().filter(|size| *size > 0)?;
    let mut left = most;
    let mut texts = Vec::new();
    for item in bytes.chunks_exact(size) {
        let text = match text {
            Text::Fixed(_) => String::from_utf8_lossy(item).into_owned(),
            Text::Variable => {
                // The length stands first, so that what is too long is never unpacked.
                let length = u32::from_le_bytes(*item.first_chunk::<4>()?);
                left = left.checked_sub(u64::from(length))?;
                if length == 0 { String::new() } else { String::from_utf8_lossy(&resolve(item).ok()?).into_owned() }
            }
        };
        texts.push(text.trim_end_matches(['\0', ' ']).to_owned());
    }
    Some(texts)
}
