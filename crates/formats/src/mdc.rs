//! Leads by the number that SCP-ECG gives them (EN 1064, table of lead identification). MDC (ISO 11073-10101), and with it DICOM and
//! FHIR, numbers them alike.

use ecg::Lead;

const NUMBERS: [(u16, Lead); 22] = [
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

/// The lead of a number, where it is one of those that [`Lead`] knows.
pub(crate) fn lead(number: u16) -> Option<Lead> {
    NUMBERS.iter().find(|(known, _)| *known == number).map(|(_, lead)| lead.clone())
}

/// The number of a lead.
pub(crate) fn number(lead: &Lead) -> Option<u16> {
    NUMBERS.iter().find(|(_, known)| known == lead).map(|(number, _)| *number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_twelve_leads_have_numbers_and_come_back() {
        let numbers: Vec<u16> = Lead::TWELVE.iter().filter_map(number).collect();
        assert_eq!(numbers, [1, 2, 61, 62, 63, 64, 3, 4, 5, 6, 7, 8]);
        assert!(numbers.iter().zip(Lead::TWELVE).all(|(number, known)| lead(*number) == Some(known)));
        assert_eq!((lead(0), number(&Lead::Other("ES".into()))), (None, None));
    }
}
