//! CPSC2018's nine labels (Liu F. et al., J. Med. Imaging Health Inform. 8:1368, 2018), ICBEB in PTB-XL's benchmark.

use super::Label;

/// One of the nine.
struct Kind {
    /// The statement of PTB-XL that says the same.
    code: &'static str,
    name: &'static str,
    group: &'static str,
    /// Its number in `REFERENCE.csv`.
    number: u32,
    /// SNOMED CT as the challenges of 2020 and 2021 wrote it into their headers.
    snomed: &'static str,
}

/// In the order that published figures are printed in (protocols.md 5): I-AVB, AF, LBBB, RBBB, NORM, PAC, STD, STE, PVC.
const KINDS: [Kind; 9] = [
    kind("1AVB", "First degree AV block", "Conduction disturbance", 3, "270492004"),
    kind("AFIB", "Atrial fibrillation", "Rhythm", 2, "164889003"),
    kind("CLBBB", "Left bundle branch block", "Conduction disturbance", 4, "164909002"),
    kind("CRBBB", "Right bundle branch block", "Conduction disturbance", 5, "59118001"),
    kind("NORM", "Normal ECG", "Normal ECG", 1, "426783006"),
    kind("PAC", "Atrial premature complex", "Form", 6, "284470004"),
    kind("STD_", "ST depression", "Form", 8, "429622005"),
    kind("STE_", "ST elevation", "Form", 9, "164931005"),
    kind("PVC", "Ventricular premature complex", "Form", 7, "164884008"),
];

const fn kind(code: &'static str, name: &'static str, group: &'static str, number: u32, snomed: &'static str) -> Kind {
    Kind { code, name, group, number, snomed }
}

/// The nine labels in output order.
pub fn labels() -> Vec<Label> {
    KINDS.iter().map(|kind| Label::new(kind.code, kind.name, kind.group)).collect()
}

/// The label of a number of `REFERENCE.csv`, 1 to 9.
pub fn of_number(number: u32) -> Option<usize> {
    KINDS.iter().position(|kind| kind.number == number)
}

/// The label of a SNOMED CT code of the challenge's headers.
pub fn of_snomed(code: &str) -> Option<usize> {
    KINDS.iter().position(|kind| kind.snomed == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_one_to_nine_are_the_labels_of_the_reference_file() {
        let labels = labels();
        let codes: Vec<&str> = (1..=9).map(|number| labels[of_number(number).unwrap()].code.as_str()).collect();
        assert_eq!(codes, ["NORM", "AFIB", "1AVB", "CLBBB", "CRBBB", "PAC", "PVC", "STD_", "STE_"]);
        assert_eq!((of_number(0), of_number(10)), (None, None));
        assert_eq!(of_snomed("59118001"), Some(3));
        // The challenge's code of other sources for the same; CPSC2018 does not write it.
        assert_eq!(of_snomed("713427006"), None);
    }
}
