//! Section 1: the person, the date, the device, and what else is noted of the recording.
//!
//! Fields of a tag (8 bits), a length (16 bits) and a value, until tag 255. Person, date and time have places of their own in a
//! recording; devices, filters, physicians, drugs and remarks become comments. Tags from 200 on are the maker's and are left out.

use ecg::{Patient, Recording, Severity, Sex};

use super::texts::TextCode;
use super::warning;
use crate::cursor::Cursor;
use crate::{Error, InputFile};

/// Fields of one section; a sound one has some thirty.
const MOST_FIELDS: usize = 1_000;

/// What other sections need of this one.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Device {
    /// Code of texts.
    pub(super) texts: TextCode,
    /// Protocol version, tenfold.
    pub(super) protocol: u8,
}

/// Reads the section into the recording.
pub(super) fn read(file: &InputFile, mut cursor: Cursor, recording: &mut Recording) -> Result<Device, Error> {
    let mut fields: Vec<(u8, &[u8])> = Vec::new();
    while cursor.remaining() >= 3 && fields.len() < MOST_FIELDS {
        let place = cursor.position();
        let tag = cursor.u8()?;
        let length = usize::from(cursor.u16_le()?);
        if tag == 255 {
            break;
        }
        let Ok(value) = cursor.take(length) else {
            let message = format!("the field of tag {tag} states {length} bytes, more than are left; it was left out");
            recording.warnings.push(warning(file, Severity::Note, &format!("byte {place}"), message));
            break;
        };
        fields.push((tag, value));
    }
    if fields.len() == MOST_FIELDS {
        let message = format!("Section 1 has more than {MOST_FIELDS} fields; the others were left out");
        recording.warnings.push(warning(file, Severity::Note, "Section 1", message));
    }

    let device = device(&fields);
    if let TextCode::Other(code) = device.texts {
        let message = format!("texts are in the code {code:#04x}, which is not read here; some letters may be wrong");
        recording.warnings.push(warning(file, Severity::Note, "Section 1", message));
    }
    recording.patient = patient(&fields, device.texts);
    recording.start = start(&fields);
    recording.comments.extend(fields.iter().filter_map(|(tag, value)| comment(*tag, value, device.texts)));
    Ok(device)
}

fn field<'a>(fields: &[(u8, &'a [u8])], tag: u8) -> Option<&'a [u8]> {
    fields.iter().find(|(own, _)| *own == tag).map(|(_, value)| *value)
}

/// Code of texts and version as the acquiring device (tag 14) states them.
fn device(fields: &[(u8, &[u8])]) -> Device {
    let value = field(fields, 14).unwrap_or_default();
    let byte = |place: usize| value.get(place).copied();
    Device { texts: byte(16).map_or(TextCode::Latin, TextCode::new), protocol: byte(14).unwrap_or_default() }
}

fn patient(fields: &[(u8, &[u8])], texts: TextCode) -> Patient {
    let text = |tag| field(fields, tag).map(|value| texts.text(value)).filter(|text| !text.is_empty());
    let name = match (text(0), text(3), text(1)) {
        (None, None, None) => None,
        (last, second, first) => {
            let last: Vec<String> = last.into_iter().chain(second).collect();
            let parts: Vec<String> =
                [last.join(" ")].into_iter().chain(first).filter(|part| !part.is_empty()).collect();
            Some(parts.join(", "))
        }
    };
    Patient {
        id: text(2),
        name,
        age: field(fields, 4).and_then(age),
        sex: match field(fields, 8) {
            Some([1, ..]) => Some(Sex::Male),
            Some([2, ..]) => Some(Sex::Female),
            _ => None,
        },
        born: field(fields, 5).and_then(date),
    }
}

/// Whole years of an age in years, months, weeks, days or hours; 0 and no unit mean that there is none.
fn age(value: &[u8]) -> Option<u16> {
    let [low, high, unit, ..] = value else { return None };
    let number = u16::from_le_bytes([*low, *high]);
    let years = match unit {
        1 => Some(number),
        2 => number.checked_div(12),
        3 => number.checked_div(52),
        4 => number.checked_div(365),
        5 => number.checked_div(8766),
        _ => None,
    };
    years.filter(|_| number > 0)
}

/// A date, where the calendar has it.
pub(super) fn date(value: &[u8]) -> Option<String> {
    let [low, high, month, day, ..] = value else { return None };
    calendar(u16::from_le_bytes([*low, *high]), *month, *day)
}

/// ISO 8601 of a date, where the calendar has it.
pub(super) fn calendar(year: u16, month: u8, day: u8) -> Option<String> {
    let leap = year.checked_rem(4) == Some(0) && (year.checked_rem(100) != Some(0) || year.checked_rem(400) == Some(0));
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (year > 0 && (1..=days).contains(&day)).then(|| format!("{year:04}-{month:02}-{day:02}"))
}

/// ISO 8601 of a time of day, where there is such.
pub(super) fn clock(hour: u8, minute: u8, second: u8) -> Option<String> {
    (hour < 24 && minute < 60 && second < 60).then(|| format!("{hour:02}:{minute:02}:{second:02}"))
}

/// Date, time and time zone as far as they are stated.
fn start(fields: &[(u8, &[u8])]) -> Option<String> {
    let date = field(fields, 25).and_then(date)?;
    let time = match field(fields, 26) {
        Some([hour, minute, second, ..]) => clock(*hour, *minute, *second),
        _ => None,
    };
    let Some(time) = time else { return Some(date) };
    let zone = match field(fields, 34) {
        Some([low, high, ..]) => zone(i16::from_le_bytes([*low, *high])),
        _ => String::new(),
    };
    Some(format!("{date}T{time}{zone}"))
}

/// Minutes east of Greenwich as ISO 8601 writes them; nothing where they are out of range (0x7FFF: not stated).
fn zone(minutes: i16) -> String {
    let size = minutes.unsigned_abs();
    if size > 14 * 60 {
        return String::new();
    }
    let sign = if minutes < 0 { '-' } else { '+' };
    let (hours, minutes) = (size.checked_div(60).unwrap_or_default(), size.checked_rem(60).unwrap_or_default());
    format!("{sign}{hours:02}:{minutes:02}")
}

/// A field that has no place of its own in a recording, with its name.
fn comment(tag: u8, value: &[u8], texts: TextCode) -> Option<String> {
    let text = || Some(texts.text(value)).filter(|text| !text.is_empty());
    let number = || match value {
        [low, high, ..] => Some(u16::from_le_bytes([*low, *high])).filter(|number| *number > 0),
        _ => None,
    };
    let unit = |units: &[&'static str]| {
        let unit = value.get(2).and_then(|unit| usize::from(*unit).checked_sub(1));
        unit.and_then(|unit| units.get(unit).copied()).unwrap_or("(unit not stated)")
    };
    let named = |name: &str, text: String| Some(format!("{name}: {text}"));
    match tag {
        6 => named("height", format!("{} {}", number()?, unit(&["cm", "in", "mm"]))),
        7 => named("weight", format!("{} {}", number()?, unit(&["kg", "g", "lb", "oz"]))),
        10 => named("drug", texts.text(value.get(3..)?)).filter(|text| !text.ends_with(": ")),
        11 => named("systolic pressure", format!("{} mmHg", number()?)),
        12 => named("diastolic pressure", format!("{} mmHg", number()?)),
        13 => named("referral indication", text()?),
        14 => named("acquiring device", model(value, texts)?),
        15 => named("analysing device", model(value, texts)?),
        16 => named("acquiring institution", text()?),
        17 => named("analysing institution", text()?),
        18 => named("acquiring department", text()?),
        19 => named("analysing department", text()?),
        20 => named("referring physician", text()?),
        21 => named("confirming physician", text()?),
        22 => named("technician", text()?),
        23 => named("room", text()?),
        27 => named("high-pass filter", format!("{} Hz", f64::from(number()?) / 100.0)),
        28 => named("low-pass filter", format!("{} Hz", number()?)),
        29 => named("filters", filters(*value.first()?)?),
        30 => named("remark", text()?),
        31 => named("sequence number", text()?),
        35 => named("medical history", text()?),
        _ => None,
    }
}

/// Maker and model of a device: the model stands at byte 8, the maker is the fifth text from byte 36 on.
fn model(value: &[u8], texts: TextCode) -> Option<String> {
    let maker = value.get(36..).and_then(|rest| texts.parts(rest).nth(4)).unwrap_or_default();
    let model = value.get(8..14).map(|model| texts.text(model)).unwrap_or_default();
    let both: Vec<String> = [maker, model].into_iter().filter(|part| !part.is_empty()).collect();
    Some(both.join(" ")).filter(|text| !text.is_empty())
}

fn filters(bits: u8) -> Option<String> {
    const NAMES: [(u8, &str); 4] = [(1, "60 Hz notch"), (2, "50 Hz notch"), (4, "artefact"), (8, "baseline")];
    let set: Vec<&str> = NAMES.iter().filter(|(bit, _)| bits & bit != 0).map(|(_, name)| *name).collect();
    (!set.is_empty()).then(|| set.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_fields(fields: &[(u8, &[u8])]) -> Recording {
        let mut bytes = Vec::new();
        for (tag, value) in fields {
            bytes.push(*tag);
            bytes.extend((value.len() as u16).to_le_bytes());
            bytes.extend(*value);
        }
        bytes.extend([255, 0, 0]);
        let mut recording = Recording::default();
        let file = InputFile { name: "a.scp", bytes: &bytes };
        read(&file, Cursor::new("a.scp", &bytes), &mut recording).unwrap();
        recording
    }

    #[test]
    fn the_person_and_the_start_have_their_places() {
        let recording = read_fields(&[
            (0, b"Doe\0"),
            (1, b"Jo\0"),
            (2, b"17\0"),
            (4, &[30, 0, 2]),
            (5, &[0xa1, 7, 2, 28]),
            (8, &[2]),
            (25, &[0xd2, 7, 11, 22]),
            (26, &[9, 10, 0]),
            (34, &[0xa6, 0xff, 0, 0]),
        ]);
        let patient = &recording.patient;
        assert_eq!((patient.name.as_deref(), patient.id.as_deref()), (Some("Doe, Jo"), Some("17")));
        assert_eq!(
            (patient.age, patient.sex, patient.born.as_deref()),
            (Some(2), Some(Sex::Female), Some("1953-02-28"))
        );
        assert_eq!(recording.start.as_deref(), Some("2002-11-22T09:10:00-01:30"));
        assert!(recording.comments.is_empty() && recording.warnings.is_empty());
    }

    #[test]
    fn what_is_out_of_range_is_not_stated() {
        let recording = read_fields(&[(4, &[0, 0, 1]), (5, &[0, 0, 0, 0]), (8, &[9]), (25, &[0xd3, 7, 2, 29])]);
        assert_eq!((recording.patient, recording.start), (Patient::default(), None));
        let noon = read_fields(&[(25, &[0xd4, 7, 2, 29]), (26, &[25, 0, 0])]);
        assert_eq!(noon.start.as_deref(), Some("2004-02-29"));
        assert_eq!((zone(0x7FFF), zone(60)), (String::new(), "+01:00".into()));
    }

    #[test]
    fn devices_filters_and_remarks_are_comments() {
        let mut device = vec![0; 36];
        device[8..14].copy_from_slice(b"ELI250");
        device.extend(b"a\0b\0c\0d\0Mortara\0");
        let recording = read_fields(&[
            (14, &device),
            (6, &[180, 0, 1]),
            (27, &[5, 0]),
            (28, &[150, 0]),
            (29, &[9]),
            (30, b"at rest\0"),
            (10, &[0, 1, 2, b'A', 0]),
            (210, b"maker's"),
        ]);
        let expected = [
            "acquiring device: Mortara ELI250",
            "height: 180 cm",
            "high-pass filter: 0.05 Hz",
            "low-pass filter: 150 Hz",
            "filters: 60 Hz notch, baseline",
            "remark: at rest",
            "drug: A",
        ];
        assert_eq!(recording.comments, expected);
    }

    #[test]
    fn a_field_that_states_too_much_ends_the_section() {
        let bytes = [2, 2, 0, b'7', 0, 0, 200, 0, b'x'];
        let mut recording = Recording::default();
        let file = InputFile { name: "a.scp", bytes: &bytes };
        read(&file, Cursor::new("a.scp", &bytes), &mut recording).unwrap();
        assert_eq!((recording.patient.id.as_deref(), recording.patient.name), (Some("7"), None));
        assert_eq!(recording.warnings.len(), 1);
    }
}
