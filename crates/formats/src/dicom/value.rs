//! Values of elements (PS3.5 Section 6): text in its character set, decimal strings, binary numbers, dates.

use core::cell::Cell;
use std::borrow::Cow;

use encoding_rs::{UTF_8, WINDOWS_1252};

use super::element::Element;
use super::notes::{Notes, byte};
use crate::encoding::{iso2022, pages, pages::Page};
use crate::error::shown;

impl<'a> Element<'a> {
    /// The bytes of a text without what pads it.
    fn trimmed(&self) -> &'a [u8] {
        let padding = |byte: &&u8| matches!(**byte, b' ' | 0);
        let front = self.value.iter().take_while(padding).count();
        let rest = self.value.get(front..).unwrap_or_default();
        let back = rest.iter().rev().take_while(padding).count();
        rest.get(..rest.len().saturating_sub(back)).unwrap_or_default()
    }

    /// The first of the values of a code, an identifier or a number; at most 128 bytes, with `\` between values.
    pub(super) fn first(&self) -> String {
        let value = self.trimmed().split(|byte| *byte == b'\\').next().unwrap_or_default();
        let value = value.get(..value.len().min(128)).unwrap_or_default();
        String::from_utf8_lossy(value).trim_matches(['\0', ' ']).to_owned()
    }

    /// The first of the numbers in decimal digits.
    pub(super) fn decimal(&self) -> Option<f64> {
        self.decimals().next().flatten()
    }

    /// The numbers in decimal digits, none for what is no number.
    pub(super) fn decimals(&self) -> impl Iterator<Item = Option<f64>> + use<'a> {
        self.trimmed().split(|byte| *byte == b'\\').map(decimal)
    }

    /// A whole number that is not negative: binary of 16 or 32 bits by its length, or decimal digits where the
    /// representation says so.
    pub(super) fn whole(&self) -> Option<u64> {
        if matches!(&self.representation, b"DS" | b"IS") {
            return self.first().parse().ok();
        }
        match *self.value {
            [a, b] => Some(u64::from(self.syntax.short([a, b]))),
            [a, b, c, d, ..] => Some(u64::from(self.syntax.long([a, b, c, d]))),
            _ => None,
        }
    }

    /// Binary numbers of 16 bits.
    pub(super) fn shorts(&self) -> impl Iterator<Item = u16> + use<'a> {
        let syntax = self.syntax;
        let (pairs, _) = self.value.as_chunks::<2>();
        pairs.iter().map(move |&pair| syntax.short(pair))
    }

    /// Binary numbers of 32 bits.
    pub(super) fn longs(&self) -> impl Iterator<Item = u32> + use<'a> {
        let syntax = self.syntax;
        let (parts, _) = self.value.as_chunks::<4>();
        parts.iter().map(move |&part| syntax.long(part))
    }
}

/// True for seconds that an ECG can last or be apart from another: less than 30,000 years.
pub(super) fn is_time(seconds: f64) -> bool {
    seconds.abs() < 1e12
}

/// A decimal string (DS): digits, sign, point and exponent and nothing else.
fn decimal(text: &[u8]) -> Option<f64> {
    if text.len() > 64 {
        return None;
    }
    let text = core::str::from_utf8(text).ok()?.trim_matches(['\0', ' ']);
    let plain = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E');
    let number: f64 = text.bytes().all(plain).then(|| text.parse().ok())??;
    number.is_finite().then_some(number)
}

/// Turns values into text.
pub(super) struct Texts<'a> {
    /// A set that is all of the texts' (ISO_IR 192, GB18030, GBK); none where sets follow each other by escape sequences.
    whole: Option<Page>,
    /// The set of bytes above ASCII before any escape sequence.
    upper: Option<Page>,
    /// The first such set that is stated for use after an escape sequence.
    later: Option<Page>,
    /// A set that is not known here.
    unknown: Option<String>,
    notes: &'a Notes<'a>,
    /// Bytes of one text.
    longest: usize,
    said: Cell<bool>,
}

impl<'a> Texts<'a> {
    /// By the element Specific Character Set (0008,0005), where the file has it.
    pub(super) fn new(stated: Option<&Element>, longest: u64, notes: &'a Notes<'a>) -> Texts<'a> {
        let names = stated.map(Element::trimmed).unwrap_or_default();
        let longest = usize::try_from(longest).unwrap_or(usize::MAX);
        let mut texts =
            Texts { whole: None, upper: None, later: None, unknown: None, notes, longest, said: Cell::new(false) };
        for (position, name) in names.split(|byte| *byte == b'\\').enumerate() {
            let name = String::from_utf8_lossy(name.get(..name.len().min(32)).unwrap_or_default()).to_ascii_uppercase();
            let plain = name.trim().replace([' ', '-'], "_");
            let number = ["ISO_IR_", "ISO_2022_IR_"].iter().find_map(|front| plain.strip_prefix(front));
            match number.map(|number| number.parse().map(|number: u16| (number, iso2022::registered(number)))) {
                None if plain.is_empty() => {}
                Some(Ok((192, _))) => texts.whole = Some(UTF_8),
                Some(Ok((_, Some(page)))) if position == 0 => texts.upper = page,
                Some(Ok((_, Some(page)))) => texts.later = texts.later.or(page),
                // GB18030 and GBK are no sets of the register; some programs write a usual name instead of a set's.
                None if position == 0 && pages::named(&name).is_some() => texts.whole = pages::named(&name),
                _ => texts.unknown = Some(name.trim().to_owned()),
            }
        }
        texts
    }

    /// The text of an element, all values of it, without what pads it; none where it is empty.
    pub(super) fn of(&self, element: Option<&Element>) -> Option<String> {
        let element = element?;
        let bytes = element.trimmed();
        let cut = bytes.get(..bytes.len().min(self.longest)).unwrap_or_default();
        if cut.len() < bytes.len() {
            self.notes.odd(byte(element.offset), format!("a text of {} bytes was cut", bytes.len()));
        }
        let text = self.decode(cut, element.offset);
        let text = text.trim().replace('\0', "");
        (!text.is_empty()).then_some(text)
    }

    fn decode<'b>(&self, bytes: &'b [u8], offset: usize) -> Cow<'b, str> {
        if bytes.is_ascii() && !bytes.contains(&0x1B) {
            return String::from_utf8_lossy(bytes);
        }
        let latin = || pages::decode(bytes, WINDOWS_1252).0;
        let lost = |page: &str| format!("texts are no {page} as stated; marks stand for what is lost");
        let stated = self.upper.is_some() || self.later.is_some() || bytes.contains(&0x1B);
        let (text, message): (Cow<str>, String) = match (self.whole, &self.unknown) {
            (Some(page), _) => match pages::decode(bytes, page) {
                (text, None) => return Cow::Owned(text),
                (text, Some(_)) => (Cow::Owned(text), lost(page.name())),
            },
            (None, Some(set)) => {
                let ascii = |&byte: &u8| if byte.is_ascii() { char::from(byte) } else { '\u{FFFD}' };
                let text = bytes.iter().map(ascii).collect();
                let message =
                    format!("the texts' character set {} is not read here; marks stand for what is lost", shown(set));
                (Cow::Owned(text), message)
            }
            (None, None) if stated => match (iso2022::decode(bytes, self.upper), self.later) {
                ((text, false), _) => return Cow::Owned(text),
                ((text, true), later) => {
                    // Some programs leave out the escape sequence before the one set that they use.
                    let again = later.filter(|_| self.upper.is_none()).map(|page| iso2022::decode(bytes, Some(page)));
                    match (again, later) {
                        (Some((text, false)), Some(page)) => {
                            let name = page.name();
                            (Cow::Owned(text), format!("texts lack their escape sequences; they were read as {name}"))
                        }
                        _ => (Cow::Owned(text), lost("text of their character sets")),
                    }
                }
            },
            (None, None) => match core::str::from_utf8(bytes) {
                Ok(text) => {
                    (Cow::Borrowed(text), "texts go beyond the stated ASCII; they were read as UTF-8".to_owned())
                }
                Err(_) => {
                    (Cow::Owned(latin()), "texts go beyond the stated ASCII; they were read as Latin-1".to_owned())
                }
            },
        };
        if !self.said.replace(true) {
            self.notes.odd(byte(offset), message);
        }
        text
    }
}

/// A date (DA, also with the points of the older form) in ISO 8601.
pub(super) fn date(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|letter| !matches!(letter, '.' | '-')).collect();
    let (year, month, day) = (digits.get(..4)?, digits.get(4..6)?, digits.get(6..8)?);
    let within = |part: &str, low: u8, high: u8| part.parse::<u8>().is_ok_and(|part| (low..=high).contains(&part));
    let numbers = digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_digit());
    (numbers && within(month, 1, 12) && within(day, 1, 31)).then(|| format!("{year}-{month}-{day}"))
}

/// A time (TM, also with colons) in ISO 8601, as exact as it is stated.
pub(super) fn time(text: &str) -> Option<String> {
    let digits = text.replace(':', "");
    let (whole, fraction) = digits.split_once('.').map_or((digits.as_str(), ""), |(whole, fraction)| (whole, fraction));
    let number = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    let within = |part: &str, high: u8| number(part) && part.parse::<u8>().is_ok_and(|part| part <= high);
    let hour = whole.get(..2).filter(|part| within(part, 23))?;
    if whole.len() == 2 {
        return Some(hour.to_owned());
    }
    let minute = whole.get(2..4).filter(|part| within(part, 59))?;
    if whole.len() == 4 {
        return Some(format!("{hour}:{minute}"));
    }
    let second = whole.get(4..).filter(|part| within(part, 60))?;
    let fraction = fraction.trim_end_matches('0');
    match fraction {
        "" => Some(format!("{hour}:{minute}:{second}")),
        _ if fraction.len() <= 6 && fraction.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some(format!("{hour}:{minute}:{second}.{fraction}"))
        }
        _ => None,
    }
}

/// A date with time (DT) in ISO 8601, and the time zone where it states one.
pub(super) fn date_time(text: &str) -> Option<(String, Option<String>)> {
    let zone = text.rfind(['+', '-']).filter(|at| *at >= 4);
    let (moment, zone) = zone.map_or((text, None), |at| {
        let (moment, zone) = text.split_at_checked(at).unwrap_or((text, ""));
        (moment, Some(zone.to_owned()))
    });
    let day = date(moment.get(..8)?)?;
    match moment.get(8..)? {
        "" => Some((day, zone)),
        clock => Some((format!("{day}T{}", time(clock)?), zone)),
    }
}
