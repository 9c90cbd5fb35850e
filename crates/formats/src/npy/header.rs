//! The header of a NumPy file: the text of a Python dictionary with three keys.

use crate::arrays::Kind;
use crate::cursor::Cursor;
use crate::error::shown;
use crate::{Error, Limits, Place};

/// What the elements are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Element {
    Number(Kind),
    /// So many letters of 32 bits.
    Wide(u64),
    /// So many bytes of text.
    Bytes(u64),
}

/// What the header states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) element: Element,
    pub(super) big_endian: bool,
    pub(super) fortran: bool,
    pub(super) shape: Vec<u64>,
}

/// Extents of an array at most; NumPy has no more either.
const MOST_EXTENTS: usize = 64;

impl Header {
    /// Reads the magic bytes, the version and the dictionary; the cursor is then at the first element.
    pub(super) fn read(file: &str, cursor: &mut Cursor, limits: &Limits) -> Result<Header, Error> {
        cursor.skip(6)?;
        let version = cursor.u8()?;
        cursor.skip(1)?;
        let length = match version {
            1 => u64::from(cursor.u16_le()?),
            2 | 3 => u64::from(cursor.u32_le()?),
            other => {
                let found = format!("version {other}");
                return Err(Error::unsupported(file, Place::Byte(6), found, "version 1, 2 or 3"));
            }
        };
        let place = cursor.place();
        if length > limits.text_bytes {
            return Err(Error::limit(file, place, format!("a header of {length} bytes"), limits.text_bytes));
        }
        let text = cursor.take(usize::try_from(length).unwrap_or(usize::MAX))?;
        let text = String::from_utf8_lossy(text);
        let mut words = Words { rest: &text };
        parse(&mut words).map_err(|fault| match fault {
            Fault::Wrong(expected) => Error::invalid(file, place, shown(words.rest), expected),
            Fault::Unread(found) => Error::unsupported(file, place, found, "an array of numbers or texts of one kind"),
        })
    }
}

/// What is wrong with a header.
enum Fault {
    Wrong(&'static str),
    Unread(String),
}

fn parse(words: &mut Words) -> Result<Header, Fault> {
    let (mut element, mut fortran, mut shape) = (None, None, None);
    words.mark('{').ok_or(Fault::Wrong("a dictionary"))?;
    while words.mark('}').is_none() {
        let key = words.text().ok_or(Fault::Wrong("a key in quotation marks"))?;
        words.mark(':').ok_or(Fault::Wrong("a colon after the key"))?;
        match key {
            "descr" if words.rest.trim_start().starts_with('[') => {
                return Err(Fault::Unread("a structure of several kinds".to_owned()));
            }
            "descr" => element = Some(kind(words.text().ok_or(Fault::Wrong("a kind of number"))?)?),
            "fortran_order" => fortran = Some(words.truth().ok_or(Fault::Wrong("True or False"))?),
            "shape" => shape = Some(words.numbers().ok_or(Fault::Wrong("a tuple of whole numbers"))?),
            _ => return Err(Fault::Wrong("the keys descr, fortran_order and shape")),
        }
        if words.mark(',').is_none() && !words.rest.trim_start().starts_with('}') {
            return Err(Fault::Wrong("a comma between the keys"));
        }
    }
    match (element, fortran, shape) {
        (Some((element, big_endian)), Some(fortran), Some(shape)) => Ok(Header { element, big_endian, fortran, shape }),
        _ => Err(Fault::Wrong("the keys descr, fortran_order and shape")),
    }
}

/// `<i2`, `>f8`, `|u1`, `<U3`: the order of bytes, a letter, a size.
fn kind(text: &str) -> Result<(Element, bool), Fault> {
    let unread = || Fault::Unread(format!("elements of kind {}", shown(text)));
    let (order, rest) = text.split_at_checked(1).ok_or_else(unread)?;
    let big_endian = match order {
        "<" | "|" | "=" => false,
        ">" => true,
        _ => return Err(unread()),
    };
    let (letter, size) = rest.split_at_checked(1).ok_or_else(unread)?;
    if letter == "O" {
        return Err(Fault::Unread("pickled Python objects, which are programs".to_owned()));
    }
    let size: u64 = size.parse().map_err(|_| unread())?;
    let element = match (letter, size) {
        ("i", 1) => Element::Number(Kind::I8),
        ("i", 2) => Element::Number(Kind::I16),
        ("i", 4) => Element::Number(Kind::I32),
        ("i", 8) => Element::Number(Kind::I64),
        ("u" | "b", 1) => Element::Number(Kind::U8),
        ("u", 2) => Element::Number(Kind::U16),
        ("u", 4) => Element::Number(Kind::U32),
        ("u", 8) => Element::Number(Kind::U64),
        ("f", 2) => Element::Number(Kind::F16),
        ("f", 4) => Element::Number(Kind::F32),
        ("f", 8) => Element::Number(Kind::F64),
        ("U", letters) => Element::Wide(letters),
        ("S" | "a", bytes) => Element::Bytes(bytes),
        _ => return Err(unread()),
    };
    Ok((element, big_endian))
}

/// The words of the dictionary that are left.
struct Words<'a> {
    rest: &'a str,
}

impl<'a> Words<'a> {
    /// Takes one mark, blanks before it aside.
    fn mark(&mut self, mark: char) -> Option<()> {
        self.rest = self.rest.trim_start().strip_prefix(mark)?;
        Some(())
    }

    /// Takes a text in quotation marks.
    fn text(&mut self) -> Option<&'a str> {
        let rest = self.rest.trim_start();
        let quote = rest.chars().next().filter(|letter| matches!(letter, '\'' | '"'))?;
        let (text, rest) = rest.get(1..)?.split_once(quote)?;
        self.rest = rest;
        Some(text)
    }

    fn truth(&mut self) -> Option<bool> {
        let rest = self.rest.trim_start();
        let (truth, rest) = match rest.strip_prefix("True") {
            Some(rest) => (true, rest),
            None => (false, rest.strip_prefix("False")?),
        };
        self.rest = rest;
        Some(truth)
    }

    /// Takes `(2000, 12)`, `(5,)` or `()`; Python 2 wrote an `L` after a long number.
    fn numbers(&mut self) -> Option<Vec<u64>> {
        self.mark('(')?;
        let mut numbers = Vec::new();
        while self.mark(')').is_none() {
            let rest = self.rest.trim_start();
            let end = rest.find(|letter: char| !letter.is_ascii_digit())?;
            let (digits, rest) = rest.split_at_checked(end)?;
            numbers.push(digits.parse().ok()?);
            self.rest = rest.strip_prefix('L').unwrap_or(rest);
            if numbers.len() > MOST_EXTENTS || (self.mark(',').is_none() && !self.rest.trim_start().starts_with(')')) {
                return None;
            }
        }
        Some(numbers)
    }
}
