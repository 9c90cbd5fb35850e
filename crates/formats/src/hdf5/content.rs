//! What datasets and attributes hold: numbers, texts, references to texts.

use std::borrow::Cow;

use super::attributes::Attribute;
use super::dataset::Dataset;
use super::file::{File, uint};
use super::header::Header;
use super::heaps::Global;
use super::types::{Type, What};
use crate::arrays::{Array, Content, Kind, Numbers, Order, SMALL};
use crate::cursor::Cursor;
use crate::memory::Memory;
use crate::{Error, Limits, Place};

/// References of one dataset that are followed.
const REFERENCES: u64 = 512;

/// An array of a dataset, or of an attribute.
pub(super) fn array(
    extents: Vec<u64>,
    kind: Kind,
    numbers: Option<Numbers<'_>>,
    held: Option<(usize, u64)>,
) -> Content<'_> {
    Content::Numbers(Array { extents, order: Order::Rows, last_is_outer: false, kind, numbers, held })
}

/// The extents of a dataset with those of its elements, where these are arrays, and what one number is.
pub(super) fn numbers_of(datatype: &Type, extents: &[u64]) -> Option<(Vec<u64>, Kind, bool)> {
    match &datatype.what {
        What::Number { kind, big_endian } if kind.size() == datatype.size => {
            Some((extents.to_vec(), *kind, *big_endian))
        }
        What::Array(inner, base) => {
            let extents: Vec<u64> = extents.iter().chain(inner).copied().collect();
            let size = inner.iter().try_fold(base.size, |product, extent| product.checked_mul(*extent));
            numbers_of(base, &extents).filter(|_| size == Some(datatype.size) && extents.len() <= 32)
        }
        _ => None,
    }
}

/// What a dataset is; its numbers or texts too where they are few. `class` is what MATLAB says of it.
pub(super) fn of_dataset<'a>(
    file: &File<'a>,
    dataset: &Dataset<'a>,
    class: Option<&str>,
    limits: &Limits,
    memory: &mut Memory,
) -> Result<Content<'a>, Error> {
    let extents = &dataset.space.extents;
    let Some(count) = dataset.space.count() else {
        return Ok(Content::Unread("extents beyond counting".to_owned()));
    };
    if let Some((extents, kind, big_endian)) = numbers_of(&dataset.datatype, extents) {
        let all = extents.iter().try_fold(1_u64, |product, extent| product.checked_mul(*extent));
        if all.is_none_or(|all| all > SMALL) {
            return Ok(array(extents, kind, None, None));
        }
        let elements = dataset.elements(file, &dataset.space.extents, memory)?;
        let numbers = Numbers { kind, big_endian, bytes: elements.bytes };
        return Ok(match class {
            Some("char") => Content::Texts(matlab_texts(&extents, &numbers)),
            _ => array(extents, kind, Some(numbers), elements.held),
        });
    }
    let size = dataset.datatype.size;
    if count > SMALL || count.saturating_mul(size) > limits.text_bytes {
        return Ok(Content::Unread("many elements that are no numbers".to_owned()));
    }
    if matches!(dataset.datatype.what, What::Reference) {
        return cells(file, dataset, count, memory);
    }
    let elements = dataset.elements(file, extents, memory)?;
    let texts = texts(file, &dataset.datatype, &elements.bytes, limits.text_bytes)?;
    Ok(texts.map_or_else(|| Content::Unread("a type that is neither a number nor a text".to_owned()), Content::Texts))
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

/// Texts that lie elsewhere, each at its own address: MATLAB's cells.
fn cells<'a>(file: &File<'a>, dataset: &Dataset<'a>, count: u64, memory: &mut Memory) -> Result<Content<'a>, Error> {
    let unread = || Content::Unread("references to what is no text".to_owned());
    if count > REFERENCES {
        return Ok(unread());
    }
    let elements = dataset.elements(file, &dataset.space.extents, memory)?;
    let mut cursor = Cursor::new(file.name, &elements.bytes);
    let mut texts = Vec::new();
    while !cursor.at_end() {
        // An address of 0 refers to nothing.
        let Some(address) = file.offset(&mut cursor)?.filter(|address| *address > 0) else { return Ok(unread()) };
        let header = Header::read(file, address)?;
        let attributes = super::attributes::all(file, &header)?;
        if class_of(file, &attributes).as_deref() != Some("char") {
            return Ok(unread());
        }
        let own = Dataset::read(file, address, &header)?;
        // What is empty holds its extents in place of letters.
        if attributes.iter().any(|attribute| attribute.name == "MATLAB_empty") {
            texts.push(String::new());
            continue;
        }
        let Some((extents, kind, big_endian)) = numbers_of(&own.datatype, &own.space.extents) else {
            return Ok(unread());
        };
        if own.space.count().is_none_or(|count| count > SMALL) {
            return Ok(unread());
        }
        let bytes = own.elements(file, &own.space.extents, memory)?.bytes;
        let rows = matlab_texts(&extents, &Numbers { kind, big_endian, bytes });
        memory.take(
            file.name,
            rows.iter().fold(0, |sum: u64, row| sum.saturating_add(row.len() as u64).saturating_add(64)),
        )?;
        texts.push(rows.join(" "));
    }
    Ok(Content::Texts(texts))
}

/// What MATLAB says that a dataset is.
pub(super) fn class_of(file: &File, attributes: &[Attribute]) -> Option<String> {
    let class = attributes.iter().find(|attribute| attribute.name == "MATLAB_class")?;
    match texts(file, &class.datatype, class.data, 64).ok()??.as_slice() {
        [one] => Some(one.clone()),
        _ => None,
    }
}

/// An attribute of numbers or texts where they are few and short.
pub(super) fn of_attribute<'a>(
    file: &File<'a>,
    attribute: &Attribute<'a>,
    most: u64,
) -> Result<Option<Content<'a>>, Error> {
    let Attribute { datatype, space, data, .. } = attribute;
    let Some(count) = space.count().filter(|count| *count <= SMALL) else { return Ok(None) };
    let length = count.saturating_mul(datatype.size);
    let data = usize::try_from(length).ok().and_then(|length| data.get(..length));
    let Some(data) = data.filter(|_| length <= most) else { return Ok(None) };
    if let Some((extents, kind, big_endian)) = numbers_of(datatype, &space.extents) {
        let count = extents.iter().try_fold(1_u64, |product, extent| product.checked_mul(*extent));
        let Some(count) = count.filter(|count| *count <= SMALL) else { return Ok(None) };
        let numbers = Numbers { kind, big_endian, bytes: Cow::Borrowed(data) };
        return Ok(Some(array(vec![count], kind, Some(numbers), None)));
    }
    Ok(texts(file, datatype, data, most)?.map(Content::Texts))
}

/// Texts from elements; none where they are none, or together longer than `most`.
fn texts(file: &File, datatype: &Type, bytes: &[u8], most: u64) -> Result<Option<Vec<String>>, Error> {
    let Ok(size) = usize::try_from(datatype.size) else { return Ok(None) };
    let mut left = most;
    let mut heap = Global::default();
    let mut texts = Vec::new();
    for item in bytes.chunks_exact(size) {
        let text = match datatype.what {
            What::Text => String::from_utf8_lossy(item).into_owned(),
            What::HeapText => {
                let mut cursor = Cursor::new(file.name, item);
                let length = u64::from(cursor.u32_le()?);
                let address = file.offset(&mut cursor)?;
                let number = u32::try_from(uint(&mut cursor, 4)?).unwrap_or(0);
                let Some(rest) = left.checked_sub(length) else { return Ok(None) };
                left = rest;
                match address.filter(|address| length > 0 && *address > 0) {
                    Some(address) => {
                        let mut body = heap.get(file, address, number)?;
                        let length = body.remaining().min(usize::try_from(length).unwrap_or(usize::MAX));
                        String::from_utf8_lossy(body.take(length)?).into_owned()
                    }
                    None => String::new(),
                }
            }
            _ => return Ok(None),
        };
        texts.push(text.trim_end_matches(['\0', ' ']).to_owned());
    }
    if texts.is_empty() && !matches!(datatype.what, What::Text | What::HeapText) {
        return Ok(None);
    }
    Ok(Some(texts))
}

/// The numbers of a dataset, or of one member of its compounds, of which the outermost extent that is not 1 is taken up to `some`.
pub(super) fn numbers<'a>(
    file: &File<'a>,
    dataset: &Dataset<'a>,
    member: Option<(u64, &Type)>,
    some: Option<u64>,
    memory: &mut Memory,
) -> Result<(Numbers<'a>, Option<(usize, u64)>), Error> {
    let wrong = || file.invalid(Place::Whole, "elements that are no numbers", "numbers");
    let mut wanted = dataset.space.extents.clone();
    if let Some(some) = some
        && let Some(outermost) = wanted.iter_mut().find(|extent| **extent > 1)
    {
        *outermost = some.min(*outermost);
    }
    let (_, kind, big_endian) =
        numbers_of(member.map_or(&dataset.datatype, |(_, own)| own), &wanted).ok_or_else(wrong)?;
    let elements = dataset.elements(file, &wanted, memory)?;
    let Some((offset, own)) = member else {
        return Ok((Numbers { kind, big_endian, bytes: elements.bytes }, elements.held));
    };
    let size = |bytes: u64| usize::try_from(bytes).unwrap_or(usize::MAX);
    let all = (elements.bytes.len() as u64).checked_div(dataset.datatype.size).unwrap_or(0).saturating_mul(own.size);
    memory.take(file.name, all)?;
    let mut bytes: Vec<u8> = crate::limits::reserve(file.name, all)?;
    let end = offset.saturating_add(own.size);
    for item in elements.bytes.chunks_exact(size(dataset.datatype.size)) {
        bytes.extend_from_slice(item.get(size(offset)..size(end)).unwrap_or_default());
    }
    if let Cow::Owned(whole) = elements.bytes {
        memory.give_back(whole.len() as u64);
    }
    Ok((Numbers { kind, big_endian, bytes: Cow::Owned(bytes) }, elements.held))
}
