//! Who, when and with what: the patient, study, series and equipment modules.

use ecg::{Patient, Recording, Sex};

use super::element::{Element, Fields, Tag};
use super::notes::Notes;
use super::value::{self, Texts};

const ACQUISITION_DATE: Tag = 0x0008_0022;
const ACQUISITION_TIME: Tag = 0x0008_0032;
const ACQUISITION: Tag = 0x0008_002A;
const CONTENT_DATE: Tag = 0x0008_0023;
const CONTENT_TIME: Tag = 0x0008_0033;
const STUDY_DATE: Tag = 0x0008_0020;
const STUDY_TIME: Tag = 0x0008_0030;
const TIME_ZONE: Tag = 0x0008_0201;
const MANUFACTURER: Tag = 0x0008_0070;
const MODEL: Tag = 0x0008_1090;
const NAME: Tag = 0x0010_0010;
const IDENTIFIER: Tag = 0x0010_0020;
const BORN: Tag = 0x0010_0030;
const SEX: Tag = 0x0010_0040;
const AGE: Tag = 0x0010_1010;

/// Elements that [`describe`] reads.
pub(super) const WANTED: [Tag; 15] = [
    ACQUISITION_DATE,
    ACQUISITION_TIME,
    ACQUISITION,
    CONTENT_DATE,
    CONTENT_TIME,
    STUDY_DATE,
    STUDY_TIME,
    TIME_ZONE,
    MANUFACTURER,
    MODEL,
    NAME,
    IDENTIFIER,
    BORN,
    SEX,
    AGE,
];

/// Fills in patient, start and the device's name.
pub(super) fn describe(fields: &Fields, texts: &Texts, notes: &Notes, recording: &mut Recording) {
    recording.patient = Patient {
        id: texts.of(fields.get(IDENTIFIER)),
        name: texts.of(fields.get(NAME)).and_then(|name| person(&name)),
        age: fields.get(AGE).map(Element::first).and_then(|age| years(&age)),
        sex: match fields.get(SEX).map(Element::first).as_deref() {
            Some("F") => Some(Sex::Female),
            Some("M") => Some(Sex::Male),
            _ => None,
        },
        born: fields.get(BORN).and_then(|born| value::date(&born.first())),
    };
    let (start, zone) = start(fields, notes);
    recording.start = start;
    let zone = zone.or_else(|| fields.get(TIME_ZONE).map(Element::first).filter(|zone| !zone.is_empty()));
    let device = [MANUFACTURER, MODEL].into_iter().filter_map(|tag| texts.of(fields.get(tag)));
    let device = device.collect::<Vec<_>>().join(" ");
    if !device.is_empty() {
        recording.comments.push(format!("Device: {device}"));
    }
    if let (Some(zone), Some(_)) = (zone, &recording.start) {
        recording.comments.push(format!("Time zone: {zone}"));
    }
}

/// The moment of the acquisition, or the next best that the file states, and its time zone.
fn start(fields: &Fields, notes: &Notes) -> (Option<String>, Option<String>) {
    let text = |tag: Tag| fields.get(tag).map(Element::first).filter(|text| !text.is_empty());
    let mut odd = false;
    if let Some(stated) = text(ACQUISITION) {
        match value::date_time(&stated) {
            Some((start, zone)) => return (Some(start), zone),
            None => odd = true,
        }
    }
    let pairs = [
        (ACQUISITION_DATE, ACQUISITION_TIME, "acquisition"),
        (CONTENT_DATE, CONTENT_TIME, "content"),
        (STUDY_DATE, STUDY_TIME, "study"),
    ];
    for (date, time, what) in pairs {
        let Some(stated) = text(date) else { continue };
        let Some(day) = value::date(&stated) else {
            odd = true;
            continue;
        };
        let clock = text(time).and_then(|clock| value::time(&clock));
        let parts = if clock.is_some() { "date and time" } else { "date" };
        let message = format!("the {parts} of the {what} were taken as the recording's start");
        notes.odd("acquisition time".to_owned(), message);
        return (Some(clock.map_or(day.clone(), |clock| format!("{day}T{clock}"))), None);
    }
    if odd {
        notes.odd("acquisition time".to_owned(), "the stated dates are no dates; the start is left open".to_owned());
    }
    (None, None)
}

/// A name `family^given^middle^prefix^suffix` (PS3.5 Section 6.2.1.2) as people read it; of several spellings the first.
fn person(name: &str) -> Option<String> {
    let spelled = name.split('=').find(|spelling| !spelling.trim().is_empty())?;
    let mut parts = spelled.split('^').map(str::trim);
    let mut part = || parts.next().unwrap_or_default();
    let (family, given, middle, prefix, suffix) = (part(), part(), part(), part(), part());
    let rest =
        [prefix, given, middle, suffix].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    match (family.is_empty(), rest.is_empty()) {
        (false, false) => Some(format!("{family}, {rest}")),
        (false, true) => Some(family.to_owned()),
        (true, false) => Some(rest),
        (true, true) => None,
    }
}

/// Whole years of an age such as `042Y`, `007M`, `010W`, `003D`.
fn years(age: &str) -> Option<u16> {
    let number = |unit: char| age.trim().strip_suffix(unit)?.parse::<u16>().ok();
    number('Y')
        .or_else(|| number('M').and_then(|months| months.checked_div(12)))
        .or_else(|| number('W').and_then(|weeks| weeks.checked_div(52)))
        .or_else(|| number('D').and_then(|days| days.checked_div(365)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_ages_are_as_people_read_them() {
        assert_eq!(person("Doe^Jane^Q^Dr^PhD").as_deref(), Some("Doe, Dr Jane Q PhD"));
        assert_eq!(person("=\u{5c71}^\u{592a}=").as_deref(), Some("\u{5c71}, \u{592a}"));
        assert_eq!((person("^^"), person("One").as_deref()), (None, Some("One")));
        assert_eq!(
            [years("042Y"), years("018M"), years("104W"), years("9"), years("")],
            [Some(42), Some(1), Some(2), None, None]
        );
    }

    #[test]
    fn dates_and_times_are_iso_8601_or_nothing() {
        assert_eq!(value::date("20130125").as_deref(), Some("2013-01-25"));
        assert_eq!(value::date("2013.01.25").as_deref(), Some("2013-01-25"));
        assert_eq!([value::date("20131325"), value::date("2013012"), value::date("\u{e4}0130125")], [None, None, None]);
        assert_eq!(value::time("105919.5000").as_deref(), Some("10:59:19.5"));
        assert_eq!([value::time("10"), value::time("1059")], [Some("10".into()), Some("10:59".into())]);
        assert_eq!([value::time("256060"), value::time("1"), value::time("105919.x")], [None, None, None]);
        let with_zone = Some(("2013-01-25T10:59:19".to_owned(), Some("+0100".to_owned())));
        assert_eq!(value::date_time("20130125105919+0100"), with_zone);
        assert_eq!(value::date_time("2013"), None);
    }
}
