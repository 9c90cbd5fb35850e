//! Attributes: what is stated of a group or a dataset.

use super::file::File;
use super::header::{self, Header};
use super::heaps::Fractal;
use super::trees2;
use super::types::{Space, Type};
use crate::Error;
use crate::cursor::Cursor;

/// Attributes of one object that are looked at.
const MOST: usize = 64;
/// The longest name that is read.
const LONGEST_NAME: usize = 1024;

/// One attribute.
#[derive(Clone, Debug)]
pub(super) struct Attribute<'a> {
    pub(super) name: String,
    pub(super) datatype: Type,
    pub(super) space: Space,
    pub(super) data: &'a [u8],
}

/// The attributes of an object, in the header and in a heap; what is damaged is noted.
pub(super) fn all<'a>(file: &File<'a>, header: &Header<'a>) -> Result<Vec<Attribute<'a>>, Error> {
    let mut found = Vec::new();
    for message in header.messages.iter().filter(|message| message.kind == header::ATTRIBUTE).take(MOST) {
        match read(file, message.body.clone()) {
            Ok(attribute) => found.push(attribute),
            Err(fault) => file.note(fault)?,
        }
    }
    if let Some(body) = header.first(header::ATTRIBUTE_INFO)
        && let Err(fault) = dense(file, body, &mut found)
    {
        file.note(fault)?;
    }
    found.truncate(MOST);
    Ok(found)
}

fn dense<'a>(file: &File<'a>, mut body: Cursor<'a>, found: &mut Vec<Attribute<'a>>) -> Result<(), Error> {
    body.skip(1)?;
    let flags = body.u8()?;
    body.skip(if flags & 1 == 0 { 0 } else { 2 })?;
    let (heap, tree) = (file.offset(&mut body)?, file.offset(&mut body)?);
    let Some((heap, tree)) = heap.zip(tree) else { return Ok(()) };
    let heap = Fractal::open(file, heap)?;
    trees2::walk(file, tree, &mut |_, record| {
        if found.len() < MOST {
            found.push(read(file, heap.get(file, record)?)?);
        }
        Ok(())
    })?;
    Ok(())
}

/// Reads an attribute message.
fn read<'a>(file: &File<'a>, mut body: Cursor<'a>) -> Result<Attribute<'a>, Error> {
    let place = body.place();
    file.spend(body.remaining() as u64)?;
    let version = body.u8()?;
    let flags = body.u8()?;
    let [name, datatype, space] = [body.u16_le()?, body.u16_le()?, body.u16_le()?].map(usize::from);
    if !(1..=3).contains(&version) {
        return Err(file.invalid(place, "an attribute of another version", "versions 1 to 3"));
    }
    body.skip(usize::from(version == 3))?;
    let padded = |length: usize| if version == 1 { length.next_multiple_of(8) } else { length };
    let name = body.take(padded(name))?;
    let name = name.split(|byte| *byte == 0).next().unwrap_or_default();
    let mut own_type = body.part(padded(datatype))?;
    let mut own_space = body.part(padded(space))?;
    if version > 1 && flags & 1 != 0 {
        own_type = header::elsewhere(file, header::DATATYPE, own_type)?;
    }
    if version > 1 && flags & 2 != 0 {
        own_space = header::elsewhere(file, header::DATASPACE, own_space)?;
    }
    let datatype = Type::read(file, &mut own_type)?;
    let space = Space::read(file, &mut own_space)?;
    let data = body.take(body.remaining())?;
    // What follows the elements pads the message.
    let length = space.count().and_then(|count| count.checked_mul(datatype.size));
    let data = length.and_then(|length| data.get(..usize::try_from(length).ok()?)).unwrap_or(data);
    let name = String::from_utf8_lossy(name.get(..LONGEST_NAME).unwrap_or(name)).into_owned();
    Ok(Attribute { name, datatype, space, data })
}
