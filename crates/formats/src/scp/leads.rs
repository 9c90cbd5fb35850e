//! Section 3: which leads there are, and which samples of the recording each has.
//!
//! One byte with the number of leads, one with flags (bit 0: reference beats were subtracted), then for each lead the number of
//! its first and of its last sample (32 bits, counted from 1, the last included) and its code.

use crate::cursor::Cursor;
use crate::{Error, Place};

/// One lead.
#[derive(Clone, Copy, Debug)]
pub(super) struct LeadDefinition {
    /// Number of the first sample, from 1; 0 occurs.
    pub(super) first: u32,
    /// Number of the last sample.
    pub(super) last: u32,
    /// Code of the lead.
    pub(super) code: u8,
}

impl LeadDefinition {
    /// How many samples it has, at least and at most: where the first sample has number 0, the last number is either of
    /// the last sample or one more. None where the numbers make no sense.
    pub(super) fn samples(&self) -> Option<(u64, u64)> {
        let more = u64::from(self.last.checked_sub(self.first)?);
        match (self.first, more) {
            (0, 0) => None,
            (0, _) => Some((more, more.saturating_add(1))),
            _ => Some((more.saturating_add(1), more.saturating_add(1))),
        }
    }

    /// Samples of the recording before its first one.
    pub(super) fn before(&self) -> u32 {
        self.first.saturating_sub(1)
    }
}

/// The section's content.
#[derive(Clone, Debug, Default)]
pub(super) struct Leads {
    pub(super) definitions: Vec<LeadDefinition>,
    /// True where Section 6 holds what is left after subtraction of reference beats.
    pub(super) subtracted: bool,
}

impl Leads {
    /// Reads the section as far as it goes; `stated` leads are what it should hold.
    pub(super) fn read(file: &str, mut cursor: Cursor) -> Result<(Leads, usize), Error> {
        let place = cursor.place();
        let stated = usize::from(cursor.u8()?);
        let subtracted = cursor.u8()? & 1 == 1;
        let mut definitions = Vec::new();
        while definitions.len() < stated && cursor.remaining() >= 9 {
            definitions.push(LeadDefinition { first: cursor.u32_le()?, last: cursor.u32_le()?, code: cursor.u8()? });
        }
        if definitions.is_empty() {
            return Err(no_leads(file, place));
        }
        Ok((Leads { definitions, subtracted }, stated))
    }
}

fn no_leads(file: &str, place: Place) -> Error {
    Error::invalid(file, place, "no lead", "at least one lead in Section 3")
}

/// A lead's label by its code in Sections 3 and 10 (EN 1064, table of lead identification).
pub(super) fn label(code: u16) -> String {
    const FIRST: [&str; 31] = [
        "unspecified",
        "I",
        "II",
        "V1",
        "V2",
        "V3",
        "V4",
        "V5",
        "V6",
        "V7",
        "V2R",
        "V3R",
        "V4R",
        "V5R",
        "V6R",
        "V7R",
        "X",
        "Y",
        "Z",
        "CC5",
        "CM5",
        "left arm",
        "right arm",
        "left leg",
        "Frank I",
        "Frank E",
        "Frank C",
        "Frank A",
        "Frank M",
        "Frank F",
        "Frank H",
    ];
    const LATER: [&str; 18] = [
        "III",
        "aVR",
        "aVL",
        "aVF",
        "-aVR",
        "V8",
        "V9",
        "V8R",
        "V9R",
        "Nehb D",
        "Nehb A",
        "Nehb J",
        "defibrillator",
        "external pacing",
        "A1",
        "A2",
        "A3",
        "A4",
    ];
    let place = usize::from(code);
    let first = |place: usize| FIRST.get(place);
    let later = |place: usize| place.checked_sub(61).and_then(|place| LATER.get(place));
    let plain = first(place).or_else(|| later(place));
    // Calibration pulses of a lead have their own codes: 31 to 60 as 1 to 30, 79 to 85 as 66 to 72.
    let calibration = || match code {
        31..=60 => first(place.saturating_sub(30)),
        79..=85 => later(place.saturating_sub(13)),
        _ => None,
    };
    match (plain, calibration()) {
        (Some(label), _) => (*label).to_owned(),
        (None, Some(label)) => format!("{label} calibration"),
        (None, None) => format!("lead code {code}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_name_the_leads_of_the_standard() {
        let named = [(0, "unspecified"), (1, "I"), (8, "V6"), (18, "Z"), (30, "Frank H"), (61, "III"), (64, "aVF")];
        for (code, name) in named.into_iter().chain([(65, "-aVR"), (66, "V8"), (70, "Nehb D"), (78, "A4")]) {
            assert_eq!(label(code), name, "{code}");
        }
        assert_eq!((label(31), label(60)), ("I calibration".into(), "Frank H calibration".into()));
        assert_eq!((label(79), label(85)), ("V8 calibration".into(), "Nehb J calibration".into()));
        assert_eq!(label(200), "lead code 200");
    }

    #[test]
    fn a_first_sample_of_zero_leaves_the_last_one_open() {
        let lead = |first, last| LeadDefinition { first, last, code: 1 }.samples();
        assert_eq!(lead(1, 5000), Some((5000, 5000)));
        assert_eq!(lead(1001, 2000), Some((1000, 1000)));
        assert_eq!(lead(0, 5000), Some((5000, 5001)));
        assert_eq!((lead(0, 0), lead(7, 6)), (None, None));
    }
}
