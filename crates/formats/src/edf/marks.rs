//! Time-stamped annotation lists (EDF+ section 2.2.2): `+onset[\x15duration]\x14text\x14...\x14\0`.

use ecg::{Severity, Warning};

use super::header::{Continuity, Header, text};
use super::records::Data;
use crate::limits::reserve;
use crate::{Error, InputFile, Limits, Place};

/// Ends onset and each text.
const SEPARATOR: u8 = 0x14;
/// Stands before the duration.
const DURATION: u8 = 0x15;

/// An annotation that is not a record's own time. Its seconds count from the header's date and time.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Mark {
    pub(super) onset: f64,
    pub(super) duration: Option<f64>,
    pub(super) text: String,
}

/// All that the annotation signals say.
#[derive(Clone, Debug, Default)]
pub(super) struct Marks {
    /// For each record the time of its start, not a number where it states none; empty in files without annotation signals.
    pub(super) onsets: Vec<f64>,
    pub(super) texts: Vec<Mark>,
}

impl Marks {
    /// Bytes that the marks take, once they have become annotations.
    pub(super) fn bytes(&self) -> u64 {
        let texts = (self.texts.len() as u64).saturating_mul(BYTES_A_MARK);
        (self.onsets.len() as u64).saturating_mul(8).saturating_add(texts)
    }
}

/// What a mark takes in memory at most, beside its text: in a list that grows, as an annotation, and half of it for sorting.
const BYTES_A_MARK: u64 = (3 * size_of::<Mark>() + 3 * size_of::<ecg::Annotation>() / 2 + 16) as u64;

/// Reads the annotation signals of all records. `room` is the memory that they may take.
pub(super) fn read(
    file: &InputFile,
    header: &Header,
    data: &Data,
    limits: &Limits,
    room: u64,
    warnings: &mut Vec<Warning>,
) -> Result<Marks, Error> {
    let mut marks = Marks::default();
    let lists = Data::annotation_ranges(header);
    // A plain EDF may call a signal so by chance, but then its bytes are no lists and nothing is lost.
    if lists.is_empty() || header.continuity == Continuity::Plain && !any_list(data, &lists) {
        return Ok(marks);
    }
    let most = limits.annotations.min(room.checked_div(BYTES_A_MARK).unwrap_or(0));
    marks.onsets = reserve(file.name, data.count)?;
    let mut broken = 0_u64;
    for record in data.records() {
        let mut own = f64::NAN;
        for (index, range) in lists.iter().enumerate() {
            let bytes = record.get(range.clone()).unwrap_or_default();
            let parts = bytes.split(|&byte| byte == 0).filter(|part| !part.is_empty());
            for (order, part) in parts.enumerate() {
                let Some(List { onset, duration, texts }) = parse(part) else {
                    broken = broken.saturating_add(1);
                    continue;
                };
                // The first list of a record's first annotation signal carries an empty text: the record's time.
                if index == 0 && order == 0 && texts.first().is_some_and(|text| text.is_empty()) {
                    own = onset;
                }
                for text_bytes in texts.into_iter().filter(|text| !text.is_empty()) {
                    if text_bytes.len() as u64 > limits.text_bytes {
                        let found = format!("an annotation of {} bytes", text_bytes.len());
                        return Err(Error::limit(file.name, Place::Whole, found, limits.text_bytes));
                    }
                    if marks.texts.len() as u64 >= most {
                        return Err(Error::limit(file.name, Place::Whole, "more annotations", most));
                    }
                    marks.texts.push(Mark { onset, duration, text: text(text_bytes) });
                }
            }
        }
        marks.onsets.push(own);
    }
    if broken > 0 {
        warnings.push(Warning {
            severity: Severity::Note,
            file: file.name.to_owned(),
            place: "annotations".to_owned(),
            message: format!("{broken} annotation lists do not begin with a time; they were passed over"),
        });
    }
    Ok(marks)
}

fn any_list(data: &Data, lists: &[core::ops::Range<usize>]) -> bool {
    let first = data.records().next().unwrap_or_default();
    lists.iter().any(|range| {
        let bytes = first.get(range.clone()).unwrap_or_default();
        bytes.split(|&byte| byte == 0).find(|part| !part.is_empty()).is_some_and(|part| parse(part).is_some())
    })
}

/// One list.
struct List<'a> {
    onset: f64,
    duration: Option<f64>,
    texts: Vec<&'a [u8]>,
}

/// A list without its closing zero.
fn parse(list: &[u8]) -> Option<List<'_>> {
    let mut parts = list.split(|&byte| byte == SEPARATOR);
    let stamp = parts.next()?;
    let (onset, duration) = match stamp.iter().position(|&byte| byte == DURATION) {
        Some(at) => (stamp.get(..at)?, stamp.get(at.checked_add(1)?..)),
        None => (stamp, None),
    };
    if !matches!(onset.first(), Some(b'+' | b'-')) {
        return None;
    }
    let onset = seconds(onset)?;
    let duration = duration.and_then(seconds).filter(|&duration| duration >= 0.0);
    Some(List { onset, duration, texts: parts.collect() })
}

fn seconds(digits: &[u8]) -> Option<f64> {
    let plain = digits.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.'));
    let value: f64 = plain.then(|| core::str::from_utf8(digits).ok())??.parse().ok()?;
    // A century in seconds: what lies beyond is damage, and sums of it would lose the sample's precision.
    (value.abs() < 3.2e9).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_list_may_hold_several_texts_and_a_duration() {
        let List { onset, duration, texts } =
            parse("+10.75\u{15}0.5\u{14}Lead off\u{14}äfter\u{14}".as_bytes()).unwrap();
        assert_eq!((onset, duration), (10.75, Some(0.5)));
        assert_eq!(texts, [b"Lead off".as_slice(), "äfter".as_bytes(), b""]);
    }

    #[test]
    fn a_list_without_a_time_is_refused() {
        for list in ["", "567\u{14}\u{14}", "+\u{14}", "+nan\u{14}", "+1e99\u{14}", "+99999999999\u{14}"] {
            assert!(parse(list.as_bytes()).is_none(), "{list:?}");
        }
    }
}
