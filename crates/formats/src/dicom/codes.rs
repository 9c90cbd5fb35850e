//! Names of leads by their codes: part 2 of MDC (ISO 11073-10101, PS3.16 CID 3001) numbers them as SCP-ECG does
//! (EN 1064 Section 5.6.3, table 9), whose codes older files carry.

use ecg::Lead;

const CODES: [(u16, Lead); 22] = [
    (1, Lead::I),
    (2, Lead::II),
    (3, Lead::V1),
    (4, Lead::V2),
    (5, Lead::V3),
    (6, Lead::V4),
    (7, Lead::V5),
    (8, Lead::V6),
    (9, Lead::V7),
    (11, Lead::V3R),
    (12, Lead::V4R),
    (13, Lead::V5R),
    (14, Lead::V6R),
    (16, Lead::X),
    (17, Lead::Y),
    (18, Lead::Z),
    (61, Lead::III),
    (62, Lead::AVR),
    (63, Lead::AVL),
    (64, Lead::AVF),
    (66, Lead::V8),
    (67, Lead::V9),
];

/// The lead of a channel source code, where it is one of those that [`Lead`] knows.
pub(super) fn lead(scheme: &str, code: &str) -> Option<Lead> {
    let number = match scheme {
        "MDC" => code.strip_prefix("2:"),
        "SCPECG" | "SCP-ECG" => code.strip_prefix("5.6.3-9-"),
        _ => None,
    };
    let number: u16 = number?.parse().ok()?;
    CODES.iter().find(|(known, _)| *known == number).map(|(_, lead)| lead.clone())
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
    CODES.iter().find(|(_, known)| known == lead).map(|(number, _)| format!("2:{number}"))
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
