//! The 26 scored columns of the PhysioNet/CinC Challenge 2021: 30 SNOMED CT codes, four pairs of which count as one.

use super::Label;

/// Codes (the same finding, joined as the challenge's weights join them), abbreviation and name of each column, in the order
/// of the challenge's matrix of weights.
const COLUMNS: [(&[&str], &str, &str); 26] = [
    (&["164889003"], "AF", "Atrial fibrillation"),
    (&["164890007"], "AFL", "Atrial flutter"),
    (&["6374002"], "BBB", "Bundle branch block"),
    (&["426627000"], "Brady", "Bradycardia"),
    (&["733534002", "164909002"], "CLBBB", "Left bundle branch block"),
    (&["713427006", "59118001"], "CRBBB", "Right bundle branch block"),
    (&["270492004"], "IAVB", "First degree AV block"),
    (&["713426002"], "IRBBB", "Incomplete right bundle branch block"),
    (&["39732003"], "LAD", "Left axis deviation"),
    (&["445118002"], "LAnFB", "Left anterior fascicular block"),
    (&["164947007"], "LPR", "Prolonged PR interval"),
    (&["251146004"], "LQRSV", "Low QRS voltages"),
    (&["111975006"], "LQT", "Prolonged QT interval"),
    (&["698252002"], "NSIVCB", "Non-specific intraventricular conduction disorder"),
    (&["426783006"], "NSR", "Sinus rhythm"),
    (&["284470004", "63593006"], "PAC", "Premature atrial contraction"),
    (&["10370003"], "PR", "Pacing rhythm"),
    (&["365413008"], "PRWP", "Poor R wave progression"),
    (&["427172004", "17338001"], "PVC", "Premature ventricular contractions"),
    (&["164917005"], "QAb", "Abnormal Q wave"),
    (&["47665007"], "RAD", "Right axis deviation"),
    (&["427393009"], "SA", "Sinus arrhythmia"),
    (&["426177001"], "SB", "Sinus bradycardia"),
    (&["427084000"], "STach", "Sinus tachycardia"),
    (&["164934002"], "TAb", "Abnormal T wave"),
    (&["59931005"], "TInv", "T wave inversion"),
];

/// The label of sinus rhythm, which the challenge's metric measures against.
pub const SINUS_RHYTHM: usize = 14;

/// The 26 labels in output order.
pub fn labels() -> Vec<Label> {
    COLUMNS.iter().map(|(_, code, name)| Label::new(code, name, "Challenge")).collect()
}

/// The column of a SNOMED CT code; none where the code is not scored.
pub fn of_snomed(code: &str) -> Option<usize> {
    COLUMNS.iter().position(|(codes, ..)| codes.contains(&code))
}

/// The codes of each column as the challenge's `weights.csv` writes them, joined by `|`.
pub fn columns() -> Vec<String> {
    COLUMNS.iter().map(|(codes, ..)| codes.join("|")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirty_codes_make_twenty_six_columns() {
        let codes: Vec<&str> = COLUMNS.iter().flat_map(|(codes, ..)| codes.iter().copied()).collect();
        assert_eq!((codes.len(), COLUMNS.len()), (30, 26));
        for (place, code) in codes.iter().enumerate() {
            assert!(!codes[..place].contains(code), "{code} stands twice");
        }
        for (one, other) in [
            ("733534002", "164909002"),
            ("713427006", "59118001"),
            ("284470004", "63593006"),
            ("427172004", "17338001"),
        ] {
            assert!(of_snomed(one).is_some() && of_snomed(one) == of_snomed(other), "{one} {other}");
        }
        // Ventricular ectopics, as PTB-XL's records have them, are not scored.
        assert_eq!(of_snomed("164884008"), None);
        assert_eq!(labels()[SINUS_RHYTHM].code, "NSR");
    }
}
