//! The chain of definitions, and what holds at each frame.

use std::collections::BTreeMap;

use ecg::{Severity, Warning};

use super::chain::{self, Head, tag};
use super::frames::{Channel, DataType, Frame, Layout, Number, Quantity};
use super::{MOST_WARNINGS, warning};
use crate::cursor::Cursor;
use crate::{Error, InputFile, Limits, Place};

/// Definitions within definitions.
const DEEPEST: u32 = 4;
/// What can be read where values are compressed.
const PLAIN: &str = "samples without compression (data types 0 to 8)";
/// Changes of layout between frames at most; each is a recording of its own.
const MOST_LAYOUTS: usize = 64;
/// Bytes of a lead's name.
const LONGEST_NAME: usize = 64;
/// Notes, filters and the like at most.
const MOST_TEXTS: usize = 10_000;

/// What was defined for all leads, or for one.
#[derive(Clone, Debug, Default)]
pub(super) struct Attributes {
    block: Option<u32>,
    sequences: Option<u32>,
    waveform: Option<u16>,
    lead: Option<(u16, String)>,
    data_type: Option<DataType>,
    interval: Option<Quantity>,
    resolution: Option<Quantity>,
    offset: Option<Number>,
    no_sample: Option<Number>,
}

/// A mark as the file states it: times in samples.
#[derive(Clone, Debug)]
pub(super) struct Event {
    pub(super) code: u16,
    pub(super) sample: u32,
    pub(super) samples: u32,
    pub(super) text: String,
    pub(super) lead: Option<u32>,
}

/// Person, start and device.
#[derive(Clone, Debug, Default)]
pub(super) struct About {
    pub(super) name: Option<String>,
    pub(super) number: Option<String>,
    pub(super) age: Option<u16>,
    pub(super) born: Option<String>,
    pub(super) sex: u8,
    pub(super) start: Option<String>,
    pub(super) comments: Vec<String>,
    pub(super) events: Vec<Event>,
}

/// The state of reading.
pub(super) struct Reading<'a> {
    pub(super) file: InputFile<'a>,
    pub(super) limits: &'a Limits,
    pub(super) frames: Vec<Frame<'a>>,
    pub(super) layouts: Vec<Layout>,
    pub(super) about: About,
    pub(super) warnings: Vec<Warning>,
    pub(super) big_endian: bool,
    pub(super) text_code: String,
    leads: u32,
    all: Attributes,
    own: BTreeMap<u32, Attributes>,
    /// True where something was defined since the last layout.
    is_new: bool,
    pointer: Option<u32>,
    unknown: Option<(u8, u64)>,
}

impl<'a> Reading<'a> {
    pub(super) fn new(file: &InputFile<'a>, limits: &'a Limits) -> Reading<'a> {
        Reading {
            file: *file,
            limits,
            frames: Vec::new(),
            layouts: Vec::new(),
            about: About::default(),
            warnings: Vec::new(),
            big_endian: true,
            text_code: String::new(),
            leads: 1,
            all: Attributes::default(),
            own: BTreeMap::new(),
            is_new: true,
            pointer: None,
            unknown: None,
        }
    }

    pub(super) fn warn(&mut self, severity: Severity, place: impl Into<String>, message: impl Into<String>) {
        if self.warnings.len() < MOST_WARNINGS {
            let warning = warning(&self.file, severity, place, message);
            self.warnings.push(warning);
        }
    }

    /// Reads definitions to the end of the bytes, or to two zeros where `to_zeros`.
    pub(super) fn chain(
        &mut self,
        cursor: &mut Cursor<'a>,
        lead: Option<u32>,
        depth: u32,
        to_zeros: bool,
    ) -> Result<(), Error> {
        loop {
            if to_zeros
                && self
                    .file
                    .bytes
                    .get(usize::try_from(cursor.position()).unwrap_or(usize::MAX)..)
                    .is_some_and(|rest| rest.starts_with(&[0, 0]))
            {
                return cursor.skip(2);
            }
            let Some(head) = chain::head(self.file.name, cursor)? else { break };
            if matches!(head.tag, tag::OF_LEAD | tag::GROUP) {
                self.nested(cursor, head, lead, depth)?;
                continue;
            }
            let value = self.value(cursor, head)?;
            self.define(head, value, lead)?;
        }
        if depth == 0
            && let Some((tag, place)) = self.unknown
        {
            self.warn(
                Severity::Note,
                format!("byte {place}"),
                format!("definitions of unknown tags were passed over (first 0x{tag:02x})"),
            );
        }
        Ok(())
    }

    fn nested(&mut self, cursor: &mut Cursor<'a>, head: Head, lead: Option<u32>, depth: u32) -> Result<(), Error> {
        let place = Place::Byte(head.place);
        if depth >= DEEPEST {
            return Err(Error::limit(self.file.name, place, "definitions within definitions", DEEPEST));
        }
        if head.lead.is_some() && lead.is_some() {
            return Err(Error::invalid(self.file.name, place, "a lead within a lead", "definitions of one lead"));
        }
        let depth = depth.saturating_add(1);
        let lead = head.lead.or(lead);
        match head.length {
            None => self.chain(cursor, lead, depth, true),
            Some(length) => {
                let length = usize::try_from(length).unwrap_or(usize::MAX);
                let is_cut = length > cursor.remaining();
                let mut part = cursor.part(length.min(cursor.remaining()))?;
                self.chain(&mut part, lead, depth, false)?;
                if is_cut {
                    let found = format!("{} bytes", part.position());
                    return Err(Error::truncated(
                        self.file.name,
                        place,
                        found,
                        format!("{length} bytes of definitions"),
                    ));
                }
                Ok(())
            }
        }
    }

    /// The bytes of a value. Samples may be cut, other values not.
    fn value(&mut self, cursor: &mut Cursor<'a>, head: Head) -> Result<&'a [u8], Error> {
        match head.length {
            Some(length) if head.tag == tag::SAMPLES => {
                let length = usize::try_from(length).unwrap_or(usize::MAX);
                if length > cursor.remaining() {
                    let message = format!(
                        "the file ends within samples: {length} bytes are stated, {} there",
                        cursor.remaining()
                    );
                    self.warn(Severity::Data, format!("byte {}", head.place), message);
                }
                cursor.take(length.min(cursor.remaining()))
            }
            Some(length) => cursor.take(usize::try_from(length).unwrap_or(usize::MAX)),
            None if head.tag == tag::SAMPLES => self.samples_without_length(cursor, head),
            None => {
                let from = usize::try_from(cursor.position()).unwrap_or(usize::MAX);
                let rest = self.file.bytes.get(from..).unwrap_or_default();
                let rest = rest.get(..cursor.remaining()).unwrap_or_default();
                let length = rest.windows(2).position(|pair| pair == [0, 0]);
                let value = cursor.take(length.unwrap_or(rest.len()))?;
                if length.is_some() {
                    cursor.skip(2)?;
                }
                Ok(value)
            }
        }
    }

    /// Samples may hold zeros themselves: the layout says how many bytes there are, or they go on to the end.
    fn samples_without_length(&mut self, cursor: &mut Cursor<'a>, head: Head) -> Result<&'a [u8], Error> {
        let stated = self.layout(head)?.bytes();
        if let Some(length) =
            stated.and_then(|length| usize::try_from(length).ok()).filter(|length| *length <= cursor.remaining())
        {
            return cursor.take(length);
        }
        let rest = cursor.take(cursor.remaining())?;
        let message = "samples have no stated length and no stated number; they were read to the file's end";
        self.warn(Severity::Data, format!("byte {}", head.place), message);
        let ends: [&[u8]; 2] = [&[0, 0, tag::END, 0], &[0, 0, tag::END]];
        Ok(ends.iter().find_map(|end| rest.strip_suffix(*end)).unwrap_or(rest))
    }

    fn define(&mut self, head: Head, value: &'a [u8], lead: Option<u32>) -> Result<(), Error> {
        match head.tag {
            tag::SAMPLES => return self.frame(head, value),
            tag::BYTE_ORDER => match value {
                [] | [0] => self.big_endian = true,
                [1] => self.big_endian = false,
                _ => return Err(self.wrong(head, value, "0 (big-endian) or 1 (little-endian)")),
            },
            tag::LEADS if lead.is_none() => {
                let count = if value.is_empty() { 1 } else { self.unsigned(head, value)? };
                if count == 0 {
                    return Err(self.wrong(head, value, "at least one lead"));
                }
                self.limits.size(self.file.name, Place::Byte(head.place), u64::from(count), 0)?;
                self.leads = count;
                // A new number of leads takes back what was said of single ones.
                self.own.clear();
            }
            tag::POINTER => self.pointer = if value.is_empty() { None } else { Some(self.unsigned(head, value)?) },
            tag::COMPRESSION => {
                let code = value.get(..2).unwrap_or(value);
                if code.iter().any(|&byte| byte != 0) {
                    let code = Number::new(code, self.big_endian).unsigned();
                    let found = format!("compressed values (tag 0x0E, code {code}), whose layout is not public");
                    let place = Place::Byte(head.place);
                    return Err(Error::unsupported(self.file.name, place, found, PLAIN));
                }
            }
            tag::BLOCK..=tag::OFFSET | tag::NO_SAMPLE => self.attribute(head, value, lead)?,
            _ => {
                if !self.describe(head, value, lead) && !tag::WITHOUT_USE.contains(&head.tag) {
                    self.unknown.get_or_insert((head.tag, head.place));
                }
                return Ok(());
            }
        }
        self.is_new = true;
        Ok(())
    }

    /// One that may hold for all leads or for one.
    fn attribute(&mut self, head: Head, value: &[u8], lead: Option<u32>) -> Result<(), Error> {
        if lead.is_some_and(|lead| lead >= self.leads) {
            let message = format!("definitions of a lead beyond the {} that there are were passed over", self.leads);
            self.warn(Severity::Note, format!("byte {}", head.place), message);
            return Ok(());
        }
        let big_endian = self.big_endian;
        let mut change = match lead {
            Some(lead) => self.own.get(&lead).cloned().unwrap_or_default(),
            None => self.all.clone(),
        };
        let is_empty = value.is_empty();
        match head.tag {
            tag::BLOCK => change.block = if is_empty { None } else { Some(self.unsigned(head, value)?) },
            tag::SEQUENCES => change.sequences = if is_empty { None } else { Some(self.unsigned(head, value)?) },
            tag::DATA_TYPE => {
                change.data_type = match value {
                    [] => None,
                    [9] => {
                        let found = "samples in the 8 bit compression of AHA (data type 9), whose layout is not public";
                        return Err(Error::unsupported(self.file.name, Place::Byte(head.place), found, PLAIN));
                    }
                    [code] => match DataType::new(*code) {
                        Some(data_type) => Some(data_type),
                        None => return Err(self.wrong(head, value, "a data type from 0 to 9")),
                    },
                    _ => return Err(self.wrong(head, value, "a data type of one byte")),
                }
            }
            tag::INTERVAL | tag::RESOLUTION => {
                let quantity = match value {
                    [] => None,
                    [unit, power, number @ ..] if (1..=4).contains(&number.len()) => {
                        let number = Number::new(number, big_endian).signed();
                        Some(Quantity { unit: *unit, power: i8::from_le_bytes([*power]), number })
                    }
                    _ => return Err(self.wrong(head, value, "unit, power of ten and a number of 1 to 4 bytes")),
                };
                if head.tag == tag::INTERVAL { change.interval = quantity } else { change.resolution = quantity }
            }
            tag::OFFSET | tag::NO_SAMPLE => {
                let number = match value.len() {
                    0 => None,
                    1 | 2 | 4 | 8 => Some(Number::new(value, big_endian)),
                    _ => return Err(self.wrong(head, value, "a sample of 1, 2, 4 or 8 bytes")),
                };
                if head.tag == tag::OFFSET { change.offset = number } else { change.no_sample = number }
            }
            tag::WAVEFORM => change.waveform = self.code(value).map(|(code, _)| code),
            tag::LEAD => {
                change.lead = self.code(value).map(|(code, text)| {
                    // Longer texts are no names, and would be copied with every definition that follows.
                    let text = text.get(..text.len().min(LONGEST_NAME)).unwrap_or_default();
                    (code, self.text(text).unwrap_or_default())
                });
            }
            _ => {}
        }
        match lead {
            Some(lead) => _ = self.own.insert(lead, change),
            None => self.all = change,
        }
        Ok(())
    }

    /// A code of one or two bytes, and what follows it.
    fn code<'v>(&self, value: &'v [u8]) -> Option<(u16, &'v [u8])> {
        match value {
            [] => None,
            [code] => Some((u16::from(*code), &[])),
            [a, b, text @ ..] if self.big_endian => Some((u16::from_be_bytes([*a, *b]), text)),
            [a, b, text @ ..] => Some((u16::from_le_bytes([*a, *b]), text)),
        }
    }

    /// A number of 1 to 4 bytes without a sign.
    pub(super) fn unsigned(&self, head: Head, value: &[u8]) -> Result<u32, Error> {
        match value.len() {
            1..=4 => Ok(u32::try_from(Number::new(value, self.big_endian).unsigned()).unwrap_or(u32::MAX)),
            _ => Err(self.wrong(head, value, "a number of 1 to 4 bytes")),
        }
    }

    fn wrong(&self, head: Head, value: &[u8], expected: &str) -> Error {
        let found = match value {
            [byte] => format!("tag 0x{:02x} with the value {byte}", head.tag),
            _ => format!("tag 0x{:02x} with {} bytes", head.tag, value.len()),
        };
        Error::invalid(self.file.name, Place::Byte(head.place), found, expected)
    }

    /// Keeps a comment, if there is room and it is no longer than texts may be.
    pub(super) fn comment(&mut self, what: &str, text: Option<String>) {
        let text = text.filter(|text| !text.is_empty() && text.len() as u64 <= self.limits.text_bytes);
        if let Some(text) = text
            && self.about.comments.len() < MOST_TEXTS
        {
            self.about.comments.push(format!("{what}{text}"));
        }
    }

    fn frame(&mut self, head: Head, data: &'a [u8]) -> Result<(), Error> {
        if self.frames.len() as u64 >= self.limits.segments {
            return Err(Error::limit(self.file.name, Place::Byte(head.place), "more frames", self.limits.segments));
        }
        if self.is_new || self.layouts.is_empty() {
            let layout = self.layout(head)?;
            if self.layouts.last() != Some(&layout) {
                if self.layouts.len() >= MOST_LAYOUTS {
                    let found = "more changes of definitions between frames";
                    return Err(Error::limit(self.file.name, Place::Byte(head.place), found, MOST_LAYOUTS));
                }
                self.layouts.push(layout);
            }
            self.is_new = false;
        }
        let layout = self.layouts.len().saturating_sub(1);
        self.frames.push(Frame { place: head.place, data, layout, pointer: self.pointer.take() });
        Ok(())
    }

    /// The layout of a frame here.
    fn layout(&self, head: Head) -> Result<Layout, Error> {
        let mut channels = Vec::new();
        let none = Attributes::default();
        for lead in 0..self.leads {
            let own = self.own.get(&lead).unwrap_or(&none);
            let all = &self.all;
            let block = own.block.or(all.block).unwrap_or(1);
            if block == 0 {
                return Err(Error::invalid(
                    self.file.name,
                    Place::Byte(head.place),
                    "blocks of no samples",
                    "at least one sample",
                ));
            }
            // The name of a lead for all is that of the first.
            let name = own.lead.as_ref().or(if lead == 0 { all.lead.as_ref() } else { None });
            channels.push(Channel {
                name: name.cloned(),
                data_type: own.data_type.or(all.data_type).unwrap_or(DataType::I16),
                block: u64::from(block),
                sequences: own.sequences.or(all.sequences).map(u64::from),
                interval: own.interval.or(all.interval),
                resolution: own.resolution.or(all.resolution),
                offset: own.offset.or(all.offset),
                no_sample: own.no_sample.or(all.no_sample),
            });
        }
        Ok(Layout { channels, big_endian: self.big_endian, waveform: self.all.waveform })
    }
}
