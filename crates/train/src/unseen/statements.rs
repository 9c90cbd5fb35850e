//! PTB-XL's 71 statements with the SNOMED CT codes that the PhysioNet/CinC Challenge 2021 gave its records.
//!
//! Kinds and classes are those of PTB-XL's `scp_statements.csv` (Wagner P. et al., Sci Data 7:154, 2020; CC BY 4.0). PTB-XL has no
//! SNOMED codes: which code stands for which statements was recovered by comparing counts of version 1.0.1 with those of the
//! challenge, where every count agrees (protocols.md 5).

use std::collections::BTreeMap;

use crate::ptbxl::StatementKind;

/// Code; kinds (d diagnostic, f form, r rhythm); class; subclass; SNOMED CT.
const STATEMENTS: [(&str, &str, &str, &str, &str); 71] = [
    ("NDT", "df", "STTC", "STTC", "164934002"),
    ("NST_", "df", "STTC", "NST_", "55930002"),
    ("DIG", "df", "STTC", "STTC", "428750005"),
    ("LNGQT", "df", "STTC", "STTC", "111975006"),
    ("NORM", "d", "NORM", "NORM", "426783006"),
    ("IMI", "d", "MI", "IMI", "164865005"),
    ("ASMI", "d", "MI", "AMI", "164865005"),
    ("LVH", "d", "HYP", "LVH", "164873001"),
    ("LAFB", "d", "CD", "LAFB/LPFB", "445118002"),
    ("ISC_", "d", "STTC", "ISC_", "164861001"),
    ("IRBBB", "d", "CD", "IRBBB", "713426002"),
    ("1AVB", "d", "CD", "_AVB", "270492004"),
    ("IVCD", "d", "CD", "IVCD", "698252002"),
    ("ISCAL", "d", "STTC", "ISCA", "164861001"),
    ("CRBBB", "d", "CD", "CRBBB", "713427006"),
    ("CLBBB", "d", "CD", "CLBBB", "164909002"),
    ("ILMI", "d", "MI", "IMI", "164865005"),
    ("LAO/LAE", "d", "HYP", "LAO/LAE", "67741000119109"),
    ("AMI", "d", "MI", "AMI", "54329005"),
    ("ALMI", "d", "MI", "AMI", "164865005"),
    ("ISCIN", "d", "STTC", "ISCI", "425419005"),
    ("INJAS", "d", "MI", "AMI", "164865005"),
    ("LMI", "d", "MI", "LMI", "164865005"),
    ("ISCIL", "d", "STTC", "ISCI", "164861001"),
    ("LPFB", "d", "CD", "LAFB/LPFB", "445211001"),
    ("ISCAS", "d", "STTC", "ISCA", "164861001"),
    ("INJAL", "d", "MI", "AMI", "164865005"),
    ("ISCLA", "d", "STTC", "ISCA", "425623009"),
    ("RVH", "d", "HYP", "RVH", "89792004"),
    ("ANEUR", "d", "STTC", "STTC", "428750005"),
    ("RAO/RAE", "d", "HYP", "RAO/RAE", "446358003"),
    ("EL", "d", "STTC", "STTC", "428750005"),
    ("WPW", "d", "CD", "WPW", "74390002"),
    ("ILBBB", "d", "CD", "ILBBB", "251120003"),
    ("IPLMI", "d", "MI", "IMI", "164865005"),
    ("ISCAN", "d", "STTC", "ISCA", "426434006"),
    ("IPMI", "d", "MI", "IMI", "164865005"),
    ("SEHYP", "d", "HYP", "SEHYP", "266249003"),
    ("INJIN", "d", "MI", "IMI", "164865005"),
    ("INJLA", "d", "MI", "AMI", "164865005"),
    ("PMI", "d", "MI", "PMI", "164865005"),
    ("3AVB", "d", "CD", "_AVB", "27885002"),
    ("INJIL", "d", "MI", "IMI", "164865005"),
    ("2AVB", "d", "CD", "_AVB", "195042002"),
    ("ABQRS", "f", "", "", "164951009"),
    ("PVC", "f", "", "", "164884008"),
    ("STD_", "f", "", "", "429622005"),
    ("VCLVH", "f", "", "", "164873001"),
    ("QWAVE", "f", "", "", "164917005"),
    ("LOWT", "f", "", "", "164934002"),
    ("NT_", "f", "", "", "164934002"),
    ("PAC", "f", "", "", "284470004"),
    ("LPR", "f", "", "", "164947007"),
    ("INVT", "f", "", "", "59931005"),
    ("LVOLT", "f", "", "", "251146004"),
    ("HVOLT", "f", "", "", "164951009"),
    ("TAB_", "f", "", "", "164934002"),
    ("STE_", "f", "", "", "164931005"),
    ("PRC(S)", "f", "", "", "164884008"),
    ("SR", "r", "", "", "426783006"),
    ("AFIB", "r", "", "", "164889003"),
    ("STACH", "r", "", "", "427084000"),
    ("SARRH", "r", "", "", "427393009"),
    ("SBRAD", "r", "", "", "426177001"),
    ("PACE", "r", "", "", "10370003"),
    ("SVARR", "r", "", "", "63593006"),
    ("BIGU", "r", "", "", "11157007"),
    ("AFLT", "r", "", "", "164890007"),
    ("SVTAC", "r", "", "", "426761007"),
    ("PSVT", "r", "", "", "67198005"),
    ("TRIGU", "r", "", "", "251180001"),
];

/// The statements by code, as `scp_statements.csv` gives them.
pub(super) fn kinds() -> BTreeMap<String, StatementKind> {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    STATEMENTS
        .iter()
        .map(|(code, kinds, class, subclass, _)| {
            let kind = StatementKind {
                code: (*code).to_owned(),
                description: String::new(),
                diagnostic: kinds.contains('d'),
                form: kinds.contains('f'),
                rhythm: kinds.contains('r'),
                class: some(class),
                subclass: some(subclass),
            };
            (kind.code.clone(), kind)
        })
        .collect()
}

/// The statements that each SNOMED CT code stands for.
pub(super) fn by_snomed() -> BTreeMap<&'static str, Vec<&'static str>> {
    let mut found: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (code, .., snomed) in &STATEMENTS {
        found.entry(snomed).or_default().push(code);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_and_classes_are_those_of_the_published_table() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/ptb-xl");
        if !folder.exists() {
            eprintln!("skipped: PTB-XL's metadata is not here");
            return;
        }
        let published = crate::ptbxl::read(&folder).unwrap().statements;
        let own = kinds();
        assert_eq!(own.len(), 71);
        for (code, kind) in published {
            assert_eq!(StatementKind { description: kind.description.clone(), ..own[&code].clone() }, kind);
        }
    }

    #[test]
    fn thirty_nine_statements_have_a_code_of_their_own_but_one_of_them_is_of_another_meaning_elsewhere() {
        let codes = by_snomed();
        assert_eq!(codes.values().filter(|statements| statements.len() == 1).count(), 39);
        assert_eq!(codes["164884008"], ["PVC", "PRC(S)"]);
        assert_eq!(codes["426783006"], ["NORM", "SR"]);
        assert_eq!(codes["164873001"], ["LVH", "VCLVH"]);
        assert_eq!(codes["63593006"], ["SVARR"]);
    }
}
