//! Names of leads by their codes: part 2 of MDC (ISO 11073-10101, PS3.16 CID 3001) numbers them as SCP-ECG does
//! (EN 1064 Section 5.6.3, table 9), whose codes older files carry.

use ecg::Lead;

use crate::mdc;

/// The lead of a channel source code, where it is one of those that [`Lead`] knows.
pub(super) fn lead(scheme: &str, code: &str) -> Option<Lead> {
    let number = match scheme {
        "MDC" => code.strip_prefix("2:"),
        "SCPECG" | "SCP-ECG" => code.strip_prefix("5.6.3-9-"),
        _ => None,
    };
    let number: u16 = number?.parse().ok()?;
    mdc::lead(number)
}

/// The lead that a code's meaning names: `Lead I (Einthoven)`, `aVR, augmented voltage, right`.
pub(super) fn lead_of_meaning(meaning: &str) -> Lead {
    let name = meaning.split_once(',').map_or(meaning, |(name, _)| name);
    match Lead::from_label(name) {
        Lead::Other(_) => Lead::from_label(meaning),
        lead => lead,
    }
}

/// The MDC code of a lead and its meaning.
pub(super) fn code(lead: &Lead) -> Option<String> {
    mdc::number(lead).map(|number| format!("2:{number}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_systems_and_plain_meanings_name_the_same_lead() {
        assert_eq!(lead("MDC", "2:62"), Some(Lead::AVR));
        assert_eq!(lead("SCPECG", "5.6.3-9-1"), Some(Lead::I));
        assert_eq!(lead("MDC", "2:21"), None);
        assert_eq!(lead("99PRIVATE", "2:1"), None);
        assert_eq!(lead_of_meaning("aVF, augmented voltage, foot"), Lead::AVF);
        assert_eq!(lead_of_meaning("Lead I (Einthoven)"), Lead::I);
        assert_eq!(lead_of_meaning("Left, low"), Lead::Other("Left, low".into()));
        assert_eq!(code(&Lead::V9).as_deref(), Some("2:67"));
    }
}
