//! Values of elements (PS3.5 Section 6): text in its character set, decimal strings, binary numbers, dates.

use core::cell::Cell;
use std::borrow::Cow;

use super::element::Element;
use super::notes::{Notes, byte};

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

/// How the file's texts are written (0008,0005).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Set {
    /// None stated, or ISO_IR 6.
    Ascii,
    Latin,
    Utf8,
    /// One that is not read here.
    Other,
}

/// Turns values into text.
pub(super) struct Texts<'a> {
    set: Set,
    notes: &'a Notes<'a>,
    /// Bytes of one text.
    longest: usize,
    said: Cell<bool>,
}

impl<'a> Texts<'a> {
    /// By the element Specific Character Set, where the file has it.
    pub(super) fn new(stated: Option<&Element>, longest: u64, notes: &'a Notes<'a>) -> Texts<'a> {
        let names = stated.map(Element::trimmed).unwrap_or_default();
        let mut set = Set::Ascii;
        for name in names.split(|byte| *byte == b'\\') {
            let name = String::from_utf8_lossy(name.get(..name.len().min(32)).unwrap_or_default()).to_ascii_uppercase();
            let of = match name.trim().replace("ISO 2022 ", "ISO_").replace([' ', '-'], "_").as_str() {
                "" | "ISO_IR_6" => continue,
                "ISO_IR_100" => Set::Latin,
                "ISO_IR_192" => Set::Utf8,
                _ => Set::Other,
            };
            // Of several sets none but the same can be read without following the switches between them.
            set = if set == Set::Ascii || set == of { of } else { Set::Other };
        }
        let longest = usize::try_from(longest).unwrap_or(usize::MAX);
        Texts { set, notes, longest, said: Cell::new(false) }
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
        let latin = || bytes.iter().map(|&byte| char::from(byte)).collect::<String>();
        let (text, message): (Cow<str>, &str) = match self.set {
            // Escapes announce the sets that the names stated already.
            Set::Latin => return Cow::Owned(latin().replace("\u{1b}-A", "").replace("\u{1b}(B", "")),
            Set::Utf8 => match core::str::from_utf8(bytes) {
                Ok(text) => return Cow::Borrowed(text),
                Err(_) => {
                    (String::from_utf8_lossy(bytes), "texts are no UTF-8 as stated; marks stand for what is lost")
                }
            },
            Set::Ascii => match core::str::from_utf8(bytes) {
                Ok(text) => (Cow::Borrowed(text), "texts go beyond the stated ASCII; they were read as UTF-8"),
                Err(_) => (Cow::Owned(latin()), "texts go beyond the stated ASCII; they were read as Latin-1"),
            },
            Set::Other => {
                let ascii = |&byte: &u8| if byte.is_ascii() { char::from(byte) } else { '\u{FFFD}' };
                let text = bytes.iter().map(ascii).collect();
                (Cow::Owned(text), "the texts' character set is not read here; marks stand for what is lost")
            }
        };
        if !self.said.replace(true) {
            self.notes.odd(byte(offset), message.to_owned());
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
