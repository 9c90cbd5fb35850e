//! Data elements (PS3.5 Section 7): one pass over borrowed bytes, in which every length is checked against the rest of
//! its parent and nothing is allocated for what a length promises.

use super::notes::{Notes, byte};

/// A tag: its group in the upper 16 bits, its element in the lower.
pub(super) type Tag = u32;

const ITEM: Tag = 0xFFFE_E000;
const ITEM_END: Tag = 0xFFFE_E00D;
const SEQUENCE_END: Tag = 0xFFFE_E0DD;

/// The length that means "up to the delimiter".
const UNDEFINED: u32 = u32::MAX;

/// Sequences within sequences of undefined length; ECG files nest four.
const DEEPEST: usize = 64;

/// How elements are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Syntax {
    /// True where each element states its value representation.
    pub(super) explicit: bool,
    /// True where numbers have their highest byte first.
    pub(super) big_endian: bool,
}

impl Syntax {
    pub(super) const IMPLICIT: Syntax = Syntax { explicit: false, big_endian: false };
    pub(super) const EXPLICIT: Syntax = Syntax { explicit: true, big_endian: false };
    pub(super) const BIG_ENDIAN: Syntax = Syntax { explicit: true, big_endian: true };

    pub(super) fn short(self, bytes: [u8; 2]) -> u16 {
        if self.big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) }
    }

    pub(super) fn long(self, bytes: [u8; 4]) -> u32 {
        if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
    }
}

/// What precedes an element's value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header {
    pub(super) tag: Tag,
    /// Two letters, or zeros where none are written.
    pub(super) representation: [u8; 2],
    pub(super) length: u32,
    /// Bytes of the header itself: 8 or 12.
    pub(super) size: usize,
}

impl Header {
    /// The header at the beginning of `bytes`; none where it is cut.
    pub(super) fn read(bytes: &[u8], syntax: Syntax) -> Option<Header> {
        let (&head, rest) = bytes.split_first_chunk::<8>()?;
        let [a, b, c, d, e, f, g, h] = head;
        let tag = u32::from(syntax.short([a, b])) << 16 | u32::from(syntax.short([c, d]));
        let delimiter = matches!(tag, ITEM | ITEM_END | SEQUENCE_END);
        // Writers that mix the syntaxes leave the letters out within sequences.
        let lettered = e.is_ascii_uppercase() && f.is_ascii_uppercase();
        if delimiter || !syntax.explicit || !lettered {
            let length = syntax.long([e, f, g, h]);
            return Some(Header { tag, representation: [0, 0], length, size: 8 });
        }
        if SHORT.contains(&[e, f]) {
            let length = u32::from(syntax.short([g, h]));
            return Some(Header { tag, representation: [e, f], length, size: 8 });
        }
        let &length = rest.first_chunk::<4>()?;
        Some(Header { tag, representation: [e, f], length: syntax.long(length), size: 12 })
    }
}

/// Value representations whose length has 16 bits; all others, later ones too, have two reserved bytes and 32.
const SHORT: [[u8; 2]; 21] = [
    *b"AE", *b"AS", *b"AT", *b"CS", *b"DA", *b"DS", *b"DT", *b"FD", *b"FL", *b"IS", *b"LO", *b"LT", *b"PN", *b"SH",
    *b"SL", *b"SS", *b"ST", *b"TM", *b"UI", *b"UL", *b"US",
];

const LONG: [[u8; 2]; 13] =
    [*b"OB", *b"OD", *b"OF", *b"OL", *b"OV", *b"OW", *b"SQ", *b"SV", *b"UC", *b"UN", *b"UR", *b"UT", *b"UV"];

/// How many elements at the beginning of `bytes`, up to four, are as the syntax has them: known letters, rising tags,
/// lengths that stay within the bytes. All that there are where the bytes end before the fourth.
pub(super) fn plausible(bytes: &[u8], syntax: Syntax) -> usize {
    let mut position = 0_usize;
    let mut last: Option<Tag> = None;
    for sound in 0..4_usize {
        let rest = bytes.get(position..).unwrap_or_default();
        if rest.is_empty() {
            return sound;
        }
        let Some(header) = Header::read(rest, syntax) else { return 0 };
        let letters = header.representation;
        let spelled = !syntax.explicit || SHORT.contains(&letters) || LONG.contains(&letters);
        let rises = last.is_none_or(|last| header.tag > last);
        if !spelled || !rises || header.tag == 0 {
            // Known letters are a sign by themselves; without them only order is.
            return if syntax.explicit { sound } else { 0 };
        }
        if header.length == UNDEFINED {
            return sound.saturating_add(1);
        }
        let next = usize::try_from(header.length).unwrap_or(usize::MAX).saturating_add(header.size);
        if next > rest.len() {
            return sound;
        }
        last = Some(header.tag);
        position = position.saturating_add(next);
    }
    4
}

/// A data set: the whole file's or an item's.
#[derive(Clone, Copy)]
pub(super) struct Set<'a> {
    pub(super) bytes: &'a [u8],
    /// Of the first byte, in the file (or in what was inflated).
    pub(super) offset: usize,
    pub(super) syntax: Syntax,
    pub(super) notes: &'a Notes<'a>,
}

/// One element with its value, which lies in the file.
#[derive(Clone, Copy)]
pub(super) struct Element<'a> {
    pub(super) tag: Tag,
    /// Two letters, or zeros where none are written.
    pub(super) representation: [u8; 2],
    pub(super) value: &'a [u8],
    /// Of the value's first byte.
    pub(super) offset: usize,
    pub(super) syntax: Syntax,
    notes: &'a Notes<'a>,
}

impl<'a> Set<'a> {
    /// The elements in their order.
    pub(super) fn elements(self) -> Elements<'a> {
        Elements { set: self, position: 0 }
    }

    /// The waveform sequence's bytes within a set whose elements before it are broken: its tag, with an item behind it.
    pub(super) fn find(self, tag: Tag) -> Option<Set<'a>> {
        let two = |value: u32| {
            let [low, high, ..] = value.to_le_bytes();
            if self.syntax.big_endian { [high, low] } else { [low, high] }
        };
        let ([a, b], [c, d]) = (two(tag >> 16), two(tag));
        let begins = |bytes: &[u8]| {
            let header = Header::read(bytes, self.syntax).filter(|header| header.length > 0);
            let inner = header.and_then(|header| bytes.get(header.size..));
            inner.and_then(|inner| Header::read(inner, self.syntax)).is_some_and(|item| item.tag == ITEM)
        };
        let places = self.bytes.windows(4).enumerate().filter(|(_, window)| *window == [a, b, c, d]);
        let mut rests = places.filter_map(|(place, _)| Some((place, self.bytes.get(place..)?)));
        let (place, bytes) = rests.find(|(_, bytes)| begins(bytes))?;
        Some(Set { bytes, offset: self.offset.saturating_add(place), ..self })
    }

    /// The first of each wanted element.
    pub(super) fn collect(self, wanted: &[Tag]) -> Fields<'a> {
        let mut found: Vec<Element> = Vec::new();
        for element in self.elements() {
            if wanted.contains(&element.tag) && found.iter().all(|other| other.tag != element.tag) {
                found.push(element);
            }
        }
        Fields { found }
    }
}

/// The wanted elements of a set.
pub(super) struct Fields<'a> {
    found: Vec<Element<'a>>,
}

impl<'a> Fields<'a> {
    pub(super) fn get(&self, tag: Tag) -> Option<&Element<'a>> {
        self.found.iter().find(|element| element.tag == tag)
    }
}

/// See [`Set::elements`].
pub(super) struct Elements<'a> {
    set: Set<'a>,
    position: usize,
}

impl<'a> Iterator for Elements<'a> {
    type Item = Element<'a>;

    fn next(&mut self) -> Option<Element<'a>> {
        let Set { bytes, offset, syntax, notes } = self.set;
        loop {
            let rest = bytes.get(self.position..).filter(|rest| !rest.is_empty())?;
            let at = offset.saturating_add(self.position);
            let Some(header) = Header::read(rest, syntax) else {
                notes.data(byte(at), format!("{} bytes that are no element were left out", rest.len()));
                self.position = bytes.len();
                return None;
            };
            let body = self.position.saturating_add(header.size);
            // Zeros that fill a block, and delimiters of what is not open.
            if header.tag == 0 && header.length == 0 || header.tag >> 16 == ITEM >> 16 {
                self.position = body;
                continue;
            }
            let inner = content_syntax(header.representation, syntax);
            let (value, next) = value(self.set, &header, body, Open::Sequence, inner);
            self.position = next;
            let offset = offset.saturating_add(body);
            return Some(Element {
                tag: header.tag,
                representation: header.representation,
                value,
                offset,
                syntax,
                notes,
            });
        }
    }
}

/// The value whose header ends at `body`, and where what follows it begins.
fn value<'a>(set: Set<'a>, header: &Header, body: usize, kind: Open, inner: Syntax) -> (&'a [u8], usize) {
    let rest = set.bytes.get(body..).unwrap_or_default();
    let place = || byte(set.offset.saturating_add(body));
    if header.length == UNDEFINED {
        let end = find_end(rest, inner, kind);
        if !end.closed {
            let message = format!("{} has no end; what is there was read", shown(header.tag));
            set.notes.data(place(), message);
        }
        let value = rest.get(..end.content).unwrap_or_default();
        return (value, body.saturating_add(end.next));
    }
    let length = usize::try_from(header.length).unwrap_or(usize::MAX);
    if let Some(value) = rest.get(..length) {
        return (value, body.saturating_add(length));
    }
    let (tag, left) = (shown(header.tag), rest.len());
    set.notes.data(place(), format!("{tag} states {length} bytes, {left} are there; the file may be cut"));
    (rest, set.bytes.len())
}

/// The syntax of a sequence's items: what has an unknown representation is implicit (PS3.5 Section 6.2.2).
fn content_syntax(representation: [u8; 2], syntax: Syntax) -> Syntax {
    if representation == *b"UN" { Syntax::IMPLICIT } else { syntax }
}

impl<'a> Element<'a> {
    /// The items of a sequence.
    pub(super) fn items(&self) -> Items<'a> {
        let syntax = content_syntax(self.representation, self.syntax);
        Items { set: Set { bytes: self.value, offset: self.offset, syntax, notes: self.notes }, position: 0 }
    }
}

/// See [`Element::items`].
pub(super) struct Items<'a> {
    set: Set<'a>,
    position: usize,
}

impl<'a> Iterator for Items<'a> {
    type Item = Set<'a>;

    fn next(&mut self) -> Option<Set<'a>> {
        let Set { bytes, offset, syntax, notes } = self.set;
        let rest = bytes.get(self.position..).filter(|rest| !rest.is_empty())?;
        let at = offset.saturating_add(self.position);
        let header = Header::read(rest, syntax);
        let Some(header) = header.filter(|header| header.tag == ITEM) else {
            if header.is_none_or(|header| header.tag != SEQUENCE_END) {
                notes.data(byte(at), "a sequence holds what is no item; its rest was left out".to_owned());
            }
            self.position = bytes.len();
            return None;
        };
        let body = self.position.saturating_add(header.size);
        let (value, next) = value(self.set, &header, body, Open::Item, syntax);
        self.position = next;
        Some(Set { bytes: value, offset: offset.saturating_add(body), syntax, notes })
    }
}

/// What is open while an end is looked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Sequence,
    Item,
}

struct End {
    /// Bytes before the delimiter.
    content: usize,
    /// Bytes with the delimiter.
    next: usize,
    closed: bool,
}

/// The end of a sequence or item of undefined length whose content begins at `bytes`. Everything belongs to it where it
/// has no end, is broken or nests too deep.
fn find_end(bytes: &[u8], syntax: Syntax, kind: Open) -> End {
    let mut open = vec![(kind, syntax)];
    let mut position = 0_usize;
    while let Some(rest) = bytes.get(position..) {
        let Some(&(kind, syntax)) = open.last() else { break };
        let Some(header) = Header::read(rest, syntax) else { break };
        let body = position.saturating_add(header.size);
        match (header.tag, kind) {
            (ITEM_END, Open::Item) | (SEQUENCE_END, Open::Sequence) => {
                open.pop();
                if open.is_empty() {
                    return End { content: position, next: body, closed: true };
                }
                position = body;
                continue;
            }
            // The item's own delimiter was left out.
            (SEQUENCE_END, Open::Item) => {
                open.pop();
                if open.is_empty() {
                    return End { content: position, next: position, closed: true };
                }
                continue;
            }
            (ITEM, Open::Sequence) if header.length == UNDEFINED => open.push((Open::Item, syntax)),
            (ITEM, Open::Sequence) => {}
            (_, Open::Sequence) => break,
            (_, Open::Item) if header.length == UNDEFINED => {
                open.push((Open::Sequence, content_syntax(header.representation, syntax)));
            }
            (_, Open::Item) => {}
        }
        if open.len() > DEEPEST {
            break;
        }
        let length = if header.length == UNDEFINED { 0 } else { header.length };
        position = body.saturating_add(usize::try_from(length).unwrap_or(usize::MAX));
    }
    End { content: bytes.len(), next: bytes.len(), closed: false }
}

/// A tag as the standard writes it.
pub(super) fn shown(tag: Tag) -> String {
    format!("({:04X},{:04X})", tag >> 16, tag & 0xFFFF)
}
